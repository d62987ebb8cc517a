/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages that are freed, or handed out again: which obligations that concerns. */
#include "check/device_note.h"
#include "check/early.h"
#include "check/evidence.h"
#include "check/freed.h"
#include "check/obligation.h"
#include "check/pages.h"
#include "check/place.h"

static void page_goes(struct stlb_analysis *a, const struct stlb_event_context *ec,
		      struct stlb_obligation *ob)
{
	if (ob->type == STLB_WRITE_PROTECT || ob->restored_read_only)
		return;
	if (!a->one_clock && !stlb_obligation_before(ob, ec->context)) {
		a->local_skipped++;
		return;
	}
	STLB_CALL(a, page_freed, a, ec, ob);
}

static void pages_go(struct stlb_analysis *a, const struct stlb_event_context *ec, uint64_t pfn)
{
	uint64_t nr = stlb_event_pages(ec->event);

	if (a->devices)
		stlb_device_note_free(a, ec, pfn, nr);
	if (a->page_events)
		stlb_evidence_note_pages(a, pfn, nr);
	STLB_CALL(a, pages_freed, a, ec, pfn, nr);
	stlb_place_freed(a, ec, pfn, nr);
	if (a->nr_obligations)
		stlb_pages_find(a, ec, pfn, nr, page_goes);
}

/* ---- the allocator's events ---- */

void stlb_on_page_free(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	uint64_t pfn;

	/* the same free recorded a second time, unless only the second telling was recorded */
	if (ec->event->kind == STLB_PAGE_FREE_BATCHED && stlb_recorded(a, STLB_PAGE_FREE))
		return;
	STLB_CALL(a, free_seen, a, ec);
	if (!stlb_machine_pfn(&a->machine, ec->event, &pfn))
		return;
	if (a->direct_map && a->machine.regions.tables.count)
		stlb_table_forget(&a->machine.regions, a->direct_map + (pfn << STLB_PAGE_SHIFT));
	if (a->direct_map && a->early)
		stlb_early_forget(a, a->direct_map + (pfn << STLB_PAGE_SHIFT));
	pages_go(a, ec, pfn);
	a->failed |= stlb_hb_pages_freed(&a->machine.hb, &ec->context->hb, pfn,
					 stlb_event_pages(ec->event)) < 0;
}

void stlb_on_page_alloc(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	uint64_t pfn = stlb_event_get(ec->event, PFN);

	a->failed |= stlb_hb_pages_allocated(&a->machine.hb, &ec->context->hb, pfn,
					     stlb_event_pages(ec->event)) < 0;
	pages_go(a, ec, pfn);
}
