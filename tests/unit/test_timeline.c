/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The second pass: what is kept of a trace around a finding, and what is not. */
#include "made_events.h"
#include "staletlb/timeline.h"

#define NS(row) (UINT64_C(1000000000) + 1000 * (uint64_t)(row))
#define FAR	(UINT64_C(1000000000) * 1000)

/** struct pass - a finding of task 100 with one event, and the pass over a table */
struct pass {
	struct stlb_finding finding, *list[1];
	struct stlb_result result;
	struct stlb_timeline *timeline;
	const struct stlb_timeline_drawing *drawing;
};

static void start(struct pass *pass, uint64_t ns, uint32_t room)
{
	memset(pass, 0, sizeof(*pass));
	pass->finding.has_mm = true;
	pass->finding.mm = MM1;
	pass->finding.first_ns = ns;
	pass->finding.nr_events = 1;
	pass->finding.events[0].role = "clear";
	pass->finding.events[0].event.ns = ns;
	pass->finding.events[0].event.tid = 100;
	pass->list[0] = &pass->finding;
	pass->result.findings = pass->list;
	pass->result.nr_findings = 1;
	pass->timeline = stlb_timeline_new(&pass->result, room);
	cr_assert_not_null(pass->timeline);
}

/* How many events were looked at before it had seen enough. */
static uint32_t feed(struct pass *pass, const struct made *table, uint32_t nr)
{
	struct stlb_event event;
	uint32_t i;

	for (i = 0; i < nr; i++) {
		int r;

		made_fill(&event, &table[i], NS(i));
		r = stlb_timeline_event(pass->timeline, &event);
		cr_assert_geq(r, 0);
		if (r)
			break;
	}
	cr_assert_eq(stlb_timeline_finish(pass->timeline), 0);
	pass->drawing = stlb_timeline_drawing(pass->timeline);
	return i;
}

#define PASS(pass, at, room, table)                                                                \
	(start(pass, at, room), feed(pass, table, sizeof(table) / sizeof(*(table))))

Test(timeline, keeps_holds_brackets_and_updates)
{
	static const struct made table[] = {
		{START(0, 1)}, {LOCK(L1)},   {CLEAR(0, RW(1))},
		{INV(0, 1)},   {UNLOCK(L1)}, {END(0, 1)},
	};
	struct pass pass;

	PASS(&pass, NS(2), 0, table);
	cr_assert_eq(pass.drawing->nr_slices, 2);
	cr_expect_eq(pass.drawing->slices[0].kind, STLB_SLICE_HOLD);
	cr_expect_eq(pass.drawing->slices[0].object, L1);
	cr_expect_eq(pass.drawing->slices[0].start, NS(1));
	cr_expect_eq(pass.drawing->slices[0].end, NS(4));
	cr_expect_eq(pass.drawing->slices[1].kind, STLB_SLICE_BRACKET);
	cr_expect_eq(pass.drawing->slices[1].first, PAGE(0));
	cr_expect_eq(pass.drawing->slices[1].last, PAGE(1));
	cr_expect_eq(pass.drawing->slices[1].start, NS(0));
	cr_expect_eq(pass.drawing->slices[1].end, NS(5));
	cr_expect_not(pass.drawing->slices[1].unended);
	cr_assert_eq(pass.drawing->nr_points, 2);
	cr_expect_eq(pass.drawing->points[0].kind, STLB_PTE_CLEAR);
	cr_expect_eq(pass.drawing->points[0].addr, PAGE(0));
	cr_expect_eq(pass.drawing->points[1].kind, STLB_INV_RANGE);
	cr_assert_eq(pass.drawing->nr_contexts, 1);
	cr_expect_eq(pass.drawing->contexts[0].id, 100);
	cr_expect_str_eq(pass.drawing->contexts[0].comm, "task");
	stlb_timeline_free(pass.timeline);
}

Test(timeline, a_lock_is_a_ptl_once_an_update_is_made_under_it)
{
	static const struct made table[] = {
		{LOCK_ANY(RQ)},	  {UNLOCK_ANY(RQ)},   {LOCK_ANY(RQ)},
		{LOCK_ANY(L1)},	  {SET(0, 0, RW(1))}, {UNLOCK_ANY(L1)},
		{UNLOCK_ANY(RQ)}, {LOCK_ANY(L1)},     {UNLOCK_ANY(L1)},
	};
	struct pass pass;

	PASS(&pass, NS(4), 0, table);
	cr_assert_eq(pass.drawing->nr_slices, 2);
	cr_expect_eq(pass.drawing->slices[0].object, L1);
	cr_expect_eq(pass.drawing->slices[1].object, L1);
	cr_expect_eq(pass.drawing->slices[1].start, NS(7));
	stlb_timeline_free(pass.timeline);
}

Test(timeline, a_lock_asked_for_is_held_from_the_release_on)
{
	static const struct made table[] = {
		{LOCK(L1)},	  {T2, ASK(L1)}, {CLEAR(0, RW(1))}, {UNLOCK(L1)},
		{T2, UNLOCK(L1)}, {LOCK(L1)},	 {UNLOCK(L1)},
	};
	struct pass pass;

	PASS(&pass, NS(2), 0, table);
	cr_assert_eq(pass.drawing->nr_slices, 3);
	cr_expect_eq(pass.drawing->slices[0].after, STLB_TIMELINE_NONE);
	cr_expect_eq(pass.drawing->slices[1].start, NS(3));
	cr_expect_eq(pass.drawing->slices[1].end, NS(4));
	cr_expect_eq(pass.drawing->slices[1].after, 0);
	cr_expect_eq(pass.drawing->slices[2].after, 1);
	stlb_timeline_free(pass.timeline);
}

Test(timeline, who_lets_itself_in_is_let_in_by_nobody)
{
	static const struct made table[] = {
		{LOCK(L1)}, {CLEAR(0, RW(1))}, {UNLOCK(L1)}, {LOCK(L1)}, {UNLOCK(L1)},
	};
	struct pass pass;

	PASS(&pass, NS(1), 0, table);
	cr_assert_eq(pass.drawing->nr_slices, 2);
	cr_expect_eq(pass.drawing->slices[1].after, STLB_TIMELINE_NONE);
	stlb_timeline_free(pass.timeline);
}

/* A context that was switched out in a hold goes on with it where it lets it go later. */
Test(timeline, holds_end_with_the_switch_unless_their_release_follows)
{
	static const struct made ends[] = {
		{LOCK(L1)}, {CLEAR(0, RW(1))}, {SWITCH(7)}, {LOCK(L2)}, {UNLOCK(L2)},
	};
	static const struct made goes_on[] = {
		{LOCK(L1)},
		{CLEAR(0, RW(1))},
		{SWITCH(7)},
		{UNLOCK(L1)},
	};
	struct pass pass;

	PASS(&pass, NS(1), 0, ends);
	cr_assert_eq(pass.drawing->nr_slices, 2);
	cr_expect_eq(pass.drawing->slices[1].end, NS(2));
	cr_expect_not(pass.drawing->slices[1].unended);
	stlb_timeline_free(pass.timeline);
	PASS(&pass, NS(1), 0, goes_on);
	cr_assert_eq(pass.drawing->nr_slices, 1);
	cr_expect_eq(pass.drawing->slices[0].end, NS(3));
	stlb_timeline_free(pass.timeline);
}

Test(timeline, failed_starts_are_none)
{
	static const struct made table[] = {
		{LOCK(L1)},	   {CLEAR(0, RW(1))},
		{START_NB(0, 1)},  {OF(INV_START_RET, F(RET, -11))},
		{UNLOCK(L1)},	   {START(2, 3)},
		{CLEAR(2, RW(1))},
	};
	struct pass pass;

	PASS(&pass, NS(1), 0, table);
	cr_assert_eq(pass.drawing->nr_slices, 2);
	cr_expect_eq(pass.drawing->slices[0].end, NS(4));
	cr_expect_eq(pass.drawing->slices[1].first, PAGE(2));
	cr_expect(pass.drawing->slices[1].unended);
	cr_expect_eq(pass.drawing->slices[1].end, NS(6));
	stlb_timeline_free(pass.timeline);
}

Test(timeline, nothing_far_from_the_findings)
{
	static const struct made table[] = {
		{LOCK(L1)},
		{CLEAR(0, RW(1))},
		{UNLOCK(L1)},
		{LOCK(L1), .ns = FAR},
		{CLEAR(1, RW(1)), .ns = FAR},
		{UNLOCK(L1), .ns = FAR},
	};
	struct pass pass;

	cr_expect_eq(PASS(&pass, FAR - 1, 0, table), 6);
	cr_assert_eq(pass.drawing->nr_slices, 1);
	cr_assert_eq(pass.drawing->nr_points, 1);
	cr_expect_eq(pass.drawing->points[0].addr, PAGE(1));
	stlb_timeline_free(pass.timeline);
	cr_expect_eq(PASS(&pass, NS(1), 0, table), 3, "it had seen enough");
	cr_assert_eq(pass.drawing->nr_slices, 1);
	cr_expect_eq(pass.drawing->slices[0].start, NS(0));
	stlb_timeline_free(pass.timeline);
}

Test(timeline, a_finding_that_takes_long_is_seen_at_its_events)
{
	static const struct made table[] = {
		{CLEAR(0, RW(1))},
		{CLEAR(1, RW(1)), .ns = FAR / 2},
		{CLEAR(2, RW(1)), .ns = FAR},
	};
	struct pass pass;

	start(&pass, NS(0), 0);
	stlb_timeline_free(pass.timeline);
	pass.finding.nr_events = 2;
	pass.finding.events[1] = pass.finding.events[0];
	pass.finding.events[1].event.ns = FAR;
	pass.timeline = stlb_timeline_new(&pass.result, 0);
	cr_expect_eq(feed(&pass, table, 3), 3);
	cr_assert_eq(pass.drawing->nr_points, 2);
	cr_expect_eq(pass.drawing->points[0].addr, PAGE(0));
	cr_expect_eq(pass.drawing->points[1].addr, PAGE(2));
	stlb_timeline_free(pass.timeline);
}

Test(timeline, other_mms_are_not_drawn)
{
	static const struct made table[] = {{CLEARS(MM2, 0, RW(1))}, {CLEAR(0, RW(1))}};
	struct pass pass;

	PASS(&pass, NS(1), 0, table);
	cr_assert_eq(pass.drawing->nr_points, 1);
	cr_expect_eq(pass.drawing->points[0].mm, MM1);
	stlb_timeline_free(pass.timeline);
}

Test(timeline, says_what_there_was_no_room_for)
{
	static const struct made table[] = {
		{T2, LOCK(L2)},	   {T2, CLEAR(1, RW(2))}, {T2, UNLOCK(L2)}, {T2, LOCK(L2)},
		{T2, UNLOCK(L2)},  {T3, LOCK(L2)},	  {T3, UNLOCK(L2)}, {LOCK(L1)},
		{CLEAR(0, RW(1))}, {UNLOCK(L1)},
	};
	struct pass pass;

	PASS(&pass, NS(8), 1, table);
	cr_assert_eq(pass.drawing->nr_slices, 2, "one, and the finding's own");
	cr_expect_eq(pass.drawing->slices[1].object, L1);
	cr_expect_eq(pass.drawing->slices_left_out, 2);
	cr_expect_eq(pass.drawing->nr_points, 1);
	cr_expect_eq(pass.drawing->points_left_out, 1);
	stlb_timeline_free(pass.timeline);
}

Test(timeline, no_hold_across_lost_events)
{
	static const struct made table[] = {
		{LOCK(L1)},	{CLEAR(0, RW(1))}, {LOST(HERE)},
		{T2, LOCK(L2)}, {T2, UNLOCK(L2)},  {UNLOCK(L1)},
	};
	struct pass pass;

	PASS(&pass, NS(1), 0, table);
	cr_assert_eq(pass.drawing->nr_slices, 1);
	cr_expect_eq(pass.drawing->slices[0].object, L2);
	cr_expect_eq(pass.drawing->slices_left_out, 1);
	cr_assert_eq(pass.drawing->nr_points, 2);
	cr_expect_eq(pass.drawing->points[1].kind, STLB_LOST);
	cr_expect_eq(pass.drawing->points[1].context, STLB_TIMELINE_NONE);
	stlb_timeline_free(pass.timeline);
}

Test(timeline, interrupts_and_idle_tasks_are_contexts_of_their_cpu)
{
	static const struct made table[] = {
		{CLEAR(0, RW(1))},
		{CLEAR(1, RW(1)), IRQ, ON(3)},
		{CLEAR(2, RW(1)), IRQ, ON(3), .tid = 200},
		{CLEAR(2, RW(1)), IRQ, ON(2)},
	};
	struct pass pass;

	PASS(&pass, NS(1), 0, table);
	cr_assert_eq(pass.drawing->nr_contexts, 3);
	cr_expect_eq(pass.drawing->contexts[1].kind, STLB_CONTEXT_HARDIRQ);
	cr_expect_eq(pass.drawing->contexts[1].id, 3);
	cr_expect_null(pass.drawing->contexts[1].comm);
	cr_expect_eq(pass.drawing->points[2].context, 1);
	cr_expect_eq(pass.drawing->contexts[2].id, 2);
	stlb_timeline_free(pass.timeline);
}

Test(timeline, locks_whose_release_is_not_traced_do_not_push_brackets_out)
{
	struct made table[64] = {{START(0, 1)}};
	struct pass pass;

	for (int i = 1; i < 62; i++)
		table[i] = (struct made){LOCK_ANY(RQ + (uint64_t)i)};
	table[62] = (struct made){CLEAR(0, RW(1))};
	table[63] = (struct made){END(0, 1)};
	PASS(&pass, NS(62), 0, table);
	cr_expect_eq(pass.drawing->slices_left_out, 0);
	cr_assert_eq(pass.drawing->nr_slices, 2);
	cr_expect_eq(pass.drawing->slices[0].kind, STLB_SLICE_BRACKET);
	stlb_timeline_free(pass.timeline);
}

Test(timeline, too_many_findings_are_counted)
{
	enum { MANY = 1024 + 5 };
	static struct stlb_finding *list[MANY];
	struct stlb_result result = {.findings = list, .nr_findings = MANY};
	struct stlb_finding finding = {.first_ns = 5};
	struct stlb_timeline *timeline;

	for (int i = 0; i < MANY; i++)
		list[i] = &finding;
	timeline = stlb_timeline_new(&result, 0);
	cr_assert_not_null(timeline);
	cr_assert_eq(stlb_timeline_finish(timeline), 0);
	cr_expect_eq(stlb_timeline_drawing(timeline)->findings_left_out, 5);
	stlb_timeline_free(timeline);
}
