/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * flush-without-notify: from 6.6 on the CPU TLB flush of a range carries the invalidation of
 * secondary TLBs, between its entry and its return.
 */
#include <stdlib.h>

#include "check/report.h"
#include "check/rules/needs.h"

static void goes_on(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_task *task = act->task;
	struct stlb_event event;
	struct stlb_act then = {&event, task, task->flushed};
	struct stlb_case c = {
		.rule = STLB_RULE_FLUSH,
		.act = &then,
		.role = "flush",
		.missing = "arch_invalidate_secondary_tlbs of the mm before the flush returned",
		.has_addr = true,
	};

	if (!task->flushed)
		return;
	task->flushed = NULL;
	if (task->lossy || !a->end_rule.known || a->end_rule.before_6_6)
		return;
	stlb_brief_expand(task->flush_event, &event);
	c.addr = stlb_event_get(&event, START);
	stlb_report(a, &c);
}

/*
 * A page that the task frees proves that the flush returned, unless it need not be the task's own
 * doing: that of an interrupt which is not told from it, or of finish_task_switch(), which drops in
 * the next task what the previous one left (staletlb-kernel(7), T54 and T55).
 */
static void free_told(struct stlb_analysis *a, const struct stlb_act *act)
{
	if (a->facts.irq_flags && !act->task->flush_left)
		goes_on(a, act);
}

static void flushed(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_task *task = act->task;

	goes_on(a, act);
	if (!stlb_mm_is_subscribed(act->mm))
		return;
	if (!task->flush_event)
		task->flush_event = calloc(1, sizeof(*task->flush_event));
	if (!task->flush_event) {
		a->failed = true;
		return;
	}
	stlb_brief_keep(task->flush_event, act->event);
	task->flushed = act->mm;
	task->flush_left = false;
}

STLB_RULE_DEFINE(
	FLUSH, flush, STLB_NEEDS(NEED_FLUSHES, NEED_INV_RANGE),
	.needs.before_6_6 = "before 6.6 a flush carries no invalidation",
	.stands_on = STLB_KIND_LIST(STLB_INV_RANGE),
	.hooks = {.goes_on = goes_on, .free_told = free_told, .flushed = flushed},
	.info = {
		.id = "flush-without-notify",
		.severity = STLB_WARNING,
		.lines = "",
		.implied = "",
		.wrong = "a CPU TLB flush of a subscribed mm did not invalidate secondary TLBs",
		.risk = "devices keep what the CPUs have dropped",
		.remedy = "Make the architecture's flush call "
			  "mmu_notifier_arch_invalidate_secondary_tlbs() for the same range.",
		.observed = "What a device observes depends on its driver: no schedule of page "
			    "table and TLB alone shows it.",
	});
