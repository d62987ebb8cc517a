/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Continuity of entries (staletlb-rules(7), Continuity): what it finds, and what that puts in
 * doubt. */
#include "check/links.h"

#include "check/walk.h"

/* What the entry still needs may have been paid, or undone, by what was not seen. */
static void doubt(struct stlb_analysis *a, const struct stlb_place *place)
{
	struct stlb_region *region = stlb_region_find(&a->machine.regions, place->mm, place->addr);
	struct stlb_walk walk =
		stlb_walk_at(place->mm, region, (struct stlb_slot){place->level, place->addr});

	for (struct stlb_obligation *ob; (ob = stlb_walk_next(&walk));)
		ob->lossy = true;
}

static void is_broken(struct stlb_analysis *a, const struct stlb_event_context *ec,
		      const struct stlb_node *node, unsigned int index)
{
	struct stlb_broken *broken =
		stlb_continuity_broken(&a->continuity, stlb_node_entry(node, index), ec->event,
				       stlb_event_get(ec->event, OLD));
	struct stlb_place place = {0};
	bool placed = stlb_tree_place(&a->tree, node, index, &place);

	if (placed)
		doubt(a, &place);
	if (!broken)
		return;
	broken->ptep = stlb_event_or(ec->event, PTEP, 0);
	broken->placed = placed;
	broken->place = place;
}

void stlb_link_check(struct stlb_analysis *a, const struct stlb_event_context *ec,
		     const struct stlb_node *node, unsigned int index)
{
	uint64_t raw;

	if (!stlb_node_raw(node, index, &raw))
		return;
	if (stlb_pte_is_same(&a->machine.format, raw, stlb_event_get(ec->event, OLD)))
		a->continuity.links += stlb_node_entry(node, index) != NULL;
	else if (a->deep) /* where only some writes are recorded, the others are no news */
		is_broken(a, ec, node, index);
}

/* Where the entry of a slot lies; 0: not known. */
static uint64_t ptep_of(struct stlb_analysis *a, const struct stlb_event_context *ec,
			struct stlb_slot slot)
{
	const struct stlb_region *region;

	if (stlb_event_has(ec->event, PTEP))
		return stlb_event_get(ec->event, PTEP);
	region = stlb_region_find(&a->machine.regions, ec->mm, slot.addr);
	return region && region->table ? region->table + 8 * stlb_pte_index(slot.addr) : 0;
}

static bool holds_page(const struct stlb_analysis *a, uint64_t raw)
{
	return stlb_pte_decode(&a->machine.format, STLB_LEVEL_PTE, raw).state == STLB_PRESENT;
}

static void compare_reported(struct stlb_analysis *a, const struct stlb_event_context *ec,
			     const struct stlb_node *node, unsigned int index)
{
	const struct stlb_written *last = stlb_node_entry(node, index);
	uint64_t found = stlb_event_or(ec->event, OLD, 0);

	if (!last || !stlb_event_has(ec->event, OLD) ||
	    (!holds_page(a, last->raw) && !holds_page(a, found)))
		return;
	/* a clear that names no entry may have been of this one */
	if (a->clears_unnamed && !holds_page(a, found))
		return;
	if (stlb_pte_is_same(&a->machine.format, stlb_pte_wrprotect(&a->machine.format, last->raw),
			     stlb_pte_wrprotect(&a->machine.format, found)))
		a->continuity.links++;
	else if (a->machine.echoes_seen) /* else a profile may have bound some of its hooks alone */
		is_broken(a, ec, node, index);
}

/* Without the direct map no free of the page is known: it was empty by then. */
static uint64_t page_of(const struct stlb_analysis *a, uint64_t ptep)
{
	uint64_t pfn;

	return stlb_tree_pfn(&a->tree, ptep, &pfn) ? pfn : ptep >> STLB_PAGE_SHIFT;
}

/* What is cleared in a table that was taken out is shown by an address that shows no table. */
static void forget_table(struct stlb_analysis *a, const struct stlb_mm *mm, uint64_t addr)
{
	const struct stlb_region *region = stlb_region_find(&a->machine.regions, mm, addr);
	struct stlb_node *node = NULL;

	if (region && region->table && !a->deep)
		node = stlb_tree_find(&a->tree, page_of(a, region->table));
	if (node)
		stlb_tree_drop(&a->tree, node);
}

void stlb_link_reported(struct stlb_analysis *a, const struct stlb_event_context *ec,
			struct stlb_slot slot, uint64_t new, uint64_t nr)
{
	uint64_t ptep = slot.level == STLB_LEVEL_PTE ? ptep_of(a, ec, slot) : 0;
	unsigned int index = stlb_ptep_index(ptep);
	struct stlb_node *node;

	if (slot.level == STLB_LEVEL_PMD)
		forget_table(a, ec->mm, slot.addr);
	if (!ptep)
		return;
	node = stlb_tree_get(&a->tree, page_of(a, ptep), STLB_LEVEL_PTE);
	if (!node) {
		a->failed = true;
		return;
	}
	compare_reported(a, ec, node, index);
	for (; nr && index < STLB_ENTRIES; nr--, index++) {
		a->failed |= stlb_node_write(&a->tree, node, index, new, ec->event) < 0;
		new = stlb_pte_next(&a->machine.format, new);
	}
}

/* Whether entries of the mm are being cleared unrecorded; or nothing would show that they are. */
static bool is_torn_down(const struct stlb_analysis *a, const struct stlb_mm *mm)
{
	return mm->exits || (!stlb_recorded(a, STLB_EXIT_MMAP) && !stlb_mm_is_subscribed(mm));
}

void stlb_link_freed(struct stlb_analysis *a, const struct stlb_event_context *ec,
		     const struct stlb_node *node)
{
	unsigned int used = stlb_node_used(&a->tree, node);
	struct stlb_place place = {node->was, node->level, node->was_at};
	struct stlb_broken *broken;

	if (!used || !a->deep)
		return;
	if (!stlb_tree_place(&a->tree, node, 0, &place) &&
	    (!node->was || node->was->life != node->was_life))
		return;
	if (is_torn_down(a, place.mm))
		return;
	broken = stlb_continuity_freed(&a->continuity, ec->event);
	if (!broken)
		return;
	broken->placed = true;
	broken->place = place;
	broken->used = used;
}

static void copy_broken(const struct stlb_broken *from, struct stlb_broken_link *to)
{
	*to = (struct stlb_broken_link){
		.before.role = "write",
		.after.role = from->used ? "free" : "found",
		.ptep = from->ptep,
		.said = from->said,
		.found = from->found,
		.used = from->used,
		.mm = from->placed ? from->place.mm->id : 0,
		.addr = from->place.addr,
		.placed = from->placed,
		.level = from->place.level,
	};
	stlb_saved_event_expand(&from->after, &to->after.event);
	if (!from->before.name)
		return;
	stlb_saved_event_expand(&from->before, &to->before.event);
	to->before.event.has = STLB_BIT(PTEP) | STLB_BIT(NEW);
	stlb_event_get(&to->before.event, PTEP) = from->ptep;
	stlb_event_get(&to->before.event, NEW) = from->said;
}

void stlb_links_finish(struct stlb_analysis *a)
{
	struct stlb_links *links = &a->result.continuity;

	links->links = a->continuity.links;
	links->broken = a->continuity.broken;
	links->tables = a->continuity.freed;
	links->nr_first = a->continuity.nr_kept;
	for (uint32_t i = 0; i < a->continuity.nr_kept; i++)
		copy_broken(&a->continuity.kept[i], &links->first[i]);
}
