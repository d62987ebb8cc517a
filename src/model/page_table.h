/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Page tables as far as they were seen: what is kept of them. A region is what one pmd spans, 2 MiB
 * of an mm: the pmd's own entry and the 512 ptes of the table that it points to.
 */
#ifndef MODEL_PAGE_TABLE_H
#define MODEL_PAGE_TABLE_H

#include "model/slot.h"
#include "util/list.h"
#include "util/map.h"

struct stlb_mapping;
struct stlb_mm;
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
	bool open;     /* an update was seen */
	bool reported; /* its emptiness was reported */
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
	uint64_t forgotten;	/* of subscribed mms: given up, or never known, for want of room */
	uint32_t search_at;	/* where the search for room goes on */
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

/** stlb_ptep_index - which entry of its table is at a kernel address, at any level */
static inline uint64_t stlb_ptep_index(uint64_t ptep)
{
	return ptep / sizeof(uint64_t) % STLB_ENTRIES;
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

#endif
