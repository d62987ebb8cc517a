/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Operations, step by step: the one of the finding, and those of others on the same mm, of which
 * one that was under way at the same time is the second address of the witness.
 */
#include <string.h>

#include "explain/explain_internal.h"
#include "model/bracketing.h"

static const uint64_t page_size = UINT64_C(1) << 12;

static bool push(struct stlb_followed *followed, enum stlb_step step)
{
	struct stlb_operation *steps = &followed->steps;

	/* One place stays free for the end of the bracket. */
	if (steps->nr == STLB_WITNESS_MAX_STEPS - 1 && step != STLB_STEP_RANGE_END &&
	    step != STLB_STEP_RANGE_END_NOTIFY)
		return false;
	if (steps->nr == STLB_WITNESS_MAX_STEPS)
		return false;
	/* A second invalidation in a row changes nothing. */
	if (steps->nr && step == STLB_STEP_NOTIFY && steps->steps[steps->nr - 1] == step)
		return false;
	steps->steps[steps->nr++] = step;
	return true;
}

static bool invalidates(const struct stlb_explain *explain, const struct stlb_event *event)
{
	struct stlb_end_rule rule = {true, explain->want.before_6_6};

	if (event->kind == STLB_INV_RANGE)
		return true;
	return event->kind == STLB_INV_END && stlb_end_invalidates(&rule, event);
}

/* What an operation's own thread does about invalidation, and anybody's that covers it. */
static void follow_invalidation(const struct stlb_explain *explain, struct stlb_followed *followed,
				const struct stlb_event *event, uint64_t size)
{
	bool own = event->tid == followed->tid && event->context == followed->context;
	bool covers = stlb_event_meets(event, followed->addr, size);
	bool notifies = covers && invalidates(explain, event);

	if (notifies && followed->change_ns && !followed->discharged) {
		followed->discharged = true;
		followed->discharge_ns = event->ns;
		followed->discharge_name = event->name;
	}
	if (own && event->kind == STLB_INV_RANGE && notifies && !followed->ended)
		push(followed, STLB_STEP_NOTIFY);
	if (!followed->bracket || explain->ended != followed->bracket || followed->ended)
		return;
	push(followed, notifies ? STLB_STEP_RANGE_END_NOTIFY : STLB_STEP_RANGE_END);
	followed->ended = true;
	followed->end_ns = event->ns;
}

/* ---- brackets ---- */

static void begins(void *user, struct stlb_context *context, const struct stlb_bracket *bracket)
{
	struct stlb_explain *explain = user;
	struct stlb_followed *self = &explain->self;

	explain->begun = bracket->id;
	/* it is that of the finding whose start came last before the update */
	if (bracket->start_event.tid == self->tid && context->kind == self->context &&
	    !self->change_ns && bracket->start == self->range.start &&
	    bracket->end == self->range.end && self->range.known)
		self->bracket = bracket->id;
}

static void ends(void *user, struct stlb_context *context, const struct stlb_bracket *bracket,
		 const struct stlb_event *by)
{
	struct stlb_explain *explain = user;

	(void)context;
	if (by && stlb_bracket_is_end(bracket, by))
		explain->ended = bracket->id;
	/* a start that failed begins nothing */
	for (uint32_t i = 0; !by && i < STLB_MAX_FOLLOWED; i++)
		if (explain->others[i].bracket == bracket->id && !explain->others[i].chosen)
			explain->others[i] = (struct stlb_followed){0};
}

static void pages(void *user, const struct stlb_event *event, uint64_t pfn, uint64_t nr)
{
	struct stlb_explain *explain = user;

	(void)event;
	explain->pfn = pfn;
	explain->nr_pages = nr;
}

static void changed(void *user, struct stlb_context *context, const struct stlb_change *change)
{
	struct stlb_explain *explain = user;

	(void)context;
	explain->change = *change;
}

struct stlb_facts stlb_explain_facts(struct stlb_explain *explain)
{
	return (struct stlb_facts){
		.user = explain,
		.begins = begins,
		.ends = ends,
		.pages = pages,
		.changed = changed,
	};
}

/* ---- the operation of the finding: its steps are its evidence ---- */

static void follow_change(struct stlb_followed *self, const struct stlb_event *event)
{
	if (!self->change_ns)
		self->change_ns = event->ns;
	if (stlb_kind_sets(event->kind)) {
		push(self, STLB_STEP_SET);
		self->set = true;
		self->set_ns = event->ns;
	} else {
		push(self, STLB_STEP_CLEAR);
		self->cleared = true;
	}
}

static void follow_self(struct stlb_explain *explain, const struct stlb_event *event,
			const char *role)
{
	struct stlb_followed *self = &explain->self;

	if (event->kind == STLB_INV_RANGE || event->kind == STLB_INV_END) {
		if (self->start_ns || self->change_ns)
			follow_invalidation(explain, self, event, explain->size);
	} else if (!role) {
		return;
	} else if (event->kind == STLB_INV_START && !self->start_ns) {
		push(self, STLB_STEP_RANGE_START);
		self->start_ns = event->ns;
		self->comm = event->comm;
	} else if (!strcmp(role, "free")) {
		push(self, STLB_STEP_FREE);
	} else if (stlb_kind_is_update(event->kind)) {
		follow_change(self, event);
	}
}

/* ---- those of others ---- */

static struct stlb_followed *followed_by(struct stlb_explain *explain,
					 const struct stlb_event *event)
{
	for (uint32_t i = 0; i < STLB_MAX_FOLLOWED; i++) {
		struct stlb_followed *at = &explain->others[i];

		if (at->start_ns && !at->ended && at->tid == event->tid &&
		    at->context == event->context)
			return at;
	}
	return NULL;
}

/* A place for a new operation: a free one, or the oldest that nobody needs. */
static struct stlb_followed *new_place(struct stlb_explain *explain)
{
	struct stlb_followed *oldest = NULL;

	for (uint32_t i = 0; i < STLB_MAX_FOLLOWED; i++) {
		struct stlb_followed *at = &explain->others[i];

		if (!at->chosen && (!oldest || at->start_ns < oldest->start_ns))
			oldest = at;
	}
	return oldest;
}

static void begin_other(struct stlb_explain *explain, const struct stlb_event *event)
{
	struct stlb_followed *place = followed_by(explain, event);

	if (place || (explain->self.tid == event->tid && explain->self.start_ns == event->ns))
		return;
	place = new_place(explain);
	if (!place)
		return;
	*place = (struct stlb_followed){.tid = event->tid,
					.context = event->context,
					.bracket = explain->begun,
					.comm = event->comm,
					.start_ns = event->ns,
					.range = {.start = stlb_event_get(event, START),
						  .end = stlb_event_get(event, END),
						  .known = true}};
	push(place, STLB_STEP_RANGE_START);
}

/* The first page that it changes is the one that is followed. */
static bool is_its_page(const struct stlb_explain *explain, struct stlb_followed *other)
{
	uint64_t addr = other->range.start;

	/* From 6.6 on page_table_check says no address: the bracket of one page does. */
	if (explain->change.placed)
		addr = explain->change.addr;
	else if (other->range.end - other->range.start != page_size)
		return false;
	if (addr - explain->want.finding->addr < explain->size)
		return false;
	if (!other->change_ns)
		other->addr = addr;
	return other->addr == addr;
}

static bool is_pending(const struct stlb_followed *followed)
{
	return followed->change_ns && !followed->discharged;
}

static void choose(struct stlb_explain *explain, struct stlb_followed *other)
{
	bool same = other->tid == explain->self.tid && other->context == explain->self.context;
	struct stlb_followed **choice = same ? &explain->same_thread : &explain->other_thread;

	/* One thread does one thing after the other. */
	if (*choice || (same && !explain->self.ended))
		return;
	*choice = other;
	other->chosen = true;
}

static void clear_other(struct stlb_explain *explain, struct stlb_followed *other,
			const struct stlb_event *event)
{
	if (other->change_ns || !stlb_entry_is_present(explain->change.old) ||
	    !is_its_page(explain, other))
		return;
	other->old = stlb_event_get(event, OLD);
	other->cleared = true;
	other->change_ns = event->ns;
	push(other, STLB_STEP_CLEAR);
}

static void set_other(struct stlb_explain *explain, struct stlb_followed *other,
		      const struct stlb_event *event)
{
	struct stlb_entry new = explain->change.new;
	struct stlb_translation old =
		stlb_pte_decode(&explain->machine.format, STLB_LEVEL_PTE, other->old);

	if (!other->cleared || other->set || !is_its_page(explain, other) ||
	    !stlb_entry_is_present(new) || new.pfn == old.pfn)
		return;
	other->new_entry = stlb_event_get(event, NEW);
	other->set = true;
	other->set_ns = event->ns;
	push(other, STLB_STEP_SET);
	if (is_pending(&explain->self))
		choose(explain, other);
}

static void follow_others(struct stlb_explain *explain, const struct stlb_event *event)
{
	struct stlb_followed *other;

	if (event->kind == STLB_INV_START) {
		begin_other(explain, event);
		return;
	}
	other = followed_by(explain, event);
	if (!other)
		return;
	if (explain->change.event && explain->change.level == STLB_LEVEL_PTE)
		(stlb_kind_sets(event->kind) ? set_other : clear_other)(explain, other, event);
	else if (event->kind == STLB_INV_RANGE || event->kind == STLB_INV_END)
		follow_invalidation(explain, other, event, page_size);
}

/* Who was in the middle of it when the finding's entry changed. */
static void choose_pending(struct stlb_explain *explain)
{
	for (uint32_t i = 0; i < STLB_MAX_FOLLOWED; i++) {
		struct stlb_followed *other = &explain->others[i];

		if (other->start_ns && other->set && !other->ended && is_pending(other))
			choose(explain, other);
	}
}

void stlb_explain_follow(struct stlb_explain *explain, const struct stlb_event *event,
			 const char *role)
{
	const struct stlb_finding *finding = explain->want.finding;
	bool changed = explain->self.change_ns != 0;

	if (!finding->has_mm ||
	    (!role && (!stlb_event_has(event, MM) || stlb_event_get(event, MM) != finding->mm)))
		return;
	follow_self(explain, event, role);
	if (!changed && explain->self.change_ns)
		choose_pending(explain);
	if (stlb_event_has(event, MM) && event->kind != STLB_LOST)
		follow_others(explain, event);
}

struct stlb_operation stlb_explain_open_end(const struct stlb_explain *explain,
					    const struct stlb_followed *followed)
{
	struct stlb_followed copy = *followed;

	if (copy.start_ns && !copy.ended)
		push(&copy,
		     explain->want.before_6_6 ? STLB_STEP_RANGE_END_NOTIFY : STLB_STEP_RANGE_END);
	return copy.steps;
}
