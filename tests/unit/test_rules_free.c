/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * free-before-invalidate, racy-invalidate, partial-invalidate: what the page's end judges.
 * The traps T<n> are those of staletlb-kernel(7).
 */
#include "made_events.h"

#define ZAP(n, pfn)                                                                                \
	{LOCK(L1)}, {CLEAR(n, RW(pfn))},                                                           \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}

/* ---- free-before-invalidate ---- */

Test(free, before_range_end)
{
	static const struct made trace[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {FREE(0xa)}, {END(0, 1)},
	};
	static const struct stlb_obligations ended = {.total = 1, .discharged_deferred = 1};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1}, .ended = &ended);
}

Test(free, after_an_invalidation)
{
	static const struct made in_bracket[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {INV(0, 1)}, {FREE(0xa)}, {END(0, 1)},
	};
	static const struct made after_end[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {END(0, 1)}, {FREE(0xa)},
	};
	static const struct made after_66[] = {
		SETTLE_66, {START(0, 1)}, ZAP(0, 0xa), {END_66(0, 1)}, {INV(0, 1)}, {FREE(0xa)},
	};

	JUDGE(in_bracket, BEFORE_6_6);
	JUDGE(after_end, BEFORE_6_6);
	JUDGE(after_66, SINCE_6_6);
}

Test(free, range_end_invalidates_nothing_since_6_6)
{
	static const struct made trace[] = {
		SETTLE_66, {START(0, 1)}, ZAP(0, 0xa), {END_66(0, 1)}, {FREE(0xa)}, {INV(0, 1)},
	};

	JUDGE(trace, SINCE_6_6, .counts = {[STLB_RULE_FREE] = 1});
}

Test(free, not_by_an_end_that_only_ends)
{
	static const struct made trace[] = {
		SETTLE,		  {START(0, 9)}, {START(0, 1)}, ZAP(0, 0xa),
		{ONLY_END(0, 1)}, {FREE(0xa)},	 {END(0, 9)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
}

Test(free, handed_out_again)
{
	static const struct made trace[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {T2, ALLOC(0xa)}, {END(0, 1)},
	};
	static const struct made other[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {T2, ALLOC(0xb)}, {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
	JUDGE(other, BEFORE_6_6);
}

/* T44: one free can be recorded twice, and the page be handed out after it. */
Test(free, reported_twice)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 1)}, ZAP(0, 0xa), {FREE(0xa)}, {FREE_AGAIN(0xa)},
		{ALLOC(0xa)}, {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
}

Test(free, only_the_second_telling_is_traced)
{
	static const struct made trace[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {FREE_AGAIN(0xa)}, {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1},
	      .recorded = MADE_WITHOUT(STLB_PAGE_FREE));
}

/* T44: a folio of order n is 2^n pages. */
Test(free, of_a_folio)
{
	static const struct made within[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0x10f), {FREES(0x100, 4)}, {END(0, 1)},
	};
	static const struct made beyond[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0x110), {FREES(0x100, 4)}, {END(0, 1)},
	};
	static const struct made huge[] = {
		SETTLE,	      {START(0, 512)},	 {LOCK(L1)},	{PMD_CLEAR(0, HUGE(0x200))},
		{UNLOCK(L1)}, {FREES(0x200, 9)}, {END(0, 512)},
	};

	JUDGE(within, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
	JUDGE(beyond, BEFORE_6_6);
	JUDGE(huge, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
}

Test(free, each_obligation_once)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 4)},	ZAP(0, 0x20), ZAP(1, 0x21),
		ZAP(2, 0x22), {FREES(0x20, 1)}, {FREE(0x22)}, {END(0, 4)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 3});
}

Test(free, of_a_page_that_is_only_write_protected)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)},  {SET(0, RW(0xa), RO(0xa))},
		{UNLOCK(L1)}, {FREE(0xa)},   {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6);
}

Test(free, of_a_table)
{
	static const struct made wrong[] = {
		SETTLE,	      {START(0, 512)}, {LOCK(L1)},    {PMD_CLEAR(0, TABLE(0x77))},
		{UNLOCK(L1)}, {FREE(0x77)},    {END(0, 512)},
	};
	static const struct made right[] = {
		SETTLE,	      {START(0, 512)}, {LOCK(L1)},   {PMD_CLEAR(0, TABLE(0x77))},
		{UNLOCK(L1)}, {END(0, 512)},   {FREE(0x77)},
	};

	JUDGE(wrong, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
	JUDGE(right, BEFORE_6_6);
}

/* The table takes the pages below along: one obligation, whatever it maps. */
Test(free, of_a_page_below_a_cleared_table)
{
	static const struct made trace[] = {
		SETTLE,	      {LOCK(L1)},      {SET(0, 0, RW(0xa))}, {SET(5, 0, RW(0xb))},
		{UNLOCK(L1)}, {START(0, 512)}, {LOCK(L2)},	     {PMD_CLEAR(0, TABLE(0x77))},
		{UNLOCK(L2)}, {FREE(0xb)},     {FREE(0xa)},	     {END(0, 512)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
}

Test(free, of_a_hugetlb_page)
{
	static const struct made wrong[] = {
		SETTLE,	       {START(0, 512)},
		{LOCK(L1)},    {CLEAR(0, HUGE(0x200))},
		{UNLOCK(L1)},  {OF(HUGE_FREE, F(PFN, 0x200))},
		{END(0, 512)},
	};
	static const struct made right[] = {
		SETTLE,
		{START(0, 512)},
		{LOCK(L1)},
		{CLEAR(0, HUGE(0x200))},
		{UNLOCK(L1)},
		{END(0, 512)},
		{OF(HUGE_FREE, F(PFN, 0x200))},
	};

	JUDGE(wrong, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
	JUDGE(right, BEFORE_6_6);
}

/* What follows from an expired obligation is no new finding. */
Test(free, not_after_never_invalidated)
{
	static const struct made trace[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {ONLY_END(0, 1)}, {FREE(0xa)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
}

/* ---- --strict ---- */

Test(strict, invalidated_after_the_unlock)
{
	static const struct made trace[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {INV(0, 1)}, {FREE(0xa)}, {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6);
	JUDGE(trace, BEFORE_6_6, .strict = true, .counts = {[STLB_RULE_FREE] = 1},
	      .by_verdict = true, .verdicts = {[STLB_STRICT] = 1});
}

Test(strict, invalidated_in_the_lock)
{
	static const struct made trace[] = {
		SETTLE,	     {START(0, 1)}, {LOCK(L1)},	 {CLEAR(0, RW(0xa))},
		{INV(0, 1)}, {UNLOCK(L1)},  {FREE(0xa)}, {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .strict = true);
}

Test(strict, freed_after_range_end)
{
	static const struct made trace[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {INV(0, 1)}, {END(0, 1)}, {FREE(0xa)},
	};
	static const struct made at_end[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {END(0, 1)}, {FREE(0xa)},
	};

	JUDGE(trace, BEFORE_6_6, .strict = true);
	JUDGE(at_end, BEFORE_6_6, .strict = true);
}

Test(strict, a_plain_violation_stays_observed)
{
	static const struct made trace[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {FREE(0xa)}, {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .strict = true, .counts = {[STLB_RULE_FREE] = 1},
	      .by_verdict = true, .verdicts = {[STLB_OBSERVED] = 1});
}

/* ---- racy-invalidate ---- */

Test(racy, free_after_an_unordered_invalidation)
{
	static const struct made trace[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {T2, INV(0, 1)}, {T3, FREE(0xa)}, {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_RACY] = 1});
}

Test(racy, deadline_after_an_unordered_invalidation)
{
	static const struct made trace[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {T2, INV(0, 1)}, {ONLY_END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_RACY] = 1});
}

Test(racy, set_after_an_unordered_invalidation)
{
	static const struct made trace[] = {
		SETTLE,		  {START(0, 1)},	{LOCK(L1)},   {CLEAR(0, RO(0xa))},
		{T2, INV(0, 1)},  {SET(0, 0, RW(0xb))}, {UNLOCK(L1)}, {INV(0, 1)},
		{ONLY_END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_RACY] = 1});
}

Test(racy, an_ordered_one_follows_in_time)
{
	static const struct made trace[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {T2, INV(0, 1)}, {END(0, 1)}, {FREE(0xa)},
	};

	JUDGE(trace, BEFORE_6_6);
}

Test(racy, ordered_by_a_lock)
{
	static const struct made ordered[] = {
		SETTLE,		  {START(0, 1)},   ZAP(0, 0xa),	    {T2, LOCK(L1)},
		{T2, UNLOCK(L1)}, {T2, INV(0, 1)}, {T2, FREE(0xa)}, {END(0, 1)},
	};
	static const struct made other_lock[] = {
		SETTLE,		  {START(0, 1)},   ZAP(0, 0xa),	    {T2, LOCK(L2)},
		{T2, UNLOCK(L2)}, {T2, INV(0, 1)}, {T2, FREE(0xa)}, {END(0, 1)},
	};
	static const struct made too_early[] = {
		SETTLE,	     {T2, LOCK(L1)},  {T2, UNLOCK(L1)}, {START(0, 1)},
		ZAP(0, 0xa), {T2, INV(0, 1)}, {T2, FREE(0xa)},	{END(0, 1)},
	};

	JUDGE(ordered, BEFORE_6_6);
	JUDGE(other_lock, BEFORE_6_6, .counts = {[STLB_RULE_RACY] = 1});
	JUDGE(too_early, BEFORE_6_6, .counts = {[STLB_RULE_RACY] = 1});
}

/* T1: what is seen at the entry of a lock function is the lock taken, but not yet. */
Test(racy, ordered_by_a_lock_asked_for_while_it_was_held)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{ASK_ANY(L1)},
		{CLEAR(0, RW(0xa))},
		{T2, ASK_ANY(L1)},
		{UNLOCK_ANY(L1)},
		{T2, INV(0, 1)},
		{T2, FREE(0xa)},
		{END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6);
}

/* Readers do not wait for each other; a writer waits for them all. */
Test(racy, ordered_by_a_lock_that_was_read)
{
#define READ_LOCK(l) OF(LOCK_ACQUIRE, F(LOCK, l), F(TRYLOCK, 2))
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{READ_LOCK(RQ)},
		{LOCK_ANY(RQ)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{UNLOCK(L1)},
		{UNLOCK_ANY(RQ)},
		{T2, ASK_ANY(RQ)},
		{T2, LOCK_ANY(RQ)},
		{T2, INV(0, 1)},
		{T2, UNLOCK_ANY(RQ)},
		{FREE(0xa)},
		{ONLY_END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6);
}

Test(racy, ordered_by_a_page)
{
	static const struct made ordered[] = {
		SETTLE,		  {START(0, 1)},   ZAP(0, 0xa),	    {FREE(0xc)},
		{T2, ALLOC(0xc)}, {T2, INV(0, 1)}, {T2, FREE(0xa)}, {END(0, 1)},
	};
	static const struct made other_page[] = {
		SETTLE,		  {START(0, 1)},   ZAP(0, 0xa),	    {FREE(0xc)},
		{T2, ALLOC(0xd)}, {T2, INV(0, 1)}, {T2, FREE(0xa)}, {END(0, 1)},
	};

	JUDGE(ordered, BEFORE_6_6);
	JUDGE(other_page, BEFORE_6_6, .counts = {[STLB_RULE_RACY] = 1});
}

Test(racy, ordered_by_a_fork)
{
	static const struct made ordered[] = {
		SETTLE,		 {START(0, 1)},	  ZAP(0, 0xa), {FORKS(200)},
		{T2, INV(0, 1)}, {T2, FREE(0xa)}, {END(0, 1)},
	};
	static const struct made other_child[] = {
		SETTLE,		 {START(0, 1)},	  ZAP(0, 0xa), {FORKS(300)},
		{T2, INV(0, 1)}, {T2, FREE(0xa)}, {END(0, 1)},
	};

	JUDGE(ordered, BEFORE_6_6);
	JUDGE(other_child, BEFORE_6_6, .counts = {[STLB_RULE_RACY] = 1});
}

Test(racy, ordered_by_a_wake_up)
{
	static const struct made ordered[] = {
		SETTLE,
		{START(0, 1)},
		ZAP(0, 0xa),
		{WAKE(200)},
		{.cpu = 1, .tid = 1, SWITCH(200)},
		{T2, INV(0, 1)},
		{T2, FREE(0xa)},
		{END(0, 1)},
	};
	static const struct made not_run_yet[] = {
		SETTLE,		 {START(0, 1)},	  ZAP(0, 0xa), {WAKE(300)},
		{T2, INV(0, 1)}, {T2, FREE(0xa)}, {END(0, 1)},
	};

	JUDGE(ordered, BEFORE_6_6);
	JUDGE(not_run_yet, BEFORE_6_6, .counts = {[STLB_RULE_RACY] = 1});
}

/* An interrupt lies between the events of the task that it interrupted. */
Test(racy, ordered_by_an_interrupt)
{
	static const struct made ordered[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {IRQ, INV(0, 1)}, {FREE(0xa)}, {END(0, 1)},
	};
	static const struct made other_cpu[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {T2, IRQ, INV(0, 1)}, {FREE(0xa)}, {END(0, 1)},
	};

	JUDGE(ordered, BEFORE_6_6);
	JUDGE(other_cpu, BEFORE_6_6, .counts = {[STLB_RULE_RACY] = 1});
}

/* ---- partial-invalidate ---- */

#define HUGE_ZAP                                                                                   \
	{LOCK(L1)},                                                                                \
	{                                                                                          \
		CLEAR(0, HUGE(0x200))                                                              \
	}

Test(partial, until_the_set)
{
	static const struct made trace[] = {
		SETTLE_66,     {START(0, 512)},		 HUGE_ZAP,
		{INV(0, 1)},   {SET(0, 0, HUGE(0x400))}, {UNLOCK(L1)},
		{INV(0, 512)}, {END_66(0, 512)},
	};
	static const struct made whole[] = {
		SETTLE_66,    {START(0, 512)},	HUGE_ZAP, {INV(0, 512)}, {SET(0, 0, HUGE(0x400))},
		{UNLOCK(L1)}, {END_66(0, 512)},
	};
	static const struct made subpages[] = {
		SETTLE_66,	 {START(0, 512)},	   HUGE_ZAP,	 {INV(0, 300)},
		{INV(300, 512)}, {SET(0, 0, HUGE(0x400))}, {UNLOCK(L1)}, {END_66(0, 512)},
	};
	static const struct made all[] = {
		SETTLE_66,    {START(0, 512)},	HUGE_ZAP, {BYTES(0, ~0)}, {SET(0, 0, HUGE(0x400))},
		{UNLOCK(L1)}, {END_66(0, 512)},
	};

	JUDGE(trace, SINCE_6_6, .counts = {[STLB_RULE_PARTIAL] = 1});
	JUDGE(whole, SINCE_6_6);
	JUDGE(subpages, SINCE_6_6);
	JUDGE(all, SINCE_6_6);
}

Test(partial, until_the_free)
{
	static const struct made trace[] = {
		SETTLE_66,     {START(0, 512)},	  HUGE_ZAP,	   {UNLOCK(L1)},
		{INV(0, 511)}, {FREES(0x200, 9)}, {INV(511, 512)}, {END_66(0, 512)},
	};
	static const struct made whole[] = {
		SETTLE_66,     {START(0, 512)}, HUGE_ZAP,	   {UNLOCK(L1)},
		{INV(0, 511)}, {INV(511, 512)}, {FREES(0x200, 9)}, {END_66(0, 512)},
	};

	JUDGE(trace, SINCE_6_6, .counts = {[STLB_RULE_PARTIAL] = 1});
	JUDGE(whole, SINCE_6_6);
}

Test(partial, until_the_end_of_the_bracket)
{
	static const struct made trace[] = {
		SETTLE,	     {SET(512, 0, RW(0xa))}, {START(0, 512)}, HUGE_ZAP, {UNLOCK(L1)},
		{INV(0, 1)}, {ONLY_END(0, 512)},     {INV(0, 512)},
	};
	static const struct made whole[] = {
		SETTLE, {START(0, 512)}, HUGE_ZAP, {UNLOCK(L1)}, {INV(0, 1)}, {END(0, 512)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_PARTIAL] = 1});
	JUDGE(whole, BEFORE_6_6);
}

Test(partial, not_of_small_pages)
{
	static const struct made trace[] = {
		SETTLE,	     {START(0, 2)}, {LOCK(L1)},	      {CLEAR(0, RW(0xa))},
		{INV(0, 1)}, {UNLOCK(L1)},  {ONLY_END(0, 2)}, {FREE(0xa)},
	};

	JUDGE(trace, BEFORE_6_6);
}

/* An unaligned range is read rounded outwards, for the subpages of a huge page as well. */
Test(partial, unaligned_ranges_cover_whole_pages)
{
	static const struct made trace[] = {
		SETTLE_66,
		{START(0, 512)},
		HUGE_ZAP,
		{BYTES(PAGE(0) + 0x10, PAGE(511) + 0x10)},
		{SET(0, 0, HUGE(0x400))},
		{UNLOCK(L1)},
		{END_66(0, 512)},
	};

	JUDGE(trace, SINCE_6_6, .counts = {[STLB_RULE_UNALIGNED] = 1});
}
