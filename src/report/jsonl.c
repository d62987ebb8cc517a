/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON by the line, for programs that read while the trace is still running. */
#include <errno.h>

#include "report/json.h"
#include "report/json_object.h"

static int write_line(FILE *to, const char *type, json_t *content)
{
	struct stlb_json_object object = stlb_json_object();
	json_t *line;
	int ret;

	stlb_json_put_text(&object, "type", type);
	stlb_json_put(&object, type, content);
	line = stlb_json_end(&object);
	if (!line)
		return -ENOMEM;
	ret = json_dumpf(line, to, JSON_COMPACT | JSON_SORT_KEYS) && !ferror(to) ? -ENOMEM : 0;
	json_decref(line);
	putc('\n', to);
	return ret;
}

static json_t *findings_json(const struct stlb_report *report)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < report->nr_traces; i++)
		for (uint32_t j = 0; array && j < report->traces[i]->nr_findings; j++)
			stlb_json_append(&array,
					 stlb_json_finding(&report->traces[i]->findings[j], i));
	return array;
}

static json_t *document(const struct stlb_report *report)
{
	struct stlb_json_object object = stlb_json_object();
	json_t *reasons = stlb_json_reasons(report);
	struct stlb_report_totals totals;

	stlb_report_total(report, &totals);
	stlb_json_put_bool(&object, "complete", reasons && !json_array_size(reasons));
	stlb_json_put(&object, "coverage", stlb_json_coverage(&totals));
	stlb_json_put(&object, "errors", stlb_json_errors(report));
	stlb_json_put(&object, "filters", stlb_json_filters(report));
	stlb_json_put(&object, "findings", findings_json(report));
	stlb_json_put(&object, "incomplete_reasons", reasons);
	stlb_json_put(&object, "notes", stlb_json_notes(report));
	stlb_json_put_text(&object, "schema_version", STLB_SCHEMA_VERSION);
	stlb_json_put(&object, "summary", stlb_json_summary(report, &totals));
	stlb_json_put(&object, "suppressions", stlb_json_suppressions(report));
	stlb_json_put(&object, "tool", stlb_json_tool(report));
	stlb_json_put(&object, "traces", stlb_json_traces(report));
	return stlb_json_end(&object);
}

/* Those that count, where they were not written as they were found. */
static int write_findings(const struct stlb_report *report, FILE *to)
{
	for (uint32_t i = 0; i < report->nr_traces; i++) {
		const struct stlb_report_trace *trace = report->traces[i];

		for (uint32_t j = 0; j < trace->nr_findings; j++)
			if (!trace->findings[j].suppressed &&
			    write_line(to, "finding", stlb_json_finding(&trace->findings[j], i)))
				return -ENOMEM;
	}
	return 0;
}

int stlb_report_write_jsonl(const struct stlb_report *report, FILE *to,
			    const struct stlb_report_options *options, struct stlb_error *err)
{
	int ret = report->reported ? 0 : write_findings(report, to);

	(void)options;
	if (ret || write_line(to, "report", document(report)))
		return stlb_error_set(err, -ENOMEM, "no memory to write the report");
	return stlb_report_flush(to, err);
}

/* Its id is not known before the end: it is left out, the fingerprint stays. */
int stlb_report_tell_jsonl(const struct stlb_report_finding *finding, FILE *to,
			   const struct stlb_report_options *options)
{
	json_t *object = stlb_json_finding(finding, 0);

	(void)options;
	if (object)
		json_object_del(object, "id");
	return write_line(to, "finding", object);
}
