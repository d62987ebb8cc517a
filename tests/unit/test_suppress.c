/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "report_sample.h"

#define HEAD "{\"schema_version\": \"1.0.0\", "

static char path[] = "/tmp/staletlb-suppress-XXXXXX";
static struct stlb_suppressions *set;
static struct stlb_error err;
static struct stlb_finding finding;

static void setup(void)
{
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	close(fd);
	set = stlb_suppressions_new("2026-11-22");
	sample_repoint(&finding);
}

static void teardown(void)
{
	unlink(path);
	stlb_suppressions_free(set);
}

TestSuite(suppress, .init = setup, .fini = teardown);

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	cr_assert_not_null(file);
	fputs(text, file);
	fclose(file);
}

static int load(const char *text)
{
	err.text[0] = '\0';
	write_file(text);
	return stlb_suppressions_load(set, path, &err);
}

static void refuse(const char *text, const char *why)
{
	cr_expect_eq(load(text), -EINVAL, "%s", text);
	cr_expect_eq(strncmp(err.text, path, strlen(path)), 0, "%s", err.text);
	cr_expect(strstr(err.text, why), "\"%s\" for %s", err.text, text);
	cr_expect_null(stlb_suppressions_get(set, 0));
}

Test(suppress, versions_of_fingerprints)
{
	bool weak = true;

	refuse(HEAD "\"suppressions\": [{\"fingerprint\": \"3:0123456789abcdef\", "
		    "\"reason\": \"r\"}]}",
	       "has version \"3\"");
	refuse(HEAD "\"suppressions\": [{\"fingerprint\": \"1:0123456789abcdef\", "
		    "\"reason\": \"r\"}]}",
	       "create the baseline again");
	cr_assert_eq(load(HEAD "\"suppressions\": [{\"fingerprint\": \"2:0123456789abcdef\", "
			       "\"reason\": \"r\"}, {\"fingerprint\": \"0123456789abcdef\", "
			       "\"occurrences\": 70, \"reason\": \"old\"}]}"),
		     0, "%s", err.text);
	cr_expect_not(stlb_suppressions_get(set, 0)->unversioned);
	cr_expect(stlb_suppressions_get(set, 1)->unversioned);
	cr_expect_str_eq(stlb_suppressions_match(set, &finding, &weak), "r");
	cr_expect_not(weak);
	strcpy(finding.fingerprint, "2:00000000000000aa");
	strcpy(finding.first_fingerprint, "0123456789abcdef");
	cr_expect_str_eq(stlb_suppressions_match(set, &finding, &weak), "old");
	cr_expect(weak);
	strcpy(finding.first_fingerprint, "00000000000000aa");
	cr_expect_null(stlb_suppressions_match(set, &finding, &weak));
	cr_expect_not(weak);
}

Test(suppress, matches_all_that_an_entry_says)
{
	cr_assert_eq(load(HEAD "\"suppressions\": [{\"rule\": \"repoint-before-invalidate\", "
			       "\"fingerprint\": \"2:0123456789abcdef\", \"comm\": \"workload\", "
			       "\"phase\": \"cow\", \"reason\": \"why\"}]}"),
		     0, "%s", err.text);
	cr_expect_str_eq(stlb_suppressions_match(set, &finding, NULL), "why");
	finding.rule = STLB_RULE_FREE;
	cr_expect_null(stlb_suppressions_match(set, &finding, NULL));
	sample_repoint(&finding);
	finding.fingerprint[2] = 'f';
	cr_expect_null(stlb_suppressions_match(set, &finding, NULL));
	sample_repoint(&finding);
	finding.comm[0] = 'W';
	cr_expect_null(stlb_suppressions_match(set, &finding, NULL));
	sample_repoint(&finding);
	strcpy(finding.phase, "cows");
	cr_expect_null(stlb_suppressions_match(set, &finding, NULL));
	cr_expect_eq(stlb_suppressions_get(set, 0)->used, 1);
}

Test(suppress, the_first_reason_is_given_and_all_uses_count)
{
	cr_assert_eq(load(HEAD "\"suppressions\": [{\"phase\": \"zap\", \"reason\": \"no\"}, "
			       "{\"phase\": \"cow\", \"reason\": \"one\"}, "
			       "{\"comm\": \"workload\", \"reason\": \"two\"}]}"),
		     0, "%s", err.text);
	cr_expect_str_eq(stlb_suppressions_match(set, &finding, NULL), "one");
	cr_expect_eq(stlb_suppressions_get(set, 0)->used, 0);
	cr_expect_eq(stlb_suppressions_get(set, 1)->used, 1);
	cr_expect_eq(stlb_suppressions_get(set, 2)->used, 1);
	cr_expect_null(stlb_suppressions_get(set, 3));
}

Test(suppress, names_match_as_reports_write_them)
{
	strcpy(finding.comm, "w\xff\n");
	cr_assert_eq(load(HEAD "\"suppressions\": "
			       "[{\"comm\": \"w\\\\xff\\\\x0a\", \"reason\": \"r\"}]}"),
		     0, "%s", err.text);
	cr_expect_str_eq(stlb_suppressions_match(set, &finding, NULL), "r");
}

Test(suppress, expired_entries_match_nothing)
{
	cr_assert_eq(
		load(HEAD
		     "\"suppressions\": ["
		     "{\"phase\": \"cow\", \"reason\": \"past\", \"expires\": \"2026-11-21\"}, "
		     "{\"phase\": \"cow\", \"reason\": \"today\", \"expires\": \"2026-11-22\"}]}"),
		0, "%s", err.text);
	cr_expect_str_eq(stlb_suppressions_match(set, &finding, NULL), "today");
	cr_expect(stlb_suppressions_get(set, 0)->expired);
	cr_expect_not(stlb_suppressions_get(set, 1)->expired);
}

Test(suppress, refuses_what_it_does_not_know)
{
	refuse("", ":1:0: not valid JSON");
	refuse("[]", "must be a JSON object");
	refuse("{\"suppressions\": []}", "lacks \"schema_version\"");
	refuse("{\"schema_version\": \"2.0.0\", \"suppressions\": []}", "must be 1.x.y");
	refuse(HEAD "\"suppressions\": 1}", "lacks the array");
	refuse(HEAD "\"suppressions\": [], \"x\": 1}", "unknown key \"x\"");
	refuse(HEAD "\"suppressions\": [1]}", "suppressions[0]: must be an object");
	refuse(HEAD "\"suppressions\": [{\"reason\": \"x\"}]}", "would suppress everything");
	refuse(HEAD "\"suppressions\": [{\"comm\": \"x\"}]}", "lacks \"reason\"");
	refuse(HEAD "\"suppressions\": [{\"comm\": \"x\", \"reason\": \"\"}]}", "not be empty");
	refuse(HEAD "\"suppressions\": [{\"comm\": 1, \"reason\": \"x\"}]}", "be a string");
	refuse(HEAD "\"suppressions\": [{\"com\": \"x\", \"reason\": \"x\"}]}",
	       "did you mean \"comm\"?");
	refuse(HEAD "\"suppressions\": [{\"comm\": \"x\", \"reason\": \"x\"}, "
		    "{\"rule\": \"empty-rang\", \"reason\": \"x\"}]}",
	       "suppressions[1]: unknown rule \"empty-rang\"; did you mean \"empty-range\"?");
	refuse(HEAD "\"suppressions\": [{\"comm\": \"x\", \"reason\": \"x\", "
		    "\"expires\": \"2025-02-29\"}]}",
	       "must be a date");
}

Test(suppress, refuses_too_much)
{
	size_t size = 3 << 20;
	char *text = malloc(size + 1);

	cr_expect_eq(stlb_suppressions_load(set, "/dev/zero", &err), -EFBIG);
	memset(text, '[', size);
	text[size] = '\0';
	cr_expect_eq(load(text), -EFBIG);
	free(text);
	cr_expect_eq(stlb_suppressions_load(set, "/nonexistent", &err), -ENOENT);
	cr_expect_eq(stlb_suppressions_load(set, "/", &err), -EISDIR);
}

static void write_baseline(struct sample *sample)
{
	struct stlb_report *report = stlb_report_new("1", NULL);
	char *text;

	cr_assert_eq(stlb_report_add_trace(report, &sample->info, &sample->result, NULL), 0);
	text = sample_written(report, "json", NULL);
	write_file(text);
	free(text);
	stlb_report_free(report);
}

Test(suppress, a_report_is_a_baseline)
{
	struct stlb_report *report;
	struct sample sample;
	char reason[64];

	sample_init(&sample);
	write_baseline(&sample);
	cr_assert_eq(stlb_suppressions_load_baseline(set, path, &err), 0, "%s", err.text);
	snprintf(reason, sizeof(reason), "baseline %s", path);
	cr_expect_str_eq(stlb_suppressions_peek(set, &finding, NULL), reason);
	finding.verdict = STLB_STRICT;
	cr_expect_null(stlb_suppressions_peek(set, &finding, NULL));
	sample.result.lost_while_subscribed = 0;
	report = stlb_report_new("1", set);
	stlb_report_add_trace(report, &sample.info, &sample.result, NULL);
	cr_expect_eq(stlb_report_finish(report, STLB_NOTICE), STLB_STATUS_CLEAN);
	stlb_report_free(report);
}

Test(suppress, a_site_is_known_once_and_other_phases_with_it)
{
	struct sample sample;

	sample_init(&sample);
	sample.findings[3].rule = STLB_RULE_REPOINT;
	write_baseline(&sample);
	cr_assert_eq(stlb_suppressions_load_baseline(set, path, &err), 0, "%s", err.text);
	cr_expect_not_null(stlb_suppressions_get(set, 2));
	cr_expect_null(stlb_suppressions_get(set, 3));
	strcpy(finding.phase, "another");
	cr_expect_not_null(stlb_suppressions_match(set, &finding, NULL));
}

Test(suppress, a_suppression_goes_before_the_baseline)
{
	struct sample sample;

	sample_init(&sample);
	write_baseline(&sample);
	cr_assert_eq(stlb_suppressions_load_baseline(set, path, &err), 0, "%s", err.text);
	cr_assert_eq(load(HEAD "\"suppressions\": [{\"phase\": \"cow\", \"reason\": \"mine\"}]}"),
		     0, "%s", err.text);
	cr_expect_str_eq(stlb_suppressions_match(set, &finding, NULL), "mine");
}

Test(suppress, other_json_is_no_baseline)
{
	write_file(HEAD "\"suppressions\": []}");
	cr_expect_eq(stlb_suppressions_load_baseline(set, path, &err), -EINVAL);
	write_file(HEAD "\"findings\": [{\"rule\": \"empty-range\", \"verdict\": \"maybe\", "
			"\"fingerprint\": \"x\"}]}");
	cr_expect_eq(stlb_suppressions_load_baseline(set, path, &err), -EINVAL);
	cr_expect(strstr(err.text, "findings[0]: \"verdict\""), "%s", err.text);
	cr_expect_null(stlb_suppressions_get(set, 0));
}

static void load_known(const char *fingerprint, const char *counts)
{
	char text[512];

	snprintf(text, sizeof(text),
		 HEAD "\"findings\": [{\"rule\": \"repoint-before-invalidate\", \"verdict\": "
		      "\"observed\", \"fingerprint\": \"%s\", %s}]}",
		 fingerprint, counts);
	write_file(text);
	cr_assert_eq(stlb_suppressions_load_baseline(set, path, &err), 0, "%s", err.text);
}

/* A count that grows is new, whatever the order in which its sites come. */
Test(suppress, a_baseline_hides_no_more_than_it_had)
{
	load_known("2:0123456789abcdef", "\"occurrences\": 7, \"inconclusive\": 0");
	finding.occurrences = 5;
	cr_expect_not_null(stlb_suppressions_match(set, &finding, NULL));
	finding.occurrences = 3;
	cr_expect_null(stlb_suppressions_match(set, &finding, NULL));
	finding.occurrences = 2;
	cr_expect_not_null(stlb_suppressions_match(set, &finding, NULL));
	finding.occurrences = 1;
	cr_expect_null(stlb_suppressions_match(set, &finding, NULL));
	cr_expect_eq(stlb_suppressions_known(set, &finding), 7);
}

/* What filters hide of a site is of the site all the same. */
Test(suppress, hidden_occurrences_count)
{
	load_known("2:0123456789abcdef", "\"occurrences\": 7");
	finding.occurrences = 1;
	finding.hidden.nr = 7;
	cr_expect_null(stlb_suppressions_peek(set, &finding, NULL));
	finding.hidden.nr = 6;
	cr_expect_not_null(stlb_suppressions_peek(set, &finding, NULL));
}

/* The fingerprints of version 1 did not distinguish functions. */
Test(suppress, an_old_baseline_is_weak)
{
	load_known("00000000000000f1", "\"occurrences\": 2");
	strcpy(finding.first_fingerprint, "00000000000000f1");
	finding.occurrences = 2;
	cr_expect_not_null(stlb_suppressions_match(set, &finding, NULL));
	finding.fingerprint[5] = 'f';
	finding.occurrences = 1;
	cr_expect_null(stlb_suppressions_match(set, &finding, NULL));
}

Test(suppress, another_function_is_another_fault)
{
	load_known("2:0123456789abcdee", "\"occurrences\": 1000");
	finding.occurrences = 1;
	cr_expect_null(stlb_suppressions_match(set, &finding, NULL));
}

Test(suppress, hostile_counts)
{
	finding.occurrences = 1;
	load_known("2:0123456789abcdef",
		   "\"occurrences\": 9223372036854775807, \"inconclusive\": 9223372036854775807");
	cr_expect_not_null(stlb_suppressions_match(set, &finding, NULL));
	write_file(HEAD "\"findings\": [{\"rule\": \"empty-range\", \"verdict\": \"observed\", "
			"\"fingerprint\": \"2:1\", \"occurrences\": -1}]}");
	cr_expect_eq(stlb_suppressions_load_baseline(set, path, &err), -EINVAL);
}

/* Without a number, a weak fingerprint would hide every fault of its rule. */
Test(suppress, a_weak_fingerprint_needs_a_number)
{
	refuse(HEAD "\"suppressions\": [{\"fingerprint\": \"2w:00000000000000f1\", "
		    "\"reason\": \"r\"}]}",
	       "suppressions[0]: the fingerprint is weak");
	refuse(HEAD "\"suppressions\": [{\"fingerprint\": \"00000000000000f1\", "
		    "\"reason\": \"r\"}]}",
	       "give \"occurrences\"");
	cr_assert_eq(load(HEAD "\"suppressions\": [{\"fingerprint\": \"2w:00000000000000f1\", "
			       "\"occurrences\": 2, \"reason\": \"r\"}]}"),
		     0, "%s", err.text);
	strcpy(finding.fingerprint, "2w:00000000000000f1");
	finding.occurrences = 3;
	cr_expect_null(stlb_suppressions_match(set, &finding, NULL));
	finding.occurrences = 2;
	cr_expect_str_eq(stlb_suppressions_match(set, &finding, NULL), "r");
}
