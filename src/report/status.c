/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a trace was judged completely, and the exit status that follows from all of it. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>

#include "report/report_internal.h"

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
	const struct stlb_result *result = &reasons->trace->result;

	if (!result->mms)
		add_reason(reasons, "no mm was subscribed");
	for (int rule = 0; rule < STLB_NR_RULES; rule++) {
		const struct stlb_rule_info *info = stlb_rule_info(rule);
		const char *reason = reasons->trace->rule_reasons[rule];

		if (info->decides && result->rules[rule].judged == STLB_JUDGED_NONE)
			add_reason(reasons, "%s could not be checked%s%s", info->id,
				   *reason ? ": " : "", reason);
	}
}

static void check_required(struct reasons *reasons)
{
	const struct stlb_result *result = &reasons->trace->result;

	for (int rule = 0; rule < STLB_NR_RULES; rule++)
		if (stlb_rule_info(rule)->decides &&
		    result->rules[rule].judged == STLB_JUDGED_PARTIAL)
			add_reason(reasons,
				   "coverage of %s is partial, and --require=full is set: %s",
				   stlb_rule_info(rule)->id, reasons->trace->rule_reasons[rule]);
}

/** struct open - inconclusive findings, and how many violations of each rule they are */
struct open {
	uint32_t findings;
	uint64_t violations[STLB_NR_RULES];
};

static void list_open(const struct open *open, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned int rule = 0; rule < STLB_NR_RULES && used < size; rule++)
		if (open->violations[rule])
			used += (size_t)snprintf(text + used, size - used, "%s%" PRIu64 " of %s",
						 used ? ", " : "", open->violations[rule],
						 stlb_rule_info(rule)->id);
}

static void check_findings(struct reasons *reasons)
{
	const struct stlb_report_trace *trace = reasons->trace;
	struct open open = {0};
	char text[400];

	for (uint32_t i = 0; i < trace->nr_findings; i++) {
		const struct stlb_report_finding *finding = &trace->findings[i];

		if (finding->suppressed || finding->raw->verdict != STLB_INCONCLUSIVE)
			continue;
		open.findings++;
		open.violations[finding->raw->rule] += finding->raw->inconclusive;
	}
	list_open(&open, text, sizeof(text));
	if (open.findings)
		add_reason(reasons, "%" PRIu32 " finding%s inconclusive: %s", open.findings,
			   open.findings == 1 ? " is" : "s are", text);
}

static void check_hidden(struct reasons *reasons, enum stlb_severity fail_on)
{
	const struct stlb_report_trace *trace = reasons->trace;
	uint64_t nr = stlb_report_hidden_from(trace, fail_on);
	char by[160];

	stlb_report_hiding(trace->hidden.by, by, sizeof(by));
	if (nr)
		add_reason(reasons, "%" PRIu64 " violation%s hidden by %s", nr,
			   nr == 1 ? " is" : "s are", by);
	if (trace->hidden.inconclusive)
		add_reason(reasons, "%" PRIu64 " inconclusive violation%s hidden by %s",
			   trace->hidden.inconclusive,
			   trace->hidden.inconclusive == 1 ? " is" : "s are", by);
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
	char events[64] = "";

	if (info->lost_events)
		snprintf(events, sizeof(events), " (%" PRIu64 " events are known to be lost)",
			 info->lost_events);
	if (result->lost_while_subscribed)
		add_reason(reasons,
			   "events were lost in %" PRIu64 " %s while an mm was subscribed%s",
			   result->lost_while_subscribed,
			   result->lost_while_subscribed == 1 ? "place" : "places", events);
	if (result->dropped)
		add_reason(reasons,
			   "%" PRIu64
			   " updates or sites were dropped: the limit of %d pending updates, or "
			   "that of page tables, sites or brackets, was reached",
			   result->dropped, STLB_MAX_OBLIGATIONS);
	if (info->truncated)
		add_reason(reasons, "the file is truncated or damaged%s%s", info->cut ? ": " : "",
			   info->cut ? info->cut : "");
}

bool stlb_report_is_cut_bare(const struct stlb_report_trace *trace)
{
	return trace->info.truncated && !trace->info.events;
}

int stlb_report_find_reasons(const struct stlb_report *report, struct stlb_report_trace *trace)
{
	struct reasons reasons = {.trace = trace};

	trace->nr_reasons = 0;
	if (stlb_report_is_cut_bare(trace)) {
		/* all else follows from it */
		add_reason(&reasons, "the file is truncated before any event%s%s",
			   trace->info.cut ? ": " : "", trace->info.cut ? trace->info.cut : "");
		return reasons.failed ? -ENOMEM : 0;
	}
	check_coverage(&reasons);
	if (report->require_full)
		check_required(&reasons);
	check_findings(&reasons);
	check_losses(&reasons);
	check_gaps(&reasons);
	check_hidden(&reasons, report->fail_on);
	return reasons.failed ? -ENOMEM : 0;
}

uint64_t stlb_report_hidden_from(const struct stlb_report_trace *trace, enum stlb_severity severity)
{
	uint64_t nr = 0;

	for (int i = (int)severity; i <= STLB_ERROR; i++)
		nr += trace->hidden.nr[i];
	return nr;
}

void stlb_report_hiding(const uint64_t by[STLB_NR_FILTERS], char *text, size_t size)
{
	unsigned int left = 0;
	size_t used = 0;

	for (int kind = 0; kind < STLB_NR_FILTERS; kind++)
		left += by[kind] != 0;
	text[0] = '\0';
	for (int kind = 0; kind < STLB_NR_FILTERS && used < size; kind++) {
		if (!by[kind])
			continue;
		left--;
		used += (size_t)snprintf(text + used, size - used, "--%s%s",
					 stlb_filter_name((enum stlb_filter_kind)kind),
					 left > 1    ? ", "
					 : left == 1 ? " and "
						     : "");
	}
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
