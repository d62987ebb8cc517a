/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A function's instructions, and where the values in its registers come from. */
#ifndef PROBE_DEEP_FLOW_H
#define PROBE_DEEP_FLOW_H

#include "disasm.h"
#include "functions.h"

/** struct stlb_origin - what a register holds, by what the function was called with */
struct stlb_origin {
	enum stlb_origin_kind {
		STLB_ORIGIN_NOWHERE, /* the instruction is never reached */
		STLB_ORIGIN_ARGUMENT,
		STLB_ORIGIN_COMPUTED, /* from some of the arguments, and what is in memory */
		STLB_ORIGIN_UNKNOWN,
	} kind;
	uint8_t argument; /* of ARGUMENT: the register that it came in */
	bool half;	  /* of ARGUMENT: its lower 32 bits */
	bool stepped;	  /* of ARGUMENT: in a loop something was added, or not */
	int64_t added;	  /* of ARGUMENT, where it is not stepped */
	uint16_t from;	  /* of COMPUTED: the registers that those came in, a bit each */
};

struct stlb_state {
	struct stlb_origin of[STLB_NR_REGISTERS];
};

/** struct stlb_flow - a function, decoded from its start; zeroed: none */
struct stlb_flow {
	const struct stlb_function *function;
	struct stlb_insn *insns;
	struct stlb_state *states; /* as each is reached; filled in by stlb_flow_follow() */
	uint32_t nr, max;
	bool ends;    /* all of it could be decoded */
	bool returns; /* stlb_flow_follow(): it is left by a way that does not pass there */
};

/**
 * stlb_flow_decode - decode a function; what was there before is replaced
 *
 * Returns 0 or -ENOMEM. Where bytes are no instruction, what is before them is there.
 */
int stlb_flow_decode(struct stlb_flow *flow, struct stlb_disasm *disasm,
		     const struct stlb_functions *functions, const struct stlb_function *function);

/** stlb_flow_find - the index of the instruction that starts at an address; -1: none does */
int64_t stlb_flow_find(const struct stlb_flow *flow, uint64_t address);

/**
 * stlb_flow_follow - follow the arguments to an instruction, by all ways that lead there for the
 * first time
 *
 * Returns 0; -E2BIG: the function is too large to say; -ENOMEM.
 */
int stlb_flow_follow(struct stlb_flow *flow, uint32_t to);

/** stlb_flow_loops - whether a jump goes back over an instruction */
bool stlb_flow_loops(const struct stlb_flow *flow, uint32_t over);

/** stlb_flow_free - empty afterwards */
void stlb_flow_free(struct stlb_flow *flow);

#endif
