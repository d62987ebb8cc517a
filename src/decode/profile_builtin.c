/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The built-in profile: data only. The names of the group "staletlb" are those of this project's
 * own probes, the others are the kernel's tracepoints.
 */
#include "profile.h"

#define FIELD(id, from)                                                                            \
	{                                                                                          \
		STLB_FIELD_##id, 0, from, 0, 0                                                     \
	}
#define LIST(array) array, sizeof(array) / sizeof((array)[0])
#define NOTHING	    NULL, 0

/* A row of this project's probes; its fields are the names that the probes give them. */
#define PROBE(event, kind, level, fields)                                                          \
	{                                                                                          \
		"staletlb", event, STLB_##kind, STLB_LEVEL_##level, 0, STLB_ROW_PLAIN,             \
			LIST(fields), NOTHING,                                                     \
		{                                                                                  \
			NULL, 0, false                                                             \
		}                                                                                  \
	}

#define PROBE_WHEN(event, kind, fields, from, value, differs)                                      \
	POINT_WHEN("staletlb", event, kind, fields, from, value, differs)

/* A row of the kernel's tracepoints. */
#define POINT(system, event, kind, level, fields)                                                  \
	{                                                                                          \
		system, event, STLB_##kind, STLB_LEVEL_##level, 0, STLB_ROW_PLAIN, LIST(fields),   \
			NOTHING,                                                                   \
		{                                                                                  \
			NULL, 0, false                                                             \
		}                                                                                  \
	}
/*
 * Rows of the probes at the instructions that write entries: of this project's own, and of another
 * group, in which they have shorter names.
 */
#define ENTRY(event, kind, level)                                                                  \
	PROBE("deep_" event, kind, level, entry_fields),                                           \
		POINT("deep", event, kind, level, entry_fields)
/* GCC unrolls loops of exchanges: those of an entry further on, with its pointer as it is before.
 */
#define ENTRY_AFTER(event, fields)                                                                 \
	PROBE("deep_" event, ENTRY_XCHG, PTE, fields), POINT("deep", event, ENTRY_XCHG, PTE, fields)
#define POINT_WHEN(system, event, kind, fields, from, value, differs)                              \
	{                                                                                          \
		system, event, STLB_##kind, STLB_LEVEL_PTE, 0, STLB_ROW_PLAIN, LIST(fields),       \
			NOTHING,                                                                   \
		{                                                                                  \
			from, value, differs                                                       \
		}                                                                                  \
	}
#define POINT_BARE(system, event, kind)                                                            \
	{                                                                                          \
		system, event, STLB_##kind, STLB_LEVEL_PTE, 0, STLB_ROW_PLAIN, NOTHING, NOTHING,   \
		{                                                                                  \
			NULL, 0, false                                                             \
		}                                                                                  \
	}
#define POINT_SPECIAL(system, event, kind, fields, special)                                        \
	{                                                                                          \
		system, event, STLB_##kind, STLB_LEVEL_PTE, 0, special, fields, NOTHING,           \
		{                                                                                  \
			NULL, 0, false                                                             \
		}                                                                                  \
	}

static const struct stlb_row_field probe_fields[] = {
	FIELD(MM, "mm"),
	FIELD(ADDR, "addr|address"),
	FIELD(START, "start"),
	FIELD(END, "end"),
	FIELD(PTEP, "ptep|pmdp|pmd"),
	FIELD(OLD, "old"),
	FIELD(NEW, "new"),
	FIELD(NR, "nr|nr_pages"),
	FIELD(PTL, "ptl"),
	FIELD(LOCK, "lock"),
	FIELD(PFN, "pfn"),
	FIELD(ORDER, "order"),
	FIELD(PAGE, "page|folio"),
	FIELD(KPAGE, "kpage"),
	FIELD(ONLY_END, "only_end"),
	FIELD(FLAGS, "flags"),
	FIELD(EVENT, "event"),
	FIELD(RET, "ret"),
	FIELD(SUB, "sub|mn|subscription"),
	FIELD(USERS, "users"),
	FIELD(CALLBACK, "invalidate_callback|inv"),
	FIELD(START_CALLBACK, "start_callback|rs"),
	FIELD(VMEMMAP, "vmemmap_base|vmb"),
	FIELD(DIRECT_MAP, "page_offset_base|pob"),
	FIELD(ZERO_PFN, "zero_pfn|zp"),
	FIELD(HUGE_ZERO_PFN, "huge_zero_pfn|hz"),
	FIELD(DEVICE_PRIVATE, "device_private"),
	FIELD(FREEZE, "freeze"),
	FIELD(TABLE, "table"),
	FIELD(FREED, "freed|freed_tables"),
	FIELD(WRITE, "write"),
	FIELD(DEV, "dev"),
	FIELD(CALLER, "__probe_ret_ip"),
};

static const struct stlb_row_field entry_fields[] = {
	FIELD(MM, "mm"),       FIELD(ADDR, "addr"),
	FIELD(PTEP, "ptep"),   FIELD(OLD, "old"),
	FIELD(NEW, "new"),     FIELD(EXPECTED, "exp"),
	FIELD(NR, "nr"),       FIELD(PAGE, "page"),
	FIELD(LEVEL, "level"), FIELD(VMEMMAP, "vmemmap_base|vmb"),
	FIELD(PGD, "pgd"),     FIELD(DIRECT_MAP, "page_offset_base|pob"),
};

#define FIELDS_AFTER(bytes)                                                                        \
	{                                                                                          \
		{STLB_FIELD_PTEP, 0, "ptep", 0, bytes}, FIELD(OLD, "old"), FIELD(NEW, "new"),      \
	}
static const struct stlb_row_field after_8_fields[] = FIELDS_AFTER(8);
static const struct stlb_row_field after_16_fields[] = FIELDS_AFTER(16);
static const struct stlb_row_field after_24_fields[] = FIELDS_AFTER(24);

static const struct stlb_row_field pmd_set_fields[] = {
	FIELD(MM, "mm"),	  FIELD(ADDR, "addr"),
	FIELD(PTEP, "pmdp|ptep"), FIELD(OLD, "old"),
	FIELD(NEW, "new|pmd"),	  FIELD(NR, "nr"),
	FIELD(PFN, "pfn"),	  FIELD(CALLER, "__probe_ret_ip"),
};

static const struct stlb_row_field pmd_clear_fields[] = {
	FIELD(MM, "mm"),       FIELD(ADDR, "addr"), FIELD(PTEP, "pmdp|ptep"),
	FIELD(OLD, "old|pmd"), FIELD(NR, "nr"),	    FIELD(CALLER, "__probe_ret_ip"),
};

static const struct stlb_row_field table_free_fields[] = {
	FIELD(MM, "mm"),
	FIELD(ADDR, "addr"),
	FIELD(TABLE, "table|page"),
	FIELD(PAGE, "page"),
};

static const struct stlb_row_field page_fields[] = {
	FIELD(PFN, "pfn"),
	FIELD(ORDER, "order"),
};

static const struct stlb_row_field migration_fields[] = {
	FIELD(ADDR, "addr"),
	FIELD(PTE, "pte|pmd"),
	FIELD(ORDER, "order"),
};

static const struct stlb_row_field ksm_fields[] = {
	FIELD(PFN, "pfn"),
	FIELD(MM, "mm"),
};

static const struct stlb_row_field lock_acquire_fields[] = {
	FIELD(LOCK, "lockdep_addr"),
	FIELD(TRYLOCK, "flags"),
	FIELD(TEXT, "name"),
};

static const struct stlb_row_field lock_fields[] = {
	FIELD(LOCK, "lockdep_addr"),
	FIELD(TEXT, "name"),
};

static const struct stlb_row_field switch_fields[] = {FIELD(NEXT, "next_pid")};
static const struct stlb_row_field waking_fields[] = {FIELD(NEXT, "pid")};
static const struct stlb_row_field fork_fields[] = {FIELD(NEXT, "child_pid")};

static const struct stlb_row_field mmap_lock_fields[] = {
	FIELD(MM, "mm"),
	FIELD(WRITE, "write"),
};

static const struct stlb_row_field kvm_fields[] = {
	FIELD(START, "start"),
	FIELD(END, "end"),
	FIELD(ADDR, "hva"),
};

static const struct stlb_row_field print_fields[] = {FIELD(TEXT, "buf|text|str")};

static const struct stlb_row rows[] = {
	PROBE("subscribe", SUBSCRIBE, PTE, probe_fields),
	PROBE("subscribe_ret", SUBSCRIBE_RET, PTE, probe_fields),
	PROBE("unregister", UNREGISTER, PTE, probe_fields),
	PROBE("notifier_put", NOTIFIER_PUT, PTE, probe_fields),
	PROBE("put", NOTIFIER_PUT, PTE, probe_fields),
	PROBE("itree_ins", INTERVAL_INSERT, PTE, probe_fields),
	PROBE("itree_rm", INTERVAL_REMOVE, PTE, probe_fields),
	PROBE("unsubscribe", UNSUBSCRIBE, PTE, probe_fields),
	PROBE("mmfree", MM_FREE, PTE, probe_fields),
	PROBE("inv_start", INV_START, PTE, probe_fields),
	PROBE("inv_start_ret", INV_START_RET, PTE, probe_fields),
	PROBE("inv_end", INV_END, PTE, probe_fields),
	PROBE("inv_end_ret", INV_END_RET, PTE, probe_fields),
	PROBE("inv_range", INV_RANGE, PTE, probe_fields),
	PROBE("inv_range_ret", INV_RANGE_RET, PTE, probe_fields),
	PROBE("change_pte", CHANGE_PTE, PTE, probe_fields),
	PROBE("pte_set", PTE_SET, PTE, probe_fields),
	PROBE("pte_clear", PTE_CLEAR, PTE, probe_fields),
	PROBE("pte_clear_flush", PTE_CLEAR_FLUSH, PTE, probe_fields),
	PROBE("pte_clear_flush_ret", PTE_CLEAR_FLUSH_RET, PTE, probe_fields),
	PROBE("pte_clear_range", PTE_CLEAR_RANGE, PTE, pmd_clear_fields),
	PROBE("access_flags", ACCESS_FLAGS, PTE, probe_fields),
	PROBE("pmd_set", PMD_SET, PMD, pmd_set_fields),
	PROBE("pmd_clear", PMD_CLEAR, PMD, pmd_clear_fields),
	PROBE("pmd_clear_flush", PMD_CLEAR_FLUSH, PMD, probe_fields),
	PROBE("pmd_collapse_flush", PMD_COLLAPSE_FLUSH, PMD, probe_fields),
	PROBE("pmd_inval", PMD_INVAL, PMD, probe_fields),
	PROBE("pmd_inval_ad", PMD_INVAL, PMD, probe_fields),
	PROBE("pmd_zap", PMD_ZAP, PMD, probe_fields),
	PROBE("pmd_split", PMD_SPLIT, PMD, probe_fields),
	PROBE("pmd_install", PMD_INSTALL, PMD, probe_fields),
	PROBE("pte_free", TABLE_FREE, PTE, table_free_fields),
	PROBE("pte_defer", TABLE_FREE, PTE, table_free_fields),
	PROBE("new_anon", MAP, PTE, probe_fields),
	PROBE("anon_rmap", MAP, PTE, probe_fields),
	PROBE("hugetlb_new", MAP, PMD, probe_fields),
	PROBE("rmap_del", RMAP_DEL, PTE, probe_fields),
	PROBE("rmap_del_pmd", RMAP_DEL, PMD, probe_fields),
	PROBE("file_rmap", FILE_MAP, PTE, probe_fields),
	PROBE("set_range", FILE_MAP, PTE, probe_fields),
	PROBE("flush_mm", FLUSH_MM, PTE, probe_fields),
	PROBE("batchflush", TLB_FLUSH, PTE, probe_fields),
	PROBE("ksm", SAME_CONTENT, PTE, probe_fields),
	PROBE("ksm_ret", OTHER, PTE, probe_fields),
	PROBE("unshare", OTHER, PTE, probe_fields),
	PROBE("huge_free", HUGE_FREE, PMD, probe_fields),
	PROBE("pgfree", PAGE_FREE, PTE, probe_fields),
	PROBE("ptl_map", PTL_MAP, PTE, probe_fields),
	PROBE("ptl_acquire", LOCK_ACQUIRE, PTE, probe_fields),
	PROBE("ptl_acquired", LOCK_ACQUIRED, PTE, probe_fields),
	PROBE_WHEN("ptl_trylock", LOCK_ACQUIRED, probe_fields, "ret", 0, true),
	PROBE("ptl_release", LOCK_RELEASE, PTE, probe_fields),
	PROBE("dev_fill", DEV_FILL, PTE, probe_fields),
	PROBE("dev_read", DEV_READ, PTE, probe_fields),
	PROBE("dev_write", DEV_WRITE, PTE, probe_fields),
	PROBE("dev_inv", DEV_INV, PTE, probe_fields),

	/* the entries' own names, whatever function they are written in */
	ENTRY("set", ENTRY_SET, PTE),
	ENTRY("setn", ENTRY_SET, PTE),
	ENTRY("set_pmd", ENTRY_SET, PMD),
	ENTRY("set_pud", ENTRY_SET, PUD),
	ENTRY("set_p4d", ENTRY_SET, P4D),
	ENTRY("set_pgd", ENTRY_SET, PGD),
	ENTRY("pop_pmd", ENTRY_POPULATE, PMD),
	ENTRY("xchg", ENTRY_XCHG, PTE),
	ENTRY_AFTER("xchg8", after_8_fields),
	ENTRY_AFTER("xchg16", after_16_fields),
	ENTRY_AFTER("xchg24", after_24_fields),
	ENTRY("cas", ENTRY_CMPXCHG, PTE),
	ENTRY("wp", ENTRY_WRPROTECT, PTE),
	ENTRY("pstart", ENTRY_MODIFY_START, PTE),
	ENTRY("pcommit", ENTRY_MODIFY_COMMIT, PTE),
	ENTRY("pcommitn", ENTRY_MODIFY_COMMIT, PTE),
	ENTRY("cond", ENTRY_PERHAPS, PTE),
	ENTRY("pgd", ROOT, PTE),
	ENTRY("pgds", ROOT, PTE),
	ENTRY("exit_mmap", EXIT_MMAP, PTE),

	POINT("lock", "lock_acquire", LOCK_ACQUIRE, PTE, lock_acquire_fields),
	POINT("lock", "lock_acquired", LOCK_ACQUIRED, PTE, lock_fields),
	POINT("lock", "lock_release", LOCK_RELEASE, PTE, lock_fields),
	/* ~0: the allocation failed */
	POINT_WHEN("kmem", "mm_page_alloc", PAGE_ALLOC, page_fields, "pfn", UINT64_MAX, true),
	POINT("kmem", "mm_page_free", PAGE_FREE, PTE, page_fields),
	POINT("kmem", "mm_page_free_batched", PAGE_FREE_BATCHED, PTE, page_fields),
	POINT("migrate", "set_migration_pte", MIGRATION_SET, PTE, migration_fields),
	POINT("migrate", "remove_migration_pte", MIGRATION_REMOVE, PTE, migration_fields),
	POINT(NULL, "set_migration_pmd", MIGRATION_SET, PMD, migration_fields),
	POINT(NULL, "remove_migration_pmd", MIGRATION_REMOVE, PMD, migration_fields),
	POINT_WHEN("ksm", "ksm_merge_with_ksm_page", SAME_CONTENT, ksm_fields, "err|error", 0,
		   false),
	POINT_WHEN("ksm", "ksm_merge_one_page", SAME_CONTENT, ksm_fields, "err|error", 0, false),
	POINT("sched", "sched_switch", SCHED_SWITCH, PTE, switch_fields),
	POINT("sched", "sched_waking", SCHED_WAKING, PTE, waking_fields),
	POINT("sched", "sched_process_fork", FORK, PTE, fork_fields),
	POINT_BARE("sched", "sched_process_exit", EXIT),
	POINT_BARE("tlb", "tlb_flush", TLB_FLUSH),
	POINT_WHEN("mmap_lock", "mmap_lock_acquire_returned", MMAP_LOCKED, mmap_lock_fields,
		   "success", 0, true),
	POINT("mmap_lock", "mmap_lock_released", MMAP_UNLOCK, PTE, mmap_lock_fields),
	POINT_BARE("raw_syscalls", "sys_exit", USER_MODE),
	POINT("kvm", "kvm_unmap_hva_range", SUBSCRIBER, PTE, kvm_fields),
	POINT("kvm", "kvm_set_spte_hva", SUBSCRIBER, PTE, kvm_fields),
	POINT("kvm", "kvm_age_hva", SUBSCRIBER, PTE, kvm_fields),
	POINT("kvm", "kvm_test_age_hva", SUBSCRIBER, PTE, kvm_fields),
	POINT_SPECIAL("ftrace", "print", PHASE, LIST(print_fields), STLB_ROW_PHASE),
	POINT_SPECIAL("ftrace", "bprint", PHASE, LIST(print_fields), STLB_ROW_PHASE),
	POINT_SPECIAL("ftrace", "bputs", PHASE, LIST(print_fields), STLB_ROW_PHASE),
	POINT_SPECIAL(NULL, "tracing_mark_write", PHASE, LIST(print_fields), STLB_ROW_PHASE),
	POINT_SPECIAL("ftrace", "kernel_stack", STACK, NOTHING, STLB_ROW_STACK),
};

static const struct stlb_profile builtin = {rows, sizeof(rows) / sizeof(rows[0])};

const struct stlb_profile *stlb_profile_builtin(void)
{
	return &builtin;
}
