/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What rules need of a trace: kinds, and what is said where none of them is recorded. */
#ifndef CHECK_RULES_NEEDS_H
#define CHECK_RULES_NEEDS_H

#include "check/rule.h"

/* clang-format off */
#define PTE_CLEARS STLB_PTE_CLEAR, STLB_PTE_CLEAR_FLUSH
#define PMD_CLEARS STLB_PMD_CLEAR, STLB_PMD_CLEAR_FLUSH, STLB_PMD_COLLAPSE_FLUSH, STLB_PMD_ZAP, STLB_PMD_INVAL
#define CLEARS	  PTE_CLEARS, PMD_CLEARS
#define PTE_SETS  STLB_PTE_SET, STLB_CHANGE_PTE, STLB_MAP
#define SETS	  PTE_SETS, STLB_PMD_SET
#define UPDATES	  CLEARS, STLB_PTE_SET, STLB_PMD_SET
#define FREES	  STLB_PAGE_FREE, STLB_PAGE_FREE_BATCHED
#define NOTIFIERS STLB_INV_RANGE, STLB_INV_END, STLB_INV_START
#define LOCKS	  STLB_LOCK_ACQUIRE, STLB_LOCK_ACQUIRED
#define DEVICES	  STLB_DEV_READ, STLB_DEV_WRITE
#define DEADLINES STLB_MMAP_UNLOCK, STLB_USER_MODE

#define ANY(...) STLB_KIND_LIST(__VA_ARGS__)
#define NEED_NOTIFIERS {ANY(NOTIFIERS), "no mmu_notifier event was recorded", STLB_ALWAYS}
#define NEED_INV_RANGE {ANY(STLB_INV_RANGE), "no secondary invalidation (inv_range) was recorded", STLB_ALWAYS}
#define NEED_INV_END {ANY(STLB_INV_END), "invalidate_range_end, which invalidates before 6.6, was not recorded", STLB_BEFORE_6_6}
#define NEED_PTE_CLEARS {ANY(PTE_CLEARS), "no clear of a pte was recorded", STLB_ALWAYS}
#define NEED_CLEARS {ANY(CLEARS), "no clear of an entry was recorded", STLB_ALWAYS}
#define NEED_UPDATES {ANY(UPDATES), "no clear or set of a page-table entry was recorded", STLB_ALWAYS}
#define NEED_SETS {ANY(SETS), "no set of an entry was recorded", STLB_ALWAYS}
#define NEED_PTE_SETS {ANY(PTE_SETS), "no set of a pte was recorded", STLB_ALWAYS}
#define NEED_FREES {ANY(FREES), "no free of pages was recorded", STLB_ALWAYS}
#define NEED_STARTS {ANY(STLB_INV_START), "no invalidate_range_start was recorded", STLB_ALWAYS}
#define NEED_ENDS {ANY(STLB_INV_END), "no invalidate_range_end was recorded", STLB_ALWAYS}
#define NEED_DEVICES {ANY(DEVICES), "no device event was recorded", STLB_ALWAYS}
#define NEED_LOCKS {ANY(LOCKS), "page table locks are not recorded", STLB_ALWAYS}
#define NEED_MMAP_LOCK {ANY(STLB_MMAP_LOCKED), "mmap_lock is not recorded", STLB_ALWAYS}
#define NEED_FLUSHES {ANY(STLB_FLUSH_MM), "flushes of the CPU TLB are not recorded", STLB_ALWAYS}
#define ALL_PTE_SETS {ANY(STLB_PTE_SET), "not every set of a pte is recorded", STLB_ALWAYS}
#define ALL_PTE_CLEARS {ANY(STLB_PTE_CLEAR), "not every clear of a pte is recorded", STLB_ALWAYS}
#define ALL_PMD_SETS {ANY(STLB_PMD_SET), "not every set of a pmd is recorded", STLB_ALWAYS}
#define ALL_PMD_CLEARS {ANY(STLB_PMD_CLEAR), "not every clear of a pmd is recorded", STLB_ALWAYS}
#define LACKS_ZAPS {ANY(STLB_PTE_CLEAR), "clears by zap, mremap and swap-out are not recorded", STLB_ALWAYS}
#define LACKS_PMDS {ANY(PMD_CLEARS), "clears of pmds (huge pages, page tables) are not recorded", STLB_ALWAYS}
#define LACKS_SETS {ANY(STLB_PTE_SET), "sets are known only from change_pte and reverse mappings", STLB_ALWAYS}
#define LACKS_LOCKS {ANY(LOCKS), "page table locks are not recorded: brackets are used instead", STLB_ALWAYS}
#define LACKS_RELEASES {ANY(STLB_LOCK_RELEASE), "releases of locks are not recorded", STLB_ALWAYS}
#define LACKS_FREES {ANY(STLB_PAGE_FREE), "frees are known only from mm_page_free_batched, which misses some", STLB_ALWAYS}
#define LACKS_DEADLINES \
	{ANY(DEADLINES), "neither mmap_lock's release nor the return to user mode is recorded: since 6.6 " \
		    "nothing else ends a zap or an mprotect", STLB_SINCE_6_6}
/* clang-format on */

#endif
