/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the model forgets for want of room, and what it never does. */
#include "made_model.h"

/* ---- regions ---- */

#define REGION(n) (BASE + ((uint64_t)(n) << STLB_REGION_SHIFT))

static void fill_regions(struct tables *t, struct stlb_mm *mm, unsigned int first)
{
	for (unsigned int i = first; t->regions.map.count < STLB_MAX_REGIONS; i++)
		region_at(t, mm, REGION(i));
}

Test(room, one_region_goes_where_all_room_is_taken)
{
	struct tables t;

	tables_init(&t);
	stlb_mm_subscribe(&t.mms, t.mm);
	fill_regions(&t, t.mm, 0);
	cr_expect_eq(t.mm->nr_regions, STLB_MAX_REGIONS);
	cr_expect_eq(t.regions.forgotten, 0);
	region_at(&t, t.other, REGION(0));
	cr_expect_eq(t.mm->nr_regions, STLB_MAX_REGIONS - 1);
	cr_expect_eq(t.regions.forgotten, 1, "it is told");
	tables_free(&t);
}

Test(room, a_region_known_already_takes_none)
{
	struct tables t;

	tables_init(&t);
	stlb_mm_subscribe(&t.mms, t.mm);
	fill_regions(&t, t.mm, 0);
	for (unsigned int i = 0; i < STLB_MAX_REGIONS; i++)
		region_at(&t, t.mm, REGION(i));
	cr_expect_eq(t.regions.forgotten, 0);
	tables_free(&t);
}

/* Nothing is judged by what an mm without subscribers says. */
Test(room, regions_of_unsubscribed_mms_go_first)
{
	struct tables t;

	tables_init(&t);
	stlb_mm_subscribe(&t.mms, t.mm);
	for (unsigned int i = 0; i < STLB_MAX_REGIONS / 2; i++)
		region_at(&t, t.mm, REGION(i));
	fill_regions(&t, t.other, 0);
	for (unsigned int i = 0; i < 1000; i++)
		region_at(&t, t.mm, REGION(STLB_MAX_REGIONS + i));
	cr_expect_eq(t.mm->nr_regions, STLB_MAX_REGIONS / 2 + 1000);
	cr_expect_eq(t.other->nr_regions, STLB_MAX_REGIONS / 2 - 1000);
	cr_expect_eq(t.regions.forgotten, 0, "nobody misses them");
	tables_free(&t);
}

Test(room, a_region_that_something_is_pending_for_stays)
{
	static struct stlb_list pending[STLB_MAX_REGIONS];
	struct tables t;

	tables_init(&t);
	stlb_mm_subscribe(&t.mms, t.mm);
	for (unsigned int i = 0; i < STLB_MAX_REGIONS; i++)
		stlb_list_add(&region_at(&t, t.mm, REGION(i))->obligations, &pending[i]);
	for (unsigned int i = 0; i < STLB_MAX_REGIONS; i++)
		cr_assert_null(stlb_region_get(&t.regions, t.other, REGION(i)));
	cr_expect_eq(t.mm->nr_regions, STLB_MAX_REGIONS);
	cr_expect_eq(t.regions.forgotten, 0);
	cr_assert_null(stlb_region_get(&t.regions, t.mm, REGION(STLB_MAX_REGIONS)));
	cr_expect_eq(t.regions.forgotten, 1, "it is told");
	t.regions.forgotten = 0;
	/* all but one */
	stlb_list_remove(&pending[77]);
	for (unsigned int i = 0; i < STLB_MAX_REGIONS && !t.regions.forgotten; i++)
		stlb_region_get(&t.regions, t.other, REGION(i));
	cr_expect_eq(t.other->nr_regions, 1);
	cr_expect_null(stlb_region_find(&t.regions, t.mm, REGION(77)));
	tables_free(&t);
}

/* Room for where a table goes may be had of where it was. */
Test(room, a_table_moves_while_room_is_scarce)
{
	struct stlb_region *first;
	struct tables t;
	uint32_t at = 0;

	tables_init(&t);
	fill_regions(&t, t.mm, 0);
	first = stlb_map_next(&t.regions.map, &at);
	learn(&t, t.mm, TABLE1, first->base);
	set_page(&t, t.mm, first->base, 0xa);
	learn(&t, t.mm, TABLE1, REGION(STLB_MAX_REGIONS));
	cr_expect_eq(placed(&t, t.mm, TABLE1), REGION(STLB_MAX_REGIONS));
	cr_expect_eq(t.mm->nr_regions, STLB_MAX_REGIONS);
	tables_free(&t);
}

/* Nothing is said of the place that it left, nor of where it went. */
Test(room, a_table_moves_where_no_room_is_to_be_had)
{
	static struct stlb_list pending[STLB_MAX_REGIONS];
	struct tables t;

	tables_init(&t);
	learn(&t, t.mm, TABLE1, REGION(0));
	set_page(&t, t.mm, REGION(0), 0xa);
	for (unsigned int i = 0; i < STLB_MAX_REGIONS; i++)
		stlb_list_add(&region_at(&t, t.mm, REGION(i))->obligations, &pending[i]);
	learn(&t, t.mm, TABLE1, REGION(STLB_MAX_REGIONS));
	cr_expect_eq(placed(&t, t.mm, TABLE1), REGION(STLB_MAX_REGIONS));
	cr_expect_eq(pfn_at(&t, t.mm, REGION(0)), 0);
	cr_expect_null(stlb_region_find(&t.regions, t.mm, REGION(STLB_MAX_REGIONS)));
	tables_free(&t);
}

Test(room, tables_past_the_limit_are_not_placed)
{
	struct tables t;

	tables_init(&t);
	for (uint64_t i = 0; i < STLB_MAX_TABLES; i++)
		stlb_table_learn(&t.regions, t.mm, STLB_LEVEL_PMD, TABLE1 + (i << 12),
				 BASE + (i << 30));
	cr_expect_eq(t.regions.forgotten, 0);
	cr_expect_eq(placed(&t, t.mm, TABLE1 + ((STLB_MAX_TABLES - 1) << 12)),
		     BASE + ((STLB_MAX_TABLES - UINT64_C(1)) << 30));
	learn(&t, t.mm, TABLE1 - 4096, BASE);
	cr_expect_eq(t.regions.forgotten, 0, "nobody subscribes");
	stlb_mm_subscribe(&t.mms, t.mm);
	learn(&t, t.mm, TABLE1 - 4096, BASE);
	cr_expect_eq(placed(&t, t.mm, TABLE1 - 4096), 0);
	cr_expect_eq(t.regions.forgotten, 1, "it is told");
	stlb_table_forget(&t.regions, TABLE1);
	learn(&t, t.mm, TABLE1 - 4096, BASE);
	cr_expect_eq(placed(&t, t.mm, TABLE1 - 4096), BASE);
	tables_free(&t);
}

/* ---- the reverse map ---- */

Test(room, entries_past_the_limit_are_not_in_the_reverse_map)
{
	struct tables t;

	tables_init_mapped(&t);
	for (unsigned int i = 0; i < STLB_MAX_MAPPINGS; i++)
		set_page(&t, t.mm, PAGE(i), i + 1);
	cr_expect_not(t.regions.rmap->full);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, STLB_MAX_MAPPINGS), 1);
	set_page(&t, t.mm, PAGE(STLB_MAX_MAPPINGS), 0x70000001);
	cr_expect(t.regions.rmap->full);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0x70000001), 0);
	cr_expect_eq(pfn_at(&t, t.mm, PAGE(STLB_MAX_MAPPINGS)), 0x70000001);
	/* one that goes makes room for one */
	set_entry(&t, t.mm, STLB_LEVEL_PTE, PAGE(0), stlb_entry_none());
	set_page(&t, t.mm, PAGE(1), 0x70000002);
	set_page(&t, t.mm, PAGE(0), 0x70000003);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0x70000002), 1);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0x70000003), 1);
	/* what was left out is not known, whatever is forgotten since */
	stlb_regions_forget(&t.regions);
	cr_expect(t.regions.rmap->full);
	tables_free(&t);
}

/* ---- mms ---- */

Test(room, mms_past_the_limit_are_not_taken_in)
{
	struct stlb_mms mms = {0};

	for (uint64_t i = 0; i < STLB_MAX_MMS; i++)
		cr_assert_not_null(stlb_mm_get(&mms, MM1 + (i << 12)));
	cr_expect_null(stlb_mm_get(&mms, MM1 - 4096));
	cr_expect_null(stlb_mm_find(&mms, MM1 - 4096));
	cr_expect_not_null(stlb_mm_get(&mms, MM1), "one that is known stays so");
	stlb_mms_free(&mms);
}

/* ---- contexts ---- */

enum { MANY = 100000 }; /* the first of the tids that take the room */

static void fill_contexts(struct stlb_contexts *contexts)
{
	for (int32_t tid = MANY; contexts->map.count < STLB_MAX_CONTEXTS; tid++)
		cr_assert_not_null(stlb_contexts_task(contexts, tid));
}

/* As many more as it takes for each to have been looked at. */
static void crowd_out(struct stlb_contexts *contexts)
{
	for (int32_t tid = 2 * MANY; tid < 2 * MANY + 2 * STLB_MAX_CONTEXTS; tid++)
		cr_assert_not_null(stlb_contexts_task(contexts, tid));
}

Test(room, one_context_goes_where_all_room_is_taken)
{
	struct stlb_contexts contexts = {0};

	fill_contexts(&contexts);
	cr_expect_eq(contexts.forgotten, 0);
	cr_assert_not_null(stlb_contexts_task(&contexts, 7));
	cr_expect_eq(contexts.forgotten, 1, "it is told");
	cr_expect_eq(contexts.map.count, STLB_MAX_CONTEXTS);
	stlb_contexts_free(&contexts);
}

static struct stlb_context *task_of(struct stlb_contexts *contexts, int32_t tid)
{
	struct stlb_context *context = stlb_contexts_task(contexts, tid);

	cr_assert_not_null(context);
	return context;
}

Test(room, a_context_with_something_pending_stays)
{
	struct stlb_contexts contexts = {0};
	struct stlb_mm mm = {.id = MM1};
	struct stlb_context *context;

	fill_contexts(&contexts);
	task_of(&contexts, 1)->nr_obligations = 1;
	*stlb_context_add_hold(task_of(&contexts, 2)) = (struct stlb_hold){.id = 1, .lock = 0x10};
	task_of(&contexts, 3)->nr_brackets = 1;
	task_of(&contexts, 4)->asked.lock = 0x10;
	task_of(&contexts, 5)->range_mm = &mm;
	context = task_of(&contexts, 6);
	context->unsettled = calloc(STLB_MAX_UNSETTLED, sizeof(*context->unsettled));
	context->nr_unsettled = 1;
	task_of(&contexts, 7);
	crowd_out(&contexts);
	for (int32_t tid = 1; tid < 7; tid++)
		cr_expect_not_null(stlb_contexts_find(&contexts, tid, 0), "task %d", tid);
	cr_expect_null(stlb_contexts_find(&contexts, 7, 0), "nothing is pending there");
	cr_expect_eq(contexts.map.count, STLB_MAX_CONTEXTS);
	stlb_contexts_free(&contexts);
}

/* A hold that a switch-out suspended is over unless its release shows otherwise. */
Test(room, a_context_with_suspended_holds_alone_goes)
{
	struct stlb_contexts contexts = {0};
	struct stlb_context *suspended, *both;

	suspended = task_of(&contexts, 1);
	*stlb_context_add_hold(suspended) =
		(struct stlb_hold){.id = 1, .lock = 0x10, .suspended = true};
	suspended->nr_suspended = 1;
	both = task_of(&contexts, 2);
	*stlb_context_add_hold(both) = (struct stlb_hold){.id = 2, .lock = 0x20, .suspended = true};
	*stlb_context_add_hold(both) = (struct stlb_hold){.id = 3, .lock = 0x30};
	both->nr_suspended = 1;
	fill_contexts(&contexts);
	crowd_out(&contexts);
	cr_expect_null(stlb_contexts_find(&contexts, 1, 0));
	cr_expect_not_null(stlb_contexts_find(&contexts, 2, 0));
	stlb_contexts_free(&contexts);
}

Test(room, who_runs_or_is_interrupted_stays)
{
	struct stlb_contexts contexts = {0};
	struct stlb_event irq = {.tid = 1, .cpu = 3, .context = STLB_CONTEXT_HARDIRQ};
	struct stlb_event other_irq = {.tid = 1, .cpu = 4, .context = STLB_CONTEXT_SOFTIRQ};
	struct stlb_event idle = {.tid = 0, .cpu = 7};
	struct stlb_context *runs = task_of(&contexts, 1), *stopped = task_of(&contexts, 2);
	struct stlb_context *ran = task_of(&contexts, 3);

	stlb_contexts_cpu(&contexts, 0)->task = runs;
	stlb_contexts_cpu(&contexts, 1)->interrupted = stopped;
	runs->cpu = ran->cpu = 0;
	stopped->cpu = 1;
	stlb_contexts_at(&contexts, &irq)->nr_events = 5;
	stlb_contexts_at(&contexts, &idle)->nr_events = 5;
	fill_contexts(&contexts);
	cr_assert_not_null(stlb_contexts_at(&contexts, &other_irq));
	crowd_out(&contexts);
	cr_expect_eq(stlb_contexts_find(&contexts, 1, 0), runs);
	cr_expect_eq(stlb_contexts_find(&contexts, 2, 0), stopped);
	cr_expect_null(stlb_contexts_find(&contexts, 3, 0), "another one runs there");
	cr_expect_null(stlb_contexts_find(&contexts, 0, 7), "idle, and not known to run");
	cr_expect_eq(stlb_contexts_at(&contexts, &irq)->nr_events, 5, "it is its CPU's");
	cr_expect_eq(contexts.cpus[0].task, runs);
	cr_expect_eq(contexts.cpus[1].interrupted, stopped);
	stlb_contexts_free(&contexts);
}

/* On a CPU of a number out of range nobody is known to run. */
Test(room, who_acts_now_stays_wherever_it_is)
{
	struct stlb_contexts contexts = {0};
	struct stlb_event event = {.tid = 1, .cpu = STLB_MAX_CPUS}, nowhere = {.tid = 2, .cpu = -1};
	struct stlb_context *context, *other = task_of(&contexts, 3);

	cr_assert_not_null(stlb_contexts_cpu(&contexts, STLB_MAX_CPUS - 1));
	other->cpu = event.cpu;
	fill_contexts(&contexts);
	cr_assert_not_null(stlb_contexts_at(&contexts, &nowhere));
	context = stlb_contexts_at(&contexts, &event);
	cr_assert_not_null(context);
	context->cpu = event.cpu;
	crowd_out(&contexts);
	cr_expect_eq(stlb_contexts_find(&contexts, 1, 0), context);
	cr_expect_null(stlb_contexts_find(&contexts, 2, 0));
	cr_expect_null(stlb_contexts_find(&contexts, 3, 0));
	stlb_contexts_free(&contexts);
}

Test(room, no_cpu_remembers_who_is_forgotten)
{
	struct stlb_contexts contexts = {0};
	struct stlb_context *context = task_of(&contexts, 1), *other = task_of(&contexts, 2);

	/* it has moved on, and others ran there since */
	stlb_contexts_cpu(&contexts, 1)->task = context;
	stlb_contexts_cpu(&contexts, 1)->interrupted = context;
	stlb_contexts_cpu(&contexts, 2)->task = other;
	context->cpu = other->cpu = 2;
	fill_contexts(&contexts);
	crowd_out(&contexts);
	cr_expect_null(stlb_contexts_find(&contexts, 1, 0));
	cr_expect_null(contexts.cpus[1].task);
	cr_expect_null(contexts.cpus[1].interrupted);
	cr_expect_eq(contexts.cpus[2].task, other);
	stlb_contexts_free(&contexts);
}

Test(room, contexts_that_all_have_something_pending)
{
	struct stlb_contexts contexts = {0};

	for (int32_t tid = 1; tid <= STLB_MAX_BUSY_CONTEXTS; tid++)
		task_of(&contexts, tid)->nr_obligations = 1;
	cr_expect_null(stlb_contexts_task(&contexts, STLB_MAX_BUSY_CONTEXTS + 1));
	cr_expect_not_null(stlb_contexts_task(&contexts, 1), "one that is known stays so");
	cr_expect_eq(contexts.forgotten, 0);
	stlb_contexts_free(&contexts);
}
