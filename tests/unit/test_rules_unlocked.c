/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unlocked-update of tables above the ptes', and tables that go unseen. */
#include "made_reading.h"

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

/* Where the table lies was never recorded: another one may be in its place. */
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

/* What lies after a range stays, however large the range. */
Test(upper, a_table_after_the_range)
{
	static const struct made below[] = {SUBSCRIBER,
					    MARKED,
					    SET_UNDER(L1, PMDS, 8 * 512),
					    {START_AS(0, 0x100000, 0)},
					    {ONLY_END(0, 0x100000)},
					    SET_UNDER(L2, PMDS, 8 * 512 + 1)};

	JUDGE(below, BEFORE_6_6, UNLOCKED(1));
}

/* One unmapping gives up all of them, however many; those of another mm stay. */
Test(upper, more_tables_than_one_look_takes_in)
{
	enum { MANY = 600, SPAN = 512 };

	for (int other = 0; other < 2; other++) {
		struct made_reading reading = READING(BEFORE_6_6);

		GIVE(&reading, SUBSCRIBER, MARKED);
		for (uint64_t i = 0; i < MANY; i++)
			GIVE(&reading, SET_UNDER(L1, PMDS + 0x1000 * i, SPAN * i));
		GIVE(&reading, {STARTS(other ? MM2 : MM1, 0, SPAN * SPAN * MANY, 1, 0)},
		     {ENDS(other ? MM2 : MM1, 0, SPAN * SPAN * MANY, 1)});
		for (uint64_t i = 0; i < MANY; i++)
			GIVE(&reading, SET_UNDER(L2, PMDS + 0x1000 * i, SPAN * i + 1));
		cr_expect_eq(made_result(&reading)->rules[STLB_RULE_UNLOCKED].occurrences,
			     other ? MANY : 0);
		stlb_analysis_free(reading.analysis);
	}
}

/* Of puds, as of pmds: each has its own lock, and a range within one gives it up. */
Test(upper, tables_of_puds)
{
#define PUD_UNDER(l, n)                                                                            \
	{LOCK(l)},                                                                                 \
		{OF(PMD_SET, F(MM, MM1), F(ADDR, PAGE((n) << 18)), F(PTEP, TABLE2 + 8 * (n)),      \
		    F(OLD, 0), F(NEW, HUGE(0x40000 + ((n) << 18)))),                               \
		 .level = STLB_LEVEL_PUD},                                                         \
	{                                                                                          \
		UNLOCK(l)                                                                          \
	}
	static const struct made two[] = {SUBSCRIBER, MARKED, PUD_UNDER(L1, 0), PUD_UNDER(L2, 1)};
	static const struct made one[] = {SUBSCRIBER, MARKED, PUD_UNDER(L1, 0), PUD_UNDER(L1, 1)};
	static const struct made given_up[] = {SUBSCRIBER,
					       MARKED,
					       PUD_UNDER(L1, 0),
					       {START_AS(0x80000, 0x80001, 0)},
					       {ONLY_END(0x80000, 0x80001)},
					       PUD_UNDER(L2, 1)};
	static const struct made above_a_pmd[] = {SUBSCRIBER, MARKED, PUD_UNDER(L1, 1),
						  SET_UNDER(L2, PMDS, 0), PUD_UNDER(L1, 2)};

	JUDGE(two, BEFORE_6_6, UNLOCKED(1));
	JUDGE(one, BEFORE_6_6);
	JUDGE(given_up, BEFORE_6_6);
	JUDGE(above_a_pmd, BEFORE_6_6);
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

/* hugetlb pages change through pte functions: it is its pmd table that counts, not the ptes' below.
 */
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
	static const struct made mprotect[] = {SUBSCRIBER, MARKED, PTE_UNDER(L1, TABLE1, 0),
					       RANGE(0, 512, 2), PTE_UNDER(L2, TABLE1, 1)};

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
	static const struct made after_many[] = {
		SUBSCRIBER, MARKED, PTE_UNDER(L1, TABLE1, LARGE + 512), RANGE(0, LARGE + 512, 0),
		PTE_UNDER(L2, TABLE1, LARGE + 513)};

	JUDGE(among_many, BEFORE_6_6);
	JUDGE(first_of_many, BEFORE_6_6);
	JUDGE(last_of_many, BEFORE_6_6);
	JUDGE(before_many, BEFORE_6_6, UNLOCKED(1));
	JUDGE(after_many, BEFORE_6_6, UNLOCKED(1));
	JUDGE(kept, BEFORE_6_6, UNLOCKED(1));
	JUDGE(other, BEFORE_6_6);
	JUDGE(munmap, BEFORE_6_6);
	JUDGE(elsewhere, BEFORE_6_6, UNLOCKED(1));
	JUDGE(dontneed, BEFORE_6_6);
	JUDGE(in_part, BEFORE_6_6, UNLOCKED(1));
	JUDGE(mprotect, BEFORE_6_6, UNLOCKED(1));
}

/* Whether the range has fewer tables than there are, as many, or more. */
Test(upper, page_tables_of_a_range_of_any_size)
{
	for (unsigned int tables = 1; tables <= 6; tables++) {
		const struct made trace[] = {SUBSCRIBER,
					     MARKED,
					     PTE_UNDER(L1, TABLE1, 0),
					     PTE_UNDER(L1, TABLE2, 512),
					     RANGE(0, 512 * tables, 0),
					     PTE_UNDER(L2, TABLE1, 1),
					     PTE_UNDER(L2, TABLE2, 513)};

		JUDGE(trace, BEFORE_6_6, UNLOCKED(tables == 1));
	}
}

/* mremap moved the table away: the one that comes in its place has a lock of its own. */
Test(upper, page_table_moved_away)
{
	static const struct made moved[] = {SUBSCRIBER, MARKED, PTE_UNDER(L1, TABLE1, 0),
					    PTE_UNDER(L1, TABLE1, 512), PTE_UNDER(L2, TABLE2, 0)};
	static const struct made in_its_new_place[] = {SUBSCRIBER, MARKED, PTE_UNDER(L1, TABLE1, 0),
						       PTE_UNDER(L1, TABLE1, 512),
						       PTE_UNDER(L2, TABLE1, 513)};

	JUDGE(moved, BEFORE_6_6);
	JUDGE(in_its_new_place, BEFORE_6_6, UNLOCKED(1));
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

/* An update that does not say where its table lies is one of the table that is known later. */
Test(upper, a_table_that_is_reported_later)
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

/* Where the trace names PTLs, a lock without a name is one once an entry was changed under it. */
Test(upper, a_lock_without_a_name)
{
#define UNDER_BOTH(...)                                                                            \
	SUBSCRIBER, MARKED, {START(0, 1024)}, {LOCK_ANY(L2)}, __VA_ARGS__, {LOCK(L1)},             \
		{SET(0, 0, RW(0x100))}, {UNLOCK(L1)}, {SET(1, 0, RW(0x101))}, {UNLOCK_ANY(L2)},    \
	{                                                                                          \
		END(0, 1024)                                                                       \
	}
	static const struct made used[] = {UNDER_BOTH({CLEAR(512, RW(0x200))})};
	static const struct made not_used[] = {UNDER_BOTH({FREE(0x200)})};

	JUDGE(used, BEFORE_6_6);
	JUDGE(not_used, BEFORE_6_6, UNLOCKED(1));
}
