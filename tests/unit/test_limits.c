/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits are for hostile input: what a large machine does is judged whole. */
#include <criterion/criterion.h>

#include "made_events.h"

static struct stlb_analysis *started(void)
{
	struct made_how how = {SINCE_6_6};
	struct made first[] = {{SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)}, {INV(0, 1)}};
	struct stlb_analysis *analysis = made_start(&how);
	struct stlb_event event;

	cr_assert_not_null(analysis);
	for (size_t i = 0; i < sizeof(first) / sizeof(*first); i++) {
		made_fill(&event, &first[i], i + 1);
		cr_assert_eq(stlb_analysis_event(analysis, &event), 0);
	}
	return analysis;
}

static void happens(struct stlb_analysis *analysis, struct made row, uint64_t ns)
{
	struct stlb_event event;

	made_fill(&event, &row, ns);
	cr_assert_eq(stlb_analysis_event(analysis, &event), 0);
}

/* The entries of @nr pages are cleared and then invalidated together. */
static const struct stlb_result *change(struct stlb_analysis *analysis, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		happens(analysis, (struct made){CLEARF(i, RW(0x100000 + i))}, 1000 + i);
	happens(analysis, (struct made){INV(0, nr)}, 1000 + nr);
	return made_finish(analysis);
}

Test(limits, half_a_gibibyte_is_changed_at_once)
{
	struct stlb_analysis *analysis = started();
	const struct stlb_result *result = change(analysis, 512 * 1024 / 4);

	cr_assert_not_null(result);
	cr_expect_eq(result->obligations.total, 512 * 1024 / 4);
	cr_expect_eq(result->obligations.pending, 0);
	cr_expect_eq(result->dropped, 0);
	stlb_analysis_free(analysis);
}

Test(limits, what_there_is_no_room_for_is_counted)
{
	struct stlb_analysis *analysis = started();
	const struct stlb_result *result = change(analysis, STLB_MAX_OBLIGATIONS + 7);

	cr_assert_not_null(result);
	cr_expect_eq(result->obligations.total, STLB_MAX_OBLIGATIONS);
	cr_expect_eq(result->dropped, 7);
	stlb_analysis_free(analysis);
}

/* Thousands of tasks are in the middle of something. */
Test(limits, many_contexts_with_something_pending)
{
	enum { TASKS = 20000 };
	struct stlb_analysis *analysis = started();
	const struct stlb_result *result;

	for (int i = 0; i < TASKS; i++)
		happens(analysis, (struct made){.tid = 1000 + i, CLEARF(i, RW(0x100000 + i))},
			1000 + (uint64_t)i);
	for (int i = 0; i < TASKS; i++)
		happens(analysis, (struct made){.tid = 1000 + i, INV(i, i + 1)},
			1000000 + (uint64_t)i);
	result = made_finish(analysis);
	cr_assert_not_null(result);
	cr_expect_eq(result->obligations.total, TASKS);
	cr_expect_eq(result->obligations.pending, 0);
	cr_expect_eq(result->dropped, 0);
	stlb_analysis_free(analysis);
}
