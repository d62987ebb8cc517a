/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Clears and sets that do not say where they are (6.12), and sets of several entries.
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
#define UNPLACED(n) .unplaced = (n) + 1
#define MAPPED(n)                                                                                  \
	{LOCK_ANY(L1)},                                                                            \
	{                                                                                          \
		PTL_MAP(n, PTE_OF(TABLE1, n), L1)                                                  \
	}
#define FILL(n, pfn)                                                                               \
	{                                                                                          \
		SET_AT(PTE_OF(TABLE1, n), 0, RW(pfn))                                              \
	}
#define UNMAPPED                                                                                   \
	{                                                                                          \
		UNLOCK_ANY(L1)                                                                     \
	}

/* Pages 0xa, 0xb and once more 0xa. */
#define FILLED SETTLE_66, MAPPED(0), FILL(0, 0xa), FILL(1, 0xb), FILL(2, 0xa), UNMAPPED

/* ---- T43: a clear without an address ---- */

Test(place, by_pfn_at_or_after_the_mapped_address)
{
	static const struct made right[] = {
		FILLED,	  {START(0, 3)},  MAPPED(1),   {CLEAR_AT(RW(0xa))},
		UNMAPPED, {END_66(0, 3)}, {INV(2, 3)}, {FREE(0xa)},
	};
	static const struct made wrong[] = {
		FILLED,	  {START(0, 3)},  MAPPED(1),   {CLEAR_AT(RW(0xa))},
		UNMAPPED, {END_66(0, 3)}, {INV(0, 2)}, {FREE(0xa)},
	};

	JUDGE(right, SINCE_6_6, UNPLACED(0));
	JUDGE(wrong, SINCE_6_6, .counts = {[STLB_RULE_FREE] = 1}, UNPLACED(0));
}

Test(place, each_slot_once_in_a_hold)
{
	static const struct made trace[] = {
		FILLED,	  {START(0, 3)},  MAPPED(0),   {CLEAR_AT(RW(0xa))}, {CLEAR_AT(RW(0xa))},
		UNMAPPED, {END_66(0, 3)}, {INV(0, 1)}, {FREE(0xa)},
	};
	static const struct made all[] = {
		FILLED,
		{START(0, 3)},
		MAPPED(0),
		{CLEAR_AT(RW(0xa))},
		{CLEAR_AT(RW(0xb))},
		{CLEAR_AT(RW(0xa))},
		UNMAPPED,
		{END_66(0, 3)},
		{INV(0, 3)},
		{FREE(0xa)},
		{FREE(0xb)},
	};

	JUDGE(trace, SINCE_6_6, FREED(1), UNPLACED(0));
	JUDGE(all, SINCE_6_6, ENDED(.total = 3, .discharged_deferred = 3), UNPLACED(0));
}

/* Also where the first clear has recorded its address, and the page has come back since. */
Test(place, not_a_slot_that_was_cleared_by_its_address)
{
	static const struct made trace[] = {
		FILLED,		{START(0, 3)}, MAPPED(0),	    {CLEAR(0, RW(0xa))},
		FILL(0, 0xa),	{CLEAR_AT(0)}, {CLEAR_AT(RW(0xa))}, UNMAPPED,
		{END_66(0, 3)}, {INV(2, 3)},   {FREE(0xa)}};

	static const struct made by_pfn[] = {
		FILLED,		{START(0, 3)}, MAPPED(0),	    {CLEAR_AT(RW(0xa))},
		FILL(0, 0xa),	{CLEAR_AT(0)}, {CLEAR_AT(RW(0xa))}, UNMAPPED,
		{END_66(0, 3)}, {INV(2, 3)},   {FREE(0xa)}};
	/* page 0xf is of the slot that the set names, which then holds 0xb, as page 1 does */
	static const struct made by_a_set[] = {
		SETTLE_66,	MAPPED(0),     FILL(1, 0xb),	    UNMAPPED,
		{START(0, 3)},	MAPPED(0),     {CLEAR_AT(RW(0xf))}, {INV(0, 1)},
		FILL(0, 0xb),	{CLEAR_AT(0)}, {CLEAR_AT(RW(0xb))}, UNMAPPED,
		{END_66(0, 3)}, {INV(1, 2)},   {FREE(0xb)}};

	JUDGE(trace, SINCE_6_6, UNPLACED(0), .counts = {[STLB_RULE_MAPPED] = 1},
	      ENDED(.total = 2, .restored = 1, .discharged_deferred = 1));
	JUDGE(by_pfn, SINCE_6_6, UNPLACED(0), .counts = {[STLB_RULE_MAPPED] = 1},
	      ENDED(.total = 2, .restored = 1, .discharged_deferred = 1));
	JUDGE(by_a_set, SINCE_6_6, UNPLACED(0), .counts = {[STLB_RULE_MAPPED] = 1},
	      ENDED(.total = 2, .discharged_in_lock = 1, .discharged_deferred = 1));
}

Test(place, other_bits_may_differ)
{
	static const struct made trace[] = {
		FILLED,	  {START(0, 3)},  MAPPED(0),   {CLEAR_AT(CLEAN(0xb))}, {CLEAR_AT(RO(0xa))},
		UNMAPPED, {END_66(0, 3)}, {INV(0, 3)},
	};

	JUDGE(trace, SINCE_6_6, ENDED(.total = 2, .discharged_deferred = 2), UNPLACED(0));
}

Test(place, by_the_next_set_of_the_hold)
{
	static const struct made wrong[] = {
		SETTLE_66,
		{START(3, 4)},
		MAPPED(3),
		{CLEAR_AT(RO(0xa))},
		{SET_AT(PTE_OF(TABLE1, 3), 0, RW(0xb))},
		UNMAPPED,
		{INV(3, 4)},
		{END_66(3, 4)},
	};
	static const struct made right[] = {
		SETTLE_66,   {START(3, 4)},
		MAPPED(3),   {CLEAR_AT(RO(0xa))},
		{INV(3, 4)}, {SET_AT(PTE_OF(TABLE1, 3), 0, RW(0xb))},
		UNMAPPED,    {END_66(3, 4)},
	};
	static const struct made next_hold[] = {
		SETTLE_66,
		{START(3, 4)},
		MAPPED(3),
		{CLEAR_AT(RO(0xa))},
		UNMAPPED,
		MAPPED(3),
		{SET_AT(PTE_OF(TABLE1, 3), 0, RW(0xb))},
		UNMAPPED,
		{END_66(3, 4)},
	};

	JUDGE(wrong, SINCE_6_6, REPOINT(1));
	JUDGE(right, SINCE_6_6);
	JUDGE(next_hold, SINCE_6_6, UNPLACED(1));
}

/* The set overwrites a present entry: the clear was not of its slot. */
Test(place, not_by_a_set_that_finds_something)
{
	static const struct made trace[] = {
		SETTLE_66,
		MAPPED(3),
		FILL(3, 0xc),
		UNMAPPED,
		{START(3, 4)},
		MAPPED(3),
		{CLEAR_AT(RO(0xa))},
		{SET_AT(PTE_OF(TABLE1, 3), RW(0xc), RO(0xc))},
		UNMAPPED,
		{END_66(3, 4)},
		{INV(3, 4)},
	};

	JUDGE(trace, SINCE_6_6, ENDED(.total = 2, .discharged_deferred = 2), UNPLACED(1));
}

Test(place, unplaced_is_never_guessed)
{
	static const struct made clear[] = {
		FILLED,	  {START(0, 3)}, MAPPED(0),	 {CLEAR_AT(RW(0xf))},
		UNMAPPED, {FREE(0xf)},	 {END_66(0, 3)},
	};
	static const struct made no_map[] = {
		FILLED,	  {START(0, 3)}, {LOCK_ANY(L1)}, {CLEAR_AT(RW(0xa))},
		UNMAPPED, {FREE(0xa)},	 {END_66(0, 3)},
	};
	static const struct made right[] = {
		FILLED,	  {START(0, 3)}, {LOCK_ANY(L1)}, {CLEAR_AT(RW(0xa))},
		UNMAPPED, {INV(0, 3)},	 {END_66(0, 3)}, {FREE(0xa)},
	};
	static const struct made elsewhere[] = {
		FILLED,	  {START(0, 3)}, {LOCK_ANY(L1)}, {CLEAR_AT(RW(0xa))},
		UNMAPPED, {INV(3, 4)},	 {END_66(0, 3)}, {FREE(0xa)},
	};
	static const struct made set[] = {
		SETTLE_66,
		{START(0, 3)},
		{SET_AT(PTE_OF(TABLE2, 0), RO(0xa), RW(0xb))},
		{END_66(0, 3)},
	};

	/* but its page may not be freed before the mm is invalidated */
	JUDGE(clear, SINCE_6_6, FREED(1), UNPLACED(1));
	JUDGE(no_map, SINCE_6_6, FREED(1), UNPLACED(1));
	JUDGE(right, SINCE_6_6, UNPLACED(1));
	JUDGE(elsewhere, SINCE_6_6, FREED(1), UNPLACED(1));
	JUDGE(set, SINCE_6_6, UNPLACED(1));
}

/* A table's base is learned from pte_clear_flush as well. */
Test(place, set_by_what_a_clear_reported)
{
	static const struct made trace[] = {
		SETTLE_66,
		{START(3, 4)},
		{LOCK_ANY(L1)},
		{OF(PTE_CLEAR_FLUSH, F(MM, MM1), F(ADDR, PAGE(3)), F(PTEP, PTE_OF(TABLE1, 3)),
		    F(OLD, RO(0xa)))},
		{CLEAR_AT(RO(0xa))},
		{SET_AT(PTE_OF(TABLE1, 3), 0, RW(0xb))},
		UNMAPPED,
		{INV(3, 4)},
		{END_66(3, 4)},
	};
	static const struct made next_entry[] = {
		SETTLE_66,
		{START(3, 4)},
		{LOCK_ANY(L1)},
		{OF(PTE_CLEAR_FLUSH, F(MM, MM1), F(ADDR, PAGE(3)), F(PTEP, PTE_OF(TABLE1, 3)),
		    F(OLD, RO(0xa)))},
		{CLEAR_AT(RO(0xa))},
		{SET_AT(PTE_OF(TABLE1, 4), 0, RW(0xb))},
		UNMAPPED,
		{INV(3, 4)},
		{END_66(3, 4)},
	};

	JUDGE(trace, SINCE_6_6, REPOINT(1), UNPLACED(0));
	JUDGE(next_entry, SINCE_6_6, UNPLACED(0));
}

/* An entry with the PSE bit is in a pmd table, although a pte function tells it. */
Test(place, hugetlb_entries_are_2_mib_apart)
{
#define HUGETLB_COW(a, b)                                                                          \
	SETTLE_66, {START(512, 1536)}, {LOCK_ANY(L1)},                                             \
		{OF(PTE_CLEAR_FLUSH, F(MM, MM1), F(ADDR, PAGE(512)), F(PTEP, PMDS + 8),            \
		    F(OLD, HUGERO(0x200)))},                                                       \
		{INV(512, 1024)}, {SET_AT(PMDS + 8, 0, HUGE(0x400))},                              \
		{SET_AT(PMDS + 16, HUGERO(0x600), HUGE(0x800))}, UNMAPPED, {INV(a, b)},            \
	{                                                                                          \
		END_66(512, 1536)                                                                  \
	}
	static const struct made right[] = {HUGETLB_COW(1024, 1536)};
	static const struct made wrong[] = {HUGETLB_COW(514, 515)};

	JUDGE(right, SINCE_6_6, REPOINT(1), UNPLACED(0));
	JUDGE(wrong, SINCE_6_6, .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_NEVER] = 1});
}

/* mremap moves a whole table: its slots go along. */
Test(place, table_moved)
{
	static const struct made moved[] = {
		FILLED,
		{LOCK_ANY(L1)},
		{PTL_MAP(512, PTE_OF(TABLE1, 0), L1)},
		UNMAPPED,
		{START(512, 515)},
		{LOCK_ANY(L1)},
		{PTL_MAP(512, PTE_OF(TABLE1, 0), L1)},
		{CLEAR_AT(RW(0xb))},
		UNMAPPED,
		{END_66(512, 515)},
		{INV(513, 514)},
		{FREE(0xb)},
	};
	static const struct made old_place[] = {
		FILLED,
		{LOCK_ANY(L1)},
		{PTL_MAP(512, PTE_OF(TABLE1, 0), L1)},
		UNMAPPED,
		{LOCK_ANY(L2)},
		{PTL_MAP(0, PTE_OF(TABLE2, 0), L2)},
		{SET_AT(PTE_OF(TABLE2, 0), 0, RW(0xf))},
		{UNLOCK_ANY(L2)},
		{FREE(0xa)},
	};

	JUDGE(moved, SINCE_6_6, ENDED(.total = 1, .discharged_deferred = 1), UNPLACED(0));
	JUDGE(old_place, SINCE_6_6, ENDED(.total = 0));
}

#define BASES                                                                                      \
	F(MM, MM1), F(SUB, SUB1), F(VMEMMAP, 0xffffea0000000000), F(DIRECT_MAP, 0xffff888000000000)

/* A table that was freed can come back anywhere. */
Test(place, table_freed)
{
	static const struct made freed[] = {
		{OF(SUBSCRIBE, BASES)},
		{SUBSCRIBED(0)},
		FILLED,
		{FREE(0x7000)},
		{START(0, 1)},
		{SET_AT(PTE_OF(TABLE1, 0), RW(0xa), RW(0xf))},
		{END_66(0, 1)},
	};
	/* what a second probe could not read is known from the first */
	static const struct made not_read[] = {
		{OF(SUBSCRIBE, BASES)},
		{OF(SUBSCRIBE, F(MM, MM1), F(SUB, SUB2), F(VMEMMAP, 0), F(DIRECT_MAP, 0))},
		{SUBSCRIBED(0)},
		FILLED,
		{FREE(0x7000)},
		{START(0, 1)},
		{SET_AT(PTE_OF(TABLE1, 0), RW(0xa), RW(0xf))},
		{END_66(0, 1)},
	};
	static const struct made other_page[] = {
		{OF(SUBSCRIBE, BASES)},
		{SUBSCRIBED(0)},
		FILLED,
		{FREE(0x7001)},
		{START(0, 1)},
		{SET_AT(PTE_OF(TABLE1, 0), RW(0xa), RW(0xf))},
		{INV(0, 1)},
		{END_66(0, 1)},
	};
	static const struct made cleared[] = {
		{OF(SUBSCRIBE, BASES)},
		{SUBSCRIBED(0)},
		FILLED,
		{START(0, 512)},
		{COLLAPSE(0, TABLE(0x7000))},
		{INV(0, 512)},
		{END_66(0, 512)},
		{START(0, 1)},
		{SET_AT(PTE_OF(TABLE1, 0), RW(0xa), RW(0xf))},
		{END_66(0, 1)},
	};

	JUDGE(freed, SINCE_6_6, UNPLACED(1));
	JUDGE(not_read, SINCE_6_6, UNPLACED(1));
	JUDGE(other_page, SINCE_6_6, REPOINT(1), UNPLACED(0));
	JUDGE(cleared, SINCE_6_6, UNPLACED(1));
}

/* T25: a table page taken again by another mm. */
Test(place, table_of_another_mm)
{
	static const struct made trace[] = {
		FILLED,
		{LOCK_ANY(L1)},
		{OF(PTL_MAP, F(MM, MM2), F(ADDR, PAGE(0)), F(PTEP, TABLE1), F(PTL, L1))},
		UNMAPPED,
		{START(0, 1)},
		{SET_AT(TABLE1, RW(0xa), RW(0xf))},
		{END_66(0, 1)},
	};

	JUDGE(trace, SINCE_6_6, UNPLACED(1));
}

/* ---- T34: a set of nr entries ---- */

Test(several, pfns_rise_by_one)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 4)},
		{CLEAR(9, 0)},
		{LOCK(L1)},
		{SET_NR(0, RW(0xa), 3)},
		{SET_NR(2, RW(0x1f), 1)},
		{UNLOCK(L1)},
		{FREE(0xb)},
		{FREE(0xd)},
		{FREE(0xc)},
		{END(0, 4)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_FREE] = 1});
}

/* What was cleared by its address in another table, or of another mm, is no slot of this one. */
Test(place, each_slot_once_in_its_own_table)
{
#define CLEARED_TOO(clear)                                                                         \
	FILLED, {START(0, 1024)}, MAPPED(0), {clear}, {CLEAR_AT(RW(0xa))}, UNMAPPED,               \
		{END_66(0, 1024)}, {INV(0, 1)},                                                    \
	{                                                                                          \
		FREE(0xa)                                                                          \
	}
	static const struct made other_table[] = {CLEARED_TOO(CLEAR(512, RW(0xc)))};
	static const struct made other_mm[] = {CLEARED_TOO(CLEARS(MM2, 0, RW(0xc)))};
	static const struct made same[] = {CLEARED_TOO(CLEAR(0, RW(0xa)))};

	/* page 2 holds it still */
	JUDGE(other_table, SINCE_6_6, ENDED(.total = 2, .discharged_deferred = 1, .pending = 1));
	JUDGE(other_mm, SINCE_6_6, ENDED(.total = 1, .discharged_deferred = 1));
	JUDGE(same, SINCE_6_6, FREED(1), ENDED(.total = 2, .discharged_deferred = 1, .pending = 1));
}

/* What was invalidated for a clear that a set has named is not invalidated for the next one. */
Test(place, an_invalidation_is_of_the_clears_before_it)
{
	static const struct made trace[] = {
		SETTLE_66,     {START(0, 3)}, MAPPED(0),     {CLEAR_AT(RW(0xf))},
		{INV(0, 3)},   FILL(0, 0x1f), {CLEAR_AT(0)}, {CLEAR_AT(RW(0xe))},
		FILL(1, 0x1e), {CLEAR_AT(0)}, UNMAPPED,	     {INV(0, 3)},
		{END_66(0, 3)}};
	static const struct made right[] = {SETTLE_66,		 {START(0, 3)},	      MAPPED(0),
					    {CLEAR_AT(RW(0xf))}, {INV(0, 3)},	      FILL(0, 0x1f),
					    {CLEAR_AT(0)},	 {CLEAR_AT(RW(0xe))}, {INV(0, 3)},
					    FILL(1, 0x1e),	 {CLEAR_AT(0)},	      UNMAPPED,
					    {END_66(0, 3)}};

	JUDGE(trace, SINCE_6_6, REPOINT(1));
	JUDGE(right, SINCE_6_6);
}

/* An invalidation is of all clears that wait for their slots, however many those are. */
Test(place, an_invalidation_is_of_each_clear_that_waits)
{
#define NAMED_AFTER(n)                                                                             \
	SETTLE_66, {START(0, 2)}, MAPPED(0), {CLEAR_AT(RW(0xf))}, {CLEAR_AT(RW(0xe))},             \
		{INV(0, n)},                                                                       \
		{OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(0)), F(OLD, 0), F(NEW, RW(0x20)),            \
		    F(NR, 2))},                                                                    \
		UNMAPPED,                                                                          \
	{                                                                                          \
		END_66(0, 2)                                                                       \
	}
	static const struct made right[] = {NAMED_AFTER(2)};
	static const struct made wrong[] = {NAMED_AFTER(1)};

	JUDGE(right, SINCE_6_6, UNPLACED(0), ENDED(.total = 2, .discharged_in_lock = 2));
	JUDGE(wrong, SINCE_6_6, UNPLACED(0),
	      .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_NEVER] = 1});
}
