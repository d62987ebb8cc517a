/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TRACEFS_MISSED_H
#define TRACEFS_MISSED_H

#include "staletlb/probe.h"

/** stlb_missed_returns - returns that the plan's return probes did not see so far */
uint64_t stlb_missed_returns(const struct stlb_plan *plan, const char *tracing);

#endif
