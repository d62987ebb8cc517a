/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/report_internal.h"
#include "staletlb/timeline.h"
#include "util/grow.h"

static const struct stlb_report_writer writers[] = {
	{"text", "for people, on a terminal (the default)", false, stlb_report_tell_text,
	 stlb_report_write_text},
	{"json", "one JSON document, see staletlb-report(5)", false, NULL, stlb_report_write_json},
	{"jsonl", "JSON lines: findings as they are found, then the document", false,
	 stlb_report_tell_jsonl, stlb_report_write_jsonl},
	{"perfetto", "a timeline around the findings, for ui.perfetto.dev", true, NULL,
	 stlb_report_write_perfetto},
	{"kernelshark", "times to jump to in KernelShark", false, NULL,
	 stlb_report_write_kernelshark},
};

enum { NR_WRITERS = sizeof(writers) / sizeof(*writers) };

const struct stlb_report_writer *stlb_report_writer(unsigned int index)
{
	return index < NR_WRITERS ? &writers[index] : NULL;
}

const struct stlb_report_writer *stlb_report_writer_find(const char *name)
{
	for (unsigned int i = 0; i < NR_WRITERS; i++)
		if (!strcmp(writers[i].name, name))
			return &writers[i];
	return NULL;
}

struct stlb_report *stlb_report_new(const char *version, struct stlb_suppressions *suppressions)
{
	struct stlb_report *report = calloc(1, sizeof(*report));

	if (!report)
		return NULL;
	report->suppressions = suppressions;
	report->fail_on = STLB_ERROR;
	report->version = stlb_arena_text(&report->arena, version);
	if (report->version)
		return report;
	stlb_report_free(report);
	return NULL;
}

void stlb_report_free(struct stlb_report *report)
{
	if (!report)
		return;
	for (uint32_t i = 0; i < report->nr_traces; i++)
		stlb_report_copy_free(report->traces[i]);
	free(report->traces);
	free(report->errors);
	free(report->notes);
	free(report->filters);
	stlb_arena_free(&report->arena);
	free(report);
}

int stlb_report_add_trace(struct stlb_report *report, const struct stlb_source_info *info,
			  const struct stlb_result *result, struct stlb_source *symbols)
{
	struct stlb_report_trace *trace;

	if (stlb_resize((void **)&report->traces, report->nr_traces + 1, sizeof(*report->traces)))
		return -ENOMEM;
	trace = stlb_report_copy(info, result, symbols, report->suppressions, false);
	if (!trace)
		return -ENOMEM;
	if (stlb_report_find_reasons(report, trace)) {
		stlb_report_copy_free(trace);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < report->nr_filters; i++)
		report->filters[i].matched |= result->filters_matched >> i & 1;
	report->traces[report->nr_traces++] = trace;
	return 0;
}

void stlb_report_take_timeline(struct stlb_report *report, struct stlb_timeline *timeline)
{
	struct stlb_report_trace *last =
		report->nr_traces ? report->traces[report->nr_traces - 1] : NULL;

	if (last && !last->timeline)
		last->timeline = timeline;
	else
		stlb_timeline_free(timeline);
}

int stlb_report_add_error(struct stlb_report *report, const char *path, const char *message)
{
	struct stlb_report_error *error;

	if (stlb_resize((void **)&report->errors, report->nr_errors + 1, sizeof(*report->errors)))
		return -ENOMEM;
	error = &report->errors[report->nr_errors];
	error->path = stlb_arena_text(&report->arena, path);
	error->message = stlb_arena_text(&report->arena, message);
	if (!error->path || !error->message)
		return -ENOMEM;
	report->nr_errors++;
	return 0;
}

int stlb_report_add_note(struct stlb_report *report, const char *note)
{
	const char *copy = stlb_arena_text(&report->arena, note);

	if (!copy ||
	    stlb_resize((void **)&report->notes, report->nr_notes + 1, sizeof(*report->notes)))
		return -ENOMEM;
	report->notes[report->nr_notes++] = copy;
	return 0;
}

void stlb_report_require_full(struct stlb_report *report)
{
	report->require_full = true;
}

int stlb_report_add_filter(struct stlb_report *report, enum stlb_filter_kind kind, const char *text)
{
	struct stlb_report_filter filter = {.kind = kind};

	filter.text = stlb_arena_text(&report->arena, text);
	if (!filter.text || stlb_resize((void **)&report->filters, report->nr_filters + 1,
					sizeof(*report->filters)))
		return -ENOMEM;
	report->filters[report->nr_filters++] = filter;
	return 0;
}

const char *stlb_report_unmatched(const struct stlb_report *report, uint32_t index,
				  enum stlb_filter_kind *kind)
{
	for (uint32_t i = 0; report->nr_traces && i < report->nr_filters; i++) {
		if (report->filters[i].matched || index--)
			continue;
		*kind = report->filters[i].kind;
		return report->filters[i].text;
	}
	return NULL;
}

enum stlb_status stlb_report_finish(struct stlb_report *report, enum stlb_severity fail_on)
{
	report->fail_on = fail_on;
	for (uint32_t i = 0; i < report->nr_traces; i++)
		if (stlb_report_find_reasons(report, report->traces[i]))
			return STLB_STATUS_FAILED;
	return stlb_report_status(report);
}

bool stlb_report_has_links(const struct stlb_report_trace *trace)
{
	const struct stlb_links *links = &trace->result.continuity;

	return links->links || links->broken || links->tables;
}

const char *stlb_report_context_name(unsigned int context)
{
	static const char *const names[] = {
		[STLB_CONTEXT_TASK] = "task",
		[STLB_CONTEXT_SOFTIRQ] = "softirq",
		[STLB_CONTEXT_HARDIRQ] = "hardirq",
		[STLB_CONTEXT_NMI] = "nmi",
	};

	return context < sizeof(names) / sizeof(*names) ? names[context] : "task";
}

int stlb_report_flush(FILE *to, struct stlb_error *err)
{
	int code;

	errno = 0;
	if (!fflush(to) && !ferror(to))
		return 0;
	code = errno ? errno : EIO;
	return stlb_error_set(err, -code, "writing the report failed: %s", strerror(code));
}
