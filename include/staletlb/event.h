/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events: what a trace event means for page tables, locks, notifiers and pages, whatever kernel
 * and whatever probe it came from. The decoder makes them out of records; nothing behind the
 * decoder knows of formats, and nothing before it of kinds.
 */
#ifndef STALETLB_EVENT_H
#define STALETLB_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "staletlb/source.h"

/*
 * The kinds, one row each: identifier, the name used in profiles and reports, the fields without
 * which an event of that kind says nothing, what it is.
 */
#define STLB_EVENT_KINDS(X)                                                                        \
	X(SUBSCRIBE, "subscribe", F(MM), "a notifier registers for an mm")                         \
	X(SUBSCRIBE_RET, "subscribe_ret", F(RET), "the registration returns, 0 when it was made")  \
	X(UNREGISTER, "unregister", F(MM), "one notifier leaves an mm")                            \
	X(NOTIFIER_PUT, "notifier_put", F(MM) | F(USERS), "a reference on a notifier is dropped")  \
	X(INTERVAL_INSERT, "interval_insert", F(MM), "an interval notifier is inserted")           \
	X(INTERVAL_REMOVE, "interval_remove", F(MM), "an interval notifier is removed")            \
	X(UNSUBSCRIBE, "unsubscribe", F(MM), "all notifiers of an mm are released")                \
	X(MM_FREE, "mm_free", F(MM), "an mm_struct is freed")                                      \
	X(INV_START, "inv_start", F(MM) | F(START) | F(END), "entry of invalidate_range_start")    \
	X(INV_START_RET, "inv_start_ret", F(RET), "invalidate_range_start returns")                \
	X(INV_END, "inv_end", F(MM) | F(START) | F(END), "entry of invalidate_range_end")          \
	X(INV_END_RET, "inv_end_ret", 0, "invalidate_range_end returns")                           \
	X(INV_RANGE, "inv_range", F(MM) | F(START) | F(END),                                       \
	  "entry of the secondary TLB invalidation: invalidate_range, "                            \
	  "from 6.6 arch_invalidate_secondary_tlbs")                                               \
	X(INV_RANGE_RET, "inv_range_ret", 0, "the secondary TLB invalidation returns")             \
	X(PTE_CLEAR, "pte_clear", F(MM) | F(OLD), "an entry was cleared")                          \
	X(PTE_CLEAR_FLUSH, "pte_clear_flush", F(MM) | F(ADDR) | F(OLD),                            \
	  "entry of a function that clears an entry and flushes the CPU TLB")                      \
	X(PTE_CLEAR_FLUSH_RET, "pte_clear_flush_ret", F(MM) | F(ADDR) | F(OLD), "its return")      \
	X(PTE_CLEAR_RANGE, "pte_clear_range", F(MM) | F(ADDR),                                     \
	  "the entries of a detached table are accounted as cleared")                              \
	X(PMD_CLEAR, "pmd_clear", F(MM) | F(OLD), "a pmd was cleared")                             \
	X(PMD_CLEAR_FLUSH, "pmd_clear_flush", F(MM) | F(ADDR) | F(OLD), "a huge pmd is cleared")   \
	X(PMD_COLLAPSE_FLUSH, "pmd_collapse_flush", F(MM) | F(ADDR) | F(OLD),                      \
	  "a page table is taken out of its pmd for a collapse")                                   \
	X(PMD_ZAP, "pmd_zap", F(MM) | F(ADDR) | F(OLD), "a huge pmd is zapped")                    \
	X(PMD_INVAL, "pmd_inval", F(MM) | F(ADDR) | F(OLD), "a huge pmd is made not present")      \
	X(PMD_SPLIT, "pmd_split", F(MM) | F(ADDR), "a huge pmd is split into 512 ptes")            \
	X(PTE_SET, "pte_set", F(MM) | F(NEW), "entries are set")                                   \
	X(PMD_SET, "pmd_set", F(MM) | F(NEW), "a pmd is set")                                      \
	X(CHANGE_PTE, "change_pte", F(MM) | F(ADDR) | F(NEW), "announces the set of an entry")     \
	X(ACCESS_FLAGS, "access_flags", F(MM) | F(ADDR) | F(NEW), "rights or accessed/dirty set")  \
	X(MAP, "map", F(MM) | F(ADDR),                                                             \
	  "a page gets a reverse mapping at an address: set before the PTL is released")           \
	X(PMD_INSTALL, "pmd_install", F(MM) | F(PTEP), "a page table is put into an empty pmd")    \
	X(TABLE_FREE, "table_free", F(MM), "a page-table page is given up")                        \
	X(RMAP_DEL, "rmap_del", F(MM), "a page loses a reverse mapping")                           \
	X(FILE_MAP, "file_map", F(MM), "a file page is mapped, address or time not said")          \
	X(FLUSH_MM, "flush_mm", F(MM) | F(START) | F(END), "entry of a CPU TLB flush of a range")  \
	X(TLB_FLUSH, "tlb_flush", 0, "a CPU flushes its TLB")                                      \
	X(SAME_CONTENT, "same_content", 0, "a page is replaced by one of the same content (KSM)")  \
	X(MIGRATION_SET, "migration_set", F(ADDR), "an entry was replaced by a migration entry")   \
	X(MIGRATION_REMOVE, "migration_remove", F(ADDR), "a migration entry was resolved")         \
	X(PAGE_ALLOC, "page_alloc", F(PFN), "pages leave the allocator")                           \
	X(PAGE_FREE, "page_free", 0, "pages go back to the allocator")                             \
	X(PAGE_FREE_BATCHED, "page_free_batched", F(PFN), "the same free, told a second time")     \
	X(HUGE_FREE, "huge_free", 0, "a hugetlb page goes back to its pool")                       \
	X(PTL_MAP, "ptl_map", F(MM) | F(ADDR) | F(PTEP), "a page table is mapped and locked")      \
	X(LOCK_ACQUIRE, "lock_acquire", F(LOCK), "a lock is asked for")                            \
	X(LOCK_ACQUIRED, "lock_acquired", 0, "a lock is held")                                     \
	X(LOCK_RELEASE, "lock_release", F(LOCK), "a lock is let go")                               \
	X(MMAP_LOCKED, "mmap_locked", F(MM), "mmap_lock is held")                                  \
	X(MMAP_UNLOCK, "mmap_unlock", F(MM), "mmap_lock is let go")                                \
	X(SCHED_SWITCH, "sched_switch", F(NEXT), "one task leaves the CPU, another comes")         \
	X(SCHED_WAKING, "sched_waking", F(NEXT), "a task is woken")                                \
	X(FORK, "fork", F(NEXT), "a task starts another")                                          \
	X(EXIT, "exit", 0, "a task ends")                                                          \
	X(USER_MODE, "user_mode", 0, "a task returns to user mode")                                \
	X(PHASE, "phase", 0, "a mark in the trace: what the workload does next")                   \
	X(STACK, "stack", 0, "the kernel stack of the event before")                               \
	X(SUBSCRIBER, "subscriber", 0,                                                             \
	  "a subscriber's own event (KVM): who keeps a secondary TLB")                             \
	X(DEV_FILL, "dev_fill", F(MM) | F(ADDR), "a device's TLB takes a translation")             \
	X(DEV_READ, "dev_read", F(MM) | F(ADDR), "a device reads through its TLB")                 \
	X(DEV_WRITE, "dev_write", F(MM) | F(ADDR), "a device writes through its TLB")              \
	X(DEV_INV, "dev_inv", F(MM), "a device's TLB has dropped a range")                         \
	X(LOST, "lost", 0, "events were lost here")                                                \
	X(OTHER, "other", 0, "an event of no meaning here")

enum stlb_kind {
#define X(id, name, needs, help) STLB_##id,
	STLB_EVENT_KINDS(X)
#undef X
		STLB_NR_KINDS
};

/*
 * The fields: identifier, the name used in profiles and reports, how a report writes it
 * (HEX, DECIMAL), what it is.
 */
#define STLB_EVENT_FIELDS(X)                                                                       \
	X(MM, "mm", HEX, "mm_struct pointer")                                                      \
	X(ADDR, "addr", HEX, "user virtual address")                                               \
	X(START, "start", HEX, "first byte of a range")                                            \
	X(END, "end", HEX, "first byte after a range")                                             \
	X(PTEP, "ptep", HEX, "kernel address of an entry, of whatever level")                      \
	X(OLD, "old", HEX, "entry before, as the architecture has it")                             \
	X(NEW, "new", HEX, "entry after, as the architecture has it")                              \
	X(NR, "nr", DECIMAL, "how many entries, their pfns rising by one each")                    \
	X(PTL, "ptl", HEX, "address of the page-table lock")                                       \
	X(LOCK, "lock", HEX, "address of a lock")                                                  \
	X(TRYLOCK, "trylock", DECIMAL, "lockdep flags: 1 trylock, 2 read")                         \
	X(PFN, "pfn", HEX, "page frame number")                                                    \
	X(ORDER, "order", DECIMAL, "2^order pages")                                                \
	X(PAGE, "page", HEX, "struct page pointer")                                                \
	X(KPAGE, "kpage", HEX, "struct page pointer of the KSM page")                              \
	X(ONLY_END, "only_end", DECIMAL, "range_end does not invalidate (before 6.6)")             \
	X(FLAGS, "flags", DECIMAL, "range flags, bit 0: may block")                                \
	X(EVENT, "event", DECIMAL, "enum mmu_notifier_event")                                      \
	X(RET, "ret", DECIMAL, "return value")                                                     \
	X(SUB, "sub", HEX, "the notifier; 0: interval notifiers")                                  \
	X(USERS, "users", DECIMAL, "references before the put")                                    \
	X(CALLBACK, "inv", HEX, "the notifier's invalidation callback")                            \
	X(START_CALLBACK, "rs", HEX, "the notifier's range_start callback")                        \
	X(VMEMMAP, "vmb", HEX, "vmemmap_base")                                                     \
	X(DIRECT_MAP, "pob", HEX, "page_offset_base")                                              \
	X(ZERO_PFN, "zp", HEX, "pfn of the zero page")                                             \
	X(HUGE_ZERO_PFN, "hz", HEX, "pfn of the huge zero page, ~0: none")                         \
	X(DEVICE_PRIVATE, "device_private", DECIMAL,                                               \
	  "1: the kernel has device entries among its swap types")                                 \
	X(FREEZE, "freeze", DECIMAL, "a split leaves migration entries")                           \
	X(TABLE, "table", HEX, "struct page pointer of a page table")                              \
	X(FREED, "freed", DECIMAL, "a flush after tables were freed")                              \
	X(NEXT, "next", DECIMAL, "tid of the other task")                                          \
	X(WRITE, "write", DECIMAL, "1: held or made for writing")                                  \
	X(DEV, "dev", DECIMAL, "device number")                                                    \
	X(PTE, "pte", HEX, "entry that a tracepoint tells")                                        \
	X(CALLER, "caller", HEX, "where the probed function was called from")                      \
	X(MISSED, "lost", DECIMAL, "events lost, 0: an unknown number")                            \
	X(PLACE, "place", DECIMAL, "enum stlb_loss")

enum stlb_field_id {
#define X(id, name, print, help) STLB_FIELD_##id,
	STLB_EVENT_FIELDS(X)
#undef X
		STLB_NR_FIELDS
};

/** stlb_field_bit - the bit of a field in struct stlb_event's @has */
#define STLB_BIT(field) (UINT64_C(1) << STLB_FIELD_##field)

/** enum stlb_level - the level of the page table that an event is about */
enum stlb_level {
	STLB_LEVEL_PTE, /* 4 KiB */
	STLB_LEVEL_PMD, /* 2 MiB */
	STLB_LEVEL_PUD, /* 1 GiB */
};

/**
 * struct stlb_event - one event, decoded
 * @value: by enum stlb_field_id; only those whose bit is in @has are set
 * @name: the trace event's name, lives as long as the source
 * @comm: the task's name or NULL, lives as long as the source
 * @line: of a loss in a text, from 1; 0: it has none
 * @text: lock name, phase mark, what cannot be read at a loss; NULL for none; valid until the next
 *	event only
 *
 * A lock's @text is its class name; a PHASE's the mark without the word "phase"; a STACK's @text is
 * NULL and its addresses are in @stack.
 */
struct stlb_event {
	uint64_t ns;
	uint64_t has;
	uint64_t line;
	const char *name;
	const char *comm;
	const char *text;
	const uint64_t *stack; /* kernel addresses, innermost first; valid until the next event */
	uint32_t nr_stack;
	int32_t cpu;
	int32_t tid;
	uint8_t context;      /* enum stlb_context */
	uint8_t kind;	      /* enum stlb_kind */
	uint8_t level;	      /* enum stlb_level, of the entry that a set or clear is about */
	uint8_t same_content; /* the event itself says that the page's content stays */
	uint64_t value[STLB_NR_FIELDS];
};

/** stlb_event_has - whether an event has a field */
#define stlb_event_has(event, field) (((event)->has & STLB_BIT(field)) != 0)

/** stlb_event_get - the value of a field that the event has */
#define stlb_event_get(event, field) ((event)->value[STLB_FIELD_##field])

/** stlb_event_or - the value of a field, or another value where the event has no such field */
#define stlb_event_or(event, field, otherwise)                                                     \
	(stlb_event_has(event, field) ? stlb_event_get(event, field) : (otherwise))

/** stlb_kind_name - the name of a kind as profiles and reports write it; "other" out of range */
const char *stlb_kind_name(enum stlb_kind kind);

/** stlb_event_name - the name of an event's trace event; where it has none, of its kind */
static inline const char *stlb_event_name(const struct stlb_event *event)
{
	return event->name ? event->name : stlb_kind_name(event->kind);
}

/** stlb_kind_help - what a kind is, one line */
const char *stlb_kind_help(enum stlb_kind kind);

/** stlb_kind_needs - the fields (bits of @has) without which an event of the kind says nothing */
uint64_t stlb_kind_needs(enum stlb_kind kind);

/**
 * stlb_kind_lacks - of fields that an event has, those that its kind cannot do without and are not
 *	among them
 *
 * Of pages that are freed the frame or the struct page is enough: where neither is there, both are
 * lacking.
 */
uint64_t stlb_kind_lacks(enum stlb_kind kind, uint64_t has);

/**
 * stlb_kind_decides - whether rules hang on events of the kind: one that cannot be read is a loss
 */
bool stlb_kind_decides(enum stlb_kind kind);

/** stlb_kind_find - the kind of a name; STLB_NR_KINDS for an unknown one */
enum stlb_kind stlb_kind_find(const char *name);

/** stlb_field_name - the name of a field; NULL out of range */
const char *stlb_field_name(enum stlb_field_id field);

/** stlb_field_find - the field of a name; STLB_NR_FIELDS for an unknown one */
enum stlb_field_id stlb_field_find(const char *name);

/** stlb_field_is_hex - whether reports write a field as a hex string */
bool stlb_field_is_hex(enum stlb_field_id field);

#endif
