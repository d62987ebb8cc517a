/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tree of tables: how tables are linked, moved, filled, taken out and freed. */
#include "made_entries.h"

#define REPOINTED(n) .counts = {[STLB_RULE_REPOINT] = (n)}
#define ENDED(...)                                                                                 \
	.ended = &(struct stlb_obligations)                                                        \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

/* A direct map that begins somewhere: a table is linked, and written to. */
Test(entries, the_direct_map_is_found)
{
#define FAR	   UINT64_C(0xffff9d0340000000)
#define FAR_AT(va) ((va)-DIRECT + FAR)
	static const struct made trace[] = {{ALLOC(0x7004)},
					    {SET_P4D(FAR_AT(TOP(0)), 0, TABLE(0x7003))},
					    {SET_PUD(FAR_AT(PUDP(0)), 0, TABLE(0x7002))},
					    {ROOT(MM1, FAR_AT(PGDS))},
					    {SET_PMD(FAR_AT(PMDP(0)), 0, TABLE(0x7000))},
					    SETTLE,
					    {START(0, 1)},
					    {LOCK(L1)},
					    {ESET(FAR_AT(PTEP1(0)), 0, RW(0xa))},
					    {EXCHG(FAR_AT(PTEP1(0)), RW(0xa), 0)},
					    {ESET(FAR_AT(PTEP1(0)), 0, RW(0xb))},
					    {UNLOCK(L1)},
					    {END(0, 1)}};

	WRITTEN(trace, LINKS(.links = 2), REPOINTED(1), .unplaced = 1);
}

Test(entries, five_levels)
{
	static const struct made trace[] = {{ALLOC(0x7005)},
					    {ROOT_AT(MM1, AT(0x7005))},
					    {SET_PGD(AT(0x7005), 0, TABLE(0x7004))},
					    {SET_P4D(TOP(0), 0, TABLE(0x7003))},
					    {SET_PUD(PUDP(0), 0, TABLE(0x7002))},
					    {SET_PMD(PMDP(0), 0, TABLE(0x7000))},
					    SETTLE,
					    {START(0, 1)},
					    {LOCK(L1)},
					    {EXCHG(PTEP1(0), RW(0xa), 0)},
					    {ESET(PTEP1(0), 0, RW(0xb))},
					    {UNLOCK(L1)},
					    {END(0, 1)}};

	WRITTEN(trace, LINKS(.links = 1), REPOINTED(1), .unplaced = 1);
}

/* The split of a huge page fills a table before it is linked. */
Test(entries, what_is_written_before_the_link_is_known)
{
	static const struct made trace[] = {TREE,
					    {START(512, 1024)},
					    {LOCK(L1)},
					    {ESET(PTE_OF(TABLE2, 3), 0, RW(0xa))},
					    {POPULATE(PMDP(1), 0, 0x7001)},
					    {ESET_UNTOLD(PTE_OF(TABLE2, 3), RW(0xb))},
					    {UNLOCK(L1)},
					    {INV(512, 1024)},
					    {END(512, 1024)}};
	static const struct made never[] = {TREE,
					    {LOCK(L1)},
					    {ALLOC(0x7001)},
					    {ESET(PTE_OF(TABLE2, 3), 0, RW(0xa))},
					    {EXCHG(PTE_OF(TABLE2, 3), RW(0xa), 0)},
					    {UNLOCK(L1)},
					    {FREE(0x7001)}};

	WRITTEN(trace, LINKS(0), REPOINTED(1), .unplaced = 1);
	WRITTEN(never, LINKS(.links = 1), ENDED(0), .unplaced = 1);
}

/* All 512 entries are those of the huge page: nothing has changed. */
Test(entries, a_huge_page_is_split)
{
	static const struct made trace[] = {TREE,
					    {START(512, 1024)},
					    {LOCK(L1)},
					    {ESET(PMDP(1), 0, HUGE(0x200))},
					    {EXCHG(PMDP(1), HUGE(0x200), 0)},
					    {ESETN(PTE_OF(TABLE2, 0), 0, RW(0x200), 512)},
					    {POPULATE(PMDP(1), 0, 0x7001)},
					    {UNLOCK(L1)},
					    {ONLY_END(512, 1024)}};

	WRITTEN(trace, LINKS(.links = 2), ENDED(.total = 1, .restored = 1));
}

/* mremap() links the table elsewhere: what is cleared then lies there. */
Test(entries, a_table_moves)
{
	static const struct made trace[] = {TREE,
					    {START(0, 1536)},
					    {LOCK(L1)},
					    {ESET(PTEP1(3), 0, RW(0xa))},
					    {SET_PMD(PMDP(0), TABLE(0x7000), 0)},
					    {SET_PMD(PMDP(2), 0, TABLE(0x7000))},
					    {UNLOCK(L1)},
					    {INV(0, 512)},
					    {LOCK(L1)},
					    {EXCHG(PTEP1(3), RW(0xa), 0)},
					    {INV(0, 1024)},
					    {ESET(PTEP1(3), 0, RW(0xb))},
					    {UNLOCK(L1)},
					    {END(0, 1536)}};

	WRITTEN(trace, LINKS(.links = 3), REPOINTED(1), .unplaced = 1);
}

/* It moves tables of pmds too, and all that is below them. */
Test(entries, a_table_of_pmds_moves)
{
	static const struct made trace[] = {TREE,
					    {START(0, 0x80000)},
					    {LOCK(L1)},
					    {ESET(PTEP1(3), 0, RW(0xa))},
					    {SET_PUD(PUDP(0), TABLE(0x7002), 0)},
					    {SET_PUD(PUDP(1), 0, TABLE(0x7002))},
					    {INV(0, 512)},
					    {ESET_UNTOLD(PTEP1(3), RW(0xb))},
					    {UNLOCK(L1)},
					    {INV(0, 0x80000)},
					    {END(0, 0x80000)}};

	WRITTEN(trace, LINKS(.links = 1), REPOINTED(1), .unplaced = 1);
}

/* What was below it in its old place is pending there, and in the new one from then on. */
Test(entries, what_is_below_a_table_of_pmds_moves_along)
{
#define MOVED                                                                                      \
	TREE, {START(0, 0x80000)}, {LOCK(L1)}, {ESET(PTEP1(3), 0, RW(0xa))},                       \
	{                                                                                          \
		SET_PUD(PUDP(0), TABLE(0x7002), 0)                                                 \
	}
	static const struct made old_place[] = {
		MOVED, {FREE(0xa)}, {UNLOCK(L1)}, {INV(0, 0x80000)}, {END(0, 0x80000)}};
	static const struct made new_place[] = {MOVED,
						{SET_PUD(PUDP(1), 0, TABLE(0x7002))},
						{INV(0, 512)},
						{SET_PMD(PMDP(0), TABLE(0x7000), 0)},
						{FREE(0xa)},
						{UNLOCK(L1)},
						{INV(0, 0x80000)},
						{END(0, 0x80000)}};
	static const struct made right[] = {MOVED,
					    {SET_PUD(PUDP(1), 0, TABLE(0x7002))},
					    {INV(0, 512)},
					    {SET_PMD(PMDP(0), TABLE(0x7000), 0)},
					    {INV(0x40000, 0x40200)},
					    {FREE(0xa)},
					    {UNLOCK(L1)},
					    {END(0, 0x80000)}};

	WRITTEN(old_place, LINKS(.links = 1), .counts = {[STLB_RULE_FREE] = 1});
	WRITTEN(new_place, LINKS(.links = 2), .counts = {[STLB_RULE_FREE] = 1});
	WRITTEN(right, LINKS(.links = 2));
}

/* A collapse to less than 2 MiB puts the table back: what says the same as before needs no
 * invalidation. */
Test(entries, a_table_comes_back)
{
	static const struct made same[] = {TREE,
					   {START(0, 512)},
					   {LOCK(L1)},
					   {ESET(PTEP1(3), 0, RW(0xa))},
					   {ESET(PTEP1(4), 0, RW(0xb))},
					   {EXCHG(PMDP(0), TABLE(0x7000), 0)},
					   {EXCHG(PTEP1(3), RW(0xa), 0)},
					   {ESET(PTEP1(3), 0, RW(0xa))},
					   {POPULATE(PMDP(0), 0, 0x7000)},
					   {UNLOCK(L1)},
					   {END(0, 512)}};
	static const struct made other[] = {TREE,
					    {START(0, 512)},
					    {LOCK(L1)},
					    {ESET(PTEP1(3), 0, RW(0xa))},
					    {EXCHG(PMDP(0), TABLE(0x7000), 0)},
					    {EXCHG(PTEP1(3), RW(0xa), 0)},
					    {ESET(PTEP1(3), 0, RW(0xc))},
					    {POPULATE(PMDP(0), 0, 0x7000)},
					    {UNLOCK(L1)},
					    {INV(0, 512)},
					    {END(0, 512)}};

	static const struct made later[] = {TREE,
					    {START(0, 512)},
					    {LOCK(L1)},
					    {ESET(PTEP1(3), 0, RW(0xa))},
					    {EXCHG(PMDP(0), TABLE(0x7000), 0)},
					    {EXCHG(PTEP1(3), RW(0xa), 0)},
					    {UNLOCK(L1)},
					    {LOCK(L2)},
					    {POPULATE(PMDP(0), 0, 0x7000)},
					    {ESET(PTEP1(3), 0, RW(0xc))},
					    {UNLOCK(L2)},
					    {INV(0, 512)},
					    {END(0, 512)}};

	WRITTEN(same, LINKS(.links = 4), ENDED(.total = 1, .restored = 1));
	WRITTEN(later, LINKS(.links = 4), REPOINTED(1));
	WRITTEN(other, LINKS(.links = 4), REPOINTED(1));
}

/* Of an mm that is older than the trace a table may be anywhere. */
Test(entries, unknown_tables)
{
	static const struct made older[] = {{ROOT_AT(MM1, PGDS)},
					    SETTLE,
					    {LOCK(L1)},
					    {EXCHG(PTEP1(0), RW(0xa), 0)},
					    {UNLOCK(L1)}};
	static const struct made newer[] = {
		TREE, {LOCK(L1)}, {EXCHG(PTE_OF(TABLE2, 0), RW(0xa), 0)}, {UNLOCK(L1)}};
	static const struct made shown[] = {{ROOT_AT(MM1, PGDS)},
					    SETTLE,
					    {SNAPSHOT(TOP(0), TABLE(0x7003), P4D)},
					    {SNAPSHOT(PUDP(0), TABLE(0x7002), PUD)},
					    {SNAPSHOT(PMDP(0), TABLE(0x7000), PMD)},
					    {SNAPSHOT(PTEP1(0), RW(0xa), PTE)},
					    {START(0, 1)},
					    {LOCK(L1)},
					    {EXCHG(PTEP1(0), RW(0xa), 0)},
					    {SNAPSHOT(PTEP1(0), RW(0xa), PTE)},
					    {ESET(PTEP1(0), 0, RW(0xb))},
					    {UNLOCK(L1)},
					    {END(0, 1)}};

	WRITTEN(older, LINKS(0), .unplaced = 2);
	WRITTEN(newer, LINKS(0), .unplaced = 1);
	WRITTEN(shown, LINKS(.links = 2), REPOINTED(1), .unplaced = 1);
}

/* All tables of an mm were reported that had a subscriber before: no other table is one of its. */
Test(entries, tables_reported_at_the_beginning)
{
#define REPORTED                                                                                   \
	{ROOT_AT(MM1, PGDS)}, {SNAPSHOT(TOP(0), TABLE(0x7003), P4D)},                              \
		{SNAPSHOT(PUDP(0), TABLE(0x7002), PUD)},                                           \
	{                                                                                          \
		SNAPSHOT(PMDP(0), TABLE(0x7000), PMD)                                              \
	}
	static const struct made subscribed[] = {REPORTED,
						 {ROOT_REPORTED(MM1, PGDS)},
						 {LOCK(L1)},
						 {EXCHG(PTEP1(0), RW(0xa), 0)},
						 {ESET(PTEP1(0), 0, RW(0xb))},
						 {UNLOCK(L1)}};
	static const struct made all[] = {{ROOT_AT(MM1, PGDS)},
					  SETTLE,
					  {EXCHG(PTE_OF(TABLE2, 0), RW(0xa), 0)},
					  REPORTED,
					  {ROOT_REPORTED(MM1, PGDS)},
					  {EXCHG(PTE_OF(TABLE2, 1), RW(0xa), 0)}};
	static const struct made some[] = {{ROOT_AT(MM1, PGDS)},
					   SETTLE,
					   {EXCHG(PTE_OF(TABLE2, 0), RW(0xa), 0)},
					   REPORTED,
					   {EXCHG(PTE_OF(TABLE2, 1), RW(0xa), 0)}};

	WRITTEN(subscribed, LINKS(.links = 1), REPOINTED(1), .unplaced = 1);
	WRITTEN(all, LINKS(0), .unplaced = 1);
	WRITTEN(some, LINKS(0), .unplaced = 3);
}

/* What was a table is one no more once its page is freed, or events are lost. */
Test(entries, tables_are_forgotten)
{
	static const struct made freed[] = {TREE,
					    {START(0, 512)},
					    {LOCK(L1)},
					    {ESET(PTEP1(0), 0, RW(0xa))},
					    {EXCHG(PTEP1(0), RW(0xa), 0)},
					    {INV(0, 1)},
					    {UNLOCK(L1)},
					    {SET_PMD(PMDP(0), TABLE(0x7000), 0)},
					    {END(0, 512)},
					    {FREE(0x7000)},
					    {ESET(PTEP1(0), MIGRATION, RW(0xb))}};
	static const struct made lost[] = {
		TREE,	      {LOCK(L1)},   {ESET(PTEP1(0), 0, RW(0xa))},
		{UNLOCK(L1)}, {LOST(HERE)}, {EXCHG(PTEP1(0), RW(0xc), 0)}};

	WRITTEN(freed, LINKS(.links = 2));
	WRITTEN(lost, LINKS(0), .unplaced = 2);
}
