/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Brackets within brackets, of mms that end, and starts in a hold that was switched out. */
#include "made_events.h"
#include "made_reading.h"

#define UNBALANCED(n)  .counts = {[STLB_RULE_UNBALANCED] = (n)}
#define UNBRACKETED(n) .counts = {[STLB_RULE_UNBRACKETED] = (n)}
#define RELEASES       .recorded = MADE_WITH(STLB_LOCK_RELEASE)
#define RETURNS(r)     OF(INV_START_RET, F(RET, r))
#define MM_GOES(mm)    OF(MM_FREE, F(MM, mm))
#define ZAP(n, pfn)                                                                                \
	{LOCK(L1)}, {CLEAR(n, RW(pfn))}, {INV(n, (n) + 1)},                                        \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}

/* ---- one in another ---- */

Test(brackets_more, those_inside_that_never_ended)
{
	static const struct made one[] = {SETTLE, {START(0, 9)}, {START(4, 5)}, {END(0, 9)}};
	static const struct made two[] = {
		SETTLE, {START(0, 9)}, {START(4, 5)}, {START(6, 7)}, {END(0, 9)}};
	static const struct made none[] = {SETTLE,	  {START(0, 9)}, {START(4, 5)}, {END(4, 5)},
					   {START(6, 7)}, {END(6, 7)},	 {END(0, 9)}};
	static const struct made left[] = {
		SETTLE, {START(0, 9)}, {START(4, 5)}, {START_NB(6, 7)}, {USER_MODE}};
	static const struct made exits[] = {SETTLE, {START(0, 9)}, {EXITS}};

	JUDGE(one, BEFORE_6_6, UNBALANCED(1));
	JUDGE(two, BEFORE_6_6, UNBALANCED(2));
	JUDGE(none, BEFORE_6_6);
	JUDGE(left, BEFORE_6_6, UNBALANCED(2));
	JUDGE(exits, BEFORE_6_6, UNBALANCED(1));
}

/* An end is of the innermost bracket of its range and mm. */
Test(brackets_more, the_same_range_twice)
{
	static const struct made twice[] = {SETTLE,	 {START(0, 9)}, {START(0, 9)},
					    {END(0, 9)}, ZAP(3, 0xa),	{END(0, 9)}};
	static const struct made once_more[] = {SETTLE,	     {START(0, 9)}, {START(0, 9)},
						{END(0, 9)}, {END(0, 9)},   {END(0, 9)}};
	static const struct made mms[] = {
		SETTLE,	     {START(0, 9)}, {STARTS(MM2, 0, 9, 1, 1)}, {ENDS(MM2, 0, 9, 0)},
		ZAP(3, 0xa), {END(0, 9)}};
	static const struct made same_start[] = {SETTLE,      {START(0, 9)}, {START(0, 5)},
						 {END(0, 5)}, ZAP(7, 0xa),   {END(0, 9)}};
	static const struct made same_end[] = {SETTLE,	    {START(0, 9)}, {START(5, 9)},
					       {END(5, 9)}, ZAP(3, 0xa),   {END(0, 9)}};

	JUDGE(twice, BEFORE_6_6);
	JUDGE(once_more, BEFORE_6_6, UNBALANCED(1));
	JUDGE(mms, BEFORE_6_6);
	JUDGE(same_start, BEFORE_6_6);
	JUDGE(same_end, BEFORE_6_6);
}

/* The first bracket that shows a context outside is the outer one. */
Test(brackets_more, the_outer_one_shows_where_it_was)
{
#define NESTED                                                                                     \
	{START(0, 9)}, {START(4, 5)}, {END(4, 5)},                                                 \
	{                                                                                          \
		END(0, 9)                                                                          \
	}
	static const struct made between[] = {NESTED, {END(2, 7)}};
	static const struct made around[] = {NESTED, {END(0, 10)}};
	static const struct made left_since[] = {NESTED, {USER_MODE}, {END(0, 10)}};

	JUDGE(between, BEFORE_6_6, UNBALANCED(1));
	JUDGE(around, BEFORE_6_6);
	/* back in user mode it was in no bracket */
	JUDGE(left_since, BEFORE_6_6, UNBALANCED(1));
}

/* One that is known to have succeeded says nothing of the next one. */
Test(brackets_more, success_is_of_one_start)
{
#define NEXT_FAILS {START_NB(0, 9)}, {START_NB(20, 21)}, {END(20, 21)}, ZAP(3, 0xa)
	static const struct made after_success[] = {
		SETTLE, {START_NB(0, 9)}, {RETURNS(0)}, {END(0, 9)}, NEXT_FAILS};
	static const struct made after_failure[] = {
		SETTLE, {START_NB(0, 9)}, {RETURNS(-11)}, NEXT_FAILS};

	JUDGE(after_success, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(after_failure, BEFORE_6_6, UNBRACKETED(1));
}

/* ---- mms that end, and subscriptions ---- */

Test(brackets_more, of_an_mm_that_is_gone)
{
	static const struct made ends_late[] = {
		SETTLE, {START(0, 9)}, {T2, MM_GOES(MM1)}, {END(0, 9)}};
	static const struct made twice[] = {
		SETTLE, {START(0, 9)}, {T2, MM_GOES(MM1)}, {END(0, 9)}, {END(0, 9)}};
	static const struct made never_ends[] = {
		SETTLE, {START(0, 9)}, {T2, MM_GOES(MM1)}, SETTLE, {USER_MODE}};
	static const struct made other[] = {
		SETTLE,	     {START(0, 9)}, {STARTS(MM2, 0, 9, 1, 1)}, {T2, MM_GOES(MM2)},
		ZAP(3, 0xa), {END(0, 9)}};
	static const struct made first_of_two[] = {SETTLE,	  {STARTS(MM2, 0, 9, 1, 1)},
						   {START(0, 9)}, {T2, MM_GOES(MM2)},
						   ZAP(3, 0xa),	  {END(0, 9)}};
	static const struct made new_life[] = {
		SETTLE, {START(0, 9)}, {T2, MM_GOES(MM1)}, SETTLED(T2), ZAP(3, 0xa)};
	static const struct made returns[] = {SETTLE,	      {START_NB(0, 9)}, {T2, MM_GOES(MM1)},
					      {RETURNS(-11)}, SETTLE,		{USER_MODE}};

	JUDGE(ends_late, BEFORE_6_6);
	JUDGE(twice, BEFORE_6_6, UNBALANCED(1));
	JUDGE(never_ends, BEFORE_6_6);
	JUDGE(other, BEFORE_6_6);
	JUDGE(first_of_two, BEFORE_6_6);
	JUDGE(new_life, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(returns, BEFORE_6_6);
}

/* Nobody listens any more. */
Test(brackets_more, after_the_last_subscriber)
{
#define WRONG                                                                                      \
	{LOCK(L1)}, {START(0, 1)}, {END(0, 1)}, {UNLOCK(L1)},                                      \
	{                                                                                          \
		END(20, 21)                                                                        \
	}
	static const struct made subscribed[] = {SETTLE, WRONG};
	static const struct made released[] = {SETTLE, {RELEASE}, WRONG};

	JUDGE(subscribed, BEFORE_6_6, RELEASES, UNBALANCED(2));
	JUDGE(released, BEFORE_6_6, RELEASES);
}

/* ---- losses ---- */

/* A task that comes to the CPU of a loss may have been there before, and have opened one. */
Test(brackets_more, opened_where_it_was_lost)
{
#define ZAP_BY(who)                                                                                \
	{who, LOCK(L1)}, {who, CLEAR(0, RW(0xa))}, {who, INV(0, 1)},                               \
	{                                                                                          \
		who, UNLOCK(L1)                                                                    \
	}
#define LOST_ON(n)                                                                                 \
	{                                                                                          \
		.cpu = (n), LOST(HERE)                                                             \
	}
	static const struct made comes[] = {SETTLED(ON(1)), LOST_ON(0), ZAP_BY(ON(0))};
	static const struct made was_there[] = {SETTLED(ON(0)), LOST_ON(0), ZAP_BY(ON(0))};
	static const struct made leaves[] = {SETTLED(ON(0)), LOST_ON(0), ZAP_BY(ON(1))};
	static const struct made elsewhere[] = {SETTLED(ON(1)), LOST_ON(2), ZAP_BY(ON(0))};
	static const struct made neighbour[] = {SETTLED(ON(0)), LOST_ON(1), ZAP_BY(ON(0))};
	static const struct made after[] = {SETTLED(ON(0)), LOST_ON(0), SETTLED(ON(0)),
					    ZAP_BY(ON(0))};
	static const struct made on_after[] = {SETTLED(ON(1)), LOST_ON(0), SETTLED(ON(1)),
					       ZAP_BY(ON(0))};
	static const struct made upper[] = {SETTLED(ON(40)), LOST_ON(41), ZAP_BY(ON(40))};
	static const struct made upper_here[] = {SETTLED(ON(41)), LOST_ON(41), ZAP_BY(ON(41))};

	JUDGE(comes, BEFORE_6_6);
	JUDGE(was_there, BEFORE_6_6);
	JUDGE(leaves, BEFORE_6_6);
	JUDGE(elsewhere, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(neighbour, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(after, BEFORE_6_6, UNBRACKETED(1));
	/* it was seen since the loss, outside any */
	JUDGE(on_after, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(upper, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(upper_here, BEFORE_6_6);
}

/* Of a CPU that does not exist, nothing is known but what its tasks do. */
Test(brackets_more, on_a_cpu_that_is_none)
{
	static const struct made beyond[] = {SETTLED(ON(8192)), ZAP_BY(ON(8192))};
	static const struct made below[] = {SETTLED(ON(-1)), ZAP_BY(ON(-1))};
	static const struct made last[] = {SETTLED(ON(8191)), ZAP_BY(ON(8191))};

	JUDGE(beyond, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(below, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(last, BEFORE_6_6, UNBRACKETED(1));
}

/* ---- a start while a lock is held ---- */

Test(brackets_more, a_start_under_any_of_several_locks)
{
	static const struct made second[] = {SETTLE,	      {LOCK_ANY(RQ)}, {LOCK(L1)},
					     {START(0, 1)},   {END(0, 1)},    {UNLOCK(L1)},
					     {UNLOCK_ANY(RQ)}};
	static const struct made first[] = {SETTLE,	   {LOCK(L1)},	{LOCK_ANY(RQ)},
					    {START(0, 1)}, {END(0, 1)}, {UNLOCK_ANY(RQ)},
					    {UNLOCK(L1)}};
	static const struct made after[] = {
		SETTLE, {LOCK(L1)}, {UNLOCK(L1)}, {START(0, 1)}, {END(0, 1)}};

	JUDGE(second, BEFORE_6_6, RELEASES, UNBALANCED(1));
	JUDGE(first, BEFORE_6_6, RELEASES, UNBALANCED(1));
	JUDGE(after, BEFORE_6_6, RELEASES);
}

/* Its flags do not say whether it may block. */
Test(brackets_more, a_start_that_does_not_tell_whether_it_blocks)
{
#define UNTOLD(a, b) OF(INV_START, F(MM, MM1), F(START, PAGE(a)), F(END, PAGE(b)))
	static const struct made in_lock[] = {
		SETTLE, {LOCK(L1)}, {UNTOLD(0, 1)}, {END(0, 1)}, {UNLOCK(L1)}};
	static const struct made never_ended[] = {
		SETTLE, {START(0, 9)}, {UNTOLD(4, 5)}, {END(0, 9)}};

	JUDGE(in_lock, BEFORE_6_6, RELEASES);
	JUDGE(never_ended, BEFORE_6_6, UNBALANCED(1));
}

#define AWAY                                                                                       \
	{SWITCH(200)},                                                                             \
	{                                                                                          \
		.tid = 200, SWITCH(100)                                                            \
	}

/* The release shows that the holder had it all the time: each start in between was under it. */
Test(brackets_more, starts_in_a_hold_that_was_switched_out)
{
#define INSIDE                                                                                     \
	{LOCK(L1)}, AWAY, {START(4, 5)}, {END(4, 5)}, {START(6, 7)},                               \
	{                                                                                          \
		END(6, 7)                                                                          \
	}
	static const struct made released[] = {SETTLE, INSIDE, {UNLOCK(L1)}};
	static const struct made twice[] = {SETTLE, INSIDE, {UNLOCK(L1)}, INSIDE, {UNLOCK(L1)}};
	static const struct made taken[] = {SETTLE, INSIDE, {T2, LOCK(L1)}, {T2, UNLOCK(L1)}};
	static const struct made nonblocking[] = {SETTLE,	    {LOCK(L1)},	 AWAY,
						  {START_NB(0, 1)}, {END(0, 1)}, {UNLOCK(L1)}};
	static const struct made lost[] = {SETTLE, INSIDE, {LOST(HERE)}, {UNLOCK(L1)}};

	JUDGE(released, BEFORE_6_6, RELEASES, UNBALANCED(2));
	JUDGE(twice, BEFORE_6_6, RELEASES, UNBALANCED(4));
	JUDGE(taken, BEFORE_6_6, RELEASES);
	JUDGE(nonblocking, BEFORE_6_6, RELEASES);
	JUDGE(lost, BEFORE_6_6, RELEASES);
}

/* What is reported is the first of them. */
Test(brackets_more, the_first_start_in_a_hold_that_was_switched_out)
{
	struct stlb_kinds recorded = MADE_WITH(STLB_LOCK_RELEASE);
	struct made_reading reading = READING(BEFORE_6_6, .recorded = recorded);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, INSIDE, {UNLOCK(L1)});
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 1);
	cr_expect_eq(result->findings[0]->occurrences, 2);
	cr_expect_eq(result->findings[0]->mm, MM1);
	cr_expect_eq(result->findings[0]->addr, PAGE(4));
	stlb_analysis_free(reading.analysis);
}
