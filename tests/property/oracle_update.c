/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which events change an entry, which only repeat it, and when an invalidation is through. */
#include "oracle_internal.h"

static struct entry entry_not_present(const struct oracle *oracle, uint64_t raw)
{
	uint64_t type = raw >> 59, first_migration = oracle->before_6_6 ? 27 : 28;
	struct entry entry = {.state = ENTRY_SWAP};

	if (type >= first_migration && type < first_migration + 3)
		entry.state = ENTRY_MIGRATION;
	else if (type == first_migration + 3)
		entry.state = ENTRY_NONE; /* a marker */
	return entry;
}

struct entry entry_read(const struct oracle *oracle, uint64_t raw, bool pmd)
{
	const uint64_t pfn_mask = (UINT64_C(1) << 40) - 1;
	struct entry entry = {.pfn = raw >> 12 & pfn_mask, .writable = raw & X86_RW};

	if (!raw)
		return (struct entry){.state = ENTRY_NONE};
	if (raw & X86_PRESENT) {
		entry.state = pmd && !(raw & X86_PSE) ? ENTRY_TABLE : ENTRY_LEAF;
		return entry;
	}
	if (!(raw & X86_PROTNONE))
		return entry_not_present(oracle, raw);
	entry.state = ENTRY_PROTNONE;
	entry.pfn = ~raw >> 12 & pfn_mask;
	return entry;
}

static bool is_set(uint8_t kind)
{
	return kind == STLB_PTE_SET || kind == STLB_PMD_SET;
}

static bool is_pmd_kind(uint8_t kind)
{
	return kind == STLB_PMD_SET || kind == STLB_PMD_CLEAR || kind == STLB_PMD_COLLAPSE_FLUSH;
}

/* The functions for ptes are used for the pmds of hugetlb, too. */
static bool is_pmd(const struct stlb_event *event)
{
	return is_pmd_kind(event->kind) || event->level == STLB_LEVEL_PMD;
}

bool is_update(uint8_t kind)
{
	return is_set(kind) || is_pmd_kind(kind) || kind == STLB_PTE_CLEAR ||
	       kind == STLB_PTE_CLEAR_FLUSH;
}

/* Whether a clear takes away what a set has put into one of its entries. */
static bool takes_away(const struct oracle *oracle, const struct stlb_event *set,
		       const struct stlb_event *clear, uint64_t index)
{
	struct entry put = entry_read(oracle, stlb_event_get(set, NEW), is_pmd(set));
	struct entry taken = entry_read(oracle, stlb_event_get(clear, OLD), is_pmd(clear));

	return taken.state == ENTRY_LEAF && put.state == ENTRY_LEAF && taken.pfn == put.pfn + index;
}

/*
 * page_table_check reports the values that a set replaces as clears straight after it, in the order
 * of the entries; some may be missing. Returns the set, or NOWHERE.
 */
int echo_of(const struct oracle *oracle, int at, unsigned int *index)
{
	const struct stlb_event *events = oracle->trace->events, *event = &events[at], *set;
	const uint64_t by_cpu = X86_ACCESSED | X86_DIRTY; /* set at any time */
	int before = previous_of_context(oracle, at), of = before;
	unsigned int least = 0;
	uint64_t offset;

	if (before == NOWHERE || (event->kind != STLB_PTE_CLEAR && event->kind != STLB_PMD_CLEAR))
		return NOWHERE;
	if (!is_set(events[before].kind)) {
		of = echo_of(oracle, before, &least);
		least++;
	}
	if (of == NOWHERE || lost_on_its_cpus(oracle, oracle->context[at], of, at))
		return NOWHERE;
	set = &events[of];
	offset = (stlb_event_get(event, ADDR) - stlb_event_get(set, ADDR)) / PAGE_BYTES;
	if (is_pmd(set) != is_pmd(event) || stlb_event_get(set, MM) != stlb_event_get(event, MM) ||
	    offset < least || offset >= stlb_event_or(set, NR, 1) ||
	    (offset > least && takes_away(oracle, set, event, offset)))
		return NOWHERE;
	if (stlb_event_has(set, OLD) &&
	    (stlb_event_get(set, OLD) ^ stlb_event_get(event, OLD)) & ~by_cpu)
		return NOWHERE;
	*index = (unsigned int)offset;
	return of;
}

bool is_echo(const struct oracle *oracle, int at)
{
	unsigned int index;

	return echo_of(oracle, at, &index) != NOWHERE;
}

static bool same_page(const struct oracle *oracle, const struct stlb_event *a,
		      const struct stlb_event *b, bool pmd)
{
	return stlb_event_get(a, MM) == stlb_event_get(b, MM) &&
	       stlb_event_get(a, ADDR) == stlb_event_get(b, ADDR) &&
	       entry_read(oracle, stlb_event_get(a, OLD), pmd).pfn ==
		       entry_read(oracle, stlb_event_get(b, OLD), pmd).pfn;
}

/* What the echoes of a set say of the entries before it. */
static void take_echoes(const struct oracle *oracle, int at, struct update *update)
{
	const struct stlb_event *events = oracle->trace->events;
	int echo = at;
	unsigned int i;

	while ((echo = next_of_context(oracle, oracle->context[at], echo)) != NOWHERE &&
	       echo_of(oracle, echo, &i) == at)
		if (i < MAX_BATCH) {
			update->reported[i] = true;
			update->olds[i] =
				entry_read(oracle, stlb_event_get(&events[echo], OLD), false);
		}
}

/* One entry of those that an event sets. */
struct update update_of_entry(const struct oracle *oracle, int at, unsigned int index)
{
	struct update update = oracle->update[at];

	if (update.pmd || update.pages == 1)
		return update;
	update.old = index < MAX_BATCH ? update.olds[index] : (struct entry){ENTRY_NONE, 0, false};
	update.addr += index * PAGE_BYTES;
	update.new.pfn += index;
	update.pages = 1;
	return update;
}

/* The flushing function and page_table_check inside of it tell of one clear. */
static bool is_seen_twice(const struct oracle *oracle, int at)
{
	const struct stlb_event *event = &oracle->trace->events[at];
	uint8_t outer =
		event->kind == STLB_PMD_CLEAR ? STLB_PMD_COLLAPSE_FLUSH : STLB_PTE_CLEAR_FLUSH;
	bool pmd = is_pmd(event);
	int i = at;

	if (event->kind != STLB_PTE_CLEAR && event->kind != STLB_PMD_CLEAR)
		return false;
	while ((i = previous_of_context(oracle, i)) != NOWHERE) {
		const struct stlb_event *before = &oracle->trace->events[i];

		if (!is_update(before->kind) ||
		    stlb_event_get(before, MM) != stlb_event_get(event, MM) ||
		    stlb_event_get(before, ADDR) != stlb_event_get(event, ADDR))
			continue;
		return before->kind == outer && same_page(oracle, before, event, pmd) &&
		       !lost_on_its_cpus(oracle, oracle->context[at], i, at);
	}
	return false;
}

/* Whether a table is in place again: one was set there, or a huge page that was there has gone. */
static bool has_table_again(const struct update *update, const struct update *taken)
{
	return update->valid && update->pmd && update->mm == taken->mm &&
	       update->addr == taken->addr &&
	       (update->new.state == ENTRY_TABLE || update->old.state == ENTRY_LEAF);
}

/* Whether the operation that took a table of an mm out, by the event's context, goes on with it. */
bool goes_on_with(const struct oracle *oracle, int at, const struct update *table)
{
	const struct stlb_event *event = &oracle->trace->events[at];

	if (event->kind == STLB_MMAP_UNLOCK)
		return stlb_event_get(event, MM) != table->mm;
	return event->kind != STLB_INV_START && event->kind != STLB_USER_MODE &&
	       event->kind != STLB_EXIT;
}

/* Whether its context is done with a table of an mm: it goes on with something else. */
static bool is_done_with(const struct oracle *oracle, int at, const struct update *table)
{
	const struct update *update = &oracle->update[at];

	if (update->valid && update->pmd && is_set(oracle->trace->events[at].kind))
		return update->addr == table->addr && update->mm == table->mm &&
		       (update->new.state == ENTRY_TABLE || update->new.state == ENTRY_LEAF);
	return !goes_on_with(oracle, at, table);
}

/* Entries of a table that this context took out, until it is done with it. */
static bool is_in_detached_table(const struct oracle *oracle, int at)
{
	const struct stlb_event *event = &oracle->trace->events[at];
	const struct update here = {.mm = stlb_event_get(event, MM),
				    .addr = stlb_event_get(event, ADDR) & ~(PMD_BYTES - 1)};
	bool empty = false; /* what was in its place was taken out as well */

	if (is_pmd(event) || event->kind == STLB_PTE_CLEAR_FLUSH)
		return false;
	for (int i = at - 1; i >= 0; i--) {
		const struct update *update = &oracle->update[i];

		empty |= update->valid && update->old.state == ENTRY_TABLE &&
			 update->addr == here.addr && update->mm == here.mm;
		if (is_set(event->kind) && ((!empty && has_table_again(update, &here)) ||
					    oracle->trace->events[i].kind == STLB_LOST))
			return false;
		if (oracle->context[i] != oracle->context[at])
			continue;
		if (is_done_with(oracle, i, &here))
			return false;
		if (update->valid && update->old.state == ENTRY_TABLE &&
		    update->addr == here.addr && update->mm == here.mm)
			return true;
	}
	return false;
}

static void update_build(struct oracle *oracle, int at)
{
	const struct stlb_event *event = &oracle->trace->events[at];
	bool pmd = is_pmd(event);
	struct update update;

	if (!is_update(event->kind) ||
	    (!is_set(event->kind) && (is_echo(oracle, at) || is_seen_twice(oracle, at))))
		return;
	update = (struct update){
		.valid = true,
		.mm = stlb_event_get(event, MM),
		.addr = stlb_event_get(event, ADDR) & ~((pmd ? PMD_BYTES : PAGE_BYTES) - 1),
		.pages = pmd ? MAX_PAGES : (unsigned int)stlb_event_or(event, NR, 1),
		.pmd = pmd,
		.old = entry_read(oracle, stlb_event_or(event, OLD, 0), pmd),
		.new = entry_read(oracle, stlb_event_or(event, NEW, 0), pmd),
	};
	if (is_set(event->kind) && !pmd && update.pages > 1)
		take_echoes(oracle, at, &update);
	oracle->change[at] = (struct change){
		.mm = update.mm,
		.addr = update.addr,
		.pages = update.pages,
		.pmd = pmd,
		.out = is_in_detached_table(oracle, at),
		.before = update.old,
		.now = update.new,
	};
	if (!oracle->change[at].out)
		oracle->update[at] = update;
}

static int returns_at(const struct oracle *oracle, int at)
{
	int next = at;

	if (!oracle->returns_traced)
		return at;
	do {
		next = next_of_context(oracle, oracle->context[at], next);
	} while (next != NOWHERE && oracle->trace->events[next].kind != STLB_INV_RANGE_RET &&
		 oracle->trace->events[next].kind != STLB_INV_RANGE);
	if (next == NOWHERE || oracle->trace->events[next].kind != STLB_INV_RANGE_RET)
		return NOWHERE;
	return next;
}

static void invalidation_build(struct oracle *oracle, int at)
{
	const struct stlb_event *event = &oracle->trace->events[at];
	int done = NOWHERE;
	uint64_t start, end;

	if (event->kind == STLB_INV_RANGE)
		done = returns_at(oracle, at);
	else if (event->kind == STLB_INV_END && oracle->before_6_6 &&
		 !stlb_event_or(event, ONLY_END, 0))
		done = at;
	start = stlb_event_or(event, START, 0);
	end = stlb_event_or(event, END, 0);
	if (done == NOWHERE || start >= end)
		return;
	round_outwards(&start, &end);
	oracle->invalidation[done] =
		(struct invalidation){true, stlb_event_get(event, MM), start, end};
}

void updates_build(struct oracle *oracle)
{
	for (unsigned int i = 0; i < oracle->trace->nr; i++) {
		update_build(oracle, (int)i);
		invalidation_build(oracle, (int)i);
	}
}

/* Pages go back, or are handed out without having been seen to go. */
bool frees_pages(const struct oracle *oracle, int at)
{
	uint8_t kind = oracle->trace->events[at].kind;

	return kind == STLB_PAGE_FREE || kind == STLB_PAGE_ALLOC || kind == STLB_HUGE_FREE ||
	       (kind == STLB_PAGE_FREE_BATCHED && !trace_recorded(oracle->trace, STLB_PAGE_FREE));
}
