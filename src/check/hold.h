/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of critical sections. */
#ifndef CHECK_HOLD_H
#define CHECK_HOLD_H

#include "check/state.h"

/** stlb_locks_traced - whether holds can be distinguished at all */
bool stlb_locks_traced(const struct stlb_analysis *a);

/** stlb_on_lock_acquire, _acquired, _release - events of a spinlock */
void stlb_on_lock_acquire(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_lock_acquired(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_lock_release(struct stlb_analysis *a, const struct stlb_event_context *ec);

/** stlb_hold_over - a critical section ends; one of the machine's facts */
void stlb_hold_over(void *analysis, struct stlb_context *context, const struct stlb_hold *over,
		    enum stlb_over how, const struct stlb_event *by);

#endif
