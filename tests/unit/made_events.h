/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Traces written by hand for the tests of the analysis: a table of events, one row each, and the
 * counts of all rules that it has to give.
 *
 *	static const struct made trace[] = {SETTLE, {START(0, 1)}, {T2, LOCK(L1)}, ...};
 *	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
 *
 * Pages of the range macros are numbered from the address MADE_BASE, which begins a 1 GiB page.
 */
#ifndef MADE_EVENTS_H
#define MADE_EVENTS_H

#include <criterion/criterion.h>
#include <string.h>

#include "made_kinds.h"
#include "staletlb/analysis.h"

#define MM1	  UINT64_C(0xffff888041aa0000)
#define MM2	  UINT64_C(0xffff888041bb0000)
#define MADE_BASE UINT64_C(0x7f0000000000)
#define PAGE(n)	  (MADE_BASE + ((uint64_t)(n) << 12))
#define TABLE1	  UINT64_C(0xffff888007000000)
#define TABLE2	  UINT64_C(0xffff888007001000)
#define PMDS	  UINT64_C(0xffff888007002000)
#define L1	  UINT64_C(0xffff888007a13b48)
#define L2	  UINT64_C(0xffff888007a13c48)
#define RQ	  UINT64_C(0xffff88803ec2c580)
#define SUB1	  UINT64_C(0xffffc9000084f558)
#define SUB2	  UINT64_C(0xffffc9000084f758)

/* x86 entries */
#define RW(pfn)	    (((uint64_t)(pfn) << 12) | 0x067)
#define RO(pfn)	    (((uint64_t)(pfn) << 12) | 0x025)
#define CLEAN(pfn)  (((uint64_t)(pfn) << 12) | 0x007)
#define HUGE(pfn)   (((uint64_t)(pfn) << 12) | 0x0e7)
#define HUGERO(pfn) (((uint64_t)(pfn) << 12) | 0x0a5)
#define ZERO(pfn)   (((uint64_t)(pfn) << 12) | 0x225)
#define TABLE(pfn)  (((uint64_t)(pfn) << 12) | 0x067)
#define NUMA(pfn)   ((~((uint64_t)(pfn) << 12) & UINT64_C(0x000ffffffffff000)) | 0x120)
#define SWAP	    UINT64_C(0x00ffffffffbff000)
#define MIGRATION   UINT64_C(0xe7ffffffff9fb000) /* type 28: of 6.1 and of 6.12 */

/** struct made_field - one field of a row; @id is that of the event's, plus one */
struct made_field {
	uint8_t id;
	uint64_t value;
};

/** struct made - one row; what is left out: the task 100 on CPU 0, 1000 ns after the row before */
struct made {
	enum stlb_kind kind;
	struct made_field fields[10];
	const char *text, *comm;
	int32_t tid, cpu;
	enum stlb_level level;
	enum stlb_context_kind context;
	uint64_t ns;
	bool same_content;
};

#define F(id, value)                                                                               \
	{                                                                                          \
		STLB_FIELD_##id + 1, (uint64_t)(value)                                             \
	}
#define OF(event, ...) .kind = STLB_##event, .fields = {__VA_ARGS__}

/* who: a prefix of a row */
#define T2    .tid = 200, .cpu = 1
#define T3    .tid = 300, .cpu = 2
#define ON(n) .cpu = (n)
#define KSMD  .tid = 33, .cpu = 1, .comm = "ksmd"
#define IRQ   .context = STLB_CONTEXT_HARDIRQ

/* subscriptions */
#define SUBSCRIBE(sub) OF(SUBSCRIBE, F(MM, MM1), F(SUB, sub))
#define SUBSCRIBED(r)  OF(SUBSCRIBE_RET, F(RET, r))
#define UNREGISTER(s)  OF(UNREGISTER, F(MM, MM1), F(SUB, s))
#define RELEASE	       OF(UNSUBSCRIBE, F(MM, MM1))

/* ranges, in pages [a, b) */
#define STARTS(mm, a, b, how, why)                                                                 \
	OF(INV_START, F(MM, mm), F(START, PAGE(a)), F(END, PAGE(b)), F(FLAGS, how), F(EVENT, why))
#define START(a, b)	  STARTS(MM1, a, b, 1, 1)
#define START_AS(a, b, e) STARTS(MM1, a, b, 1, e)
#define START_NB(a, b)	  STARTS(MM1, a, b, 0, 1)
#define ENDS(mm, a, b, o) OF(INV_END, F(MM, mm), F(START, PAGE(a)), F(END, PAGE(b)), F(ONLY_END, o))
#define END(a, b)	  ENDS(MM1, a, b, 0)
#define ONLY_END(a, b)	  ENDS(MM1, a, b, 1)
#define END_66(a, b)	  OF(INV_END, F(MM, MM1), F(START, PAGE(a)), F(END, PAGE(b)))
#define BYTES(s, e)	  OF(INV_RANGE, F(MM, MM1), F(START, s), F(END, e))
#define INV(a, b)	  BYTES(PAGE(a), PAGE(b))
#define FLUSHED(a, b)	  OF(FLUSH_MM, F(MM, MM1), F(START, PAGE(a)), F(END, PAGE(b)))

/* entries */
#define CLEAR(n, o)	  OF(PTE_CLEAR, F(MM, MM1), F(ADDR, PAGE(n)), F(OLD, o))
#define CLEARS(mm, n, o)  OF(PTE_CLEAR, F(MM, mm), F(ADDR, PAGE(n)), F(OLD, o))
#define CLEAR_AT(o)	  OF(PTE_CLEAR, F(MM, MM1), F(OLD, o))
#define CLEARF(n, o)	  OF(PTE_CLEAR_FLUSH, F(MM, MM1), F(ADDR, PAGE(n)), F(OLD, o))
#define SET(n, o, w)	  OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(n)), F(OLD, o), F(NEW, w))
#define SETS(mm, n, o, w) OF(PTE_SET, F(MM, mm), F(ADDR, PAGE(n)), F(OLD, o), F(NEW, w))
#define SET_NR(n, w, m)	  OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(n)), F(NEW, w), F(NR, m))
#define SET_AT(p, o, w)	  OF(PTE_SET, F(MM, MM1), F(PTEP, p), F(OLD, o), F(NEW, w), F(NR, 1))
#define PMD_CLEARS(kind, n, o)                                                                     \
	OF(kind, F(MM, MM1), F(ADDR, PAGE(n)), F(OLD, o)), .level = STLB_LEVEL_PMD
#define PMD_CLEAR(n, o) PMD_CLEARS(PMD_CLEAR, n, o)
#define COLLAPSE(n, o)	PMD_CLEARS(PMD_COLLAPSE_FLUSH, n, o)
#define PMD_SET(n, o, w)                                                                           \
	OF(PMD_SET, F(MM, MM1), F(ADDR, PAGE(n)), F(OLD, o), F(NEW, w)), .level = STLB_LEVEL_PMD
#define PTL_MAP(n, ptep, l) OF(PTL_MAP, F(MM, MM1), F(ADDR, PAGE(n)), F(PTEP, ptep), F(PTL, l))
#define MAP(n, pfn)	    OF(MAP, F(MM, MM1), F(ADDR, PAGE(n)), F(PFN, pfn))
#define PTE_OF(table, n)    ((table) + 8 * ((n)&511))

/* locks */
#define ASK(l)	       OF(LOCK_ACQUIRE, F(LOCK, l)), .text = "ptlock_ptr(page)"
#define LOCK(l)	       OF(LOCK_ACQUIRED, F(LOCK, l)), .text = "ptlock_ptr(page)"
#define UNLOCK(l)      OF(LOCK_RELEASE, F(LOCK, l)), .text = "ptlock_ptr(page)"
#define ASK_ANY(l)     OF(LOCK_ACQUIRE, F(LOCK, l))
#define LOCK_ANY(l)    OF(LOCK_ACQUIRED, F(LOCK, l))
#define UNLOCK_ANY(l)  OF(LOCK_RELEASE, F(LOCK, l))
#define MMAP_LOCK(w)   OF(MMAP_LOCKED, F(MM, MM1), F(WRITE, w))
#define MMAP_UNLOCK(w) OF(MMAP_UNLOCK, F(MM, MM1), F(WRITE, w))

/* pages and tasks */
#define FREE(pfn)	OF(PAGE_FREE, F(PFN, pfn), F(ORDER, 0))
#define FREES(pfn, o)	OF(PAGE_FREE, F(PFN, pfn), F(ORDER, o))
#define FREE_AGAIN(pfn) OF(PAGE_FREE_BATCHED, F(PFN, pfn))
#define ALLOC(pfn)	OF(PAGE_ALLOC, F(PFN, pfn), F(ORDER, 0))
#define KSM(p)		OF(SAME_CONTENT, F(MM, MM1), F(PFN, p))
#define SWITCH(next)	OF(SCHED_SWITCH, F(NEXT, next))
#define WAKE(next)	OF(SCHED_WAKING, F(NEXT, next))
#define FORKS(next)	OF(FORK, F(NEXT, next))
#define EXITS		.kind = STLB_EXIT
#define USER_MODE	.kind = STLB_USER_MODE
#define LOST(where)	OF(LOST, F(MISSED, 3), F(PLACE, STLB_LOSS_##where))

/* The context is seen outside any bracket, and the mm to have a subscriber: far away from all. */
#define SETTLED(who)                                                                               \
	{who, START(0x30000, 0x30001)},                                                            \
	{                                                                                          \
		who, END(0x30000, 0x30001)                                                         \
	}
#define SETTLED_66(who)                                                                            \
	{who, START(0x30000, 0x30001)},                                                            \
	{                                                                                          \
		who, END_66(0x30000, 0x30001)                                                      \
	}
#define SETTLE	  SETTLED(ON(0))
#define SETTLE_66 SETTLED_66(ON(0))

/** struct made_how - how a table is judged, and what has to come out */
struct made_how {
	const char *kernel, *clock;
	enum stlb_arch arch;
	struct stlb_kinds recorded; /* empty: MADE_RECORDED */
	bool strict, redundant;
	bool no_irq_flags; /* events do not say task or interrupt, as in some text */
	struct stlb_filter filter;
	uint64_t counts[STLB_NR_RULES];		  /* occurrences, all rules */
	uint64_t inconclusive[STLB_NR_RULES];	  /* all rules */
	const struct stlb_obligations *ended;	  /* NULL: not looked at */
	uint64_t unplaced, mms;			  /* 0: not looked at; else plus one */
	uint64_t verdicts[STLB_INCONCLUSIVE + 1]; /* occurrences by verdict, where @by_verdict */
	bool by_verdict;
};

#define MADE_RECORDED                                                                              \
	MADE_KINDS(STLB_INV_START, STLB_INV_END, STLB_INV_RANGE, STLB_PTE_SET, STLB_PTE_CLEAR,     \
		   STLB_PMD_SET, STLB_PMD_CLEAR, STLB_PAGE_FREE)
#define MADE_WITH(...)	  MADE_MORE(MADE_RECORDED, __VA_ARGS__)
#define MADE_WITHOUT(...) MADE_LESS(MADE_RECORDED, __VA_ARGS__)

static inline struct stlb_kinds made_recorded(const struct stlb_kinds *asked)
{
	return stlb_kinds_is_empty(asked) ? MADE_RECORDED : *asked;
}

/* The trace is over, in which the usual kinds were recorded. */
static inline const struct stlb_result *made_finish(struct stlb_analysis *analysis)
{
	struct stlb_kinds recorded = MADE_RECORDED;

	return stlb_analysis_finish(analysis, &recorded);
}

#define BEFORE_6_6 .kernel = "6.1.0"
#define SINCE_6_6  .kernel = "6.12.0"

/* A table's events, judged: fails the test where a count differs. */
#define JUDGE(table, ...)                                                                          \
	made_judge(__func__, __LINE__, table, sizeof(table) / sizeof((table)[0]),                  \
		   &(struct made_how){__VA_ARGS__})

static inline void made_fill(struct stlb_event *event, const struct made *row, uint64_t ns)
{
	memset(event, 0, sizeof(*event));
	event->kind = row->kind;
	event->name = stlb_kind_name(row->kind);
	event->comm = row->comm ? row->comm : "task";
	event->text = row->text;
	event->tid = row->tid ? row->tid : 100;
	event->cpu = row->cpu;
	event->level = row->level;
	event->context = row->context;
	event->same_content = row->same_content;
	event->ns = row->ns ? row->ns : ns;
	for (const struct made_field *field = row->fields; field->id; field++) {
		event->has |= UINT64_C(1) << (field->id - 1);
		event->value[field->id - 1] = field->value;
	}
}

static inline struct stlb_analysis *made_start(const struct made_how *how)
{
	struct stlb_trace_facts facts = {.kernel = how->kernel,
					 .clock = how->clock ? how->clock : "global",
					 .arch = how->arch ? how->arch : STLB_ARCH_X86_64,
					 .recorded = made_recorded(&how->recorded),
					 .irq_flags = !how->no_irq_flags};
	struct stlb_analysis_options options;

	memset(&options, 0, sizeof(options));
	stlb_analysis_defaults(&options);
	options.strict = how->strict;
	options.filter = how->filter;
	if (how->redundant)
		options.severity[STLB_RULE_REDUNDANT] = STLB_NOTICE;
	return stlb_analysis_new(&options, &facts);
}

static inline void made_compare_ended(const char *test, int line,
				      const struct stlb_obligations *got,
				      const struct stlb_obligations *want)
{
#define X(how)                                                                                     \
	cr_expect_eq(got->how, want->how, "%s:%d: %lu obligations " #how ", expected %lu", test,   \
		     line, got->how, want->how)
	X(total);
	X(discharged_in_lock);
	X(discharged_deferred);
	X(restored);
	X(expired);
	X(is_void);
	X(pending);
	X(exempt);
#undef X
}

/* A finding is of one kind: reported for sure, or in doubt as its verdict says. */
static inline void made_agrees(const char *test, int line, const struct stlb_finding *finding)
{
	bool doubted = finding->verdict == STLB_INCONCLUSIVE;

	cr_expect(doubted ? !finding->occurrences : !finding->inconclusive,
		  "%s:%d: %s, verdict %s, but %lu sure and %lu inconclusive", test, line,
		  stlb_rule_info(finding->rule)->id, stlb_verdict_name(finding->verdict),
		  finding->occurrences, finding->inconclusive);
	cr_expect(finding->first_ns <= finding->last_ns, "%s:%d: last before first", test, line);
}

static inline void made_compare(const char *test, int line, const struct stlb_result *got,
				const struct made_how *how)
{
	uint64_t verdicts[STLB_INCONCLUSIVE + 1] = {0};

	for (int i = 0; i < STLB_NR_RULES; i++) {
		cr_expect_eq(got->rules[i].occurrences, how->counts[i], "%s:%d: %lu x %s, not %lu",
			     test, line, got->rules[i].occurrences, stlb_rule_info(i)->id,
			     how->counts[i]);
		cr_expect_eq(got->rules[i].inconclusive, how->inconclusive[i],
			     "%s:%d: %lu x inconclusive %s, not %lu", test, line,
			     got->rules[i].inconclusive, stlb_rule_info(i)->id,
			     how->inconclusive[i]);
	}
	for (uint32_t i = 0; i < got->nr_findings; i++) {
		verdicts[got->findings[i]->verdict] += got->findings[i]->occurrences;
		made_agrees(test, line, got->findings[i]);
	}
	cr_expect_eq(got->dropped, 0, "%s:%d: %lu dropped", test, line, got->dropped);
	for (int i = 0; how->by_verdict && i < STLB_INCONCLUSIVE; i++)
		cr_expect_eq(verdicts[i], how->verdicts[i], "%s:%d: %lu %s, not %lu", test, line,
			     verdicts[i], stlb_verdict_name(i), how->verdicts[i]);
	if (how->ended)
		made_compare_ended(test, line, &got->obligations, how->ended);
	if (how->unplaced)
		cr_expect_eq(got->unplaced, how->unplaced - 1, "%s:%d: %lu unplaced", test, line,
			     got->unplaced);
	if (how->mms)
		cr_expect_eq(got->mms, how->mms - 1, "%s:%d: %lu mms", test, line, got->mms);
}

static inline void made_judge(const char *test, int line, const struct made *rows, size_t nr,
			      const struct made_how *how)
{
	struct stlb_analysis *analysis = made_start(how);
	struct stlb_kinds recorded = made_recorded(&how->recorded);
	const struct stlb_result *result;
	struct stlb_event event;

	cr_assert_not_null(analysis);
	for (size_t i = 0; i < nr; i++) {
		made_fill(&event, &rows[i], 1000 * (i + 1));
		cr_assert_eq(stlb_analysis_event(analysis, &event), 0);
	}
	result = stlb_analysis_finish(analysis, &recorded);
	cr_assert_not_null(result);
	made_compare(test, line, result, how);
	stlb_analysis_free(analysis);
}

#endif
