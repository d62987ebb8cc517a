/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a result tells besides how often each rule was violated. */
#include <stdio.h>

#include "made_reading.h"

#define MARK(what) .kind = STLB_PHASE, .text = (what)
#define ZAPPED(n)                                                                                  \
	{START(n, (n) + 1)}, {LOCK(L1)}, {CLEAR(n, RW(0xa0 + (n)))}, {UNLOCK(L1)},                 \
	{                                                                                          \
		ONLY_END(n, (n) + 1)                                                               \
	}

/* ---- phases ---- */

Test(result, a_finding_tells_its_phase)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, ZAPPED(0), {MARK("warm")}, ZAPPED(1), {MARK("hot")}, ZAPPED(2));
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 3);
	cr_expect_str_eq(result->findings[0]->phase, "");
	cr_expect_str_eq(result->findings[1]->phase, "warm");
	cr_expect_str_eq(result->findings[2]->phase, "hot");
	stlb_analysis_free(reading.analysis);
}

/* A workload that runs twice marks the same phases again. */
Test(result, the_same_mark_is_the_same_phase)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {MARK("warm")}, ZAPPED(0), {MARK("hot")}, ZAPPED(1), {MARK("warm")},
	     ZAPPED(2));
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 2);
	cr_expect_str_eq(result->findings[0]->phase, "warm");
	cr_expect_eq(result->findings[0]->occurrences, 2);
	cr_expect_str_eq(result->findings[1]->phase, "hot");
	cr_expect_eq(result->findings[1]->occurrences, 1);
	stlb_analysis_free(reading.analysis);
}

/* A hold, or a bracket, may go on from one phase to the next: an update is of its own phase. */
Test(result, a_phase_may_begin_under_a_lock)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {MARK("warm")}, {START(0, 9)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))},
	     {MARK("hot")}, {CLEAR(1, RW(0xb))}, {CLEAR(2, RW(0xc))}, {UNLOCK(L1)},
	     {ONLY_END(0, 9)});
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 2);
	cr_expect_str_eq(result->findings[0]->phase, "warm");
	cr_expect_eq(result->findings[0]->occurrences, 1);
	cr_expect_str_eq(result->findings[1]->phase, "hot");
	cr_expect_eq(result->findings[1]->occurrences, 2);
	stlb_analysis_free(reading.analysis);
}

Test(result, a_mark_without_text_begins_no_phase)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {MARK("warm")}, {MARK(NULL)}, ZAPPED(0));
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 1);
	cr_expect_str_eq(result->findings[0]->phase, "warm");
	stlb_analysis_free(reading.analysis);
}

/* As much of a mark is kept as there is room for: what is the same there is the same. */
Test(result, long_marks_are_cut)
{
	static const char one[] = "a phase whose name goes on for as long as the line does: one";
	static const char two[] = "a phase whose name goes on for as long as the line does: two";
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {MARK(one)}, ZAPPED(0), {MARK(two)}, ZAPPED(1));
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 1);
	cr_expect_eq(result->findings[0]->occurrences, 2);
	cr_expect_eq(strlen(result->findings[0]->phase), STLB_MAX_PHASE - 1);
	cr_expect_eq(strncmp(result->findings[0]->phase, one, STLB_MAX_PHASE - 1), 0);
	stlb_analysis_free(reading.analysis);
}

/* Up to the last character that is kept they are distinguished. */
Test(result, long_marks_that_differ_at_their_end)
{
	struct made_reading reading = READING(BEFORE_6_6);
	char one[STLB_MAX_PHASE], other[STLB_MAX_PHASE];
	const struct stlb_result *result;

	memset(one, 'x', sizeof(one));
	one[STLB_MAX_PHASE - 1] = '\0';
	strcpy(other, one);
	other[STLB_MAX_PHASE - 2] = 'y';
	GIVE(&reading, SETTLE, {.kind = STLB_PHASE, .text = one}, {BYTES(0, 0)},
	     {.kind = STLB_PHASE, .text = other}, {BYTES(0, 0)}, {.kind = STLB_PHASE, .text = one},
	     {BYTES(0, 0)});
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 2);
	cr_expect_eq(result->findings[0]->occurrences, 2);
	cr_expect_eq(result->findings[1]->occurrences, 1);
	stlb_analysis_free(reading.analysis);
}

/* Of more marks than there is room for, the last ones are no phases; the first stay. */
Test(result, more_marks_than_there_is_room_for)
{
	enum { MANY = 2000 };
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;
	char text[MANY][8];

	GIVE(&reading, SETTLE);
	for (unsigned int i = 0; i < MANY; i++) {
		snprintf(text[i], sizeof(text[i]), "m%u", i);
		GIVE(&reading, {MARK(text[i])});
	}
	GIVE(&reading, ZAPPED(0), {MARK(text[0])}, ZAPPED(1));
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 2);
	cr_expect_str_eq(result->findings[0]->phase, "");
	cr_expect_str_eq(result->findings[1]->phase, "m0");
	stlb_analysis_free(reading.analysis);
}

/* ---- where the trace cannot be read ---- */

Test(result, the_first_gaps_are_kept)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {LOST(HERE), .text = "first"}, {LOST(HERE)},
	     {LOST(HERE), .text = "second"});
	for (unsigned int i = 0; i < STLB_MAX_GAPS; i++)
		GIVE(&reading, {LOST(HERE), .text = "more"});
	result = made_result(&reading);
	cr_expect_eq(result->gaps, 2 + STLB_MAX_GAPS);
	cr_expect_str_eq(result->first_gaps[0].what, "first");
	cr_expect_eq(result->first_gaps[0].line, 3);
	cr_expect_str_eq(result->first_gaps[1].what, "second");
	cr_expect_eq(result->first_gaps[1].line, 5);
	cr_expect_str_eq(result->first_gaps[STLB_MAX_GAPS - 1].what, "more");
	cr_expect_eq(result->lost_while_subscribed, 3 + STLB_MAX_GAPS);
	stlb_analysis_free(reading.analysis);
}

/* ---- what was assumed ---- */

static unsigned int notes_of(const struct stlb_result *result, const char *part)
{
	unsigned int nr = 0;

	for (uint32_t i = 0; i < result->nr_notes; i++)
		nr += strstr(result->notes[i], part) != NULL;
	return nr;
}

Test(result, a_note_is_reported_once)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	stlb_analysis_note(reading.analysis, "taken for granted");
	stlb_analysis_note(reading.analysis, "taken on trust");
	stlb_analysis_note(reading.analysis, "taken for granted");
	stlb_analysis_note(reading.analysis, "taken on trust");
	result = made_result(&reading);
	cr_expect_eq(notes_of(result, "taken for granted"), 1);
	cr_expect_eq(notes_of(result, "taken on trust"), 1);
	stlb_analysis_free(reading.analysis);
}

/* More notes than there is room for: the first ones stay. */
Test(result, many_notes)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;
	char text[32][8];

	for (unsigned int i = 0; i < 32; i++) {
		snprintf(text[i], sizeof(text[i]), "n%u.", i);
		stlb_analysis_note(reading.analysis, text[i]);
	}
	result = made_result(&reading);
	cr_expect_eq(notes_of(result, "n0."), 1);
	cr_expect_eq(notes_of(result, "n15."), 1);
	cr_expect_eq(result->nr_notes, 16);
	stlb_analysis_free(reading.analysis);
}

static unsigned int notes_on(struct made_reading reading, const char *part)
{
	unsigned int nr;

	GIVE(&reading, SETTLE);
	nr = notes_of(made_result(&reading), part);
	stlb_analysis_free(reading.analysis);
	return nr;
}

Test(result, what_contexts_and_clocks_are_taken_for)
{
	const char *no_irqs = "contexts are tasks", *apart = "not common to all CPUs";

	cr_expect_eq(notes_on(READING(BEFORE_6_6), no_irqs), 0);
	cr_expect_eq(notes_on(READING(BEFORE_6_6, .no_irq_flags = true), no_irqs), 1);
	cr_expect_eq(notes_on(READING(BEFORE_6_6, .clock = "mono"), apart), 0);
	cr_expect_eq(notes_on(READING(BEFORE_6_6, .clock = "local"), apart), 1);
	cr_expect_eq(notes_on(READING(BEFORE_6_6, .clock = "uptime"), apart), 1);
	cr_expect_eq(notes_on(READING(BEFORE_6_6, .clock = "perf"), apart), 1);
	cr_expect_eq(notes_on(READING(BEFORE_6_6, .clock = "mixed"), apart), 1);
}

/* What the end of a bracket tells decides, where nothing else tells the kernel's version. */
Test(result, what_the_kernel_is_taken_for)
{
	static const struct made before[] = {SETTLE}, since[] = {SETTLE_66}, none[] = {{INV(0, 1)}};
	static const struct {
		const char *kernel;
		const struct made *rows;
		unsigned int nr, before, since;
	} traces[] = {
		{NULL, before, 2, 1, 0},    {NULL, since, 2, 0, 1},	{NULL, none, 1, 0, 0},
		{"6.1.0", before, 2, 0, 0}, {"6.12.0", since, 2, 0, 0},
	};

	for (size_t i = 0; i < sizeof(traces) / sizeof(*traces); i++) {
		struct made_reading reading = READING(.kernel = traces[i].kernel);
		const struct stlb_result *result;

		made_give(&reading, traces[i].rows, traces[i].nr);
		result = made_result(&reading);
		cr_expect_eq(notes_of(result, "kernel before 6.6"), traces[i].before, "%zu", i);
		cr_expect_eq(notes_of(result, "kernel 6.6 or later"), traces[i].since, "%zu", i);
		stlb_analysis_free(reading.analysis);
	}
}

Test(result, which_kernels_are_before_6_6)
{
	static const struct {
		const char *kernel;
		bool before;
	} kernels[] = {{"5.15.0", true}, {"6.5.13", true}, {"6.6.0", false}, {"6.7.1", false}};

	for (size_t i = 0; i < sizeof(kernels) / sizeof(*kernels); i++) {
		struct made_reading reading = READING(.kernel = kernels[i].kernel);

		GIVE(&reading, SETTLE_66);
		cr_expect_eq(made_result(&reading)->before_6_6, kernels[i].before, "%s",
			     kernels[i].kernel);
		stlb_analysis_free(reading.analysis);
	}
}

/* A clock without a name is taken for one of all CPUs, which a note says. */
Test(result, what_a_clock_without_a_name_is_taken_for)
{
	static const struct made rows[] = {
		SETTLE, {START(0, 1)}, {CLEAR(0, RW(0xa))}, {T2, FREE(0xa)}, {END(0, 1)}};
	struct stlb_trace_facts facts = {
		.kernel = "6.1.0", .arch = STLB_ARCH_X86_64, .irq_flags = true};
	struct stlb_analysis_options options = {0};

	stlb_analysis_defaults(&options);
	for (int named = 0; named < 2; named++) {
		struct made_reading reading = {.recorded = MADE_RECORDED};
		const struct stlb_result *result;

		facts.clock = named ? "global" : NULL;
		reading.analysis = stlb_analysis_new(&options, &facts);
		cr_assert_not_null(reading.analysis);
		made_give(&reading, rows, sizeof(rows) / sizeof(*rows));
		result = made_result(&reading);
		cr_expect_eq(result->rules[STLB_RULE_FREE].occurrences, 1);
		cr_expect_eq(notes_of(result, "does not name its clock"), !named);
		stlb_analysis_free(reading.analysis);
	}
}

/* An event of a kind that a later version may know is not one of this version. */
Test(result, an_event_of_no_kind)
{
	struct made_reading reading = READING(BEFORE_6_6);
	struct stlb_event event = {.kind = STLB_NR_KINDS, .name = "new"};
	const struct stlb_result *result;

	GIVE(&reading, SETTLE);
	cr_expect_eq(stlb_analysis_event(reading.analysis, &event), 0);
	/* nor is a loss an event that was of use */
	GIVE(&reading, {LOST(HERE)});
	result = made_result(&reading);
	cr_expect_eq(result->events_used, 2);
	cr_expect_eq(result->kinds[STLB_INV_START], 1);
	stlb_analysis_free(reading.analysis);
}

/* ---- while the trace is read ---- */

Test(result, what_stands_now)
{
	struct made_reading reading = READING(BEFORE_6_6);
	struct stlb_analysis_stats now;

	GIVE(&reading, SETTLE, {START(0, 3)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))}, {CLEAR(1, RW(0xb))},
	     {CLEAR(2, RW(0xc))}, {INV(0, 1)});
	now = stlb_analysis_stats(reading.analysis);
	cr_expect_eq(now.obligations, 3);
	cr_expect_eq(now.pending, 2);
	cr_expect_eq(now.sites, 0);
	cr_expect_eq(now.mms, 1);
	GIVE(&reading, {SET(1, 0, RW(0xb))}, {UNLOCK(L1)}, {ONLY_END(0, 3)});
	now = stlb_analysis_stats(reading.analysis);
	cr_expect_eq(now.pending, 0);
	cr_expect_eq(now.sites, 1);
	GIVE(&reading, {START(0, 3)}, {CLEAR(0, RW(0xa))}, {CLEAR(1, RW(0xb))}, {INV(0, 1)});
	now = stlb_analysis_stats(reading.analysis);
	cr_expect_eq(now.pending, 1);
	GIVE(&reading, {RELEASE}, {.kind = STLB_SUBSCRIBE, .fields = {F(MM, MM2), F(SUB, SUB2)}},
	     {SUBSCRIBED(0)});
	now = stlb_analysis_stats(reading.analysis);
	cr_expect_eq(now.obligations, 5);
	cr_expect_eq(now.pending, 0);
	cr_expect_eq(now.mms, 2);
	stlb_analysis_free(reading.analysis);
}

/* ---- what a finding tells ---- */

Test(result, whose_callbacks_a_finding_concerns)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, {OF(SUBSCRIBE, F(MM, MM1), F(SUB, SUB1), F(CALLBACK, 0xc1))},
	     {SUBSCRIBED(0)}, {OF(SUBSCRIBE, F(MM, MM1), F(SUB, 0), F(CALLBACK, 0xbad))},
	     {SUBSCRIBED(0)},
	     {OF(SUBSCRIBE, F(MM, MM1), F(SUB, SUB2), F(CALLBACK, 0xc1), F(START_CALLBACK, 0xc2))},
	     {SUBSCRIBED(0)}, {OF(SUBSCRIBE, F(MM, MM1), F(SUB, SUB2), F(CALLBACK, 0xc2))},
	     {SUBSCRIBED(0)}, SETTLE, ZAPPED(0));
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 1);
	cr_assert_eq(result->findings[0]->nr_subscribers, 2);
	cr_expect_eq(result->findings[0]->subscribers[0], 0xc1);
	cr_expect_eq(result->findings[0]->subscribers[1], 0xc2);
	stlb_analysis_free(reading.analysis);
}

Test(result, no_more_callbacks_than_there_is_room_for)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	for (unsigned int i = 0; i < 2 * STLB_MAX_SUBSCRIBERS; i++)
		GIVE(&reading, {OF(SUBSCRIBE, F(MM, MM1), F(SUB, SUB1), F(CALLBACK, 0xc0 + i))},
		     {SUBSCRIBED(0)});
	GIVE(&reading, SETTLE, ZAPPED(0));
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 1);
	cr_expect_eq(result->findings[0]->nr_subscribers, STLB_MAX_SUBSCRIBERS);
	cr_expect_eq(result->findings[0]->subscribers[STLB_MAX_SUBSCRIBERS - 1],
		     0xc0 + STLB_MAX_SUBSCRIBERS - 1);
	stlb_analysis_free(reading.analysis);
}

/* What only an echo recorded of a set of many is proved by that set. */
Test(result, a_repoint_that_an_echo_reported)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {START(0, 2)}, {LOCK(L1)}, {SET_NR(0, RW(0x30), 2)},
	     {CLEAR(0, RO(0xa))}, {CLEAR(1, 0)}, {UNLOCK(L1)}, {END(0, 2)});
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 1);
	cr_assert_eq(result->findings[0]->nr_events, 4);
	cr_expect_str_eq(result->findings[0]->events[2].role, "update");
	cr_expect_eq(result->findings[0]->events[2].event.kind, STLB_PTE_SET);
	cr_expect_eq(result->findings[0]->events[2].event.ns, 5000);
	stlb_analysis_free(reading.analysis);
}

/* What an invalidation cost that was not necessary: from its entry to its return. */
Test(result, what_redundant_invalidations_cost)
{
	struct made_reading reading = READING(BEFORE_6_6, .redundant = true);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {OF(INV_RANGE_RET)}, {START(0, 3)}, {LOCK(L1)},
	     {SET(0, RW(0xa), RO(0xa))}, {INV(0, 1), .ns = 20000}, {OF(INV_RANGE_RET), .ns = 20300},
	     {SET(1, RW(0xb), RO(0xb)), .ns = 20400}, {INV(1, 2), .ns = 20500},
	     {OF(INV_RANGE_RET), .ns = 21200}, {SET(2, RW(0xc), RO(0xc)), .ns = 21300},
	     /* of clocks that differ, the return may seem to come first */
	     {INV(2, 3), .ns = 21400}, {OF(INV_RANGE_RET), .ns = 21390, .cpu = 1},
	     {UNLOCK(L1), .ns = 22000});
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 1);
	cr_expect_eq(result->findings[0]->occurrences, 3);
	cr_expect_eq(result->findings[0]->cost_ns, 300 + 700);
	stlb_analysis_free(reading.analysis);
}
