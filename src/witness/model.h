/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The executable model: states, and the turns that lead from one to the next. */
#ifndef WITNESS_MODEL_H
#define WITNESS_MODEL_H

#include "staletlb/witness.h"

enum { STLB_ADDR_A, STLB_ADDR_B };

/** enum stlb_target - what an entry of the page table or of the device TLB says */
enum stlb_target { STLB_TARGET_NONE, STLB_TARGET_OLD, STLB_TARGET_NEW };

/** struct stlb_state - all that the future depends on; exactly eight bytes, none unused */
struct stlb_state {
	uint8_t pc[STLB_WITNESS_ADDRS];	   /* steps that the updater has done */
	uint8_t entry[STLB_WITNESS_ADDRS]; /* enum stlb_target, in the page table */
	uint8_t tlb[STLB_WITNESS_ADDRS];   /* the same, in the device */
	uint8_t facts;			   /* the bits below; of B shifted by four */
	uint8_t seen;			   /* enum stlb_seen */
};

enum {
	STLB_FACT_WRITTEN = 1, /* the CPU has written the new value */
	STLB_FACT_FREED = 2,   /* the old page is free, or somebody else's */
	STLB_FACT_TAKEN = 4,   /* it is somebody else's */
	STLB_FACT_USED = 8,    /* the device has used the address before it changed */
};

/** enum stlb_seen - how far the device is on its way to the outcome */
enum stlb_seen { STLB_SEEN_NOTHING, STLB_SEEN_NEW_B, STLB_SEEN_OUTCOME };

/** struct stlb_model - what is asked, and what the device has to have done on the way */
struct stlb_model {
	const struct stlb_witness_ask *ask;
	bool both_used; /* the device has to use B before it changes, too */
};

/** stlb_model_begin - the first state */
struct stlb_state stlb_model_begin(const struct stlb_model *model);

/* How many different turns there are, whether possible in a state or not. */
enum { STLB_MODEL_TURNS = 7 };

/**
 * stlb_model_turn - take a turn
 * @index: which, below STLB_MODEL_TURNS
 * @state: changed where the turn is possible
 * @turn: what was done
 *
 * Returns false where the turn is not possible in this state.
 */
bool stlb_model_turn(const struct stlb_model *model, unsigned int index, struct stlb_state *state,
		     struct stlb_turn *turn);

/** stlb_layout - give the turns of a schedule their times, and sort them by these */
void stlb_layout(const struct stlb_witness_ask *ask, struct stlb_witness *witness);

#endif
