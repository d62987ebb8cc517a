/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a violation to a finding of one occurrence: what to say of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/violation.h"
#include "check/filter.h"
#include "check/fingerprint.h"
#include "check/obligation.h"
#include "check/rule.h"

/* ---- how sure is it, and of whom? ---- */

enum stlb_verdict stlb_violation_verdict(const struct stlb_analysis *a,
					 const struct stlb_obligation *ob)
{
	return (ob && ob->lossy) || a->lost_somewhere ? STLB_INCONCLUSIVE : STLB_OBSERVED;
}

static uint64_t violation_addr(const struct stlb_violation *v)
{
	return v->ob ? v->ob->addr : v->addr;
}

static const struct stlb_mm *violation_mm(const struct stlb_violation *v)
{
	return v->ob ? v->ob->mm : v->ec->mm;
}

static const struct stlb_context *violation_context(const struct stlb_violation *v)
{
	return v->ob ? v->ob->context : v->ec->context;
}

/* ---- evidence ---- */

static void add_event(struct stlb_finding *finding, const char *role,
		      const struct stlb_event *event)
{
	struct stlb_evidence *evidence;
	uint32_t at = finding->nr_events;

	if (at == STLB_MAX_EVIDENCE)
		return;
	while (at > 0 && finding->events[at - 1].event.ns > event->ns) {
		finding->events[at] = finding->events[at - 1];
		at--;
	}
	evidence = &finding->events[at];
	evidence->role = role;
	evidence->event = *event;
	evidence->event.text = NULL;
	evidence->event.stack = NULL;
	evidence->event.nr_stack = 0;
	evidence->event.name = stlb_event_name(event);
	finding->nr_events++;
}

static void add_saved(struct stlb_finding *finding, const char *role,
		      const struct stlb_saved_event *saved)
{
	struct stlb_event event;

	if (!saved->name)
		return;
	stlb_saved_event_expand(saved, &event);
	add_event(finding, role, &event);
}

static void add_later(struct stlb_finding *finding, const char *role,
		      const struct stlb_obligation *ob, enum stlb_later_event which)
{
	if (ob->later)
		add_saved(finding, role, &ob->later->event[which]);
}

static const char *update_role(const struct stlb_obligation *ob)
{
	switch (ob->update.kind) {
	case STLB_PTE_SET:
	case STLB_PMD_SET:
	case STLB_CHANGE_PTE:
	case STLB_ACCESS_FLAGS:
		return ob->type == STLB_WRITE_PROTECT ? "write-protect" : "update";
	default:
		return "clear";
	}
}

static void add_evidence(struct stlb_finding *finding, const struct stlb_violation *v)
{
	const struct stlb_obligation *ob = v->ob;
	struct stlb_saved_event lock = {0};

	if (ob) {
		add_saved(finding, "bracket", &ob->scope->bracket_start);
		add_saved(finding, "lock", &ob->scope->lock_event);
		add_saved(finding, update_role(ob), &ob->update);
		if (!stlb_rule_objects[v->rule]->is_set)
			add_later(finding, "set", ob, STLB_LATER_SET);
		add_later(finding, "unordered invalidation", ob, STLB_LATER_RACY);
		add_later(finding, "invalidate", ob, STLB_LATER_COVER);
	}
	for (uint32_t i = 0; i < v->nr_extra; i++)
		add_saved(finding, v->extra[i].role, v->extra[i].event);
	if (v->hold) {
		stlb_hold_saved_event(v->hold, v->ec->context, &lock);
		add_saved(finding, "lock", &lock);
		finding->lock = v->hold->lock;
	}
	if (v->role)
		add_event(finding, v->role, v->ec->event);
}

/* ---- what it says ---- */

static const char *const level_name[] = {"pte", "pmd", "pud"};

static const char *const new_state_name[] = {
	[STLB_NONE] = "nothing",      [STLB_PRESENT] = "a page",
	[STLB_TABLE] = "a table",     [STLB_PROTNONE] = "an inaccessible entry",
	[STLB_SWAP] = "a swap entry", [STLB_MIGRATION] = "a migration entry",
};

static void say_update(char *to, size_t size, const struct stlb_obligation *ob)
{
	uint64_t pfn = ob->old.pfn;

	if (ob->table)
		snprintf(to, size, "page table (pfn 0x%" PRIx64 ") removed", pfn);
	else if (ob->type == STLB_WRITE_PROTECT)
		snprintf(to, size, "page pfn 0x%" PRIx64 " write-protected", pfn);
	else if (ob->type == STLB_REPOINT)
		snprintf(to, size, "page pfn 0x%" PRIx64 " replaced by another page", pfn);
	else if (ob->new_state == STLB_NONE)
		snprintf(to, size, "page pfn 0x%" PRIx64 " cleared", pfn);
	else
		snprintf(to, size, "page pfn 0x%" PRIx64 " replaced by %s", pfn,
			 new_state_name[ob->new_state]);
}

static void say_action(struct stlb_finding *finding, const struct stlb_obligation *ob)
{
	char update[100];

	say_update(update, sizeof(update), ob);
	if (ob->nowhere)
		snprintf(finding->action, sizeof(finding->action), "pte at an unknown address: %s",
			 update);
	else
		snprintf(finding->action, sizeof(finding->action), "%s at 0x%" PRIx64 ": %s",
			 level_name[ob->level], ob->addr, update);
}

static void say_event(struct stlb_finding *finding, const struct stlb_violation *v)
{
	const struct stlb_event *event = v->ec->event;

	if (stlb_event_has(event, START) && stlb_event_has(event, END))
		snprintf(finding->action, sizeof(finding->action),
			 "%s of 0x%" PRIx64 " to 0x%" PRIx64, event->name,
			 stlb_event_get(event, START), stlb_event_get(event, END));
	else if (stlb_event_has(event, ADDR) && stlb_event_has(event, PFN))
		snprintf(finding->action, sizeof(finding->action),
			 "%s at 0x%" PRIx64 " of pfn 0x%" PRIx64, event->name,
			 stlb_event_get(event, ADDR), stlb_event_get(event, PFN));
	else
		snprintf(finding->action, sizeof(finding->action), "%s", event->name);
}

static void say_message(struct stlb_finding *finding)
{
	snprintf(finding->message, sizeof(finding->message), "%s, by %s-%d in mm 0x%" PRIx64,
		 finding->action, finding->comm[0] ? finding->comm : "task", finding->tid,
		 finding->mm);
}

/* ---- the finding ---- */

static void fill_place(struct stlb_finding *finding, const struct stlb_violation *v)
{
	const struct stlb_mm *mm = violation_mm(v);
	const struct stlb_context *context = violation_context(v);

	finding->has_mm = mm != NULL;
	finding->mm = mm ? mm->id : 0;
	finding->has_addr = v->ob ? !v->ob->nowhere : v->has_addr;
	finding->addr = violation_addr(v);
	finding->tid = context->tid;
	if (context->comm)
		snprintf(finding->comm, sizeof(finding->comm), "%s", context->comm);
	for (uint32_t i = 0; mm && i < mm->nr_callbacks && i < STLB_MAX_SUBSCRIBERS; i++)
		finding->subscribers[finding->nr_subscribers++] = mm->callbacks[i];
}

static void fill_update(struct stlb_finding *finding, const struct stlb_violation *v)
{
	const struct stlb_obligation *ob = v->ob;
	const struct stlb_event *event = v->ec->event;
	struct stlb_event set;

	finding->level = ob->level;
	finding->lock = ob->scope->lock;
	finding->bracket = ob->scope->range;
	finding->has_old = ob->raw_old != 0;
	finding->old = ob->raw_old;
	if (ob->later && ob->later->event[STLB_LATER_SET].name) {
		stlb_saved_event_expand(&ob->later->event[STLB_LATER_SET], &set);
		event = &set;
	}
	finding->has_new = stlb_event_has(event, NEW);
	finding->new_entry = stlb_event_or(event, NEW, 0);
	finding->nr_stack = ob->scope->nr_stack;
	if (ob->scope->stack)
		memcpy(finding->stack, ob->scope->stack,
		       ob->scope->nr_stack * sizeof(*finding->stack));
}

/* Of a rule that is turned off: what its violations would be. */
static enum stlb_severity severity_of(const struct stlb_analysis *a, enum stlb_rule rule)
{
	enum stlb_severity severity = a->options.severity[rule];

	return severity == STLB_OFF ? stlb_rule_info(rule)->severity : severity;
}

static void fill_hidden(struct stlb_finding *finding, uint32_t hidden)
{
	for (int kind = 0; kind < STLB_NR_FILTERS; kind++)
		finding->hidden.by[kind] = hidden >> kind & 1;
}

struct stlb_finding *stlb_violation_finding(struct stlb_analysis *a, const struct stlb_violation *v)
{
	struct stlb_finding *finding = calloc(1, sizeof(*finding));
	uint32_t phase = v->ob ? v->ob->scope->phase : a->phase;

	if (!finding)
		return NULL;
	finding->rule = v->rule;
	finding->severity = severity_of(a, v->rule);
	finding->verdict = v->verdict;
	finding->first_ns = finding->last_ns = finding->site_ns = v->ec->event->ns;
	finding->cost_ns = v->cost_ns;
	fill_place(finding, v);
	if (v->ob) {
		fill_update(finding, v);
		say_action(finding, v->ob);
	} else {
		say_event(finding, v);
	}
	say_message(finding);
	if (v->missing)
		snprintf(finding->missing, sizeof(finding->missing), "%s", v->missing);
	snprintf(finding->phase, sizeof(finding->phase), "%s", a->phases[phase]);
	add_evidence(finding, v);
	stlb_violation_fingerprint(v, finding->first_fingerprint);
	fill_hidden(finding, stlb_violation_hidden(a, v));
	return finding;
}
