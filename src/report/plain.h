/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of the text report. */
#ifndef REPORT_PLAIN_H
#define REPORT_PLAIN_H

#include "util/plain_out.h"
#include "report/report_internal.h"

/** stlb_plain_severity - how a severity looks */
enum stlb_style stlb_plain_severity(enum stlb_severity severity);

/** stlb_plain_label - begin a paragraph "    label    text": labels in one column, text in another
 */
void stlb_plain_label(struct stlb_plain_out *out, const char *label);

/** stlb_plain_time - seconds with nanoseconds, as trace-cmd report -t; @size at least 24 */
void stlb_plain_time(char *text, size_t size, uint64_t ns);

/** stlb_plain_delta - a time that has passed, "+12.345us"; @size at least 24 */
void stlb_plain_delta(char *text, size_t size, uint64_t ns);

/** stlb_plain_verdict - the line that says how a trace was judged */
void stlb_plain_verdict(struct stlb_plain_out *out, const struct stlb_report_trace *trace,
			enum stlb_severity fail_on);

/** stlb_plain_details - what follows that line: counts per rule, obligations, why not complete */
void stlb_plain_details(struct stlb_plain_out *out, const struct stlb_report_trace *trace);

/** stlb_plain_hints - how to record what was missing altogether */
void stlb_plain_hints(struct stlb_plain_out *out, const struct stlb_report_trace *trace);

/** stlb_plain_finding - one finding as a block */
void stlb_plain_finding(struct stlb_plain_out *out, const struct stlb_report_finding *finding);

/** stlb_plain_finding_head - its first lines: severity, rule, id, and what was done */
void stlb_plain_finding_head(struct stlb_plain_out *out, const struct stlb_report_finding *finding);

/** stlb_plain_finding_facts - how often, which entry, within what, by which way, whom it affects */
void stlb_plain_finding_facts(struct stlb_plain_out *out,
			      const struct stlb_report_finding *finding);

/**
 * stlb_plain_event - one event
 * @finding: that it is evidence of; NULL: it is of none
 * @before: the time of the one before it, 0 for none
 */
void stlb_plain_event(struct stlb_plain_out *out, const struct stlb_finding *finding,
		      const struct stlb_report_event *event, uint64_t before);

/** stlb_plain_events - the events that prove a finding */
void stlb_plain_events(struct stlb_plain_out *out, const struct stlb_report_finding *finding);

/** stlb_plain_coverage - rules not fully judged (@verbose: all), losses, notes */
void stlb_plain_coverage(struct stlb_plain_out *out, const struct stlb_report_trace *trace,
			 bool verbose);

/** stlb_plain_broken - entries that were written unrecorded; nothing where there are none */
void stlb_plain_broken(struct stlb_plain_out *out, const struct stlb_report_trace *trace);

/** stlb_plain_unused - suppressions that matched nothing */
void stlb_plain_unused(struct stlb_plain_out *out, const struct stlb_suppressions *set);

#endif
