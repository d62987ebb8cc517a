/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The second pass: which events belong to a finding. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explain/explain_internal.h"
#include "model/second_pass.h"

static const uint64_t level_size[] = {UINT64_C(1) << 12, UINT64_C(1) << 21, UINT64_C(1) << 30};

const struct stlb_event *stlb_explain_evidence(const struct stlb_explain *explain, const char *role)
{
	const struct stlb_finding *finding = explain->want.finding;

	for (uint32_t i = 0; i < finding->nr_events; i++)
		if (!strcmp(finding->events[i].role, role))
			return &finding->events[i].event;
	return NULL;
}

const struct stlb_event *stlb_explain_update(const struct stlb_explain *explain)
{
	static const char *const roles[] = {"clear", "update", "write-protect"};

	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++) {
		const struct stlb_event *event = stlb_explain_evidence(explain, roles[i]);

		if (event)
			return event;
	}
	return NULL;
}

struct stlb_translation stlb_explain_entry(const struct stlb_explain *explain, uint64_t raw)
{
	return stlb_pte_decode(&explain->machine.format, explain->want.finding->level, raw);
}

/* ---- the pages ---- */

static void learn_pages(struct stlb_explain *explain)
{
	const struct stlb_finding *finding = explain->want.finding;
	const struct stlb_event *event = stlb_explain_evidence(explain, "free");
	struct stlb_translation old = {0};

	explain->old_pfn = UINT64_MAX;
	explain->old_pages = 1;
	if (finding->has_old)
		old = stlb_explain_entry(explain, finding->old);
	if (old.state == STLB_PRESENT || old.state == STLB_TABLE)
		explain->old_pfn = old.pfn;
	if (old.state == STLB_PRESENT && explain->size)
		explain->old_pages = explain->size >> 12;
	if (!event)
		return;
	explain->free_ns = event->ns;
	if (!stlb_event_has(event, PFN))
		return;
	explain->old_pfn = stlb_event_get(event, PFN);
	explain->old_pages = stlb_event_pages(event);
}

/* Of the current event. */
static bool is_of_old_page(const struct stlb_explain *explain)
{
	return explain->nr_pages && explain->old_pfn != UINT64_MAX &&
	       explain->pfn < explain->old_pfn + explain->old_pages &&
	       explain->old_pfn < explain->pfn + explain->nr_pages;
}

/* ---- which events ---- */

bool stlb_explain_same(const struct stlb_event *a, const struct stlb_event *b)
{
	return a->ns == b->ns && a->kind == b->kind && a->tid == b->tid && a->cpu == b->cpu;
}

/* One event can be two pieces of evidence: a set that is update and violation at once. */
const char *stlb_explain_role(struct stlb_explain *explain, const struct stlb_event *event)
{
	const struct stlb_finding *finding = explain->want.finding;
	const char *role = NULL;

	for (uint32_t i = 0; i < finding->nr_events; i++) {
		if (explain->proof_found >> i & 1 ||
		    !stlb_explain_same(&finding->events[i].event, event))
			continue;
		explain->proof_found |= 1U << i;
		role = role ? role : finding->events[i].role;
	}
	return role;
}

static bool is_in_schedule(const struct stlb_explain *explain, const struct stlb_event *event)
{
	const struct stlb_finding *finding = explain->want.finding;

	for (uint32_t i = 0; i < finding->nr_events; i++)
		if (finding->events[i].event.tid == event->tid &&
		    finding->events[i].event.context == event->context)
			return true;
	return false;
}

static bool is_of_entry(const struct stlb_explain *explain, const struct stlb_event *event)
{
	const struct stlb_finding *finding = explain->want.finding;
	uint64_t addr = stlb_event_or(event, ADDR, explain->change.addr);

	if (!finding->has_mm || !stlb_event_has(event, MM) ||
	    stlb_event_get(event, MM) != finding->mm || !finding->has_addr)
		return false;
	if (stlb_event_has(event, START))
		return stlb_event_meets(event, finding->addr, explain->size);
	return (stlb_event_has(event, ADDR) || explain->change.placed) &&
	       addr - finding->addr < explain->size;
}

static bool is_around(const struct stlb_explain *explain, const struct stlb_event *event)
{
	switch (event->kind) {
	case STLB_LOCK_ACQUIRE:
	case STLB_LOCK_ACQUIRED:
	case STLB_LOCK_RELEASE:
		return explain->want.finding->lock && is_in_schedule(explain, event) &&
		       stlb_event_or(event, LOCK, 0) == explain->want.finding->lock;
	case STLB_SCHED_SWITCH:
		return is_in_schedule(explain, event);
	case STLB_PAGE_ALLOC:
	case STLB_PAGE_FREE:
		return is_of_old_page(explain);
	case STLB_LOST:
		return true;
	case STLB_FLUSH_MM:
	case STLB_RMAP_DEL:
	case STLB_PTL_MAP:
	case STLB_PTE_CLEAR_RANGE:
		return false;
	default:
		/* the machine tells of no update twice */
		return is_of_entry(explain, event) &&
		       (explain->change.event || !stlb_kind_is_update(event->kind));
	}
}

/* Whether who made the update does it, and has the PTL of the finding, or is about to get it. */
static bool is_in_hold(const struct stlb_explain *explain, const struct stlb_event *event)
{
	uint64_t lock = explain->want.finding->lock;
	const struct stlb_context *context =
		stlb_map_get(&explain->machine.contexts.map, stlb_context_key_of(event));

	if (!lock || !context || event->tid != explain->self.tid ||
	    event->kind == STLB_SCHED_SWITCH)
		return false;
	for (uint32_t i = 0; i < context->nr_holds; i++)
		if (context->holds[i].lock == lock)
			return true;
	return context->asked.lock == lock;
}

static void keep(struct stlb_explain *explain, const struct stlb_event *event, const char *role)
{
	struct stlb_moment *moment;

	if (explain->nr_moments == STLB_MAX_MOMENTS ||
	    (!role && explain->nr_around == STLB_MAX_AROUND)) {
		explain->left_out++;
		return;
	}
	moment = &explain->moments[explain->nr_moments++];
	moment->event = *event;
	moment->event.stack = NULL;
	moment->event.text = NULL;
	moment->role = role ? role : "";
	explain->nr_around += !role;
	moment->held = is_in_hold(explain, event);
}

/* After the last proof: up to the end of the bracket, or to the invalidation that came at last. */
static bool is_last(const struct stlb_explain *explain, const struct stlb_event *event)
{
	const struct stlb_finding *finding = explain->want.finding;

	if (explain->proof_found != (1U << finding->nr_events) - 1)
		return false;
	if (explain->self.ended || !finding->bracket.known)
		return true;
	return event->kind == STLB_INV_END && event->tid == explain->self.tid;
}

static void watch_owner(struct stlb_explain *explain, const struct stlb_event *event)
{
	if (!explain->free_ns || explain->has_owner || event->ns < explain->free_ns ||
	    event->kind != STLB_PAGE_ALLOC || !is_of_old_page(explain))
		return;
	explain->owner = *event;
	explain->has_owner = true;
}

static void gather(struct stlb_explain *explain, const struct stlb_event *event, const char *role)
{
	if (role || is_around(explain, event))
		keep(explain, event, role);
	explain->over = is_last(explain, event);
}

int stlb_explain_event(struct stlb_explain *explain, const struct stlb_event *event)
{
	const struct stlb_finding *finding = explain->want.finding;
	const char *role = NULL;

	if (finding->nr_events == 0)
		return 0;
	explain->begun = explain->ended = 0;
	explain->change = (struct stlb_change){.event = NULL};
	explain->nr_pages = 0;
	stlb_second_pass_event(&explain->machine, event);
	if (!explain->over && event->ns >= finding->events[0].event.ns)
		role = stlb_explain_role(explain, event);
	stlb_explain_follow(explain, event, role);
	if (explain->proof_found && !explain->over)
		gather(explain, event, role);
	watch_owner(explain, event);
	return explain->machine.failed ? -ENOMEM : 0;
}

struct stlb_explain *stlb_explain_new(const struct stlb_explain_want *want)
{
	struct stlb_explain *explain = calloc(1, sizeof(*explain));
	const struct stlb_event *update;

	if (!explain)
		return NULL;
	explain->want = *want;
	explain->machine.facts = stlb_explain_facts(explain);
	explain->machine.irq_flags_known = want->irq_flags;
	explain->size = level_size[want->finding->level <= STLB_LEVEL_PUD ? want->finding->level
									  : STLB_LEVEL_PTE];
	stlb_pte_format_init(&explain->machine.format, want->arch, want->kernel);
	learn_pages(explain);
	update = stlb_explain_update(explain);
	explain->self.tid = update ? update->tid : want->finding->tid;
	explain->self.context = update ? update->context : STLB_CONTEXT_TASK;
	explain->self.addr = want->finding->addr;
	explain->self.range = want->finding->bracket;
	return explain;
}

void stlb_explain_free(struct stlb_explain *explain)
{
	if (explain)
		stlb_machine_free(&explain->machine);
	free(explain);
}
