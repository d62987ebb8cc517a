/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables that are out of sight: late clears, what they hold meanwhile, and how they come back. */
#include "made_events.h"

#define REPOINT(n)  .counts = {[STLB_RULE_REPOINT] = (n)}
#define FREED(n)    .counts = {[STLB_RULE_FREE] = (n)}
#define UNPLACED(n) .unplaced = (n) + 1
#define ENDED(...)                                                                                 \
	.ended = &(struct stlb_obligations)                                                        \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define FILLED(n, pfn)                                                                             \
	{SET(n, 0, RW(pfn))},                                                                      \
	{                                                                                          \
		CLEAR(n, 0)                                                                        \
	}
#define TAKEN_OUT                                                                                  \
	{START(0, 512)}, {LOCK(L2)}, {COLLAPSE(0, TABLE(0x77))}, {INV(0, 512)}, {UNLOCK(L2)},      \
	{                                                                                          \
		ONLY_END(0, 512)                                                                   \
	}

/* ---- late clears without an address (6.12) ---- */

/* Of a page that the table held it is late; of one that it is known not to have held it is not. */
Test(late, by_the_page_that_the_table_held)
{
#define KNOWN_TABLE                                                                                \
	SETTLE_66, {LOCK(L1)}, {SET_NR(0, RW(0x1000), 512)},                                       \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
	static const struct made held[] = {
		KNOWN_TABLE, TAKEN_OUT, {CLEAR_AT(RW(0x1005))}, {FREE(0x1005)}};
	static const struct made not_held[] = {
		KNOWN_TABLE, TAKEN_OUT, {CLEAR_AT(RW(0xf))}, {FREE(0xf)}};
	static const struct made unknown[] = {
		SETTLE_66, FILLED(0, 0xa), TAKEN_OUT, {CLEAR_AT(RW(0xf))}, {FREE(0xf)}};
	static const struct made swap[] = {KNOWN_TABLE, TAKEN_OUT, {CLEAR_AT(SWAP)}};

	JUDGE(held, SINCE_6_6, UNPLACED(0));
	JUDGE(not_held, SINCE_6_6, FREED(1), UNPLACED(1));
	JUDGE(unknown, SINCE_6_6, UNPLACED(0));
	JUDGE(swap, SINCE_6_6, UNPLACED(0));
}

/* Of one that it may have held, any entry of the mm that holds it is not known any more. */
Test(late, by_a_page_that_the_table_may_have_held)
{
#define ELSEWHERE                                                                                  \
	SETTLE_66, {SET(5000, 0, RW(0xc))}, {START(0x2000, 0x2001)}, {LOCK(L1)},                   \
		{CLEAR(0x2000, RW(0x99))}, {UNLOCK(L1)}, {INV(0x2000, 0x2001)},                    \
	{                                                                                          \
		END_66(0x2000, 0x2001)                                                             \
	}
#define LATE_AT(pfn)                                                                               \
	{LOCK_ANY(L2)}, {CLEAR_AT(RW(pfn))},                                                       \
	{                                                                                          \
		UNLOCK_ANY(L2)                                                                     \
	}
#define SET_OVER                                                                                   \
	{START(5000, 5001)}, {LOCK(L1)},                                                           \
		{OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(5000)), F(NEW, RW(0xd)))}, {UNLOCK(L1)},     \
		{INV(5000, 5001)},                                                                 \
	{                                                                                          \
		END_66(5000, 5001)                                                                 \
	}
	static const struct made of_it[] = {ELSEWHERE, TAKEN_OUT, LATE_AT(0xc), SET_OVER};
	static const struct made of_another[] = {ELSEWHERE, TAKEN_OUT, LATE_AT(0xe), SET_OVER};
	static const struct made held[] = {
		ELSEWHERE, {SET(7, 0, RW(0xc))}, TAKEN_OUT, LATE_AT(0xc), SET_OVER};

	JUDGE(of_it, SINCE_6_6);
	JUDGE(of_another, SINCE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	/* the table is known to have held it: it was that one */
	JUDGE(held, SINCE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

/* While the context has another table mapped, its clears are of that one. */
Test(late, not_while_another_table_is_mapped)
{
#define OTHER_TABLE                                                                                \
	{LOCK(L1)},                                                                                \
	{                                                                                          \
		PTL_MAP(512, PTE_OF(TABLE2, 0), L1)                                                \
	}
	static const struct made other[] = {SETTLE_66,	 FILLED(0, 0xa),      TAKEN_OUT,
					    OTHER_TABLE, {CLEAR_AT(RW(0xf))}, {UNLOCK(L1)},
					    {FREE(0xf)}};
	static const struct made last_releases[] = {
		SETTLE_66,    FILLED(0, 0xa),	   TAKEN_OUT,  OTHER_TABLE,
		{UNLOCK(L1)}, {CLEAR_AT(RW(0xf))}, {FREE(0xf)}};
	static const struct made itself[] = {SETTLE_66,
					     FILLED(0, 0xa),
					     TAKEN_OUT,
					     {LOCK(L1)},
					     {PTL_MAP(0, PTE_OF(TABLE2, 0), L1)},
					     {CLEAR_AT(RW(0xf))},
					     {UNLOCK(L1)},
					     {FREE(0xf)}};
	static const struct made of_another_mm[] = {
		SETTLE_66,
		FILLED(0, 0xa),
		TAKEN_OUT,
		{LOCK(L1)},
		{OF(PTL_MAP, F(MM, MM2), F(ADDR, PAGE(512)), F(PTEP, TABLE2), F(PTL, L1))},
		{CLEAR_AT(RW(0xf))},
		{UNLOCK(L1)},
		{FREE(0xf)}};

	JUDGE(of_another_mm, SINCE_6_6, UNPLACED(0));
	JUDGE(other, SINCE_6_6, FREED(1), UNPLACED(1));
	JUDGE(last_releases, SINCE_6_6, UNPLACED(0));
	JUDGE(itself, SINCE_6_6, UNPLACED(0));
}

/* With an address, only those within the table are late. */
Test(late, by_the_address)
{
	static const struct made last[] = {
		SETTLE, FILLED(511, 0xa), TAKEN_OUT, {CLEAR(511, RW(0xa))}, {FREE(0xa)}};
	static const struct made beside[] = {
		SETTLE, FILLED(512, 0xa), TAKEN_OUT, {CLEAR(512, RW(0xa))}, {FREE(0xa)}};
	static const struct made before[] = {SETTLE,
					     {LOCK(L1)},
					     {SET(511, 0, RW(0xa))},
					     {CLEAR(511, 0)},
					     {UNLOCK(L1)},
					     {START(512, 1024)},
					     {COLLAPSE(512, TABLE(0x77))},
					     {INV(512, 1024)},
					     {ONLY_END(512, 1024)},
					     {CLEAR(511, RW(0xa))},
					     {FREE(0xa)}};

	JUDGE(last, BEFORE_6_6);
	JUDGE(beside, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1, [STLB_RULE_UNBRACKETED] = 1});
	JUDGE(before, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1, [STLB_RULE_UNBRACKETED] = 1});
}

/* It is over when the context drops mmap_lock, leaves the kernel, or puts something there. */
Test(late, until_the_collapse_is_over)
{
#define THEN(...)                                                                                  \
	SETTLE, FILLED(0, 0xa), TAKEN_OUT, __VA_ARGS__, {T2, SET(0, 0, RW(0xb))},                  \
		{T2, CLEAR(0, 0)}, {CLEAR(0, RW(0xb))},                                            \
	{                                                                                          \
		FREE(0xb)                                                                          \
	}
#define VIOLATED .counts = {[STLB_RULE_FREE] = 1, [STLB_RULE_UNBRACKETED] = 1}
	static const struct made goes_on[] = {THEN({FREE(0x99)})};
	static const struct made unlocks[] = {THEN({MMAP_UNLOCK(1)})};
	static const struct made unlocks_other[] = {
		THEN({OF(MMAP_UNLOCK, F(MM, MM2), F(WRITE, 1))})};
	static const struct made leaves[] = {THEN({USER_MODE})};
	static const struct made other_leaves[] = {THEN({T3, USER_MODE})};
	static const struct made huge[] = {THEN({PMD_SET(0, 0, HUGE(0x400))})};
	static const struct made put_back[] = {THEN({PMD_SET(0, 0, TABLE(0x77))})};
	static const struct made beside[] = {THEN({PMD_SET(512, 0, TABLE(0x78))})};

	JUDGE(goes_on, BEFORE_6_6);
	JUDGE(unlocks, BEFORE_6_6, VIOLATED);
	JUDGE(unlocks_other, BEFORE_6_6);
	JUDGE(leaves, BEFORE_6_6, VIOLATED);
	JUDGE(other_leaves, BEFORE_6_6);
	JUDGE(huge, BEFORE_6_6, VIOLATED);
	JUDGE(put_back, BEFORE_6_6, VIOLATED);
	static const struct made huge_beside[] = {THEN({PMD_SET(512, 0, HUGE(0x400))})};

	JUDGE(huge_beside, BEFORE_6_6);
	JUDGE(beside, BEFORE_6_6);
}

/* A huge page that is cleared where the table was is not one of its entries. */
Test(late, not_a_huge_page)
{
	static const struct made trace[] = {
		SETTLE, FILLED(0, 0xa), TAKEN_OUT, {PMD_CLEAR(0, HUGE(0x200))}, {FREES(0x200, 9)}};

	JUDGE(trace, BEFORE_6_6, VIOLATED);
}

/* ---- a table without a place ---- */

#define OUT_AT(t) OF(PMD_CLEAR, F(MM, MM1), F(OLD, TABLE(t))), .level = STLB_LEVEL_PMD

/* Which table went is not known: a clear by that context may be of it, and is not sure. */
Test(unknown_table, makes_the_contexts_clears_unsure)
{
	static const struct made own[] = {SETTLE_66,	       {OUT_AT(0x77)}, {LOCK(L1)},
					  {CLEAR_AT(RW(0xa))}, {UNLOCK(L1)},   {FREE(0xa)}};
	static const struct made others[] = {SETTLE_66,	       {OUT_AT(0x77)},
					     {T2, LOCK(L1)},   {T2, CLEAR_AT(RW(0xa))},
					     {T2, UNLOCK(L1)}, {FREE(0xa)}};
	static const struct made flushed[] = {SETTLE_66,    {OUT_AT(0x77)},
					      {LOCK(L1)},   {CLEARF(0, RW(0xa))},
					      {UNLOCK(L1)}, {FREE(0xa)}};
	static const struct made next_bracket[] = {
		SETTLE_66,    {OUT_AT(0x77)}, {START(0, 1)}, {LOCK(L1)},    {CLEAR_AT(RW(0xa))},
		{UNLOCK(L1)}, {FREE(0xa)},    {INV(0, 1)},   {END_66(0, 1)}};

	static const struct made other_mm[] = {
		SETTLE_66,
		{STARTS(MM2, 0, 1, 1, 1)},
		{OF(INV_END, F(MM, MM2), F(START, PAGE(0)), F(END, PAGE(1)))},
		{OUT_AT(0x77)},
		{LOCK(L1)},
		{OF(PTE_CLEAR, F(MM, MM2), F(OLD, RW(0xa)))},
		{UNLOCK(L1)},
		{FREE(0xa)}};
	static const struct made unlocks[] = {SETTLE_66,  {OUT_AT(0x77)},      {MMAP_UNLOCK(1)},
					      {LOCK(L1)}, {CLEAR_AT(RW(0xa))}, {UNLOCK(L1)},
					      {FREE(0xa)}};
	static const struct made unlocks_other[] = {
		SETTLE_66,  {OUT_AT(0x77)},	 {OF(MMAP_UNLOCK, F(MM, MM2), F(WRITE, 1))},
		{LOCK(L1)}, {CLEAR_AT(RW(0xa))}, {UNLOCK(L1)},
		{FREE(0xa)}};

	JUDGE(own, SINCE_6_6, .inconclusive = {[STLB_RULE_FREE] = 1});
	JUDGE(other_mm, SINCE_6_6, FREED(1));
	JUDGE(unlocks, SINCE_6_6, FREED(1));
	JUDGE(unlocks_other, SINCE_6_6, .inconclusive = {[STLB_RULE_FREE] = 1});
	JUDGE(others, SINCE_6_6, FREED(1));
	JUDGE(flushed, SINCE_6_6, .counts = {[STLB_RULE_FREE] = 1, [STLB_RULE_UNBRACKETED] = 1});
	JUDGE(next_bracket, SINCE_6_6, FREED(1));
}

/* The table itself is judged by its page, and by the range of its bracket. */
Test(unknown_table, is_judged_by_its_page)
{
	static const struct made wrong[] = {SETTLE_66,	  {START(0, 9)}, {OUT_AT(0x77)},
					    {FREE(0x77)}, {INV(0, 9)},	 {END_66(0, 9)}};
	static const struct made right[] = {SETTLE_66,	 {START(0, 9)}, {OUT_AT(0x77)},
					    {INV(0, 9)}, {FREE(0x77)},	{END_66(0, 9)}};
	static const struct made touched[] = {SETTLE_66,    {START(3, 9)}, {OUT_AT(0x77)},
					      {INV(8, 20)}, {FREE(0x77)},  {END_66(3, 9)}};
	static const struct made beside[] = {SETTLE_66,	   {START(3, 9)}, {OUT_AT(0x77)},
					     {INV(9, 20)}, {FREE(0x77)},  {END_66(3, 9)}};
	static const struct made before[] = {SETTLE_66,	  {START(3, 9)}, {OUT_AT(0x77)},
					     {INV(0, 3)}, {FREE(0x77)},	 {END_66(3, 9)}};

	JUDGE(wrong, SINCE_6_6, FREED(1), UNPLACED(1));
	JUDGE(right, SINCE_6_6, UNPLACED(1));
	JUDGE(touched, SINCE_6_6);
	JUDGE(beside, SINCE_6_6, FREED(1));
	JUDGE(before, SINCE_6_6, FREED(1));
}

/* ---- what is covered bit by bit ---- */

/* Each page below is covered by what covers it; the last one makes it whole. */
Test(below, covered_one_by_one)
{
#define OUT_WITH(...)                                                                              \
	SETTLE_66, FILLED(0, 0xa), FILLED(5, 0xb), FILLED(9, 0xc), {START(0, 512)}, {LOCK(L2)},    \
		{PMD_CLEAR(0, TABLE(0x77))}, __VA_ARGS__
#define OVER                                                                                       \
	{UNLOCK(L2)},                                                                              \
	{                                                                                          \
		END_66(0, 512)                                                                     \
	}
	static const struct made whole[] = {OUT_WITH({INV(0, 1)}, {INV(5, 6)}, {INV(9, 10)}, OVER),
					    {FREE(0xa)},
					    {FREE(0xb)},
					    {FREE(0xc)},
					    {FREE(0x77)}};
	static const struct made backwards[] = {
		OUT_WITH({INV(9, 10)}, {INV(5, 6)}, {INV(0, 1)}, OVER),
		{FREE(0xa)},
		{FREE(0xb)},
		{FREE(0xc)},
		{FREE(0x77)}};
	static const struct made first[] = {OUT_WITH({INV(5, 10)}, OVER), {FREE(0xa)}, {INV(0, 1)}};
	static const struct made middle[] = {
		OUT_WITH({INV(0, 5)}, {INV(6, 99)}, OVER), {FREE(0xb)}, {INV(5, 6)}};
	static const struct made others[] = {
		OUT_WITH({INV(0, 5)}, {INV(6, 99)}, OVER), {FREE(0xa)}, {FREE(0xc)}, {INV(5, 6)}};
	static const struct made half_a_page[] = {
		OUT_WITH({BYTES(PAGE(0), PAGE(5) + 8)}, {INV(9, 10)}, OVER), {FREE(0xb)}};

	JUDGE(whole, SINCE_6_6, ENDED(.total = 1, .discharged_in_lock = 1));
	JUDGE(backwards, SINCE_6_6, ENDED(.total = 1, .discharged_in_lock = 1));
	JUDGE(first, SINCE_6_6, FREED(1));
	JUDGE(middle, SINCE_6_6, FREED(1));
	JUDGE(others, SINCE_6_6);
	JUDGE(half_a_page, SINCE_6_6, .counts = {[STLB_RULE_UNALIGNED] = 1});
}

/* To the letter, what was covered after the lock was dropped was covered too late. */
Test(below, covered_late_to_the_letter)
{
	static const struct made late[] = {OUT_WITH({UNLOCK(L2)}, {INV(0, 1)}, {INV(5, 6)},
						    {INV(9, 10)}, {FREE(0xa)}, {END_66(0, 512)})};
	static const struct made in_part_late[] = {OUT_WITH({INV(0, 1)}, {UNLOCK(L2)}, {INV(5, 6)},
							    {INV(9, 10)}, {FREE(0xa)}, {FREE(0xb)},
							    {END_66(0, 512)})};
	static const struct made first_in_time[] = {OUT_WITH({INV(0, 1)}, {INV(5, 6)}, {UNLOCK(L2)},
							     {INV(9, 10)}, {FREE(0xa)}, {FREE(0xb)},
							     {END_66(0, 512)})};
	static const struct made mixed[] = {OUT_WITH({INV(9, 10)}, {UNLOCK(L2)}, {INV(0, 1)},
						     {INV(5, 6)}, {FREE(0xc)}, {END_66(0, 512)})};
	static const struct made table_late[] = {
		OUT_WITH({UNLOCK(L2)}, {INV(0, 1)}, {INV(5, 10)}, {FREE(0x77)}, {END_66(0, 512)})};
	static const struct made table_in_time[] = {
		OUT_WITH({INV(0, 1)}, {UNLOCK(L2)}, {INV(5, 10)}, {FREE(0x77)}, {END_66(0, 512)})};

	JUDGE(late, SINCE_6_6, .strict = true, FREED(1));
	JUDGE(late, SINCE_6_6);
	JUDGE(in_part_late, SINCE_6_6, .strict = true, FREED(1));
	JUDGE(first_in_time, SINCE_6_6, .strict = true);
	JUDGE(mixed, SINCE_6_6, .strict = true);
	JUDGE(table_late, SINCE_6_6, .strict = true, FREED(1));
	JUDGE(table_in_time, SINCE_6_6, .strict = true);
}
