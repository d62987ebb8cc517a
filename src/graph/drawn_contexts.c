/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is drawn of contexts: the holds and brackets that they are in, and their invalidations. */
#include <stdlib.h>

#include "graph/graph_internal.h"

static bool is_idle(const struct stlb_graph_context *drawn)
{
	return drawn->lane == STLB_NO_NODE;
}

static void make_room(struct stlb_graph *graph)
{
	uint64_t victims[1024];
	uint32_t at = 0, nr = 0;

	for (struct stlb_graph_context *drawn;
	     nr < 1024 && (drawn = stlb_map_next(&graph->contexts, &at));)
		if (is_idle(drawn))
			victims[nr++] = drawn->key;
	while (nr)
		free(stlb_map_remove(&graph->contexts, victims[--nr]));
}

struct stlb_graph_context *stlb_graph_context_of(struct stlb_graph *graph, uint64_t key)
{
	struct stlb_graph_context *drawn = stlb_map_get(&graph->contexts, key);

	if (drawn)
		return drawn;
	if (graph->contexts.count >= STLB_GRAPH_CONTEXTS)
		make_room(graph);
	if (graph->contexts.count >= 2 * STLB_GRAPH_CONTEXTS)
		return NULL;
	drawn = calloc(1, sizeof(*drawn));
	if (!drawn || stlb_map_put(&graph->contexts, key, drawn) < 0) {
		free(drawn);
		graph->failed = true;
		return NULL;
	}
	drawn->key = key;
	drawn->lane = STLB_NO_NODE;
	return drawn;
}

struct stlb_graph_context *stlb_graph_context(struct stlb_graph *graph,
					      const struct stlb_event *event)
{
	return stlb_graph_context_of(graph, stlb_context_key_of(event));
}

static void promote_hold(struct stlb_graph *graph, const struct stlb_hold *hold)
{
	struct stlb_graph_open *open = stlb_graph_opened(graph, hold->id);

	if (!open || open->node != STLB_NO_NODE)
		return;
	open->node = stlb_graph_draw_saved(graph, &open->event, open->text, open->seq);
	if (open->node == STLB_NO_NODE)
		return;
	graph->more[open->node].lock = hold->lock;
	if (hold->confirmed)
		graph->nodes[open->node].order_ns = hold->acquired_ns;
}

void stlb_graph_promote(struct stlb_graph *graph, const struct stlb_context *context)
{
	const struct stlb_hold *hold = stlb_graph_ptl(graph, context);

	for (uint32_t i = 0; i < context->nr_brackets; i++) {
		struct stlb_graph_open *open = stlb_graph_opened(graph, context->brackets[i].id);

		if (open && open->node == STLB_NO_NODE)
			open->node = stlb_graph_draw_saved(graph, &open->event, NULL, open->seq);
	}
	if (hold)
		promote_hold(graph, hold);
}

/* The first invalidation after a violation is drawn as well: until then devices could go wrong. */
static bool is_wanted(struct stlb_graph *graph, const struct stlb_event *event)
{
	int when = stlb_graph_window(graph, event->ns);

	if (when <= 0 || !graph->want.finding)
		return when == 0;
	if (graph->resolved)
		return false;
	return graph->resolved = true;
}

static void invalidates(struct stlb_graph *graph, const struct stlb_event *event)
{
	struct stlb_graph_context *drawn = stlb_graph_context(graph, event);
	const struct stlb_context *context =
		stlb_map_get(&graph->machine.contexts.map, stlb_context_key_of(event));
	uint32_t node;

	if (!drawn || !is_wanted(graph, event))
		return;
	if (context)
		stlb_graph_promote(graph, context);
	node = stlb_graph_draw(graph, event);
	if (node == STLB_NO_NODE)
		return;
	graph->more[node].invalidates = true;
	drawn->invalidating = event->kind == STLB_INV_RANGE;
}

static void returns(struct stlb_graph *graph, const struct stlb_event *event)
{
	struct stlb_graph_context *drawn = stlb_graph_context(graph, event);

	if (drawn && drawn->invalidating)
		stlb_graph_draw(graph, event);
	if (drawn)
		drawn->invalidating = false;
}

void stlb_graph_on_invalidation(struct stlb_graph *graph, const struct stlb_event *event)
{
	bool enters =
		event->kind == STLB_INV_RANGE || event->kind == STLB_FLUSH_MM ||
		(event->kind == STLB_INV_END && stlb_end_invalidates(&graph->end_rule, event));

	if (event->kind == STLB_INV_RANGE_RET)
		returns(graph, event);
	else if (enters && stlb_graph_covers(graph, event))
		invalidates(graph, event);
}
