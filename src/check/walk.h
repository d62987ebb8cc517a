/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is pending for the entries of a place: those of the 2 MiB region that it lies in, and the 1
 * GiB entries that reach over it, which are in a list of their own.
 */
#ifndef CHECK_WALK_H
#define CHECK_WALK_H

#include "check/state.h"

/** struct stlb_walk - a walk over the obligations whose entries have an address with a slot */
struct stlb_walk {
	struct stlb_slot slot;
	struct stlb_list *list, *next, *pud_level; /* @pud_level: still to come, or NULL */
	bool by_mm;
};

/** stlb_walk_at - begin one; @region: that of the slot, NULL: nothing was seen of it */
struct stlb_walk stlb_walk_at(struct stlb_mm *mm, struct stlb_region *region,
			      struct stlb_slot slot);

/** stlb_walk_next - the next one, NULL at the end; the one before may be over by now */
struct stlb_obligation *stlb_walk_next(struct stlb_walk *walk);

#endif
