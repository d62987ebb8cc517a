/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An entry says nothing present any more: what that leaves. */
#include "check/clear.h"
#include "check/device_note.h"
#include "check/obligation.h"

static bool needs_invalidation(const struct stlb_mm *mm, struct stlb_entry old)
{
	return stlb_mm_is_subscribed(mm) && old.known &&
	       (old.state == STLB_PRESENT || old.state == STLB_TABLE);
}

/* The table that a pmd pointed to is gone, and its ptes with it; or what had been in its place. */
static void pmd_new_state(struct stlb_analysis *a, struct stlb_region *region,
			  struct stlb_entry old)
{
	if (old.state == STLB_TABLE)
		stlb_region_take_out(&a->machine.regions, region, old.pfn);
	else if (stlb_entry_is_present(old))
		region->out = false;
}

void stlb_clear(struct stlb_analysis *a, const struct stlb_event_context *ec, struct stlb_slot slot,
		struct stlb_entry old, enum stlb_state new_state)
{
	struct stlb_region *region = stlb_region_get(&a->machine.regions, ec->mm, slot.addr);
	struct stlb_entry now = stlb_entry_none();
	struct stlb_obligation *ob;

	if (!region) {
		a->result.dropped++;
		return;
	}
	now.state = new_state;
	STLB_CALL(a, updated, a, ec, region, slot, old.state == STLB_TABLE);
	if (a->devices)
		stlb_device_note_update(a, ec, slot, old, now);
	if (needs_invalidation(ec->mm, old)) {
		ob = stlb_obligation_new(a, ec, region, slot, old, STLB_CLEAR);
		if (ob)
			ob->new_state = new_state;
	}
	if (slot.level == STLB_LEVEL_PMD)
		pmd_new_state(a, region, old);
	a->failed |= stlb_region_set(&a->machine.regions, region, slot.level, slot.addr, now,
				     ec->event) < 0;
}
