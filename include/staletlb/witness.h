/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Witnesses: what a device could observe because of a breach. A witness is found by search over a
 * small executable model (CPU writes, page walks, device TLB fills, invalidations), not taken from
 * a text; it is written as mmu_notifier.txt, lines 38-85, writes its own.
 */
#ifndef STALETLB_WITNESS_H
#define STALETLB_WITNESS_H

#include <stdbool.h>
#include <stdint.h>

/** enum stlb_step - what a thread of the model does at its next turn */
enum stlb_step {
	STLB_STEP_RANGE_START, /* mmu_notifier_invalidate_range_start(addr) */
	STLB_STEP_CLEAR,       /* clear the page table entry of addr */
	STLB_STEP_NOTIFY,      /* invalidate the secondary TLB for addr */
	STLB_STEP_SET,	       /* point the entry of addr to its new page */
	STLB_STEP_RANGE_END,   /* mmu_notifier_invalidate_range_end(addr), without invalidation */
	STLB_STEP_RANGE_END_NOTIFY, /* the same, and it invalidates (before 6.6) */
	STLB_STEP_FREE,		    /* free the old page of addr; somebody else takes it */
	STLB_STEP_WRITE,	    /* CPU writes to addr, through the page table */
	STLB_NR_STEPS
};

enum { STLB_WITNESS_ADDRS = 2, STLB_WITNESS_MAX_STEPS = 12, STLB_WITNESS_MAX_TIMES = 32 };

/** struct stlb_operation - the steps of one CPU thread on one address, in program order */
struct stlb_operation {
	enum stlb_step steps[STLB_WITNESS_MAX_STEPS];
	uint32_t nr;
};

/** enum stlb_outcome - what the search looks for */
enum stlb_outcome {
	STLB_OUTCOME_ORDER, /* new value of one address, then the old value of the other */
	STLB_OUTCOME_OWNER, /* the device's write lands in a page that somebody else owns */
};

/** struct stlb_witness_ask - the operations as observed, one for each address */
struct stlb_witness_ask {
	struct stlb_operation operations[STLB_WITNESS_ADDRS];
	uint32_t nr; /* 1 or 2 */
	enum stlb_outcome outcome;
};

/** enum stlb_actor_kind - whose turn a step of the schedule is */
enum stlb_actor_kind {
	STLB_ACTOR_UPDATER, /* the CPU thread that updates address @addr */
	STLB_ACTOR_WRITER,  /* another CPU thread, which writes to it */
	STLB_ACTOR_DEVICE,  /* a device thread, which uses it */
};

/** struct stlb_turn - one step of a schedule */
struct stlb_turn {
	enum stlb_actor_kind actor;
	uint32_t addr;	     /* 0: addrA, 1: addrB */
	enum stlb_step step; /* of an updater or writer */
	bool fills;	     /* device: populates its TLB with this access */
	bool reads;	     /* device: reads (else writes) */
	bool old_page;	     /* the page that the access went to is the old one */
};

/** struct stlb_witness - a shortest schedule to the outcome; times are those of the seed's table */
struct stlb_witness {
	bool found;
	uint32_t nr;
	struct stlb_turn turns[STLB_WITNESS_MAX_TIMES];
};

/**
 * stlb_witness_find - search all schedules of the model for the outcome
 * @ask: the operations
 * @witness: a shortest one, @found false where none leads there
 *
 * Bounded by the model's size, no allocation that outlives the call. 0, -EINVAL for operations that
 * make no sense (too many, addresses out of range), -ENOMEM.
 */
int stlb_witness_find(const struct stlb_witness_ask *ask, struct stlb_witness *witness);

#endif
