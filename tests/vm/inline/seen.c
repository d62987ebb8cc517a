// SPDX-License-Identifier: GPL-2.0-or-later
/* The modes by what the kernel itself updates entries with: inline exchanges and set_pte(). */
#define MODES		       seen_modes
#define MODE(name)	       name
#define CLEAR(place, ptep)     ptep_get_and_clear((place)->mm, (place)->addr, ptep)
#define SET(ptep, entry)       set_pte(ptep, entry)
#define WRPROTECT(place, ptep) ptep_set_wrprotect((place)->mm, (place)->addr, ptep)
#include "modes.h"
