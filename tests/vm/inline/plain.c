// SPDX-License-Identifier: GPL-2.0-or-later
/* The modes by plain stores, which nothing can be probed at. */
#include <linux/pgtable.h>

static inline pte_t plain_clear(pte_t *ptep)
{
	pte_t old = *ptep;

	WRITE_ONCE(ptep->pte, 0);
	return old;
}

#define MODES		       plain_modes
#define MODE(name)	       plain_##name
#define CLEAR(place, ptep)     plain_clear(ptep)
#define SET(ptep, entry)       WRITE_ONCE((ptep)->pte, (entry).pte)
#define WRPROTECT(place, ptep) WRITE_ONCE((ptep)->pte, (ptep)->pte & ~(pteval_t)_PAGE_RW)
#include "modes.h"
