/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scheduler: where tasks begin, and where what they do in the kernel is over. */
#ifndef CHECK_SCHED_H
#define CHECK_SCHED_H

#include "check/state.h"

/** stlb_on_switch, _waking, _fork - events of the scheduler */
void stlb_on_switch(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_waking(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_fork(struct stlb_analysis *a, const struct stlb_event_context *ec);

/** stlb_on_leave - the task returns to user mode, or exits */
void stlb_on_leave(struct stlb_analysis *a, const struct stlb_event_context *ec);

#endif
