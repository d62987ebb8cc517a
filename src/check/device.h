/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What devices did: uses of pages that are stale, and what they saw in which order. */
#ifndef CHECK_DEVICE_H
#define CHECK_DEVICE_H

#include "check/violation.h"
#include "check/device_view.h"
#include "check/past.h"

/** stlb_on_dev_fill, _access, _inv - events of a device */
void stlb_on_dev_fill(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_dev_access(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_dev_inv(struct stlb_analysis *a, const struct stlb_event_context *ec);

/** stlb_device_verdict - observed, unless what proves a stale use is in doubt */
enum stlb_verdict stlb_device_verdict(const struct stlb_analysis *a, const struct stlb_past *past);

/**
 * stlb_device_report - report what a device did; where evidence can still clear it, later
 * @reported: of which update it tells that the device still used it, 0: of none
 */
void stlb_device_report(struct stlb_analysis *a, const struct stlb_violation *v,
			const struct stlb_past *past, uint64_t reported);

#endif
