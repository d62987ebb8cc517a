/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Brackets: invalidate_range_start and its end, and whether they pair up. */
#include <stdlib.h>
#include <string.h>

#include "check/bracket.h"
#include "check/deadline.h"
#include "check/detached.h"
#include "check/discharge.h"
#include "check/evidence.h"
#include "check/invalidate.h"
#include "check/note.h"
#include "check/place.h"
#include "check/subscribe.h"
#include "model/bracketing.h"

static void finish_end(struct stlb_analysis *a, const struct stlb_act *act);

static bool is_settled(const struct stlb_task *task)
{
	return task->settled && !task->lossy;
}

/* ---- start ---- */

static void open_bracket(struct stlb_analysis *a, const struct stlb_act *act)
{
	/* where ends are not recorded, they only seem to be open */
	if (act->task->nr_brackets == STLB_MAX_BRACKETS)
		a->result.dropped += stlb_recorded(a, STLB_INV_END);
	stlb_bracket_open(&a->machine, act->task, act->mm, act->event);
}

void stlb_on_inv_start(struct stlb_analysis *a, const struct stlb_act *act)
{
	const struct stlb_event *event = act->event;
	struct stlb_task *task = act->task;

	stlb_subscribe_by_event(a, act->mm);
	STLB_CALL(a, goes_on, a, act);
	if (task->nr_obligations)
		STLB_CALL(a, tables_stay_out, a, task);
	finish_end(a, act);
	stlb_bracket_follows(&a->machine, task, act->mm, event);
	if (task->update) {
		stlb_detached_over(task, NULL);
		task->update->split_mm = task->update->split_mm == act->mm ? act->mm : NULL;
	}
	STLB_CALL(a, range_given, a, act);
	STLB_CALL(a, bracket_start, a, act);
	if (stlb_start_may_block(event))
		stlb_task_sleeps(task);
	stlb_evidence_note_start(a, act);
	open_bracket(a, act);
}

void stlb_on_inv_start_ret(struct stlb_analysis *a, const struct stlb_act *act)
{
	stlb_bracket_returned(&a->machine, act->task, act->event);
}

/* ---- end ---- */

/*
 * Whether an end without a start can be of a bracket that was open when the trace began: around the
 * brackets seen since, or cutting a huge page that one of them was about (munmap of a part of it).
 */
static bool may_be_older(const struct stlb_task *task, uint64_t start, uint64_t end)
{
	bool same = start == task->outer_start && end == task->outer_end;

	if (!task->outer_end || same)
		return false;
	if (stlb_is_of_huge_pages(task->outer_start, task->outer_end))
		return start < task->outer_end && task->outer_start < end;
	return start <= task->outer_start && task->outer_end <= end;
}

static void end_without_start(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_task *task = act->task;
	uint64_t start = stlb_event_get(act->event, START), end = stlb_event_get(act->event, END);
	bool failed = task->failed.mm == act->mm && task->failed.start == start &&
		      task->failed.end == end;
	bool older = !is_settled(task) || may_be_older(task, start, end);

	task->failed.mm = NULL;
	if (failed) /* it did not fail: its end shows that */
		return;
	if (older)
		STLB_CALL(a, older_bracket, task);
	else
		STLB_CALL(a, bracket_unpaired, a, act);
	task->settled = true;
	task->lossy = false;
	task->outer_end = 0;
}

static void never_ended(struct stlb_analysis *a, const struct stlb_act *act,
			const struct stlb_bracket *bracket)
{
	struct stlb_event event;
	struct stlb_act then = {&event, act->task, bracket->mm};

	if (stlb_bracket_may_fail(bracket) || !is_settled(act->task))
		return;
	stlb_brief_expand(&bracket->start_event, &event);
	STLB_CALL(a, bracket_unpaired, a, &then);
}

static void note_balanced(struct stlb_task *task, const struct stlb_bracket *bracket)
{
	if (task->nr_brackets)
		return;
	if (!task->settled || (stlb_is_of_huge_pages(task->outer_start, task->outer_end) &&
			       !stlb_is_of_huge_pages(bracket->start, bracket->end))) {
		task->outer_start = bracket->start;
		task->outer_end = bracket->end;
	}
	task->settled = true;
	task->lossy = false;
}

void stlb_brackets_leave(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_task *task = act->task;

	for (uint32_t i = task->nr_brackets; i > 0; i--)
		never_ended(a, act, &task->brackets[i - 1]);
	stlb_brackets_close(&a->machine, task, 0, act->event);
	task->settled = true;
	task->outer_end = 0;
}

static void close_bracket(struct stlb_analysis *a, const struct stlb_act *act, int index,
			  bool invalidates)
{
	struct stlb_task *task = act->task;
	struct stlb_bracket bracket = task->brackets[index];
	bool outermost = stlb_task_bracket(task, bracket.mm) == &task->brackets[index];

	for (uint32_t i = task->nr_brackets - 1; i > (uint32_t)index; i--)
		never_ended(a, act, &task->brackets[i]);
	stlb_brackets_close(&a->machine, task, index, act->event);
	STLB_CALL(a, bracket_end, a, bracket.mm, &bracket);
	if (outermost)
		stlb_deadline_at_end(a, act, &bracket, invalidates);
	note_balanced(task, &bracket);
}

static bool end_invalidates(struct stlb_analysis *a, const struct stlb_event *event)
{
	if (!a->end_rule.known) {
		stlb_end_rule_learn(&a->end_rule, event);
		stlb_note(a, a->end_rule.before_6_6
				     ? "kernel before 6.6: range_end has only_end"
				     : "kernel 6.6 or later: range_end has no only_end");
	}
	return stlb_end_invalidates(&a->end_rule, event);
}

static void range_end(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_task *task = act->task;
	uint64_t start = stlb_event_get(act->event, START), end = stlb_event_get(act->event, END);
	bool invalidates = end_invalidates(a, act->event);
	int index = stlb_bracket_find(task, act->event);

	if (index >= 0)
		stlb_maps_apply(a, act, 0, task->brackets[index].id);
	if (task->update)
		task->update->split_mm = task->update->same_mm = NULL;
	if (invalidates)
		stlb_invalidate(a, act, (struct stlb_invalidation){start, end, true, 0});
	if (index < 0)
		end_without_start(a, act);
	else
		close_bracket(a, act, index, invalidates);
}

/* The end that the task has entered returns. */
static void finish_end(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_event event;
	struct stlb_act then = {&event, act->task, act->task->ending_mm};

	if (!act->task->ending_mm)
		return;
	act->task->ending_mm = NULL;
	stlb_brief_expand(&act->task->ending, &event);
	range_end(a, &then);
}

void stlb_on_inv_end(struct stlb_analysis *a, const struct stlb_act *act)
{
	stlb_subscribe_by_event(a, act->mm);
	STLB_CALL(a, goes_on, a, act);
	finish_end(a, act);
	if (!stlb_kinds_has(&a->seen, STLB_INV_END_RET)) {
		range_end(a, act);
		return;
	}
	act->task->ending_mm = act->mm;
	stlb_brief_keep(&act->task->ending, act->event);
}

void stlb_on_inv_end_ret(struct stlb_analysis *a, const struct stlb_act *act)
{
	finish_end(a, act);
}
