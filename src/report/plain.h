/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of the text report. */
#ifndef REPORT_PLAIN_H
#define REPORT_PLAIN_H

#include "report/report_internal.h"
#include "report/plain_out.h"

/** stlb_text_severity - how a severity looks */
enum stlb_style stlb_text_severity(enum stlb_severity severity);

/** stlb_text_label - begin a paragraph "    label    text": labels in one column, text in another
 */
void stlb_text_label(struct stlb_text_out *out, const char *label);

/** stlb_text_time - seconds with nanoseconds, as trace-cmd report -t; @size at least 24 */
void stlb_text_time(char *text, size_t size, uint64_t ns);

/** stlb_text_delta - a time that has passed, "+12.345us"; @size at least 24 */
void stlb_text_delta(char *text, size_t size, uint64_t ns);

/** stlb_text_verdict - the line that says how a trace was judged */
void stlb_text_verdict(struct stlb_text_out *out, const struct stlb_report_trace *trace,
		       enum stlb_severity fail_on);

/** stlb_text_details - what follows that line: counts per rule, obligations, why not complete */
void stlb_text_details(struct stlb_text_out *out, const struct stlb_report_trace *trace);

/** stlb_text_hints - how to record what was missing altogether */
void stlb_text_hints(struct stlb_text_out *out, const struct stlb_report_trace *trace);

/** stlb_text_finding - one finding as a block */
void stlb_text_finding(struct stlb_text_out *out, const struct stlb_report_finding *finding);

/** stlb_text_finding_head - its first lines: severity, rule, id, and what was done */
void stlb_text_finding_head(struct stlb_text_out *out, const struct stlb_report_finding *finding);

/** stlb_text_finding_facts - how often, which entry, within what, by which way, whom it affects */
void stlb_text_finding_facts(struct stlb_text_out *out, const struct stlb_report_finding *finding);

/** stlb_text_event - one event; @before is the time of the one before it, 0 for none */
void stlb_text_event(struct stlb_text_out *out, const struct stlb_finding *finding,
		     const struct stlb_report_event *event, uint64_t before);

/** stlb_text_events - the events that prove a finding */
void stlb_text_events(struct stlb_text_out *out, const struct stlb_report_finding *finding);

/** stlb_text_coverage - rules not fully judged (@verbose: all), losses, notes */
void stlb_text_coverage(struct stlb_text_out *out, const struct stlb_report_trace *trace,
			bool verbose);

/** stlb_text_unused - suppressions that matched nothing */
void stlb_text_unused(struct stlb_text_out *out, const struct stlb_suppressions *set);

#endif
