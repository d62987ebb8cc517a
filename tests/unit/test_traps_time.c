/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events whose time or words are not those of the update: pages that are mapped at some time of a
 * hold, announcements, tracepoints without an mm, entries before their returns.
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
#define BASES                                                                                      \
	F(MM, MM1), F(SUB, SUB1), F(VMEMMAP, 0xffffea0000000000), F(DIRECT_MAP, 0xffff888000000000)

/* ---- T6: a page is mapped somewhere in the hold ---- */

Test(map, set_is_anywhere_in_the_hold)
{
#define REPLACE_PAGE(...)                                                                          \
	SETTLE, {START(0, 1)}, {LOCK_ANY(L1)}, __VA_ARGS__, {UNLOCK_ANY(L1)},                      \
	{                                                                                          \
		END(0, 1)                                                                          \
	}
	static const struct made before[] = {
		REPLACE_PAGE({MAP(0, 0xb)}, {CLEARF(0, RO(0xa))}, {INV(0, 1)})};
	static const struct made after[] = {
		REPLACE_PAGE({CLEARF(0, RO(0xa))}, {INV(0, 1)}, {MAP(0, 0xb)})};
	static const struct made never_before[] = {
		REPLACE_PAGE({MAP(0, 0xb)}, {CLEARF(0, RO(0xa))})};
	static const struct made never_after[] = {
		REPLACE_PAGE({CLEARF(0, RO(0xa))}, {MAP(0, 0xb)})};
	static const struct made same[] = {REPLACE_PAGE({CLEARF(0, RO(0xa))}, {MAP(0, 0xa)})};

	JUDGE(before, BEFORE_6_6);
	JUDGE(after, BEFORE_6_6);
	JUDGE(never_before, BEFORE_6_6, REPOINT(1));
	JUDGE(never_after, BEFORE_6_6, REPOINT(1));
	JUDGE(same, BEFORE_6_6);
}

Test(map, of_the_same_page_restores)
{
	static const struct made trace[] = {
		SETTLE,	       {START(0, 1)}, {LOCK(L1)},	{CLEARF(0, RW(0xa))},
		{MAP(0, 0xa)}, {UNLOCK(L1)},  {ONLY_END(0, 1)},
	};
	static const struct stlb_obligations ended = {.total = 1, .restored = 1};

	JUDGE(trace, BEFORE_6_6, .ended = &ended);
}

/* An inner lock that is released says nothing of what is mapped under the outer one. */
Test(map, in_the_outer_of_two_holds)
{
	static const struct made trace[] = {
		SETTLE,	       {START(0, 2)}, {LOCK(L1)},	    {CLEARF(0, RO(0xa))},
		{MAP(0, 0xb)}, {LOCK(L2)},    {CLEARF(1, RO(0xc))}, {MAP(1, 0xd)},
		{UNLOCK(L2)},  {INV(0, 2)},   {UNLOCK(L1)},	    {ONLY_END(0, 2)},
	};

	JUDGE(trace, BEFORE_6_6, REPOINT(1));
}

/* arm64 6.1 inlines its spinlocks: the bracket takes the hold's part. */
Test(map, in_a_bracket_without_locks)
{
#define ARM_RO(pfn) (((uint64_t)(pfn) << 12) | 0x0060000000000fc3)
	static const struct made wrong[] = {
		SETTLE, {START(0, 1)}, {CLEARF(0, ARM_RO(0xa))}, {MAP(0, 0xb)}, {END(0, 1)},
	};
	static const struct made right[] = {
		SETTLE,	     {START(0, 1)}, {CLEARF(0, ARM_RO(0xa))},
		{INV(0, 1)}, {MAP(0, 0xb)}, {ONLY_END(0, 1)},
	};

	JUDGE(wrong, BEFORE_6_6, REPOINT(1), .arch = STLB_ARCH_ARM64);
	JUDGE(right, BEFORE_6_6, .arch = STLB_ARCH_ARM64);
}

/* ---- T8: change_pte announces the set ---- */

Test(announced, by_change_pte)
{
#define CHANGE(n, w) OF(CHANGE_PTE, F(MM, MM1), F(ADDR, PAGE(n)), F(NEW, w))
	static const struct made both[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEARF(0, RO(0xa))},
		{CHANGE(0, RW(0xb))},
		{SET(0, 0, RW(0xb))},
		{UNLOCK(L1)},
		{END(0, 1)},
	};
	static const struct made alone[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)}, {CLEARF(0, RO(0xa))}, {CHANGE(0, RW(0xb))},
		{UNLOCK(L1)}, {END(0, 1)},
	};
	static const struct made in_time[] = {
		SETTLE,	     {START(0, 1)},	   {LOCK(L1)},	 {CLEARF(0, RO(0xa))},
		{INV(0, 1)}, {CHANGE(0, RW(0xb))}, {UNLOCK(L1)}, {ONLY_END(0, 1)},
	};

	JUDGE(both, BEFORE_6_6, REPOINT(1));
	JUDGE(alone, BEFORE_6_6, REPOINT(1));
	JUDGE(in_time, BEFORE_6_6);
}

/* ---- T13: tracepoints of migration have no mm ---- */

Test(migration, reported_without_an_mm)
{
#define GONE(n) OF(MIGRATION_SET, F(ADDR, PAGE(n)), F(PTE, MIGRATION))
	static const struct made wrong[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK_ANY(L1)},
		{CLEARF(0, RW(0xa))},
		{GONE(0)},
		{UNLOCK_ANY(L1)},
		{ONLY_END(0, 1)},
		{T2, LOCK_ANY(L1)},
		{T2, MAP(0, 0xb)},
		{T2, UNLOCK_ANY(L1)},
	};
	static const struct made right[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK_ANY(L1)},
		{CLEARF(0, RW(0xa))},
		{GONE(0)},
		{UNLOCK_ANY(L1)},
		{END(0, 1)},
		{T2, LOCK_ANY(L1)},
		{T2, MAP(0, 0xb)},
		{T2, UNLOCK_ANY(L1)},
	};
	static const struct made back[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK_ANY(L1)},
		{CLEARF(0, RW(0xa))},
		{GONE(0)},
		{UNLOCK_ANY(L1)},
		{ONLY_END(0, 1)},
		{T2, LOCK_ANY(L1)},
		{T2, MAP(0, 0xa)},
		{T2, UNLOCK_ANY(L1)},
		{FREE(0xa)},
	};

	JUDGE(wrong, BEFORE_6_6, REPOINT(1));
	JUDGE(right, BEFORE_6_6);
	JUDGE(back, BEFORE_6_6);
}

/* Two mms have a migration entry at one address: nothing says which of them is resolved. */
Test(migration, of_two_mms_at_one_address)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK_ANY(L1)},
		{CLEARF(0, RW(0xa))},
		{GONE(0)},
		{UNLOCK_ANY(L1)},
		{ONLY_END(0, 1)},
		{T2, STARTS(MM2, 0, 1, 1, 1)},
		{T2, LOCK_ANY(L2)},
		{T2, OF(PTE_CLEAR_FLUSH, F(MM, MM2), F(ADDR, PAGE(0)), F(OLD, RW(0xc)))},
		{T2, GONE(0)},
		{T2, UNLOCK_ANY(L2)},
		{T2, ENDS(MM2, 0, 1, 1)},
		{T3, OF(MIGRATION_REMOVE, F(ADDR, PAGE(0)), F(PTE, RW(0xd)))},
	};
	struct stlb_kinds kinds = MADE_MORE(MADE_WITHOUT(STLB_PTE_SET), STLB_MIGRATION_REMOVE);

	JUDGE(trace, BEFORE_6_6, .recorded = kinds);
}

/* ---- T12: ksm tells struct pages ---- */

Test(ksm, known_by_struct_page)
{
#define STRUCT(pfn) (UINT64_C(0xffffea0000000000) + 64 * (pfn))
#define MERGE(a, b)                                                                                \
	{OF(SUBSCRIBE, BASES)}, {SUBSCRIBED(0)}, SETTLE,                                           \
		{OF(SAME_CONTENT, F(MM, MM1), F(PAGE, STRUCT(a)), F(KPAGE, STRUCT(b)))},           \
		{START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))}, {SET(0, 0, RO(0xb))},              \
		{UNLOCK(L1)},                                                                      \
	{                                                                                          \
		END(0, 1)                                                                          \
	}
	static const struct made right[] = {MERGE(0xa, 0xb)};
	static const struct made other_page[] = {MERGE(0xc, 0xb)};

	JUDGE(right, BEFORE_6_6, ENDED(.total = 1, .discharged_deferred = 1, .exempt = 1));
	JUDGE(other_page, BEFORE_6_6, REPOINT(1));
}

/* ---- T2: entries precede what they announce ---- */

Test(returns, complete_an_invalidation)
{
#define RET_TRACED                                                                                 \
	{T3, INV(90, 91)},                                                                         \
	{                                                                                          \
		T3, .kind = STLB_INV_RANGE_RET                                                     \
	}
	static const struct made during[] = {
		SETTLE,	     RET_TRACED,	  {START(0, 1)},
		{LOCK(L1)},  {CLEAR(0, RW(0xa))}, {UNLOCK(L1)},
		{INV(0, 1)}, {T2, FREE(0xa)},	  {.kind = STLB_INV_RANGE_RET},
		{END(0, 1)},
	};
	static const struct made after[] = {
		SETTLE,
		RET_TRACED,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{UNLOCK(L1)},
		{INV(0, 1)},
		{.kind = STLB_INV_RANGE_RET},
		{T2, FREE(0xa)},
		{END(0, 1)},
	};
	static const struct made untraced[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)},      {CLEAR(0, RW(0xa))},
		{UNLOCK(L1)}, {INV(0, 1)},   {T2, FREE(0xa)}, {END(0, 1)},
	};

	/* whose return was not seen is over when the next one begins */
	static const struct made next_one[] = {
		SETTLE,
		RET_TRACED,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{INV(0, 1)},
		{UNLOCK(L1)},
		{INV(5, 6)},
		{T2, FREE(0xa)},
		{.kind = STLB_INV_RANGE_RET},
		{END(0, 1)},
	};

	JUDGE(during, BEFORE_6_6, FREED(1));
	JUDGE(after, BEFORE_6_6);
	JUDGE(untraced, BEFORE_6_6);
	JUDGE(next_one, BEFORE_6_6);
}

Test(returns, complete_a_range_end)
{
#define END_RET_TRACED                                                                             \
	{T3, START(90, 91)}, {T3, END(90, 91)},                                                    \
	{                                                                                          \
		T3, .kind = STLB_INV_END_RET                                                       \
	}
	static const struct made during[] = {
		SETTLE,	     END_RET_TRACED,	  {START(0, 1)},
		{LOCK(L1)},  {CLEAR(0, RW(0xa))}, {UNLOCK(L1)},
		{END(0, 1)}, {T2, FREE(0xa)},	  {.kind = STLB_INV_END_RET},
	};
	static const struct made after[] = {
		SETTLE,
		END_RET_TRACED,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{UNLOCK(L1)},
		{END(0, 1)},
		{.kind = STLB_INV_END_RET},
		{T2, FREE(0xa)},
	};

	JUDGE(during, BEFORE_6_6, FREED(1));
	JUDGE(after, BEFORE_6_6);
}

/* ---- T47: only_end tells the kernel where nobody else does ---- */

Test(kernel, inferred_from_only_end)
{
	static const struct made old[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)},  {CLEAR(0, RW(0xa))},
		{UNLOCK(L1)}, {END(0, 1)},   {FREE(0xa)},
	};
	static const struct made new[] = {
		SETTLE_66,    {START(0, 1)},  {LOCK(L1)},  {CLEAR(0, RW(0xa))},
		{UNLOCK(L1)}, {END_66(0, 1)}, {FREE(0xa)},
	};

	JUDGE(old, .kernel = NULL);
	JUDGE(new, .kernel = NULL, FREED(1));
}

/* One free recorded by struct page and by pfn at the same time tells where struct pages lie. */
Test(struct_page, base_learned_from_a_free)
{
#define FREED_BY_PAGE(pfn) OF(PAGE_FREE, F(PAGE, STRUCT(pfn)), F(ORDER, 0))
#define ZAPPED                                                                                     \
	{START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))},                                            \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
	static const struct made learned[] = {
		SETTLE,
		{FREED_BY_PAGE(0x99), .ns = 3500},
		{FREE(0x99), .ns = 3500},
		ZAPPED,
		{FREED_BY_PAGE(0xa)},
		{END(0, 1)},
	};
	static const struct made other_page[] = {
		SETTLE,
		{FREED_BY_PAGE(0x99), .ns = 3500},
		{FREE(0x99), .ns = 3500},
		ZAPPED,
		{FREED_BY_PAGE(0xb)},
		{END(0, 1)},
	};

	JUDGE(learned, BEFORE_6_6, FREED(1));
	JUDGE(other_page, BEFORE_6_6);
}

/* Two frees next to each other in the trace, but not on one CPU, are of two pages. */
Test(struct_page, base_not_learned_from_frees_of_two_cpus)
{
	static const struct made trace[] = {
		SETTLE,
		{FREED_BY_PAGE(0x99), .ns = 3500},
		{ON(1), FREE(0x99), .ns = 3500, .tid = 200},
		ZAPPED,
		{FREED_BY_PAGE(0xa)},
		{END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6);
}
