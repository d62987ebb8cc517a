/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The reverse map: which entries are known to map a page. It holds the present entries of
 * subscribed mms, and answers two questions: is a page that is freed still mapped, and which entry
 * did a clear change that tells only its page.
 */
#ifndef MODEL_RMAP_H
#define MODEL_RMAP_H

#include "model/saved_event.h"
#include "model/page_table.h"

/* Present entries of all mms: 4 GiB of mapped 4 KiB pages, in 80 MiB. */
enum { STLB_MAX_MAPPINGS = 1024 * 1024 };

/** enum stlb_mapped - how an entry maps a page */
enum stlb_mapped {
	STLB_MAPPED_PTE,   /* a pte of it */
	STLB_MAPPED_PMD,   /* a huge pmd, of which it is a part */
	STLB_MAPPED_TABLE, /* a pmd that points to it, a page table */
};

/** struct stlb_mapping - one present entry, and what set it */
struct stlb_mapping {
	struct stlb_mapping *next, **link; /* in its bucket */
	struct stlb_region *region;
	uint64_t pfn; /* of the first page */
	uint64_t ns;
	const char *name, *comm;
	int32_t cpu, tid;
	uint16_t index; /* of the pte in its table */
	uint8_t how;	/* enum stlb_mapped */
	uint8_t level;	/* enum stlb_level */
	uint8_t kind, context;
	bool reported; /* of it, that a page was freed */
};

struct stlb_rmap_chunk;

/** struct stlb_rmap - zeroed is an empty one */
struct stlb_rmap {
	struct stlb_mapping **buckets;
	uint64_t random[2]; /* for stlb_map_hash() of what is mapped */
	struct stlb_mapping *unused;
	struct stlb_rmap_chunk *chunks;
	uint64_t count;
	bool full; /* entries were left out for want of room */
};

/**
 * stlb_rmap_set - note what an entry maps from now on
 * @event: what set it, NULL: not known
 *
 * Takes out what the entry mapped before. Entries that are not present and read-only special ones
 * (the zero page, which nobody frees) are only taken out. Returns false without memory.
 */
bool stlb_rmap_set(struct stlb_rmap *rmap, struct stlb_region *region, enum stlb_level level,
		   uint64_t addr, struct stlb_entry entry, const struct stlb_event *event);

/**
 * stlb_rmap_drop, stlb_rmap_drop_ptes, stlb_rmap_drop_all - what is known of one entry of a region,
 *	of its ptes, or of them and the pmd, is forgotten
 * @rmap: NULL where none is kept: there is nothing to be forgotten then
 */
void stlb_rmap_drop(struct stlb_rmap *rmap, struct stlb_region *region, enum stlb_level level,
		    uint64_t addr);
void stlb_rmap_drop_ptes(struct stlb_rmap *rmap, struct stlb_region *region);
void stlb_rmap_drop_all(struct stlb_rmap *rmap, struct stlb_region *region);

/**
 * stlb_rmap_find - the first entry after @after (NULL: of all) that maps a page in one way
 */
struct stlb_mapping *stlb_rmap_find(const struct stlb_rmap *rmap, enum stlb_mapped how,
				    uint64_t pfn, const struct stlb_mapping *after);

/** stlb_mapping_addr - the first address that the entry maps */
uint64_t stlb_mapping_addr(const struct stlb_mapping *mapping);

/** stlb_mapping_saved_event - what set the entry; name NULL where that is not known */
void stlb_mapping_saved_event(const struct stlb_mapping *mapping, struct stlb_saved_event *event);

/** stlb_mapping_reported - that its page was freed is reported: once, wherever its table goes and
 * comes */
void stlb_mapping_reported(struct stlb_mapping *mapping);

/** stlb_rmap_forget - nothing is known any more; the regions' pointers into it are stale */
void stlb_rmap_forget(struct stlb_rmap *rmap);

/** stlb_rmap_free - all of it */
void stlb_rmap_free(struct stlb_rmap *rmap);

#endif
