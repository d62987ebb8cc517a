/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What devices are held against. All of it is called only where a->devices is there. */
#ifndef CHECK_DEVICE_NOTE_H
#define CHECK_DEVICE_NOTE_H

#include "check/state.h"

/** stlb_device_doubt - how often until now something was lost, not placed or given up */
uint64_t stlb_device_doubt(const struct stlb_analysis *a);

/** stlb_device_note_update - an entry says something new; before its obligation is made */
void stlb_device_note_update(struct stlb_analysis *a, const struct stlb_event_context *ec,
			     struct stlb_slot slot, struct stlb_entry old, struct stlb_entry new);

/** stlb_device_note_not_placed - a set whose slot is not known (yet) */
void stlb_device_note_not_placed(struct stlb_analysis *a, const struct stlb_mm *mm);

/** stlb_device_note_free - pages were freed that a device may still hold */
void stlb_device_note_free(struct stlb_analysis *a, const struct stlb_event_context *ec,
			   uint64_t pfn, uint64_t nr);

/** stlb_device_note_obligation - the update noted last left this obligation */
void stlb_device_note_obligation(struct stlb_analysis *a, struct stlb_obligation *ob);

/** stlb_device_note_gone - an invalidation that is ordered after its update covers [start, end) */
void stlb_device_note_gone(struct stlb_analysis *a, const struct stlb_event_context *ec,
			   const struct stlb_obligation *ob, uint64_t start, uint64_t end);

/** stlb_device_note_over - the obligation ends */
void stlb_device_note_over(struct stlb_analysis *a, const struct stlb_obligation *ob,
			   enum stlb_ending ending);

#endif
