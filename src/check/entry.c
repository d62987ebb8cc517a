/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes of entries by where they lie. Each is compared with what the entry said, placed in its mm
 * by the tree of tables, and goes the way of all updates from there. What is written to a table
 * that is linked nowhere yet waits in the tree until it is.
 */
#include "check/entry.h"

#include "check/clear.h"
#include "check/detached.h"
#include "check/links.h"
#include "check/place.h"
#include "check/set.h"
#include "check/subscribe.h"

enum { FREELY_TAKEN_ALONG = 1 << 20, TAKEN_ALONG = 64 };

/** struct write - a write of one entry: what it says from then on, and what it said */
struct write {
	struct stlb_node *node;
	unsigned int index;
	uint64_t old, new;
	bool old_known, perhaps;
};

/* ---- what an event says ---- */

static enum stlb_level level_of(const struct stlb_event *event)
{
	uint64_t level = stlb_event_or(event, LEVEL, event->level);

	return level < STLB_NR_LEVELS ? (enum stlb_level)level : STLB_LEVEL_PTE;
}

/* What the entry says from then on; false where the event says that nothing is written. */
static bool new_value(struct stlb_analysis *a, const struct stlb_event *event, uint64_t *new,
		      bool *known)
{
	uint64_t pfn, old = stlb_event_or(event, OLD, 0);

	*known = true;
	*new = stlb_event_or(event, NEW, 0);
	switch (event->kind) {
	case STLB_ENTRY_POPULATE:
		*known = stlb_machine_pfn(&a->machine, event, &pfn);
		*new = *known ? stlb_pte_table(&a->machine.format, pfn) : 0;
		break;
	case STLB_ENTRY_CMPXCHG:
		return old == stlb_event_get(event, EXPECTED);
	case STLB_ENTRY_WRPROTECT:
		*new = stlb_pte_wrprotect(&a->machine.format, old);
		break;
	case STLB_ENTRY_MODIFY_START:
		*new = 0;
		break;
	case STLB_ENTRY_PERHAPS:
		*known = false;
		break;
	default:
		break;
	}
	return true;
}

/* ---- handing over to the check ---- */

static struct stlb_entry entry_of(const struct stlb_analysis *a, enum stlb_level level,
				  uint64_t raw, bool known)
{
	return known ? stlb_entry_of(stlb_pte_decode(&a->machine.format, level, raw))
		     : (struct stlb_entry){0};
}

static bool same_entry(struct stlb_entry one, struct stlb_entry other)
{
	return one.known && other.known && one.state == other.state && one.pfn == other.pfn &&
	       one.writable == other.writable;
}

/* The event as one that says where in the mm it is, for what is shown of it. */
static void tell_place(struct stlb_event *event, const struct stlb_place *place,
		       const struct write *write)
{
	event->has |= STLB_BIT(MM) | STLB_BIT(ADDR) | STLB_BIT(NEW);
	event->has &= ~(STLB_BIT(NR) | STLB_BIT(OLD) | STLB_BIT(EXPECTED) | STLB_BIT(PAGE));
	stlb_event_get(event, MM) = place->mm->id;
	stlb_event_get(event, ADDR) = place->addr;
	stlb_event_get(event, NEW) = write->new;
	if (write->old_known) {
		event->has |= STLB_BIT(OLD);
		stlb_event_get(event, OLD) = write->old;
	}
	event->level = place->level;
}

/*
 * What is linked again and again, by a trace that was made to, must not cost the square of its
 * length: tables move seldom.
 */
static bool may_take_along(struct stlb_analysis *a, const struct stlb_node *node)
{
	a->taken_along += stlb_node_known(node);
	if (a->taken_along <= FREELY_TAKEN_ALONG + TAKEN_ALONG * a->result.events_used)
		return true;
	a->result.unplaced++;
	return false;
}

/* A table that is linked says what was written to it before, all at once. */
static void fill(struct stlb_analysis *a, const struct stlb_event_context *ec,
		 const struct stlb_node *node, struct stlb_slot slot)
{
	for (unsigned int i = 0; i < STLB_ENTRIES; i++) {
		const struct stlb_written *entry = stlb_node_entry(node, i);
		struct stlb_region *region =
			stlb_region_find(&a->machine.regions, ec->mm, slot.addr);
		struct stlb_entry new = entry_of(a, slot.level, entry ? entry->raw : 0, true);

		if (entry && entry->raw &&
		    !same_entry(stlb_region_entry(region, slot.level, slot.addr), new))
			stlb_set(a, ec, slot, stlb_entry_none(), new);
		slot.addr += UINT64_C(1) << stlb_level_shift(slot.level);
	}
}

static void set_table(struct stlb_analysis *a, const struct stlb_event_context *ec,
		      struct stlb_slot slot, struct stlb_entry old, struct stlb_entry new)
{
	struct stlb_node *below = stlb_tree_find(&a->tree, new.pfn);

	stlb_set(a, ec, slot, old, new);
	if (!below || !may_take_along(a, below))
		return;
	below->was = ec->mm;
	below->was_life = ec->mm->life;
	below->was_at = slot.addr;
	fill(a, ec, below, (struct stlb_slot){STLB_LEVEL_PTE, slot.addr});
}

static void hand_entry(struct stlb_analysis *a, const struct stlb_event_context *ec,
		       struct stlb_slot slot, struct stlb_entry old, struct stlb_entry new)
{
	bool was_table = old.known && old.state == STLB_TABLE;

	if (slot.level == STLB_LEVEL_PMD && new.state == STLB_TABLE) {
		set_table(a, ec, slot, old, new);
	} else if (was_table && new.state != STLB_PRESENT) {
		stlb_detach(ec, slot.addr);
		stlb_clear(a, ec, slot, old, new.state);
	} else {
		stlb_set(a, ec, slot, old, new);
	}
}

/* A table of pmds that is linked, or taken out, takes what is below it along. */
static void hand_below(struct stlb_analysis *a, const struct stlb_event_context *ec, uint64_t pfn,
		       uint64_t addr, bool linked)
{
	const struct stlb_node *node = stlb_tree_find(&a->tree, pfn);
	struct stlb_slot slot = {STLB_LEVEL_PMD, addr};

	if (!node || !may_take_along(a, node))
		return;
	for (unsigned int i = 0; i < STLB_ENTRIES; i++) {
		const struct stlb_written *entry = stlb_node_entry(node, i);
		struct stlb_entry said = entry_of(a, slot.level, entry ? entry->raw : 0, true);

		if (entry && entry->raw && linked)
			hand_entry(a, ec, slot, stlb_entry_none(), said);
		else if (entry && entry->raw)
			hand_entry(a, ec, slot, said, stlb_entry_none());
		slot.addr += UINT64_C(1) << stlb_level_shift(slot.level);
	}
}

static void hand_over(struct stlb_analysis *a, const struct stlb_event_context *ec,
		      const struct stlb_place *place, const struct write *write)
{
	struct stlb_entry old = entry_of(a, place->level, write->old, write->old_known);
	struct stlb_entry new = entry_of(a, place->level, write->new, true);
	struct stlb_slot slot = {place->level, place->addr};

	if (slot.level > STLB_LEVEL_PUD)
		return;
	if (slot.level == STLB_LEVEL_PUD && (old.state == STLB_TABLE || new.state == STLB_TABLE)) {
		if (old.known && old.state == STLB_TABLE)
			hand_below(a, ec, old.pfn, slot.addr, false);
		if (new.state == STLB_TABLE)
			hand_below(a, ec, new.pfn, slot.addr, true);
		return;
	}
	hand_entry(a, ec, slot, old, new);
}

/* ---- entries whose place is not known ---- */

/* A table that was taken out is written to: what it says if it comes back. */
static void write_away(struct stlb_analysis *a, const struct write *write)
{
	const struct stlb_node *node = write->node;
	struct stlb_region *region;
	uint64_t addr = node->was_at + ((uint64_t)write->index << STLB_PAGE_SHIFT);

	if (!node->was || node->was_life != node->was->life || node->level != STLB_LEVEL_PTE)
		return;
	region = stlb_region_find(&a->machine.regions, node->was, addr);
	if (region && region->out && region->away_pfn == node->pfn)
		a->failed |=
			stlb_region_set_away(&a->machine.regions, region, addr,
					     entry_of(a, STLB_LEVEL_PTE, write->new, true)) < 0;
}

/* Whether an mm is subscribed whose tables are older than the trace, or than what was lost. */
static bool may_be_pending(struct stlb_analysis *a)
{
	uint64_t subscribed = a->machine.mms.subscribed, version = a->tree.version;
	bool partial = false;
	uint32_t at = 0;

	if (a->known_tables.subscribed == subscribed && a->known_tables.version == version)
		return a->known_tables.partial;
	for (struct stlb_mm *mm; (mm = stlb_map_next(&a->machine.mms.map, &at));)
		partial |= stlb_mm_is_subscribed(mm) && !stlb_tree_knows_all(&a->tree, mm);
	a->known_tables.subscribed = subscribed;
	a->known_tables.version = version;
	a->known_tables.partial = partial;
	return partial;
}

static void unplaced(struct stlb_analysis *a, const struct write *write)
{
	if (!stlb_tree_may_be_linked(&a->tree, write->node))
		write_away(a, write);
	else if (a->machine.mms.subscribed && may_be_pending(a))
		a->result.unplaced++;
}

/* By an event that reported both where the table lies and what it maps. */
static bool place_known(struct stlb_analysis *a, uint64_t ptep, struct stlb_place *place)
{
	const struct stlb_table *table = stlb_table_find(&a->machine.regions, ptep);

	if (!table)
		return false;
	*place = (struct stlb_place){table->mm, table->level, 0};
	return stlb_table_place(&a->machine.regions, table->mm, ptep, &place->level, &place->addr);
}

/* ---- the write ---- */

static void write_entry(struct stlb_analysis *a, const struct stlb_event_context *ec,
			struct write *write)
{
	struct stlb_event event = *ec->event;
	struct stlb_event_context then = {&event, ec->context, NULL};
	struct stlb_place place;
	bool placed;

	if (write->perhaps) {
		stlb_node_doubt(write->node, write->index);
		return;
	}
	a->failed |=
		stlb_node_write(&a->tree, write->node, write->index, write->new, ec->event) < 0;
	placed = stlb_tree_place(&a->tree, write->node, write->index, &place);
	if (placed)
		stlb_table_learn(&a->machine.regions, place.mm, place.level,
				 stlb_event_get(ec->event, PTEP), place.addr);
	else
		placed = place_known(a, stlb_event_get(ec->event, PTEP), &place);
	if (!placed) {
		unplaced(a, write);
		return;
	}
	then.mm = place.mm;
	tell_place(&event, &place, write);
	hand_over(a, &then, &place, write);
}

static void write_entries(struct stlb_analysis *a, const struct stlb_event_context *ec,
			  struct stlb_node *node)
{
	struct stlb_event event = *ec->event;
	struct stlb_event_context then = {&event, ec->context, NULL};
	struct write write = {.node = node};
	uint64_t nr = stlb_event_or(&event, NR, 1);
	bool known;

	write.index = stlb_ptep_index(stlb_event_get(&event, PTEP));
	if (!new_value(a, &event, &write.new, &known))
		return;
	write.perhaps = !known;
	for (; nr && write.index < STLB_ENTRIES; nr--, write.index++) {
		write.old_known = stlb_node_raw(node, write.index, &write.old);
		if (stlb_event_has(&event, OLD)) {
			stlb_link_check(a, ec, node, write.index);
			write.old = stlb_event_get(&event, OLD);
			write.old_known = true;
		}
		write_entry(a, &then, &write);
		/* what the event found is that of the first entry alone */
		event.has &= ~STLB_BIT(OLD);
		stlb_event_get(&event, PTEP) += sizeof(uint64_t);
		write.new = stlb_pte_next(&a->machine.format, write.new);
	}
}

static struct stlb_node *node_of(struct stlb_analysis *a, const struct stlb_event *event)
{
	struct stlb_node *node;
	uint64_t pfn;

	if (!stlb_tree_pfn(&a->tree, stlb_event_get(event, PTEP), &pfn))
		return NULL;
	node = stlb_tree_get(&a->tree, pfn, level_of(event));
	a->failed |= !node;
	return node;
}

/* While it is not known where the direct map begins, nothing has a place. */
static void wait_for_base(struct stlb_analysis *a, const struct stlb_event *event)
{
	uint64_t new;
	bool known;

	if (!new_value(a, event, &new, &known) || !known)
		return;
	stlb_tree_wait(&a->tree, stlb_event_get(event, PTEP), level_of(event), new, event);
	if (a->machine.mms.subscribed)
		a->result.unplaced += stlb_event_or(event, NR, 1);
}

void stlb_on_entry(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_node *node;

	if (!stlb_context_update_state(ec->context)) {
		a->failed = true;
		return;
	}
	if (!a->tree.base)
		a->failed |= stlb_tree_search(&a->tree, stlb_event_get(ec->event, PTEP)) < 0;
	node = node_of(a, ec->event);
	if (node)
		write_entries(a, ec, node);
	else if (!a->tree.base)
		wait_for_base(a, ec->event);
}

void stlb_on_entry_snapshot(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct write write = {.node = node_of(a, ec->event), .new = stlb_event_get(ec->event, NEW)};

	write.index = stlb_ptep_index(stlb_event_get(ec->event, PTEP));
	/* it was read some time before it was reported: what was written since is newer */
	if (!write.node || stlb_node_raw(write.node, write.index, &write.old))
		return;
	write_entry(a, ec, &write);
}

/*
 * Events are switched on one after the other: a table of which the allocation was recorded, and not
 * what was written to it next, is not what it seems to be.
 */
static void all_are_on(struct stlb_analysis *a)
{
	stlb_tree_forget(&a->tree);
	stlb_regions_forget(&a->machine.regions);
	a->continuity = (struct stlb_continuity){0};
}

void stlb_on_root(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	uint64_t pfn;

	if (stlb_event_has(ec->event, SUB) && !stlb_event_get(ec->event, SUB))
		all_are_on(a);
	/* a table is installed in none that exits: it is another mm at the same pointer */
	ec->mm->exits = false;
	if (stlb_tree_pfn(&a->tree, stlb_event_get(ec->event, PGD), &pfn))
		a->failed |= stlb_tree_root(&a->tree, pfn, ec->mm) < 0;
	/*
	 * The mm had a subscriber before the first event: its tables were reported, this comes
	 * last. What was written before they were reported is as if it was before the trace.
	 */
	if (stlb_event_or(ec->event, SUB, 0)) {
		stlb_subscribe_by_event(a, ec->mm);
		stlb_tree_reported(&a->tree, ec->mm);
		a->result.unplaced = 0;
	}
}

void stlb_on_exit_mmap(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	(void)a;
	ec->mm->exits = true;
}

/* ---- events that tell the same ---- */

void stlb_entries_expect(struct stlb_analysis *a)
{
	a->deep = stlb_recorded(a, STLB_ENTRY_SET) && stlb_recorded(a, STLB_ENTRY_XCHG);
	if (!a->deep)
		return;
	stlb_kinds_add(&a->facts.recorded, STLB_ENTRY_SET);
	stlb_kinds_add(&a->facts.recorded, STLB_ENTRY_XCHG);
	stlb_kinds_imply(&a->facts.recorded);
}

/* Where the tree does not know: of a hugetlb page it is not said in which table it is. */
static void learn_place(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	const struct stlb_event *event = ec->event;
	uint64_t raw = stlb_event_or(event, NEW, 0) | stlb_event_or(event, OLD, 0);
	struct stlb_node *node = NULL;
	struct stlb_place place;
	uint64_t pfn;

	if (!stlb_event_has(event, PTEP) || !stlb_event_has(event, ADDR) ||
	    stlb_pte_decode(&a->machine.format, STLB_LEVEL_PTE, raw).huge)
		return;
	if (stlb_tree_pfn(&a->tree, stlb_event_get(event, PTEP), &pfn))
		node = stlb_tree_find(&a->tree, pfn);
	if (node && stlb_tree_place(&a->tree, node, 0, &place))
		return;
	stlb_table_learn(&a->machine.regions, ec->mm, event->level, stlb_event_get(event, PTEP),
			 stlb_event_get(event, ADDR));
	stlb_place_learned(a, ec, event->level);
}

bool stlb_entry_repeats(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	const struct stlb_event *event = ec->event;
	enum stlb_class about = stlb_kind_class(event->kind);

	if (!a->deep || (about != STLB_CLASS_CLEAR && about != STLB_CLASS_SET &&
			 event->kind != STLB_MAP && event->kind != STLB_PMD_INSTALL))
		return false;
	learn_place(a, ec);
	return true;
}

void stlb_entry_pages_freed(struct stlb_analysis *a, const struct stlb_event_context *ec,
			    uint64_t pfn, uint64_t nr)
{
	for (struct stlb_node *node; (node = stlb_tree_next_freed(&a->tree, pfn, nr));) {
		stlb_link_freed(a, ec, node);
		stlb_tree_drop(&a->tree, node);
	}
}
