/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "check/rules/needs.h"

STLB_RULE_DEFINE(
	PARTIAL, partial, STLB_NEEDS(NEED_INV_RANGE, NEED_INV_END, NEED_CLEARS),
	.needs.part = {LACKS_ZAPS, LACKS_PMDS}, .of_updates = true, .wants_invalidation = true,
	.makes_stale = true,
	.info = {
		.id = "partial-invalidate",
		.severity = STLB_WARNING,
		.lines = "10-11, 24",
		.implied = "To notify an entry is to notify all of it.",
		.wrong = "a huge entry was changed and only a part of it invalidated",
		.risk = "a TLB that holds the huge page in smaller pieces keeps the others",
		.edge = {.between = "an invalidation of all of"},
		.observed = "A device TLB that keeps the huge page in 4 KiB pieces drops those in "
			    "the range that was invalidated, and goes on using the others.",
	});
