/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clears without a place: what may name them, and what was invalidated before one did. */
#include "made_events.h"

#define REPOINT(n)  .counts = {[STLB_RULE_REPOINT] = (n)}
#define FREED(n)    .counts = {[STLB_RULE_FREE] = (n)}
#define UNPLACED(n) .unplaced = (n) + 1
#define ENDED(...)                                                                                 \
	.ended = &(struct stlb_obligations)                                                        \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
/* where the table of the first 512 pages lies, learned in a hold of its own */
#define PLACED                                                                                     \
	SETTLE_66, {LOCK(L1)}, {PTL_MAP(0, PTE_OF(TABLE1, 0), L1)},                                \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define SETS_ENTRY(n, found, pfn)                                                                  \
	{SET_AT(PTE_OF(TABLE1, n), found, RW(pfn))},                                               \
	{                                                                                          \
		CLEAR_AT(found)                                                                    \
	}
#define HUGE_SET_AT(p, n) OF(PTE_SET, F(MM, MM1), F(PTEP, p), F(OLD, 0), F(NEW, HUGE(n)), F(NR, 1))

/* ---- which clear a set names ---- */

Test(parked, named_in_its_own_hold_and_mm)
{
#define CLEARED_THEN(...)                                                                          \
	PLACED, {START(0, 9)}, {LOCK(L1)}, {CLEAR_AT(RW(0xa))}, __VA_ARGS__, {INV(0, 9)},          \
		{UNLOCK(L1)},                                                                      \
	{                                                                                          \
		END_66(0, 9)                                                                       \
	}
	static const struct made named[] = {CLEARED_THEN(SETS_ENTRY(3, 0, 0xb))};
	static const struct made next_hold[] = {
		CLEARED_THEN({UNLOCK(L1)}, {LOCK(L1)}, SETS_ENTRY(3, 0, 0xb))};
	static const struct made found_one[] = {CLEARED_THEN(SETS_ENTRY(3, RW(0xc), 0xb))};
	static const struct made not_reported[] = {CLEARED_THEN(
		{OF(PTE_SET, F(MM, MM1), F(PTEP, PTE_OF(TABLE1, 3)), F(NEW, RW(0xb)))})};
	static const struct made huge[] = {CLEARED_THEN(
		{OF(PMD_SET, F(MM, MM1), F(ADDR, PAGE(0)), F(OLD, 0), F(NEW, HUGE(0x200))),
		 .level = STLB_LEVEL_PMD})};

	static const struct made other_mm[] = {PLACED,
					       {START(0, 9)},
					       {LOCK(L1)},
					       {OF(PTE_CLEAR, F(MM, MM2), F(OLD, RW(0xa)))},
					       SETS_ENTRY(3, 0, 0xb),
					       {INV(0, 9)},
					       {UNLOCK(L1)},
					       {END_66(0, 9)}};

	JUDGE(other_mm, SINCE_6_6, UNPLACED(0));
	JUDGE(named, SINCE_6_6, REPOINT(1), UNPLACED(0));
	JUDGE(next_hold, SINCE_6_6, UNPLACED(1));
	JUDGE(found_one, SINCE_6_6, REPOINT(1), UNPLACED(1));
	JUDGE(not_reported, SINCE_6_6, UNPLACED(1));
	JUDGE(huge, SINCE_6_6, UNPLACED(1));
}

/* An entry that is known to have been empty was not the one that was cleared. */
Test(parked, not_named_by_what_was_empty)
{
	static const struct made trace[] = {PLACED,
					    {START(0, 9)},
					    {LOCK(L1)},
					    SETS_ENTRY(3, 0, 0xc),
					    {CLEAR(3, RW(0xc))},
					    {CLEAR_AT(RW(0xa))},
					    SETS_ENTRY(3, 0, 0xb),
					    {INV(0, 9)},
					    {UNLOCK(L1)},
					    {END_66(0, 9)}};

	JUDGE(trace, SINCE_6_6, REPOINT(1), UNPLACED(1));
}

/* Of several, the one whose page is set; else the first of as many as are set. */
Test(parked, each_by_its_page)
{
	static const struct made by_page[] = {PLACED,
					      {START(0, 9)},
					      {LOCK(L1)},
					      {CLEAR_AT(RW(0xa))},
					      {CLEAR_AT(RW(0xb))},
					      {CLEAR_AT(RW(0xc))},
					      SETS_ENTRY(1, 0, 0xb),
					      {UNLOCK(L1)},
					      {INV(0, 9)},
					      {END_66(0, 9)}};
	static const struct made unknown[] = {PLACED,
					      {START(0, 9)},
					      {LOCK(L1)},
					      {CLEAR_AT(RW(0xa))},
					      {CLEAR_AT(RW(0xb))},
					      {CLEAR_AT(RW(0xc))},
					      SETS_ENTRY(1, 0, 0xd),
					      {UNLOCK(L1)},
					      {INV(0, 9)},
					      {END_66(0, 9)}};

	JUDGE(by_page, SINCE_6_6, ENDED(.total = 3, .restored = 1, .discharged_deferred = 2),
	      UNPLACED(2));
	JUDGE(unknown, SINCE_6_6, ENDED(.total = 3, .discharged_deferred = 3), UNPLACED(3));
}

/* No more wait than there is room for; the others are counted at once. */
Test(parked, more_than_there_is_room_for)
{
	static const struct made trace[] = {PLACED,
					    {START(0, 99)},
					    {LOCK(L1)},
					    {CLEAR_AT(RW(0xa0))},
					    {CLEAR_AT(RW(0xa1))},
					    {CLEAR_AT(RW(0xa2))},
					    {CLEAR_AT(RW(0xa3))},
					    {CLEAR_AT(RW(0xa4))},
					    {CLEAR_AT(RW(0xa5))},
					    {CLEAR_AT(RW(0xa6))},
					    {CLEAR_AT(RW(0xa7))},
					    {CLEAR_AT(RW(0xa8))},
					    SETS_ENTRY(7, 0, 0xa7),
					    SETS_ENTRY(8, 0, 0xa8),
					    {UNLOCK(L1)},
					    {INV(0, 99)},
					    {END_66(0, 99)}};

	JUDGE(trace, SINCE_6_6, ENDED(.total = 9, .restored = 2, .discharged_deferred = 7),
	      UNPLACED(8));
}

/* ---- what was invalidated, or freed, while it had no place ---- */

Test(parked, what_was_invalidated_meanwhile_counts)
{
#define COVERED(...)                                                                               \
	PLACED, {START(0, 99)}, {LOCK(L1)}, {CLEAR_AT(RW(0xa))}, __VA_ARGS__,                      \
		SETS_ENTRY(5, 0, 0xb), {UNLOCK(L1)}, {INV(0, 99)},                                 \
	{                                                                                          \
		END_66(0, 99)                                                                      \
	}
	static const struct made first[] = {COVERED({INV(5, 6)}, {INV(20, 21)})};
	static const struct made second[] = {COVERED({INV(20, 21)}, {INV(5, 6)})};
	static const struct made third[] = {COVERED({INV(20, 21)}, {INV(30, 31)}, {INV(5, 6)})};
	static const struct made third_after[] = {COVERED({INV(20, 21)}, {INV(2, 3)}, {INV(5, 6)})};
	static const struct made elsewhere[] = {COVERED({INV(20, 21)}, {INV(6, 9)})};
	static const struct made below[] = {COVERED({INV(20, 21)}, {INV(0, 5)})};
	static const struct made other_mm[] = {
		COVERED({OF(INV_RANGE, F(MM, MM2), F(START, PAGE(5)), F(END, PAGE(6)))})};
	static const struct made other_task[] = {COVERED({T2, INV(5, 6)})};

	JUDGE(first, SINCE_6_6, UNPLACED(0));
	JUDGE(second, SINCE_6_6, UNPLACED(0));
	JUDGE(third, SINCE_6_6, UNPLACED(0));
	JUDGE(third_after, SINCE_6_6, UNPLACED(0));
	JUDGE(elsewhere, SINCE_6_6, REPOINT(1), UNPLACED(0));
	JUDGE(below, SINCE_6_6, REPOINT(1), UNPLACED(0));
	JUDGE(other_mm, SINCE_6_6, REPOINT(1), UNPLACED(0));
	JUDGE(other_task, SINCE_6_6, REPOINT(1), UNPLACED(0));
}

/* The page of one of them is freed: only that one is judged by it. */
Test(parked, a_page_of_one_is_freed)
{
	static const struct made trace[] = {PLACED,
					    {START(0, 9)},
					    {LOCK(L1)},
					    {CLEAR_AT(RW(0xa))},
					    {CLEAR_AT(RW(0xc))},
					    {FREE(0xc)},
					    SETS_ENTRY(1, 0, 0xa),
					    {UNLOCK(L1)},
					    {INV(0, 9)},
					    {END_66(0, 9)}};
	static const struct made block[] = {PLACED,
					    {START(0, 9)},
					    {LOCK(L1)},
					    {CLEAR_AT(RW(0xa))},
					    {CLEAR_AT(RW(0xc))},
					    {FREES(0x8, 2)},
					    SETS_ENTRY(1, 0, 0xc),
					    {UNLOCK(L1)},
					    {INV(0, 9)},
					    {END_66(0, 9)}};

	JUDGE(trace, SINCE_6_6, FREED(1), UNPLACED(1));
	JUDGE(block, SINCE_6_6, FREED(1), UNPLACED(1));
}

/* Those of the outer hold wait on when an inner one ends. */
Test(parked, those_of_the_outer_hold_wait_on)
{
	static const struct made trace[] = {
		PLACED,	      {START(0, 9)},	   {LOCK(L1)},	  {CLEAR_AT(RW(0xa))},
		{LOCK(L2)},   {CLEAR_AT(RW(0xb))}, {UNLOCK(L2)},  SETS_ENTRY(1, 0, 0xc),
		{UNLOCK(L1)}, {INV(0, 9)},	   {END_66(0, 9)}};

	JUDGE(trace, SINCE_6_6, REPOINT(1), UNPLACED(1));
}

/* What was lost may have named them: they are counted, and no set names them any more. */
Test(parked, not_named_after_a_loss)
{
	static const struct made trace[] = {PLACED,
					    {START(0, 9)},
					    {LOCK(L1)},
					    {CLEAR_AT(RW(0xa))},
					    {CLEAR_AT(RW(0xb))},
					    {LOST(HERE)},
					    {LOCK(L1)},
					    {PTL_MAP(0, PTE_OF(TABLE1, 0), L1)},
					    SETS_ENTRY(1, 0, 0xc),
					    {UNLOCK(L1)},
					    {INV(0, 9)},
					    {END_66(0, 9)}};

	static const struct made one[] = {PLACED,
					  {START(0, 9)},
					  {LOCK(L1)},
					  {CLEAR_AT(RW(0xa))},
					  {LOST(HERE)},
					  {LOCK(L1)},
					  {PTL_MAP(0, PTE_OF(TABLE1, 0), L1)},
					  SETS_ENTRY(1, 0, 0xc),
					  {UNLOCK(L1)},
					  {INV(0, 9)},
					  {END_66(0, 9)}};

	JUDGE(trace, SINCE_6_6, UNPLACED(2));
	JUDGE(one, SINCE_6_6, UNPLACED(1));
}

/* ---- a page that many entries hold ---- */

/* The zero page may be in any entry that is not known: then it is not guessed. */
Test(parked, a_clear_of_the_zero_page)
{
#define ZEROED(...)                                                                                \
	SETTLE_66, {LOCK(L1)}, {PTL_MAP(0, PTE_OF(TABLE1, 0), L1)}, __VA_ARGS__, {UNLOCK(L1)},     \
		{START(0, 9)}, {LOCK(L1)}, {PTL_MAP(0, PTE_OF(TABLE1, 0), L1)},                    \
		{CLEAR_AT(ZERO(0x50))}, {UNLOCK(L1)}, {INV(0, 9)},                                 \
	{                                                                                          \
		END_66(0, 9)                                                                       \
	}
#define ZERO_AT(n)                                                                                 \
	{SET_AT(PTE_OF(TABLE1, n), 0, ZERO(0x50))},                                                \
	{                                                                                          \
		CLEAR_AT(0)                                                                        \
	}
	static const struct made known[] = {ZEROED(ZERO_AT(0))};
	static const struct made unknown_before[] = {ZEROED(ZERO_AT(1))};
	static const struct made of_the_next_mm[] = {
		ZEROED(ZERO_AT(1)), {OF(MM_FREE, F(MM, MM1))}, ZEROED(ZERO_AT(0))};
	static const struct made of_the_same_mm[] = {ZEROED(ZERO_AT(1)), ZEROED(ZERO_AT(0))};

	JUDGE(known, SINCE_6_6, UNPLACED(0));
	/* any other page that nobody can write is in one entry */
	static const struct made read_only[] = {SETTLE_66,
						{LOCK(L1)},
						{PTL_MAP(0, PTE_OF(TABLE1, 0), L1)},
						{SET_AT(PTE_OF(TABLE1, 1), 0, RO(0x50))},
						{CLEAR_AT(0)},
						{UNLOCK(L1)},
						{START(0, 9)},
						{LOCK(L1)},
						{PTL_MAP(0, PTE_OF(TABLE1, 0), L1)},
						{CLEAR_AT(RO(0x50))},
						{UNLOCK(L1)},
						{INV(0, 9)},
						{END_66(0, 9)}};

	JUDGE(unknown_before, SINCE_6_6, UNPLACED(1));
	/* after one that was not placed, any entry of its mm may be the one that was cleared */
	JUDGE(of_the_same_mm, SINCE_6_6, UNPLACED(2));
	JUDGE(of_the_next_mm, SINCE_6_6, UNPLACED(1));
	JUDGE(read_only, SINCE_6_6, UNPLACED(0));
}

/* ---- hugetlb pages, by mm and page ---- */

Test(parked, a_hugetlb_page_of_two_mms)
{
#define HUGE_AT(mm, n, pfn)                                                                        \
	OF(PMD_SET, F(MM, mm), F(ADDR, PAGE(n)), F(OLD, 0), F(NEW, HUGE(pfn))),                    \
		.level = STLB_LEVEL_PMD
#define BOTH                                                                                       \
	SETTLE_66, {STARTS(MM2, 0x30000, 0x30001, 1, 1)},                                          \
	{                                                                                          \
		OF(INV_END, F(MM, MM2), F(START, PAGE(0x30000)), F(END, PAGE(0x30001)))            \
	}
#define HUGE_GOES                                                                                  \
	{START(0, 1024)}, {LOCK(L1)}, {CLEAR_AT(HUGE(0x200))}, {UNLOCK(L1)}, {INV(0, 512)},        \
	{                                                                                          \
		END_66(0, 1024)                                                                    \
	}
	static const struct made shared[] = {
		BOTH, {HUGE_AT(MM2, 0, 0x200)}, {HUGE_AT(MM1, 0, 0x200)}, HUGE_GOES};
	static const struct made twice[] = {
		BOTH, {HUGE_AT(MM1, 0, 0x200)}, {HUGE_AT(MM1, 512, 0x200)}, HUGE_GOES};
	static const struct made other_mm[] = {BOTH, {HUGE_AT(MM2, 0, 0x200)}, HUGE_GOES};

	JUDGE(shared, SINCE_6_6, UNPLACED(0));
	JUDGE(twice, SINCE_6_6, UNPLACED(1));
	JUDGE(other_mm, SINCE_6_6, UNPLACED(1));
}

/* ---- sets that a reverse mapping tells ---- */

Test(mapped_in, several_in_one_hold)
{
	static const struct made trace[] = {SETTLE,
					    {START(0, 3)},
					    {LOCK(L1)},
					    {CLEARF(0, RO(0xa))},
					    {CLEARF(1, RO(0xb))},
					    {CLEARF(2, RO(0xc))},
					    {MAP(0, 0x1a)},
					    {MAP(1, 0x1b)},
					    {MAP(2, 0x1c)},
					    {UNLOCK(L1)},
					    {END(0, 3)}};
	static const struct made two_holds[] = {
		SETTLE,		{START(0, 3)}, {LOCK(L1)},	     {CLEARF(0, RO(0xa))},
		{MAP(0, 0x1a)}, {LOCK(L2)},    {CLEARF(1, RO(0xb))}, {MAP(1, 0x1b)},
		{INV(0, 3)},	{UNLOCK(L2)},  {CLEARF(2, RO(0xc))}, {MAP(2, 0x1c)},
		{UNLOCK(L1)},	{END(0, 3)}};

	JUDGE(trace, BEFORE_6_6, REPOINT(3));
	JUDGE(two_holds, BEFORE_6_6, REPOINT(1));
}

/* Outside any hold and bracket nothing is waited for. */
Test(mapped_in, outside_of_all)
{
	static const struct made trace[] = {
		SETTLE,	     {START(0, 1)}, {LOCK(L1)},	   {CLEARF(0, RW(0xa))}, {UNLOCK(L1)},
		{END(0, 1)}, {MAP(0, 0xb)}, {START(0, 1)}, {CLEARF(0, RW(0xb))}, {FREE(0xb)},
		{END(0, 1)}};
	static const struct made large[] = {
		SETTLE,
		{OF(MAP, F(MM, MM1), F(ADDR, PAGE(0) + 0x123), F(PFN, 0xb), F(NR, 2))},
		{START(0, 2)},
		{LOCK(L1)},
		{SET(1, RW(0xc), RW(0xd))},
		{UNLOCK(L1)},
		{END(0, 2)}};

	JUDGE(trace, BEFORE_6_6, FREED(1));
	static const struct made two_pages[] = {
		SETTLE,
		{START(0, 2)},
		{LOCK(L1)},
		{CLEARF(0, RO(0xa))},
		{CLEARF(1, RO(0x1a))},
		{OF(MAP, F(MM, MM1), F(ADDR, PAGE(0)), F(PFN, 0xb), F(NR, 2))},
		{UNLOCK(L1)},
		{END(0, 2)}};
	static const struct made same_pages[] = {
		SETTLE,
		{START(0, 2)},
		{LOCK(L1)},
		{CLEARF(0, RW(0xb))},
		{CLEARF(1, RW(0xc))},
		{OF(MAP, F(MM, MM1), F(ADDR, PAGE(0)), F(PFN, 0xb), F(NR, 2))},
		{UNLOCK(L1)},
		{ONLY_END(0, 2)}};

	JUDGE(large, BEFORE_6_6, REPOINT(1));
	JUDGE(two_pages, BEFORE_6_6, REPOINT(2));
	JUDGE(same_pages, BEFORE_6_6, ENDED(.total = 2, .restored = 2));
}

/* ---- an mm that is released meanwhile ---- */

/* What was invalidated in it says nothing of what another mm needs. */
Test(parked, of_an_mm_that_is_released)
{
#define RELEASED(...)                                                                              \
	PLACED, {STARTS(MM2, 0, 9, 1, 1)}, {START(0, 9)}, {LOCK(L1)}, {CLEAR_AT(RW(0xa))},         \
		{INV(0, 9)}, {T2, RELEASE}, {CLEARS(MM2, 0, RW(0xc))}, __VA_ARGS__, {UNLOCK(L1)},  \
	{                                                                                          \
		FREE(0xc)                                                                          \
	}
	static const struct made dropped[] = {RELEASED({T2, USER_MODE})};
	static const struct made named[] = {RELEASED(SETS_ENTRY(3, 0, 0xb))};

	JUDGE(dropped, SINCE_6_6, FREED(1));
	JUDGE(named, SINCE_6_6, FREED(1));
}
