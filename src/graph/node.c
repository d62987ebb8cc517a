/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Nodes: the events that are drawn, and the lanes that they stand in. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/graph_internal.h"
#include "util/grow.h"

/* Kept free for what ends the story: the invalidation, free and allocation after a violation. */
enum { ROOM_FOR_THE_END = 4 };

int stlb_graph_window(const struct stlb_graph *graph, uint64_t ns)
{
	if (ns < graph->from_ns)
		return -1;
	return graph->to_ns && ns > graph->to_ns;
}

const char *stlb_graph_text(struct stlb_graph *graph, const char *text)
{
	if (!text)
		return NULL;
	for (uint32_t i = 0; i < graph->nr_texts; i++)
		if (!strcmp(graph->texts[i], text))
			return graph->texts[i];
	if (graph->nr_texts == STLB_GRAPH_TEXTS)
		return NULL;
	text = stlb_arena_text(&graph->arena, text);
	if (text)
		graph->texts[graph->nr_texts++] = text;
	else
		graph->failed = true;
	return text;
}

/* ---- lanes ---- */

static void name_lane(char *name, size_t size, const struct stlb_event *event)
{
	static const char *const kinds[] = {"task", "softirq", "hardirq", "nmi"};

	if (event->context != STLB_CONTEXT_TASK)
		snprintf(name, size, "%s of CPU %d",
			 kinds[event->context <= STLB_CONTEXT_NMI ? event->context : 0],
			 event->cpu);
	else if (event->tid == 0)
		snprintf(name, size, "idle task of CPU %d", event->cpu);
	else
		snprintf(name, size, "%s-%d", event->comm ? event->comm : "<...>", event->tid);
}

/* From now on the clocks say what comes after its events. */
static int32_t follow(struct stlb_graph *graph, const struct stlb_event *event)
{
	struct stlb_context *context = stlb_contexts_at(&graph->machine.contexts, event);

	if (context)
		graph->failed |= stlb_hb_follow(&graph->machine.hb, &context->hb) < 0;
	return context ? context->hb.component : STLB_NO_COMPONENT;
}

static uint32_t new_lane(struct stlb_graph *graph, uint64_t key, const struct stlb_event *event)
{
	struct stlb_lane *lane;
	char name[80];

	if (stlb_grow((void **)&graph->lanes, graph->nr_lanes, &graph->room_lanes, sizeof(*lane)))
		return STLB_NO_NODE;
	name_lane(name, sizeof(name), event);
	lane = &graph->lanes[graph->nr_lanes];
	lane->key = key;
	lane->seq = 0;
	lane->component = follow(graph, event);
	lane->name = stlb_arena_text(&graph->arena, name);
	return lane->name ? graph->nr_lanes++ : STLB_NO_NODE;
}

static uint32_t lane_of(struct stlb_graph *graph, const struct stlb_event *event)
{
	struct stlb_graph_context *drawn = stlb_graph_context(graph, event);

	if (!drawn)
		return STLB_NO_NODE;
	if (drawn->lane == STLB_NO_NODE) {
		drawn->lane = new_lane(graph, drawn->key, event);
		graph->failed |= drawn->lane == STLB_NO_NODE;
	}
	return drawn->lane;
}

/* ---- nodes ---- */

static bool grow(struct stlb_graph *graph)
{
	uint32_t room = graph->room_nodes ? 2 * graph->room_nodes : 64;

	if (graph->nr_nodes < graph->room_nodes)
		return true;
	if (stlb_resize((void **)&graph->nodes, room, sizeof(*graph->nodes)) ||
	    stlb_resize((void **)&graph->more, room, sizeof(*graph->more)))
		return false;
	graph->room_nodes = room;
	return true;
}

static const char *keep_text(struct stlb_graph *graph, const char *text)
{
	const char *kept = stlb_graph_text(graph, text);

	if (kept || !text)
		return kept;
	kept = stlb_arena_text(&graph->arena, text);
	graph->failed |= !kept;
	return kept;
}

static uint32_t add(struct stlb_graph *graph, const struct stlb_event *event, uint64_t seq)
{
	uint32_t lane = lane_of(graph, event), at = graph->nr_nodes;

	if (lane == STLB_NO_NODE || !grow(graph)) {
		graph->failed |= lane != STLB_NO_NODE;
		graph->dropped++;
		return STLB_NO_NODE;
	}
	memset(&graph->nodes[at], 0, sizeof(graph->nodes[at]));
	memset(&graph->more[at], 0, sizeof(graph->more[at]));
	graph->nodes[at].event = *event;
	graph->nodes[at].event.stack = NULL;
	graph->nodes[at].event.nr_stack = 0;
	graph->nodes[at].event.text = keep_text(graph, event->text);
	graph->nodes[at].event.name = keep_text(graph, event->name);
	graph->nodes[at].event.comm = keep_text(graph, event->comm);
	graph->nodes[at].order_ns = event->ns;
	graph->nodes[at].lane = lane;
	graph->more[at].seq = 2 * seq;
	if (graph->lanes[lane].seq < seq)
		graph->lanes[lane].seq = seq;
	graph->more[at].lock = stlb_event_or(event, LOCK, 0);
	graph->more[at].pfn = stlb_event_or(event, PFN, 0);
	graph->more[at].nr = stlb_event_has(event, PFN) ? stlb_event_pages(event) : 0;
	graph->more[at].slot = -1;
	return graph->nr_nodes++;
}

static bool has_room(struct stlb_graph *graph)
{
	bool before_the_end = graph->want.finding && !graph->resolved;
	uint64_t kept = graph->proofs_left + (before_the_end ? ROOM_FOR_THE_END : 0);

	if (graph->nr_nodes + kept < graph->want.max_events)
		return true;
	graph->dropped++;
	return false;
}

uint32_t stlb_graph_draw(struct stlb_graph *graph, const struct stlb_event *event)
{
	if (graph->current == STLB_NO_NODE && has_room(graph))
		graph->current = add(graph, event, graph->seq);
	return graph->current;
}

uint32_t stlb_graph_draw_saved(struct stlb_graph *graph, const struct stlb_saved_event *saved,
			       const char *text, uint64_t seq)
{
	struct stlb_event event;

	if (!saved->name || !has_room(graph))
		return STLB_NO_NODE;
	stlb_saved_event_expand(saved, &event);
	event.text = text;
	return add(graph, &event, seq);
}

/* ---- the finding's own events ---- */

/* A proof may tell an address and a page that were known only by then. */
static bool is_proof(const struct stlb_graph *graph, const struct stlb_event *proof,
		     const struct stlb_event *event)
{
	uint64_t pfn;

	if (proof->ns != event->ns || proof->cpu != event->cpu || proof->kind != event->kind ||
	    proof->tid != event->tid)
		return false;
	/* of a write of entries, the evidence is of one of them, and where it lies */
	if (stlb_kind_class(proof->kind) == STLB_CLASS_ENTRY)
		return true;
	for (uint64_t has = proof->has & event->has; has; has &= has - 1) {
		unsigned int field = __builtin_ctzll(has);

		if (proof->value[field] != event->value[field])
			return false;
	}
	if (!stlb_event_has(proof, PFN) || !stlb_event_has(event, NEW))
		return true;
	pfn = stlb_pte_decode(&graph->machine.format, event->level, stlb_event_get(event, NEW)).pfn;
	return stlb_event_get(proof, PFN) - pfn < stlb_event_or(event, NR, 1);
}

static void next_proof(struct stlb_graph *graph)
{
	graph->next_proof_ns = UINT64_MAX;
	for (uint32_t i = 0; i < graph->want.finding->nr_events; i++)
		if (!graph->proven[i] &&
		    graph->want.finding->events[i].event.ns < graph->next_proof_ns)
			graph->next_proof_ns = graph->want.finding->events[i].event.ns;
}

static void draw_proof(struct stlb_graph *graph, uint32_t i, const struct stlb_event *event)
{
	if (graph->current == STLB_NO_NODE)
		graph->current = add(graph, event, graph->seq);
	graph->proven[i] = true;
	graph->proofs_left--;
	next_proof(graph);
	if (graph->current == STLB_NO_NODE)
		return;
	graph->nodes[graph->current].proof = true;
	graph->nodes[graph->current].role = graph->want.finding->events[i].role;
}

void stlb_graph_prove(struct stlb_graph *graph, const struct stlb_event *event)
{
	const struct stlb_finding *finding = graph->want.finding;

	for (uint32_t i = 0; i < finding->nr_events; i++)
		if (!graph->proven[i] && is_proof(graph, &finding->events[i].event, event))
			draw_proof(graph, i, event);
}

void stlb_graph_prove_rest(struct stlb_graph *graph)
{
	const struct stlb_finding *finding = graph->want.finding;

	for (uint32_t i = 0; finding && i < finding->nr_events; i++) {
		if (graph->proven[i])
			continue;
		graph->current = STLB_NO_NODE;
		draw_proof(graph, i, &finding->events[i].event);
	}
}

/* ---- order ---- */

struct place {
	uint64_t ns, seq;
	uint32_t at;
};

static int by_order(const void *one, const void *other)
{
	const struct place *a = one, *b = other;

	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	if (a->seq != b->seq)
		return a->seq < b->seq ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* Nobody keeps an index over this: it is done when all are in. */
void stlb_graph_sort(struct stlb_graph *graph)
{
	uint32_t nr = graph->nr_nodes;
	struct place *places = calloc(nr + 1, sizeof(*places));
	struct stlb_graph_node *nodes = malloc((nr + 1) * sizeof(*nodes));
	struct stlb_node_more *more = malloc((nr + 1) * sizeof(*more));

	if (!places || !nodes || !more) {
		free(nodes);
		free(more);
		free(places);
		graph->failed = true;
		return;
	}
	for (uint32_t i = 0; i < nr; i++)
		places[i] = (struct place){graph->nodes[i].order_ns, graph->more[i].seq, i};
	qsort(places, nr, sizeof(*places), by_order);
	for (uint32_t i = 0; i < nr; i++) {
		nodes[i] = graph->nodes[places[i].at];
		more[i] = graph->more[places[i].at];
	}
	free(graph->nodes);
	free(graph->more);
	free(places);
	graph->nodes = nodes;
	graph->more = more;
	graph->room_nodes = nr + 1;
}
