/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What devices read through translations that they took before. */
#include "made_events.h"

#define DEVICE(kind, n, pfn) OF(kind, F(DEV, 1), F(MM, MM1), F(ADDR, PAGE(n)), F(PFN, pfn))

Test(device, page_freed_and_mapped_again_is_not_stale)
{
	static const struct made trace[] = {
		SETTLE,
		{DEVICE(DEV_FILL, 0, 0xa)},
		{FREE(0xa)},
		{LOCK(L1)},
		{SET(0, 0, RW(0xa))},
		{UNLOCK(L1)},
		{DEVICE(DEV_READ, 0, 0xa)},
	};

	JUDGE(trace, BEFORE_6_6);
}
