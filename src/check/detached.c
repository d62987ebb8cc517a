/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * khugepaged clears the 512 entries of a table after it has taken the table out and invalidated
 * (staletlb-kernel(7), T10 and T11): late clears need no invalidation.
 */
#include "check/detached.h"
#include "check/early.h"

void stlb_detach(const struct stlb_event_context *ec, uint64_t base)
{
	struct stlb_update_state *update = ec->context->update;

	update->detached_mm = update->taken_mm = ec->mm;
	update->detached_base = update->taken_base = base;
}

void stlb_detach_unplaced(const struct stlb_event_context *ec)
{
	ec->context->update->unplaced_table_mm = ec->mm;
}

void stlb_detached_replaced(struct stlb_context *context, const struct stlb_mm *mm)
{
	if (!context->update)
		return;
	if (!mm || context->update->detached_mm == mm)
		context->update->detached_mm = NULL;
	if (!mm || context->update->unplaced_table_mm == mm)
		context->update->unplaced_table_mm = NULL;
}

void stlb_detached_over(struct stlb_context *context, const struct stlb_mm *mm)
{
	stlb_detached_replaced(context, mm);
	if (context->update && (!mm || context->update->taken_mm == mm))
		context->update->taken_mm = NULL;
}

bool stlb_has_taken_out(const struct stlb_event_context *ec, uint64_t base)
{
	const struct stlb_update_state *update = ec->context->update;

	return update && update->taken_mm == ec->mm && update->taken_base == base;
}

bool stlb_is_out_of_sight(const struct stlb_event_context *ec, uint64_t addr)
{
	const struct stlb_update_state *update = ec->context->update;

	return update && update->detached_mm == ec->mm &&
	       addr - update->detached_base < STLB_REGION_SIZE;
}

/*
 * Where pmds are not recorded, a collapse shows only its late clears, outside any bracket; and a
 * table without a place may be any.
 */
bool stlb_detached_may_be(const struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	bool pmds = stlb_recorded(a, STLB_PMD_CLEAR) || stlb_recorded(a, STLB_PMD_COLLAPSE_FLUSH);

	if (ec->event->kind != STLB_PTE_CLEAR)
		return false;
	if (ec->context->update && ec->context->update->unplaced_table_mm == ec->mm)
		return true;
	return !pmds && stlb_recorded(a, STLB_INV_START) &&
	       !stlb_context_bracket(ec->context, ec->mm);
}

/* ---- late clears ---- */

enum holds { NO, YES, UNKNOWN };

/* Whether the table that was taken out held a page, and in which entry. */
static enum holds held_by(const struct stlb_region *region, uint64_t pfn, uint64_t *addr)
{
	enum holds held = region && region->away ? NO : UNKNOWN;

	for (unsigned int i = 0; region && region->away && i < STLB_ENTRIES; i++) {
		struct stlb_entry entry = region->away[i];

		if (!entry.known)
			held = UNKNOWN;
		if (!stlb_entry_is_present(entry) || entry.pfn != pfn)
			continue;
		*addr = region->base + ((uint64_t)i << STLB_PAGE_SHIFT);
		return YES;
	}
	return held;
}

static void forget_entry(struct stlb_analysis *a, const struct stlb_event_context *ec,
			 struct stlb_region *region, uint64_t addr, uint64_t pfn)
{
	struct stlb_entry none = stlb_entry_none();

	none.pfn = pfn; /* what it said when the table was taken out */
	if (region->out)
		a->failed |= stlb_region_set_away(&a->machine.regions, region, addr, none) < 0;
	else
		a->failed |= stlb_region_set(&a->machine.regions, region, STLB_LEVEL_PTE, addr,
					     none, ec->event) < 0;
}

static bool clear_at(struct stlb_analysis *a, const struct stlb_event_context *ec,
		     struct stlb_entry old)
{
	uint64_t addr = stlb_event_get(ec->event, ADDR);
	struct stlb_region *region = stlb_region_find(&a->machine.regions, ec->mm, addr);

	if (!stlb_is_out_of_sight(ec, addr))
		return false;
	if (region && old.state == STLB_PRESENT)
		forget_entry(a, ec, region, addr, old.pfn);
	return true;
}

/* Without an address: unless another table is mapped, or the page was known not to be in there. */
static bool clear_by_page(struct stlb_analysis *a, const struct stlb_event_context *ec,
			  struct stlb_entry old)
{
	const struct stlb_update_state *update = ec->context->update;
	struct stlb_region *region;
	enum holds held;
	uint64_t addr;

	if (update->map_mm == ec->mm && stlb_context_holds(ec->context, update->map_hold) &&
	    !stlb_is_out_of_sight(ec, update->map_addr))
		return false;
	region = stlb_region_find(&a->machine.regions, ec->mm, update->detached_base);
	held = held_by(region, old.pfn, &addr);
	if (old.state != STLB_PRESENT)
		return true;
	if (held == YES)
		forget_entry(a, ec, region, addr, old.pfn);
	else if (held == UNKNOWN)
		stlb_place_doubt(a, ec->mm, old);
	return held != NO;
}

bool stlb_detached_clear(struct stlb_analysis *a, const struct stlb_event_context *ec,
			 struct stlb_entry old)
{
	if (ec->context->update->detached_mm != ec->mm)
		return false;
	return stlb_event_has(ec->event, ADDR) ? clear_at(a, ec, old) : clear_by_page(a, ec, old);
}
