/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One obligation, followed from its update through the rest of the trace. */
#include <string.h>

#include "oracle_obligation.h"

static bool lost_before_echo(const struct obligation *o)
{
	int echo = o->at;
	unsigned int index;

	if (o->oracle->update[o->at].pmd || o->oracle->update[o->at].pages == 1)
		return false;
	do
		echo = next_of_context(o->oracle, o->context, echo);
	while (echo != NOWHERE && echo_of(o->oracle, echo, &index) == o->at && index < o->index);
	return echo != NOWHERE && lost_between(o->oracle, o->at, echo);
}

void violation(struct obligation *o, enum stlb_rule rule, int at)
{
	int *too_late = &o->oracle->violated[o->at][o->index], nr = (int)o->oracle->trace->nr;
	int proven = at;

	if (o->violated[rule])
		return;
	if (o->hold != NOWHERE && suspended_before(o->oracle, o->hold, at))
		proven = hold_end(o->oracle, o->hold).shown;
	proven = proven < at ? at : proven < nr ? proven : nr - 1;
	/* that the lock was held is part of what proves it, if it is asked for */
	if (o->hold != NOWHERE && !lost_between(o->oracle, o->at, at) &&
	    lost_on_its_cpus(o->oracle, o->context, o->hold, proven))
		o->oracle->judgement->doubtful[rule]++;
	/* what a set of many entries replaced is recorded by their echoes */
	else if (!lost_between(o->oracle, o->at, at) && lost_before_echo(o))
		o->oracle->judgement->doubtful[rule]++;
	count_violation(o->oracle, rule, o->at, at);
	o->violated[rule] = true;
	if ((rule == STLB_RULE_REPOINT || rule == STLB_RULE_NEVER || rule == STLB_RULE_RACY) &&
	    *too_late == NOWHERE)
		*too_late = at;
}

/* An invalidation that came, but by luck only, makes the violation a race. */
void violation_or_race(struct obligation *o, enum stlb_rule rule, int at)
{
	if (!o->violated[rule])
		violation(o, o->racy ? STLB_RULE_RACY : rule, at);
}

void end_obligation(struct obligation *o, enum ended ended, int at)
{
	o->ended = ended;
	o->ended_at = at;
}

bool any_page(const struct obligation *o, enum page_state state)
{
	return memchr(o->page, state, o->pages) != NULL;
}

/* ---- how it begins ---- */

static bool opens(const struct update *update, enum what *what)
{
	const struct entry *old = &update->old, *new = &update->new;

	if (old->state == ENTRY_TABLE) {
		*what = NEEDS_CLEAR;
		return new->state != ENTRY_TABLE || new->pfn != old->pfn;
	}
	if (old->state != ENTRY_LEAF)
		return false;
	*what = new->state != ENTRY_LEAF ? NEEDS_CLEAR
		: new->pfn != old->pfn	 ? NEEDS_REPOINT
					 : NEEDS_WRITE_PROTECT;
	return *what != NEEDS_WRITE_PROTECT || (old->writable && !new->writable);
}

static void take_pages(struct obligation *o, const struct update *update)
{
	o->pages = update->pmd ? MAX_PAGES : 1;
	for (unsigned int i = 0; i < o->pages; i++) {
		o->pfn[i] = o->table ? o->oracle->below[o->at][i] : update->old.pfn + i;
		o->page[i] = !o->pfn[i]			      ? PAGE_SETTLED
			     : o->what == NEEDS_WRITE_PROTECT ? PAGE_WRITE_PROTECTED
							      : PAGE_GONE;
	}
}

static void begin(struct obligation *o, int at, unsigned int index, enum what what)
{
	const struct update entry = update_of_entry(o->oracle, at, index), *update = &entry;

	o->at = at;
	o->index = index;
	o->what = what;
	o->mm = update->mm;
	o->addr = update->addr;
	o->table = update->old.state == ENTRY_TABLE;
	o->table_pfn = o->table ? update->old.pfn : 0;
	o->writable |= update->old.writable;
	o->context = o->oracle->context[at];
	o->hold = hold_of(o->oracle, o->context, at);
	o->bracket = outermost_bracket(o->oracle, o->context, o->mm, at);
	o->mmap_unlock = mmap_unlock_after(o->oracle, o->context, o->mm, at);
	memset(o->left, what == NEEDS_CLEAR ? update->new.state : ENTRY_NONE, sizeof(o->left));
	o->racy = false;
	o->table_done = false;
	o->by_other = false;
	o->late = o->repointed = false;
	take_pages(o, update);
	o->held_pages = any_page(o, PAGE_GONE);
}

/* ---- invalidations ---- */

uint64_t obligation_end(const struct obligation *o)
{
	return o->addr + o->pages * PAGE_BYTES;
}

static void cover(struct obligation *o, const struct invalidation *inv)
{
	for (unsigned int i = 0; i < o->pages; i++) {
		uint64_t addr = o->addr + i * PAGE_BYTES;

		o->covered[i] |= addr >= inv->start && addr < inv->end;
	}
}

/* What meets its span is enough for the page-table page; each page below needs its own
 * invalidation. */
static bool covers_table(struct obligation *o, int at)
{
	bool late = !surely_in_lock(o, at);

	o->table_late |= late && !o->table_done;
	o->table_done = true;
	for (unsigned int i = 0; o->table && i < o->pages; i++) {
		if (o->page[i] != PAGE_GONE || !o->covered[i])
			continue;
		o->page[i] = PAGE_SETTLED;
		o->covered_late[i] = late;
	}
	return !o->table || !any_page(o, PAGE_GONE);
}

void see_invalidation(struct obligation *o, int at)
{
	const struct invalidation *inv = &o->oracle->invalidation[at];

	if (!inv->valid || inv->mm != o->mm || inv->start >= obligation_end(o) ||
	    inv->end <= o->addr)
		return;
	if (!happens_before(o->oracle, o->at, at)) {
		o->racy = true;
		return;
	}
	cover(o, inv);
	if (o->ended != NOT_ENDED || !covers_table(o, at))
		return;
	o->in_lock = o->hold != NOWHERE && hold_end(o->oracle, o->hold).at > at;
	if (!o->in_lock && perhaps_held(o->oracle, o->context, at))
		o->oracle->judgement->open_in_lock++;
	end_obligation(o, ENDED_DISCHARGED, at);
}

static bool same_slot(const struct obligation *o, const struct update *update)
{
	return update->valid && update->mm == o->mm && update->addr == o->addr &&
	       update->pmd == (o->pages > 1);
}

static bool is_gone(enum entry_state state)
{
	return state != ENTRY_LEAF && state != ENTRY_TABLE;
}

/* What is put into the empty slot, or into the ptes of a huge page that was cleared. */
static void see_entry_left(struct obligation *o, int at)
{
	const struct update *update = &o->oracle->update[at];
	uint64_t first = (update->addr - o->addr) / PAGE_BYTES;

	if (!update->valid || update->mm != o->mm || o->filled || o->table ||
	    o->oracle->context[at] != o->context || update->new.state == ENTRY_NONE ||
	    !is_gone(update->new.state) || update->old.state != ENTRY_NONE)
		return;
	if (same_slot(o, update))
		memset(o->left, update->new.state, sizeof(o->left));
	else if (o->pages > 1 && !update->pmd)
		for (uint64_t i = first; i < first + update->pages && i < o->pages; i++)
			o->left[i] = update->new.state;
}

/* A clear or repoint of the page whose rights were taken goes on with what the write-protect needs.
 */
static void see_absorbing(struct obligation *o, int at)
{
	uint64_t index = (o->addr - o->oracle->update[at].addr) / PAGE_BYTES;
	struct update entry, *update = &entry;
	enum what what;

	if (o->oracle->update[at].pmd != (o->pages > 1))
		return;
	if (o->pages > 1)
		index = 0;
	if (index >= MAX_BATCH || index >= o->oracle->update[at].pages)
		return;
	entry = update_of_entry(o->oracle, at, (unsigned int)index);
	if (o->what != NEEDS_WRITE_PROTECT || o->table || !same_slot(o, update) ||
	    !opens(update, &what) || what == NEEDS_WRITE_PROTECT || update->old.pfn != o->pfn[0])
		return;
	if (operation_end(o) != NOWHERE && operation_end(o) < at)
		judge_bracket(o);
	if (o->oracle->absorbs[at][index]) {
		end_obligation(o, ENDED_ABSORBED, at);
		return;
	}
	o->oracle->absorbs[at][index] = true;
	begin(o, at, (unsigned int)index, what);
	o->filled = o->free_seen = o->judged = false;
	memset(o->violated, 0, sizeof(o->violated));
}

/* ---- frees ---- */

bool frees_page_of(const struct obligation *o, int at)
{
	const struct stlb_event *event = event_at(o, at);
	uint64_t first, nr;

	if (!frees_pages(o->oracle, at))
		return false;
	first = stlb_event_get(event, PFN);
	nr = UINT64_C(1) << stlb_event_or(event, ORDER, 0);
	if (o->table && !o->table_done && o->table_pfn - first < nr)
		return true;
	for (unsigned int i = 0; i < o->pages; i++)
		if (o->page[i] == PAGE_GONE && o->pfn[i] - first < nr)
			return true;
	return false;
}

/* ---- when its operation is over ---- */

/* What became migration entries: the next bracket notifies. */
static bool any_migration(const struct obligation *o)
{
	return memchr(o->left, ENTRY_MIGRATION, o->pages) != NULL;
}

static bool is_over_before_6_6(const struct obligation *o, int at)
{
	return ends_bracket(o->oracle, o->bracket, at) && !any_migration(o);
}

/* No bracket ends what zap, mprotect, fork and madvise flush after it, once for many of them. */
static bool is_over_from_6_6(const struct obligation *o, int at)
{
	uint8_t kind = event_at(o, at)->kind;

	bool own = o->oracle->context[at] == o->context;

	if (own && (kind == STLB_USER_MODE || kind == STLB_EXIT))
		return true;
	if (o->what == NEEDS_REPOINT && !o->by_other && o->bracket != NOWHERE)
		return ends_bracket(o->oracle, o->bracket, at);
	return at == o->mmap_unlock;
}

bool is_over(const struct obligation *o, int at)
{
	return o->oracle->before_6_6 ? is_over_before_6_6(o, at) : is_over_from_6_6(o, at);
}

static void see_deadline(struct obligation *o, int at)
{
	/* a repoint by another's set was judged: an invalidation is late, not never */
	if (o->late || !is_over(o, at))
		return;
	violation_or_race(o, STLB_RULE_NEVER, at);
	end_obligation(o, ENDED_EXPIRED, at);
}

/* What was freed is handed out again, and freed again, as a matter of course. */
static void see_free(struct obligation *o, int at)
{
	if (o->free_seen)
		return;
	o->free_seen = true;
	violation_or_race(o, STLB_RULE_FREE, at);
}

/* ---- the walk ---- */

static void see_while_pending(struct obligation *o, int at)
{
	if (is_released(o, at)) {
		end_obligation(o, ENDED_VOID, at);
		return;
	}
	see_invalidation(o, at);
	if (o->ended == NOT_ENDED && at != o->at)
		see_absorbing(o, at);
	if (o->ended == NOT_ENDED)
		see_set(o, at);
	if (o->ended == NOT_ENDED && at != o->at)
		see_entry_left(o, at);
	if (o->ended == NOT_ENDED && frees_page_of(o, at))
		see_free(o, at);
	if (o->ended == NOT_ENDED)
		see_deadline(o, at);
}

static void count_end(const struct obligation *o)
{
	struct stlb_obligations *sum = &o->oracle->judgement->obligations;

	sum->total += o->ended != ENDED_ABSORBED;
	sum->exempt += o->exempt;
	switch (o->ended) {
	case NOT_ENDED:
		sum->pending++;
		break;
	case ENDED_DISCHARGED:
		sum->discharged_in_lock += o->in_lock;
		sum->discharged_deferred += !o->in_lock;
		break;
	case ENDED_RESTORED:
		sum->restored++;
		break;
	case ENDED_EXPIRED:
		sum->expired++;
		break;
	case ENDED_VOID:
		sum->is_void++;
		break;
	case ENDED_ABSORBED:
		break;
	}
}

void obligation_judge(struct oracle *oracle, int opened_by, unsigned int index)
{
	struct obligation o = {.oracle = oracle};
	struct update update;
	enum what what;

	if (index >= oracle->update[opened_by].pages)
		return;
	update = update_of_entry(oracle, opened_by, index);
	if (!update.valid || oracle->absorbs[opened_by][index] || !opens(&update, &what) ||
	    !subscribed(oracle, update.mm, opened_by))
		return;
	begin(&o, opened_by, index, what);
	for (int at = opened_by; at < (int)oracle->trace->nr && o.ended == NOT_ENDED; at++)
		see_while_pending(&o, at);
	if (o.ended != ENDED_ABSORBED) {
		follow_partial(&o);
		follow_strict(&o);
		judge_bracket(&o);
	}
	count_end(&o);
}
