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
#include "check/links.h"
#include "check/obligation.h"
#include "check/pages.h"
#include "check/place.h"
#include "check/set.h"
#include "check/update.h"
#include "check/walk.h"
#include "model/echo.h"

/* ---- what an event says ---- */

/* Whether the 1 GiB entry of the address was cleared, and that is still owed. */
static bool is_owed(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_slot slot = {STLB_LEVEL_PTE, stlb_event_or(act->event, ADDR, 1)};
	struct stlb_region *region = stlb_region_find(&a->machine.regions, act->mm, slot.addr);
	struct stlb_walk walk = stlb_walk_at(act->mm, region, slot);

	for (struct stlb_obligation *ob; (ob = stlb_walk_next(&walk));)
		if (ob->level == STLB_LEVEL_PUD && ob->addr == slot.addr)
			return true;
	return false;
}

/* The set that resolves a migration entry is in no bracket: what is owed shows its level. */
static bool read_change(struct stlb_analysis *a, const struct stlb_act *act,
			struct stlb_change *change)
{
	if (!stlb_task_update_state(act->task)) {
		a->failed = true;
		return false;
	}
	*change = stlb_change_read(&a->machine, act->task, act->mm, act->event);
	if (change->guessed && is_owed(a, act))
		change->level = STLB_LEVEL_PUD;
	stlb_change_place(&a->machine, change);
	stlb_place_learned(a, act, change->level);
	return true;
}

static struct stlb_slot slot_of(const struct stlb_change *change)
{
	return (struct stlb_slot){change->level, change->addr};
}

/* ---- told again ---- */

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

static void link_clear(struct stlb_analysis *a, const struct stlb_act *act,
		       const struct stlb_change *clear)
{
	bool by_hook = act->event->kind == STLB_PTE_CLEAR || act->event->kind == STLB_PMD_CLEAR;

	if (stlb_event_has(act->event, ADDR) && (by_hook || clear->level != STLB_LEVEL_PTE))
		stlb_link_told(a, act, slot_of(clear), 0, 1);
	a->clears_unnamed |= by_hook && !stlb_event_has(act->event, ADDR);
}

/* What an echo tells is no write of the entry; a clear that two probes see is one. */
static bool told_again(struct stlb_analysis *a, const struct stlb_act *act,
		       const struct stlb_change *clear)
{
	struct stlb_echoed echoed = {.set = NULL};
	bool again = stlb_told_again(&a->machine, act->task, clear, clear->old, &echoed);

	if (echoed.set)
		told_by_echo(a, act, &echoed, clear->old, clear->level);
	if (!echoed.is_echo)
		link_clear(a, act, clear);
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

static void clear_table(struct stlb_analysis *a, const struct stlb_act *act,
			const struct stlb_change *clear)
{
	struct stlb_slot slot = slot_of(clear);

	if (!clear->placed && !bracket_table(act, &slot.addr)) {
		if (stlb_mm_is_subscribed(act->mm)) {
			stlb_place_failed(a, act->mm, 1);
			stlb_obligation_unplaced(a, act, clear->old);
		}
		stlb_detach_unplaced(act);
		return;
	}
	stlb_detach(act, slot.addr);
	clear_at(a, act, slot, clear->old, STLB_NONE);
}

void stlb_on_clear(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_change clear;

	if (!read_change(a, act, &clear) || told_again(a, act, &clear))
		return;
	if (clear.level == STLB_LEVEL_PTE && stlb_detached_clear(a, act, clear.old))
		return;
	if (clear.old.state == STLB_TABLE)
		clear_table(a, act, &clear);
	else if (clear.placed)
		clear_at(a, act, slot_of(&clear), clear.old, STLB_NONE);
	else if (clear.old.state == STLB_PRESENT)
		stlb_place_clear(a, act, clear.old);
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
	struct stlb_change clear;

	if (!read_change(a, act, &clear))
		return;
	if (inval && stlb_split_takes(act->task, &clear)) {
		link_clear(a, act, &clear);
		return;
	}
	if (told_again(a, act, &clear))
		return;
	if (clear.old.state == STLB_TABLE && act->event->kind != STLB_PMD_COLLAPSE_FLUSH)
		return;
	if (clear.old.state == STLB_TABLE)
		stlb_detach(act, clear.addr);
	a->last_created = NULL;
	clear_at(a, act, slot_of(&clear), clear.old, inval ? STLB_PROTNONE : STLB_NONE);
	if (inval && a->last_created)
		a->last_created->set_again_unseen = !stlb_recorded(a, STLB_PMD_SET);
	if (is_zero_split(a, act, &clear) && a->last_created)
		stlb_obligation_end(a, a->last_created, STLB_END_RESTORED);
}

void stlb_on_pmd_split(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_change split;

	if (read_change(a, act, &split))
		stlb_split_begins(act->task, &split);
}

/* ---- sets ---- */

/* What was last seen of an entry, where no clear of the mm went unseen or unplaced since. */
static struct stlb_entry last_known(struct stlb_analysis *a, const struct stlb_act *act,
				    struct stlb_slot slot)
{
	struct stlb_entry unknown = {0};

	if (!stlb_kinds_has(&a->seen, STLB_PTE_CLEAR) || act->mm->unplaced)
		return unknown;
	return stlb_region_entry(stlb_region_find(&a->machine.regions, act->mm, slot.addr),
				 slot.level, slot.addr);
}

static void set_entries(struct stlb_analysis *a, const struct stlb_act *act,
			const struct stlb_change *set, struct stlb_entry old)
{
	struct stlb_slot slot = slot_of(set);
	struct stlb_entry new = set->new;

	for (uint64_t i = 0; i < set->nr; i++) {
		stlb_set(a, act, slot, old, new);
		slot.addr += UINT64_C(1) << stlb_level_shift(slot.level);
		new = stlb_next_entry(new, slot.level);
		/* only the first entry's old value is told, that of the others by their echoes */
		old = (struct stlb_entry){0};
	}
}

/* What a set of many finds is told of the first: a batch was cleared before it, all or none. */
static void name_parked(struct stlb_analysis *a, const struct stlb_act *act,
			const struct stlb_change *set)
{
	struct stlb_slot slot = slot_of(set);
	struct stlb_entry new = set->new;

	for (uint64_t nr = set->nr; nr && stlb_place_parked(a, act, slot, set->old, new, nr);
	     nr--) {
		slot.addr += UINT64_C(1) << stlb_level_shift(slot.level);
		new = stlb_next_entry(new, slot.level);
	}
}

static void set_somewhere(struct stlb_analysis *a, const struct stlb_act *act,
			  const struct stlb_change *set)
{
	if (!stlb_early_keep(a, act, set->new, set->nr))
		stlb_place_failed(a, act->mm, set->nr);
	if (a->devices)
		stlb_device_note_not_placed(a, act->mm);
}

void stlb_on_set(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_change set;
	struct stlb_entry old;

	if (!read_change(a, act, &set))
		return;
	if (!set.placed)
		set_somewhere(a, act, &set);
	else if (act->task->update->nr_parked)
		name_parked(a, act, &set);
	if (set.placed && stlb_has_echo(act->event->kind))
		stlb_link_told(a, act, slot_of(&set), stlb_event_get(act->event, NEW), set.nr);
	old = set.old;
	if (set.placed && !old.known && set.nr == 1 &&
	    (!stlb_has_echo(act->event->kind) || !a->machine.echoes_seen))
		old = last_known(a, act, slot_of(&set));
	if (!stlb_told_again(&a->machine, act->task, &set, old, NULL) && set.placed)
		set_entries(a, act, &set, old);
}
