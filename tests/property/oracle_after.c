/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is judged once it is known how an obligation ended. */
#include "oracle_obligation.h"

static bool fully_covered(const struct obligation *o)
{
	for (unsigned int i = 0; i < o->pages; i++)
		if (o->page[i] != PAGE_SETTLED && !o->covered[i])
			return false;
	return true;
}

/* A huge entry of which only a part was invalidated: the rest has to follow in time. */
void follow_partial(struct obligation *o)
{
	int at = o->ended_at;
	bool waits = o->what == NEEDS_WRITE_PROTECT && !o->oracle->before_6_6;

	if (o->table || o->pages == 1 || o->ended != ENDED_DISCHARGED)
		return;
	for (; at < (int)o->oracle->trace->nr; at++) {
		const struct update *update = &o->oracle->update[at];
		bool over;

		see_invalidation(o, at);
		if (is_released(o, at))
			return;
		over = (sets_present(o, update) && settle_pages(o, update)) ||
		       frees_page_of(o, at) ||
		       (!waits && ends_bracket(o->oracle, o->bracket, at)) || is_over(o, at);
		if (over && !fully_covered(o))
			violation(o, STLB_RULE_PARTIAL, at);
		if (over)
			return;
	}
}

bool surely_in_lock(const struct obligation *o, int at)
{
	return o->hold != NOWHERE && hold_end(o->oracle, o->hold).at > at &&
	       !lost_on_its_cpus(o->oracle, o->context, o->at, at);
}

/* Of a table, what was covered one by one, and too late for the letter, or perhaps. */
static void pending_again(struct obligation *o, bool doubt)
{
	o->table_done = !o->table_late && !doubt;
	for (unsigned int i = 0; o->table && i < o->pages; i++)
		if (o->covered_late[i] || (doubt && o->covered[i]))
			o->page[i] = PAGE_GONE;
}

/* To the letter, what is freed inside of the bracket had to be invalidated in the lock. */
void follow_strict(struct obligation *o)
{
	bool in_lock = surely_in_lock(o, o->ended_at);
	/* what was lost in the hold, before the update, may have been its end */
	bool doubt =
		(in_lock || o->table) && lost_on_its_cpus(o->oracle, o->context, o->hold, o->at);

	if (!o->oracle->trace->strict || o->free_seen || o->ended != ENDED_DISCHARGED ||
	    (in_lock && !o->table && !doubt) || o->what == NEEDS_WRITE_PROTECT ||
	    o->hold == NOWHERE || o->bracket == NOWHERE)
		return;
	pending_again(o, doubt);
	for (int at = o->ended_at; at < o->oracle->bracket_end[o->bracket] && !is_over(o, at);
	     at++) {
		if (is_released(o, at))
			return;
		if (sets_present(o, &o->oracle->update[at]))
			settle_pages(o, &o->oracle->update[at]);
		if (frees_page_of(o, at) && doubt)
			o->oracle->judgement->open[STLB_RULE_FREE]++;
		else if (frees_page_of(o, at))
			violation(o, STLB_RULE_FREE, at);
	}
}

/* Its callers collapse what is mapped; of other tables only known pages tell. */
static bool needs_bracket(const struct obligation *o)
{
	return !o->table || o->held_pages || event_at(o, o->at)->kind == STLB_PMD_COLLAPSE_FLUSH;
}

/* Where no lock tells, what belongs to the update ends with the next event of another kind. */
int operation_end(const struct obligation *o)
{
	int at = o->at;

	if (o->hold != NOWHERE)
		return hold_end(o->oracle, o->hold).shown;
	do
		at = next_of_context(o->oracle, o->context, at);
	while (at != NOWHERE && is_update(event_at(o, at)->kind));
	return at;
}

/* Whether all that it cleared came back with its rights before the lock was released. */
static bool put_back(const struct obligation *o, int judged)
{
	struct obligation now = *o;

	if (o->ended != ENDED_DISCHARGED || o->table)
		return false;
	for (unsigned int i = 0; i < o->pages; i++)
		now.page[i] = PAGE_GONE;
	for (int at = o->ended_at; at <= judged; at++)
		if (sets_present(o, &o->oracle->update[at]))
			settle_pages(&now, &o->oracle->update[at]);
	return !any_page(&now, PAGE_GONE) && !any_page(&now, PAGE_WRITE_PROTECTED);
}

static bool opens_bracket_before(const struct obligation *o, int end)
{
	for (int at = o->at; at < end; at++)
		if (o->oracle->context[at] == o->context && event_at(o, at)->kind == STLB_INV_START)
			return true;
	return false;
}

static bool is_released_later(const struct obligation *o)
{
	for (int at = o->at; at < (int)o->oracle->trace->nr; at++)
		if (is_released(o, at))
			return true;
	return false;
}

/*
 * Judged when the lock is released: what was put back until then changed nothing. A table may still
 * be put back after that, even after the trace: when it is judged is open.
 */
void judge_bracket(struct obligation *o)
{
	int nr = (int)o->oracle->trace->nr, judged = operation_end(o);
	bool ends = judged != NOWHERE && judged < nr;

	if ((!ends && !o->table) || !needs_bracket(o) ||
	    inside_covering_bracket(o->oracle, o->at, o->addr, obligation_end(o)) ||
	    !known_outside(o->oracle, o->context, o->at) ||
	    lost_on_its_cpus(o->oracle, o->context, o->at, ends ? judged : nr - 1))
		return;
	if (o->table && o->ended == ENDED_RESTORED && !opens_bracket_before(o, o->ended_at))
		return;
	if (o->table && (!ends || o->ended == ENDED_RESTORED || is_released_later(o))) {
		o->oracle->judgement->open[STLB_RULE_UNBRACKETED]++;
		return;
	}
	if ((o->ended == ENDED_RESTORED || o->ended == ENDED_VOID) && o->ended_at <= judged)
		return;
	if (put_back(o, judged))
		return;
	if (o->hold == NOWHERE && perhaps_held(o->oracle, o->context, o->at)) {
		o->oracle->judgement->open[STLB_RULE_UNBRACKETED]++;
		return;
	}
	if (!o->unbracketed)
		count_violation(o->oracle, STLB_RULE_UNBRACKETED, judged, judged);
	o->unbracketed = true;
}
