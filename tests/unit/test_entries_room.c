/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes of entries that no kernel makes, and more tables than there is room for. */
#include "made_entries.h"
#include "model/tree.h"

static uint64_t next_number(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

static uint64_t some_value(uint64_t *state)
{
	uint64_t pfn = 0x7000 + next_number(state) % 24;

	switch (next_number(state) % 6) {
	case 0:
		return 0;
	case 1:
		return TABLE(pfn);
	case 2:
		return HUGE(next_number(state) % 8 * 512);
	case 3:
		return NUMA(pfn);
	case 4:
		return next_number(state) << 31 ^ next_number(state);
	default:
		return RW(pfn);
	}
}

static uint64_t some_page(uint64_t *state)
{
	static const uint64_t elsewhere[] = {0, STRUCTS, UINT64_MAX & ~UINT64_C(7), DIRECT - 8};

	if (next_number(state) % 64 == 0)
		return elsewhere[next_number(state) % 4];
	return AT(0x7000 + next_number(state) % 24);
}

static struct made some_row(uint64_t *state)
{
	static const enum stlb_kind kinds[] = {
		STLB_ENTRY_SET,
		STLB_ENTRY_SET,
		STLB_ENTRY_XCHG,
		STLB_ENTRY_POPULATE,
		STLB_ENTRY_CMPXCHG,
		STLB_ENTRY_WRPROTECT,
		STLB_ENTRY_MODIFY_START,
		STLB_ENTRY_PERHAPS,
		STLB_ENTRY_MODIFY_COMMIT,
		STLB_ENTRY_SNAPSHOT,
		STLB_ROOT,
		STLB_PAGE_FREE,
		STLB_PAGE_ALLOC,
		STLB_EXIT_MMAP,
		STLB_MM_FREE,
		STLB_LOST,
		STLB_LOCK_ACQUIRED,
		STLB_LOCK_RELEASE,
		STLB_PTE_CLEAR_FLUSH,
		STLB_UNSUBSCRIBE,
		STLB_SUBSCRIBE,
	};
	uint64_t old = some_value(state), page = some_page(state), entry = next_number(state) % 512;
	uint64_t nr = next_number(state) % 4 ? 1 : next_number(state) % 600;
	uint64_t mm = next_number(state) % 2 ? MM1 : MM2, pfn = 0x7000 + next_number(state) % 24;

	return (struct made){
		.kind = next_number(state) % 4 ? kinds[next_number(state) % 9]
					       : kinds[next_number(state) % 21],
		.level = next_number(state) % STLB_NR_LEVELS,
		.fields = {F(PTEP, page + 8 * entry), F(OLD, old), F(NEW, some_value(state)),
			   F(EXPECTED, next_number(state) % 2 ? old : 0), F(NR, nr), F(MM, mm),
			   F(PAGE, STRUCTS + 64 * pfn), F(PGD, AT(pfn)), F(PFN, pfn)},
	};
}

Test(entries, writes_in_any_order_are_survived)
{
	const struct made_how how = {.recorded = MADE_WITH(STLB_ENTRY_SET, STLB_ENTRY_XCHG)};

	for (uint64_t seed = 0; seed < 20; seed++) {
		struct stlb_analysis *analysis = made_start(&how);
		struct made begin = {OF(ROOT, F(MM, MM1), F(PGD, PGDS), F(DIRECT_MAP, DIRECT))};
		struct stlb_event event;
		uint64_t state = seed;

		made_fill(&event, &begin, 1);
		stlb_analysis_event(analysis, &event);
		for (unsigned int i = 0; i < 3000; i++) {
			struct made row = some_row(&state);

			made_fill(&event, &row, 1000 * (i + 1));
			if (row.kind == STLB_PTE_CLEAR_FLUSH) {
				event.has |= STLB_BIT(ADDR);
				stlb_event_get(&event, ADDR) = MADE_BASE + (i % 1024 << 12);
			}
			cr_assert_eq(stlb_analysis_event(analysis, &event), 0);
		}
		cr_expect_not_null(stlb_analysis_finish(analysis, NULL));
		stlb_analysis_free(analysis);
	}
}

/* What is given up is reported; the tables that are linked stay. */
Test(entries, more_tables_than_there_is_room_for)
{
	static const struct made tree[] = {TREE};
	const struct made_how how = {.kernel = "6.1.0",
				     .recorded = MADE_WITH(STLB_ENTRY_SET, STLB_ENTRY_XCHG)};
	struct stlb_analysis *analysis = made_start(&how);
	const struct stlb_result *result;
	struct stlb_event event;

	for (size_t i = 0; i < sizeof(tree) / sizeof(tree[0]); i++) {
		made_fill(&event, &tree[i], i + 1);
		stlb_analysis_event(analysis, &event);
	}
	for (uint64_t i = 0; i < STLB_MAX_TABLES + 10; i++) {
		struct made row = {ESET(AT(0x10000 + i), 0, RW(0xa))};

		made_fill(&event, &row, 1000 + i);
		cr_assert_eq(stlb_analysis_event(analysis, &event), 0);
	}
	result = stlb_analysis_finish(analysis, NULL);
	cr_expect_eq(result->rules[STLB_RULE_REPOINT].judged, STLB_JUDGED_PARTIAL);
	cr_expect(strstr(result->rules[STLB_RULE_REPOINT].reason, "page tables"), "%s",
		  result->rules[STLB_RULE_REPOINT].reason);
	stlb_analysis_free(analysis);
}
