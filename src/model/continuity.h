/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Continuity: an event that tells what an entry said before its write proves that no write was
 * missed since the event before, or that one was. And a table whose page is freed is empty: entries
 * in it that were not seen being cleared were cleared unseen, unless its mm is torn down.
 */
#ifndef MODEL_CONTINUITY_H
#define MODEL_CONTINUITY_H

#include "model/saved_event.h"
#include "model/tree.h"

enum { STLB_MAX_BROKEN = 16 };

/** struct stlb_broken - an entry that was written unseen, between two events */
struct stlb_broken {
	struct stlb_saved_event before, after; /* @before: its name NULL where the page was new */
	uint64_t said, found;		       /* by @before; by @after */
	uint64_t ptep;
	uint32_t used; /* of a table that was freed: entries not cleared; else 0 */
	bool placed;
	struct stlb_place place; /* where @placed */
};

/** struct stlb_continuity - zeroed: nothing looked at yet */
struct stlb_continuity {
	uint64_t links, broken, freed; /* @freed: tables with entries that were not cleared */
	struct stlb_broken kept[STLB_MAX_BROKEN];
	uint32_t nr_kept;
};

/**
 * stlb_continuity_broken - an entry said something else than what was last written to it
 *
 * Counted; returns where the caller notes what it knows of it, NULL: there are enough.
 */
struct stlb_broken *stlb_continuity_broken(struct stlb_continuity *continuity,
					   const struct stlb_written *before,
					   const struct stlb_event *after, uint64_t found);

/** stlb_continuity_freed - a table is freed with entries that were not cleared; as above */
struct stlb_broken *stlb_continuity_freed(struct stlb_continuity *continuity,
					  const struct stlb_event *after);

#endif
