/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a hold is, unlocked-update and redundant-invalidate.
 * The traps T<n> are those of staletlb-kernel(7).
 */
#include "made_events.h"

#define REPOINT(n) .counts = {[STLB_RULE_REPOINT] = (n)}
#define REFAULT(n) .counts = {[STLB_RULE_REFAULT] = (n)}

/* ---- holds: shown by what a clear and a set of one task are judged as ---- */

/* A lock without a lockdep class is a PTL once an update is made under it. */
Test(hold, unnamed_lock)
{
	static const struct made one_hold[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK_ANY(L1)},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RW(0xb))},
		{UNLOCK_ANY(L1)},
		{END(0, 1)},
	};
	static const struct made two_holds[] = {
		SETTLE,		  {START(0, 1)},  {LOCK_ANY(L1)},	{CLEAR(0, RO(0xa))},
		{UNLOCK_ANY(L1)}, {LOCK_ANY(L1)}, {SET(0, 0, RW(0xb))}, {UNLOCK_ANY(L1)},
		{END(0, 1)},
	};

	JUDGE(one_hold, BEFORE_6_6, REPOINT(1));
	JUDGE(two_holds, BEFORE_6_6, REFAULT(1));
}

/* T1: only the entry of the lock function is traced. */
Test(hold, entry_probe)
{
	static const struct made one_hold[] = {
		SETTLE,
		{START(0, 1)},
		{ASK_ANY(L1)},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RW(0xb))},
		{UNLOCK_ANY(L1)},
		{END(0, 1)},
	};
	static const struct made two_holds[] = {
		SETTLE,		  {START(0, 1)}, {ASK_ANY(L1)},	       {CLEAR(0, RO(0xa))},
		{UNLOCK_ANY(L1)}, {ASK_ANY(L1)}, {SET(0, 0, RW(0xb))}, {UNLOCK_ANY(L1)},
		{END(0, 1)},
	};

	JUDGE(one_hold, BEFORE_6_6, REPOINT(1));
	JUDGE(two_holds, BEFORE_6_6, REFAULT(1));
}

/* ptl_acquired of 6.1 has no argument: it is of the lock asked for last. */
Test(hold, acquired_without_a_lock)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{ASK_ANY(L1)},
		{.kind = STLB_LOCK_ACQUIRED},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RW(0xb))},
		{UNLOCK_ANY(L1)},
		{END(0, 1)},
	};

	/* its class is recorded at the entry: the lock inside is not that of the update */
	static const struct made inside[] = {
		SETTLE,		{START(0, 1)},	     {ASK(L1)},	       {.kind = STLB_LOCK_ACQUIRED},
		{LOCK_ANY(RQ)}, {CLEAR(0, RO(0xa))}, {UNLOCK_ANY(RQ)}, {SET(0, 0, RW(0xb))},
		{UNLOCK(L1)},	{END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, REPOINT(1));
	JUDGE(inside, BEFORE_6_6, REPOINT(1));
}

/* Any other lock that comes and goes inside does not end the hold. */
Test(hold, other_locks_inside)
{
	static const struct made trace[] = {
		SETTLE,		{START(0, 1)},	  {LOCK(L1)},		{CLEAR(0, RO(0xa))},
		{LOCK_ANY(RQ)}, {UNLOCK_ANY(RQ)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)},
		{END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, REPOINT(1));
}

/* A run-queue lock is taken in a task and released in the next one: it is no hold. */
Test(hold, lock_never_released)
{
	static const struct made trace[] = {
		SETTLE,
		{LOCK_ANY(RQ)},
		{SWITCH(200)},
		{.tid = 200, UNLOCK_ANY(RQ)},
		{START(0, 1)},
		{LOCK_ANY(L1)},
		{CLEAR(0, RW(0xa))},
		{UNLOCK_ANY(L1)},
		{LOCK_ANY(L1)},
		{SET(0, 0, RW(0xb))},
		{UNLOCK_ANY(L1)},
		{END(0, 1)},
	};
	static const struct made no_switch[] = {
		SETTLE,		{LOCK_ANY(RQ)},	      {START(0, 1)},
		{LOCK_ANY(L1)}, {CLEAR(0, RW(0xa))},  {UNLOCK_ANY(L1)},
		{LOCK_ANY(L1)}, {SET(0, 0, RW(0xb))}, {UNLOCK_ANY(L1)},
		{END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, REFAULT(1));
	JUDGE(no_switch, BEFORE_6_6, REFAULT(1));
}

/* What was taken inside of a lock is not held when that one is released. */
Test(hold, inner_lock_never_released)
{
	static const struct made trace[] = {
		SETTLE,	      {LOCK_ANY(L1)}, {LOCK_ANY(RQ)}, {UNLOCK_ANY(L1)}, {CLEAR(0, RW(0xa))},
		{FREE(0x99)}, {START(0, 1)},  {INV(0, 1)},    {ONLY_END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_UNBRACKETED] = 1});
}

/* A hold ends when the task is switched out. */
Test(hold, ends_at_the_switch)
{
	static const struct made trace[] = {
		SETTLE,	       {START(0, 1)},	     {LOCK(L1)},  {CLEAR(0, RW(0xa))},
		{SWITCH(200)}, {SET(0, 0, RW(0xb))}, {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, REFAULT(1));
}

/* The interrupt's locks and updates are not the task's. */
Test(hold, of_an_interrupt)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{IRQ, LOCK_ANY(RQ)},
		{IRQ, UNLOCK_ANY(RQ)},
		{IRQ, UNLOCK(L1)},
		{SET(0, 0, RW(0xb))},
		{UNLOCK(L1)},
		{END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, REPOINT(1));
}

/* ---- unlocked-update ---- */

#define UNLOCKED(n) .counts = {[STLB_RULE_UNLOCKED] = (n)}

Test(unlocked, lockset_becomes_empty)
{
	static const struct made two_locks[] = {
		SETTLE,	    {MMAP_LOCK(0)},	  {LOCK(L1)},	{SET(0, 0, RW(0xa))}, {UNLOCK(L1)},
		{LOCK(L2)}, {SET(1, 0, RW(0xb))}, {UNLOCK(L2)}, {MMAP_UNLOCK(0)},
	};
	static const struct made none[] = {
		SETTLE,	      {MMAP_LOCK(0)},	    {LOCK(L1)},		  {SET(0, 0, RW(0xa))},
		{UNLOCK(L1)}, {SET(1, 0, RW(0xb))}, {SET(2, 0, RW(0xc))}, {MMAP_UNLOCK(0)},
	};

	JUDGE(two_locks, BEFORE_6_6, UNLOCKED(1));
	JUDGE(none, BEFORE_6_6, UNLOCKED(1));
}

Test(unlocked, one_lock_stays)
{
	static const struct made same[] = {
		SETTLE,	    {MMAP_LOCK(0)},	  {LOCK(L1)},	{SET(0, 0, RW(0xa))}, {UNLOCK(L1)},
		{LOCK(L1)}, {SET(1, 0, RW(0xb))}, {UNLOCK(L1)}, {MMAP_UNLOCK(0)},
	};
	static const struct made more[] = {
		SETTLE,	      {MMAP_LOCK(0)},	    {LOCK(L2)},
		{LOCK(L1)},   {SET(0, 0, RW(0xa))}, {UNLOCK(L1)},
		{UNLOCK(L2)}, {LOCK(L1)},	    {SET(1, 0, RW(0xb))},
		{UNLOCK(L1)}, {MMAP_UNLOCK(0)},
	};
	static const struct made other_tables[] = {
		SETTLE,
		{MMAP_LOCK(0)},
		{LOCK(L1)},
		{SET(0, 0, RW(0xa))},
		{UNLOCK(L1)},
		{LOCK(L2)},
		{SET(512, 0, RW(0xb))},
		{UNLOCK(L2)},
		{MMAP_UNLOCK(0)},
	};

	JUDGE(same, BEFORE_6_6);
	JUDGE(more, BEFORE_6_6);
	JUDGE(other_tables, BEFORE_6_6);
}

/* A spinlock that is no PTL gives order, and no lockset. */
Test(unlocked, other_locks_protect_nothing)
{
	static const struct made trace[] = {
		SETTLE,		  {MMAP_LOCK(0)},	{LOCK_ANY(RQ)},
		{LOCK(L1)},	  {SET(0, 0, RW(0xa))}, {UNLOCK(L1)},
		{LOCK(L2)},	  {SET(1, 0, RW(0xb))}, {UNLOCK(L2)},
		{UNLOCK_ANY(RQ)}, {MMAP_UNLOCK(0)},
	};

	JUDGE(trace, BEFORE_6_6, UNLOCKED(1));
}

/* mmap_lock held for writing keeps everybody out as well; for reading it does not. */
Test(unlocked, mmap_lock_held)
{
	static const struct made writing[] = {
		SETTLE,		  {MMAP_LOCK(1)}, {SET(0, 0, RW(0xa))}, {SET(1, 0, RW(0xb))},
		{MMAP_UNLOCK(1)},
	};
	static const struct made reading[] = {
		SETTLE,		  {LOCK(L1)},		{UNLOCK(L1)},
		{MMAP_LOCK(0)},	  {SET(0, 0, RW(0xa))}, {SET(1, 0, RW(0xb))},
		{MMAP_UNLOCK(0)},
	};

	JUDGE(writing, BEFORE_6_6, .recorded = MADE_WITH(STLB_LOCK_ACQUIRED));
	JUDGE(reading, BEFORE_6_6, UNLOCKED(1));
}

Test(unlocked, judged_only_where_both_are_traced)
{
	static const struct made no_mmap_lock[] = {
		SETTLE, {LOCK(L1)}, {SET(0, 0, RW(0xa))}, {UNLOCK(L1)}, {SET(1, 0, RW(0xb))},
	};
	static const struct made no_locks[] = {
		SETTLE,		  {MMAP_LOCK(0)}, {SET(0, 0, RW(0xa))}, {SET(1, 0, RW(0xb))},
		{MMAP_UNLOCK(0)},
	};

	JUDGE(no_mmap_lock, BEFORE_6_6);
	JUDGE(no_locks, BEFORE_6_6);
}

/* A table that was cleared begins anew. */
Test(unlocked, between_population_and_clear)
{
	static const struct made trace[] = {
		SETTLE,
		{MMAP_LOCK(0)},
		{LOCK(L1)},
		{SET(0, 0, RW(0xa))},
		{UNLOCK(L1)},
		{START(0, 512)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{UNLOCK(L1)},
		{END(0, 512)},
		{PMD_CLEAR(0, TABLE(0x77))},
		{INV(0, 512)},
		{LOCK(L2)},
		{SET(1, 0, RW(0xb))},
		{UNLOCK(L2)},
		{MMAP_UNLOCK(0)},
	};

	JUDGE(trace, BEFORE_6_6);
}

/* A split fills a table that nobody can reach yet. */
Test(unlocked, sets_under_a_pending_huge_clear_do_not_count)
{
	static const struct made trace[] = {
		SETTLE,
		{MMAP_LOCK(0)},
		{START(0, 512)},
		{LOCK(L2)},
		{PMD_CLEAR(0, HUGE(0x200))},
		{SET(0, 0, RW(0x200))},
		{SET_NR(1, RW(0x201), 511)},
		{UNLOCK(L2)},
		{ONLY_END(0, 512)},
		{LOCK(L1)},
		{SET(0, RO(0x200), RW(0x200))},
		{UNLOCK(L1)},
		{MMAP_UNLOCK(0)},
	};

	JUDGE(trace, BEFORE_6_6);
}

/* A split maps its pages under the lock of the pmd, and nothing tells when they are set. */
Test(unlocked, mappings_do_not_count)
{
	static const struct made trace[] = {
		SETTLE,	      {MMAP_LOCK(0)}, {START(0, 512)}, {LOCK(L2)},  {MAP(0, 1)},
		{UNLOCK(L2)}, {END(0, 512)},  {START(0, 1)},   {LOCK(L1)},  {CLEARF(0, RO(0x200))},
		{INV(0, 1)},  {MAP(0, 2)},    {UNLOCK(L1)},    {END(0, 1)}, {MMAP_UNLOCK(0)},
	};
	static const struct made two_locks[] = {
		SETTLE,
		{MMAP_LOCK(0)},
		{START(0, 2)},
		{LOCK(L2)},
		{CLEARF(1, RO(0x201))},
		{INV(1, 2)},
		{UNLOCK(L2)},
		{LOCK(L1)},
		{CLEARF(0, RO(0x200))},
		{INV(0, 1)},
		{UNLOCK(L1)},
		{END(0, 2)},
		{MMAP_UNLOCK(0)},
	};

	JUDGE(trace, BEFORE_6_6);
	JUDGE(two_locks, BEFORE_6_6, UNLOCKED(1));
}

/* ---- redundant-invalidate ---- */

#define REDUNDANT(n) .redundant = true, .counts = {[STLB_RULE_REDUNDANT] = (n)}

Test(redundant, in_the_lock_and_at_the_end)
{
	static const struct made twice[] = {
		SETTLE,	     {START(0, 1)},	   {LOCK(L1)},	 {CLEAR(0, RO(0xa))},
		{INV(0, 1)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)}, {END(0, 1)},
	};
	static const struct made once[] = {
		SETTLE,	     {START(0, 1)},	   {LOCK(L1)},	 {CLEAR(0, RO(0xa))},
		{INV(0, 1)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)}, {ONLY_END(0, 1)},
	};

	JUDGE(twice, BEFORE_6_6, REDUNDANT(1));
	JUDGE(once, BEFORE_6_6, REDUNDANT(0));
	JUDGE(twice, BEFORE_6_6);
}

Test(redundant, each_obligation)
{
	static const struct made trace[] = {
		SETTLE,	     {START(0, 2)}, {LOCK(L1)},	 {CLEAR(0, RW(0xa))}, {CLEAR(1, RW(0xb))},
		{INV(0, 2)}, {UNLOCK(L1)},  {END(0, 2)},
	};

	JUDGE(trace, BEFORE_6_6, REDUNDANT(2));
}

Test(redundant, in_the_lock_for_a_write_protect)
{
	static const struct made in_lock[] = {
		SETTLE,	     {START(0, 1)}, {LOCK(L1)},	      {SET(0, RW(0xa), RO(0xa))},
		{INV(0, 1)}, {UNLOCK(L1)},  {ONLY_END(0, 1)},
	};
	static const struct made after[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)},       {SET(0, RW(0xa), RO(0xa))},
		{UNLOCK(L1)}, {INV(0, 1)},   {ONLY_END(0, 1)},
	};

	/* and for a page of the same content, which is as write-protected as the one before */
	static const struct made merged[] = {
		SETTLE,	     {START(0, 1)},	  {LOCK(L1)},
		{KSM(0xa)},  {CLEAR(0, RO(0xa))}, {SET(0, 0, RO(0xb))},
		{INV(0, 1)}, {UNLOCK(L1)},	  {ONLY_END(0, 1)},
	};

	JUDGE(in_lock, BEFORE_6_6, REDUNDANT(1));
	JUDGE(after, BEFORE_6_6, REDUNDANT(0));
	JUDGE(merged, BEFORE_6_6, REDUNDANT(1));
}

Test(redundant, deferred_ones_are_not)
{
	static const struct made trace[] = {
		SETTLE, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))}, {UNLOCK(L1)}, {END(0, 1)},
	};
	/* nor is what came between the lock and the end: to the letter it came too late */
	static const struct made twice[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)},  {CLEAR(0, RW(0xa))},
		{UNLOCK(L1)}, {INV(0, 1)},   {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, REDUNDANT(0));
	JUDGE(twice, BEFORE_6_6, REDUNDANT(0));
	JUDGE(twice, BEFORE_6_6, .strict = true, REDUNDANT(0));
}

/* Of an mm that nobody mirrors no rule is judged. */
Test(unlocked, not_of_an_mm_without_subscribers)
{
#define BY_TWO_LOCKS(mm)                                                                           \
	SETTLE, {MMAP_LOCK(0)}, {LOCK(L1)}, {SETS(mm, 0, 0, RW(0xa))}, {UNLOCK(L1)}, {LOCK(L2)},   \
		{SETS(mm, 1, 0, RW(0xb))},                                                         \
	{                                                                                          \
		UNLOCK(L2)                                                                         \
	}
	static const struct made own[] = {BY_TWO_LOCKS(MM1)};
	static const struct made other[] = {BY_TWO_LOCKS(MM2)};

	JUDGE(own, BEFORE_6_6, .counts = {[STLB_RULE_UNLOCKED] = 1});
	JUDGE(other, BEFORE_6_6);
}
