/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/change.h"

#include "model/locking.h"
#include "model/region.h"

/* ---- the level of a hugetlb page, which changes through pte functions ---- */

static bool fits(const struct stlb_event *event, enum stlb_level level)
{
	uint64_t index = stlb_event_get(event, ADDR) >> stlb_level_shift(level);

	return (index & (STLB_ENTRIES - 1)) == stlb_ptep_index(stlb_event_get(event, PTEP));
}

static bool is_bracket_of_one(const struct stlb_context *context, const struct stlb_change *change,
			      enum stlb_level level)
{
	uint64_t addr = stlb_event_or(change->event, ADDR, 1);

	for (uint32_t i = 0; i < context->nr_brackets; i++) {
		const struct stlb_bracket *bracket = &context->brackets[i];

		if (bracket->mm == change->mm && bracket->start == addr &&
		    bracket->end - addr == UINT64_C(1) << stlb_level_shift(level))
			return true;
	}
	return false;
}

/*
 * The entry does not say how large the page is. The table that it is in does, or the entry's place
 * in the table where it fits one level only; else the bracket of a single page does. The set that
 * resolves a migration entry is in no bracket.
 */
static enum stlb_level hugetlb_level(const struct stlb_machine *m,
				     const struct stlb_context *context, struct stlb_change *change,
				     uint64_t pfn)
{
	const struct stlb_event *event = change->event;
	uint64_t pages = UINT64_C(1) << (stlb_level_shift(STLB_LEVEL_PUD) - STLB_PAGE_SHIFT), addr;
	enum stlb_level level;

	if (pfn % pages)
		return STLB_LEVEL_PMD;
	if (stlb_event_has(event, PTEP) &&
	    stlb_table_place(&m->regions, change->mm, stlb_event_get(event, PTEP), &level, &addr) &&
	    level != STLB_LEVEL_PTE)
		return level;
	if (stlb_event_has(event, PTEP) && stlb_event_has(event, ADDR) &&
	    fits(event, STLB_LEVEL_PMD) != fits(event, STLB_LEVEL_PUD))
		return fits(event, STLB_LEVEL_PUD) ? STLB_LEVEL_PUD : STLB_LEVEL_PMD;
	if (is_bracket_of_one(context, change, STLB_LEVEL_PUD))
		return STLB_LEVEL_PUD;
	change->guessed = true;
	return STLB_LEVEL_PMD;
}

/* ---- what it says ---- */

static struct stlb_entry entry_of(const struct stlb_machine *m, const struct stlb_context *context,
				  struct stlb_change *change, uint64_t raw)
{
	struct stlb_translation said = stlb_pte_decode(&m->format, change->event->level, raw);

	if (said.huge && change->level == STLB_LEVEL_PTE)
		change->level = hugetlb_level(m, context, change, said.pfn);
	return stlb_entry_of(said);
}

struct stlb_change stlb_change_read(const struct stlb_machine *m,
				    const struct stlb_context *context, struct stlb_mm *mm,
				    const struct stlb_event *event)
{
	struct stlb_change change = {.event = event, .mm = mm, .level = event->level};
	uint64_t nr = stlb_event_or(event, NR, 1);

	change.nr = nr < STLB_ENTRIES ? nr : STLB_ENTRIES;
	if (stlb_event_has(event, OLD))
		change.old = entry_of(m, context, &change, stlb_event_get(event, OLD));
	if (stlb_event_has(event, NEW))
		change.new = entry_of(m, context, &change, stlb_event_get(event, NEW));
	return change;
}

void stlb_change_place(struct stlb_machine *m, struct stlb_change *change)
{
	const struct stlb_event *event = change->event;
	unsigned int shift = stlb_level_shift(change->level);
	enum stlb_level level;

	if (stlb_event_has(event, ADDR)) {
		change->placed = true;
		change->addr = stlb_event_get(event, ADDR) >> shift << shift;
		if (stlb_event_has(event, PTEP) && change->mm)
			stlb_table_learn(&m->regions, change->mm, change->level,
					 stlb_event_get(event, PTEP), stlb_event_get(event, ADDR));
	} else if (stlb_event_has(event, PTEP) && change->mm) {
		change->placed =
			stlb_table_place(&m->regions, change->mm, stlb_event_get(event, PTEP),
					 &level, &change->addr) &&
			level == change->level;
		if (!change->placed)
			change->addr = 0;
	}
}

void stlb_table_mapped(struct stlb_machine *m, struct stlb_context *context, struct stlb_mm *mm,
		       const struct stlb_event *event)
{
	struct stlb_update_state *update = stlb_context_update_state(context);
	uint64_t ptep = stlb_event_get(event, PTEP);
	const struct stlb_hold *hold;

	if (!update || !ptep) {
		m->failed |= !update;
		return;
	}
	if (stlb_event_or(event, PTL, 0))
		stlb_lock_named(m, context, stlb_event_get(event, PTL));
	update->map_mm = mm;
	update->map_addr = stlb_event_get(event, ADDR);
	if (stlb_event_has(event, ADDR))
		stlb_table_learn(&m->regions, mm, STLB_LEVEL_PTE, ptep, update->map_addr);
	hold = stlb_context_hold(context);
	update->map_hold = hold ? hold->id : 0;
	for (unsigned int i = 0; i < STLB_MAX_CLEARED; i++)
		update->map_cleared[i] = 0;
}
