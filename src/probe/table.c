/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of probes: data only. What differs from kernel to kernel is a row more, or a name
 * more behind a "|"; where things lie in a structure is the kernel's BTF to say.
 */
#include "table.h"

#include <stddef.h>

#define IN_RANGE "start=range->start:x64 end=range->end:x64"
#define BASES	 "?vmb=@vmemmap_base:x64 ?pob=@page_offset_base:x64"
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
	 .arguments =
		 "mn=subscription|mn:x64 mm=mm:x64 "
		 "?inv=subscription|mn->ops->arch_invalidate_secondary_tlbs|invalidate_range:x64 "
		 "?rs=subscription|mn->ops->invalidate_range_start:x64 " BASES
		 " ?zp=@zero_pfn:x64 ?zp=@zero_page_pfn:x64 ?hz=@huge_zero_pfn:x64 "
		 "?device_private=#device_private:u8",
	 .why = "all registrations pass here; tells where struct pages lie",
	 .blind = "notifiers registered before the probe was there: their mms count from their "
		  "first notifier event",
	 .without = "an mm counts as subscribed from its first notifier event only"},
	{RETURN("subscribe_ret", SUBSCRIBE_RET, "__mmu_notifier_register"),
	 .arguments = "ret=$retval:s32", .maxactive = FEW,
	 .why = "from its success on the mm is owed invalidations"},
	{ENTRY("unregister", UNREGISTER, "mmu_notifier_unregister"),
	 .arguments = "mn=subscription|mn:x64 mm=mm:x64", .why = "ends what is owed to a notifier"},
	{ENTRY("put", NOTIFIER_PUT, "mmu_notifier_put"),
	 .arguments = "mn=subscription|mn:x64 mm=subscription|mn->mm:x64 "
		      "users=subscription|mn->users:u32",
	 .why = "ends what is owed to a notifier with its last reference"},
	{ENTRY("itree_ins", INTERVAL_INSERT, "__mmu_interval_notifier_insert"),
	 .arguments = "sub=interval_sub:x64 mm=mm:x64 start=start:x64 len=length:x64",
	 .why = "interval notifiers: both ways to insert one pass here"},
	{ENTRY("itree_ins", INTERVAL_INSERT, "mmu_interval_notifier_insert"),
	 .arguments = "sub=interval_sub:x64 mm=mm:x64 start=start:x64 len=length:x64",
	 .why = "interval notifiers",
	 .blind = "those inserted with mmap_lock held (mmu_interval_notifier_insert_locked)"},
	{ENTRY("itree_rm", INTERVAL_REMOVE, "mmu_interval_notifier_remove"),
	 .arguments = "sub=interval_sub:x64 mm=interval_sub->mm:x64",
	 .why = "ends what is owed to an interval notifier"},
	{ENTRY("unsubscribe", UNSUBSCRIBE, "__mmu_notifier_release"), .arguments = "mm=mm:x64",
	 .why = "the mm exits: nothing is owed to it any more",
	 .without = "what an exiting mm still clears is judged as if it had subscribers"},
	{ENTRY("mmfree", MM_FREE, "__mmdrop"), .arguments = "mm=mm:x64",
	 .why = "the address may come back as another mm's",
	 .without = "an mm at the address of an earlier one is taken for it"},

	/* ---- invalidations ---- */
	{ENTRY("inv_start", INV_START, "__mmu_notifier_invalidate_range_start"),
	 .arguments = "mm=range->mm:x64 " IN_RANGE
		      " flags=range->flags:u32 event=range->event:u32 " BASES,
	 .why = "opens a bracket; tells where struct pages lie"},
	{RETURN("inv_start_ret", INV_START_RET, "__mmu_notifier_invalidate_range_start"),
	 .arguments = "?mm=range->mm:x64 ?start=range->start:x64 ret=$retval:s32",
	 .maxactive = MANY, .why = "a bracket that a subscriber refused was never open"},
	{ENTRY("inv_end", INV_END, "__mmu_notifier_invalidate_range_end"),
	 .arguments = "mm=range->mm:x64 " IN_RANGE " ?only_end=only_end:u8",
	 .why = "closes a bracket; before 6.6 it invalidates as well"},
	{RETURN("inv_end_ret", INV_END_RET, "__mmu_notifier_invalidate_range_end"),
	 .arguments = "?mm=range->mm:x64", .maxactive = MANY,
	 .why = "before 6.6 its invalidation is over now",
	 .without = "an invalidation by range_end counts from its entry"},
	{ENTRY("inv_range", INV_RANGE, FLUSH_NOTIFIES),
	 .arguments = "mm=mm:x64 start=start:x64 end=end:x64",
	 .why = "the invalidation itself, of kernels from 6.6 on",
	 .without = "whether the secondary TLBs were invalidated"},
	{ENTRY("inv_range", INV_RANGE, "__mmu_notifier_invalidate_range"),
	 .arguments = "mm=mm:x64 start=start:x64 end=end:x64",
	 .why = "the invalidation itself, of kernels before 6.6"},
	{RETURN("inv_range_ret", INV_RANGE_RET, FLUSH_NOTIFIES),
	 .arguments = "?mm=mm:x64 ?start=start:x64 ?end=end:x64", .maxactive = FEW,
	 .why = "the invalidation is over", .without = "an invalidation counts from its entry"},
	{RETURN("inv_range_ret", INV_RANGE_RET, "__mmu_notifier_invalidate_range"),
	 .arguments = "?mm=mm:x64 ?start=start:x64 ?end=end:x64", .maxactive = FEW,
	 .why = "the invalidation is over"},
	{ENTRY("flush_mm", FLUSH_MM, "flush_tlb_mm_range"),
	 .arguments = "mm=mm:x64 start=start:x64 end=end:x64 ?freed=freed_tables:u8",
	 .only_with = FLUSH_NOTIFIES,
	 .why = "from 6.6 on this flush has to invalidate secondary TLBs",
	 .blind = "flushes by other functions"},

	/* ---- entries cleared ---- */
	{ENTRY("pte_clear", PTE_CLEAR, "__page_table_check_pte_clear"),
	 .arguments = "mm=mm:x64 ?addr=addr:x64 old=pte:x64",
	 .flags = STLB_ROW_STACK | STLB_ROW_PAGE_CHECK,
	 .why = "page_table_check is told of every clear",
	 .blind = "native pte_clear(), and rights taken by ptep_set_wrprotect()",
	 .without = "entries cleared by zap, mremap, swap-out and migration, all of them inline"},
	{ENTRY("pte_clear_range", PTE_CLEAR_RANGE, "__page_table_check_pte_clear_range"),
	 .arguments = "mm=mm:x64 addr=addr:x64 pmd=pmd:x64",
	 .flags = STLB_ROW_STACK | STLB_ROW_PAGE_CHECK,
	 .why = "a page table was taken out with all of its entries"},
	{ENTRY("pmd_clear", PMD_CLEAR, "__page_table_check_pmd_clear"),
	 .arguments = "mm=mm:x64 ?addr=addr:x64 pmd=pmd:x64",
	 .flags = STLB_ROW_STACK | STLB_ROW_PAGE_CHECK,
	 .why = "page_table_check is told of every clear"},
	{ENTRY("pte_clear_flush", PTE_CLEAR_FLUSH, "ptep_clear_flush"),
	 .arguments = OF_VMA " ptep=ptep:x64 old=ptep->pte:x64", .flags = STLB_ROW_STACK,
	 .why = "copy-on-write, KSM, migration and uprobes clear entries with it",
	 .without = "entries cleared for copy-on-write, KSM, migration and uprobes"},
	{ENTRY("pmd_clear_flush", PMD_CLEAR_FLUSH, "pmdp_huge_clear_flush"), .arguments = OF_PMD,
	 .flags = STLB_ROW_STACK, .why = "huge pages cleared for splits and write-protection"},
	{ENTRY("pmd_collapse_flush", PMD_COLLAPSE_FLUSH, "pmdp_collapse_flush"),
	 .arguments = OF_PMD, .flags = STLB_ROW_STACK, .why = "khugepaged takes a page table out"},
	{ENTRY("pmd_inval", PMD_INVAL, "pmdp_invalidate"), .arguments = OF_PMD,
	 .flags = STLB_ROW_STACK, .why = "huge pages made not present"},
	{ENTRY("pmd_inval_ad", PMD_INVAL, "pmdp_invalidate_ad"), .arguments = OF_PMD,
	 .flags = STLB_ROW_STACK, .why = "as pmdp_invalidate, which is inlined into it"},
	{ENTRY("pmd_zap", PMD_ZAP, "zap_huge_pmd"),
	 .arguments = "mm=vma->vm_mm:x64 addr=addr:x64 pmdp=pmd:x64 old=pmd->pmd:x64",
	 .flags = STLB_ROW_STACK, .why = "huge pages unmapped"},
	{ENTRY("pmd_split", PMD_SPLIT, "split_huge_pmd_locked"),
	 .arguments = OF_PMD " freeze=freeze:u8 ?hz=@huge_zero_pfn:x64",
	 .why = "a huge page becomes 512 entries, under the lock"},
	{ENTRY("pmd_split", PMD_SPLIT, "__split_huge_pmd"),
	 .arguments = OF_PMD " freeze=freeze:u8 ?hz=@huge_zero_pfn:x64",
	 .why = "a huge page becomes 512 entries",
	 .blind = "the entry is before the lock: the page may be split already"},

	/* ---- entries set ---- */
	{ENTRY("pte_set", PTE_SET, "__page_table_check_ptes_set"),
	 .arguments = "mm=mm:x64 ?addr=addr:x64 ptep=ptep:x64 new=pte:x64 nr=nr:u32 "
		      "old=ptep->pte:x64",
	 .flags = STLB_ROW_STACK | STLB_ROW_PAGE_CHECK,
	 .why = "page_table_check is told of every set",
	 .without = "sets are known from change_pte and reverse mappings only"},
	{ENTRY("pte_set", PTE_SET, "__page_table_check_pte_set"),
	 .arguments = "mm=mm:x64 addr=addr:x64 ptep=ptep:x64 new=pte:x64 old=ptep->pte:x64",
	 .flags = STLB_ROW_STACK | STLB_ROW_PAGE_CHECK,
	 .why = "page_table_check is told of every set"},
	{ENTRY("pmd_set", PMD_SET, "__page_table_check_pmds_set"),
	 .arguments = "mm=mm:x64 ?addr=addr:x64 pmdp=pmdp:x64 new=pmd:x64 nr=nr:u32 "
		      "old=pmdp->pmd:x64",
	 .flags = STLB_ROW_STACK | STLB_ROW_PAGE_CHECK,
	 .why = "page_table_check is told of every set"},
	{ENTRY("pmd_set", PMD_SET, "__page_table_check_pmd_set"),
	 .arguments = "mm=mm:x64 ?addr=addr:x64 pmdp=pmdp:x64 new=pmd:x64 old=pmdp->pmd:x64",
	 .flags = STLB_ROW_STACK | STLB_ROW_PAGE_CHECK,
	 .why = "page_table_check is told of every set"},
	{ENTRY("change_pte", CHANGE_PTE, "__mmu_notifier_change_pte"),
	 .arguments = "mm=mm:x64 addr=address:x64 new=pte:x64",
	 .why = "announces the new entry of a copy-on-write, a KSM merge, a uprobe",
	 .without = "kernels from 6.10 on announce no sets"},
	{ENTRY("access_flags", ACCESS_FLAGS, "ptep_set_access_flags"),
	 .arguments = OF_VMA " ptep=ptep:x64 new=entry:x64 old=ptep->pte:x64",
	 .why = "an entry is made writable or accessed in place"},
	{ENTRY("new_anon", MAP, "folio_add_new_anon_rmap"),
	 .arguments = "page=folio:x64 mm=vma->vm_mm:x64 addr=address:x64",
	 .why = "names the new page of a copy-on-write or a fault",
	 .blind = "the time of the set: known to be before the lock is let go",
	 .without = "the new page of a copy-on-write"},
	{ENTRY("new_anon", MAP, "page_add_new_anon_rmap"),
	 .arguments = "page=page:x64 mm=vma->vm_mm:x64 addr=address:x64",
	 .why = "names the new page of a copy-on-write or a fault",
	 .blind = "the time of the set: known to be before the lock is let go"},
	{ENTRY("anon_rmap", MAP, "folio_add_anon_rmap_ptes"),
	 .arguments = "page=page:x64 nr=nr_pages:u32 mm=vma->vm_mm:x64 addr=address:x64",
	 .why = "names the page that KSM, swap-in or migration maps",
	 .blind = "the time of the set: known to be before the lock is let go"},
	{ENTRY("anon_rmap", MAP, "page_add_anon_rmap"),
	 .arguments = "page=page:x64 mm=vma->vm_mm:x64 addr=address:x64",
	 .why = "names the page that KSM, swap-in or migration maps",
	 .blind = "the time of the set: known to be before the lock is let go"},
	{ENTRY("hugetlb_new", MAP, "hugetlb_add_new_anon_rmap"),
	 .arguments = "page=folio:x64 mm=vma->vm_mm:x64 addr=address:x64",
	 .why = "names the new page of a hugetlb copy-on-write"},
	{ENTRY("hugetlb_new", MAP, "hugepage_add_new_anon_rmap"),
	 .arguments = "page=page:x64 mm=vma->vm_mm:x64 addr=address:x64",
	 .why = "names the new page of a hugetlb copy-on-write"},
	{ENTRY("pmd_install", PMD_INSTALL, "pmd_install"),
	 .arguments = "mm=mm:x64 pmdp=pmd:x64 table=*pte:x64", .why = "which page table is where"},
	{RETURN("ptl_map", PTL_MAP, "__pte_offset_map_lock"),
	 .arguments = "mm=mm:x64 addr=addr:x64 ptep=$retval:x64 ptl=*ptlp:x64",
	 .flags = STLB_ROW_TASKS, .maxactive = FEW,
	 .why = "which page table is where, and under which lock",
	 .without = "tables are placed by the updates that tell entry and address"},
	{RETURN("ptl_map", PTL_MAP, "pte_offset_map_lock"),
	 .arguments = "mm=mm:x64 addr=addr:x64 ptep=$retval:x64 ptl=*ptlp:x64",
	 .flags = STLB_ROW_TASKS, .maxactive = FEW,
	 .why = "which page table is where, and under which lock"},
	{ENTRY("ksm", SAME_CONTENT, "try_to_merge_one_page"),
	 .arguments = "mm=vma->vm_mm:x64 page=page:x64 kpage=kpage:x64",
	 .why = "KSM puts a page of the same content in place: nothing is owed at once",
	 .without = "KSM's merges may look like breaches"},
	{POINT("ksm_merge_with_ksm_page", SAME_CONTENT, "ksm:ksm_merge_with_ksm_page"),
	 .why = "KSM puts a page of the same content in place"},
	{POINT("ksm_merge_one_page", SAME_CONTENT, "ksm:ksm_merge_one_page"),
	 .why = "KSM puts a page of the same content in place"},
	{POINT("set_migration_pte", MIGRATION_SET, "migrate:set_migration_pte"),
	 .why = "migration takes an entry away"},
	{POINT("remove_migration_pte", MIGRATION_REMOVE, "migrate:remove_migration_pte"),
	 .why = "migration puts the new page in place"},
	{POINT("set_migration_pmd", MIGRATION_SET, "thp:set_migration_pmd"),
	 .why = "migration takes a huge entry away"},
	{POINT("remove_migration_pmd", MIGRATION_REMOVE, "thp:remove_migration_pmd"),
	 .why = "migration puts the new huge page in place"},

	/* ---- pages ---- */
	{POINT("mm_page_free", PAGE_FREE, "kmem:mm_page_free"),
	 .why = "by then no device may have the page any more",
	 .blind = "hugetlb and device pages, and pages that go from hand to hand",
	 .without = "whether a page is freed too early"},
	{POINT("mm_page_alloc", PAGE_ALLOC, "kmem:mm_page_alloc"), .flags = STLB_ROW_TASKS,
	 .why = "a page that is taken anew was free",
	 .blind = "bulk and contiguous allocations, compaction"},
	{ENTRY("huge_free", HUGE_FREE, "free_huge_folio"), .arguments = "page=folio:x64",
	 .why = "hugetlb pages go back to their pool"},
	{ENTRY("huge_free", HUGE_FREE, "free_huge_page"), .arguments = "page=page:x64",
	 .why = "hugetlb pages go back to their pool"},
	{ENTRY("pte_free", TABLE_FREE, "___pte_free_tlb"),
	 .arguments = "mm=tlb->mm:x64 page=pte:x64", .why = "a page table is given up"},
	{ENTRY("pte_defer", TABLE_FREE, "pte_free_defer"),
	 .arguments = "mm=mm:x64 page=pgtable:x64",
	 .why = "khugepaged gives up a page table, to be freed later"},

	/* ---- locks ---- */
	{POINT("ptl_acquire", LOCK_ACQUIRE, "lock:lock_acquire"),
	 .flags = STLB_ROW_LOCK | STLB_ROW_TASKS | STLB_ROW_NAMED_LOCKS, .needs = "ptl_release",
	 .why = "lockdep tells the class of each lock",
	 .blind = "it comes before the lock is owned",
	 .without = "page table locks: the kernel has them inlined, and no lockdep. Brackets stand "
		    "for them"},
	{ENTRY("ptl_acquire", LOCK_ACQUIRE, "_raw_spin_lock"), .arguments = "lock=lock:x64",
	 .flags = STLB_ROW_LOCK | STLB_ROW_TASKS | STLB_ROW_IN_PAGES, .needs = "ptl_release",
	 .not_with = LOCKDEP, .why = "page table locks are spinlocks in struct pages",
	 .blind = "it comes before the lock is owned; mm->page_table_lock is in no struct page"},
	{POINT("ptl_acquired", LOCK_ACQUIRED, "lock:lock_acquired"),
	 .flags = STLB_ROW_LOCK | STLB_ROW_TASKS | STLB_ROW_NAMED_LOCKS, .needs = "ptl_acquire",
	 .why = "from here on the lock is owned",
	 .without = "when a lock was owned: known to be before the holder's next event"},
	{RETURN("ptl_acquired", LOCK_ACQUIRED, "_raw_spin_lock"), .arguments = "lock=lock:x64",
	 .flags = STLB_ROW_LOCK | STLB_ROW_TASKS | STLB_ROW_IN_PAGES, .maxactive = MANY,
	 .needs = "ptl_acquire", .not_with = LOCKDEP, .why = "from here on the lock is owned"},
	{RETURN("ptl_acquired", LOCK_ACQUIRED, "_raw_spin_lock"), .arguments = "",
	 .flags = STLB_ROW_LOCK | STLB_ROW_TASKS | STLB_ROW_ALL_LOCKS, .maxactive = MANY,
	 .needs = "ptl_acquire", .not_with = LOCKDEP,
	 .why = "from here on the lock is owned that was asked for last",
	 .blind = "which lock: the return does not say"},
	{RETURN("ptl_trylock", LOCK_ACQUIRED, "_raw_spin_trylock"),
	 .arguments = "lock=lock:x64 ret=$retval:u32",
	 .flags = STLB_ROW_LOCK | STLB_ROW_TASKS | STLB_ROW_IN_PAGES, .maxactive = FEW,
	 .filter = "ret != 0", .needs = "ptl_acquire", .not_with = LOCKDEP,
	 .why = "a lock taken by trylock is owned at its return",
	 .without = "locks taken by trylock, as the aging of multi-generational LRU does"},
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
	 .why = "who wakes another is before it"},
	{POINT("sched_process_fork", FORK, "sched:sched_process_fork"),
	 .why = "a parent is before its child"},
	{POINT("sys_exit", USER_MODE, "raw_syscalls:sys_exit"),
	 .flags = STLB_ROW_TASKS | STLB_ROW_CALLS,
	 .why = "a task that is back in user mode has done all that its system call owed",
	 .blind = "returns from page faults and interrupts",
	 .without = "an update of kernels from 6.6 on that is never invalidated, until its page is "
		    "freed"},
	{POINT("mmap_lock_acquire_returned", MMAP_LOCKED, "mmap_lock:mmap_lock_acquire_returned"),
	 .flags = STLB_ROW_TASKS, .filter = "success != 0", .needs = "mmap_lock_released",
	 .only_with = FLUSH_NOTIFIES, .why = "which updates are made under it",
	 .blind = "locks of single mappings (per-VMA locks), and trylocks of kernels that do not "
		  "trace them",
	 .without = "whether page tables are changed without any lock"},
	{POINT("mmap_lock_released", MMAP_UNLOCK, "mmap_lock:mmap_lock_released"),
	 .flags = STLB_ROW_TASKS, .needs = "mmap_lock_acquire_returned",
	 .only_with = FLUSH_NOTIFIES,
	 .why = "from 6.6 on what was changed under it has to be invalidated by now"},
	{POINT("sched_process_exit", EXIT, "sched:sched_process_exit"),
	 .why = "a task's number may come back"},
	{POINT("kvm_unmap_hva_range", SUBSCRIBER, "kvm:kvm_unmap_hva_range"),
	 .why = "KVM's own view of an invalidation: who subscribes",
	 .without = "which mms are virtual machines; the kvm module may not be loaded"},
};

const struct stlb_probe_row *stlb_probe_row(unsigned int index)
{
	return index < sizeof(rows) / sizeof(rows[0]) ? &rows[index] : NULL;
}
