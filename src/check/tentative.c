/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets by a context that was switched out in the hold of the clear: its release will tell. */
#include "check/tentative.h"

void stlb_tentative_set(struct stlb_obligation *ob, struct stlb_entry new)
{
	ob->tentative = true;
	ob->tentative_racy = ob->racy;
	ob->tentative_new = new;
	stlb_context_find_hold(ob->context, ob->scope->hold)->work = true;
}

void stlb_tentative_judge(struct stlb_analysis *a, struct stlb_obligation *ob, bool went_on)
{
	struct stlb_event event;
	struct stlb_event_context ec = {&event, ob->context, ob->mm};
	bool racy = ob->racy;

	ob->tentative = false;
	/* what came after the set is too late for it, ordered or not */
	ob->racy = ob->tentative_racy;
	stlb_saved_event_expand(&ob->later->event[STLB_LATER_SET], &event);
	if (went_on)
		STLB_CALL(a, repointed, a, &ec, ob, ob->tentative_new);
	else
		STLB_CALL(a, refilled, a, &ec, ob);
	ob->racy = racy;
}

void stlb_tentative_over(struct stlb_analysis *a, struct stlb_obligation *ob)
{
	if (ob->tentative && ob->later)
		stlb_tentative_judge(a, ob, false);
}
