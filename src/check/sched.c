/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scheduler: where tasks begin, and where what they do in the kernel is over. */
#include "check/bracket.h"
#include "check/deadline.h"
#include "check/detached.h"
#include "check/evidence.h"
#include "check/sched.h"
#include "model/locking.h"
#include "model/running.h"

void stlb_on_switch(struct stlb_analysis *a, const struct stlb_act *act)
{
	stlb_running_switched(&a->machine, act->task, act->event);
}

void stlb_on_waking(struct stlb_analysis *a, const struct stlb_act *act)
{
	a->result.dropped += !stlb_running_woken(&a->machine, act->task, act->event);
}

void stlb_on_fork(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_task *child;

	a->result.dropped += !stlb_running_forked(&a->machine, act->task, act->event, &child);
	if (child)
		stlb_task_begins(a, child, act->task);
}

void stlb_on_leave(struct stlb_analysis *a, const struct stlb_act *act)
{
	if (act->event->kind == STLB_USER_MODE && act->task->kind == STLB_CONTEXT_TASK)
		stlb_task_is_user(a, act->task);
	stlb_detached_over(act->task, NULL);
	STLB_CALL(a, goes_on, a, act);
	stlb_holds_end(&a->machine, act->task, act->event);
	if (act->task->nr_obligations)
		STLB_CALL(a, tables_stay_out, a, act->task);
	stlb_deadline_at_leave(a, act);
	stlb_brackets_leave(a, act);
	stlb_task_holds_none(act->task);
}
