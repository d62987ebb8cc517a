/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/region.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/mm.h"
#include "model/rmap.h"

static uint64_t region_key(const struct stlb_mm *mm, uint64_t addr)
{
	return mm->mixed ^ addr >> STLB_REGION_SHIFT;
}

static uint64_t region_base(uint64_t addr)
{
	return addr >> STLB_REGION_SHIFT << STLB_REGION_SHIFT;
}

/* What was learned before events were lost: the reverse map has forgotten it already. */
static void refresh(struct stlb_regions *regions, struct stlb_region *region)
{
	if (region->generation == regions->generation)
		return;
	region->generation = regions->generation;
	free(region->mapped);
	free(region->ptes);
	free(region->away);
	region->mapped = NULL;
	region->ptes = region->away = NULL;
	region->out = false;
	region->mapped_pmd = NULL;
	region->pmd = stlb_entry_unknown();
	region->lockset = (struct stlb_lockset){0};
}

struct stlb_region *stlb_region_find(struct stlb_regions *regions, const struct stlb_mm *mm,
				     uint64_t addr)
{
	struct stlb_region *region = stlb_map_get(&regions->map, region_key(mm, addr));

	/* the keys of two mms can fall together: then the later one is as if never seen */
	if (!region || region->mm != mm)
		return NULL;
	refresh(regions, region);
	return region;
}

/* Room for one more: a region that nothing is pending for goes, of an unsubscribed mm if there is
 * one.
 */
static void make_room(struct stlb_regions *regions)
{
	struct stlb_region *victim = NULL;

	for (unsigned int step = 0; step < STLB_MAP_STEPS; step++) {
		struct stlb_region *region = stlb_map_turn(&regions->map, &regions->search_at);

		if (!stlb_list_empty(&region->obligations))
			continue;
		victim = region;
		if (!stlb_mm_is_subscribed(region->mm))
			break;
	}
	if (!victim)
		return;
	regions->forgotten += stlb_mm_is_subscribed(victim->mm);
	stlb_region_drop(regions, victim);
}

static struct stlb_region *region_new(struct stlb_regions *regions, struct stlb_mm *mm,
				      uint64_t addr)
{
	struct stlb_region *region = calloc(1, sizeof(*region));

	if (!region)
		return NULL;
	region->mm = mm;
	region->base = region_base(addr);
	region->generation = regions->generation;
	stlb_list_init(&region->obligations);
	if (stlb_map_put(&regions->map, region_key(mm, addr), region) < 0) {
		free(region);
		return NULL;
	}
	stlb_list_add(&mm->regions, &region->in_mm);
	mm->nr_regions++;
	return region;
}

struct stlb_region *stlb_region_get(struct stlb_regions *regions, struct stlb_mm *mm, uint64_t addr)
{
	struct stlb_region *region = stlb_region_find(regions, mm, addr);

	if (region)
		return region;
	region = stlb_map_get(&regions->map, region_key(mm, addr));
	if (region && stlb_list_empty(&region->obligations))
		stlb_region_drop(regions, region);
	else if (region)
		return NULL;
	if (regions->map.count >= STLB_MAX_REGIONS)
		make_room(regions);
	if (regions->map.count < STLB_MAX_REGIONS)
		return region_new(regions, mm, addr);
	regions->forgotten += stlb_mm_is_subscribed(mm);
	return NULL;
}

/* Room for what the entries of a table say, none of it known yet; false without memory. */
static bool make_entries(struct stlb_entry **entries)
{
	if (!*entries)
		*entries = calloc(STLB_ENTRIES, sizeof(**entries));
	return *entries != NULL;
}

struct stlb_entry stlb_region_entry(const struct stlb_region *region, enum stlb_level level,
				    uint64_t addr)
{
	if (region && level != STLB_LEVEL_PTE)
		return region->pmd;
	if (region && region->ptes)
		return region->ptes[stlb_pte_index(addr)];
	return stlb_entry_unknown();
}

int stlb_region_set(struct stlb_regions *regions, struct stlb_region *region, enum stlb_level level,
		    uint64_t addr, struct stlb_entry entry, const struct stlb_event *event)
{
	if (level == STLB_LEVEL_PTE && !make_entries(&region->ptes))
		return -ENOMEM;
	if (regions->rmap && stlb_mm_is_subscribed(region->mm) &&
	    !stlb_rmap_set(regions->rmap, region, level, addr, entry, event))
		return -ENOMEM;
	if (level == STLB_LEVEL_PTE)
		region->ptes[stlb_pte_index(addr)] = entry;
	else
		region->pmd = entry;
	return 0;
}

void stlb_region_doubt(struct stlb_regions *regions, struct stlb_region *region,
		       enum stlb_level level, uint64_t addr)
{
	struct stlb_entry unknown = stlb_entry_unknown();

	stlb_rmap_drop(regions->rmap, region, level, addr);
	if (level != STLB_LEVEL_PTE)
		region->pmd = unknown;
	else if (region->ptes)
		region->ptes[stlb_pte_index(addr)] = unknown;
}

unsigned int stlb_region_present(const struct stlb_region *region, unsigned int *unknown)
{
	unsigned int present = 0;

	*unknown = STLB_ENTRIES;
	if (!region || !region->ptes)
		return 0;
	*unknown = 0;
	for (unsigned int i = 0; i < STLB_ENTRIES; i++) {
		present += stlb_entry_is_present(region->ptes[i]);
		*unknown += !region->ptes[i].known;
	}
	return present;
}

void stlb_region_forget_ptes(struct stlb_regions *regions, struct stlb_region *region)
{
	stlb_rmap_drop_ptes(regions->rmap, region);
	free(region->ptes);
	region->ptes = NULL;
	region->lockset = (struct stlb_lockset){0};
	if (region->table)
		free(stlb_map_remove(&regions->tables, region->table));
	region->table = 0;
}

void stlb_region_drop(struct stlb_regions *regions, struct stlb_region *region)
{
	refresh(regions, region);
	stlb_region_forget_ptes(regions, region);
	free(region->away);
	stlb_rmap_drop_all(regions->rmap, region);
	stlb_map_remove(&regions->map, region_key(region->mm, region->base));
	stlb_list_remove(&region->in_mm);
	region->mm->nr_regions--;
	free(region);
}

/* ---- a table that is taken out ---- */

/* What others did meanwhile to entries of this place shows that it had been back for them. */
static void note_meanwhile(struct stlb_region *region)
{
	for (unsigned int i = 0; region->ptes && i < STLB_ENTRIES; i++)
		if (region->ptes[i].known)
			region->away[i] = region->ptes[i];
}

void stlb_region_take_out(struct stlb_regions *regions, struct stlb_region *region, uint64_t pfn)
{
	/* one that is taken out twice was back in between, unseen */
	if (region->away && region->away_pfn == pfn) {
		note_meanwhile(region);
		free(region->ptes);
	} else {
		free(region->away);
		region->away = region->ptes;
	}
	region->away_pfn = pfn;
	region->out = true;
	region->ptes = NULL;
	stlb_region_forget_ptes(regions, region);
}

int stlb_region_set_away(struct stlb_regions *regions, struct stlb_region *region, uint64_t addr,
			 struct stlb_entry entry)
{
	/* what others were seen to do there is older */
	stlb_region_doubt(regions, region, STLB_LEVEL_PTE, addr);
	if (!make_entries(&region->away))
		return -ENOMEM;
	region->away[stlb_pte_index(addr)] = entry;
	return 0;
}

int stlb_region_put_back(struct stlb_regions *regions, struct stlb_region *region, uint64_t pfn)
{
	region->out = false;
	if (!region->away || region->away_pfn != pfn)
		return 0;
	note_meanwhile(region);
	stlb_region_forget_ptes(regions, region);
	region->ptes = region->away;
	region->away = NULL;
	for (unsigned int i = 0; i < STLB_ENTRIES; i++)
		if (stlb_region_set(regions, region, STLB_LEVEL_PTE, (uint64_t)i << STLB_PAGE_SHIFT,
				    region->ptes[i], NULL) < 0)
			return -ENOMEM;
	return 1;
}

/* ---- tables ---- */

static uint64_t table_page(uint64_t ptep)
{
	return ptep >> STLB_PAGE_SHIFT << STLB_PAGE_SHIFT;
}

static uint64_t table_base(enum stlb_level level, uint64_t ptep, uint64_t addr)
{
	unsigned int shift = stlb_level_shift(level);

	return ((addr >> shift) - stlb_ptep_index(ptep)) << shift;
}

static void move_mapped(struct stlb_region *from, struct stlb_region *to)
{
	to->mapped = from->mapped;
	from->mapped = NULL;
	for (unsigned int i = 0; to->mapped && i < STLB_ENTRIES; i++)
		if (to->mapped[i])
			to->mapped[i]->region = to;
}

/* mremap moved the table: what its entries say is now said of other addresses. */
static void move_ptes(struct stlb_regions *regions, struct stlb_table table, uint64_t base)
{
	struct stlb_region *to = stlb_region_get(regions, table.mm, base);
	/* only now: it may have made room for the other, and its table is forgotten with it */
	struct stlb_region *from = stlb_region_find(regions, table.mm, table.base);

	if (!from || from == to)
		return;
	stlb_region_forget_ptes(regions, to ? to : from);
	if (!to)
		return;
	to->ptes = from->ptes;
	from->ptes = NULL;
	from->table = 0;
	move_mapped(from, to);
}

static struct stlb_table *table_get(struct stlb_regions *regions, uint64_t page)
{
	struct stlb_table *table = stlb_map_get(&regions->tables, page);

	if (table)
		return table;
	if (regions->tables.count >= STLB_MAX_TABLES)
		return NULL;
	table = calloc(1, sizeof(*table));
	if (table && stlb_map_put(&regions->tables, page, table) < 0) {
		free(table);
		table = NULL;
	}
	return table;
}

/* The region of a pte table knows where its table is, so that both are forgotten together. */
static void bind_region(struct stlb_regions *regions, struct stlb_table *table)
{
	struct stlb_region *region;

	if (table->level != STLB_LEVEL_PTE)
		return;
	region = stlb_region_get(regions, table->mm, table->base);
	if (!region)
		return; /* no room: its entries are not known */
	if (region->table && region->table != table->page)
		stlb_region_forget_ptes(regions, region);
	region->table = table->page;
}

void stlb_table_learn(struct stlb_regions *regions, struct stlb_mm *mm, enum stlb_level level,
		      uint64_t ptep, uint64_t addr)
{
	uint64_t page = table_page(ptep), base = table_base(level, ptep, addr);
	struct stlb_table *table = stlb_map_get(&regions->tables, page);
	bool known = table && table->generation == regions->generation && table->mm == mm &&
		     table->level == level;

	if (known && table->base == base)
		return;
	if (known && level == STLB_LEVEL_PTE)
		move_ptes(regions, *table, base);
	else
		stlb_table_forget(regions, page);
	table = table_get(regions, page);
	if (!table) {
		regions->forgotten += stlb_mm_is_subscribed(mm);
		return;
	}
	*table = (struct stlb_table){mm, page, base, regions->generation, level};
	bind_region(regions, table);
}

bool stlb_table_place(const struct stlb_regions *regions, const struct stlb_mm *mm, uint64_t ptep,
		      enum stlb_level *level, uint64_t *addr)
{
	const struct stlb_table *table = stlb_map_get(&regions->tables, table_page(ptep));

	if (!table || table->mm != mm || table->generation != regions->generation)
		return false;
	*level = table->level;
	*addr = table->base + (stlb_ptep_index(ptep) << stlb_level_shift(table->level));
	return true;
}

const struct stlb_table *stlb_table_find(const struct stlb_regions *regions, uint64_t ptep)
{
	const struct stlb_table *table = stlb_map_get(&regions->tables, table_page(ptep));

	return table && table->generation == regions->generation ? table : NULL;
}

void stlb_table_forget(struct stlb_regions *regions, uint64_t page)
{
	struct stlb_table *table = stlb_map_remove(&regions->tables, page);
	struct stlb_region *region;

	if (!table)
		return;
	region = stlb_region_find(regions, table->mm, table->base);
	if (region && region->table == page)
		stlb_region_forget_ptes(regions, region);
	free(table);
}

/* ---- the reverse map ---- */

int stlb_regions_keep_rmap(struct stlb_regions *regions)
{
	if (!regions->rmap)
		regions->rmap = calloc(1, sizeof(*regions->rmap));
	return regions->rmap ? 0 : -ENOMEM;
}

static bool map_region(struct stlb_regions *regions, struct stlb_region *region)
{
	bool done = stlb_rmap_set(regions->rmap, region, STLB_LEVEL_PMD, region->base, region->pmd,
				  NULL);

	for (unsigned int i = 0; done && region->ptes && i < STLB_ENTRIES; i++)
		done = stlb_rmap_set(regions->rmap, region, STLB_LEVEL_PTE,
				     (uint64_t)i << STLB_PAGE_SHIFT, region->ptes[i], NULL);
	return done;
}

/* Any of its entries may have been cleared; where its tables lie stays known. */
static void forget_stale(struct stlb_mm *mm)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, &mm->regions) {
		struct stlb_region *region = stlb_list_entry(at, struct stlb_region, in_mm);

		free(region->ptes);
		region->ptes = NULL;
		region->pmd = stlb_entry_unknown();
	}
	mm->stale = false;
}

int stlb_regions_map(struct stlb_regions *regions, struct stlb_mm *mm)
{
	struct stlb_list *at, *next;

	if (mm->stale)
		forget_stale(mm);
	if (!regions->rmap)
		return 0;
	stlb_list_each (at, next, &mm->regions) {
		struct stlb_region *region = stlb_list_entry(at, struct stlb_region, in_mm);

		refresh(regions, region);
		if (!map_region(regions, region))
			return -ENOMEM;
	}
	return 0;
}

void stlb_regions_unmap(struct stlb_regions *regions, struct stlb_mm *mm)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, &mm->regions) {
		struct stlb_region *region = stlb_list_entry(at, struct stlb_region, in_mm);

		refresh(regions, region);
		stlb_rmap_drop_all(regions->rmap, region);
	}
}

void stlb_regions_forget(struct stlb_regions *regions)
{
	regions->generation++;
	if (regions->rmap)
		stlb_rmap_forget(regions->rmap);
}

void stlb_regions_free(struct stlb_regions *regions)
{
	struct stlb_table *table;
	struct stlb_region *region;
	uint32_t at = 0;

	while ((table = stlb_map_next(&regions->tables, &at)))
		free(table);
	at = 0;
	while ((region = stlb_map_next(&regions->map, &at))) {
		free(region->mapped);
		free(region->ptes);
		free(region->away);
		free(region);
	}
	if (regions->rmap)
		stlb_rmap_free(regions->rmap);
	free(regions->rmap);
	stlb_map_free(&regions->tables);
	stlb_map_free(&regions->map);
}
