/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The edge that is missing, and what would have put it there. */
#include <inttypes.h>
#include <string.h>

#include "explain/explain_internal.h"

const char *stlb_explain_at(char *text, size_t size, const struct stlb_event *event)
{
	char at[32];

	stlb_plain_time(at, sizeof(at), event->ns);
	snprintf(text, size, "%s at %s", stlb_event_name(event), at);
	return text;
}

/* ---- the edge ---- */

/** struct ends - what should have been ordered, and by what */
struct ends {
	const struct stlb_event *from, *to;
	const char *between; /* what is not there */
	bool of_range;	     /* that of the entry's range */
};

static const struct stlb_event *last_evidence(const struct stlb_finding *finding)
{
	return finding->nr_events ? &finding->events[finding->nr_events - 1].event : NULL;
}

static struct ends ends_of(const struct stlb_explain *explain)
{
	const struct stlb_finding *finding = explain->want.finding;
	const struct stlb_missing_edge *edge = &stlb_rule_info(finding->rule)->edge;
	struct ends ends = {.from = stlb_explain_update(explain),
			    .to = last_evidence(finding),
			    .between = edge->between,
			    .of_range = !edge->of_order};

	if (edge->from)
		ends.from = stlb_explain_evidence(explain, edge->from);
	if (edge->to)
		ends.to = stlb_explain_evidence(explain, edge->to);
	if (!ends.to && edge->or_to)
		ends.to = stlb_explain_evidence(explain, edge->or_to);
	if (finding->verdict == STLB_STRICT)
		ends.between = "an invalidation, under the PTL, of";
	if (!edge->between)
		ends.from = NULL;
	return ends;
}

static void write_ends(struct stlb_plain_out *out, const struct stlb_explain *explain,
		       const struct ends *ends)
{
	const struct stlb_finding *finding = explain->want.finding;
	char text[128], range[64] = "";

	if (ends->of_range)
		snprintf(range, sizeof(range), " 0x%" PRIx64 "-0x%" PRIx64, finding->addr,
			 finding->addr + explain->size);
	stlb_explain_step(out, 2, "%s", stlb_explain_at(text, sizeof(text), ends->from));
	stlb_explain_step(out, 4, "-> %s: %s%s",
			  finding->verdict == STLB_INCONCLUSIVE ? "NOT SEEN" : "MISSING",
			  ends->between, range);
	stlb_explain_step(out, 2, "-> %s%s", stlb_explain_at(text, sizeof(text), ends->to),
			  stlb_explain_same(ends->to, ends->from) ? " (one event does both)" : "");
}

static void write_cycle(struct stlb_plain_out *out, const struct stlb_explain *explain)
{
	const struct stlb_finding *finding = explain->want.finding;
	char text[128];

	stlb_explain_text(out, "The events are a cycle, so that no total order of them exists:");
	for (uint32_t i = 0; i < finding->nr_events; i++)
		stlb_explain_step(out, 2, "%s%s: %s", i ? "-> " : "", finding->events[i].role,
				  stlb_explain_at(text, sizeof(text), &finding->events[i].event));
	stlb_explain_step(out, 2, "-> %s (from-read: an old value was read before it changed)",
			  finding->nr_events ? finding->events[0].role : "");
}

/* That one came at all is no excuse, but it tells for how long a device was wrong. */
static void write_late(struct stlb_plain_out *out, const struct stlb_explain *explain,
		       const struct ends *ends)
{
	const struct stlb_followed *self = &explain->self;
	char at[32], after[32];

	if (!self->discharged) {
		stlb_explain_text(out, "No later invalidation in this trace covers it.");
		return;
	}
	if (self->discharge_ns <= ends->to->ns)
		return;
	stlb_plain_time(at, sizeof(at), self->discharge_ns);
	stlb_plain_delta(after, sizeof(after), self->discharge_ns - ends->to->ns);
	stlb_explain_text(out,
			  "The first invalidation that covers it comes too late: %s at %s, %s "
			  "after the %s.",
			  self->discharge_name, at, after, ends->to->name);
}

void stlb_explain_edge(struct stlb_plain_out *out, const struct stlb_explain *explain,
		       const struct stlb_report_finding *finding)
{
	const struct stlb_rule_info *info = stlb_rule_info(finding->raw->rule);
	struct ends ends = ends_of(explain);

	if (info->cycle)
		write_cycle(out, explain);
	else if (ends.from && ends.to)
		write_ends(out, explain, &ends);
	if (!*finding->missing)
		return;
	stlb_explain_text(out, "%s %s.",
			  finding->raw->verdict == STLB_INCONCLUSIVE ? "In doubt:" : "Missing:",
			  finding->missing);
	if (ends.from && ends.to && info->edge.may_come_late)
		write_late(out, explain, &ends);
}

/* ---- the remedy ---- */

/* Where the PTL of the update was released; NULL where that was not seen. */
static const struct stlb_event *release_after(const struct stlb_explain *explain, uint64_t ns)
{
	for (uint32_t i = 0; i < explain->nr_moments; i++) {
		const struct stlb_event *event = &explain->moments[i].event;

		if (event->kind == STLB_LOCK_RELEASE && event->ns >= ns &&
		    event->tid == explain->self.tid)
			return event;
	}
	return NULL;
}

/** struct flush - what clears and flushes such an entry */
struct flush {
	const char *function;
	const char *notifies; /* before 6.6: the same with invalidation; NULL: there is none */
};

static struct flush flush_of(const struct stlb_explain *explain)
{
	static const struct flush flushes[] = {
		{"ptep_clear_flush", "ptep_clear_flush_notify"},
		{"pmdp_huge_clear_flush", "pmdp_huge_clear_flush_notify"},
		{"huge_ptep_clear_flush", NULL},
		{"flush_tlb_range", NULL},
	};
	const struct stlb_finding *finding = explain->want.finding;
	const struct stlb_event *update = stlb_explain_update(explain);

	if (finding->has_old && stlb_explain_entry(explain, finding->old).state == STLB_TABLE)
		return flushes[3];
	if (finding->level == STLB_LEVEL_PTE)
		return flushes[0];
	return flushes[update->level == STLB_LEVEL_PTE ? 2 : 1];
}

static void say_how(struct stlb_plain_out *out, const struct stlb_explain *explain)
{
	struct flush flush = flush_of(explain);

	if (!explain->want.before_6_6)
		stlb_explain_text(out,
				  "From 6.6 on that is %s(): the architecture's flush "
				  "invalidates secondary TLBs, range_end no more.",
				  flush.function);
	else if (flush.notifies)
		stlb_explain_text(out,
				  "Before 6.6 that is %s(), or "
				  "mmu_notifier_invalidate_range() after the flush.",
				  flush.notifies);
	else
		stlb_explain_text(out,
				  "Before 6.6 that is mmu_notifier_invalidate_range() after "
				  "%s().",
				  flush.function);
	if (explain->want.before_6_6 && !explain->self.set &&
	    stlb_rule_info(explain->want.finding->rule)->end_would_do)
		stlb_explain_text(out, "A range_end that invalidates, "
				       "mmu_notifier_invalidate_range_end() without only_end, "
				       "would do as well.");
}

static void say_between(struct stlb_plain_out *out, const struct stlb_explain *explain,
			bool in_hold)
{
	const struct stlb_event *from = stlb_explain_update(explain);
	const struct stlb_event *to = last_evidence(explain->want.finding);
	const struct stlb_event *release = NULL;
	uint64_t addr = explain->want.finding->addr;
	char first[128], second[128], third[128];

	if (!from || !to)
		return;
	if (in_hold && explain->want.finding->lock)
		release = release_after(explain, from->ns);
	stlb_explain_at(first, sizeof(first), from);
	stlb_explain_at(second, sizeof(second), to);
	if (stlb_explain_same(from, to))
		stlb_explain_text(out,
				  "Clear the entry, invalidate 0x%" PRIx64 "-0x%" PRIx64
				  ", and only then set it: the %s does it in one.",
				  addr, addr + explain->size, first);
	else
		stlb_explain_text(out,
				  "Invalidate 0x%" PRIx64 "-0x%" PRIx64
				  " after the %s and before the %s.",
				  addr, addr + explain->size, first, second);
	if (release)
		stlb_explain_text(out, "It must be under the PTL, which is dropped with the %s.",
				  stlb_explain_at(third, sizeof(third), release));
	say_how(out, explain);
}

void stlb_explain_remedy(struct stlb_plain_out *out, const struct stlb_explain *explain)
{
	const struct stlb_finding *finding = explain->want.finding;
	const struct stlb_rule_info *info = stlb_rule_info(finding->rule);

	if (info->remedy)
		stlb_explain_text(out, "%s", info->remedy);
	else
		say_between(out, explain,
			    info->in_lock == STLB_IN_LOCK_ALWAYS ||
				    (info->in_lock == STLB_IN_LOCK_STRICT &&
				     finding->verdict == STLB_STRICT));
}
