/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * never-invalidated (mmu_notifier.rst, lines 93-97): the operation is over and the obligation is
 * still pending.
 */
#include "check/report.h"
#include "check/rules/needs.h"

static const char *const missing[] = {
	[STLB_ENDS_WITH_BRACKET] =
		"an invalidation of the entry before or at the end of the operation's bracket",
	[STLB_ENDS_WITH_UNLOCK] =
		"an invalidation of the entry before the context released mmap_lock",
	[STLB_ENDS_WITH_LEAVE] = "an invalidation of the entry before the context left the kernel",
};

static const char *const roles[] = {
	[STLB_ENDS_WITH_BRACKET] = "end",
	[STLB_ENDS_WITH_UNLOCK] = "mmap_lock",
	[STLB_ENDS_WITH_LEAVE] = "leave",
};

/* What only gives rights sets the entry again and flushes nothing: unseen where sets are. */
static bool may_be_set_again(const struct stlb_analysis *a, const struct stlb_obligation *ob)
{
	return (ob->update.kind == STLB_PTE_CLEAR && !stlb_recorded(a, STLB_PTE_SET)) ||
	       (ob->update.kind == STLB_PMD_CLEAR && !stlb_recorded(a, STLB_PMD_SET));
}

static void overdue(struct stlb_analysis *a, const struct stlb_event_context *ec,
		    struct stlb_obligation *ob, enum stlb_operation_end end)
{
	if (ob->discharged)
		return;
	ob->lossy |= may_be_set_again(a, ob);
	stlb_violated(a, STLB_RULE_NEVER, ob, ec, roles[end], missing[end]);
}

STLB_RULE_DEFINE(
	NEVER, never, STLB_NEEDS(NEED_INV_RANGE, NEED_INV_END, NEED_CLEARS, NEED_ENDS),
	.needs.part = {LACKS_ZAPS, LACKS_SETS, LACKS_PMDS, LACKS_DEADLINES}, .of_updates = true,
	.wants_invalidation = true, .makes_stale = true, .racy_as = &stlb_rule_racy,
	.hooks = {.overdue = overdue},
	.info = {
		.id = "never-invalidated",
		.severity = STLB_ERROR,
		.lines = "93-97",
		.implied =
			"An invalidation may be deferred, but not beyond the end of the operation.",
		.wrong = "the operation is over and no invalidation covered the entry that it "
			 "changed",
		.risk = "a device keeps using the old translation for as long as its TLB holds it",
		.end_would_do = true,
		.edge = {.between = "an invalidation of", .may_come_late = true},
		.shown_by = STLB_SHOWN_BY_ORDER_IF_SET,
		.observed = "The device goes on using the old translation, with the old rights, "
			    "for as long as its TLB keeps it. What follows depends on what becomes "
			    "of the page.",
	});
