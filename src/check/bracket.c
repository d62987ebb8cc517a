/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Brackets: invalidate_range_start and its end, and whether they pair up (unbalanced-range). */
#include <stdlib.h>
#include <string.h>

#include "check/bracket.h"
#include "check/detached.h"
#include "check/evidence.h"
#include "model/invalidation.h"

enum { BLOCKABLE = 1 };

static void finish_end(struct stlb_analysis *a, const struct stlb_act *act);

static void report_range(struct stlb_analysis *a, const struct stlb_act *act, enum stlb_rule rule,
			 const char *role, const char *missing)
{
	struct stlb_case c = {
		.rule = rule,
		.verdict =
			rule == STLB_RULE_UNBALANCED ? stlb_case_verdict(a, NULL) : STLB_OBSERVED,
		.act = act,
		.role = role,
		.missing = missing,
		.addr = stlb_event_or(act->event, START, 0),
		.has_addr = stlb_event_has(act->event, START),
	};

	/* nobody listens to the brackets of an mm without subscribers */
	if (stlb_mm_is_subscribed(act->mm))
		stlb_report(a, &c);
}

static bool is_settled(const struct stlb_task *task)
{
	return task->settled && !task->lossy;
}

/* ---- brackets of an mm that is gone ---- */

void stlb_brackets_drop_gone(struct stlb_analysis *a, struct stlb_task *task)
{
	uint32_t kept = 0;

	task->freed_mms = a->mms.freed;
	for (uint32_t i = 0; i < task->nr_brackets; i++) {
		if (task->brackets[i].life == task->brackets[i].mm->life)
			task->brackets[kept++] = task->brackets[i];
		else
			task->failed = task->brackets[i]; /* its end, if it comes, has a start */
	}
	task->nr_brackets = kept;
}

/* ---- start ---- */

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

void stlb_starts_settle(struct stlb_analysis *a, struct stlb_task *task,
			const struct stlb_hold *hold, bool went_on)
{
	struct stlb_doubted_starts *starts = task->doubted;
	struct stlb_event event;
	struct stlb_act then = {&event, task, starts->mm};

	if (starts->hold != hold->id)
		return;
	stlb_brief_expand(&starts->first, &event);
	for (uint64_t i = 0; went_on && !hold->lossy && i < starts->nr; i++)
		report_in_lock(a, &then, hold);
	starts->hold = 0;
}

static void judge_in_lock(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_hold *held, *suspended;

	if (!stlb_mm_is_subscribed(act->mm) || act->task->lossy ||
	    !(stlb_event_or(act->event, FLAGS, 0) & BLOCKABLE))
		return;
	held = held_ptl(a, act->task, false);
	suspended = held ? NULL : held_ptl(a, act->task, true);
	if (held)
		report_in_lock(a, act, held);
	else if (suspended)
		doubt_start(a, act, suspended);
}

static bool may_fail(const struct stlb_bracket *bracket)
{
	return bracket->has_flags && !(bracket->flags & BLOCKABLE) && !bracket->sure;
}

/*
 * A start that may not block can fail, and then has no end. Where its return is not traced, a new
 * one of its kind that has nothing in common with it shows that it did.
 */
static void drop_failed(struct stlb_task *task, const struct stlb_mm *mm, uint64_t start,
			uint64_t end, bool blocks)
{
	while (task->nr_brackets && !blocks) {
		const struct stlb_bracket *last = &task->brackets[task->nr_brackets - 1];

		if (!may_fail(last) || (last->mm == mm && start < last->end && last->start < end))
			return;
		task->failed = *last;
		task->nr_brackets--;
	}
}

static struct stlb_bracket *push(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_task *task = act->task;
	struct stlb_bracket *bracket;

	if (!task->brackets)
		task->brackets = calloc(STLB_MAX_BRACKETS, sizeof(*task->brackets));
	if (!task->brackets) {
		a->failed = true;
		return NULL;
	}
	if (task->nr_brackets == STLB_MAX_BRACKETS) {
		memmove(task->brackets, task->brackets + 1,
			(STLB_MAX_BRACKETS - 1) * sizeof(*task->brackets));
		task->nr_brackets--;
		/* where ends are not recorded, they only seem to be open */
		a->result.dropped += stlb_recorded(a, STLB_INV_END);
	}
	bracket = &task->brackets[task->nr_brackets++];
	memset(bracket, 0, sizeof(*bracket));
	bracket->id = ++a->next_id;
	bracket->mm = act->mm;
	bracket->life = act->mm->life;
	return bracket;
}

static void open_bracket(struct stlb_analysis *a, const struct stlb_act *act)
{
	const struct stlb_event *event = act->event;
	struct stlb_bracket *bracket = push(a, act);

	if (!bracket)
		return;
	bracket->start = stlb_event_get(event, START);
	bracket->end = stlb_event_get(event, END);
	bracket->has_flags = stlb_event_has(event, FLAGS);
	bracket->flags = stlb_event_or(event, FLAGS, 0);
	bracket->event = (int)stlb_event_or(event, EVENT, UINT64_MAX);
	stlb_brief_keep(&bracket->start_event, event);
	act->task->start_entered = true;
}

void stlb_on_inv_start(struct stlb_analysis *a, const struct stlb_act *act)
{
	const struct stlb_event *event = act->event;
	struct stlb_task *task = act->task;
	uint64_t start = stlb_event_get(event, START), end = stlb_event_get(event, END);

	stlb_subscribe_by_event(a, act->mm);
	stlb_flush_judge(a, act);
	stlb_unbracketed_judge(a, act, 0);
	if (task->nr_obligations)
		stlb_unbracketed_judge_tables(a, task);
	finish_end(a, act);
	drop_failed(task, act->mm, start, end, stlb_event_or(event, FLAGS, BLOCKABLE) & BLOCKABLE);
	if (task->update) {
		stlb_detached_over(task, NULL);
		task->update->split_mm = task->update->split_mm == act->mm ? act->mm : NULL;
	}
	if (stlb_range_is_unaligned(start, end))
		report_range(a, act, STLB_RULE_UNALIGNED, "start", "page-aligned bounds");
	judge_in_lock(a, act);
	if (stlb_event_or(event, FLAGS, 0) & BLOCKABLE)
		stlb_task_sleeps(task);
	stlb_evidence_note_start(a, act);
	open_bracket(a, act);
}

void stlb_on_inv_start_ret(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_task *task = act->task;
	bool failed = (int32_t)stlb_event_get(act->event, RET) != 0;

	(void)a;
	if (!task->start_entered || !task->nr_brackets)
		return;
	task->start_entered = false;
	if (failed)
		task->nr_brackets--;
	else
		task->brackets[task->nr_brackets - 1].sure = true;
}

/* ---- end ---- */

static int find_bracket(const struct stlb_task *task, const struct stlb_act *act)
{
	uint64_t start = stlb_event_get(act->event, START), end = stlb_event_get(act->event, END);

	for (uint32_t i = task->nr_brackets; i > 0; i--) {
		const struct stlb_bracket *bracket = &task->brackets[i - 1];

		if (bracket->mm == act->mm && bracket->start == start && bracket->end == end)
			return i - 1;
	}
	return -1;
}

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
		stlb_unsettled_drop(task);
	else
		report_range(a, act, STLB_RULE_UNBALANCED, "end",
			     "an invalidate_range_start of the same range before this end");
	task->settled = true;
	task->lossy = false;
	task->outer_end = 0;
}

static void never_ended(struct stlb_analysis *a, const struct stlb_act *act,
			const struct stlb_bracket *bracket)
{
	struct stlb_event event;
	struct stlb_act then = {&event, act->task, bracket->mm};

	if (may_fail(bracket) || !is_settled(act->task))
		return;
	stlb_brief_expand(&bracket->start_event, &event);
	report_range(a, &then, STLB_RULE_UNBALANCED, "start",
		     "an invalidate_range_end before the task continued");
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
	task->nr_brackets = 0;
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
	task->nr_brackets = index;
	stlb_unlocked_bracket(a, bracket.mm, &bracket);
	if (outermost)
		stlb_never_at_end(a, act, &bracket, invalidates);
	note_balanced(task, &bracket);
}

static bool end_invalidates(struct stlb_analysis *a, const struct stlb_event *event)
{
	if (!a->kernel_known) {
		a->before_6_6 = stlb_event_has(event, ONLY_END);
		a->kernel_known = true;
		stlb_note(a, a->before_6_6 ? "kernel before 6.6: range_end has only_end"
					   : "kernel 6.6 or later: range_end has no only_end");
	}
	return stlb_end_invalidates(event, a->before_6_6);
}

static void range_end(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_task *task = act->task;
	uint64_t start = stlb_event_get(act->event, START), end = stlb_event_get(act->event, END);
	bool invalidates = end_invalidates(a, act->event);
	int index = find_bracket(task, act);

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
	stlb_flush_judge(a, act);
	stlb_unbracketed_judge(a, act, 0);
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
