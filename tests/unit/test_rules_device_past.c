/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What devices are held against: what entries said before, and what became of it since. */
#include "made_device.h"
#include "made_reading.h"

#define ORDER(n) .counts = {[STLB_RULE_DEVICE_ORDER] = (n), [STLB_RULE_STALE_ACCESS] = 1}

/* ---- frees ---- */

/* A page that is freed as a part of a block, or alone: the first free counts. */
Test(past, whichever_way_it_was_freed)
{
#define FREED_IN_WINDOW(...)                                                                       \
	SETTLE, {SET(0, 0, RW(0x1ff))}, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0x1ff))},          \
		{UNLOCK(L1)}, __VA_ARGS__, {READ(0, 0x1ff)},                                       \
	{                                                                                          \
		END(0, 1)                                                                          \
	}
#define VIOLATED .counts = {[STLB_RULE_STALE_ACCESS] = 1, [STLB_RULE_FREE] = 1}
	static const struct made alone[] = {FREED_IN_WINDOW({FREE(0x1ff)})};
	static const struct made block[] = {FREED_IN_WINDOW({FREES(0x100, 8)})};
	static const struct made spanning[] = {FREED_IN_WINDOW({FREES(0, 10)})};
	static const struct made both[] = {FREED_IN_WINDOW({FREE(0x1ff)}, {FREES(0, 10)})};
	static const struct made beside[] = {FREED_IN_WINDOW({FREE(0x200)}, {FREES(0, 8)})};
	static const struct made before[] = {
		{FREE(0x1ff)}, {FREES(0, 10)}, FREED_IN_WINDOW({FREE(0x200)})};
	static const struct made handed_out[] = {FREED_IN_WINDOW({ALLOC(0x1ff)})};

	JUDGE(alone, BEFORE_6_6, DEVICES, VIOLATED);
	JUDGE(block, BEFORE_6_6, DEVICES, VIOLATED);
	JUDGE(spanning, BEFORE_6_6, DEVICES, VIOLATED);
	JUDGE(both, BEFORE_6_6, DEVICES, VIOLATED);
	JUDGE(beside, BEFORE_6_6, DEVICES);
	JUDGE(before, BEFORE_6_6, DEVICES);
	/* where frees are recorded, an allocation tells nothing new of a page */
	JUDGE(handed_out, BEFORE_6_6, DEVICES, .counts = {[STLB_RULE_FREE] = 1});
}

/* The pages of a block, and none beside it: what is not freed may be used until it is invalidated.
 */
Test(past, no_page_beside_a_block_was_freed)
{
	enum { BLOCK = 0x40204, ORDER = 2 };

	for (unsigned int pfn = BLOCK - 1; pfn <= BLOCK + (1 << ORDER); pfn++) {
		const struct made trace[] = {SETTLE,	      {START(0, 1)},
					     {LOCK(L1)},      {CLEAR(0, RW(pfn))},
					     {UNLOCK(L1)},    {FREES(BLOCK, ORDER)},
					     {WRITE(0, pfn)}, {INV(0, 1)},
					     {ONLY_END(0, 1)}};
		bool freed = pfn >= BLOCK && pfn < BLOCK + (1 << ORDER);

		JUDGE(trace, BEFORE_6_6, DEVICES,
		      .counts = {[STLB_RULE_FREE] = freed, [STLB_RULE_STALE_ACCESS] = freed});
	}
}

/* The finding shows the free that came first, be it of the page alone or of a block. */
Test(past, the_first_free_is_shown)
{
	for (int block_first = 0; block_first < 2; block_first++) {
		struct made_reading reading = READING(BEFORE_6_6, DEVICES);
		const struct stlb_result *result;
		struct made one = {FREE(0x1ff)}, block = {FREES(0, 10)};
		uint64_t freed = 0;

		GIVE(&reading, SETTLE, {SET(0, 0, RW(0x1ff))}, {START(0, 1)}, {LOCK(L1)},
		     {CLEAR(0, RW(0x1ff))}, {UNLOCK(L1)});
		made_give(&reading, block_first ? &block : &one, 1);
		made_give(&reading, block_first ? &one : &block, 1);
		GIVE(&reading, {READ(0, 0x1ff)}, {END(0, 1)});
		result = made_result(&reading);
		for (uint32_t i = 0; i < result->nr_findings; i++)
			for (uint32_t at = 0; at < result->findings[i]->nr_events; at++)
				if (result->findings[i]->rule == STLB_RULE_STALE_ACCESS &&
				    !strcmp(result->findings[i]->events[at].role, "free"))
					freed = result->findings[i]->events[at].event.ns;
		cr_expect_eq(freed, 8000);
		stlb_analysis_free(reading.analysis);
	}
}

/* ---- what was pushed out ---- */

/* An update so long ago that it is not kept any more ends as any other. */
Test(past, an_update_that_is_kept_no_more)
{
	enum { MANY = 132 * 1024 };
	struct made_reading reading = READING(BEFORE_6_6, DEVICES);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {START(0, 2)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))}, {CLEAR(1, RW(0xb))});
	for (unsigned int i = 0; i < MANY; i++)
		GIVE(&reading, {SET(7, 0, RW(0xc))});
	GIVE(&reading, {INV(0, 1)}, {UNLOCK(L1)}, {ONLY_END(0, 2)}, {READ(0, 0xa)});
	result = made_result(&reading);
	cr_expect_eq(result->rules[STLB_RULE_NEVER].occurrences, 1);
	cr_expect_eq(result->obligations.discharged_in_lock, 1);
	cr_expect_eq(result->rules[STLB_RULE_STALE_ACCESS].occurrences, 0);
	cr_expect_eq(result->dropped, 1);
	stlb_analysis_free(reading.analysis);
}

/* ---- tables ---- */

/* An entry that is set where it was known to be empty shows that another table is there. */
Test(past, another_table_in_its_place)
{
#define OUT                                                                                        \
	SETTLE, {SET(0, 0, RO(0xa))}, {START(0, 512)}, {LOCK(L1)}, {COLLAPSE(0, TABLE(7))},        \
		{INV(0, 512)}, {UNLOCK(L1)},                                                       \
	{                                                                                          \
		ONLY_END(0, 512)                                                                   \
	}
	static const struct made empty[] = {OUT, {T2, SET(0, 0, RO(0xb))}, {READ(0, 0xa)}};
	static const struct made unknown[] = {
		OUT,
		{T2, OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(0)), F(NEW, RO(0xb)))},
		{READ(0, 0xa)}};
	static const struct made untouched[] = {OUT, {READ(0, 0xa)}};

	JUDGE(empty, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(unknown, BEFORE_6_6, DEVICES, .inconclusive = {[STLB_RULE_STALE_ACCESS] = 1});
	JUDGE(untouched, BEFORE_6_6, DEVICES, .inconclusive = {[STLB_RULE_STALE_ACCESS] = 1});
}

/* mremap takes a table along: the device's page is what the entry says at its new place. */
Test(past, a_table_that_was_moved)
{
	static const struct made moved[] = {
		SETTLE_66,
		{LOCK(L1)},
		{PTL_MAP(0, PTE_OF(TABLE1, 0), L1)},
		{SET_AT(PTE_OF(TABLE1, 0), 0, RW(0xa))},
		{CLEAR_AT(0)},
		{UNLOCK(L1)},
		{START(512, 513)},
		{LOCK(L1)},
		{CLEAR(512, RW(0xa))},
		{UNLOCK(L1)},
		{INV(512, 513)},
		{END_66(512, 513)},
		{LOCK(L1)},
		{PTL_MAP(512, PTE_OF(TABLE1, 0), L1)},
		{UNLOCK(L1)},
		{READ(512, 0xa)},
		{READ(512, 0xb)},
	};

	JUDGE(moved, SINCE_6_6, DEVICES, STALE(0));
}

/* ---- what a device dropped ---- */

Test(drops, end_what_is_known_of_a_device)
{
#define SHORT OF(DEV_READ, F(DEV, 0), F(MM, MM1), F(ADDR, PAGE(0))), BY(0)
#define HELD(...)                                                                                  \
	SETTLE, {SET(0, 0, RO(0xa))}, {FILL(0, 0xa)}, __VA_ARGS__, COW(0, 0xa, 0xb),               \
	{                                                                                          \
		SHORT                                                                              \
	}
	static const struct made kept[] = {HELD({FILL(9, 0x9)})};
	static const struct made dropped[] = {HELD({FILL(9, 0x9)}, {DROPS(0, 1)})};
	static const struct made all[] = {HELD({FILL(9, 0x9)}, {DROPS(0, 99)})};
	static const struct made beside[] = {HELD({FILL(9, 0x9)}, {DROPS(1, 2)})};
	static const struct made around[] = {HELD({FILL(9, 0x9)}, {DROPS(1, 99)})};
	static const struct made empty[] = {HELD({FILL(9, 0x9)}, {DROPS(1, 1)})};
	static const struct made whole_mm[] = {
		HELD({FILL(9, 0x9)}, {OF(DEV_INV, F(DEV, 0), F(MM, MM1)), BY(0)})};
	static const struct made other_device[] = {
		HELD({DEV(FILL, 1, 9, 0x9)}, {OF(DEV_INV, F(DEV, 1), F(MM, MM1)), BY(1)})};
	static const struct made within[] = {HELD(
		{FILL(9, 0x9)}, {FILL(8, 0x8)},
		{OF(DEV_INV, F(DEV, 0), F(MM, MM1), F(START, PAGE(0) + 8), F(END, PAGE(0) + 9)),
		 BY(0)})};

	JUDGE(kept, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(dropped, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(all, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(beside, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(around, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(empty, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(whole_mm, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(other_device, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(within, BEFORE_6_6, DEVICES, STALE(0));
}

/* A translation that was dropped, and is taken again all the same, is reported again. */
Test(drops, what_is_taken_again_is_reported_again)
{
	static const struct made again[] = {
		SETTLE, COW(0, 0xa, 0xb), {READ(0, 0xa)}, {DROPS(0, 1)}, {READ(0, 0xa)}};
	static const struct made kept[] = {
		SETTLE, COW(0, 0xa, 0xb), {READ(0, 0xa)}, {DROPS(1, 2)}, {READ(0, 0xa)}};

	JUDGE(again, BEFORE_6_6, DEVICES, STALE(2));
	JUDGE(kept, BEFORE_6_6, DEVICES, STALE(1));
}

/* A drop by a device of which nothing is known drops nothing. */
Test(drops, of_a_device_that_did_nothing)
{
	static const struct made trace[] = {
		SETTLE, {DROPS(0, 1)}, COW(0, 0xa, 0xb), {READ(0, 0xa)}};

	JUDGE(trace, BEFORE_6_6, DEVICES, STALE(1));
}

/* Another mm goes: what the device did in this one is reported once, as before. */
Test(drops, not_when_another_mm_goes)
{
#define READ2(pfn) OF(DEV_READ, F(DEV, 0), F(MM, MM2), F(ADDR, PAGE(0)), F(PFN, pfn)), BY(0)
	static const struct made trace[] = {
		SETTLE,
		{READ(9, 0x9)},
		{STARTS(MM2, 0, 1, 1, 1)},
		{LOCK(L1)},
		{CLEARS(MM2, 0, RO(0xa))},
		{OF(INV_RANGE, F(MM, MM2), F(START, PAGE(0)), F(END, PAGE(1)))},
		{SETS(MM2, 0, 0, RW(0xb))},
		{UNLOCK(L1)},
		{ENDS(MM2, 0, 1, 1)},
		{READ2(0xa)},
		{OF(MM_FREE, F(MM, MM1))},
		{READ2(0xa)},
	};

	JUDGE(trace, BEFORE_6_6, DEVICES, STALE(1));
}

/* ---- cycles ---- */

#define PAGES_SET                                                                                  \
	SETTLE, {SET(0, 0, RO(0xa))}, {SET(1, 0, RO(0xc))},                                        \
	{                                                                                          \
		SET(2, 0, RO(0xe))                                                                 \
	}

/* Writes and fills of an old page order nothing; reads do. */
Test(cycle, by_reads_alone)
{
	static const struct made reads[] = {
		PAGES_SET, COW(0, 0xa, 0xb), COW(1, 0xc, 0xd), {READ(1, 0xd)}, {READ(0, 0xa)}};
	static const struct made write[] = {
		PAGES_SET, COW(0, 0xa, 0xb), COW(1, 0xc, 0xd), {READ(1, 0xd)}, {WRITE(0, 0xa)}};
	static const struct made fill[] = {
		PAGES_SET, COW(0, 0xa, 0xb), COW(1, 0xc, 0xd), {FILL(1, 0xd)}, {READ(0, 0xa)}};
	static const struct made wrote[] = {
		PAGES_SET, COW(0, 0xa, 0xb), COW(1, 0xc, 0xd), {WRITE(1, 0xd)}, {READ(0, 0xa)}};
	static const struct made in_order[] = {
		PAGES_SET, COW(1, 0xc, 0xd), COW(0, 0xa, 0xb), {READ(1, 0xd)}, {READ(0, 0xa)}};

	JUDGE(reads, BEFORE_6_6, DEVICES, ORDER(1));
	JUDGE(write, BEFORE_6_6, DEVICES, ORDER(0));
	JUDGE(fill, BEFORE_6_6, DEVICES, ORDER(0));
	JUDGE(wrote, BEFORE_6_6, DEVICES, ORDER(0));
	JUDGE(in_order, BEFORE_6_6, DEVICES, ORDER(0));
}

/* Of the sets that it has seen, the newest of two pages are enough. */
Test(cycle, by_the_newest_of_two_pages)
{
	static const struct made newest_first[] = {
		PAGES_SET,	COW(0, 0xa, 0xb), COW(1, 0xc, 0xd), COW(2, 0xe, 0xf),
		{READ(2, 0xf)}, {READ(1, 0xd)},	  {READ(0, 0xa)}};
	static const struct made newest_last[] = {
		PAGES_SET,	COW(0, 0xa, 0xb), COW(1, 0xc, 0xd), COW(2, 0xe, 0xf),
		{READ(1, 0xd)}, {READ(2, 0xf)},	  {READ(0, 0xa)}};
	static const struct made of_itself[] = {
		PAGES_SET, COW(0, 0xa, 0xb), COW(0, 0xb, 0x1b), {READ(0, 0x1b)}, {READ(0, 0xa)}};
	static const struct made second[] = {PAGES_SET,		COW(2, 0xe, 0xf), COW(1, 0xc, 0xd),
					     COW(2, 0xf, 0x1f), {READ(1, 0xd)},	  {READ(2, 0x1f)},
					     {READ(2, 0xe)}};

	JUDGE(newest_first, BEFORE_6_6, DEVICES, ORDER(1));
	JUDGE(newest_last, BEFORE_6_6, DEVICES, ORDER(1));
	JUDGE(of_itself, BEFORE_6_6, DEVICES, ORDER(0));
	JUDGE(second, BEFORE_6_6, DEVICES, ORDER(1));
}

/* One set is reported once, each other one again. */
Test(cycle, reported_once_of_each_set)
{
	static const struct made again[] = {PAGES_SET,	    COW(0, 0xa, 0xb), COW(1, 0xc, 0xd),
					    {READ(1, 0xd)}, {READ(0, 0xa)},   {READ(0, 0xa)}};
	static const struct made another[] = {PAGES_SET,	COW(0, 0xa, 0xb), COW(2, 0xe, 0xf),
					      COW(1, 0xc, 0xd), {READ(1, 0xd)},	  {READ(0, 0xa)},
					      {READ(2, 0xe)}};

	JUDGE(again, BEFORE_6_6, DEVICES, ORDER(1));
	JUDGE(another, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_DEVICE_ORDER] = 2, [STLB_RULE_STALE_ACCESS] = 2});
}

/* A set that a reverse mapping tells of lies anywhere in its hold: it orders nothing. */
Test(cycle, not_by_sets_of_no_certain_time)
{
#define MAPPED_COW(n, was, is)                                                                     \
	{START(n, (n) + 1)}, {LOCK(L1)}, {CLEARF(n, RO(was))}, {INV(n, (n) + 1)}, {MAP(n, is)},    \
		{UNLOCK(L1)},                                                                      \
	{                                                                                          \
		ONLY_END(n, (n) + 1)                                                               \
	}
	static const struct made first[] = {PAGES_SET,
					    MAPPED_COW(0, 0xa, 0xb),
					    COW(1, 0xc, 0xd),
					    {READ(1, 0xd)},
					    {READ(0, 0xa)}};
	static const struct made second[] = {PAGES_SET,
					     COW(0, 0xa, 0xb),
					     MAPPED_COW(1, 0xc, 0xd),
					     {READ(1, 0xd)},
					     {READ(0, 0xa)}};

	JUDGE(first, BEFORE_6_6, DEVICES, ORDER(0));
	JUDGE(second, BEFORE_6_6, DEVICES, ORDER(0));
}

/* Kept for what is reported to the letter, an update is covered all the same. */
Test(past, covered_and_kept_to_the_letter)
{
#define COVERED(range)                                                                             \
	SETTLE, {START(0, 9)}, {LOCK(L1)}, {CLEAR(4, RW(0xa))}, {UNLOCK(L1)}, {range},             \
		{READ(4, 0xa)},                                                                    \
	{                                                                                          \
		END(0, 9)                                                                          \
	}
	static const struct made covered[] = {COVERED(INV(4, 5))};
	static const struct made more[] = {COVERED(INV(0, 9))};
	static const struct made beside[] = {COVERED(INV(5, 9))};

	JUDGE(covered, BEFORE_6_6, DEVICES, .strict = true, STALE(1));
	JUDGE(more, BEFORE_6_6, DEVICES, .strict = true, STALE(1));
	JUDGE(beside, BEFORE_6_6, DEVICES, .strict = true, STALE(0));
}

/* What was below a table is known of it even from before anybody subscribed. */
Test(past, below_a_table_from_before_the_subscription)
{
#define COLLAPSED                                                                                  \
	SETTLE, {START(0, 512)}, {LOCK(L1)}, {COLLAPSE(0, TABLE(7))}, {INV(0, 512)}, {UNLOCK(L1)}, \
		{ONLY_END(0, 512)}, {LOCK(L1)}, {PMD_SET(0, 0, HUGE(0x40000))},                    \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
	static const struct made held[] = {
		{SET(3, 0, RO(0xa))}, {CLEAR(3, 0)}, COLLAPSED, {READ(3, 0xa)}};
	static const struct made not_held[] = {
		{SET(3, 0, RO(0xa))}, {CLEAR(3, 0)}, COLLAPSED, {READ(3, 0xb)}};

	/* the collapse clears its entries once it is out of sight */
	static const struct made cleared[] = {
		{SET(3, 0, RO(0xa))}, {CLEAR(3, 0)}, SETTLE,
		{START(0, 512)},      {LOCK(L1)},    {COLLAPSE(0, TABLE(7))},
		{INV(0, 512)},	      {UNLOCK(L1)},  {ONLY_END(0, 512)},
		{CLEAR(3, RO(0xa))},  {LOCK(L1)},    {PMD_SET(0, 0, HUGE(0x40000))},
		{UNLOCK(L1)},	      {READ(3, 0xa)}};

	JUDGE(cleared, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(held, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(not_held, BEFORE_6_6, DEVICES, STALE(0));
}

/* A violation by a later update does not concern a page that an earlier one took, still in time. */
Test(past, a_later_violation_is_of_the_later_page)
{
#define REFILLED                                                                                   \
	SETTLE, {SET(0, 0, RW(0xa))}, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))},              \
		{UNLOCK(L1)}, {T2, LOCK(L1)}, {T2, SET(0, 0, RO(0xb))}, {T2, UNLOCK(L1)},          \
		{T2, START(0, 1)}, {T2, LOCK(L1)}, {T2, SET(0, RO(0xb), RW(0xc))},                 \
	{                                                                                          \
		T2, UNLOCK(L1)                                                                     \
	}
	static const struct made earlier[] = {
		REFILLED, {READ(0, 0xa)}, {T2, END(0, 1)}, {END(0, 1)}};
	static const struct made later[] = {REFILLED, {READ(0, 0xb)}, {T2, END(0, 1)}, {END(0, 1)}};

	JUDGE(earlier, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_REFAULT] = 1, [STLB_RULE_REPOINT] = 1});
	JUDGE(later, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_REFAULT] = 1,
			 [STLB_RULE_REPOINT] = 1,
			 [STLB_RULE_STALE_ACCESS] = 1});
}

/* What was replaced by the same content is as old as what replaced that. */
Test(past, a_later_violation_is_of_the_same_content_too)
{
#define MERGED_AND(...)                                                                            \
	SETTLE, {SET(0, 0, RO(0xa))}, {START(0, 1)}, {LOCK(L1)},                                   \
		{SET(0, RO(0xa), RO(0xb)), .same_content = true}, __VA_ARGS__, {READ(0, 0xa)},     \
		{UNLOCK(L1)},                                                                      \
	{                                                                                          \
		END(0, 1)                                                                          \
	}
	static const struct made merged[] = {MERGED_AND({WAKE(14)})};
	static const struct made repointed[] = {MERGED_AND({SET(0, RO(0xb), RW(0xc))})};

	JUDGE(merged, BEFORE_6_6, DEVICES);
	JUDGE(repointed, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_STALE_ACCESS] = 1});
}

/* A huge page in place of a table, in one step: what was below it is gone. */
Test(past, of_a_table_that_a_huge_page_replaced)
{
#define REPLACED_AT_ONCE(...)                                                                      \
	SETTLE, {SET(0, 0, RW(0xa))}, {START(0, 512)}, {LOCK(L2)},                                 \
		{PMD_SET(0, TABLE(0x77), HUGE(0x200))}, __VA_ARGS__, {UNLOCK(L2)}, {READ(0, 0xa)}, \
	{                                                                                          \
		ONLY_END(0, 512)                                                                   \
	}
	static const struct made dropped[] = {REPLACED_AT_ONCE({INV(0, 512)})};

	JUDGE(dropped, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_STALE_ACCESS] = 1});
}

/* NUMA balancing keeps the page in the entry, but takes every translation of it away. */
Test(past, an_entry_that_keeps_its_page_but_cannot_be_walked_to)
{
#define HUGENUMA(pfn) (NUMA(pfn) | 0x80)
	static const struct made small[] = {
		SETTLE,	     {SET(0, 0, RW(0xa))},   {START(0, 1)},
		{LOCK(L1)},  {CLEAR(0, RW(0xa))},    {UNLOCK(L1)},
		{LOCK(L1)},  {SET(0, 0, NUMA(0xa))}, {UNLOCK(L1)},
		{END(0, 1)}, {READ(0, 0xa)},
	};
	static const struct made huge[] = {
		SETTLE,
		{PMD_SET(0, 0, HUGE(0x200))},
		{START(0, 512)},
		{LOCK(L1)},
		{PMD_CLEAR(0, HUGE(0x200))},
		{PMD_SET(0, 0, HUGENUMA(0x200))},
		{UNLOCK(L1)},
		{END(0, 512)},
		{READ(5, 0x205)},
	};

	JUDGE(small, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(huge, BEFORE_6_6, DEVICES, STALE(1));
}

/* What is reported of a pte in a table that a huge page has replaced takes nothing of that away. */
Test(past, of_a_huge_page_whose_table_is_cleared_late)
{
#define LATE_CLEAR(n)                                                                              \
	SETTLE, {PMD_SET(0, 0, HUGE(0x200))}, {PMD_SET(512, 0, HUGE(0x400))}, {START(0, 1024)},    \
		{CLEAR(n, RW(0x99))}, {INV(0, 1024)},                                              \
	{                                                                                          \
		ONLY_END(0, 1024)                                                                  \
	}
	static const struct made first[] = {LATE_CLEAR(5), {READ(5, 0x205)}};
	static const struct made second[] = {LATE_CLEAR(519), {READ(519, 0x407)}};
	static const struct made never_there[] = {LATE_CLEAR(5), {READ(5, 0x99)}};

	JUDGE(first, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(second, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(never_there, BEFORE_6_6, DEVICES, STALE(1));
}
