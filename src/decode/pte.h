/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an architecture has to say about its page-table entries.
 */
#ifndef DECODE_PTE_H
#define DECODE_PTE_H

#include "staletlb/decode.h"

/**
 * struct stlb_raw_entry - an entry with the architecture's bits taken apart
 * @swap_type: where @state is STLB_SWAP, the type in the swap entry; the kernel uses the highest
 *	ones for migration and the like
 */
struct stlb_raw_entry {
	struct stlb_translation translation;
	unsigned int swap_type;
};

/** stlb_pte_x86, stlb_pte_arm64 - take an entry apart; migration entries and markers are STLB_SWAP
 */
struct stlb_raw_entry stlb_pte_x86(const struct stlb_pte_format *format, enum stlb_level level,
				   uint64_t raw);
struct stlb_raw_entry stlb_pte_arm64(const struct stlb_pte_format *format, enum stlb_level level,
				     uint64_t raw);

/**
 * struct stlb_pte_bits - bits by which an architecture's entries are compared and made
 * @noted: what the hardware sets by itself, and the kernel in place: of entries that hold a page
 * @write, @read_only: set where a page may be written, where it may not
 * @table: the bits of an entry that points to a table
 */
struct stlb_pte_bits {
	uint64_t noted, write, read_only, table;
};

extern const struct stlb_pte_bits stlb_pte_bits_x86, stlb_pte_bits_arm64;

/** stlb_pte_huge_pfn - the first pfn of a huge entry: below the alignment lie other bits */
static inline uint64_t stlb_pte_huge_pfn(enum stlb_level level, uint64_t pfn)
{
	return level == STLB_LEVEL_PUD ? pfn & ~UINT64_C(0x3ffff) : pfn & ~UINT64_C(0x1ff);
}

#endif
