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

/* What was done in a hold that is forgotten can no longer be told from what comes after it. */
static void doubt_hold(struct stlb_analysis *a, struct stlb_task *task, uint64_t hold)
{
	struct stlb_list *at, *next;

	stlb_note(a, "a context held more locks than can be tracked: what it changed under one of "
		     "them is inconclusive");
	stlb_list_each (at, next, &task->clears) {
		struct stlb_obligation *ob = stlb_list_entry(at, struct stlb_obligation, in_task);

		ob->lossy |= ob->scope->hold == hold;
	}
}

/* What an update left to be judged when its critical section is over. */
void stlb_hold_over(void *analysis, struct stlb_task *task, const struct stlb_hold *over,
		    enum stlb_over how, const struct stlb_event *by)
{
	struct stlb_analysis *a = analysis;
	struct stlb_act act = {by, task, NULL};
	struct stlb_hold hold;

	if (how == STLB_OVER_NEVER)
		doubt_hold(a, task, over->id);
	if (how == STLB_OVER_NEVER || how == STLB_OVER_DROPPED)
		return;
	hold = *over;
	stlb_maps_apply(a, &act, hold.id, 0);
	stlb_settle_zeroes(a, task, hold.id);
	stlb_place_drop(a, task, hold.id);
	if (hold.suspended)
		stlb_settle_tentative(a, task, hold.id, how == STLB_OVER_RELEASED);
	STLB_CALL(a, hold_over, a, task, &hold, how == STLB_OVER_RELEASED);
	STLB_CALL(a, left_alone, a, &act, hold.id);
}

/* ---- events ---- */

void stlb_on_lock_acquire(struct stlb_analysis *a, const struct stlb_act *act)
{
	stlb_lock_asked(&a->machine, act->task, act->event);
}

void stlb_on_lock_acquired(struct stlb_analysis *a, const struct stlb_act *act)
{
	stlb_lock_acquired(&a->machine, act->task, act->event);
}

void stlb_on_lock_release(struct stlb_analysis *a, const struct stlb_act *act)
{
	stlb_lock_released(&a->machine, act->task, act->event);
}
