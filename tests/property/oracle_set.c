/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets into the slot of a pending obligation: put back, repointed, filled by another. */
#include <string.h>

#include "oracle_obligation.h"

/* ---- exempt: the same content, write-protected ---- */

static bool names_page(const struct stlb_event *event, uint64_t pfn)
{
	uint64_t first = stlb_event_or(event, PFN, 0);
	uint64_t nr = UINT64_C(1) << stlb_event_or(event, ORDER, 0);

	return pfn - first < nr;
}

/* What ends evidence: either page goes or comes back, or the task goes on with another range. */
static bool ends_evidence(const struct obligation *o, const struct stlb_event *set, uint64_t new,
			  int at)
{
	const struct stlb_event *event = event_at(o, at);

	if (event->kind == STLB_PAGE_FREE || event->kind == STLB_PAGE_ALLOC ||
	    event->kind == STLB_HUGE_FREE || event->kind == STLB_PAGE_FREE_BATCHED)
		return names_page(event, o->pfn[0]) || names_page(event, new);
	if (event->kind != STLB_INV_START || event->tid != set->tid ||
	    event->context != set->context)
		return false;
	return !(stlb_event_get(event, MM) == o->mm &&
		 stlb_event_get(event, START) < obligation_end(o) &&
		 stlb_event_get(event, END) > o->addr);
}

/* Tracepoints tell the KSM page, probes the page that it replaces. */
static bool is_evidence(const struct obligation *o, const struct stlb_event *set, uint64_t new,
			int at)
{
	const struct stlb_event *event = event_at(o, at);
	uint64_t pfn = stlb_event_or(event, PFN, o->pfn[0]);

	return event->kind == STLB_SAME_CONTENT && event->tid == set->tid &&
	       stlb_event_or(event, MM, o->mm) == o->mm && (pfn == o->pfn[0] || pfn == new);
}

/* A kernel thread is never in user mode, and makes no system call, as who registers does. */
static bool is_ksmd(const struct obligation *o, const struct stlb_event *set)
{
	for (int i = 0; i < (int)o->oracle->trace->nr; i++)
		if ((event_at(o, i)->kind == STLB_USER_MODE ||
		     event_at(o, i)->kind == STLB_SUBSCRIBE) &&
		    event_at(o, i)->tid == set->tid)
			return false;
	return set->comm && !strcmp(set->comm, "ksmd");
}

static bool same_content(const struct obligation *o, int at)
{
	const struct stlb_event *set = event_at(o, at);
	const struct update *update = &o->oracle->update[at];
	uint64_t new = update->new.pfn + (update->addr < o->addr && o->pages == 1
						  ? (o->addr - update->addr) / PAGE_BYTES
						  : 0);

	if (set->same_content || event_at(o, o->at)->same_content || is_ksmd(o, set))
		return true;
	for (int i = at + 1; i < (int)o->oracle->trace->nr && !ends_evidence(o, set, new, i); i++)
		if (is_evidence(o, set, new, i))
			return true;
	for (int i = at - 1; i >= 0 && !ends_evidence(o, set, new, i); i--)
		if (is_evidence(o, set, new, i))
			return true;
	return false;
}

/* ---- one operation ---- */

/* A collapse of a part takes the table out, puts it back, and sets the new pages, before or after.
 */
static bool goes_on(const struct obligation *o, int at)
{
	for (int i = o->at; i < at; i++)
		if (o->oracle->context[i] == o->context &&
		    !goes_on_with(o->oracle, i, &o->oracle->update[o->at]))
			return false;
	return o->oracle->context[at] == o->context;
}

static bool one_operation(const struct obligation *o, int at)
{
	int context = o->oracle->context[at];

	if (o->at == at || (o->table && goes_on(o, at)))
		return true;
	if (o->hold != NOWHERE)
		return hold_of(o->oracle, context, at) == o->hold;
	return o->bracket != NOWHERE &&
	       outermost_bracket(o->oracle, context, o->mm, at) == o->bracket;
}

/* Whether the clear left an entry that the set resolves, whoever sets. */
static bool resolves(const struct obligation *o, const struct update *set)
{
	if (o->table)
		return set->pmd;
	if (o->filled)
		return false;
	for (unsigned int i = 0; i < o->pages; i++) {
		uint64_t offset = (o->addr + i * PAGE_BYTES - set->addr) / PAGE_BYTES;

		if (offset < set->pages &&
		    (o->left[i] == ENTRY_MIGRATION || o->left[i] == ENTRY_SWAP ||
		     o->left[i] == ENTRY_PROTNONE))
			return true;
	}
	return false;
}

/* Of a table something is known, but no page that it maps: another may take its place. */
static bool is_empty_table(const struct obligation *o, const struct update *set)
{
	return o->table && set->new.state == ENTRY_TABLE && o->oracle->below_known[o->at] &&
	       !any_page(o, PAGE_GONE);
}

/* Both after a switch-out in a hold: whether it went on, and they are of it, is not shown. */
static bool is_open(const struct obligation *o, int at)
{
	return o->at != at && o->hold == NOWHERE && o->oracle->context[at] == o->context &&
	       perhaps_held(o->oracle, o->context, o->at);
}

static void see_other_page(struct obligation *o, int at)
{
	const struct update *set = &o->oracle->update[at];
	bool refault = !one_operation(o, at) && !resolves(o, set), filled = o->filled;

	o->filled = true;
	if (is_open(o, at) && !resolves(o, set) && !filled) {
		o->oracle->judgement->open[STLB_RULE_REPOINT]++;
		o->oracle->judgement->open[STLB_RULE_REFAULT]++;
		return;
	}
	if (refault && !filled)
		violation(o, STLB_RULE_REFAULT, at);
	if (refault)
		return;
	if (is_empty_table(o, set))
		return;
	if (!set->new.writable && !o->judged && same_content(o, at)) {
		o->exempt = true;
	} else {
		violation_or_race(o, STLB_RULE_REPOINT, at);
		o->judged = true;
	}
	if (o->oracle->context[at] == o->context) {
		o->repointed = true;
	} else if (!o->repointed) {
		o->by_other = true;
		o->late |= !o->exempt;
		if (!o->oracle->before_6_6)
			return;
	}
	if (o->bracket == NOWHERE || o->oracle->bracket_end[o->bracket] >= at)
		o->what = NEEDS_REPOINT;
}

/* Compares page by page; true where another page than the one pending for was put there. */
bool settle_pages(struct obligation *o, const struct update *set)
{
	bool other = false;

	for (unsigned int i = 0; i < o->pages; i++) {
		uint64_t addr = o->addr + i * PAGE_BYTES;
		uint64_t offset = (addr - set->addr) / PAGE_BYTES;

		if (addr < set->addr || offset >= set->pages || o->page[i] == PAGE_SETTLED)
			continue;
		if (set->new.pfn + offset != o->pfn[i])
			other |= o->page[i] == PAGE_GONE;
		else if (set->new.writable || !o->writable)
			o->page[i] = PAGE_SETTLED;
		else
			o->page[i] = PAGE_WRITE_PROTECTED;
	}
	return other;
}

bool sets_present(const struct obligation *o, const struct update *update)
{
	return update->valid && update->mm == o->mm && update->new.state == ENTRY_LEAF &&
	       update->addr < obligation_end(o) &&
	       update->addr + update->pages *PAGE_BYTES > o->addr;
}

/* ---- a table that is put back ---- */

enum away { AWAY_AS_IT_WAS, AWAY_CHANGED, AWAY_UNTOUCHED };

/*
 * What became of the entry of a page below while the table was out: of this time, where it had been
 * back before (untouched: nothing new). A loss ends what is known of it until it is seen to be
 * taken out again.
 */
static enum away while_out(const struct obligation *o, unsigned int page, int back,
			   struct entry *now)
{
	uint64_t addr = o->addr + page * PAGE_BYTES;
	uint64_t table = o->oracle->update[o->at].old.pfn;
	enum away away = AWAY_AS_IT_WAS;
	bool lost = false;

	for (int i = o->at + 1; i < back; i++) {
		const struct change *change = &o->oracle->change[i];

		if (event_at(o, i)->kind == STLB_LOST) {
			lost = true;
			away = AWAY_AS_IT_WAS;
		}
		if (change->mm != o->mm || !change->pages)
			continue;
		if (change->pmd && change->addr == o->addr) {
			lost &= change->now.state != ENTRY_NONE;
			if (change->now.state == ENTRY_TABLE && change->now.pfn == table)
				away = AWAY_UNTOUCHED;
		}
		/* what others clear meanwhile they leave pending themselves */
		if (change->pmd || !change->out || lost ||
		    (addr - change->addr) / PAGE_BYTES >= change->pages)
			continue;
		away = AWAY_CHANGED;
		*now = change->now;
		now->pfn += (addr - change->addr) / PAGE_BYTES;
	}
	return away;
}

/* Its entries are back as they were; where they say something else now, it is as if set anew. */
static void put_table_back(struct obligation *o, int at)
{
	bool other = false;

	o->table_pfn = 0;
	for (unsigned int i = 0; i < o->pages; i++) {
		struct entry now = {0};
		enum away away = while_out(o, i, at, &now);

		if (o->page[i] == PAGE_SETTLED || away == AWAY_UNTOUCHED)
			continue;
		if (away == AWAY_AS_IT_WAS || (now.state == ENTRY_LEAF && now.pfn == o->pfn[i]))
			o->page[i] = PAGE_SETTLED;
		else
			other |= now.state == ENTRY_LEAF;
	}
	if (!any_page(o, PAGE_GONE))
		end_obligation(o, ENDED_RESTORED, at);
	else if (other)
		see_other_page(o, at);
}

static void see_table_set(struct obligation *o, int at)
{
	const struct update *update = &o->oracle->update[at];

	if (!o->table || !update->valid || !update->pmd || update->mm != o->mm ||
	    update->addr != o->addr || update->new.state != ENTRY_TABLE)
		return;
	if (update->new.pfn == o->oracle->update[o->at].old.pfn)
		put_table_back(o, at);
	else
		see_other_page(o, at);
}

void see_set(struct obligation *o, int at)
{
	const struct update *update = &o->oracle->update[at];

	see_table_set(o, at);
	if (!sets_present(o, update) || o->ended != NOT_ENDED)
		return;
	if (settle_pages(o, update) || (o->table && update->pmd))
		see_other_page(o, at);
	if (o->table || any_page(o, PAGE_GONE))
		return;
	o->what = NEEDS_WRITE_PROTECT;
	if (!any_page(o, PAGE_WRITE_PROTECTED))
		end_obligation(o, ENDED_RESTORED, at);
}
