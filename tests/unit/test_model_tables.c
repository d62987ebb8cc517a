/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables of the model that move, go and come back, and what a loss leaves of them. */
#include "made_model.h"

/* ---- a table that is taken out ---- */

Test(away, what_its_entries_say_comes_back_with_it)
{
	struct stlb_region *region;
	struct tables t;

	tables_init(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	set_page(&t, t.mm, PAGE(511), 0xb);
	region = stlb_region_find(&t.regions, t.mm, PAGE(0));
	stlb_region_take_out(&t.regions, region, 0x77);
	cr_expect(region->out);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(0)), 0, "nobody can walk to it");
	cr_expect_eq(stlb_region_put_back(&t.regions, region, 0x77), 1);
	cr_expect_not(region->out);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(0)), 0xa);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(511)), 0xb);
	cr_expect_not(entry_at(&t, t.mm, STLB_LEVEL_PTE, PAGE(5)).known);
	cr_expect_eq(stlb_region_put_back(&t.regions, region, 0x77), 0, "it is no longer out");
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(0)), 0xa);
	tables_free(&t);
}

Test(away, another_table_says_something_else)
{
	struct stlb_region *region;
	struct tables t;

	tables_init(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	region = stlb_region_find(&t.regions, t.mm, PAGE(0));
	stlb_region_take_out(&t.regions, region, 0x77);
	cr_expect_eq(stlb_region_put_back(&t.regions, region, 0x78), 0);
	cr_expect_not(region->out);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(0)), 0);
	tables_free(&t);
}

Test(away, the_latest_one_is_what_comes_back)
{
	struct stlb_region *region;
	struct tables t;

	tables_init(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	region = stlb_region_find(&t.regions, t.mm, PAGE(0));
	stlb_region_take_out(&t.regions, region, 0x77);
	set_page(&t, t.mm, PAGE(0), 0xb);
	stlb_region_take_out(&t.regions, region, 0x78);
	cr_expect_eq(stlb_region_put_back(&t.regions, region, 0x77), 0);
	stlb_region_take_out(&t.regions, region, 0x79);
	cr_expect_eq(stlb_region_put_back(&t.regions, region, 0x79), 0, "nothing was known of it");
	tables_free(&t);
}

/* What the one that took it out changes in it shows when it is back, whatever was known of it. */
Test(away, entries_are_changed_meanwhile)
{
	struct stlb_region *region;
	struct tables t;

	tables_init(&t);
	region = region_at(&t, t.mm, PAGE(0));
	stlb_region_take_out(&t.regions, region, 0x77);
	cr_assert_eq(stlb_region_set_away(&t.regions, region, PAGE(3), page(0xc)), 0);
	cr_assert_eq(stlb_region_set_away(&t.regions, region, PAGE(4), page(0xd)), 0);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(3)), 0, "not before it is back");
	cr_expect_eq(stlb_region_put_back(&t.regions, region, 0x77), 1);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(3)), 0xc);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(4)), 0xd);
	cr_expect_not(entry_at(&t, t.mm, STLB_LEVEL_PTE, PAGE(5)).known);
	tables_free(&t);
}

/* The last word on each entry counts, whoever had it. */
Test(away, what_others_do_meanwhile_counts_where_it_is_later)
{
	struct stlb_region *region;
	struct tables t;

	tables_init(&t);
	for (unsigned int i = 0; i < 3; i++)
		set_page(&t, t.mm, PAGE(i), 0xa + i);
	set_page(&t, t.mm, PAGE(511), 0xf);
	region = stlb_region_find(&t.regions, t.mm, PAGE(0));
	stlb_region_take_out(&t.regions, region, 0x77);
	for (unsigned int i = 0; i < 2; i++)
		set_page(&t, t.mm, PAGE(i), 0x20 + i);
	set_page(&t, t.mm, PAGE(511), 0x2f);
	cr_assert_eq(stlb_region_set_away(&t.regions, region, PAGE(1), page(0x31)), 0);
	cr_expect_eq(stlb_region_put_back(&t.regions, region, 0x77), 1);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(0)), 0x20, "others' is later");
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(1)), 0x31, "others' is older");
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(2)), 0xc);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(511)), 0x2f);
	tables_free(&t);
}

Test(away, it_goes_with_its_region)
{
	struct stlb_region *region;
	struct tables t;

	tables_init(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	region = stlb_region_find(&t.regions, t.mm, PAGE(0));
	stlb_region_take_out(&t.regions, region, 0x77);
	stlb_region_drop(&t.regions, region);
	region = region_at(&t, t.mm, PAGE(0));
	cr_expect_eq(stlb_region_put_back(&t.regions, region, 0x77), 0);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(0)), 0);
	tables_free(&t);
}

Test(away, a_loss_ends_what_is_known_of_it)
{
	struct stlb_region *region;
	struct tables t;

	tables_init(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	stlb_region_take_out(&t.regions, stlb_region_find(&t.regions, t.mm, PAGE(0)), 0x77);
	stlb_regions_forget(&t.regions);
	region = stlb_region_find(&t.regions, t.mm, PAGE(0));
	cr_assert_not_null(region);
	cr_expect_not(region->out);
	cr_expect_eq(stlb_region_put_back(&t.regions, region, 0x77), 0);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(0)), 0);
	tables_free(&t);
}

/* ---- a table that moves ---- */

/* What had been at the place that it goes to, is not there any more. */
Test(table, moves_over_another)
{
	struct tables t;

	tables_init(&t);
	learn(&t, t.mm, TABLE1, PAGE(0));
	learn(&t, t.mm, TABLE2, PAGE(512));
	set_page(&t, t.mm, PAGE(0), 0xa);
	set_page(&t, t.mm, PAGE(513), 0xb);
	learn(&t, t.mm, TABLE1, PAGE(512));
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(512)), 0xa);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(513)), 0);
	cr_expect_eq(placed(&t, t.mm, TABLE1), PAGE(512));
	cr_expect_eq(placed(&t, t.mm, TABLE2), 0, "it was freed unseen");
	/* both places go on by themselves */
	set_page(&t, t.mm, PAGE(0), 0xc);
	stlb_table_forget(&t.regions, TABLE1);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(512)), 0);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(0)), 0xc);
	tables_free(&t);
}

Test(table, stays_where_it_is_reported_again)
{
	struct tables t;

	tables_init(&t);
	learn(&t, t.mm, TABLE1, PAGE(0));
	set_page(&t, t.mm, PAGE(7), 0xa);
	learn(&t, t.mm, TABLE1 + 8 * 9, PAGE(9));
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(7)), 0xa);
	cr_expect_eq(placed(&t, t.mm, TABLE1 + 8 * 7), PAGE(7));
	tables_free(&t);
}

/* An entry and an address that do not belong together: nothing that is known moves. */
Test(table, moves_within_its_region)
{
	struct tables t;

	tables_init(&t);
	learn(&t, t.mm, TABLE1, PAGE(512));
	set_page(&t, t.mm, PAGE(519), 0xa);
	learn(&t, t.mm, TABLE1, PAGE(514));
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(519)), 0xa);
	tables_free(&t);
}

Test(table, another_takes_its_place)
{
	struct tables t;

	tables_init(&t);
	learn(&t, t.mm, TABLE1, PAGE(0));
	set_page(&t, t.mm, PAGE(7), 0xa);
	learn(&t, t.mm, TABLE2, PAGE(0));
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(7)), 0);
	cr_expect_eq(placed(&t, t.mm, TABLE1), 0);
	cr_expect_eq(placed(&t, t.mm, TABLE2), PAGE(0));
	tables_free(&t);
}

/* What was said before its table was known is said of the same entries. */
Test(table, is_learned_after_its_entries)
{
	struct tables t;

	tables_init(&t);
	set_page(&t, t.mm, PAGE(7), 0xa);
	learn(&t, t.mm, TABLE1, PAGE(0));
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(7)), 0xa);
	stlb_table_forget(&t.regions, TABLE1);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(7)), 0);
	cr_expect_eq(placed(&t, t.mm, TABLE1), 0);
	tables_free(&t);
}

/* Of the next table that the pmd points to nothing is known yet. */
Test(table, leaves_nothing_of_itself)
{
	struct stlb_region *region;
	struct tables t;

	tables_init(&t);
	learn(&t, t.mm, TABLE1, PAGE(0));
	region = stlb_region_find(&t.regions, t.mm, PAGE(0));
	cr_expect_eq(region->table, TABLE1);
	region->lockset = (struct stlb_lockset){.table = TABLE1, .nr = 1, .open = true};
	stlb_region_forget_ptes(&t.regions, region);
	cr_expect_eq(region->table, 0);
	cr_expect_eq(region->lockset.table, 0);
	cr_expect_eq(region->lockset.nr, 0);
	cr_expect_not(region->lockset.open);
	cr_expect_eq(placed(&t, t.mm, TABLE1), 0);
	tables_free(&t);
}

Test(table, leaves_the_place_that_it_moves_from)
{
	struct tables t;

	tables_init(&t);
	learn(&t, t.mm, TABLE1, PAGE(0));
	learn(&t, t.mm, TABLE1, PAGE(512));
	cr_expect_eq(stlb_region_find(&t.regions, t.mm, PAGE(0))->table, 0);
	cr_expect_eq(stlb_region_find(&t.regions, t.mm, PAGE(512))->table, TABLE1);
	tables_free(&t);
}

/* Whatever a damaged trace says. */
Test(table, at_any_address)
{
	struct tables t;

	tables_init(&t);
	learn(&t, t.mm, 8 * 7, PAGE(7));
	region_at(&t, t.mm, PAGE(512));
	stlb_region_drop(&t.regions, stlb_region_find(&t.regions, t.mm, PAGE(512)));
	cr_expect_eq(placed(&t, t.mm, 8 * 9), PAGE(9));
	tables_free(&t);
}

/* A page that was a table of one level is freed and taken for one of another. */
Test(table, of_another_level_is_another_table)
{
	enum stlb_level level;
	struct tables t;
	uint64_t addr;

	tables_init(&t);
	learn(&t, t.mm, TABLE1, PAGE(0));
	set_page(&t, t.mm, PAGE(7), 0xa);
	stlb_table_learn(&t.regions, t.mm, STLB_LEVEL_PMD, TABLE1, PAGE(0));
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(7)), 0);
	cr_assert(stlb_table_place(&t.regions, t.mm, TABLE1 + 8, &level, &addr));
	cr_expect_eq(level, STLB_LEVEL_PMD);
	cr_expect_eq(addr, PAGE(512));
	stlb_table_learn(&t.regions, t.mm, STLB_LEVEL_PMD, TABLE1, PAGE(512 * 512));
	cr_expect_eq(placed(&t, t.mm, TABLE1), PAGE(512 * 512), "taken again");
	tables_free(&t);
}

/* Of upper levels the ptes below are known by other tables. */
Test(table, of_pmds_takes_no_ptes_along)
{
	struct tables t;

	tables_init(&t);
	stlb_table_learn(&t.regions, t.mm, STLB_LEVEL_PMD, TABLE1, BASE);
	set_page(&t, t.mm, PAGE(7), 0xa);
	learn(&t, t.mm, TABLE2, PAGE(0));
	stlb_table_learn(&t.regions, t.mm, STLB_LEVEL_PMD, TABLE1, BASE + (UINT64_C(1) << 30));
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(7)), 0xa);
	stlb_table_forget(&t.regions, TABLE1);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(7)), 0xa);
	cr_expect_eq(placed(&t, t.mm, TABLE2), PAGE(0));
	tables_free(&t);
}

Test(table, goes_with_its_region)
{
	struct tables t;

	tables_init(&t);
	learn(&t, t.mm, TABLE1, PAGE(0));
	stlb_region_drop(&t.regions, stlb_region_find(&t.regions, t.mm, PAGE(0)));
	cr_expect_eq(placed(&t, t.mm, TABLE1), 0);
	cr_expect_eq(t.mm->nr_regions, 0);
	tables_free(&t);
}

Test(table, forgetting_one_leaves_the_others)
{
	struct tables t;

	tables_init(&t);
	learn(&t, t.mm, TABLE1, PAGE(0));
	stlb_table_forget(&t.regions, TABLE2);
	cr_expect_eq(placed(&t, t.mm, TABLE1), PAGE(0));
	tables_free(&t);
}

/* ---- a loss ---- */

Test(loss, nothing_that_was_said_before_is_known)
{
	struct stlb_region *region;
	struct tables t;

	tables_init(&t);
	learn(&t, t.mm, TABLE1, PAGE(0));
	set_page(&t, t.mm, PAGE(7), 0xa);
	set_entry(&t, t.mm, STLB_LEVEL_PMD, PAGE(0), table_of(0xb));
	region = stlb_region_find(&t.regions, t.mm, PAGE(0));
	region->lockset = (struct stlb_lockset){.table = TABLE1, .nr = 1, .open = true};
	stlb_regions_forget(&t.regions);
	region = stlb_region_find(&t.regions, t.mm, PAGE(0));
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(7)), 0);
	cr_expect_eq(entry_at(&t, t.mm, STLB_LEVEL_PMD, PAGE(0)).state, STLB_NONE);
	cr_expect_not(entry_at(&t, t.mm, STLB_LEVEL_PMD, PAGE(0)).known);
	cr_expect_eq(placed(&t, t.mm, TABLE1), 0);
	cr_expect_not(region->lockset.open);
	cr_expect_eq(region->lockset.nr, 0);
	cr_expect_eq(region->lockset.table, 0);
	/* what is said since is */
	set_page(&t, t.mm, PAGE(8), 0xc);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(8)), 0xc);
	set_page(&t, t.mm, PAGE(512), 0xd);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(512)), 0xd, "of a region that was not seen before it");
	learn(&t, t.mm, TABLE1, PAGE(0));
	cr_expect_eq(placed(&t, t.mm, TABLE1), PAGE(0));
	tables_free(&t);
}

/* A table that is shown elsewhere after a loss may be another one: what it said is not moved. */
Test(loss, no_table_moves_across_it)
{
	struct tables t;

	tables_init(&t);
	learn(&t, t.mm, TABLE1, PAGE(0));
	set_page(&t, t.mm, PAGE(7), 0xa);
	stlb_regions_forget(&t.regions);
	learn(&t, t.mm, TABLE1, PAGE(512));
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(519)), 0);
	cr_expect_eq(placed(&t, t.mm, TABLE1), PAGE(512));
	tables_free(&t);
}

/* ---- what is not an entry of its own ---- */

Test(region, a_doubted_entry_is_not_known)
{
	struct stlb_region *region;
	struct tables t;

	tables_init(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	set_page(&t, t.mm, PAGE(1), 0xb);
	set_entry(&t, t.mm, STLB_LEVEL_PMD, PAGE(0), table_of(0xd));
	region = stlb_region_find(&t.regions, t.mm, PAGE(0));
	stlb_region_doubt(&t.regions, region, STLB_LEVEL_PTE, PAGE(0));
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(0)), 0);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(1)), 0xb);
	cr_expect(entry_at(&t, t.mm, STLB_LEVEL_PMD, PAGE(0)).known);
	stlb_region_doubt(&t.regions, region, STLB_LEVEL_PMD, PAGE(0));
	cr_expect_not(entry_at(&t, t.mm, STLB_LEVEL_PMD, PAGE(0)).known);
	cr_expect_eq(entry_at(&t, t.mm, STLB_LEVEL_PMD, PAGE(0)).pfn, 0);
	/* where nothing was known */
	region = region_at(&t, t.other, PAGE(0));
	stlb_region_doubt(&t.regions, region, STLB_LEVEL_PTE, PAGE(0));
	cr_expect_eq(pfn_at(&t, t.other, PAGE(0)), 0);
	tables_free(&t);
}

/* Nobody can make them fall together; should two do so, the later one is as if never seen. */
Test(region, two_whose_keys_fall_together)
{
	struct stlb_list pending;
	struct stlb_region *region;
	struct stlb_mm *mm;
	struct tables t;

	tables_init(&t);
	mm = t.other;
	mm->mixed = t.mm->mixed ^ PAGE(0) >> STLB_REGION_SHIFT ^ PAGE(512) >> STLB_REGION_SHIFT;
	set_page(&t, t.mm, PAGE(0), 0xa);
	cr_expect_null(stlb_region_find(&t.regions, mm, PAGE(512)));
	set_page(&t, mm, PAGE(512), 0xb);
	cr_expect_eq(pfn_at(&t, mm, PAGE(512)), 0xb);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(0)), 0);
	cr_expect_eq(t.mm->nr_regions, 0);
	/* what something is pending for stays */
	region = stlb_region_find(&t.regions, mm, PAGE(512));
	stlb_list_add(&region->obligations, &pending);
	cr_expect_null(stlb_region_get(&t.regions, t.mm, PAGE(0)));
	cr_expect_eq(pfn_at(&t, mm, PAGE(512)), 0xb);
	tables_free(&t);
}
