/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Invalidations: which obligations they discharge, and which they only touch. */
#include "check/check.h"

#define PAGE_MASK ((UINT64_C(1) << STLB_PAGE_SHIFT) - 1)

bool stlb_range_is_empty(uint64_t start, uint64_t end)
{
	return start >= end;
}

bool stlb_range_is_unaligned(uint64_t start, uint64_t end)
{
	return start & PAGE_MASK || (end & PAGE_MASK && end != UINT64_MAX);
}

bool stlb_range_is_of_kernel(uint64_t start)
{
	return start >> 63;
}

/* ---- huge entries, piece by piece ---- */

static void cover_pieces(struct stlb_obligation *ob, const struct stlb_invalidation *what)
{
	uint64_t unit = stlb_obligation_size(ob) / STLB_ENTRIES;

	for (unsigned int i = 0; i < STLB_ENTRIES; i++) {
		uint64_t first = ob->addr + i * unit;

		if (what->start <= first && first + unit - 1 <= what->end - 1)
			ob->pieces->covered[i / 64] |= UINT64_C(1) << (i % 64);
	}
}

static bool is_covered(const struct stlb_obligation *ob)
{
	for (unsigned int i = 0; ob->pieces && i < STLB_PIECE_WORDS; i++)
		if (~ob->pieces->covered[i] & ~ob->pieces->restored[i])
			return false;
	return true;
}

static bool is_huge_leaf(const struct stlb_obligation *ob)
{
	return ob->pieces && !ob->table;
}

void stlb_partial_judge(struct stlb_analysis *a, const struct stlb_act *act,
			struct stlb_obligation *ob)
{
	if (!is_huge_leaf(ob) || is_covered(ob))
		return;
	stlb_breach(a, STLB_RULE_PARTIAL, ob, act, "deadline",
		    "an invalidation of the whole huge page: only a part of it was covered");
}

/* ---- tables: what meets its span is enough for the table, each page below owes for itself ---- */

static bool covers_below(const struct stlb_obligation *ob, const struct stlb_page *page,
			 const struct stlb_invalidation *what)
{
	uint64_t unit = stlb_obligation_size(ob) / STLB_ENTRIES;
	uint64_t first = ob->addr + page->index * unit;

	return what->start <= first && first + unit - 1 <= what->end - 1;
}

/* What is covered is owed no more. @late: it goes behind what is, since to the letter it was late.
 */
static void part_below(struct stlb_obligation *ob, const struct stlb_invalidation *what, bool late)
{
	for (uint32_t i = 0; i < ob->nr_below;) {
		struct stlb_page page = ob->below[i];

		if (!covers_below(ob, &page, what)) {
			i++;
			continue;
		}
		ob->below[i] = ob->below[--ob->nr_below];
		ob->below[ob->nr_below] = page;
		if (late)
			ob->nr_covered++;
		else if (ob->nr_covered)
			ob->below[ob->nr_below] = ob->below[ob->nr_below + ob->nr_covered];
	}
}

static bool surely_in_lock(const struct stlb_obligation *ob)
{
	/* after a loss it is not sure that the hold went on */
	return stlb_task_holds(ob->task, ob->scope->hold) && !(ob->lossy && ob->task->lossy);
}

static void cover_page(struct stlb_analysis *a, struct stlb_obligation *ob, bool late)
{
	if (ob->table_covered)
		return;
	ob->table_covered = true;
	stlb_pages_unwatch(a, &ob->page);
	if (!late)
		ob->page.nr = 0;
}

/* Returns whether nothing below it is owed any more. */
static bool cover_table(struct stlb_analysis *a, struct stlb_obligation *ob,
			const struct stlb_invalidation *what)
{
	bool late = !surely_in_lock(ob);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < ob->nr_below; i++)
		kept += !covers_below(ob, &ob->below[i], what);
	if (!kept)
		return true;
	cover_page(a, ob, late);
	for (uint32_t i = 0; i < ob->nr_below; i++)
		stlb_pages_unwatch(a, &ob->below[i]);
	part_below(ob, what, late);
	for (uint32_t i = 0; i < ob->nr_below; i++)
		stlb_pages_watch(a, &ob->below[i]);
	return false;
}

/* To the letter, what was covered one by one concerns a free as what was covered at once does. */
static void watch_covered(struct stlb_analysis *a, struct stlb_obligation *ob)
{
	if (ob->table_covered && ob->page.nr)
		stlb_pages_watch(a, &ob->page);
	while (ob->nr_covered) {
		stlb_pages_watch(a, &ob->below[ob->nr_below++]);
		ob->nr_covered--;
	}
}

/* ---- discharge ---- */

static void count_discharge(struct stlb_analysis *a, struct stlb_obligation *ob)
{
	bool in_lock = stlb_task_holds(ob->task, ob->scope->hold);

	ob->discharged = true;
	ob->in_lock = in_lock;
	ob->late = !surely_in_lock(ob);
	if (in_lock)
		a->result.obligations.discharged_in_lock++;
	else
		a->result.obligations.discharged_deferred++;
	watch_covered(a, ob);
}

bool stlb_obligation_is_kept(const struct stlb_analysis *a, const struct stlb_obligation *ob)
{
	if (ob->unbracketed || ob->tentative ||
	    (is_huge_leaf(ob) && !is_covered(ob) && !(ob->breached >> STLB_RULE_PARTIAL & 1)))
		return true;
	if (!stlb_task_in_bracket(ob->task, ob->scope->bracket))
		return false;
	if (a->options.strict && ob->late && ob->type != STLB_TIGHTEN)
		return true;
	return a->options.severity[STLB_RULE_REDUNDANT] != STLB_OFF && ob->in_lock;
}

static void discharge(struct stlb_analysis *a, const struct stlb_act *act,
		      struct stlb_obligation *ob, const struct stlb_invalidation *what)
{
	if (is_huge_leaf(ob))
		cover_pieces(ob, what);
	if (a->options.severity[STLB_RULE_REDUNDANT] != STLB_OFF)
		stlb_redundant_note(a, act, ob, what);
	if (!ob->discharged)
		count_discharge(a, ob);
	if (ob->said)
		stlb_device_note_gone(a, act, ob, what->start, what->end);
	if (stlb_obligation_is_kept(a, ob))
		stlb_obligation_keep(a, ob, STLB_LATER_COVER, act->event);
	else
		stlb_obligation_end(a, ob, STLB_END_COUNTED);
}

static bool concerns(const struct stlb_obligation *ob, const struct stlb_invalidation *what)
{
	if (!ob->nowhere)
		return ob->addr < what->end &&
		       what->start <= ob->addr + stlb_obligation_size(ob) - 1;
	/* where it lies is not known: what could cover it does */
	return !ob->bounded ||
	       (ob->scope->range.start < what->end && what->start < ob->scope->range.end);
}

static void meet(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_obligation *ob,
		 const struct stlb_invalidation *what)
{
	if (!concerns(ob, what))
		return;
	if (stlb_obligation_before(ob, act->task)) {
		if (a->devices && ob->table)
			cover_pieces(ob, what);
		if (!ob->nr_below || ob->discharged || cover_table(a, ob, what))
			discharge(a, act, ob, what);
	} else if (ob->unordered || a->hb.used.full) {
		/* its order was given up for want of room: it may have been discharged */
		ob->lossy = true;
	} else if (!ob->racy && !ob->discharged) {
		ob->racy = true;
		stlb_obligation_keep(a, ob, STLB_LATER_RACY, act->event);
	}
}

/* ---- which obligations an invalidation concerns ---- */

static void meet_list(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_list *list,
		      bool by_mm, const struct stlb_invalidation *what)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, list) {
		struct stlb_obligation *ob =
			by_mm ? stlb_list_entry(at, struct stlb_obligation, in_mm)
			      : stlb_list_entry(at, struct stlb_obligation, in_region);

		meet(a, act, ob, what);
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

static void report_empty(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_case c = {
		.rule = STLB_RULE_EMPTY,
		.act = act,
		.role = "invalidate",
		.missing = "a range of at least one page",
		.addr = stlb_event_or(act->event, START, 0),
		.has_addr = true,
	};

	stlb_report(a, &c);
}

void stlb_invalidate(struct stlb_analysis *a, const struct stlb_act *act,
		     struct stlb_invalidation what)
{
	if (act->task->flushed == act->mm && !stlb_range_is_of_kernel(what.start))
		act->task->flushed = NULL;
	if (!stlb_mm_is_subscribed(act->mm))
		return;
	if (stlb_range_is_empty(what.start, what.end)) {
		report_empty(a, act);
		return;
	}
	if (stlb_range_is_of_kernel(what.start))
		return;
	what.start &= ~PAGE_MASK;
	if (what.end <= UINT64_MAX - PAGE_MASK)
		what.end = (what.end + PAGE_MASK) & ~PAGE_MASK;
	stlb_place_invalidated(act->task, act->mm, what.start, what.end);
	if (a->nr_obligations)
		meet_all(a, act, &what);
}

void stlb_invalidate_one(struct stlb_analysis *a, const struct stlb_act *act,
			 struct stlb_obligation *ob, struct stlb_invalidation what)
{
	meet(a, act, ob, &what);
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

static void report_unaligned(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_case c = {
		.rule = STLB_RULE_UNALIGNED,
		.act = act,
		.role = "invalidate",
		.missing = "page-aligned bounds",
		.addr = stlb_event_get(act->event, START),
		.has_addr = true,
	};

	stlb_report(a, &c);
}

/* Complete at its return; at its entry where the return is not traced. */
void stlb_on_inv_range(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_task *task = act->task;
	uint64_t start = stlb_event_get(act->event, START), end = stlb_event_get(act->event, END);

	stlb_subscribe_by_event(a, act->mm);
	finish_range(a, act, false);
	if (stlb_mm_is_subscribed(act->mm) && !stlb_range_is_empty(start, end) &&
	    !stlb_range_is_of_kernel(start) && stlb_range_is_unaligned(start, end))
		report_unaligned(a, act);
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
