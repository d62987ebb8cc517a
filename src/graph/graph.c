/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The second pass: which events are drawn. */
#include "staletlb/graph.h"

#include <errno.h>
#include <stdlib.h>

#include "graph/graph_internal.h"
#include "model/second_pass.h"

enum { DEFAULT_EVENTS = 200 };

/* ---- what is wanted ---- */

static void add_slot(struct stlb_graph *graph, uint64_t addr, enum stlb_level level)
{
	uint64_t size = stlb_graph_pages(level) << 12;

	addr &= ~(size - 1);
	for (uint32_t i = 0; i < graph->nr_slots; i++)
		if (addr - graph->slots[i].addr < graph->slots[i].size)
			return;
	if (graph->nr_slots == STLB_GRAPH_SLOTS)
		return;
	graph->slots[graph->nr_slots].addr = addr;
	graph->slots[graph->nr_slots++].size = size;
}

static bool is_device(const struct stlb_event *event)
{
	return stlb_kind_class(event->kind) == STLB_CLASS_DEVICE;
}

/* A device's finding can be about two addresses. */
static void add_slots_of_devices(struct stlb_graph *graph, const struct stlb_finding *finding)
{
	for (uint32_t i = 0; i < finding->nr_events; i++) {
		const struct stlb_event *event = &finding->events[i].event;

		if (is_device(event) && stlb_event_has(event, ADDR))
			add_slot(graph, stlb_event_get(event, ADDR), STLB_LEVEL_PTE);
	}
}

static void want_pages(struct stlb_graph *graph, const struct stlb_finding *finding)
{
	struct stlb_translation said;

	graph->own_nr = stlb_graph_pages(finding->level);
	if (finding->has_old) {
		said = stlb_pte_decode(&graph->machine.format, finding->level, finding->old);
		if (said.state == STLB_TABLE)
			graph->own_nr = 1;
		if (said.state == STLB_PRESENT || said.state == STLB_TABLE)
			graph->own_pfn[0] = said.pfn;
	}
	if (finding->has_new) {
		said = stlb_pte_decode(&graph->machine.format, finding->level, finding->new_entry);
		if (said.state == STLB_PRESENT)
			graph->own_pfn[1] = said.pfn;
	}
}

static void want_finding(struct stlb_graph *graph, const struct stlb_finding *finding)
{
	graph->mm = finding->mm;
	graph->has_mm = finding->has_mm;
	graph->ptl = finding->lock;
	if (finding->has_addr)
		add_slot(graph, finding->addr, finding->level);
	add_slots_of_devices(graph, finding);
	want_pages(graph, finding);
	graph->from_ns = finding->first_ns;
	graph->to_ns = finding->first_ns;
	graph->next_proof_ns = UINT64_MAX;
	graph->proofs_left = finding->nr_events;
	for (uint32_t i = 0; i < finding->nr_events; i++) {
		uint64_t ns = finding->events[i].event.ns;

		if (ns < graph->from_ns)
			graph->from_ns = ns;
		if (ns > graph->to_ns)
			graph->to_ns = ns;
		if (ns < graph->next_proof_ns)
			graph->next_proof_ns = ns;
	}
}

static void want_address(struct stlb_graph *graph)
{
	graph->mm = graph->want.mm;
	graph->has_mm = true;
	add_slot(graph, graph->want.addr, STLB_LEVEL_PTE);
	for (uint32_t i = 0; i < graph->want.nr_more; i++)
		add_slot(graph, graph->want.more[i], STLB_LEVEL_PTE);
	graph->want.more = NULL;
	graph->from_ns = graph->want.since_ns;
	graph->to_ns = graph->want.until_ns;
	graph->next_proof_ns = UINT64_MAX;
}

/* arm64 kernels keep structures in the lower half of the kernel's addresses, x86 never. */
static enum stlb_arch arch_of(uint64_t mm)
{
	return mm >> 47 == UINT64_C(0x1fffe) ? STLB_ARCH_ARM64 : STLB_ARCH_X86_64;
}

struct stlb_graph *stlb_graph_new(const struct stlb_graph_want *want)
{
	struct stlb_graph *graph = calloc(1, sizeof(*graph));

	if (!graph)
		return NULL;
	graph->want = *want;
	if (graph->want.max_events == 0)
		graph->want.max_events = DEFAULT_EVENTS;
	if (graph->want.max_events > STLB_GRAPH_MAX_EVENTS)
		graph->want.max_events = STLB_GRAPH_MAX_EVENTS;
	graph->own_pfn[0] = graph->own_pfn[1] = UINT64_MAX;
	graph->allocs = calloc(STLB_GRAPH_ALLOCS, sizeof(*graph->allocs));
	graph->sources = calloc(STLB_GRAPH_SOURCES, sizeof(*graph->sources));
	if (!graph->allocs || !graph->sources) {
		stlb_graph_free(graph);
		return NULL;
	}
	if (graph->want.arch == STLB_ARCH_UNKNOWN)
		graph->want.arch = arch_of(want->finding ? want->finding->mm : want->mm);
	stlb_pte_format_init(&graph->machine.format, graph->want.arch, want->kernel);
	graph->machine.irq_flags_known = want->irq_flags;
	graph->end_rule = stlb_end_rule_of(want->kernel);
	if (!want->kernel && want->finding)
		graph->end_rule = (struct stlb_end_rule){true, want->before_6_6};
	graph->machine.facts = stlb_graph_facts(graph);
	graph->machine.hb.tell = stlb_graph_hears;
	graph->machine.hb.user = graph;
	if (want->finding)
		want_finding(graph, want->finding);
	else
		want_address(graph);
	return graph;
}

/* ---- updates ---- */

static void draw_update(struct stlb_graph *graph, const struct stlb_context *context,
			const struct stlb_event *event, const struct stlb_touch *touch)
{
	const struct stlb_hold *hold = stlb_graph_ptl(graph, context);
	uint32_t node;

	stlb_graph_promote(graph, context);
	if (touch->sets)
		stlb_graph_page_comes(graph, touch->new_pfn, touch->nr);
	if (touch->clears)
		stlb_graph_page_goes(graph, touch->old_pfn, touch->nr);
	/* a table that is freed and made again has another lock */
	if (hold && !(graph->want.finding && graph->want.finding->lock))
		graph->ptl = hold->lock;
	node = stlb_graph_draw(graph, event);
	if (node == STLB_NO_NODE)
		return;
	graph->more[node].slot = (int)touch->slot;
	graph->more[node].sets = touch->sets;
	graph->more[node].pfn = touch->new_pfn;
	graph->more[node].nr = touch->sets ? touch->nr : 0;
}

/* The pages of a finding are known even where its update could not be placed here. */
static void follow_proof(struct stlb_graph *graph, const struct stlb_context *context)
{
	stlb_graph_promote(graph, context);
	for (unsigned int i = 0; i < 2; i++)
		if (graph->own_pfn[i] != UINT64_MAX)
			(i ? stlb_graph_page_comes : stlb_graph_page_goes)(graph, graph->own_pfn[i],
									   graph->own_nr);
}

void stlb_graph_changed(void *user, struct stlb_context *context, const struct stlb_change *change)
{
	struct stlb_graph *graph = user;
	const struct stlb_event *event = change->event;
	int when = stlb_graph_window(graph, event->ns);
	struct stlb_touch touch;

	if (graph->current != STLB_NO_NODE && stlb_kind_is_update(event->kind))
		follow_proof(graph, context);
	/* a migration tracepoint tells no mm: it is of the one whose range the task has begun */
	if (event->kind == STLB_FILE_MAP || !graph->has_mm ||
	    (change->mm ? change->mm->id != graph->mm : !stlb_graph_in_bracket(graph, context)))
		return;
	if (!stlb_graph_touches(graph, context, change, &touch))
		return;
	if (when == 0)
		draw_update(graph, context, event, &touch);
	else if (when < 0 && touch.sets)
		stlb_saved_event_keep(&graph->slots[touch.slot].set, event);
}

/* ---- devices ---- */

static void draw_device(struct stlb_graph *graph, const struct stlb_event *event, int slot)
{
	uint32_t node = stlb_graph_draw(graph, event);

	if (node == STLB_NO_NODE)
		return;
	graph->more[node].slot = slot;
	graph->more[node].invalidates = event->kind == STLB_DEV_INV;
}

static void on_device(struct stlb_graph *graph, const struct stlb_event *event)
{
	int when = stlb_graph_window(graph, event->ns), at = stlb_graph_at(graph, event);
	struct stlb_graph_slot *slot;

	if (at < 0 && !(event->kind == STLB_DEV_INV && stlb_graph_covers(graph, event)))
		return;
	if (when < 0 && at >= 0) {
		slot = &graph->slots[at];
		stlb_saved_event_keep(&slot->device[slot->nr_device++ % STLB_GRAPH_EARLIER], event);
	} else if (when == 0 ||
		   (when > 0 && graph->want.finding && graph->after++ < STLB_GRAPH_AFTER)) {
		draw_device(graph, event, at);
	}
}

/* ---- locks ---- */

static void on_release(struct stlb_graph *graph, const struct stlb_event *event)
{
	struct stlb_graph_context *drawn = stlb_graph_context(graph, event);

	if (drawn && drawn->lane != STLB_NO_NODE && stlb_event_get(event, LOCK) == graph->ptl)
		stlb_graph_is_source(graph, event);
}

/* ---- the pass ---- */

static bool is_of_mm(const struct stlb_graph *graph, const struct stlb_event *event)
{
	return graph->has_mm && stlb_event_or(event, MM, graph->mm) == graph->mm;
}

static void take(struct stlb_graph *graph, const struct stlb_event *event)
{
	bool of_mm = is_of_mm(graph, event);

	switch (stlb_kind_class(event->kind)) {
	case STLB_CLASS_LOCK:
		if (event->kind == STLB_LOCK_RELEASE)
			on_release(graph, event);
		break;
	case STLB_CLASS_TASK:
		if (stlb_event_has(event, NEXT) && event->kind != STLB_SCHED_SWITCH)
			stlb_graph_is_source(graph, event);
		break;
	case STLB_CLASS_INVALIDATION:
		if (of_mm)
			stlb_graph_on_invalidation(graph, event);
		break;
	case STLB_CLASS_DEVICE:
		if (of_mm)
			on_device(graph, event);
		break;
	default:
		break;
	}
}

/* A context that was forgotten meanwhile goes on in its lane. */
static void go_on(const struct stlb_graph *graph, struct stlb_context *context)
{
	for (uint32_t i = 0; i < graph->nr_lanes; i++)
		if (graph->lanes[i].key == context->key)
			context->hb.component = graph->lanes[i].component;
}

int stlb_graph_event(struct stlb_graph *graph, const struct stlb_event *event)
{
	struct stlb_context *context;

	graph->seq++;
	graph->current = STLB_NO_NODE;
	if (event->kind == STLB_INV_END)
		stlb_end_rule_learn(&graph->end_rule, event);
	if (event->ns >= graph->next_proof_ns)
		stlb_graph_prove(graph, event);
	/* what it ends is still to be drawn */
	if (event->kind == STLB_INV_END && is_of_mm(graph, event))
		stlb_graph_on_invalidation(graph, event);
	context = stlb_second_pass_event(&graph->machine, event);
	if (context && context->nr_events == 1)
		go_on(graph, context);
	if (context)
		take(graph, event);
	return graph->failed || graph->machine.failed ? -ENOMEM : 0;
}

static void draw_earlier(struct stlb_graph *graph)
{
	for (uint32_t i = 0; graph->want.finding && i < graph->nr_slots; i++) {
		struct stlb_graph_slot *slot = &graph->slots[i];
		uint32_t node = stlb_graph_draw_saved(graph, &slot->set, NULL, 0);

		if (node != STLB_NO_NODE) {
			struct stlb_translation said = stlb_pte_decode(
				&graph->machine.format, graph->nodes[node].event.level,
				stlb_event_or(&graph->nodes[node].event, NEW, 0));

			graph->more[node].slot = (int)i;
			graph->more[node].sets = true;
			graph->more[node].pfn = said.pfn;
			graph->more[node].nr = stlb_graph_pages(STLB_LEVEL_PTE);
		}
		for (uint32_t k = 0; k < STLB_GRAPH_EARLIER; k++) {
			node = stlb_graph_draw_saved(graph, &slot->device[k], NULL, 0);
			if (node != STLB_NO_NODE)
				graph->more[node].slot = (int)i;
		}
	}
}

int stlb_graph_finish(struct stlb_graph *graph)
{
	int ret;

	stlb_graph_prove_rest(graph);
	draw_earlier(graph);
	stlb_graph_sort(graph);
	if (!graph->failed) {
		stlb_graph_draw_order(graph);
		stlb_graph_settle_locks(graph);
		stlb_graph_sort(graph);
	}
	if (graph->failed)
		return -ENOMEM;
	stlb_graph_make_edges(graph);
	stlb_graph_device_edges(graph);
	ret = stlb_graph_reduce(graph);
	return graph->failed ? -ENOMEM : ret;
}

/* ---- what was found ---- */

const struct stlb_graph_node *stlb_graph_nodes(const struct stlb_graph *graph, uint32_t *nr)
{
	*nr = graph->nr_nodes;
	return graph->nodes;
}

const struct stlb_graph_edge *stlb_graph_edges(const struct stlb_graph *graph, uint32_t *nr)
{
	*nr = graph->nr_edges;
	return graph->edges;
}

const char *stlb_graph_lane(const struct stlb_graph *graph, uint32_t lane)
{
	return lane < graph->nr_lanes ? graph->lanes[lane].name : NULL;
}

const struct stlb_graph_want *stlb_graph_wanted(const struct stlb_graph *graph)
{
	return &graph->want;
}

uint64_t stlb_graph_dropped(const struct stlb_graph *graph)
{
	return graph->dropped;
}

void stlb_graph_free(struct stlb_graph *graph)
{
	uint32_t at = 0;

	if (!graph)
		return;
	for (void *context; (context = stlb_map_next(&graph->contexts, &at));)
		free(context);
	stlb_map_free(&graph->contexts);
	at = 0;
	for (void *open; (open = stlb_map_next(&graph->open, &at));)
		free(open);
	stlb_map_free(&graph->open);
	stlb_machine_free(&graph->machine);
	stlb_arena_free(&graph->arena);
	free(graph->allocs);
	free(graph->sources);
	free(graph->news);
	free(graph->nodes);
	free(graph->more);
	free(graph->edges);
	free(graph->lanes);
	free(graph);
}
