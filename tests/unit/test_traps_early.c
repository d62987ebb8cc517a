/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets into a table whose place is not known yet: what they are once it is. */
#include "made_events.h"

#define REPOINT(n)    .counts = {[STLB_RULE_REPOINT] = (n)}
#define PTE(table, n) F(PTEP, (table) + 8 * (uint64_t)(n))
/* without what was there before: only what is known of it tells */
#define WRITES(table, n, w)	   OF(PTE_SET, F(MM, MM1), PTE(table, n), F(NEW, w))
#define WRITES_NR(table, n, w, nr) OF(PTE_SET, F(MM, MM1), PTE(table, n), F(NEW, w), F(NR, nr))
#define WRITES_2(table, n, w)	   OF(PTE_SET, F(MM, MM2), PTE(table, n), F(NEW, w))

/* What was seen last of an entry counts where clears are seen. */
#define SEEN                                                                                       \
	SETTLE_66, {START(0x2000, 0x2001)}, {LOCK(L1)}, {CLEAR(0x2000, RW(0x77))}, {UNLOCK(L1)},   \
		{INV(0x2000, 0x2001)},                                                             \
	{                                                                                          \
		END_66(0x2000, 0x2001)                                                             \
	}

/* The table shows where it is, and one of its entries is written. */
#define THEN(...)                                                                                  \
	{START(0, 512)}, {LOCK(L1)}, {PTL_MAP(0, TABLE1, L1)}, {__VA_ARGS__}, {UNLOCK(L1)},        \
		{INV(0, 512)},                                                                     \
	{                                                                                          \
		END_66(0, 512)                                                                     \
	}

Test(early, one_set_of_several_entries)
{
#define TWO                                                                                        \
	SEEN,                                                                                      \
	{                                                                                          \
		WRITES_NR(TABLE1, 4, RW(0x100), 2)                                                 \
	}
	static const struct made first[] = {TWO, THEN(WRITES(TABLE1, 4, RW(0x100)))};
	static const struct made second[] = {TWO, THEN(WRITES(TABLE1, 5, RW(0x101)))};
	static const struct made second_other[] = {TWO, THEN(WRITES(TABLE1, 5, RW(0x102)))};
	static const struct made third[] = {TWO, THEN(WRITES(TABLE1, 6, RW(0x102)))};
	static const struct made before[] = {TWO, THEN(WRITES(TABLE1, 3, RW(0x99)))};
	static const struct made swap[] = {
		SEEN, {WRITES_NR(TABLE1, 4, SWAP, 2)}, THEN(WRITES(TABLE1, 5, RW(0x102)))};
	static const struct made last[] = {
		SEEN, {WRITES_NR(TABLE1, 510, RW(0x100), 5)}, THEN(WRITES(TABLE1, 511, RW(0x102)))};

	JUDGE(first, SINCE_6_6, REPOINT(0), .unplaced = 1);
	JUDGE(second, SINCE_6_6, REPOINT(0), .unplaced = 1);
	JUDGE(second_other, SINCE_6_6, REPOINT(1), .unplaced = 1);
	JUDGE(third, SINCE_6_6, REPOINT(0), .unplaced = 1);
	JUDGE(before, SINCE_6_6, REPOINT(0), .unplaced = 1);
	JUDGE(swap, SINCE_6_6, REPOINT(0), .unplaced = 1);
	JUDGE(last, SINCE_6_6, REPOINT(1), .unplaced = 1);
}

/* What was written last counts. */
Test(early, an_entry_written_twice)
{
	static const struct made same[] = {SEEN,
					   {WRITES(TABLE1, 4, RW(0x100))},
					   {WRITES(TABLE1, 4, RW(0x101))},
					   THEN(WRITES(TABLE1, 4, RW(0x101)))};
	static const struct made other[] = {SEEN,
					    {WRITES(TABLE1, 4, RW(0x100))},
					    {WRITES(TABLE1, 4, RW(0x101))},
					    THEN(WRITES(TABLE1, 4, RW(0x100)))};
	/* never placed: two sets of one entry are one entry that is not known */
	static const struct made unplaced[] = {SEEN,
					       {WRITES(TABLE2, 4, RW(0x100))},
					       {WRITES(TABLE2, 4, RW(0x101))},
					       {WRITES(TABLE2, 5, RW(0x102))}};

	JUDGE(same, SINCE_6_6, REPOINT(0), .unplaced = 1);
	JUDGE(other, SINCE_6_6, REPOINT(1), .unplaced = 1);
	JUDGE(unplaced, SINCE_6_6, .unplaced = 1 + 2);
}

/* A clear without a place may be of any entry that holds the page: it is not known any more. */
Test(early, a_clear_without_a_place)
{
#define THREE                                                                                      \
	SEEN, {WRITES(TABLE1, 4, RW(0x101))}, {WRITES(TABLE1, 5, RW(0x100))},                      \
	{                                                                                          \
		WRITES(TABLE1, 6, RW(0x102))                                                       \
	}
#define CLEARED(mm, pfn)                                                                           \
	{T2, LOCK(L2)}, {T2, OF(PTE_CLEAR, F(MM, mm), F(OLD, RW(pfn)))},                           \
	{                                                                                          \
		T2, UNLOCK(L2)                                                                     \
	}
	static const struct {
		uint64_t mm, pfn;
		unsigned int known; /* entries that still are, as bits */
		uint64_t unplaced;
	} clears[] = {
		{MM1, 0x101, 6, 1}, {MM1, 0x100, 5, 1}, {MM1, 0x102, 3, 1},
		{MM1, 0xff, 7, 1},  {MM1, 0x103, 7, 1}, {MM2, 0x101, 7, 0},
	};

	static const uint64_t pfns[] = {0x101, 0x100, 0x102};

	for (size_t i = 0; i < sizeof(clears) / sizeof(*clears); i++)
		for (unsigned int entry = 0; entry < 3; entry++) {
			const struct made trace[] = {
				THREE, CLEARED(clears[i].mm, clears[i].pfn),
				THEN(OF(PTE_CLEAR, F(MM, MM1), F(OLD, RW(pfns[entry]))))};
			uint64_t unknown = !(clears[i].known >> entry & 1);

			made_judge(
				__func__, (int)i, trace, sizeof(trace) / sizeof(*trace),
				&(struct made_how){SINCE_6_6,
						   .unplaced = 1 + clears[i].unplaced + unknown});
		}
}

/* Nor is it counted twice then; one that the hardware cannot walk to is not what was cleared. */
Test(early, a_clear_and_a_table_without_a_place)
{
#define NEIGHBOURS                                                                                 \
	SEEN, {WRITES(TABLE2, 4, RW(0xff))},                                                       \
	{                                                                                          \
		WRITES(TABLE2, 5, RW(0x101))                                                       \
	}
	static const struct made held[] = {
		NEIGHBOURS, {WRITES(TABLE2, 6, RW(0x100))}, CLEARED(MM1, 0x100)};
	static const struct made not_held[] = {
		NEIGHBOURS, {WRITES(TABLE2, 6, RW(0x100))}, CLEARED(MM1, 0x102)};
	static const struct made protnone[] = {
		NEIGHBOURS, {WRITES(TABLE2, 6, NUMA(0x100))}, CLEARED(MM1, 0x100)};

	JUDGE(held, SINCE_6_6, .unplaced = 1 + 1 + 2);
	JUDGE(not_held, SINCE_6_6, .unplaced = 1 + 1 + 3);
	JUDGE(protnone, SINCE_6_6, .unplaced = 1 + 1 + 3);
}

/* A page that is the table of another mm now was freed in between, with what was written. */
Test(early, a_table_that_is_another_mms)
{
#define SUBSCRIBED_2                                                                               \
	{STARTS(MM2, 0, 1, 1, 1)},                                                                 \
	{                                                                                          \
		OF(INV_END, F(MM, MM2), F(START, PAGE(0)), F(END, PAGE(1)))                        \
	}
	static const struct made taken[] = {SEEN,
					    SUBSCRIBED_2,
					    {WRITES_2(TABLE1, 4, RW(0x100))},
					    {WRITES(TABLE1, 5, RW(0x200))},
					    THEN(WRITES(TABLE1, 4, RW(0x101)))};
	static const struct made still[] = {SEEN,
					    SUBSCRIBED_2,
					    {WRITES_2(TABLE1, 4, RW(0x100))},
					    {WRITES(TABLE1, 5, RW(0x200))},
					    THEN(WRITES(TABLE1, 5, RW(0x101)))};
	static const struct made placed[] = {SEEN,
					     SUBSCRIBED_2,
					     {WRITES_2(TABLE1, 4, RW(0x100))},
					     THEN(WRITES(TABLE1, 4, RW(0x101)))};
	static const struct made nobodys[] = {
		SEEN, {WRITES_2(TABLE1, 4, RW(0x100))}, THEN(WRITES(TABLE1, 4, RW(0x101)))};

	JUDGE(taken, SINCE_6_6, REPOINT(0), .unplaced = 1 + 1);
	JUDGE(still, SINCE_6_6, REPOINT(1), .unplaced = 1 + 1);
	JUDGE(placed, SINCE_6_6, REPOINT(0), .unplaced = 1 + 1);
	JUDGE(nobodys, SINCE_6_6, REPOINT(0), .unplaced = 1);
}

/* An mm ends with all that was written into its tables, and nothing of another one's. */
Test(early, tables_of_an_mm_that_is_gone)
{
#define OF_BOTH                                                                                    \
	SEEN, SUBSCRIBED_2, {WRITES_2(TABLE2, 4, RW(0x100))}, {WRITES(TABLE1, 4, RW(0x200))},      \
	{                                                                                          \
		WRITES_2(TABLE2 + 0x1000, 4, RW(0x300))                                            \
	}
#define GOES(mm) OF(MM_FREE, F(MM, mm))
	static const struct made other[] = {
		OF_BOTH, {GOES(MM2)}, THEN(WRITES(TABLE1, 4, RW(0x201)))};
	static const struct made own[] = {
		OF_BOTH, {GOES(MM1)}, SEEN, THEN(WRITES(TABLE1, 4, RW(0x201)))};

	JUDGE(other, SINCE_6_6, REPOINT(1));
	JUDGE(own, SINCE_6_6, REPOINT(0));
}

/* A table of pmds is no table of ptes, and what has no table at all none either: each is counted.
 */
Test(early, entries_of_no_table_of_ptes)
{
#define WRITES_PMD(n, w) OF(PMD_SET, F(MM, MM1), PTE(PMDS, n), F(NEW, w)), .level = STLB_LEVEL_PMD
	static const struct made pmds[] = {
		SEEN, {WRITES_PMD(4, TABLE(0x7))}, {WRITES_PMD(4, TABLE(0x8))}};
	static const struct made ptes[] = {
		SEEN, {WRITES(TABLE2, 4, RW(0x7))}, {WRITES(TABLE2, 4, RW(0x8))}};

	static const struct made nowhere[] = {SEEN,
					      {OF(PTE_SET, F(MM, MM1), F(NEW, RW(0x7)))},
					      {OF(PTE_SET, F(MM, MM1), F(NEW, RW(0x8)))}};

	JUDGE(nowhere, SINCE_6_6, .unplaced = 1 + 2);
	JUDGE(pmds, SINCE_6_6, .unplaced = 1 + 2);
	JUDGE(ptes, SINCE_6_6, .unplaced = 1 + 1);
}

/* Where nothing is known of the place of a huge entry, it is of no table of ptes. */
Test(early, entries_that_are_huge)
{
	static const struct made huge[] = {
		SEEN, {WRITES(TABLE1, 4, HUGE(0x200))}, THEN(WRITES(TABLE1, 4, RW(0x201)))};
	static const struct made small[] = {
		SEEN, {WRITES(TABLE1, 4, RW(0x200))}, THEN(WRITES(TABLE1, 4, RW(0x201)))};

	JUDGE(huge, SINCE_6_6, REPOINT(0));
	JUDGE(small, SINCE_6_6, REPOINT(1));
}
