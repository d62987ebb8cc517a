/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where an update lies when its event does not say. */
#ifndef CHECK_PLACE_H
#define CHECK_PLACE_H

#include "check/state.h"

/** stlb_on_map, stlb_on_ptl_map - a page is mapped, as its reverse mapping tells; a table is */
void stlb_on_map(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_ptl_map(struct stlb_analysis *a, const struct stlb_event_context *ec);

/** stlb_place_learned - after an event that may have shown where a table lies: sets into it are
 * placed
 */
void stlb_place_learned(struct stlb_analysis *a, const struct stlb_event_context *ec,
			enum stlb_level level);

/** stlb_place_clear - a clear without address: by pfn in the mapped table, else by the next set */
void stlb_place_clear(struct stlb_analysis *a, const struct stlb_event_context *ec,
		      struct stlb_entry old);

/**
 * stlb_place_parked - the set of a slot names where a parked clear was
 * @found, @new: what the slot says before and after
 * @nr: how many slots are still to be set, with this one
 *
 * Returns whether there was one that it names.
 */
bool stlb_place_parked(struct stlb_analysis *a, const struct stlb_event_context *ec,
		       struct stlb_slot slot, struct stlb_entry found, struct stlb_entry new,
		       uint64_t nr);

/** stlb_place_invalidated - a task invalidated a range: parked clears of its have to know */
void stlb_place_invalidated(struct stlb_context *context, const struct stlb_mm *mm, uint64_t start,
			    uint64_t end);

/** stlb_place_note - an entry of the mapped table was cleared by an event that names it */
void stlb_place_note(struct stlb_context *context, const struct stlb_mm *mm, struct stlb_slot slot);

/** stlb_place_freed - pages are freed: parked clears of them are judged by their page */
void stlb_place_freed(struct stlb_analysis *a, const struct stlb_event_context *ec, uint64_t pfn,
		      uint64_t nr);

/** stlb_place_drop - a hold ends: clears that no set has named are unplaced */
void stlb_place_drop(struct stlb_analysis *a, struct stlb_context *context, uint64_t hold);

/** stlb_maps_apply - a hold (or, 0, the bracket) ends: what was mapped in it is set by now */
void stlb_maps_apply(struct stlb_analysis *a, const struct stlb_event_context *ec, uint64_t hold,
		     uint64_t bracket);

#endif
