/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <string.h>

#include "report/plain.h"

enum { LABEL_AT = 2, VALUE_AT = 11 };

enum stlb_style stlb_text_severity(enum stlb_severity severity)
{
	if (severity == STLB_ERROR)
		return STLB_BAD;
	return severity == STLB_WARNING ? STLB_DOUBTFUL : STLB_MINOR;
}

void stlb_text_label(struct stlb_text_out *out, const char *label)
{
	stlb_text_begin(out, LABEL_AT, VALUE_AT);
	stlb_text_add(out, STLB_NAME, label);
	stlb_text_column(out, VALUE_AT);
}

static void put_labelled(struct stlb_text_out *out, const char *label, const char *text)
{
	if (!*text)
		return;
	stlb_text_label(out, label);
	stlb_text_add(out, STLB_PLAIN, text);
	stlb_text_end(out);
}

void stlb_text_finding_head(struct stlb_text_out *out, const struct stlb_report_finding *finding)
{
	const struct stlb_finding *raw = finding->raw;

	stlb_text_begin(out, 0, LABEL_AT);
	if (raw->verdict == STLB_INCONCLUSIVE)
		stlb_text_addf(out, STLB_DOUBTFUL, "%s:", stlb_verdict_name(raw->verdict));
	else
		stlb_text_addf(out, stlb_text_severity(raw->severity),
			       "%s:", stlb_severity_name(raw->severity));
	stlb_text_addf(out, STLB_STRONG, " %s", stlb_rule_info(raw->rule)->id);
	if (*finding->id)
		stlb_text_addf(out, STLB_PLAIN, " [%s]", finding->id);
	if (raw->verdict == STLB_STRICT)
		stlb_text_addf(out, STLB_DOUBTFUL, " (%s)", stlb_verdict_name(raw->verdict));
	if (finding->suppressed)
		stlb_text_addf(out, STLB_PLAIN, " (suppressed: %s%s)", finding->suppressed,
			       finding->weakly ? ", weak: it names no function" : "");
	stlb_text_end(out);
	stlb_text_begin(out, LABEL_AT, LABEL_AT);
	stlb_text_add(out, STLB_PLAIN, *finding->message ? finding->message : finding->action);
	stlb_text_end(out);
}

static void put_rule(struct stlb_text_out *out, const struct stlb_report_finding *finding)
{
	const struct stlb_rule_info *rule = stlb_rule_info(finding->raw->rule);

	stlb_text_label(out, "rule");
	if (*rule->lines)
		stlb_text_addf(out, STLB_PLAIN, "%smmu_notifier.rst, line%s %s: ",
			       *rule->implied ? "implied by " : "",
			       strpbrk(rule->lines, "-,") ? "s" : "", rule->lines);
	stlb_text_add(out, STLB_PLAIN, rule->wrong);
	stlb_text_end(out);
	put_labelled(out, finding->raw->verdict == STLB_INCONCLUSIVE ? "in doubt" : "missing",
		     finding->missing);
	put_labelled(out, "risk", rule->risk);
}

static void put_entry(struct stlb_text_out *out, const struct stlb_finding *raw)
{
	/* a breach of a range alone is about no entry, and the message has its bounds */
	if (!raw->has_old && !raw->has_new)
		return;
	stlb_text_label(out, raw->has_addr ? "entry" : "where");
	if (raw->has_addr)
		stlb_text_addf(out, STLB_PLAIN, "%s of 0x%" PRIx64 " in ",
			       stlb_report_level_name(raw->level), raw->addr);
	if (raw->has_mm)
		stlb_text_addf(out, STLB_PLAIN, "mm 0x%" PRIx64, raw->mm);
	else
		stlb_text_add(out, STLB_PLAIN, "an unknown mm");
	if (raw->has_old)
		stlb_text_addf(out, STLB_PLAIN, ", old 0x%" PRIx64, raw->old);
	if (raw->has_new)
		stlb_text_addf(out, STLB_PLAIN, ", new 0x%" PRIx64, raw->new_entry);
	stlb_text_end(out);
}

static void put_protection(struct stlb_text_out *out, const struct stlb_finding *raw)
{
	if (!raw->lock && !raw->bracket.known)
		return;
	stlb_text_label(out, "within");
	if (raw->lock)
		stlb_text_addf(out, STLB_PLAIN, "lock 0x%" PRIx64 "%s", raw->lock,
			       raw->bracket.known ? ", " : "");
	if (raw->bracket.known)
		stlb_text_addf(out, STLB_PLAIN, "bracket 0x%" PRIx64 "-0x%" PRIx64,
			       raw->bracket.start, raw->bracket.end);
	stlb_text_end(out);
}

static void put_seen(struct stlb_text_out *out, const struct stlb_report_finding *finding)
{
	const struct stlb_finding *raw = finding->raw;
	uint64_t times = raw->verdict == STLB_INCONCLUSIVE ? raw->inconclusive : raw->occurrences;
	char first[32], last[32];

	stlb_text_time(first, sizeof(first), raw->first_ns);
	stlb_text_time(last, sizeof(last), raw->last_ns);
	stlb_text_label(out, "seen");
	if (times <= 1)
		stlb_text_addf(out, STLB_PLAIN, "once, at %s", first);
	else
		stlb_text_addf(out, STLB_PLAIN, "%" PRIu64 " times, from %s to %s", times, first,
			       last);
	if (*finding->phase)
		stlb_text_addf(out, STLB_PLAIN, ", phase %s", finding->phase);
	if (raw->hidden.nr)
		stlb_text_addf(out, STLB_PLAIN, "; %" PRIu64 " more hidden by filters",
			       raw->hidden.nr);
	if (finding->known)
		stlb_text_addf(out, STLB_DOUBTFUL, "; new: no more than %" PRIu64 " are known",
			       finding->known);
	if (raw->cost_ns)
		stlb_text_addf(out, STLB_PLAIN, ", cost %" PRIu64 " ns", raw->cost_ns);
	stlb_text_end(out);
}

static void put_list(struct stlb_text_out *out, const char *label, const char *const *texts,
		     uint32_t nr, const char *between)
{
	if (!nr)
		return;
	stlb_text_label(out, label);
	for (uint32_t i = 0; i < nr; i++) {
		stlb_text_add(out, STLB_PLAIN, i ? between : "");
		stlb_text_add(out, STLB_PLAIN, texts[i]);
	}
	stlb_text_end(out);
}

void stlb_text_finding_facts(struct stlb_text_out *out, const struct stlb_report_finding *finding)
{
	const struct stlb_finding *raw = finding->raw;

	put_seen(out, finding);
	put_entry(out, raw);
	put_protection(out, raw);
	put_list(out, "stack", finding->stack, raw->nr_stack, " < ");
	put_list(out, "affects", finding->subscribers, raw->nr_subscribers, ", ");
}

void stlb_text_finding(struct stlb_text_out *out, const struct stlb_report_finding *finding)
{
	const struct stlb_finding *raw = finding->raw;

	stlb_text_finding_head(out, finding);
	put_rule(out, finding);
	stlb_text_finding_facts(out, finding);
	if (raw->nr_events) {
		stlb_text_label(out, "events");
		stlb_text_add(out, STLB_PLAIN,
			      raw->nr_events == 1 ? "of the first one:"
						  : "of the first one, in order:");
		stlb_text_end(out);
		stlb_text_events(out, finding);
	}
}
