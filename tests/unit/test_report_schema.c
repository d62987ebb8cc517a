/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The schemas know all names of the tables, and the reports are what the schema says. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "report_sample.h"

static const char *root_dir(void)
{
	const char *dir = getenv("STALETLB_SOURCE_DIR");

	return dir ? dir : ".";
}

static json_t *schema(const char *name)
{
	char path[4096];
	json_t *root;

	snprintf(path, sizeof(path), "%s/include/staletlb/schema/%s.schema.json", root_dir(), name);
	root = json_load_file(path, 0, NULL);
	cr_assert_not_null(root, "%s", path);
	return root;
}

static bool holds(const json_t *array, const char *text)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *name = json_string_value(json_array_get(array, i));

		if (name && !strcmp(name, text))
			return true;
	}
	return false;
}

/* The list of names under "$defs" of a schema. */
static json_t *names_of(json_t *root, const char *def)
{
	json_t *names =
		json_object_get(json_object_get(json_object_get(root, "$defs"), def), "enum");

	cr_assert_not_null(names, "%s", def);
	return names;
}

static void expect_kinds(json_t *root)
{
	json_t *kinds = names_of(root, "kind");

	for (unsigned int kind = 0; kind < STLB_NR_KINDS; kind++)
		cr_expect(holds(kinds, stlb_kind_name(kind)), "%s", stlb_kind_name(kind));
	cr_expect_eq(json_array_size(kinds), STLB_NR_KINDS);
}

static void expect_rules(json_t *root)
{
	json_t *rules = names_of(root, "rule");

	for (unsigned int rule = 0; rule < STLB_NR_RULES; rule++)
		cr_expect(holds(rules, stlb_rule_info(rule)->id), "%s", stlb_rule_info(rule)->id);
	cr_expect_eq(json_array_size(rules), STLB_NR_RULES);
}

Test(report_schema, knows_every_kind_field_and_rule)
{
	json_t *root = schema("report"), *fields;

	expect_kinds(root);
	expect_rules(root);
	cr_assert_eq(json_unpack(root, "{s:{s:{s:{s:{s:o}}}}}", "$defs", "event", "properties",
				 "fields", "properties", &fields),
		     0);
	for (unsigned int field = 0; field < STLB_NR_FIELDS; field++)
		cr_expect(json_object_get(fields, stlb_field_name(field)), "%s",
			  stlb_field_name(field));
	cr_expect_eq(json_object_size(fields), STLB_NR_FIELDS);
	json_decref(root);
}

Test(report_schema, doctor_and_probes_know_the_same)
{
	json_t *doctor = schema("doctor"), *probes = schema("probes"), *required;

	expect_rules(doctor);
	expect_kinds(probes);
	cr_assert_eq(
		json_unpack(doctor, "{s:{s:{s:o}}}", "properties", "rules", "required", &required),
		0);
	cr_expect(json_equal(required, names_of(doctor, "rule")));
	json_decref(doctor);
	json_decref(probes);
}

Test(report_schema, suppressions_know_former_ids_too)
{
	json_t *root = schema("suppressions"), *rules;
	size_t nr = STLB_NR_RULES;

	cr_assert_eq(json_unpack(root, "{s:{s:{s:{s:{s:{s:o}}}}}}", "properties", "suppressions",
				 "items", "properties", "rule", "enum", &rules),
		     0);
	for (unsigned int i = 0; i < STLB_NR_RULES; i++) {
		const struct stlb_rule_info *rule = stlb_rule_info(i);

		cr_expect(holds(rules, rule->id), "%s", rule->id);
		cr_expect(!rule->former || holds(rules, rule->former), "%s", rule->former);
		nr += rule->former != NULL;
	}
	cr_expect_eq(json_array_size(rules), nr);
	json_decref(root);
}

static void expect_all_required(const char *name, const json_t *object)
{
	const json_t *required = json_object_get(object, "required");
	json_t *properties = json_object_get(object, "properties"), *value;
	const char *key;

	cr_expect(json_object_size(properties), "%s", name);
	json_object_foreach(properties, key, value)
		cr_expect(holds(required, key), "%s: %s may be left out", name, key);
}

/* Whoever reads a report need not ask whether a key is there. */
Test(report_schema, requires_every_key)
{
	static const char *const names[] = {"trace",	"coverage",	"judged",  "summary",
					    "breaches", "suppressions", "finding", "range"};
	json_t *root = schema("report");
	json_t *defs = json_object_get(root, "$defs");

	expect_all_required("the document", root);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		expect_all_required(names[i], json_object_get(defs, names[i]));
	json_decref(root);
}

/* Runs check-schema.py on a text; its exit status. */
static int check(const char *text, const char *name)
{
	char command[8192];
	FILE *to;
	int status;

	snprintf(command, sizeof(command),
		 "python3 '%s/tests/check-schema.py' - '%s/include/staletlb/schema/%s.schema.json'",
		 root_dir(), root_dir(), name);
	to = popen(command, "w");
	cr_assert_not_null(to);
	fputs(text, to);
	status = pclose(to);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool can_check(void)
{
	if (!system("python3 -c 'import jsonschema' 2>/dev/null"))
		return true;
	cr_skip_test("python3-jsonschema is missing");
	return false;
}

static char *report_with(struct sample *sample, bool error)
{
	struct stlb_report *report = stlb_report_new("1.0", NULL);
	char *text;

	if (sample)
		stlb_report_add_trace(report, &sample->info, &sample->result, NULL);
	if (error)
		stlb_report_add_error(report, "a\xff", "a\xff: is a directory");
	text = sample_written(report, "json", NULL);
	stlb_report_free(report);
	cr_assert_not_null(text);
	return text;
}

static void expect_valid(struct sample *sample, bool error)
{
	char *text = report_with(sample, error);

	cr_expect_eq(check(text, "report"), 0, "%s", text);
	free(text);
}

Test(report_schema, reports_are_valid)
{
	struct sample sample;

	if (!can_check())
		return;
	sample_init(&sample);
	expect_valid(&sample, true);
	sample.info = (struct stlb_source_info){.first_ns = UINT64_MAX};
	sample.findings[0].events[0].event.has = (UINT64_C(1) << STLB_NR_FIELDS) - 1;
	sample.findings[0].events[1].event.name = NULL;
	sample.findings[0].nr_events = UINT32_MAX;
	sample.findings[0].last_ns = UINT64_MAX;
	memset(sample.findings[2].message, 0xff, sizeof(sample.findings[2].message));
	expect_valid(&sample, false);
	sample_clean(&sample);
	expect_valid(&sample, false);
	expect_valid(NULL, true);
}

Test(report_schema, tells_what_is_no_report)
{
	struct sample sample;
	char *text, *at;

	if (!can_check())
		return;
	sample_init(&sample);
	text = report_with(&sample, false);
	at = strstr(text, "\"occurrences\": 69");
	cr_assert_not_null(at);
	memcpy(at, "\"occurrencez\": 69", 17);
	cr_expect_eq(check(text, "report"), 1);
	free(text);
}

Test(report_schema, suppression_files)
{
	if (!can_check())
		return;
	cr_expect_eq(check("{\"schema_version\": \"1.0.0\", \"suppressions\": "
			   "[{\"comm\": \"x\", \"reason\": \"y\", \"expires\": \"2027-01-31\"}]}",
			   "suppressions"),
		     0);
	cr_expect_eq(check("{\"schema_version\": \"1.0.0\", \"suppressions\": "
			   "[{\"reason\": \"y\"}]}",
			   "suppressions"),
		     1);
}
