/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arm64 with a granule of 4 KiB and 48-bit output addresses.
 */
#include "pte.h"

#define VALID	 (UINT64_C(1) << 0)
#define TABLE	 (UINT64_C(1) << 1) /* a page at the lowest level, a table above it */
#define NG	 (UINT64_C(1) << 11)
#define WRITE	 (UINT64_C(1) << 51)
#define SPECIAL	 (UINT64_C(1) << 56)
#define RDONLY	 (UINT64_C(1) << 7)
#define ACCESSED (UINT64_C(1) << 10)
#define DIRTY	 (UINT64_C(1) << 55)
#define CONT	 (UINT64_C(1) << 52)
#define PFN_MASK UINT64_C(0x0000fffffffff000)

/* "present, but invalid to the hardware": two bits of their own, from 6.10 on the nG bit */
#define OLD_INVALID (UINT64_C(3) << 58)
#define NEW_INVALID NG

enum { PFN_SHIFT = 12, OLD_TYPE_SHIFT = 3, NEW_TYPE_SHIFT = 6, TYPE_MASK = 0x1f };

/* with DBM the hardware notes that a page is dirty by making it writable; contiguity is no change
 */
const struct stlb_pte_bits stlb_pte_bits_arm64 = {
	.noted = ACCESSED | DIRTY | RDONLY | CONT,
	.write = WRITE,
	.read_only = RDONLY,
	.table = VALID | TABLE,
};

static struct stlb_translation mapped(enum stlb_level level, uint64_t raw)
{
	bool huge = !(raw & TABLE);
	bool leaf = huge || level == STLB_LEVEL_PTE;
	uint64_t pfn = (raw & PFN_MASK) >> PFN_SHIFT;

	return (struct stlb_translation){
		.pfn = huge ? stlb_pte_huge_pfn(level, pfn) : pfn,
		.state = leaf ? STLB_PRESENT : STLB_TABLE,
		.writable = leaf && (raw & WRITE),
		.huge = huge,
		.special = leaf && (raw & SPECIAL),
	};
}

struct stlb_raw_entry stlb_pte_arm64(const struct stlb_pte_format *format, enum stlb_level level,
				     uint64_t raw)
{
	bool before_6_10 = format->kernel && format->kernel < 6010;
	struct stlb_raw_entry entry = {.translation.state = STLB_NONE};

	if (raw & VALID) {
		entry.translation = mapped(level, raw);
	} else if (raw & (before_6_10 ? OLD_INVALID : NEW_INVALID)) {
		entry.translation = mapped(level, raw);
		entry.translation.state = STLB_PROTNONE;
	} else if (raw) {
		entry.translation.state = STLB_SWAP;
		entry.swap_type =
			raw >> (before_6_10 ? OLD_TYPE_SHIFT : NEW_TYPE_SHIFT) & TYPE_MASK;
	}
	return entry;
}
