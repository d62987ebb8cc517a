/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * flush-without-notify: from 6.6 on the CPU TLB flush of a range carries the invalidation of
 * secondary TLBs, between its entry and its return.
 */
#include <stdlib.h>

#include "check/report.h"
#include "check/rules/needs.h"

static void goes_on(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_context *context = ec->context;
	struct stlb_event event;
	struct stlb_event_context then = {&event, context, context->flushed};
	struct stlb_violation v = {
		.rule = STLB_RULE_FLUSH,
		.ec = &then,
		.role = "flush",
		.missing = "arch_invalidate_secondary_tlbs of the mm before the flush returned",
		.has_addr = true,
	};

	if (!context->flushed)
		return;
	context->flushed = NULL;
	if (context->lossy || !a->end_rule.known || a->end_rule.before_6_6)
		return;
	stlb_saved_event_expand(context->flush_event, &event);
	v.addr = stlb_event_get(&event, START);
	stlb_report(a, &v);
}

/*
 * A page that the task frees proves that the flush returned, unless it need not be the task's own
 * doing: that of an interrupt which is not distinguished from it, or of finish_task_switch(), which
 * drops in the next task what the previous one left (staletlb-kernel(7), T54 and T55).
 */
static void free_seen(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	if (a->facts.irq_flags && !ec->context->flush_left)
		goes_on(a, ec);
}

static void flushed(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_context *context = ec->context;

	goes_on(a, ec);
	if (!stlb_mm_is_subscribed(ec->mm))
		return;
	if (!context->flush_event)
		context->flush_event = calloc(1, sizeof(*context->flush_event));
	if (!context->flush_event) {
		a->failed = true;
		return;
	}
	stlb_saved_event_keep(context->flush_event, ec->event);
	context->flushed = ec->mm;
	context->flush_left = false;
}

STLB_RULE_DEFINE(
	FLUSH, flush, STLB_NEEDS(NEED_FLUSHES, NEED_INV_RANGE),
	.needs.before_6_6 = "before 6.6 a flush carries no invalidation",
	.stands_on = STLB_KIND_LIST(STLB_INV_RANGE),
	.hooks = {.goes_on = goes_on, .free_seen = free_seen, .flushed = flushed},
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
