/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the search share. */
#ifndef PROBE_DEEP_DISCOVERY_H
#define PROBE_DEEP_DISCOVERY_H

#include "deep.h"
#include "flow.h"
#include "types.h"

/** struct stlb_target - a function that writes an entry, and what it is called with */
struct stlb_target {
	uint64_t address; /* where calls go */
	uint64_t
		word; /* the word of pv_ops that calls go through until they are patched; 0: none */
	enum stlb_shape shape;
	int8_t reg[STLB_NR_ROLES];
	int32_t displacement;
	const char *through; /* its name where it is not the kernel's own function for it */
};

/** struct stlb_range - of text where kprobes are refused */
struct stlb_range {
	uint64_t start, end;
};

struct stlb_search {
	struct stlb_deep *deep;
	const struct stlb_functions *functions;
	struct stlb_disasm *disasm;
	struct stlb_flow flow; /* of the function looked at last */
	struct stlb_walkers walkers;
	struct stlb_range *refused; /* by address */
	uint32_t nr_refused, max_refused;
	struct stlb_target *targets; /* whose callers are looked for */
	uint32_t nr_targets, max_targets;
};

/** stlb_search_sites - find the calls to all targets, and what calls those that cannot be probed */
int stlb_search_sites(struct stlb_search *search);

/** stlb_search_inline - find what is written without a call, by the functions that may do it */
int stlb_search_inline(struct stlb_search *search);

/** stlb_search_add_target - 0 or -ENOMEM; what is there already is not added again */
int stlb_search_add_target(struct stlb_search *search, const struct stlb_target *target);

/** stlb_search_is_own - whether a function is the kernel's own for it: those who call it are probed
 */
bool stlb_search_is_own(const struct stlb_search *search, const struct stlb_function *function);

/** stlb_search_add_site - 0 or -ENOMEM */
int stlb_search_add_site(struct stlb_search *search, const struct stlb_site *site);

/** stlb_search_can_probe - why kernel refuses kprobe events in a function; NULL: it does not */
const char *stlb_search_refuses(const struct stlb_search *search,
				const struct stlb_function *function);

/** stlb_search_decode - make the function that of search->flow; 0 or -ENOMEM */
int stlb_search_decode(struct stlb_search *search, const struct stlb_function *function);

/**
 * stlb_search_calls - find what calls, or jumps to, any of some addresses
 * @wanted: those addresses, ascending
 * @words: words of memory that calls may go through, ascending
 * @found: called with the place and its target, in the order of the places; stops where it fails
 */
int stlb_search_calls(const struct stlb_functions *functions, const uint64_t *wanted, uint32_t nr,
		      const uint64_t *words, uint32_t nr_words,
		      int (*found)(void *arg, uint64_t place, uint64_t target), void *arg);

#endif
