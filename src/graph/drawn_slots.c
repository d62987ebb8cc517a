/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which events are about the entries that are drawn. */
#include <string.h>

#include "graph/graph_internal.h"

uint64_t stlb_graph_pages(enum stlb_level level)
{
	return UINT64_C(1) << (stlb_level_shift(level) - STLB_PAGE_SHIFT);
}

/* ---- where an event lies ---- */

int stlb_graph_at(const struct stlb_graph *graph, const struct stlb_event *event)
{
	uint64_t addr = stlb_event_or(event, ADDR, 0);

	for (uint32_t i = 0; stlb_event_has(event, ADDR) && i < graph->nr_slots; i++)
		if (addr - graph->slots[i].addr < graph->slots[i].size)
			return (int)i;
	return -1;
}

static bool overlaps(const struct stlb_graph_slot *slot, uint64_t start, uint64_t last)
{
	return start <= slot->addr + slot->size - 1 && slot->addr <= last;
}

bool stlb_graph_covers(const struct stlb_graph *graph, const struct stlb_event *event)
{
	for (uint32_t i = 0; i < graph->nr_slots; i++)
		if (stlb_event_meets(event, graph->slots[i].addr, graph->slots[i].size))
			return true;
	return false;
}

/*
 * A clear of which only the value is recorded: of the slot, if that is what it maps and the context
 * has the slot's table mapped, at or before it. A page that many entries map decides nothing.
 */
static bool is_clear_of(const struct stlb_graph *graph, const struct stlb_context *context,
			const struct stlb_graph_slot *slot, const struct stlb_change *change)
{
	const struct stlb_finding *finding = graph->want.finding;
	uint64_t pfn = slot->pfn, mapped;
	bool known = slot->present;

	if (!known && finding && finding->has_old && slot == graph->slots) {
		known = true;
		pfn = graph->own_pfn[0];
	}
	if (!known || !change->old.known || change->old.pfn != pfn || change->old.huge ||
	    !stlb_table_is_mapped(context, change->mm))
		return false;
	mapped = context->update->map_addr >> STLB_PAGE_SHIFT << STLB_PAGE_SHIFT;
	if (mapped >> STLB_REGION_SHIFT != slot->addr >> STLB_REGION_SHIFT)
		return false;
	return change->old.special ? mapped == slot->addr : mapped <= slot->addr;
}

/* Where the finding's own update lies is known, even where it was learned only after it. */
static bool is_own(const struct stlb_graph *graph, const struct stlb_graph_slot *slot,
		   const struct stlb_change *change)
{
	const struct stlb_finding *finding = graph->want.finding;

	if (graph->current == STLB_NO_NODE || slot != graph->slots || !finding->has_addr)
		return false;
	return change->new.known ? !strcmp(graph->nodes[graph->current].role, "set")
				 : change->old.known && change->old.pfn == graph->own_pfn[0];
}

static bool lies_in(const struct stlb_graph *graph, const struct stlb_context *context,
		    const struct stlb_graph_slot *slot, const struct stlb_change *change)
{
	uint64_t size = UINT64_C(1) << stlb_level_shift(change->level);
	uint64_t nr = change->nr ? change->nr : 1;

	if (!change->placed)
		return is_own(graph, slot, change) ||
		       (!stlb_event_has(change->event, PTEP) &&
			!change->new.known &&is_clear_of(graph, context, slot, change));
	/* the ptes of a table that is drawn as one entry would only hide it */
	return size >= slot->size && overlaps(slot, change->addr, change->addr + nr * size - 1);
}

/* ---- what an update does ---- */

static void describe(struct stlb_graph_slot *slot, const struct stlb_change *change,
		     struct stlb_touch *touch)
{
	struct stlb_entry old = change->old, new = change->new;
	uint64_t into = change->placed && slot->addr > change->addr
				? (slot->addr - change->addr) >> STLB_PAGE_SHIFT
				: 0;

	touch->sets = stlb_entry_is_present(new);
	touch->clears = old.known && (old.state == STLB_PRESENT || old.state == STLB_TABLE);
	touch->new_pfn = new.pfn + into;
	touch->old_pfn = old.pfn + (old.huge || !touch->sets ? into : 0);
	touch->nr = slot->size >> STLB_PAGE_SHIFT;
	if (old.known && old.state == STLB_TABLE)
		touch->nr = 1;
	slot->present = touch->sets;
	if (touch->sets)
		slot->pfn = touch->new_pfn;
}

bool stlb_graph_touches(struct stlb_graph *graph, const struct stlb_context *context,
			const struct stlb_change *change, struct stlb_touch *touch)
{
	for (uint32_t i = 0; i < graph->nr_slots; i++) {
		if (!lies_in(graph, context, &graph->slots[i], change))
			continue;
		*touch = (struct stlb_touch){.slot = i};
		/* others tell of rights or of a page that may be there already */
		if (change->new.known || change->old.known)
			describe(&graph->slots[i], change, touch);
		return true;
	}
	return false;
}
