/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a device could observe: the witness, and what of it is seen in the trace. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "explain/explain_internal.h"

/* A write fault that copies: the old page is kept from writing, the new one is not. */
static bool is_copy_on_write(const struct stlb_explain *explain)
{
	const struct stlb_finding *finding = explain->want.finding;

	return finding->has_old && finding->has_new &&
	       !stlb_explain_entry(explain, finding->old).writable &&
	       stlb_explain_entry(explain, finding->new_entry).writable;
}

static void put_first(struct stlb_operation *operation, enum stlb_step step)
{
	if (operation->nr == STLB_WITNESS_MAX_STEPS)
		return;
	memmove(operation->steps + 1, operation->steps,
		operation->nr++ * sizeof(*operation->steps));
	operation->steps[0] = step;
}

static struct stlb_operation operation_of(const struct stlb_explain *explain,
					  const struct stlb_followed *followed)
{
	struct stlb_operation operation = stlb_explain_open_end(explain, followed);

	if (is_copy_on_write(explain))
		put_first(&operation, STLB_STEP_TRY);
	return operation;
}

/* ---- the search, from what was seen to what is assumed ---- */

/** struct show - what is shown */
struct show {
	struct stlb_witness_ask ask;
	struct stlb_witness witness;
	const struct stlb_followed *second; /* NULL: addrB is assumed */
};

static int try_second(const struct stlb_explain *explain, const struct stlb_followed *second,
		      struct show *show)
{
	int ret;

	if (show->witness.found)
		return 0;
	show->ask.nr = second ? 2 : 1;
	show->ask.one_thread = second && second == explain->same_thread;
	if (second)
		show->ask.operations[1] = operation_of(explain, second);
	ret = stlb_witness_find(&show->ask, &show->witness);
	if (ret == 0 && show->witness.found)
		show->second = second;
	return ret;
}

static int find(const struct stlb_explain *explain, struct show *show)
{
	int ret = 0;

	show->ask.operations[0] = operation_of(explain, &explain->self);
	if (show->ask.outcome == STLB_OUTCOME_ORDER && explain->other_thread)
		ret = try_second(explain, explain->other_thread, show);
	if (ret == 0 && show->ask.outcome == STLB_OUTCOME_ORDER && explain->same_thread)
		ret = try_second(explain, explain->same_thread, show);
	if (ret == 0)
		ret = try_second(explain, NULL, show);
	return ret;
}

/* ---- below the table ---- */

static void say_second(struct stlb_plain_out *out, const struct stlb_explain *explain,
		       const struct stlb_followed *second)
{
	char start[32], set[32], end[32] = "it ends after this trace";
	char comm[64] = "";

	if (!second) {
		stlb_explain_text(out, "addrB is assumed: any other page of this mm that the "
				       "process writes to. No second entry that was repointed in "
				       "the same window is in this trace.");
		return;
	}
	stlb_plain_time(start, sizeof(start), second->start_ns);
	stlb_plain_time(set, sizeof(set), second->set_ns);
	if (second->ended)
		stlb_plain_time(end, sizeof(end), second->end_ns);
	stlb_str_clean(comm, sizeof(comm), second->comm ? second->comm : "task");
	stlb_explain_text(out,
			  "addrB is 0x%" PRIx64 ", really repointed in the same window: by "
			  "%s-%" PRId32 ", range_start at %s, set to its new page at %s, "
			  "range_end: %s.",
			  second->addr, comm, second->tid, start, set, end);
	if (second == explain->same_thread)
		stlb_explain_text(out, "The same thread did both, one after the other: addrA's "
				       "entry was still not invalidated.");
}

static void say_range_end(struct stlb_plain_out *out, const struct stlb_explain *explain)
{
	const struct stlb_operation *steps = &explain->self.steps;

	if (!steps->nr || steps->steps[steps->nr - 1] != STLB_STEP_RANGE_END)
		return;
	stlb_explain_text(out, "addrA's range_end invalidates nothing: %s.",
			  explain->want.before_6_6 ? "it has only_end=1" : "from 6.6 on none does");
}

/* Who else had a part in what the table gives to one thread. */
static void say_contexts(struct stlb_plain_out *out, const struct stlb_explain *explain)
{
	const struct stlb_finding *finding = explain->want.finding;

	for (uint32_t i = 0; i < finding->nr_events; i++) {
		const struct stlb_event *event = &finding->events[i].event;
		char text[128], comm[64] = "task";

		if (event->tid == explain->self.tid)
			continue;
		if (event->comm)
			stlb_str_clean(comm, sizeof(comm), event->comm);
		stlb_explain_text(out,
				  "CPU-thread-0 stands for all who changed addrA: the %s was "
				  "by %s-%" PRId32 ".",
				  stlb_explain_at(text, sizeof(text), event), comm, event->tid);
		return;
	}
}

static void say_write_protected(struct stlb_plain_out *out, const struct stlb_explain *explain)
{
	const struct stlb_finding *finding = explain->want.finding;

	if (finding->has_new && !stlb_explain_entry(explain, finding->new_entry).writable)
		stlb_explain_text(out, "The new entry of addrA is write-protected: instead of a "
				       "write to it read \"the new page's other content can be "
				       "seen\". Of the same content, nothing would be wrong.");
}

static void say_order(struct stlb_plain_out *out, const struct stlb_explain *explain,
		      const struct show *show)
{
	stlb_explain_text(out, "addrA is 0x%" PRIx64 ", the address of this finding.",
			  explain->want.finding->addr);
	say_second(out, explain, show->second);
	say_range_end(out, explain);
	say_write_protected(out, explain);
	say_contexts(out, explain);
	stlb_explain_text(out, "The CPU wrote to addrA and then to addrB; the device sees the new "
			       "value of addrB and the old one of addrA.");
}

static void say_owner(struct stlb_plain_out *out, const struct stlb_explain *explain)
{
	const struct stlb_event *owner = &explain->owner;
	char at[32], after[32], comm[64] = "task";

	stlb_explain_text(out,
			  "addrA is 0x%" PRIx64 ", the address of this finding; what was "
			  "freed is pfn 0x%" PRIx64 ".",
			  explain->want.finding->addr, explain->old_pfn);
	say_contexts(out, explain);
	if (!explain->has_owner) {
		stlb_explain_text(out, "That page is not allocated again in this trace: whom "
				       "the device's access hits is not known.");
		return;
	}
	stlb_plain_time(at, sizeof(at), owner->ns);
	stlb_plain_delta(after, sizeof(after), owner->ns - explain->free_ns);
	if (owner->comm)
		stlb_str_clean(comm, sizeof(comm), owner->comm);
	stlb_explain_text(out,
			  "Its next owner in this trace: %s at %s (%s after the free), pfn "
			  "0x%" PRIx64 " order %" PRIu64 ", by %s-%" PRId32 " on CPU %" PRId32
			  ". The device's access goes there.",
			  owner->name, at, after, stlb_event_get(owner, PFN),
			  stlb_event_or(owner, ORDER, 0), comm, owner->tid, owner->cpu);
}

static int show_witness(struct stlb_plain_out *out, const struct stlb_explain *explain,
			enum stlb_outcome outcome)
{
	struct stlb_translation old = stlb_explain_entry(explain, explain->want.finding->old);
	bool is_table = old.state == STLB_TABLE && old.pfn == explain->old_pfn;
	struct stlb_witness_words words = {
		.operation = is_copy_on_write(explain) ? "COW" : NULL,
		.page = is_table ? "page table" : "page",
		.reads = old.state == STLB_PRESENT && !old.writable,
	};
	struct show show = {.ask = {.outcome = outcome}};
	int ret = find(explain, &show);

	if (ret)
		return ret;
	if (!show.witness.found) {
		stlb_explain_text(out,
				  "The model finds no schedule with a bad outcome for the "
				  "steps that this trace shows%s.",
				  explain->want.finding->verdict == STLB_STRICT
					  ? ": only the letter of the rule is broken"
					  : "");
		return 0;
	}
	stlb_explain_text(out, "A shortest schedule, found by search over all interleavings of the "
			       "steps that this trace shows:");
	stlb_plain_gap(out);
	stlb_witness_write(out->to, &show.ask, &show.witness, &words, 1);
	stlb_plain_gap(out);
	if (outcome == STLB_OUTCOME_OWNER)
		say_owner(out, explain);
	else
		say_order(out, explain, &show);
	return 0;
}

/* Whether the entry really points to another page than before. */
static bool is_repointed(const struct stlb_explain *explain)
{
	const struct stlb_finding *finding = explain->want.finding;

	return explain->self.set && finding->has_old && finding->has_new;
}

int stlb_explain_witness(struct stlb_plain_out *out, const struct stlb_explain *explain)
{
	const struct stlb_rule_info *info = stlb_rule_info(explain->want.finding->rule);

	if (info->shown_by == STLB_SHOWN_BY_OWNER)
		return show_witness(out, explain, STLB_OUTCOME_OWNER);
	if (info->shown_by == STLB_SHOWN_BY_ORDER ||
	    (info->shown_by == STLB_SHOWN_BY_ORDER_IF_SET && is_repointed(explain)))
		return show_witness(out, explain, STLB_OUTCOME_ORDER);
	stlb_explain_text(out, "%s", info->observed);
	return 0;
}
