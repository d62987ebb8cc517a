/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sums over the traces of a report. */
#include <string.h>

#include "report/report_internal.h"

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a + b < a ? UINT64_MAX : a + b;
}

static uint64_t difference(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/*
 * The counts of the analysis are the truth, since it may have had no room for a site's finding;
 * what is suppressed is taken off them.
 */
struct stlb_report_rule stlb_report_rule_total(const struct stlb_report_trace *trace,
					       enum stlb_rule rule)
{
	const struct stlb_rule_result *result = &trace->result.rules[rule];
	struct stlb_report_rule total = {
		.judged = result->judged,
		.reason = trace->rule_reasons[rule],
		.occurrences = result->occurrences,
		.sites = result->sites,
		.inconclusive = result->inconclusive,
		.suppressed = trace->hidden.suppressed.rules[rule],
		.hidden = trace->hidden.rules[rule],
	};

	for (uint32_t i = 0; i < trace->nr_findings; i++) {
		const struct stlb_finding *raw = trace->findings[i].raw;

		if (raw->rule != rule || !trace->findings[i].suppressed)
			continue;
		total.occurrences = difference(total.occurrences, raw->occurrences);
		total.inconclusive = difference(total.inconclusive, raw->inconclusive);
		total.sites = difference(total.sites, raw->verdict != STLB_INCONCLUSIVE);
		total.suppressed = sum(total.suppressed, sum(raw->occurrences, raw->inconclusive));
	}
	return total;
}

static void add_rule(struct stlb_report_rule *to, const struct stlb_report_rule *from,
		     const char *path)
{
	if (from->judged < to->judged || !to->reason) {
		to->judged = from->judged;
		to->reason = from->reason;
		to->path = path;
	}
	to->occurrences = sum(to->occurrences, from->occurrences);
	to->sites = sum(to->sites, from->sites);
	to->inconclusive = sum(to->inconclusive, from->inconclusive);
	to->suppressed = sum(to->suppressed, from->suppressed);
	to->hidden = sum(to->hidden, from->hidden);
}

static void add_obligations(struct stlb_obligations *to, const struct stlb_obligations *from)
{
	to->total = sum(to->total, from->total);
	to->discharged_in_lock = sum(to->discharged_in_lock, from->discharged_in_lock);
	to->discharged_deferred = sum(to->discharged_deferred, from->discharged_deferred);
	to->restored = sum(to->restored, from->restored);
	to->expired = sum(to->expired, from->expired);
	to->is_void = sum(to->is_void, from->is_void);
	to->pending = sum(to->pending, from->pending);
	to->exempt = sum(to->exempt, from->exempt);
}

static void add_trace(struct stlb_report_totals *totals, const struct stlb_report_trace *trace,
		      bool several)
{
	for (unsigned int rule = 0; rule < STLB_NR_RULES; rule++) {
		struct stlb_report_rule one = stlb_report_rule_total(trace, rule);

		add_rule(&totals->rules[rule], &one, several ? trace->info.path : NULL);
	}
	add_obligations(&totals->obligations, &trace->result.obligations);
	for (unsigned int kind = 0; kind < STLB_NR_KINDS; kind++)
		totals->kinds[kind] = sum(totals->kinds[kind], trace->result.kinds[kind]);
	totals->unplaced = sum(totals->unplaced, trace->result.unplaced);
	totals->mms = sum(totals->mms, trace->result.mms);
}

void stlb_report_total(const struct stlb_report *report, struct stlb_report_totals *totals)
{
	memset(totals, 0, sizeof(*totals));
	for (uint32_t i = 0; i < report->nr_traces; i++)
		add_trace(totals, report->traces[i], report->nr_traces > 1);
	for (unsigned int rule = 0; rule < STLB_NR_RULES; rule++)
		if (!totals->rules[rule].reason)
			totals->rules[rule].reason = "no trace could be read";
}
