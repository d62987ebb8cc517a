/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An entry says something new. */
#ifndef CHECK_SET_H
#define CHECK_SET_H

#include "check/state.h"

/** stlb_set - an entry says @new; @old is what it said, not known: what was seen of it last */
void stlb_set(struct stlb_analysis *a, const struct stlb_event_context *ec, struct stlb_slot slot,
	      struct stlb_entry old, struct stlb_entry new);

/** stlb_set_old_value - only after a set at @slot an event tells what the entry said before it */
void stlb_set_old_value(struct stlb_analysis *a, const struct stlb_event_context *ec,
			struct stlb_slot slot, struct stlb_entry old, struct stlb_entry new);

/**
 * stlb_set_table - a pmd points to a table
 *
 * Returns whether it is the one that was taken out of it, as far as that is still known.
 */
bool stlb_set_table(struct stlb_analysis *a, const struct stlb_event_context *ec,
		    struct stlb_region *region, struct stlb_slot slot, struct stlb_entry table);

/** stlb_settle_tentative - a hold is over: did what was set while it was suspended belong to it? */
void stlb_settle_tentative(struct stlb_analysis *a, struct stlb_context *context, uint64_t hold,
			   bool went_on);

/** stlb_settle_zeroes - a hold ends: was a huge zero page split into zero ptes? */
void stlb_settle_zeroes(struct stlb_analysis *a, struct stlb_context *context, uint64_t hold);

#endif
