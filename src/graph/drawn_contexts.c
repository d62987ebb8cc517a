/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contexts, and the brackets that they have open. */
#include <stdlib.h>
#include <string.h>

#include "graph/graph_internal.h"

uint64_t stlb_graph_key(int32_t tid, int32_t cpu, uint8_t kind)
{
	/* idle tasks all have tid 0, one on each CPU; interrupts are their CPU's */
	if (kind == STLB_CONTEXT_TASK && tid != 0)
		return (uint64_t)(uint32_t)tid << 8 | 0x80;
	return (uint64_t)(uint32_t)cpu << 8 | kind;
}

static bool is_idle(const struct stlb_graph_context *context)
{
	return context->lane == STLB_NO_NODE && !context->nr_holds && !context->nr_brackets;
}

static void make_room(struct stlb_graph *graph)
{
	uint64_t victims[1024];
	uint32_t at = 0, nr = 0;

	for (struct stlb_graph_context *context;
	     nr < 1024 && (context = stlb_map_next(&graph->contexts, &at));)
		if (is_idle(context))
			victims[nr++] = context->key;
	while (nr)
		free(stlb_map_remove(&graph->contexts, victims[--nr]));
}

struct stlb_graph_context *stlb_graph_context_of(struct stlb_graph *graph, uint64_t key)
{
	struct stlb_graph_context *context = stlb_map_get(&graph->contexts, key);

	if (context)
		return context;
	if (graph->contexts.count >= STLB_GRAPH_CONTEXTS)
		make_room(graph);
	if (graph->contexts.count >= 2 * STLB_GRAPH_CONTEXTS)
		return NULL;
	context = calloc(1, sizeof(*context));
	if (!context || stlb_map_put(&graph->contexts, key, context) < 0) {
		free(context);
		graph->failed = true;
		return NULL;
	}
	context->key = key;
	context->lane = STLB_NO_NODE;
	return context;
}

struct stlb_graph_context *stlb_graph_context(struct stlb_graph *graph,
					      const struct stlb_event *event)
{
	return stlb_graph_context_of(graph, stlb_graph_key(event->tid, event->cpu, event->context));
}

void stlb_graph_promote(struct stlb_graph *graph, struct stlb_graph_context *context)
{
	struct stlb_graph_hold *hold = stlb_graph_ptl(graph, context);

	for (uint32_t i = 0; i < context->nr_brackets; i++) {
		struct stlb_graph_bracket *bracket = &context->brackets[i];

		if (bracket->node == STLB_NO_NODE)
			bracket->node =
				stlb_graph_draw_brief(graph, &bracket->event, NULL, bracket->seq);
	}
	if (!hold || hold->node != STLB_NO_NODE)
		return;
	hold->node = stlb_graph_draw_brief(graph, &hold->event, hold->text, hold->seq);
	if (hold->node == STLB_NO_NODE)
		return;
	graph->more[hold->node].lock = hold->lock;
	if (hold->got_ns)
		graph->nodes[hold->node].order_ns = hold->got_ns;
}

static void start(struct stlb_graph *graph, struct stlb_graph_context *context,
		  const struct stlb_event *event)
{
	struct stlb_graph_bracket *bracket;

	if (context->nr_brackets == STLB_GRAPH_BRACKETS) {
		memmove(context->brackets, context->brackets + 1,
			(STLB_GRAPH_BRACKETS - 1) * sizeof(*context->brackets));
		context->nr_brackets--;
	}
	bracket = &context->brackets[context->nr_brackets++];
	bracket->start = stlb_event_get(event, START);
	bracket->end = stlb_event_get(event, END);
	bracket->seq = graph->seq;
	bracket->node = graph->at_hand;
	stlb_brief_keep(&bracket->event, event);
}

static bool take_bracket(struct stlb_graph_context *context, const struct stlb_event *event,
			 uint32_t *node)
{
	for (uint32_t i = context->nr_brackets; i > 0; i--) {
		struct stlb_graph_bracket *bracket = &context->brackets[i - 1];

		if (bracket->start != stlb_event_get(event, START) ||
		    bracket->end != stlb_event_get(event, END))
			continue;
		*node = bracket->node;
		context->nr_brackets--;
		memmove(bracket, bracket + 1, (context->nr_brackets - (i - 1)) * sizeof(*bracket));
		return true;
	}
	return false;
}

/* The first invalidation after a breach is drawn as well: until then devices could go wrong. */
static bool is_wanted(struct stlb_graph *graph, const struct stlb_event *event)
{
	int when = stlb_graph_window(graph, event->ns);

	if (when <= 0 || !graph->want.finding)
		return when == 0;
	if (graph->resolved)
		return false;
	return graph->resolved = true;
}

static void invalidates(struct stlb_graph *graph, struct stlb_graph_context *context,
			const struct stlb_event *event)
{
	uint32_t node;

	if (!is_wanted(graph, event))
		return;
	stlb_graph_promote(graph, context);
	node = stlb_graph_draw(graph, event);
	if (node == STLB_NO_NODE)
		return;
	graph->more[node].invalidates = true;
	context->invalidating = event->kind == STLB_INV_RANGE;
}

static void on_end(struct stlb_graph *graph, struct stlb_graph_context *context,
		   const struct stlb_event *event)
{
	uint32_t node = STLB_NO_NODE;

	if (stlb_end_invalidates(&graph->end_rule, event) && stlb_graph_covers(graph, event))
		invalidates(graph, context, event);
	if (take_bracket(context, event, &node) && node != STLB_NO_NODE)
		stlb_graph_draw(graph, event);
}

void stlb_graph_on_bracket(struct stlb_graph *graph, const struct stlb_event *event)
{
	struct stlb_graph_context *context;

	if (event->kind != STLB_INV_RANGE_RET && !stlb_graph_covers(graph, event))
		return;
	context = stlb_graph_context(graph, event);
	if (!context)
		return;
	switch (event->kind) {
	case STLB_INV_START:
		start(graph, context, event);
		break;
	case STLB_INV_END:
		on_end(graph, context, event);
		break;
	case STLB_INV_RANGE_RET:
		if (context->invalidating)
			stlb_graph_draw(graph, event);
		context->invalidating = false;
		break;
	case STLB_INV_RANGE:
	case STLB_FLUSH_MM:
		invalidates(graph, context, event);
		break;
	default:
		break;
	}
}
