/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes of entries by where they lie: each kind, judged as all updates are. */
#include "made_entries.h"

#define REPOINTED(n) .counts = {[STLB_RULE_REPOINT] = (n)}
#define ENDED(...)                                                                                 \
	.ended = &(struct stlb_obligations)                                                        \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

Test(entries, an_exchange_and_a_set_are_a_repoint)
{
	static const struct made wrong[] = {TREE,
					    {START(0, 1)},
					    {LOCK(L1)},
					    {ESET(PTEP1(0), 0, RW(0xa))},
					    {EXCHG(PTEP1(0), RW(0xa), 0)},
					    {ESET(PTEP1(0), 0, RW(0xb))},
					    {UNLOCK(L1)},
					    {END(0, 1)}};
	static const struct made right[] = {TREE,
					    {START(0, 1)},
					    {LOCK(L1)},
					    {ESET(PTEP1(0), 0, RW(0xa))},
					    {EXCHG(PTEP1(0), RW(0xa), 0)},
					    {INV(0, 1)},
					    {ESET(PTEP1(0), 0, RW(0xb))},
					    {UNLOCK(L1)},
					    {END(0, 1)}};
	static const struct made elsewhere[] = {TREE,
						{START(0, 2)},
						{LOCK(L1)},
						{ESET(PTEP1(0), 0, RW(0xa))},
						{EXCHG(PTEP1(0), RW(0xa), 0)},
						{INV(1, 2)},
						{ESET(PTEP1(0), 0, RW(0xb))},
						{UNLOCK(L1)},
						{END(0, 2)}};

	WRITTEN(wrong, LINKS(.links = 2), REPOINTED(1), .unplaced = 1);
	cr_expect_eq(WRITTEN(right, LINKS(.links = 2)), STLB_JUDGED_FULL);
	WRITTEN(elsewhere, LINKS(.links = 2), REPOINTED(1));
}

/* What is set over is known from the write before where the event does not tell it. */
Test(entries, the_old_value_is_the_one_last_written)
{
	static const struct made trace[] = {TREE,
					    {START(0, 1)},
					    {LOCK(L1)},
					    {ESET_UNTOLD(PTEP1(0), RW(0xa))},
					    {ESET_UNTOLD(PTEP1(0), RW(0xb))},
					    {UNLOCK(L1)},
					    {INV(0, 1)},
					    {END(0, 1)}};

	WRITTEN(trace, LINKS(0), REPOINTED(1));
}

Test(entries, batches_are_of_pages_in_a_row)
{
	static const struct made trace[] = {TREE,
					    {START(0, 4)},
					    {LOCK(L1)},
					    {ESETN(PTEP1(0), 0, RW(0xa), 3)},
					    {EXCHG(PTEP1(2), RW(0xc), 0)},
					    {EXCHG(PTEP1(1), RW(0xb), 0)},
					    {UNLOCK(L1)},
					    {INV(0, 4)},
					    {END(0, 4)}};
	static const struct made inaccessible[] = {TREE,
						   {LOCK(L1)},
						   {ESETN(PTEP1(0), 0, NUMA(0xa), 2)},
						   {EXCHG(PTEP1(1), NUMA(0xb), 0)},
						   {UNLOCK(L1)}};
	static const struct made at_the_end[] = {TREE,
						 {LOCK(L1)},
						 {ESETN(PTEP1(511), 0, RW(0xa), UINT64_MAX)},
						 {ESET(PTEP1(0), 0, RW(0xb))},
						 {UNLOCK(L1)}};

	WRITTEN(trace, LINKS(.links = 2), ENDED(.total = 2, .discharged_deferred = 2));
	WRITTEN(inaccessible, LINKS(.links = 1));
	WRITTEN(at_the_end, LINKS(0));
}

Test(entries, a_compare_and_exchange_that_failed_wrote_nothing)
{
	static const struct made failed[] = {TREE,
					     {START(0, 1)},
					     {LOCK(L1)},
					     {ESET(PTEP1(0), 0, RW(0xa))},
					     {ECAS(PTEP1(0), CLEAN(0xa), RW(0xa), RO(0xa))},
					     {EXCHG(PTEP1(0), RW(0xa), RW(0xa))},
					     {UNLOCK(L1)},
					     {END(0, 1)}};
	static const struct made done[] = {TREE,
					   {START(0, 1)},
					   {LOCK(L1)},
					   {ESET(PTEP1(0), 0, RW(0xa))},
					   {ECAS(PTEP1(0), RW(0xa), RW(0xa), RO(0xa))},
					   {EXCHG(PTEP1(0), RO(0xa), RO(0xa))},
					   {UNLOCK(L1)},
					   {END(0, 1)}};

	WRITTEN(failed, LINKS(.links = 1), ENDED(0));
	WRITTEN(done, LINKS(.links = 2), ENDED(.total = 1, .discharged_deferred = 1));
}

/* The instruction that write-protects clears flags of pages too: those lie elsewhere. */
Test(entries, a_write_protect_is_of_an_entry_only)
{
	static const struct made trace[] = {TREE,
					    {START(0, 1)},
					    {LOCK(L1)},
					    {ESET(PTEP1(0), 0, RW(0xa))},
					    {EWP(PTEP1(0), RW(0xa))},
					    {EWP(STRUCTS + 0xd80, 0x4fffffc0020014)},
					    {EWP(STRUCTS + 0xd80, 0x4fffffc008003c)},
					    {EXCHG(PTEP1(0), RW(0xa) & ~UINT64_C(2), RO(0xa))},
					    {UNLOCK(L1)},
					    {END(0, 1)}};

	WRITTEN(trace, LINKS(.links = 2), ENDED(.total = 1, .discharged_deferred = 1),
		.unplaced = 1);
}

Test(entries, what_is_modified_is_restored)
{
	static const struct made trace[] = {TREE,
					    {START(0, 1)},
					    {LOCK(L1)},
					    {ESET(PTEP1(0), 0, RO(0xa))},
					    {ESTART(PTEP1(0), RO(0xa))},
					    {ECOMMIT(PTEP1(0), RW(0xa))},
					    {UNLOCK(L1)},
					    {END(0, 1)}};

	WRITTEN(trace, LINKS(.links = 2), ENDED(.total = 1, .restored = 1));
}

Test(entries, what_may_be_set_is_not_known)
{
	static const struct made trace[] = {TREE,
					    {LOCK(L1)},
					    {ESET(PTEP1(0), 0, SWAP)},
					    {EXCHG(PTEP1(0), SWAP, 0)},
					    {EPERHAPS(PTEP1(0), 0, 2)},
					    {ESET(PTEP1(0), MIGRATION, 0)},
					    {ESET(PTEP1(1), MIGRATION, 0)},
					    {UNLOCK(L1)}};

	WRITTEN(trace, LINKS(.links = 2));
}

/* A hugetlb page is set by a function for ptes, in a table of pmds. */
Test(entries, the_table_says_how_large_a_page_is)
{
	static const struct made trace[] = {TREE,
					    {START(512, 1024)},
					    {LOCK(L1)},
					    {ESET(PMDP(1), 0, HUGE(0x200))},
					    {EXCHG(PMDP(1), HUGE(0x200), 0)},
					    {INV(512, 1024)},
					    {ESET(PMDP(1), 0, HUGE(0x400))},
					    {UNLOCK(L1)},
					    {END(512, 1024)}};

	WRITTEN(trace, LINKS(.links = 2), ENDED(.total = 1, .discharged_in_lock = 1));
}

/* An old probe tells the same update, before the write or after it: it counts once. */
Test(entries, other_events_repeat_what_is_written)
{
	static const struct made trace[] = {TREE,
					    {START(0, 1)},
					    {LOCK(L1)},
					    {ESET(PTEP1(0), 0, RW(0xa))},
					    {MAP(0, 0xa)},
					    {CLEARF(0, RW(0xa))},
					    {EXCHG(PTEP1(0), RW(0xa), 0)},
					    {INV(0, 1)},
					    {MAP(0, 0xb)},
					    {ESET(PTEP1(0), 0, RW(0xb))},
					    {SET(0, 0, RW(0xb))},
					    {UNLOCK(L1)},
					    {END(0, 1)}};

	WRITTEN(trace, LINKS(.links = 2), ENDED(.total = 1, .discharged_in_lock = 1));
}

/* They show where a table lies that the trace has not seen being linked. */
Test(entries, other_events_show_where_tables_are)
{
	static const struct made trace[] = {{ROOT_AT(MM1, PGDS)},
					    SETTLE,
					    {START(0, 1)},
					    {LOCK(L1)},
					    {OF(PTE_CLEAR_FLUSH, F(MM, MM1), F(ADDR, PAGE(0)),
						F(PTEP, PTEP1(0)), F(OLD, RW(0xa)))},
					    {EXCHG(PTEP1(0), RW(0xa), 0)},
					    {ESET(PTEP1(0), 0, RW(0xb))},
					    {UNLOCK(L1)},
					    {END(0, 1)}};

	WRITTEN(trace, LINKS(.links = 1), REPOINTED(1), .unplaced = 1);
}

Test(entries, with_sets_alone_clears_are_those_of_other_events)
{
	static const struct made trace[] = {TREE,
					    {START(0, 1)},
					    {LOCK(L1)},
					    {ESET(PTEP1(0), 0, RW(0xa))},
					    {CLEARF(0, RW(0xa))},
					    {ESET(PTEP1(0), 0, RW(0xb))},
					    {UNLOCK(L1)},
					    {END(0, 1)}};

	WRITTEN(trace, LINKS(0), REPOINTED(1), .recorded = MADE_RECORDED);
}

/* Where continuity shows that each write is recorded, a page that is freed is mapped nowhere. */
Test(entries, a_page_is_freed_while_it_is_mapped)
{
	static const struct made wrong[] = {TREE,
					    {LOCK(L1)},
					    {ESET(PTEP1(0), 0, SWAP)},
					    {ESET(PTEP1(0), SWAP, RW(0xa))},
					    {UNLOCK(L1)},
					    {FREE(0xa)}};
	static const struct made broken[] = {TREE,
					     {LOCK(L1)},
					     {ESET(PTEP1(0), 0, SWAP)},
					     {ESET(PTEP1(0), MIGRATION, RW(0xa))},
					     {UNLOCK(L1)},
					     {FREE(0xa)}};

	WRITTEN(wrong, LINKS(.links = 1), .counts = {[STLB_RULE_MAPPED] = 1});
	WRITTEN(broken, LINKS(.broken = 1));
}
