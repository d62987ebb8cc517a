/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What devices are held against: updates and what became of them, and pages that were freed. */
#include "check/device_note.h"
#include "check/device_view.h"
#include "check/history.h"

uint64_t stlb_device_doubt(const struct stlb_analysis *a)
{
	return a->losses + a->result.dropped + a->devices->not_placed;
}

void stlb_device_note_update(struct stlb_analysis *a, const struct stlb_event_context *ec,
			     struct stlb_slot slot, struct stlb_entry old, struct stlb_entry new)
{
	struct stlb_said said = {.mm = ec->mm->id,
				 .addr = slot.addr,
				 .level = slot.level,
				 .seq = a->machine.hb.now,
				 .doubt = stlb_device_doubt(a),
				 .old = old,
				 .new = new};

	if (!stlb_mm_is_subscribed(ec->mm))
		return;
	stlb_saved_event_keep(&said.event, ec->event);
	a->failed |= stlb_history_add(a->devices->history, &said) == 0;
}

void stlb_device_note_not_placed(struct stlb_analysis *a, const struct stlb_mm *mm)
{
	a->devices->not_placed += stlb_mm_is_subscribed(mm);
}

void stlb_device_note_free(struct stlb_analysis *a, const struct stlb_event_context *ec,
			   uint64_t pfn, uint64_t nr)
{
	struct stlb_freed freed = {
		.pfn = pfn, .nr = nr, .seq = a->machine.hb.now, .doubt = stlb_device_doubt(a)};

	/* an allocation after a free that was seen changes nothing more */
	if (!a->machine.mms.subscribed ||
	    (ec->event->kind == STLB_PAGE_ALLOC && stlb_recorded(a, STLB_PAGE_FREE)))
		return;
	stlb_saved_event_keep(&freed.event, ec->event);
	a->failed |= stlb_history_add_free(a->devices->history, &freed) < 0;
}

/* ---- what becomes of what an update needs ---- */

void stlb_device_note_obligation(struct stlb_analysis *a, struct stlb_obligation *ob)
{
	uint64_t last = stlb_history_last(a->devices->history);
	struct stlb_said *said = stlb_history_get(a->devices->history, last);

	if (!said || ob->type == STLB_WRITE_PROTECT)
		return;
	said->ob = ob;
	ob->said = last;
}

void stlb_device_note_gone(struct stlb_analysis *a, const struct stlb_event_context *ec,
			   const struct stlb_obligation *ob, uint64_t start, uint64_t end)
{
	struct stlb_said *said = stlb_history_get(a->devices->history, ob->said);

	if (!said)
		return;
	said->gone_start = start;
	said->gone_end = end;
	stlb_saved_event_keep(&said->gone, ec->event);
}

void stlb_device_note_over(struct stlb_analysis *a, const struct stlb_obligation *ob,
			   enum stlb_ending ending)
{
	struct stlb_said *said = stlb_history_get(a->devices->history, ob->said);

	if (!said)
		return;
	said->ob = NULL;
	said->same_content = ob->exempt || ending == STLB_END_RESTORED;
	said->expired = ending == STLB_END_EXPIRED && !ob->discharged;
	/* each subpage was covered by now, or came too late */
	if (ob->discharged) {
		said->gone_start = ob->addr;
		said->gone_end = ob->addr + stlb_obligation_size(ob);
	}
}
