/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/bracketing.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCKABLE = 1 };

static void ends(const struct stlb_machine *m, struct stlb_context *context,
		 const struct stlb_bracket *bracket, const struct stlb_event *by)
{
	if (m->facts.ends)
		m->facts.ends(m->facts.user, context, bracket, by);
}

bool stlb_start_may_block(const struct stlb_event *start)
{
	return stlb_event_or(start, FLAGS, 0) & BLOCKABLE;
}

bool stlb_bracket_may_fail(const struct stlb_bracket *bracket)
{
	return bracket->has_flags && !(bracket->flags & BLOCKABLE) && !bracket->sure;
}

bool stlb_bracket_is_end(const struct stlb_bracket *bracket, const struct stlb_event *event)
{
	return event->kind == STLB_INV_END && bracket->mm->id == stlb_event_get(event, MM) &&
	       bracket->start == stlb_event_get(event, START) &&
	       bracket->end == stlb_event_get(event, END);
}

/* ---- start ---- */

void stlb_bracket_follows(struct stlb_machine *m, struct stlb_context *context,
			  const struct stlb_mm *mm, const struct stlb_event *start)
{
	uint64_t first = stlb_event_get(start, START), end = stlb_event_get(start, END);

	if (context->update && context->update->split_mm != mm)
		context->update->split_mm = NULL;
	while (context->nr_brackets && !(stlb_event_or(start, FLAGS, BLOCKABLE) & BLOCKABLE)) {
		const struct stlb_bracket *last = &context->brackets[context->nr_brackets - 1];

		if (!stlb_bracket_may_fail(last) ||
		    (last->mm == mm && first < last->end && last->start < end))
			return;
		context->failed = *last;
		ends(m, context, last, NULL);
		context->nr_brackets--;
	}
}

static struct stlb_bracket *push(struct stlb_machine *m, struct stlb_context *context)
{
	if (!context->brackets)
		context->brackets = calloc(STLB_MAX_BRACKETS, sizeof(*context->brackets));
	if (!context->brackets) {
		m->failed = true;
		return NULL;
	}
	if (context->nr_brackets == STLB_MAX_BRACKETS) {
		ends(m, context, &context->brackets[0], NULL);
		memmove(context->brackets, context->brackets + 1,
			(STLB_MAX_BRACKETS - 1) * sizeof(*context->brackets));
		context->nr_brackets--;
	}
	return &context->brackets[context->nr_brackets++];
}

bool stlb_bracket_open(struct stlb_machine *m, struct stlb_context *context, struct stlb_mm *mm,
		       const struct stlb_event *start)
{
	struct stlb_bracket *bracket = push(m, context);

	if (!bracket)
		return false;
	memset(bracket, 0, sizeof(*bracket));
	bracket->id = ++m->next_id;
	bracket->mm = mm;
	bracket->life = mm->life;
	bracket->start = stlb_event_get(start, START);
	bracket->end = stlb_event_get(start, END);
	bracket->has_flags = stlb_event_has(start, FLAGS);
	bracket->flags = stlb_event_or(start, FLAGS, 0);
	bracket->event = (int)stlb_event_or(start, EVENT, UINT64_MAX);
	stlb_saved_event_keep(&bracket->start_event, start);
	context->start_entered = true;
	if (m->facts.begins)
		m->facts.begins(m->facts.user, context, bracket);
	return true;
}

void stlb_bracket_returned(struct stlb_machine *m, struct stlb_context *context,
			   const struct stlb_event *event)
{
	bool failed = (int32_t)stlb_event_get(event, RET) != 0;
	struct stlb_bracket *last;

	if (!context->start_entered || !context->nr_brackets)
		return;
	context->start_entered = false;
	last = &context->brackets[context->nr_brackets - 1];
	if (!failed) {
		last->sure = true;
		return;
	}
	ends(m, context, last, NULL);
	context->nr_brackets--;
}

/* ---- end ---- */

int stlb_bracket_find(const struct stlb_context *context, const struct stlb_event *end)
{
	for (uint32_t i = context->nr_brackets; i > 0; i--)
		if (stlb_bracket_is_end(&context->brackets[i - 1], end))
			return i - 1;
	return -1;
}

void stlb_brackets_close(struct stlb_machine *m, struct stlb_context *context, uint32_t index,
			 const struct stlb_event *by)
{
	while (context->nr_brackets > index) {
		ends(m, context, &context->brackets[context->nr_brackets - 1], by);
		context->nr_brackets--;
	}
}

void stlb_brackets_drop_gone(struct stlb_machine *m, struct stlb_context *context)
{
	uint32_t kept = 0;

	context->freed_mms = m->mms.freed;
	for (uint32_t i = 0; i < context->nr_brackets; i++) {
		if (context->brackets[i].life == context->brackets[i].mm->life) {
			context->brackets[kept++] = context->brackets[i];
			continue;
		}
		ends(m, context, &context->brackets[i], NULL);
		context->failed = context->brackets[i]; /* its end, if it comes, has a start */
	}
	context->nr_brackets = kept;
}
