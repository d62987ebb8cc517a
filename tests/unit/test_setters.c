/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of the options of live, record, probes and doctor. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "cmd/setters.h"

typedef int setter(struct stlb_settings *settings, const char *value, struct stlb_error *err);

/* What is refused is named, and changes nothing that is compared here. */
static void refuse(setter *set, const char *const *values)
{
	for (; *values; values++) {
		struct stlb_settings settings;
		struct stlb_error err = {""};

		stlb_settings_init(&settings);
		cr_expect_eq(set(&settings, *values, &err), -EINVAL, "'%s' was taken", *values);
		cr_expect(strstr(err.text, *values), "'%s': %s", *values, err.text);
		cr_expect_eq(settings.buffer_kb, 0);
		cr_expect_eq(settings.max_findings, 0);
		cr_expect_eq(settings.nr_pids, 0);
		cr_expect_eq(settings.locks, STLB_LOCKS_PTL);
		stlb_settings_release(&settings);
	}
}

Test(setters, sizes_of_buffers)
{
	static const struct {
		const char *value;
		uint64_t kb;
	} sizes[] = {
		{"1", 1},	 {"8192", 8192},
		{"8192K", 8192}, {"16M", 16384},
		{"1G", 1048576}, {"1073741824K", UINT64_C(1) << 30},
		{"007", 7},	 {"1048576G", UINT64_C(1) << 40},
	};
	static const char *const wrong[] = {
		"",
		"0",
		"0M",
		"K",
		"-1",
		"+1",
		" 1",
		"1 ",
		"1T",
		"1m",
		"1KB",
		"1.5M",
		"0x10",
		"M1",
		"99999999999999999999",
		"18446744073709551615G",
		"1048577G",
		"1099511627777",
		"0000000000000000000000000000001000",
		NULL,
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct stlb_settings settings;

		stlb_settings_init(&settings);
		cr_expect_eq(stlb_option_buffer_size(&settings, sizes[i].value, NULL), 0, "%s",
			     sizes[i].value);
		cr_expect_eq(settings.buffer_kb, sizes[i].kb, "%s", sizes[i].value);
		stlb_settings_release(&settings);
	}
	refuse(stlb_option_buffer_size, wrong);
}

Test(setters, durations)
{
	static const char *const wrong[] = {"", "0", "0.0", "-1", "1s", "now", "1e3", "1,5", NULL};
	struct stlb_settings settings;

	stlb_settings_init(&settings);
	cr_expect_eq(stlb_option_duration(&settings, "10", NULL), 0);
	cr_expect_eq(settings.duration_ns, UINT64_C(10000000000));
	cr_expect_eq(stlb_option_duration(&settings, "0.5", NULL), 0);
	cr_expect_eq(settings.duration_ns, UINT64_C(500000000));
	stlb_settings_release(&settings);
	refuse(stlb_option_duration, wrong);
}

Test(setters, numbers_of_findings)
{
	static const char *const wrong[] = {"",	  "0",	 "-1",	       "+1",  " 1",
					    "1x", "01x", "4294967296", "one", NULL};
	struct stlb_settings settings;

	stlb_settings_init(&settings);
	cr_expect_eq(stlb_option_max_findings(&settings, "1", NULL), 0);
	cr_expect_eq(settings.max_findings, 1);
	cr_expect_eq(stlb_option_max_findings(&settings, "4294967295", NULL), 0);
	cr_expect_eq(settings.max_findings, UINT32_MAX);
	stlb_settings_release(&settings);
	refuse(stlb_option_max_findings, wrong);
}

Test(setters, processes_add_up)
{
	static const char *const wrong[] = {"", "0", "-1", "self", "1 2", "2147483648", NULL};
	struct stlb_settings settings;

	stlb_settings_init(&settings);
	for (int i = 0; i < 100; i++)
		cr_assert_eq(stlb_option_trace_pid(&settings, i % 2 ? "2147483647" : "1", NULL), 0);
	cr_expect_eq(settings.nr_pids, 100);
	cr_expect_eq(settings.pids[98], 1);
	cr_expect_eq(settings.pids[99], INT32_MAX);
	stlb_settings_release(&settings);
	refuse(stlb_option_trace_pid, wrong);
}

Test(setters, locks_are_those_of_the_plan)
{
	static const char *const wrong[] = {"", "pt", "PTL", "all ", "some", NULL};
	static const struct {
		const char *word;
		enum stlb_locks locks;
	} words[] = {{"all", STLB_LOCKS_ALL}, {"none", STLB_LOCKS_NONE}, {"ptl", STLB_LOCKS_PTL}};
	struct stlb_settings settings;

	stlb_settings_init(&settings);
	cr_expect_eq(settings.locks, STLB_LOCKS_PTL, "the default that the help tells");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		cr_expect_eq(stlb_option_locks(&settings, words[i].word, NULL), 0);
		cr_expect_eq(settings.locks, words[i].locks, "%s", words[i].word);
	}
	stlb_settings_release(&settings);
	refuse(stlb_option_locks, wrong);
}

Test(setters, text_or_json_and_files)
{
	static const char *const wrong[] = {"", "jsonl", "xml", NULL}, *const empty[] = {"", NULL};
	struct stlb_settings settings;

	stlb_settings_init(&settings);
	cr_expect_eq(stlb_option_text_or_json(&settings, "json", NULL), 0);
	cr_expect(settings.json);
	cr_expect_eq(stlb_option_text_or_json(&settings, "text", NULL), 0);
	cr_expect_not(settings.json, "the last one holds");
	cr_expect_eq(stlb_option_save(&settings, "trace.dat", NULL), 0);
	cr_expect_str_eq(settings.save, "trace.dat");
	cr_expect_eq(stlb_option_perf(&settings, NULL, NULL), 0);
	cr_expect(settings.perf);
	stlb_settings_release(&settings);
	refuse(stlb_option_text_or_json, wrong);
	refuse(stlb_option_save, empty);
}
