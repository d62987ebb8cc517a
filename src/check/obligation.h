/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an update needs, from the update to whatever ends it. */
#ifndef CHECK_OBLIGATION_H
#define CHECK_OBLIGATION_H

#include "check/state.h"

/** stlb_obligation_new - an update leaves one; NULL where it could not be kept (counted) */
struct stlb_obligation *stlb_obligation_new(struct stlb_analysis *a,
					    const struct stlb_event_context *ec,
					    struct stlb_region *region, struct stlb_slot slot,
					    struct stlb_entry old, enum stlb_obligation_type type);

/** stlb_obligation_unplaced - a clear of a page in an entry that is not known which */
struct stlb_obligation *stlb_obligation_unplaced(struct stlb_analysis *a,
						 const struct stlb_event_context *ec,
						 struct stlb_entry old);

/** stlb_obligation_end - it is over; frees it */
void stlb_obligation_end(struct stlb_analysis *a, struct stlb_obligation *ob,
			 enum stlb_ending ending);

/** stlb_obligation_keep - keep an event that proves something of it */
void stlb_obligation_keep(struct stlb_analysis *a, struct stlb_obligation *ob,
			  enum stlb_later_event which, const struct stlb_event *event);

/** stlb_obligation_retype - a clear became a write-protect, or a repoint */
void stlb_obligation_retype(struct stlb_obligation *ob, enum stlb_obligation_type type);

/** stlb_obligation_before - whether what @context does now is known to come after the update */
bool stlb_obligation_before(const struct stlb_obligation *ob, const struct stlb_context *context);

/** stlb_hold_saved_event - the acquisition of a hold as evidence */
void stlb_hold_saved_event(const struct stlb_hold *hold, const struct stlb_context *context,
			   struct stlb_saved_event *event);

/** stlb_scope_put - one user less; NULL is fine */
void stlb_scope_put(struct stlb_scope *scope);

#endif
