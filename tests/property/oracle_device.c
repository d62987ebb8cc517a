/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What devices may still use, held against what the entries said. */
#include "oracle_internal.h"

static bool is_device_event(uint8_t kind)
{
	return kind == STLB_DEV_FILL || kind == STLB_DEV_READ || kind == STLB_DEV_WRITE;
}

/* What an entry says of one address below it; 0: no page. */
static uint64_t page_of(const struct entry *entry, const struct update *update, uint64_t addr)
{
	return entry->state == ENTRY_LEAF ? entry->pfn + (addr - update->addr) / PAGE_BYTES : 0;
}

static struct update entry_at(const struct oracle *oracle, int at, uint64_t addr)
{
	return update_of_entry(oracle, at,
			       (unsigned int)((addr - oracle->update[at].addr) / PAGE_BYTES));
}

static bool covers(const struct update *update, uint64_t mm, uint64_t addr)
{
	return update->valid && update->mm == mm && addr >= update->addr &&
	       (addr - update->addr) / PAGE_BYTES < update->pages;
}

static bool ends_knowledge(const struct oracle *oracle, int at, uint64_t mm)
{
	const struct stlb_event *event = &oracle->trace->events[at];

	return event->kind == STLB_LOST ||
	       (event->kind == STLB_MM_FREE && stlb_event_get(event, MM) == mm);
}

/*
 * Since when the entry no longer says a page: the first of the last updates after which it says
 * something else. @said: where it last said it. Each is NOWHERE where nothing of that was seen.
 */
static int gone_since(const struct oracle *oracle, uint64_t mm, uint64_t addr, uint64_t pfn, int at,
		      int *said)
{
	int since = NOWHERE, since_huge = NOWHERE;

	*said = NOWHERE;
	for (int i = at - 1; i >= 0 && !ends_knowledge(oracle, i, mm); i--) {
		struct update entry;

		if (!covers(&oracle->update[i], mm, addr))
			continue;
		entry = entry_at(oracle, i, addr);
		if (page_of(&entry.new, &entry, addr) == pfn)
			*said = i;
		/* Below a huge page there is nothing that could have changed. */
		if (entry.pmd && entry.new.state == ENTRY_LEAF)
			since = since_huge;
		if (*said == i || entry.new.state == ENTRY_TABLE)
			return since;
		since = i;
		if (entry.pmd)
			since_huge = i;
		if (page_of(&entry.old, &entry, addr) == pfn)
			return since;
	}
	return since;
}

static bool is_said(const struct oracle *oracle, int at, uint64_t addr, uint64_t pfn)
{
	struct update entry = entry_at(oracle, at, addr);

	return page_of(&entry.old, &entry, addr) == pfn || page_of(&entry.new, &entry, addr) == pfn;
}

static bool is_invalidated(const struct oracle *oracle, int update, uint64_t addr, int at)
{
	for (int i = update; i < at; i++) {
		const struct invalidation *inv = &oracle->invalidation[i];

		if (inv->valid && inv->mm == oracle->update[update].mm && inv->start <= addr &&
		    inv->end > addr && happens_before(oracle, update, i))
			return true;
	}
	return false;
}

static bool is_freed(const struct oracle *oracle, int update, uint64_t pfn, int at)
{
	for (int i = update + 1; i < at; i++) {
		const struct stlb_event *event = &oracle->trace->events[i];

		if (frees_pages(oracle, i) && pfn - stlb_event_get(event, PFN) <
						      UINT64_C(1) << stlb_event_or(event, ORDER, 0))
			return true;
	}
	return false;
}

/* Whether the time in which the kernel allows the old page is over by a violation. */
static bool is_too_late(const struct oracle *oracle, int update, uint64_t addr, int at)
{
	const struct update *whole = &oracle->update[update];
	uint64_t index = whole->pmd ? 0 : (addr - whole->addr) / PAGE_BYTES;
	int violated = index < MAX_BATCH ? oracle->violated[update][index] : NOWHERE;

	return violated != NOWHERE && violated < at;
}

static bool is_released(const struct oracle *oracle, uint64_t mm, int from, int to)
{
	for (int i = from; i < to; i++)
		if (oracle->trace->events[i].kind == STLB_UNSUBSCRIBE &&
		    stlb_event_get(&oracle->trace->events[i], MM) == mm)
			return true;
	return false;
}

/* A huge page in the table's place, or a page where its entry had said none. */
static bool shows_another(const struct oracle *oracle, int at, uint64_t addr)
{
	struct update entry = entry_at(oracle, at, addr);

	return entry.new.state == ENTRY_LEAF && (entry.pmd || entry.old.state != ENTRY_LEAF);
}

/* A table that was taken out may come back unseen, where no set of a table was seen yet. */
static bool perhaps_back(const struct oracle *oracle, int since, uint64_t addr, int at)
{
	const struct update *out = &oracle->update[since];

	for (int i = 0; i < at; i++) {
		if (oracle->update[i].valid && oracle->update[i].pmd &&
		    oracle->update[i].new.state == ENTRY_TABLE)
			return false;
		if (i > since && covers(&oracle->update[i], out->mm, addr) &&
		    shows_another(oracle, i, addr))
			return false;
	}
	return out->pmd && out->old.state == ENTRY_TABLE && out->new.state == ENTRY_NONE;
}

/* What a set of many entries replaced is not known where it has no echoes, as if it were unseen. */
static bool is_reported(const struct oracle *oracle, int at, uint64_t addr)
{
	const struct update *update = &oracle->update[at];
	uint64_t index = (addr - update->addr) / PAGE_BYTES;

	return update->pmd || update->pages == 1 || (index < MAX_BATCH && update->reported[index]);
}

/*
 * What was never seen to be said by the entry may come from a set that was not recorded: whether
 * that is stale is open.
 */
static void judge_access(struct oracle *oracle, int at)
{
	const struct stlb_event *event = &oracle->trace->events[at];
	uint64_t mm = stlb_event_get(event, MM), pfn = stlb_event_get(event, PFN);
	uint64_t addr = stlb_event_get(event, ADDR) & ~(PAGE_BYTES - 1);
	int said, since = gone_since(oracle, mm, addr, pfn, at, &said);
	int from = said != NOWHERE ? said : since;
	bool *reported;

	if (from == NOWHERE || !is_said(oracle, from, addr, pfn) ||
	    (since != NOWHERE && !is_reported(oracle, since, addr))) {
		oracle->judgement->open[STLB_RULE_STALE_ACCESS]++;
		return;
	}
	if (since == NOWHERE) /* it says so still: to free the page was the fault */
		return;
	reported = &oracle->stale_reported[since][stlb_event_get(event, DEV)];
	if (*reported || !subscribed(oracle, mm, since) || is_released(oracle, mm, since, at) ||
	    !(is_too_late(oracle, since, addr, at) || is_invalidated(oracle, since, addr, at) ||
	      is_freed(oracle, from, pfn, at)))
		return;
	*reported = true;
	if (perhaps_back(oracle, since, addr, at))
		oracle->judgement->rules[STLB_RULE_STALE_ACCESS].inconclusive++;
	else
		count_violation(oracle, STLB_RULE_STALE_ACCESS, from, at);
}

void devices_judge(struct oracle *oracle)
{
	for (int i = 0; i < (int)oracle->trace->nr; i++)
		if (is_device_event(oracle->trace->events[i].kind))
			judge_access(oracle, i);
}
