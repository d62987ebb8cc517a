/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Violations are reported. */
#ifndef CHECK_REPORT_H
#define CHECK_REPORT_H

#include "check/state.h"

/** stlb_violated - an obligation is violated: at most once per rule, racy ones as such */
void stlb_violated(struct stlb_analysis *a, enum stlb_rule rule, struct stlb_obligation *ob,
		   const struct stlb_event_context *ec, const char *role, const char *missing);

/** stlb_report - report a violation; filtered, counted by site */
void stlb_report(struct stlb_analysis *a, const struct stlb_violation *v);

#endif
