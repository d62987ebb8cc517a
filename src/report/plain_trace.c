/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a trace was judged, in one line and in a few. */
#include <inttypes.h>
#include <string.h>

#include "report/plain.h"

/** struct count - of the findings that count, by severity */
struct count {
	uint64_t occurrences[STLB_ERROR + 1];
	uint64_t sites, suppressed;
};

static struct count count_findings(const struct stlb_report_trace *trace)
{
	struct count count = {0};

	for (uint32_t i = 0; i < trace->nr_findings; i++) {
		const struct stlb_report_finding *finding = &trace->findings[i];

		count.suppressed += finding->suppressed != NULL;
		if (!stlb_report_counts(finding))
			continue;
		count.occurrences[finding->raw->severity] += finding->raw->occurrences;
		count.sites++;
	}
	return count;
}

static void put_counts(struct stlb_plain_out *out, const struct count *count)
{
	const char *between = "";

	for (int severity = STLB_ERROR; severity >= STLB_NOTICE; severity--) {
		uint64_t nr = count->occurrences[severity];

		if (!nr)
			continue;
		stlb_plain_add(out, STLB_REGULAR, between);
		stlb_plain_addf(out, stlb_plain_severity(severity), "%" PRIu64 " %s%s", nr,
				stlb_severity_name(severity), nr == 1 ? "" : "s");
		between = ", ";
	}
	stlb_plain_addf(out, STLB_REGULAR, " at %" PRIu64 " site%s", count->sites,
			count->sites == 1 ? "" : "s");
}

static bool is_unjudged(const struct stlb_report_trace *trace)
{
	const struct stlb_result *result = &trace->result;

	return !result->mms || stlb_rules_decided(result->rules) == STLB_JUDGED_NONE;
}

/* "204 hidden by --comm, and 3 below --fail-on" */
static bool put_violations(struct stlb_plain_out *out, const struct stlb_report_trace *trace,
			   enum stlb_severity fail_on, const char *before)
{
	uint64_t all = stlb_report_hidden_from(trace, STLB_NOTICE);
	uint64_t violations = stlb_report_hidden_from(trace, fail_on);
	char by[160];

	if (!all)
		return false;
	stlb_report_hiding(trace->hidden.by, by, sizeof(by));
	stlb_plain_add(out, STLB_REGULAR, before);
	if (violations)
		stlb_plain_addf(out, STLB_DOUBTFUL, "%" PRIu64 " hidden by %s", violations, by);
	if (violations && all != violations)
		stlb_plain_addf(out, STLB_REGULAR, ", and %" PRIu64 " below --fail-on",
				all - violations);
	else if (!violations)
		stlb_plain_addf(out, STLB_REGULAR, "%" PRIu64 " hidden by %s, below --fail-on", all,
				by);
	return true;
}

/* "2 inconclusive violations hidden by --comm" */
static bool put_kind(struct stlb_plain_out *out, enum stlb_style style, uint64_t nr,
		     const char *kind, const uint64_t *hiding, const char *before)
{
	char by[160];

	if (!nr)
		return false;
	stlb_report_hiding(hiding, by, sizeof(by));
	stlb_plain_add(out, STLB_REGULAR, before);
	stlb_plain_addf(out, style, "%" PRIu64 " %s violation%s hidden by %s", nr, kind,
			nr == 1 ? "" : "s", by);
	return true;
}

/* All that filters hide, also of what is suppressed */
static void put_hidden(struct stlb_plain_out *out, const struct stlb_report_trace *trace,
		       enum stlb_severity fail_on, const char *before)
{
	const struct stlb_report_hidden *hidden = &trace->hidden;
	const char *between = strcmp(before, "; ") == 0 ? before : " and ";

	if (put_violations(out, trace, fail_on, before))
		before = between;
	if (put_kind(out, STLB_DOUBTFUL, hidden->inconclusive, "inconclusive", hidden->by, before))
		before = between;
	put_kind(out, STLB_REGULAR, hidden->suppressed.nr, "suppressed", hidden->suppressed.by,
		 before);
}

/* How many of the reasons tell what filters hide, which the line says by itself. */
static uint32_t hidden_reasons(const struct stlb_report_trace *trace, enum stlb_severity fail_on)
{
	return (stlb_report_hidden_from(trace, fail_on) != 0) + (trace->hidden.inconclusive != 0);
}

static void put_doubt(struct stlb_plain_out *out, const struct stlb_report_trace *trace,
		      const struct count *count, enum stlb_severity fail_on)
{
	if (trace->nr_reasons == hidden_reasons(trace, fail_on)) {
		stlb_plain_add(out, STLB_DOUBTFUL,
			       stlb_report_hidden_from(trace, fail_on) ? "no violation selected"
								       : "incomplete");
	} else {
		stlb_plain_add(out, STLB_DOUBTFUL,
			       is_unjudged(trace) ? "not checked: " : "incomplete: ");
		stlb_plain_add(out, STLB_REGULAR, trace->reasons[0]);
	}
	if (!count->sites)
		return;
	stlb_plain_add(out, STLB_REGULAR, "; ");
	put_counts(out, count);
}

static bool is_full(const struct stlb_report_trace *trace)
{
	return stlb_rules_decided(trace->result.rules) == STLB_JUDGED_FULL;
}

/* A rule's reason in parts, those that were said for the one before left out. */
static void put_gaps(struct stlb_plain_out *out, enum stlb_rule rule, const char *reason,
		     const char *said)
{
	const char *between = said ? "; " : "";

	while (*reason) {
		size_t length = strcspn(reason, ";");
		char part[240];

		snprintf(part, sizeof(part), "%.*s", (int)length, reason);
		if (!strcmp(part, STLB_RULE_IS_OFF)) {
			stlb_plain_addf(out, STLB_REGULAR, "%s%s is off", between,
					stlb_rule_info(rule)->id);
			between = "; ";
		} else if (!said || !strstr(said, part)) {
			stlb_plain_addf(out, STLB_REGULAR, "%s%s", between, part);
			between = "; ";
		}
		reason += length;
		reason += strspn(reason, "; ");
	}
}

static void put_partial(struct stlb_plain_out *out, const struct stlb_report_trace *trace)
{
	const char *said = NULL;

	stlb_plain_add(out, STLB_REGULAR, "; ");
	stlb_plain_add(out, STLB_DOUBTFUL, "coverage partial");
	stlb_plain_add(out, STLB_REGULAR, ": ");
	for (int rule = 0; rule < STLB_NR_RULES; rule++) {
		const char *reason = trace->rule_reasons[rule];

		if (!stlb_rule_info(rule)->decides)
			continue;
		put_gaps(out, rule, reason, said);
		said = *reason ? reason : said;
	}
}

/* Whose severity was lowered is a violation all the same. */
static bool has_violation(const struct stlb_report_trace *trace)
{
	for (uint32_t i = 0; i < trace->nr_findings; i++)
		if (stlb_report_counts(&trace->findings[i]) &&
		    stlb_rule_info(trace->findings[i].raw->rule)->severity == STLB_ERROR)
			return true;
	return false;
}

static void put_suppressed(struct stlb_plain_out *out, const struct count *count)
{
	if (count->suppressed)
		stlb_plain_addf(out, STLB_REGULAR, "; %" PRIu64 " finding%s suppressed",
				count->suppressed, count->suppressed == 1 ? "" : "s");
}

static void put_judged(struct stlb_plain_out *out, const struct stlb_report_trace *trace,
		       bool violated)
{
	uint64_t total = trace->result.obligations.total;

	stlb_plain_addf(out, STLB_REGULAR, ": %" PRIu64 " update%s checked%s", total,
			total == 1 ? "" : "s", violated ? "" : ", no violation");
	if (trace->result.unplaced)
		stlb_plain_addf(out, STLB_DOUBTFUL, ", %" PRIu64 " update%s not located",
				trace->result.unplaced, trace->result.unplaced == 1 ? "" : "s");
}

static void put_clean(struct stlb_plain_out *out, const struct stlb_report_trace *trace,
		      const struct count *count, enum stlb_severity fail_on)
{
	bool hidden = stlb_report_hidden_from(trace, STLB_NOTICE) || trace->hidden.suppressed.nr;
	const char *but = " but for ";

	stlb_plain_add(out, STLB_GOOD, "clean");
	if (count->sites) {
		stlb_plain_add(out, STLB_REGULAR, but);
		put_counts(out, count);
		but = " and ";
	}
	if (count->suppressed)
		stlb_plain_addf(out, STLB_REGULAR, "%s%" PRIu64 " suppressed finding%s", but,
				count->suppressed, count->suppressed == 1 ? "" : "s");
	put_hidden(out, trace, fail_on, count->suppressed ? " and " : but);
	put_judged(out, trace, count->sites || count->suppressed || hidden);
}

/* Nothing at or above --fail-on, and yet no word such as "clean" for it. */
static void put_nothing(struct stlb_plain_out *out, const struct stlb_report_trace *trace,
			const struct count *count, enum stlb_severity fail_on)
{
	bool suppressed = count->suppressed || trace->hidden.suppressed.nr;

	if (!has_violation(trace))
		stlb_plain_add(out, STLB_REGULAR,
			       suppressed ? "no new violation found" : "no violation found");
	if (count->sites) {
		stlb_plain_add(out, STLB_REGULAR, has_violation(trace) ? "" : "; ");
		put_counts(out, count);
	}
	put_suppressed(out, count);
	put_hidden(out, trace, fail_on, "; ");
	if (is_full(trace))
		put_judged(out, trace, true);
	else
		put_partial(out, trace);
}

/* Of a trace that is not clean: its findings are reported, or why it was not judged. */
static void put_more(struct stlb_plain_out *out, const struct stlb_report_trace *trace,
		     const struct count *count, enum stlb_status status, enum stlb_severity fail_on)
{
	put_hidden(out, trace, fail_on, "; ");
	/* what is hidden is reported */
	if (status == STLB_STATUS_FINDINGS && trace->nr_reasons > hidden_reasons(trace, fail_on)) {
		stlb_plain_add(out, STLB_REGULAR, "; ");
		stlb_plain_add(out, STLB_DOUBTFUL, "incomplete");
	}
	put_suppressed(out, count);
}

/* Not wrapped, whatever the width: scripts read it line by line. */
void stlb_plain_verdict(struct stlb_plain_out *out, const struct stlb_report_trace *trace,
			enum stlb_severity fail_on)
{
	struct stlb_plain_out line = {.to = out->to, .color = out->color, .width = UINT32_MAX};
	enum stlb_status status = stlb_report_trace_status(trace, fail_on);
	struct count count = count_findings(trace);

	stlb_plain_begin(&line, 0, 0);
	stlb_plain_addf(&line, STLB_STRONG, "%s:", trace->info.path);
	stlb_plain_add(&line, STLB_REGULAR, " ");
	if (status == STLB_STATUS_NOT_JUDGED)
		put_doubt(&line, trace, &count, fail_on);
	else if (status == STLB_STATUS_FINDINGS)
		put_counts(&line, &count);
	else if (is_full(trace) && !has_violation(trace))
		put_clean(&line, trace, &count, fail_on);
	else
		put_nothing(&line, trace, &count, fail_on);
	if (status != STLB_STATUS_CLEAN)
		put_more(&line, trace, &count, status, fail_on);
	stlb_plain_end(&line);
}

static void put_rules(struct stlb_plain_out *out, const struct stlb_report_trace *trace)
{
	const char *between = "";

	stlb_plain_label(out, "violations");
	for (unsigned int rule = 0; rule < STLB_NR_RULES; rule++) {
		struct stlb_report_rule total = stlb_report_rule_total(trace, rule);

		if (!total.occurrences)
			continue;
		stlb_plain_addf(out, STLB_REGULAR, "%s%" PRIu64 " %s", between, total.occurrences,
				stlb_rule_info(rule)->id);
		between = ", ";
	}
	stlb_plain_end(out);
}

static void put_obligations(struct stlb_plain_out *out, const struct stlb_obligations *o)
{
	const struct {
		uint64_t nr;
		const char *what;
	} ends[] = {
		{o->discharged_in_lock, "invalidated under the lock"},
		{o->discharged_deferred, "invalidated later"},
		{o->restored, "restored"},
		{o->expired, "never invalidated"},
		{o->is_void, "void"},
		{o->pending, "pending at the end"},
	};
	const char *between = ": ";

	stlb_plain_label(out, "updates");
	stlb_plain_addf(out, STLB_REGULAR, "%" PRIu64 " checked", o->total);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		if (!ends[i].nr)
			continue;
		stlb_plain_addf(out, STLB_REGULAR, "%s%" PRIu64 " %s", between, ends[i].nr,
				ends[i].what);
		between = ", ";
	}
	if (o->exempt)
		stlb_plain_addf(out, STLB_REGULAR, "; %" PRIu64 " exempt", o->exempt);
	stlb_plain_end(out);
}

/* Of page_table_check's events only what is wrong: few of them tell what a write before shows. */
static bool tells_links(const struct stlb_report_trace *trace)
{
	const struct stlb_result *result = &trace->result;

	return result->kinds[STLB_ENTRY_SET] || result->continuity.broken ||
	       result->continuity.tables;
}

static void put_links(struct stlb_plain_out *out, const struct stlb_links *links)
{
	stlb_plain_label(out, "continuity");
	stlb_plain_addf(out, STLB_REGULAR, "%" PRIu64 " links", links->links);
	if (links->broken || !links->tables)
		stlb_plain_addf(out, links->broken ? STLB_DOUBTFUL : STLB_REGULAR,
				", %" PRIu64 " broken", links->broken);
	if (links->tables)
		stlb_plain_addf(out, STLB_DOUBTFUL,
				", %" PRIu64 " page table%s freed with entries in %s",
				links->tables, links->tables == 1 ? "" : "s",
				links->tables == 1 ? "it" : "them");
	stlb_plain_end(out);
}

static void put_origin(struct stlb_plain_out *out, const struct stlb_report_trace *trace)
{
	const struct stlb_source_info *info = &trace->info;
	const char *kernel = trace->result.kernel ? trace->result.kernel : info->kernel;
	uint64_t ns = info->last_ns > info->first_ns ? info->last_ns - info->first_ns : 0;

	stlb_plain_label(out, "trace");
	stlb_plain_addf(out, STLB_REGULAR,
			"%s, kernel %s, %" PRIu64 " events in %" PRIu64 ".%03d s",
			info->format ? info->format : "unknown format",
			kernel			   ? kernel
			: trace->result.before_6_6 ? "unknown (assumed to be before 6.6)"
						   : "unknown (assumed to be 6.6 or later)",
			info->events, ns / UINT64_C(1000000000),
			(int)(ns % UINT64_C(1000000000) / 1000000));
	if (info->clock)
		stlb_plain_addf(out, STLB_REGULAR, ", clock %s", info->clock);
	stlb_plain_end(out);
}

void stlb_plain_details(struct stlb_plain_out *out, const struct stlb_report_trace *trace)
{
	bool violated = false;

	for (unsigned int rule = 0; rule < STLB_NR_RULES; rule++)
		violated |= stlb_report_rule_total(trace, rule).occurrences != 0;
	put_origin(out, trace);
	if (violated)
		put_rules(out, trace);
	if (trace->result.obligations.total || trace->result.obligations.exempt)
		put_obligations(out, &trace->result.obligations);
	if (tells_links(trace))
		put_links(out, &trace->result.continuity);
	for (uint32_t i = 0; i < trace->nr_reasons; i++) {
		stlb_plain_label(out, "but");
		stlb_plain_add(out, STLB_REGULAR, trace->reasons[i]);
		stlb_plain_end(out);
	}
}
