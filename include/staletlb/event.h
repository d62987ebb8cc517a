/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events: what a trace event means for page tables, locks, notifiers and pages, whatever kernel
 * and whatever probe it came from. The decoder makes them out of records; nothing after the
 * decoder knows of formats, and nothing before it of kinds.
 */
#ifndef STALETLB_EVENT_H
#define STALETLB_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "staletlb/api.h"
#include "staletlb/kind.h"
#include "staletlb/source.h"

#ifdef __cplusplus
extern "C" {
#endif

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
	X(EXPECTED, "expected", HEX, "entry that a compare-and-exchange looks for")                \
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
	X(CALLBACK, "invalidate_callback", HEX, "the notifier's invalidation callback")            \
	X(START_CALLBACK, "start_callback", HEX, "the notifier's range_start callback")            \
	X(VMEMMAP, "vmemmap_base", HEX, "where struct pages start")                                \
	X(DIRECT_MAP, "page_offset_base", HEX, "where the direct map starts")                      \
	X(ZERO_PFN, "zero_pfn", HEX, "pfn of the zero page")                                       \
	X(HUGE_ZERO_PFN, "huge_zero_pfn", HEX, "pfn of the huge zero page, ~0: none")              \
	X(DEVICE_PRIVATE, "device_private", DECIMAL,                                               \
	  "1: the kernel has device entries among its swap types")                                 \
	X(FREEZE, "freeze", DECIMAL, "a split leaves migration entries")                           \
	X(TABLE, "table", HEX, "struct page pointer of a page table")                              \
	X(PGD, "pgd", HEX, "kernel address of the topmost page table")                             \
	X(LEVEL, "level", DECIMAL, "of an entry: 0 pte, 1 pmd, 2 pud, 3 p4d, 4 pgd")               \
	X(FREED, "freed", DECIMAL, "a flush after tables were freed")                              \
	X(NEXT, "next", DECIMAL, "tid of the other task")                                          \
	X(WRITE, "write", DECIMAL, "1: held or made for writing")                                  \
	X(DEV, "dev", DECIMAL, "device number")                                                    \
	X(PTE, "pte", HEX, "entry that a tracepoint reports")                                      \
	X(CALLER, "caller", HEX, "where the probed function was called from")                      \
	X(MISSED, "lost", DECIMAL, "events lost, 0: unknown how many")                             \
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
	STLB_LEVEL_P4D, /* 512 GiB: the topmost one, where there are no five levels */
	STLB_LEVEL_PGD, /* 256 TiB */
	STLB_NR_LEVELS,
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
	uint8_t context;      /* enum stlb_context_kind */
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

/** stlb_event_name - the name of an event's trace event; where it has none, of its kind */
static inline const char *stlb_event_name(const struct stlb_event *event)
{
	return event->name ? event->name : stlb_kind_name((enum stlb_kind)event->kind);
}

/** stlb_field_name - the name of a field; NULL out of range */
STLB_API const char *stlb_field_name(enum stlb_field_id field);

/** stlb_field_find - the field of a name; STLB_NR_FIELDS for an unknown one */
STLB_API enum stlb_field_id stlb_field_find(const char *name);

/** stlb_level_name - "pte", "pmd", ...; NULL out of range */
STLB_API const char *stlb_level_name(enum stlb_level level);

/** stlb_field_is_hex - whether reports write a field as a hex string */
STLB_API bool stlb_field_is_hex(enum stlb_field_id field);

#ifdef __cplusplus
}
#endif

#endif
