/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What devices are held against: updates and what became of them, and pages that were freed. */
#include "check/device_note.h"
#include "check/device_view.h"
#include "check/history.h"

uint64_t stlb_device_doubt(const struct stlb_analysis *a)
{
	return a->losses + a->result.dropped + a->devices->not_placed;
}

void stlb_device_note_update(struct stlb_analysis *a, const struct stlb_act *act,
			     struct stlb_slot slot, struct stlb_entry old, struct stlb_entry new)
{
	struct stlb_said said = {.mm = act->mm->id,
				 .addr = slot.addr,
				 .level = slot.level,
				 .seq = a->machine.hb.now,
				 .doubt = stlb_device_doubt(a),
				 .old = old,
				 .new = new};

	if (!stlb_mm_is_subscribed(act->mm))
		return;
	stlb_brief_keep(&said.event, act->event);
	a->failed |= stlb_history_add(a->devices->history, &said) == 0;
}

void stlb_device_note_not_placed(struct stlb_analysis *a, const struct stlb_mm *mm)
{
	a->devices->not_placed += stlb_mm_is_subscribed(mm);
}

void stlb_device_note_free(struct stlb_analysis *a, const struct stlb_act *act, uint64_t pfn,
			   uint64_t nr)
{
	struct stlb_freed freed = {
		.pfn = pfn, .nr = nr, .seq = a->machine.hb.now, .doubt = stlb_device_doubt(a)};

	/* an allocation after a free that was seen changes nothing more */
	if (!a->machine.mms.subscribed ||
	    (act->event->kind == STLB_PAGE_ALLOC && stlb_recorded(a, STLB_PAGE_FREE)))
		return;
	stlb_brief_keep(&freed.event, act->event);
	a->failed |= stlb_history_add_free(a->devices->history, &freed) < 0;
}

/* ---- what becomes of what an update owes ---- */

void stlb_device_note_owed(struct stlb_analysis *a, struct stlb_obligation *ob)
{
	uint64_t last = stlb_history_last(a->devices->history);
	struct stlb_said *said = stlb_history_get(a->devices->history, last);

	if (!said || ob->type == STLB_TIGHTEN || said->seq != ob->seq || said->mm != ob->mm->id ||
	    said->level != ob->level || said->addr != ob->addr)
		return;
	said->ob = ob;
	ob->said = last;
}

void stlb_device_note_gone(struct stlb_analysis *a, const struct stlb_act *act,
			   const struct stlb_obligation *ob, uint64_t start, uint64_t end)
{
	struct stlb_said *said = stlb_history_get(a->devices->history, ob->said);

	if (!said)
		return;
	said->gone_start = start;
	said->gone_end = end;
	stlb_brief_keep(&said->gone, act->event);
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
	/* each piece was covered by now, or came too late */
	if (ob->discharged) {
		said->gone_start = ob->addr;
		said->gone_end = ob->addr + stlb_obligation_size(ob);
	}
}
