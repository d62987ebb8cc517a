/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records in time order. What perf wrote in one round is nearly in order, CPU by CPU: its ascending
 * runs are merged, 16 bytes a record, and those up to the end of a round some rounds before are
 * given out.
 */
#ifndef SOURCE_PERFDATA_PERF_ORDER_H
#define SOURCE_PERFDATA_PERF_ORDER_H

#include "source/merge.h"

enum { STLB_PERF_CPU_SHIFT = 48, STLB_PERF_NO_CPU = 0xffff };

/** struct stlb_perf_entry - a record; records of equal time are ordered by @key */
struct stlb_perf_entry {
	uint64_t ns;
	uint64_t key; /* the CPU in the upper 16 bits, the address below */
};

/** struct stlb_perf_run - entries in ascending order, given out from @next on */
struct stlb_perf_run {
	struct stlb_perf_entry *next, *end;
};

/** struct stlb_perf_order - zeroed is an empty one */
struct stlb_perf_order {
	struct stlb_perf_entry *entries;
	uint32_t nr, max;
	struct stlb_perf_run *runs;
	uint32_t nr_runs, max_runs;
	const struct stlb_perf_run *last; /* whose entry was given out; NULL: it is over */
	struct stlb_merge merge;
	uint64_t newest; /* time of the latest entry of all */
	uint64_t limit;	 /* of what is given out */
};

/** stlb_perf_order_add - one more entry; not while entries are given out. 0 or -ENOMEM */
int stlb_perf_order_add(struct stlb_perf_order *order, uint64_t ns, uint64_t key);

/** stlb_perf_order_start - give out the entries up to @limit; 0 or -ENOMEM */
int stlb_perf_order_start(struct stlb_perf_order *order, uint64_t limit);

/** stlb_perf_order_next - the next entry; false: no more up to the limit, and more can be added */
bool stlb_perf_order_next(struct stlb_perf_order *order, struct stlb_perf_entry *entry);

/** stlb_perf_order_free - give its memory back */
void stlb_perf_order_free(struct stlb_perf_order *order);

#endif
