/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Page tables taken out, put back, replaced, and written into before they are linked.
 * The traps T<n> are those of staletlb-kernel(7).
 */
#include "made_events.h"

#define REPOINTED(n) .counts = {[STLB_RULE_REPOINT] = (n)}
#define FREED(n)     .counts = {[STLB_RULE_FREE] = (n)}
#define FILLED(n, entry)                                                                           \
	{LOCK(L1)}, {SET(n, 0, entry)}, {CLEAR(n, 0)},                                             \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define TAKEN_OUT                                                                                  \
	{START(0, 512)}, {LOCK(L2)}, {PMD_CLEAR(0, TABLE(0x77))},                                  \
	{                                                                                          \
		UNLOCK(L2)                                                                         \
	}
#define PUT_BACK                                                                                   \
	{LOCK(L2)}, {PMD_SET(0, 0, TABLE(0x77))},                                                  \
	{                                                                                          \
		UNLOCK(L2)                                                                         \
	}

/* ---- a table that is put back ---- */

Test(table, put_back_restores_what_says_the_same)
{
	static const struct made same[] = {
		SETTLE,	  FILLED(0, RW(0xa)), FILLED(1, RW(0xb)), TAKEN_OUT,
		PUT_BACK, {ONLY_END(0, 512)}, {FREE(0x99)},
	};
	static const struct stlb_obligations restored = {.total = 1, .restored = 1};

	JUDGE(same, BEFORE_6_6, .ended = &restored);
}

Test(table, put_back_repoints_what_does_not)
{
	static const struct made wrong[] = {
		SETTLE,	    FILLED(0, RW(0xa)),	  FILLED(1, RW(0xb)), TAKEN_OUT,
		{LOCK(L1)}, {SET(1, 0, RW(0xc))}, {CLEAR(1, 0)},      {UNLOCK(L1)},
		PUT_BACK,   {END(0, 512)},
	};
	static const struct made right[] = {
		SETTLE,	       FILLED(0, RW(0xa)), FILLED(1, RW(0xb)),	 TAKEN_OUT,
		{INV(0, 512)}, {LOCK(L1)},	   {SET(1, 0, RW(0xc))}, {CLEAR(1, 0)},
		{UNLOCK(L1)},  PUT_BACK,	   {ONLY_END(0, 512)},
	};

	JUDGE(wrong, BEFORE_6_6, REPOINTED(1));
	JUDGE(right, BEFORE_6_6);
}

/* Only the entries that changed are still pending. */
Test(table, put_back_without_an_entry)
{
	static const struct made cleared[] = {
		SETTLE,	     FILLED(0, RW(0xa)),  FILLED(1, RW(0xb)), TAKEN_OUT,
		{LOCK(L1)},  {CLEAR(1, RW(0xb))}, {UNLOCK(L1)},	      PUT_BACK,
		{FREE(0xb)}, {END(0, 512)},
	};
	static const struct made other[] = {
		SETTLE,	       FILLED(0, RW(0xa)),  FILLED(1, RW(0xb)), TAKEN_OUT,
		{LOCK(L1)},    {CLEAR(1, RW(0xb))}, {UNLOCK(L1)},	PUT_BACK,
		{END(0, 512)}, {FREE(0xb)},
	};

	/* without an address it is the entry that was present */
	static const struct made protnone[] = {
		SETTLE,
		{SET(0, 0, NUMA(0xb))},
		{CLEAR(0, 0)},
		FILLED(1, RW(0xb)),
		TAKEN_OUT,
		{LOCK(L1)},
		{CLEAR_AT(RW(0xb))},
		{UNLOCK(L1)},
		PUT_BACK,
		{FREE(0xb)},
		{END(0, 512)},
	};

	JUDGE(protnone, BEFORE_6_6, FREED(1));
	JUDGE(cleared, BEFORE_6_6, FREED(1));
	JUDGE(other, BEFORE_6_6);
}

/* T30: MADV_DONTNEED takes an empty table out; a fault of another thread installs a new one. */
Test(table, an_empty_table_replaced_is_no_repoint)
{
	static const struct made empty[] = {
		SETTLE,
		FILLED(0, RW(0xa)),
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{UNLOCK(L1)},
		{END(0, 1)},
		TAKEN_OUT,
		{T2, LOCK(L2)},
		{T2, PMD_SET(0, 0, TABLE(0x78))},
		{T2, UNLOCK(L2)},
		{END(0, 512)},
	};
	/* of which nothing is known: by the letter */
	static const struct made unknown[] = {
		SETTLE,		  TAKEN_OUT,	 {T2, LOCK(L2)}, {T2, PMD_SET(0, 0, TABLE(0x78))},
		{T2, UNLOCK(L2)}, {END(0, 512)},
	};
	static const struct made full[] = {
		SETTLE,
		FILLED(0, RW(0xa)),
		TAKEN_OUT,
		{T2, LOCK(L2)},
		{T2, PMD_SET(0, 0, TABLE(0x78))},
		{T2, UNLOCK(L2)},
		{END(0, 512)},
	};

	JUDGE(empty, BEFORE_6_6);
	JUDGE(full, BEFORE_6_6, REPOINTED(1));
	JUDGE(unknown, BEFORE_6_6, REPOINTED(1));
}

/* khugepaged seen only by the clear of the pmd: the late clears of the old table need no
 * invalidation. */
Test(table, detached_as_known_by_its_pmd)
{
	static const struct made healthy[] = {
		SETTLE,	    FILLED(0, RW(0xa)),	 TAKEN_OUT,    {END(0, 512)},
		{LOCK(L1)}, {CLEAR(0, RW(0xa))}, {UNLOCK(L1)}, {FREE(0xa)},
	};
	static const struct made other_task[] = {
		SETTLE,	       SETTLED(T2),    FILLED(0, RW(0xa)),	TAKEN_OUT,
		{END(0, 512)}, {T2, LOCK(L1)}, {T2, CLEAR(0, RW(0xa))}, {T2, UNLOCK(L1)},
		{FREE(0xa)},
	};

	JUDGE(healthy, BEFORE_6_6);
	JUDGE(other_task, BEFORE_6_6,
	      .counts = {[STLB_RULE_FREE] = 1, [STLB_RULE_UNBRACKETED] = 1});
}

/* T29: from 7.0 on khugepaged's bracket is of the pages that it collapses, not of the table. */
Test(table, taken_out_in_a_bracket_of_a_part)
{
	static const struct made trace[] = {
		SETTLE_66,
		FILLED(0, RW(0xa)),
		{START(0, 16)},
		{LOCK(L2)},
		{COLLAPSE(0, TABLE(0x77))},
		{INV(0, 512)},
		{UNLOCK(L2)},
		{END_66(0, 16)},
		{FREE(0x99)},
	};
	static const struct made beside[] = {
		SETTLE_66,    FILLED(0, RW(0xa)),	  {START(512, 528)},
		{LOCK(L2)},   {COLLAPSE(0, TABLE(0x77))}, {INV(0, 512)},
		{UNLOCK(L2)}, {END_66(512, 528)},	  {FREE(0x99)},
	};

	JUDGE(trace, .kernel = "7.3.4");
	JUDGE(trace, SINCE_6_6, .counts = {[STLB_RULE_UNBRACKETED] = 1});
	JUDGE(beside, .kernel = "7.3.4", .counts = {[STLB_RULE_UNBRACKETED] = 1});
}

/* ---- T51: sets into a table that is placed later ---- */

#define MAPS(n)                                                                                    \
	{LOCK_ANY(L1)},                                                                            \
	{                                                                                          \
		PTL_MAP(n, PTE_OF(TABLE1, n), L1)                                                  \
	}
#define EARLY(n, entry)                                                                            \
	{SET_AT(PTE_OF(TABLE1, n), 0, entry)},                                                     \
	{                                                                                          \
		CLEAR_AT(0)                                                                        \
	}

Test(early, sets_are_known_once_the_table_is)
{
	static const struct made wrong[] = {
		SETTLE_66,   EARLY(0, RW(0xa)),	  EARLY(1, RW(0xb)), {START(1, 2)},
		MAPS(1),     {CLEAR_AT(RW(0xb))}, {UNLOCK_ANY(L1)},  {END_66(1, 2)},
		{FREE(0xb)}, {INV(1, 2)},
	};
	static const struct made right[] = {
		SETTLE_66,   EARLY(0, RW(0xa)),	  EARLY(1, RW(0xb)), {START(1, 2)},
		MAPS(1),     {CLEAR_AT(RW(0xb))}, {UNLOCK_ANY(L1)},  {END_66(1, 2)},
		{INV(1, 2)}, {FREE(0xb)},
	};

	JUDGE(wrong, SINCE_6_6, FREED(1), .unplaced = 1);
	JUDGE(right, SINCE_6_6, .unplaced = 1);
}

Test(early, never_placed_is_counted)
{
	static const struct made trace[] = {SETTLE_66, EARLY(0, RW(0xa)), EARLY(1, RW(0xb))};
	static const struct made freed[] = {
		{OF(SUBSCRIBE, F(MM, MM1), F(SUB, SUB1), F(DIRECT_MAP, 0xffff888000000000))},
		{SUBSCRIBED(0)},
		SETTLE_66,
		EARLY(0, RW(0xa)),
		{FREE(0x7000)},
		MAPS(0),
		{UNLOCK_ANY(L1)},
		{FREE(0xa)},
	};

	JUDGE(trace, SINCE_6_6, .unplaced = 3);
	JUDGE(freed, SINCE_6_6, .unplaced = 2);
}

/* A clear without a place, of a page that is in such a table, makes its entry unknown. */
Test(early, a_clear_in_between)
{
	static const struct made trace[] = {
		SETTLE_66,	  EARLY(0, RW(0xa)),   {START(0, 1)},
		{LOCK_ANY(L2)},	  {CLEAR_AT(RW(0xa))}, {UNLOCK_ANY(L2)},
		{INV(0, 1)},	  {END_66(0, 1)},      MAPS(0),
		{UNLOCK_ANY(L1)}, {FREE(0xa)},
	};

	/* the others are known as before */
	static const struct made other[] = {
		SETTLE_66,	     EARLY(0, RW(0xa)),	  EARLY(1, RW(0xb)), {START(0, 2)},
		{LOCK_ANY(L2)},	     {CLEAR_AT(RW(0xa))}, {UNLOCK_ANY(L2)},  MAPS(0),
		{CLEAR_AT(RW(0xb))}, {UNLOCK_ANY(L1)},	  {INV(0, 2)},	     {END_66(0, 2)},
		{FREE(0xa)},
	};

	JUDGE(trace, SINCE_6_6, .unplaced = 2);
	static const struct made second[] = {
		SETTLE_66,	  EARLY(0, RW(0xa)),   EARLY(1, RW(0xb)), {START(0, 2)},
		{LOCK_ANY(L2)},	  {CLEAR_AT(RW(0xb))}, {UNLOCK_ANY(L2)},  MAPS(0),
		{UNLOCK_ANY(L1)}, {INV(0, 2)},	       {END_66(0, 2)},	  {FREE(0xb)},
		{FREE(0xa)}};

	JUDGE(second, SINCE_6_6, .unplaced = 2, .counts = {[STLB_RULE_MAPPED] = 1});
	JUDGE(other, SINCE_6_6, .unplaced = 2);
}

/* ---- T48: sets of many entries, recorded by their echoes ---- */

Test(echo, tells_what_each_entry_of_many_said)
{
	static const struct made over_none[] = {
		SETTLE_66,
		MAPS(0),
		{SET_AT(PTE_OF(TABLE1, 0), 0, RW(0xa))},
		{CLEAR_AT(0)},
		{OF(PTE_SET, F(MM, MM1), F(PTEP, PTE_OF(TABLE1, 0)), F(OLD, 0), F(NEW, RW(0x20)),
		    F(NR, 2))},
		{CLEAR_AT(0)},
		{CLEAR_AT(0)},
		{UNLOCK_ANY(L1)},
	};
	static const struct made over_present[] = {
		SETTLE_66,
		{START(0, 9)},
		MAPS(0),
		{SET_AT(PTE_OF(TABLE1, 5), 0, RW(0xa))},
		{CLEAR_AT(0)},
		{OF(PTE_SET, F(MM, MM1), F(PTEP, PTE_OF(TABLE1, 0)), F(OLD, 0), F(NEW, RW(0x20)),
		    F(NR, 2))},
		{CLEAR_AT(0)},
		{CLEAR_AT(RW(0xb))},
		{UNLOCK_ANY(L1)},
		{INV(0, 9)},
		{END_66(0, 9)},
	};

	JUDGE(over_none, SINCE_6_6);
	JUDGE(over_present, SINCE_6_6, REPOINTED(1));
}
