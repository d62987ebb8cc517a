/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model: regions and tables, mms, contexts. */
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
	cr_assert_eq(stlb_table_learn(&t.regions, t.mm, STLB_LEVEL_PTE, TABLE1 + 8 * 5, PAGE(5)),
		     0);
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
	cr_assert_eq(stlb_table_learn(&t.regions, t.mm, STLB_LEVEL_PMD, TABLE1 + 8, PAGE(512)), 0);
	cr_assert(stlb_table_place(&t.regions, t.mm, TABLE1 + 8 * 3, &level, &addr));
	cr_expect_eq(level, STLB_LEVEL_PMD);
	cr_expect_eq(addr, PAGE(512 * 3));
	tables_free(&t);
}

Test(table, moved_within_an_mm)
{
	struct tables t;

	tables_init(&t);
	cr_assert_eq(stlb_table_learn(&t.regions, t.mm, STLB_LEVEL_PTE, TABLE1, PAGE(0)), 0);
	set_page(&t, t.mm, PAGE(7), 0xa);
	cr_assert_eq(stlb_table_learn(&t.regions, t.mm, STLB_LEVEL_PTE, TABLE1 + 8, PAGE(513)), 0);
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
	cr_assert_eq(stlb_table_learn(&t.regions, t.mm, STLB_LEVEL_PTE, TABLE1, PAGE(0)), 0);
	set_page(&t, t.mm, PAGE(7), 0xa);
	cr_assert_eq(stlb_table_learn(&t.regions, t.other, STLB_LEVEL_PTE, TABLE1, PAGE(0)), 0);
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
	stlb_mm_subscribe(&mms, mm);
	cr_expect_eq(mms.ever, 1);
	stlb_mms_free(&mms);
}

/* ---- contexts ---- */

Test(context, tasks_and_interrupts_are_apart)
{
	struct stlb_contexts contexts = {0};
	struct stlb_event task = {.tid = 7, .cpu = 1}, moved = {.tid = 7, .cpu = 2};
	struct stlb_event irq = {.tid = 7, .cpu = 1, .context = STLB_CONTEXT_HARDIRQ};
	struct stlb_event other_irq = {.tid = 7, .cpu = 2, .context = STLB_CONTEXT_HARDIRQ};
	struct stlb_event softirq = {.tid = 7, .cpu = 1, .context = STLB_CONTEXT_SOFTIRQ};
	struct stlb_task *it = stlb_contexts_at(&contexts, &task);

	cr_assert_not_null(it);
	cr_expect_eq(stlb_contexts_at(&contexts, &moved), it);
	cr_expect_eq(stlb_contexts_task(&contexts, 7), it);
	cr_expect_neq(stlb_contexts_at(&contexts, &irq), it);
	cr_expect_neq(stlb_contexts_at(&contexts, &irq), stlb_contexts_at(&contexts, &other_irq));
	cr_expect_neq(stlb_contexts_at(&contexts, &irq), stlb_contexts_at(&contexts, &softirq));
	stlb_contexts_free(&contexts);
}

/* The idle task is one per CPU, although all have the tid 0. */
Test(context, idle_tasks_are_apart)
{
	struct stlb_contexts contexts = {0};
	struct stlb_event one = {.tid = 0, .cpu = 1}, other = {.tid = 0, .cpu = 2};

	cr_expect_neq(stlb_contexts_at(&contexts, &one), stlb_contexts_at(&contexts, &other));
	stlb_contexts_free(&contexts);
}

Test(context, cpus_out_of_range)
{
	struct stlb_contexts contexts = {0};

	cr_expect_null(stlb_contexts_cpu(&contexts, -1));
	cr_expect_null(stlb_contexts_cpu(&contexts, STLB_MAX_CPUS));
	cr_expect_not_null(stlb_contexts_cpu(&contexts, STLB_MAX_CPUS - 1));
	stlb_contexts_free(&contexts);
}

Test(context, a_tid_taken_over_begins_anew)
{
	struct stlb_contexts contexts = {0};
	struct stlb_task *old = stlb_contexts_task(&contexts, 7), *new;

	cr_assert_not_null(old);
	*stlb_task_add_hold(old) = (struct stlb_hold){.id = 1, .lock = 0x10};
	new = stlb_contexts_restart(&contexts, 7);
	cr_assert_not_null(new);
	cr_expect_eq(new->nr_holds, 0);
	cr_expect_eq(stlb_contexts_task(&contexts, 7), new);
	stlb_contexts_free(&contexts);
}

static struct stlb_hold *hold_lock(struct stlb_task *task, uint64_t id, bool named)
{
	struct stlb_hold *hold = stlb_task_add_hold(task);

	*hold = (struct stlb_hold){.id = id, .lock = id << 8, .named = named};
	return hold;
}

Test(context, the_ptl_of_an_update)
{
	struct stlb_contexts contexts = {0};
	struct stlb_task *task = stlb_contexts_task(&contexts, 7);

	cr_assert_not_null(task);
	cr_expect_null(stlb_task_hold(task));
	hold_lock(task, 1, false);
	hold_lock(task, 2, false);
	cr_expect_eq(stlb_task_hold(task)->id, 2, "the latest one");
	task->holds[0].named = true;
	cr_expect_eq(stlb_task_hold(task)->id, 1, "one that is known to be a PTL comes first");
	hold_lock(task, 3, true);
	cr_expect_eq(stlb_task_hold(task)->id, 3);
	cr_expect(stlb_task_holds(task, 2));
	cr_expect_not(stlb_task_holds(task, 4));
	cr_expect_not(stlb_task_holds(task, 0));
	stlb_contexts_free(&contexts);
}

Test(context, brackets)
{
	struct stlb_mm mm = {.id = MM1}, other = {.id = MM2};
	struct stlb_bracket brackets[STLB_MAX_BRACKETS] = {
		{.id = 1, .mm = &other, .start = PAGE(0), .end = PAGE(99)},
		{.id = 2, .mm = &mm, .start = PAGE(0), .end = PAGE(4)},
		{.id = 3, .mm = &mm, .start = PAGE(8), .end = PAGE(9)},
	};
	struct stlb_task task = {.brackets = brackets, .nr_brackets = 3};

	cr_expect_eq(stlb_task_bracket(&task, &mm)->id, 2, "the outermost one on the mm");
	cr_expect(stlb_task_covers(&task, &mm, PAGE(3), PAGE(4)));
	cr_expect(stlb_task_covers(&task, &mm, PAGE(8), PAGE(9)));
	cr_expect_not(stlb_task_covers(&task, &mm, PAGE(3), PAGE(5)));
	cr_expect_not(stlb_task_covers(&task, &mm, PAGE(20), PAGE(21)));
	cr_expect(stlb_task_covers(&task, &other, PAGE(20), PAGE(21)));
	cr_expect(stlb_task_in_bracket(&task, 3));
	cr_expect_not(stlb_task_in_bracket(&task, 4));
	cr_expect_not(stlb_task_in_bracket(&task, 0));
}
