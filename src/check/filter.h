/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which breaches are selected. */
#ifndef CHECK_FILTER_H
#define CHECK_FILTER_H

#include "check/state.h"

/** stlb_rule_is_judged - it is on, or only its findings are not wanted */
bool stlb_rule_is_judged(const struct stlb_analysis *a, enum stlb_rule rule);

/** stlb_case_hidden - the kinds of filters that hide a breach, as bits; 0: it is selected */
uint32_t stlb_case_hidden(const struct stlb_analysis *a, const struct stlb_case *c);

/** stlb_filter_waits - whether a value of the filter has met nothing so far */
bool stlb_filter_waits(const struct stlb_analysis *a);

/** stlb_filter_note - an event: which values it matches */
void stlb_filter_note(struct stlb_analysis *a, const struct stlb_event *event);

#endif
