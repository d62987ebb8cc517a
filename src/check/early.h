/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Updates whose place is not known: the doubt that they leave, and sets that wait till it is. */
#ifndef CHECK_EARLY_H
#define CHECK_EARLY_H

#include "check/state.h"

/** struct stlb_early_table - what was written into a page-table page; @lowest, @highest: of its
 * pages */
struct stlb_early_table {
	struct stlb_mm *mm;
	uint64_t page, age;
	uint64_t lowest, highest;
	uint32_t nr; /* entries that are known */
	struct stlb_saved_event event;
	struct stlb_entry entries[STLB_ENTRIES];
};

/** stlb_place_failed - updates that no slot was found for; of an mm with nothing pending, no matter
 */
void stlb_place_failed(struct stlb_analysis *a, const struct stlb_mm *mm, uint64_t nr);

/** stlb_place_doubt - any entry of the mm that holds the page may be the one that was cleared */
void stlb_place_doubt(struct stlb_analysis *a, struct stlb_mm *mm, struct stlb_entry old);

/** stlb_early_keep - a set into a table whose place is not known; false: it is not kept */
bool stlb_early_keep(struct stlb_analysis *a, const struct stlb_event_context *ec,
		     struct stlb_entry new, uint64_t nr);

/**
 * stlb_early_take - the table of an entry, which is placed now
 * @slot: receives the level of its entries, and the place of the first
 *
 * Returns what was written into it, to be freed by the caller; NULL where nothing was kept, or is
 * of use no more.
 */
struct stlb_early_table *stlb_early_take(struct stlb_analysis *a, const struct stlb_mm *mm,
					 uint64_t ptep, struct stlb_slot *slot);

/** stlb_early_forget, _mm, _all - a table page is freed; its mm; or events were lost */
void stlb_early_forget(struct stlb_analysis *a, uint64_t page);
void stlb_early_forget_mm(struct stlb_analysis *a, const struct stlb_mm *mm);
void stlb_early_forget_all(struct stlb_analysis *a);

/** stlb_early_free - free what is kept */
void stlb_early_free(struct stlb_analysis *a);

#endif
