/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of operations: what they pending must be paid. */
#ifndef CHECK_DEADLINE_H
#define CHECK_DEADLINE_H

#include "check/state.h"

/** stlb_deadline_at_end - which operations a bracket's end concludes */
void stlb_deadline_at_end(struct stlb_analysis *a, const struct stlb_event_context *ec,
			  const struct stlb_bracket *bracket, bool invalidates);

/** stlb_deadline_at_unlock - the task drops the mmap_lock of an mm: what it did under it is over */
void stlb_deadline_at_unlock(struct stlb_analysis *a, const struct stlb_event_context *ec);

/** stlb_deadline_at_leave - the task leaves the kernel: all that it did is over */
void stlb_deadline_at_leave(struct stlb_analysis *a, const struct stlb_event_context *ec);

#endif
