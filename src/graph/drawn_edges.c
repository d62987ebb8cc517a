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

static bool is_acquisition(const struct stlb_graph *graph, uint32_t node)
{
	return kind_of(graph, node) == STLB_LOCK_ACQUIRE ||
	       kind_of(graph, node) == STLB_LOCK_ACQUIRED;
}

static uint32_t next_in_lane(const struct stlb_graph *graph, uint32_t lane, uint32_t from)
{
	while (from < graph->nr_nodes && graph->nodes[from].lane != lane)
		from++;
	return from < graph->nr_nodes ? from : STLB_NO_NODE;
}

static uint32_t last_in_lane(const struct stlb_graph *graph, uint32_t lane, uint32_t before)
{
	while (before > 0 && graph->nodes[before - 1].lane != lane)
		before--;
	return before ? before - 1 : STLB_NO_NODE;
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

static uint32_t lane_of_task(const struct stlb_graph *graph, int32_t tid, int32_t cpu)
{
	const struct stlb_graph_context *context =
		stlb_map_get(&graph->contexts, stlb_graph_key(tid, cpu, STLB_CONTEXT_TASK));

	return context ? context->lane : STLB_NO_NODE;
}

/* An interrupt's events lie between those of the task that it interrupted. */
static void irq_edges(struct stlb_graph *graph)
{
	for (uint32_t i = 0; i < graph->nr_nodes; i++) {
		const struct stlb_event *event = &graph->nodes[i].event;
		uint32_t lane, before, behind;

		if (event->context == STLB_CONTEXT_TASK)
			continue;
		lane = lane_of_task(graph, event->tid, event->cpu);
		if (lane == STLB_NO_NODE)
			continue;
		before = last_in_lane(graph, lane, i);
		behind = next_in_lane(graph, lane, i + 1);
		if (before != STLB_NO_NODE)
			stlb_graph_edge(graph, before, i, STLB_EDGE_IRQ);
		if (behind != STLB_NO_NODE)
			stlb_graph_edge(graph, i, behind, STLB_EDGE_IRQ);
	}
}

/* ---- locks ---- */

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

static void lock_edge(struct stlb_graph *graph, uint32_t acquisition)
{
	for (uint32_t i = acquisition; i > 0; i--) {
		if (kind_of(graph, i - 1) != STLB_LOCK_RELEASE ||
		    graph->more[i - 1].lock != graph->more[acquisition].lock)
			continue;
		if (graph->nodes[i - 1].lane != graph->nodes[acquisition].lane)
			stlb_graph_edge(graph, i - 1, acquisition, STLB_EDGE_LOCK);
		return;
	}
}

/* ---- pages and tasks ---- */

static bool is_free(const struct stlb_graph *graph, uint32_t node)
{
	uint8_t kind = kind_of(graph, node);

	return kind == STLB_PAGE_FREE || kind == STLB_PAGE_FREE_BATCHED || kind == STLB_HUGE_FREE;
}

bool stlb_graph_same_pages(const struct stlb_node_more *one, const struct stlb_node_more *other)
{
	return one->pfn < other->pfn + other->nr && other->pfn < one->pfn + one->nr;
}

static void page_edge(struct stlb_graph *graph, uint32_t allocation)
{
	for (uint32_t i = allocation; i > 0; i--) {
		if (!is_free(graph, i - 1) ||
		    !stlb_graph_same_pages(&graph->more[i - 1], &graph->more[allocation]))
			continue;
		if (graph->nodes[i - 1].lane != graph->nodes[allocation].lane)
			stlb_graph_edge(graph, i - 1, allocation, STLB_EDGE_PAGE);
		return;
	}
}

static void task_edge(struct stlb_graph *graph, uint32_t from, enum stlb_edge_kind kind)
{
	int32_t tid = (int32_t)stlb_event_get(&graph->nodes[from].event, NEXT);
	uint32_t lane = lane_of_task(graph, tid, 0), to = from + 1;

	if (lane == STLB_NO_NODE || lane == graph->nodes[from].lane || !graph->more[from].run_ns)
		return;
	while (to < graph->nr_nodes && (graph->nodes[to].lane != lane ||
					graph->nodes[to].order_ns < graph->more[from].run_ns))
		to++;
	if (to < graph->nr_nodes)
		stlb_graph_edge(graph, from, to, kind);
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

static bool has_missing_edge(const struct stlb_finding *finding)
{
	switch (finding->rule) {
	case STLB_RULE_REPOINT:
	case STLB_RULE_REFAULT:
	case STLB_RULE_FREE:
	case STLB_RULE_NEVER:
	case STLB_RULE_RACY:
	case STLB_RULE_STALE_ACCESS:
	case STLB_RULE_PARTIAL:
		return true;
	default:
		return false;
	}
}

static void missing_edge(struct stlb_graph *graph)
{
	const struct stlb_finding *finding = graph->want.finding;
	uint32_t from = STLB_NO_NODE, to = STLB_NO_NODE;

	if (!finding || !has_missing_edge(finding))
		return;
	for (uint32_t i = 0; i < graph->nr_nodes; i++) {
		const struct stlb_graph_node *node = &graph->nodes[i];

		if (from == STLB_NO_NODE && is_update(node))
			from = i;
		else if (finding->rule == STLB_RULE_RACY ? is_role(node, "unordered invalidation")
							 : node->proof && from != STLB_NO_NODE)
			to = i;
	}
	if (from != STLB_NO_NODE && to != STLB_NO_NODE)
		stlb_graph_edge(graph, from, to, STLB_EDGE_MISSING);
}

void stlb_graph_make_edges(struct stlb_graph *graph)
{
	program_edges(graph);
	irq_edges(graph);
	for (uint32_t i = 0; i < graph->nr_nodes; i++) {
		if (is_acquisition(graph, i) && graph->more[i].lock)
			lock_edge(graph, i);
		else if (kind_of(graph, i) == STLB_PAGE_ALLOC)
			page_edge(graph, i);
		else if (kind_of(graph, i) == STLB_FORK)
			task_edge(graph, i, STLB_EDGE_FORK);
		else if (kind_of(graph, i) == STLB_SCHED_WAKING)
			task_edge(graph, i, STLB_EDGE_WAKE);
	}
	missing_edge(graph);
}
