/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of the verdict: "clean" is said of nothing else, and what stands in its way is
 * reported. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "made_kinds.h"
#include "report_sample.h"
#include "staletlb/analysis.h"

static struct sample sample;
static enum stlb_status status;

static void init(void)
{
	sample_init(&sample);
	sample_clean(&sample);
}

TestSuite(words, .init = init);

/* The report on the sample; its status is in @status. Free it. */
static char *judged(enum stlb_severity fail_on, bool full)
{
	struct stlb_report *report = stlb_report_new("1", NULL);
	char *text;

	if (full)
		stlb_report_require_full(report);
	cr_assert_eq(stlb_report_add_trace(report, &sample.info, &sample.result, NULL), 0);
	status = stlb_report_finish(report, fail_on);
	text = sample_written(report, "text", NULL);
	stlb_report_free(report);
	return text;
}

static void expect(enum stlb_status wanted, const char *part)
{
	char *text = judged(STLB_ERROR, false);

	cr_expect(strstr(text, part), "\"%s\" is missing in:\n%s", part, text);
	cr_expect(wanted != STLB_STATUS_NOT_JUDGED || !strstr(text, "clean"), "%s", text);
	cr_expect_eq(status, wanted, "%d: %s", (int)status, text);
	free(text);
}

static void judge_in_part(enum stlb_rule rule, const char *reason)
{
	sample.result.rules[rule].judged = STLB_JUDGED_PARTIAL;
	strcpy(sample.result.rules[rule].reason, reason);
}

Test(words, full_coverage_is_clean)
{
	expect(STLB_STATUS_CLEAN, ": clean: 1182 updates checked, no violation\n");
	judge_in_part(STLB_RULE_RACY, "not one of the two");
	expect(STLB_STATUS_CLEAN, ": clean: 1182 updates checked, no violation\n");
}

Test(words, partial_coverage_is_not)
{
	judge_in_part(STLB_RULE_FREE, "zaps are not recorded");
	expect(STLB_STATUS_CLEAN,
	       ": no violation found; coverage partial: zaps are not recorded\n");
	judge_in_part(STLB_RULE_REPOINT, "sets are not recorded; zaps are not recorded");
	expect(STLB_STATUS_CLEAN, ": no violation found; coverage partial: sets are not recorded; "
				  "zaps are not recorded\n");
}

Test(words, full_coverage_can_be_asked_for)
{
	char *text;

	judge_in_part(STLB_RULE_REPOINT, "sets are not recorded");
	text = judged(STLB_ERROR, true);
	cr_expect_eq(status, STLB_STATUS_NOT_JUDGED);
	cr_expect(strstr(text, "coverage of repoint-before-invalidate is partial"), "%s", text);
	cr_expect(strstr(text, "sets are not recorded"), "%s", text);
	free(text);
	init();
	text = judged(STLB_ERROR, true);
	cr_expect_eq(status, STLB_STATUS_CLEAN, "%s", text);
	free(text);
}

/* One violation, of which the filters select nothing. */
static void hide(enum stlb_severity severity, enum stlb_verdict verdict, uint64_t nr)
{
	static struct stlb_finding *hidden[1];

	sample_repoint(&sample.findings[0]);
	sample.findings[0].occurrences = sample.findings[0].inconclusive = 0;
	sample.findings[0].severity = severity;
	sample.findings[0].verdict = verdict;
	sample.findings[0].hidden.nr = nr;
	sample.findings[0].hidden.by[STLB_FILTER_COMM] = nr;
	sample.findings[0].hidden.by[STLB_FILTER_RULE] = 1;
	hidden[0] = &sample.findings[0];
	sample.result.nr_findings = 0;
	sample.result.hidden = hidden;
	sample.result.nr_hidden = 1;
}

Test(words, what_is_hidden_is_not_clean)
{
	hide(STLB_ERROR, STLB_OBSERVED, 204);
	expect(STLB_STATUS_NOT_JUDGED,
	       ": no violation selected; 204 hidden by --comm and --rule\n");
	sample.result.lost_while_subscribed = 1;
	expect(STLB_STATUS_NOT_JUDGED, ": incomplete: events were lost in 1 place");
	expect(STLB_STATUS_NOT_JUDGED, "; 204 hidden by --comm and --rule\n");
}

Test(words, hidden_below_what_fails)
{
	char *text;

	hide(STLB_WARNING, STLB_OBSERVED, 3);
	expect(STLB_STATUS_CLEAN, "but for 3 hidden by --comm and --rule, below --fail-on");
	text = judged(STLB_WARNING, false);
	cr_expect_eq(status, STLB_STATUS_NOT_JUDGED);
	free(text);
}

Test(words, hidden_and_inconclusive)
{
	hide(STLB_ERROR, STLB_INCONCLUSIVE, 3);
	expect(STLB_STATUS_NOT_JUDGED, "3 inconclusive violations are hidden by --comm and --rule");
	expect(STLB_STATUS_NOT_JUDGED,
	       ": incomplete; 3 inconclusive violations hidden by --comm and --rule\n");
	sample.result.lost_while_subscribed = 1;
	expect(STLB_STATUS_NOT_JUDGED, ": incomplete: events were lost in 1 place");
	expect(STLB_STATUS_NOT_JUDGED, "; 3 inconclusive violations hidden by --comm and --rule\n");
}

Test(words, a_rule_that_is_off_is_named)
{
	judge_in_part(STLB_RULE_REPOINT, "the rule is off");
	expect(STLB_STATUS_CLEAN, "; coverage partial: repoint-before-invalidate is off\n");
	judge_in_part(STLB_RULE_FREE, "the rule is off");
	expect(STLB_STATUS_CLEAN, "; coverage partial: repoint-before-invalidate is off; "
				  "free-before-invalidate is off\n");
}

/* Hidden or not, what is known does not count; but that it is there is reported. */
Test(words, hidden_and_known)
{
	struct stlb_suppressions *set = stlb_suppressions_new(NULL);
	char path[] = "/tmp/staletlb-words-XXXXXX", *text;
	FILE *to = fdopen(mkstemp(path), "w");
	struct stlb_report *report = stlb_report_new("1", set);

	fputs("{\"schema_version\": \"1.0.0\", \"suppressions\": [{\"comm\": \"workload\", "
	      "\"reason\": \"known\"}]}",
	      to);
	fclose(to);
	cr_assert_eq(stlb_suppressions_load(set, path, NULL), 0);
	remove(path);
	hide(STLB_ERROR, STLB_OBSERVED, 204);
	stlb_report_add_trace(report, &sample.info, &sample.result, NULL);
	cr_expect_eq(stlb_report_finish(report, STLB_ERROR), STLB_STATUS_CLEAN);
	text = sample_written(report, "text", NULL);
	cr_expect(strstr(text, ": clean but for 204 suppressed violations hidden by --comm and "
			       "--rule: 1182 updates checked\n"),
		  "%s", text);
	free(text);
	text = sample_written(report, "json", NULL);
	cr_expect(strstr(text, "\"suppressed\": 204"), "%s", text);
	cr_expect(strstr(text, "\"comm\": 204"), "%s", text);
	free(text);
	stlb_report_free(report);
	stlb_suppressions_free(set);
}

Test(words, reasons_have_numbers)
{
	sample_init(&sample);
	sample.findings[0].severity = STLB_NOTICE;
	expect(STLB_STATUS_NOT_JUDGED,
	       "incomplete: 1 finding is inconclusive: 2 of free-before-invalidate");
	sample_clean(&sample);
	sample.result.lost_while_subscribed = 2;
	sample.result.dropped = 7;
	sample.info.lost_events = 12;
	sample.info.truncated = true;
	sample.info.cut = "the rest is missing";
	expect(STLB_STATUS_NOT_JUDGED, "events were lost in 2 places while an mm was subscribed");
	expect(STLB_STATUS_NOT_JUDGED, "12 events are");
	expect(STLB_STATUS_NOT_JUDGED, "7 updates or sites were dropped");
	expect(STLB_STATUS_NOT_JUDGED, "the file is truncated or damaged: the rest is missing");
}

Test(words, a_file_without_an_event_breaks_off)
{
	char *text;

	sample.info.truncated = true;
	sample.info.cut = "in the header";
	sample.info.events = 0;
	sample.result.mms = 0;
	memset(sample.result.kinds, 0, sizeof(sample.result.kinds));
	for (int rule = 0; rule < STLB_NR_RULES; rule++)
		sample.result.rules[rule].judged = STLB_JUDGED_NONE;
	expect(STLB_STATUS_NOT_JUDGED,
	       ": not checked: the file is truncated before any event: in the header\n");
	text = judged(STLB_ERROR, false);
	cr_expect_null(strstr(text, "Probe"), "%s", text);
	cr_expect_null(strstr(text, "coverage:"), "%s", text);
	free(text);
}

/* ---- what rules need ---- */

/* A rule without a need would be judged in full by a trace of nothing. */
Test(needs, every_rule_has_one)
{
	struct stlb_rule_result rules[STLB_NR_RULES];

	for (int before_6_6 = 0; before_6_6 < 2; before_6_6++) {
		memset(rules, 0, sizeof(rules));
		stlb_rules_judgeable(&(struct stlb_kinds){0}, before_6_6, rules);
		for (int rule = 0; rule < STLB_NR_RULES; rule++) {
			cr_expect_eq(rules[rule].judged, STLB_JUDGED_NONE, "%s",
				     stlb_rule_info(rule)->id);
			cr_expect_str_not_empty(rules[rule].reason, "%s", stlb_rule_info(rule)->id);
		}
	}
}

/* What is recorded adds: with all kinds nothing is judged less than with none. */
Test(needs, all_kinds_are_enough)
{
	struct stlb_rule_result rules[STLB_NR_RULES];
	struct stlb_kinds all = made_all_kinds();

	memset(rules, 0, sizeof(rules));
	stlb_rules_judgeable(&all, false, rules);
	for (int rule = 0; rule < STLB_NR_RULES; rule++)
		cr_expect_eq(rules[rule].judged, STLB_JUDGED_FULL, "%s: %s",
			     stlb_rule_info(rule)->id, rules[rule].reason);
}
