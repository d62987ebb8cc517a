/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Continuity: writes that were not recorded are noticed, and what they put in doubt. */
#include "made_entries.h"

Test(continuity, a_write_that_was_missed_breaks_a_link)
{
	static const struct made set[] = {TREE,
					  {LOCK(L1)},
					  {ESET(PTEP1(0), 0, RO(0xa))},
					  {EXCHG(PTEP1(0), RO(0xb), RO(0xb))},
					  {EXCHG(PTEP1(0), RO(0xb), RO(0xb))},
					  {UNLOCK(L1)}};
	static const struct made clear[] = {TREE,
					    {LOCK(L1)},
					    {ESET(PTEP1(0), 0, SWAP)},
					    {ESET(PTEP1(0), 0, SWAP)},
					    {UNLOCK(L1)}};
	static const struct made first[] = {TREE,
					    {LOCK(L1)},
					    {ALLOC(0x7001)},
					    {SET_PMD(PMDP(1), 0, TABLE(0x7001))},
					    {ESET(PTE_OF(TABLE2, 0), SWAP, 0)},
					    {UNLOCK(L1)}};

	cr_expect_eq(WRITTEN(set, LINKS(.links = 1, .broken = 1)), STLB_JUDGED_PARTIAL);
	cr_expect_eq(WRITTEN(clear, LINKS(.broken = 1)), STLB_JUDGED_PARTIAL);
	cr_expect_eq(WRITTEN(first, LINKS(.broken = 1)), STLB_JUDGED_PARTIAL);
}

/* What was reported while events were being switched on, one after the other, proves nothing. */
Test(continuity, begins_where_all_events_are_on)
{
#define ALL_ON OF(ROOT, F(MM, MM2), F(PGD, AT(0x7100)), F(SUB, 0), F(DIRECT_MAP, DIRECT))
	static const struct made before[] = {TREE,
					     {ALLOC(0x7001)},
					     {SET_PMD(PMDP(1), 0, TABLE(0x7001))},
					     {ALL_ON},
					     {ESET(PTE_OF(TABLE2, 0), SWAP, 0)},
					     {ESET(PTE_OF(TABLE2, 0), 0, RW(0xb))}};
	static const struct made after[] = {TREE,
					    {ALL_ON},
					    {ALLOC(0x7001)},
					    {SET_PMD(PMDP(1), 0, TABLE(0x7001))},
					    {ESET(PTE_OF(TABLE2, 0), SWAP, 0)}};

	WRITTEN(before, LINKS(.links = 1), .unplaced = 3);
	WRITTEN(after, LINKS(.broken = 1), .unplaced = 3);
}

/* Accessed, dirty, soft-dirty, and dirty of what is write-protected. */
Test(continuity, what_the_hardware_notes_breaks_none)
{
#define NOTED (UINT64_C(1) << 5 | UINT64_C(1) << 6 | UINT64_C(1) << 11 | UINT64_C(1) << 58)
	static const struct made trace[] = {TREE,
					    {START(0, 1)},
					    {LOCK(L1)},
					    {ESET(PTEP1(0), 0, RO(0xa))},
					    {EXCHG(PTEP1(0), RO(0xa) ^ NOTED, SWAP)},
					    {EXCHG(PTEP1(0), SWAP ^ (UINT64_C(1) << 11), SWAP)},
					    {UNLOCK(L1)},
					    {END(0, 1)}};

	WRITTEN(trace, LINKS(.links = 1, .broken = 1));
}

/* What was pending for the entry may have been undone unseen. */
Test(continuity, a_broken_link_puts_its_entry_in_doubt)
{
	static const struct made trace[] = {TREE,
					    {START(0, 1)},
					    {LOCK(L1)},
					    {ESET(PTEP1(0), 0, RW(0xa))},
					    {EXCHG(PTEP1(0), RW(0xa), 0)},
					    {ESET(PTEP1(0), SWAP, RW(0xb))},
					    {UNLOCK(L1)},
					    {END(0, 1)}};

	WRITTEN(trace, LINKS(.links = 1, .broken = 1), .inconclusive = {[STLB_RULE_REPOINT] = 1});
}

Test(continuity, a_table_is_empty_when_it_is_freed)
{
	static const struct made used[] = {TREE,
					   {LOCK(L1)},
					   {ESET(PTEP1(0), 0, SWAP)},
					   {ESET(PTEP1(1), 0, SWAP)},
					   {UNLOCK(L1)},
					   {SET_PMD(PMDP(0), TABLE(0x7000), 0)},
					   {INV(0, 512)},
					   {FREE(0x7000)}};
	static const struct made empty[] = {TREE,
					    {LOCK(L1)},
					    {ESET(PTEP1(0), 0, SWAP)},
					    {ESET(PTEP1(0), SWAP, 0)},
					    {UNLOCK(L1)},
					    {SET_PMD(PMDP(0), TABLE(0x7000), 0)},
					    {INV(0, 512)},
					    {FREE(0x7000)}};
	static const struct made exits[] = {
		TREE,	       {LOCK(L1)},	 {ESET(PTEP1(0), 0, SWAP)},
		{UNLOCK(L1)},  {EXIT_MMAP(MM1)}, {SET_PMD(PMDP(0), TABLE(0x7000), 0)},
		{INV(0, 512)}, {FREE(0x7000)}};

	static const struct made another[] = {TREE,
					      {LOCK(L1)},
					      {ESET(PTEP1(0), 0, SWAP)},
					      {UNLOCK(L1)},
					      {EXIT_MMAP(MM1)},
					      {ROOT(MM1, PGDS)},
					      {SET_PMD(PMDP(0), TABLE(0x7000), 0)},
					      {INV(0, 512)},
					      {FREE(0x7000)}};

	cr_expect_eq(WRITTEN(used, LINKS(.links = 1, .tables = 1)), STLB_JUDGED_PARTIAL);
	WRITTEN(another, LINKS(.links = 1, .tables = 1));
	cr_expect_eq(WRITTEN(empty, LINKS(.links = 2)), STLB_JUDGED_FULL);
	cr_expect_eq(WRITTEN(exits, LINKS(.links = 1)), STLB_JUDGED_FULL);
}

/* Without exit_mmap only the release of its subscribers shows that an mm exits. */
Test(continuity, without_exit_mmap_only_subscribed_mms_are_looked_at)
{
#define WITHOUT_EXITS .recorded = MADE_WITH(STLB_ENTRY_SET, STLB_ENTRY_XCHG)
	static const struct made subscribed[] = {TREE,
						 {ESET(PTEP1(0), 0, SWAP)},
						 {SET_PMD(PMDP(0), TABLE(0x7000), 0)},
						 {INV(0, 512)},
						 {FREE(0x7000)}};
	static const struct made released[] = {TREE,	      {ESET(PTEP1(0), 0, SWAP)},
					       {RELEASE},     {SET_PMD(PMDP(0), TABLE(0x7000), 0)},
					       {INV(0, 512)}, {FREE(0x7000)}};

	WRITTEN(subscribed, LINKS(.links = 1, .tables = 1), WITHOUT_EXITS);
	WRITTEN(released, LINKS(.links = 1), WITHOUT_EXITS);
}

/* The entry and both events are reported. */
Test(continuity, a_broken_link_is_reported)
{
	static const struct made rows[] = {
		TREE, {ESET(PTEP1(2), 0, SWAP)}, {T2, ESET(PTEP1(2), MIGRATION, 0)}};
	const struct made_how how = {.kernel = "6.1.0",
				     .recorded = MADE_WITH(STLB_ENTRY_SET, STLB_ENTRY_XCHG)};
	struct stlb_analysis *analysis = made_start(&how);
	const struct stlb_broken_link *link;
	struct stlb_event event;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		made_fill(&event, &rows[i], 1000 * (i + 1));
		stlb_analysis_event(analysis, &event);
	}
	link = stlb_analysis_finish(analysis, NULL)->continuity.first;
	cr_expect(link->placed);
	cr_expect_eq(link->mm, MM1);
	cr_expect_eq(link->addr, PAGE(2));
	cr_expect_eq(link->level, STLB_LEVEL_PTE);
	cr_expect_eq(link->ptep, PTEP1(2));
	cr_expect_eq(link->said, SWAP);
	cr_expect_eq(link->found, MIGRATION);
	cr_expect_eq(link->before.event.tid, 100);
	cr_expect_eq(link->before.event.kind, STLB_ENTRY_SET);
	cr_expect_eq(link->after.event.tid, 200);
	stlb_analysis_free(analysis);
}

/* page_table_check tells of sets and clears, but neither of write-protects nor of swap entries. */
Test(continuity, of_page_table_check)
{
#define HOOKED(n, o, w)                                                                            \
	{OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(n)), F(PTEP, PTEP1(n)), F(OLD, o), F(NEW, w))},      \
	{                                                                                          \
		CLEAR(n, o)                                                                        \
	}
#define AS_USUAL .recorded = MADE_RECORDED
	static const struct made right[] = {SETTLE,
					    {START(0, 1)},
					    {LOCK(L1)},
					    HOOKED(0, 0, RW(0xa)),
					    {CLEAR(0, RO(0xa))},
					    HOOKED(0, 0, SWAP),
					    HOOKED(0, MIGRATION, RO(0xb)),
					    {UNLOCK(L1)},
					    {INV(0, 1)},
					    {CLEAR(0, RO(0xb))},
					    {END(0, 1)}};
	static const struct made wrong[] = {
		SETTLE, {LOCK(L1)}, HOOKED(0, 0, RW(0xa)), HOOKED(0, 0, RW(0xa)), {UNLOCK(L1)}};
	static const struct made unnamed[] = {SETTLE,
					      {START(0, 1)},
					      {LOCK(L1)},
					      HOOKED(0, 0, RW(0xa)),
					      {CLEAR_AT(RW(0xa))},
					      {INV(0, 1)},
					      HOOKED(0, 0, RW(0xa)),
					      {UNLOCK(L1)},
					      {END(0, 1)}};
	static const struct made taken_out[] = {SETTLE,
						{START(0, 512)},
						{LOCK(L1)},
						HOOKED(0, 0, RW(0xa)),
						{PMD_CLEAR(0, TABLE(0x7000))},
						{INV(0, 512)},
						{CLEAR(0, RW(0xa))},
						{OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(512)),
						    F(PTEP, PTEP1(0)), F(OLD, 0), F(NEW, RW(0xb)))},
						{CLEAR(512, 0)},
						{UNLOCK(L1)},
						{END(0, 512)}};

	WRITTEN(right, LINKS(.links = 2), AS_USUAL, .counts = {[STLB_RULE_REPOINT] = 1});
	cr_expect_eq(WRITTEN(wrong, LINKS(.broken = 1), AS_USUAL), STLB_JUDGED_PARTIAL);
	WRITTEN(unnamed, LINKS(0), AS_USUAL);
	WRITTEN(taken_out, LINKS(0), AS_USUAL);
}
