/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "report_sample.h"
#include "util/str.h"

static char *text_of(struct sample *sample, const struct stlb_report_options *options)
{
	struct stlb_report *report = stlb_report_new("1", NULL);
	char *text;

	cr_assert_eq(stlb_report_add_trace(report, &sample->info, &sample->result, NULL), 0);
	text = sample_written(report, "text", options);
	stlb_report_free(report);
	cr_assert_not_null(text);
	return text;
}

static void expect(struct sample *sample, const struct stlb_report_options *options,
		   const char *part)
{
	char *text = text_of(sample, options);

	cr_expect(strstr(text, part), "\"%s\" is missing in:\n%s", part, text);
	free(text);
}

static void expect_not(struct sample *sample, const struct stlb_report_options *options,
		       const char *part)
{
	char *text = text_of(sample, options);

	cr_expect_null(strstr(text, part), "\"%s\" is in:\n%s", part, text);
	free(text);
}

Test(report_text, begins_with_the_verdict)
{
	struct sample sample;
	char *text;

	sample_init(&sample);
	text = text_of(&sample, NULL);
	cr_expect_eq(strncmp(text,
			     "debug-6.1.dat: 69 errors, 2 warnings, 1 notice at 3 sites; "
			     "incomplete\n",
			     70),
		     0, "%s", text);
	free(text);
	sample_clean(&sample);
	expect(&sample, NULL, "debug-6.1.dat: clean: 1182 updates checked, no violation\n");
	sample.result.unplaced = 3;
	expect(&sample, NULL, "checked, no violation, 3 updates not located\n");
	sample.result.unplaced = 0;
	sample.result.nr_findings = 1;
	sample.findings[0].severity = STLB_WARNING;
	/* of an error rule: whatever it counts as, the trace is not clean */
	expect(&sample, NULL, "debug-6.1.dat: 69 warnings at 1 site: 1182 updates checked\n");
	sample.findings[0].rule = STLB_RULE_RACY;
	expect(&sample, NULL, ": clean but for 69 warnings at 1 site: 1182 updates checked\n");
	sample.result.nr_findings = 0;
	sample.info.truncated = true;
	sample.info.cut = "half a page";
	expect(&sample, NULL,
	       "debug-6.1.dat: incomplete: the file is truncated or damaged: half a page\n");
}

Test(report_text, tells_what_a_trace_lacks)
{
	struct sample sample;

	sample_init(&sample);
	sample_clean(&sample);
	expect_not(&sample, NULL, "staletlb record");
	sample.result.mms = 0;
	expect(&sample, NULL, "not checked: no mm was subscribed\n");
	expect(&sample, NULL, "No process had a secondary TLB");
	memset(sample.result.kinds, 0, sizeof(sample.result.kinds));
	expect(&sample, NULL, "__mmu_notifier_invalidate_range_start");
	expect(&sample, NULL, "__mmu_notifier_arch_invalidate_secondary_tlbs");
	expect(&sample, NULL, "    staletlb record -o trace.dat -- COMMAND\n");
}

/* What a kernel can tell is known: that nothing happened is no lack of it. */
Test(report_text, tells_what_a_running_kernel_lacks)
{
	struct sample sample;

	sample_init(&sample);
	sample_clean(&sample);
	sample.info.format = "tracefs";
	expect_not(&sample, NULL, "staletlb doctor");
	sample.result.mms = 0;
	memset(sample.result.kinds, 0, sizeof(sample.result.kinds));
	expect(&sample, NULL, "No process had a secondary TLB");
	expect_not(&sample, NULL, "__mmu_notifier_invalidate_range_start");
	expect_not(&sample, NULL, "staletlb doctor");
	sample.result.rules[STLB_RULE_FREE].judged = STLB_JUDGED_NONE;
	expect(&sample, NULL, "'staletlb doctor'");
	expect_not(&sample, NULL, "No process had a secondary TLB");
}

Test(report_text, shows_findings_by_severity_and_inconclusive_ones_apart)
{
	const struct stlb_report_options quiet = {.quiet = true};
	struct sample sample;
	char *text, *error, *warning, *notice, *doubt;

	sample_init(&sample);
	text = text_of(&sample, NULL);
	error = strstr(text, "\nerror: repoint-before-invalidate [F1]\n");
	warning = strstr(text, "\nwarning: partial-invalidate [F4]\n");
	notice = strstr(text, "\nnotice: unaligned-range [F3]\n");
	doubt = strstr(text, "\ninconclusive: free-before-invalidate [F2]\n");
	cr_expect(error && error < warning && warning < notice && notice < doubt, "%s", text);
	free(text);
	expect(&sample, NULL, "rule       mmu_notifier.rst, lines 14-15, 20-29:");
	expect(&sample, NULL, "rule       implied by mmu_notifier.rst, lines 10-11, 24:");
	expect(&sample, NULL, "69 times, from 12.345678901 to 13.456789012, phase cow");
	expect(&sample, NULL, "12.345681901     +3.000us   [001] workload-311");
	expect(&sample, NULL, "ret=-11");
	expect_not(&sample, &quiet, "repoint");
}

Test(report_text, suppressed_findings_are_listed_when_asked_for)
{
	const struct stlb_report_options verbose = {.verbose = true};
	struct sample sample;

	sample_init(&sample);
	sample.findings[0].suppressed = true;
	sample.findings[0].suppressed_by = "of old";
	expect(&sample, NULL, "; 1 finding suppressed\n");
	expect_not(&sample, NULL, "of old");
	expect(&sample, &verbose, "[F1] (suppressed: of old)");
}

Test(report_text, clean_but_for_what_is_suppressed)
{
	struct sample sample;

	sample_init(&sample);
	sample_clean(&sample);
	expect(&sample, NULL, ": clean: 1182 updates checked, no violation\n");
	sample_repoint(&sample.findings[0]);
	sample.findings[0].suppressed = true;
	sample.findings[0].suppressed_by = "of old";
	sample.result.nr_findings = 1;
	expect(&sample, NULL, ": clean but for 1 suppressed finding: 1182 updates checked\n");
	sample_repoint(&sample.findings[1]);
	sample.findings[1].rule = STLB_RULE_REFAULT;
	sample.findings[1].severity = STLB_NOTICE;
	sample.result.nr_findings = 2;
	expect(&sample, NULL,
	       ": clean but for 69 notices at 1 site and 1 suppressed finding: "
	       "1182 updates checked\n");
}

/* The line of the verdict is the only one that may be longer. */
Test(report_text, keeps_to_the_width)
{
	static const unsigned int widths[] = {60, 80, 132};
	struct sample sample;

	sample_init(&sample);
	for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
		const struct stlb_report_options options = {.width = widths[i], .verbose = true};
		char *text = text_of(&sample, &options), *rest = text, *line;

		strsep(&rest, "\n");
		while ((line = strsep(&rest, "\n")))
			cr_expect_leq(stlb_str_columns(line, strlen(line)), widths[i], "%s", line);
		free(text);
	}
}

Test(report_text, colours_only_when_asked_for)
{
	const struct stlb_report_options color = {.color = true};
	struct sample sample;

	sample_init(&sample);
	expect_not(&sample, NULL, "\033");
	expect(&sample, &color, "\033[1;31merror:\033[0m");
}

Test(report_text, lets_no_control_character_through)
{
	struct sample sample;
	char *text;

	sample_init(&sample);
	sample.info.path = "a\033]0;x\007\nb.dat";
	sample.findings[0].events[0].event.comm = "\033[2J\xc2\x9b\xe2\x80\xae";
	strcpy(sample.findings[0].phase, "\rphase\xff");
	text = text_of(&sample, NULL);
	for (const char *at = text; *at; at++)
		cr_assert(*at == '\n' || (unsigned char)*at >= 0x20, "0x%02x", (unsigned char)*at);
	cr_expect_eq(strncmp(text, "a\\x1b]0;x\\x07\\x0ab.dat: ", 24), 0, "%s", text);
	cr_expect(strstr(text, "\\x1b[2J\\xc2\\x9b\\xe2\\x80\\xae-311"), "%s", text);
	cr_expect(strstr(text, "\\x0dphase\\xff"), "%s", text);
	free(text);
}

Test(text, cleans_what_is_no_utf8)
{
	char to[64];

	stlb_str_clean(to, sizeof(to), "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
	cr_expect_str_eq(to, "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
	stlb_str_clean(to, sizeof(to), "\xc0\x80|\xe0\x80\x80|\xed\xa0\x80|\xf4\x90\x80\x80|\xc3");
	cr_expect_str_eq(to,
			 "\\xc0\\x80|\\xe0\\x80\\x80|\\xed\\xa0\\x80|\\xf4\\x90\\x80\\x80|\\xc3");
}

Test(text, cuts_between_characters)
{
	char to[4];

	cr_expect_eq(stlb_str_clean(to, sizeof(to),
				    "ab\xc3\xbc"
				    "d"),
		     5);
	cr_expect_str_eq(to, "ab");
	cr_expect_eq(stlb_str_clean(NULL, 0, "\n"), 4);
}

Test(text, distance)
{
	cr_expect_eq(stlb_str_distance("rule", "rule"), 0);
	cr_expect_eq(stlb_str_distance("rul", "rule"), 1);
	cr_expect_eq(stlb_str_distance("kitten", "sitting"), 3);
	cr_expect_eq(stlb_str_distance("", "abc"), 3);
}
