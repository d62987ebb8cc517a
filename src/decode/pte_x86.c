/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pte.h"

#define PRESENT	  UINT64_C(0x001)
#define RW	  UINT64_C(0x002)
#define PSE	  UINT64_C(0x080)
#define PROT_NONE UINT64_C(0x100)
#define SPECIAL	  UINT64_C(0x200)
#define PFN_MASK  UINT64_C(0x000ffffffffff000)

enum { PFN_SHIFT = 12, SWAP_OFFSET_SHIFT = 9, SWAP_TYPE_SHIFT = 59 };

/* accessed, dirty; soft-dirty, which a page fault sets; dirty of what is write-protected */
const struct stlb_pte_bits stlb_pte_bits_x86 = {
	.noted = UINT64_C(1) << 5 | UINT64_C(1) << 6 | UINT64_C(1) << 11 | UINT64_C(1) << 58,
	.write = RW,
	.table = 0x067,
};

static struct stlb_translation mapped(enum stlb_level level, uint64_t raw, uint64_t pfn)
{
	bool huge = raw & PSE;
	bool leaf = huge || level == STLB_LEVEL_PTE;

	return (struct stlb_translation){
		.pfn = huge ? stlb_pte_huge_pfn(level, pfn) : pfn,
		.state = leaf ? STLB_PRESENT : STLB_TABLE,
		.writable = raw & RW,
		.huge = huge,
		.special = leaf && (raw & SPECIAL),
	};
}

struct stlb_raw_entry stlb_pte_x86(const struct stlb_pte_format *format, enum stlb_level level,
				   uint64_t raw)
{
	struct stlb_raw_entry entry = {.translation.state = STLB_NONE};

	(void)format;
	if (raw & PRESENT) {
		entry.translation = mapped(level, raw, (raw & PFN_MASK) >> PFN_SHIFT);
	} else if (raw & (PROT_NONE | PSE)) {
		/* the kernel inverts the pfn of all that is not present, against L1TF */
		entry.translation = mapped(level, raw, (~raw & PFN_MASK) >> PFN_SHIFT);
		entry.translation.state = STLB_PROTNONE;
	} else if (raw >> SWAP_OFFSET_SHIFT) {
		entry.translation.state = STLB_SWAP;
		entry.swap_type = raw >> SWAP_TYPE_SHIFT;
	}
	return entry;
}
