/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The timeline for ui.perfetto.dev, and the list of times for KernelShark. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>

#include "report_sample.h"
#include "staletlb/timeline.h"

/* Of the sample's first finding. */
#define MM   UINT64_C(0xffff888004a30000)
#define PTL  UINT64_C(0xffff8880041c2a28)
#define ADDR UINT64_C(0x7f1234561000)
#define T0   UINT64_C(12345678000)

struct row {
	enum stlb_kind kind;
	uint64_t at; /* after T0 */
	int32_t tid;
	uint64_t page; /* brackets: of a range of one page */
};

static void send(struct stlb_timeline *timeline, const struct row *row)
{
	struct stlb_event event = {
		.ns = T0 + row->at,
		.kind = row->kind,
		.name = stlb_kind_name(row->kind),
		.comm = "a \"quoted\\ name",
		.tid = row->tid,
		.cpu = 1,
		.has = STLB_BIT(MM) | STLB_BIT(START) | STLB_BIT(END) | STLB_BIT(LOCK),
	};

	event.value[STLB_FIELD_MM] = MM;
	event.value[STLB_FIELD_START] = ADDR + (row->page << 12);
	event.value[STLB_FIELD_END] = ADDR + (row->page << 12) + 4096;
	event.value[STLB_FIELD_LOCK] = PTL;
	cr_assert_eq(stlb_timeline_event(timeline, &event), 0);
}

/* Slices of the last timeline: none of them may be missing in the file. */
static uint32_t kept;

static char *written(struct sample *sample, const struct row *rows, uint32_t nr, const char *format)
{
	struct stlb_report *report = stlb_report_new("1.2.3", NULL);
	struct stlb_report_options options = {0};
	char *text;

	cr_assert_eq(stlb_report_add_trace(report, &sample->info, &sample->result, NULL), 0);
	kept = 0;
	if (nr) {
		struct stlb_timeline *timeline = stlb_timeline_new(&sample->result, 0);

		for (uint32_t i = 0; i < nr; i++)
			send(timeline, &rows[i]);
		cr_assert_eq(stlb_timeline_finish(timeline), 0);
		kept = stlb_timeline_drawing(timeline)->nr_slices;
		stlb_report_take_timeline(report, timeline);
	}
	text = sample_written(report, format, &options);
	cr_assert_not_null(text);
	stlb_report_free(report);
	return text;
}

/* How many lines have this phase and, unless NULL, this category. */
static int count(const json_t *root, const char *phase, const char *category)
{
	const json_t *events = json_object_get(root, "traceEvents");
	int nr = 0;

	for (size_t i = 0; i < json_array_size(events); i++) {
		const json_t *event = json_array_get(events, i);
		const char *cat = json_string_value(json_object_get(event, "cat"));

		if (!strcmp(json_string_value(json_object_get(event, "ph")), phase) &&
		    (!category || (cat && !strcmp(cat, category))))
			nr++;
	}
	return nr;
}

static json_t *drawn(struct sample *sample, const struct row *rows, uint32_t nr)
{
	char *text = written(sample, rows, nr, "perfetto");
	const char *dir = getenv("STALETLB_SOURCE_DIR");
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	char command[4200];
	FILE *to;

	cr_assert_not_null(root);
	snprintf(command, sizeof(command), "python3 '%s/tests/check-perfetto.py' -",
		 dir ? dir : ".");
	to = popen(command, "w");
	cr_assert_not_null(to);
	fputs(text, to);
	cr_expect_eq(pclose(to), 0, "the format's rules are broken");
	cr_expect_eq(count(root, "B", "lock") + count(root, "B", "bracket"), (int)kept);
	free(text);
	return root;
}

/* The track id of a name, 0 for none. */
static int track(const json_t *root, const char *name)
{
	const json_t *events = json_object_get(root, "traceEvents");

	for (size_t i = 0; i < json_array_size(events); i++) {
		const json_t *event = json_array_get(events, i);
		const json_t *args = json_object_get(event, "args");

		if (!strcmp(json_string_value(json_object_get(event, "ph")), "M") &&
		    json_object_get(event, "tid") && json_object_get(args, "name") &&
		    !strcmp(json_string_value(json_object_get(args, "name")), name))
			return (int)json_integer_value(json_object_get(event, "tid"));
	}
	return 0;
}

Test(perfetto, is_drawn_from_the_evidence_alone)
{
	struct sample sample;
	json_t *root;

	sample_init(&sample);
	root = drawn(&sample, NULL, 0);
	cr_expect_eq(count(root, "B", "evidence"), 15, "three findings have five events each");
	cr_expect_eq(count(root, "i", "finding"), 4);
	cr_expect_eq(count(root, "s", "missing"), 3);
	cr_expect_eq(count(root, "f", "missing"), 3);
	cr_expect_eq(track(root, "workload-311"), 311);
	cr_expect_gt(track(root, "cpu 1 softirq"), 4 * 1024 * 1024);
	json_decref(root);
}

Test(perfetto, times_are_microseconds_to_the_nanosecond)
{
	struct sample sample;
	char *text;

	sample_init(&sample);
	text = written(&sample, NULL, 0, "perfetto");
	cr_expect_not_null(strstr(text, "\"ts\":12345681.901,"));
	cr_expect_not_null(strstr(text, "\"ts\":0.005,"));
	free(text);
}

/* All findings have their events at the same times: none of them encloses another. */
Test(perfetto, what_has_no_length_needs_no_lane)
{
	static struct stlb_finding *list[40];
	struct sample sample;
	json_t *root;

	sample_init(&sample);
	for (int i = 0; i < 40; i++)
		list[i] = &sample.findings[0];
	sample.result.findings = list;
	sample.result.nr_findings = 40;
	root = drawn(&sample, NULL, 0);
	cr_expect_eq(count(root, "B", "evidence"), 200);
	cr_expect_eq(track(root, "workload-311 (2)"), 0);
	json_decref(root);
}

static const struct row overlapping[] = {
	{STLB_INV_START, 0, 311, 0},	   {STLB_INV_START, 200, 311, 1},
	{STLB_LOCK_ACQUIRED, 500, 311, 0}, {STLB_INV_END, 600, 311, 0},
	{STLB_LOCK_RELEASE, 5000, 311, 0}, {STLB_LOCK_ACQUIRED, 5100, 7, 0},
	{STLB_LOCK_RELEASE, 5200, 7, 0},   {STLB_INV_END, 6000, 311, 1},
};

Test(perfetto, what_overlaps_gets_a_lane_of_its_own)
{
	struct sample sample;
	json_t *root;

	sample_init(&sample);
	root = drawn(&sample, overlapping, sizeof(overlapping) / sizeof(*overlapping));
	cr_expect_eq(count(root, "B", "bracket"), 2);
	cr_expect_eq(count(root, "B", "lock"), 2);
	cr_expect_eq(count(root, "E", NULL), 19);
	cr_expect_neq(track(root, "a \"quoted\\ name-311 (2)"), 0);
	cr_expect_eq(track(root, "a \"quoted\\ name-311 (3)"), 0);
	json_decref(root);
}

Test(perfetto, what_nests_or_follows_stays_on_one_lane)
{
	static const struct row rows[] = {
		{STLB_LOCK_ACQUIRED, 0, 311, 0},   {STLB_INV_START, 0, 311, 0},
		{STLB_LOCK_RELEASE, 500, 311, 0},  {STLB_INV_END, 900, 311, 0},
		{STLB_INV_START, 900, 311, 0},	   {STLB_LOCK_ACQUIRED, 1200, 311, 0},
		{STLB_LOCK_RELEASE, 1300, 311, 0}, {STLB_INV_END, 1300, 311, 0},
	};
	struct sample sample;
	json_t *root;

	sample_init(&sample);
	root = drawn(&sample, rows, sizeof(rows) / sizeof(*rows));
	cr_expect_eq(count(root, "B", "bracket"), 2);
	cr_expect_eq(track(root, "a \"quoted\\ name-311 (2)"), 0);
	json_decref(root);
}

/* The second hold has the number of the second finding: their arrows must not. */
Test(perfetto, a_lock_handed_over_is_an_arrow)
{
	static const struct row rows[] = {
		{STLB_LOCK_ACQUIRED, 500, 311, 0},
		{STLB_LOCK_RELEASE, 5000, 311, 0},
		{STLB_LOCK_ACQUIRED, 5100, 7, 0},
		{STLB_LOCK_RELEASE, 5200, 7, 0},
	};
	struct sample sample;
	json_t *root;

	sample_init(&sample);
	root = drawn(&sample, rows, sizeof(rows) / sizeof(*rows));
	cr_expect_eq(count(root, "s", "lock"), 1);
	cr_expect_eq(count(root, "f", "lock"), 1);
	json_decref(root);
}

Test(perfetto, a_task_is_not_the_interrupt_of_the_cpu_of_its_number)
{
	static const struct row rows[] = {{STLB_LOCK_ACQUIRED, 500, 1, 0},
					  {STLB_LOCK_RELEASE, 600, 1, 0}};
	struct sample sample;
	json_t *root;

	sample_init(&sample);
	root = drawn(&sample, rows, sizeof(rows) / sizeof(*rows));
	cr_expect_eq(track(root, "a \"quoted\\ name-1"), 1);
	cr_expect_neq(track(root, "cpu 1 softirq"), 0);
	json_decref(root);
}

/* Whatever the events are, many of them at the same time: the file follows the rules. */
Test(perfetto, any_events_make_a_valid_file)
{
	static const enum stlb_kind kinds[] = {
		STLB_LOCK_ACQUIRE, STLB_LOCK_ACQUIRED, STLB_LOCK_RELEASE, STLB_INV_START,
		STLB_INV_END,	   STLB_SCHED_SWITCH,  STLB_PTE_CLEAR,	  STLB_LOST,
	};
	static struct row rows[4000];
	struct sample sample;
	uint64_t random = 88172645463325252, at = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		at += random % 3;
		rows[i] = (struct row){kinds[random >> 8 & 7], at, (int32_t)(random >> 16 & 3),
				       random >> 24 & 3};
		if (rows[i].kind == STLB_LOST && random >> 32 & 15)
			rows[i].kind = STLB_INV_END;
	}
	sample_init(&sample);
	json_decref(drawn(&sample, rows, sizeof(rows) / sizeof(*rows)));
}

Test(perfetto, several_traces_have_tracks_of_their_own)
{
	struct stlb_report *report = stlb_report_new("1.2.3", NULL);
	struct sample sample;
	char *text;

	sample_init(&sample);
	for (int i = 0; i < 3; i++)
		cr_assert_eq(stlb_report_add_trace(report, &sample.info, &sample.result, NULL), 0);
	text = sample_written(report, "perfetto", NULL);
	cr_assert_not_null(text);
	cr_expect_not_null(strstr(text, "\"pid\":3,\"tid\":1000000"));
	cr_expect_null(strstr(text, "\"pid\":2,\"tid\":311,"));
	free(text);
	stlb_report_free(report);
}

Test(perfetto, an_empty_report_is_a_file_too)
{
	struct sample sample;
	json_t *root;

	sample_init(&sample);
	sample_clean(&sample);
	root = drawn(&sample, NULL, 0);
	cr_expect_eq(count(root, "B", NULL), 0);
	cr_expect_eq(count(root, "M", NULL), 2);
	json_decref(root);
}

Test(kernelshark, lists_events_by_time)
{
	struct sample sample;
	char *text, *first, *second;

	sample_init(&sample);
	text = written(&sample, NULL, 0, "kernelshark");
	first = strstr(text, "\n   12.345678    1          workload-311      inv_start");
	cr_assert_not_null(first, "%s", text);
	second = strstr(text, "\n   12.345679    1          workload-311      pte_clear");
	cr_assert_not_null(second, "rounded as trace-cmd report does: %s", text);
	cr_expect_lt(first, second);
	first = strstr(first, "F1\n");
	cr_assert_not_null(first);
	cr_expect_eq(strncmp(first + 3, "   12.345678    1 ", 18), 0, "F2's first event: %s",
		     first);
	cr_expect_not_null(strstr(text, "# trace debug-6.1.dat\n"));
	cr_expect_not_null(strstr(text, "# F3  notice  unaligned-range: "));
	free(text);
}

Test(kernelshark, leaves_out_what_is_suppressed)
{
	struct sample sample;
	char *text;

	sample_init(&sample);
	sample.findings[0].suppressed = true;
	text = written(&sample, NULL, 0, "kernelshark");
	cr_expect_null(strstr(text, "F1"));
	cr_expect_not_null(strstr(text, "F2"));
	free(text);
}
