/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Page tables as far as they were seen. A region is what one pmd spans, 2 MiB of an mm: the pmd's
 * own entry and the 512 ptes of the table that it points to.
 */
#ifndef MODEL_REGION_H
#define MODEL_REGION_H

#include "model/slot.h"
#include "util/list.h"
#include "util/map.h"

struct stlb_event;
struct stlb_mapping;
struct stlb_rmap;

#define STLB_PAGE_SHIFT	  12
#define STLB_REGION_SHIFT 21
#define STLB_REGION_SIZE  (UINT64_C(1) << STLB_REGION_SHIFT)
#define STLB_ENTRIES	  512

enum { STLB_MAX_LOCKSET = 4, STLB_MAX_REGIONS = 8 * 1024, STLB_MAX_TABLES = 32 * 1024 };

/** struct stlb_lockset - the locks held at all updates of a page table since its population */
struct stlb_lockset {
	uint64_t table; /* its kernel address, 0: not known yet */
	uint64_t locks[STLB_MAX_LOCKSET];
	uint8_t nr;
	bool open; /* an update was seen */
	bool told; /* its emptiness was reported */
};

struct stlb_region {
	struct stlb_mm *mm;
	uint64_t base;
	struct stlb_list in_mm;	      /* struct stlb_mm's regions */
	struct stlb_list obligations; /* on entries of this region, but for those of a pud */
	struct stlb_entry pmd;
	struct stlb_entry *ptes;	 /* STLB_ENTRIES of them; NULL: none seen yet */
	struct stlb_mapping **mapped;	 /* of the ptes, in the reverse map; NULL: none */
	struct stlb_mapping *mapped_pmd; /* of the pmd, NULL: none */
	struct stlb_entry *away;	 /* the ptes of a table that was taken out, NULL: none */
	uint64_t away_pfn;		 /* of that table */
	bool out;			 /* it is, and nothing was put into its place */
	uint32_t generation;		 /* of struct stlb_regions when all this was learned */
	uint64_t table;			 /* kernel address of the pte table, 0: not known */
	struct stlb_lockset lockset;	 /* of the pte table */
};

/** struct stlb_regions - all regions, bounded in number */
struct stlb_regions {
	struct stlb_map map;	/* by mm and base */
	struct stlb_map tables; /* page of a table's address -> struct stlb_table */
	uint64_t forgotten;	/* given up for want of room */
	uint32_t hand;		/* where the search for room goes on */
	uint32_t generation;	/* what was learned in an older one is known no more */
	struct stlb_rmap *rmap; /* NULL: not kept */
};

/** struct stlb_table - where the entries of a page-table page belong */
struct stlb_table {
	struct stlb_mm *mm;
	uint64_t page;	     /* kernel address of the table */
	uint64_t base;	     /* user address of its first entry */
	uint32_t generation; /* as a region's */
	enum stlb_level level;
};

/** stlb_level_shift - log2 of what an entry of a level maps, in bytes */
static inline unsigned int stlb_level_shift(enum stlb_level level)
{
	return STLB_PAGE_SHIFT + 9 * level;
}

/** stlb_pte_index - which entry of its pte table an address belongs to */
static inline unsigned int stlb_pte_index(uint64_t addr)
{
	return (addr >> STLB_PAGE_SHIFT) & (STLB_ENTRIES - 1);
}

/** stlb_is_of_huge_pages - whether a range begins and ends where huge pages do; [0, 0) does not */
static inline bool stlb_is_of_huge_pages(uint64_t start, uint64_t end)
{
	return end && !((start | end) & (STLB_REGION_SIZE - 1));
}

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
