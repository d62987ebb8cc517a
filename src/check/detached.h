/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A page table that a context has taken out: what it clears in there, nobody can walk to any more.
 */
#ifndef CHECK_DETACHED_H
#define CHECK_DETACHED_H

#include "check/state.h"

/** stlb_detach - the context takes the table of an address out */
void stlb_detach(const struct stlb_event_context *ec, uint64_t base);

/** stlb_detach_unplaced - it takes one out, which is not known */
void stlb_detach_unplaced(const struct stlb_event_context *ec);

/** stlb_detached_replaced - a table, the same or another, or a huge page is in its place */
void stlb_detached_replaced(struct stlb_context *context, const struct stlb_mm *mm);

/** stlb_has_taken_out - whether the context's operation took out the table of an address */
bool stlb_has_taken_out(const struct stlb_event_context *ec, uint64_t base);

/** stlb_detached_over - the context goes on with something else in an mm (NULL: in any) */
void stlb_detached_over(struct stlb_context *context, const struct stlb_mm *mm);

/** stlb_is_out_of_sight - whether an entry is of the table that the context has taken out */
bool stlb_is_out_of_sight(const struct stlb_event_context *ec, uint64_t addr);

/** stlb_detached_may_be - whether a clear may be of a table that was taken out, not known which */
bool stlb_detached_may_be(const struct stlb_analysis *a, const struct stlb_event_context *ec);

/**
 * stlb_detached_clear - the clear of a pte
 *
 * Returns true where it is of the table that the context has taken out: it needs no invalidation,
 * but the table may be put back without that entry.
 */
bool stlb_detached_clear(struct stlb_analysis *a, const struct stlb_event_context *ec,
			 struct stlb_entry old);

#endif
