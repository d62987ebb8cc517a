/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "report_sample.h"

static struct stlb_report *report_of(struct sample *sample, struct stlb_suppressions *set)
{
	struct stlb_report *report = stlb_report_new("1.2.3", set);

	cr_assert_not_null(report);
	cr_assert_eq(stlb_report_add_trace(report, &sample->info, &sample->result, NULL), 0);
	return report;
}

static enum stlb_status status_of(struct sample *sample, enum stlb_severity fail_on)
{
	struct stlb_report *report = report_of(sample, NULL);
	enum stlb_status status = stlb_report_finish(report, fail_on);

	stlb_report_free(report);
	return status;
}

static json_t *json_of(const struct stlb_report *report)
{
	char *text = sample_written(report, "json", NULL);
	json_t *root;

	cr_assert_not_null(text);
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	free(text);
	cr_assert_not_null(root);
	return root;
}

static json_int_t number(json_t *root, const char *a, const char *b, const char *c)
{
	json_t *value = json_object_get(json_object_get(json_object_get(root, a), b), c);

	cr_assert(json_is_integer(value), "%s.%s.%s", a, b, c);
	return json_integer_value(value);
}

static const char *finding_text(json_t *root, size_t index, const char *key)
{
	return json_string_value(
		json_object_get(json_array_get(json_object_get(root, "findings"), index), key));
}

Test(report, status_follows_the_severity_asked_for)
{
	struct sample sample;

	sample_init(&sample);
	cr_assert_eq(status_of(&sample, STLB_ERROR), STLB_STATUS_FINDINGS);
	sample.findings[0].severity = STLB_WARNING;
	cr_assert_eq(status_of(&sample, STLB_ERROR), STLB_STATUS_NOT_JUDGED);
	cr_assert_eq(status_of(&sample, STLB_WARNING), STLB_STATUS_FINDINGS);
	sample_clean(&sample);
	cr_assert_eq(status_of(&sample, STLB_NOTICE), STLB_STATUS_CLEAN);
}

Test(report, suppressed_findings_do_not_count)
{
	struct sample sample;

	sample_init(&sample);
	sample_clean(&sample);
	sample.result.nr_findings = 2;
	sample.findings[0].suppressed = sample.findings[1].suppressed = true;
	cr_assert_eq(status_of(&sample, STLB_NOTICE), STLB_STATUS_CLEAN);
	sample.findings[1].suppressed = false;
	cr_assert_eq(status_of(&sample, STLB_NOTICE), STLB_STATUS_NOT_JUDGED);
}

/* Each of these alone keeps a trace from being clean. */
Test(report, absence_of_evidence_is_not_clean)
{
	struct sample sample;

	sample_init(&sample);
	sample_clean(&sample);
	sample.result.mms = 0;
	cr_assert_eq(status_of(&sample, STLB_ERROR), STLB_STATUS_NOT_JUDGED, "mms");
	sample.result.mms = 1;
	sample.result.rules[STLB_RULE_REPOINT].judged = STLB_JUDGED_NONE;
	cr_assert_eq(status_of(&sample, STLB_ERROR), STLB_STATUS_NOT_JUDGED, "repoint");
	sample.result.rules[STLB_RULE_REPOINT].judged = STLB_JUDGED_PARTIAL;
	cr_assert_eq(status_of(&sample, STLB_ERROR), STLB_STATUS_CLEAN, "partial");
	sample.result.rules[STLB_RULE_FREE].judged = STLB_JUDGED_NONE;
	cr_assert_eq(status_of(&sample, STLB_ERROR), STLB_STATUS_NOT_JUDGED, "free");
	sample.result.rules[STLB_RULE_FREE].judged = STLB_JUDGED_FULL;
	sample.result.rules[STLB_RULE_NEVER].judged = STLB_JUDGED_NONE;
	cr_assert_eq(status_of(&sample, STLB_ERROR), STLB_STATUS_CLEAN, "another rule");
	sample.result.lost_while_subscribed = 1;
	cr_assert_eq(status_of(&sample, STLB_ERROR), STLB_STATUS_NOT_JUDGED, "losses");
	sample.result.lost_while_subscribed = 0;
	sample.result.dropped = 1;
	cr_assert_eq(status_of(&sample, STLB_ERROR), STLB_STATUS_NOT_JUDGED, "dropped");
	sample.result.dropped = 0;
	sample.info.truncated = true;
	cr_assert_eq(status_of(&sample, STLB_ERROR), STLB_STATUS_NOT_JUDGED, "truncated");
}

Test(report, of_several_traces_the_worst_counts)
{
	struct stlb_report *report = stlb_report_new("1", NULL);
	struct sample sample;

	cr_assert_eq(stlb_report_finish(report, STLB_ERROR), STLB_STATUS_NOT_JUDGED);
	sample_init(&sample);
	sample_clean(&sample);
	stlb_report_add_trace(report, &sample.info, &sample.result, NULL);
	cr_assert_eq(stlb_report_finish(report, STLB_ERROR), STLB_STATUS_CLEAN);
	sample.info.truncated = true;
	stlb_report_add_trace(report, &sample.info, &sample.result, NULL);
	cr_assert_eq(stlb_report_finish(report, STLB_ERROR), STLB_STATUS_NOT_JUDGED);
	sample_init(&sample);
	stlb_report_add_trace(report, &sample.info, &sample.result, NULL);
	cr_assert_eq(stlb_report_finish(report, STLB_ERROR), STLB_STATUS_FINDINGS);
	stlb_report_add_error(report, "x", "x: cannot be opened");
	cr_assert_eq(stlb_report_finish(report, STLB_ERROR), STLB_STATUS_FAILED);
	stlb_report_free(report);
}

Test(report, json_says_what_the_result_says)
{
	struct stlb_report *report;
	struct sample sample;
	json_t *root;

	sample_init(&sample);
	report = report_of(&sample, NULL);
	root = json_of(report);
	cr_assert_eq(number(root, "summary", "obligations", "total"), 1182);
	cr_assert_eq(number(root, "summary", "obligations", "void"), 1);
	cr_assert_eq(number(root, "coverage", "kinds", "pte_set"), 1200);
	cr_assert_eq(json_object_size(json_object_get(json_object_get(root, "summary"), "rules")),
		     STLB_NR_RULES);
	cr_assert_eq(json_array_size(json_object_get(root, "findings")), SAMPLE_FINDINGS);
	cr_assert_str_eq(finding_text(root, 0, "old"), "0x8000000012345025");
	cr_assert_str_eq(finding_text(root, 3, "level"), "pmd");
	cr_assert_null(finding_text(root, 2, "addr"));
	cr_assert(json_is_false(json_object_get(root, "complete")));
	json_decref(root);
	stlb_report_free(report);
}

static void expect_keys(const json_t *object, const char *keys)
{
	char copy[512], *state, *key;

	strcpy(copy, keys);
	for (key = strtok_r(copy, " ", &state); key; key = strtok_r(NULL, " ", &state))
		cr_expect_not_null(json_object_get(object, key), "%s is missing", key);
}

Test(report, json_leaves_no_key_out)
{
	struct stlb_report *report;
	struct sample sample;
	json_t *root, *bare;

	sample_init(&sample);
	report = report_of(&sample, NULL);
	root = json_of(report);
	bare = json_array_get(json_object_get(root, "findings"), 2);
	expect_keys(bare, "id fingerprint rule severity verdict occurrences message mm comm tid "
			  "addr level old new lock bracket events stack subscribers phase first_ns "
			  "last_ns");
	cr_expect(json_is_null(json_object_get(bare, "lock")));
	cr_expect(json_is_null(json_object_get(bare, "level")));
	cr_expect_str_eq(finding_text(root, 2, "phase"), "");
	expect_keys(json_array_get(json_object_get(root, "traces"), 0),
		    "path format kernel arch clock cpus events events_used lost_events first_ns "
		    "last_ns truncated");
	expect_keys(json_object_get(root, "coverage"), "kinds rules unplaced");
	expect_keys(json_object_get(root, "summary"), "exit_status mms obligations rules");
	expect_keys(json_object_get(json_object_get(root, "summary"), "obligations"),
		    "total discharged_in_lock discharged_deferred restored expired void pending "
		    "exempt");
	json_decref(root);
	stlb_report_free(report);
}

Test(report, json_counts_take_off_what_is_suppressed)
{
	struct stlb_report *report;
	struct sample sample;
	json_t *root, *rule;

	sample_init(&sample);
	sample.result.rules[STLB_RULE_REPOINT].occurrences = 70;
	sample.result.rules[STLB_RULE_REPOINT].sites = 2;
	sample.findings[0].suppressed = true;
	sample.findings[0].suppressed_by = "known";
	report = report_of(&sample, NULL);
	root = json_of(report);
	rule = json_object_get(json_object_get(json_object_get(root, "summary"), "rules"),
			       "repoint-before-invalidate");
	cr_assert_eq(json_integer_value(json_object_get(rule, "occurrences")), 1);
	cr_assert_eq(json_integer_value(json_object_get(rule, "sites")), 1);
	cr_assert_eq(json_integer_value(json_object_get(rule, "suppressed")), 69);
	json_decref(root);
	stlb_report_free(report);
}

Test(report, json_is_sorted_and_stable)
{
	struct stlb_report *report;
	struct sample sample;
	char *first, *second, *sorted;
	json_t *root;

	sample_init(&sample);
	report = report_of(&sample, NULL);
	first = sample_written(report, "json", NULL);
	second = sample_written(report, "json", NULL);
	cr_assert_str_eq(first, second);
	root = json_loads(first, 0, NULL);
	sorted = json_dumps(root, JSON_INDENT(2) | JSON_SORT_KEYS);
	first[strlen(first) - 1] = '\0';
	cr_assert_str_eq(first, sorted);
	json_decref(root);
	free(sorted);
	free(first);
	free(second);
	stlb_report_free(report);
}

/* The sample's strings go with it: nothing may point there once the trace is added. */
Test(report, keeps_its_own_copy)
{
	struct sample *sample = malloc(sizeof(*sample));
	char *path = strdup("gone.dat");
	struct stlb_report *report;
	json_t *root;

	sample_init(sample);
	sample->info.path = path;
	sample->findings[0].events[0].event.comm = path;
	report = report_of(sample, NULL);
	memset(path, 'x', strlen(path));
	memset(sample, 0x5a, sizeof(*sample));
	free(path);
	free(sample);
	root = json_of(report);
	cr_assert_str_eq(json_string_value(json_object_get(
				 json_array_get(json_object_get(root, "traces"), 0), "path")),
			 "gone.dat");
	cr_assert_str_eq(finding_text(root, 0, "id"), "F1");
	json_decref(root);
	stlb_report_free(report);
}

Test(report, a_full_disk_is_an_error)
{
	FILE *full = fopen("/dev/full", "w");
	struct stlb_error err = {0};
	struct stlb_report *report;
	struct sample sample;

	cr_assert_not_null(full);
	sample_init(&sample);
	report = report_of(&sample, NULL);
	cr_assert_eq(stlb_report_writer_find("json")->write(report, full, NULL, &err), -ENOSPC);
	cr_assert_neq(err.text[0], '\0');
	fclose(full);
	stlb_report_free(report);
}

Test(report, writers_are_found_by_name)
{
	cr_assert_str_eq(stlb_report_writer(0)->name, "text");
	cr_assert_eq(stlb_report_writer_find("json"), stlb_report_writer(1));
	cr_assert_null(stlb_report_writer_find("jso"));
	for (unsigned int i = 0; stlb_report_writer(i); i++)
		cr_assert_eq(stlb_report_writer_find(stlb_report_writer(i)->name),
			     stlb_report_writer(i));
}
