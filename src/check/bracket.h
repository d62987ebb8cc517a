/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Brackets: invalidate_range_start and its end. */
#ifndef CHECK_BRACKET_H
#define CHECK_BRACKET_H

#include "check/state.h"

/** stlb_on_inv_start, _start_ret, _end, _end_ret - the entries of both, and their returns */
void stlb_on_inv_start(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_inv_start_ret(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_inv_end(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_inv_end_ret(struct stlb_analysis *a, const struct stlb_event_context *ec);

/** stlb_brackets_leave - the task leaves the kernel: what it has still open never ends */
void stlb_brackets_leave(struct stlb_analysis *a, const struct stlb_event_context *ec);

#endif
