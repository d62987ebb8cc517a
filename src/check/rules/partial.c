/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* partial-invalidate (mmu_notifier.rst, lines 10-11 and 24): of a huge entry that was discharged.
 */
#include "check/discharge.h"
#include "check/report.h"
#include "check/rules/needs.h"

static void judge(struct stlb_analysis *a, const struct stlb_event_context *ec,
		  struct stlb_obligation *ob)
{
	if (!ob->discharged || !stlb_obligation_is_partly_covered(ob) || ob->subpages->reported)
		return;
	ob->subpages->reported = true;
	stlb_violated(a, STLB_RULE_PARTIAL, ob, ec, "deadline",
		      "an invalidation of the whole huge page: only a part of it was covered");
}

static void overdue(struct stlb_analysis *a, const struct stlb_event_context *ec,
		    struct stlb_obligation *ob, enum stlb_operation_end end)
{
	(void)end;
	judge(a, ec, ob);
}

STLB_RULE_DEFINE(
	PARTIAL, partial, STLB_NEEDS(NEED_INV_RANGE, NEED_INV_END, NEED_CLEARS),
	.needs.part = {LACKS_ZAPS, LACKS_PMDS}, .of_updates = true, .wants_invalidation = true,
	.makes_stale = true, .hooks = {.page_freed = judge, .settled = judge, .overdue = overdue},
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
