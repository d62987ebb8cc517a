/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include <string.h>

#include "cmd/number.h"
#include "cmd/options.h"

Test(number, addresses)
{
	uint64_t value;

	cr_assert_eq(stlb_parse_address("0xffff888012345678", &value), 0);
	cr_assert_eq(value, UINT64_C(0xffff888012345678));
	cr_assert_eq(stlb_parse_address("ffff888012345678", &value), 0);
	cr_assert_eq(value, UINT64_C(0xffff888012345678));
	cr_assert_eq(stlb_parse_address("FFFFFFFFFFFFFFFF", &value), 0);
	cr_assert_eq(value, UINT64_MAX);
	cr_assert_neq(stlb_parse_address("10000000000000000", &value), 0);
	cr_assert_neq(stlb_parse_address(" 1", &value), 0);
	cr_assert_neq(stlb_parse_address("+1", &value), 0);
	cr_assert_neq(stlb_parse_address("0x", &value), 0);
	cr_assert_neq(stlb_parse_address("", &value), 0);
}

static void range_is(const char *text, uint64_t start, uint64_t end)
{
	uint64_t from, to;

	cr_assert_eq(stlb_parse_range(text, &from, &to), 0, "%s", text);
	cr_assert_eq(from, start, "%s: %lx", text, (unsigned long)from);
	cr_assert_eq(to, end, "%s: %lx", text, (unsigned long)to);
}

Test(number, ranges_are_rounded_outwards)
{
	range_is("7f0000001000-7f0000003000", 0x7f0000001000, 0x7f0000003000);
	range_is("7f0000001001-7f0000002fff", 0x7f0000001000, 0x7f0000003000);
	range_is("7f0000001fff", 0x7f0000001000, 0x7f0000002000);
	range_is("0x1000+0x1000", 0x1000, 0x2000);
	range_is("1000+1", 0x1000, 0x2000);
	range_is("1000+4096", 0x1000, 0x2000);
	range_is("200000+2M", 0x200000, 0x400000);
	range_is("0+1g", 0, 0x40000000);
	range_is("0-ffffffffffffffff", 0, UINT64_MAX);
	range_is("fffffffffffff800", UINT64_C(0xfffffffffffff000), UINT64_MAX);
}

Test(number, what_is_no_range)
{
	static const char *const wrong[] = {"",
					    "-",
					    "+1",
					    "1000-",
					    "1000+",
					    "1000+0",
					    "2000-1000",
					    "1000-1000",
					    "1000+1T",
					    "1000+1KK",
					    "1000+K",
					    "1000,2",
					    "ffffffffffffffff+2",
					    "0+17179869184G",
					    "0+99999999999G"};
	uint64_t from, to;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_assert_neq(stlb_parse_range(wrong[i], &from, &to), 0, "%s", wrong[i]);
}

Test(number, seconds)
{
	uint64_t ns;

	cr_assert_eq(stlb_parse_seconds("12.345678", &ns), 0);
	cr_assert_eq(ns, UINT64_C(12345678000));
	cr_assert_eq(stlb_parse_seconds("0.000000001", &ns), 0);
	cr_assert_eq(ns, 1);
	cr_assert_eq(stlb_parse_seconds("18446744072", &ns), 0);
	cr_assert_eq(ns, UINT64_C(18446744072000000000));
	cr_assert_eq(stlb_parse_seconds("7.", &ns), 0);
	cr_assert_eq(ns, UINT64_C(7000000000));
	cr_assert_neq(stlb_parse_seconds("18446744073", &ns), 0);
	cr_assert_neq(stlb_parse_seconds("0.0000000001", &ns), 0);
	cr_assert_neq(stlb_parse_seconds(".5", &ns), 0);
	cr_assert_neq(stlb_parse_seconds("1e9", &ns), 0);
	cr_assert_neq(stlb_parse_seconds("a", &ns), 0);
}

/* getopt_long() would take the first of two rows alike, and say nothing. */
Test(options, no_name_twice)
{
	for (unsigned int id = 0; id < STLB_NR_COMMANDS; id++) {
		const struct stlb_option *a, *b;

		for (unsigned int i = 0; (a = stlb_option(id, i)); i++) {
			for (unsigned int j = i + 1; (b = stlb_option(id, j)); j++) {
				cr_assert_str_neq(a->name, b->name);
				cr_assert(!a->letter || a->letter != b->letter, "-%c", a->letter);
			}
		}
	}
}

Test(options, rows_are_whole)
{
	for (unsigned int id = 0; id < STLB_NR_COMMANDS; id++) {
		const struct stlb_option *option;

		for (unsigned int i = 0; (option = stlb_option(id, i)); i++) {
			bool words = option->values == STLB_VALUES_WORDS ||
				     option->values == STLB_VALUES_IDS;

			cr_assert(option->set && option->help);
			cr_assert_eq(words, option->word != NULL, "%s", option->name);
			cr_assert(option->argument || option->values == STLB_VALUES_FREE);
		}
	}
}

Test(options, set_what_they_say)
{
	char *argv[] = {"analyze",
			"a.dat",
			"--rule=redundant-invalidate",
			"--rule",
			"empty-range=error",
			"--since=1.5",
			"--addr=1000+4096",
			"-q",
			"-v",
			"--profile=p",
			"--profile=q",
			"--fail-on=notice",
			"--",
			"-q",
			NULL};
	struct stlb_settings settings;

	stlb_settings_init(&settings);
	cr_assert_eq(stlb_options_parse(STLB_COMMAND_ANALYZE, 14, argv, &settings), 0);
	cr_assert_eq(settings.analysis.severity[STLB_RULE_REDUNDANT], STLB_NOTICE);
	cr_assert_eq(settings.analysis.severity[STLB_RULE_EMPTY], STLB_ERROR);
	cr_assert_eq(settings.analysis.severity[STLB_RULE_RACY], STLB_WARNING);
	cr_assert_eq(stlb_settings_since(&settings), 1500000000);
	cr_assert_eq(settings.analysis.filter.nr, 2);
	cr_assert_eq(settings.analysis.filter.values[1].kind, STLB_FILTER_ADDR);
	cr_assert_eq(settings.analysis.filter.values[1].end, 0x2000);
	cr_assert(settings.verbose && !settings.quiet);
	cr_assert(settings.profiles.nr == 2 && strcmp(settings.profiles.value[1], "q") == 0);
	cr_assert_eq(settings.fail_on, STLB_NOTICE);
	cr_assert_eq(settings.nr_arguments, 2);
	cr_assert_str_eq(settings.arguments[0], "a.dat");
	cr_assert_str_eq(settings.arguments[1], "-q");
	stlb_settings_release(&settings);
}

static void parse(struct stlb_settings *settings, int argc, char **argv)
{
	stlb_settings_init(settings);
	cr_assert_eq(stlb_options_parse(STLB_COMMAND_ANALYZE, argc, argv, settings), 0);
}

/* Ranges, tasks and mms add up; there is one window of time, and the last word on a rule counts. */
Test(options, filters_that_are_repeated)
{
	char *argv[] = {"analyze",
			"--addr=1000",
			"--addr=3000",
			"--since=1",
			"--since=2",
			"--rule=never-invalidated=off",
			"--rule=racy-invalidate=off",
			"--rule=racy-invalidate",
			"--rule=redundant-invalidate=off",
			NULL};
	static const enum stlb_filter_kind kinds[] = {STLB_FILTER_ADDR, STLB_FILTER_ADDR,
						      STLB_FILTER_SINCE, STLB_FILTER_RULE};
	struct stlb_settings settings;

	parse(&settings, 9, argv);
	cr_assert_eq(settings.analysis.filter.nr, 4);
	for (size_t i = 0; i < 4; i++)
		cr_expect_eq(settings.analysis.filter.values[i].kind, kinds[i]);
	cr_expect_eq(settings.analysis.filter.values[1].start, 0x3000);
	cr_expect_eq(stlb_settings_since(&settings), 2000000000);
	cr_expect_eq(settings.analysis.filter.values[3].rule, STLB_RULE_NEVER);
	stlb_settings_release(&settings);
}
