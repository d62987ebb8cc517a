/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The text that trace-cmd makes of each recording holds the same records as the recording, and
 * the text of tracefs is read whole.
 */
#include <sys/stat.h>

#include "text_sample.h"

TestSuite(text_traces, .fini = sample_drop, .timeout = 300);

/* Numbers that the text shows by name, and what it does not show at all. */
static bool is_hidden(const struct stlb_format *format, const char *field)
{
	static const char *const hidden[][2] = {
		{"mm_page_alloc", "gfp_flags"},
		{"mm_migrate_pages", "mode"},
		{"mm_migrate_pages", "reason"},
		{"mm_migrate_pages_start", "mode"},
		{"mm_migrate_pages_start", "reason"},
		{"ksm_merge_with_ksm_page", "ksm_page"},
		{"print", "ip"},
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		if (!strcmp(format->name, hidden[i][0]) && !strcmp(field, hidden[i][1]))
			return true;
	}
	return !strncmp(field, "common_", 7);
}

static const struct stlb_field *find_field(const struct stlb_format *format, const char *name)
{
	for (uint32_t i = 0; i < format->nr_fields; i++) {
		if (!strcmp(format->fields[i].name, name))
			return &format->fields[i];
	}
	return NULL;
}

static uint64_t signed_number(const struct stlb_record *record, const struct stlb_field *field)
{
	uint64_t value = sample_number(record, field);

	if (field->type == STLB_FIELD_SIGNED && field->size == 4)
		return (uint64_t)(int64_t)(int32_t)value;
	return value;
}

static void same_string(const struct stlb_record *binary, const struct stlb_field *from,
			const char *text)
{
	const char *at = (const char *)binary->data + from->offset;
	size_t size = from->size ? from->size : binary->size - from->offset;

	if (from->type == STLB_FIELD_DATA_LOC) {
		at = sample_string(binary, from);
		size = strlen(at);
	}
	size = strnlen(at, size);
	while (size && at[size - 1] == '\n')
		size--;
	cr_assert_eq(size, strlen(text), "%s: '%s'", from->name, text);
	cr_assert_eq(memcmp(at, text, size), 0, "%s: '%s'", from->name, text);
}

static void same_field(const struct stlb_record *binary, const struct stlb_field *from,
		       const struct stlb_record *text)
{
	const struct stlb_field *field = find_field(text->format, from->name);
	uint64_t wanted;

	cr_assert_not_null(field, "%s %s is missing", binary->format->name, from->name);
	if (field->type == STLB_FIELD_DATA_LOC) {
		same_string(binary, from, sample_string(text, field));
		return;
	}
	wanted = signed_number(binary, from);
	/* trace-cmd shows a preempted task as one that runs. */
	if (!strcmp(from->name, "prev_state"))
		wanted &= 0xff;
	cr_assert_eq(sample_number(text, field), wanted, "%s %s: %" PRIx64 " for %" PRIx64,
		     binary->format->name, from->name, sample_number(text, field), wanted);
}

static void same_record(const struct stlb_record *binary, const struct stlb_record *text)
{
	const struct stlb_format *format = binary->format;

	cr_assert_eq(binary->loss, text->loss);
	if (binary->loss)
		return;
	cr_assert_str_eq(text->format->name, format->name);
	cr_assert_eq(text->tid, binary->tid);
	cr_assert_eq((text->ns + 500) / 1000, (binary->ns + 500) / 1000);
	cr_assert_str_eq(text->comm, binary->comm);
	for (uint32_t i = 0; i < format->nr_fields; i++) {
		if (!is_hidden(format, format->fields[i].name))
			same_field(binary, &format->fields[i], text);
	}
}

static int next_of_cpu(struct stlb_source *source, int cpu, struct stlb_record *record)
{
	struct stlb_error err = {0};
	int ret;

	do {
		ret = stlb_source_next(source, record, &err);
		cr_assert_geq(ret, 0, "%s", err.text);
	} while (ret && record->cpu != cpu);
	return ret;
}

/* Ties between CPUs may be printed in either order: one CPU after the other. */
static void same_cpu(const char *binary_path, int cpu)
{
	struct stlb_source *binary, *text;
	struct stlb_record a, b;
	struct stlb_error err = {0};
	uint64_t nr = 0;

	cr_assert_eq(stlb_source_open(binary_path, NULL, &binary, &err), 0, "%s", err.text);
	cr_assert_eq(stlb_source_open(sample_path, NULL, &text, &err), 0, "%s", err.text);
	while (next_of_cpu(binary, cpu, &a)) {
		cr_assert_eq(next_of_cpu(text, cpu, &b), 1);
		same_record(&a, &b);
		nr++;
	}
	cr_assert_eq(next_of_cpu(text, cpu, &b), 0);
	cr_assert_gt(nr, 50);
	cr_assert_null(stlb_source_info(text)->cut);
	stlb_source_close(binary);
	stlb_source_close(text);
}

static void same_recording(const char *name)
{
	const char *folder = getenv("STALETLB_TRACES");
	char path[1000], command[2200];

	if (!folder)
		cr_skip_test("STALETLB_TRACES names no folder");
	if (system("trace-cmd --help >/dev/null 2>&1") == 127 << 8)
		cr_skip_test("trace-cmd is missing");
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	sample_put("", 0);
	snprintf(command, sizeof(command), "trace-cmd report -t -i %s > %s 2>/dev/null", path,
		 sample_path);
	cr_assert_eq(system(command), 0);
	for (int cpu = 0; cpu < 2; cpu++)
		same_cpu(path, cpu);
}

#define RECORDING(test, name)                                                                      \
	Test(text_traces, test)                                                                    \
	{                                                                                          \
		same_recording(name);                                                              \
	}

RECORDING(debug_6_1, "debug-6.1.dat")
RECORDING(debug_6_1_cow, "debug-6.1-cow-never-notified.dat")
RECORDING(debug_6_1_freed, "debug-6.1-freed-early.dat")
RECORDING(debug_6_12, "debug-6.12.dat")
RECORDING(debug_6_12_cow, "debug-6.12-cow-never-flushed.dat")
RECORDING(stock_6_1, "stock-6.1.dat")
RECORDING(stock_6_1_arm64, "stock-6.1-arm64.dat")
RECORDING(stock_6_12, "stock-6.12.dat")

Test(text_traces, tracefs)
{
	const char *folder = getenv("STALETLB_TRACES");
	const struct stlb_source_info *info;
	struct stlb_error err = {0};
	struct stlb_source *source;
	char path[1000], *text;

	if (!folder)
		cr_skip_test("STALETLB_TRACES names no folder");
	snprintf(path, sizeof(path), "%s/stock-6.1.trace.txt.gz", folder);
	cr_assert_eq(stlb_source_open(path, NULL, &source, &err), 0, "%s", err.text);
	text = sample_dump(source);
	info = stlb_source_info(source);
	cr_assert_eq(info->events, 58230);
	cr_assert_str_eq(info->format, "ftrace text, gzip");
	cr_assert(info->irq_flags);
	cr_assert_null(info->cut);
	/* One format for each event: no line was read in an odd way. */
	cr_assert_eq(stlb_source_nr_formats(source), 15);
	cr_assert_not_null(strstr(text, "print buf='phase cow'"));
	free(text);
	stlb_source_close(source);
}
