/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of the JSON report. Each function gives a new reference, or NULL without memory. */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include <jansson.h>

#include "report/report_internal.h"

/** stlb_json_finding - one finding; @trace: index of its trace */
json_t *stlb_json_finding(const struct stlb_report_finding *finding, uint32_t trace);

/** stlb_json_event - one event of evidence */
json_t *stlb_json_event(const struct stlb_report_event *event);

/** stlb_json_continuity - whether each write of an entry was recorded; null: nothing shows it */
json_t *stlb_json_continuity(const struct stlb_report_trace *trace);

#define STLB_SCHEMA_VERSION "2.1.0"

json_t *stlb_json_tool(const struct stlb_report *report);
json_t *stlb_json_traces(const struct stlb_report *report);
json_t *stlb_json_coverage(const struct stlb_report_totals *totals);
json_t *stlb_json_summary(const struct stlb_report *report,
			  const struct stlb_report_totals *totals);
json_t *stlb_json_errors(const struct stlb_report *report);
json_t *stlb_json_filters(const struct stlb_report *report);
json_t *stlb_json_notes(const struct stlb_report *report);
json_t *stlb_json_reasons(const struct stlb_report *report);
json_t *stlb_json_suppressions(const struct stlb_report *report);

#endif
