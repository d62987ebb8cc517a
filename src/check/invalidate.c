/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Invalidations: their events, and which obligations they meet. */
#include "check/discharge.h"
#include "check/invalidate.h"
#include "check/place.h"
#include "check/subscribe.h"

/* ---- which obligations an invalidation concerns ---- */

static void meet_list(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_list *list,
		      bool by_mm, const struct stlb_invalidation *what)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, list) {
		struct stlb_obligation *ob =
			by_mm ? stlb_list_entry(at, struct stlb_obligation, in_mm)
			      : stlb_list_entry(at, struct stlb_obligation, in_region);

		stlb_invalidate_one(a, act, ob, what);
	}
}

static void meet_all(struct stlb_analysis *a, const struct stlb_act *act,
		     const struct stlb_invalidation *what)
{
	uint64_t first = what->start >> STLB_REGION_SHIFT;
	uint64_t last = (what->end - 1) >> STLB_REGION_SHIFT;
	struct stlb_region *region;

	if (last - first >= act->mm->nr_regions) {
		meet_list(a, act, &act->mm->obligations, true, what);
		return;
	}
	for (uint64_t at = first; at <= last; at++) {
		region = stlb_region_find(&a->regions, act->mm, at << STLB_REGION_SHIFT);
		if (region)
			meet_list(a, act, &region->obligations, false, what);
	}
	meet_list(a, act, &act->mm->wide, false, what);
	meet_list(a, act, &act->mm->nowhere, false, what);
}

void stlb_invalidate(struct stlb_analysis *a, const struct stlb_act *act,
		     struct stlb_invalidation what)
{
	struct stlb_span pages;

	if (act->task->flushed == act->mm && !stlb_range_is_of_kernel(what.start))
		act->task->flushed = NULL;
	if (!stlb_mm_is_subscribed(act->mm))
		return;
	if (stlb_range_is_empty(what.start, what.end)) {
		STLB_CALL(a, range_empty, a, act);
		return;
	}
	if (stlb_range_is_of_kernel(what.start))
		return;
	pages = stlb_range_pages(what.start, what.end);
	what.start = pages.start;
	what.end = pages.end;
	stlb_place_invalidated(act->task, act->mm, what.start, what.end);
	if (a->nr_obligations)
		meet_all(a, act, &what);
}

/* ---- events ---- */

static void finish_range(struct stlb_analysis *a, const struct stlb_act *act, bool told)
{
	struct stlb_task *task = act->task;
	struct stlb_act then = {act->event, task, task->range_mm};
	struct stlb_invalidation what = {task->range_start, task->range_end, false, 0};

	if (!task->range_mm)
		return;
	task->range_mm = NULL;
	what.entered_ns = told ? task->range_ns : 0;
	stlb_invalidate(a, &then, what);
}

/* Complete at its return; at its entry where the return is not traced. */
void stlb_on_inv_range(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_task *task = act->task;
	uint64_t start = stlb_event_get(act->event, START), end = stlb_event_get(act->event, END);

	stlb_subscribe_by_event(a, act->mm);
	finish_range(a, act, false);
	STLB_CALL(a, range_given, a, act);
	task->range_mm = act->mm;
	task->range_start = start;
	task->range_end = end;
	task->range_ns = act->event->ns;
	if (!stlb_kinds_has(&a->seen, STLB_INV_RANGE_RET))
		finish_range(a, act, false);
	else if (task->flushed == act->mm && !stlb_range_is_of_kernel(start))
		task->flushed = NULL;
}

void stlb_on_inv_range_ret(struct stlb_analysis *a, const struct stlb_act *act)
{
	finish_range(a, act, true);
}
