/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Breaches are reported. */
#ifndef CHECK_REPORT_H
#define CHECK_REPORT_H

#include "check/state.h"

/** stlb_breach - an obligation is breached: at most once per rule, racy ones as such */
void stlb_breach(struct stlb_analysis *a, enum stlb_rule rule, struct stlb_obligation *ob,
		 const struct stlb_act *act, const char *role, const char *missing);

/** stlb_report - report a breach; filtered, counted by site */
void stlb_report(struct stlb_analysis *a, const struct stlb_case *c);

#endif
