/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an invalidation does to an obligation. */
#ifndef CHECK_DISCHARGE_H
#define CHECK_DISCHARGE_H

#include "check/state.h"

/** struct stlb_invalidation - what was invalidated; @at_end: by invalidate_range_end */
struct stlb_invalidation {
	uint64_t start, end;
	bool at_end;
	uint64_t entered_ns; /* 0: its duration is not known */
};

/**
 * stlb_invalidate_one - an obligation's mm is invalidated, for what it matters to the obligation
 * @what: whole pages
 *
 * It may be over then.
 */
void stlb_invalidate_one(struct stlb_analysis *a, const struct stlb_event_context *ec,
			 struct stlb_obligation *ob, const struct stlb_invalidation *what);

/** stlb_obligation_is_kept - whether something is still to be reported of a discharged one */
bool stlb_obligation_is_kept(const struct stlb_analysis *a, const struct stlb_obligation *ob);

/** stlb_obligation_is_partly_covered - of a huge entry, a part is neither covered nor back */
bool stlb_obligation_is_partly_covered(const struct stlb_obligation *ob);

#endif
