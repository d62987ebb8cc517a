/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What real traces hold and what must not be mistaken for a violation: each with its counterpart.
 * The traps T<n> are those of staletlb-kernel(7).
 */
#include "made_events.h"

#define FREED(n) .counts = {[STLB_RULE_FREE] = (n)}
#define ENDED(...)                                                                                 \
	.ended = &(struct stlb_obligations)                                                        \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

/* ---- T5: a set's hook repeats the value that it overwrites ---- */

Test(echo, is_no_second_update)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{SET(0, RW(0xa), RO(0xa))},
		{CLEAR(0, RW(0xa))},
		{UNLOCK(L1)},
		{FREE(0xa)},
		{END(0, 1)},
	};
	static const struct made of_nothing[] = {
		SETTLE,		  {START(0, 1)},	{LOCK(L1)},    {CLEAR(0, RO(0xa))},
		{INV(0, 1)},	  {SET(0, 0, RW(0xb))}, {CLEAR(0, 0)}, {UNLOCK(L1)},
		{ONLY_END(0, 1)},
	};

	/* the echo is also a sign that all sets are seen: the entry still maps the page */
	JUDGE(trace, BEFORE_6_6, ENDED(.total = 1, .discharged_deferred = 1),
	      .counts = {[STLB_RULE_MAPPED] = 1});
	JUDGE(of_nothing, BEFORE_6_6, ENDED(.total = 1, .discharged_in_lock = 1));
}

/* The stack of the set is recorded between them. */
Test(echo, after_the_stack_of_its_set)
{
	static const struct made trace[] = {
		SETTLE,	     {START(0, 1)},	  {LOCK(L1)},	{SET(0, RW(0xa), RO(0xa))},
		{OF(STACK)}, {CLEAR(0, RW(0xa))}, {UNLOCK(L1)}, {FREE(0xa)},
		{END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, ENDED(.total = 1, .discharged_deferred = 1),
	      .counts = {[STLB_RULE_MAPPED] = 1});
}

/* A clear of what was just set is a real one. */
Test(echo, a_clear_of_the_new_value_is_real)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)},  {SET(0, 0, RW(0xa))}, {CLEAR(0, RW(0xa))},
		{UNLOCK(L1)}, {FREE(0xa)},   {END(0, 1)},
	};
	static const struct made after_the_echo[] = {
		SETTLE,	       {START(0, 1)},	    {LOCK(L1)},	  {SET(0, 0, RW(0xa))},
		{CLEAR(0, 0)}, {CLEAR(0, RW(0xa))}, {UNLOCK(L1)}, {FREE(0xa)},
		{END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, FREED(1));
	JUDGE(after_the_echo, BEFORE_6_6, FREED(1));
}

Test(echo, straight_after_and_of_the_same_slot_and_context)
{
	static const struct made other_slot[] = {
		SETTLE,
		{START(0, 9)},
		{LOCK(L1)},
		{SET(0, RW(0xa), RO(0xa))},
		{CLEAR(1, RW(0xa))},
		{UNLOCK(L1)},
		{FREE(0xa)},
		{END(0, 9)},
	};
	static const struct made other_task[] = {
		SETTLE,
		{START(0, 1)},
		{T2, START(0, 1)},
		{LOCK(L1)},
		{SET(0, RW(0xa), RO(0xa))},
		{UNLOCK(L1)},
		{T2, LOCK(L1)},
		{T2, CLEAR(0, RO(0xa))},
		{T2, UNLOCK(L1)},
		{FREE(0xa)},
		{END(0, 1)},
		{T2, END(0, 1)},
	};
	static const struct made later[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)},	  {SET(0, RW(0xa), RO(0xa))},
		{UNLOCK(L1)}, {LOCK(L1)},    {CLEAR(0, RO(0xa))}, {UNLOCK(L1)},
		{FREE(0xa)},  {END(0, 1)},
	};

	JUDGE(other_slot, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
	JUDGE(other_task, BEFORE_6_6, FREED(1));
	JUDGE(later, BEFORE_6_6, FREED(1));
}

/* A set of nr entries has nr echoes. */
Test(echo, as_many_as_entries)
{
	static const struct made trace[] = {
		SETTLE,	       {START(0, 4)}, {LOCK(L1)},    {SET_NR(0, RW(0xa), 3)},
		{CLEAR(0, 0)}, {CLEAR(1, 0)}, {CLEAR(2, 0)}, {CLEAR(2, RW(0xc))},
		{UNLOCK(L1)},  {FREE(0xc)},   {END(0, 4)},
	};

	JUDGE(trace, BEFORE_6_6, FREED(1));
}

/* ---- T41: two probes see one clear ---- */

Test(two_probes, of_one_clear)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEARF(0, RO(0xa))},
		{CLEAR(0, CLEAN(0xa))},
		{UNLOCK(L1)},
		{END(0, 1)},
	};
	static const struct made since_6_6[] = {
		SETTLE_66,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEARF(0, RO(0xa))},
		{CLEAR_AT(CLEAN(0xa))},
		{INV(0, 1)},
		{UNLOCK(L1)},
		{END_66(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, ENDED(.total = 1, .discharged_deferred = 1));
	JUDGE(since_6_6, SINCE_6_6, ENDED(.total = 1, .discharged_in_lock = 1), .unplaced = 0 + 1);
}

Test(two_probes, of_two_clears)
{
	static const struct made other_page[] = {
		SETTLE,	      {START(0, 2)}, {LOCK(L1)}, {CLEARF(0, RO(0xa))}, {CLEAR(1, RO(0xb))},
		{UNLOCK(L1)}, {END(0, 2)},
	};
	static const struct made again[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEARF(0, RO(0xa))},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RO(0xa))},
		{CLEARF(0, RO(0xa))},
		{CLEAR(0, RO(0xa))},
		{UNLOCK(L1)},
		{END(0, 1)},
	};

	JUDGE(other_page, BEFORE_6_6, ENDED(.total = 2, .discharged_deferred = 2));
	JUDGE(again, BEFORE_6_6, ENDED(.total = 2, .restored = 1, .discharged_deferred = 1));
}

/* ---- T14, T22: munmap frees page tables after its bracket ---- */

#define FILLED                                                                                     \
	SETTLE, {LOCK(L1)}, {SET(0, 0, RW(0xa))}, {SET(1, 0, RW(0xb))},                            \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}

Test(munmap, tables_go_after_the_bracket)
{
	static const struct made right[] = {
		FILLED,
		{START(0, 2)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{CLEAR(1, RW(0xb))},
		{UNLOCK(L1)},
		{END(0, 2)},
		{PMD_CLEAR(0, TABLE(0x77))},
		{INV(0, 512)},
		{FREE(0xa)},
		{FREE(0xb)},
		{FREE(0x77)},
	};
	static const struct made table_early[] = {
		FILLED,
		{START(0, 2)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{CLEAR(1, RW(0xb))},
		{UNLOCK(L1)},
		{END(0, 2)},
		{PMD_CLEAR(0, TABLE(0x77))},
		{FREE(0x77)},
		{INV(0, 512)},
	};

	JUDGE(right, BEFORE_6_6);
	JUDGE(table_early, BEFORE_6_6, FREED(1));
}

/* ---- T23: what was not present needs no invalidation ---- */

Test(not_present, needs_nothing)
{
	static const struct made trace[] = {
		SETTLE,		  {START(0, 4)},	 {LOCK(L1)},
		{CLEAR(0, SWAP)}, {CLEAR(1, MIGRATION)}, {CLEAR(2, NUMA(0xa))},
		{CLEAR(3, 0)},	  {SET(2, 0, RW(0xb))},	 {UNLOCK(L1)},
		{FREE(0xa)},	  {ONLY_END(0, 4)},
	};

	JUDGE(trace, BEFORE_6_6, ENDED(.total = 0));
}

/* ---- T16: the set is at another address ---- */

Test(mremap, set_before_the_invalidation)
{
	static const struct made right[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{SET(600, 0, RW(0xa))},
		{UNLOCK(L1)},
		{END(0, 1)},
		{FREE(0xa)},
	};
	static const struct made freed[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{SET(600, 0, RW(0xa))},
		{UNLOCK(L1)},
		{T2, START(600, 601)},
		{T2, LOCK(L1)},
		{T2, CLEAR(600, RW(0xa))},
		{T2, INV(600, 601)},
		{T2, UNLOCK(L1)},
		{T2, FREE(0xa)},
		{END(0, 1)},
		{T2, ONLY_END(600, 601)},
	};

	JUDGE(right, BEFORE_6_6);
	JUDGE(freed, BEFORE_6_6, FREED(1));
}

/* ---- T20, T21: brackets and holds without an update ---- */

Test(nothing, brackets_and_holds_alone)
{
	static const struct made trace[] = {
		SETTLE,	    {START(0, 1)}, {LOCK(L1)},	     {UNLOCK(L1)},
		{LOCK(L1)}, {UNLOCK(L1)},  {ONLY_END(0, 1)}, {FREE(0xa)},
	};

	JUDGE(trace, BEFORE_6_6, ENDED(.total = 0));
}
