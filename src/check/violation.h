/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a violation (struct stlb_violation) to a finding of one occurrence. */
#ifndef CHECK_VIOLATION_H
#define CHECK_VIOLATION_H

#include "check/state.h"

/** stlb_violation_verdict - observed, unless evidence was lost */
enum stlb_verdict stlb_violation_verdict(const struct stlb_analysis *a,
					 const struct stlb_obligation *ob);

/** stlb_violation_finding - a finding of one occurrence, not counted yet; NULL without memory */
struct stlb_finding *stlb_violation_finding(struct stlb_analysis *a,
					    const struct stlb_violation *v);

#endif
