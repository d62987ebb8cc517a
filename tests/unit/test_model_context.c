/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contexts: who acts, with which locks and brackets. */
#include "made_model.h"
#include "staletlb/finding.h"

/* ---- who ---- */

Test(context, tasks_and_interrupts_are_apart)
{
	struct stlb_contexts contexts = {0};
	struct stlb_event context = {.tid = 7, .cpu = 1}, moved = {.tid = 7, .cpu = 2};
	struct stlb_event irq = {.tid = 7, .cpu = 1, .context = STLB_CONTEXT_HARDIRQ};
	struct stlb_event other_irq = {.tid = 7, .cpu = 2, .context = STLB_CONTEXT_HARDIRQ};
	struct stlb_event softirq = {.tid = 7, .cpu = 1, .context = STLB_CONTEXT_SOFTIRQ};
	struct stlb_context *it = stlb_contexts_at(&contexts, &context);

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

Test(context, no_two_are_taken_for_one)
{
	enum { NR = 300 };
	static struct stlb_context *seen[NR * 5];
	struct stlb_contexts contexts = {0};
	unsigned int nr = 0;

	for (int32_t i = 0; i < NR; i++) {
		struct stlb_event event = {.tid = i + 1, .cpu = 1};

		seen[nr++] = stlb_contexts_at(&contexts, &event);
		for (uint8_t kind = 0; kind <= STLB_CONTEXT_NMI; kind++) {
			event = (struct stlb_event){.cpu = i, .context = kind};
			seen[nr++] = stlb_contexts_at(&contexts, &event);
		}
	}
	cr_expect_eq(contexts.map.count, nr);
	for (unsigned int i = 0; i < nr; i++)
		cr_assert_not_null(seen[i]);
	stlb_contexts_free(&contexts);
}

Test(context, an_interrupt_is_its_cpus)
{
	struct stlb_contexts contexts = {0};
	struct stlb_event event = {.tid = 7, .cpu = 2, .context = STLB_CONTEXT_NMI};
	struct stlb_context *irq = stlb_contexts_at(&contexts, &event), *context;

	cr_assert_not_null(irq);
	cr_expect_eq(irq->tid, 2);
	cr_expect_eq(irq->kind, STLB_CONTEXT_NMI);
	cr_expect_null(stlb_contexts_find(&contexts, 7, 2), "the task did nothing yet");
	event.context = STLB_CONTEXT_TASK;
	context = stlb_contexts_at(&contexts, &event);
	cr_expect_eq(context->tid, 7);
	cr_expect_eq(context->kind, STLB_CONTEXT_TASK);
	cr_expect_eq(stlb_contexts_find(&contexts, 7, 1), context, "wherever it runs");
	stlb_contexts_free(&contexts);
}

Test(context, a_new_one_has_nothing)
{
	struct stlb_contexts contexts = {0};
	struct stlb_context *context = stlb_contexts_task(&contexts, 7);

	cr_assert_not_null(context);
	cr_expect_eq(context->cpu, -1, "it was not seen to run anywhere");
	cr_expect_eq(context->hb.component, STLB_NO_COMPONENT);
	cr_expect(stlb_list_empty(&context->clears));
	cr_expect(stlb_list_empty(&context->write_protects));
	cr_expect_eq(stlb_contexts_task(&contexts, 7), context);
	stlb_contexts_free(&contexts);
}

Test(context, all_that_it_has_goes_with_it)
{
	struct stlb_contexts contexts = {0};
	struct stlb_components components = {0};
	struct stlb_context *context = stlb_contexts_task(&contexts, 7);

	cr_assert_not_null(context);
	cr_assert_not_null(stlb_context_add_hold(context));
	cr_assert_not_null(stlb_context_update_state(context));
	context->brackets = calloc(STLB_MAX_BRACKETS, sizeof(*context->brackets));
	cr_assert_eq(stlb_vclock_raise(&components, &context->hb.clock, 0, 1), 0);
	cr_assert_eq(stlb_vclock_raise(&components, &context->hb.start, 0, 1), 0);
	context->flush_event = calloc(1, sizeof(*context->flush_event));
	context->unsettled = calloc(STLB_MAX_UNSETTLED, sizeof(*context->unsettled));
	context->nr_unsettled = 2;
	for (uint32_t i = 0; i < context->nr_unsettled; i++)
		context->unsettled[i].finding = calloc(1, sizeof(struct stlb_finding));
	stlb_contexts_free(&contexts); /* the leak sanitizer judges */
	cr_expect_eq(components.held, 0);
}

Test(context, the_idle_task_of_a_cpu_is_found)
{
	struct stlb_contexts contexts = {0};
	struct stlb_event event = {.tid = 0, .cpu = 2};
	struct stlb_context *idle = stlb_contexts_at(&contexts, &event);

	cr_expect_eq(stlb_contexts_find(&contexts, 0, 2), idle);
	cr_expect_null(stlb_contexts_find(&contexts, 0, 1));
	stlb_contexts_free(&contexts);
}

/* ---- where ---- */

Test(context, cpus_out_of_range)
{
	struct stlb_contexts contexts = {0};

	cr_expect_null(stlb_contexts_cpu(&contexts, -1));
	cr_expect_null(stlb_contexts_cpu(&contexts, STLB_MAX_CPUS));
	cr_expect_not_null(stlb_contexts_cpu(&contexts, STLB_MAX_CPUS - 1));
	stlb_contexts_free(&contexts);
}

Test(context, cpus_stay_as_more_are_seen)
{
	struct stlb_contexts contexts = {0};
	struct stlb_context *context = stlb_contexts_task(&contexts, 7);

	for (int32_t cpu = 0; cpu < 100; cpu++) {
		cr_assert_not_null(stlb_contexts_cpu(&contexts, cpu));
		cr_expect_null(stlb_contexts_cpu(&contexts, cpu)->task, "nobody is known there");
		stlb_contexts_cpu(&contexts, cpu)->task = context;
		stlb_contexts_cpu(&contexts, cpu)->last_ns = cpu;
	}
	for (int32_t cpu = 0; cpu < 100; cpu++) {
		cr_expect_eq(stlb_contexts_cpu(&contexts, cpu)->task, context);
		cr_expect_eq(stlb_contexts_cpu(&contexts, cpu)->last_ns, (uint64_t)cpu);
	}
	stlb_contexts_free(&contexts);
}

/* ---- a tid that another task takes over ---- */

static unsigned int released;

static void count_release(struct stlb_context *context)
{
	released += context->kind == STLB_CONTEXT_TASK;
}

Test(context, a_tid_taken_over_begins_anew)
{
	struct stlb_contexts contexts = {0};
	struct stlb_context *old = stlb_contexts_task(&contexts, 7), *new;

	cr_assert_not_null(old);
	*stlb_context_add_hold(old) = (struct stlb_hold){.id = 1, .lock = 0x10};
	new = stlb_contexts_restart(&contexts, 7);
	cr_assert_not_null(new);
	cr_expect_eq(new->nr_holds, 0);
	cr_expect_eq(stlb_contexts_task(&contexts, 7), new);
	stlb_contexts_free(&contexts);
}

/* What the old one needs is pending still, and is its own. */
Test(context, a_tid_taken_over_leaves_what_is_pending)
{
	struct stlb_contexts contexts = {.release = count_release};
	struct stlb_context *owing = stlb_contexts_task(&contexts, 7);
	struct stlb_context *unsettled = stlb_contexts_task(&contexts, 8);
	struct stlb_context *done = stlb_contexts_task(&contexts, 9);

	cr_assert(owing && unsettled && done);
	owing->nr_obligations = 1;
	unsettled->unsettled = calloc(STLB_MAX_UNSETTLED, sizeof(*unsettled->unsettled));
	unsettled->nr_unsettled = 1;
	unsettled->unsettled[0].finding = calloc(1, sizeof(struct stlb_finding));
	for (int32_t tid = 7; tid < 10; tid++)
		cr_assert_not_null(stlb_contexts_restart(&contexts, tid));
	cr_expect_eq(released, 1, "nothing is pending of the last one alone");
	cr_expect_neq(stlb_contexts_task(&contexts, 7), owing);
	cr_expect_eq(stlb_contexts_task(&contexts, 7)->nr_obligations, 0);
	cr_expect_neq(stlb_contexts_task(&contexts, 8), unsettled);
	cr_expect_eq(stlb_contexts_task(&contexts, 8)->nr_unsettled, 0);
	cr_expect_eq(contexts.map.count, 5);
	stlb_contexts_free(&contexts);
	cr_expect_eq(released, 6, "each is released once");
}

/* It is gone: it holds no lock and has no bracket open, whatever is pending. */
Test(context, a_task_that_is_gone_holds_nothing)
{
	struct stlb_contexts contexts = {0};
	struct stlb_context *old = stlb_contexts_task(&contexts, 7);

	cr_assert_not_null(old);
	old->nr_obligations = 1;
	*stlb_context_add_hold(old) = (struct stlb_hold){.id = 1, .lock = 0x10, .suspended = true};
	old->nr_suspended = 1;
	old->brackets = calloc(STLB_MAX_BRACKETS, sizeof(*old->brackets));
	old->brackets[0].id = 2;
	old->nr_brackets = 1;
	old->mmap[0] = (struct stlb_mmap_hold){MM1, true};
	old->nr_mmap = 1;
	cr_assert_not_null(stlb_contexts_restart(&contexts, 7));
	cr_expect_null(stlb_context_hold(old));
	cr_expect_not(stlb_context_holds(old, 1));
	cr_expect_not(stlb_context_in_bracket(old, 2));
	cr_expect_null(stlb_context_mmap(old, MM1));
	cr_expect_eq(old->nr_suspended, 0);
	stlb_contexts_free(&contexts);
}

Test(context, no_cpu_runs_a_task_that_is_gone)
{
	struct stlb_contexts contexts = {0};
	struct stlb_context *old = stlb_contexts_task(&contexts, 7);
	struct stlb_context *other = stlb_contexts_task(&contexts, 8);

	cr_assert(old && other);
	for (int32_t cpu = 0; cpu < 8; cpu++) {
		stlb_contexts_cpu(&contexts, cpu)->task = cpu == 3 ? other : old;
		stlb_contexts_cpu(&contexts, cpu)->interrupted = cpu == 4 ? other : old;
	}
	cr_assert_not_null(stlb_contexts_restart(&contexts, 7));
	for (int32_t cpu = 0; cpu < 8; cpu++) {
		cr_expect_eq(contexts.cpus[cpu].task, cpu == 3 ? other : NULL, "CPU %d", cpu);
		cr_expect_eq(contexts.cpus[cpu].interrupted, cpu == 4 ? other : NULL);
	}
	stlb_contexts_free(&contexts);
}

Test(context, a_tid_that_nobody_had_is_new)
{
	struct stlb_contexts contexts = {0};
	struct stlb_context *context = stlb_contexts_restart(&contexts, 7);

	cr_assert_not_null(context);
	cr_expect_eq(context->tid, 7);
	cr_expect_eq(stlb_contexts_find(&contexts, 7, 0), context);
	stlb_contexts_free(&contexts);
}

Test(context, idle_tasks_stay_for_ever)
{
	struct stlb_contexts contexts = {0};
	struct stlb_event event = {0};
	struct stlb_context *idle = stlb_contexts_at(&contexts, &event);

	cr_assert_not_null(idle);
	cr_expect_eq(stlb_contexts_restart(&contexts, 0), idle);
	stlb_contexts_free(&contexts);
}

/* ---- holds ---- */

static struct stlb_hold *hold_lock(struct stlb_context *context, uint64_t id, bool named)
{
	struct stlb_hold *hold = stlb_context_add_hold(context);

	*hold = (struct stlb_hold){.id = id, .lock = id << 8, .named = named};
	return hold;
}

Test(context, the_ptl_of_an_update)
{
	struct stlb_contexts contexts = {0};
	struct stlb_context *context = stlb_contexts_task(&contexts, 7);

	cr_assert_not_null(context);
	cr_expect_null(stlb_context_hold(context));
	hold_lock(context, 1, false);
	hold_lock(context, 2, false);
	cr_expect_eq(stlb_context_hold(context)->id, 2, "the latest one");
	context->holds[0].named = true;
	cr_expect_eq(stlb_context_hold(context)->id, 1,
		     "one that is known to be a PTL comes first");
	hold_lock(context, 3, true);
	cr_expect_eq(stlb_context_hold(context)->id, 3);
	cr_expect(stlb_context_holds(context, 2));
	cr_expect_not(stlb_context_holds(context, 4));
	cr_expect_not(stlb_context_holds(context, 0));
	stlb_contexts_free(&contexts);
}

static struct stlb_hold *suspend(struct stlb_context *context, struct stlb_hold *hold)
{
	hold->suspended = true;
	context->nr_suspended++;
	return hold;
}

/* What a switch-out suspended may be over: it comes last, what is known to be a PTL first. */
Test(context, the_ptl_of_an_update_may_be_suspended)
{
	struct stlb_contexts contexts = {0};
	struct stlb_context *context = stlb_contexts_task(&contexts, 7);

	cr_assert_not_null(context);
	suspend(context, hold_lock(context, 1, false));
	cr_expect_eq(stlb_context_hold(context)->id, 1);
	suspend(context, hold_lock(context, 2, true));
	suspend(context, hold_lock(context, 3, false));
	cr_expect_eq(stlb_context_hold(context)->id, 2, "known to be a PTL");
	hold_lock(context, 4, false);
	cr_expect_eq(stlb_context_hold(context)->id, 4, "not suspended");
	suspend(context, hold_lock(context, 5, true));
	cr_expect_eq(stlb_context_hold(context)->id, 4);
	hold_lock(context, 6, true);
	hold_lock(context, 7, false);
	cr_expect_eq(stlb_context_hold(context)->id, 6);
	stlb_contexts_free(&contexts);
}

Test(context, any_hold_may_end_first)
{
	for (uint32_t gone = 0; gone < 3; gone++) {
		struct stlb_contexts contexts = {0};
		struct stlb_context *context = stlb_contexts_task(&contexts, 7);

		cr_assert_not_null(context);
		for (uint64_t id = 1; id <= 3; id++)
			hold_lock(context, id, false);
		suspend(context, &context->holds[1]);
		stlb_context_drop_hold(context, gone);
		cr_expect_eq(context->nr_holds, 2);
		cr_expect_eq(context->nr_suspended, gone != 1);
		for (uint64_t id = 1; id <= 3; id++)
			cr_expect_eq(stlb_context_holds(context, id), id != gone + 1);
		cr_expect_lt(context->holds[0].id, context->holds[1].id,
			     "the innermost stays last");
		stlb_contexts_free(&contexts);
	}
}

Test(context, as_many_holds_as_it_takes)
{
	struct stlb_contexts contexts = {0};
	struct stlb_context *context = stlb_contexts_task(&contexts, 7);

	cr_assert_not_null(context);
	for (uint64_t id = 1; id <= 100; id++)
		hold_lock(context, id, false);
	for (uint64_t id = 1; id <= 100; id++) {
		cr_assert_not_null(stlb_context_find_hold(context, id));
		cr_expect_eq(stlb_context_find_hold(context, id)->lock, id << 8);
	}
	cr_expect_null(stlb_context_find_hold(context, 101));
	stlb_contexts_free(&contexts);
}

/* ---- mmap_lock ---- */

Test(context, mmap_locks)
{
	struct stlb_context context = {.mmap = {{MM1, false}, {MM2, true}}, .nr_mmap = 2};
	struct stlb_context none = {.mmap = {{MM1, true}}};

	cr_expect_eq(stlb_context_mmap(&context, MM1), &context.mmap[0]);
	cr_expect_eq(stlb_context_mmap(&context, MM2), &context.mmap[1]);
	cr_expect_null(stlb_context_mmap(&context, MM1 + 64));
	cr_expect_null(stlb_context_mmap(&none, MM1), "it was released");
	context.nr_mmap = 1;
	cr_expect_null(stlb_context_mmap(&context, MM2));
	stlb_context_holds_none(&context);
	cr_expect_null(stlb_context_mmap(&context, MM1));
}

/* ---- updates ---- */

Test(context, its_update_state_stays)
{
	struct stlb_contexts contexts = {0};
	struct stlb_context *context = stlb_contexts_task(&contexts, 7);
	struct stlb_update_state *update = stlb_context_update_state(context);

	cr_assert_not_null(update);
	cr_expect_eq(update->nr_maps, 0);
	cr_expect_eq(stlb_context_update_state(context), update);
	stlb_contexts_free(&contexts);
}

/* ---- brackets ---- */

Test(context, brackets)
{
	struct stlb_mm mm = {.id = MM1}, other = {.id = MM2};
	struct stlb_bracket brackets[STLB_MAX_BRACKETS] = {
		{.id = 1, .mm = &other, .start = PAGE(0), .end = PAGE(99)},
		{.id = 2, .mm = &mm, .start = PAGE(0), .end = PAGE(4)},
		{.id = 3, .mm = &mm, .start = PAGE(8), .end = PAGE(9)},
	};
	struct stlb_context context = {.brackets = brackets, .nr_brackets = 3};

	cr_expect_eq(stlb_context_bracket(&context, &mm)->id, 2, "the outermost one on the mm");
	cr_expect(stlb_context_covers(&context, &mm, PAGE(3), PAGE(4)));
	cr_expect(stlb_context_covers(&context, &mm, PAGE(8), PAGE(9)));
	cr_expect_not(stlb_context_covers(&context, &mm, PAGE(3), PAGE(5)));
	cr_expect_not(stlb_context_covers(&context, &mm, PAGE(20), PAGE(21)));
	cr_expect(stlb_context_covers(&context, &other, PAGE(20), PAGE(21)));
	for (uint64_t id = 1; id <= 3; id++)
		cr_expect(stlb_context_in_bracket(&context, id));
	cr_expect_not(stlb_context_in_bracket(&context, 4));
	cr_expect_not(stlb_context_in_bracket(&context, 0));
}

/* Read rounded outwards, as the rules read any range. */
Test(context, a_bracket_of_bytes_covers_their_pages)
{
	struct stlb_mm mm = {.id = MM1};
	struct stlb_bracket bracket = {
		.id = 1, .mm = &mm, .start = PAGE(2) + 8, .end = PAGE(4) + 1};
	struct stlb_context context = {.brackets = &bracket, .nr_brackets = 1};

	cr_expect(stlb_context_covers(&context, &mm, PAGE(2), PAGE(5)));
	cr_expect(stlb_context_covers(&context, &mm, PAGE(4) + 16, PAGE(4) + 24));
	cr_expect_not(stlb_context_covers(&context, &mm, PAGE(1), PAGE(3)));
	cr_expect_not(stlb_context_covers(&context, &mm, PAGE(4), PAGE(6)));
	cr_expect_not(stlb_context_covers(&context, &mm, PAGE(4), PAGE(5) + 1));
	bracket.end = PAGE(4);
	cr_expect(stlb_context_covers(&context, &mm, PAGE(2), PAGE(4)));
	cr_expect_not(stlb_context_covers(&context, &mm, PAGE(2), PAGE(4) + 1));
	cr_expect_not(stlb_context_covers(&context, &mm, PAGE(4), PAGE(5)));
}

Test(context, an_empty_bracket_covers_nothing)
{
	struct stlb_mm mm = {.id = MM1};
	struct stlb_bracket bracket = {
		.id = 1, .mm = &mm, .start = PAGE(2) + 16, .end = PAGE(2) + 16};
	struct stlb_context context = {.brackets = &bracket, .nr_brackets = 1};

	cr_expect_not(stlb_context_covers(&context, &mm, PAGE(2), PAGE(3)));
	bracket.end = PAGE(2) + 8;
	cr_expect_not(stlb_context_covers(&context, &mm, PAGE(2), PAGE(3)));
	bracket.end = PAGE(2) + 24;
	cr_expect(stlb_context_covers(&context, &mm, PAGE(2), PAGE(3)));
}

Test(context, a_bracket_covers_its_own_mm)
{
	struct stlb_mm mm = {.id = MM1}, other = {.id = MM2};
	struct stlb_bracket bracket = {.id = 1, .mm = &mm, .end = ~UINT64_C(0)};
	struct stlb_context context = {.brackets = &bracket, .nr_brackets = 1};

	cr_expect(stlb_context_covers(&context, &mm, PAGE(0), PAGE(1)));
	cr_expect_not(stlb_context_covers(&context, &other, PAGE(0), PAGE(1)));
	cr_expect_eq(stlb_context_bracket(&context, &mm), &bracket);
	cr_expect_null(stlb_context_bracket(&context, &other));
	context.nr_brackets = 0;
	cr_expect_not(stlb_context_covers(&context, &mm, PAGE(0), PAGE(1)));
	cr_expect_null(stlb_context_bracket(&context, &mm));
	cr_expect_not(stlb_context_in_bracket(&context, 1));
}
