/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Brackets: which invalidate_range_start an end belongs to. */
#ifndef MODEL_BRACKETING_H
#define MODEL_BRACKETING_H

#include "model/machine.h"

/** stlb_start_may_block - whether an invalidate_range_start says that it may sleep */
bool stlb_start_may_block(const struct stlb_event *start);

/** stlb_bracket_may_fail - its start may not block, and is not known to have succeeded */
bool stlb_bracket_may_fail(const struct stlb_bracket *bracket);

/** stlb_bracket_is_end - whether an event is the invalidate_range_end of a bracket */
bool stlb_bracket_is_end(const struct stlb_bracket *bracket, const struct stlb_event *event);

/**
 * stlb_bracket_follows - a start follows: those before it that failed are no brackets
 *
 * A start that may not block can fail, and then has no end. Where its return is not traced, a new
 * one of its kind that has nothing in common with it shows that it did.
 */
void stlb_bracket_follows(struct stlb_machine *m, struct stlb_context *context,
			  const struct stlb_mm *mm, const struct stlb_event *start);

/**
 * stlb_bracket_open - a start: the bracket is open, though it may still fail
 *
 * One more than there is room for takes the place of the outermost. Returns false without memory.
 */
bool stlb_bracket_open(struct stlb_machine *m, struct stlb_context *context, struct stlb_mm *mm,
		       const struct stlb_event *start);

/** stlb_bracket_returned - its start returns, with 0 where it succeeded */
void stlb_bracket_returned(struct stlb_machine *m, struct stlb_context *context,
			   const struct stlb_event *event);

/** stlb_bracket_find - the innermost bracket that an end belongs to; -1: none is open */
int stlb_bracket_find(const struct stlb_context *context, const struct stlb_event *end);

/** stlb_brackets_close - the bracket at an index is over, and those inside of it */
void stlb_brackets_close(struct stlb_machine *m, struct stlb_context *context, uint32_t index,
			 const struct stlb_event *by);

/** stlb_brackets_drop_gone - those of mms that are gone are forgotten: nothing ends them */
void stlb_brackets_drop_gone(struct stlb_machine *m, struct stlb_context *context);

#endif
