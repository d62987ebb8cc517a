/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Invalidations: their events, and which obligations they meet. */
#include "check/discharge.h"
#include "check/invalidate.h"
#include "check/place.h"
#include "check/subscribe.h"

/* ---- which obligations an invalidation concerns ---- */

static void meet_list(struct stlb_analysis *a, const struct stlb_event_context *ec,
		      struct stlb_list *list, bool by_mm, const struct stlb_invalidation *what)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, list) {
		struct stlb_obligation *ob =
			by_mm ? stlb_list_entry(at, struct stlb_obligation, in_mm)
			      : stlb_list_entry(at, struct stlb_obligation, in_region);

		stlb_invalidate_one(a, ec, ob, what);
	}
}

static void meet_all(struct stlb_analysis *a, const struct stlb_event_context *ec,
		     const struct stlb_invalidation *what)
{
	uint64_t first = what->start >> STLB_REGION_SHIFT;
	uint64_t last = (what->end - 1) >> STLB_REGION_SHIFT;
	struct stlb_region *region;

	if (last - first >= ec->mm->nr_regions) {
		meet_list(a, ec, &ec->mm->obligations, true, what);
		return;
	}
	for (uint64_t at = first; at <= last; at++) {
		region = stlb_region_find(&a->machine.regions, ec->mm, at << STLB_REGION_SHIFT);
		if (region)
			meet_list(a, ec, &region->obligations, false, what);
	}
	meet_list(a, ec, &ec->mm->pud_level, false, what);
	meet_list(a, ec, &ec->mm->nowhere, false, what);
}

void stlb_invalidate(struct stlb_analysis *a, const struct stlb_event_context *ec,
		     struct stlb_invalidation what)
{
	struct stlb_span pages;

	if (ec->context->flushed == ec->mm && !stlb_range_is_of_kernel(what.start))
		ec->context->flushed = NULL;
	if (!stlb_mm_is_subscribed(ec->mm))
		return;
	if (stlb_range_is_empty(what.start, what.end)) {
		STLB_CALL(a, range_empty, a, ec);
		return;
	}
	if (stlb_range_is_of_kernel(what.start))
		return;
	pages = stlb_range_pages(what.start, what.end);
	what.start = pages.start;
	what.end = pages.end;
	stlb_place_invalidated(ec->context, ec->mm, what.start, what.end);
	if (a->nr_obligations)
		meet_all(a, ec, &what);
}

/* ---- events ---- */

static void finish_range(struct stlb_analysis *a, const struct stlb_event_context *ec,
			 bool reported)
{
	struct stlb_context *context = ec->context;
	struct stlb_event_context then = {ec->event, context, context->range_mm};
	struct stlb_invalidation what = {context->range_start, context->range_end, false, 0};

	if (!context->range_mm)
		return;
	context->range_mm = NULL;
	what.entered_ns = reported ? context->range_ns : 0;
	stlb_invalidate(a, &then, what);
}

/* Complete at its return; at its entry where the return is not traced. */
void stlb_on_inv_range(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_context *context = ec->context;
	uint64_t start = stlb_event_get(ec->event, START), end = stlb_event_get(ec->event, END);

	stlb_subscribe_by_event(a, ec->mm);
	finish_range(a, ec, false);
	STLB_CALL(a, range_given, a, ec);
	context->range_mm = ec->mm;
	context->range_start = start;
	context->range_end = end;
	context->range_ns = ec->event->ns;
	if (!stlb_kinds_has(&a->seen, STLB_INV_RANGE_RET))
		finish_range(a, ec, false);
	else if (context->flushed == ec->mm && !stlb_range_is_of_kernel(start))
		context->flushed = NULL;
}

void stlb_on_inv_range_ret(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	finish_range(a, ec, true);
}
