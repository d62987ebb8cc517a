/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Huge pages in real traces: what is no violation, each with its counterpart.
 * The traps T<n> are those of staletlb-kernel(7).
 */
#include "made_events.h"

#define REPOINT(n) .counts = {[STLB_RULE_REPOINT] = (n)}
#define FREED(n)   .counts = {[STLB_RULE_FREE] = (n)}
#define ENDED(...)                                                                                 \
	.ended = &(struct stlb_obligations)                                                        \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

/* ---- T10, T11: khugepaged's late clears of a detached table ---- */

#define FILLED                                                                                     \
	SETTLE, {LOCK(L1)}, {SET(0, 0, RW(0xa))}, {SET(1, 0, RW(0xb))},                            \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define DETACHED                                                                                   \
	{START(0, 512)}, {LOCK(L2)}, {COLLAPSE(0, TABLE(0x77))}, {PMD_CLEAR(0, TABLE(0x77))},      \
		{UNLOCK(L2)},                                                                      \
	{                                                                                          \
		END(0, 512)                                                                        \
	}

Test(collapse, late_clears_need_nothing)
{
	static const struct made trace[] = {
		FILLED,
		DETACHED,
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{CLEAR(1, RW(0xb))},
		{UNLOCK(L1)},
		{FREE(0xa)},
		{FREE(0xb)},
		{LOCK(L2)},
		{PMD_SET(0, 0, HUGE(0x200))},
		{UNLOCK(L2)},
	};

	JUDGE(trace, BEFORE_6_6, ENDED(.total = 1, .discharged_deferred = 1));
}

Test(collapse, not_invalidated)
{
	static const struct made trace[] = {
		FILLED,	      {START(0, 512)}, {LOCK(L2)},	    {COLLAPSE(0, TABLE(0x77))},
		{UNLOCK(L2)}, {LOCK(L1)},      {CLEAR(0, RW(0xa))}, {CLEAR(1, RW(0xb))},
		{UNLOCK(L1)}, {FREE(0xa)},     {LOCK(L2)},	    {PMD_SET(0, 0, HUGE(0x200))},
		{UNLOCK(L2)}, {END(0, 512)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_FREE] = 1});
}

/* The context's next bracket is another operation. */
Test(collapse, only_until_the_next_bracket)
{
	static const struct made trace[] = {
		FILLED,	      DETACHED,	   {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))},
		{UNLOCK(L1)}, {FREE(0xa)}, {END(0, 1)},
	};
	static const struct made elsewhere[] = {
		FILLED,	      DETACHED,	   {START(512, 513)}, {LOCK(L1)}, {CLEAR(512, RW(0xf))},
		{UNLOCK(L1)}, {FREE(0xf)}, {END(512, 513)},
	};

	JUDGE(trace, BEFORE_6_6, FREED(1));
	JUDGE(elsewhere, BEFORE_6_6, FREED(1));
}

/* A failed collapse puts the table back unseen: what others clear then counts. */
Test(collapse, failed)
{
	static const struct made trace[] = {
		FILLED,
		DETACHED,
		{T2, START(0, 1)},
		{T2, LOCK(L1)},
		{T2, CLEAR(0, RW(0xa))},
		{T2, UNLOCK(L1)},
		{FREE(0xa)},
		{T2, END(0, 1)},
	};
	static const struct made other_mm[] = {
		FILLED,
		DETACHED,
		{STARTS(MM2, 0, 1, 1, 1)},
		{LOCK(L1)},
		{CLEARS(MM2, 0, RW(0xa))},
		{UNLOCK(L1)},
		{FREE(0xa)},
		{ENDS(MM2, 0, 1, 0)},
	};

	JUDGE(trace, BEFORE_6_6, FREED(1));
	JUDGE(other_mm, BEFORE_6_6, FREED(1));
}

/* The pages below a table that goes: cleared one by one before, they need their own invalidations.
 */
Test(collapse, table_holds_the_same_pages)
{
	static const struct made trace[] = {
		SETTLE,
		{LOCK(L1)},
		{SET_NR(0, RW(0x200), 512)},
		{UNLOCK(L1)},
		{START(0, 512)},
		{LOCK(L2)},
		{COLLAPSE(0, TABLE(0x77))},
		{PMD_SET(0, 0, HUGE(0x200))},
		{UNLOCK(L2)},
		{END(0, 512)},
		{FREE(0x77)},
	};
	static const struct made table_freed[] = {
		SETTLE,
		{LOCK(L1)},
		{SET_NR(0, RW(0x200), 512)},
		{UNLOCK(L1)},
		{START(0, 512)},
		{LOCK(L2)},
		{COLLAPSE(0, TABLE(0x77))},
		{PMD_SET(0, 0, HUGE(0x200))},
		{UNLOCK(L2)},
		{FREE(0x77)},
		{END(0, 512)},
	};

	JUDGE(trace, BEFORE_6_6);
	JUDGE(table_freed, BEFORE_6_6, FREED(1));
}

/* ---- T9: THP split: the same pages come back, one by one ---- */

Test(split, restored_page_by_page)
{
	static const struct made whole[] = {
		SETTLE,
		{START(0, 512)},
		{LOCK(L2)},
		{PMD_CLEAR(0, HUGE(0x200))},
		{SET_NR(0, RW(0x200), 256)},
		{SET_NR(256, RW(0x300), 256)},
		{UNLOCK(L2)},
		{ONLY_END(0, 512)},
	};
	static const struct made in_part[] = {
		SETTLE,
		{START(0, 512)},
		{LOCK(L2)},
		{PMD_CLEAR(0, HUGE(0x200))},
		{SET_NR(0, RW(0x200), 511)},
		{UNLOCK(L2)},
		{ONLY_END(0, 512)},
	};
	static const struct made other_page[] = {
		SETTLE,
		{START(0, 512)},
		{LOCK(L2)},
		{PMD_CLEAR(0, HUGE(0x200))},
		{SET_NR(0, RW(0x200), 511)},
		{SET(511, 0, RW(0xa))},
		{UNLOCK(L2)},
		{END(0, 512)},
	};

	JUDGE(whole, BEFORE_6_6, ENDED(.total = 1, .restored = 1));
	JUDGE(in_part, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
	JUDGE(other_page, BEFORE_6_6, REPOINT(1));
}

/* Restored with fewer rights it is a write-protect, which range_end has to invalidate. */
Test(split, with_fewer_rights)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 512)},
		{LOCK(L2)},
		{PMD_CLEAR(0, HUGE(0x200))},
		{SET_NR(0, RO(0x200), 512)},
		{UNLOCK(L2)},
		{ONLY_END(0, 512)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
}

/* pmd_inval inside a pmd_split: same pages, nothing pending. */
Test(split, known_by_its_function)
{
	static const struct made split[] = {
		SETTLE,
		{START(0, 512)},
		{LOCK(L2)},
		{OF(PMD_SPLIT, F(MM, MM1), F(ADDR, PAGE(0))), .level = STLB_LEVEL_PMD},
		{PMD_CLEARS(PMD_INVAL, 0, HUGE(0x200))},
		{UNLOCK(L2)},
		{ONLY_END(0, 512)},
	};
	static const struct made no_split[] = {
		SETTLE,
		{START(0, 512)},
		{LOCK(L2)},
		{SET(600, 0, RW(0xf))},
		{PMD_CLEARS(PMD_INVAL, 0, HUGE(0x200))},
		{UNLOCK(L2)},
		{ONLY_END(0, 512)},
	};

	JUDGE(split, BEFORE_6_6, ENDED(.total = 0));
	JUDGE(no_split, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
}

/* It is of that pmd alone, be it the first below its pud or not. */
Test(split, of_one_pmd_of_many)
{
#define SPLIT_AT(reported, cleared)                                                                \
	SETTLE, {START(0, 2048)}, {LOCK(L2)},                                                      \
		{OF(PMD_SPLIT, F(MM, MM1), F(ADDR, PAGE(reported))), .level = STLB_LEVEL_PMD},     \
		{PMD_CLEARS(PMD_INVAL, cleared, HUGE(0x200))}, {UNLOCK(L2)},                       \
	{                                                                                          \
		ONLY_END(0, 2048)                                                                  \
	}
	static const struct made same[] = {SPLIT_AT(1024, 1024)};
	static const struct made next[] = {SPLIT_AT(512, 1024)};
	static const struct made first[] = {SPLIT_AT(512, 0)};

	JUDGE(same, BEFORE_6_6, ENDED(.total = 0));
	JUDGE(next, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
	JUDGE(first, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
}

/* A split is within brackets of its mm: one of another mm is past it. */
Test(split, not_beyond_a_bracket_of_another_mm)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 512)},
		{OF(PMD_SPLIT, F(MM, MM1), F(ADDR, PAGE(0))), .level = STLB_LEVEL_PMD},
		{STARTS(MM2, 0, 1, 1, 1)},
		{PMD_CLEARS(PMD_INVAL, 0, HUGE(0x200))},
		{ENDS(MM2, 0, 1, 1)},
		{ONLY_END(0, 512)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
}

/* The same where sets are out of sight: known by the pfn that the split itself tells. */
Test(split, of_the_huge_zero_page_unseen)
{
#define SPLIT_OF(hz) OF(PMD_SPLIT, F(MM, MM1), F(ADDR, PAGE(0)), F(HUGE_ZERO_PFN, hz))
#define UNSEEN	     MADE_WITHOUT(STLB_PTE_SET, STLB_PTE_CLEAR, STLB_PMD_SET, STLB_PMD_CLEAR)
	static const struct made zero[] = {
		SETTLE,
		{START(0, 512)},
		{SPLIT_OF(0x600), .level = STLB_LEVEL_PMD},
		{LOCK(L2)},
		{PMD_CLEARS(PMD_CLEAR_FLUSH, 0, HUGERO(0x600))},
		{UNLOCK(L2)},
		{ONLY_END(0, 512)},
	};
	static const struct made other[] = {
		SETTLE,
		{START(0, 512)},
		{SPLIT_OF(0x800), .level = STLB_LEVEL_PMD},
		{LOCK(L2)},
		{PMD_CLEARS(PMD_CLEAR_FLUSH, 0, HUGERO(0x600))},
		{UNLOCK(L2)},
		{ONLY_END(0, 512)},
	};
	static const struct made no_split[] = {
		SETTLE,
		{START(0, 512), .ns = 2000},
		{SPLIT_OF(0x600), .level = STLB_LEVEL_PMD},
		{LOCK(L2)},
		{PMD_CLEARS(PMD_CLEAR_FLUSH, 512, HUGERO(0x600))},
		{UNLOCK(L2)},
		{ONLY_END(0, 512)},
	};

	JUDGE(zero, BEFORE_6_6, .recorded = UNSEEN, ENDED(.total = 1, .restored = 1));
	JUDGE(other, BEFORE_6_6, .recorded = UNSEEN, .inconclusive = {[STLB_RULE_NEVER] = 1});
	JUDGE(no_split, BEFORE_6_6, .recorded = UNSEEN, .inconclusive = {[STLB_RULE_NEVER] = 1},
	      .counts = {[STLB_RULE_UNBRACKETED] = 1});
}

/* The huge zero page becomes 512 zero ptes, and nobody is notified. */
Test(split, of_the_huge_zero_page)
{
	static const struct made zero[] = {
		SETTLE,	      {START(0, 512)},	  {LOCK(L2)},	{PMD_CLEAR(0, HUGERO(0x600))},
#define ZEROS(a)                                                                                   \
	{SET(a, 0, ZERO(0x50))}, {SET(a + 1, 0, ZERO(0x50))}, {SET(a + 2, 0, ZERO(0x50))},         \
		{SET(a + 3, 0, ZERO(0x50))}
#define ZEROS4(a)  ZEROS(a), ZEROS((a) + 4), ZEROS((a) + 8), ZEROS((a) + 12)
#define ZEROS16(a) ZEROS4(a), ZEROS4((a) + 16), ZEROS4((a) + 32), ZEROS4((a) + 48)
		ZEROS16(0),   ZEROS16(64),	  ZEROS16(128), ZEROS16(192),
		ZEROS16(256), ZEROS16(320),	  ZEROS16(384), ZEROS16(448),
		{UNLOCK(L2)}, {ONLY_END(0, 512)},
	};
	static const struct made in_part[] = {
		SETTLE,	    {START(0, 512)}, {LOCK(L2)},    {PMD_CLEAR(0, HUGERO(0x600))},
		ZEROS16(0), {UNLOCK(L2)},    {END(0, 512)},
	};

	JUDGE(zero, BEFORE_6_6, ENDED(.total = 1, .restored = 1));
	JUDGE(in_part, BEFORE_6_6, REPOINT(1));
}

/* Known zero pages need no such proof. */
Test(split, of_the_known_huge_zero_page)
{
	static const struct made known[] = {
		{SUBSCRIBE(SUB1), .fields[2] = F(ZERO_PFN, 0x50),
		 .fields[3] = F(HUGE_ZERO_PFN, 0x600)},
		{SUBSCRIBED(0)},
		SETTLE,
		{START(0, 512)},
		{LOCK(L2)},
		{PMD_CLEAR(0, HUGERO(0x600))},
		ZEROS16(0),
		{UNLOCK(L2)},
		{END(0, 512)},
	};

	JUDGE(known, BEFORE_6_6);
}

/* Where sets are reported, they have to show that its pages came back. */
Test(split, of_the_huge_zero_page_where_sets_are_seen)
{
	static const struct made no_set[] = {
		SETTLE,
		{SET(1024, 0, RW(0xa))},
		{CLEAR(1024, 0)},
		{START(0, 512)},
		{SPLIT_OF(0x600), .level = STLB_LEVEL_PMD},
		{LOCK(L2)},
		{PMD_CLEARS(PMD_CLEAR_FLUSH, 0, HUGERO(0x600))},
		{UNLOCK(L2)},
		{ONLY_END(0, 512)},
	};

	JUDGE(no_set, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
}

/* A huge page is the same as its table only if each page is, not the first alone. */
Test(collapse, table_holds_the_same_pages_but_one)
{
#define HUGE_IN_PLACE_OF(first, second)                                                            \
	SETTLE, {SET(0, 0, RW(first))}, {SET(1, 0, RW(second))}, {START(0, 512)}, {LOCK(L2)},      \
		{PMD_SET(0, TABLE(0x77), HUGE(0x200))}, {UNLOCK(L2)},                              \
	{                                                                                          \
		END(0, 512)                                                                        \
	}
	static const struct made same[] = {HUGE_IN_PLACE_OF(0x200, 0x201)};
	static const struct made last[] = {HUGE_IN_PLACE_OF(0x200, 0x999)};
	static const struct made first[] = {HUGE_IN_PLACE_OF(0x999, 0x201)};

	JUDGE(same, BEFORE_6_6);
	JUDGE(last, BEFORE_6_6, REPOINT(1));
	JUDGE(first, BEFORE_6_6, REPOINT(1));
}
