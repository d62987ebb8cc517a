/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kinds of events: the one table of them, their classes, and sets of kinds. */
#ifndef STALETLB_KIND_H
#define STALETLB_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "staletlb/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/** enum stlb_class - what a kind is about, each kind one thing */
enum stlb_class {
	STLB_CLASS_SUBSCRIPTION, /* notifiers of an mm come and go */
	STLB_CLASS_BRACKET,	 /* invalidate_range_start and end */
	STLB_CLASS_INVALIDATION, /* of secondary TLBs, and of the CPU's */
	STLB_CLASS_CLEAR,	 /* an entry is cleared or made invalid */
	STLB_CLASS_SET,		 /* an entry is set, or its set announced */
	STLB_CLASS_ENTRY,	 /* an entry is written, named by where it lies alone */
	STLB_CLASS_RMAP,	 /* a page's reverse mappings */
	STLB_CLASS_MIGRATION,	 /* an entry becomes a migration entry, or is one no more */
	STLB_CLASS_TABLE,	 /* a page table is found, installed, given up */
	STLB_CLASS_CONTENT,	 /* pages of the same content */
	STLB_CLASS_PAGE,	 /* pages leave the allocator and go back */
	STLB_CLASS_LOCK,	 /* spinlocks */
	STLB_CLASS_MMAP_LOCK,
	STLB_CLASS_TASK,   /* tasks run, wake each other, start and end */
	STLB_CLASS_DEVICE, /* what a device's TLB does */
	STLB_CLASS_NOTE,   /* no rule hangs on it */
};

/*
 * The kinds, one row each: identifier, class, the name used in profiles and reports, the fields
 * without which an event of that kind says nothing, what it is.
 */
#define STLB_EVENT_KINDS(X)                                                                        \
	X(SUBSCRIBE, SUBSCRIPTION, "subscribe", F(MM), "a notifier registers for an mm")           \
	X(SUBSCRIBE_RET, SUBSCRIPTION, "subscribe_ret", F(RET),                                    \
	  "the registration returns, 0 on success")                                                \
	X(UNREGISTER, SUBSCRIPTION, "unregister", F(MM), "one notifier leaves an mm")              \
	X(NOTIFIER_PUT, SUBSCRIPTION, "notifier_put", F(MM) | F(USERS),                            \
	  "a reference on a notifier is dropped")                                                  \
	X(INTERVAL_INSERT, SUBSCRIPTION, "interval_insert", F(MM),                                 \
	  "an interval notifier is inserted")                                                      \
	X(INTERVAL_REMOVE, SUBSCRIPTION, "interval_remove", F(MM),                                 \
	  "an interval notifier is removed")                                                       \
	X(UNSUBSCRIBE, SUBSCRIPTION, "unsubscribe", F(MM), "all notifiers of an mm are released")  \
	X(MM_FREE, SUBSCRIPTION, "mm_free", F(MM), "an mm_struct is freed")                        \
	X(INV_START, BRACKET, "inv_start", F(MM) | F(START) | F(END),                              \
	  "entry of invalidate_range_start")                                                       \
	X(INV_START_RET, BRACKET, "inv_start_ret", F(RET), "invalidate_range_start returns")       \
	X(INV_END, BRACKET, "inv_end", F(MM) | F(START) | F(END), "entry of invalidate_range_end") \
	X(INV_END_RET, BRACKET, "inv_end_ret", 0, "invalidate_range_end returns")                  \
	X(INV_RANGE, INVALIDATION, "inv_range", F(MM) | F(START) | F(END),                         \
	  "entry of the secondary TLB invalidation: invalidate_range, "                            \
	  "since 6.6 arch_invalidate_secondary_tlbs")                                              \
	X(INV_RANGE_RET, INVALIDATION, "inv_range_ret", 0,                                         \
	  "the secondary TLB invalidation returns")                                                \
	X(PTE_CLEAR, CLEAR, "pte_clear", F(MM) | F(OLD), "an entry was cleared")                   \
	X(PTE_CLEAR_FLUSH, CLEAR, "pte_clear_flush", F(MM) | F(ADDR) | F(OLD),                     \
	  "entry of a function that clears an entry and flushes the CPU TLB")                      \
	X(PTE_CLEAR_FLUSH_RET, CLEAR, "pte_clear_flush_ret", F(MM) | F(ADDR) | F(OLD),             \
	  "its return")                                                                            \
	X(PTE_CLEAR_RANGE, CLEAR, "pte_clear_range", F(MM) | F(ADDR),                              \
	  "the entries of a detached table are accounted as cleared")                              \
	X(PMD_CLEAR, CLEAR, "pmd_clear", F(MM) | F(OLD), "a pmd was cleared")                      \
	X(PMD_CLEAR_FLUSH, CLEAR, "pmd_clear_flush", F(MM) | F(ADDR) | F(OLD),                     \
	  "a huge pmd is cleared")                                                                 \
	X(PMD_COLLAPSE_FLUSH, CLEAR, "pmd_collapse_flush", F(MM) | F(ADDR) | F(OLD),               \
	  "a page table is removed from its pmd for a collapse")                                   \
	X(PMD_ZAP, CLEAR, "pmd_zap", F(MM) | F(ADDR) | F(OLD), "a huge pmd is zapped")             \
	X(PMD_INVAL, CLEAR, "pmd_inval", F(MM) | F(ADDR) | F(OLD),                                 \
	  "a huge pmd is made not present")                                                        \
	X(PMD_SPLIT, CLEAR, "pmd_split", F(MM) | F(ADDR), "a huge pmd is split into 512 ptes")     \
	X(PTE_SET, SET, "pte_set", F(MM) | F(NEW), "entries are set")                              \
	X(PMD_SET, SET, "pmd_set", F(MM) | F(NEW), "a pmd is set")                                 \
	X(CHANGE_PTE, SET, "change_pte", F(MM) | F(ADDR) | F(NEW),                                 \
	  "announces the set of an entry")                                                         \
	X(ACCESS_FLAGS, SET, "access_flags", F(MM) | F(ADDR) | F(NEW),                             \
	  "permissions or accessed/dirty set")                                                     \
	X(ENTRY_SET, ENTRY, "entry_set", F(PTEP) | F(NEW), "entries are set, whatever they said")  \
	X(ENTRY_POPULATE, ENTRY, "entry_populate", F(PTEP) | F(PAGE),                              \
	  "an entry is set to a page table, named by its struct page")                             \
	X(ENTRY_XCHG, ENTRY, "entry_xchg", F(PTEP) | F(NEW), "an entry is exchanged")              \
	X(ENTRY_CMPXCHG, ENTRY, "entry_cmpxchg", F(PTEP) | F(OLD) | F(NEW) | F(EXPECTED),          \
	  "an entry is compared and exchanged; it is not where it has another value")              \
	X(ENTRY_WRPROTECT, ENTRY, "entry_wrprotect", F(PTEP) | F(OLD),                             \
	  "an entry is made read-only in place")                                                   \
	X(ENTRY_MODIFY_START, ENTRY, "entry_modify_start", F(PTEP) | F(OLD),                       \
	  "an entry is cleared to be modified")                                                    \
	X(ENTRY_MODIFY_COMMIT, ENTRY, "entry_modify_commit", F(PTEP) | F(NEW),                     \
	  "entries are set that were cleared to be modified")                                      \
	X(ENTRY_PERHAPS, ENTRY, "entry_perhaps", F(PTEP),                                          \
	  "entries may be set: what they say is not known")                                        \
	X(ENTRY_SNAPSHOT, TABLE, "entry_snapshot", F(PTEP) | F(NEW),                               \
	  "what an entry says that the trace has not seen being set")                              \
	X(ROOT, TABLE, "root", F(MM) | F(PGD), "the topmost page table of an mm")                  \
	X(EXIT_MMAP, TABLE, "exit_mmap", F(MM), "the page tables of an mm are torn down")          \
	X(MAP, RMAP, "map", F(MM) | F(ADDR),                                                       \
	  "a page gets a reverse mapping at an address: set before the PTL is released")           \
	X(PMD_INSTALL, TABLE, "pmd_install", F(MM) | F(PTEP),                                      \
	  "a page table is installed in an empty pmd")                                             \
	X(TABLE_FREE, TABLE, "table_free", F(MM), "a page-table page is released")                 \
	X(RMAP_DEL, RMAP, "rmap_del", F(MM), "a page loses a reverse mapping")                     \
	X(FILE_MAP, RMAP, "file_map", F(MM), "a file page is mapped, address or time unknown")     \
	X(FLUSH_MM, INVALIDATION, "flush_mm", F(MM) | F(START) | F(END),                           \
	  "entry of a CPU TLB flush of a range")                                                   \
	X(TLB_FLUSH, INVALIDATION, "tlb_flush", 0, "a CPU flushes its TLB")                        \
	X(SAME_CONTENT, CONTENT, "same_content", 0,                                                \
	  "a page is replaced by one of the same content (KSM)")                                   \
	X(MIGRATION_SET, MIGRATION, "migration_set", F(ADDR),                                      \
	  "an entry was replaced by a migration entry")                                            \
	X(MIGRATION_REMOVE, MIGRATION, "migration_remove", F(ADDR),                                \
	  "a migration entry was resolved")                                                        \
	X(PAGE_ALLOC, PAGE, "page_alloc", F(PFN), "pages leave the allocator")                     \
	X(PAGE_FREE, PAGE, "page_free", 0, "pages go back to the allocator")                       \
	X(PAGE_FREE_BATCHED, PAGE, "page_free_batched", F(PFN),                                    \
	  "the same free, reported a second time")                                                 \
	X(HUGE_FREE, PAGE, "huge_free", 0, "a hugetlb page goes back to its pool")                 \
	X(PTL_MAP, TABLE, "ptl_map", F(MM) | F(ADDR) | F(PTEP),                                    \
	  "a page table is mapped and locked")                                                     \
	X(LOCK_ACQUIRE, LOCK, "lock_acquire", F(LOCK), "a lock is requested")                      \
	X(LOCK_ACQUIRED, LOCK, "lock_acquired", 0, "a lock is taken")                              \
	X(LOCK_RELEASE, LOCK, "lock_release", F(LOCK), "a lock is released")                       \
	X(MMAP_LOCKED, MMAP_LOCK, "mmap_locked", F(MM), "mmap_lock is taken")                      \
	X(MMAP_UNLOCK, MMAP_LOCK, "mmap_unlock", F(MM), "mmap_lock is released")                   \
	X(SCHED_SWITCH, TASK, "sched_switch", F(NEXT),                                             \
	  "the CPU switches from one task to another")                                             \
	X(SCHED_WAKING, TASK, "sched_waking", F(NEXT), "a task is woken")                          \
	X(FORK, TASK, "fork", F(NEXT), "a task starts another")                                    \
	X(EXIT, TASK, "exit", 0, "a task ends")                                                    \
	X(USER_MODE, TASK, "user_mode", 0, "a task returns to user mode")                          \
	X(PHASE, NOTE, "phase", 0, "a marker in the trace: what the workload does next")           \
	X(STACK, NOTE, "stack", 0, "the kernel stack of the event before")                         \
	X(SUBSCRIBER, NOTE, "subscriber", 0,                                                       \
	  "a subscriber's own event (KVM): who has a secondary TLB")                               \
	X(DEV_FILL, DEVICE, "dev_fill", F(MM) | F(ADDR), "a device's TLB is filled")               \
	X(DEV_READ, DEVICE, "dev_read", F(MM) | F(ADDR), "a device reads through its TLB")         \
	X(DEV_WRITE, DEVICE, "dev_write", F(MM) | F(ADDR), "a device writes through its TLB")      \
	X(DEV_INV, DEVICE, "dev_inv", F(MM), "a device's TLB drops a range")                       \
	X(LOST, NOTE, "lost", 0, "events were lost here")                                          \
	X(OTHER, NOTE, "other", 0, "an event that is not used here")

enum stlb_kind {
#define X(id, about, name, needs, help) STLB_##id,
	STLB_EVENT_KINDS(X)
#undef X
		STLB_NR_KINDS
};

/** stlb_kind_name - the name of a kind as profiles and reports write it; "other" out of range */
STLB_API const char *stlb_kind_name(enum stlb_kind kind);

/** stlb_kind_help - what a kind is, one line */
STLB_API const char *stlb_kind_help(enum stlb_kind kind);

/** stlb_kind_needs - the fields (bits of @has) without which an event of the kind says nothing */
STLB_API uint64_t stlb_kind_needs(enum stlb_kind kind);

/**
 * stlb_kind_lacks - of fields that an event has, those that its kind cannot do without and are not
 *	among them
 *
 * Of pages that are freed the frame or the struct page is enough: where neither is there, both are
 * lacking.
 */
STLB_API uint64_t stlb_kind_lacks(enum stlb_kind kind, uint64_t has);

/**
 * stlb_kind_decides - whether rules hang on events of the kind: one that cannot be read is a loss
 */
STLB_API bool stlb_kind_decides(enum stlb_kind kind);

/** stlb_kind_find - the kind of a name; STLB_NR_KINDS for an unknown one */
STLB_API enum stlb_kind stlb_kind_find(const char *name);

/** stlb_kind_class - what a kind is about; STLB_CLASS_NOTE out of range */
STLB_API enum stlb_class stlb_kind_class(enum stlb_kind kind);

/**
 * stlb_kind_clears, stlb_kind_sets - whether an event of the kind takes a translation away, or puts
 *	one there
 */
STLB_API bool stlb_kind_clears(enum stlb_kind kind);
STLB_API bool stlb_kind_sets(enum stlb_kind kind);

/**
 * stlb_kind_is_update - whether an entry was changed, or a page put into one: one of the two, or a
 *	write of an entry whose values say which
 */
STLB_API bool stlb_kind_is_update(enum stlb_kind kind);

/** stlb_kind_acquires - whether a spinlock is asked for, or held from then on */
STLB_API bool stlb_kind_acquires(enum stlb_kind kind);

/** stlb_kind_frees - whether pages leave their user */
STLB_API bool stlb_kind_frees(enum stlb_kind kind);

/* ---- sets of kinds ---- */

enum { STLB_KINDS_WORDS = 4 };

/** struct stlb_kinds - a set of kinds; all zero is the empty one */
struct stlb_kinds {
	uint64_t word[STLB_KINDS_WORDS];
};

/** struct stlb_kind_list - kinds in a row, for tables; see STLB_KIND_LIST() */
struct stlb_kind_list {
	const enum stlb_kind *kind;
	unsigned int nr;
};

/** STLB_KIND_LIST - a struct stlb_kind_list of the kinds named, as an initialiser */
#define STLB_KIND_LIST(...)                                                                        \
	{                                                                                          \
		(const enum stlb_kind[]){__VA_ARGS__},                                             \
			sizeof((const enum stlb_kind[]){__VA_ARGS__}) / sizeof(enum stlb_kind)     \
	}

/** stlb_kinds_has - whether a kind is in a set; no kind out of range is */
static inline bool stlb_kinds_has(const struct stlb_kinds *set, unsigned int kind)
{
	return kind < STLB_NR_KINDS && (set->word[kind / 64] >> kind % 64 & 1);
}

/** stlb_kinds_add - put a kind, one of the table, into a set */
static inline void stlb_kinds_add(struct stlb_kinds *set, enum stlb_kind kind)
{
	set->word[kind / 64] |= UINT64_C(1) << kind % 64;
}

/** stlb_kinds_remove - take a kind out of a set */
static inline void stlb_kinds_remove(struct stlb_kinds *set, enum stlb_kind kind)
{
	set->word[kind / 64] &= ~(UINT64_C(1) << kind % 64);
}

/** stlb_kinds_any - whether one of a list at least is in a set */
STLB_API bool stlb_kinds_any(const struct stlb_kinds *set, const struct stlb_kind_list *list);

/** stlb_kinds_has_class - whether a kind of a class is in a set */
STLB_API bool stlb_kinds_has_class(const struct stlb_kinds *set, enum stlb_class about);

/** stlb_kinds_union - what is in one or the other */
STLB_API struct stlb_kinds stlb_kinds_union(const struct stlb_kinds *one,
					    const struct stlb_kinds *other);

/**
 * stlb_kinds_imply - add the kinds that those of a set stand for
 *
 * Where sets and exchanges of entries are recorded by where they lie, so is every set and clear.
 */
STLB_API void stlb_kinds_imply(struct stlb_kinds *set);

/** stlb_kinds_is_empty - whether nothing is in it */
STLB_API bool stlb_kinds_is_empty(const struct stlb_kinds *set);

#ifdef __cplusplus
}
#endif

#endif
