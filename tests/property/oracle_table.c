/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of the entries at each moment, and pages that go while an entry maps them. */
#include <string.h>

#include "oracle_internal.h"

enum { MAX_REGIONS = 16, MAX_OUT = 6 };

/* Entries of one level: what the last event said of each, and which event that was. */
struct known {
	struct entry entry;
	int since;  /* NOWHERE: nothing is known */
	bool freed; /* its page went while it was mapped: reported once */
};

struct table {
	uint64_t pfn; /* 0: not known */
	struct known pte[MAX_PAGES];
};

/* 2 MiB of an mm: its pmd, the ptes below, and tables that were taken out. */
struct region {
	uint64_t mm, addr;
	struct known pmd;
	struct table below, out[MAX_OUT];
	unsigned int nr_out;
};

struct regions {
	struct oracle *oracle;
	struct region region[MAX_REGIONS];
	unsigned int nr;
	int lost;	/* the last loss: what was known before it proves nothing */
	bool echo_seen; /* page_table_check shows itself: all sets and clears are recorded */
};

static void forget_table(struct table *table)
{
	table->pfn = 0;
	for (unsigned int i = 0; i < MAX_PAGES; i++)
		table->pte[i] = (struct known){.since = NOWHERE};
}

static struct region *region_of(struct regions *all, uint64_t mm, uint64_t addr)
{
	struct region *region;

	addr &= ~(PMD_BYTES - 1);
	for (unsigned int i = 0; i < all->nr; i++)
		if (all->region[i].mm == mm && all->region[i].addr == addr)
			return &all->region[i];
	if (all->nr == MAX_REGIONS)
		return NULL;
	region = &all->region[all->nr++];
	region->mm = mm;
	region->addr = addr;
	region->nr_out = 0;
	region->pmd = (struct known){.since = NOWHERE};
	forget_table(&region->below);
	return region;
}

/* ---- tables that come and go ---- */

/* What was seen of its place meanwhile is newer: it had been back for others. */
static void put_back(struct region *region, uint64_t pfn)
{
	for (unsigned int i = 0; i < region->nr_out; i++) {
		struct table table = region->out[i];

		if (table.pfn != pfn)
			continue;
		for (unsigned int page = 0; page < MAX_PAGES; page++)
			if (region->below.pte[page].since > table.pte[page].since)
				table.pte[page] = region->below.pte[page];
		region->below = table;
		for (region->nr_out--; i < region->nr_out; i++)
			region->out[i] = region->out[i + 1];
		return;
	}
}

/* One that is taken out twice was back in between, unseen. */
static void take_out(struct region *region, uint64_t pfn)
{
	put_back(region, pfn);
	if (region->nr_out < MAX_OUT) {
		region->out[region->nr_out] = region->below;
		region->out[region->nr_out++].pfn = pfn;
	}
	forget_table(&region->below);
}

static void change_pmd(struct region *region, const struct change *change, int at)
{
	bool table = change->now.state == ENTRY_TABLE;

	if (change->before.state == ENTRY_TABLE &&
	    (!table || change->before.pfn != change->now.pfn))
		take_out(region, change->before.pfn);
	if (table)
		put_back(region, change->now.pfn);
	else
		forget_table(&region->below);
	region->pmd = (struct known){.entry = change->now, .since = at};
}

static void change_ptes(struct region *region, const struct change *change, int at)
{
	struct table *table = &region->below;
	uint64_t first = (change->addr - region->addr) / PAGE_BYTES;

	if (change->out && region->nr_out)
		table = &region->out[region->nr_out - 1];
	for (uint64_t i = 0; i < change->pages && first + i < MAX_PAGES; i++) {
		struct known *known = &table->pte[first + i];

		*known = (struct known){.entry = change->now, .since = at};
		known->entry.pfn += i;
		/* what others were seen to do there is older */
		if (table != &region->below)
			region->below.pte[first + i].since = NOWHERE;
	}
}

/* ---- what others ask ---- */

static uint64_t mapped_pfn(const struct regions *all, const struct known *known)
{
	return known->since > all->lost && known->entry.state == ENTRY_LEAF ? known->entry.pfn : 0;
}

static void remember_below(struct regions *all, const struct region *region, int at)
{
	for (unsigned int i = 0; i < MAX_PAGES; i++) {
		all->oracle->below[at][i] = mapped_pfn(all, &region->below.pte[i]);
		all->oracle->below_known[at] |= region->below.pte[i].since > all->lost;
	}
}

/* ---- pages that go ---- */

/*
 * Tables of hugetlb pages are shared between mms, and taken out unseen: that a page of theirs goes
 * back to its pool tells that of its entry, and no more.
 */
static void judge_mapped(struct regions *all, struct known *known, uint64_t pages, int at)
{
	const struct stlb_event *event = &all->oracle->trace->events[at];
	uint64_t first = stlb_event_get(event, PFN);
	uint64_t nr = UINT64_C(1) << stlb_event_or(event, ORDER, 0);

	if (known->since == NOWHERE || known->freed || known->entry.pfn >= first + nr ||
	    known->entry.pfn + pages <= first ||
	    (known->entry.state != ENTRY_LEAF && known->entry.state != ENTRY_TABLE))
		return;
	known->freed = true;
	if (event->kind != STLB_HUGE_FREE)
		count_violation(all->oracle, STLB_RULE_MAPPED, known->since, at);
}

static void judge_free(struct regions *all, int at)
{
	const struct trace *trace = all->oracle->trace;
	bool ptes = trace_recorded(trace, STLB_PTE_SET) && trace_recorded(trace, STLB_PTE_CLEAR);
	bool pmds = trace_recorded(trace, STLB_PMD_SET) && trace_recorded(trace, STLB_PMD_CLEAR);
	bool judged = all->echo_seen || trace->events[at].kind == STLB_HUGE_FREE;

	for (unsigned int i = 0; judged && i < all->nr; i++) {
		struct region *region = &all->region[i];

		if (!subscribed(all->oracle, region->mm, at))
			continue;
		if (pmds)
			judge_mapped(all, &region->pmd,
				     region->pmd.entry.state == ENTRY_LEAF ? MAX_PAGES : 1, at);
		for (unsigned int page = 0; ptes && page < MAX_PAGES; page++)
			judge_mapped(all, &region->below.pte[page], 1, at);
	}
}

static void drop_mm(struct regions *all, uint64_t mm)
{
	for (unsigned int i = all->nr; i-- > 0;)
		if (all->region[i].mm == mm)
			all->region[i] = all->region[--all->nr];
}

static void see_change(struct regions *all, int at)
{
	const struct change *change = &all->oracle->change[at];
	struct region *region;

	if (!change->pages)
		return;
	region = region_of(all, change->mm, change->addr);
	if (!region)
		return;
	if (change->pmd && change->before.state == ENTRY_TABLE)
		remember_below(all, region, at);
	if (change->pmd)
		change_pmd(region, change, at);
	else
		change_ptes(region, change, at);
}

void tables_follow(struct oracle *oracle)
{
	static struct regions all;

	all.oracle = oracle;
	all.nr = 0;
	all.lost = NOWHERE;
	all.echo_seen = false;
	for (int at = 0; at < (int)oracle->trace->nr; at++) {
		const struct stlb_event *event = &oracle->trace->events[at];

		all.echo_seen |= is_echo(oracle, at);
		if (event->kind == STLB_LOST)
			all.lost = at;
		else if (event->kind == STLB_MM_FREE)
			drop_mm(&all, stlb_event_get(event, MM));
		else if (frees_pages(oracle, at))
			judge_free(&all, at);
		else
			see_change(&all, at);
	}
}
