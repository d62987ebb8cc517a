/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * repoint-before-invalidate and fault-before-invalidate.
 * The traps T<n> are those of staletlb-kernel(7).
 */
#include "made_events.h"

/* ---- one hold ---- */

Test(repoint, in_one_hold)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))}, {SET(0, 0, RW(0xb))},
		{UNLOCK(L1)}, {END(0, 1)},
	};
	static const struct stlb_obligations ended = {.total = 1, .discharged_deferred = 1};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1}, .ended = &ended);
}

Test(repoint, invalidated_between)
{
	static const struct made trace[] = {
		SETTLE,	     {START(0, 1)},	   {LOCK(L1)},	 {CLEAR(0, RO(0xa))},
		{INV(0, 1)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)}, {ONLY_END(0, 1)},
	};
	static const struct stlb_obligations ended = {.total = 1, .discharged_in_lock = 1};

	JUDGE(trace, BEFORE_6_6, .ended = &ended);
}

Test(repoint, without_a_clear)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)}, {SET(0, RO(0xa), RW(0xb))},
		{UNLOCK(L1)}, {END(0, 1)},
	};
	static const struct stlb_obligations ended = {.total = 1, .discharged_deferred = 1};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1}, .ended = &ended);
}

/* What was there is known from the set before, in a trace that sees clears. */
Test(repoint, without_a_clear_or_an_old_value)
{
	static const struct made trace[] = {
		SETTLE,	      {LOCK(L1)},    {CLEAR(7, 0)}, {SET(0, 0, RO(0xa))},
		{UNLOCK(L1)}, {START(0, 1)}, {LOCK(L1)},    {SET_NR(0, RW(0xb), 1)},
		{UNLOCK(L1)}, {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

Test(repoint, invalidated_in_the_lock_but_after_the_set)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RW(0xb))},
		{INV(0, 1)},
		{UNLOCK(L1)},
		{ONLY_END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

Test(repoint, invalidated_before_the_clear)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 1)},	   {LOCK(L1)},
		{INV(0, 1)},  {CLEAR(0, RO(0xa))}, {SET(0, 0, RW(0xb))},
		{UNLOCK(L1)}, {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

Test(repoint, invalidated_elsewhere)
{
	static const struct made other_page[] = {
		SETTLE,	     {START(0, 1)},	   {LOCK(L1)},	 {CLEAR(0, RO(0xa))},
		{INV(1, 9)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)}, {END(0, 1)},
	};
	static const struct made other_mm[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{OF(INV_RANGE, F(MM, MM2), F(START, PAGE(0)), F(END, PAGE(1)))},
		{SET(0, 0, RW(0xb))},
		{UNLOCK(L1)},
		{END(0, 1)},
	};

	JUDGE(other_page, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(other_mm, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

Test(repoint, each_obligation_once)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 2)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RW(0xb))},
		{CLEAR(1, RO(0xc))},
		{SET(1, 0, RW(0xd))},
		{UNLOCK(L1)},
		{ONLY_END(0, 2)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 2, [STLB_RULE_NEVER] = 2});
}

/* The page that comes second needs no invalidation before it goes itself. */
Test(repoint, the_new_page_needs_when_it_goes)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RW(0xb))},
		{INV(0, 1)},
		{UNLOCK(L1)},
		{ONLY_END(0, 1)},
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xb))},
		{SET(0, 0, RW(0xc))},
		{UNLOCK(L1)},
		{END(0, 1)},
	};
	static const struct stlb_obligations ended = {
		.total = 2, .discharged_in_lock = 1, .discharged_deferred = 1};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 2}, .ended = &ended);
}

Test(repoint, same_page_again)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{SET(0, 0, RW(0xa))},
		{UNLOCK(L1)},
		{ONLY_END(0, 1)},
	};
	static const struct stlb_obligations ended = {.total = 1, .restored = 1};

	JUDGE(trace, BEFORE_6_6, .ended = &ended);
}

Test(repoint, nothing_pending_without_a_subscriber)
{
	static const struct made trace[] = {
		{LOCK(L1)}, {CLEAR(0, RO(0xa))}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)}, {FREE(0xa)},
	};
	static const struct stlb_obligations ended = {.total = 0};

	JUDGE(trace, BEFORE_6_6, .ended = &ended);
}

Test(repoint, since_6_6)
{
	static const struct made wrong[] = {
		SETTLE_66,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEARF(0, RO(0xa))},
		{SET(0, 0, RW(0xb))},
		{UNLOCK(L1)},
		{END_66(0, 1)},
	};
	static const struct made right[] = {
		SETTLE_66,   {START(0, 1)},	   {LOCK(L1)},	 {CLEARF(0, RO(0xa))},
		{INV(0, 1)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)}, {END_66(0, 1)},
	};

	JUDGE(wrong, SINCE_6_6, .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_NEVER] = 1});
	JUDGE(right, SINCE_6_6);
}

/* ---- where locks are not traced ---- */

Test(repoint, in_one_bracket)
{
	static const struct made wrong[] = {
		SETTLE, {START(0, 1)}, {CLEAR(0, RO(0xa))}, {SET(0, 0, RW(0xb))}, {END(0, 1)},
	};
	static const struct made right[] = {
		SETTLE,	     {START(0, 1)},	   {CLEAR(0, RO(0xa))},
		{INV(0, 1)}, {SET(0, 0, RW(0xb))}, {ONLY_END(0, 1)},
	};

	JUDGE(wrong, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(right, BEFORE_6_6);
}

Test(repoint, of_two_contexts_without_locks_is_a_refault)
{
	static const struct made trace[] = {
		SETTLE, {START(0, 1)}, {CLEAR(0, RW(0xa))}, {T2, SET(0, 0, RW(0xb))}, {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REFAULT] = 1});
}

/* ---- a fault fills what was zapped ---- */

Test(refault, of_another_task)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{UNLOCK(L1)},
		{T2, LOCK(L1)},
		{T2, SET(0, 0, RW(0xb))},
		{T2, UNLOCK(L1)},
		{END(0, 1)},
		{FREE(0xa)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REFAULT] = 1});
}

Test(refault, old_page_stays_pending)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{UNLOCK(L1)},
		{T2, LOCK(L1)},
		{T2, SET(0, 0, RW(0xb))},
		{T2, UNLOCK(L1)},
		{FREE(0xa)},
		{END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REFAULT] = 1, [STLB_RULE_FREE] = 1});
}

Test(refault, not_after_the_invalidation)
{
	static const struct made trace[] = {
		SETTLE,		  {START(0, 1)}, {LOCK(L1)},	 {CLEAR(0, RW(0xa))},
		{UNLOCK(L1)},	  {END(0, 1)},	 {T2, LOCK(L1)}, {T2, SET(0, 0, RW(0xb))},
		{T2, UNLOCK(L1)},
	};

	JUDGE(trace, BEFORE_6_6);
}

/* T18: two holds of one task are two operations as well. */
Test(refault, in_another_hold_of_the_same_task)
{
	static const struct made trace[] = {
		SETTLE,	    {START(0, 1)},	  {LOCK(L1)},	{CLEAR(0, RW(0xa))}, {UNLOCK(L1)},
		{LOCK(L1)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)}, {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REFAULT] = 1});
}

/* A zapped page refaulted and zapped again needs two invalidations. */
Test(refault, zapped_twice_needs_twice)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{UNLOCK(L1)},
		{T2, LOCK(L1)},
		{T2, SET(0, 0, RW(0xb))},
		{T2, UNLOCK(L1)},
		{T2, START(0, 1)},
		{T2, LOCK(L1)},
		{T2, CLEAR(0, RW(0xb))},
		{T2, UNLOCK(L1)},
		{FREE(0xa)},
		{FREE(0xb)},
		{END(0, 1)},
		{T2, END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REFAULT] = 1, [STLB_RULE_FREE] = 2});
}

/* What a fault has filled is no longer what the zap left: swapped out and in again, it resolves
 * nothing of it. */
Test(refault, what_it_filled_is_resolved_no_more)
{
	static const struct made trace[] = {
		SETTLE,
		SETTLED(T2),
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{UNLOCK(L1)},
		{T2, LOCK(L1)},
		{T2, SET(0, 0, RW(0xb))},
		{T2, UNLOCK(L1)},
		{LOCK(L1)},
		{SET(0, 0, SWAP)},
		{UNLOCK(L1)},
		{T2, LOCK(L1)},
		{T2, SET(0, 0, RW(0xc))},
		{T2, UNLOCK(L1)},
		{END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REFAULT] = 1});
}

/* ---- what a migration, a swap-out or a table leaves behind ---- */

Test(repoint, migration_entry_resolved_by_anybody)
{
	static const struct made wrong[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{SET(0, 0, MIGRATION)},
		{UNLOCK(L1)},
		{ONLY_END(0, 1)},
		{T2, LOCK(L1)},
		{T2, SET(0, MIGRATION, RW(0xb))},
		{T2, UNLOCK(L1)},
	};
	static const struct made right[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{SET(0, 0, MIGRATION)},
		{UNLOCK(L1)},
		{END(0, 1)},
		{T2, LOCK(L1)},
		{T2, SET(0, MIGRATION, RW(0xb))},
		{T2, UNLOCK(L1)},
	};

	JUDGE(wrong, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(right, BEFORE_6_6);
}

Test(repoint, swap_entry_resolved_by_anybody)
{
	static const struct made wrong[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{SET(0, 0, SWAP)},
		{UNLOCK(L1)},
		{T2, LOCK(L1)},
		{T2, SET(0, SWAP, RW(0xb))},
		{T2, UNLOCK(L1)},
		{END(0, 1)},
	};
	static const struct made right[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{SET(0, 0, SWAP)},
		{INV(0, 1)},
		{UNLOCK(L1)},
		{T2, LOCK(L1)},
		{T2, SET(0, SWAP, RW(0xb))},
		{T2, UNLOCK(L1)},
		{END(0, 1)},
	};

	JUDGE(wrong, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(right, BEFORE_6_6);
}

Test(repoint, protnone_entry_resolved_by_anybody)
{
	static const struct made wrong[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{SET(0, RW(0xa), NUMA(0xa))},
		{UNLOCK(L1)},
		{T2, LOCK(L1)},
		{T2, SET(0, NUMA(0xa), RW(0xb))},
		{T2, UNLOCK(L1)},
		{END(0, 1)},
	};
	static const struct made same_page[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{SET(0, RW(0xa), NUMA(0xa))},
		{UNLOCK(L1)},
		{T2, LOCK(L1)},
		{T2, SET(0, NUMA(0xa), RW(0xa))},
		{T2, UNLOCK(L1)},
		{ONLY_END(0, 1)},
	};
	static const struct stlb_obligations ended = {.total = 1, .restored = 1};

	JUDGE(wrong, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(same_page, BEFORE_6_6, .ended = &ended);
}

Test(repoint, swap_entry_resolved_to_the_same_page)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{SET(0, 0, SWAP)},
		{UNLOCK(L1)},
		{T2, LOCK(L1)},
		{T2, SET(0, SWAP, RW(0xa))},
		{T2, UNLOCK(L1)},
		{ONLY_END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6);
}

/* khugepaged: the table goes in one hold, the huge page comes in another, of another task even. */
Test(repoint, huge_page_in_place_of_a_table)
{
	static const struct made wrong[] = {
		SETTLE,
		{LOCK(L1)},
		{SET(0, 0, RW(0xa))},
		{SET(1, 0, RW(0xc))},
		{UNLOCK(L1)},
		{START(0, 512)},
		{LOCK(L2)},
		{COLLAPSE(0, TABLE(0x77))},
		{UNLOCK(L2)},
		{T2, LOCK(L2)},
		{T2, PMD_SET(0, 0, HUGE(0x200))},
		{T2, UNLOCK(L2)},
		{END(0, 512)},
	};
	static const struct made right[] = {
		SETTLE,
		{LOCK(L1)},
		{SET(0, 0, RW(0xa))},
		{SET(1, 0, RW(0xc))},
		{UNLOCK(L1)},
		{START(0, 512)},
		{LOCK(L2)},
		{COLLAPSE(0, TABLE(0x77))},
		{UNLOCK(L2)},
		{END(0, 512)},
		{T2, LOCK(L2)},
		{T2, PMD_SET(0, 0, HUGE(0x200))},
		{T2, UNLOCK(L2)},
	};

	JUDGE(wrong, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(right, BEFORE_6_6);
}
