/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Migration entries and tables as tracepoints tell them. Those of migration fire after the set, in
 * the lock, and name no mm: it is that of the task's bracket, or of the obligation that is waiting
 * for the entry to be resolved.
 */
#include "check/migrate.h"
#include "check/set.h"
#include "check/walk.h"

static struct stlb_slot slot_of(const struct stlb_event *event)
{
	uint64_t addr = stlb_event_get(event, ADDR);
	unsigned int shift = stlb_level_shift(event->level);

	return (struct stlb_slot){event->level, addr >> shift << shift};
}

/* hugetlb pages change through pte functions: whatever is that large was cleared as a whole. */
static struct stlb_obligation *find_cleared(struct stlb_analysis *a, struct stlb_mm *mm,
					    struct stlb_slot slot,
					    const struct stlb_context *context,
					    enum stlb_state new_state)
{
	struct stlb_region *region = stlb_region_find(&a->machine.regions, mm, slot.addr);
	struct stlb_walk walk = stlb_walk_at(mm, region, slot);

	for (struct stlb_obligation *ob; (ob = stlb_walk_next(&walk));)
		if (ob->level >= slot.level && !ob->table && !ob->discharged &&
		    ob->type != STLB_WRITE_PROTECT && ob->new_state == new_state &&
		    (!context || ob->context == context))
			return ob;
	return NULL;
}

void stlb_on_migration_set(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_slot slot = slot_of(ec->event);
	struct stlb_context *context = ec->context;

	if (stlb_event_has(ec->event, PTE))
		stlb_pte_format_learn(&a->machine.format, stlb_event_get(ec->event, PTE));
	for (uint32_t i = context->nr_brackets; i > 0; i--) {
		struct stlb_obligation *ob =
			find_cleared(a, context->brackets[i - 1].mm, slot, context, STLB_NONE);

		if (!ob)
			continue;
		ob->new_state = STLB_MIGRATION;
		return;
	}
}

/* Which mm's entry it was is known only where just one is waiting for it at that address. */
static struct stlb_obligation *find_waiting(struct stlb_analysis *a, struct stlb_slot slot)
{
	struct stlb_obligation *found = NULL, *ob;
	uint32_t at = 0;

	for (struct stlb_mm *mm; (mm = stlb_map_next(&a->machine.mms.map, &at));) {
		if (stlb_list_empty(&mm->obligations))
			continue;
		ob = find_cleared(a, mm, slot, NULL, STLB_MIGRATION);
		if (ob && found)
			return NULL;
		found = ob ? ob : found;
	}
	return found;
}

void stlb_on_migration_remove(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_slot slot = slot_of(ec->event);
	struct stlb_event_context theirs = *ec;
	struct stlb_obligation *waiting;
	struct stlb_translation said;

	/* where sets are traced, the set itself was judged */
	if (!a->nr_obligations || !stlb_event_has(ec->event, PTE) || stlb_recorded(a, STLB_PTE_SET))
		return;
	waiting = find_waiting(a, slot);
	if (!waiting)
		return;
	theirs.mm = waiting->mm;
	said = stlb_pte_decode(&a->machine.format, ec->event->level,
			       stlb_event_get(ec->event, PTE));
	if (said.huge)
		slot = (struct stlb_slot){waiting->level, waiting->addr};
	if (said.state == STLB_PRESENT)
		stlb_set(a, &theirs, slot, stlb_entry_none(), stlb_entry_of(said));
}

/* A table put into an empty pmd: the one that was taken out of it, or another one. */
void stlb_on_pmd_install(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_slot slot;
	struct stlb_region *region;
	struct stlb_entry table = {.state = STLB_TABLE, .known = 1, .rights_known = 1};
	uint64_t pfn;
	bool again;

	if (!stlb_table_place(&a->machine.regions, ec->mm, stlb_event_get(ec->event, PTEP),
			      &slot.level, &slot.addr) ||
	    slot.level != STLB_LEVEL_PMD)
		return;
	region = stlb_region_find(&a->machine.regions, ec->mm, slot.addr);
	if (!region)
		return;
	if (stlb_event_has(ec->event, TABLE) &&
	    stlb_machine_pfn_of(&a->machine, stlb_event_get(ec->event, TABLE), &pfn)) {
		table.pfn = pfn;
		again = stlb_set_table(a, ec, region, slot, table);
		/* that it is taken out again, before it is freed, is not recorded */
		stlb_region_doubt(&a->machine.regions, region, STLB_LEVEL_PMD, slot.addr);
		if (again)
			return;
	}
	/* unlike one that a split fills before, it is empty */
	stlb_region_forget_ptes(&a->machine.regions, region);
}

void stlb_on_table_free(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	uint64_t pfn;

	if (a->direct_map && stlb_machine_pfn(&a->machine, ec->event, &pfn))
		stlb_table_forget(&a->machine.regions, a->direct_map + (pfn << STLB_PAGE_SHIFT));
}
