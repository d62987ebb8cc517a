/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a loss makes unsure, which violations a filter asks for, and in what order findings come. */
#include "made_device.h"
#include "made_reading.h"

#define ZAPPED(n)                                                                                  \
	{START(n, (n) + 1)}, {LOCK(L1)}, {CLEAR(n, RW(0xa0 + (n)))}, {UNLOCK(L1)},                 \
	{                                                                                          \
		ONLY_END(n, (n) + 1)                                                               \
	}

static const struct stlb_finding *first_of(const struct stlb_result *result, enum stlb_rule rule)
{
	for (uint32_t i = 0; i < result->nr_findings; i++)
		if (result->findings[i]->rule == rule)
			return result->findings[i];
	return NULL;
}

/* ---- losses ---- */

/* A text is in the order of its lines: a loss of no CPU in particular comes after the last line. */
Test(doubt, a_loss_of_no_cpu_in_particular)
{
	static const struct made after[] = {SETTLE, ZAPPED(0), {.cpu = -1, LOST(HERE)}};
	static const struct made before[] = {SETTLE, {.cpu = -1, LOST(HERE)}, SETTLE, ZAPPED(0)};
	static const struct made between[] = {
		SETTLE,	      {START(0, 1)},	       {LOCK(L1)},	{CLEAR(0, RW(0xa))},
		{UNLOCK(L1)}, {.cpu = -1, LOST(HERE)}, {ONLY_END(0, 1)}};
	static const struct made other_cpu[] = {
		SETTLE, {T3, USER_MODE}, ZAPPED(0), {.cpu = -1, LOST(HERE)}, {T3, USER_MODE}};

	static const struct made last_on_another[] = {SETTLE,
						      SETTLED(T2),
						      {T2, START(0, 1)},
						      {T2, LOCK(L1)},
						      {T2, CLEAR(0, RW(0xa))},
						      {T2, UNLOCK(L1)},
						      {T2, ONLY_END(0, 1)},
						      {.cpu = -1, LOST(HERE)}};

	JUDGE(last_on_another, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
	JUDGE(after, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
	JUDGE(before, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
	JUDGE(between, BEFORE_6_6, .inconclusive = {[STLB_RULE_NEVER] = 1});
	JUDGE(other_cpu, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
}

/* One of a CPU lies after that CPU's last event: what came since is unsure, of any context. */
Test(doubt, a_loss_of_a_cpu)
{
	static const struct made since[] = {
		SETTLE, {T3, USER_MODE}, ZAPPED(0), {.cpu = 2, LOST(HERE)}};
	static const struct made before[] = {
		SETTLE, ZAPPED(0), {T3, USER_MODE}, {.cpu = 2, LOST(HERE)}};
	static const struct made silent_cpu[] = {SETTLE, ZAPPED(0), {.cpu = 9, LOST(HERE)}};

	JUDGE(since, BEFORE_6_6, .inconclusive = {[STLB_RULE_NEVER] = 1});
	JUDGE(before, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
	JUDGE(silent_cpu, BEFORE_6_6, .inconclusive = {[STLB_RULE_NEVER] = 1});
}

/* What was unsure after one loss is so after the next, and nothing else of its site. */
Test(doubt, one_of_a_site_by_two_losses)
{
	static const struct made once[] = {
		SETTLE, ZAPPED(0), {T3, USER_MODE}, ZAPPED(1), {.cpu = 2, LOST(HERE)}};
	static const struct made twice[] = {SETTLE,
					    ZAPPED(0),
					    {T3, USER_MODE},
					    ZAPPED(1),
					    {.cpu = 2, LOST(HERE)},
					    {.cpu = 2, LOST(HERE)}};

	JUDGE(once, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1},
	      .inconclusive = {[STLB_RULE_NEVER] = 1});
	JUDGE(twice, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1},
	      .inconclusive = {[STLB_RULE_NEVER] = 1});
}

/* The last event before the loss was seen, and so was what it violated, reported at once or held
 * back.
 */
Test(doubt, not_of_the_last_event_before)
{
#define REPLACED_BY(entry)                                                                         \
	SETTLE, {START(0, 1)}, {LOCK(L1)}, {SET(0, RO(0xa), entry)},                               \
	{                                                                                          \
		LOST(HERE)                                                                         \
	}
	static const struct made at_once[] = {REPLACED_BY(RW(0xb))};
	static const struct made held_back[] = {REPLACED_BY(RO(0xb))};

	JUDGE(at_once, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(held_back, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

/* A range that is wrong by itself is so whatever was lost. */
Test(doubt, not_of_a_range_that_is_wrong_by_itself)
{
	static const struct made trace[] = {
		SETTLE, {BYTES(0x1000, 0x1000)}, {BYTES(0x1008, 0x2000)}, {.cpu = 9, LOST(HERE)}};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_EMPTY] = 1, [STLB_RULE_UNALIGNED] = 1});
}

/* Two violations of one site, and a loss before the second alone. */
Test(doubt, of_a_part_of_a_site)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, ZAPPED(0), {T3, USER_MODE}, ZAPPED(1), ZAPPED(2),
	     {.cpu = 2, LOST(HERE)});
	result = made_result(&reading);
	cr_expect_eq(result->rules[STLB_RULE_NEVER].occurrences, 1);
	cr_expect_eq(result->rules[STLB_RULE_NEVER].inconclusive, 2);
	cr_assert_eq(result->nr_findings, 2);
	cr_expect_eq(result->findings[0]->verdict, STLB_OBSERVED);
	cr_expect_eq(result->findings[1]->verdict, STLB_INCONCLUSIVE);
	cr_expect_eq(result->nr_hidden, 0);
	stlb_analysis_free(reading.analysis);
}

/* A site of which all is doubted is inconclusive, and nothing else. */
Test(doubt, of_all_of_a_site)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {T3, USER_MODE}, ZAPPED(1), ZAPPED(2), {.cpu = 2, LOST(HERE)});
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 1);
	cr_expect_eq(result->findings[0]->inconclusive, 2);
	cr_expect_eq(result->nr_hidden, 0);
	cr_expect_eq(result->rules[STLB_RULE_NEVER].sites, 0);
	stlb_analysis_free(reading.analysis);
}

/* What a filter hides is doubted too, and stays hidden. */
Test(doubt, of_what_is_hidden)
{
	static const struct stlb_filter_value first = {
		.kind = STLB_FILTER_ADDR, .start = PAGE(0), .end = PAGE(1)};
	struct made_reading reading = READING(BEFORE_6_6, .filter = {&first, 1});
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, ZAPPED(0), {T3, USER_MODE}, ZAPPED(1), {.cpu = 2, LOST(HERE)});
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 1);
	cr_expect_eq(result->findings[0]->occurrences, 1);
	cr_expect_eq(result->findings[0]->hidden.nr, 0);
	cr_assert_eq(result->nr_hidden, 1);
	cr_expect_eq(result->hidden[0]->verdict, STLB_INCONCLUSIVE);
	cr_expect_eq(result->hidden[0]->hidden.nr, 1);
	cr_expect_eq(result->hidden[0]->hidden.by[STLB_FILTER_ADDR], 1);
	stlb_analysis_free(reading.analysis);
}

/* ---- filters ---- */

static uint64_t shown(const struct stlb_filter_value *value, const struct made *rows, size_t nr)
{
	struct made_reading reading = READING(BEFORE_6_6, .filter = {value, 1});
	const struct stlb_result *result;
	uint64_t number = 0;

	made_give(&reading, rows, nr);
	result = made_result(&reading);
	for (uint32_t i = 0; i < result->nr_findings; i++)
		number += result->findings[i]->occurrences;
	stlb_analysis_free(reading.analysis);
	return number;
}

#define SHOWN(rows, ...)                                                                           \
	shown(&(struct stlb_filter_value){__VA_ARGS__}, rows, sizeof(rows) / sizeof((rows)[0]))
#define AT(first, last) .kind = STLB_FILTER_ADDR, .start = (first), .end = (last)

Test(asked_for, by_address)
{
	static const struct made pte[] = {SETTLE, ZAPPED(3)};
	static const struct made huge[] = {SETTLE,	 {START(512, 1024)},
					   {LOCK(L1)},	 {PMD_CLEAR(512, HUGE(0x200))},
					   {UNLOCK(L1)}, {ONLY_END(512, 1024)}};
	static const struct made range[] = {SETTLE, {BYTES(0x5000, 0x5000)}};
	static const struct made nowhere[] = {
		SETTLE, {START(0, 1)}, {CLEAR_AT(RW(0xa))}, {FREE(0xa)}, {END(0, 1)}};

	cr_expect_eq(SHOWN(pte, AT(PAGE(3) + 0xfff, PAGE(9))), 1);
	cr_expect_eq(SHOWN(pte, AT(PAGE(4), PAGE(9))), 0);
	cr_expect_eq(SHOWN(pte, AT(PAGE(0), PAGE(3) + 1)), 1);
	cr_expect_eq(SHOWN(pte, AT(PAGE(0), PAGE(3))), 0);
	cr_expect_eq(SHOWN(huge, AT(PAGE(1023), PAGE(1024))), 1);
	cr_expect_eq(SHOWN(huge, AT(PAGE(1024), PAGE(1025))), 0);
	cr_expect_eq(SHOWN(range, AT(0x5000, 0x5001)), 1);
	cr_expect_eq(SHOWN(range, AT(0x5001, 0x6000)), 0);
	cr_expect_eq(SHOWN(range, AT(0x4000, 0x5000)), 0);
	cr_expect_eq(SHOWN(nowhere, AT(0, UINT64_MAX)), 0);
}

Test(asked_for, by_time)
{
	static const struct made trace[] = {SETTLE, {BYTES(0, 0)}};

	cr_expect_eq(SHOWN(trace, .kind = STLB_FILTER_SINCE, .start = 3000), 1);
	cr_expect_eq(SHOWN(trace, .kind = STLB_FILTER_SINCE, .start = 3001), 0);
	cr_expect_eq(SHOWN(trace, .kind = STLB_FILTER_UNTIL, .start = 3000), 1);
	cr_expect_eq(SHOWN(trace, .kind = STLB_FILTER_UNTIL, .start = 2999), 0);
}

/* An interrupt has the tid of what it interrupted, and is not that task. */
Test(asked_for, by_task)
{
	static const struct made task[] = {SETTLE, {BYTES(0, 0)}};
	static const struct made interrupt[] = {SETTLE, {IRQ, BYTES(0, 0)}};

	cr_expect_eq(SHOWN(task, .kind = STLB_FILTER_PID, .tid = 100), 1);
	cr_expect_eq(SHOWN(task, .kind = STLB_FILTER_PID, .tid = 101), 0);
	cr_expect_eq(SHOWN(interrupt, .kind = STLB_FILTER_PID, .tid = 0), 0);
	cr_expect_eq(SHOWN(task, .kind = STLB_FILTER_COMM, .text = "task"), 1);
	cr_expect_eq(SHOWN(task, .kind = STLB_FILTER_COMM, .text = "tas"), 0);
	cr_expect_eq(SHOWN(task, .kind = STLB_FILTER_MM, .start = MM1), 1);
	cr_expect_eq(SHOWN(task, .kind = STLB_FILTER_MM, .start = MM2), 0);
}

/* Whether the trace has anything at all of what is asked for. */
static bool met(struct stlb_filter_value value, struct made row)
{
	struct made_reading reading = READING(BEFORE_6_6, .filter = {&value, 1});
	bool matched;

	made_give(&reading, &row, 1);
	matched = made_result(&reading)->filters_matched == 1;
	stlb_analysis_free(reading.analysis);
	return matched;
}

Test(asked_for, what_the_trace_has)
{
	struct made clear = {CLEAR(3, RW(0xa))}, inv = {INV(3, 5)}, all = {BYTES(0, UINT64_MAX)};
	struct made lock = {LOCK(L1)}, wake = {WAKE(77)};
	struct stlb_filter_value at = {AT(PAGE(3), PAGE(4))}, inside = {AT(PAGE(3) + 8, PAGE(4))};
	struct stlb_filter_value before = {AT(PAGE(2), PAGE(3))}, after = {AT(PAGE(4), PAGE(5))};
	struct stlb_filter_value past = {AT(PAGE(5), PAGE(6))};
	struct stlb_filter_value pid = {.kind = STLB_FILTER_PID, .tid = 77};
	struct stlb_filter_value other = {.kind = STLB_FILTER_PID, .tid = 78};
	struct stlb_filter_value mm = {.kind = STLB_FILTER_MM, .start = MM1};

	cr_expect(met(at, clear) && met(inside, clear));
	cr_expect(!met(before, clear) && !met(after, clear));
	cr_expect(met(at, inv) && met(after, inv) && !met(before, inv) && !met(past, inv));
	/* an invalidation of everything names no address in particular */
	cr_expect(!met(at, all) && !met(at, lock));
	cr_expect(met(pid, wake) && !met(other, wake));
	cr_expect(met(mm, inv) && !met(mm, lock));
}

/* Each of several is looked for until it was met. */
Test(asked_for, one_after_the_other)
{
	static const struct stlb_filter_value both[] = {{.kind = STLB_FILTER_MM, .start = MM1},
							{.kind = STLB_FILTER_PID, .tid = 77}};
	struct made_reading reading = READING(BEFORE_6_6, .filter = {both, 2});

	GIVE(&reading, {INV(0, 1)}, {INV(0, 1)}, {.tid = 77, INV(0, 1)});
	cr_expect_eq(made_result(&reading)->filters_matched, 3);
	stlb_analysis_free(reading.analysis);
}

/* What is hidden tells when it was first and last, too. */
Test(asked_for, when_the_hidden_ones_were)
{
	static const struct stlb_filter_value nobody = {.kind = STLB_FILTER_PID, .tid = 7};
	struct made_reading reading = READING(BEFORE_6_6, .filter = {&nobody, 1});
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {BYTES(0, 0)}, {BYTES(0, 0)});
	result = made_result(&reading);
	cr_assert_eq(result->nr_hidden, 1);
	cr_expect_eq(result->hidden[0]->first_ns, 3000);
	cr_expect_eq(result->hidden[0]->last_ns, 4000);
	stlb_analysis_free(reading.analysis);
}

/* Those that a filter hides tell nothing of when those that it selects were, be it before or after.
 */
Test(asked_for, when_the_selected_ones_were)
{
	static const struct stlb_filter_value mine = {.kind = STLB_FILTER_PID, .tid = 100};
	struct made_reading reading = READING(BEFORE_6_6, .filter = {&mine, 1});
	const struct stlb_finding *finding;

	GIVE(&reading, SETTLE, {T2, BYTES(0, 0)}, {BYTES(0, 0)}, {BYTES(0, 0)}, {T2, BYTES(0, 0)});
	finding = first_of(made_result(&reading), STLB_RULE_EMPTY);
	cr_assert_not_null(finding);
	cr_expect_eq(finding->first_ns, 4000);
	cr_expect_eq(finding->last_ns, 5000);
	cr_expect_eq(finding->occurrences, 2);
	cr_expect_eq(finding->hidden.nr, 2);
	for (int kind = 0; kind < STLB_NR_FILTERS; kind++)
		cr_expect_eq(finding->hidden.by[kind], kind == STLB_FILTER_PID ? 2 : 0);
	stlb_analysis_free(reading.analysis);
}

/* ---- the order of findings ---- */

/* A rule that is off by default and turned on comes after the others: their ids stay. */
Test(findings, ids_of_what_is_off_by_default_come_last)
{
	struct made_reading reading = READING(BEFORE_6_6, .redundant = true);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))}, {INV(0, 1)},
	     {UNLOCK(L1)}, {END(0, 1)}, ZAPPED(1));
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 2);
	cr_expect_eq(result->findings[0]->rule, STLB_RULE_NEVER);
	cr_expect_str_eq(result->findings[0]->id, "F1");
	cr_expect_eq(result->findings[1]->rule, STLB_RULE_REDUNDANT);
	stlb_analysis_free(reading.analysis);
}

/* Two at one time come in the order of the rules. */
Test(findings, of_one_time_come_by_rule)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {BYTES(0x1008, 0x2000), .ns = 9000}, {BYTES(0, 0), .ns = 9000});
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 2);
	cr_expect_eq(result->findings[0]->rule, STLB_RULE_EMPTY);
	cr_expect_eq(result->findings[1]->rule, STLB_RULE_UNALIGNED);
	stlb_analysis_free(reading.analysis);
}

/* Whoever acts: kernel threads are code paths of their own. */
Test(findings, of_one_time_come_by_rule_whoever_acts)
{
	static const char *const threads[] = {"ksmd",	    "khugepaged", "kswapd0",
					      "kcompactd0", "oom_reaper", "kworker/1:1"};

	for (size_t i = 0; i < sizeof(threads) / sizeof(*threads); i++) {
		struct made_reading reading = READING(BEFORE_6_6);
		const struct stlb_result *result;

		GIVE(&reading, SETTLE,
		     {.tid = 33, .comm = threads[i], BYTES(0x1008, 0x2000), .ns = 9000},
		     {.tid = 33, .comm = threads[i], BYTES(0, 0), .ns = 9000});
		result = made_result(&reading);
		cr_assert_eq(result->nr_findings, 2);
		cr_expect_eq(result->findings[0]->rule, STLB_RULE_EMPTY, "%s", threads[i]);
		cr_expect_eq(result->findings[1]->rule, STLB_RULE_UNALIGNED, "%s", threads[i]);
		stlb_analysis_free(reading.analysis);
	}
}

Test(findings, tell_when_they_were_first_and_last)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_finding *finding;

	GIVE(&reading, SETTLE, {BYTES(0, 0)}, {BYTES(0, 0)}, {T2, BYTES(0, 0)});
	finding = first_of(made_result(&reading), STLB_RULE_EMPTY);
	cr_assert_not_null(finding);
	cr_expect_eq(finding->first_ns, 3000);
	cr_expect_eq(finding->last_ns, 5000);
	cr_expect_eq(finding->occurrences, 3);
	stlb_analysis_free(reading.analysis);
}

/* ---- redundant-invalidate ---- */

/* However many ends repeat an invalidation, it is one that was too many. */
Test(redundant, reported_once_of_an_obligation)
{
	static const struct made trace[] = {SETTLE,	  {START(0, 9)},       {START(0, 1)},
					    {LOCK(L1)},	  {CLEAR(0, RW(0xa))}, {INV(0, 1)},
					    {UNLOCK(L1)}, {END(0, 1)},	       {END(0, 9)}};

	JUDGE(trace, BEFORE_6_6, .redundant = true, .counts = {[STLB_RULE_REDUNDANT] = 1});
	JUDGE(trace, BEFORE_6_6);
}

/* Twice in the lock is not what the lock and the end repeat. */
Test(redundant, not_of_two_in_the_lock)
{
	static const struct made trace[] = {
		SETTLE,	     {START(0, 1)}, {LOCK(L1)},	  {CLEAR(0, RW(0xa))},
		{INV(0, 1)}, {INV(0, 1)},   {UNLOCK(L1)}, {ONLY_END(0, 1)}};

	JUDGE(trace, BEFORE_6_6, .redundant = true);
}

/* An end repeats what was done in its own bracket, not what was done before. */
Test(redundant, not_of_a_later_bracket)
{
	static const struct made trace[] = {SETTLE,	 {LOCK(L1)},   {CLEAR(0, RW(0xa))},
					    {INV(0, 1)}, {UNLOCK(L1)}, {START(0, 1)},
					    {END(0, 1)}};

	JUDGE(trace, BEFORE_6_6, .redundant = true, .counts = {[STLB_RULE_UNBRACKETED] = 1});
}

/* ---- names ---- */

Test(names, of_rules_and_severities)
{
	for (int i = 0; i < STLB_NR_RULES; i++)
		cr_expect_eq((int)stlb_rule_find(stlb_rule_info(i)->id), i);
	cr_expect_eq(stlb_rule_find("refault-in-window"), STLB_RULE_REFAULT);
	cr_expect_eq(stlb_rule_find("no-such-rule"), STLB_NR_RULES);
	for (int i = STLB_OFF; i <= STLB_ERROR; i++)
		cr_expect_eq(stlb_severity_find(stlb_severity_name(i)), i);
	cr_expect_lt(stlb_severity_find("fatal"), 0);
	cr_expect_lt(stlb_severity_find(stlb_verdict_name(STLB_OBSERVED)), 0);
	cr_expect_str_eq(stlb_filter_name(STLB_FILTER_MM), "mm");
	cr_expect_str_eq(stlb_filter_name(STLB_FILTER_PID), "pid");
	cr_expect_str_eq(stlb_filter_name(STLB_FILTER_COMM), "comm");
	cr_expect_str_eq(stlb_filter_name(STLB_FILTER_ADDR), "addr");
	cr_expect_str_eq(stlb_filter_name(STLB_FILTER_SINCE), "since");
	cr_expect_str_eq(stlb_filter_name(STLB_FILTER_UNTIL), "until");
	cr_expect_str_eq(stlb_filter_name(STLB_FILTER_RULE), "rule");
	cr_expect_str_eq(stlb_verdict_name(STLB_OBSERVED), "observed");
	cr_expect_str_eq(stlb_verdict_name(STLB_STRICT), "strict");
	cr_expect_str_eq(stlb_verdict_name(STLB_INCONCLUSIVE), "inconclusive");
	cr_expect_str_eq(stlb_judged_name(STLB_JUDGED_NONE), "none");
	cr_expect_str_eq(stlb_judged_name(STLB_JUDGED_PARTIAL), "partial");
	cr_expect_str_eq(stlb_judged_name(STLB_JUDGED_FULL), "full");
}

static uint64_t cost_of(const struct made *rows, size_t nr)
{
	struct made_reading reading = READING(BEFORE_6_6, .redundant = true);
	const struct stlb_finding *finding;
	uint64_t cost;

	made_give(&reading, rows, nr);
	finding = first_of(made_result(&reading), STLB_RULE_REDUNDANT);
	cr_assert_not_null(finding);
	cost = finding->cost_ns;
	stlb_analysis_free(reading.analysis);
	return cost;
}

/* Its cost is the time between entry and return, where both are recorded. */
Test(redundant, costs_the_time_between_entry_and_return)
{
#define WRITE_PROTECTED(...)                                                                       \
	SETTLE, {START(0, 1)}, {LOCK(L1)}, {SET(0, RW(0xa), RO(0xa))}, {INV(0, 1)}, __VA_ARGS__,   \
		{UNLOCK(L1)},                                                                      \
	{                                                                                          \
		ONLY_END(0, 1)                                                                     \
	}
	static const struct made entry[] = {WRITE_PROTECTED({WAKE(14)})};
	static const struct made both[] = {{INV(9, 10)},
					   {.kind = STLB_INV_RANGE_RET},
					   WRITE_PROTECTED({.kind = STLB_INV_RANGE_RET})};

	/* the end of a bracket does more than to invalidate */
	static const struct made at_the_end[] = {
		SETTLE,	     {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))},
		{INV(0, 1)}, {UNLOCK(L1)},  {END(0, 1)}};

	cr_expect_eq(cost_of(at_the_end, sizeof(at_the_end) / sizeof(*at_the_end)), 0);
	cr_expect_eq(cost_of(entry, sizeof(entry) / sizeof(*entry)), 0);
	cr_expect_eq(cost_of(both, sizeof(both) / sizeof(*both)), 1000);
}
