/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model without memory: what fails says so, and leaves what was known as it was. */
#include <errno.h>

#include "made_memory.h"
#include "made_model.h"

/* ---- mms and contexts ---- */

Test(memory, an_mm)
{
	EACH_REFUSAL(nr)
	{
		struct stlb_mms mms = {0};
		struct stlb_mm *mm;

		refuse_after(nr);
		mm = stlb_mm_get(&mms, MM1);
		cr_expect_eq(mm == NULL, was_refused());
		cr_expect_eq(stlb_mm_find(&mms, MM1), mm);
		cr_expect_not_null(stlb_mm_get(&mms, MM1), "as soon as there is some");
		stlb_mms_free(&mms);
	}
}

Test(memory, a_context)
{
	EACH_REFUSAL(nr)
	{
		struct stlb_contexts contexts = {0};
		struct stlb_context *context;

		refuse_after(nr);
		context = stlb_contexts_task(&contexts, 7);
		cr_expect_eq(context == NULL, was_refused());
		cr_expect_eq(stlb_contexts_find(&contexts, 7, 0), context);
		cr_expect_not_null(stlb_contexts_task(&contexts, 7));
		stlb_contexts_free(&contexts);
	}
}

Test(memory, a_cpu)
{
	struct stlb_contexts contexts = {0};

	cr_assert_not_null(stlb_contexts_cpu(&contexts, 1));
	stlb_contexts_cpu(&contexts, 1)->last_ns = 5;
	refuse_after(0);
	cr_expect_null(stlb_contexts_cpu(&contexts, 1000));
	cr_expect(was_refused());
	cr_expect_eq(stlb_contexts_cpu(&contexts, 1)->last_ns, 5);
	cr_expect_not_null(stlb_contexts_cpu(&contexts, 1000));
	stlb_contexts_free(&contexts);
}

Test(memory, what_a_context_has)
{
	struct stlb_contexts contexts = {0};
	struct stlb_context *context = stlb_contexts_task(&contexts, 7);

	cr_assert_not_null(context);
	refuse_after(0);
	cr_expect_null(stlb_context_update_state(context));
	refuse_after(0);
	cr_expect_null(stlb_context_add_hold(context));
	cr_expect_eq(context->nr_holds, 0);
	was_refused();
	cr_expect_not_null(stlb_context_update_state(context));
	for (uint64_t id = 1;; id++) {
		struct stlb_hold *hold;

		refuse_after(0);
		hold = stlb_context_add_hold(context);
		if (!hold && id > 1)
			break;
		was_refused();
		hold = hold ? hold : stlb_context_add_hold(context);
		cr_assert_not_null(hold);
		*hold = (struct stlb_hold){.id = id};
	}
	was_refused();
	for (uint64_t id = 1; id <= context->nr_holds; id++)
		cr_expect(stlb_context_holds(context, id));
	cr_expect_gt(context->nr_holds, 1);
	stlb_contexts_free(&contexts);
}

/* ---- page tables ---- */

Test(memory, a_region)
{
	EACH_REFUSAL(nr)
	{
		struct stlb_region *region;
		struct tables t;

		tables_init(&t);
		refuse_after(nr);
		region = stlb_region_get(&t.regions, t.mm, PAGE(0));
		cr_expect_eq(region == NULL, was_refused());
		cr_expect_eq(t.mm->nr_regions, region != NULL);
		cr_expect_not_null(stlb_region_get(&t.regions, t.mm, PAGE(0)));
		cr_expect_eq(t.mm->nr_regions, 1);
		tables_free(&t);
	}
}

/* With a reverse map, in which its page must be found. */
static void entry_of(enum stlb_level level, enum stlb_mapped how)
{
	EACH_REFUSAL(nr)
	{
		struct stlb_region *region;
		struct tables t;
		int ret;

		tables_init_mapped(&t);
		region = region_at(&t, t.mm, PAGE(0));
		refuse_after(nr);
		ret = stlb_region_set(&t.regions, region, level, PAGE(0), page(0xa), NULL);
		cr_expect_eq(ret, was_refused() ? -ENOMEM : 0);
		cr_expect_eq(entry_at(&t, t.mm, level, PAGE(0)).pfn, ret ? 0 : 0xa);
		set_entry(&t, t.mm, level, PAGE(0), page(0xa));
		cr_expect_eq(mappings(&t, how, 0xa), 1);
		tables_free(&t);
	}
}

Test(memory, an_entry)
{
	entry_of(STLB_LEVEL_PTE, STLB_MAPPED_PTE);
	entry_of(STLB_LEVEL_PMD, STLB_MAPPED_PMD);
}

Test(memory, an_entry_that_maps_nothing_takes_none_in_the_reverse_map)
{
	struct stlb_region *region;
	struct tables t;

	tables_init_mapped(&t);
	set_page(&t, t.other, PAGE(0), 0xa);
	region = region_at(&t, t.other, PAGE(0));
	stlb_mm_subscribe(&t.mms, t.other);
	refuse_after(0);
	cr_expect_eq(stlb_region_set(&t.regions, region, STLB_LEVEL_PTE, PAGE(1), stlb_entry_none(),
				     NULL),
		     0);
	cr_expect_not(was_refused());
	tables_free(&t);
}

Test(memory, an_entry_of_a_pmd_takes_none)
{
	struct stlb_region *region;
	struct tables t;

	tables_init(&t);
	region = region_at(&t, t.mm, PAGE(0));
	refuse_after(0);
	cr_expect_eq(
		stlb_region_set(&t.regions, region, STLB_LEVEL_PMD, PAGE(0), table_of(0xa), NULL),
		0);
	cr_expect_not(was_refused());
	cr_expect_eq(entry_at(&t, t.mm, STLB_LEVEL_PMD, PAGE(0)).pfn, 0xa);
	tables_free(&t);
}

/* What only comes and goes never grows. */
Test(memory, room_that_an_entry_left_in_the_reverse_map_is_taken_again)
{
	struct tables t;

	tables_init_mapped(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	refuse_after(0);
	for (unsigned int i = 0; i < 100000; i++)
		set_page(&t, t.mm, PAGE(i % 512), 0xb);
	for (unsigned int i = 0; i < 100000; i++) {
		set_page(&t, t.mm, PAGE(0), 0xc);
		set_entry(&t, t.mm, STLB_LEVEL_PTE, PAGE(0), stlb_entry_none());
	}
	cr_expect_not(was_refused());
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xb), 511);
	tables_free(&t);
}

Test(memory, an_entry_of_a_table_that_is_out)
{
	struct stlb_region *region;
	struct tables t;

	tables_init(&t);
	region = region_at(&t, t.mm, PAGE(0));
	stlb_region_take_out(&t.regions, region, 0x77);
	refuse_after(0);
	cr_expect_eq(stlb_region_set_away(&t.regions, region, PAGE(0), page(0xa)), -ENOMEM);
	cr_expect(was_refused());
	cr_expect_eq(stlb_region_set_away(&t.regions, region, PAGE(0), page(0xa)), 0);
	tables_free(&t);
}

Test(memory, a_table_that_is_put_back)
{
	EACH_REFUSAL(nr)
	{
		struct stlb_region *region;
		struct tables t;
		int ret;

		tables_init_mapped(&t);
		set_page(&t, t.mm, PAGE(0), 0xa);
		region = stlb_region_find(&t.regions, t.mm, PAGE(0));
		stlb_region_take_out(&t.regions, region, 0x77);
		refuse_after(nr);
		ret = stlb_region_put_back(&t.regions, region, 0x77);
		cr_expect_eq(ret, was_refused() ? -ENOMEM : 1);
		tables_free(&t);
	}
}

/* Where a table lies is then not known. */
Test(memory, where_a_table_lies)
{
	EACH_REFUSAL(nr)
	{
		struct tables t;

		tables_init(&t);
		stlb_mm_subscribe(&t.mms, t.mm);
		refuse_after(nr);
		learn(&t, t.mm, TABLE1, PAGE(0));
		cr_expect_eq(placed(&t, t.mm, TABLE1) == 0, t.regions.forgotten == 1);
		cr_expect_eq(t.regions.tables.count, placed(&t, t.mm, TABLE1) != 0);
		cr_expect(was_refused() || !t.regions.forgotten);
		learn(&t, t.mm, TABLE1, PAGE(0));
		cr_expect_eq(placed(&t, t.mm, TABLE1), PAGE(0));
		cr_expect_eq(placed(&t, t.mm, TABLE2), 0);
		tables_free(&t);
	}
}

Test(memory, the_reverse_map)
{
	struct tables t;

	tables_init(&t);
	refuse_after(0);
	cr_expect_eq(stlb_regions_keep_rmap(&t.regions), -ENOMEM);
	cr_expect(was_refused());
	cr_expect_eq(stlb_regions_keep_rmap(&t.regions), 0);
	tables_free(&t);
}

Test(memory, an_mm_whose_entries_join_the_reverse_map)
{
	EACH_REFUSAL(nr)
	{
		struct tables t;
		int ret;

		tables_init_mapped(&t);
		set_page(&t, t.other, PAGE(0), 0xa);
		set_page(&t, t.other, PAGE(512), 0xb);
		stlb_mm_subscribe(&t.mms, t.other);
		refuse_after(nr);
		ret = stlb_regions_map(&t.regions, t.other);
		cr_expect_eq(ret, was_refused() ? -ENOMEM : 0);
		tables_free(&t);
	}
}

/* ---- order ---- */

Test(memory, what_is_ordered)
{
	struct stlb_hb hb = {.now = 10};
	struct stlb_hb_context source = {.component = STLB_NO_COMPONENT}, between = source,
			       other = source;
	struct stlb_hb_lock lock = {0}, onward = {0};

	refuse_after(0);
	cr_expect_eq(stlb_hb_follow(&hb, &source), -ENOMEM);
	cr_expect(was_refused());
	cr_assert_not(stlb_hb_follow(&hb, &source));
	refuse_after(0);
	cr_expect_eq(stlb_hb_lock_released(&hb, &source, &lock, false), -ENOMEM);
	cr_expect(was_refused());
	cr_assert_eq(stlb_hb_lock_released(&hb, &source, &lock, false), 0);
	refuse_after(0);
	cr_expect_eq(stlb_hb_lock_acquired(&hb, &between, &lock, false), -ENOMEM);
	cr_expect(was_refused());
	cr_expect_not(stlb_hb_before(&source, 10, &between));
	cr_assert_eq(stlb_hb_lock_acquired(&hb, &between, &lock, false), 0);
	refuse_after(0);
	cr_expect_eq(stlb_hb_lock_released(&hb, &between, &onward, false), -ENOMEM);
	cr_expect(was_refused());
	cr_expect_null(onward.written);
	cr_assert_eq(stlb_hb_lock_released(&hb, &between, &onward, false), 0);
	cr_assert_eq(stlb_hb_lock_acquired(&hb, &other, &onward, true), 0);
	cr_expect(stlb_hb_before(&source, 10, &other));
	refuse_after(0);
	cr_expect_eq(stlb_hb_pages_freed(&hb, &source, 7, 1), -ENOMEM);
	cr_expect(was_refused());
	cr_expect_eq(hb.freed.count, 0);
	stlb_hb_lock_free(&lock);
	stlb_hb_lock_free(&onward);
	stlb_hb_context_free(&between);
	stlb_hb_context_free(&other);
	stlb_hb_free(&hb);
}
