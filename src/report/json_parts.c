/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON report but for its findings. */
#include "report/json.h"
#include "report/json_object.h"

static const char *trace_arch(const struct stlb_report_trace *trace)
{
	if (trace->result.arch != STLB_ARCH_UNKNOWN)
		return stlb_arch_name(trace->result.arch);
	return trace->info.arch;
}

static void put_origin(struct stlb_json_object *object, const struct stlb_report_trace *trace)
{
	const struct stlb_source_info *info = &trace->info;

	stlb_json_put_text(object, "path", info->path);
	stlb_json_put_text(object, "format", info->format);
	stlb_json_put_text(object, "kernel",
			   trace->result.kernel ? trace->result.kernel : info->kernel);
	stlb_json_put_text(object, "model", trace->result.before_6_6 ? "before 6.6" : "from 6.6");
	stlb_json_put_text(object, "arch", trace_arch(trace));
	stlb_json_put_text(object, "clock", info->clock);
	stlb_json_put_count(object, "cpus", info->cpus);
	stlb_json_put_bool(object, "truncated", info->truncated);
	stlb_json_put_text(object, "cut", info->cut);
}

static json_t *by_json(const struct stlb_report_hidden *hidden)
{
	struct stlb_json_object object = stlb_json_object();

	for (int kind = 0; kind < STLB_NR_FILTERS; kind++) {
		uint64_t nr = hidden->by[kind] + hidden->suppressed.by[kind];

		if (nr)
			stlb_json_put_count(&object, stlb_filter_name(kind), nr);
	}
	return stlb_json_end(&object);
}

static json_t *hidden_json(const struct stlb_report_hidden *hidden)
{
	struct stlb_json_object object = stlb_json_object();

	for (int severity = STLB_NOTICE; severity <= STLB_ERROR; severity++)
		stlb_json_put_count(&object, stlb_severity_name(severity), hidden->nr[severity]);
	stlb_json_put_count(&object, "inconclusive", hidden->inconclusive);
	stlb_json_put_count(&object, "suppressed", hidden->suppressed.nr);
	stlb_json_put(&object, "by", by_json(hidden));
	return stlb_json_end(&object);
}

json_t *stlb_json_filters(const struct stlb_report *report)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < report->nr_filters; i++) {
		const struct stlb_report_filter *filter = &report->filters[i];
		struct stlb_json_object object = stlb_json_object();

		stlb_json_put_text(&object, "option", stlb_filter_name(filter->kind));
		stlb_json_put_text(&object, "value", filter->text);
		stlb_json_put_bool(&object, "matched", filter->matched);
		if (!stlb_json_append(&array, stlb_json_end(&object)))
			return NULL;
	}
	return array;
}

static json_t *trace_json(const struct stlb_report_trace *trace, enum stlb_severity fail_on)
{
	const struct stlb_source_info *info = &trace->info;
	struct stlb_json_object object = stlb_json_object();

	put_origin(&object, trace);
	stlb_json_put_count(&object, "events", info->events);
	stlb_json_put_count(&object, "events_used", trace->result.events_used);
	stlb_json_put_count(&object, "lost_events", info->lost_events);
	stlb_json_put_count(&object, "lost_while_subscribed", trace->result.lost_while_subscribed);
	stlb_json_put_count(&object, "dropped", trace->result.dropped);
	stlb_json_put_count(&object, "first_ns", info->first_ns);
	stlb_json_put_count(&object, "last_ns", info->last_ns);
	stlb_json_put(&object, "hidden", hidden_json(&trace->hidden));
	stlb_json_put(&object, "continuity", stlb_json_continuity(trace));
	stlb_json_put_count(&object, "status", stlb_report_trace_status(trace, fail_on));
	return stlb_json_end(&object);
}

json_t *stlb_json_traces(const struct stlb_report *report)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < report->nr_traces; i++)
		if (!stlb_json_append(&array, trace_json(report->traces[i], report->fail_on)))
			return NULL;
	return array;
}

/* A line about one trace; its path is said only where there are several. */
static json_t *line_json(const struct stlb_report *report, const char *path, const char *line)
{
	if (report->nr_traces + report->nr_errors < 2)
		return json_string(line);
	return json_sprintf("%s: %s", path, line);
}

json_t *stlb_json_reasons(const struct stlb_report *report)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < report->nr_traces; i++) {
		const struct stlb_report_trace *trace = report->traces[i];

		for (uint32_t j = 0; j < trace->nr_reasons; j++)
			if (!stlb_json_append(
				    &array, line_json(report, trace->info.path, trace->reasons[j])))
				return NULL;
	}
	for (uint32_t i = 0; i < report->nr_errors; i++)
		if (!stlb_json_append(
			    &array, json_sprintf("%s: could not be read", report->errors[i].path)))
			return NULL;
	return array;
}

json_t *stlb_json_notes(const struct stlb_report *report)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < report->nr_traces; i++) {
		const struct stlb_report_trace *trace = report->traces[i];

		for (uint32_t j = 0; j < trace->result.nr_notes; j++)
			if (!stlb_json_append(&array, line_json(report, trace->info.path,
								trace->result.notes[j])))
				return NULL;
	}
	for (uint32_t i = 0; i < report->nr_notes; i++)
		if (!stlb_json_append(&array, json_string(report->notes[i])))
			return NULL;
	return array;
}

json_t *stlb_json_errors(const struct stlb_report *report)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < report->nr_errors; i++) {
		struct stlb_json_object object = stlb_json_object();

		stlb_json_put_text(&object, "path", report->errors[i].path);
		stlb_json_put_text(&object, "message", report->errors[i].message);
		if (!stlb_json_append(&array, stlb_json_end(&object)))
			return NULL;
	}
	return array;
}

static json_t *unused_json(const struct stlb_suppression *entry)
{
	struct stlb_json_object object = stlb_json_object();
	bool any_rule = entry->rule == STLB_NR_RULES;

	stlb_json_put_text(&object, "path", entry->path);
	stlb_json_put_count(&object, "index", entry->index);
	stlb_json_put_bool(&object, "baseline", entry->baseline);
	stlb_json_put_bool(&object, "expired", entry->expired);
	stlb_json_put_text(&object, "expires", entry->expires);
	stlb_json_put_text(&object, "rule", any_rule ? NULL : stlb_rule_info(entry->rule)->id);
	stlb_json_put_text(&object, "verdict",
			   entry->verdict < 0 ? NULL : stlb_verdict_name(entry->verdict));
	stlb_json_put_text(&object, "fingerprint", entry->fingerprint);
	stlb_json_put_text(&object, "comm", entry->comm);
	stlb_json_put_text(&object, "phase", entry->phase);
	stlb_json_put_text(&object, "reason", entry->reason);
	stlb_json_put(&object, "occurrences",
		      entry->limit == UINT64_MAX ? json_null()
						 : json_integer((int64_t)entry->limit));
	return stlb_json_end(&object);
}

json_t *stlb_json_suppressions(const struct stlb_report *report)
{
	struct stlb_json_object object = stlb_json_object();
	const struct stlb_suppression *entry;
	json_t *unused = json_array();
	uint64_t used = 0;

	for (uint32_t i = 0; (entry = stlb_suppressions_get(report->suppressions, i)); i++) {
		if (entry->used)
			used++;
		else if (!stlb_json_append(&unused, unused_json(entry)))
			break;
	}
	stlb_json_put_count(&object, "used", used);
	stlb_json_put(&object, "unused", unused);
	return stlb_json_end(&object);
}
