/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which events are about the entries that are drawn. */
#include "graph/graph_internal.h"

enum { PAGE_SHIFT = 12, INDEX_BITS = 9, ENTRY_SIZE = 8, MAX_ENTRIES = 512 };

static unsigned int level_shift(enum stlb_level level)
{
	return PAGE_SHIFT + INDEX_BITS * level;
}

uint64_t stlb_graph_pages(enum stlb_level level)
{
	return UINT64_C(1) << (level_shift(level) - PAGE_SHIFT);
}

/* ---- where tables lie ---- */

void stlb_graph_learn(struct stlb_graph *graph, const struct stlb_event *event)
{
	uint64_t page = stlb_event_get(event, PTEP) & ~UINT64_C(0xfff);
	uint64_t addr = stlb_event_get(event, ADDR);
	enum stlb_level level = event->level;

	if (level > STLB_LEVEL_PMD)
		return;
	/* hugetlb pages are told through pte functions */
	if (stlb_event_has(event, NEW) &&
	    stlb_pte_decode(&graph->format, level, stlb_event_get(event, NEW)).huge)
		level = STLB_LEVEL_PMD;
	for (uint32_t i = 0; i < graph->nr_slots; i++) {
		struct stlb_graph_slot *slot = &graph->slots[i];
		unsigned int shift = level_shift(level) + INDEX_BITS;

		if (addr >> shift == slot->addr >> shift)
			slot->table[level] = page;
		else if (slot->table[level] == page)
			slot->table[level] = 0; /* moved away, or freed and taken again */
	}
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

/* The first address that an entry pointer maps, known by where the slot's own table lies. */
static bool addr_of_pointer(const struct stlb_graph_slot *slot, enum stlb_level level,
			    uint64_t ptep, uint64_t *addr)
{
	unsigned int shift = level_shift(level);

	if (level > STLB_LEVEL_PMD || !slot->table[level] ||
	    slot->table[level] != (ptep & ~UINT64_C(0xfff)))
		return false;
	*addr = slot->addr >> (shift + INDEX_BITS) << (shift + INDEX_BITS);
	*addr += (ptep & 0xfff) / ENTRY_SIZE << shift;
	return true;
}

/*
 * A clear of which only the value is told: of the slot, if that is what it maps and the context has
 * the slot's table mapped, at or before it. A page that many entries map decides nothing.
 */
static bool is_clear_of(const struct stlb_graph *graph, const struct stlb_graph_context *context,
			const struct stlb_graph_slot *slot, struct stlb_translation old)
{
	const struct stlb_finding *finding = graph->want.finding;
	bool known = slot->present;
	uint64_t pfn = slot->pfn;

	if (!known && finding && finding->has_old && slot == graph->slots) {
		known = true;
		pfn = graph->own_pfn[0];
	}
	if (!known || old.pfn != pfn || old.huge || !context->mapped)
		return false;
	if (context->map_addr >> 21 != slot->addr >> 21)
		return false;
	return old.special ? context->map_addr == slot->addr : context->map_addr <= slot->addr;
}

static bool lies_in(const struct stlb_graph *graph, const struct stlb_graph_context *context,
		    const struct stlb_graph_slot *slot, const struct stlb_event *event,
		    struct stlb_translation said, uint64_t *addr)
{
	enum stlb_level level =
		said.huge && event->level == STLB_LEVEL_PTE ? STLB_LEVEL_PMD : event->level;
	uint64_t nr = stlb_event_or(event, NR, 1), size = UINT64_C(1) << level_shift(level);

	if (stlb_event_has(event, ADDR)) {
		*addr = stlb_event_get(event, ADDR) & ~(size - 1);
	} else if (stlb_event_has(event, PTEP)) {
		if (!addr_of_pointer(slot, level, stlb_event_get(event, PTEP), addr))
			return false;
	} else {
		*addr = slot->addr;
		return !stlb_event_has(event, NEW) && is_clear_of(graph, context, slot, said);
	}
	/* the ptes of a table that is drawn as one entry would only hide it */
	if (size < slot->size)
		return false;
	nr = nr < 1 ? 1 : nr > MAX_ENTRIES ? MAX_ENTRIES : nr;
	return overlaps(slot, *addr, *addr + nr * size - 1);
}

/* ---- what an update does ---- */

static void describe(struct stlb_graph_slot *slot, const struct stlb_event *event, uint64_t addr,
		     struct stlb_translation old, struct stlb_translation new,
		     struct stlb_touch *touch)
{
	uint64_t into = slot->addr > addr ? (slot->addr - addr) >> PAGE_SHIFT : 0;

	touch->sets = stlb_event_has(event, NEW) && new.state == STLB_PRESENT;
	touch->clears = stlb_event_has(event, OLD) &&
			(old.state == STLB_PRESENT || old.state == STLB_TABLE);
	touch->new_pfn = new.pfn + into;
	touch->old_pfn = old.pfn + (old.huge || !touch->sets ? into : 0);
	touch->nr = slot->size >> PAGE_SHIFT;
	if (old.state == STLB_TABLE)
		touch->nr = 1;
	slot->present = touch->sets;
	if (touch->sets)
		slot->pfn = touch->new_pfn;
}

bool stlb_graph_touches(struct stlb_graph *graph, struct stlb_graph_context *context,
			const struct stlb_event *event, struct stlb_touch *touch)
{
	struct stlb_translation old, new, said;
	uint64_t addr;

	old = stlb_pte_decode(&graph->format, event->level, stlb_event_or(event, OLD, 0));
	new = stlb_pte_decode(&graph->format, event->level, stlb_event_or(event, NEW, 0));
	said = stlb_event_has(event, NEW) ? new : old;
	for (uint32_t i = 0; i < graph->nr_slots; i++) {
		struct stlb_graph_slot *slot = &graph->slots[i];

		if (!lies_in(graph, context, slot, event, said, &addr))
			continue;
		*touch = (struct stlb_touch){.slot = i};
		/* others tell of rights or of a page that may be there already */
		if (stlb_event_has(event, NEW) || stlb_event_has(event, OLD))
			describe(slot, event, addr, old, new, touch);
		return true;
	}
	return false;
}
