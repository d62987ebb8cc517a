/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unlocked-update of tables above the ptes', and tables that go unseen. */
#include "made_events.h"

#define UNLOCKED(n) .counts = {[STLB_RULE_UNLOCKED] = (n)}

#define SUBSCRIBER                                                                                 \
	{SUBSCRIBE(SUB1)},                                                                         \
	{                                                                                          \
		SUBSCRIBED(0)                                                                      \
	}
#define MARKED                                                                                     \
	{MMAP_LOCK(0)},                                                                            \
	{                                                                                          \
		MMAP_UNLOCK(0)                                                                     \
	}

/* a huge pmd, number h of the table at @pmds, set under a lock; addr only, and pmdp only */
#define HUGE_SET(pmds, h)                                                                          \
	OF(PMD_SET, F(MM, MM1), F(ADDR, PAGE(512 * (h))), F(PTEP, (pmds) + 8 * (h)), F(OLD, 0),    \
	   F(NEW, HUGE(0x40000 + 512 * (h)))),                                                     \
		.level = STLB_LEVEL_PMD
#define HUGE_CLEAR(h) PMD_CLEAR(512 * (h), HUGE(0x40000 + 512 * (h)))
#define SET_UNDER(l, pmds, h)                                                                      \
	{LOCK(l)}, {HUGE_SET(pmds, h)},                                                            \
	{                                                                                          \
		UNLOCK(l)                                                                          \
	}
#define CLEAR_UNDER(l, h)                                                                          \
	{START_AS(512 * (h), 512 * (h) + 512, 1)}, {LOCK(l)}, {HUGE_CLEAR(h)},                     \
		{INV(512 * (h), 512 * (h) + 512)}, {UNLOCK(l)},                                    \
	{                                                                                          \
		ONLY_END(512 * (h), 512 * (h) + 512)                                               \
	}
#define OTHER_PMDS (PMDS + 0x1000)

Test(upper, one_pmd_table_under_two_locks)
{
	static const struct made two[] = {SUBSCRIBER, MARKED, SET_UNDER(L1, PMDS, 0),
					  SET_UNDER(L2, PMDS, 1), SET_UNDER(L1, PMDS, 2)};
	static const struct made none[] = {
		SUBSCRIBER, MARKED, SET_UNDER(L1, PMDS, 0), {HUGE_SET(PMDS, 1)}};
	static const struct made cleared[] = {SUBSCRIBER, MARKED, SET_UNDER(L1, PMDS, 0),
					      CLEAR_UNDER(L2, 0)};

	JUDGE(two, BEFORE_6_6, UNLOCKED(1));
	JUDGE(none, BEFORE_6_6, UNLOCKED(1));
	/* a clear does not say where the table is: the set before it did */
	JUDGE(cleared, BEFORE_6_6, UNLOCKED(1));
}

Test(upper, one_lock_for_all_of_a_table)
{
	static const struct made one[] = {SUBSCRIBER, MARKED, SET_UNDER(L1, PMDS, 0),
					  SET_UNDER(L1, PMDS, 1), CLEAR_UNDER(L1, 1)};
	static const struct made tables[] = {SUBSCRIBER, MARKED, SET_UNDER(L1, PMDS, 0),
					     SET_UNDER(L2, OTHER_PMDS, 512)};
	static const struct made writing[] = {
		SUBSCRIBER,   {MMAP_LOCK(1)},	   {LOCK(L1)},	     {HUGE_SET(PMDS, 0)},
		{UNLOCK(L1)}, {HUGE_SET(PMDS, 1)}, {MMAP_UNLOCK(1)},
	};

	JUDGE(one, BEFORE_6_6);
	JUDGE(tables, BEFORE_6_6);
	JUDGE(writing, BEFORE_6_6);
}

/* Where the table lies was never told: another one may be in its place. */
Test(upper, table_that_is_not_known)
{
	static const struct made trace[] = {
		SUBSCRIBER,
		MARKED,
		{LOCK(L1)},
		{PMD_SET(0, 0, HUGE(0x40000))},
		{UNLOCK(L1)},
		{LOCK(L2)},
		{PMD_SET(512, 0, HUGE(0x40200))},
		{UNLOCK(L2)},
	};

	JUDGE(trace, BEFORE_6_6);
}

/* Another table, with a lock of its own, came in its place. */
Test(upper, another_table)
{
	static const struct made moved[] = {SUBSCRIBER, MARKED, SET_UNDER(L1, PMDS, 0),
					    SET_UNDER(L2, OTHER_PMDS, 1),
					    SET_UNDER(L2, OTHER_PMDS, 2)};
	static const struct made unmapped[] = {
		SUBSCRIBER,
		MARKED,
		SET_UNDER(L1, PMDS, 0),
		{START_AS(0, 512, 0)},
		{LOCK(L1)},
		{HUGE_CLEAR(0)},
		{INV(0, 512)},
		{UNLOCK(L1)},
		{ONLY_END(0, 512)},
		SET_UNDER(L2, PMDS, 1),
	};
	static const struct made far[] = {
		SUBSCRIBER,
		MARKED,
		SET_UNDER(L1, PMDS, 0),
		{START_AS(0x40000, 0x40001, 0)},
		{ONLY_END(0x40000, 0x40001)},
		SET_UNDER(L2, PMDS, 1),
	};
	static const struct made far_and_large[] = {
		SUBSCRIBER,
		MARKED,
		SET_UNDER(L1, PMDS, 0),
		{START_AS(0x40000, 0x100001, 0)},
		{ONLY_END(0x40000, 0x100001)},
		SET_UNDER(L2, PMDS, 1),
	};
	static const struct made all[] = {
		SUBSCRIBER,
		MARKED,
		SET_UNDER(L1, PMDS, 0),
		{OF(INV_START, F(MM, MM1), F(START, 0), F(END, ~0ULL), F(FLAGS, 1), F(EVENT, 0))},
		{OF(INV_END, F(MM, MM1), F(START, 0), F(END, ~0ULL), F(ONLY_END, 1))},
		SET_UNDER(L2, PMDS, 1),
	};

	JUDGE(moved, BEFORE_6_6);
	JUDGE(unmapped, BEFORE_6_6);
	JUDGE(far, BEFORE_6_6, UNLOCKED(1));
	JUDGE(far_and_large, BEFORE_6_6, UNLOCKED(1));
	JUDGE(all, BEFORE_6_6);
}

/* Only what unmaps gives up tables of pmds: what clears the pages below leaves them. */
Test(upper, stays_when_what_it_maps_is_cleared)
{
	static const struct made trace[] = {
		SUBSCRIBER,
		MARKED,
		SET_UNDER(L1, PMDS, 0),
		{START_AS(0, 1024, 1)},
		{INV(0, 1024)},
		{ONLY_END(0, 1024)},
		SET_UNDER(L2, PMDS, 1),
	};

	JUDGE(trace, BEFORE_6_6, UNLOCKED(1));
}

/* Of a range that begins amid what the table maps, and ends beyond. */
Test(upper, a_table_of_which_the_end_goes)
{
	static const struct made end_of_it[] = {
		SUBSCRIBER,
		MARKED,
		SET_UNDER(L1, PMDS, 0),
		{START_AS(0x3fe00, 0x100001, 0)},
		{ONLY_END(0x3fe00, 0x100001)},
		SET_UNDER(L2, PMDS, 1),
	};

	JUDGE(end_of_it, BEFORE_6_6);
}

/* The mm is gone; its pointer is another one's. */
Test(upper, mm_used_again)
{
	static const struct made trace[] = {SUBSCRIBER,
					    MARKED,
					    SET_UNDER(L1, PMDS, 0),
					    {OF(MM_FREE, F(MM, MM1))},
					    SUBSCRIBER,
					    SET_UNDER(L2, PMDS, 1)};

	JUDGE(trace, BEFORE_6_6);
}

/* Another mm is gone: this one's tables stay. */
Test(upper, another_mm_goes)
{
	static const struct made trace[] = {SUBSCRIBER,
					    MARKED,
					    SET_UNDER(L1, PMDS, 0),
					    {OF(MM_FREE, F(MM, MM2))},
					    SET_UNDER(L2, PMDS, 1)};

	JUDGE(trace, BEFORE_6_6, UNLOCKED(1));
}

/* free_pgtables takes page tables out without any lock; a probe at an entry comes before it. */
Test(upper, what_needs_no_lock)
{
	static const struct made trace[] = {
		SUBSCRIBER,
		MARKED,
		SET_UNDER(L1, PMDS, 0),
		{PMD_CLEAR(1024, TABLE(7))},
		{START(0, 512)},
		{PMD_CLEARS(PMD_ZAP, 0, HUGE(0x40000))},
		{LOCK(L1)},
		{INV(0, 512)},
		{UNLOCK(L1)},
		{ONLY_END(0, 512)},
	};

	JUDGE(trace, BEFORE_6_6);
}

/* hugetlb is told through pte functions: it is its pmd table that counts, not the ptes' below. */
Test(upper, hugetlb)
{
#define HUGETLB(l, h)                                                                              \
	{LOCK(l)},                                                                                 \
		{OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(512 * (h))), F(PTEP, PMDS + 8 * (h)),        \
		    F(OLD, 0), F(NEW, HUGE(0x40000 + 512 * (h))))},                                \
	{                                                                                          \
		UNLOCK(l)                                                                          \
	}
	static const struct made two[] = {SUBSCRIBER, MARKED, HUGETLB(L1, 0), HUGETLB(L2, 1)};
	static const struct made one[] = {SUBSCRIBER, MARKED, HUGETLB(L1, 0), HUGETLB(L1, 1)};

	JUDGE(two, BEFORE_6_6, UNLOCKED(1));
	JUDGE(one, BEFORE_6_6);
}

/* ---- page tables that are freed unseen ---- */

#define PTE_UNDER(l, table, n)                                                                     \
	{LOCK(l)},                                                                                 \
		{OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(n)), F(PTEP, PTE_OF(table, n)), F(OLD, 0),   \
		    F(NEW, RW(0x100 + (n))))},                                                     \
	{                                                                                          \
		UNLOCK(l)                                                                          \
	}
#define RANGE(a, b, event)                                                                         \
	{START_AS(a, b, event)},                                                                   \
	{                                                                                          \
		ONLY_END(a, b)                                                                     \
	}

Test(upper, page_table_freed_unseen)
{
	static const struct made kept[] = {SUBSCRIBER, MARKED, PTE_UNDER(L1, TABLE1, 0),
					   PTE_UNDER(L2, TABLE1, 1)};
	static const struct made other[] = {SUBSCRIBER, MARKED, PTE_UNDER(L1, TABLE1, 0),
					    PTE_UNDER(L2, TABLE2, 1)};
	static const struct made munmap[] = {SUBSCRIBER, MARKED, PTE_UNDER(L1, TABLE1, 0),
					     RANGE(4, 5, 0), PTE_UNDER(L2, TABLE1, 1)};
	static const struct made elsewhere[] = {SUBSCRIBER, MARKED, PTE_UNDER(L1, TABLE1, 0),
						RANGE(512, 513, 0), PTE_UNDER(L2, TABLE1, 1)};
	static const struct made dontneed[] = {SUBSCRIBER, MARKED, PTE_UNDER(L1, TABLE1, 0),
					       RANGE(0, 512, 1), PTE_UNDER(L2, TABLE1, 1)};
	static const struct made in_part[] = {SUBSCRIBER, MARKED, PTE_UNDER(L1, TABLE1, 0),
					      RANGE(2, 500, 1), PTE_UNDER(L2, TABLE1, 1)};

	/* a range of more tables than there are: up to its end, and from its start on */
	enum { LARGE = 0x100000 };
	static const struct made among_many[] = {SUBSCRIBER, MARKED, PTE_UNDER(L1, TABLE1, 0),
						 RANGE(4, LARGE, 0), PTE_UNDER(L2, TABLE1, 1)};
	static const struct made first_of_many[] = {
		SUBSCRIBER, MARKED, PTE_UNDER(L1, TABLE1, LARGE + 512),
		RANGE(LARGE + 1000, 2 * LARGE, 0), PTE_UNDER(L2, TABLE1, LARGE + 513)};
	static const struct made last_of_many[] = {
		SUBSCRIBER, MARKED, PTE_UNDER(L1, TABLE1, LARGE + 512), RANGE(0, LARGE + 513, 0),
		PTE_UNDER(L2, TABLE1, LARGE + 513)};
	static const struct made before_many[] = {SUBSCRIBER, MARKED, PTE_UNDER(L1, TABLE1, 0),
						  RANGE(512, LARGE, 0), PTE_UNDER(L2, TABLE1, 1)};
	static const struct made behind_many[] = {
		SUBSCRIBER, MARKED, PTE_UNDER(L1, TABLE1, LARGE + 512), RANGE(0, LARGE + 512, 0),
		PTE_UNDER(L2, TABLE1, LARGE + 513)};

	JUDGE(among_many, BEFORE_6_6);
	JUDGE(first_of_many, BEFORE_6_6);
	JUDGE(last_of_many, BEFORE_6_6);
	JUDGE(before_many, BEFORE_6_6, UNLOCKED(1));
	JUDGE(behind_many, BEFORE_6_6, UNLOCKED(1));
	JUDGE(kept, BEFORE_6_6, UNLOCKED(1));
	JUDGE(other, BEFORE_6_6);
	JUDGE(munmap, BEFORE_6_6);
	JUDGE(elsewhere, BEFORE_6_6, UNLOCKED(1));
	JUDGE(dontneed, BEFORE_6_6);
	JUDGE(in_part, BEFORE_6_6, UNLOCKED(1));
}

/* A huge page that is split out of sight: 512 entries are there before anybody can find them. */
Test(upper, mapped_at_no_certain_time)
{
	static const struct made trace[] = {
		SUBSCRIBER,
		MARKED,
		{LOCK(L2)},
		{OF(MAP, F(MM, MM1), F(ADDR, PAGE(0)), F(PFN, 0x40000), F(NR, 512))},
		{UNLOCK(L2)},
		PTE_UNDER(L1, TABLE1, 0),
		PTE_UNDER(L1, TABLE1, 1),
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_UNLOCKED] = 0});
}

/* Where only the entry of lock functions is probed, locks are traced all the same. */
Test(upper, by_entry_probes_alone)
{
	static const struct made two[] = {SUBSCRIBER,		MARKED,	      {ASK(L1)},
					  {SET(0, 0, RW(0xa))}, {UNLOCK(L1)}, {ASK(L2)},
					  {SET(1, 0, RW(0xb))}, {UNLOCK(L2)}};
	static const struct made one[] = {SUBSCRIBER,		MARKED,	      {ASK(L1)},
					  {SET(0, 0, RW(0xa))}, {UNLOCK(L1)}, {ASK(L1)},
					  {SET(1, 0, RW(0xb))}, {UNLOCK(L1)}};

	JUDGE(two, BEFORE_6_6, UNLOCKED(1));
	JUDGE(one, BEFORE_6_6);
}

/* A bracket of nothing gives up nothing. */
Test(upper, a_bracket_of_nothing)
{
	static const struct made trace[] = {
		SUBSCRIBER,
		MARKED,
		PTE_UNDER(L1, TABLE1, 0),
		{OF(INV_START, F(MM, MM1), F(START, 0), F(END, 0), F(FLAGS, 1), F(EVENT, 0))},
		{OF(INV_END, F(MM, MM1), F(START, 0), F(END, 0), F(ONLY_END, 1))},
		PTE_UNDER(L2, TABLE1, 1),
	};

	JUDGE(trace, BEFORE_6_6, UNLOCKED(1));
}

/* What replaces a page table needs the lock of that table, not one that all pmds share. */
Test(upper, a_page_table_replaced)
{
#define REPLACED(was)                                                                              \
	SUBSCRIBER, MARKED, SET_UNDER(L1, PMDS, 0), {START(512, 1024)}, {LOCK(L2)},                \
		{OF(PMD_SET, F(MM, MM1), F(ADDR, PAGE(512)), F(PTEP, PMDS + 8), F(OLD, was),       \
		    F(NEW, HUGE(0x40200))),                                                        \
		 .level = STLB_LEVEL_PMD},                                                         \
		{UNLOCK(L2)},                                                                      \
	{                                                                                          \
		END(512, 1024)                                                                     \
	}
	static const struct made table[] = {REPLACED(TABLE(7))};
	static const struct made nothing[] = {REPLACED(0)};

	JUDGE(table, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(nothing, BEFORE_6_6, UNLOCKED(1));
}

/* An update that does not say where its table lies is one of the table that is told later. */
Test(upper, a_table_that_is_told_later)
{
	static const struct made two[] = {SUBSCRIBER,	MARKED,
					  {LOCK(L1)},	{SET(0, 0, RW(0x100))},
					  {UNLOCK(L1)}, PTE_UNDER(L2, TABLE1, 1)};
	static const struct made one[] = {SUBSCRIBER,	MARKED,
					  {LOCK(L1)},	{SET(0, 0, RW(0x100))},
					  {UNLOCK(L1)}, PTE_UNDER(L1, TABLE1, 1)};

	JUDGE(two, BEFORE_6_6, UNLOCKED(1));
	JUDGE(one, BEFORE_6_6);
}
