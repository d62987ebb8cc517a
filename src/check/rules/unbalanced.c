/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unbalanced-range (mmu_notifier.rst, lines 93-97): range_start and range_end that do not pair up,
 * and a start that may block inside a page table lock.
 */
#include "check/case.h"
#include "check/report.h"
#include "check/rules/needs.h"
#include "model/bracketing.h"
#include <stdlib.h>

/* Only where releases are recorded, and none may be lost, is a lock known to be held still. */
static struct stlb_hold *held_ptl(const struct stlb_analysis *a, struct stlb_task *task,
				  bool suspended)
{
	for (uint32_t i = 0; stlb_recorded(a, STLB_LOCK_RELEASE) && i < task->nr_holds; i++) {
		struct stlb_hold *hold = &task->holds[i];

		if ((hold->named || hold->used) && hold->suspended == suspended && !hold->lossy)
			return hold;
	}
	return NULL;
}

static void report_in_lock(struct stlb_analysis *a, const struct stlb_act *act,
			   const struct stlb_hold *hold)
{
	struct stlb_case c = {
		.rule = STLB_RULE_UNBALANCED,
		.verdict = stlb_case_verdict(a, NULL),
		.act = act,
		.role = "start",
		.missing = "a start that may block, called before the page table lock is taken",
		.hold = hold,
		.variant = 1,
		.addr = stlb_event_get(act->event, START),
		.has_addr = true,
	};

	stlb_report(a, &c);
}

/* The holder was switched out: its release will tell whether it still had the lock. */
static void doubt_start(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_hold *hold)
{
	struct stlb_doubted_starts *starts = act->task->doubted;

	if (!starts)
		starts = act->task->doubted = calloc(1, sizeof(*starts));
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
	starts->mm = act->mm;
	stlb_brief_keep(&starts->first, act->event);
}

static void hold_over(struct stlb_analysis *a, struct stlb_task *task, const struct stlb_hold *hold,
		      bool went_on)
{
	struct stlb_doubted_starts *starts = task->doubted;
	struct stlb_event event;
	struct stlb_act then = {&event, task, starts ? starts->mm : NULL};

	if (!starts || starts->hold != hold->id)
		return;
	stlb_brief_expand(&starts->first, &event);
	for (uint64_t i = 0; went_on && !hold->lossy && i < starts->nr; i++)
		report_in_lock(a, &then, hold);
	starts->hold = 0;
}

static void bracket_start(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_hold *held, *suspended;

	if (!stlb_mm_is_subscribed(act->mm) || act->task->lossy ||
	    !stlb_start_may_block(act->event))
		return;
	held = held_ptl(a, act->task, false);
	suspended = held ? NULL : held_ptl(a, act->task, true);
	if (held)
		report_in_lock(a, act, held);
	else if (suspended)
		doubt_start(a, act, suspended);
}

/* Nobody listens to the brackets of an mm without subscribers. */
static void bracket_unpaired(struct stlb_analysis *a, const struct stlb_act *act)
{
	bool start = act->event->kind == STLB_INV_START;
	struct stlb_case c = {
		.rule = STLB_RULE_UNBALANCED,
		.verdict = stlb_case_verdict(a, NULL),
		.act = act,
		.role = start ? "start" : "end",
		.missing = start ? "an invalidate_range_end before the task continued"
				 : "an invalidate_range_start of the same range before this end",
		.addr = stlb_event_or(act->event, START, 0),
		.has_addr = stlb_event_has(act->event, START),
	};

	if (stlb_mm_is_subscribed(act->mm))
		stlb_report(a, &c);
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
