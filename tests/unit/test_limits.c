/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits are for hostile input: what a large machine does is judged whole. */
#include "made_reading.h"

/* The entries of @nr pages are cleared and then invalidated together. */
static void change(struct made_reading *reading, unsigned int nr)
{
	GIVE(reading, {SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)}, {INV(0, 1)});
	for (unsigned int i = 0; i < nr; i++)
		GIVE(reading, {CLEARF(i, RW(0x100000 + i))});
	GIVE(reading, {INV(0, nr)});
}

Test(limits, half_a_gibibyte_is_changed_at_once)
{
	struct made_reading reading = READING(SINCE_6_6);
	const struct stlb_result *result;

	change(&reading, 512 * 1024 / 4);
	result = made_result(&reading);
	cr_expect_eq(result->obligations.total, 512 * 1024 / 4);
	cr_expect_eq(result->obligations.pending, 0);
	cr_expect_eq(result->dropped, 0);
	stlb_analysis_free(reading.analysis);
}

Test(limits, what_there_is_no_room_for_is_counted)
{
	struct made_reading reading = READING(SINCE_6_6);
	const struct stlb_result *result;

	change(&reading, STLB_MAX_OBLIGATIONS + 7);
	result = made_result(&reading);
	cr_expect_eq(result->obligations.total, STLB_MAX_OBLIGATIONS);
	cr_expect_eq(result->dropped, 7);
	stlb_analysis_free(reading.analysis);
}

/* Thousands of tasks are in the middle of something. */
Test(limits, many_contexts_with_something_pending)
{
	enum { TASKS = 20000 };
	struct made_reading reading = READING(SINCE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, {SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)}, {INV(0, 1)});
	for (int i = 0; i < TASKS; i++)
		GIVE(&reading, {.tid = 1000 + i, CLEARF(i, RW(0x100000 + i))});
	for (int i = 0; i < TASKS; i++)
		GIVE(&reading, {.tid = 1000 + i, INV(i, i + 1)});
	result = made_result(&reading);
	cr_expect_eq(result->obligations.total, TASKS);
	cr_expect_eq(result->obligations.pending, 0);
	cr_expect_eq(result->dropped, 0);
	stlb_analysis_free(reading.analysis);
}
