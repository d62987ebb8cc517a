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

/* Whether the 1 GiB entry of the address was cleared, and that is still pending. */
static bool is_pending(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_slot slot = {STLB_LEVEL_PTE, stlb_event_or(ec->event, ADDR, 1)};
	struct stlb_region *region = stlb_region_find(&a->machine.regions, ec->mm, slot.addr);
	struct stlb_walk walk = stlb_walk_at(ec->mm, region, slot);

	for (struct stlb_obligation *ob; (ob = stlb_walk_next(&walk));)
		if (ob->level == STLB_LEVEL_PUD && ob->addr == slot.addr)
			return true;
	return false;
}

/* The set that resolves a migration entry is in no bracket: what is pending shows its level. */
static bool read_change(struct stlb_analysis *a, const struct stlb_event_context *ec,
			struct stlb_change *change)
{
	if (!stlb_context_update_state(ec->context)) {
		a->failed = true;
		return false;
	}
	*change = stlb_change_read(&a->machine, ec->context, ec->mm, ec->event);
	if (change->guessed && is_pending(a, ec))
		change->level = STLB_LEVEL_PUD;
	stlb_change_place(&a->machine, change);
	stlb_place_learned(a, ec, change->level);
	return true;
}

static struct stlb_slot slot_of(const struct stlb_change *change)
{
	return (struct stlb_slot){change->level, change->addr};
}

/* ---- reported again ---- */

/* Of a set of many entries, only the echoes tell what each said before. */
static void known_by_echo(struct stlb_analysis *a, const struct stlb_event_context *ec,
			  const struct stlb_echoed *echoed, struct stlb_entry old,
			  enum stlb_level level)
{
	struct stlb_slot slot = {level, echoed->addr};
	struct stlb_event event;
	struct stlb_event_context set = {&event, ec->context, ec->mm};

	stlb_saved_event_expand(echoed->set, &event);
	stlb_set_old_value(a, &set, slot, old, echoed->new);
}

static void link_clear(struct stlb_analysis *a, const struct stlb_event_context *ec,
		       const struct stlb_change *clear)
{
	bool by_hook = ec->event->kind == STLB_PTE_CLEAR || ec->event->kind == STLB_PMD_CLEAR;

	if (stlb_event_has(ec->event, ADDR) && (by_hook || clear->level != STLB_LEVEL_PTE))
		stlb_link_reported(a, ec, slot_of(clear), 0, 1);
	a->clears_unnamed |= by_hook && !stlb_event_has(ec->event, ADDR);
}

/* What an echo tells is no write of the entry; a clear that two probes see is one. */
static bool repeats(struct stlb_analysis *a, const struct stlb_event_context *ec,
		    const struct stlb_change *clear)
{
	struct stlb_echoed echoed = {.set = NULL};
	bool again = stlb_repeats(&a->machine, ec->context, clear, clear->old, &echoed);

	if (echoed.set)
		known_by_echo(a, ec, &echoed, clear->old, clear->level);
	if (!echoed.is_echo)
		link_clear(a, ec, clear);
	return again;
}

/* The one table that the context's bracket is of: a collapse's, whose clear may tell no address. */
static bool bracket_table(const struct stlb_event_context *ec, uint64_t *base)
{
	const struct stlb_bracket *bracket = stlb_context_bracket(ec->context, ec->mm);

	if (!bracket || bracket->end - bracket->start != STLB_REGION_SIZE ||
	    !stlb_is_of_huge_pages(bracket->start, bracket->end))
		return false;
	*base = bracket->start;
	return true;
}

/* ---- clears ---- */

static void clear_at(struct stlb_analysis *a, const struct stlb_event_context *ec,
		     struct stlb_slot slot, struct stlb_entry old, enum stlb_state new_state)
{
	stlb_place_note(ec->context, ec->mm, slot);
	stlb_clear(a, ec, slot, old, new_state);
}

static void clear_table(struct stlb_analysis *a, const struct stlb_event_context *ec,
			const struct stlb_change *clear)
{
	struct stlb_slot slot = slot_of(clear);

	if (!clear->placed && !bracket_table(ec, &slot.addr)) {
		if (stlb_mm_is_subscribed(ec->mm)) {
			stlb_place_failed(a, ec->mm, 1);
			stlb_obligation_unplaced(a, ec, clear->old);
		}
		stlb_detach_unplaced(ec);
		return;
	}
	stlb_detach(ec, slot.addr);
	clear_at(a, ec, slot, clear->old, STLB_NONE);
}

void stlb_on_clear(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_change clear;

	if (!read_change(a, ec, &clear) || repeats(a, ec, &clear))
		return;
	if (clear.level == STLB_LEVEL_PTE && stlb_detached_clear(a, ec, clear.old))
		return;
	if (clear.old.state == STLB_TABLE)
		clear_table(a, ec, &clear);
	else if (clear.placed)
		clear_at(a, ec, slot_of(&clear), clear.old, STLB_NONE);
	else if (clear.old.state == STLB_PRESENT)
		stlb_place_clear(a, ec, clear.old);
}

/* The huge zero page becomes 512 zero pages, out of sight where sets are not recorded. */
static bool is_zero_split(const struct stlb_analysis *a, const struct stlb_event_context *ec,
			  const struct stlb_change *clear)
{
	return ec->event->kind == STLB_PMD_CLEAR_FLUSH && clear->old.state == STLB_PRESENT &&
	       !a->machine.echoes_seen && stlb_pages_is_zero(a, clear->old.pfn) &&
	       stlb_split_takes(ec->context, clear);
}

/* Functions that clear an entry and have its address; the clear hook may tell it once more. */
void stlb_on_clear_flush(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	bool inval = ec->event->kind == STLB_PMD_INVAL;
	struct stlb_change clear;

	if (!read_change(a, ec, &clear))
		return;
	if (inval && stlb_split_takes(ec->context, &clear)) {
		link_clear(a, ec, &clear);
		return;
	}
	if (repeats(a, ec, &clear))
		return;
	if (clear.old.state == STLB_TABLE && ec->event->kind != STLB_PMD_COLLAPSE_FLUSH)
		return;
	if (clear.old.state == STLB_TABLE)
		stlb_detach(ec, clear.addr);
	a->last_created = NULL;
	clear_at(a, ec, slot_of(&clear), clear.old, inval ? STLB_PROTNONE : STLB_NONE);
	if (inval && a->last_created)
		a->last_created->set_again_unseen = !stlb_recorded(a, STLB_PMD_SET);
	if (is_zero_split(a, ec, &clear) && a->last_created)
		stlb_obligation_end(a, a->last_created, STLB_END_RESTORED);
}

void stlb_on_pmd_split(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_change split;

	if (read_change(a, ec, &split))
		stlb_split_begins(ec->context, &split);
}

/* ---- sets ---- */

/* What was last seen of an entry, where no clear of the mm went unseen or unplaced since. */
static struct stlb_entry last_known(struct stlb_analysis *a, const struct stlb_event_context *ec,
				    struct stlb_slot slot)
{
	struct stlb_entry unknown = {0};

	if (!stlb_kinds_has(&a->seen, STLB_PTE_CLEAR) || ec->mm->unplaced)
		return unknown;
	return stlb_region_entry(stlb_region_find(&a->machine.regions, ec->mm, slot.addr),
				 slot.level, slot.addr);
}

static void set_entries(struct stlb_analysis *a, const struct stlb_event_context *ec,
			const struct stlb_change *set, struct stlb_entry old)
{
	struct stlb_slot slot = slot_of(set);
	struct stlb_entry new = set->new;

	for (uint64_t i = 0; i < set->nr; i++) {
		stlb_set(a, ec, slot, old, new);
		slot.addr += UINT64_C(1) << stlb_level_shift(slot.level);
		new = stlb_next_entry(new, slot.level);
		/* only the first entry's old value is recorded, that of the others by their echoes
		 */
		old = (struct stlb_entry){0};
	}
}

/* What a set of many finds is reported of the first: a batch was cleared before it, all or none. */
static void name_parked(struct stlb_analysis *a, const struct stlb_event_context *ec,
			const struct stlb_change *set)
{
	struct stlb_slot slot = slot_of(set);
	struct stlb_entry new = set->new;

	for (uint64_t nr = set->nr; nr && stlb_place_parked(a, ec, slot, set->old, new, nr); nr--) {
		slot.addr += UINT64_C(1) << stlb_level_shift(slot.level);
		new = stlb_next_entry(new, slot.level);
	}
}

static void set_somewhere(struct stlb_analysis *a, const struct stlb_event_context *ec,
			  const struct stlb_change *set)
{
	if (!stlb_early_keep(a, ec, set->new, set->nr))
		stlb_place_failed(a, ec->mm, set->nr);
	if (a->devices)
		stlb_device_note_not_placed(a, ec->mm);
}

void stlb_on_set(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_change set;
	struct stlb_entry old;

	if (!read_change(a, ec, &set))
		return;
	if (!set.placed)
		set_somewhere(a, ec, &set);
	else if (ec->context->update->nr_parked)
		name_parked(a, ec, &set);
	if (set.placed && stlb_has_echo(ec->event->kind))
		stlb_link_reported(a, ec, slot_of(&set), stlb_event_get(ec->event, NEW), set.nr);
	old = set.old;
	if (set.placed && !old.known && set.nr == 1 &&
	    (!stlb_has_echo(ec->event->kind) || !a->machine.echoes_seen))
		old = last_known(a, ec, slot_of(&set));
	if (!stlb_repeats(&a->machine, ec->context, &set, old, NULL) && set.placed)
		set_entries(a, ec, &set, old);
}
