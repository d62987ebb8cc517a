/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Invalidations: which obligations they meet. */
#ifndef CHECK_INVALIDATE_H
#define CHECK_INVALIDATE_H

#include "check/discharge.h"

/** stlb_on_inv_range, stlb_on_inv_range_ret - one is called, and returns */
void stlb_on_inv_range(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_inv_range_ret(struct stlb_analysis *a, const struct stlb_event_context *ec);

/** stlb_invalidate - from now on no secondary TLB holds a translation of the range */
void stlb_invalidate(struct stlb_analysis *a, const struct stlb_event_context *ec,
		     struct stlb_invalidation what);

#endif
