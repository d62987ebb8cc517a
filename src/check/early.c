/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Updates whose place is not known: what they leave in doubt; and sets by entry pointer into a
 * table whose place is not known yet. A THP split writes 512 of them before the table is linked
 * (staletlb-kernel(7), T51): they are kept until an event shows where the table lies.
 */
#include <stdlib.h>
#include <string.h>

#include "check/early.h"
#include "model/rmap.h"

enum { MAX_EARLY_TABLES = 64 };

struct stlb_early {
	struct stlb_early_table *tables[MAX_EARLY_TABLES];
	uint32_t nr;
	uint64_t age;
};

void stlb_place_failed(struct stlb_analysis *a, const struct stlb_mm *mm, uint64_t nr)
{
	if (stlb_mm_is_subscribed(mm))
		a->result.unplaced += nr;
}

/* ---- the tables ---- */

static uint64_t table_page(uint64_t ptep)
{
	return ptep >> STLB_PAGE_SHIFT << STLB_PAGE_SHIFT;
}

static int find_table(const struct stlb_early *early, uint64_t page)
{
	for (uint32_t i = 0; early && i < early->nr; i++)
		if (early->tables[i]->page == page)
			return (int)i;
	return -1;
}

static void drop(struct stlb_analysis *a, int index)
{
	struct stlb_early *early = a->early;
	struct stlb_early_table *table = early->tables[index];

	early->tables[index] = early->tables[--early->nr];
	stlb_place_failed(a, table->mm, table->nr);
	free(table);
}

static int oldest(const struct stlb_early *early)
{
	int found = 0;

	for (uint32_t i = 1; i < early->nr; i++)
		if (early->tables[i]->age < early->tables[found]->age)
			found = (int)i;
	return found;
}

static struct stlb_early_table *table_of(struct stlb_analysis *a, struct stlb_mm *mm, uint64_t page)
{
	int index = find_table(a->early, page);
	struct stlb_early_table *table;

	if (index >= 0 && a->early->tables[index]->mm == mm)
		return a->early->tables[index];
	if (index >= 0)
		drop(a, index);
	if (!a->early)
		a->early = calloc(1, sizeof(*a->early));
	table = a->early ? calloc(1, sizeof(*table)) : NULL;
	if (!table)
		return NULL;
	if (a->early->nr == MAX_EARLY_TABLES)
		drop(a, oldest(a->early));
	table->mm = mm;
	table->page = page;
	table->age = ++a->early->age;
	table->lowest = UINT64_MAX;
	a->early->tables[a->early->nr++] = table;
	return table;
}

static void write_entry(struct stlb_early_table *table, unsigned int index, struct stlb_entry new)
{
	table->nr += !table->entries[index].known;
	table->entries[index] = new;
	if (new.state != STLB_PRESENT)
		return;
	if (new.pfn < table->lowest)
		table->lowest = new.pfn;
	if (new.pfn > table->highest)
		table->highest = new.pfn;
}

bool stlb_early_keep(struct stlb_analysis *a, const struct stlb_event_context *ec,
		     struct stlb_entry new, uint64_t nr)
{
	uint64_t ptep = stlb_event_or(ec->event, PTEP, 0);
	unsigned int index = stlb_ptep_index(ptep);
	struct stlb_early_table *table;

	if (!ptep || new.huge || ec->event->level != STLB_LEVEL_PTE ||
	    !stlb_mm_is_subscribed(ec->mm))
		return false;
	table = table_of(a, ec->mm, table_page(ptep));
	if (!table) {
		a->failed = true;
		return false;
	}
	stlb_saved_event_keep(&table->event, ec->event);
	for (uint64_t i = 0; i < nr && index + i < STLB_ENTRIES; i++) {
		write_entry(table, index + i, new);
		new.pfn += new.state == STLB_PRESENT;
	}
	return true;
}

struct stlb_early_table *stlb_early_take(struct stlb_analysis *a, const struct stlb_mm *mm,
					 uint64_t ptep, struct stlb_slot *slot)
{
	int index = find_table(a->early, table_page(ptep));
	struct stlb_early_table *table;

	if (index < 0)
		return NULL;
	table = a->early->tables[index];
	if (table->mm != mm ||
	    !stlb_table_place(&a->machine.regions, mm, table->page, &slot->level, &slot->addr)) {
		drop(a, index);
		return NULL;
	}
	a->early->tables[index] = a->early->tables[--a->early->nr];
	return table;
}

/* ---- what makes them unsure ---- */

static void doubt_table(struct stlb_early_table *table, uint64_t pfn)
{
	for (unsigned int i = 0; i < STLB_ENTRIES; i++) {
		if (!stlb_entry_is_present(table->entries[i]) || table->entries[i].pfn != pfn)
			continue;
		table->entries[i].known = 0;
		table->nr--;
	}
}

static void doubt_tables(struct stlb_analysis *a, const struct stlb_mm *mm, uint64_t pfn)
{
	for (uint32_t i = 0; a->early && i < a->early->nr; i++) {
		struct stlb_early_table *table = a->early->tables[i];

		if (table->mm == mm && table->lowest <= pfn && pfn <= table->highest)
			doubt_table(table, pfn);
	}
}

void stlb_place_doubt(struct stlb_analysis *a, struct stlb_mm *mm, struct stlb_entry old)
{
	enum stlb_mapped how = old.huge ? STLB_MAPPED_PMD : STLB_MAPPED_PTE;
	struct stlb_mapping *mapping, *next;

	doubt_tables(a, mm, old.pfn);
	mm->zeroes_in_doubt |= stlb_entry_is_zero_like(old);
	if (!a->machine.regions.rmap || stlb_entry_is_zero_like(old))
		return;
	mapping = stlb_rmap_find(a->machine.regions.rmap, how, old.pfn, NULL);
	for (; mapping; mapping = next) {
		next = stlb_rmap_find(a->machine.regions.rmap, how, old.pfn, mapping);
		if (mapping->region->mm == mm)
			stlb_region_doubt(&a->machine.regions, mapping->region, mapping->level,
					  stlb_mapping_addr(mapping));
	}
}

/* ---- their end ---- */

void stlb_early_forget(struct stlb_analysis *a, uint64_t page)
{
	int index = find_table(a->early, page);

	if (index >= 0)
		drop(a, index);
}

void stlb_early_forget_mm(struct stlb_analysis *a, const struct stlb_mm *mm)
{
	for (uint32_t i = a->early ? a->early->nr : 0; i > 0; i--)
		if (a->early->tables[i - 1]->mm == mm)
			drop(a, (int)i - 1);
}

void stlb_early_forget_all(struct stlb_analysis *a)
{
	while (a->early && a->early->nr)
		drop(a, 0);
}

void stlb_early_free(struct stlb_analysis *a)
{
	while (a->early && a->early->nr)
		free(a->early->tables[--a->early->nr]);
	free(a->early);
}
