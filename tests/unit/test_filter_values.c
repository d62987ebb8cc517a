/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a filter selects, to the byte and the nanosecond, and which events its value occurs in. */
#include "made_events.h"
#include "made_reading.h"

#define SELECTS(value_kind, ...) .kind = STLB_FILTER_##value_kind, __VA_ARGS__

/** struct row - a filter, and how many violations it selects of each rule */
struct row {
	struct stlb_filter_value value;
	uint64_t free, unaligned, huge;
};

/* Row 3 sets off unaligned-range at an address of its own, row 8 frees a page, row 14 a huge one.
 */
static const struct made faults[] = {
	SETTLE,
	{BYTES(MADE_BASE + 8, PAGE(1))},
	{START(2, 3)},
	{LOCK(L1)},
	{CLEAR(2, RW(0xa))},
	{UNLOCK(L1)},
	{FREE(0xa)},
	{END(2, 3)},
	{START(512, 1024)},
	{LOCK(L1)},
	{PMD_CLEAR(512, HUGE(0x40000))},
	{UNLOCK(L1)},
	{FREES(0x40000, 9)},
	{END(512, 1024)},
};

Test(filter_values, select_what_they_touch)
{
#define ADDR(from, to)                                                                             \
	{                                                                                          \
		SELECTS(ADDR, .start = (from), .end = (to))                                        \
	}
	static const struct row rows[] = {
		{ADDR(0, UINT64_MAX), 1, 1, 1},
		{ADDR(MADE_BASE + 8, MADE_BASE + 9), 0, 1, 0},
		{ADDR(MADE_BASE, MADE_BASE + 8), 0, 0, 0},
		{ADDR(MADE_BASE + 9, PAGE(1)), 0, 0, 0},
		{ADDR(PAGE(2), PAGE(2) + 1), 1, 0, 0},
		{ADDR(PAGE(3) - 1, PAGE(3)), 1, 0, 0},
		{ADDR(PAGE(3), PAGE(4)), 0, 0, 0},
		{ADDR(PAGE(2) - 1, PAGE(2)), 0, 0, 0},
		{ADDR(PAGE(512), PAGE(512) + 1), 0, 0, 1},
		{ADDR(PAGE(1024) - 1, PAGE(1024)), 0, 0, 1},
		{ADDR(PAGE(1024), PAGE(1025)), 0, 0, 0},
		{{SELECTS(SINCE, .start = 3000)}, 1, 1, 1},
		{{SELECTS(SINCE, .start = 3001)}, 1, 0, 1},
		{{SELECTS(SINCE, .start = 8001)}, 0, 0, 1},
		{{SELECTS(UNTIL, .start = 8000)}, 1, 1, 0},
		{{SELECTS(UNTIL, .start = 7999)}, 0, 1, 0},
		{{SELECTS(UNTIL, .start = 2999)}, 0, 0, 0},
		{{SELECTS(MM, .start = MM1)}, 1, 1, 1},
		{{SELECTS(RULE, .rule = STLB_RULE_RACY)}, 1, 1, 1},
		{{SELECTS(MM, .start = MM2)}, 0, 0, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		made_judge(__func__, (int)i, faults, sizeof(faults) / sizeof(*faults),
			   &(struct made_how){
				   BEFORE_6_6, .filter = {&rows[i].value, 1},
				   .counts = {[STLB_RULE_FREE] = rows[i].free + rows[i].huge,
					      [STLB_RULE_UNALIGNED] = rows[i].unaligned}});
}

/* What nobody knows the place of is at no address. */
Test(filter_values, select_nothing_without_an_address)
{
	static const struct stlb_filter_value everywhere = {
		SELECTS(ADDR, .start = 0, .end = UINT64_MAX)};
	static const struct made trace[] = {
		SETTLE,	      {START(0, 9)}, {LOCK(L1)}, {CLEAR_AT(RW(0xa))},
		{UNLOCK(L1)}, {FREE(0xa)},   {END(0, 9)}};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
	JUDGE(trace, BEFORE_6_6, .filter = {&everywhere, 1});
}

/* An interrupt is not the task on top of which it runs. */
Test(filter_values, select_no_interrupt_by_a_task)
{
	static const struct stlb_filter_value by_pid = {SELECTS(PID, .tid = 100)},
					      by_comm = {SELECTS(COMM, .text = "task")},
					      by_mm = {SELECTS(MM, .start = MM1)};
	static const struct made task[] = {SETTLE, {BYTES(8, 0x1000)}};
	static const struct made interrupt[] = {SETTLE, {IRQ, BYTES(8, 0x1000)}};
#define UNALIGNED(n) .counts = {[STLB_RULE_UNALIGNED] = (n)}

	JUDGE(task, BEFORE_6_6, .filter = {&by_pid, 1}, UNALIGNED(1));
	JUDGE(task, BEFORE_6_6, .filter = {&by_comm, 1}, UNALIGNED(1));
	JUDGE(interrupt, BEFORE_6_6, .filter = {&by_pid, 1}, UNALIGNED(0));
	JUDGE(interrupt, BEFORE_6_6, .filter = {&by_comm, 1}, UNALIGNED(0));
	JUDGE(interrupt, BEFORE_6_6, .filter = {&by_mm, 1}, UNALIGNED(1));
}

/* Nor a task whose name is not recorded. */
Test(filter_values, select_no_task_without_a_name)
{
	static const struct stlb_filter_value by_comm = {SELECTS(COMM, .text = "task")};
	static const struct made rows[] = {SETTLE, {BYTES(8, 0x1000)}};
	struct made_reading reading = READING(BEFORE_6_6, .filter = {&by_comm, 1});
	const struct stlb_result *result;
	struct stlb_event event;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		made_fill(&event, &rows[i], 1000 * (i + 1));
		event.comm = NULL;
		cr_assert_eq(stlb_analysis_event(reading.analysis, &event), 0);
	}
	result = made_result(&reading);
	cr_expect_eq(result->filters_matched, 0);
	cr_expect_eq(result->rules[STLB_RULE_UNALIGNED].occurrences, 0);
	stlb_analysis_free(reading.analysis);
}

/* ---- which of them occur in the trace ---- */

/* Rows @rows of which value @bit has to occur, or not. */
static void occurs(const char *test, int line, struct stlb_filter_value value,
		   const struct made *rows, size_t nr, bool expected)
{
	struct made_reading reading = READING(BEFORE_6_6, .filter = {&value, 1});
	const struct stlb_result *result;

	made_give(&reading, rows, nr);
	result = made_result(&reading);
	cr_expect_eq(result->filters_matched, expected, "%s:%d", test, line);
	stlb_analysis_free(reading.analysis);
}

#define OCCURS(expected, row, ...)                                                                 \
	do {                                                                                       \
		const struct made rows[] = {row};                                                  \
                                                                                                   \
		occurs(__func__, __LINE__, (struct stlb_filter_value){__VA_ARGS__}, rows, 1,       \
		       expected);                                                                  \
	} while (0)
#define ROW(...)                                                                                   \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define IN(from, to) SELECTS(ADDR, .start = (from), .end = (to))

Test(filter_values, occur_at_an_address)
{
#define CLEARED ROW(CLEAR(2, RW(0xa)))
#define RANGE	ROW(INV(2, 4))
	OCCURS(true, CLEARED, IN(PAGE(2), PAGE(2) + 1));
	OCCURS(true, CLEARED, IN(PAGE(3) - 1, PAGE(3)));
	OCCURS(false, CLEARED, IN(PAGE(3), PAGE(4)));
	OCCURS(false, CLEARED, IN(PAGE(1), PAGE(2)));
	OCCURS(true, RANGE, IN(PAGE(2), PAGE(2) + 1));
	OCCURS(true, RANGE, IN(PAGE(4) - 1, PAGE(4)));
	OCCURS(false, RANGE, IN(PAGE(4), PAGE(5)));
	OCCURS(false, RANGE, IN(PAGE(1), PAGE(2)));
	OCCURS(true, ROW(BYTES(PAGE(2), (UINT64_C(1) << 47) - 1)), IN(PAGE(2), PAGE(3)));
	OCCURS(false, ROW(USER_MODE), IN(0, PAGE(1)));
	/* everything is nothing in particular, and half of a range is no range */
	OCCURS(false, ROW(BYTES(0, UINT64_MAX)), IN(PAGE(2), PAGE(3)));
	OCCURS(false, ROW(BYTES(0, UINT64_C(1) << 47)), IN(PAGE(2), PAGE(3)));
	OCCURS(false, ROW(OF(INV_RANGE, F(MM, MM1), F(START, PAGE(2)))), IN(PAGE(2), PAGE(3)));
	OCCURS(false, ROW(OF(INV_RANGE, F(MM, MM1), F(END, PAGE(3)))), IN(PAGE(2), PAGE(3)));
}

Test(filter_values, occur_by_a_task_or_an_mm)
{
	OCCURS(true, ROW(SWITCH(7)), SELECTS(PID, .tid = 7));
	OCCURS(true, ROW(SWITCH(7)), SELECTS(PID, .tid = 100));
	OCCURS(false, ROW(SWITCH(7)), SELECTS(PID, .tid = 8));
	OCCURS(false, ROW(USER_MODE), SELECTS(PID, .tid = 0));
	OCCURS(true, ROW(.comm = "one", USER_MODE), SELECTS(COMM, .text = "one"));
	OCCURS(false, ROW(.comm = "one", USER_MODE), SELECTS(COMM, .text = "other"));
	OCCURS(true, ROW(INV(2, 4)), SELECTS(MM, .start = MM1));
	OCCURS(false, ROW(INV(2, 4)), SELECTS(MM, .start = MM2));
	OCCURS(false, ROW(USER_MODE), SELECTS(MM, .start = 0));
}

Test(filter_values, occur_in_time)
{
	OCCURS(true, ROW(.ns = 5000, USER_MODE), SELECTS(SINCE, .start = 5000));
	OCCURS(false, ROW(.ns = 5000, USER_MODE), SELECTS(SINCE, .start = 5001));
	OCCURS(true, ROW(.ns = 5000, USER_MODE), SELECTS(UNTIL, .start = 5000));
	OCCURS(false, ROW(.ns = 5000, USER_MODE), SELECTS(UNTIL, .start = 4999));
}

/* The whole of what is asked: up to the last of as many values as there may be. */
Test(filter_values, occur_each_for_itself)
{
	struct stlb_filter_value values[STLB_MAX_FILTERS];
	struct stlb_kinds recorded = MADE_RECORDED;

	for (uint32_t nr = STLB_MAX_FILTERS - 1; nr <= STLB_MAX_FILTERS; nr++)
		for (int swapped = 0; swapped < 2; swapped++) {
			struct made_reading reading =
				READING(BEFORE_6_6, .recorded = recorded, .filter = {values, nr});

			for (uint32_t i = 0; i < nr; i++)
				values[i] = (struct stlb_filter_value){
					SELECTS(PID, .tid = 1000 + (int)i)};
			for (uint32_t i = 0; i < nr; i++)
				GIVE(&reading,
				     {.tid = 1000 + (int)(swapped ? nr - 1 - i : i), USER_MODE});
			cr_expect_eq(made_result(&reading)->filters_matched,
				     UINT64_MAX >> (64 - nr));
			stlb_analysis_free(reading.analysis);
		}
}
