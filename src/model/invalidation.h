/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What invalidates secondary TLBs (staletlb-kernel(7)). */
#ifndef MODEL_INVALIDATION_H
#define MODEL_INVALIDATION_H

#include "staletlb/event.h"

/**
 * stlb_end_invalidates - whether an invalidate_range_end invalidates its range
 *
 * Before 6.6 each does, unless it says only_end; from 6.6 on none does.
 */
static inline bool stlb_end_invalidates(const struct stlb_event *event, bool before_6_6)
{
	return before_6_6 && stlb_event_or(event, ONLY_END, 0) == 0;
}

#endif
