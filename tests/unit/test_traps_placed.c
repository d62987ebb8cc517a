/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Clears without an address, where what is known is not enough or only just enough to place them;
 * and sets that only a reverse mapping tells, which wait for the end of what they were made in.
 */
#include "made_reading.h"

#define REPOINT(n)  .counts = {[STLB_RULE_REPOINT] = (n)}
#define FREED(n)    .counts = {[STLB_RULE_FREE] = (n)}
#define UNPLACED(n) .unplaced = (n) + 1
#define MAPPED(n)                                                                                  \
	{LOCK(L1)},                                                                                \
	{                                                                                          \
		PTL_MAP(n, PTE_OF(TABLE1, n), L1)                                                  \
	}
/* an entry of the table is filled, and page_table_check repeats what it said */
#define FILL(n, entry)                                                                             \
	{SET_AT(PTE_OF(TABLE1, n), 0, entry)},                                                     \
	{                                                                                          \
		CLEAR_AT(0)                                                                        \
	}
#define FILLED(...)                                                                                \
	SETTLE_66, MAPPED(0), __VA_ARGS__,                                                         \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define DEVICE_MEMORY(pfn) (((uint64_t)(pfn) << 12) | 0x267) /* special, and writable */

/* ---- pages that many entries hold ---- */

/* Special entries that can be written are of one page each: the zero page cannot. */
Test(placed, a_writable_page_without_a_struct_page)
{
	static const struct made trace[] = {FILLED(FILL(1, DEVICE_MEMORY(0x50))),
					    {START(0, 9)},
					    MAPPED(0),
					    {CLEAR_AT(DEVICE_MEMORY(0x50))},
					    {UNLOCK(L1)},
					    {INV(0, 9)},
					    {END_66(0, 9)}};

	JUDGE(trace, SINCE_6_6, UNPLACED(0));
}

/* Where one clear of the zero page went unplaced, any entry that holds it may be the one. */
Test(placed, no_zero_page_after_one_went_unplaced)
{
#define ZEROES_GO(...)                                                                             \
	FILLED(FILL(0, ZERO(0x50))), {START(0, 9)}, __VA_ARGS__, MAPPED(0),                        \
		{CLEAR_AT(ZERO(0x50))}, {UNLOCK(L1)}, {INV(0, 9)},                                 \
	{                                                                                          \
		END_66(0, 9)                                                                       \
	}
	static const struct made one[] = {ZEROES_GO({LOCK(L2)}, {UNLOCK(L2)})};
	static const struct made two[] = {
		ZEROES_GO({LOCK(L2)}, {CLEAR_AT(ZERO(0x50))}, {UNLOCK(L2)})};

	/* any other page is placed as before */
	static const struct made other_page[] = {FILLED(FILL(0, RW(0xa))),
						 {START(0, 9)},
						 {LOCK(L2)},
						 {CLEAR_AT(ZERO(0x50))},
						 {UNLOCK(L2)},
						 MAPPED(0),
						 {CLEAR_AT(RW(0xa))},
						 {UNLOCK(L1)},
						 {INV(0, 9)},
						 {END_66(0, 9)}};

	JUDGE(one, SINCE_6_6, UNPLACED(0));
	JUDGE(two, SINCE_6_6, UNPLACED(2));
	JUDGE(other_page, SINCE_6_6, UNPLACED(1));
}

/* ---- what is known of the page, and of the table ---- */

/* Whichever entry it was, the page is mapped no more, or that is not known. */
Test(placed, an_unplaced_page_is_not_known_to_be_mapped)
{
	static const struct made unplaced[] = {FILLED(FILL(0, RW(0xa))), {START(0, 1)},
					       {CLEAR_AT(RW(0xa))},	 {INV(0, 1)},
					       {END_66(0, 1)},		 {FREE(0xa)}};
	static const struct made not_cleared[] = {
		FILLED(FILL(0, RW(0xa))), {START(0, 1)}, {INV(0, 1)}, {END_66(0, 1)}, {FREE(0xa)}};

	JUDGE(unplaced, SINCE_6_6, UNPLACED(1));
	JUDGE(not_cleared, SINCE_6_6, .counts = {[STLB_RULE_MAPPED] = 1});
}

/* Of two entries with the same page each is cleared once in a hold, wherever they lie. */
Test(placed, each_entry_of_a_table_once)
{
	for (unsigned int n = 0; n < 511; n++) {
		const struct made trace[] = {FILLED(FILL(n, RW(0xa)), FILL(n + 1, RW(0xa))),
					     {START(0, 512)},
					     MAPPED(0),
					     {CLEAR_AT(RW(0xa))},
					     FILL(n, RW(0xa)),
					     {CLEAR_AT(RW(0xa))},
					     {UNLOCK(L1)},
					     {INV(n + 1, n + 2)},
					     {FREE(0xa)},
					     {END_66(0, 512)}};

		/* the first is back */
		JUDGE(trace, SINCE_6_6, UNPLACED(0), .counts = {[STLB_RULE_MAPPED] = 1});
	}
}

/* What another mm maps is known as before. */
Test(placed, an_unplaced_page_of_another_mm)
{
	static const struct made trace[] = {
		SETTLE_66,
		{STARTS(MM2, 0, 1, 1, 1)},
		{OF(INV_END, F(MM, MM2), F(START, PAGE(0)), F(END, PAGE(1)))},
		{SETS(MM2, 0, 0, RW(0xa))},
		{CLEARS(MM2, 0, 0)},
		{START(0, 1)},
		{CLEAR_AT(RW(0xa))},
		{INV(0, 1)},
		{END_66(0, 1)},
		{FREE(0xa)}};

	JUDGE(trace, SINCE_6_6, UNPLACED(1), .counts = {[STLB_RULE_MAPPED] = 1});
}

/* In the next hold it may be the same one again. */
Test(placed, an_entry_once_more_in_the_next_hold)
{
	for (unsigned int n = 0; n < 512; n += 7) {
		const struct made trace[] = {FILLED(FILL(n, RW(0xa))),
					     {START(0, 512)},
					     MAPPED(0),
					     {CLEAR_AT(RW(0xa))},
					     FILL(n, RW(0xa)),
					     {UNLOCK(L1)},
					     MAPPED(0),
					     {CLEAR_AT(RW(0xa))},
					     {UNLOCK(L1)},
					     {INV(n, n + 1)},
					     {FREE(0xa)},
					     {END_66(0, 512)}};

		JUDGE(trace, SINCE_6_6, UNPLACED(0));
	}
}

/* A table is placed by an address: an event that has none says nothing of where it lies. */
Test(placed, a_table_that_is_mapped_at_no_address)
{
	static const struct made trace[] = {SETTLE_66,
					    {LOCK(L1)},
					    {OF(PTL_MAP, F(MM, MM1), F(PTEP, TABLE1), F(PTL, L1))},
					    {SET_AT(TABLE1, 0, RW(0xa))},
					    {UNLOCK(L1)}};

	JUDGE(trace, SINCE_6_6, UNPLACED(1));
}

/* A hugetlb page is in no table of ptes, whatever one holds. */
Test(placed, a_hugetlb_page_is_not_among_the_ptes)
{
	static const struct made trace[] = {
		FILLED(FILL(1, RW(0x200))), {START(0, 1024)}, MAPPED(0),
		{CLEAR_AT(HUGE(0x200))},    {UNLOCK(L1)},     {INV(0, 1024)},
		{END_66(0, 1024)}};

	JUDGE(trace, SINCE_6_6, UNPLACED(1));
}

/* Without a place it is judged by its page, which is all of its 2 MiB. */
Test(placed, a_hugetlb_page_is_freed_in_part)
{
#define HUGE_THEN_FREED(pfn)                                                                       \
	SETTLE_66, {START(0, 512)}, {CLEAR_AT(HUGE(0x200))}, {FREE(pfn)}, {INV(0, 512)},           \
	{                                                                                          \
		END_66(0, 512)                                                                     \
	}
	static const struct made first[] = {HUGE_THEN_FREED(0x200)};
	static const struct made last[] = {HUGE_THEN_FREED(0x3ff)};
	static const struct made before[] = {HUGE_THEN_FREED(0x1ff)};
	static const struct made behind[] = {HUGE_THEN_FREED(0x400)};

	JUDGE(first, SINCE_6_6, FREED(1), UNPLACED(1));
	JUDGE(last, SINCE_6_6, FREED(1), UNPLACED(1));
	JUDGE(before, SINCE_6_6, UNPLACED(1));
	JUDGE(behind, SINCE_6_6, UNPLACED(1));
}

/* The only clear that waits is that of the first entry that is set, be it one of many. */
Test(placed, by_a_set_of_many)
{
	static const struct made trace[] = {
		SETTLE_66,
		{START(0, 3)},
		{LOCK(L1)},
		{CLEAR_AT(RW(0xf))},
		{OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(0)), F(OLD, 0), F(NEW, RW(0x20)), F(NR, 3))},
		{UNLOCK(L1)},
		{INV(0, 3)},
		{END_66(0, 3)}};

	JUDGE(trace, SINCE_6_6, REPOINT(1), UNPLACED(0));
}

/* A clear without a place is not at address 0, whatever is set there. */
Test(placed, at_no_address)
{
	static const struct made trace[] = {
		SETTLE_66,
		{START(0, 9)},
		{CLEAR_AT(RW(0xa))},
		{OF(PMD_SET, F(MM, MM1), F(ADDR, 0), F(OLD, 0), F(NEW, HUGE(0x40000))),
		 .level = STLB_LEVEL_PUD},
		{INV(0, 9)},
		{END_66(0, 9)}};

	JUDGE(trace, SINCE_6_6, UNPLACED(1));
}

/* A huge page that a set has named is no entry of the table that is mapped meanwhile. */
Test(placed, a_huge_page_takes_no_pte)
{
	static const struct made trace[] = {
		FILLED(FILL(0, RW(0xa))),
		{START(0, 1024)},
		MAPPED(0),
		{CLEAR_AT(HUGE(0x200))},
		{OF(PMD_SET, F(MM, MM1), F(ADDR, PAGE(512)), F(OLD, 0), F(NEW, HUGE(0x400))),
		 .level = STLB_LEVEL_PMD},
		{CLEAR_AT(RW(0xa))},
		{INV(0, 1024)},
		{UNLOCK(L1)},
		{END_66(0, 1024)}};

	JUDGE(trace, SINCE_6_6, REPOINT(1), UNPLACED(0));
}

/* ---- what was invalidated while a clear waited ---- */

/* Of more ranges than are remembered one by one, none is forgotten. */
Test(placed, each_of_many_invalidations_counts)
{
#define WAITS(...)                                                                                 \
	FILLED(FILL(9, RW(0x9))), {START(0, 99)}, {LOCK(L1)}, {CLEAR_AT(RW(0xa))}, __VA_ARGS__,    \
		FILL(5, RW(0xb)), {UNLOCK(L1)}, {INV(0, 99)},                                      \
	{                                                                                          \
		END_66(0, 99)                                                                      \
	}
	static const struct made first[] = {WAITS({INV(5, 6)}, {INV(20, 21)}, {INV(2, 3)})};
	static const struct made second[] = {WAITS({INV(20, 21)}, {INV(5, 6)}, {INV(2, 3)})};
	static const struct made second_before[] = {WAITS({INV(20, 21)}, {INV(5, 6)}, {INV(8, 9)})};
	static const struct made third[] = {WAITS({INV(20, 21)}, {INV(30, 31)}, {INV(5, 6)})};
	static const struct made none[] = {WAITS({INV(20, 21)}, {INV(6, 7)}, {INV(8, 9)})};

	JUDGE(first, SINCE_6_6, UNPLACED(0));
	JUDGE(second, SINCE_6_6, UNPLACED(0));
	JUDGE(second_before, SINCE_6_6, UNPLACED(0));
	JUDGE(third, SINCE_6_6, UNPLACED(0));
	JUDGE(none, SINCE_6_6, REPOINT(1), UNPLACED(0));
}

/* ---- the clear is reported as it was ---- */

static void tells_the_clear(struct made_reading *reading, enum stlb_rule rule)
{
	const struct stlb_result *result = made_result(reading);
	const struct stlb_finding *finding = result->findings[0];

	cr_assert_eq(result->nr_findings, 1);
	cr_expect_eq(finding->rule, rule);
	cr_expect(finding->has_old && finding->old == RW(0xa));
	for (uint32_t i = 0; i < finding->nr_events; i++) {
		const struct stlb_event *event = &finding->events[i].event;

		if (strcmp(finding->events[i].role, "clear") != 0)
			continue;
		cr_expect_eq(event->kind, STLB_PTE_CLEAR);
		cr_expect_eq(event->ns, 10000);
		cr_expect_eq(stlb_event_or(event, OLD, 0), RW(0xa));
		stlb_analysis_free(reading->analysis);
		return;
	}
	cr_assert_fail("no clear is told");
}

Test(placed, reported_as_it_was)
{
	struct made_reading named = READING(SINCE_6_6), dropped = READING(SINCE_6_6);

	GIVE(&named, FILLED(FILL(9, RW(0x9))), {START(0, 9)}, {LOCK(L1)}, {CLEAR_AT(RW(0xa))},
	     FILL(5, RW(0xb)), {UNLOCK(L1)}, {INV(5, 6)}, {END_66(0, 9)});
	tells_the_clear(&named, STLB_RULE_REPOINT);
	GIVE(&dropped, FILLED(FILL(9, RW(0x9))), {START(0, 9)}, {LOCK(L1)}, {CLEAR_AT(RW(0xa))},
	     {UNLOCK(L1)}, {FREE(0xa)}, {INV(0, 99)}, {END_66(0, 9)});
	tells_the_clear(&dropped, STLB_RULE_FREE);
}

/* ---- sets that a reverse mapping tells ---- */

/* Without a lock they are done by the end of the bracket that they were reported in. */
Test(mapped_in, waits_for_the_end_of_its_bracket)
{
#define REPLACED(...) {START(0, 9)}, {CLEARF(0, RO(0xa))}, {MAP(0, 0xb)}, __VA_ARGS__
	static const struct made right[] = {SETTLE, REPLACED({INV(0, 1)}, {ONLY_END(0, 9)})};
	static const struct made wrong[] = {SETTLE_66, REPLACED({END_66(0, 9)}, {INV(0, 1)})};
	static const struct made inner_end[] = {
		SETTLE, REPLACED({START(4, 5)}, {ONLY_END(4, 5)}, {INV(0, 1)}, {ONLY_END(0, 9)})};

	JUDGE(right, BEFORE_6_6);
	/* and what it replaced is pending until then */
	JUDGE(wrong, SINCE_6_6, .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_NEVER] = 1});
	JUDGE(inner_end, BEFORE_6_6);
}

/* However many are reported in one hold, each is seen. */
Test(mapped_in, more_than_wait_in_one_hold)
{
	enum { MANY = 40 };
	struct made_reading reading = READING(BEFORE_6_6);

	GIVE(&reading, SETTLE, {START(0, MANY)}, {LOCK(L1)});
	for (unsigned int i = 0; i < MANY; i++)
		GIVE(&reading, {CLEARF(i, RO(0x100 + i))}, {MAP(i, 0x200 + i)});
	GIVE(&reading, {UNLOCK(L1)}, {END(0, MANY)}, {START(0, MANY)}, {LOCK(L1)},
	     {CLEARF(0, RO(0x200))}, {MAP(0, 0x300)}, {INV(0, 1)}, {UNLOCK(L1)}, {END(0, MANY)});
	cr_expect_eq(made_result(&reading)->rules[STLB_RULE_REPOINT].occurrences, MANY);
	stlb_analysis_free(reading.analysis);
}

/* It waits beside as many clears as wait for their places, whatever is invalidated meanwhile. */
Test(mapped_in, beside_clears_without_a_place)
{
	struct made_reading reading = READING(SINCE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE_66, {START(0, 99)}, {LOCK(L1)});
	for (unsigned int i = 0; i < 8; i++)
		GIVE(&reading, {CLEAR_AT(RW(0x100 + i))});
	GIVE(&reading, {CLEARF(20, RO(0xa))}, {MAP(20, 0xb)}, {INV(50, 51)}, {UNLOCK(L1)},
	     {INV(0, 99)}, {END_66(0, 99)});
	result = made_result(&reading);
	cr_expect_eq(result->rules[STLB_RULE_REPOINT].occurrences, 1);
	cr_expect_eq(result->unplaced, 8);
	stlb_analysis_free(reading.analysis);
}

/* It replaces what was known of the entry, be it another page. */
Test(mapped_in, over_another_page)
{
	static const struct made trace[] = {
		SETTLE, {SET(0, 0, RW(0xa))}, {CLEAR(0, 0)}, {MAP(0, 0xb)}, {FREE(0xa)}};
	static const struct made still_there[] = {
		SETTLE, {SET(0, 0, RW(0xa))}, {CLEAR(0, 0)}, {MAP(1, 0xb)}, {FREE(0xa)}};

	static const struct made no_more[] = {
		SETTLE, {SET(9, 0, RW(0x9))}, {CLEAR(9, 0)}, {MAP(0, 0xb)}, {FREE(0xc)}};

	JUDGE(trace, BEFORE_6_6);
	JUDGE(still_there, BEFORE_6_6, .counts = {[STLB_RULE_MAPPED] = 1});
	JUDGE(no_more, BEFORE_6_6);
}

/* Under a lock they are done when it is released, be the bracket over before. */
Test(mapped_in, waits_for_its_lock_alone)
{
	static const struct made trace[] = {
		SETTLE,	       {START_NB(0, 1)}, {LOCK(L1)},  {CLEARF(0, RO(0xa))},
		{MAP(0, 0xb)}, {END(0, 1)},	 {UNLOCK(L1)}};

	JUDGE(trace, BEFORE_6_6);
}
