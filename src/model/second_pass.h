/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine for whoever reads a trace a second time: all of its events, without any rule. */
#ifndef MODEL_SECOND_PASS_H
#define MODEL_SECOND_PASS_H

#include "model/machine.h"

/**
 * stlb_second_pass_event - take the next event of a trace in; the facts are reported meanwhile
 *
 * Returns its context; NULL for a loss, for an event that concerns no rule, and where there is no
 * room for its context. Look at @failed of the machine for the lack of memory.
 */
struct stlb_context *stlb_second_pass_event(struct stlb_machine *m, const struct stlb_event *event);

/** stlb_second_pass_finish - the trace is over: what was asked for last is held */
void stlb_second_pass_finish(struct stlb_machine *m);

#endif
