/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <string.h>

#include "report/plain.h"

enum { LABEL_AT = 2, VALUE_AT = 13 };

enum stlb_style stlb_plain_severity(enum stlb_severity severity)
{
	if (severity == STLB_ERROR)
		return STLB_BAD;
	return severity == STLB_WARNING ? STLB_DOUBTFUL : STLB_MINOR;
}

void stlb_plain_label(struct stlb_plain_out *out, const char *label)
{
	stlb_plain_begin(out, LABEL_AT, VALUE_AT);
	stlb_plain_add(out, STLB_NAME, label);
	stlb_plain_column(out, VALUE_AT);
}

static void put_labelled(struct stlb_plain_out *out, const char *label, const char *text)
{
	if (!*text)
		return;
	stlb_plain_label(out, label);
	stlb_plain_add(out, STLB_REGULAR, text);
	stlb_plain_end(out);
}

void stlb_plain_finding_head(struct stlb_plain_out *out, const struct stlb_report_finding *finding)
{
	const struct stlb_finding *raw = finding->raw;

	stlb_plain_begin(out, 0, LABEL_AT);
	if (raw->verdict == STLB_INCONCLUSIVE)
		stlb_plain_addf(out, STLB_DOUBTFUL, "%s:", stlb_verdict_name(raw->verdict));
	else
		stlb_plain_addf(out, stlb_plain_severity(raw->severity),
				"%s:", stlb_severity_name(raw->severity));
	stlb_plain_addf(out, STLB_STRONG, " %s", stlb_rule_info(raw->rule)->id);
	if (*finding->id)
		stlb_plain_addf(out, STLB_REGULAR, " [%s]", finding->id);
	if (raw->verdict == STLB_STRICT)
		stlb_plain_addf(out, STLB_DOUBTFUL, " (%s)", stlb_verdict_name(raw->verdict));
	if (finding->suppressed)
		stlb_plain_addf(out, STLB_REGULAR, " (suppressed: %s%s)", finding->suppressed,
				finding->weakly ? ", weak: it names no function" : "");
	stlb_plain_end(out);
	stlb_plain_begin(out, LABEL_AT, LABEL_AT);
	stlb_plain_add(out, STLB_REGULAR, *finding->message ? finding->message : finding->action);
	stlb_plain_end(out);
}

static void put_rule(struct stlb_plain_out *out, const struct stlb_report_finding *finding)
{
	const struct stlb_rule_info *rule = stlb_rule_info(finding->raw->rule);

	stlb_plain_label(out, "rule");
	if (*rule->lines)
		stlb_plain_addf(out, STLB_REGULAR, "%smmu_notifier.rst, line%s %s: ",
				*rule->implied ? "implied by " : "",
				strpbrk(rule->lines, "-,") ? "s" : "", rule->lines);
	stlb_plain_add(out, STLB_REGULAR, rule->wrong);
	stlb_plain_end(out);
	put_labelled(out, finding->raw->verdict == STLB_INCONCLUSIVE ? "in doubt" : "missing",
		     finding->missing);
	put_labelled(out, "risk", rule->risk);
}

static void put_entry(struct stlb_plain_out *out, const struct stlb_finding *raw)
{
	/* a violation of a range alone is about no entry, and the message has its bounds */
	if (!raw->has_old && !raw->has_new)
		return;
	stlb_plain_label(out, raw->has_addr ? "entry" : "where");
	if (raw->has_addr)
		stlb_plain_addf(out, STLB_REGULAR, "%s of 0x%" PRIx64 " in ",
				stlb_level_name(raw->level), raw->addr);
	if (raw->has_mm)
		stlb_plain_addf(out, STLB_REGULAR, "mm 0x%" PRIx64, raw->mm);
	else
		stlb_plain_add(out, STLB_REGULAR, "an unknown mm");
	if (raw->has_old)
		stlb_plain_addf(out, STLB_REGULAR, ", old 0x%" PRIx64, raw->old);
	if (raw->has_new)
		stlb_plain_addf(out, STLB_REGULAR, ", new 0x%" PRIx64, raw->new_entry);
	stlb_plain_end(out);
}

static void put_protection(struct stlb_plain_out *out, const struct stlb_finding *raw)
{
	if (!raw->lock && !raw->bracket.known)
		return;
	stlb_plain_label(out, "context");
	if (raw->lock)
		stlb_plain_addf(out, STLB_REGULAR, "lock 0x%" PRIx64 "%s", raw->lock,
				raw->bracket.known ? ", " : "");
	if (raw->bracket.known)
		stlb_plain_addf(out, STLB_REGULAR, "bracket 0x%" PRIx64 "-0x%" PRIx64,
				raw->bracket.start, raw->bracket.end);
	stlb_plain_end(out);
}

static void put_seen(struct stlb_plain_out *out, const struct stlb_report_finding *finding)
{
	const struct stlb_finding *raw = finding->raw;
	uint64_t times = raw->verdict == STLB_INCONCLUSIVE ? raw->inconclusive : raw->occurrences;
	char first[32], last[32];

	stlb_plain_time(first, sizeof(first), raw->first_ns);
	stlb_plain_time(last, sizeof(last), raw->last_ns);
	stlb_plain_label(out, "seen");
	if (times <= 1)
		stlb_plain_addf(out, STLB_REGULAR, "once, at %s", first);
	else
		stlb_plain_addf(out, STLB_REGULAR, "%" PRIu64 " times, from %s to %s", times, first,
				last);
	if (*finding->phase)
		stlb_plain_addf(out, STLB_REGULAR, ", phase %s", finding->phase);
	if (raw->hidden.nr)
		stlb_plain_addf(out, STLB_REGULAR, "; %" PRIu64 " more hidden by filters",
				raw->hidden.nr);
	if (finding->known)
		stlb_plain_addf(out, STLB_DOUBTFUL, "; new: only %" PRIu64 " are known",
				finding->known);
	if (raw->cost_ns)
		stlb_plain_addf(out, STLB_REGULAR, ", cost %" PRIu64 " ns", raw->cost_ns);
	stlb_plain_end(out);
}

static void put_list(struct stlb_plain_out *out, const char *label, const char *const *texts,
		     uint32_t nr, const char *between)
{
	if (!nr)
		return;
	stlb_plain_label(out, label);
	for (uint32_t i = 0; i < nr; i++) {
		stlb_plain_add(out, STLB_REGULAR, i ? between : "");
		stlb_plain_add(out, STLB_REGULAR, texts[i]);
	}
	stlb_plain_end(out);
}

void stlb_plain_finding_facts(struct stlb_plain_out *out, const struct stlb_report_finding *finding)
{
	const struct stlb_finding *raw = finding->raw;

	put_seen(out, finding);
	put_entry(out, raw);
	put_protection(out, raw);
	put_list(out, "stack", finding->stack, raw->nr_stack, " < ");
	put_list(out, "notifiers", finding->subscribers, raw->nr_subscribers, ", ");
}

void stlb_plain_finding(struct stlb_plain_out *out, const struct stlb_report_finding *finding)
{
	const struct stlb_finding *raw = finding->raw;

	stlb_plain_finding_head(out, finding);
	put_rule(out, finding);
	stlb_plain_finding_facts(out, finding);
	if (raw->nr_events) {
		stlb_plain_label(out, "events");
		stlb_plain_add(out, STLB_REGULAR,
			       raw->nr_events == 1 ? "of the first one:"
						   : "of the first one, in order:");
		stlb_plain_end(out);
		stlb_plain_events(out, finding);
	}
}
