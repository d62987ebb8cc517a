/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The built-in profile: each of its rows, in the variants that the kernels have.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "decode/profile.h"
#include "made_format.h"
#include "made_kinds.h"
#include "staletlb/decode.h"

#define B(field) STLB_BIT(field)

struct expected {
	const char *system, *event, *names;
	enum stlb_kind kind;
	enum stlb_level level;
	uint64_t has;
};

/* Of this project's own probes, and of another group with shorter names. */
#define DEEP(event, ...)                                                                           \
	{"deep", event, __VA_ARGS__},                                                              \
	{                                                                                          \
		"staletlb", "deep_" event, __VA_ARGS__                                             \
	}

/* The probes of all kernels, each in the variants that it has. */
static const struct expected probes[] = {
	{"staletlb", "subscribe",
	 "mn mm invalidate_callback start_callback vmemmap_base page_offset_base zero_pfn "
	 "huge_zero_pfn",
	 STLB_SUBSCRIBE, STLB_LEVEL_PTE,
	 B(SUB) | B(MM) | B(CALLBACK) | B(START_CALLBACK) | B(VMEMMAP) | B(DIRECT_MAP) |
		 B(ZERO_PFN) | B(HUGE_ZERO_PFN)},
	/* as traces have it that were recorded under the names before these */
	{"staletlb", "subscribe", "mn mm inv rs vmb pob zp hz", STLB_SUBSCRIBE, STLB_LEVEL_PTE,
	 B(SUB) | B(MM) | B(CALLBACK) | B(START_CALLBACK) | B(VMEMMAP) | B(DIRECT_MAP) |
		 B(ZERO_PFN) | B(HUGE_ZERO_PFN)},
	{"staletlb", "subscribe", "sub mm", STLB_SUBSCRIBE, STLB_LEVEL_PTE, B(SUB) | B(MM)},
	{"staletlb", "subscribe_ret", "__probe_ret_ip ret", STLB_SUBSCRIBE_RET, STLB_LEVEL_PTE,
	 B(RET) | B(CALLER)},
	{"staletlb", "unregister", "mn mm", STLB_UNREGISTER, STLB_LEVEL_PTE, B(SUB) | B(MM)},
	{"staletlb", "notifier_put", "mn mm users", STLB_NOTIFIER_PUT, STLB_LEVEL_PTE,
	 B(SUB) | B(MM) | B(USERS)},
	{"staletlb", "put", "mn mm users", STLB_NOTIFIER_PUT, STLB_LEVEL_PTE,
	 B(SUB) | B(MM) | B(USERS)},
	{"staletlb", "itree_ins", "sub mm start len", STLB_INTERVAL_INSERT, STLB_LEVEL_PTE,
	 B(SUB) | B(MM) | B(START)},
	{"staletlb", "itree_rm", "sub mm", STLB_INTERVAL_REMOVE, STLB_LEVEL_PTE, B(SUB) | B(MM)},
	{"staletlb", "unsubscribe", "mm", STLB_UNSUBSCRIBE, STLB_LEVEL_PTE, B(MM)},
	{"staletlb", "mmfree", "mm", STLB_MM_FREE, STLB_LEVEL_PTE, B(MM)},
	{"staletlb", "inv_start", "mm start end flags event", STLB_INV_START, STLB_LEVEL_PTE,
	 B(MM) | B(START) | B(END) | B(FLAGS) | B(EVENT)},
	{"staletlb", "inv_start_ret", "mm start ret", STLB_INV_START_RET, STLB_LEVEL_PTE,
	 B(MM) | B(START) | B(RET)},
	{"staletlb", "inv_end", "mm start end only_end", STLB_INV_END, STLB_LEVEL_PTE,
	 B(MM) | B(START) | B(END) | B(ONLY_END)},
	{"staletlb", "inv_end_ret", "__probe_func", STLB_INV_END_RET, STLB_LEVEL_PTE, 0},
	{"staletlb", "inv_range", "mm start end", STLB_INV_RANGE, STLB_LEVEL_PTE,
	 B(MM) | B(START) | B(END)},
	{"staletlb", "inv_range_ret", "mm start end", STLB_INV_RANGE_RET, STLB_LEVEL_PTE,
	 B(MM) | B(START) | B(END)},
	{"staletlb", "change_pte", "mm addr new", STLB_CHANGE_PTE, STLB_LEVEL_PTE,
	 B(MM) | B(ADDR) | B(NEW)},
	{"staletlb", "pte_set", "mm addr ptep new old", STLB_PTE_SET, STLB_LEVEL_PTE,
	 B(MM) | B(ADDR) | B(PTEP) | B(NEW) | B(OLD)},
	{"staletlb", "pte_set", "mm ptep new nr old", STLB_PTE_SET, STLB_LEVEL_PTE,
	 B(MM) | B(PTEP) | B(NEW) | B(NR) | B(OLD)},
	{"staletlb", "pte_clear", "mm addr old", STLB_PTE_CLEAR, STLB_LEVEL_PTE,
	 B(MM) | B(ADDR) | B(OLD)},
	{"staletlb", "pte_clear", "mm old", STLB_PTE_CLEAR, STLB_LEVEL_PTE, B(MM) | B(OLD)},
	{"staletlb", "pte_clear_range", "mm addr pmd", STLB_PTE_CLEAR_RANGE, STLB_LEVEL_PTE,
	 B(MM) | B(ADDR) | B(OLD)},
	{"staletlb", "pte_clear_flush", "mm addr ptep old", STLB_PTE_CLEAR_FLUSH, STLB_LEVEL_PTE,
	 B(MM) | B(ADDR) | B(PTEP) | B(OLD)},
	{"staletlb", "pte_clear_flush_ret", "mm addr ptep old", STLB_PTE_CLEAR_FLUSH_RET,
	 STLB_LEVEL_PTE, B(MM) | B(ADDR) | B(PTEP) | B(OLD)},
	{"staletlb", "access_flags", "mm addr ptep new old", STLB_ACCESS_FLAGS, STLB_LEVEL_PTE,
	 B(MM) | B(ADDR) | B(PTEP) | B(NEW) | B(OLD)},
	{"staletlb", "pmd_set", "mm addr pmdp new old", STLB_PMD_SET, STLB_LEVEL_PMD,
	 B(MM) | B(ADDR) | B(PTEP) | B(NEW) | B(OLD)},
	{"staletlb", "pmd_set", "mm pmdp pmd", STLB_PMD_SET, STLB_LEVEL_PMD,
	 B(MM) | B(PTEP) | B(NEW)},
	{"staletlb", "pmd_clear", "mm addr old", STLB_PMD_CLEAR, STLB_LEVEL_PMD,
	 B(MM) | B(ADDR) | B(OLD)},
	{"staletlb", "pmd_clear", "mm pmd", STLB_PMD_CLEAR, STLB_LEVEL_PMD, B(MM) | B(OLD)},
	{"staletlb", "pmd_clear_flush", "mm addr pmdp old", STLB_PMD_CLEAR_FLUSH, STLB_LEVEL_PMD,
	 B(MM) | B(ADDR) | B(PTEP) | B(OLD)},
	{"staletlb", "pmd_collapse_flush", "mm addr pmdp old", STLB_PMD_COLLAPSE_FLUSH,
	 STLB_LEVEL_PMD, B(MM) | B(ADDR) | B(PTEP) | B(OLD)},
	{"staletlb", "pmd_inval", "mm addr pmdp old", STLB_PMD_INVAL, STLB_LEVEL_PMD,
	 B(MM) | B(ADDR) | B(PTEP) | B(OLD)},
	{"staletlb", "pmd_inval_ad", "mm addr pmdp old", STLB_PMD_INVAL, STLB_LEVEL_PMD,
	 B(MM) | B(ADDR) | B(PTEP) | B(OLD)},
	{"staletlb", "pmd_zap", "mm pmd addr old", STLB_PMD_ZAP, STLB_LEVEL_PMD,
	 B(MM) | B(ADDR) | B(PTEP) | B(OLD)},
	{"staletlb", "pmd_split", "mm addr pmd old freeze", STLB_PMD_SPLIT, STLB_LEVEL_PMD,
	 B(MM) | B(ADDR) | B(PTEP) | B(OLD) | B(FREEZE)},
	{"staletlb", "pmd_install", "mm pmdp table", STLB_PMD_INSTALL, STLB_LEVEL_PMD,
	 B(MM) | B(PTEP) | B(TABLE)},
	{"staletlb", "pte_free", "mm page", STLB_TABLE_FREE, STLB_LEVEL_PTE,
	 B(MM) | B(TABLE) | B(PAGE)},
	{"staletlb", "pte_defer", "mm page", STLB_TABLE_FREE, STLB_LEVEL_PTE,
	 B(MM) | B(TABLE) | B(PAGE)},
	{"staletlb", "new_anon", "page mm addr", STLB_MAP, STLB_LEVEL_PTE,
	 B(PAGE) | B(MM) | B(ADDR)},
	{"staletlb", "new_anon", "folio mm addr", STLB_MAP, STLB_LEVEL_PTE,
	 B(PAGE) | B(MM) | B(ADDR)},
	{"staletlb", "anon_rmap", "page nr_pages mm addr", STLB_MAP, STLB_LEVEL_PTE,
	 B(PAGE) | B(NR) | B(MM) | B(ADDR)},
	{"staletlb", "hugetlb_new", "folio mm addr", STLB_MAP, STLB_LEVEL_PMD,
	 B(PAGE) | B(MM) | B(ADDR)},
	{"staletlb", "rmap_del", "page nr_pages mm", STLB_RMAP_DEL, STLB_LEVEL_PTE,
	 B(PAGE) | B(NR) | B(MM)},
	{"staletlb", "rmap_del", "page mm compound", STLB_RMAP_DEL, STLB_LEVEL_PTE,
	 B(PAGE) | B(MM)},
	{"staletlb", "rmap_del_pmd", "page mm", STLB_RMAP_DEL, STLB_LEVEL_PMD, B(PAGE) | B(MM)},
	{"staletlb", "file_rmap", "page nr_pages mm", STLB_FILE_MAP, STLB_LEVEL_PTE,
	 B(PAGE) | B(NR) | B(MM)},
	{"staletlb", "set_range", "mm page nr addr ptep", STLB_FILE_MAP, STLB_LEVEL_PTE,
	 B(MM) | B(PAGE) | B(NR) | B(ADDR) | B(PTEP)},
	{"staletlb", "flush_mm", "mm start end shift freed", STLB_FLUSH_MM, STLB_LEVEL_PTE,
	 B(MM) | B(START) | B(END) | B(FREED)},
	{"staletlb", "flush_mm", "mm start end stride_shift freed_tables", STLB_FLUSH_MM,
	 STLB_LEVEL_PTE, B(MM) | B(START) | B(END) | B(FREED)},
	{"staletlb", "batchflush", "__probe_ip", STLB_TLB_FLUSH, STLB_LEVEL_PTE, 0},
	{"staletlb", "ksm", "mm page kpage", STLB_SAME_CONTENT, STLB_LEVEL_PTE,
	 B(MM) | B(PAGE) | B(KPAGE)},
	{"staletlb", "ksm_ret", "ret", STLB_OTHER, STLB_LEVEL_PTE, B(RET)},
	{"staletlb", "unshare", "__probe_ip", STLB_OTHER, STLB_LEVEL_PTE, 0},
	{"staletlb", "huge_free", "folio", STLB_HUGE_FREE, STLB_LEVEL_PMD, B(PAGE)},
	{"staletlb", "pgfree", "page order", STLB_PAGE_FREE, STLB_LEVEL_PTE, B(PAGE) | B(ORDER)},
	DEEP("set", "__probe_ip ptep new old", STLB_ENTRY_SET, STLB_LEVEL_PTE,
	     B(PTEP) | B(NEW) | B(OLD)),
	DEEP("setn", "ptep new old nr", STLB_ENTRY_SET, STLB_LEVEL_PTE,
	     B(PTEP) | B(NEW) | B(OLD) | B(NR)),
	DEEP("set_pmd", "ptep new old", STLB_ENTRY_SET, STLB_LEVEL_PMD, B(PTEP) | B(NEW) | B(OLD)),
	DEEP("set_pud", "ptep new old", STLB_ENTRY_SET, STLB_LEVEL_PUD, B(PTEP) | B(NEW) | B(OLD)),
	DEEP("set_p4d", "ptep new old", STLB_ENTRY_SET, STLB_LEVEL_P4D, B(PTEP) | B(NEW) | B(OLD)),
	DEEP("set_pgd", "ptep new old", STLB_ENTRY_SET, STLB_LEVEL_PGD, B(PTEP) | B(NEW) | B(OLD)),
	DEEP("pop_pmd", "ptep page old", STLB_ENTRY_POPULATE, STLB_LEVEL_PMD,
	     B(PTEP) | B(PAGE) | B(OLD)),
	DEEP("xchg", "ptep new old", STLB_ENTRY_XCHG, STLB_LEVEL_PTE, B(PTEP) | B(NEW) | B(OLD)),
	DEEP("xchg8", "ptep new old", STLB_ENTRY_XCHG, STLB_LEVEL_PTE, B(PTEP) | B(NEW) | B(OLD)),
	DEEP("xchg16", "ptep new old", STLB_ENTRY_XCHG, STLB_LEVEL_PTE, B(PTEP) | B(NEW) | B(OLD)),
	DEEP("xchg24", "ptep new old", STLB_ENTRY_XCHG, STLB_LEVEL_PTE, B(PTEP) | B(NEW) | B(OLD)),
	DEEP("cas", "ptep exp new old", STLB_ENTRY_CMPXCHG, STLB_LEVEL_PTE,
	     B(PTEP) | B(NEW) | B(OLD) | B(EXPECTED)),
	DEEP("wp", "ptep old", STLB_ENTRY_WRPROTECT, STLB_LEVEL_PTE, B(PTEP) | B(OLD)),
	DEEP("pstart", "mm addr ptep old", STLB_ENTRY_MODIFY_START, STLB_LEVEL_PTE,
	     B(MM) | B(ADDR) | B(PTEP) | B(OLD)),
	DEEP("pcommit", "mm addr ptep new old", STLB_ENTRY_MODIFY_COMMIT, STLB_LEVEL_PTE,
	     B(MM) | B(ADDR) | B(PTEP) | B(NEW) | B(OLD)),
	DEEP("pcommitn", "mm addr ptep new old nr", STLB_ENTRY_MODIFY_COMMIT, STLB_LEVEL_PTE,
	     B(MM) | B(ADDR) | B(PTEP) | B(NEW) | B(OLD) | B(NR)),
	DEEP("cond", "ptep old nr", STLB_ENTRY_PERHAPS, STLB_LEVEL_PTE, B(PTEP) | B(OLD) | B(NR)),
	DEEP("pgd", "mm pgd pmdp", STLB_ROOT, STLB_LEVEL_PTE, B(MM) | B(PGD)),
	DEEP("pgds", "mm pgd vmb pob", STLB_ROOT, STLB_LEVEL_PTE,
	     B(MM) | B(PGD) | B(VMEMMAP) | B(DIRECT_MAP)),
	DEEP("exit_mmap", "mm", STLB_EXIT_MMAP, STLB_LEVEL_PTE, B(MM)),
	{"staletlb", "ptl_map", "__probe_ret_ip mm addr ptep ptl", STLB_PTL_MAP, STLB_LEVEL_PTE,
	 B(CALLER) | B(MM) | B(ADDR) | B(PTEP) | B(PTL)},
	{"staletlb", "ptl_acquire", "lock", STLB_LOCK_ACQUIRE, STLB_LEVEL_PTE, B(LOCK)},
	{"staletlb", "ptl_acquired", "lock", STLB_LOCK_ACQUIRED, STLB_LEVEL_PTE, B(LOCK)},
	{"staletlb", "ptl_acquired", "__probe_func", STLB_LOCK_ACQUIRED, STLB_LEVEL_PTE, 0},
	{"staletlb", "ptl_trylock", "__probe_ret_ip lock ret", STLB_LOCK_ACQUIRED, STLB_LEVEL_PTE,
	 B(CALLER) | B(LOCK) | B(RET)},
	{"staletlb", "ptl_release", "lock", STLB_LOCK_RELEASE, STLB_LEVEL_PTE, B(LOCK)},
	{"staletlb", "dev_fill", "dev mm addr pfn write", STLB_DEV_FILL, STLB_LEVEL_PTE,
	 B(DEV) | B(MM) | B(ADDR) | B(PFN) | B(WRITE)},
	{"staletlb", "dev_read", "dev mm addr pfn", STLB_DEV_READ, STLB_LEVEL_PTE,
	 B(DEV) | B(MM) | B(ADDR) | B(PFN)},
	{"staletlb", "dev_write", "dev mm addr pfn", STLB_DEV_WRITE, STLB_LEVEL_PTE,
	 B(DEV) | B(MM) | B(ADDR) | B(PFN)},
	{"staletlb", "dev_inv", "dev mm start end", STLB_DEV_INV, STLB_LEVEL_PTE,
	 B(DEV) | B(MM) | B(START) | B(END)},
};

static const struct expected tracepoints[] = {
	{"lock", "lock_acquire", "flags name lockdep_addr", STLB_LOCK_ACQUIRE, STLB_LEVEL_PTE,
	 B(TRYLOCK) | B(LOCK)},
	{"lock", "lock_acquired", "name lockdep_addr", STLB_LOCK_ACQUIRED, STLB_LEVEL_PTE, B(LOCK)},
	{"lock", "lock_release", "name lockdep_addr", STLB_LOCK_RELEASE, STLB_LEVEL_PTE, B(LOCK)},
	{"kmem", "mm_page_alloc", "pfn order gfp_flags", STLB_PAGE_ALLOC, STLB_LEVEL_PTE,
	 B(PFN) | B(ORDER)},
	{"kmem", "mm_page_free", "page pfn order", STLB_PAGE_FREE, STLB_LEVEL_PTE,
	 B(PFN) | B(ORDER)},
	{"kmem", "mm_page_free_batched", "page pfn", STLB_PAGE_FREE_BATCHED, STLB_LEVEL_PTE,
	 B(PFN)},
	{"migrate", "set_migration_pte", "addr pte order", STLB_MIGRATION_SET, STLB_LEVEL_PTE,
	 B(ADDR) | B(PTE) | B(ORDER)},
	{"migrate", "remove_migration_pte", "addr pte order", STLB_MIGRATION_REMOVE, STLB_LEVEL_PTE,
	 B(ADDR) | B(PTE) | B(ORDER)},
	{"thp", "set_migration_pmd", "addr pmd", STLB_MIGRATION_SET, STLB_LEVEL_PMD,
	 B(ADDR) | B(PTE)},
	{"thp", "remove_migration_pmd", "addr pmd", STLB_MIGRATION_REMOVE, STLB_LEVEL_PMD,
	 B(ADDR) | B(PTE)},
	{"ksm", "ksm_merge_with_ksm_page", "ksm_page pfn mm", STLB_SAME_CONTENT, STLB_LEVEL_PTE,
	 B(PFN) | B(MM)},
	{"ksm", "ksm_merge_one_page", "pfn mm", STLB_SAME_CONTENT, STLB_LEVEL_PTE, B(PFN) | B(MM)},
	{"sched", "sched_switch", "prev_pid next_pid", STLB_SCHED_SWITCH, STLB_LEVEL_PTE, B(NEXT)},
	{"sched", "sched_waking", "pid target_cpu", STLB_SCHED_WAKING, STLB_LEVEL_PTE, B(NEXT)},
	{"sched", "sched_process_fork", "parent_pid child_pid", STLB_FORK, STLB_LEVEL_PTE, B(NEXT)},
	{"sched", "sched_process_exit", "pid prio", STLB_EXIT, STLB_LEVEL_PTE, 0},
	{"tlb", "tlb_flush", "reason pages", STLB_TLB_FLUSH, STLB_LEVEL_PTE, 0},
	{"mmap_lock", "mmap_lock_acquire_returned", "mm write success", STLB_MMAP_LOCKED,
	 STLB_LEVEL_PTE, B(MM) | B(WRITE)},
	{"mmap_lock", "mmap_lock_released", "mm write", STLB_MMAP_UNLOCK, STLB_LEVEL_PTE,
	 B(MM) | B(WRITE)},
	{"raw_syscalls", "sys_exit", "id ret", STLB_USER_MODE, STLB_LEVEL_PTE, 0},
	{"kvm", "kvm_unmap_hva_range", "start end", STLB_SUBSCRIBER, STLB_LEVEL_PTE,
	 B(START) | B(END)},
	{"kvm", "kvm_set_spte_hva", "hva", STLB_SUBSCRIBER, STLB_LEVEL_PTE, B(ADDR)},
	{"kvm", "kvm_age_hva", "start end", STLB_SUBSCRIBER, STLB_LEVEL_PTE, B(START) | B(END)},
	{"kvm", "kvm_test_age_hva", "hva", STLB_SUBSCRIBER, STLB_LEVEL_PTE, B(ADDR)},
};

static void check_row(const struct expected *want, const char *system)
{
	struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
	struct stlb_event event;
	struct made made;

	make(&made, system, want->event, want->names);
	if (want->has & B(ORDER)) /* the made numbers are no order of any page */
		memset(made.data, 0, sizeof(made.data));
	cr_assert(stlb_decoder_wants(decoder, &made.format), "%s:%s", system, want->event);
	cr_assert(stlb_decode(decoder, &made.record, &event), "%s:%s", system, want->event);
	cr_expect_eq(event.kind, want->kind, "%s: kind %s", want->event,
		     stlb_kind_name((enum stlb_kind)event.kind));
	cr_expect_eq(event.level, want->level, "%s: level %d", want->event, event.level);
	cr_expect_eq(event.has, want->has, "%s: has %lx, not %lx", want->event, event.has,
		     want->has);
	cr_expect(made_same_kinds(*stlb_decoder_kinds(decoder), MADE_KINDS(want->kind)));
	cr_expect_eq(event.same_content, 0);
	if (want->has && made.record.size) {
		/* one byte short, in a block of its own: for the sanitizer to see what is read */
		made.record.size--;
		made.record.data = memcpy(malloc(made.record.size), made.data, made.record.size);
		stlb_decode(decoder, &made.record, &event);
		free((void *)made.record.data);
	}
	stlb_decoder_free(decoder);
}

Test(decode, all_probes_are_bound)
{
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		check_row(&probes[i], probes[i].system);
		check_row(&probes[i], "staletlb_4711");
		check_row(&probes[i], "");
	}
}

Test(decode, tracepoints_are_bound)
{
	for (size_t i = 0; i < sizeof(tracepoints) / sizeof(tracepoints[0]); i++) {
		check_row(&tracepoints[i], tracepoints[i].system);
		check_row(&tracepoints[i], "");
	}
}

/* The group of a run has the number of its process in it, and nothing else. */
Test(decode, groups_of_others_are_not_bound)
{
	static const char *const groups[] = {"staletlb_",   "staletlb_47x", "staletlb47",
					     "staletlb_ 4", "xstaletlb_47", "staletlb_4711_tasks",
					     "stale"};
	struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
	struct made made;

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		make(&made, groups[i], "ptl_acquire", "lock");
		cr_expect_not(stlb_decoder_wants(decoder, &made.format), "%s", groups[i]);
	}
	make(&made, "kmem_47", "mm_page_free", "pfn order");
	cr_expect_not(stlb_decoder_wants(decoder, &made.format));
	stlb_decoder_free(decoder);
}

Test(decode, trylock_that_failed_is_no_event)
{
	struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
	struct stlb_event event;
	struct made made;

	make(&made, "staletlb", "ptl_trylock", "lock ret");
	cr_assert(stlb_decoder_wants(decoder, &made.format));
	cr_expect(stlb_decode(decoder, &made.record, &event));
	made.data[1] = 0;
	cr_expect_not(stlb_decode(decoder, &made.record, &event));
	stlb_decoder_free(decoder);
}

static bool is_listed(const struct stlb_row *row)
{
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		if (strcmp(probes[i].event, row->event) == 0)
			return true;
	}
	for (size_t i = 0; i < sizeof(tracepoints) / sizeof(tracepoints[0]); i++) {
		if (strcmp(tracepoints[i].event, row->event) == 0)
			return true;
	}
	return false;
}

Test(decode, no_row_is_untested)
{
	const struct stlb_profile *builtin = stlb_profile_builtin();

	for (size_t i = 0; i < builtin->nr_rows; i++) {
		const struct stlb_row *row = &builtin->rows[i];

		cr_expect(row->special != STLB_ROW_PLAIN || is_listed(row), "%s", row->event);
		for (size_t j = 0; j < i; j++)
			cr_expect_str_neq(builtin->rows[j].event, row->event);
	}
}
