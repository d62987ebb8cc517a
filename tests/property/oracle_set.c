/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets into the slot of a pending obligation: put back, repointed, filled by another. */
#include <string.h>

#include "oracle_obligation.h"

static bool same_content(const struct obligation *o, int at)
{
	const struct stlb_event *set = event_at(o, at);

	if (set->same_content || event_at(o, o->at)->same_content ||
	    (set->comm && !strcmp(set->comm, "ksmd")))
		return true;
	for (unsigned int i = 0; i < o->oracle->trace->nr; i++) {
		const struct stlb_event *event = event_at(o, (int)i);
		uint64_t pfn = stlb_event_or(event, PFN, o->pfn[0]);

		if (event->kind == STLB_SAME_CONTENT && event->tid == set->tid &&
		    stlb_event_or(event, MM, o->mm) == o->mm &&
		    (pfn == o->pfn[0] || pfn == o->oracle->update[at].new.pfn))
			return true;
	}
	return false;
}

static bool one_operation(const struct obligation *o, int at)
{
	int context = o->oracle->context[at];

	if (o->at == at)
		return true;
	if (o->hold != NOWHERE)
		return hold_of(o->oracle, context, at) == o->hold;
	return o->bracket != NOWHERE &&
	       outermost_bracket(o->oracle, context, o->mm, at) == o->bracket;
}

static bool resolves(const struct obligation *o, int at)
{
	if (o->filled)
		return false;
	if (o->table)
		return o->oracle->update[at].pmd;
	return (o->left == ENTRY_MIGRATION || o->left == ENTRY_SWAP || o->left == ENTRY_PROTNONE);
}

static void see_other_page(struct obligation *o, int at)
{
	bool refault = !one_operation(o, at) && !resolves(o, at), filled = o->filled;

	o->filled = true;
	if (refault && !filled)
		breach(o, STLB_RULE_REFAULT, at);
	if (refault)
		return;
	if (!o->oracle->update[at].new.writable && same_content(o, at))
		o->exempt = true;
	else
		breach_or_race(o, STLB_RULE_REPOINT, at);
	if (o->bracket == NOWHERE || o->oracle->bracket_end[o->bracket] >= at)
		o->what = OWES_REPOINT;
}

/* Compares page by page; true where another page than the one owed for was put there. */
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
			o->page[i] = PAGE_TIGHTENED;
	}
	return other;
}

bool sets_present(const struct obligation *o, const struct update *update)
{
	return update->valid && update->mm == o->mm && update->new.state == ENTRY_LEAF &&
	       update->addr < obligation_end(o) &&
	       update->addr + update->pages *PAGE_BYTES > o->addr;
}

static void see_table_set(struct obligation *o, int at)
{
	const struct update *update = &o->oracle->update[at];

	if (!o->table || !update->valid || !update->pmd || update->mm != o->mm ||
	    update->addr != o->addr || update->new.state != ENTRY_TABLE)
		return;
	if (update->new.pfn == o->table_pfn)
		end_obligation(o, ENDED_RESTORED, at);
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
	o->what = OWES_TIGHTEN;
	if (!any_page(o, PAGE_TIGHTENED))
		end_obligation(o, ENDED_RESTORED, at);
}
