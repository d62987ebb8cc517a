/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages that are freed, or handed out again: which obligations that concerns. */
#include "check/device_note.h"
#include "check/early.h"
#include "check/evidence.h"
#include "check/freed.h"
#include "check/obligation.h"
#include "check/pages.h"
#include "check/place.h"

static void page_goes(struct stlb_analysis *a, const struct stlb_act *act,
		      struct stlb_obligation *ob)
{
	if (ob->type == STLB_TIGHTEN || ob->weaker)
		return;
	if (!a->one_clock && !stlb_obligation_before(ob, act->task)) {
		a->local_skipped++;
		return;
	}
	STLB_CALL(a, page_freed, a, act, ob);
}

static void pages_go(struct stlb_analysis *a, const struct stlb_act *act, uint64_t pfn)
{
	uint64_t nr = stlb_event_pages(act->event);

	if (a->devices)
		stlb_device_note_free(a, act, pfn, nr);
	if (a->page_events)
		stlb_evidence_note_pages(a, pfn, nr);
	STLB_CALL(a, pages_freed, a, act, pfn, nr);
	stlb_place_freed(a, act, pfn, nr);
	if (a->nr_obligations)
		stlb_pages_find(a, act, pfn, nr, page_goes);
}

/* ---- the allocator's events ---- */

void stlb_on_page_free(struct stlb_analysis *a, const struct stlb_act *act)
{
	uint64_t pfn;

	/* the same free told a second time, unless only the second telling was recorded */
	if (act->event->kind == STLB_PAGE_FREE_BATCHED && stlb_recorded(a, STLB_PAGE_FREE))
		return;
	STLB_CALL(a, free_told, a, act);
	if (!stlb_machine_pfn(&a->machine, act->event, &pfn))
		return;
	if (a->direct_map && a->regions.tables.count)
		stlb_table_forget(&a->regions, a->direct_map + (pfn << STLB_PAGE_SHIFT));
	if (a->direct_map && a->early)
		stlb_early_forget(a, a->direct_map + (pfn << STLB_PAGE_SHIFT));
	pages_go(a, act, pfn);
	a->failed |= stlb_hb_pages_freed(&a->machine.hb, &act->task->hb, pfn,
					 stlb_event_pages(act->event)) < 0;
}

void stlb_on_page_alloc(struct stlb_analysis *a, const struct stlb_act *act)
{
	uint64_t pfn = stlb_event_get(act->event, PFN);

	a->failed |= stlb_hb_pages_allocated(&a->machine.hb, &act->task->hb, pfn,
					     stlb_event_pages(act->event)) < 0;
	pages_go(a, act, pfn);
}
