/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fingerprints and sites. */
#ifndef CHECK_FINGERPRINT_H
#define CHECK_FINGERPRINT_H

#include "check/state.h"

/** stlb_violation_site - a number for the site of a violation: its code path, phase and stack */
uint64_t stlb_violation_site(const struct stlb_analysis *a, const struct stlb_violation *v);

/** stlb_violation_fingerprint - of all but the names of functions: 16 hex digits */
void stlb_violation_fingerprint(const struct stlb_violation *v, char fingerprint[17]);

/** stlb_fingerprint_name - the fingerprint of a finding, with the names of its functions */
void stlb_fingerprint_name(const struct stlb_analysis *a, struct stlb_finding *finding);

#endif
