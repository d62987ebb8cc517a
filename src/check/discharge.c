/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Invalidations discharge an obligation, or parts of it, or only touch it. */
#include "check/device_note.h"
#include "check/discharge.h"
#include "check/obligation.h"
#include "check/pages.h"

/* ---- huge entries, subpage by subpage ---- */

static void cover_subpages(struct stlb_obligation *ob, const struct stlb_invalidation *what)
{
	uint64_t unit = stlb_obligation_size(ob) / STLB_ENTRIES;

	for (unsigned int i = 0; i < STLB_ENTRIES; i++) {
		uint64_t first = ob->addr + i * unit;

		if (what->start <= first && first + unit - 1 <= what->end - 1)
			ob->subpages->covered[i / 64] |= UINT64_C(1) << (i % 64);
	}
}

static bool is_covered(const struct stlb_obligation *ob)
{
	for (unsigned int i = 0; ob->subpages && i < STLB_SUBPAGE_WORDS; i++)
		if (~ob->subpages->covered[i] & ~ob->subpages->restored[i])
			return false;
	return true;
}

static bool is_huge_leaf(const struct stlb_obligation *ob)
{
	return ob->subpages && !ob->table;
}

bool stlb_obligation_is_partly_covered(const struct stlb_obligation *ob)
{
	return is_huge_leaf(ob) && !is_covered(ob);
}

/* ---- tables: what meets its span is enough for the table, each page below needs its own
 * invalidation ---- */

static bool covers_below(const struct stlb_obligation *ob, const struct stlb_page *page,
			 const struct stlb_invalidation *what)
{
	uint64_t unit = stlb_obligation_size(ob) / STLB_ENTRIES;
	uint64_t first = ob->addr + page->index * unit;

	return what->start <= first && first + unit - 1 <= what->end - 1;
}

/* What is covered is pending no more. @late: it goes after what is, since to the letter it was
 * late.
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
	return stlb_context_holds(ob->context, ob->scope->hold) &&
	       !(ob->lossy && ob->context->lossy);
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

/* Returns whether nothing below it is pending any more. */
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
	bool in_lock = stlb_context_holds(ob->context, ob->scope->hold);

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
	    (stlb_obligation_is_partly_covered(ob) && !ob->subpages->reported))
		return true;
	if (!stlb_context_in_bracket(ob->context, ob->scope->bracket))
		return false;
	if (a->options.strict && ob->late && ob->type != STLB_WRITE_PROTECT)
		return true;
	return a->hooked.by[STLB_HOOK_covered][0] && ob->in_lock;
}

static void discharge(struct stlb_analysis *a, const struct stlb_event_context *ec,
		      struct stlb_obligation *ob, const struct stlb_invalidation *what)
{
	if (is_huge_leaf(ob))
		cover_subpages(ob, what);
	STLB_CALL(a, covered, a, ec, ob, what);
	if (!ob->discharged)
		count_discharge(a, ob);
	if (ob->said)
		stlb_device_note_gone(a, ec, ob, what->start, what->end);
	if (stlb_obligation_is_kept(a, ob))
		stlb_obligation_keep(a, ob, STLB_LATER_COVER, ec->event);
	else
		stlb_obligation_end(a, ob, STLB_END_COUNTED);
}

static bool concerns(const struct stlb_obligation *ob, const struct stlb_invalidation *what)
{
	if (!ob->nowhere)
		return stlb_span_meets((struct stlb_span){what->start, what->end}, ob->addr,
				       stlb_obligation_size(ob));
	/* where it lies is not known: what could cover it does */
	return !ob->bounded ||
	       (ob->scope->range.start < what->end && what->start < ob->scope->range.end);
}

void stlb_invalidate_one(struct stlb_analysis *a, const struct stlb_event_context *ec,
			 struct stlb_obligation *ob, const struct stlb_invalidation *what)
{
	if (!concerns(ob, what))
		return;
	if (stlb_obligation_before(ob, ec->context)) {
		if (a->devices && ob->table)
			cover_subpages(ob, what);
		if (!ob->nr_below || ob->discharged || cover_table(a, ob, what))
			discharge(a, ec, ob, what);
	} else if (ob->unordered || a->machine.hb.used.full) {
		/* its order was given up for want of room: it may have been discharged */
		ob->lossy = true;
	} else if (!ob->racy && !ob->discharged) {
		ob->racy = true;
		stlb_obligation_keep(a, ob, STLB_LATER_RACY, ec->event);
	}
}
