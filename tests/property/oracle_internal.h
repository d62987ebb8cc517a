/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the oracle's parts share: questions about a whole trace, each answered by looking it
 * through. */
#ifndef PROPERTY_ORACLE_INTERNAL_H
#define PROPERTY_ORACLE_INTERNAL_H

#include "trace.h"

enum { NOWHERE = -1, MAX_BATCH = 8 };

enum entry_state {
	ENTRY_NONE,
	ENTRY_LEAF,
	ENTRY_TABLE,
	ENTRY_PROTNONE,
	ENTRY_SWAP,
	ENTRY_MIGRATION
};

/** struct entry - an x86 entry, read */
struct entry {
	enum entry_state state;
	uint64_t pfn;
	bool writable;
};

/** struct update - what one event does to the page table; what other probes repeat is not one */
struct update {
	bool valid;
	uint64_t mm, addr;  /* addr: first address of the slot */
	unsigned int pages; /* 4 KiB pages that the event sets or clears */
	bool pmd;
	struct entry old, new;	      /* of the first page */
	struct entry olds[MAX_BATCH]; /* of each, as far as recorded */
	bool reported[MAX_BATCH];
};

/** struct change - what an event, of a table that is in place or out, says of entries after it */
struct change {
	uint64_t mm, addr;
	unsigned int pages;	  /* 0: it says nothing */
	bool pmd, out;		  /* out: its table was taken out */
	struct entry before, now; /* of the first page */
};

/** struct invalidation - a moment from which no secondary TLB holds [start, end) any more */
struct invalidation {
	bool valid;
	uint64_t mm, start, end; /* rounded outwards; end ~0: to the end of the address space */
};

/** struct hold_end - where a hold ends (trace->nr: nowhere), and the event that shows it */
struct hold_end {
	int at, shown;
};

/** struct oracle - a trace with all that can be said of each event alone */
struct oracle {
	const struct trace *trace;
	bool before_6_6, acquired_traced, returns_traced;
	int context[MAX_EVENTS];
	int bracket_end[MAX_EVENTS]; /* of an inv_start: where it ends, trace->nr for never */
	bool unmatched_end[MAX_EVENTS];
	unsigned int never_ended[MAX_EVENTS]; /* starts whose end can no longer come from here on */
	uint64_t before[MAX_EVENTS][MAX_EVENTS / 64]; /* bits: what happens before */
	struct update update[MAX_EVENTS];
	struct change change[MAX_EVENTS];
	struct invalidation invalidation[MAX_EVENTS];
	uint64_t below[MAX_EVENTS][MAX_PAGES]; /* pfns that a cleared table maps; 0: none known */
	bool absorbs[MAX_EVENTS]
		    [MAX_BATCH];      /* this entry's update took over a pending write-protect */
	bool below_known[MAX_EVENTS]; /* of any entry below a cleared table */
	int violated[MAX_EVENTS]
		    [MAX_BATCH]; /* where it was too late to invalidate after an update */
	bool stale_reported[MAX_EVENTS][NR_DEVICES + 1]; /* of this update, for that device */
	struct judgement *judgement;
};

/* ---- oracle_facts.c: contexts, subscriptions, brackets, holds, losses ---- */
void facts_build(struct oracle *oracle);
bool subscribed(const struct oracle *oracle, uint64_t mm, int at);
int previous_of_context(const struct oracle *oracle, int at);
int next_of_context(const struct oracle *oracle, int context, int after);
int outermost_bracket(const struct oracle *oracle, int context, uint64_t mm, int at);
bool inside_covering_bracket(const struct oracle *oracle, int at, uint64_t start, uint64_t end);
bool lost_on_its_cpus(const struct oracle *oracle, int context, int from, int to);
bool ends_bracket(const struct oracle *oracle, int start, int at);
bool known_outside(const struct oracle *oracle, int context, int at);
int hold_of(const struct oracle *oracle, int context, int at);
struct hold_end hold_end(const struct oracle *oracle, int acquired);
bool suspended_before(const struct oracle *oracle, int acquired, int at);
bool perhaps_held(const struct oracle *oracle, int context, int at);
int mmap_unlock_after(const struct oracle *oracle, int context, uint64_t mm, int at);
bool lost_between(const struct oracle *oracle, int from, int to);
void round_outwards(uint64_t *start, uint64_t *end);

/* ---- oracle_graph.c ---- */
void graph_build(struct oracle *oracle);
bool happens_before(const struct oracle *oracle, int first, int second);

/* ---- oracle_update.c ---- */
void updates_build(struct oracle *oracle);
bool is_update(uint8_t kind);
bool is_echo(const struct oracle *oracle, int at);
int echo_of(const struct oracle *oracle, int at, unsigned int *index);
struct update update_of_entry(const struct oracle *oracle, int at, unsigned int index);
struct entry entry_read(const struct oracle *oracle, uint64_t raw, bool pmd);
bool frees_pages(const struct oracle *oracle, int at);
bool goes_on_with(const struct oracle *oracle, int at, const struct update *table);

/* ---- oracle_device.c ---- */
void devices_judge(struct oracle *oracle);

/* ---- oracle_table.c ---- */
void tables_follow(struct oracle *oracle);

/* ---- oracle_life.c, oracle_range.c ---- */
void obligation_judge(struct oracle *oracle, int opened_by, unsigned int index);
void ranges_judge(struct oracle *oracle);
void count_violation(struct oracle *oracle, enum stlb_rule rule, int from, int to);

#endif
