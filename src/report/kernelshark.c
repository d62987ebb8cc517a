/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The events of all findings by time: where to go in KernelShark. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/report_internal.h"

/** struct line - one event of a finding's evidence */
struct line {
	const struct stlb_report_finding *finding;
	uint32_t event;
};

static uint64_t line_ns(const struct line *line)
{
	return line->finding->events[line->event].event->ns;
}

/* Of one array, so what is equal in time keeps the order of the findings. */
static int by_time(const void *a, const void *b)
{
	const struct line *one = a, *other = b;
	uint64_t at = line_ns(one), then = line_ns(other);

	if (at != then)
		return at < then ? -1 : 1;
	if (one->finding != other->finding)
		return one->finding < other->finding ? -1 : 1;
	return one->event < other->event ? -1 : 1;
}

static void write_line(FILE *to, const struct line *line)
{
	const struct stlb_report_finding *finding = line->finding;
	const struct stlb_report_event *event = &finding->events[line->event];
	const struct stlb_event *raw = event->event;
	char role[32];

	/* microseconds, rounded as trace-cmd report does */
	uint64_t us = raw->ns / 1000 + (raw->ns % 1000 >= 500);

	snprintf(role, sizeof(role), "%s", event->role);
	for (char *space = role; (space = strchr(space, ' '));)
		*space = '-';
	fprintf(to,
		"%5" PRIu64 ".%06" PRIu64 "  %3" PRId32 "  %16s-%-7" PRId32 "  %-20s  %-12s  %s\n",
		us / 1000000, us % 1000000, raw->cpu, event->comm ? event->comm : "<...>", raw->tid,
		event->name ? event->name : stlb_kind_name(raw->kind), role, finding->id);
}

static bool is_listed(const struct stlb_report_finding *finding,
		      const struct stlb_report_options *options)
{
	return !finding->suppressed || (options && options->verbose);
}

static uint32_t collect(const struct stlb_report_trace *trace, struct line *lines,
			const struct stlb_report_options *options)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < trace->nr_findings; i++) {
		const struct stlb_report_finding *finding = &trace->findings[i];

		if (!is_listed(finding, options))
			continue;
		for (uint32_t j = 0; j < finding->raw->nr_events; j++)
			lines[nr++] = (struct line){finding, j};
	}
	return nr;
}

static void write_findings(FILE *to, const struct stlb_report_trace *trace,
			   const struct stlb_report_options *options)
{
	for (uint32_t i = 0; i < trace->nr_findings; i++) {
		const struct stlb_report_finding *finding = &trace->findings[i];

		if (is_listed(finding, options))
			fprintf(to, "# %s  %s  %s: %s\n", finding->id,
				stlb_severity_name(finding->raw->severity),
				stlb_rule_info(finding->raw->rule)->id, finding->message);
	}
}

static int write_trace(FILE *to, const struct stlb_report_trace *trace,
		       const struct stlb_report_options *options)
{
	size_t room = (size_t)trace->nr_findings * STLB_MAX_EVIDENCE + 1;
	struct line *lines = calloc(room, sizeof(*lines));
	uint32_t nr;

	if (!lines)
		return -ENOMEM;
	nr = collect(trace, lines, options);
	qsort(lines, nr, sizeof(*lines), by_time);
	fprintf(to, "# trace %s\n", trace->info.path);
	write_findings(to, trace, options);
	fputs("# time  cpu  task-pid  event  role  finding\n", to);
	for (uint32_t i = 0; i < nr; i++)
		write_line(to, &lines[i]);
	free(lines);
	return 0;
}

int stlb_report_write_kernelshark(const struct stlb_report *report, FILE *to,
				  const struct stlb_report_options *options, struct stlb_error *err)
{
	for (uint32_t i = 0; i < report->nr_traces; i++)
		if (write_trace(to, report->traces[i], options))
			return stlb_error_set(err, -ENOMEM, "no memory to write the report");
	for (uint32_t i = 0; i < report->nr_errors; i++)
		fprintf(to, "# error: %s\n", report->errors[i].message);
	return stlb_report_flush(to, err);
}
