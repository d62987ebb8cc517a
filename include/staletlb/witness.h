/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Witnesses: what a device could observe because of a violation. A witness is found by search over
 * a small executable model (CPU writes, page walks, device TLB fills, invalidations), not taken
 * from a text; it is written as mmu_notifier.rst, lines 38-85, writes its own.
 *
 * The model: two addresses, A and B, with an entry of the page table and an entry of the device's
 * TLB each. At first both entries point to the old, write-protected pages and the TLB is empty. A
 * CPU thread updates each address, step by step in program order; two more write to A and then to
 * B, which they can once the entry is the new one; a device thread for each address uses it through
 * the TLB, which it fills by a walk where it is empty. All threads run in any interleaving.
 */
#ifndef STALETLB_WITNESS_H
#define STALETLB_WITNESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "staletlb/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/** enum stlb_step - what a thread of the model does at its next turn */
enum stlb_step {
	STLB_STEP_TRY,	       /* try to write to addr: why the operation begins */
	STLB_STEP_RANGE_START, /* mmu_notifier_invalidate_range_start(addr) */
	STLB_STEP_CLEAR,       /* clear the page table entry of addr */
	STLB_STEP_NOTIFY,      /* invalidate the secondary TLB for addr */
	STLB_STEP_SET,	       /* point the entry of addr to its new page */
	STLB_STEP_RANGE_END,   /* mmu_notifier_invalidate_range_end(addr), without invalidation */
	STLB_STEP_RANGE_END_NOTIFY, /* the same, and it invalidates (before 6.6) */
	STLB_STEP_FREE,		    /* free the old page of addr */
	STLB_NR_OPERATION_STEPS,    /* those above are steps of an operation, those below are not */
	STLB_STEP_WRITE = STLB_NR_OPERATION_STEPS, /* CPU writes to addr, through the page table */
	STLB_STEP_TAKE,				   /* somebody else gets the freed page */
	STLB_STEP_USE,				   /* device reads from addr, or writes to it */
};

enum { STLB_WITNESS_ADDRS = 2, STLB_WITNESS_MAX_STEPS = 12, STLB_WITNESS_MAX_TURNS = 48 };

/** struct stlb_operation - the steps of one CPU thread on one address, in program order */
struct stlb_operation {
	enum stlb_step steps[STLB_WITNESS_MAX_STEPS];
	uint32_t nr;
};

/** enum stlb_outcome - what the search looks for */
enum stlb_outcome {
	/* The device reads the new value of B and then the old value of A, although the CPUs wrote
	 * to A first. */
	STLB_OUTCOME_ORDER,
	/* The device writes, through the old entry of A, to a page that somebody else has. */
	STLB_OUTCOME_OWNER,
};

/** struct stlb_witness_ask - the operations as observed, one for each address */
struct stlb_witness_ask {
	struct stlb_operation operations[STLB_WITNESS_ADDRS];
	uint32_t nr;	 /* 2; 1: no entry but A's changes, B is a page that was writable before */
	bool one_thread; /* the same CPU thread does A's operation and then B's */
	enum stlb_outcome outcome;
};

/** enum stlb_witness_context - whose turn a step of the schedule is */
enum stlb_witness_context {
	STLB_WITNESS_UPDATER, /* the CPU thread that updates address @addr */
	STLB_WITNESS_WRITER,  /* another CPU thread, which writes to it */
	STLB_WITNESS_OWNER,   /* a CPU thread that gets the page that was freed */
	STLB_WITNESS_DEVICE,  /* a device thread, which uses it */
};

/** struct stlb_turn - one step of a schedule */
struct stlb_turn {
	enum stlb_witness_context context;
	uint32_t addr; /* 0: addrA, 1: addrB */
	enum stlb_step step;
	bool fills;    /* device: populates its TLB with this access */
	bool old_page; /* device: the access went to the old page */
	bool last;     /* device: one of the accesses that make the outcome */
	uint32_t time; /* time step, from 0: turns of one time step are independent */
};

/**
 * struct stlb_witness - a shortest schedule to the outcome, in time order
 *
 * Where there is a choice the device has used both addresses before they changed, as in the
 * kernel's document.
 */
struct stlb_witness {
	bool found;
	uint32_t nr;
	struct stlb_turn turns[STLB_WITNESS_MAX_TURNS];
};

/**
 * stlb_witness_find - search all schedules of the model for the outcome
 * @ask: the operations
 * @witness: a shortest one, @found false where none leads there
 *
 * Bounded by the model's size, no allocation that outlives the call. 0, -EINVAL for operations that
 * make no sense (too many, no step of an operation), -ENOMEM.
 */
STLB_API int stlb_witness_find(const struct stlb_witness_ask *ask, struct stlb_witness *witness);

/** struct stlb_witness_words - what the table calls things, up to 16 bytes each */
struct stlb_witness_words {
	const char *operation; /* "COW": COW_step0, ...; NULL: step0, ... */
	const char *page;      /* "page", or "page table" where that is what was freed */
	bool reads;	       /* STLB_OUTCOME_OWNER: the old entry lets the device read only */
};

/**
 * stlb_witness_write - the schedule in the form of mmu_notifier.rst
 * @ask: what was searched
 * @witness: one that was found
 * @indent: columns before each line; lines are at most 80 wide with an indent of one
 *
 * Whether writing failed is for the caller to ask of @to.
 */
STLB_API void stlb_witness_write(FILE *to, const struct stlb_witness_ask *ask,
				 const struct stlb_witness *witness,
				 const struct stlb_witness_words *words, unsigned int indent);

#ifdef __cplusplus
}
#endif

#endif
