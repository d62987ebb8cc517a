/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Page tables of two mms, for the tests of the model. */
#ifndef MADE_MODEL_H
#define MADE_MODEL_H

#include <criterion/criterion.h>

#include "model/context.h"
#include "model/region.h"
#include "model/rmap.h"

#define MM1	UINT64_C(0xffff888041aa0000)
#define MM2	UINT64_C(0xffff888041bb0000)
#define BASE	UINT64_C(0x7f0000000000)
#define PAGE(n) (BASE + ((uint64_t)(n) << 12))
#define TABLE1	UINT64_C(0xffff888007000000)
#define TABLE2	UINT64_C(0xffff888007001000)

/** struct tables - what the tests look at */
struct tables {
	struct stlb_mms mms;
	struct stlb_regions regions;
	struct stlb_mm *mm, *other;
};

static inline void tables_init(struct tables *t)
{
	*t = (struct tables){0};
	t->mm = stlb_mm_get(&t->mms, MM1);
	t->other = stlb_mm_get(&t->mms, MM2);
	cr_assert(t->mm && t->other);
}

/* The same with the reverse map, and the first mm subscribed. */
static inline void tables_init_mapped(struct tables *t)
{
	tables_init(t);
	cr_assert_eq(stlb_regions_keep_rmap(&t->regions), 0);
	stlb_mm_subscribe(&t->mms, t->mm);
}

static inline void tables_free(struct tables *t)
{
	stlb_regions_free(&t->regions);
	stlb_mms_free(&t->mms);
}

static inline struct stlb_entry page(uint64_t pfn)
{
	return (struct stlb_entry){
		.pfn = pfn, .state = STLB_PRESENT, .known = 1, .rights_known = 1, .writable = 1};
}

static inline struct stlb_entry table_of(uint64_t pfn)
{
	return (struct stlb_entry){.pfn = pfn, .state = STLB_TABLE, .known = 1, .rights_known = 1};
}

static inline struct stlb_region *region_at(struct tables *t, struct stlb_mm *mm, uint64_t addr)
{
	struct stlb_region *region = stlb_region_get(&t->regions, mm, addr);

	cr_assert_not_null(region);
	return region;
}

static inline void set_entry(struct tables *t, struct stlb_mm *mm, enum stlb_level level,
			     uint64_t addr, struct stlb_entry entry)
{
	cr_assert_eq(stlb_region_set(&t->regions, region_at(t, mm, addr), level, addr, entry, NULL),
		     0);
}

static inline void set_page(struct tables *t, struct stlb_mm *mm, uint64_t addr, uint64_t pfn)
{
	set_entry(t, mm, STLB_LEVEL_PTE, addr, page(pfn));
}

static inline struct stlb_entry entry_at(struct tables *t, struct stlb_mm *mm,
					 enum stlb_level level, uint64_t addr)
{
	return stlb_region_entry(stlb_region_find(&t->regions, mm, addr), level, addr);
}

/* The page that a pte is known to map, 0: none. */
static inline uint64_t pfn_at(struct tables *t, struct stlb_mm *mm, uint64_t addr)
{
	struct stlb_entry entry = entry_at(t, mm, STLB_LEVEL_PTE, addr);

	return stlb_entry_is_present(entry) ? entry.pfn : 0;
}

/* How many entries are known to map a page in one way. */
static inline unsigned int mappings(const struct tables *t, enum stlb_mapped how, uint64_t pfn)
{
	const struct stlb_mapping *mapping = NULL;
	unsigned int nr = 0;

	while ((mapping = stlb_rmap_find(t->regions.rmap, how, pfn, mapping)))
		nr++;
	return nr;
}

static inline void learn(struct tables *t, struct stlb_mm *mm, uint64_t ptep, uint64_t addr)
{
	stlb_table_learn(&t->regions, mm, STLB_LEVEL_PTE, ptep, addr);
}

/* Where an entry of an mm is known to lie, 0: not known. */
static inline uint64_t placed(const struct tables *t, const struct stlb_mm *mm, uint64_t ptep)
{
	enum stlb_level level;
	uint64_t addr;

	return stlb_table_place(&t->regions, mm, ptep, &level, &addr) ? addr : 0;
}

#endif
