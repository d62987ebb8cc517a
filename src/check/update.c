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

/* ---- echoes of a set ---- */

static bool same_entry(struct stlb_entry one, struct stlb_entry other)
{
	return one.state == other.state &&
	       (one.state == STLB_NONE || (one.pfn == other.pfn && one.writable == other.writable));
}

/* Where interrupts are not told from tasks, their events can stand between a set and its echo. */
static bool is_late_echo(const struct stlb_analysis *a, const struct stlb_update_state *update,
			 const struct stlb_event *event)
{
	if (a->facts.irq_flags)
		return false;
	if (update->echo_first && update->echo_old.known)
		return stlb_event_get(event, OLD) == update->echo_raw;
	return a->echoes_seen;
}

static bool is_echo(const struct stlb_analysis *a, const struct stlb_update_state *update,
		    const struct stlb_act *act, struct stlb_entry old, enum stlb_level level)
{
	const struct stlb_event *event = act->event;

	if (!update->echo_left || update->echo_mm != act->mm)
		return false;
	if (stlb_event_has(event, ADDR) &&
	    slot_base(level, stlb_event_get(event, ADDR)) != update->echo_addr)
		return false;
	if (update->echo_after + 1 != act->task->nr_events && !is_late_echo(a, update, event))
		return false;
	if (update->echo_first && update->echo_old.known)
		return same_entry(update->echo_old, old);
	/* what the set overwrote was not told: a real clear would take away what it has set */
	return a->echoes_seen || update->echo_many || old.state != STLB_PRESENT ||
	       old.pfn != update->echo_new.pfn;
}

static struct stlb_entry next_entry(struct stlb_entry entry, enum stlb_level level)
{
	if (entry.state == STLB_PRESENT)
		entry.pfn += UINT64_C(1) << (stlb_level_shift(level) - STLB_PAGE_SHIFT);
	return entry;
}

/* Of a set of many entries, only the echoes tell what each said before. */
static void told_by_echo(struct stlb_analysis *a, const struct stlb_act *act,
			 const struct stlb_update_state *update, struct stlb_entry old,
			 enum stlb_level level)
{
	struct stlb_slot slot = {level, update->echo_addr};
	struct stlb_event event;
	struct stlb_act set = {&event, act->task, act->mm};

	if (!update->echo_placed || (update->echo_first && !update->echo_tells))
		return;
	stlb_brief_expand(&update->echo_set, &event);
	stlb_set_told(a, &set, slot, old, update->echo_new);
}

/* Echoes were missed, if the clear is of a later entry and does not take away what was set there.
 */
static void skip_missed(struct stlb_update_state *update, const struct stlb_act *act,
			struct stlb_entry old, enum stlb_level level)
{
	uint64_t size = UINT64_C(1) << stlb_level_shift(level), missed;
	struct stlb_entry new = update->echo_new;

	if (!update->echo_many || update->echo_mm != act->mm ||
	    update->echo_after + 1 != act->task->nr_events || !stlb_event_has(act->event, ADDR))
		return;
	missed = (stlb_event_get(act->event, ADDR) - update->echo_addr) / size;
	if (!missed || missed >= update->echo_left)
		return;
	for (uint64_t i = 0; i < missed; i++)
		new = next_entry(new, level);
	if (old.state == STLB_PRESENT && new.state == STLB_PRESENT && old.pfn == new.pfn)
		return;
	update->echo_left -= missed;
	update->echo_addr += missed * size;
	update->echo_new = new;
	update->echo_first = false;
}

static bool take_echo(struct stlb_analysis *a, struct stlb_update_state *update,
		      const struct stlb_act *act, struct stlb_entry old, enum stlb_level level)
{
	skip_missed(update, act, old, level);
	if (!is_echo(a, update, act, old, level)) {
		update->echo_left = 0;
		return false;
	}
	/* the hook of clears is called for an entry that says nothing only as an echo */
	a->echoes_seen |= update->echo_first &&
			  (update->echo_old.known || update->echo_many || old.state == STLB_NONE);
	told_by_echo(a, act, update, old, level);
	update->echo_left--;
	update->echo_after = act->task->nr_events;
	update->echo_first = false;
	update->echo_addr += UINT64_C(1) << stlb_level_shift(level);
	update->echo_new = next_entry(update->echo_new, level);
	return true;
}

/* ---- a clear that was told before ---- */

static void expect_again(struct stlb_update_state *update, const struct stlb_act *act,
			 struct stlb_entry old, enum stlb_level level)
{
	update->same_mm = act->mm;
	update->same_pfn = old.pfn;
	update->same_level = level;
}

static bool told_before(struct stlb_update_state *update, const struct stlb_act *act,
			struct stlb_entry old, enum stlb_level level)
{
	if (update->same_mm != act->mm || update->same_pfn != old.pfn ||
	    update->same_level != level || old.state == STLB_NONE)
		return false;
	update->same_mm = NULL;
	return true;
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

static struct stlb_slot slot_of(const struct stlb_act *act, enum stlb_level level)
{
	return (struct stlb_slot){level, slot_base(level, stlb_event_or(act->event, ADDR, 0))};
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
	struct stlb_update_state *update = stlb_task_update_state(act->task);
	enum stlb_level level;
	struct stlb_entry old = old_entry(a, act, &level);

	if (!update) {
		a->failed = true;
		return;
	}
	if (take_echo(a, update, act, old, level))
		return;
	if (stlb_event_has(act->event, ADDR))
		stlb_link_told(a, act, slot_of(act, level), 0, 1);
	a->clears_unnamed |= !stlb_event_has(act->event, ADDR);
	if (told_before(update, act, old, level))
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

static bool is_split(struct stlb_update_state *update, const struct stlb_act *act, uint64_t base)
{
	if (update->split_mm != act->mm || update->split_addr != base)
		return false;
	update->split_mm = NULL;
	return true;
}

/* The huge zero page becomes 512 zero pages, out of sight where sets are not recorded. */
static bool is_zero_split(const struct stlb_analysis *a, struct stlb_update_state *update,
			  const struct stlb_act *act, struct stlb_entry old)
{
	return act->event->kind == STLB_PMD_CLEAR_FLUSH && old.state == STLB_PRESENT &&
	       !a->echoes_seen && stlb_pages_is_zero(a, old.pfn) &&
	       is_split(update, act, slot_base(STLB_LEVEL_PMD, stlb_event_get(act->event, ADDR)));
}

/* Functions that clear an entry and have its address; the clear hook may tell it once more. */
void stlb_on_clear_flush(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_update_state *update = stlb_task_update_state(act->task);
	bool inval = act->event->kind == STLB_PMD_INVAL;
	enum stlb_level level;
	struct stlb_entry old = old_entry(a, act, &level);
	struct stlb_slot slot = slot_of(act, level);

	if (!update) {
		a->failed = true;
		return;
	}
	stlb_place_learn(a, act, level);
	if (level != STLB_LEVEL_PTE)
		stlb_link_told(a, act, slot, 0, 1);
	update->echo_left = 0;
	if (inval && is_split(update, act, slot.addr))
		return;
	if (old.state == STLB_TABLE && act->event->kind != STLB_PMD_COLLAPSE_FLUSH)
		return;
	if (old.state == STLB_PRESENT || old.state == STLB_TABLE)
		expect_again(update, act, old, level);
	if (old.state == STLB_TABLE)
		stlb_detach(act, slot.addr);
	a->last_created = NULL;
	clear_at(a, act, slot, old, inval ? STLB_PROTNONE : STLB_NONE);
	if (inval && a->last_created)
		a->last_created->set_again_unseen = !stlb_recorded(a, STLB_PMD_SET);
	if (is_zero_split(a, update, act, old) && a->last_created)
		stlb_obligation_end(a, a->last_created, STLB_END_RESTORED);
}

void stlb_on_pmd_split(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_update_state *update = stlb_task_update_state(act->task);

	if (!update) {
		a->failed = true;
		return;
	}
	update->split_mm = act->mm;
	update->split_addr = slot_base(STLB_LEVEL_PMD, stlb_event_get(act->event, ADDR));
}

/* ---- sets ---- */

static bool has_echo(const struct stlb_event *event)
{
	return event->kind == STLB_PTE_SET || event->kind == STLB_PMD_SET;
}

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

/* @placed: the entry's address is known. Returns what the first entry is believed to have said. */
static struct stlb_entry expect_echo(struct stlb_analysis *a, const struct stlb_act *act,
				     struct stlb_slot slot, struct stlb_entry old,
				     struct stlb_entry new, uint64_t nr, bool placed)
{
	struct stlb_update_state *update = act->task->update;
	bool told = old.known;

	if (placed && !told && nr == 1 && (!has_echo(act->event) || !a->echoes_seen))
		old = last_known(a, act, slot);
	update->echo_left = has_echo(act->event) ? nr : 0;
	/* only page_table_check tells of many entries at once, and it repeats each */
	update->echo_many = nr > 1;
	update->echo_mm = act->mm;
	update->echo_after = act->task->nr_events;
	update->echo_addr = slot.addr;
	update->echo_first = true;
	update->echo_placed = placed;
	update->echo_tells = !old.known;
	update->echo_old = told ? old : (struct stlb_entry){0};
	update->echo_raw = stlb_event_or(act->event, OLD, 0);
	update->echo_new = new;
	if (update->echo_left)
		stlb_brief_keep(&update->echo_set, act->event);
	return old;
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
		new = next_entry(new, slot.level);
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
		new = next_entry(new, slot.level);
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
	if (!find_slot(a, act, level, &slot)) {
		if (!stlb_early_keep(a, act, new, nr))
			stlb_place_failed(a, act->mm, nr);
		if (a->devices)
			stlb_device_note_not_placed(a, act->mm);
		slot.addr = 0;
		expect_echo(a, act, slot, old, new, nr, false);
		return;
	}
	if (update->nr_parked)
		name_parked(a, act, slot, old, new, nr);
	if (has_echo(event))
		stlb_link_told(a, act, slot, stlb_event_get(event, NEW), nr);
	old = expect_echo(a, act, slot, old, new, nr, true);
	/* an invalidation of a huge pmd that its own function told already */
	if (new.state == STLB_PRESENT || !told_before(update, act, old, level))
		set_entries(a, act, slot, old, new, nr);
	if (update->same_mm == act->mm)
		update->same_mm = NULL;
}
