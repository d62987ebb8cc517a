/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A small trace, as both judges get it, and what a judge says of it. */
#ifndef PROPERTY_TRACE_H
#define PROPERTY_TRACE_H

#include "staletlb/analysis.h"

enum { MAX_EVENTS = 256, MAX_PAGES = 512, NR_DEVICES = 2 };

#define PAGE_BYTES UINT64_C(0x1000)
#define PMD_BYTES  UINT64_C(0x200000)

/* bits of an x86 entry */
enum {
	X86_PRESENT = 0x1,
	X86_RW = 0x2,
	X86_USER = 0x4,
	X86_ACCESSED = 0x20,
	X86_DIRTY = 0x40,
	X86_PSE = 0x80,
	X86_PROTNONE = 0x100,
};

/**
 * struct trace - events in trace order and what is known of them beforehand
 * @fixed: so many events at the start stay when the trace is shrunk: they show that each context
 *	starts outside of any bracket
 * @bare: what the library gets of sets and clears of ptes is what page_table_check tells from 6.6
 *on: no addresses but the sets' pteps; they can be known from what came before
 */
struct trace {
	struct stlb_event events[MAX_EVENTS];
	unsigned int nr;
	unsigned int fixed;
	struct stlb_trace_facts facts;
	bool strict;
	bool bare;
};

/** struct judgement - what is compared: counts per rule and how the obligations ended */
struct judgement {
	struct {
		uint64_t observed, inconclusive;
	} rules[STLB_NR_RULES];
	struct stlb_obligations obligations;
	uint64_t open[STLB_NR_RULES];	  /* so many more violations may be found */
	uint64_t doubtful[STLB_NR_RULES]; /* of those observed: may be inconclusive */
	uint64_t open_in_lock;		  /* deferred, unless a hold went on after the trace */
};

/** trace_before_6_6 - which of the two kernels the trace says it is from */
bool trace_before_6_6(const struct trace *trace);

/** trace_recorded - whether a kind was recorded, even if none fired */
bool trace_recorded(const struct trace *trace, enum stlb_kind kind);

/** event_put - give an event a field */
void event_put(struct stlb_event *event, enum stlb_field_id field, uint64_t value);

/** trace_print - a listing, one event a line */
void trace_print(const struct trace *trace);

/** judgement_print_difference - both results where they differ */
void judgement_print_difference(const struct judgement *expected, const struct judgement *actual);

/** judgement_differs - the bits of what differs: a bit per rule, the last for the obligations */
uint64_t judgement_differs(const struct judgement *expected, const struct judgement *actual);

#endif
