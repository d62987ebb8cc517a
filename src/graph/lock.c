/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks that contexts hold: drawn once something is done under them. */
#include <string.h>

#include "graph/graph_internal.h"

static struct stlb_graph_hold *find(struct stlb_graph_context *context, uint64_t lock)
{
	for (uint32_t i = context->nr_holds; i > 0; i--)
		if (context->holds[i - 1].lock == lock)
			return &context->holds[i - 1];
	return NULL;
}

struct stlb_graph_hold *stlb_graph_ptl(const struct stlb_graph *graph,
				       struct stlb_graph_context *context)
{
	struct stlb_graph_hold *hold = graph->ptl ? find(context, graph->ptl) : NULL;

	if (hold)
		return hold;
	for (uint32_t i = context->nr_holds; i > 0; i--)
		if (context->holds[i - 1].named)
			return &context->holds[i - 1];
	return context->nr_holds ? &context->holds[context->nr_holds - 1] : NULL;
}

static bool is_ptl_class(const char *name)
{
	return name && (strstr(name, "ptlock") || strstr(name, "page_table_lock"));
}

static void push(struct stlb_graph *graph, struct stlb_graph_context *context,
		 const struct stlb_event *event)
{
	struct stlb_graph_hold *hold;

	if (context->nr_holds == STLB_GRAPH_HOLDS) {
		memmove(context->holds, context->holds + 1,
			(STLB_GRAPH_HOLDS - 1) * sizeof(*context->holds));
		context->nr_holds--;
	}
	hold = &context->holds[context->nr_holds++];
	hold->lock = stlb_event_get(event, LOCK);
	hold->seq = graph->seq;
	hold->got_ns = 0;
	hold->node = graph->at_hand;
	hold->named = is_ptl_class(event->text);
	hold->text = hold->named ? stlb_graph_text(graph, event->text) : NULL;
	stlb_brief_keep(&hold->event, event);
	if (hold->lock == graph->ptl)
		stlb_graph_may_order(graph, event, 0);
}

static void got(struct stlb_graph *graph, struct stlb_graph_context *context,
		const struct stlb_event *event)
{
	struct stlb_graph_hold *last =
		context->nr_holds ? &context->holds[context->nr_holds - 1] : NULL;

	if (last && !last->got_ns && stlb_event_or(event, LOCK, last->lock) == last->lock) {
		last->got_ns = event->ns;
		if (last->node != STLB_NO_NODE)
			graph->nodes[last->node].order_ns = event->ns;
	} else if (stlb_event_has(event, LOCK)) {
		push(graph, context, event);
		context->holds[context->nr_holds - 1].got_ns = event->ns;
	}
}

/* What was taken inside and is no PTL cannot outlive the hold: its release is not probed. */
static void let_go(struct stlb_graph_context *context, struct stlb_graph_hold *hold)
{
	uint32_t kept = hold - context->holds;

	for (uint32_t i = kept + 1; i < context->nr_holds; i++)
		if (context->holds[i].named || context->holds[i].node != STLB_NO_NODE)
			context->holds[kept++] = context->holds[i];
	context->nr_holds = kept;
	context->mapped = false;
	context->echo_left = 0; /* an echo comes before the lock goes */
}

static void released(struct stlb_graph *graph, struct stlb_graph_context *context,
		     const struct stlb_event *event)
{
	uint64_t lock = stlb_event_get(event, LOCK);
	struct stlb_graph_hold *hold = find(context, lock);

	if (hold && hold->node != STLB_NO_NODE)
		stlb_graph_draw(graph, event);
	else if (lock == graph->ptl)
		stlb_graph_may_order(graph, event, 0);
	if (hold)
		let_go(context, hold);
}

void stlb_graph_on_lock(struct stlb_graph *graph, const struct stlb_event *event)
{
	struct stlb_graph_context *context = stlb_graph_context(graph, event);

	if (!context)
		return;
	switch (event->kind) {
	case STLB_LOCK_ACQUIRE:
		push(graph, context, event);
		break;
	case STLB_LOCK_ACQUIRED:
		got(graph, context, event);
		break;
	default:
		released(graph, context, event);
	}
}
