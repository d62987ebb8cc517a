/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The order between contexts: the edges that the clocks of the verdicts are made of, reported as
 * they arrive. Each context that is drawn has a component, so that an edge is reported when it
 * brings one context news of what is drawn of another, by way of whatever others it came. Events
 * that make such an edge - of the slot's lock, forks and wake-ups - are drawn then, too.
 */
#include <stdlib.h>

#include "graph/graph_internal.h"
#include "util/grow.h"

enum { MAX_NEWS = 1024 * 1024 };

static const enum stlb_edge_kind kinds[] = {
	[STLB_ORDER_LOCK] = STLB_EDGE_LOCK, [STLB_ORDER_PAGE] = STLB_EDGE_PAGE,
	[STLB_ORDER_FORK] = STLB_EDGE_FORK, [STLB_ORDER_WAKE] = STLB_EDGE_WAKE,
	[STLB_ORDER_IRQ] = STLB_EDGE_IRQ,
};

/* ---- the pass ---- */

void stlb_graph_is_source(struct stlb_graph *graph, const struct stlb_event *event)
{
	struct stlb_graph_open *source = &graph->sources[graph->seq % STLB_GRAPH_SOURCES];

	source->seq = graph->seq;
	source->text =
		event->kind == STLB_LOCK_RELEASE ? stlb_graph_text(graph, event->text) : NULL;
	stlb_saved_event_keep(&source->event, event);
}

static uint32_t lane_of(const struct stlb_graph *graph, int32_t component)
{
	for (uint32_t i = 0; i < graph->nr_lanes; i++)
		if (graph->lanes[i].component == component)
			return i;
	return STLB_NO_NODE;
}

/* Of the slot's lock, the acquisition is an event worth drawing. */
static void keep_acquisition(struct stlb_graph *graph, struct stlb_graph_news *news)
{
	const struct stlb_graph_context *drawn = stlb_graph_context_of(graph, news->to);
	struct stlb_event event;

	if (news->kind != STLB_EDGE_LOCK || !graph->ptl || news->object != graph->ptl || !drawn)
		return;
	stlb_saved_event_expand(&drawn->asked.event, &event);
	if (drawn->asked.event.name && stlb_event_or(&event, LOCK, 0) == news->object)
		news->acquisition = drawn->asked;
}

void stlb_graph_hears(void *user, const struct stlb_hb_news *edge)
{
	struct stlb_graph *graph = user;
	uint32_t lane = lane_of(graph, edge->of);
	struct stlb_graph_news *news;

	/* nothing was drawn there since what the context knows already */
	if (lane == STLB_NO_NODE || graph->nr_news == MAX_NEWS ||
	    graph->lanes[lane].seq <= stlb_vclock_at(edge->to->clock, edge->of))
		return;
	if (stlb_grow((void **)&graph->news, graph->nr_news, &graph->room_news,
		      sizeof(*graph->news))) {
		graph->failed = true;
		return;
	}
	news = &graph->news[graph->nr_news++];
	*news = (struct stlb_graph_news){
		.from = lane,
		.at = edge->at,
		.to = edge->to->id,
		.since = graph->seq,
		.object = edge->object,
		.kind = kinds[edge->why],
	};
	if (graph->sources[edge->at % STLB_GRAPH_SOURCES].seq == edge->at)
		news->source = graph->sources[edge->at % STLB_GRAPH_SOURCES];
	keep_acquisition(graph, news);
}

/* ---- which nodes it orders ---- */

static uint32_t lane_to(const struct stlb_graph *graph, const struct stlb_graph_news *news)
{
	const struct stlb_graph_context *drawn = stlb_map_get(&graph->contexts, news->to);

	return drawn ? drawn->lane : STLB_NO_NODE;
}

/* The latest node of the context up to its event that is reported. */
static uint32_t node_before(const struct stlb_graph *graph, const struct stlb_graph_news *news)
{
	for (uint32_t i = graph->nr_nodes; i > 0; i--)
		if (graph->nodes[i - 1].lane == news->from && graph->more[i - 1].seq &&
		    graph->more[i - 1].seq <= 2 * news->at)
			return i - 1;
	return STLB_NO_NODE;
}

/* A lock's edge leads to its acquisition, though that was asked for before. */
static bool is_its_acquisition(const struct stlb_graph *graph, const struct stlb_graph_news *news,
			       uint32_t node)
{
	return news->kind == STLB_EDGE_LOCK && stlb_kind_acquires(graph->nodes[node].event.kind) &&
	       graph->more[node].lock == news->object;
}

/* The first node of the other one from then on. */
static uint32_t node_after(const struct stlb_graph *graph, const struct stlb_graph_news *news,
			   uint32_t from)
{
	uint32_t lane = lane_to(graph, news), to = STLB_NO_NODE;

	if (lane == STLB_NO_NODE || lane == news->from)
		return STLB_NO_NODE;
	for (uint32_t i = graph->nr_nodes; i > from + 1; i--) {
		if (graph->nodes[i - 1].lane != lane || !graph->more[i - 1].seq)
			continue;
		if (graph->more[i - 1].seq >= 2 * news->since)
			to = i - 1;
		else if (to != STLB_NO_NODE && is_its_acquisition(graph, news, i - 1))
			return i - 1;
		else
			break;
	}
	return to;
}

static bool find_ends(const struct stlb_graph *graph, const struct stlb_graph_news *news,
		      uint32_t *from, uint32_t *to)
{
	*from = node_before(graph, news);
	if (*from == STLB_NO_NODE)
		return false;
	*to = node_after(graph, news, *from);
	return *to != STLB_NO_NODE;
}

static void draw(struct stlb_graph *graph, const struct stlb_graph_open *what)
{
	if (!what->event.name || stlb_graph_window(graph, what->event.ns) != 0)
		return;
	for (uint32_t i = 0; i < graph->nr_nodes; i++)
		if (graph->more[i].seq == 2 * what->seq)
			return;
	stlb_graph_draw_saved(graph, &what->event, what->text, what->seq);
}

/* Of several between the same nodes one is enough. */
static void drop_repeated(struct stlb_graph *graph)
{
	uint32_t kept = 0, before = STLB_NO_NODE, after = STLB_NO_NODE, from, to;

	for (uint32_t i = 0; i < graph->nr_news; i++) {
		if (!find_ends(graph, &graph->news[i], &from, &to) ||
		    (from == before && to == after))
			continue;
		graph->news[kept++] = graph->news[i];
		before = from;
		after = to;
	}
	graph->nr_news = kept;
}

void stlb_graph_draw_order(struct stlb_graph *graph)
{
	uint32_t nr;

	drop_repeated(graph);
	nr = graph->nr_news;
	for (uint32_t i = 0; i < nr; i++) {
		draw(graph, &graph->news[i].source);
		draw(graph, &graph->news[i].acquisition);
	}
}

void stlb_graph_order_edges(struct stlb_graph *graph)
{
	uint32_t from, to;

	for (uint32_t i = 0; i < graph->nr_news; i++)
		if (find_ends(graph, &graph->news[i], &from, &to))
			stlb_graph_edge(graph, from, to, graph->news[i].kind);
}
