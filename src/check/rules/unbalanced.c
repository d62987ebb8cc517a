/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unbalanced-range (mmu_notifier.rst, lines 93-97): range_start and range_end that do not pair up,
 * and a start that may block inside a page table lock.
 */
#include "check/violation.h"
#include "check/report.h"
#include "check/rules/needs.h"
#include "model/bracketing.h"
#include <stdlib.h>

/* Only where releases are recorded, and none may be lost, is a lock known to be held still. */
static struct stlb_hold *held_ptl(const struct stlb_analysis *a, struct stlb_context *context,
				  bool suspended)
{
	for (uint32_t i = 0; stlb_recorded(a, STLB_LOCK_RELEASE) && i < context->nr_holds; i++) {
		struct stlb_hold *hold = &context->holds[i];

		if ((hold->named || hold->used) && hold->suspended == suspended && !hold->lossy)
			return hold;
	}
	return NULL;
}

static void report_in_lock(struct stlb_analysis *a, const struct stlb_event_context *ec,
			   const struct stlb_hold *hold)
{
	struct stlb_violation v = {
		.rule = STLB_RULE_UNBALANCED,
		.verdict = stlb_violation_verdict(a, NULL),
		.ec = ec,
		.role = "start",
		.missing = "a start that may block, called before the page table lock is taken",
		.hold = hold,
		.variant = 1,
		.addr = stlb_event_get(ec->event, START),
		.has_addr = true,
	};

	stlb_report(a, &v);
}

/* The holder was switched out: its release will tell whether it still had the lock. */
static void doubt_start(struct stlb_analysis *a, const struct stlb_event_context *ec,
			struct stlb_hold *hold)
{
	struct stlb_doubted_starts *starts = ec->context->doubted;

	if (!starts)
		starts = ec->context->doubted = calloc(1, sizeof(*starts));
	if (!starts) {
		a->failed = true;
		return;
	}
	hold->work = true;
	if (starts->hold == hold->id) {
		starts->nr++;
		return;
	}
	starts->hold = hold->id;
	starts->nr = 1;
	starts->mm = ec->mm;
	stlb_saved_event_keep(&starts->first, ec->event);
}

static void hold_over(struct stlb_analysis *a, struct stlb_context *context,
		      const struct stlb_hold *hold, bool went_on)
{
	struct stlb_doubted_starts *starts = context->doubted;
	struct stlb_event event;
	struct stlb_event_context then = {&event, context, starts ? starts->mm : NULL};

	if (!starts || starts->hold != hold->id)
		return;
	stlb_saved_event_expand(&starts->first, &event);
	for (uint64_t i = 0; went_on && !hold->lossy && i < starts->nr; i++)
		report_in_lock(a, &then, hold);
	starts->hold = 0;
}

static void bracket_start(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_hold *held, *suspended;

	if (!stlb_mm_is_subscribed(ec->mm) || ec->context->lossy ||
	    !stlb_start_may_block(ec->event))
		return;
	held = held_ptl(a, ec->context, false);
	suspended = held ? NULL : held_ptl(a, ec->context, true);
	if (held)
		report_in_lock(a, ec, held);
	else if (suspended)
		doubt_start(a, ec, suspended);
}

/* Nobody listens to the brackets of an mm without subscribers. */
static void bracket_unpaired(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	bool start = ec->event->kind == STLB_INV_START;
	struct stlb_violation v = {
		.rule = STLB_RULE_UNBALANCED,
		.verdict = stlb_violation_verdict(a, NULL),
		.ec = ec,
		.role = start ? "start" : "end",
		.missing = start ? "an invalidate_range_end before the task continued"
				 : "an invalidate_range_start of the same range before this end",
		.addr = stlb_event_or(ec->event, START, 0),
		.has_addr = stlb_event_has(ec->event, START),
	};

	if (stlb_mm_is_subscribed(ec->mm))
		stlb_report(a, &v);
}

STLB_RULE_DEFINE(
	UNBALANCED, unbalanced, STLB_NEEDS(NEED_STARTS, NEED_ENDS),
	.needs.part = {LACKS_LOCKS, LACKS_RELEASES},
	.stands_on = STLB_KIND_LIST(STLB_INV_START, STLB_INV_END),
	.hooks = {.bracket_start = bracket_start,
		  .bracket_unpaired = bracket_unpaired,
		  .hold_over = hold_over},
	.info = {
		.id = "unbalanced-range",
		.severity = STLB_WARNING,
		.lines = "93-97",
		.implied = "The document takes range_start and range_end in pairs for granted.",
		.wrong = "an invalidate_range_start and its end do not pair up",
		.risk = "subscribers block faults forever, or allow them too early",
		.remedy = "Call range_start before the PTL is taken, with the flag of a blockable "
			  "range only where it may sleep, and range_end once for each start, with "
			  "the same range, by the same task.",
		.observed = "What a device observes depends on its driver: no schedule of page "
			    "table and TLB alone shows it.",
	});
