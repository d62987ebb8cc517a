/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is noted in the regions of the page tables, and asked of them. */
#ifndef MODEL_REGION_H
#define MODEL_REGION_H

#include "model/page_table.h"

struct stlb_event;

/** stlb_region_find - the region of an address, NULL where nothing was seen of it */
struct stlb_region *stlb_region_find(struct stlb_regions *regions, const struct stlb_mm *mm,
				     uint64_t addr);

/** stlb_region_get - the same, made where there was none; NULL without memory or room */
struct stlb_region *stlb_region_get(struct stlb_regions *regions, struct stlb_mm *mm,
				    uint64_t addr);

/** stlb_region_entry - what is known of the entry of a level at an address */
struct stlb_entry stlb_region_entry(const struct stlb_region *region, enum stlb_level level,
				    uint64_t addr);

/**
 * stlb_region_set - note what an entry says from now on
 * @event: what set it, NULL: not known
 *
 * Returns 0 or -ENOMEM.
 */
int stlb_region_set(struct stlb_regions *regions, struct stlb_region *region, enum stlb_level level,
		    uint64_t addr, struct stlb_entry entry, const struct stlb_event *event);

/** stlb_region_doubt - an entry may have changed unseen: it is not known any more */
void stlb_region_doubt(struct stlb_regions *regions, struct stlb_region *region,
		       enum stlb_level level, uint64_t addr);

/** stlb_region_present - how many present ptes are known, and (@unknown) how many are not known */
unsigned int stlb_region_present(const struct stlb_region *region, unsigned int *unknown);

/** stlb_region_take_out - the pmd's table is taken out: it may be put back, with what it says */
void stlb_region_take_out(struct stlb_regions *regions, struct stlb_region *region, uint64_t pfn);

/**
 * stlb_region_put_back - a table is put into the pmd
 *
 * Returns 1 where it is the one that was taken out, which says what it said; else 0, or -ENOMEM.
 */
int stlb_region_put_back(struct stlb_regions *regions, struct stlb_region *region, uint64_t pfn);

/**
 * stlb_region_set_away - an entry of the table that was taken out is changed meanwhile
 *
 * Returns 0 or -ENOMEM.
 */
int stlb_region_set_away(struct stlb_regions *regions, struct stlb_region *region, uint64_t addr,
			 struct stlb_entry entry);

/** stlb_region_forget_ptes - its table was taken away or freed */
void stlb_region_forget_ptes(struct stlb_regions *regions, struct stlb_region *region);

/** stlb_region_drop - forget a region that holds no obligation */
void stlb_region_drop(struct stlb_regions *regions, struct stlb_region *region);

/**
 * stlb_table_learn - an event showed both an entry's kernel address and what it maps
 *
 * A table known at another base of the same mm was moved (mremap): its ptes go along. One known
 * for another mm was freed and taken again: what was known of it is forgotten. One more than there
 * is room for counts as forgotten.
 */
void stlb_table_learn(struct stlb_regions *regions, struct stlb_mm *mm, enum stlb_level level,
		      uint64_t ptep, uint64_t addr);

/**
 * stlb_table_place - the user address of an entry of an mm
 * @level: where the table's level goes
 *
 * Returns false where the table page is not known, or known for another mm.
 */
bool stlb_table_place(const struct stlb_regions *regions, const struct stlb_mm *mm, uint64_t ptep,
		      enum stlb_level *level, uint64_t *addr);

/** stlb_table_find - the table that an entry is in, of whatever mm; NULL where it is not known */
const struct stlb_table *stlb_table_find(const struct stlb_regions *regions, uint64_t ptep);

/** stlb_table_forget - a table page was freed; @page is its kernel address */
void stlb_table_forget(struct stlb_regions *regions, uint64_t page);

/** stlb_regions_keep_rmap - begin to keep the reverse map, of what is set from now on; 0, -ENOMEM
 */
int stlb_regions_keep_rmap(struct stlb_regions *regions);

/** stlb_regions_map - an mm is subscribed: its entries join the reverse map; 0 or -ENOMEM */
int stlb_regions_map(struct stlb_regions *regions, struct stlb_mm *mm);

/** stlb_regions_unmap - an mm has no subscriber any more: they leave it */
void stlb_regions_unmap(struct stlb_regions *regions, struct stlb_mm *mm);

/** stlb_regions_forget - events were lost: what entries and tables said proves nothing any more */
void stlb_regions_forget(struct stlb_regions *regions);

/** stlb_regions_free - all of it */
void stlb_regions_free(struct stlb_regions *regions);

#endif
