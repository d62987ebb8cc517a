/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An analysis that lacks memory says so: it never passes for one that saw everything. */
#include <errno.h>

#include "made_device.h"
#include "made_memory.h"
#include "made_reading.h"

/* The trace up to its end, or to where the caller learns of it: false. */
static bool reads_all(struct stlb_analysis *analysis, const struct made *rows, size_t nr)
{
	struct stlb_event event;
	int r = 0;

	for (size_t i = 0; i < nr && !r; i++) {
		made_fill(&event, &rows[i], 1000 * (i + 2));
		r = stlb_analysis_event(analysis, &event);
	}
	cr_expect(r == 0 || r == -ENOMEM);
	return !r;
}

#define FAR 0x80000
#define HUGE_FAR                                                                                   \
	OF(PMD_SET, F(MM, MM1), F(ADDR, PAGE(FAR)), F(PTEP, PMDS), F(OLD, 0),                      \
	   F(NEW, HUGE(0x400))),                                                                   \
		.level = STLB_LEVEL_PMD

/* What tells of a CPU and of where tables lie is granted: less is known without, no more. */
static struct stlb_analysis *begin(const struct made_how *how)
{
	static const struct made first[] = {
		{.tid = 1, .cpu = 3, USER_MODE}, {HUGE_FAR}, {SET(1030, 0, 0)}, {SET(1540, 0, 0)}};
	struct stlb_analysis *analysis = made_start(how);
	struct stlb_event event;

	cr_assert_not_null(analysis);
	for (size_t i = 0; i < sizeof(first) / sizeof(*first); i++) {
		made_fill(&event, &first[i], 100 * (i + 1));
		cr_assert_eq(stlb_analysis_event(analysis, &event), 0);
	}
	return analysis;
}

/* Whether the result, or that there is none, says that something is missing. */
static bool lacks(struct stlb_analysis *analysis, const struct made *rows, size_t nr,
		  const struct made_how *how)
{
	struct stlb_kinds recorded = made_recorded(&how->recorded);
	bool read = reads_all(analysis, rows, nr);
	const struct stlb_result *result = stlb_analysis_finish(analysis, &recorded);

	cr_expect(read || !result, "what has failed is no result");
	return !result || result->dropped || result->unplaced;
}

static void refuse_each(const char *test, const struct made *rows, size_t nr,
			const struct made_how *how)
{
	EACH_REFUSAL(granted_before)
	{
		long before = held;
		struct stlb_analysis *analysis = begin(how);
		bool said, was;

		refuse_after(granted_before);
		said = lacks(analysis, rows, nr, how);
		was = was_refused();
		stlb_analysis_free(analysis);
		cr_expect(holds_no_more_than(before), "%s: allocation %d", test, granted_before);
		cr_expect_eq(said, was, "%s: allocation %d", test, granted_before);
	}
}

#define LACKS(rows, ...)                                                                           \
	refuse_each(__func__, rows, sizeof(rows) / sizeof((rows)[0]),                              \
		    &(struct made_how){__VA_ARGS__})

Test(memory, for_what_entries_say)
{
	static const struct made trace[] = {{SUBSCRIBE(SUB1)},
					    {SUBSCRIBED(0)},
					    SETTLE,
					    {START(0, 2)},
					    {LOCK(L1)},
					    {SET(0, 0, RW(0xa))},
					    {CLEAR(0, 0)},
					    {SET(0, RW(0xa), RO(0xb))},
					    {CLEAR(0, RW(0xa))},
					    {UNLOCK(L1)},
					    {FREE(0xa)},
					    {END(0, 2)}};

	LACKS(trace, BEFORE_6_6);
}

/* ---- of huge pages and tables ---- */

#define PMD_AT(kind, n) OF(kind, F(MM, MM1), F(ADDR, PAGE(n))), .level = STLB_LEVEL_PMD
#define FILLS(n, pfn)                                                                              \
	{SET(n, 0, RW(pfn))},                                                                      \
	{                                                                                          \
		CLEAR(n, 0)                                                                        \
	}

Test(memory, for_huge_pages_and_tables)
{
	static const struct made trace[] = {SETTLE,
					    {LOCK(L1)},
					    FILLS(0, 0xa),
					    FILLS(1, 0xb),
					    {UNLOCK(L1)},
					    {START(0, 512)},
					    {LOCK(L2)},
					    {COLLAPSE(0, TABLE(0x77))},
					    {UNLOCK(L2)},
					    {LOCK(L1)},
					    {CLEAR(0, RW(0xa))},
					    {SET(1, 0, RW(0xc))},
					    {UNLOCK(L1)},
					    {LOCK(L2)},
					    {PMD_SET(0, 0, TABLE(0x77))},
					    {UNLOCK(L2)},
					    {END(0, 512)},
					    {START(512, 1024)},
					    {LOCK(L2)},
					    {PMD_CLEAR(512, HUGE(0x200))},
					    {INV(512, 600)},
					    {UNLOCK(L2)},
					    {FREES(0x200, 9)},
					    {ONLY_END(512, 1024)}};

	LACKS(trace, BEFORE_6_6);
	LACKS(trace, BEFORE_6_6, .strict = true, .redundant = true, DEVICES);
}

/* ---- where entries lie ---- */

Test(memory, for_where_entries_lie)
{
	static const struct made trace[] = {
		SETTLE_66,
		{START(1024, 1027)},
		{SET_AT(PTE_OF(TABLE2, 5), 0, RW(0x5))},
		{LOCK_ANY(L1)},
		{PTL_MAP(1024, PTE_OF(TABLE1, 0), L1)},
		{CLEAR_AT(RW(0xf))},
		{SET_AT(PTE_OF(TABLE1, 0), 0, RW(0xb))},
		{MAP(1026, 0x2)},
		{UNLOCK_ANY(L1)},
		{PTL_MAP(1536, PTE_OF(TABLE2, 0), L1)},
		{END_66(1024, 1027)},
	};

	LACKS(trace, SINCE_6_6);
}

/* ---- locks and order ---- */

Test(memory, for_locks_and_order)
{
	static const struct made trace[] = {
		SETTLE,
		{MMAP_LOCK(0)},
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{IRQ, WAKE(300)},
		{FORKS(400)},
		{WAKE(200)},
		{UNLOCK(L1)},
		{FREE(0xb)},
		{T2, ALLOC(0xb)},
		{T2, LOCK(L1)},
		{T2, SET(0, 0, RO(0xc))},
		{T2, UNLOCK(L1)},
		{T2, SWITCH(300)},
		{.tid = 300, .cpu = 1, INV(0, 1)},
		{.tid = 400, .cpu = 2, LOCK(L2)},
		{.tid = 400, .cpu = 2, SET(0, 0, RW(0xd))},
		{END(0, 1)},
		{MMAP_UNLOCK(0)},
	};
	static const struct made switched[] = {
		SETTLE,	       {START(0, 1)},	     {LOCK(L1)},   {CLEAR(0, RW(0xa))},
		{SWITCH(200)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)}, {END(0, 1)}};
	static const struct made upper[] = {SETTLE, {MMAP_LOCK(0)}, {LOCK(L1)}, {HUGE_FAR}};

	LACKS(trace, BEFORE_6_6);
	LACKS(switched, BEFORE_6_6);
	LACKS(upper, BEFORE_6_6);
}

/* ---- findings ---- */

#define ZAPPED(n)                                                                                  \
	{START(n, (n) + 1)}, {LOCK(L1)}, {CLEAR(n, RW(0xa0 + (n)))}, {UNLOCK(L1)},                 \
	{                                                                                          \
		ONLY_END(n, (n) + 1)                                                               \
	}

Test(memory, for_findings)
{
	static const struct stlb_filter_value second = {
		.kind = STLB_FILTER_ADDR, .start = PAGE(1), .end = PAGE(2)};
	/* what a context did before it was seen outside any bracket waits for that */
	static const struct made unsettled[] = {
		{T2, INV(9, 10)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))}, {UNLOCK(L1)}, SETTLE};
	static const struct made held_back[] = {SETTLE,
						{START(0, 1)},
						{LOCK(L1)},
						{SET(0, RO(0xa), RO(0xb))},
						{UNLOCK(L1)},
						{END(0, 1)},
						{KSMD, START(1, 2)},
						{KSMD, LOCK(L1)},
						{KSMD, SET(1, RO(0xc), RO(0xd))},
						{KSMD, UNLOCK(L1)},
						{KSMD, END(1, 2)}};
	static const struct made lost[] = {SETTLE, ZAPPED(0), ZAPPED(1), {LOST(BEFORE)}};

	LACKS(unsettled, BEFORE_6_6);
	LACKS(held_back, BEFORE_6_6);
	LACKS(lost, BEFORE_6_6);
	LACKS(lost, BEFORE_6_6, .filter = {&second, 1});
}

Test(memory, for_devices)
{
	static const struct made trace[] = {SETTLE,	   {SET(0, 0, RW(0xa))}, ZAP(0, RW(0xa)),
					    {FREE(0xa)},   {READ(0, 0xa)},	 {FREES(0, 10)},
					    {DROPS(0, 1)}, COW(1, 0xb, 0xc),	 {READ(1, 0xb)}};

	LACKS(trace, BEFORE_6_6, DEVICES);
}

/* Whatever the first update of a context is, and of an mm: it asks for what the next ones use. */
Test(memory, for_the_first_update)
{
	static const struct made clear[] = {SETTLE, {CLEAR(0, RW(0xa))}, {INV(0, 1)}};
	static const struct made flush[] = {SETTLE, {CLEARF(0, RW(0xa))}, {INV(0, 1)}};
	static const struct made swap[] = {SETTLE, {SET(0, 0, SWAP)}};
	static const struct made split[] = {SETTLE, {PMD_AT(PMD_SPLIT, 0)}};
	static const struct made map[] = {SETTLE, {MAP(0, 0xa)}};
	static const struct made table[] = {SETTLE, {PMD_SET(0, 0, TABLE(0x77))}};
	static const struct made mapped_table[] = {SETTLE,
						   {T2, OF(PTL_MAP, F(MM, MM1), F(PTEP, TABLE1))}};
	static const struct made merge[] = {SETTLE, {T2, KSM(0xa)}};
	static const struct made before[] = {FILLS(0, 0xa), FILLS(1, 0xb), SETTLE};
	static const struct made out[] = {SETTLE,
					  {START(0, 512)},
					  {COLLAPSE(0, TABLE(0x77))},
					  {SET(1, 0, RW(0xc))},
					  {END(0, 512)}};

	LACKS(clear, BEFORE_6_6);
	LACKS(flush, BEFORE_6_6);
	LACKS(swap, BEFORE_6_6);
	LACKS(split, BEFORE_6_6);
	LACKS(map, BEFORE_6_6);
	LACKS(table, BEFORE_6_6);
	LACKS(mapped_table, BEFORE_6_6);
	LACKS(merge, BEFORE_6_6);
	LACKS(before, BEFORE_6_6);
	LACKS(out, BEFORE_6_6);
}
