/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of probes: data only. What differs from kernel to kernel is a row more, or a name
 * more after a "|"; where things lie in a structure is the kernel's BTF to say.
 */
#include "table.h"

#include <stddef.h>

#define IN_RANGE "start=range->start:x64 end=range->end:x64"
#define BASES	 "?vmemmap_base=@vmemmap_base:x64 ?page_offset_base=@page_offset_base:x64"
#define OF_VMA	 "mm=vma->vm_mm:x64 addr=address|addr:x64"
#define OF_PMD	 OF_VMA " pmdp=pmdp|pmd:x64 old=pmdp|pmd->pmd:x64"

/* It tells of trylocks too, and has addresses of its own for the locks. */
#define LOCKDEP "lock:lock_acquire"

/* From 6.6 on the flush of the CPU's TLB notifies, and the end of a range does not. */
#define FLUSH_NOTIFIES "__mmu_notifier_arch_invalidate_secondary_tlbs"

/* Calls under way at a time: of functions that may sleep, and of those that may not. */
enum { MANY = 512, FEW = 128 };

#define ENTRY(name, of, function)                                                                  \
	.event = name, .kind = STLB_##of, .at = STLB_AT_ENTRY, .what = function
#define RETURN(name, of, function)                                                                 \
	.event = name, .kind = STLB_##of, .at = STLB_AT_RETURN, .what = function
#define POINT(name, of, point) .event = name, .kind = STLB_##of, .at = STLB_AT_POINT, .what = point

static const struct stlb_probe_row rows[] = {
	/* ---- who subscribes ---- */
	{ENTRY("subscribe", SUBSCRIBE, "__mmu_notifier_register"),
	 .arguments = "mn=subscription|mn:x64 mm=mm:x64 "
		      "?invalidate_callback=subscription|mn->ops->arch_invalidate_secondary_tlbs|"
		      "invalidate_range:x64 "
		      "?start_callback=subscription|mn->ops->invalidate_range_start:x64 " BASES
		      " ?zero_pfn=@zero_pfn:x64 ?zero_pfn=@zero_page_pfn:x64 "
		      "?huge_zero_pfn=@huge_zero_pfn:x64 "
		      "?device_private=#device_private:u8",
	 .why = "every registration passes here; records where struct pages lie",
	 .limitations = "notifiers registered before the probe was installed: their mms count as "
			"subscribed from their first notifier event",
	 .affected = "an mm counts as subscribed from its first notifier event only"},
	{RETURN("subscribe_ret", SUBSCRIBE_RET, "__mmu_notifier_register"),
	 .arguments = "ret=$retval:s32", .maxactive = FEW,
	 .why = "once it succeeds, the mm must be notified"},
	{ENTRY("unregister", UNREGISTER, "mmu_notifier_unregister"),
	 .arguments = "mn=subscription|mn:x64 mm=mm:x64", .why = "ends a notifier's subscription"},
	{ENTRY("notifier_put", NOTIFIER_PUT, "mmu_notifier_put"),
	 .arguments = "mn=subscription|mn:x64 mm=subscription|mn->mm:x64 "
		      "users=subscription|mn->users:u32",
	 .why = "ends a notifier's subscription with its last reference"},
	{ENTRY("itree_ins", INTERVAL_INSERT, "__mmu_interval_notifier_insert"),
	 .arguments = "sub=interval_sub:x64 mm=mm:x64 start=start:x64 len=length:x64",
	 .why = "interval notifiers: both ways to insert one pass here"},
	{ENTRY("itree_ins", INTERVAL_INSERT, "mmu_interval_notifier_insert"),
	 .arguments = "sub=interval_sub:x64 mm=mm:x64 start=start:x64 len=length:x64",
	 .why = "interval notifiers",
	 .limitations = "those inserted with mmap_lock held (mmu_interval_notifier_insert_locked)"},
	{ENTRY("itree_rm", INTERVAL_REMOVE, "mmu_interval_notifier_remove"),
	 .arguments = "sub=interval_sub:x64 mm=interval_sub->mm:x64",
	 .why = "ends an interval notifier's subscription"},
	{ENTRY("unsubscribe", UNSUBSCRIBE, "__mmu_notifier_release"), .arguments = "mm=mm:x64",
	 .why = "the mm exits: it needs no more invalidations",
	 .affected = "what an exiting mm still clears is checked as if it had subscribers"},
	{ENTRY("mmfree", MM_FREE, "__mmdrop"), .arguments = "mm=mm:x64",
	 .why = "the address may be reused for another mm",
	 .affected = "an mm at the address of an earlier one is taken for the earlier one"},

	/* ---- invalidations ---- */
	{ENTRY("inv_start", INV_START, "__mmu_notifier_invalidate_range_start"),
	 .arguments = "mm=range->mm:x64 " IN_RANGE
		      " flags=range->flags:u32 event=range->event:u32 " BASES,
	 .why = "opens a bracket; records where struct pages lie"},
	{RETURN("inv_start_ret", INV_START_RET, "__mmu_notifier_invalidate_range_start"),
	 .arguments = "?mm=range->mm:x64 ?start=range->start:x64 ret=$retval:s32",
	 .maxactive = MANY, .why = "a bracket that a subscriber refused was never open"},
	{ENTRY("inv_end", INV_END, "__mmu_notifier_invalidate_range_end"),
	 .arguments = "mm=range->mm:x64 " IN_RANGE " ?only_end=only_end:u8",
	 .why = "closes a bracket; before 6.6 it also invalidates"},
	{RETURN("inv_end_ret", INV_END_RET, "__mmu_notifier_invalidate_range_end"),
	 .arguments = "?mm=range->mm:x64", .maxactive = MANY,
	 .why = "before 6.6 its invalidation is complete here",
	 .affected = "an invalidation by range_end counts from its entry"},
	{ENTRY("inv_range", INV_RANGE, FLUSH_NOTIFIES),
	 .arguments = "mm=mm:x64 start=start:x64 end=end:x64",
	 .why = "the invalidation itself, since 6.6",
	 .affected = "whether the secondary TLBs were invalidated"},
	{ENTRY("inv_range", INV_RANGE, "__mmu_notifier_invalidate_range"),
	 .arguments = "mm=mm:x64 start=start:x64 end=end:x64",
	 .why = "the invalidation itself, before 6.6"},
	{RETURN("inv_range_ret", INV_RANGE_RET, FLUSH_NOTIFIES),
	 .arguments = "?mm=mm:x64 ?start=start:x64 ?end=end:x64", .maxactive = FEW,
	 .why = "the invalidation is complete",
	 .affected = "an invalidation counts from its entry"},
	{RETURN("inv_range_ret", INV_RANGE_RET, "__mmu_notifier_invalidate_range"),
	 .arguments = "?mm=mm:x64 ?start=start:x64 ?end=end:x64", .maxactive = FEW,
	 .why = "the invalidation is complete"},
	{ENTRY("flush_mm", FLUSH_MM, "flush_tlb_mm_range"),
	 .arguments = "mm=mm:x64 start=start:x64 end=end:x64 ?freed=freed_tables:u8",
	 .only_with = FLUSH_NOTIFIES, .why = "since 6.6 this flush must invalidate secondary TLBs",
	 .limitations = "flushes by other functions"},

	/* ---- entries cleared ---- */
	{ENTRY("pte_clear", PTE_CLEAR, "__page_table_check_pte_clear"),
	 .arguments = "mm=mm:x64 ?addr=addr:x64 old=pte:x64",
	 .flags = STLB_ROW_STACK | STLB_ROW_PAGE_CHECK, .why = "page_table_check sees every clear",
	 .limitations = "native pte_clear(), and write-protection by ptep_set_wrprotect()",
	 .affected = "entries cleared by zap, mremap, swap-out and migration, all inlined"},
	{ENTRY("pte_clear_range", PTE_CLEAR_RANGE, "__page_table_check_pte_clear_range"),
	 .arguments = "mm=mm:x64 addr=addr:x64 pmd=pmd:x64",
	 .flags = STLB_ROW_STACK | STLB_ROW_PAGE_CHECK,
	 .why = "a page table was removed with all its entries"},
	{ENTRY("pmd_clear", PMD_CLEAR, "__page_table_check_pmd_clear"),
	 .arguments = "mm=mm:x64 ?addr=addr:x64 pmd=pmd:x64",
	 .flags = STLB_ROW_STACK | STLB_ROW_PAGE_CHECK, .why = "page_table_check sees every clear"},
	{ENTRY("pte_clear_flush", PTE_CLEAR_FLUSH, "ptep_clear_flush"),
	 .arguments = OF_VMA " ptep=ptep:x64 old=ptep->pte:x64",
	 .flags = STLB_ROW_STACK | STLB_ROW_NOT_DEEP,
	 .why = "copy-on-write, KSM, migration and uprobes clear entries with it",
	 .affected = "entries cleared for copy-on-write, KSM, migration and uprobes"},
	{ENTRY("pmd_clear_flush", PMD_CLEAR_FLUSH, "pmdp_huge_clear_flush"), .arguments = OF_PMD,
	 .flags = STLB_ROW_STACK | STLB_ROW_NOT_DEEP,
	 .why = "huge pages cleared for splits and write-protection"},
	{ENTRY("pmd_collapse_flush", PMD_COLLAPSE_FLUSH, "pmdp_collapse_flush"),
	 .arguments = OF_PMD, .flags = STLB_ROW_STACK, .why = "khugepaged removes a page table"},
	{ENTRY("pmd_inval", PMD_INVAL, "pmdp_invalidate"), .arguments = OF_PMD,
	 .flags = STLB_ROW_STACK | STLB_ROW_NOT_DEEP, .why = "huge pages made not present"},
	{ENTRY("pmd_inval_ad", PMD_INVAL, "pmdp_invalidate_ad"), .arguments = OF_PMD,
	 .flags = STLB_ROW_STACK | STLB_ROW_NOT_DEEP,
	 .why = "as pmdp_invalidate, which is inlined into it"},
	{ENTRY("pmd_zap", PMD_ZAP, "zap_huge_pmd"),
	 .arguments = "mm=vma->vm_mm:x64 addr=addr:x64 pmdp=pmd:x64 old=pmd->pmd:x64",
	 .flags = STLB_ROW_STACK | STLB_ROW_NOT_DEEP, .why = "huge pages unmapped"},
	{ENTRY("pmd_split", PMD_SPLIT, "split_huge_pmd_locked"),
	 .arguments = OF_PMD " freeze=freeze:u8 ?huge_zero_pfn=@huge_zero_pfn:x64",
	 .flags = STLB_ROW_NOT_DEEP, .why = "a huge page becomes 512 entries, under the lock"},
	{ENTRY("pmd_split", PMD_SPLIT, "__split_huge_pmd"),
	 .arguments = OF_PMD " freeze=freeze:u8 ?huge_zero_pfn=@huge_zero_pfn:x64",
	 .flags = STLB_ROW_NOT_DEEP, .why = "a huge page becomes 512 entries",
	 .limitations = "the probe is before the lock: the page may already be split"},

	/* ---- entries set ---- */
	{ENTRY("pte_set", PTE_SET, "__page_table_check_ptes_set"),
	 .arguments = "mm=mm:x64 ?addr=addr:x64 ptep=ptep:x64 new=pte:x64 nr=nr:u32 "
		      "old=ptep->pte:x64",
	 .flags = STLB_ROW_STACK | STLB_ROW_PAGE_CHECK, .why = "page_table_check sees every set",
	 .affected = "sets are known only from change_pte and reverse mappings"},
	{ENTRY("pte_set", PTE_SET, "__page_table_check_pte_set"),
	 .arguments = "mm=mm:x64 addr=addr:x64 ptep=ptep:x64 new=pte:x64 old=ptep->pte:x64",
	 .flags = STLB_ROW_STACK | STLB_ROW_PAGE_CHECK, .why = "page_table_check sees every set"},
	{ENTRY("pmd_set", PMD_SET, "__page_table_check_pmds_set"),
	 .arguments = "mm=mm:x64 ?addr=addr:x64 pmdp=pmdp:x64 new=pmd:x64 nr=nr:u32 "
		      "old=pmdp->pmd:x64",
	 .flags = STLB_ROW_STACK | STLB_ROW_PAGE_CHECK, .why = "page_table_check sees every set"},
	{ENTRY("pmd_set", PMD_SET, "__page_table_check_pmd_set"),
	 .arguments = "mm=mm:x64 ?addr=addr:x64 pmdp=pmdp:x64 new=pmd:x64 old=pmdp->pmd:x64",
	 .flags = STLB_ROW_STACK | STLB_ROW_PAGE_CHECK, .why = "page_table_check sees every set"},
	{ENTRY("change_pte", CHANGE_PTE, "__mmu_notifier_change_pte"),
	 .arguments = "mm=mm:x64 addr=address:x64 new=pte:x64", .flags = STLB_ROW_NOT_DEEP,
	 .why = "announces the new entry of a copy-on-write, a KSM merge, a uprobe",
	 .affected = "kernels since 6.10 announce no sets"},
	{ENTRY("access_flags", ACCESS_FLAGS, "ptep_set_access_flags"),
	 .arguments = OF_VMA " ptep=ptep:x64 new=entry:x64 old=ptep->pte:x64",
	 .flags = STLB_ROW_NOT_DEEP, .why = "an entry is made writable or accessed in place"},
	{ENTRY("new_anon", MAP, "folio_add_new_anon_rmap"),
	 .arguments = "page=folio:x64 mm=vma->vm_mm:x64 addr=address:x64",
	 .flags = STLB_ROW_NOT_DEEP, .why = "names the new page of a copy-on-write or a fault",
	 .limitations = "the exact time of the set: before the lock is released",
	 .affected = "the new page of a copy-on-write"},
	{ENTRY("new_anon", MAP, "page_add_new_anon_rmap"),
	 .arguments = "page=page:x64 mm=vma->vm_mm:x64 addr=address:x64",
	 .flags = STLB_ROW_NOT_DEEP, .why = "names the new page of a copy-on-write or a fault",
	 .limitations = "the exact time of the set: before the lock is released"},
	{ENTRY("anon_rmap", MAP, "folio_add_anon_rmap_ptes"),
	 .arguments = "page=page:x64 nr=nr_pages:u32 mm=vma->vm_mm:x64 addr=address:x64",
	 .flags = STLB_ROW_NOT_DEEP, .why = "names the page that KSM, swap-in or migration maps",
	 .limitations = "the exact time of the set: before the lock is released"},
	{ENTRY("anon_rmap", MAP, "page_add_anon_rmap"),
	 .arguments = "page=page:x64 mm=vma->vm_mm:x64 addr=address:x64",
	 .flags = STLB_ROW_NOT_DEEP, .why = "names the page that KSM, swap-in or migration maps",
	 .limitations = "the exact time of the set: before the lock is released"},
	{ENTRY("hugetlb_new", MAP, "hugetlb_add_new_anon_rmap"),
	 .arguments = "page=folio:x64 mm=vma->vm_mm:x64 addr=address:x64",
	 .flags = STLB_ROW_NOT_DEEP, .why = "names the new page of a hugetlb copy-on-write"},
	{ENTRY("hugetlb_new", MAP, "hugepage_add_new_anon_rmap"),
	 .arguments = "page=page:x64 mm=vma->vm_mm:x64 addr=address:x64",
	 .flags = STLB_ROW_NOT_DEEP, .why = "names the new page of a hugetlb copy-on-write"},
	{ENTRY("pmd_install", PMD_INSTALL, "pmd_install"),
	 .arguments = "mm=mm:x64 pmdp=pmd:x64 table=*pte:x64", .why = "where each page table is"},
	{ENTRY("deep_pgd", ROOT, "pmd_install"),
	 .arguments = "mm=mm:x64 pgd=mm->pgd:x64 pmdp=pmd:x64 " BASES, .flags = STLB_ROW_DEEP,
	 .why = "where an mm's tree of page tables begins"},
	{ENTRY("deep_pgds", ROOT, "__mmu_notifier_register"),
	 .arguments = "mm=mm:x64 pgd=mm->pgd:x64 " BASES, .flags = STLB_ROW_DEEP,
	 .why = "where a subscribed mm's tree of page tables begins"},
	{ENTRY("deep_exit_mmap", EXIT_MMAP, "exit_mmap"), .arguments = "mm=mm:x64",
	 .flags = STLB_ROW_DEEP,
	 .why = "from here on the mm's page tables are freed with all that is in them"},
	{RETURN("ptl_map", PTL_MAP, "__pte_offset_map_lock"),
	 .arguments = "mm=mm:x64 addr=addr:x64 ptep=$retval:x64 ptl=*ptlp:x64",
	 .flags = STLB_ROW_TASKS, .maxactive = FEW, .why = "where each page table is, and its lock",
	 .affected = "tables are located only by updates that record entry and address"},
	{RETURN("ptl_map", PTL_MAP, "pte_offset_map_lock"),
	 .arguments = "mm=mm:x64 addr=addr:x64 ptep=$retval:x64 ptl=*ptlp:x64",
	 .flags = STLB_ROW_TASKS, .maxactive = FEW,
	 .why = "where each page table is, and its lock"},
	{ENTRY("ksm", SAME_CONTENT, "try_to_merge_one_page"),
	 .arguments = "mm=vma->vm_mm:x64 page=page:x64 kpage=kpage:x64",
	 .why = "KSM replaces a page by one of the same content: the invalidation may be deferred",
	 .affected = "KSM's merges may look like violations"},
	{POINT("ksm_merge_with_ksm_page", SAME_CONTENT, "ksm:ksm_merge_with_ksm_page"),
	 .why = "KSM replaces a page by one of the same content"},
	{POINT("ksm_merge_one_page", SAME_CONTENT, "ksm:ksm_merge_one_page"),
	 .why = "KSM replaces a page by one of the same content"},
	{POINT("set_migration_pte", MIGRATION_SET, "migrate:set_migration_pte"),
	 .why = "migration replaces an entry"},
	{POINT("remove_migration_pte", MIGRATION_REMOVE, "migrate:remove_migration_pte"),
	 .why = "migration maps the new page"},
	{POINT("set_migration_pmd", MIGRATION_SET, "thp:set_migration_pmd"),
	 .why = "migration replaces a huge entry"},
	{POINT("remove_migration_pmd", MIGRATION_REMOVE, "thp:remove_migration_pmd"),
	 .why = "migration maps the new huge page"},

	/* ---- pages ---- */
	{POINT("mm_page_free", PAGE_FREE, "kmem:mm_page_free"),
	 .why = "after it no device may access the page",
	 .limitations = "hugetlb and device pages, and pages reused without a free",
	 .affected = "whether a page is freed too early"},
	{POINT("mm_page_alloc", PAGE_ALLOC, "kmem:mm_page_alloc"), .flags = STLB_ROW_TASKS,
	 .why = "an allocated page was free",
	 .limitations = "bulk and contiguous allocations, compaction"},
	{ENTRY("huge_free", HUGE_FREE, "free_huge_folio"), .arguments = "page=folio:x64",
	 .why = "hugetlb pages return to their pool"},
	{ENTRY("huge_free", HUGE_FREE, "free_huge_page"), .arguments = "page=page:x64",
	 .why = "hugetlb pages return to their pool"},
	{ENTRY("pte_free", TABLE_FREE, "___pte_free_tlb"),
	 .arguments = "mm=tlb->mm:x64 page=pte:x64", .why = "a page table is released"},
	{ENTRY("pte_defer", TABLE_FREE, "pte_free_defer"),
	 .arguments = "mm=mm:x64 page=pgtable:x64",
	 .why = "khugepaged releases a page table, to be freed later"},

	/* ---- locks ---- */
	{POINT("ptl_acquire", LOCK_ACQUIRE, "lock:lock_acquire"),
	 .flags = STLB_ROW_LOCK | STLB_ROW_TASKS | STLB_ROW_NAMED_LOCKS, .needs = "ptl_release",
	 .why = "lockdep names the class of each lock",
	 .limitations = "it comes before the lock is held",
	 .affected = "page table locks: they are inlined and the kernel has no lockdep; brackets "
		     "are used instead"},
	{ENTRY("ptl_acquire", LOCK_ACQUIRE, "_raw_spin_lock"), .arguments = "lock=lock:x64",
	 .flags = STLB_ROW_LOCK | STLB_ROW_TASKS | STLB_ROW_IN_PAGES, .needs = "ptl_release",
	 .not_with = LOCKDEP, .why = "page table locks are spinlocks in struct pages",
	 .limitations =
		 "it comes before the lock is held; mm->page_table_lock is not in a struct page"},
	{POINT("ptl_acquired", LOCK_ACQUIRED, "lock:lock_acquired"),
	 .flags = STLB_ROW_LOCK | STLB_ROW_TASKS | STLB_ROW_NAMED_LOCKS, .needs = "ptl_acquire",
	 .why = "from here on the lock is held",
	 .affected = "when a lock was taken: before the holder's next event"},
	{RETURN("ptl_acquired", LOCK_ACQUIRED, "_raw_spin_lock"), .arguments = "lock=lock:x64",
	 .flags = STLB_ROW_LOCK | STLB_ROW_TASKS | STLB_ROW_IN_PAGES, .maxactive = MANY,
	 .needs = "ptl_acquire", .not_with = LOCKDEP, .why = "from here on the lock is held"},
	{RETURN("ptl_acquired", LOCK_ACQUIRED, "_raw_spin_lock"), .arguments = "",
	 .flags = STLB_ROW_LOCK | STLB_ROW_TASKS | STLB_ROW_ALL_LOCKS, .maxactive = MANY,
	 .needs = "ptl_acquire", .not_with = LOCKDEP,
	 .why = "from here on the lock requested last is held",
	 .limitations = "which lock: the return does not record it"},
	{RETURN("ptl_trylock", LOCK_ACQUIRED, "_raw_spin_trylock"),
	 .arguments = "lock=lock:x64 ret=$retval:u32",
	 .flags = STLB_ROW_LOCK | STLB_ROW_TASKS | STLB_ROW_IN_PAGES, .maxactive = FEW,
	 .filter = "ret != 0", .needs = "ptl_acquire", .not_with = LOCKDEP,
	 .why = "a lock taken by trylock is held at its return",
	 .affected = "locks taken by trylock, as by the aging of multi-generational LRU"},
	{POINT("ptl_release", LOCK_RELEASE, "lock:lock_release"),
	 .flags = STLB_ROW_LOCK | STLB_ROW_TASKS | STLB_ROW_NAMED_LOCKS, .needs = "ptl_acquire",
	 .why = "the critical section is over"},
	{ENTRY("ptl_release", LOCK_RELEASE, "_raw_spin_unlock"), .arguments = "lock=lock:x64",
	 .flags = STLB_ROW_LOCK | STLB_ROW_TASKS | STLB_ROW_IN_PAGES, .needs = "ptl_acquire",
	 .not_with = LOCKDEP, .why = "the critical section is over"},

	/* ---- tasks and subscribers ---- */
	{POINT("sched_switch", SCHED_SWITCH, "sched:sched_switch"), .flags = STLB_ROW_TASKS,
	 .why = "what one CPU does is in order"},
	{POINT("sched_waking", SCHED_WAKING, "sched:sched_waking"), .flags = STLB_ROW_TASKS,
	 .why = "a waker is ordered before the woken task"},
	{POINT("sched_process_fork", FORK, "sched:sched_process_fork"),
	 .why = "a parent is ordered before its child"},
	{POINT("sys_exit", USER_MODE, "raw_syscalls:sys_exit"),
	 .flags = STLB_ROW_TASKS | STLB_ROW_CALLS,
	 .why = "a task back in user mode has completed all invalidations of its system call",
	 .limitations = "returns from page faults and interrupts",
	 .affected = "since 6.6, an update that is never invalidated, until its page is freed"},
	{POINT("mmap_lock_acquire_returned", MMAP_LOCKED, "mmap_lock:mmap_lock_acquire_returned"),
	 .flags = STLB_ROW_TASKS, .filter = "success != 0", .needs = "mmap_lock_released",
	 .only_with = FLUSH_NOTIFIES, .why = "which updates are made under it",
	 .limitations = "per-VMA locks, and trylocks of kernels that do not trace them",
	 .affected = "whether page tables are changed without any lock"},
	{POINT("mmap_lock_released", MMAP_UNLOCK, "mmap_lock:mmap_lock_released"),
	 .flags = STLB_ROW_TASKS, .needs = "mmap_lock_acquire_returned",
	 .only_with = FLUSH_NOTIFIES,
	 .why = "since 6.6 what was changed under it must be invalidated by then"},
	{POINT("sched_process_exit", EXIT, "sched:sched_process_exit"),
	 .why = "a task's id may be reused"},
	{POINT("kvm_unmap_hva_range", SUBSCRIBER, "kvm:kvm_unmap_hva_range"),
	 .why = "KVM's own view of an invalidation: who subscribes",
	 .affected = "which mms are virtual machines; the kvm module may not be loaded"},
};

const struct stlb_probe_row *stlb_probe_row(unsigned int index)
{
	return index < sizeof(rows) / sizeof(rows[0]) ? &rows[index] : NULL;
}
