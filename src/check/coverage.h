/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Coverage: which rules could be judged. */
#ifndef CHECK_COVERAGE_H
#define CHECK_COVERAGE_H

#include "check/state.h"

/** stlb_coverage - what could be judged; and what could not after all is doubted */
void stlb_coverage(struct stlb_analysis *a);

/** stlb_rule_lower - a rule could be checked no further than @to, and why */
void stlb_rule_lower(struct stlb_rule_result *result, enum stlb_judged to, const char *reason);

#endif
