/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An analysis without memory says so: whichever allocation is refused, no result is made up. */
#include <errno.h>

#include "made_device.h"
#include "made_memory.h"

#define STRUCT(pfn) (UINT64_C(0xffffea0000000000) + 64 * (uint64_t)(pfn))
#define BASES	    OF(SUBSCRIBE, F(MM, MM1), F(SUB, SUB1), F(VMEMMAP, STRUCT(0)))

/* What a trace gave: 0, or -ENOMEM from whoever said so first. */
static int judged(const struct made *rows, size_t nr, const struct made_how *how,
		  struct stlb_result *got)
{
	long before = held;
	struct stlb_analysis *analysis = made_start(how);
	static const uint64_t stack[] = {UINT64_C(0xffffffff81000000)};
	const struct stlb_result *result;
	struct stlb_event event;
	int ret = 0;

	if (!analysis) {
		cr_expect(holds_no_more_than(before));
		return -ENOMEM;
	}
	for (size_t i = 0; i < nr && !ret; i++) {
		made_fill(&event, &rows[i], 1000 * (i + 1));
		event.stack = event.kind == STLB_STACK ? stack : NULL;
		event.nr_stack = event.kind == STLB_STACK;
		ret = stlb_analysis_event(analysis, &event);
	}
	result = ret ? NULL : stlb_analysis_finish(analysis, NULL);
	if (result)
		*got = *result;
	stlb_analysis_free(analysis);
	cr_expect(holds_no_more_than(before));
	return result ? 0 : -ENOMEM;
}

static uint64_t occurrences(const struct stlb_result *result)
{
	uint64_t sum = 0;

	for (int i = 0; i < STLB_NR_RULES; i++)
		sum += result->rules[i].occurrences + result->rules[i].inconclusive;
	return sum;
}

/* Something was given up or forgotten, and the result tells. */
static bool is_reported(const struct stlb_result *result, const struct stlb_result *whole)
{
	bool reported = result->dropped || result->nr_notes > whole->nr_notes;

	for (int i = 0; i < STLB_NR_RULES; i++)
		reported |= strcmp(result->rules[i].reason, whole->rules[i].reason) != 0;
	return reported;
}

/* @reported: nothing is made good in silence. */
static void each_refusal(const char *test, const struct made *rows, size_t nr, bool reported,
			 const struct made_how *how, uint64_t expected)
{
	struct stlb_result whole, got;

	cr_assert_eq(judged(rows, nr, how, &whole), 0);
	cr_expect_eq(occurrences(&whole), expected, "%s: %lu", test, occurrences(&whole));
	EACH_REFUSAL(at)
	{
		bool failed;

		refuse_after(at);
		failed = judged(rows, nr, how, &got) != 0;
		if (was_refused())
			cr_expect(failed || is_reported(&got, &whole) ||
					  (!reported && occurrences(&got) == expected),
				  "%s: allocation %d", test, at);
		else
			cr_expect(!failed && occurrences(&got) == expected, "%s", test);
	}
}

#define EACH_OF(trace, reported, expected, ...)                                                    \
	each_refusal(__func__, trace, sizeof(trace) / sizeof(*(trace)), reported,                  \
		     &(struct made_how){__VA_ARGS__}, expected)
#define EACH(trace, ...) EACH_OF(trace, true, __VA_ARGS__)

Test(limits_memory, an_update_and_its_free)
{
	static const struct made trace[] = {SETTLE,
					    {START(0, 2)},
					    {LOCK(L1)},
					    {CLEAR(0, RW(0xa))},
					    {.kind = STLB_STACK},
					    {UNLOCK(L1)},
					    {FREE(0xa)},
					    {INV(0, 0)},
					    {END(0, 2)},
					    {MMAP_LOCK(0)},
					    {SWITCH(5)},
					    {.tid = 5, .cpu = 0, EXITS},
					    {MMAP_UNLOCK(0)}};

	EACH(trace, 2, BEFORE_6_6);
}

Test(limits_memory, a_repoint_that_waits_for_evidence)
{
	static const struct made trace[] = {{BASES},
					    {SUBSCRIBED(0)},
					    SETTLE,
					    {KSM(0xc)},
					    {START(0, 1)},
					    {LOCK(L1)},
					    {CLEAR(0, RO(0xa))},
					    {SET(0, 0, RO(0xb))},
					    {UNLOCK(L1)},
					    {END(0, 1)},
					    {ALLOC(0x77)},
					    SETTLED(KSMD),
					    {KSMD, START(1, 2)},
					    {KSMD, LOCK(L1)},
					    {KSMD, CLEAR(1, RO(0x1a))},
					    {KSMD, SET(1, 0, RO(0x1b))},
					    {KSMD, UNLOCK(L1)},
					    {KSMD, END(1, 2)},
					    {T2, FORKS(33)},
					    {START(4, 5)},
					    {LOCK(L1)},
					    {CLEAR(4, RO(0x4a))},
					    {SET(4, 0, RO(0x4b))},
					    {KSM(0x4a)},
					    {UNLOCK(L1)},
					    {END(4, 5)}};

	EACH(trace, 1, BEFORE_6_6);
}

Test(limits_memory, a_device)
{
	static const struct made trace[] = {
		SETTLE,		  {SET(0, 0, RO(0xa))}, {FILL(0, 0xa)},
		COW(0, 0xa, 0xb), {READ(0, 0xa)},	{FREE(0xa)},
		{DROPS(0, 1)},	  {FILL(0, 0xb)},	{OF(MM_FREE, F(MM, MM1))}};

	EACH(trace, 1, BEFORE_6_6, DEVICES);
	EACH(trace, 1, BEFORE_6_6, .recorded = MADE_WITH(STLB_PHASE));
}

Test(limits_memory, a_table_without_a_place)
{
	static const struct made trace[] = {
		SETTLE_66,
		{SET_AT(TABLE1, 0, RW(0xa))},
		{START(0, 1)},
		{LOCK(L1)},
		{PTL_MAP(0, TABLE1, L1)},
		{SET_AT(TABLE1, RW(0xa), RW(0xb))},
		{UNLOCK(L1)},
		{INV(0, 1)},
		{END_66(0, 1)},
	};

	/* a region that could not be had for its table is had with the next event in it */
	EACH_OF(trace, false, 1, SINCE_6_6);
}

Test(limits_memory, a_flush)
{
	static const struct made trace[] = {
		SETTLE_66, {FLUSHED(0, 1)}, {START(0, 1)}, {END_66(0, 1)}};

	EACH(trace, 1, SINCE_6_6);
}

Test(limits_memory, a_start_under_a_lock_whose_holder_was_switched_out)
{
	static const struct made trace[] = {
		SETTLE,	       {LOCK(L1)},  {SWITCH(200)}, {.tid = 200, SWITCH(100)},
		{START(0, 1)}, {END(0, 1)}, {UNLOCK(L1)}};

	EACH(trace, 1, BEFORE_6_6, .recorded = MADE_WITH(STLB_LOCK_RELEASE));
}

Test(limits_memory, a_table_that_was_taken_out)
{
	static const struct made trace[] = {SETTLE,
					    {SET(512, 0, RO(0xa))},
					    {SET(513, 0, RO(0xb))},
					    {START(512, 1024)},
					    {LOCK(L1)},
					    {COLLAPSE(512, TABLE(7))},
					    {INV(512, 1024)},
					    {CLEAR(512, RO(0xa))},
					    {UNLOCK(L1)},
					    {ONLY_END(512, 1024)},
					    {FREE(7)}};

	static const struct made unknown[] = {
		SETTLE,		  {START(512, 1024)},	 {LOCK(L1)},   {COLLAPSE(512, TABLE(7))},
		{INV(512, 1024)}, {CLEAR(512, RO(0xa))}, {UNLOCK(L1)}, {ONLY_END(512, 1024)}};

	EACH(unknown, 0, BEFORE_6_6);
	EACH(trace, 0, BEFORE_6_6);
}

/* Violations that a loss takes back, and such as wait until their tasks are seen outside a bracket.
 */
Test(limits_memory, what_is_in_doubt_and_what_waits)
{
#define CHANGES_ALONE(who, n)                                                                      \
	{who, CLEAR(n, RW(0x10 + (n)))},                                                           \
	{                                                                                          \
		who, INV(n, (n) + 1)                                                               \
	}
	static const struct made lost[] = {
		SETTLE,	     {START(0, 1)}, {LOCK(L1)},	 {CLEAR(0, RW(0xa))}, {FREE(0xa)},
		{INV(0, 1)}, {UNLOCK(L1)},  {END(0, 1)}, {LOST(BEFORE)}};
	static const struct made waits[] = {{SUBSCRIBE(SUB1)},	  {SUBSCRIBED(0)},
					    CHANGES_ALONE(T2, 0), CHANGES_ALONE(T3, 1),
					    SETTLED(T2),	  SETTLED(T3)};

	EACH(lost, 1, BEFORE_6_6);
	EACH(waits, 2, BEFORE_6_6);
}

/* Of the pages that were freed as many are kept as a device can be behind: however many come. */
Test(limits_memory, frees_that_no_device_is_after)
{
	enum { MANY = 100000 };
	struct stlb_analysis *analysis = made_start(&(struct made_how){BEFORE_6_6, DEVICES});
	static const struct made before[] = {SETTLE}, freed = {FREE(0xa)};
	struct stlb_event event;
	size_t room = 0;

	cr_assert_not_null(analysis);
	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
		made_fill(&event, &before[i], 1000 * (i + 1));
		cr_assert_eq(stlb_analysis_event(analysis, &event), 0);
	}
	largest = 0;
	made_fill(&event, &freed, 0);
	for (uint64_t i = 0; i < 4 * MANY; i++) {
		room = i == MANY ? largest : room;
		event.ns = 10000 + i;
		event.value[STLB_FIELD_PFN] = i;
		cr_assert_eq(stlb_analysis_event(analysis, &event), 0);
	}
	cr_expect_gt(room, 0);
	cr_expect_eq(largest, room, "%zu bytes, and then %zu", room, largest);
	stlb_analysis_free(analysis);
}
