/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whole operations, as kernels make them and as a fault would: each healthy and broken.
 * The traps T<n> are those of staletlb-kernel(7).
 */
#include "made_events.h"

#define REPOINTED(n)   .counts = {[STLB_RULE_REPOINT] = (n)}
#define FREED(n)       .counts = {[STLB_RULE_FREE] = (n)}
#define NEVER(n)       .counts = {[STLB_RULE_NEVER] = (n)}
#define USER_MODE_SEEN .recorded = MADE_WITH(STLB_USER_MODE)
#define ENDED(...)                                                                                 \
	.ended = &(struct stlb_obligations)                                                        \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define FILLED(n, entry)                                                                           \
	{LOCK(L1)}, {SET(n, 0, entry)}, {CLEAR(n, 0)},                                             \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define MAPS(table, n)                                                                             \
	{LOCK(L1)},                                                                                \
	{                                                                                          \
		PTL_MAP(n, PTE_OF(table, n), L1)                                                   \
	}
#define SETS_AT(p, o, w, nr) OF(PTE_SET, F(MM, MM1), F(PTEP, p), F(OLD, o), F(NEW, w), F(NR, nr))
#define PMD_CLEAR_AT(o)	     OF(PMD_CLEAR, F(MM, MM1), F(OLD, o)), .level = STLB_LEVEL_PMD

enum { MAX_ROWS = 1200 };
static struct made rows[MAX_ROWS];
static size_t nr_rows;

static void add(const struct made *more, size_t nr)
{
	cr_assert_leq(nr_rows + nr, MAX_ROWS);
	memcpy(rows + nr_rows, more, nr * sizeof(*more));
	nr_rows += nr;
}
#define ADD(...)                                                                                   \
	add((const struct made[]){__VA_ARGS__},                                                    \
	    sizeof((const struct made[]){__VA_ARGS__}) / sizeof(struct made))
#define JUDGE_ROWS(...)                                                                            \
	made_judge(__func__, __LINE__, rows, nr_rows, &(struct made_how){__VA_ARGS__})

/* ---- split_huge_page with freeze ---- */

/* @first: what the first entry becomes when the migration entries are resolved */
static void freeze(bool invalidated, uint64_t first)
{
	nr_rows = 0;
	ADD(SETTLE, {START(512, 1024)}, {LOCK(L2)}, {PMD_CLEAR(512, HUGE(0x400))});
	for (unsigned int i = 0; i < 512; i++)
		ADD({SET(512 + i, 0, MIGRATION - ((uint64_t)i << 14))});
	ADD({UNLOCK(L2)}, {ONLY_END(512, 1024)});
	if (invalidated)
		ADD({INV(512, 1024)});
	ADD({LOCK(L1)}, {SET(512, MIGRATION, first)}, {CLEAR(512, MIGRATION)}, {UNLOCK(L1)});
}

Test(freeze, is_not_judged_at_its_brackets_end)
{
	freeze(true, RW(0x400));
	JUDGE_ROWS(BEFORE_6_6);
	freeze(true, RW(0x900));
	JUDGE_ROWS(BEFORE_6_6);
	freeze(false, RW(0x900));
	JUDGE_ROWS(BEFORE_6_6, REPOINTED(1));
	freeze(false, RW(0x400));
	ADD({FREE(0x401)});
	JUDGE_ROWS(BEFORE_6_6, FREED(1));
}

/* ---- a THP is split into a table that is placed later, and a subpage is zapped ---- */

static void split_then_zap(bool early)
{
	nr_rows = 0;
	ADD(SETTLE_66, {LOCK(L2)}, {PMD_SET(512, 0, HUGE(0x400))}, {PMD_CLEAR(512, 0)},
	    {UNLOCK(L2)}, {START(512, 1024)}, {LOCK(L2)}, {PMD_CLEAR(512, HUGE(0x400))},
	    {INV(512, 1024)});
	for (unsigned int i = 0; i < 512; i++)
		ADD({SET_AT(PTE_OF(TABLE1, i), 0, RW(0x400 + i))}, {CLEAR_AT(0)});
	ADD({UNLOCK(L2)}, {END_66(512, 1024)}, {START(515, 516)}, MAPS(TABLE1, 515),
	    {CLEAR_AT(RW(0x403))}, {UNLOCK(L1)}, {END_66(515, 516)});
	if (early)
		ADD({FREE(0x403)}, {INV(515, 516)});
	else
		ADD({INV(515, 516)}, {FREE(0x403)});
}

Test(split, into_a_table_that_is_placed_later)
{
	split_then_zap(true);
	JUDGE_ROWS(SINCE_6_6, FREED(1), .unplaced = 1);
	split_then_zap(false);
	JUDGE_ROWS(SINCE_6_6, .unplaced = 1);
}

/* ---- T32: one flush after several brackets ---- */

#define PROTECTED                                                                                  \
	SETTLE_66, MAPS(TABLE1, 0), {SET_AT(PTE_OF(TABLE1, 0), 0, RW(0xa))}, {CLEAR_AT(0)},        \
		{UNLOCK(L1)}, {START_AS(0, 1, 2)}, MAPS(TABLE1, 0), {CLEAR_AT(RW(0xa))},           \
		{SET_AT(PTE_OF(TABLE1, 0), 0, NUMA(0xa))}, {CLEAR_AT(0)}, {UNLOCK(L1)},            \
		{END_66(0, 1)}, {START(512, 1024)}, {LOCK(L2)}, {UNLOCK(L2)},                      \
	{                                                                                          \
		END_66(512, 1024)                                                                  \
	}

Test(mprotect, none_over_two_mappings)
{
	static const struct made right[] = {PROTECTED, {INV(0, 1024)}, {USER_MODE}};
	static const struct made late[] = {PROTECTED, {USER_MODE}, {INV(0, 1024)}};
	static const struct made open[] = {PROTECTED};

	JUDGE(right, SINCE_6_6, USER_MODE_SEEN);
	JUDGE(late, SINCE_6_6, USER_MODE_SEEN, NEVER(1));
	JUDGE(open, SINCE_6_6, ENDED(.total = 1, .pending = 1));
}

#define DONTNEED(n, entry)                                                                         \
	{START(n, (n) + 1)}, MAPS(TABLE1, n), {CLEAR_AT(entry)}, {UNLOCK(L1)},                     \
	{                                                                                          \
		END_66(n, (n) + 1)                                                                 \
	}

Test(dontneed, of_two_mappings)
{
	static const struct made right[] = {SETTLE_66,
					    FILLED(0, RW(0xa)),
					    FILLED(64, RW(0xb)),
					    DONTNEED(0, RW(0xa)),
					    DONTNEED(64, RW(0xb)),
					    {FLUSHED(0, 65)},
					    {INV(0, 65)},
					    {FREE(0xa)},
					    {FREE(0xb)},
					    {USER_MODE}};
	static const struct made one_freed[] = {SETTLE_66,	     FILLED(0, RW(0xa)),
						FILLED(64, RW(0xb)), DONTNEED(0, RW(0xa)),
						{FREE(0xa)},	     DONTNEED(64, RW(0xb)),
						{FLUSHED(0, 65)},    {INV(0, 65)},
						{FREE(0xb)},	     {USER_MODE}};
	static const struct made one_left_out[] = {SETTLE_66,
						   FILLED(0, RW(0xa)),
						   FILLED(64, RW(0xb)),
						   DONTNEED(0, RW(0xa)),
						   DONTNEED(64, RW(0xb)),
						   {FLUSHED(64, 65)},
						   {INV(64, 65)},
						   {USER_MODE}};

	JUDGE(right, .kernel = "6.18.0", USER_MODE_SEEN);
	JUDGE(one_freed, .kernel = "6.18.0", USER_MODE_SEEN, FREED(1));
	JUDGE(one_left_out, .kernel = "6.18.0", USER_MODE_SEEN, NEVER(1));
}

/* ---- protected by one, migrated by another ---- */

#define NUMA_PROTECTED                                                                             \
	SETTLE_66, SETTLED_66(T2), FILLED(0, RW(0xa)), {START_AS(0, 4, 2)}, {LOCK(L1)},            \
		{CLEAR(0, RW(0xa))}, {SET(0, 0, NUMA(0xa))}, {CLEAR(0, 0)},                        \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define MIGRATED                                                                                   \
	{T2, START(0, 1)}, {T2, LOCK(L1)}, {T2, CLEAR(0, NUMA(0xa))}, {T2, SET(0, 0, MIGRATION)},  \
		{T2, CLEAR(0, 0)}, {T2, UNLOCK(L1)}, {T2, END_66(0, 1)}, {T2, LOCK(L1)},           \
		{T2, SET(0, MIGRATION, RW(0xb))}, {T2, CLEAR(0, MIGRATION)},                       \
	{                                                                                          \
		T2, UNLOCK(L1)                                                                     \
	}

Test(protnone, is_migrated_before_its_flush)
{
	static const struct made wrong[] = {
		NUMA_PROTECTED, MIGRATED, {T2, FREE(0xa)}, {END_66(0, 4)}, {INV(0, 4)}};
	static const struct made right[] = {NUMA_PROTECTED, {END_66(0, 4)}, {INV(0, 4)},
					    {UNLOCK(L1)},   MIGRATED,	    {T2, FREE(0xa)}};
	/* the flush comes: it is late, not never */
	static const struct made late[] = {
		NUMA_PROTECTED, MIGRATED, {END_66(0, 4)}, {USER_MODE}, {INV(0, 4)}};

	JUDGE(wrong, SINCE_6_6, .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_FREE] = 1});
	JUDGE(right, SINCE_6_6, .counts = {[STLB_RULE_RACY] = 0});
	JUDGE(late, SINCE_6_6, USER_MODE_SEEN, REPOINTED(1));
}

/* ---- T52: hugetlb: mm and page name the entry ---- */

#define HUGE_AT(p, o, w) SETS_AT(p, o, w, 1)
#define HUGETLB(start, end)                                                                        \
	SETTLE_66, {LOCK(L2)}, {HUGE_AT(PMDS + 8, 0, HUGE(0x400))}, {CLEAR_AT(0)}, {UNLOCK(L2)},   \
		{START(512, 1024)}, {LOCK(L2)},                                                    \
		{OF(PTE_CLEAR_FLUSH, F(MM, MM1), F(ADDR, PAGE(512)), F(PTEP, PMDS + 8),            \
		    F(OLD, HUGE(0x400)))},                                                         \
		{CLEAR_AT(HUGE(0x400))}, {INV(512, 1024)}, {HUGE_AT(PMDS + 8, 0, HUGE(0x600))},    \
		{CLEAR_AT(0)}, {UNLOCK(L2)}, {END_66(512, 1024)}, {START(start, end)}, {LOCK(L2)}, \
		{CLEAR_AT(HUGE(0x600))}, {UNLOCK(L2)},                                             \
	{                                                                                          \
		END_66(start, end)                                                                 \
	}

Test(hugetlb, is_zapped_without_an_address)
{
	static const struct made wrong[] = {
		HUGETLB(512, 1024), {OF(HUGE_FREE, F(PFN, 0x600))}, {INV(512, 1024)}};
	static const struct made right[] = {
		HUGETLB(512, 1024), {INV(512, 1024)}, {OF(HUGE_FREE, F(PFN, 0x600))}};
	static const struct made beside[] = {
		HUGETLB(0, 2048), {INV(1024, 1536)}, {OF(HUGE_FREE, F(PFN, 0x600))}};

	JUDGE(wrong, SINCE_6_6, FREED(1), .unplaced = 2);
	JUDGE(right, SINCE_6_6, .unplaced = 2);
	JUDGE(beside, SINCE_6_6, FREED(1), .unplaced = 2);
}

/* Tables of hugetlb pages are shared, and taken out unseen: back in its pool, it may go on. */
Test(hugetlb, goes_back_to_its_pool_and_is_dissolved)
{
#define PMD_FILLED                                                                                 \
	{LOCK(L2)}, {PMD_SET(512, 0, HUGE(0x400))}, {PMD_CLEAR(512, 0)},                           \
	{                                                                                          \
		UNLOCK(L2)                                                                         \
	}
	static const struct made dissolved[] = {
		SETTLE, PMD_FILLED, {OF(HUGE_FREE, F(PFN, 0x400))}, {FREES(0x400, 9)}};
	static const struct made thp[] = {SETTLE, PMD_FILLED, {FREES(0x400, 9)}};

	JUDGE(dissolved, BEFORE_6_6);
	JUDGE(thp, BEFORE_6_6, .counts = {[STLB_RULE_MAPPED] = 1});
}

/* ---- clears without a place, in batches ---- */

#define BATCH(nr_invalidated, ...)                                                                 \
	SETTLE_66, {START_AS(0, 9, 2)}, MAPS(TABLE1, 0), {CLEAR_AT(RW(0x20))},                     \
		{CLEAR_AT(RW(0x21))}, __VA_ARGS__, {UNLOCK(L1)}, {END_66(0, 9)},                   \
		{INV(0, nr_invalidated)},                                                          \
	{                                                                                          \
		USER_MODE                                                                          \
	}

Test(batch, is_cleared_and_then_set)
{
	static const struct made at_once[] = {BATCH(9, {SETS_AT(PTE_OF(TABLE1, 0), 0, RO(0x20), 2)},
						    {CLEAR_AT(0)}, {CLEAR_AT(0)})};
	static const struct made each[] = {
		BATCH(9, {SET_AT(PTE_OF(TABLE1, 0), 0, RO(0x20))}, {CLEAR_AT(0)},
		      {SET_AT(PTE_OF(TABLE1, 1), 0, RO(0x21))}, {CLEAR_AT(0)})};
	static const struct made in_part[] = {BATCH(1, {SETS_AT(PTE_OF(TABLE1, 0), 0, RO(0x20), 2)},
						    {CLEAR_AT(0)}, {CLEAR_AT(0)})};
	static const struct made others[] = {BATCH(9, {SETS_AT(PTE_OF(TABLE1, 0), 0, RW(0x30), 2)},
						   {CLEAR_AT(0)}, {CLEAR_AT(0)})};
	/* which of the two is replaced is not known: it is not guessed */
	static const struct made one[] = {
		BATCH(9, {SET_AT(PTE_OF(TABLE1, 5), 0, RW(0x30))}, {CLEAR_AT(0)})};

	JUDGE(at_once, SINCE_6_6, USER_MODE_SEEN, ENDED(.total = 2, .discharged_deferred = 2),
	      .unplaced = 1);
	JUDGE(each, SINCE_6_6, USER_MODE_SEEN, ENDED(.total = 2, .discharged_deferred = 2),
	      .unplaced = 1);
	JUDGE(in_part, SINCE_6_6, USER_MODE_SEEN, NEVER(1));
	JUDGE(others, SINCE_6_6, USER_MODE_SEEN,
	      .counts = {[STLB_RULE_REPOINT] = 2, [STLB_RULE_NEVER] = 2});
	JUDGE(one, SINCE_6_6, USER_MODE_SEEN, .unplaced = 3);
}

/* ---- a page is freed in the hold of its clear, before a set could name the entry ---- */

#define PARKED(...)                                                                                \
	SETTLE_66, MAPS(TABLE1, 0), {SET_AT(PTE_OF(TABLE1, 0), 0, RW(0xa))}, {CLEAR_AT(0)},        \
		{UNLOCK(L1)}, {START(0, 1)}, {LOCK(L1)}, {CLEAR_AT(RW(0xa))}, __VA_ARGS__,         \
		{UNLOCK(L1)},                                                                      \
	{                                                                                          \
		END_66(0, 1)                                                                       \
	}

Test(place, freed_before_it_could_be_placed)
{
	static const struct made right[] = {PARKED({INV(0, 1)}, {FREE(0xa)})};
	static const struct made by_another[] = {PARKED({INV(0, 1)}, {T2, FREE(0xa)})};
	static const struct made wrong[] = {PARKED({FREE(0xa)}, {INV(0, 1)})};
	static const struct made named[] = {PARKED({INV(0, 1)},
						   {SET_AT(PTE_OF(TABLE1, 0), 0, RW(0xb))},
						   {CLEAR_AT(0)}, {FREE(0xa)}, {FREE(0x99)})};

	JUDGE(right, SINCE_6_6);
	JUDGE(by_another, SINCE_6_6);
	JUDGE(wrong, SINCE_6_6, FREED(1));
	JUDGE(named, SINCE_6_6, .unplaced = 1);
}

/* ---- T11: khugepaged, shown by a clear of the pmd that has no address ---- */

#define COLLAPSED(...)                                                                             \
	SETTLE_66, MAPS(TABLE1, 0), {SET_AT(PTE_OF(TABLE1, 0), 0, RW(0xa))}, {CLEAR_AT(0)},        \
		{UNLOCK(L1)}, {START(0, 512)}, {LOCK(L2)}, {PMD_CLEAR_AT(TABLE(0x77))},            \
		__VA_ARGS__, {UNLOCK(L2)}, {END_66(0, 512)}, {LOCK(L1)}, {CLEAR_AT(RW(0xa))},      \
		{UNLOCK(L1)},                                                                      \
	{                                                                                          \
		FREE(0xa)                                                                          \
	}

Test(collapse, reported_without_an_address)
{
	static const struct made right[] = {COLLAPSED({INV(0, 512)})};
	static const struct made wrong[] = {COLLAPSED({INV(512, 1024)})};
	static const struct made no_bracket[] = {
		SETTLE_66, {LOCK(L2)}, {PMD_CLEAR_AT(TABLE(0x77))}, {UNLOCK(L2)}};

	JUDGE(right, SINCE_6_6, .unplaced = 1);
	JUDGE(wrong, SINCE_6_6, FREED(1), .unplaced = 1);
	JUDGE(no_bracket, SINCE_6_6, .unplaced = 2);
}

/* Entries of another table that is mapped are not those of the one that was taken out. */
Test(collapse, takes_one_table_out_of_sight)
{
	static const struct made trace[] = {
		SETTLE_66,    {START(0, 1024)},	 {LOCK(L2)},	      {PMD_CLEAR(0, TABLE(0x77))},
		{UNLOCK(L2)}, MAPS(TABLE2, 512), {CLEAR_AT(RW(0xb))}, {UNLOCK(L1)},
		{FREE(0xb)},  {INV(0, 1024)},	 {END_66(0, 1024)}};

	JUDGE(trace, SINCE_6_6, FREED(1));
}

/* ---- what happened while nobody was subscribed ---- */

Test(unsubscribed, clears_without_a_place_end_knowledge)
{
	static const struct made cleared[] = {
		FILLED(9, RW(0x9)),  MAPS(TABLE1, 0), {SET_AT(PTE_OF(TABLE1, 0), 0, RW(0xa))},
		{CLEAR_AT(0)},	     {UNLOCK(L1)},    {LOCK(L1)},
		{CLEAR_AT(RW(0xa))}, {UNLOCK(L1)},    {SUBSCRIBE(SUB1)},
		{SUBSCRIBED(0)},     {FREE(0xa)}};
	static const struct made not_cleared[] = {
		FILLED(9, RW(0x9)), MAPS(TABLE1, 0), {SET_AT(PTE_OF(TABLE1, 0), 0, RW(0xa))},
		{CLEAR_AT(0)},	    {UNLOCK(L1)},    {SUBSCRIBE(SUB1)},
		{SUBSCRIBED(0)},    {FREE(0xa)}};
	static const struct made reused[] = {{SUBSCRIBE(SUB1)},
					     {SUBSCRIBED(0)},
					     FILLED(9, RW(0x9)),
					     MAPS(TABLE1, 0),
					     {SET_AT(PTE_OF(TABLE1, 0), 0, RW(0xa))},
					     {CLEAR_AT(0)},
					     {UNLOCK(L1)},
					     {RELEASE},
					     {LOCK(L1)},
					     {CLEAR_AT(RW(0xa))},
					     {UNLOCK(L1)},
					     {FREE(0xa)},
					     {SUBSCRIBE(SUB1)},
					     {SUBSCRIBED(0)},
					     {ALLOC(0xa)},
					     {FREE(0xa)}};

	JUDGE(cleared, SINCE_6_6);
	JUDGE(not_cleared, SINCE_6_6, .counts = {[STLB_RULE_MAPPED] = 1});
	JUDGE(reused, SINCE_6_6);
}

/* The clear of a table by free_pgtables is not recorded where only its installation is. */
Test(unsubscribed, a_table_that_was_installed_may_go_unseen)
{
#define VMEMMAP_BASE UINT64_C(0xffffea0000000000)
	static const struct made trace[] = {
		FILLED(9, RW(0x9)),
		{LOCK(L2)},
		{OF(PMD_SET, F(MM, MM1), F(ADDR, PAGE(512)), F(PTEP, PMDS + 8), F(OLD, 0),
		    F(NEW, HUGE(0x400))),
		 .level = STLB_LEVEL_PMD},
		{PMD_CLEAR(512, 0)},
		{PMD_CLEAR(512, HUGE(0x400))},
		{UNLOCK(L2)},
		{T2, OF(SUBSCRIBE, F(MM, MM2), F(SUB, SUB2), F(VMEMMAP, VMEMMAP_BASE))},
		{T2, SUBSCRIBED(0)},
		{OF(PMD_INSTALL, F(MM, MM1), F(PTEP, PMDS + 8),
		    F(TABLE, VMEMMAP_BASE + 0x77 * 64))},
		{SUBSCRIBE(SUB1)},
		{SUBSCRIBED(0)},
		{FREE(0x77)}};

	JUDGE(trace, SINCE_6_6);
}

/* ---- T25: an mm goes while something of it is kept ---- */

Test(mm_free, drops_what_was_kept)
{
#define MM_GONE OF(MM_FREE, F(MM, MM1))
	static const struct made unbracketed[] = {SETTLE,      {LOCK(L1)}, {CLEAR(0, RW(0xa))},
						  {INV(0, 1)}, {MM_GONE},  {UNLOCK(L1)},
						  {FREE(0xa)}};
	static const struct made in_part[] = {
		SETTLE,		 {START(512, 1024)}, {LOCK(L2)},   {PMD_CLEAR(512, HUGE(0x400))},
		{INV(512, 513)}, {MM_GONE},	     {UNLOCK(L2)}, {FREES(0x400, 9)},
		{END(512, 1024)}};
	static const struct made table[] = {
		SETTLE,		 FILLED(0, RW(0xa)), FILLED(1, RW(0xb)),
		{START(0, 512)}, {LOCK(L2)},	     {PMD_CLEAR(0, TABLE(0x77))},
		{INV(0, 1)},	 {MM_GONE},	     {UNLOCK(L2)},
		{FREE(0xb)},	 {FREE(0x77)},	     {END(0, 512)}};
	static const struct made kept[] = {
		SETTLE,		 FILLED(0, RW(0xa)), FILLED(1, RW(0xb)),
		{START(0, 512)}, {LOCK(L2)},	     {PMD_CLEAR(0, TABLE(0x77))},
		{INV(0, 1)},	 {UNLOCK(L2)},	     {FREE(0xb)},
		{FREE(0x77)},	 {END(0, 512)}};

	JUDGE(unbracketed, BEFORE_6_6);
	JUDGE(in_part, BEFORE_6_6);
	JUDGE(table, BEFORE_6_6);
	JUDGE(kept, BEFORE_6_6, FREED(1));
}

/* ---- T49: text that does not say task or interrupt ---- */

Test(no_irq_flags, an_interrupt_between_a_set_and_its_echo)
{
#define TEXT BEFORE_6_6, .no_irq_flags = true
	static const struct made same[] = {
		SETTLE,	    FILLED(0, RW(0xa)), {LOCK(L1)},	     {SET(0, RW(0xa), RW(0xa))},
		{WAKE(14)}, {FREE(0x98)},	{CLEAR(0, RW(0xa))}, {UNLOCK(L1)}};
	static const struct made huge[] = {SETTLE,
					   {LOCK(L2)},
					   {PMD_SET(512, HUGE(0x400), HUGE(0x400))},
					   {WAKE(14)},
					   {PMD_CLEAR(512, HUGE(0x400))},
					   {UNLOCK(L2)}};
	static const struct made real[] = {SETTLE,
					   {START(0, 1)},
					   {LOCK(L1)},
					   {SET(0, RW(0xa), RW(0xa))},
					   {CLEAR(0, RW(0xa))},
					   {WAKE(14)},
					   {CLEAR(0, RW(0xa))},
					   {UNLOCK(L1)},
					   {FREE(0xa)},
					   {END(0, 1)}};
	static const struct made other_slot[] = {
		SETTLE,	    {START(0, 2)},	 {LOCK(L1)},   {SET(0, RW(0xa), RW(0xa))},
		{WAKE(14)}, {CLEAR(1, RW(0xa))}, {UNLOCK(L1)}, {INV(1, 2)},
		{END(0, 2)}};

	JUDGE(same, TEXT);
	JUDGE(huge, TEXT);
	JUDGE(real, TEXT, FREED(1));
	JUDGE(other_slot, TEXT, ENDED(.total = 1, .discharged_deferred = 1));
	/* where the trace tells interrupts apart, nothing comes between */
	JUDGE(same, BEFORE_6_6, .counts = {[STLB_RULE_UNBRACKETED] = 1});
}

/* ---- the kinds that decide ---- */

#define WITHOUT(kind) .recorded = MADE_WITHOUT(STLB_##kind)

Test(decide, without_inv_end_nothing_is_sure_before_6_6)
{
	static const struct made trace[] = {
		{SUBSCRIBE(SUB1)},    {SUBSCRIBED(0)}, {LOCK(L1)},   {CLEAR(0, RO(0xa))},
		{SET(0, 0, RW(0xb))}, {CLEAR(0, 0)},   {UNLOCK(L1)}, {INV(4, 5)}};
	struct stlb_kinds no_ends = MADE_ALL_BUT(STLB_INV_END);
	struct stlb_kinds no_clears =
		MADE_ALL_BUT(STLB_PTE_CLEAR, STLB_PTE_CLEAR_FLUSH, STLB_ENTRY_XCHG);
	struct stlb_rule_result rules[STLB_NR_RULES];

	JUDGE(trace, BEFORE_6_6, WITHOUT(INV_END), .inconclusive = {[STLB_RULE_REPOINT] = 1});
	JUDGE(trace, SINCE_6_6, WITHOUT(INV_END), REPOINTED(1));
	stlb_rules_judgeable(&no_ends, true, rules);
	cr_expect_eq(rules[STLB_RULE_REPOINT].judged, STLB_JUDGED_NONE);
	cr_expect_eq(rules[STLB_RULE_FREE].judged, STLB_JUDGED_NONE);
	stlb_rules_judgeable(&no_ends, false, rules);
	cr_expect_eq(rules[STLB_RULE_REPOINT].judged, STLB_JUDGED_FULL);
	stlb_rules_judgeable(&no_clears, false, rules);
	cr_expect_eq(rules[STLB_RULE_REPOINT].judged, STLB_JUDGED_NONE);
	cr_expect_eq(rules[STLB_RULE_FREE].judged, STLB_JUDGED_NONE);
}

Test(decide, without_inv_start_brackets_are_not_judged)
{
	static const struct made trace[] = {{SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)}, {END(4, 5)},
					    {END(4, 5)},       {LOCK(L1)},	{CLEAR(0, RW(0xa))},
					    {UNLOCK(L1)},      {END(0, 1)}};

	JUDGE(trace, BEFORE_6_6, WITHOUT(INV_START));
	JUDGE(trace, BEFORE_6_6,
	      .counts = {[STLB_RULE_UNBRACKETED] = 1, [STLB_RULE_UNBALANCED] = 2});
}
