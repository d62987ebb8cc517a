/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stale-device-access: huge pages, pages of the same content, and what is not known. */
#include "made_device.h"
#include "made_reading.h"

/* ---- huge pages ---- */

Test(device_more, subpage_of_a_huge_page)
{
	static const struct made kept[] = {
		SETTLE, {PMD_SET(512, 0, HUGE(0x40000))}, {READ(517, 0x40005)}};
	static const struct made gone[] = {
		SETTLE,
		{PMD_SET(512, 0, HUGE(0x40000))},
		{START(512, 1024)},
		{LOCK(L1)},
		{PMD_CLEAR(512, HUGE(0x40000))},
		{INV(512, 1024)},
		{PMD_SET(512, 0, HUGE(0x40200))},
		{UNLOCK(L1)},
		{ONLY_END(512, 1024)},
		{READ(518, 0x40206)},
		{READ(517, 0x40005)},
		{READ(519, 0x40007)},
	};
	static const struct made split[] = {
		SETTLE,
		{PMD_SET(512, 0, HUGE(0x40000))},
		{START(512, 1024)},
		{LOCK(L1)},
		{PMD_CLEAR(512, HUGE(0x40000))},
		{SET_NR(512, RW(0x40000), 512)},
		{UNLOCK(L1)},
		{ONLY_END(512, 1024)},
		{READ(517, 0x40005)},
	};

	JUDGE(kept, BEFORE_6_6, DEVICES, STALE(0));
	/* it is one translation */
	JUDGE(gone, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(split, BEFORE_6_6, DEVICES, STALE(0));
}

/* Only the covered part of it is gone, until its deadline. */
Test(device_more, part_of_a_huge_page_invalidated)
{
	static const struct made trace[] = {
		SETTLE,
		{PMD_SET(512, 0, HUGE(0x40000))},
		{START(512, 1024)},
		{LOCK(L1)},
		{PMD_CLEAR(512, HUGE(0x40000))},
		{INV(512, 513)},
		{DEV(READ, 1, 517, 0x40005)},
		{READ(512, 0x40000)},
		{UNLOCK(L1)},
		{ONLY_END(512, 1024)},
		{DEV(READ, 1, 518, 0x40006)},
	};

	JUDGE(trace, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_STALE_ACCESS] = 2, [STLB_RULE_PARTIAL] = 1});
}

/* Of a table, what was invalidated may be used no more; the rest not before it is. */
Test(device_more, pages_below_a_table_one_by_one)
{
#define IN_PART(n, pfn)                                                                            \
	SETTLE, {PMD_SET(1024, 0, TABLE(8))}, {SET(512, 0, RO(0xa))}, {SET(517, 0, RO(0xb))},      \
		{START(512, 1024)}, {LOCK(L1)}, {COLLAPSE(512, TABLE(7))}, {INV(512, 513)},        \
		{READ(n, pfn)}, {INV(512, 1024)}, {UNLOCK(L1)},                                    \
	{                                                                                          \
		ONLY_END(512, 1024)                                                                \
	}
	static const struct made covered[] = {IN_PART(512, 0xa)};
	static const struct made not_yet[] = {IN_PART(517, 0xb)};

	JUDGE(covered, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(not_yet, BEFORE_6_6, DEVICES, STALE(0));
}

/* A table that was taken out may come back unseen, with all its entries; a huge page shows not. */
Test(device_more, table_taken_out)
{
#define OUT                                                                                        \
	SETTLE, {SET(512, 0, RO(0xa))}, {START(512, 1024)}, {LOCK(L1)}, {COLLAPSE(512, TABLE(7))}, \
	{                                                                                          \
		INV(512, 1024)                                                                     \
	}
	static const struct made perhaps_back[] = {
		OUT, {UNLOCK(L1)}, {ONLY_END(512, 1024)}, {READ(512, 0xa)}};
	static const struct made collapsed[] = {OUT,
						{UNLOCK(L1)},
						{ONLY_END(512, 1024)},
						{LOCK(L1)},
						{PMD_SET(512, 0, HUGE(0x40000))},
						{UNLOCK(L1)},
						{READ(513, 0x40001)},
						{READ(512, 0xa)}};

	static const struct made reported[] = {{PMD_SET(1024, 0, TABLE(8))},
					       OUT,
					       {UNLOCK(L1)},
					       {ONLY_END(512, 1024)},
					       {READ(512, 0xa)}};
	static const struct made seen_back[] = {OUT,
						{PMD_SET(512, 0, TABLE(7))},
						{UNLOCK(L1)},
						{ONLY_END(512, 1024)},
						{READ(512, 0xa)}};

	JUDGE(perhaps_back, BEFORE_6_6, DEVICES, .inconclusive = {[STLB_RULE_STALE_ACCESS] = 1});
	JUDGE(collapsed, BEFORE_6_6, DEVICES, STALE(1));
	/* where sets of tables are recorded, it would have been seen to come back */
	JUDGE(reported, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(seen_back, BEFORE_6_6, DEVICES, STALE(0));
}

/* 6.1 splits the huge zero page and notifies nothing: zeroes are zeroes. */
Test(device_more, huge_zero_page_split)
{
#define ZERO_SPLIT                                                                                 \
	SETTLE, {PMD_SET(512, 0, HUGERO(0x40000))}, {FILL(517, 0x40005)}, {START(512, 1024)},      \
		{LOCK(L1)},                                                                        \
	{                                                                                          \
		PMD_CLEAR(512, HUGERO(0x40000))                                                    \
	}
	struct made trace[600] = {ZERO_SPLIT};
	const struct made after[] = {{UNLOCK(L1)},
				     {ONLY_END(512, 1024)},
				     {READ(517, 0x40005)},
				     COW(517, 0x2, 0xb),
				     {READ(517, 0x40005)}};
	size_t nr = 7;

	for (unsigned int i = 0; i < 512; i++)
		trace[nr++] = (struct made){SET(512 + i, 0, ZERO(0x2))};
	for (size_t i = 0; i < sizeof(after) / sizeof(*after); i++)
		trace[nr++] = after[i];
	made_judge(__func__, __LINE__, trace, nr - 8, &(struct made_how){BEFORE_6_6, DEVICES});
	made_judge(__func__, __LINE__, trace, nr,
		   &(struct made_how){BEFORE_6_6, DEVICES, STALE(1)});
}

/* ---- the same content ---- */

Test(device_more, merged_page_until_its_invalidation)
{
#define MERGED                                                                                     \
	SETTLE, {SET(0, 0, RO(0xa))}, {FILL(0, 0xa)}, {KSM(0xa)}, {START(0, 1)}, {LOCK(L1)},       \
		{CLEAR(0, RO(0xa))}, {SET(0, 0, RO(0xb))}, {UNLOCK(L1)},                           \
	{                                                                                          \
		READ(0, 0xa)                                                                       \
	}
	static const struct made before[] = {MERGED, {END(0, 1)}};
	static const struct made after[] = {MERGED, {END(0, 1)}, {READ(0, 0xa)}};
	static const struct made late[] = {
		SETTLE,		{SET(0, 0, RO(0xa))}, {START(0, 1)},
		{LOCK(L1)},	{CLEAR(0, RO(0xa))},  {SET(0, 0, RO(0xb))},
		{READ(0, 0xa)}, {UNLOCK(L1)},	      {END(0, 1)},
		{KSM(0xa)}};
	static const struct made no_evidence[] = {
		SETTLE,		{SET(0, 0, RO(0xa))}, {START(0, 1)},
		{LOCK(L1)},	{CLEAR(0, RO(0xa))},  {SET(0, 0, RO(0xb))},
		{READ(0, 0xa)}, {UNLOCK(L1)},	      {END(0, 1)}};

	JUDGE(before, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(after, BEFORE_6_6, DEVICES, STALE(1));
	/* what clears the repoint clears what follows from it */
	JUDGE(late, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(no_evidence, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_STALE_ACCESS] = 1, [STLB_RULE_REPOINT] = 1});
}

/* ---- what is known, and of whom ---- */

Test(device_more, nothing_is_pending_without_a_subscriber)
{
	static const struct made before[] = {
		{SET(0, 0, RO(0xa))}, {CLEAR(0, RO(0xa))}, {FREE(0xa)}, {READ(0, 0xa)}};
	static const struct made after[] = {
		SETTLE, {SET(0, 0, RO(0xa))}, COW(0, 0xa, 0xb), {RELEASE}, {READ(0, 0xa)}};

	JUDGE(before, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(after, BEFORE_6_6, DEVICES, STALE(0));
}

/* The pointer comes back as another mm's: it knows nothing of the one before. */
Test(device_more, mm_used_again)
{
#define FREED_MM .kind = STLB_MM_FREE, .fields = { F(MM, MM1) }
	static const struct made trace[] = {
		SETTLE,		{SET(0, 0, RO(0xa))}, COW(0, 0xa, 0xb),
		{FILL(0, 0xb)}, {FREED_MM},	      SETTLE,
		{READ(0, 0xa)}, {USE(READ, 0, 0)},    {SET(0, 0, RO(0xa))},
		{READ(0, 0xa)}};
	static const struct made now[] = {
		SETTLE, {FREED_MM}, SETTLE, {SET(0, 0, RO(0xa))}, COW(0, 0xa, 0xb), {READ(0, 0xa)}};

	JUDGE(trace, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(now, BEFORE_6_6, DEVICES, STALE(1));
}

/* What was lost may have been the set that brought the page back. */
Test(device_more, loss_since_the_proof)
{
	static const struct made since[] = {
		SETTLE, {SET(0, 0, RO(0xa))}, COW(0, 0xa, 0xb), {LOST(HERE)}, {READ(0, 0xa)}};
	static const struct made before[] = {
		SETTLE, {SET(0, 0, RO(0xa))}, {LOST(HERE)}, COW(0, 0xa, 0xb), {READ(0, 0xa)}};
	static const struct made freed[] = {
		SETTLE,	     {SET(0, 0, RO(0xa))}, {START(0, 1)},  {CLEAR(0, RO(0xa))},
		{FREE(0xa)}, {LOST(HERE)},	   {READ(0, 0xa)}, {END(0, 1)},
	};

	JUDGE(since, BEFORE_6_6, DEVICES, .inconclusive = {[STLB_RULE_STALE_ACCESS] = 1});
	JUDGE(before, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(freed, BEFORE_6_6, DEVICES, .counts = {[STLB_RULE_FREE] = 1},
	      .inconclusive = {[STLB_RULE_STALE_ACCESS] = 1});
}

/* So may have been a set whose table is not known, or any where sets are not recorded. */
#define DEVICES_WITHOUT(kind) .recorded = MADE_LESS(MADE_WITH(STLB_DEV_READ), STLB_##kind)

Test(device_more, sets_that_are_not_known)
{
	static const struct made unplaced[] = {SETTLE,
					       {SET(0, 0, RO(0xa))},
					       COW(0, 0xa, 0xb),
					       {SET_AT(TABLE2, 0, RO(0xa))},
					       {READ(0, 0xa)}};
	static const struct made announced[] = {
		SETTLE,
		{START(0, 1)},
		{CLEARF(0, RO(0xa))},
		{INV(0, 1)},
		{OF(CHANGE_PTE, F(MM, MM1), F(ADDR, PAGE(0)), F(NEW, RW(0xb)))},
		{ONLY_END(0, 1)},
		{READ(0, 0xa)},
	};

	JUDGE(unplaced, BEFORE_6_6, DEVICES, .inconclusive = {[STLB_RULE_STALE_ACCESS] = 1});
	JUDGE(announced, BEFORE_6_6,
	      .recorded = MADE_KINDS(STLB_INV_START, STLB_INV_END, STLB_INV_RANGE,
				     STLB_PTE_CLEAR_FLUSH, STLB_CHANGE_PTE, STLB_DEV_READ),
	      .inconclusive = {[STLB_RULE_STALE_ACCESS] = 1});
	/* sets of pmds tell nothing of ptes, nor are they needed for them */
	JUDGE(announced, BEFORE_6_6, DEVICES_WITHOUT(PTE_SET),
	      .inconclusive = {[STLB_RULE_STALE_ACCESS] = 1});
	JUDGE(announced, BEFORE_6_6, DEVICES_WITHOUT(PMD_SET), STALE(1));
}

/* Without a common clock, what another CPU did may have come later. */
Test(device_more, clock_of_each_cpu)
{
	static const struct made other[] = {
		SETTLE, {SET(0, 0, RO(0xa))}, COW(0, 0xa, 0xb), {READ(0, 0xa)}};
	static const struct made same[] = {
		SETTLE,
		{SET(0, 0, RO(0xa))},
		COW(0, 0xa, 0xb),
		{OF(DEV_READ, F(DEV, 0), F(MM, MM1), F(ADDR, PAGE(0)), F(PFN, 0xa)), .tid = 400},
	};

	JUDGE(other, BEFORE_6_6, DEVICES, .clock = "local", STALE(0));
	JUDGE(same, BEFORE_6_6, DEVICES, .clock = "local", STALE(1));
}

/* An mm whose every update is newer than what the rings hold is not judged from before. */
Test(device_more, more_updates_than_are_kept)
{
	enum { MANY = 140 * 1024 };
	struct made_reading reading = READING(BEFORE_6_6, DEVICES);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {SET(0, 0, RO(0xa))}, COW(0, 0xa, 0xb), {SET(2, 0, RW(0x77))});
	for (unsigned int i = 0; i < MANY; i++)
		GIVE(&reading, {SET(1, 0, RW(0xc))});
	/* set again to the page that it has: that is known */
	GIVE(&reading, {SET(2, RW(0x77), RW(0x77))}, {READ(2, 0x77)});
	/* each page that would need one is counted once; a use of no page that is known needs none
	 */
	GIVE(&reading, {USE(READ, 1, 0)}, {READ(0, 0xa)}, {READ(0, 0xa)}, {READ(0, 0x9)});
	result = made_result(&reading);
	cr_expect_eq(result->rules[STLB_RULE_STALE_ACCESS].occurrences, 0);
	cr_expect_eq(result->dropped, 2);
	stlb_analysis_free(reading.analysis);
}

/* A table was taken out, and a part of what it maps invalidated: the rest is still held rightly. */
Test(device_more, part_of_a_table_invalidated)
{
#define TABLE_OUT_THEN(...)                                                                        \
	{PMD_SET(1024, 0, TABLE(8))}, SETTLE, {SET(512, 0, RO(0xa))}, {SET(513, 0, RO(0xb))},      \
		{START(512, 1024)}, {LOCK(L1)}, {COLLAPSE(512, TABLE(7))}, {INV(512, 513)},        \
		{UNLOCK(L1)}, __VA_ARGS__,                                                         \
	{                                                                                          \
		END(512, 1024)                                                                     \
	}
	static const struct made covered[] = {TABLE_OUT_THEN({READ(512, 0xa)})};
	static const struct made not_yet[] = {TABLE_OUT_THEN({READ(513, 0xb)})};

	JUDGE(covered, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(not_yet, BEFORE_6_6, DEVICES, STALE(0));
}
