/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "oracle.h"
#include "selftest.h"

enum { MAX_ROWS = 20, MAX_VIOLATIONS = 2 };

#define MM	     UINT64_C(0xffff888001000000)
#define LOCK	     UINT64_C(0xffff888002000000)
#define BASE	     UINT64_C(0x7f0000000000)
#define RW(pfn)	     ((uint64_t)(pfn) << 12 | 0x67)
#define RO(pfn)	     ((uint64_t)(pfn) << 12 | 0x25)
#define HUGE_RW(pfn) (RW(pfn) | X86_PSE)
#define TABLE(pfn)   RW(pfn)

/*
 * One event: who, what, and its numbers. Of ranges @a and @b are the first page and the page after
 * the last; of updates @page, old and new entry; of frees the pfn.
 */
struct row {
	int tid;
	enum stlb_kind kind;
	uint64_t a, b, c;
};

struct known {
	const char *name;
	const char *kernel;
	struct row rows[MAX_ROWS];
	struct {
		enum stlb_rule rule;
		unsigned int observed;
	} violations[MAX_VIOLATIONS];
	struct stlb_obligations obligations;
};

static const struct known known_traces[] = {
	{"copy-on-write as it should be",
	 "6.1",
	 {{1, STLB_INV_START, 0, 1, 0},
	  {1, STLB_LOCK_ACQUIRE, 0, 0, 0},
	  {1, STLB_PTE_CLEAR_FLUSH, 0, RO(1), 0},
	  {1, STLB_INV_RANGE, 0, 1, 0},
	  {1, STLB_PTE_SET, 0, 0, RW(2)},
	  {1, STLB_PTE_CLEAR, 0, 0, 0},
	  {1, STLB_LOCK_RELEASE, 0, 0, 0},
	  {1, STLB_INV_END, 0, 1, 1},
	  {1, STLB_PAGE_FREE, 1, 0, 0}},
	 {{0}},
	 {.total = 1, .discharged_in_lock = 1}},
	{"copy-on-write notified at the end only",
	 "6.1",
	 {{1, STLB_INV_START, 0, 1, 0},
	  {1, STLB_LOCK_ACQUIRE, 0, 0, 0},
	  {1, STLB_PTE_CLEAR_FLUSH, 0, RO(1), 0},
	  {1, STLB_PTE_SET, 0, 0, RW(2)},
	  {1, STLB_LOCK_RELEASE, 0, 0, 0},
	  {1, STLB_INV_END, 0, 1, 0},
	  {1, STLB_PAGE_FREE, 1, 0, 0}},
	 {{STLB_RULE_REPOINT, 1}},
	 {.total = 1, .discharged_deferred = 1}},
	{"copy-on-write never notified",
	 "6.12",
	 {{1, STLB_INV_START, 0, 1, 0},
	  {1, STLB_LOCK_ACQUIRE, 0, 0, 0},
	  {1, STLB_PTE_CLEAR, 0, RO(1), 0},
	  {1, STLB_PTE_SET, 0, 0, RW(2)},
	  {1, STLB_LOCK_RELEASE, 0, 0, 0},
	  {1, STLB_INV_END, 0, 1, 0}},
	 {{STLB_RULE_REPOINT, 1}, {STLB_RULE_NEVER, 1}},
	 {.total = 1, .expired = 1}},
	{"zap freed before its flush",
	 "6.12",
	 {{1, STLB_INV_START, 0, 2, 0},
	  {1, STLB_LOCK_ACQUIRE, 0, 0, 0},
	  {1, STLB_PTE_CLEAR, 0, RW(1), 0},
	  {1, STLB_PTE_CLEAR, 1, RW(2), 0},
	  {1, STLB_LOCK_RELEASE, 0, 0, 0},
	  {1, STLB_INV_END, 0, 2, 0},
	  {2, STLB_PAGE_FREE, 2, 0, 0},
	  {1, STLB_INV_RANGE, 0, 2, 0},
	  {1, STLB_PAGE_FREE, 1, 0, 0}},
	 {{STLB_RULE_FREE, 1}},
	 {.total = 2, .discharged_deferred = 2}},
	{"KSM puts a page of the same content",
	 "6.1",
	 {{1, STLB_INV_START, 0, 1, 0},
	  {1, STLB_LOCK_ACQUIRE, 0, 0, 0},
	  {1, STLB_PTE_CLEAR, 0, RO(1), 0},
	  {1, STLB_PTE_SET, 0, 0, RO(2)},
	  {1, STLB_LOCK_RELEASE, 0, 0, 0},
	  {1, STLB_INV_END, 0, 1, 0},
	  {1, STLB_SAME_CONTENT, 1, 0, 0}},
	 {{0}},
	 {.total = 1, .discharged_deferred = 1, .exempt = 1}},
	{"a fault before the zap's flush",
	 "6.12",
	 {{1, STLB_INV_START, 0, 1, 0},
	  {1, STLB_LOCK_ACQUIRE, 0, 0, 0},
	  {1, STLB_PTE_CLEAR, 0, RW(1), 0},
	  {1, STLB_LOCK_RELEASE, 0, 0, 0},
	  {2, STLB_LOCK_ACQUIRE, 0, 0, 0},
	  {2, STLB_PTE_SET, 0, 0, RW(2)},
	  {2, STLB_LOCK_RELEASE, 0, 0, 0},
	  {1, STLB_INV_END, 0, 1, 0},
	  {1, STLB_INV_RANGE, 0, 1, 0}},
	 {{STLB_RULE_REFAULT, 1}},
	 {.total = 1, .discharged_deferred = 1}},
	{"only another task's invalidation, in no order",
	 "6.1",
	 {{1, STLB_INV_START, 0, 1, 0},
	  {1, STLB_LOCK_ACQUIRE, 0, 0, 0},
	  {1, STLB_PTE_CLEAR, 0, RW(1), 0},
	  {2, STLB_INV_RANGE, 0, 1, 0},
	  {1, STLB_LOCK_RELEASE, 0, 0, 0},
	  {1, STLB_INV_END, 0, 1, 1}},
	 {{STLB_RULE_RACY, 1}},
	 {.total = 1, .expired = 1}},
	{"the same, ordered by the lock",
	 "6.1",
	 {{1, STLB_INV_START, 0, 1, 0},
	  {1, STLB_LOCK_ACQUIRE, 0, 0, 0},
	  {1, STLB_PTE_CLEAR, 0, RW(1), 0},
	  {2, STLB_LOCK_ACQUIRE, 0, 0, 0},
	  {1, STLB_LOCK_RELEASE, 0, 0, 0},
	  {2, STLB_LOCK_RELEASE, 0, 0, 0},
	  {2, STLB_INV_RANGE, 0, 1, 0},
	  {1, STLB_INV_END, 0, 1, 1}},
	 {{0}},
	 {.total = 1, .discharged_deferred = 1}},
	{"half of a huge page",
	 "6.12",
	 {{1, STLB_INV_START, 0, 512, 0},
	  {1, STLB_LOCK_ACQUIRE, 0, 0, 0},
	  {1, STLB_PMD_CLEAR, 0, HUGE_RW(512), 0},
	  {1, STLB_INV_RANGE, 0, 256, 0},
	  {1, STLB_LOCK_RELEASE, 0, 0, 0},
	  {1, STLB_INV_END, 0, 512, 0}},
	 {{STLB_RULE_PARTIAL, 1}},
	 {.total = 1, .discharged_in_lock = 1}},
	{"split of a huge page, one of its ptes only",
	 "6.1",
	 {{1, STLB_INV_START, 0, 512, 0},
	  {1, STLB_LOCK_ACQUIRE, 0, 0, 0},
	  {1, STLB_PMD_CLEAR, 0, HUGE_RW(512), 0},
	  {1, STLB_PTE_SET, 0, 0, RW(512)},
	  {1, STLB_LOCK_RELEASE, 0, 0, 0},
	  {1, STLB_INV_END, 0, 512, 1}},
	 {{STLB_RULE_NEVER, 1}},
	 {.total = 1, .expired = 1}},
	{"out and in again without a bracket",
	 "6.12",
	 {{1, STLB_INV_RANGE, 9, 10, 0},
	  {1, STLB_LOCK_ACQUIRE, 0, 0, 0},
	  {1, STLB_PTE_CLEAR, 0, RW(1), 0},
	  {1, STLB_PTE_SET, 0, 0, RW(1)},
	  {1, STLB_PTE_CLEAR, 1, RW(2), 0},
	  {1, STLB_LOCK_RELEASE, 0, 0, 0}},
	 {{STLB_RULE_UNBRACKETED, 1}},
	 {.total = 2, .restored = 1, .pending = 1}},
	{"two ranges, one flush behind both",
	 "6.18",
	 {{1, STLB_MMAP_LOCKED, 0, 0, 0},
	  {1, STLB_INV_START, 0, 1, 0},
	  {1, STLB_PTE_CLEAR, 0, RW(1), 0},
	  {1, STLB_INV_END, 0, 1, 0},
	  {1, STLB_INV_START, 1, 2, 0},
	  {1, STLB_PTE_CLEAR, 1, RW(2), 0},
	  {1, STLB_INV_END, 1, 2, 0},
	  {1, STLB_INV_RANGE, 0, 2, 0},
	  {1, STLB_MMAP_UNLOCK, 0, 0, 0}},
	 {{0}},
	 {.total = 2, .discharged_deferred = 2}},
	{"two ranges, and no flush until mmap_lock is let go",
	 "6.18",
	 {{1, STLB_MMAP_LOCKED, 0, 0, 0},
	  {1, STLB_INV_START, 0, 1, 0},
	  {1, STLB_PTE_CLEAR, 0, RW(1), 0},
	  {1, STLB_INV_END, 0, 1, 0},
	  {1, STLB_INV_START, 1, 2, 0},
	  {1, STLB_INV_END, 1, 2, 0},
	  {1, STLB_MMAP_UNLOCK, 0, 0, 0}},
	 {{STLB_RULE_NEVER, 1}},
	 {.total = 1, .expired = 1}},
	{"the same where nothing tells the end",
	 "6.18",
	 {{1, STLB_INV_START, 0, 1, 0},
	  {1, STLB_PTE_CLEAR, 0, RW(1), 0},
	  {1, STLB_INV_END, 0, 1, 0},
	  {1, STLB_INV_START, 1, 2, 0},
	  {1, STLB_INV_END, 1, 2, 0}},
	 {{0}},
	 {.total = 1, .pending = 1}},
	{"KSM's evidence of another update: a range lies between",
	 "6.1",
	 {{1, STLB_INV_START, 0, 1, 0},
	  {1, STLB_LOCK_ACQUIRE, 0, 0, 0},
	  {1, STLB_PTE_CLEAR, 0, RO(1), 0},
	  {1, STLB_PTE_SET, 0, 0, RO(2)},
	  {1, STLB_LOCK_RELEASE, 0, 0, 0},
	  {1, STLB_INV_END, 0, 1, 0},
	  {1, STLB_INV_START, 5, 6, 0},
	  {1, STLB_INV_END, 5, 6, 0},
	  {1, STLB_SAME_CONTENT, 1, 0, 0}},
	 {{STLB_RULE_REPOINT, 1}},
	 {.total = 1, .discharged_deferred = 1}},
	{"preempted with the lock held",
	 "6.1",
	 {{1, STLB_INV_START, 0, 1, 0},
	  {1, STLB_LOCK_ACQUIRE, 0, 0, 0},
	  {1, STLB_PTE_CLEAR, 0, RW(1), 0},
	  {1, STLB_SCHED_SWITCH, 7, 0, 0},
	  {1, STLB_PTE_SET, 0, 0, RW(2)},
	  {1, STLB_LOCK_RELEASE, 0, 0, 0},
	  {1, STLB_INV_END, 0, 1, 0}},
	 {{STLB_RULE_REPOINT, 1}},
	 {.total = 1, .discharged_deferred = 1}},
	{"a hold whose end was not seen",
	 "6.1",
	 {{1, STLB_INV_START, 0, 1, 0},
	  {1, STLB_LOCK_ACQUIRE, 0, 0, 0},
	  {1, STLB_PTE_CLEAR, 0, RW(1), 0},
	  {1, STLB_SCHED_SWITCH, 7, 0, 0},
	  {1, STLB_LOCK_ACQUIRE, 0, 0, 0},
	  {1, STLB_PTE_SET, 0, 0, RW(2)},
	  {1, STLB_LOCK_RELEASE, 0, 0, 0},
	  {1, STLB_INV_END, 0, 1, 0}},
	 {{STLB_RULE_REFAULT, 1}},
	 {.total = 1, .discharged_deferred = 1}},
	{"a table put back, but for one entry that was cleared meanwhile",
	 "6.1",
	 {{1, STLB_INV_START, 0, 512, 0},
	  {1, STLB_PTE_SET, 0, 0, RW(1)},
	  {1, STLB_PTE_SET, 1, 0, RW(2)},
	  {1, STLB_PMD_COLLAPSE_FLUSH, 0, TABLE(9), 0},
	  {1, STLB_PTE_CLEAR, 1, RW(2), 0},
	  {1, STLB_PMD_SET, 0, 0, TABLE(9)},
	  {1, STLB_PAGE_FREE, 2, 0, 0}},
	 {{STLB_RULE_FREE, 1}},
	 {.total = 1, .pending = 1}},
	{"a table put back as it was",
	 "7.3",
	 {{1, STLB_INV_START, 0, 1, 0},
	  {1, STLB_PTE_SET, 0, 0, RW(1)},
	  {1, STLB_PMD_COLLAPSE_FLUSH, 0, TABLE(9), 0},
	  {1, STLB_INV_END, 0, 1, 0},
	  {1, STLB_PMD_SET, 0, 0, TABLE(9)}},
	 {{0}},
	 {.total = 1, .restored = 1}},
	{"freed while an entry maps it",
	 "6.1",
	 {{1, STLB_INV_START, 0, 1, 0},
	  {1, STLB_PTE_SET, 0, 0, RW(1)},
	  {1, STLB_PTE_CLEAR, 0, 0, 0},
	  {1, STLB_PAGE_FREE, 1, 0, 0}},
	 {{STLB_RULE_MAPPED, 1}},
	 {0}},
	{"a device that kept what was invalidated",
	 "6.1",
	 {{1, STLB_INV_START, 0, 1, 0},
	  {2, STLB_DEV_FILL, 0, 1, 0},
	  {1, STLB_PTE_CLEAR, 0, RW(1), 0},
	  {2, STLB_DEV_READ, 0, 1, 0},
	  {1, STLB_INV_RANGE, 0, 1, 0},
	  {2, STLB_DEV_READ, 0, 1, 0}},
	 {{STLB_RULE_STALE_ACCESS, 1}},
	 {.total = 1, .discharged_deferred = 1}},
	{"an mm that is freed, and another at its address",
	 "6.1",
	 {{1, STLB_INV_START, 0, 1, 0},
	  {1, STLB_PTE_CLEAR, 0, RW(1), 0},
	  {1, STLB_INV_END, 0, 1, 1},
	  {1, STLB_PTE_CLEAR, 1, RW(2), 0},
	  {1, STLB_MM_FREE, 0, 0, 0},
	  {1, STLB_PAGE_FREE, 2, 0, 0},
	  {1, STLB_PTE_CLEAR, 1, RW(3), 0},
	  {1, STLB_PAGE_FREE, 3, 0, 0}},
	 {{STLB_RULE_NEVER, 1}},
	 {.total = 2, .expired = 1, .is_void = 1}},
	{"an end without its start, an empty range",
	 "6.12",
	 {{1, STLB_INV_RANGE, 3, 3, 0}, {1, STLB_INV_END, 0, 1, 0}},
	 {{STLB_RULE_UNBALANCED, 1}, {STLB_RULE_EMPTY, 1}},
	 {0}},
};

static void put_range(struct stlb_event *event, const struct row *row, bool before_6_6)
{
	event_put(event, STLB_FIELD_MM, MM);
	event_put(event, STLB_FIELD_START, BASE + row->a * PAGE_BYTES);
	event_put(event, STLB_FIELD_END, BASE + row->b * PAGE_BYTES);
	if (row->kind == STLB_INV_START) {
		event_put(event, STLB_FIELD_FLAGS, 1);
		event_put(event, STLB_FIELD_EVENT, 1);
	} else if (row->kind == STLB_INV_END && before_6_6) {
		event_put(event, STLB_FIELD_ONLY_END, row->c);
	}
}

static void put_update(struct stlb_event *event, const struct row *row)
{
	event->level = row->kind == STLB_PTE_SET || row->kind == STLB_PTE_CLEAR ||
				       row->kind == STLB_PTE_CLEAR_FLUSH
			       ? STLB_LEVEL_PTE
			       : STLB_LEVEL_PMD;
	event_put(event, STLB_FIELD_MM, MM);
	event_put(event, STLB_FIELD_ADDR, BASE + row->a * PAGE_BYTES);
	event_put(event, STLB_FIELD_OLD, row->b);
	if (row->kind == STLB_PTE_SET || row->kind == STLB_PMD_SET)
		event_put(event, STLB_FIELD_NEW, row->c);
}

static void put_fields(struct stlb_event *event, const struct row *row, bool before_6_6)
{
	switch (row->kind) {
	case STLB_INV_START:
	case STLB_INV_END:
	case STLB_INV_RANGE:
		put_range(event, row, before_6_6);
		break;
	case STLB_LOCK_ACQUIRE:
	case STLB_LOCK_RELEASE:
		event->text = before_6_6 ? "ptlock_ptr(page)" : "ptlock_ptr(ptdesc)";
		event_put(event, STLB_FIELD_LOCK, LOCK);
		break;
	case STLB_PAGE_FREE:
	case STLB_SAME_CONTENT:
		event_put(event, STLB_FIELD_PFN, row->a);
		break;
	case STLB_SCHED_SWITCH:
		event_put(event, STLB_FIELD_NEXT, row->a);
		break;
	case STLB_DEV_FILL:
	case STLB_DEV_READ:
		event_put(event, STLB_FIELD_DEV, 0);
		event_put(event, STLB_FIELD_MM, MM);
		event_put(event, STLB_FIELD_ADDR, BASE + row->a * PAGE_BYTES);
		event_put(event, STLB_FIELD_PFN, row->b);
		break;
	case STLB_MMAP_LOCKED:
	case STLB_MMAP_UNLOCK:
	case STLB_MM_FREE:
		event_put(event, STLB_FIELD_MM, MM);
		break;
	default:
		put_update(event, row);
	}
}

static void add_event(struct trace *trace, int tid, enum stlb_kind kind)
{
	trace->events[trace->nr] = (struct stlb_event){
		.kind = kind,
		.name = stlb_kind_name(kind),
		.tid = tid,
		.cpu = tid,
		.ns = 1000 * (uint64_t)(trace->nr + 1),
	};
	stlb_kinds_add(&trace->facts.recorded, kind);
	trace->nr++;
}

static void build(const struct known *known, struct trace *trace)
{
	memset(trace, 0, sizeof(*trace));
	trace->facts.kernel = known->kernel;
	stlb_kinds_add(&trace->facts.recorded, STLB_INV_RANGE);
	for (int tid = 1; tid <= 2; tid++)
		add_event(trace, tid, STLB_USER_MODE);
	for (unsigned int i = 0; i < MAX_ROWS && known->rows[i].tid; i++) {
		const struct row *row = &known->rows[i];

		add_event(trace, row->tid, row->kind);
		put_fields(&trace->events[trace->nr - 1], row, trace_before_6_6(trace));
	}
}

unsigned int selftest(void)
{
	static struct trace trace;
	unsigned int wrong = 0;

	for (unsigned int i = 0; i < sizeof(known_traces) / sizeof(known_traces[0]); i++) {
		const struct known *known = &known_traces[i];
		struct judgement expected = {.obligations = known->obligations}, judged;

		for (unsigned int j = 0; j < MAX_VIOLATIONS; j++)
			expected.rules[known->violations[j].rule].observed +=
				known->violations[j].observed;
		build(known, &trace);
		oracle_judge(&trace, &judged);
		if (!judgement_differs(&expected, &judged))
			continue;
		printf("the oracle misjudges: %s\n", known->name);
		trace_print(&trace);
		judgement_print_difference(&expected, &judged);
		wrong++;
	}
	return wrong;
}
