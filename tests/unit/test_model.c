/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model: regions and tables, mms. */
#include "made_model.h"

/* ---- regions ---- */

Test(region, entries_are_of_their_mm_and_address)
{
	struct tables t;

	tables_init(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	set_page(&t, t.mm, PAGE(511), 0xb);
	set_page(&t, t.mm, PAGE(512), 0xc);
	set_page(&t, t.other, PAGE(0), 0xd);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(0)), 0xa);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(1)), 0);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(511)), 0xb);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(512)), 0xc);
	cr_expect_eq(pfn_at(&t, t.other, PAGE(0)), 0xd);
	cr_expect_eq(pfn_at(&t, t.other, PAGE(512)), 0);
	tables_free(&t);
}

Test(region, present_entries)
{
	struct stlb_region *region;
	unsigned int unknown;
	struct tables t;

	tables_init(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	set_page(&t, t.mm, PAGE(1), 0xb);
	region = stlb_region_find(&t.regions, t.mm, PAGE(0));
	cr_assert_eq(stlb_region_set(&t.regions, region, STLB_LEVEL_PTE, PAGE(2), stlb_entry_none(),
				     NULL),
		     0);
	cr_expect_eq(stlb_region_present(region, &unknown), 2);
	cr_expect_eq(unknown, 509);
	stlb_region_forget_ptes(&t.regions, region);
	cr_expect_eq(stlb_region_present(region, &unknown), 0);
	cr_expect_eq(unknown, 512);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(0)), 0);
	cr_expect_eq(stlb_region_present(NULL, &unknown), 0);
	cr_expect_eq(unknown, 512, "of a region that was never seen");
	tables_free(&t);
}

Test(region, pmd_and_ptes_are_apart)
{
	struct stlb_region *region;
	struct tables t;

	tables_init(&t);
	set_page(&t, t.mm, PAGE(3), 0xa);
	region = stlb_region_find(&t.regions, t.mm, PAGE(3));
	cr_expect_not(stlb_region_entry(region, STLB_LEVEL_PMD, PAGE(3)).known);
	cr_assert_eq(
		stlb_region_set(&t.regions, region, STLB_LEVEL_PMD, PAGE(0), page(0x200), NULL), 0);
	cr_expect_eq(stlb_region_entry(region, STLB_LEVEL_PMD, PAGE(3)).pfn, 0x200);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(3)), 0xa);
	cr_expect_not(stlb_region_entry(NULL, STLB_LEVEL_PTE, PAGE(3)).known);
	cr_expect_not(stlb_region_entry(NULL, STLB_LEVEL_PMD, PAGE(3)).known);
	tables_free(&t);
}

Test(region, dropped)
{
	struct stlb_region *region;
	struct tables t;

	tables_init(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	region = stlb_region_find(&t.regions, t.mm, PAGE(0));
	stlb_region_drop(&t.regions, region);
	cr_expect_null(stlb_region_find(&t.regions, t.mm, PAGE(0)));
	tables_free(&t);
}

/* ---- tables ---- */

Test(table, places_entries)
{
	enum stlb_level level;
	struct tables t;
	uint64_t addr;

	tables_init(&t);
	cr_expect_not(stlb_table_place(&t.regions, t.mm, TABLE1, &level, &addr));
	stlb_table_learn(&t.regions, t.mm, STLB_LEVEL_PTE, TABLE1 + 8 * 5, PAGE(5));
	cr_assert(stlb_table_place(&t.regions, t.mm, TABLE1 + 8 * 511, &level, &addr));
	cr_expect_eq(level, STLB_LEVEL_PTE);
	cr_expect_eq(addr, PAGE(511));
	cr_expect_not(stlb_table_place(&t.regions, t.other, TABLE1, &level, &addr));
	cr_expect_not(stlb_table_place(&t.regions, t.mm, TABLE1 + 4096, &level, &addr));
	stlb_table_forget(&t.regions, TABLE1);
	cr_expect_not(stlb_table_place(&t.regions, t.mm, TABLE1, &level, &addr));
	tables_free(&t);
}

Test(table, of_pmds)
{
	enum stlb_level level;
	struct tables t;
	uint64_t addr;

	tables_init(&t);
	stlb_table_learn(&t.regions, t.mm, STLB_LEVEL_PMD, TABLE1 + 8, PAGE(512));
	cr_assert(stlb_table_place(&t.regions, t.mm, TABLE1 + 8 * 3, &level, &addr));
	cr_expect_eq(level, STLB_LEVEL_PMD);
	cr_expect_eq(addr, PAGE(512 * 3));
	tables_free(&t);
}

Test(table, moved_within_an_mm)
{
	struct tables t;

	tables_init(&t);
	stlb_table_learn(&t.regions, t.mm, STLB_LEVEL_PTE, TABLE1, PAGE(0));
	set_page(&t, t.mm, PAGE(7), 0xa);
	stlb_table_learn(&t.regions, t.mm, STLB_LEVEL_PTE, TABLE1 + 8, PAGE(513));
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(7)), 0);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(519)), 0xa);
	tables_free(&t);
}

Test(table, taken_by_another_mm)
{
	enum stlb_level level;
	struct tables t;
	uint64_t addr;

	tables_init(&t);
	stlb_table_learn(&t.regions, t.mm, STLB_LEVEL_PTE, TABLE1, PAGE(0));
	set_page(&t, t.mm, PAGE(7), 0xa);
	stlb_table_learn(&t.regions, t.other, STLB_LEVEL_PTE, TABLE1, PAGE(0));
	cr_expect_not(stlb_table_place(&t.regions, t.mm, TABLE1, &level, &addr));
	cr_expect(stlb_table_place(&t.regions, t.other, TABLE1, &level, &addr));
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(7)), 0);
	cr_expect_eq(pfn_at(&t, t.other, PAGE(7)), 0);
	tables_free(&t);
}

/* ---- mms ---- */

Test(mm, subscriptions_are_counted)
{
	struct stlb_mms mms = {0};
	struct stlb_mm *mm;

	cr_expect_null(stlb_mm_find(&mms, MM1));
	mm = stlb_mm_get(&mms, MM1);
	cr_assert_not_null(mm);
	cr_expect_eq(stlb_mm_get(&mms, MM1), mm);
	cr_expect_not(stlb_mm_is_subscribed(mm));
	stlb_mm_subscribe(&mms, mm);
	stlb_mm_subscribe(&mms, mm);
	cr_expect(stlb_mm_is_subscribed(mm));
	cr_expect_eq(mms.subscribed, 1);
	stlb_mm_unsubscribe(&mms, mm);
	cr_expect_not(stlb_mm_is_subscribed(mm));
	cr_expect_eq(mms.subscribed, 0);
	stlb_mm_unsubscribe(&mms, mm);
	cr_expect_eq(mms.subscribed, 0, "once is enough");
	stlb_mm_subscribe(&mms, mm);
	cr_expect_eq(mms.ever, 1);
	stlb_mm_subscribe(&mms, stlb_mm_get(&mms, MM2));
	cr_expect_eq(mms.ever, 2);
	cr_expect_eq(mms.subscribed, 2);
	stlb_mms_free(&mms);
}

Test(mm, a_new_one_has_nothing)
{
	struct stlb_mms mms = {0};
	struct stlb_mm *mm = stlb_mm_get(&mms, MM1);

	cr_assert_not_null(mm);
	cr_expect_eq(mm->id, MM1);
	cr_expect_eq(mm->subscription, STLB_SUBSCRIPTION_UNSEEN);
	cr_expect(stlb_list_empty(&mm->regions));
	cr_expect(stlb_list_empty(&mm->obligations));
	cr_expect(stlb_list_empty(&mm->pud_level));
	stlb_mms_free(&mms);
}

/* A release is final for its pointer: nothing of the old subscription is left for another. */
Test(mm, whose_last_subscription_goes)
{
	struct stlb_mms mms = {0};
	struct stlb_mm *mm = stlb_mm_get(&mms, MM1);

	cr_assert_not_null(mm);
	stlb_mm_subscribe(&mms, mm);
	mm->subscribers = mm->nr_callbacks = 3;
	mm->since_before = true;
	stlb_mm_unsubscribe(&mms, mm);
	cr_expect_eq(mm->subscription, STLB_SUBSCRIPTION_OVER);
	cr_expect_eq(mm->subscribers, 0);
	cr_expect_eq(mm->nr_callbacks, 0);
	cr_expect_not(mm->since_before);
	stlb_mms_free(&mms);
}
