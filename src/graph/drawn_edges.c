/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edges: the happens-before order between the events that are drawn (staletlb-rules(7), Edges). */
#include <stdlib.h>
#include <string.h>

#include "graph/graph_internal.h"
#include "util/grow.h"

static const char *const names[STLB_NR_EDGE_KINDS] = {
	"program", "lock",   "page",	   "fork",	"wake-up",
	"irq",	   "device", "reads-from", "from-read", "missing",
};

const char *stlb_edge_name(enum stlb_edge_kind kind)
{
	return (unsigned int)kind < STLB_NR_EDGE_KINDS ? names[kind] : "";
}

static uint8_t kind_of(const struct stlb_graph *graph, uint32_t node)
{
	return graph->nodes[node].event.kind;
}

static uint32_t next_in_lane(const struct stlb_graph *graph, uint32_t lane, uint32_t from)
{
	while (from < graph->nr_nodes && graph->nodes[from].lane != lane)
		from++;
	return from < graph->nr_nodes ? from : STLB_NO_NODE;
}

void stlb_graph_edge(struct stlb_graph *graph, uint32_t from, uint32_t to, enum stlb_edge_kind kind)
{
	if (stlb_grow((void **)&graph->edges, graph->nr_edges, &graph->room_edges,
		      sizeof(*graph->edges))) {
		graph->failed = true;
		return;
	}
	graph->edges[graph->nr_edges++] = (struct stlb_graph_edge){from, to, kind};
}

/* ---- program order ---- */

static void program_edges(struct stlb_graph *graph)
{
	for (uint32_t i = 0; i < graph->nr_nodes; i++) {
		uint32_t next = next_in_lane(graph, graph->nodes[i].lane, i + 1);

		if (next != STLB_NO_NODE)
			stlb_graph_edge(graph, i, next, STLB_EDGE_PROGRAM);
	}
}

/* ---- locks that were asked for ---- */

static uint64_t limit_of(const struct stlb_graph *graph, uint32_t acquisition)
{
	uint32_t next = next_in_lane(graph, graph->nodes[acquisition].lane, acquisition + 1);

	return next == STLB_NO_NODE ? 0 : graph->nodes[next].order_ns;
}

static void settle(struct stlb_graph *graph, uint32_t i)
{
	uint64_t limit = limit_of(graph, i);

	for (uint32_t k = i + 1; k < graph->nr_nodes && graph->nodes[k].order_ns < limit; k++) {
		if (kind_of(graph, k) != STLB_LOCK_RELEASE ||
		    graph->more[k].lock != graph->more[i].lock ||
		    graph->nodes[k].lane == graph->nodes[i].lane)
			continue;
		graph->nodes[i].order_ns = graph->nodes[k].order_ns;
		graph->more[i].seq = graph->more[k].seq + 1;
	}
}

void stlb_graph_settle_locks(struct stlb_graph *graph)
{
	stlb_graph_sort(graph);
	for (uint32_t i = 0; !graph->failed && i < graph->nr_nodes; i++)
		if (kind_of(graph, i) == STLB_LOCK_ACQUIRE &&
		    graph->nodes[i].order_ns == graph->nodes[i].event.ns)
			settle(graph, i);
}

bool stlb_graph_same_pages(const struct stlb_node_more *one, const struct stlb_node_more *other)
{
	return one->pfn < other->pfn + other->nr && other->pfn < one->pfn + one->nr;
}

/* ---- the edge that the rule asks for ---- */

static bool is_role(const struct stlb_graph_node *node, const char *role)
{
	return node->proof && node->role && !strcmp(node->role, role);
}

static bool is_update(const struct stlb_graph_node *node)
{
	return is_role(node, "clear") || is_role(node, "update") || is_role(node, "write-protect");
}

static void missing_edge(struct stlb_graph *graph)
{
	const struct stlb_finding *finding = graph->want.finding;
	const struct stlb_missing_edge *edge;
	uint32_t from = STLB_NO_NODE, to = STLB_NO_NODE;

	edge = finding ? &stlb_rule_info(finding->rule)->edge : NULL;
	if (!edge || !edge->between)
		return;
	for (uint32_t i = 0; i < graph->nr_nodes; i++) {
		const struct stlb_graph_node *node = &graph->nodes[i];

		if (from == STLB_NO_NODE && is_update(node))
			from = i;
		else if (edge->of_order ? is_role(node, edge->to)
					: node->proof && from != STLB_NO_NODE)
			to = i;
	}
	if (from != STLB_NO_NODE && to != STLB_NO_NODE)
		stlb_graph_edge(graph, from, to, STLB_EDGE_MISSING);
}

void stlb_graph_make_edges(struct stlb_graph *graph)
{
	program_edges(graph);
	stlb_graph_order_edges(graph);
	missing_edge(graph);
}
