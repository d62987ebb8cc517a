/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "check/rules/needs.h"

STLB_RULE_DEFINE(
	UNBALANCED, unbalanced, STLB_NEEDS(NEED_STARTS, NEED_ENDS),
	.needs.part = {LACKS_LOCKS, LACKS_RELEASES},
	.stands_on = STLB_KIND_LIST(STLB_INV_START, STLB_INV_END),
	.info = {
		.id = "unbalanced-range",
		.severity = STLB_WARNING,
		.lines = "93-97",
		.implied = "The document takes range_start and range_end in pairs for granted.",
		.wrong = "an invalidate_range_start and its end do not pair up",
		.risk = "subscribers block faults for ever, or let them in too early",
		.remedy = "Call range_start before the PTL is taken, with the flag of a blockable "
			  "range only where it may sleep, and range_end once for each start, with "
			  "the same range, by the same task.",
		.observed = "What a device observes depends on its driver: no schedule of page "
			    "table and TLB alone shows it.",
	});
