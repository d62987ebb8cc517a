/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Migration entries as tracepoints tell them, and page tables that are put into empty pmds. */
#include "made_events.h"

#define REPOINT(n) .counts = {[STLB_RULE_REPOINT] = (n)}
#define NEVER(n)   .counts = {[STLB_RULE_NEVER] = (n)}
#define GONE(n)	   OF(MIGRATION_SET, F(ADDR, PAGE(n)), F(PTE, MIGRATION))
#define BACK(n, e) OF(MIGRATION_REMOVE, F(ADDR, PAGE(n)), F(PTE, e))
#define KINDS                                                                                      \
	.recorded = MADE_MORE(MADE_WITHOUT(STLB_PTE_SET), STLB_MIGRATION_SET, STLB_MIGRATION_REMOVE)
#define MIGRATED(...)                                                                              \
	SETTLE, {START(0, 1)}, {LOCK(L1)}, {CLEARF(0, RW(0xa))}, {GONE(0)}, {UNLOCK(L1)},          \
		{ONLY_END(0, 1)}, __VA_ARGS__

/* The tracepoint that resolves an entry names no mm: it is that which waits for it. */
Test(migration, resolved_where_sets_are_not_recorded)
{
	static const struct made other[] = {MIGRATED({T2, BACK(0, RW(0xb))})};
	static const struct made same[] = {MIGRATED({T2, BACK(0, RW(0xa))})};
	static const struct made elsewhere[] = {MIGRATED({T2, BACK(1, RW(0xb))})};
	static const struct made far_away[] = {MIGRATED({T2, BACK(5000, RW(0xb))})};
	static const struct made to_swap[] = {MIGRATED({T2, BACK(0, SWAP)})};
	static const struct made not_reported[] = {
		MIGRATED({T2, OF(MIGRATION_REMOVE, F(ADDR, PAGE(0)))})};
	static const struct made in_time[] = {MIGRATED({INV(0, 1)}, {T2, BACK(0, RW(0xb))})};
	static const struct stlb_obligations restored = {.total = 1, .restored = 1};
	static const struct stlb_obligations pending = {.total = 1, .pending = 1};

	JUDGE(other, BEFORE_6_6, KINDS, REPOINT(1));
	JUDGE(same, BEFORE_6_6, KINDS, .ended = &restored);
	JUDGE(elsewhere, BEFORE_6_6, KINDS, .ended = &pending);
	JUDGE(far_away, BEFORE_6_6, KINDS, .ended = &pending);
	JUDGE(to_swap, BEFORE_6_6, KINDS, .ended = &pending);
	JUDGE(not_reported, BEFORE_6_6, KINDS, .ended = &pending);
	JUDGE(in_time, BEFORE_6_6, KINDS);
	/* where they are, the set itself is judged */
	JUDGE(other, BEFORE_6_6, .ended = &pending);
}

/* An mm that has nothing pending there is not the one. */
Test(migration, resolved_in_the_mm_that_waits)
{
#define OTHERS(mm, n)                                                                              \
	{T3, STARTS(mm, n, (n) + 1, 1, 1)}, {T3, LOCK(L2)},                                        \
		{T3, OF(PTE_CLEAR_FLUSH, F(MM, mm), F(ADDR, PAGE(n)), F(OLD, RW(0xc)))},           \
	{                                                                                          \
		T3, UNLOCK(L2)                                                                     \
	}
	static const struct made zapped_there[] = {
		MIGRATED(OTHERS(MM2, 0), {T2, BACK(0, RW(0xb))}, {T3, ENDS(MM2, 0, 1, 0)})};
	static const struct made migrated_beside[] = {MIGRATED(
		OTHERS(MM2, 1), {T3, GONE(1)}, {T2, BACK(0, RW(0xb))}, {T3, ENDS(MM2, 1, 2, 0)})};

	JUDGE(zapped_there, BEFORE_6_6, KINDS, REPOINT(1));
	JUDGE(migrated_beside, BEFORE_6_6, KINDS, REPOINT(1));
}

/* What became a migration entry is the clear of the same task, at that address, in its bracket. */
Test(migration, reported_of_the_clear_just_made)
{
#define CLEARED_THEN(...)                                                                          \
	SETTLE, {START(0, 9)}, {LOCK(L1)}, {CLEARF(0, RW(0xa))}, __VA_ARGS__, {UNLOCK(L1)},        \
	{                                                                                          \
		ONLY_END(0, 9)                                                                     \
	}
	static const struct made right[] = {CLEARED_THEN({GONE(0)})};
	static const struct made beside[] = {CLEARED_THEN({GONE(1)})};
	static const struct made by_another[] = {CLEARED_THEN({T2, START(0, 9)}, {T2, GONE(0)})};
	static const struct made outside[] = {
		SETTLE,	      {START(0, 9)},	{LOCK(L1)}, {CLEARF(0, RW(0xa))},
		{UNLOCK(L1)}, {ONLY_END(0, 9)}, {GONE(0)}};
	static const struct made inner[] = {
		CLEARED_THEN({STARTS(MM2, 0, 9, 1, 1)}, {GONE(0)}, {ENDS(MM2, 0, 9, 0)})};
	static const struct made in_the_table[] = {
		CLEARED_THEN({OF(MIGRATION_SET, F(ADDR, PAGE(0) + 0x123), F(PTE, MIGRATION))})};

	static const struct made as_huge[] = {CLEARED_THEN({GONE(0), .level = STLB_LEVEL_PMD})};

	JUDGE(right, BEFORE_6_6, KINDS);
	/* what became of a huge entry is not reported one of its pages */
	JUDGE(as_huge, BEFORE_6_6, KINDS, NEVER(1));
	JUDGE(beside, BEFORE_6_6, KINDS, NEVER(1));
	JUDGE(by_another, BEFORE_6_6, KINDS, NEVER(1));
	JUDGE(outside, BEFORE_6_6, KINDS, NEVER(1));
	JUDGE(inner, BEFORE_6_6, KINDS);
	JUDGE(in_the_table, BEFORE_6_6, KINDS);
}

/* ---- tables put into empty pmds ---- */

#define VMEMMAP		UINT64_C(0xffffea0000000000)
#define STRUCT(pfn)	(VMEMMAP + 64 * (uint64_t)(pfn))
#define INSTALL(p, pfn) OF(PMD_INSTALL, F(MM, MM1), F(PTEP, (p)), F(TABLE, STRUCT(pfn)))
/* the pmd's own place is shown by a huge page beside it */
#define KNOWN                                                                                      \
	{OF(SUBSCRIBE, F(MM, MM1), F(SUB, SUB1), F(VMEMMAP, VMEMMAP))}, {SUBSCRIBED(0)}, SETTLE,   \
		{OF(PMD_SET, F(MM, MM1), F(ADDR, PAGE(512)), F(PTEP, PMDS + 8), F(OLD, 0),         \
		    F(NEW, HUGE(0x400))),                                                          \
		 .level = STLB_LEVEL_PMD},                                                         \
		{SET(0, 0, RW(0xa))}, {SET(1, 0, RW(0xb))}, {CLEAR(1, 0)}, {START(0, 512)},        \
	{                                                                                          \
		COLLAPSE(0, TABLE(0x50))                                                           \
	}

Test(install, the_same_table_restores)
{
	static const struct made again[] = {KNOWN, {INSTALL(PMDS, 0x50)}, {ONLY_END(0, 512)}};
	static const struct made another[] = {
		KNOWN, {INSTALL(PMDS, 0x51)}, {INV(0, 512)}, {ONLY_END(0, 512)}};
	static const struct made beside[] = {
		KNOWN, {INSTALL(PMDS + 16, 0x50)}, {FREE(0xa)}, {END(0, 512)}};
	static const struct made unknown[] = {
		KNOWN, {INSTALL(TABLE2, 0x50)}, {FREE(0xa)}, {END(0, 512)}};

	JUDGE(again, BEFORE_6_6);
	JUDGE(another, BEFORE_6_6, REPOINT(1));
	JUDGE(beside, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
	JUDGE(unknown, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
}

/* One that is put in anew is empty; the one that comes back holds what it held. */
Test(install, what_a_new_table_holds)
{
#define COPIED                                                                                     \
	{LOCK(L1)}, {OF(CHANGE_PTE, F(MM, MM1), F(ADDR, PAGE(0)), F(NEW, RW(0xc)))}, {UNLOCK(L1)}, \
	{                                                                                          \
		END(0, 512)                                                                        \
	}
	static const struct made again[] = {KNOWN, {INV(0, 512)}, {INSTALL(PMDS, 0x50)}, COPIED};
	static const struct made anew[] = {KNOWN, {INV(0, 512)}, {INSTALL(PMDS, 0x51)}, COPIED};
	static const struct made not_reported[] = {
		KNOWN, {INV(0, 512)}, {OF(PMD_INSTALL, F(MM, MM1), F(PTEP, PMDS))}, COPIED};
	struct stlb_kinds kinds = MADE_WITH(STLB_PMD_INSTALL);

	JUDGE(again, BEFORE_6_6, .recorded = kinds, REPOINT(1));
	JUDGE(anew, BEFORE_6_6, .recorded = kinds);
	JUDGE(not_reported, BEFORE_6_6, .recorded = kinds);
}

/* A table that was taken out outside any bracket, and put back, changed nothing. */
Test(install, reported_where_sets_of_pmds_are_not)
{
#define OUT_AND(pfn)                                                                               \
	{OF(SUBSCRIBE, F(MM, MM1), F(SUB, SUB1), F(VMEMMAP, VMEMMAP))}, {SUBSCRIBED(0)}, SETTLE,   \
		{START(512, 1024)},                                                                \
		{OF(PMD_ZAP, F(MM, MM1), F(ADDR, PAGE(512)), F(PTEP, PMDS + 8),                    \
		    F(OLD, HUGE(0x400))),                                                          \
		 .level = STLB_LEVEL_PMD},                                                         \
		{END(512, 1024)}, {SET(0, 0, RW(0xa))}, {CLEAR(0, 0)}, {LOCK(L2)},                 \
		{COLLAPSE(0, TABLE(0x50))}, {UNLOCK(L2)}, {INSTALL(PMDS, pfn)},                    \
	{                                                                                          \
		USER_MODE                                                                          \
	}
	static const struct made again[] = {OUT_AND(0x50)};
	static const struct made another[] = {OUT_AND(0x51)};
	struct stlb_kinds kinds = MADE_MORE(MADE_WITHOUT(STLB_PMD_SET), STLB_PMD_INSTALL);

	JUDGE(again, BEFORE_6_6, .recorded = kinds);
	JUDGE(another, BEFORE_6_6, .recorded = kinds,
	      .counts = {[STLB_RULE_UNBRACKETED] = 1, [STLB_RULE_REPOINT] = 1});
}

/* Whether a kernel has device entries moves the types of migration (staletlb-kernel(7), T39). */
Test(migration, its_type_where_there_are_device_entries)
{
#define TYPES(device_private)                                                                      \
	{OF(SUBSCRIBE, F(MM, MM1), F(SUB, SUB1), F(DEVICE_PRIVATE, device_private))},              \
		{SUBSCRIBED(0)}, SETTLE, {START(0, 1)}, {LOCK(L1)}, {SET(0, RW(0xa), MIGRATION)},  \
		{UNLOCK(L1)},                                                                      \
	{                                                                                          \
		ONLY_END(0, 1)                                                                     \
	}
	static const struct made without[] = {TYPES(0)};
	static const struct made with[] = {TYPES(1)};

	JUDGE(without, .kernel = "6.1.0");
	JUDGE(with, .kernel = "6.1.0", NEVER(1));
}

/* A split that gives up: the pages of the huge one are mapped again, one by one. */
Test(migration, of_a_huge_page_resolved_piece_by_piece)
{
#define FROZEN(...)                                                                                \
	SETTLE, {START(0, 512)}, {LOCK(L1)}, {PMD_CLEARS(PMD_CLEAR_FLUSH, 0, HUGE(0x200))},        \
		{GONE(0), .level = STLB_LEVEL_PMD}, {UNLOCK(L1)}, {ONLY_END(0, 512)}, __VA_ARGS__
	static const struct made same[] = {FROZEN({T2, BACK(5, RW(0x205))})};
	static const struct made other[] = {FROZEN({T2, BACK(5, RW(0x200))})};
	static const struct made whole[] = {
		FROZEN({T2, BACK(0, HUGE(0x200)), .level = STLB_LEVEL_PMD})};

	JUDGE(same, BEFORE_6_6, KINDS,
	      .ended = &(struct stlb_obligations){.total = 1, .pending = 1});
	JUDGE(other, BEFORE_6_6, KINDS, REPOINT(1));
	JUDGE(whole, BEFORE_6_6, KINDS,
	      .ended = &(struct stlb_obligations){.total = 1, .restored = 1});
}
