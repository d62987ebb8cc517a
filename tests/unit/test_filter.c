/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters select what is shown; what they hide is counted, and ids and details follow. */
#include "made_events.h"

static struct stlb_analysis *analysis;

/* Two faults of one site by two tasks, and between them one of another; a row is 1000 ns. */
static const struct made faults[] = {
	SETTLE,
	SETTLED(T2),
	{START(0, 1)},
	{CLEAR(0, RW(0xa))},
	{FREE(0xa)},
	{END(0, 1)},
	{T2, START(7, 8)},
	{T2, CLEAR(7, RW(0xc))},
	{T2, SET(7, 0, RW(0xd))},
	{T2, END(7, 8)},
	{T2, START(1, 2)},
	{T2, CLEAR(1, RW(0xb))},
	{T2, FREE(0xb)},
	{T2, END(1, 2)},
};

static const struct stlb_result *judge(const struct stlb_filter_value *values, uint32_t nr,
				       enum stlb_rule off)
{
	struct stlb_trace_facts facts = {.kernel = "6.1.0",
					 .clock = "global",
					 .arch = STLB_ARCH_X86_64,
					 .recorded = MADE_RECORDED,
					 .irq_flags = true};
	struct stlb_analysis_options options = {0};
	struct stlb_event event;

	stlb_analysis_free(analysis);
	stlb_analysis_defaults(&options);
	options.filter = (struct stlb_filter){values, nr};
	if (off != STLB_NR_RULES)
		options.severity[off] = STLB_OFF;
	analysis = stlb_analysis_new(&options, &facts);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		made_fill(&event, &faults[i], 1000 * (i + 1));
		cr_assert_eq(stlb_analysis_event(analysis, &event), 0);
	}
	return made_finish(analysis);
}

static void fini(void)
{
	stlb_analysis_free(analysis);
	analysis = NULL;
}

TestSuite(filter_counts, .fini = fini);

static uint64_t hidden(const struct stlb_result *result)
{
	uint64_t nr = 0;

	for (uint32_t i = 0; i < result->nr_findings; i++)
		nr += result->findings[i]->hidden.nr;
	for (uint32_t i = 0; i < result->nr_hidden; i++)
		nr += result->hidden[i]->hidden.nr;
	return nr;
}

static uint64_t selected(const struct stlb_result *result)
{
	uint64_t nr = 0;

	for (uint32_t i = 0; i < result->nr_findings; i++)
		nr += result->findings[i]->occurrences + result->findings[i]->inconclusive;
	return nr;
}

static const struct stlb_finding *of_rule(const struct stlb_result *result, enum stlb_rule rule)
{
	for (uint32_t i = 0; i < result->nr_findings; i++)
		if (result->findings[i]->rule == rule)
			return result->findings[i];
	return NULL;
}

Test(filter_counts, nothing_is_lost)
{
	uint64_t all = selected(judge(NULL, 0, STLB_NR_RULES));
	static const struct stlb_filter_value values[] = {
		{.kind = STLB_FILTER_COMM, .text = "nosuch"},
		{.kind = STLB_FILTER_PID, .tid = 200},
		{.kind = STLB_FILTER_MM, .start = MM2},
		{.kind = STLB_FILTER_ADDR, .start = PAGE(1), .end = PAGE(2)},
		{.kind = STLB_FILTER_SINCE, .start = 9000},
		{.kind = STLB_FILTER_UNTIL, .start = 9000},
	};

	cr_assert_geq(all, 3);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const struct stlb_result *result = judge(&values[i], 1, STLB_NR_RULES);

		cr_expect_eq(selected(result) + hidden(result), all, "filter %zu", i);
		cr_expect_gt(hidden(result), 0, "filter %zu", i);
	}
}

Test(filter_counts, a_rule_that_is_off_hides)
{
	const struct stlb_result *result = judge(NULL, 0, STLB_RULE_FREE);

	cr_expect_null(of_rule(result, STLB_RULE_FREE));
	cr_expect_eq(hidden(result), 2);
	cr_assert_eq(result->nr_hidden, 1);
	cr_expect_eq(result->hidden[0]->hidden.by[STLB_FILTER_RULE], 2);
	cr_expect_eq(result->hidden[0]->severity, STLB_ERROR);
}

/* The redundant invalidations are not looked for unless they are asked for. */
Test(filter_counts, a_rule_that_is_off_by_default_hides_nothing)
{
	cr_expect_eq(hidden(judge(NULL, 0, STLB_RULE_REDUNDANT)), 0);
}

/* Of one site the second occurrence is selected: it is what is shown, under the site's id. */
Test(filter_counts, the_first_selected_one_is_shown)
{
	static const struct stlb_filter_value second = {.kind = STLB_FILTER_PID, .tid = 200};
	const struct stlb_finding *finding = of_rule(judge(NULL, 0, STLB_NR_RULES), STLB_RULE_FREE);
	char id[16];

	cr_assert_not_null(finding);
	cr_expect_eq(finding->occurrences, 2);
	cr_expect_eq(finding->addr, PAGE(0));
	strcpy(id, finding->id);
	finding = of_rule(judge(&second, 1, STLB_NR_RULES), STLB_RULE_FREE);
	cr_assert_not_null(finding);
	cr_expect_str_eq(finding->id, id);
	cr_expect_eq(finding->addr, PAGE(1));
	cr_expect_eq(finding->tid, 200);
	cr_expect_eq(finding->occurrences, 1);
	cr_expect_eq(finding->hidden.nr, 1);
	cr_expect_eq(finding->hidden.by[STLB_FILTER_PID], 1);
}

/* Also where what is shown of a site comes after another one's. */
Test(filter_counts, ids_stay)
{
	static const struct stlb_filter_value late = {.kind = STLB_FILTER_SINCE, .start = 12500};
	char ids[STLB_NR_RULES][16] = {""};
	const struct stlb_result *result = judge(NULL, 0, STLB_NR_RULES);
	uint32_t nr = result->nr_findings;

	for (uint32_t i = 0; i < nr; i++)
		strcpy(ids[result->findings[i]->rule], result->findings[i]->id);
	result = judge(&late, 1, STLB_NR_RULES);
	cr_assert_gt(result->nr_findings, 0);
	cr_assert_lt(result->nr_findings, nr);
	for (uint32_t i = 0; i < result->nr_findings; i++)
		cr_expect_str_eq(result->findings[i]->id, ids[result->findings[i]->rule]);
}

Test(filter_counts, values_of_a_kind_add_up_and_kinds_narrow)
{
	static const struct stlb_filter_value values[] = {
		{.kind = STLB_FILTER_PID, .tid = 100},
		{.kind = STLB_FILTER_PID, .tid = 200},
		{.kind = STLB_FILTER_ADDR, .start = PAGE(0), .end = PAGE(1)},
		{.kind = STLB_FILTER_ADDR, .start = PAGE(1), .end = PAGE(2)},
	};
	const struct stlb_result *result = judge(values, 4, STLB_NR_RULES);

	cr_assert_eq(result->nr_findings, 1);
	cr_expect_eq(result->findings[0]->occurrences, 2);
	result = judge(values, 3, STLB_NR_RULES);
	cr_expect_eq(result->findings[0]->occurrences, 1);
}

Test(filter_counts, what_met_nothing_is_reported)
{
	static const struct stlb_filter_value values[] = {
		{.kind = STLB_FILTER_PID, .tid = 100},
		{.kind = STLB_FILTER_PID, .tid = 7},
		{.kind = STLB_FILTER_COMM, .text = "nosuch"},
		{.kind = STLB_FILTER_MM, .start = MM2},
		{.kind = STLB_FILTER_ADDR, .start = PAGE(0), .end = PAGE(1)},
		{.kind = STLB_FILTER_ADDR, .start = PAGE(0x999), .end = PAGE(0x99a)},
		{.kind = STLB_FILTER_SINCE, .start = 1000000},
		{.kind = STLB_FILTER_RULE, .rule = STLB_RULE_RACY},
	};
	static const struct stlb_filter_value window[] = {
		{.kind = STLB_FILTER_SINCE, .start = 1500},
		{.kind = STLB_FILTER_UNTIL, .start = 1900},
	};

	cr_expect_eq(judge(values, 8, STLB_NR_RULES)->filters_matched, 1 << 0 | 1 << 4 | 1 << 7);
	cr_expect_eq(judge(window, 2, STLB_NR_RULES)->filters_matched, 0);
	cr_expect_eq(judge(window, 1, STLB_NR_RULES)->filters_matched, 1);
}

/* ---- the names in fingerprints ---- */

static const char *const *named;

static const char *name_of(void *arg, uint64_t address)
{
	(void)arg;
	return named[address & 15];
}

/* The fingerprint of a free with this stack of up to 4 functions, NULL for one without a name. */
static void fingerprint_of(const char *const *names, uint32_t nr, uint64_t base, char *to)
{
	uint64_t stack[4];
	struct stlb_trace_facts facts = {
		.kernel = "6.1.0", .clock = "global", .recorded = MADE_RECORDED, .irq_flags = true};
	struct stlb_analysis_options options = {.symbol = name_of};
	static const struct made before[] = {SETTLE, {START(0, 1)}, {CLEAR(0, RW(0xa))}};
	static const struct made after[] = {{FREE(0xa)}, {END(0, 1)}};
	struct stlb_event event;
	const struct stlb_finding *finding;

	named = names;
	for (uint32_t i = 0; i < nr; i++)
		stack[i] = base + i;
	stlb_analysis_free(analysis);
	stlb_analysis_defaults(&options);
	analysis = stlb_analysis_new(&options, &facts);
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		made_fill(&event, &before[i], 1000 * (i + 1));
		stlb_analysis_event(analysis, &event);
	}
	event.kind = STLB_STACK;
	event.has = 0;
	event.stack = stack;
	event.nr_stack = nr;
	if (nr)
		stlb_analysis_event(analysis, &event);
	for (size_t i = 0; i < 2; i++) {
		made_fill(&event, &after[i], 50000 + 1000 * i);
		stlb_analysis_event(analysis, &event);
	}
	finding = of_rule(made_finish(analysis), STLB_RULE_FREE);
	cr_assert_not_null(finding);
	cr_assert_eq(finding->nr_stack, nr);
	strcpy(to, finding->fingerprint);
}

#define KERNEL UINT64_C(0xffffffff81000000)

static void expect(const char *const *one, uint32_t nr_one, const char *const *other,
		   uint32_t nr_other, bool same, int line)
{
	char a[STLB_FINGERPRINT], b[STLB_FINGERPRINT];

	fingerprint_of(one, nr_one, KERNEL, a);
	fingerprint_of(other, nr_other, KERNEL + 0x100, b);
	cr_expect_eq(strcmp(a, b) == 0, same, "line %d: %s and %s", line, a, b);
}

#define NAMES(...) (const char *const[]){__VA_ARGS__}, sizeof((const char *[]){__VA_ARGS__}) / 8
#define SAME(...)  expect(__VA_ARGS__, true, __LINE__)
#define OTHER(...) expect(__VA_ARGS__, false, __LINE__)
#define BARE	   NULL, 0

/* Of Rust functions, the names are as long as that and longer. */
#define LONG                                                                                       \
	"_RNvXs_NtCs1234_6kernel4page_"                                                            \
	"drop_in_place_of_a_vector_of_pages_that_were_allocated_"                                  \
	"by_somebody_else_and_are_mapped_no_more"

TestSuite(fingerprint, .fini = fini);

Test(fingerprint, is_of_the_names)
{
	SAME(NAMES("a", "b"), NAMES("a", "b"));
	OTHER(NAMES("a", "b"), NAMES("a", "c"));
	OTHER(NAMES("a", "b"), NAMES("b", "a"));
	OTHER(NAMES("ab", "c"), NAMES("a", "bc"));
	OTHER(NAMES("a" LONG), NAMES("b" LONG));
	OTHER(NAMES(LONG "a"), NAMES(LONG "b"));
	OTHER(NAMES("a", "b"), NAMES("a"));
	OTHER(NAMES("a [m]", "b"), NAMES("a", "b"));
	OTHER(NAMES("a [m]", "b"), NAMES("a [n]", "b"));
	SAME(NAMES("a.constprop.0", "b.isra.1 [m]"), NAMES("a", "b [m]"));
	SAME(NAMES("kprobe_ftrace_handler", NULL, "a"), NAMES("a"));
	SAME(NAMES("do_el1_brk64", "el1h_64_sync", "a"), NAMES("asm_exc_int3", "a"));
}

Test(fingerprint, says_that_it_is_weak)
{
	char weak[STLB_FINGERPRINT], strong[STLB_FINGERPRINT];

	fingerprint_of(NULL, 0, KERNEL, weak);
	cr_expect_eq(strncmp(weak, "2w:", 3), 0, "%s", weak);
	fingerprint_of(NAMES("a", "b"), KERNEL, strong);
	cr_expect_eq(strncmp(strong, "2:", 2), 0, "%s", strong);
	SAME(NAMES("a", NULL), BARE);
	SAME(NAMES(NULL, "a"), BARE);
	fingerprint_of(NAMES("a", "b"), 0x1000, strong);
	cr_expect_str_eq(strong, weak);
}
