/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edges of devices: what a walk read, what an access saw (staletlb-rules(7), DEVICES). */
#include "graph/graph_internal.h"

static uint8_t kind_of(const struct stlb_graph *graph, uint32_t node)
{
	return graph->nodes[node].event.kind;
}

static bool is_set_of(const struct stlb_graph *graph, uint32_t node, int slot)
{
	return graph->more[node].sets && graph->more[node].slot == slot;
}

/* The set that put the page of a device's access into the entry. */
static uint32_t set_before(const struct stlb_graph *graph, uint32_t access)
{
	for (uint32_t i = access; i > 0; i--)
		if (is_set_of(graph, i - 1, graph->more[access].slot) &&
		    stlb_graph_same_pages(&graph->more[i - 1], &graph->more[access]))
			return i - 1;
	return STLB_NO_NODE;
}

/* The first set that put another page there, after the one whose page the device read. */
static uint32_t set_after(const struct stlb_graph *graph, uint32_t access, uint32_t mine)
{
	for (uint32_t i = mine == STLB_NO_NODE ? 0 : mine + 1; i < graph->nr_nodes; i++)
		if (is_set_of(graph, i, graph->more[access].slot) &&
		    !stlb_graph_same_pages(&graph->more[i], &graph->more[access]))
			return i;
	return STLB_NO_NODE;
}

static void invalidation_edge(struct stlb_graph *graph, uint32_t fill)
{
	for (uint32_t i = fill; i > 0; i--) {
		if (!graph->more[i - 1].invalidates)
			continue;
		stlb_graph_edge(graph, i - 1, fill, STLB_EDGE_DEVICE);
		return;
	}
}

static void access_edges(struct stlb_graph *graph, uint32_t access)
{
	bool fill = kind_of(graph, access) == STLB_DEV_FILL;
	uint32_t mine, next;

	if (fill)
		invalidation_edge(graph, access);
	if (!graph->more[access].nr)
		return;
	mine = set_before(graph, access);
	if (mine != STLB_NO_NODE)
		stlb_graph_edge(graph, mine, access, fill ? STLB_EDGE_DEVICE : STLB_EDGE_READS);
	if (kind_of(graph, access) != STLB_DEV_READ)
		return;
	next = set_after(graph, access, mine);
	if (next != STLB_NO_NODE)
		stlb_graph_edge(graph, access, next, STLB_EDGE_FROM_READ);
}

/* A finding says that one device saw this and then that, by whichever of its threads. */
static void proof_edges(struct stlb_graph *graph)
{
	uint32_t before = STLB_NO_NODE;

	if (!graph->want.finding || !stlb_rule_info(graph->want.finding->rule)->cycle)
		return;
	for (uint32_t i = 0; i < graph->nr_nodes; i++) {
		if (!graph->nodes[i].proof || kind_of(graph, i) != STLB_DEV_READ)
			continue;
		if (before != STLB_NO_NODE && graph->nodes[before].lane != graph->nodes[i].lane)
			stlb_graph_edge(graph, before, i, STLB_EDGE_DEVICE);
		before = i;
	}
}

void stlb_graph_device_edges(struct stlb_graph *graph)
{
	for (uint32_t i = 0; i < graph->nr_nodes; i++) {
		uint8_t kind = kind_of(graph, i);

		if (graph->more[i].slot >= 0 &&
		    (kind == STLB_DEV_FILL || kind == STLB_DEV_READ || kind == STLB_DEV_WRITE))
			access_edges(graph, i);
	}
	proof_edges(graph);
}
