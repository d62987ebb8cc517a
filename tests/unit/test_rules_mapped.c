/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* free-while-mapped: a page that goes although an entry still maps it, without any clear. */
#include "made_events.h"

#define MAPPED(n) .counts = {[STLB_RULE_MAPPED] = (n)}
#define FILLED(n, entry)                                                                           \
	{LOCK(L1)}, {SET(n, 0, entry)},                                                            \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define PMD_FILLED(n, entry)                                                                       \
	{LOCK(L2)}, {PMD_SET(n, 0, entry)},                                                        \
	{                                                                                          \
		UNLOCK(L2)                                                                         \
	}
#define ZAPPED(n, entry)                                                                           \
	{START(n, (n) + 1)}, {LOCK(L1)}, {CLEAR(n, entry)}, {UNLOCK(L1)}, {INV(n, (n) + 1)},       \
	{                                                                                          \
		ONLY_END(n, (n) + 1)                                                               \
	}
/* every clear is recorded, as this one shows */
#define SEEN                                                                                       \
	SETTLE, {LOCK(L1)}, {SET(9, 0, RW(0x9))}, {CLEAR(9, 0)}, {UNLOCK(L1)}, ZAPPED(9, RW(0x9))

Test(mapped, a_page_freed_without_any_clear)
{
	static const struct made wrong[] = {SEEN, FILLED(0, RW(0xa)), {FREE(0xa)}};
	static const struct made special[] = {SEEN, FILLED(0, RW(0xa) | 0x200), {FREE(0xa)}};
	static const struct made again[] = {SEEN, FILLED(0, RW(0xa)), {FREE(0xa)}, {ALLOC(0xa)}};
	static const struct made taken[] = {SEEN, FILLED(0, RW(0xa)), {ALLOC(0xa)}};
	static const struct made right[] = {
		SEEN, FILLED(0, RW(0xa)), ZAPPED(0, RW(0xa)), {FREE(0xa)}};
	static const struct made other[] = {SEEN, FILLED(0, RW(0xa)), {FREE(0xb)}, {FREE(0x9)}};

	JUDGE(wrong, BEFORE_6_6, MAPPED(1));
	JUDGE(special, BEFORE_6_6, MAPPED(1));
	JUDGE(again, BEFORE_6_6, MAPPED(1));
	JUDGE(taken, BEFORE_6_6, MAPPED(1));
	JUDGE(right, BEFORE_6_6);
	JUDGE(other, BEFORE_6_6);
}

Test(mapped, each_entry_and_each_page)
{
	static const struct made two[] = {
		SEEN,
		FILLED(0, RW(0xa)),
		FILLED(5, RO(0xa)),
		{FREE(0xa)},
	};
	static const struct made order[] = {
		SEEN,
		FILLED(0, RW(0x20)),
		FILLED(1, RW(0x21)),
		FILLED(2, RW(0x22)),
		{FREES(0x20, 1)},
	};

	JUDGE(two, BEFORE_6_6, MAPPED(2));
	JUDGE(order, BEFORE_6_6, MAPPED(2));
}

Test(mapped, a_huge_page)
{
	static const struct made wrong[] = {SEEN, PMD_FILLED(512, HUGE(0x400)), {FREES(0x400, 9)}};
	static const struct made part[] = {SEEN, PMD_FILLED(512, HUGE(0x400)), {FREE(0x4ff)}};
	static const struct made right[] = {
		SEEN,
		PMD_FILLED(512, HUGE(0x400)),
		{START(512, 1024)},
		{LOCK(L2)},
		{PMD_CLEAR(512, HUGE(0x400))},
		{UNLOCK(L2)},
		{INV(512, 1024)},
		{ONLY_END(512, 1024)},
		{FREES(0x400, 9)},
	};
	static const struct made beside[] = {SEEN, PMD_FILLED(512, HUGE(0x400)), {FREE(0x600)}};

	JUDGE(wrong, BEFORE_6_6, MAPPED(1));
	JUDGE(part, BEFORE_6_6, MAPPED(1));
	JUDGE(right, BEFORE_6_6);
	JUDGE(beside, BEFORE_6_6);
}

Test(mapped, a_page_table)
{
	static const struct made wrong[] = {SEEN, PMD_FILLED(512, TABLE(0x77)), {FREE(0x77)}};
	static const struct made right[] = {
		SEEN,
		PMD_FILLED(512, TABLE(0x77)),
		{START(512, 1024)},
		{LOCK(L2)},
		{PMD_CLEAR(512, TABLE(0x77))},
		{UNLOCK(L2)},
		{INV(512, 1024)},
		{ONLY_END(512, 1024)},
		{FREE(0x77)},
	};

	/* an entry that is set below a table tells nothing new of it; below a huge page, that it
	 * went */
	static const struct made filled[] = {
		SEEN, PMD_FILLED(512, TABLE(0x77)), FILLED(513, RW(0x401)), {FREE(0x77)}};
	static const struct made split[] = {
		SEEN, PMD_FILLED(512, HUGE(0x400)), FILLED(513, RW(0x401)), {FREE(0x402)}};

	JUDGE(wrong, BEFORE_6_6, MAPPED(1));
	JUDGE(filled, BEFORE_6_6, MAPPED(1));
	JUDGE(split, BEFORE_6_6);
	JUDGE(right, BEFORE_6_6);
}

/* What can no longer be known is not judged. */
Test(mapped, only_where_the_entry_is_known)
{
	static const struct made lost[] = {SEEN, FILLED(0, RW(0xa)), {LOST(HERE)}, {FREE(0xa)}};
	static const struct made unplaced[] = {
		SEEN,		FILLED(0, RW(0xa)),  {START(0, 9)},
		{LOCK_ANY(L1)}, {CLEAR_AT(RW(0xa))}, {UNLOCK_ANY(L1)},
		{INV(0, 9)},	{ONLY_END(0, 9)},    {FREE(0xa)},
	};
	static const struct made protected[] = {
		SEEN,
		FILLED(0, RW(0xa)),
		{START(0, 1)},
		{LOCK(L1)},
		{SET(0, RW(0xa), NUMA(0xa))},
		{UNLOCK(L1)},
		{INV(0, 1)},
		{ONLY_END(0, 1)},
		{FREE(0xa)},
	};
	static const struct made mm_gone[] = {SEEN, FILLED(0, RW(0xa)), {RELEASE}, {FREE(0xa)}};
	static const struct made not_subscribed[] = {
		SEEN, {LOCK(L1)}, {SETS(MM2, 0, 0, RW(0xa))}, {UNLOCK(L1)}, {FREE(0xa)},
	};
	/* no echo: these may be some of the sets only, as a profile binds them */
	static const struct made some_sets[] = {SETTLE, FILLED(0, RW(0xa)), {FREE(0xa)}};
	static const struct made clears_unseen[] = {SETTLE, FILLED(0, RW(0xa)), {FREE(0xa)}};

	JUDGE(lost, BEFORE_6_6);
	JUDGE(unplaced, BEFORE_6_6, .unplaced = 2);
	JUDGE(protected, BEFORE_6_6);
	JUDGE(mm_gone, BEFORE_6_6);
	JUDGE(not_subscribed, BEFORE_6_6);
	JUDGE(some_sets, BEFORE_6_6);
	JUDGE(clears_unseen, BEFORE_6_6, .recorded = MADE_WITHOUT(STLB_PTE_CLEAR));
}

/* Tables of hugetlb pages are shared between mms, and taken out unseen. */
Test(mapped, not_a_hugetlb_page_that_goes_back_to_its_pool)
{
	static const struct made hugetlb[] = {
		SEEN,
		PMD_FILLED(512, HUGE(0x400)),
		{OF(HUGE_FREE, F(PFN, 0x400))},
	};
	static const struct made handed_out[] = {
		SEEN,
		PMD_FILLED(512, HUGE(0x400)),
		{OF(HUGE_FREE, F(PFN, 0x400))},
		{OF(PAGE_ALLOC, F(PFN, 0x400), F(ORDER, 9))},
	};
	static const struct made before_any_echo[] = {
		SETTLE,
		PMD_FILLED(512, HUGE(0x400)),
		{OF(HUGE_FREE, F(PFN, 0x400))},
		SEEN,
		{OF(PAGE_ALLOC, F(PFN, 0x400), F(ORDER, 9))},
	};

	JUDGE(hugetlb, BEFORE_6_6);
	JUDGE(handed_out, BEFORE_6_6);
	JUDGE(before_any_echo, BEFORE_6_6);
}

/* Set before anybody subscribed: the entry maps it all the same. */
Test(mapped, an_entry_older_than_the_subscription)
{
	static const struct made trace[] = {
		{LOCK(L1)},	   {SET(0, 0, RW(0xa))}, {CLEAR(0, 0)}, {UNLOCK(L1)},
		{SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)},	 {FREE(0xa)},
	};
	static const struct made over[] = {
		{SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)}, {LOCK(L1)},		{SET(0, 0, RW(0xa))},
		{CLEAR(0, 0)},	   {UNLOCK(L1)},    {UNREGISTER(SUB1)}, {FREE(0xa)},
	};

	JUDGE(trace, BEFORE_6_6, MAPPED(1));
	JUDGE(over, BEFORE_6_6);
}

/* Of one level all sets and clears may be recorded, of the other not: it is not judged. */
Test(mapped, only_of_the_level_that_is_recorded_whole)
{
#define HUGE_ECHO                                                                                  \
	{PMD_SET(1024, 0, HUGE(0x400))},                                                           \
	{                                                                                          \
		PMD_CLEAR(1024, 0)                                                                 \
	}
#define PTE_ECHO                                                                                   \
	{SET(2048, 0, RW(0x9))},                                                                   \
	{                                                                                          \
		CLEAR(2048, 0)                                                                     \
	}
	static const struct made small[] = {SETTLE, HUGE_ECHO, {SET(0, 0, RW(0xa))}, {FREE(0xa)}};
	static const struct made huge[] = {
		SETTLE, PTE_ECHO, {PMD_SET(0, 0, HUGE(0x200))}, {FREES(0x200, 9)}};
	static const struct made hugetlb[] = {
		SETTLE, PTE_ECHO, {SET(0, 0, HUGE(0x200))}, {FREES(0x200, 9)}};

	JUDGE(small, BEFORE_6_6, .counts = {[STLB_RULE_MAPPED] = 1});
	JUDGE(small, BEFORE_6_6, .recorded = MADE_WITHOUT(STLB_PTE_CLEAR));
	JUDGE(huge, BEFORE_6_6, .counts = {[STLB_RULE_MAPPED] = 1});
	JUDGE(huge, BEFORE_6_6, .recorded = MADE_WITHOUT(STLB_PMD_CLEAR));
	JUDGE(hugetlb, BEFORE_6_6, .counts = {[STLB_RULE_MAPPED] = 1});
	JUDGE(hugetlb, BEFORE_6_6, .recorded = MADE_WITHOUT(STLB_PMD_SET));
}

/* Where the echo of an entry is missing, not every clear is recorded. */
Test(mapped, only_where_echoes_show_that_all_is_recorded)
{
	static const struct made missed[] = {SETTLE,	     {LOCK(L1)},   {SET_NR(9, RW(0x9), 3)},
					     {CLEAR(10, 0)}, {UNLOCK(L1)}, FILLED(0, RW(0x30)),
					     {FREE(0x30)}};
	static const struct made all[] = {
		SETTLE,		{LOCK(L1)},   {SET_NR(9, RW(0x9), 2)}, {CLEAR(9, 0)},
		{CLEAR(10, 0)}, {UNLOCK(L1)}, FILLED(0, RW(0x30)),     {FREE(0x30)}};

	JUDGE(missed, BEFORE_6_6);
	JUDGE(all, BEFORE_6_6, MAPPED(1));
}
