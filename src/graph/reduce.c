/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Transitive reduction: an edge goes where a path says the same. Program order stays, it is what a
 * lane is. Edges lead forward in the order of the nodes, but for a device's from-read, which can
 * close a cycle; those and the missing edge take no part.
 */
#include <errno.h>
#include <stdlib.h>

#include "graph/graph_internal.h"

static bool takes_part(const struct stlb_graph_edge *edge)
{
	return edge->kind != STLB_EDGE_MISSING && edge->from < edge->to;
}

static int by_ends(const void *one, const void *other)
{
	const struct stlb_graph_edge *a = one, *b = other;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	return a->kind < b->kind ? -1 : a->kind > b->kind;
}

static bool is_set(const uint64_t *row, uint32_t node)
{
	return row[node / 64] >> (node % 64) & 1;
}

/* The edges of one node, nearest first: what is reached already needs no edge of its own. */
static void reduce_node(struct stlb_graph_edge *edges, uint32_t nr, uint64_t *rows, size_t words,
			bool *redundant)
{
	uint64_t *row = rows + edges[0].from * words;

	for (uint32_t i = 0; i < nr; i++) {
		const uint64_t *below = rows + edges[i].to * words;

		if (!takes_part(&edges[i]))
			continue;
		redundant[i] = is_set(row, edges[i].to) && edges[i].kind != STLB_EDGE_PROGRAM;
		row[edges[i].to / 64] |= UINT64_C(1) << (edges[i].to % 64);
		for (size_t w = edges[i].to / 64; w < words; w++)
			row[w] |= below[w];
	}
}

static void drop(struct stlb_graph *graph, const bool *redundant)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < graph->nr_edges; i++)
		if (!redundant[i])
			graph->edges[kept++] = graph->edges[i];
	graph->nr_edges = kept;
}

int stlb_graph_reduce(struct stlb_graph *graph)
{
	size_t words = graph->nr_nodes / 64 + 1;
	uint64_t *rows = calloc(graph->nr_nodes + 1, words * sizeof(*rows));
	bool *redundant = calloc(graph->nr_edges + 1, sizeof(*redundant));
	uint32_t end = graph->nr_edges;

	if (!rows || !redundant) {
		free(rows);
		free(redundant);
		return -ENOMEM;
	}
	if (graph->nr_edges)
		qsort(graph->edges, graph->nr_edges, sizeof(*graph->edges), by_ends);
	while (end > 0) {
		uint32_t start = end - 1;

		while (start > 0 && graph->edges[start - 1].from == graph->edges[start].from)
			start--;
		reduce_node(graph->edges + start, end - start, rows, words, redundant + start);
		end = start;
	}
	drop(graph, redundant);
	free(rows);
	free(redundant);
	return 0;
}
