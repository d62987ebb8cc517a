/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The JSON report is written part by part, so that memory follows the largest finding and not the
 * number of findings.
 */
#include "report/json.h"

#include <errno.h>

enum { INDENT = 2 };

/** struct writer - where the parts go; the first failure stops all that follows */
struct writer {
	FILE *to;
	unsigned int indent; /* of the part at hand */
	int code;
};

static int indent_line(FILE *to, unsigned int columns)
{
	return columns && fprintf(to, "%*s", (int)columns, "") < 0 ? -1 : 0;
}

/* A part is dumped as if it stood alone; no JSON string holds a newline, so each one is Jansson's.
 */
static int dump_indented(const char *buffer, size_t size, void *data)
{
	struct writer *writer = data;

	for (size_t i = 0; i < size; i++) {
		if (putc(buffer[i], writer->to) == EOF)
			return -1;
		if (buffer[i] == '\n' && indent_line(writer->to, writer->indent))
			return -1;
	}
	return 0;
}

/* Takes over @part; NULL is a lack of memory. */
static void write_part(struct writer *writer, json_t *part)
{
	if (!part && !writer->code)
		writer->code = -ENOMEM;
	if (!writer->code &&
	    json_dump_callback(part, dump_indented, writer,
			       JSON_INDENT(INDENT) | JSON_SORT_KEYS | JSON_ENCODE_ANY) &&
	    !ferror(writer->to))
		writer->code = -ENOMEM;
	json_decref(part);
}

static void write_key(struct writer *writer, const char *key)
{
	fprintf(writer->to, "%*s\"%s\": ", INDENT, "", key);
	writer->indent = INDENT;
}

static void write_member(struct writer *writer, const char *key, json_t *part)
{
	write_key(writer, key);
	write_part(writer, part);
	fputs(",\n", writer->to);
}

static void write_findings(struct writer *writer, const struct stlb_report *report)
{
	const char *before = "\n";

	write_key(writer, "findings");
	putc('[', writer->to);
	writer->indent = 2 * INDENT;
	for (uint32_t i = 0; i < report->nr_traces; i++) {
		const struct stlb_report_trace *trace = report->traces[i];

		for (uint32_t j = 0; j < trace->nr_findings && !writer->code; j++) {
			fputs(before, writer->to);
			indent_line(writer->to, writer->indent);
			write_part(writer, stlb_json_finding(&trace->findings[j], i));
			before = ",\n";
		}
	}
	if (*before == ',')
		fprintf(writer->to, "\n%*s", INDENT, "");
	fputs("],\n", writer->to);
}

json_t *stlb_json_tool(const struct stlb_report *report)
{
	return json_pack("{s:s, s:s}", "name", "staletlb", "version", report->version);
}

/* The keys in sorted order, as Jansson sorts them inside the parts. */
static void write_document(struct writer *writer, const struct stlb_report *report,
			   const struct stlb_report_totals *totals)
{
	json_t *reasons = stlb_json_reasons(report);

	fputs("{\n", writer->to);
	write_member(writer, "complete", json_boolean(reasons && !json_array_size(reasons)));
	write_member(writer, "coverage", stlb_json_coverage(totals));
	write_member(writer, "errors", stlb_json_errors(report));
	write_member(writer, "filters", stlb_json_filters(report));
	write_findings(writer, report);
	write_member(writer, "incomplete_reasons", reasons);
	write_member(writer, "notes", stlb_json_notes(report));
	write_member(writer, "schema_version", json_string(STLB_SCHEMA_VERSION));
	write_member(writer, "summary", stlb_json_summary(report, totals));
	write_member(writer, "suppressions", stlb_json_suppressions(report));
	write_member(writer, "tool", stlb_json_tool(report));
	write_key(writer, "traces");
	write_part(writer, stlb_json_traces(report));
	fputs("\n}\n", writer->to);
}

int stlb_report_write_json(const struct stlb_report *report, FILE *to,
			   const struct stlb_report_options *options, struct stlb_error *err)
{
	struct stlb_report_totals totals;
	struct writer writer = {.to = to};

	(void)options;
	stlb_report_total(report, &totals);
	write_document(&writer, report, &totals);
	if (writer.code)
		return stlb_error_set(err, writer.code, "no memory to write the report");
	return stlb_report_flush(to, err);
}
