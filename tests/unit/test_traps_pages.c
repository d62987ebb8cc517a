/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages by other names: struct pages, the direct map, zero pages; and tables that are freed. */
#include "made_events.h"

#define VMEMMAP	    UINT64_C(0xffffea0000000000)
#define STRUCT(pfn) (VMEMMAP + 64 * (uint64_t)(pfn))
#define DIRECT	    UINT64_C(0xffff888000000000)
#define SUBSCRIBES(...)                                                                            \
	{OF(SUBSCRIBE, F(MM, MM1), F(SUB, SUB1), __VA_ARGS__)},                                    \
	{                                                                                          \
		SUBSCRIBED(0)                                                                      \
	}
#define BASES F(VMEMMAP, VMEMMAP), F(DIRECT_MAP, DIRECT)
#define ZAPPED                                                                                     \
	{START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))},                                            \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define FREED_BY_PAGE(page) OF(PAGE_FREE, F(PAGE, page), F(ORDER, 0))
#define FREED(n)	    .counts = {[STLB_RULE_FREE] = (n)}
#define REPOINT(n)	    .counts = {[STLB_RULE_REPOINT] = (n)}
#define UNPLACED(n)	    .unplaced = (n) + 1

/* ---- struct pages ---- */

Test(pages, named_by_struct_page)
{
	static const struct made right[] = {
		SUBSCRIBES(BASES), SETTLE, ZAPPED, {FREED_BY_PAGE(STRUCT(0xa))}, {END(0, 1)}};
	static const struct made other[] = {
		SUBSCRIBES(BASES), SETTLE, ZAPPED, {FREED_BY_PAGE(STRUCT(0xb))}, {END(0, 1)}};
	/* it is not one: below where they begin, or far beyond all memory */
	static const struct made below[] = {
		SUBSCRIBES(BASES), SETTLE, ZAPPED, {FREED_BY_PAGE(0xa * 64)}, {END(0, 1)}};
	static const struct made beyond[] = {SUBSCRIBES(BASES),
					     SETTLE,
					     ZAPPED,
					     {FREED_BY_PAGE(STRUCT(0xa) + (UINT64_C(1) << 40))},
					     {END(0, 1)}};
	static const struct made nowhere[] = {
		SETTLE, ZAPPED, {FREED_BY_PAGE(STRUCT(0xa))}, {END(0, 1)}};
	static const struct made not_reported[] = {
		SUBSCRIBES(F(VMEMMAP, 0)), SETTLE, ZAPPED, {FREED_BY_PAGE(0xa * 64)}, {END(0, 1)}};

	JUDGE(right, BEFORE_6_6, FREED(1));
	JUDGE(other, BEFORE_6_6);
	JUDGE(below, BEFORE_6_6);
	JUDGE(beyond, BEFORE_6_6);
	JUDGE(nowhere, BEFORE_6_6);
	JUDGE(not_reported, BEFORE_6_6);
}

/* Two frees of one CPU tell where struct pages lie only where they can be of one page. */
Test(pages, base_learned_from_the_same_free_alone)
{
	static const struct made another[] = {
		SETTLE, {FREED_BY_PAGE(STRUCT(0x99))},	   {FREE(0x98)},
		ZAPPED, {FREED_BY_PAGE(STRUCT(0xa) + 64)}, {END(0, 1)},
	};
	static const struct made in_turn[] = {
		SETTLE,
		{FREE(0x99)},
		{FREED_BY_PAGE(STRUCT(0x99))},
		ZAPPED,
		{FREED_BY_PAGE(STRUCT(0xa))},
		{END(0, 1)},
	};
	static const struct made reported[] = {
		SUBSCRIBES(BASES), SETTLE, {FREED_BY_PAGE(STRUCT(0x99) + (UINT64_C(1) << 30))},
		{FREE(0x99)},	   ZAPPED, {FREED_BY_PAGE(STRUCT(0xa))},
		{END(0, 1)},
	};

	/* a struct page that happens to lie where all of them could begin */
	static const struct made alone[] = {
		SETTLE,	     {FREED_BY_PAGE(STRUCT(1 << 24))},
		ZAPPED,	     {FREED_BY_PAGE(STRUCT((1 << 24) + 0xa))},
		{END(0, 1)},
	};
	static const struct made pfn_alone[] = {
		SETTLE,	      {FREE(1 << 24)},
		{FREE(0x99)}, {FREED_BY_PAGE(STRUCT(0x99))},
		ZAPPED,	      {FREED_BY_PAGE(STRUCT(0xa))},
		{END(0, 1)},
	};
	static const struct made reported_nothing[] = {
		SUBSCRIBES(BASES),
		{OF(SUBSCRIBE, F(MM, MM1), F(SUB, SUB2), F(VMEMMAP, 0))},
		{SUBSCRIBED(0)},
		SETTLE,
		ZAPPED,
		{FREED_BY_PAGE(STRUCT(0xa))},
		{END(0, 1)},
	};

	JUDGE(pfn_alone, BEFORE_6_6, FREED(1));
	JUDGE(alone, BEFORE_6_6);
	JUDGE(reported_nothing, BEFORE_6_6, FREED(1));
	JUDGE(another, BEFORE_6_6);
	JUDGE(in_turn, BEFORE_6_6, FREED(1));
	JUDGE(reported, BEFORE_6_6, FREED(1));
}

/* ---- zero pages ---- */

/* Zeroes in place of zeroes change nothing that a device can see: whichever zero page it is. */
Test(pages, zeroes_are_zeroes)
{
#define COPIED(from, to)                                                                           \
	SUBSCRIBES(F(ZERO_PFN, 0x50), F(HUGE_ZERO_PFN, 0x400)), SETTLE, {START(0, 1)}, {LOCK(L1)}, \
		{CLEAR(0, RO(from))}, {SET(0, 0, RO(to))}, {UNLOCK(L1)},                           \
	{                                                                                          \
		END(0, 1)                                                                          \
	}
	static const struct made first[] = {COPIED(0x50, 0x400)};
	static const struct made last[] = {COPIED(0x5ff, 0x50)};
	static const struct made before[] = {COPIED(0x3ff, 0x50)};
	static const struct made after[] = {COPIED(0x600, 0x50)};
	static const struct made to_other[] = {COPIED(0x50, 0x51)};

	JUDGE(first, BEFORE_6_6);
	JUDGE(last, BEFORE_6_6);
	JUDGE(before, BEFORE_6_6, REPOINT(1));
	JUDGE(after, BEFORE_6_6, REPOINT(1));
	JUDGE(to_other, BEFORE_6_6, REPOINT(1));
}

/* ---- tables that are freed ---- */

#define PLACED                                                                                     \
	SETTLE_66, {LOCK(L1)}, {PTL_MAP(0, PTE_OF(TABLE1, 0), L1)},                                \
		{SET_AT(PTE_OF(TABLE1, 0), 0, RW(0xa))}, {CLEAR_AT(0)},                            \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define COPY                                                                                       \
	{START(0, 1)}, {SET_AT(PTE_OF(TABLE1, 0), RW(0xa), RW(0xf))}, {INV(0, 1)},                 \
	{                                                                                          \
		END_66(0, 1)                                                                       \
	}

/* What a freed table held is nowhere any more: its next use is another place. */
Test(pages, a_table_is_freed)
{
	static const struct made freed[] = {
		SUBSCRIBES(BASES), PLACED, {OF(TABLE_FREE, F(PFN, 0x7000))}, COPY};
	static const struct made by_page[] = {
		SUBSCRIBES(BASES), PLACED, {OF(TABLE_FREE, F(PAGE, STRUCT(0x7000)))}, COPY};
	static const struct made other[] = {
		SUBSCRIBES(BASES), PLACED, {OF(TABLE_FREE, F(PFN, 0x7001))}, COPY};
	static const struct made unknown[] = {
		SUBSCRIBES(F(VMEMMAP, VMEMMAP)), PLACED, {OF(TABLE_FREE, F(PFN, 0x7000))}, COPY};

	JUDGE(freed, SINCE_6_6, UNPLACED(1));
	JUDGE(by_page, SINCE_6_6, UNPLACED(1));
	JUDGE(other, SINCE_6_6, REPOINT(1), UNPLACED(0));
	JUDGE(unknown, SINCE_6_6, REPOINT(1), UNPLACED(0));
}

/* The lock of a table lies in its struct page: that tells where the direct map is. */
Test(pages, the_direct_map_learned_from_a_lock)
{
#define LOCK_OF(pfn) (STRUCT(pfn) + 0x28)
#define LEARNED(lock)                                                                              \
	SUBSCRIBES(F(VMEMMAP, VMEMMAP)), SETTLE_66, {LOCK(lock)},                                  \
		{PTL_MAP(0, PTE_OF(TABLE1, 0), lock)}, {SET_AT(PTE_OF(TABLE1, 0), 0, RW(0xa))},    \
		{CLEAR_AT(0)}, {UNLOCK(lock)},                                                     \
	{                                                                                          \
		FREE(0x7000)                                                                       \
	}
	static const struct made right[] = {LEARNED(LOCK_OF(0x7000)), COPY};
	static const struct made elsewhere[] = {LEARNED(L1), COPY};

	JUDGE(right, SINCE_6_6, UNPLACED(1));
	JUDGE(elsewhere, SINCE_6_6, REPOINT(1), UNPLACED(0));
}

/* Sets kept for a table without a place are nobody's once its page is freed, or its mm is gone. */
Test(pages, a_table_without_a_place_is_freed)
{
#define EARLY                                                                                      \
	SUBSCRIBES(BASES), SETTLE_66,                                                              \
	{                                                                                          \
		SET_AT(PTE_OF(TABLE1, 0), 0, RW(0xa))                                              \
	}
#define PLACED_THEN_COPIED                                                                         \
	{LOCK(L1)}, {PTL_MAP(0, PTE_OF(TABLE1, 0), L1)}, {START(0, 1)},                            \
		{SET_AT(PTE_OF(TABLE1, 0), RW(0xb), RW(0xf))}, {INV(0, 1)}, {UNLOCK(L1)},          \
	{                                                                                          \
		END_66(0, 1)                                                                       \
	}
	static const struct made kept[] = {EARLY, {FREE(0x7001)}, PLACED_THEN_COPIED};
	static const struct made freed[] = {EARLY, {FREE(0x7000)}, PLACED_THEN_COPIED};
	static const struct made other_mm[] = {
		EARLY, {OF(MM_FREE, F(MM, MM2))}, PLACED_THEN_COPIED};
	static const struct made mm_freed[] = {EARLY, {OF(MM_FREE, F(MM, MM1))}};

	JUDGE(kept, SINCE_6_6, REPOINT(1), UNPLACED(0));
	JUDGE(freed, SINCE_6_6, REPOINT(1), UNPLACED(1));
	JUDGE(other_mm, SINCE_6_6, REPOINT(1), UNPLACED(0));
	/* the pointer is another mm's: nothing of the old one's is placed in it */
	static const struct made taken_again[] = {
		EARLY,	      {CLEAR_AT(0)}, {OF(MM_FREE, F(MM, MM1))},
		SETTLE_66,    {LOCK(L1)},    {PTL_MAP(0, PTE_OF(TABLE1, 0), L1)},
		{UNLOCK(L1)}, {FREE(0xa)}};

	JUDGE(taken_again, SINCE_6_6);
	JUDGE(mm_freed, SINCE_6_6, UNPLACED(0));
}

/* It is found to be another mm's: what was written into it is nobody's. */
Test(pages, a_table_without_a_place_is_found_in_another_mm)
{
	static const struct made trace[] = {
		EARLY,
		{T2, STARTS(MM2, 0, 1, 1, 1)},
		{T2,
		 OF(PTL_MAP, F(MM, MM2), F(ADDR, PAGE(0)), F(PTEP, PTE_OF(TABLE1, 0)), F(PTL, L1))},
	};

	JUDGE(trace, SINCE_6_6, UNPLACED(1));
}

/* A huge entry is no entry of a table of ptes: it is not kept for one. */
Test(pages, a_huge_page_without_a_place)
{
	static const struct made trace[] = {SUBSCRIBES(BASES),
					    SETTLE_66,
					    {SET_AT(PTE_OF(TABLE1, 0), 0, HUGE(0x200))},
					    {LOCK(L1)},
					    {PTL_MAP(0, PTE_OF(TABLE1, 0), L1)},
					    {UNLOCK(L1)}};

	JUDGE(trace, SINCE_6_6, UNPLACED(1));
}

/* The page of a table that another mm has begun to fill is that mm's. */
Test(pages, a_table_without_a_place_of_another_mm)
{
	static const struct made trace[] = {
		SUBSCRIBES(BASES),
		SETTLE_66,
		{STARTS(MM2, 0x30000, 0x30001, 1, 1)},
		{OF(INV_END, F(MM, MM2), F(START, PAGE(0x30000)), F(END, PAGE(0x30001)))},
		{SET_AT(PTE_OF(TABLE1, 0), 0, RW(0xa))},
		{SET_AT(PTE_OF(TABLE1, 1), 0, RW(0xa))},
		{OF(PTE_SET, F(MM, MM2), F(PTEP, PTE_OF(TABLE1, 2)), F(OLD, 0), F(NEW, RW(0xb)))},
	};

	JUDGE(trace, SINCE_6_6, UNPLACED(3));
}
