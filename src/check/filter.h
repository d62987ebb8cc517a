/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which violations are selected. */
#ifndef CHECK_FILTER_H
#define CHECK_FILTER_H

#include "check/state.h"

/** stlb_violation_hidden - the kinds of filters that hide a violation, as bits; 0: it is selected
 */
uint32_t stlb_violation_hidden(const struct stlb_analysis *a, const struct stlb_violation *v);

/** stlb_filter_waits - whether a value of the filter has met nothing so far */
bool stlb_filter_waits(const struct stlb_analysis *a);

/** stlb_filter_note - an event: which values it matches */
void stlb_filter_note(struct stlb_analysis *a, const struct stlb_event *event);

#endif
