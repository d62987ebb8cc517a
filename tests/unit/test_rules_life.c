/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When updates need invalidations, what losses leave unsure, and what a filter lets pass.
 * The traps T<n> are those of staletlb-kernel(7).
 */
#include "made_events.h"

#define ZAP(n, pfn)                                                                                \
	{LOCK(L1)}, {CLEAR(n, RW(pfn))},                                                           \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define FREE_EARLY                                                                                 \
	ZAP(0, 0xa),                                                                               \
	{                                                                                          \
		FREE(0xa)                                                                          \
	}
#define VIOLATED(n) .counts = {[STLB_RULE_FREE] = (n)}
#define DOUBTFUL(n) .inconclusive = {[STLB_RULE_FREE] = (n)}

/* ---- subscriptions ---- */

Test(subscription, from_the_first_notifier_event)
{
	static const struct made start[] = {{START(0, 1)}, FREE_EARLY, {END(0, 1)}};
	static const struct made none[] = {FREE_EARLY};
	static const struct made later[] = {FREE_EARLY, {START(0, 1)}, {END(0, 1)}};

	JUDGE(start, BEFORE_6_6, VIOLATED(1), .mms = 1 + 1);
	JUDGE(none, BEFORE_6_6, .mms = 0 + 1);
	JUDGE(later, BEFORE_6_6, .mms = 1 + 1);
}

/* Between the entry of a registration and its return faults still run unnotified. */
Test(subscription, from_the_return_of_register)
{
	static const struct made before[] = {
		{SUBSCRIBE(SUB1)}, {T2, SET(0, RO(0xa), RW(0xb))}, {SUBSCRIBED(0)}, {FREE(0xa)}};
	static const struct made after[] = {
		{SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)}, {T2, CLEAR(0, RW(0xa))}, {FREE(0xa)}};
	static const struct made failed[] = {
		{SUBSCRIBE(SUB1)}, {SUBSCRIBED(-16)}, {T2, CLEAR(0, RW(0xa))}, {FREE(0xa)}};

	JUDGE(before, BEFORE_6_6, .mms = 1 + 1);
	JUDGE(after, BEFORE_6_6, VIOLATED(1), .mms = 1 + 1);
	JUDGE(failed, BEFORE_6_6, .mms = 0 + 1);
}

/* One that failed does not count: the last to leave is the last. */
Test(subscription, failed_register_leaves_nobody)
{
	static const struct made trace[] = {
		{SUBSCRIBE(SUB1)}, {SUBSCRIBED(-12)},  {SUBSCRIBE(SUB2)},
		{SUBSCRIBED(0)},   {UNREGISTER(SUB2)}, FREE_EARLY,
	};

	JUDGE(trace, BEFORE_6_6);
}

/* Another registration that fails leaves the one that was made. */
Test(subscription, failed_register_leaves_those_before)
{
	static const struct made trace[] = {
		{SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)}, {SUBSCRIBE(SUB2)}, {SUBSCRIBED(-12)},
		{START(0, 1)},	   FREE_EARLY,	    {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, VIOLATED(1));
}

/* A registration that does not tell its notifier counts; one of interval notifiers does not. */
Test(subscription, of_a_notifier_that_is_not_reported)
{
	static const struct made over[] = {
		{OF(SUBSCRIBE, F(MM, MM1))}, {SUBSCRIBED(0)}, {UNREGISTER(SUB1)}, FREE_EARLY};
	static const struct made prepared[] = {{SUBSCRIBE(SUB1)},  {SUBSCRIBED(0)},
					       {SUBSCRIBE(0)},	   {SUBSCRIBED(0)},
					       {UNREGISTER(SUB1)}, FREE_EARLY};

	JUDGE(over, BEFORE_6_6);
	JUDGE(prepared, BEFORE_6_6);
}

/* An unregister that takes nobody away does not count. */
Test(subscription, unregister_of_nobody)
{
	static const struct made over[] = {
		{UNREGISTER(SUB1)}, {SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)},
		{UNREGISTER(SUB1)}, FREE_EARLY,
	};
	static const struct made goes_on[] = {
		{UNREGISTER(SUB1)}, {SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)},
		{START(0, 1)},	    FREE_EARLY,	       {END(0, 1)},
	};

	JUDGE(over, BEFORE_6_6);
	JUDGE(goes_on, BEFORE_6_6, VIOLATED(1));
}

Test(subscription, only_the_entry_of_register_is_traced)
{
	static const struct made quiet[] = {
		{SUBSCRIBE(SUB1)}, {T2, CLEAR(0, RW(0xa))}, {FREE(0xa)}};
	static const struct made event[] = {
		{SUBSCRIBE(SUB1)},
		{START(0, 1)},
		FREE_EARLY,
		{END(0, 1)},
	};
	static const struct made range[] = {
		{SUBSCRIBE(SUB1)},
		{INV(5, 6)},
		{T2, CLEAR(0, RW(0xa))},
		{FREE(0xa)},
	};

	JUDGE(quiet, BEFORE_6_6);
	JUDGE(event, BEFORE_6_6, VIOLATED(1));
	JUDGE(range, BEFORE_6_6, VIOLATED(1));
}

/* Events lost before it cannot hide its return: until that comes nothing is pending. */
Test(subscription, not_by_an_event_after_older_losses)
{
#define RETURNS_ARE_TRACED                                                                         \
	{T3, OF(SUBSCRIBE, F(MM, MM2), F(SUB, SUB2))},                                             \
	{                                                                                          \
		T3, SUBSCRIBED(0)                                                                  \
	}
	static const struct made before[] = {
		RETURNS_ARE_TRACED,	 {LOST(HERE)},	  {SUBSCRIBE(SUB1)}, {T2, START(0, 1)},
		{T2, CLEAR(0, RW(0xa))}, {T2, FREE(0xa)}, {T2, END(0, 1)},   {SUBSCRIBED(0)}};
	static const struct stlb_obligations none = {0},
					     one = {.total = 1, .discharged_deferred = 1};
	static const struct made since[] = {
		RETURNS_ARE_TRACED, {SUBSCRIBE(SUB1)},	     {LOST(HERE)},
		{T2, START(0, 1)},  {T2, CLEAR(0, RW(0xa))}, {T2, END(0, 1)}};

	JUDGE(before, BEFORE_6_6, .ended = &none);
	JUDGE(since, BEFORE_6_6, .ended = &one);
}

#define TWO_SUBSCRIBERS                                                                            \
	{SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)}, {SUBSCRIBE(SUB2)}, {SUBSCRIBED(0)}, {START(0, 1)},     \
		ZAP(0, 0xa)

Test(subscription, until_the_last_unregister)
{
	static const struct made first[] = {
		TWO_SUBSCRIBERS,
		{UNREGISTER(SUB1)},
		{FREE(0xa)},
		{END(0, 1)},
	};
	static const struct made last[] = {
		TWO_SUBSCRIBERS, {UNREGISTER(SUB1)}, {UNREGISTER(SUB2)}, {FREE(0xa)}, {END(0, 1)},
	};
	static const struct stlb_obligations ended = {.total = 1, .is_void = 1};

	JUDGE(first, BEFORE_6_6, VIOLATED(1));
	JUDGE(last, BEFORE_6_6, .ended = &ended);
}

/* Who else registered before the trace is not known: one unregister is not the last. */
Test(subscription, unregister_of_one_that_was_there_before)
{
	static const struct made trace[] = {
		SETTLE, {UNREGISTER(SUB1)}, {START(0, 1)}, FREE_EARLY, {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, VIOLATED(1));
}

/* Nor is that of one that came later: those from before the trace are still there. */
Test(subscription, unregister_of_one_that_came_later)
{
	static const struct made trace[] = {
		SETTLE,	    {START(0, 1)}, {SUBSCRIBE(SUB2)}, {SUBSCRIBED(0)}, {UNREGISTER(SUB2)},
		FREE_EARLY, {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, VIOLATED(1));
}

/* put: only the last reference unhashes. */
Test(subscription, until_the_last_put)
{
	static const struct made last[] = {
		{SUBSCRIBE(SUB1)},
		{SUBSCRIBED(0)},
		{START(0, 1)},
		ZAP(0, 0xa),
		{OF(NOTIFIER_PUT, F(MM, MM1), F(SUB, SUB1), F(USERS, 1))},
		{FREE(0xa)},
		{END(0, 1)},
	};
	static const struct made not_last[] = {
		{SUBSCRIBE(SUB1)},
		{SUBSCRIBED(0)},
		{START(0, 1)},
		ZAP(0, 0xa),
		{OF(NOTIFIER_PUT, F(MM, MM1), F(SUB, SUB1), F(USERS, 2))},
		{FREE(0xa)},
		{END(0, 1)},
	};

	JUDGE(last, BEFORE_6_6);
	JUDGE(not_last, BEFORE_6_6, VIOLATED(1));
}

/* Notifier functions are still called after a release, with nobody to hear them. */
Test(subscription, release_is_final)
{
	static const struct made trace[] = {
		SETTLE, {RELEASE}, {START(0, 1)}, FREE_EARLY, {ONLY_END(0, 1)}, {END(7, 8)},
	};
	static const struct made pending[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {RELEASE}, {FREE(0xa)}};
	static const struct made again[] = {
		SETTLE,	       {RELEASE},  {SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)},
		{START(0, 1)}, FREE_EARLY, {END(0, 1)},
	};
	static const struct stlb_obligations ended = {.total = 1, .is_void = 1};

	JUDGE(trace, BEFORE_6_6);
	JUDGE(pending, BEFORE_6_6, .ended = &ended);
	JUDGE(again, BEFORE_6_6, VIOLATED(1));
}

/* After a release all registrations are known again, so that the last one to leave is the last. */
Test(subscription, counted_anew_after_a_release)
{
	static const struct made trace[] = {
		SETTLE,		 {RELEASE},	     {SUBSCRIBE(SUB1)},
		{SUBSCRIBED(0)}, {UNREGISTER(SUB1)}, FREE_EARLY,
	};

	JUDGE(trace, BEFORE_6_6);
}

/* T25: the mm_struct is freed and its address taken again by another address space. */
Test(subscription, reuse_of_the_mm)
{
	static const struct made trace[] = {
		SETTLE,	     {START(0, 1)},	  ZAP(0, 0xa), {OF(MM_FREE, F(MM, MM1))},
		{FREE(0xa)}, {CLEAR(1, RW(0xb))}, {FREE(0xb)},
	};

	JUDGE(trace, BEFORE_6_6);
}

/* T45: the child of a fork has no subscription; the parent's write-protects do need one. */
Test(subscription, of_a_forked_mm)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{SET(0, RW(0xa), RO(0xa))},
		{SETS(MM2, 0, 0, RO(0xa))},
		{UNLOCK(L1)},
		{END(0, 1)},
		{T2, CLEARS(MM2, 0, RO(0xa))},
		{T2, SETS(MM2, 0, 0, RW(0xb))},
	};
	static const struct stlb_obligations ended = {.total = 1, .discharged_deferred = 1};

	JUDGE(trace, BEFORE_6_6, .ended = &ended, .mms = 1 + 1);
}

/* ---- losses ---- */

Test(loss, between_the_update_and_its_violation)
{
	static const struct made here[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {ON(3), LOST(HERE)}, {FREE(0xa)}, {END(0, 1)},
	};
	static const struct made after[] = {
		SETTLE,	       {START(0, 1)}, FREE_EARLY,   {END(0, 1)},
		{START(4, 5)}, {END(4, 5)},   {LOST(HERE)},
	};
	static const struct made before[] = {
		SETTLE, {LOST(HERE)}, SETTLE, {START(0, 1)}, FREE_EARLY, {END(0, 1)},
	};

	JUDGE(here, BEFORE_6_6, DOUBTFUL(1));
	JUDGE(after, BEFORE_6_6, VIOLATED(1));
	JUDGE(before, BEFORE_6_6, VIOLATED(1));
}

/* A CPU's loss is reported at its next event: its window begins at its previous one. */
Test(loss, reported_after_the_violation)
{
	static const struct made trace[] = {
		SETTLED(T3), SETTLE, {START(0, 1)}, FREE_EARLY, {END(0, 1)}, {T3, LOST(HERE)},
	};

	JUDGE(trace, BEFORE_6_6, DOUBTFUL(1));
}

/* Overwritten: lost before the first record of this CPU. */
Test(loss, before_the_first_record)
{
	static const struct made violation_before[] = {
		SETTLE, {START(0, 1)}, FREE_EARLY, {END(0, 1)}, {ON(3), LOST(BEFORE)},
	};
	static const struct made violation_after[] = {
		{ON(3), LOST(BEFORE)}, SETTLE, {START(0, 1)}, FREE_EARLY, {END(0, 1)},
	};

	JUDGE(violation_before, BEFORE_6_6, DOUBTFUL(1));
	JUDGE(violation_after, BEFORE_6_6, VIOLATED(1));
}

/* The buffer was full: nothing of this CPU is known from there on. */
Test(loss, after_the_last_record)
{
	static const struct made trace[] = {
		SETTLE,	       {START(0, 1)},		FREE_EARLY,	 {END(0, 1)}, {START(4, 5)},
		{LOST(AFTER)}, {T2, CLEAR(4, RW(0xb))}, {T2, FREE(0xb)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1},
	      .inconclusive = {[STLB_RULE_FREE] = 1});
}

Test(loss, somewhere)
{
	static const struct made before[] = {
		{LOST(SOMEWHERE)}, SETTLE, {START(0, 1)}, FREE_EARLY, {END(0, 1)},
	};
	static const struct made after[] = {
		SETTLE, {START(0, 1)}, FREE_EARLY, {END(0, 1)}, {LOST(SOMEWHERE)},
	};

	JUDGE(before, BEFORE_6_6, DOUBTFUL(1));
	JUDGE(after, BEFORE_6_6, DOUBTFUL(1));
}

static uint64_t lost_while_subscribed(const struct made *rows, size_t nr)
{
	struct made_how how = {BEFORE_6_6};
	struct stlb_analysis *analysis = made_start(&how);
	struct stlb_event event;
	uint64_t lost;

	for (size_t i = 0; i < nr; i++) {
		made_fill(&event, &rows[i], 1000 * (i + 1));
		cr_assert_eq(stlb_analysis_event(analysis, &event), 0);
	}
	lost = stlb_analysis_finish(analysis, NULL)->lost_while_subscribed;
	stlb_analysis_free(analysis);
	return lost;
}

Test(loss, matters_while_an_mm_is_subscribed)
{
	static const struct made during[] = {SETTLE, {LOST(HERE)}};
	static const struct made nobody[] = {{CLEAR(0, RW(0xa))}, {LOST(HERE)}};
	static const struct made since_before[] = {{LOST(HERE)}, SETTLE};
	static const struct made not_yet[] = {{LOST(HERE)}, {SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)}};
	static const struct made no_more[] = {
		{SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)}, {RELEASE}, {LOST(HERE)}};

#define LOST_IN(table) lost_while_subscribed(table, sizeof(table) / sizeof((table)[0]))
	cr_expect_eq(LOST_IN(during), 1);
	cr_expect_eq(LOST_IN(nobody), 0);
	cr_expect_eq(LOST_IN(since_before), 1);
	cr_expect_eq(LOST_IN(not_yet), 0);
	cr_expect_eq(LOST_IN(no_more), 0);
}

/* ---- missing kinds ---- */

Test(coverage, without_invalidations_violations_are_inconclusive)
{
	static const struct made trace[] = {{START(0, 1)}, FREE_EARLY, {END(0, 1)}};
	struct stlb_kinds blind = MADE_WITHOUT(STLB_INV_RANGE);

	JUDGE(trace, BEFORE_6_6, DOUBTFUL(1), .recorded = blind);
}

Test(coverage, without_invalidations_races_are_inconclusive)
{
	static const struct made trace[] = {
		SETTLE,	     SETTLED(T2),     {START(0, 1)}, {T2, START(0, 2)},
		ZAP(0, 0xa), {T2, END(0, 2)}, {FREE(0xa)},   {END(0, 1)},
	};
	struct stlb_kinds blind = MADE_WITHOUT(STLB_INV_RANGE);

	JUDGE(trace, BEFORE_6_6, .recorded = blind, .inconclusive = {[STLB_RULE_RACY] = 1});
}

/* ---- filters ---- */

#define FILTERED(...)                                                                              \
	.filter = {.values = (const struct stlb_filter_value[]){{__VA_ARGS__}}, .nr = 1}

Test(filter, by_each_field)
{
	static const struct made trace[] = {SETTLE, {START(0, 1)}, FREE_EARLY, {END(0, 1)}};
	uint64_t freed = 1000 * 7; /* the seventh row violates a rule */

	JUDGE(trace, BEFORE_6_6, VIOLATED(1), FILTERED(.kind = STLB_FILTER_MM, .start = MM1));
	JUDGE(trace, BEFORE_6_6, FILTERED(.kind = STLB_FILTER_MM, .start = MM2));
	JUDGE(trace, BEFORE_6_6, VIOLATED(1), FILTERED(.kind = STLB_FILTER_PID, .tid = 100));
	JUDGE(trace, BEFORE_6_6, FILTERED(.kind = STLB_FILTER_PID, .tid = 200));
	JUDGE(trace, BEFORE_6_6, VIOLATED(1), FILTERED(.kind = STLB_FILTER_COMM, .text = "task"));
	JUDGE(trace, BEFORE_6_6, FILTERED(.kind = STLB_FILTER_COMM, .text = "other"));
	JUDGE(trace, BEFORE_6_6, VIOLATED(1),
	      FILTERED(.kind = STLB_FILTER_ADDR, .start = PAGE(0), .end = PAGE(0) + 1));
	JUDGE(trace, BEFORE_6_6,
	      FILTERED(.kind = STLB_FILTER_ADDR, .start = PAGE(1), .end = PAGE(9)));
	JUDGE(trace, BEFORE_6_6, VIOLATED(1), FILTERED(.kind = STLB_FILTER_SINCE, .start = freed));
	JUDGE(trace, BEFORE_6_6, FILTERED(.kind = STLB_FILTER_SINCE, .start = freed + 1));
	JUDGE(trace, BEFORE_6_6, VIOLATED(1), FILTERED(.kind = STLB_FILTER_UNTIL, .start = freed));
	JUDGE(trace, BEFORE_6_6, FILTERED(.kind = STLB_FILTER_UNTIL, .start = freed - 1));
}

/* The task that made the update counts, not the one that freed the page. */
Test(filter, by_the_task_of_the_update)
{
	static const struct made trace[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {T2, FREE(0xa)}, {END(0, 1)}};

	JUDGE(trace, BEFORE_6_6, VIOLATED(1), FILTERED(.kind = STLB_FILTER_PID, .tid = 100));
	JUDGE(trace, BEFORE_6_6, FILTERED(.kind = STLB_FILTER_PID, .tid = 200));
}

/* ---- the local clock ---- */

Test(local_clock, judges_only_what_the_graph_orders)
{
	static const struct made one_task[] = {SETTLE, {START(0, 1)}, FREE_EARLY, {END(0, 1)}};
	static const struct made unordered[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {T2, FREE(0xa)}, {END(0, 1)},
	};
	static const struct made ordered[] = {
		SETTLE,		  {START(0, 1)},   ZAP(0, 0xa), {T2, LOCK(L1)},
		{T2, UNLOCK(L1)}, {T2, FREE(0xa)}, {END(0, 1)},
	};

	JUDGE(one_task, BEFORE_6_6, VIOLATED(1), .clock = "local");
	JUDGE(unordered, BEFORE_6_6, .clock = "local");
	JUDGE(unordered, BEFORE_6_6, VIOLATED(1), .clock = "mono");
	JUDGE(ordered, BEFORE_6_6, VIOLATED(1), .clock = "local");
}

/* A task that takes over the tid of one that an interrupt stopped is not that one. */
Test(life, a_tid_taken_over_while_it_is_interrupted)
{
	static const struct made taken[] = {
		SETTLE,	      {START(0, 1)},  {LOCK(L1)},	{CLEAR(0, RW(0xa))},
		{UNLOCK(L1)}, {T2, LOCK(L1)}, {T2, UNLOCK(L1)}, {T2, IRQ, LOCK_ANY(RQ)},
		{FORKS(200)}, {T2, LOCK(L2)}, {T2, UNLOCK(L2)}, {INV(0, 1)},
		{END(0, 1)},
	};

	JUDGE(taken, BEFORE_6_6, .counts = {0});
}
