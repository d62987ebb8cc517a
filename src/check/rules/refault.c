/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A zap whose entry another operation fills (mmu_notifier.rst, lines 13 and 17-18). */
#include "check/report.h"
#include "check/rules/needs.h"

static void refilled(struct stlb_analysis *a, const struct stlb_event_context *ec,
		     struct stlb_obligation *ob)
{
	stlb_violated(a, STLB_RULE_REFAULT, ob, ec, "set",
		      "nothing yet: the zap must still invalidate the old page");
}

STLB_RULE_DEFINE(REFAULT, refault, STLB_NEEDS(NEED_NOTIFIERS, NEED_UPDATES, NEED_SETS),
		 .needs.part = {LACKS_SETS, LACKS_ZAPS}, .of_updates = true, .is_set = true,
		 .hooks = {.refilled = refilled},
		 .info = {
			 .id = "fault-before-invalidate",
			 .former = "refault-in-window",
			 .severity = STLB_NOTICE,
			 .lines = "13, 17-18",
			 .implied = "A zap must invalidate before the page is freed, not before "
				    "another operation fills the entry.",
			 .wrong = "a page fault filled an entry before the zap that emptied it had "
				  "invalidated",
			 .risk = "allowed by the kernel; the old page must not be freed before the "
				 "invalidation",
			 .remedy = "None: this is allowed. The zap must still invalidate before "
				   "the old page is freed.",
			 .edge = {.between = "an invalidation of", .may_come_late = true},
			 .observed = "Nothing that the rules forbid.",
		 });
