/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of critical sections: what waits for it. */
#include "check/hold.h"
#include "check/note.h"
#include "check/place.h"
#include "check/set.h"
#include "model/locking.h"

bool stlb_locks_traced(const struct stlb_analysis *a)
{
	return stlb_kinds_has(&a->seen, STLB_LOCK_ACQUIRE) ||
	       stlb_kinds_has(&a->seen, STLB_LOCK_ACQUIRED);
}

/* What was done in a hold that is forgotten can no longer be distinguished from what comes after
 * it. */
static void doubt_hold(struct stlb_analysis *a, struct stlb_context *context, uint64_t hold)
{
	struct stlb_list *at, *next;

	stlb_note(a, "a context held more locks than can be tracked: what it changed under one of "
		     "them is inconclusive");
	stlb_list_each (at, next, &context->clears) {
		struct stlb_obligation *ob =
			stlb_list_entry(at, struct stlb_obligation, in_context);

		ob->lossy |= ob->scope->hold == hold;
	}
}

/* What an update left to be judged when its critical section is over. */
void stlb_hold_over(void *analysis, struct stlb_context *context, const struct stlb_hold *over,
		    enum stlb_over how, const struct stlb_event *by)
{
	struct stlb_analysis *a = analysis;
	struct stlb_event_context ec = {by, context, NULL};
	struct stlb_hold hold;

	if (how == STLB_OVER_NEVER)
		doubt_hold(a, context, over->id);
	if (how == STLB_OVER_NEVER || how == STLB_OVER_DROPPED)
		return;
	hold = *over;
	stlb_maps_apply(a, &ec, hold.id, 0);
	stlb_settle_zeroes(a, context, hold.id);
	stlb_place_drop(a, context, hold.id);
	if (hold.suspended)
		stlb_settle_tentative(a, context, hold.id, how == STLB_OVER_RELEASED);
	STLB_CALL(a, hold_over, a, context, &hold, how == STLB_OVER_RELEASED);
	STLB_CALL(a, left_alone, a, &ec, hold.id);
}

/* ---- events ---- */

void stlb_on_lock_acquire(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	stlb_lock_asked(&a->machine, ec->context, ec->event);
}

void stlb_on_lock_acquired(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	stlb_lock_acquired(&a->machine, ec->context, ec->event);
}

void stlb_on_lock_release(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	stlb_lock_released(&a->machine, ec->context, ec->event);
}
