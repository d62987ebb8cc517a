/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Continuity of entries (staletlb-rules(7), Continuity): what it finds, and what that puts in
 * doubt. */
#include "check/links.h"

#include "check/walk.h"

/* What the entry still owes may have been paid, or undone, by what was not seen. */
static void doubt(struct stlb_analysis *a, const struct stlb_place *place)
{
	struct stlb_region *region = stlb_region_find(&a->regions, place->mm, place->addr);
	struct stlb_walk walk =
		stlb_walk_at(place->mm, region, (struct stlb_slot){place->level, place->addr});

	for (struct stlb_obligation *ob; (ob = stlb_walk_next(&walk));)
		ob->lossy = true;
}

static void is_broken(struct stlb_analysis *a, const struct stlb_act *act,
		      const struct stlb_node *node, unsigned int index)
{
	struct stlb_broken *broken =
		stlb_continuity_broken(&a->continuity, stlb_node_entry(node, index), act->event,
				       stlb_event_get(act->event, OLD));
	struct stlb_place place = {0};
	bool placed = stlb_tree_place(&a->tree, node, index, &place);

	if (placed)
		doubt(a, &place);
	if (!broken)
		return;
	broken->ptep = stlb_event_get(act->event, PTEP);
	broken->placed = placed;
	broken->place = place;
}

void stlb_link_check(struct stlb_analysis *a, const struct stlb_act *act,
		     const struct stlb_node *node, unsigned int index)
{
	uint64_t raw;

	if (!stlb_node_raw(node, index, &raw))
		return;
	if (stlb_pte_is_same(&a->format, raw, stlb_event_get(act->event, OLD)))
		a->continuity.links += stlb_node_entry(node, index) != NULL;
	else if (a->deep) /* where only some writes are recorded, the others are no news */
		is_broken(a, act, node, index);
}

/* Whether entries of the mm are being cleared unrecorded; or nothing would show that they are. */
static bool is_torn_down(const struct stlb_analysis *a, const struct stlb_mm *mm)
{
	return mm->exits || (!stlb_recorded(a, STLB_EXIT_MMAP) && !stlb_mm_is_subscribed(mm));
}

void stlb_link_freed(struct stlb_analysis *a, const struct stlb_act *act,
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
	broken = stlb_continuity_freed(&a->continuity, act->event);
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
	stlb_brief_expand(&from->after, &to->after.event);
	if (!from->before.name)
		return;
	stlb_brief_expand(&from->before, &to->before.event);
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
