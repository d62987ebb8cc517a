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
#include "model/echo.h"

static void finish_end(struct stlb_analysis *a, const struct stlb_event_context *ec);

static bool is_settled(const struct stlb_context *context)
{
	return context->settled && !context->lossy;
}

/* ---- start ---- */

static void open_bracket(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	/* where ends are not recorded, they only seem to be open */
	if (ec->context->nr_brackets == STLB_MAX_BRACKETS)
		a->result.dropped += stlb_recorded(a, STLB_INV_END);
	stlb_bracket_open(&a->machine, ec->context, ec->mm, ec->event);
}

void stlb_on_inv_start(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	const struct stlb_event *event = ec->event;
	struct stlb_context *context = ec->context;

	stlb_subscribe_by_event(a, ec->mm);
	STLB_CALL(a, goes_on, a, ec);
	if (context->nr_obligations)
		STLB_CALL(a, tables_stay_out, a, context);
	finish_end(a, ec);
	stlb_bracket_follows(&a->machine, context, ec->mm, event);
	if (context->update)
		stlb_detached_over(context, NULL);
	STLB_CALL(a, range_given, a, ec);
	STLB_CALL(a, bracket_start, a, ec);
	if (stlb_start_may_block(event))
		stlb_context_sleeps(context);
	stlb_evidence_note_start(a, ec);
	open_bracket(a, ec);
}

void stlb_on_inv_start_ret(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	stlb_bracket_returned(&a->machine, ec->context, ec->event);
}

/* ---- end ---- */

/*
 * Whether an end without a start can be of a bracket that was open when the trace began: around the
 * brackets seen since, or cutting a huge page that one of them was about (munmap of a part of it).
 */
static bool may_be_older(const struct stlb_context *context, uint64_t start, uint64_t end)
{
	bool same = start == context->outer_start && end == context->outer_end;

	if (!context->outer_end || same)
		return false;
	if (stlb_is_of_huge_pages(context->outer_start, context->outer_end))
		return start < context->outer_end && context->outer_start < end;
	return start <= context->outer_start && context->outer_end <= end;
}

static void end_without_start(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_context *context = ec->context;
	uint64_t start = stlb_event_get(ec->event, START), end = stlb_event_get(ec->event, END);
	bool failed = context->failed.mm == ec->mm && context->failed.start == start &&
		      context->failed.end == end;
	bool older = !is_settled(context) || may_be_older(context, start, end);

	context->failed.mm = NULL;
	if (failed) /* it did not fail: its end shows that */
		return;
	if (older)
		STLB_CALL(a, older_bracket, context);
	else
		STLB_CALL(a, bracket_unpaired, a, ec);
	context->settled = true;
	context->lossy = false;
	context->outer_end = 0;
}

static void never_ended(struct stlb_analysis *a, const struct stlb_event_context *ec,
			const struct stlb_bracket *bracket)
{
	struct stlb_event event;
	struct stlb_event_context then = {&event, ec->context, bracket->mm};

	if (stlb_bracket_may_fail(bracket) || !is_settled(ec->context))
		return;
	stlb_saved_event_expand(&bracket->start_event, &event);
	STLB_CALL(a, bracket_unpaired, a, &then);
}

static void note_balanced(struct stlb_context *context, const struct stlb_bracket *bracket)
{
	if (context->nr_brackets)
		return;
	if (!context->settled || (stlb_is_of_huge_pages(context->outer_start, context->outer_end) &&
				  !stlb_is_of_huge_pages(bracket->start, bracket->end))) {
		context->outer_start = bracket->start;
		context->outer_end = bracket->end;
	}
	context->settled = true;
	context->lossy = false;
}

void stlb_brackets_leave(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_context *context = ec->context;

	for (uint32_t i = context->nr_brackets; i > 0; i--)
		never_ended(a, ec, &context->brackets[i - 1]);
	stlb_brackets_close(&a->machine, context, 0, ec->event);
	context->settled = true;
	context->outer_end = 0;
}

static void close_bracket(struct stlb_analysis *a, const struct stlb_event_context *ec, int index,
			  bool invalidates)
{
	struct stlb_context *context = ec->context;
	struct stlb_bracket bracket = context->brackets[index];
	bool outermost = stlb_context_bracket(context, bracket.mm) == &context->brackets[index];

	for (uint32_t i = context->nr_brackets - 1; i > (uint32_t)index; i--)
		never_ended(a, ec, &context->brackets[i]);
	stlb_brackets_close(&a->machine, context, index, ec->event);
	STLB_CALL(a, bracket_end, a, bracket.mm, &bracket);
	if (outermost)
		stlb_deadline_at_end(a, ec, &bracket, invalidates);
	note_balanced(context, &bracket);
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

static void range_end(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_context *context = ec->context;
	uint64_t start = stlb_event_get(ec->event, START), end = stlb_event_get(ec->event, END);
	bool invalidates = end_invalidates(a, ec->event);
	int index = stlb_bracket_find(context, ec->event);

	if (index >= 0)
		stlb_maps_apply(a, ec, 0, context->brackets[index].id);
	stlb_known_by_end(context);
	if (invalidates)
		stlb_invalidate(a, ec, (struct stlb_invalidation){start, end, true, 0});
	if (index < 0)
		end_without_start(a, ec);
	else
		close_bracket(a, ec, index, invalidates);
}

/* The end that the task has entered returns. */
static void finish_end(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_event event;
	struct stlb_event_context then = {&event, ec->context, ec->context->ending_mm};

	if (!ec->context->ending_mm)
		return;
	ec->context->ending_mm = NULL;
	stlb_saved_event_expand(&ec->context->ending, &event);
	range_end(a, &then);
}

void stlb_on_inv_end(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	stlb_subscribe_by_event(a, ec->mm);
	STLB_CALL(a, goes_on, a, ec);
	finish_end(a, ec);
	if (!stlb_kinds_has(&a->seen, STLB_INV_END_RET)) {
		range_end(a, ec);
		return;
	}
	ec->context->ending_mm = ec->mm;
	stlb_saved_event_keep(&ec->context->ending, ec->event);
}

void stlb_on_inv_end_ret(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	finish_end(a, ec);
}
