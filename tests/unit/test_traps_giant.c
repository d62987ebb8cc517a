/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* 1 GiB pages of hugetlb: told through pte functions, their size not in the entry. */
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
	/* any piece of it is a page of it */
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

/* A copy-on-write of it: another page in a breach is one, invalidated in part it is partial. */
Test(giant, copied)
{
	static const struct made breach[] = {
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

	JUDGE(breach, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(part, BEFORE_6_6, PARTIAL);
	JUDGE(back, BEFORE_6_6);
}

/* A device holds a piece of it. */
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

	JUDGE(trace, BEFORE_6_6, .recorded = MADE_RECORDED | MADE_KIND(DEV_READ),
	      .counts = {[STLB_RULE_STALE_ACCESS] = 1});
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
