/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a breach (struct stlb_case) to a finding of one occurrence. */
#ifndef CHECK_CASE_H
#define CHECK_CASE_H

#include "check/state.h"

/** stlb_case_verdict - observed, unless evidence was lost */
enum stlb_verdict stlb_case_verdict(const struct stlb_analysis *a,
				    const struct stlb_obligation *ob);

/** stlb_case_passes - whether a breach is to be counted: its rule is judged */
bool stlb_case_passes(const struct stlb_analysis *a, const struct stlb_case *c);

/** stlb_case_finding - a finding of one occurrence, not counted yet; NULL without memory */
struct stlb_finding *stlb_case_finding(struct stlb_analysis *a, const struct stlb_case *c);

#endif
