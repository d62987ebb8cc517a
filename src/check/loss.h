/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lost events, and places that cannot be read. */
#ifndef CHECK_LOSS_H
#define CHECK_LOSS_H

#include "check/state.h"

void stlb_on_lost(struct stlb_analysis *a, const struct stlb_event_context *ec);

/** stlb_loss_of - a context may have made events that were lost; one of the machine's facts */
void stlb_loss_of(void *analysis, struct stlb_context *context);

/** stlb_losses_finish - losses that lie nowhere in particular */
void stlb_losses_finish(struct stlb_analysis *a);

#endif
