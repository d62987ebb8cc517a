/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a trace was judged completely, and the exit status that follows from all of it. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>

#include "report/internal.h"

struct reasons {
	struct stlb_report_trace *trace;
	bool failed;
};

__attribute__((format(printf, 2, 3))) static void add_reason(struct reasons *reasons,
							     const char *fmt, ...)
{
	struct stlb_report_trace *trace = reasons->trace;
	const char *copy;
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	copy = stlb_arena_text(&trace->arena, text);
	if (copy && trace->nr_reasons < STLB_MAX_REASONS)
		trace->reasons[trace->nr_reasons++] = copy;
	reasons->failed |= !copy;
}

static void check_coverage(struct reasons *reasons)
{
	static const enum stlb_rule needed[] = {STLB_RULE_REPOINT, STLB_RULE_FREE};
	const struct stlb_result *result = &reasons->trace->result;

	if (!result->mms)
		add_reason(reasons, "no mm was subscribed");
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		const char *reason = reasons->trace->rule_reasons[needed[i]];

		if (result->rules[needed[i]].judged == STLB_JUDGED_NONE)
			add_reason(reasons, "%s could not be judged%s%s",
				   stlb_rule_info(needed[i])->id, *reason ? ": " : "", reason);
	}
}

static void check_findings(struct reasons *reasons)
{
	const struct stlb_report_trace *trace = reasons->trace;
	uint32_t open = 0;

	for (uint32_t i = 0; i < trace->nr_findings; i++) {
		const struct stlb_report_finding *finding = &trace->findings[i];

		open += !finding->suppressed && finding->raw->verdict == STLB_INCONCLUSIVE;
	}
	if (open)
		add_reason(reasons, "%" PRIu32 " %s inconclusive", open,
			   open == 1 ? "finding is" : "findings are");
}

/* The first ones by name; a report is not the place for thousands. */
static void check_gaps(struct reasons *reasons)
{
	const struct stlb_result *result = &reasons->trace->result;
	const char *path = reasons->trace->info.path;
	char text[400] = "";
	size_t at = 0;

	if (!result->gaps)
		return;
	for (uint64_t i = 0; i < result->gaps && i < STLB_MAX_GAPS && at < sizeof(text); i++) {
		const struct stlb_gap *gap = &result->first_gaps[i];
		char line[24] = "";

		if (gap->line)
			snprintf(line, sizeof(line), ":%" PRIu64, gap->line);
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%.100s%s: %s",
				       at ? "; " : "", path, line, gap->what);
	}
	add_reason(reasons, "the trace has %" PRIu64 " %s: %s%s", result->gaps,
		   result->gaps == 1 ? "gap" : "gaps", text,
		   result->gaps > STLB_MAX_GAPS ? "; and more" : "");
}

static void check_losses(struct reasons *reasons)
{
	const struct stlb_source_info *info = &reasons->trace->info;
	const struct stlb_result *result = &reasons->trace->result;

	if (result->lost_while_subscribed)
		add_reason(reasons, "events were lost in %" PRIu64 " %s while an mm was subscribed",
			   result->lost_while_subscribed,
			   result->lost_while_subscribed == 1 ? "place" : "places");
	if (result->dropped)
		add_reason(reasons,
			   "%" PRIu64 " obligations or sites were given up for want of room",
			   result->dropped);
	if (info->truncated)
		add_reason(reasons, "the file breaks off or is damaged%s%s", info->cut ? ": " : "",
			   info->cut ? info->cut : "");
}

int stlb_report_find_reasons(struct stlb_report_trace *trace)
{
	struct reasons reasons = {.trace = trace};

	trace->nr_reasons = 0;
	check_coverage(&reasons);
	check_findings(&reasons);
	check_losses(&reasons);
	check_gaps(&reasons);
	return reasons.failed ? -ENOMEM : 0;
}

bool stlb_report_counts(const struct stlb_report_finding *finding)
{
	return !finding->suppressed && finding->raw->verdict != STLB_INCONCLUSIVE;
}

enum stlb_status stlb_report_trace_status(const struct stlb_report_trace *trace,
					  enum stlb_severity fail_on)
{
	for (uint32_t i = 0; i < trace->nr_findings; i++)
		if (stlb_report_counts(&trace->findings[i]) &&
		    trace->findings[i].raw->severity >= fail_on)
			return STLB_STATUS_FINDINGS;
	return trace->nr_reasons ? STLB_STATUS_NOT_JUDGED : STLB_STATUS_CLEAN;
}

static int badness(enum stlb_status status)
{
	static const int by_status[] = {
		[STLB_STATUS_CLEAN] = 0,
		[STLB_STATUS_NOT_JUDGED] = 1,
		[STLB_STATUS_FINDINGS] = 2,
		[STLB_STATUS_FAILED] = 3,
	};

	return by_status[status];
}

enum stlb_status stlb_report_status(const struct stlb_report *report)
{
	enum stlb_status worst = report->nr_errors ? STLB_STATUS_FAILED : STLB_STATUS_CLEAN;

	if (!report->nr_errors && !report->nr_traces)
		return STLB_STATUS_NOT_JUDGED;
	for (uint32_t i = 0; i < report->nr_traces; i++) {
		enum stlb_status status =
			stlb_report_trace_status(report->traces[i], report->fail_on);

		if (badness(status) > badness(worst))
			worst = status;
	}
	return worst;
}
