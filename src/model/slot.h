/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A slot's translation packed into a word, as page tables of the model keep it. */
#ifndef MODEL_SLOT_H
#define MODEL_SLOT_H

#include "staletlb/decode.h"

/**
 * struct stlb_entry - what is known of an entry
 * @known: false: nothing was seen of it yet
 * @rights_known: false: a page is there, but no event recorded its rights (a reverse mapping did)
 */
struct stlb_entry {
	uint64_t pfn : 52;
	uint64_t state : 4; /* enum stlb_state */
	uint64_t known : 1;
	uint64_t rights_known : 1;
	uint64_t writable : 1;
	uint64_t huge : 1;
	uint64_t special : 1;
	uint64_t reported : 1; /* of it, that a page was freed while it said so */
	uint64_t : 2;
};

_Static_assert(sizeof(struct stlb_entry) == 8, "one word for each entry of a page table");

/** stlb_entry_of - an entry as decoded */
static inline struct stlb_entry stlb_entry_of(struct stlb_translation said)
{
	return (struct stlb_entry){
		.pfn = said.pfn,
		.state = said.state,
		.known = 1,
		.rights_known = 1,
		.writable = said.writable,
		.huge = said.huge,
		.special = said.special,
	};
}

/** stlb_entry_unknown - an entry of which nothing was seen yet */
static inline struct stlb_entry stlb_entry_unknown(void)
{
	return (struct stlb_entry){.known = 0};
}

/** stlb_entry_none - an entry known to be empty */
static inline struct stlb_entry stlb_entry_none(void)
{
	return (struct stlb_entry){.known = 1, .rights_known = 1};
}

/** stlb_entry_is_present - whether the hardware can walk it to a page */
static inline bool stlb_entry_is_present(struct stlb_entry entry)
{
	return entry.known && entry.state == STLB_PRESENT;
}

/** stlb_entry_is_zero_like - whether its page may be the zero page, which many entries hold */
static inline bool stlb_entry_is_zero_like(struct stlb_entry entry)
{
	return entry.special && !entry.writable;
}

#endif
