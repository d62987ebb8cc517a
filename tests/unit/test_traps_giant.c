/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* 1 GiB pages of hugetlb: changed through pte functions, their size not in the entry. */
#include "made_events.h"

#define GIB		   (UINT64_C(1) << 18) /* in pages */
#define GIANT		   0x80000
#define PARTIAL		   .counts = {[STLB_RULE_PARTIAL] = 1}
#define PUDS		   TABLE1
#define AT(n, pt)	   F(MM, MM1), F(ADDR, PAGE(n)), F(PTEP, pt)
#define CLEAR_IN(n, pt, o) OF(PTE_CLEAR_FLUSH, AT(n, pt), F(OLD, o))
#define SET_IN(n, pt, w)   OF(PTE_SET, AT(n, pt), F(OLD, 0), F(NEW, w))

/* A bracket of just that page tells its size. */
Test(giant, in_a_bracket_of_its_own)
{
	static const struct made part[] = {
		SETTLE,	       {START(0, GIB)}, {LOCK(L1)},	    {CLEAR(0, HUGE(GIANT))},
		{INV(0, 512)}, {UNLOCK(L1)},	{FREES(GIANT, 18)}, {ONLY_END(0, GIB)},
	};
	static const struct made at_the_end[] = {
		SETTLE,		  {START(0, GIB)}, {LOCK(L1)},	       {CLEAR(0, HUGE(GIANT))},
		{INV(512, 1024)}, {UNLOCK(L1)},	   {ONLY_END(0, GIB)},
	};
	static const struct made whole[] = {
		SETTLE,	       {START(0, GIB)}, {LOCK(L1)},	    {CLEAR(0, HUGE(GIANT))},
		{INV(0, GIB)}, {UNLOCK(L1)},	{FREES(GIANT, 18)}, {ONLY_END(0, GIB)},
	};
	static const struct made never[] = {
		SETTLE,	      {START(0, GIB)},	       {LOCK(L1)},    {CLEAR(0, HUGE(GIANT))},
		{UNLOCK(L1)}, {FREES(GIANT + 512, 9)}, {END(0, GIB)},
	};

	JUDGE(part, BEFORE_6_6, PARTIAL);
	JUDGE(at_the_end, BEFORE_6_6, PARTIAL);
	JUDGE(whole, BEFORE_6_6);
	/* any subpage of it is a page of it */
	JUDGE(never, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
}

/* 512 pages of 2 MiB may be unmapped at once: their pfns are aligned to no more than that. */
Test(giant, not_the_first_of_many)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, GIB)},
		{LOCK(L1)},
		{CLEAR(0, HUGE(GIANT + 512))},
		{INV(0, 512)},
		{CLEAR(512, HUGE(GIANT + 1024))},
		{INV(512, 1024)},
		{UNLOCK(L1)},
		{ONLY_END(0, GIB)},
	};
	static const struct made another_bracket[] = {
		SETTLE,
		{START(0, 2 * GIB)},
		{LOCK(L1)},
		{CLEAR(0, HUGE(GIANT))},
		{INV(0, 512)},
		{UNLOCK(L1)},
		{ONLY_END(0, 2 * GIB)},
	};

	JUDGE(trace, BEFORE_6_6);
	JUDGE(another_bracket, BEFORE_6_6);
}

/* The place of the entry in its table fits one level only. */
Test(giant, by_the_place_in_its_table)
{
#define IN_BIG_BRACKET(pt)                                                                         \
	SETTLE, {START(0, 8 * GIB)}, {LOCK(L1)}, {CLEAR_IN(3 * GIB, pt, HUGE(GIANT))},             \
		{INV(3 * GIB, 3 * GIB + 512)}, {UNLOCK(L1)},                                       \
	{                                                                                          \
		ONLY_END(0, 8 * GIB)                                                               \
	}
	static const struct made pud[] = {IN_BIG_BRACKET(PUDS + 8 * 3)};
	static const struct made pmd[] = {IN_BIG_BRACKET(PMDS)};

	JUDGE(pud, BEFORE_6_6, PARTIAL);
	JUDGE(pmd, BEFORE_6_6);
}

/* Where it fits both, the table may be known. */
Test(giant, by_its_table)
{
#define FIRST_ENTRY(pt)                                                                            \
	{START(0, 8 * GIB)}, {LOCK(L1)}, {CLEAR_IN(0, pt, HUGE(GIANT))}, {INV(0, 512)},            \
		{UNLOCK(L1)},                                                                      \
	{                                                                                          \
		ONLY_END(0, 8 * GIB)                                                               \
	}
	static const struct made known[] = {
		SETTLE, {SET_IN(3 * GIB, PUDS + 8 * 3, HUGE(0x40000))}, FIRST_ENTRY(PUDS)};
	static const struct made unknown[] = {SETTLE, FIRST_ENTRY(PUDS)};
	static const struct made other[] = {
		SETTLE, {SET_IN(1024, PMDS + 8 * 2, HUGE(0x40200))}, FIRST_ENTRY(PMDS)};

	JUDGE(known, BEFORE_6_6, PARTIAL);
	JUDGE(unknown, BEFORE_6_6);
	JUDGE(other, BEFORE_6_6);
}

/* A copy-on-write of it: another page as a violation is one, invalidated in part it is partial. */
Test(giant, copied)
{
	static const struct made violation[] = {
		SETTLE,
		{START(0, GIB)},
		{LOCK(L1)},
		{CLEAR(0, HUGERO(GIANT))},
		{SET(0, 0, HUGE(0xc0000))},
		{UNLOCK(L1)},
		{END(0, GIB)},
	};
	static const struct made part[] = {
		SETTLE,	      {START(0, GIB)},
		{LOCK(L1)},   {CLEAR(0, HUGERO(GIANT))},
		{INV(0, 1)},  {SET(0, 0, HUGE(0xc0000))},
		{UNLOCK(L1)}, {ONLY_END(0, GIB)},
	};
	static const struct made back[] = {
		SETTLE,
		{START(0, GIB)},
		{LOCK(L1)},
		{CLEAR(0, HUGE(GIANT))},
		{SET(0, 0, HUGE(GIANT))},
		{UNLOCK(L1)},
		{ONLY_END(0, GIB)},
	};

	JUDGE(violation, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(part, BEFORE_6_6, PARTIAL);
	JUDGE(back, BEFORE_6_6);
}

/* A device holds a subpage of it. */
Test(giant, used_by_a_device)
{
#define READ(n, pfn)                                                                               \
	OF(DEV_READ, F(DEV, 0), F(MM, MM1), F(ADDR, PAGE(n)), F(PFN, pfn)), .tid = 400, .cpu = 3
	static const struct made trace[] = {
		SETTLE,
		{START(0, GIB)},
		{LOCK(L1)},
		{SET(0, 0, HUGE(GIANT))},
		{READ(1025, GIANT + 1025)},
		{CLEAR(0, HUGE(GIANT))},
		{INV(0, GIB)},
		{READ(1025, GIANT + 1025)},
		{UNLOCK(L1)},
		{ONLY_END(0, GIB)},
	};

	JUDGE(trace, BEFORE_6_6, .recorded = MADE_WITH(STLB_DEV_READ),
	      .counts = {[STLB_RULE_STALE_ACCESS] = 1});
}

/* ---- as any other huge page ---- */

#define OF_SIZE(size)                                                                              \
	SETTLE, {START(0, size)},                                                                  \
	{                                                                                          \
		LOCK(L1)                                                                           \
	}
#define CLOSED(size)                                                                               \
	{UNLOCK(L1)},                                                                              \
	{                                                                                          \
		ONLY_END(0, size)                                                                  \
	}

/* Before 6.6 it is the next bracket that notifies; no bracket is about what resolves the entry. */
Test(giant, migrated)
{
#define MIGRATED(size) OF_SIZE(size), {CLEAR(0, HUGE(GIANT))}, {SET(0, 0, MIGRATION)}, CLOSED(size)
#define RESOLVED(size, pfn)                                                                        \
	MIGRATED(size), {LOCK(L1)}, {SET(0, MIGRATION, HUGE(pfn))},                                \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
	static const struct made small[] = {MIGRATED(512)};
	static const struct made giant[] = {MIGRATED(GIB)};
	static const struct made zapped[] = {OF_SIZE(GIB), {CLEAR(0, HUGE(GIANT))}, CLOSED(GIB)};
	static const struct made elsewhere[] = {
		OF_SIZE(GIB), {CLEAR(0, HUGE(GIANT))}, {SET(GIB, 0, MIGRATION)}, CLOSED(GIB)};
	static const struct made small_back[] = {RESOLVED(512, GIANT)};
	static const struct made back[] = {RESOLVED(GIB, GIANT)};
	static const struct made moved[] = {RESOLVED(GIB, 0xc0000)};
	static const struct stlb_obligations pending = {.total = 1, .pending = 1};
	static const struct stlb_obligations restored = {.total = 1, .restored = 1};

	JUDGE(small, BEFORE_6_6, .ended = &pending);
	JUDGE(giant, BEFORE_6_6, .ended = &pending);
	JUDGE(zapped, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
	JUDGE(elsewhere, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
	JUDGE(small_back, BEFORE_6_6, .ended = &restored);
	JUDGE(back, BEFORE_6_6, .ended = &restored);
	JUDGE(moved, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

/* The same where only tracepoints tell of migration entries, through those of ptes. */
Test(giant, migrated_as_tracepoints_tell)
{
#define GONE(n) OF(MIGRATION_SET, F(ADDR, PAGE(n)), F(PTE, MIGRATION))
#define BACK(p) OF(MIGRATION_REMOVE, F(ADDR, PAGE(0)), F(PTE, HUGE(p)))
#define REPORTED(size, n, ...)                                                                     \
	OF_SIZE(size), {CLEARF(0, HUGE(GIANT))}, {GONE(n)}, CLOSED(size), __VA_ARGS__
#define KINDS .recorded = MADE_WITHOUT(STLB_PTE_SET)
	static const struct made small[] = {REPORTED(512, 0, {T2, BACK(GIANT)})};
	static const struct made back[] = {REPORTED(GIB, 0, {T2, BACK(GIANT)})};
	static const struct made moved[] = {REPORTED(GIB, 0, {T2, BACK(0xc0000)})};
	static const struct made beside[] = {REPORTED(GIB, GIB, {T2, BACK(GIANT)})};
	static const struct made table[] = {
		SETTLE, {START(0, 512)}, {COLLAPSE(0, TABLE(0x77))}, {GONE(0)}, {ONLY_END(0, 512)}};
	static const struct stlb_obligations restored = {.total = 1, .restored = 1};

	JUDGE(small, BEFORE_6_6, KINDS, .ended = &restored);
	JUDGE(back, BEFORE_6_6, KINDS, .ended = &restored);
	JUDGE(moved, BEFORE_6_6, KINDS, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(beside, BEFORE_6_6, KINDS, .inconclusive = {[STLB_RULE_NEVER] = 1});
	/* an entry is resolved, a table is not */
	JUDGE(table, BEFORE_6_6, KINDS, .counts = {[STLB_RULE_NEVER] = 1});
}

/* A clear absorbs the write-protect of the same entry. */
Test(giant, write_protected_and_cleared)
{
#define PROTECTED(size, at)                                                                        \
	OF_SIZE(size), {SET(0, HUGE(GIANT), HUGERO(GIANT))}, {UNLOCK(L1)}, {LOCK(L1)},             \
		{CLEAR(at, HUGERO(GIANT))}, {INV(0, 2 * GIB)}, CLOSED(size)
	static const struct made small[] = {PROTECTED(512, 0)};
	static const struct made giant[] = {PROTECTED(GIB, 0)};
	static const struct made other[] = {{START(GIB, 2 * GIB)}, PROTECTED(GIB, GIB)};
	static const struct made below[] = {OF_SIZE(GIB),
					    {SET(0, HUGE(GIANT), HUGERO(GIANT))},
					    {UNLOCK(L1)},
					    {LOCK(L1)},
					    {CLEAR(0, RO(GIANT))},
					    {INV(0, GIB)},
					    CLOSED(GIB)};
	static const struct stlb_obligations one = {.total = 1, .discharged_in_lock = 1};
	static const struct stlb_obligations two = {
		.total = 2, .discharged_in_lock = 1, .discharged_deferred = 1};

	JUDGE(small, BEFORE_6_6, .ended = &one);
	JUDGE(giant, BEFORE_6_6, .ended = &one);
	JUDGE(other, BEFORE_6_6, .ended = &two);
	JUDGE(below, BEFORE_6_6, .ended = &two);
}

/* What is set below it while its clear is pending is in tables that nobody can reach yet. */
Test(giant, split_under_its_own_lock)
{
#define SPLIT(...)                                                                                 \
	SETTLE, {MMAP_LOCK(0)}, {START(0, GIB)}, {LOCK(L2)}, __VA_ARGS__,                          \
		{SET(600, 0, RW(GIANT + 600))}, {UNLOCK(L2)}, {LOCK(L1)},                          \
		{SET(601, 0, RW(GIANT + 601))}, {UNLOCK(L1)}, {END(0, GIB)}, {LOCK(L1)},           \
		{SET(602, 0, RW(GIANT + 602))},                                                    \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
	static const struct made pending[] = {SPLIT({CLEAR(0, HUGE(GIANT))})};
	static const struct made not_pending[] = {SPLIT({CLEAR(0, HUGE(GIANT))}, {INV(0, GIB)})};

	JUDGE(pending, BEFORE_6_6);
	JUDGE(not_pending, BEFORE_6_6, .counts = {[STLB_RULE_UNLOCKED] = 1});
}

/* It takes the place of all that was cleared below, wherever. */
Test(giant, in_place_of_smaller_ones)
{
#define OVER(size)                                                                                 \
	SETTLE, SETTLED(T2), {START(600, 601)}, {LOCK(L1)}, {CLEAR(600, RW(0xa))}, {UNLOCK(L1)},   \
		{T2, START(0, size)}, {T2, LOCK(L2)}, {T2, SET(0, 0, HUGE(GIANT))},                \
		{T2, UNLOCK(L2)}, {T2, ONLY_END(0, size)},                                         \
	{                                                                                          \
		END(600, 601)                                                                      \
	}
	static const struct made giant[] = {OVER(GIB)};
	static const struct made small[] = {OVER(512)};

	JUDGE(giant, BEFORE_6_6, .counts = {[STLB_RULE_REFAULT] = 1});
	JUDGE(small, BEFORE_6_6);
}

/* Without an address no bracket says that it is of that page alone, be it at address 0. */
Test(giant, not_by_a_bracket_without_an_address)
{
	static const struct made trace[] = {
		SETTLE,
		{OF(INV_START, F(MM, MM1), F(START, 0), F(END, 1 << 30), F(FLAGS, 1))},
		{CLEAR_AT(HUGE(0x40000))},
		{FREE(0x40000 + 1000)},
		{BYTES(0, 1 << 30)},
		{FREE(0x40000)},
		{OF(INV_END, F(MM, MM1), F(START, 0), F(END, 1 << 30), F(ONLY_END, 0))},
	};

	JUDGE(trace, BEFORE_6_6);
}

/* Also where its bracket lies within another one. */
Test(giant, in_an_inner_bracket_of_its_own)
{
#define IN_BRACKETS(inner)                                                                         \
	SETTLE, {START(0, 8 * GIB)}, {START(0, inner)}, {LOCK(L1)}, {CLEAR(0, HUGE(GIANT))},       \
		{INV(0, 512)}, {UNLOCK(L1)}, {ONLY_END(0, inner)},                                 \
	{                                                                                          \
		ONLY_END(0, 8 * GIB)                                                               \
	}
	static const struct made own[] = {IN_BRACKETS(GIB)};
	static const struct made other[] = {IN_BRACKETS(2 * GIB)};

	JUDGE(own, BEFORE_6_6, PARTIAL);
	JUDGE(other, BEFORE_6_6);
}

/* Its table may go unseen where it is unmapped, as that of smaller pages may. */
Test(giant, of_which_the_table_may_go)
{
#define GIANT_UNDER(l, n)                                                                          \
	{LOCK(l)}, {SET_IN((n)*GIB, PUDS + 8 * (n), HUGE(GIANT * (n)))},                           \
	{                                                                                          \
		UNLOCK(l)                                                                          \
	}
#define AROUND(first, last, why)                                                                   \
	SETTLE, {MMAP_LOCK(0)}, GIANT_UNDER(L1, 3), {START_AS(first, last, why)},                  \
		{ONLY_END(first, last)}, GIANT_UNDER(L2, 4)
	static const struct made unmapped[] = {AROUND(3 * GIB, 4 * GIB, 0)};
	static const struct made protected[] = {AROUND(3 * GIB, 4 * GIB, 2)};
	static const struct made far[] = {AROUND(512 * GIB, 513 * GIB, 0)};

	JUDGE(unmapped, BEFORE_6_6);
	JUDGE(protected, BEFORE_6_6, .counts = {[STLB_RULE_UNLOCKED] = 1});
	JUDGE(far, BEFORE_6_6, .counts = {[STLB_RULE_UNLOCKED] = 1});
}

/* What an entry said tells its level, where what it says now does not: a migration entry. */
Test(giant, a_huge_entry_that_becomes_a_small_looking_one)
{
	static const struct made trace[] = {
		SETTLE,	       {START(0, GIB)},
		{LOCK(L1)},    {SET(0, HUGE(GIANT), MIGRATION)},
		{UNLOCK(L1)},  {FREES(GIANT + 512, 9)},
		{END(0, GIB)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
}

/* Without its place in a table, its address alone says nothing of its size. */
Test(giant, at_an_address_that_fits_pmds)
{
	static const struct made trace[] = {
		SETTLE,
		{START(GIB, 2 * GIB)},
		{LOCK(L1)},
		{CLEAR(GIB, HUGE(GIANT))},
		{INV(GIB, GIB + 512)},
		{UNLOCK(L1)},
		{ONLY_END(GIB, 2 * GIB)},
	};

	JUDGE(trace, BEFORE_6_6, PARTIAL);
}

/* A table of pmds holds none, whatever the bracket says; one of ptes says nothing of huge ones. */
Test(giant, not_in_a_table_of_pmds)
{
#define IN_ITS_BRACKET(pt)                                                                         \
	{START(0, GIB)}, {LOCK(L1)}, {CLEAR_IN(0, pt, HUGE(GIANT))}, {INV(0, 512)}, {UNLOCK(L1)},  \
	{                                                                                          \
		ONLY_END(0, GIB)                                                                   \
	}
	static const struct made pmds[] = {
		SETTLE, {SET_IN(1024, PMDS + 8 * 2, HUGE(0x40200))}, IN_ITS_BRACKET(PMDS)};
	static const struct made ptes[] = {
		SETTLE, {SET_IN(2, TABLE2 + 8 * 2, RW(0x40200))}, IN_ITS_BRACKET(TABLE2)};

	JUDGE(pmds, BEFORE_6_6);
	JUDGE(ptes, BEFORE_6_6, PARTIAL);
}
