/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events of clears: which of them are updates at all. Two probes can see one clear, a set's hook
 * repeats what it overwrites, and a collapse clears a table that is already out of sight
 * (staletlb-kernel(7), T41, T5 and T10).
 */
#include "check/clear.h"
#include "check/detached.h"
#include "check/device_note.h"
#include "check/early.h"
#include "check/obligation.h"
#include "check/pages.h"
#include "check/place.h"
#include "check/set.h"
#include "check/update.h"
#include "check/walk.h"
#include "model/echo.h"

/* ---- the level of a hugetlb page, which is told through pte functions ---- */

static bool fits(const struct stlb_event *event, enum stlb_level level)
{
	uint64_t index = stlb_event_get(event, ADDR) >> stlb_level_shift(level);

	return (index & (STLB_ENTRIES - 1)) == (stlb_event_get(event, PTEP) & 0xff8) >> 3;
}

static bool is_bracket_of_one(const struct stlb_act *act, enum stlb_level level)
{
	uint64_t addr = stlb_event_or(act->event, ADDR, 1);

	for (uint32_t i = 0; i < act->task->nr_brackets; i++) {
		const struct stlb_bracket *bracket = &act->task->brackets[i];

		if (bracket->mm == act->mm && bracket->start == addr &&
		    bracket->end - addr == UINT64_C(1) << stlb_level_shift(level))
			return true;
	}
	return false;
}

/* Whether the 1 GiB entry of the address was cleared, and that is still owed. */
static bool is_owed(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_slot slot = {STLB_LEVEL_PTE, stlb_event_or(act->event, ADDR, 1)};
	struct stlb_region *region = stlb_region_find(&a->regions, act->mm, slot.addr);
	struct stlb_walk walk = stlb_walk_at(act->mm, region, slot);

	for (struct stlb_obligation *ob; (ob = stlb_walk_next(&walk));)
		if (ob->level == STLB_LEVEL_PUD && ob->addr == slot.addr)
			return true;
	return false;
}

/*
 * The entry does not say how large the page is. The table that it is in does, or the entry's place
 * in the table where it fits one level only; else the bracket of a single page does, or what is
 * owed for the entry: the set that resolves a migration entry is in no bracket.
 */
static enum stlb_level hugetlb_level(struct stlb_analysis *a, const struct stlb_act *act,
				     uint64_t pfn)
{
	const struct stlb_event *event = act->event;
	uint64_t pages = UINT64_C(1) << (stlb_level_shift(STLB_LEVEL_PUD) - STLB_PAGE_SHIFT), addr;
	enum stlb_level level;

	if (pfn % pages)
		return STLB_LEVEL_PMD;
	if (stlb_event_has(event, PTEP) &&
	    stlb_table_place(&a->regions, act->mm, stlb_event_get(event, PTEP), &level, &addr) &&
	    level != STLB_LEVEL_PTE)
		return level;
	if (stlb_event_has(event, PTEP) && stlb_event_has(event, ADDR) &&
	    fits(event, STLB_LEVEL_PMD) != fits(event, STLB_LEVEL_PUD))
		return fits(event, STLB_LEVEL_PUD) ? STLB_LEVEL_PUD : STLB_LEVEL_PMD;
	return is_bracket_of_one(act, STLB_LEVEL_PUD) || is_owed(a, act) ? STLB_LEVEL_PUD
									 : STLB_LEVEL_PMD;
}

static enum stlb_level level_of(struct stlb_analysis *a, const struct stlb_act *act,
				struct stlb_translation said)
{
	if (act->event->level == STLB_LEVEL_PTE && said.huge)
		return hugetlb_level(a, act, said.pfn);
	return act->event->level;
}

static struct stlb_entry old_entry(struct stlb_analysis *a, const struct stlb_act *act,
				   enum stlb_level *level)
{
	struct stlb_translation said =
		stlb_pte_decode(&a->format, act->event->level, stlb_event_get(act->event, OLD));

	*level = level_of(a, act, said);
	return stlb_entry_of(said);
}

static uint64_t slot_base(enum stlb_level level, uint64_t addr)
{
	unsigned int shift = stlb_level_shift(level);

	return addr >> shift << shift;
}

/* ---- told again ---- */

static struct stlb_slot slot_of(const struct stlb_act *act, enum stlb_level level)
{
	return (struct stlb_slot){level, slot_base(level, stlb_event_or(act->event, ADDR, 0))};
}

static struct stlb_change cleared(const struct stlb_act *act, struct stlb_slot slot,
				  struct stlb_entry old)
{
	return (struct stlb_change){
		.event = act->event,
		.mm = act->mm,
		.level = slot.level,
		.placed = stlb_event_has(act->event, ADDR),
		.addr = slot.addr,
		.nr = 1,
		.old = old,
	};
}

/* Of a set of many entries, only the echoes tell what each said before. */
static void told_by_echo(struct stlb_analysis *a, const struct stlb_act *act,
			 const struct stlb_echoed *echoed, struct stlb_entry old,
			 enum stlb_level level)
{
	struct stlb_slot slot = {level, echoed->addr};
	struct stlb_event event;
	struct stlb_act set = {&event, act->task, act->mm};

	stlb_brief_expand(echoed->set, &event);
	stlb_set_told(a, &set, slot, old, echoed->new);
}

static bool told_again(struct stlb_analysis *a, const struct stlb_act *act,
		       const struct stlb_change *clear)
{
	struct stlb_echoed echoed = {NULL};
	bool again = stlb_told_again(&a->machine, act->task, clear, clear->old, &echoed);

	if (echoed.set)
		told_by_echo(a, act, &echoed, clear->old, clear->level);
	return again;
}

/* The one table that the context's bracket is of: a collapse's, whose clear may tell no address. */
static bool bracket_table(const struct stlb_act *act, uint64_t *base)
{
	const struct stlb_bracket *bracket = stlb_task_bracket(act->task, act->mm);

	if (!bracket || bracket->end - bracket->start != STLB_REGION_SIZE ||
	    !stlb_is_of_huge_pages(bracket->start, bracket->end))
		return false;
	*base = bracket->start;
	return true;
}

/* ---- clears ---- */

static void clear_at(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_slot slot,
		     struct stlb_entry old, enum stlb_state left)
{
	stlb_place_note(act->task, act->mm, slot);
	stlb_clear(a, act, slot, old, left);
}

static void clear_table(struct stlb_analysis *a, const struct stlb_act *act, enum stlb_level level,
			struct stlb_entry old)
{
	struct stlb_slot slot = slot_of(act, level);

	if (!stlb_event_has(act->event, ADDR) && !bracket_table(act, &slot.addr)) {
		if (stlb_mm_is_subscribed(act->mm)) {
			stlb_place_failed(a, act->mm, 1);
			stlb_obligation_unplaced(a, act, old);
		}
		stlb_detach_unplaced(act);
		return;
	}
	stlb_detach(act, slot.addr);
	clear_at(a, act, slot, old, STLB_NONE);
}

void stlb_on_clear(struct stlb_analysis *a, const struct stlb_act *act)
{
	enum stlb_level level;
	struct stlb_entry old = old_entry(a, act, &level);
	struct stlb_change change = cleared(act, slot_of(act, level), old);

	if (!stlb_task_update_state(act->task)) {
		a->failed = true;
		return;
	}
	if (told_again(a, act, &change))
		return;
	if (level == STLB_LEVEL_PTE && stlb_detached_clear(a, act, old))
		return;
	if (old.state == STLB_TABLE)
		clear_table(a, act, level, old);
	else if (stlb_event_has(act->event, ADDR))
		clear_at(a, act, slot_of(act, level), old, STLB_NONE);
	else if (old.state == STLB_PRESENT)
		stlb_place_clear(a, act, old);
}

/* The huge zero page becomes 512 zero pages, out of sight where sets are not recorded. */
static bool is_zero_split(const struct stlb_analysis *a, const struct stlb_act *act,
			  const struct stlb_change *clear)
{
	return act->event->kind == STLB_PMD_CLEAR_FLUSH && clear->old.state == STLB_PRESENT &&
	       !a->machine.echoes_seen && stlb_pages_is_zero(a, clear->old.pfn) &&
	       stlb_split_takes(act->task, clear);
}

/* Functions that clear an entry and have its address; the clear hook may tell it once more. */
void stlb_on_clear_flush(struct stlb_analysis *a, const struct stlb_act *act)
{
	bool inval = act->event->kind == STLB_PMD_INVAL;
	enum stlb_level level;
	struct stlb_entry old = old_entry(a, act, &level);
	struct stlb_slot slot = slot_of(act, level);
	struct stlb_change change = cleared(act, slot, old);

	if (!stlb_task_update_state(act->task)) {
		a->failed = true;
		return;
	}
	stlb_place_learn(a, act, level);
	if ((inval && stlb_split_takes(act->task, &change)) || told_again(a, act, &change))
		return;
	if (old.state == STLB_TABLE && act->event->kind != STLB_PMD_COLLAPSE_FLUSH)
		return;
	if (old.state == STLB_TABLE)
		stlb_detach(act, slot.addr);
	a->last_created = NULL;
	clear_at(a, act, slot, old, inval ? STLB_PROTNONE : STLB_NONE);
	if (inval && a->last_created)
		a->last_created->set_again_unseen = !stlb_recorded(a, STLB_PMD_SET);
	if (is_zero_split(a, act, &change) && a->last_created)
		stlb_obligation_end(a, a->last_created, STLB_END_RESTORED);
}

void stlb_on_pmd_split(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_change change;

	if (!stlb_task_update_state(act->task)) {
		a->failed = true;
		return;
	}
	change = cleared(act, slot_of(act, STLB_LEVEL_PMD), stlb_entry_unknown());
	stlb_split_begins(act->task, &change);
}

/* ---- sets ---- */

/* What was last seen of an entry, where no clear of the mm went unseen or unplaced since. */
static struct stlb_entry last_known(struct stlb_analysis *a, const struct stlb_act *act,
				    struct stlb_slot slot)
{
	struct stlb_entry unknown = {0};

	if (!stlb_kinds_has(&a->seen, STLB_PTE_CLEAR) || act->mm->unplaced)
		return unknown;
	return stlb_region_entry(stlb_region_find(&a->regions, act->mm, slot.addr), slot.level,
				 slot.addr);
}

static bool find_slot(struct stlb_analysis *a, const struct stlb_act *act, enum stlb_level level,
		      struct stlb_slot *slot)
{
	const struct stlb_event *event = act->event;

	slot->level = level;
	if (stlb_event_has(event, ADDR)) {
		stlb_place_learn(a, act, level);
		slot->addr = slot_base(level, stlb_event_get(event, ADDR));
		return true;
	}
	return stlb_event_has(event, PTEP) &&
	       stlb_table_place(&a->regions, act->mm, stlb_event_get(event, PTEP), &slot->level,
				&slot->addr) &&
	       slot->level == level;
}

static void set_entries(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_slot slot,
			struct stlb_entry old, struct stlb_entry new, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++) {
		stlb_set(a, act, slot, old, new);
		slot.addr += UINT64_C(1) << stlb_level_shift(slot.level);
		new = stlb_next_entry(new, slot.level);
		/* only the first entry's old value is told, that of the others by their echoes */
		old = (struct stlb_entry){0};
	}
}

/* What a set of many finds is told of the first: a batch was cleared before it, all or none. */
static void name_parked(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_slot slot,
			struct stlb_entry old, struct stlb_entry new, uint64_t nr)
{
	while (nr && stlb_place_parked(a, act, slot, old, new, nr)) {
		slot.addr += UINT64_C(1) << stlb_level_shift(slot.level);
		new = stlb_next_entry(new, slot.level);
		nr--;
	}
}

void stlb_on_set(struct stlb_analysis *a, const struct stlb_act *act)
{
	const struct stlb_event *event = act->event;
	struct stlb_update_state *update = stlb_task_update_state(act->task);
	struct stlb_translation said =
		stlb_pte_decode(&a->format, event->level, stlb_event_get(event, NEW));
	struct stlb_entry old = {0}, new = stlb_entry_of(said);
	uint64_t nr = stlb_event_or(event, NR, 1);
	enum stlb_level level = event->level;
	struct stlb_change change;
	struct stlb_slot slot;

	if (!update) {
		a->failed = true;
		return;
	}
	if (stlb_event_has(event, OLD))
		old = old_entry(a, act, &level);
	if (said.huge && level == STLB_LEVEL_PTE)
		level = level_of(a, act, said);
	nr = nr > STLB_ENTRIES ? STLB_ENTRIES : nr;
	change = (struct stlb_change){event, act->mm, level, .nr = nr, .old = old, .new = new};
	if (!find_slot(a, act, level, &slot)) {
		if (!stlb_early_keep(a, act, new, nr))
			stlb_place_failed(a, act->mm, nr);
		if (a->devices)
			stlb_device_note_not_placed(a, act->mm);
		stlb_told_again(&a->machine, act->task, &change, old, NULL);
		return;
	}
	if (update->nr_parked)
		name_parked(a, act, slot, old, new, nr);
	change.placed = true;
	change.addr = slot.addr;
	if (!old.known && nr == 1 && (!stlb_has_echo(event->kind) || !a->machine.echoes_seen))
		old = last_known(a, act, slot);
	if (!stlb_told_again(&a->machine, act->task, &change, old, NULL))
		set_entries(a, act, slot, old, new, nr);
}
