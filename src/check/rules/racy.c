/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "check/rules/needs.h"

STLB_RULE_DEFINE(
	RACY, racy, STLB_NEEDS(NEED_INV_RANGE, NEED_INV_END, NEED_CLEARS),
	.needs.part = {LACKS_ZAPS, LACKS_LOCKS}, .of_updates = true, .wants_invalidation = true,
	.makes_stale = true,
	.info = {
		.id = "racy-invalidate",
		.severity = STLB_WARNING,
		.lines = "23-25",
		.implied = "The sequence is one in order; an invalidation by somebody else is in "
			   "it only where something orders it so.",
		.wrong = "the only invalidations that covered the entry are not ordered after its "
			 "change",
		.risk = "this run was lucky: in another one the invalidation comes too early",
		.remedy = "Make the invalidation of this task's own update come before the page is "
			  "freed or the entry set, instead of relying on that of another task; or "
			  "order the two, by a lock that both hold.",
		.edge = {.between = "an edge that orders the second after the first",
			 .to = "unordered invalidation",
			 .of_order = true},
		.observed =
			"In this run nothing: the invalidation came in time. In a run in which it "
			"comes before the update, the device fills its TLB again in between, and "
			"nothing drops that entry before the page is freed or replaced.",
	});
