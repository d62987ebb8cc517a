/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Findings reported one by one while a trace is read, and the lines of jsonl. */
#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "report_sample.h"

/* One finding reported; what was written, "" for nothing. Free it. */
static char *reported(struct stlb_suppressions *suppressions, const struct stlb_finding *finding,
		      const char *format)
{
	struct stlb_report *report = stlb_report_new("1.0", suppressions);
	struct stlb_report_options options = {0};
	struct sample sample;
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	sample_init(&sample);
	cr_assert_eq(stlb_report_tell(report, &sample.info, finding, NULL,
				      stlb_report_writer_find(format), to, &options, NULL),
		     0);
	fclose(to);
	stlb_report_free(report);
	return text;
}

static json_t *line_of(const char *text, const char *type)
{
	json_t *line = json_loads(text, 0, NULL);

	cr_assert_not_null(line, "%s", text);
	cr_expect_eq(strchr(text, '\n'), text + strlen(text) - 1, "more than a line: %s", text);
	cr_expect_eq(json_object_size(line), 2);
	cr_assert_str_eq(json_string_value(json_object_get(line, "type")), type);
	cr_assert(json_is_object(json_object_get(line, type)));
	return line;
}

Test(tell, a_finding_is_a_line_of_json_without_an_id)
{
	struct sample sample;
	struct stlb_report *report = stlb_report_new("1.0", NULL);
	json_t *line, *finding, *document, *expected;
	char *text, *whole;

	sample_init(&sample);
	text = reported(NULL, &sample.findings[0], "jsonl");
	line = line_of(text, "finding");
	finding = json_object_get(line, "finding");
	cr_expect_null(json_object_get(finding, "id"));
	stlb_report_add_trace(report, &sample.info, &sample.result, NULL);
	whole = sample_written(report, "json", NULL);
	document = json_loads(whole, 0, NULL);
	expected = json_array_get(json_object_get(document, "findings"), 0);
	json_object_del(expected, "id");
	cr_expect(json_equal(finding, expected), "%s\n%s", text, whole);
	json_decref(document);
	json_decref(line);
	stlb_report_free(report);
	free(whole);
	free(text);
}

/* The lines of findings go before it, each as the report has it. */
Test(tell, the_report_is_a_line_with_what_json_writes)
{
	struct sample sample;
	struct stlb_report *report = stlb_report_new("1.0", NULL);
	json_t *line, *document;
	char *text, *whole, *at, *end;

	sample_init(&sample);
	stlb_report_add_trace(report, &sample.info, &sample.result, NULL);
	stlb_report_add_error(report, "a\xff", "a\xff: is a directory");
	stlb_report_add_note(report, "a note");
	text = sample_written(report, "jsonl", NULL);
	whole = sample_written(report, "json", NULL);
	document = json_loads(whole, 0, NULL);
	at = text;
	for (uint32_t i = 0; i < sample.result.nr_findings; i++, at = end) {
		end = strchr(at, '\n') + 1;
		line = json_loadb(at, (size_t)(end - at), 0, NULL);
		cr_assert_str_eq(json_string_value(json_object_get(line, "type")), "finding");
		cr_expect(json_equal(json_object_get(line, "finding"),
				     json_array_get(json_object_get(document, "findings"), i)));
		json_decref(line);
	}
	line = line_of(at, "report");
	cr_expect(json_equal(json_object_get(line, "report"), document));
	json_decref(document);
	json_decref(line);
	stlb_report_free(report);
	free(whole);
	free(text);
}

Test(tell, text_is_the_head_of_the_finding)
{
	struct sample sample;
	char *text;

	sample_init(&sample);
	sample.findings[0].id[0] = '\0'; /* not known yet */
	text = reported(NULL, &sample.findings[0], "text");
	cr_expect_str_eq(text,
			 "error: repoint-before-invalidate\n"
			 "  copy-on-write of the pte of 0x7f1234561000 by workload[311]: page "
			 "0x12345\n  replaced by 0x45678\n");
	free(text);
}

Test(tell, other_formats_tell_nothing)
{
	static const char *const formats[] = {"json", "perfetto", "kernelshark"};
	struct sample sample;

	sample_init(&sample);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		char *text = reported(NULL, &sample.findings[0], formats[i]);

		cr_expect_str_empty(text, "%s", formats[i]);
		free(text);
	}
}

static struct stlb_suppressions *suppressing(const char *rule)
{
	struct stlb_suppressions *set = stlb_suppressions_new(NULL);
	char path[] = "/tmp/staletlb-suppress-XXXXXX";
	FILE *to = fdopen(mkstemp(path), "w");

	fprintf(to,
		"{\"schema_version\": \"1.0.0\", \"suppressions\": [{\"rule\": \"%s\", "
		"\"reason\": \"known\"}]}",
		rule);
	fclose(to);
	cr_assert_eq(stlb_suppressions_load(set, path, NULL), 0);
	unlink(path);
	return set;
}

Test(tell, what_is_suppressed_is_not_reported)
{
	struct stlb_suppressions *set = suppressing("repoint-before-invalidate");
	struct sample sample;
	char *text;

	sample_init(&sample);
	text = reported(set, &sample.findings[0], "jsonl");
	cr_expect_str_empty(text);
	free(text);
	stlb_suppressions_free(set);
	set = suppressing("empty-range");
	text = reported(set, &sample.findings[0], "jsonl");
	cr_expect_gt(strlen(text), 0);
	free(text);
	stlb_suppressions_free(set);
}

/* Whoever reads may be gone: the run has to know. */
Test(tell, what_cannot_be_written_is_an_error)
{
	struct stlb_report *report = stlb_report_new("1.0", NULL);
	struct stlb_report_options options = {0};
	struct stlb_error err = {""};
	struct sample sample;
	FILE *to = fopen("/dev/full", "w");

	sample_init(&sample);
	cr_expect_eq(stlb_report_tell(report, &sample.info, &sample.findings[0], NULL,
				      stlb_report_writer_find("jsonl"), to, &options, &err),
		     -ENOSPC, "%s", err.text);
	fclose(to);
	stlb_report_free(report);
}
