/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file for ui.perfetto.dev, in the JSON trace event format: the findings and what was around. */
#include "report/perfetto.h"

#include <errno.h>
#include <inttypes.h>

/* Above all thread ids of Linux, and above the process ids given to the traces. */
enum { FIRST_TID = 10 * 1000 * 1000 };

static void put_metadata(struct stlb_perfetto *out, const char *name, uint32_t tid)
{
	stlb_perfetto_open(out, 'M', tid);
	fprintf(out->to, ",\"name\":\"%s\",\"args\":", name);
}

static void name_track(char *name, size_t size, const struct stlb_track *track)
{
	if (track->kind != STLB_CONTEXT_TASK)
		snprintf(name, size, "cpu %" PRId32 " %s", track->id,
			 stlb_report_context_name(track->kind));
	else if (track->idle)
		snprintf(name, size, "idle, cpu %" PRId32, track->id);
	else
		snprintf(name, size, "%.100s-%" PRId32, track->comm ? track->comm : "<...>",
			 track->id);
}

static void put_track(struct stlb_perfetto *out, uint32_t index)
{
	const struct stlb_track *track = &out->layout->tracks[index];
	char name[128], lane[160];

	name_track(name, sizeof(name), track);
	for (uint32_t i = 0; i < track->nr_lanes; i++) {
		snprintf(lane, sizeof(lane), i ? "%s (%" PRIu32 ")" : "%s", name, i + 1);
		put_metadata(out, "thread_name", track->tids[i]);
		fputs("{\"name\":", out->to);
		stlb_perfetto_text(out->to, lane);
		fputs("}}", out->to);
		put_metadata(out, "thread_sort_index", track->tids[i]);
		fprintf(out->to, "{\"sort_index\":%" PRIu32 "}}", index * STLB_MAX_LANES + i);
	}
}

static void put_trace(struct stlb_perfetto *out)
{
	const struct stlb_layout *layout = out->layout;

	put_metadata(out, "process_name", 0);
	fputs("{\"name\":", out->to);
	stlb_perfetto_text(out->to, layout->trace->info.path);
	fputs("}}", out->to);
	put_metadata(out, "process_sort_index", 0);
	fprintf(out->to, "{\"sort_index\":%" PRIu32 "}}", out->pid);
	for (uint32_t i = 0; i < layout->nr_tracks; i++)
		put_track(out, i);
	for (uint32_t i = 0; i < layout->nr_marks; i++)
		stlb_perfetto_mark(out, &layout->marks[i]);
}

static int put_traces(struct stlb_perfetto *out, const struct stlb_report *report)
{
	uint32_t next_tid = FIRST_TID;

	out->first_flow = 1;
	for (uint32_t i = 0; i < report->nr_traces; i++) {
		struct stlb_layout layout;
		int ret = stlb_layout_init(&layout, report->traces[i], i == 0, next_tid);

		out->layout = &layout;
		out->pid = i + 1;
		if (ret == 0)
			put_trace(out);
		next_tid = layout.next_tid;
		out->first_flow += (uint64_t)layout.drawing.nr_slices + layout.trace->nr_findings;
		stlb_layout_release(&layout);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- what the file says of itself ---- */

static void put_list(FILE *to, const char *key, const char *const *lines, uint32_t nr)
{
	fprintf(to, ",\n\"%s\":[", key);
	for (uint32_t i = 0; i < nr; i++) {
		fputs(i ? "," : "", to);
		stlb_perfetto_text(to, lines[i]);
	}
	fputs("]", to);
}

static void put_left_out(FILE *to, const struct stlb_report_trace *trace)
{
	const struct stlb_timeline_drawing *drawing;

	fputs("{\"path\":", to);
	stlb_perfetto_text(to, trace->info.path);
	if (!trace->timeline) {
		fputs(",\"drawn_from\":\"evidence\"}", to);
		return;
	}
	drawing = stlb_timeline_drawing(trace->timeline);
	fprintf(to,
		",\"drawn_from\":\"trace\",\"findings_left_out\":%" PRIu64
		",\"slices_left_out\":%" PRIu64 ",\"points_left_out\":%" PRIu64
		",\"events_left_out\":%" PRIu64 "}",
		drawing->findings_left_out, drawing->slices_left_out, drawing->points_left_out,
		drawing->events_left_out);
}

static void put_errors(FILE *to, const struct stlb_report *report)
{
	fputs(",\n\"errors\":[", to);
	for (uint32_t i = 0; i < report->nr_errors; i++) {
		fputs(i ? "," : "", to);
		stlb_perfetto_text(to, report->errors[i].message);
	}
	fputs("]", to);
}

static void put_about(FILE *to, const struct stlb_report *report)
{
	fputs("\"displayTimeUnit\":\"ns\",\n\"otherData\":{\n\"tool\":\"staletlb\",\n\"version\":",
	      to);
	stlb_perfetto_text(to, report->version);
	fprintf(to, ",\n\"exit_status\":%d,\n\"traces\":[", stlb_report_status(report));
	for (uint32_t i = 0; i < report->nr_traces; i++) {
		fputs(i ? "," : "", to);
		put_left_out(to, report->traces[i]);
	}
	fputs("]", to);
	put_errors(to, report);
	put_list(to, "notes", report->notes, report->nr_notes);
	fputs("\n},\n", to);
}

int stlb_report_write_perfetto(const struct stlb_report *report, FILE *to,
			       const struct stlb_report_options *options, struct stlb_error *err)
{
	struct stlb_perfetto out = {.to = to};

	(void)options;
	fputs("{\n", to);
	put_about(to, report);
	fputs("\"traceEvents\":[", to);
	if (put_traces(&out, report))
		return stlb_error_set(err, -ENOMEM, "no memory to write the report");
	fputs("\n]\n}\n", to);
	return stlb_report_flush(to, err);
}
