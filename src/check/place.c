/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where an update lies when its event does not say: from 6.6 on page_table_check tells a clear's
 * value and a set's entry pointer, but no address (staletlb-kernel(7), T43). And sets that only a
 * reverse mapping announces.
 */
#include <stdlib.h>
#include <string.h>

#include "check/clear.h"
#include "check/discharge.h"
#include "check/early.h"
#include "check/obligation.h"
#include "check/place.h"
#include "check/set.h"
#include "model/change.h"
#include "model/rmap.h"

static void mark_cleared(struct stlb_update_state *update, unsigned int index)
{
	update->map_cleared[index / 64] |= UINT64_C(1) << (index % 64);
}

void stlb_place_note(struct stlb_context *context, const struct stlb_mm *mm, struct stlb_slot slot)
{
	if (slot.level == STLB_LEVEL_PTE && stlb_table_is_mapped(context, mm) &&
	    slot.addr >> STLB_REGION_SHIFT == context->update->map_addr >> STLB_REGION_SHIFT)
		mark_cleared(context->update, stlb_pte_index(slot.addr));
}

/* ---- clears ---- */

/* The lowest entry of the mapped table, at or after the mapped address, of that page. */
static bool find_by_pfn(const struct stlb_update_state *update, const struct stlb_region *region,
			struct stlb_entry old, uint64_t *addr)
{
	if (!region || !region->ptes ||
	    (stlb_entry_is_zero_like(old) && region->mm->zeroes_in_doubt))
		return false;
	for (unsigned int i = stlb_pte_index(update->map_addr); i < STLB_ENTRIES; i++) {
		if (update->map_cleared[i / 64] >> (i % 64) & 1)
			continue;
		/* of a page that many entries hold, the one that is not known may be meant */
		if (stlb_entry_is_zero_like(old) && !region->ptes[i].known)
			return false;
		if (!stlb_entry_is_present(region->ptes[i]) || region->ptes[i].pfn != old.pfn)
			continue;
		*addr = region->base + ((uint64_t)i << STLB_PAGE_SHIFT);
		return true;
	}
	return false;
}

/* The table of an entry is placed now: what was written into it before is set. */
static void set_early(struct stlb_analysis *a, const struct stlb_event_context *ec, uint64_t ptep)
{
	struct stlb_slot slot;
	struct stlb_event event;
	struct stlb_event_context then = {&event, ec->context, ec->mm};
	struct stlb_early_table *table = stlb_early_take(a, ec->mm, ptep, &slot);

	if (!table)
		return;
	stlb_saved_event_expand(&table->event, &event);
	for (unsigned int i = 0; i < STLB_ENTRIES; i++) {
		if (table->entries[i].known)
			stlb_set(a, &then, slot, stlb_entry_none(), table->entries[i]);
		slot.addr += UINT64_C(1) << STLB_PAGE_SHIFT;
	}
	free(table);
}

void stlb_place_learned(struct stlb_analysis *a, const struct stlb_event_context *ec,
			enum stlb_level level)
{
	const struct stlb_event *event = ec->event;

	if (a->early && level == STLB_LEVEL_PTE && stlb_event_has(event, PTEP) &&
	    stlb_event_has(event, ADDR))
		set_early(a, ec, stlb_event_get(event, PTEP));
}

/* Counted, and judged by its page alone. */
static void clear_unplaced(struct stlb_analysis *a, const struct stlb_event_context *ec,
			   struct stlb_entry old)
{
	if (!stlb_mm_is_subscribed(ec->mm)) {
		ec->mm->stale = true;
		return;
	}
	stlb_place_failed(a, ec->mm, 1);
	ec->mm->unplaced++;
	stlb_place_doubt(a, ec->mm, old);
	stlb_obligation_unplaced(a, ec, old);
}

/* A hugetlb page is identified by mm and page alone (staletlb-kernel(7), T52). */
static bool place_huge(struct stlb_analysis *a, const struct stlb_event_context *ec,
		       struct stlb_entry old)
{
	struct stlb_mapping *found = NULL, *mapping = NULL;

	while (a->machine.regions.rmap &&
	       (mapping = stlb_rmap_find(a->machine.regions.rmap, STLB_MAPPED_PMD, old.pfn,
					 mapping))) {
		if (mapping->region->mm != ec->mm)
			continue;
		if (found)
			return false;
		found = mapping;
	}
	if (!found)
		return false;
	stlb_clear(a, ec, (struct stlb_slot){found->level, found->region->base}, old, STLB_NONE);
	return true;
}

static void park(struct stlb_analysis *a, const struct stlb_event_context *ec,
		 struct stlb_entry old)
{
	struct stlb_update_state *update = ec->context->update;
	struct stlb_hold *hold = stlb_context_hold(ec->context);
	struct stlb_parked_clear *parked;

	if (!hold || update->nr_parked == STLB_MAX_PARKED_CLEARS) {
		clear_unplaced(a, ec, old);
		return;
	}
	parked = &update->parked[update->nr_parked++];
	parked->nr_ranges = 0;
	parked->mm = ec->mm;
	parked->old = old;
	parked->hold = hold->id;
	stlb_saved_event_keep(&parked->event, ec->event);
	hold->work = true;
	/* whichever it was, it maps the page no more; zero pages are not freed */
	if (!stlb_entry_is_zero_like(old))
		stlb_place_doubt(a, ec->mm, old);
}

void stlb_place_clear(struct stlb_analysis *a, const struct stlb_event_context *ec,
		      struct stlb_entry old)
{
	struct stlb_update_state *update = ec->context->update;
	struct stlb_slot slot = {STLB_LEVEL_PTE, 0};
	struct stlb_region *region;

	if (ec->event->level == STLB_LEVEL_PTE && !old.huge &&
	    stlb_table_is_mapped(ec->context, ec->mm)) {
		region = stlb_region_find(&a->machine.regions, ec->mm, update->map_addr);
		if (find_by_pfn(update, region, old, &slot.addr)) {
			mark_cleared(update, stlb_pte_index(slot.addr));
			stlb_clear(a, ec, slot, old, STLB_NONE);
			return;
		}
	}
	if (!old.huge || !place_huge(a, ec, old))
		park(a, ec, old);
}

static void note_range(struct stlb_parked_clear *parked, uint64_t start, uint64_t end)
{
	uint32_t last = 1;

	if (parked->nr_ranges < 2) {
		last = parked->nr_ranges++;
		parked->start[last] = start;
		parked->end[last] = end;
	}
	if (start < parked->start[last])
		parked->start[last] = start;
	if (end > parked->end[last])
		parked->end[last] = end;
}

void stlb_place_invalidated(struct stlb_context *context, const struct stlb_mm *mm, uint64_t start,
			    uint64_t end)
{
	struct stlb_update_state *update = context->update;

	for (uint32_t i = 0; update && i < update->nr_parked; i++)
		if (update->parked[i].mm == mm)
			note_range(&update->parked[i], start, end);
}

/* What was invalidated while the clear was not placed counts as if it had been. */
static void make_up(struct stlb_analysis *a, const struct stlb_event_context *ec,
		    const struct stlb_parked_clear *parked)
{
	struct stlb_obligation *ob = a->last_created;

	for (uint32_t i = 0; ob && i < parked->nr_ranges; i++) {
		struct stlb_invalidation what = {.start = parked->start[i], .end = parked->end[i]};

		stlb_invalidate_one(a, ec, ob, &what);
		ob = a->last_created;
	}
}

static void place_one(struct stlb_analysis *a, const struct stlb_event_context *ec,
		      struct stlb_slot slot, const struct stlb_parked_clear *parked)
{
	struct stlb_event event;
	struct stlb_event_context then = {&event, ec->context, ec->mm};

	stlb_saved_event_expand(&parked->event, &event);
	if (slot.level == STLB_LEVEL_PTE)
		mark_cleared(ec->context->update, stlb_pte_index(slot.addr));
	a->last_created = NULL;
	stlb_clear(a, &then, slot, parked->old, STLB_NONE);
	make_up(a, &then, parked);
}

/* A clear of this hold that the set of a slot, or of @nr of them, can name. */
static bool may_be_named(const struct stlb_event_context *ec,
			 const struct stlb_parked_clear *parked, enum stlb_level level)
{
	return parked->mm == ec->mm && stlb_context_holds(ec->context, parked->hold) &&
	       parked->old.huge == (level != STLB_LEVEL_PTE);
}

/*
 * Which parked clear a set names: that of the same page (a batch is cleared, and then set), the
 * only one, or the first of as many as are set. Otherwise it is not known which; returns their
 * number.
 */
static uint32_t find_parked(const struct stlb_event_context *ec, struct stlb_slot slot,
			    struct stlb_entry new, uint64_t nr)
{
	const struct stlb_update_state *update = ec->context->update;
	uint32_t first = update->nr_parked, found = 0;

	for (uint32_t i = update->nr_parked; i > 0; i--) {
		if (!may_be_named(ec, &update->parked[i - 1], slot.level))
			continue;
		if (stlb_entry_is_present(new) && update->parked[i - 1].old.pfn == new.pfn)
			return i - 1;
		first = i - 1;
		found++;
	}
	return found == 1 || found == nr ? first : update->nr_parked;
}

static void take_parked(struct stlb_update_state *update, uint32_t index,
			struct stlb_parked_clear *parked)
{
	*parked = update->parked[index];
	update->nr_parked--;
	memmove(update->parked + index, update->parked + index + 1,
		(update->nr_parked - index) * sizeof(*parked));
}

bool stlb_place_parked(struct stlb_analysis *a, const struct stlb_event_context *ec,
		       struct stlb_slot slot, struct stlb_entry found, struct stlb_entry new,
		       uint64_t nr)
{
	struct stlb_update_state *update = ec->context->update;
	struct stlb_region *region = stlb_region_find(&a->machine.regions, ec->mm, slot.addr);
	struct stlb_entry known = stlb_region_entry(region, slot.level, slot.addr);
	struct stlb_parked_clear parked;
	uint32_t index = find_parked(ec, slot, new, nr);

	/* the set found the entry empty although a page was known there, or nothing was known */
	if (index == update->nr_parked || !found.known || found.state != STLB_NONE ||
	    (known.known && known.state != STLB_PRESENT))
		return false;
	take_parked(update, index, &parked);
	place_one(a, ec, slot, &parked);
	return true;
}

static void drop_parked(struct stlb_analysis *a, struct stlb_context *context,
			const struct stlb_parked_clear *parked)
{
	struct stlb_event event;
	struct stlb_event_context then = {&event, context, parked->mm};

	stlb_saved_event_expand(&parked->event, &event);
	a->last_created = NULL;
	clear_unplaced(a, &then, parked->old);
	make_up(a, &then, parked);
}

void stlb_place_drop(struct stlb_analysis *a, struct stlb_context *context, uint64_t hold)
{
	struct stlb_update_state *update = context->update;
	uint32_t kept = 0, nr = update ? update->nr_parked : 0;

	for (uint32_t i = 0; i < nr; i++) {
		if (update->parked[i].hold == hold)
			drop_parked(a, context, &update->parked[i]);
		else
			update->parked[kept++] = update->parked[i];
	}
	if (update)
		update->nr_parked = kept;
}

void stlb_place_freed(struct stlb_analysis *a, const struct stlb_event_context *ec, uint64_t pfn,
		      uint64_t nr)
{
	struct stlb_update_state *update = ec->context->update;
	struct stlb_parked_clear parked;

	for (uint32_t i = update ? update->nr_parked : 0; i > 0; i--) {
		if (update->parked[i - 1].old.pfn - pfn >= nr)
			continue;
		take_parked(update, i - 1, &parked);
		drop_parked(a, ec->context, &parked);
	}
}

void stlb_on_ptl_map(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	stlb_table_mapped(&a->machine, ec->context, ec->mm, ec->event);
	stlb_place_learned(a, ec, STLB_LEVEL_PTE);
}

/* ---- sets known by their reverse mapping ---- */

static void apply_map(struct stlb_analysis *a, struct stlb_context *context,
		      const struct stlb_pending_map *map)
{
	struct stlb_event event;
	struct stlb_event_context ec = {&event, context, map->mm};
	struct stlb_slot slot = {map->level, map->addr};
	struct stlb_entry new = {.pfn = map->pfn, .state = STLB_PRESENT, .known = 1};

	stlb_saved_event_expand(&map->event, &event);
	for (uint64_t i = 0; i < map->nr; i++) {
		struct stlb_region *region =
			stlb_region_find(&a->machine.regions, map->mm, slot.addr);
		struct stlb_entry now = stlb_region_entry(region, slot.level, slot.addr);

		/* where the set itself was seen too, it was judged then */
		if (!stlb_entry_is_present(now) || now.pfn != new.pfn)
			stlb_set(a, &ec, slot, stlb_entry_none(), new);
		slot.addr += UINT64_C(1) << stlb_level_shift(map->level);
		new.pfn += UINT64_C(1) << (stlb_level_shift(map->level) - STLB_PAGE_SHIFT);
	}
}

void stlb_maps_apply(struct stlb_analysis *a, const struct stlb_event_context *ec, uint64_t hold,
		     uint64_t bracket)
{
	struct stlb_update_state *update = ec->context->update;
	struct stlb_pending_map map;
	uint32_t i = 0;

	while (update && i < update->nr_maps) {
		map = update->maps[i];
		if (hold ? map.hold != hold : map.hold || map.bracket != bracket) {
			i++;
			continue;
		}
		update->nr_maps--;
		for (uint32_t at = i; at < update->nr_maps; at++)
			update->maps[at] = update->maps[at + 1];
		apply_map(a, ec->context, &map);
	}
}

void stlb_on_map(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	const struct stlb_event *event = ec->event;
	struct stlb_update_state *update = stlb_context_update_state(ec->context);
	struct stlb_hold *hold = stlb_context_hold(ec->context);
	struct stlb_bracket *bracket = stlb_context_bracket(ec->context, ec->mm);
	uint64_t nr = stlb_event_or(event, NR, 1);
	struct stlb_pending_map map = {.mm = ec->mm, .level = event->level};

	if (!update || !stlb_machine_pfn(&a->machine, event, &map.pfn)) {
		a->failed |= !update;
		return;
	}
	map.addr = stlb_event_get(event, ADDR) & ~UINT64_C(0xfff);
	map.nr = nr > STLB_ENTRIES ? STLB_ENTRIES : nr;
	map.hold = hold ? hold->id : 0;
	map.bracket = bracket ? bracket->id : 0;
	stlb_saved_event_keep(&map.event, event);
	if (hold)
		hold->work = true;
	if ((!hold && !bracket) || update->nr_maps == STLB_MAX_PENDING_MAPS)
		apply_map(a, ec->context, &map);
	else
		update->maps[update->nr_maps++] = map;
}
