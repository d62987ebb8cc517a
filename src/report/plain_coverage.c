/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What could be judged at all, what was lost or assumed, and which suppressions are of no use. */
#include <inttypes.h>
#include <string.h>

#include "report/plain.h"

static bool same_coverage(const struct stlb_report_trace *trace, unsigned int a, unsigned int b)
{
	return trace->result.rules[a].judged == trace->result.rules[b].judged &&
	       !strcmp(trace->rule_reasons[a], trace->rule_reasons[b]);
}

static bool said_before(const struct stlb_report_trace *trace, unsigned int rule)
{
	for (unsigned int other = 0; other < rule; other++)
		if (same_coverage(trace, rule, other))
			return true;
	return false;
}

/* All rules that were judged as far as this one, for the same reason. */
static void put_rules_like(struct stlb_plain_out *out, const struct stlb_report_trace *trace,
			   unsigned int rule)
{
	const char *between = "";

	stlb_plain_label(out, stlb_judged_name(trace->result.rules[rule].judged));
	for (unsigned int other = rule; other < STLB_NR_RULES; other++) {
		if (!same_coverage(trace, rule, other))
			continue;
		stlb_plain_addf(out, STLB_REGULAR, "%s%s", between, stlb_rule_info(other)->id);
		between = ", ";
	}
	if (*trace->rule_reasons[rule])
		stlb_plain_addf(out, STLB_REGULAR, ": %s", trace->rule_reasons[rule]);
	stlb_plain_end(out);
}

static void put_rules(struct stlb_plain_out *out, const struct stlb_report_trace *trace,
		      enum stlb_judged judged)
{
	for (unsigned int rule = 0; rule < STLB_NR_RULES; rule++)
		if (trace->result.rules[rule].judged == judged && !said_before(trace, rule))
			put_rules_like(out, trace, rule);
}

static void put_kinds(struct stlb_plain_out *out, const struct stlb_report_trace *trace)
{
	const char *between = "";

	stlb_plain_label(out, "events");
	for (unsigned int kind = 0; kind < STLB_NR_KINDS; kind++) {
		if (!trace->result.kinds[kind])
			continue;
		stlb_plain_addf(out, STLB_REGULAR, "%s%" PRIu64 " %s", between,
				trace->result.kinds[kind], stlb_kind_name(kind));
		between = ", ";
	}
	stlb_plain_end(out);
}

static void put_losses(struct stlb_plain_out *out, const struct stlb_report_trace *trace)
{
	if (trace->info.lost_events) {
		stlb_plain_label(out, "lost");
		stlb_plain_addf(out, STLB_REGULAR, "%" PRIu64 " events", trace->info.lost_events);
		stlb_plain_end(out);
	}
	if (trace->result.unplaced) {
		stlb_plain_label(out, "unplaced");
		stlb_plain_addf(out, STLB_REGULAR,
				"%" PRIu64 " updates whose entry could not be located",
				trace->result.unplaced);
		stlb_plain_end(out);
	}
}

static bool has_gaps(const struct stlb_report_trace *trace)
{
	const struct stlb_result *result = &trace->result;

	for (unsigned int rule = 0; rule < STLB_NR_RULES; rule++)
		if (result->rules[rule].judged != STLB_JUDGED_FULL)
			return true;
	return trace->info.lost_events || result->unplaced || result->nr_notes;
}

void stlb_plain_coverage(struct stlb_plain_out *out, const struct stlb_report_trace *trace,
			 bool verbose)
{
	if (!verbose && !has_gaps(trace))
		return;
	stlb_plain_gap(out);
	stlb_plain_begin(out, 0, 0);
	stlb_plain_add(out, STLB_STRONG, "coverage:");
	stlb_plain_end(out);
	put_rules(out, trace, STLB_JUDGED_NONE);
	put_rules(out, trace, STLB_JUDGED_PARTIAL);
	if (verbose) {
		put_rules(out, trace, STLB_JUDGED_FULL);
		put_kinds(out, trace);
	}
	put_losses(out, trace);
	for (uint32_t i = 0; i < trace->result.nr_notes; i++) {
		stlb_plain_label(out, "note");
		stlb_plain_add(out, STLB_REGULAR, trace->result.notes[i]);
		stlb_plain_end(out);
	}
}

static void put_unused(struct stlb_plain_out *out, const struct stlb_suppression *entry)
{
	stlb_plain_label(out, entry->expired ? "expired" : entry->baseline ? "gone" : "unused");
	stlb_plain_addf(out, STLB_REGULAR, "%s: %s[%" PRIu32 "]", entry->path,
			entry->baseline ? "findings" : "suppressions", entry->index);
	if (entry->rule != STLB_NR_RULES)
		stlb_plain_addf(out, STLB_REGULAR, " %s", stlb_rule_info(entry->rule)->id);
	if (entry->fingerprint)
		stlb_plain_addf(out, STLB_REGULAR, " %s", entry->fingerprint);
	if (entry->expired)
		stlb_plain_addf(out, STLB_REGULAR, " (%s)", entry->expires);
	if (!entry->baseline)
		stlb_plain_addf(out, STLB_REGULAR, ": %s", entry->reason);
	stlb_plain_end(out);
}

void stlb_plain_unused(struct stlb_plain_out *out, const struct stlb_suppressions *set)
{
	const struct stlb_suppression *entry;
	bool any = false;

	for (uint32_t i = 0; (entry = stlb_suppressions_get(set, i)); i++) {
		if (entry->used)
			continue;
		if (!any) {
			stlb_plain_gap(out);
			stlb_plain_begin(out, 0, 0);
			stlb_plain_add(out, STLB_STRONG, "suppressions that matched nothing:");
			stlb_plain_end(out);
		}
		any = true;
		put_unused(out, entry);
	}
}
