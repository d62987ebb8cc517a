/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scheduler: where tasks begin, and where what they do in the kernel is over. */
#include "check/bracket.h"
#include "check/deadline.h"
#include "check/detached.h"
#include "check/evidence.h"
#include "check/sched.h"
#include "model/locking.h"
#include "model/running.h"

void stlb_on_switch(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	stlb_running_switched(&a->machine, ec->context, ec->event);
}

void stlb_on_waking(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	a->result.dropped += !stlb_running_woken(&a->machine, ec->context, ec->event);
}

void stlb_on_fork(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_context *child;

	a->result.dropped += !stlb_running_forked(&a->machine, ec->context, ec->event, &child);
	if (child)
		stlb_context_begins(a, child, ec->context);
}

void stlb_on_leave(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	if (ec->event->kind == STLB_USER_MODE && ec->context->kind == STLB_CONTEXT_TASK)
		stlb_context_is_user(a, ec->context);
	stlb_detached_over(ec->context, NULL);
	STLB_CALL(a, goes_on, a, ec);
	stlb_holds_end(&a->machine, ec->context, ec->event);
	if (ec->context->nr_obligations)
		STLB_CALL(a, tables_stay_out, a, ec->context);
	stlb_deadline_at_leave(a, ec);
	stlb_brackets_leave(a, ec);
	stlb_context_holds_none(ec->context);
}
