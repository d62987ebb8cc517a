/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Graphs of traces written by hand, as text that a test can compare.
 *
 *	expect(DRAW_RULE(trace, REPOINT, "6.1.0"), "inv_start pte_clear pte_set", "1>2:missing");
 */
#ifndef DRAWN_GRAPH_H
#define DRAWN_GRAPH_H

#include "made_events.h"

#include <inttypes.h>
#include <stdio.h>

#include "staletlb/graph.h"

/** struct drawn - a graph as text: "kind kind ...", and "from>to kind, ..." without program order
 */
struct drawn {
	char nodes[2048];
	char edges[1024];
	uint32_t nr_nodes, nr_lanes, nr_proofs;
	uint64_t dropped;
};

static inline void put(char *to, size_t size, const char *text)
{
	size_t used = strlen(to);

	snprintf(to + used, size - used, "%s%s", used ? " " : "", text);
}

static inline void describe(const struct stlb_graph *graph, struct drawn *drawn)
{
	const struct stlb_graph_node *nodes = stlb_graph_nodes(graph, &drawn->nr_nodes);
	const struct stlb_graph_edge *edges;
	uint32_t nr;

	for (uint32_t i = 0; i < drawn->nr_nodes; i++) {
		put(drawn->nodes, sizeof(drawn->nodes), stlb_kind_name(nodes[i].event.kind));
		drawn->nr_proofs += nodes[i].proof;
		if (nodes[i].lane >= drawn->nr_lanes)
			drawn->nr_lanes = nodes[i].lane + 1;
	}
	edges = stlb_graph_edges(graph, &nr);
	for (uint32_t i = 0; i < nr; i++) {
		char text[64];

		cr_expect(edges[i].from < drawn->nr_nodes && edges[i].to < drawn->nr_nodes);
		if (edges[i].kind == STLB_EDGE_PROGRAM)
			continue;
		snprintf(text, sizeof(text), "%" PRIu32 ">%" PRIu32 ":%s", edges[i].from,
			 edges[i].to, stlb_edge_name(edges[i].kind));
		put(drawn->edges, sizeof(drawn->edges), text);
	}
	drawn->dropped = stlb_graph_dropped(graph);
}

static inline struct stlb_graph *pass(const struct made *rows, size_t nr,
				      const struct stlb_graph_want *want)
{
	struct stlb_graph *graph = stlb_graph_new(want);
	struct stlb_event event;

	cr_assert_not_null(graph);
	for (size_t i = 0; i < nr; i++) {
		made_fill(&event, &rows[i], 1000 * (i + 1));
		cr_assert_eq(stlb_graph_event(graph, &event), 0);
	}
	cr_assert_eq(stlb_graph_finish(graph), 0);
	return graph;
}

static inline struct drawn draw_want(const struct made *rows, size_t nr,
				     const struct stlb_graph_want *want)
{
	struct stlb_graph *graph = pass(rows, nr, want);
	struct drawn drawn = {"", "", 0, 0, 0, 0};

	describe(graph, &drawn);
	stlb_graph_free(graph);
	return drawn;
}

/* The finding of a rule, as an analysis of the same table makes it. */
static inline struct stlb_finding find(const struct made *rows, size_t nr, enum stlb_rule rule,
				       const char *kernel)
{
	struct stlb_analysis *analysis = made_start(&(struct made_how){.kernel = kernel});
	const struct stlb_result *result;
	struct stlb_finding found;
	struct stlb_event event;
	uint32_t at = 0;

	for (size_t i = 0; i < nr; i++) {
		made_fill(&event, &rows[i], 1000 * (i + 1));
		cr_assert_eq(stlb_analysis_event(analysis, &event), 0);
	}
	result = made_finish(analysis);
	while (at < result->nr_findings && result->findings[at]->rule != rule)
		at++;
	cr_assert_lt(at, result->nr_findings, "no such finding");
	found = *result->findings[at];
	stlb_analysis_free(analysis);
	return found;
}

static inline struct drawn draw_rule(const struct made *rows, size_t nr, enum stlb_rule rule,
				     const char *kernel)
{
	struct stlb_finding finding = find(rows, nr, rule, kernel);
	struct stlb_graph_want want = {
		.finding = &finding,
		.arch = STLB_ARCH_X86_64,
		.kernel = stlb_kernel_version(kernel),
	};
	struct drawn drawn = draw_want(rows, nr, &want);

	cr_expect_eq(drawn.nr_proofs, finding.nr_events, "%u of %u proofs", drawn.nr_proofs,
		     finding.nr_events);
	return drawn;
}

#define NR(table)		       (sizeof(table) / sizeof((table)[0]))
#define DRAW_RULE(table, rule, kernel) draw_rule(table, NR(table), STLB_RULE_##rule, kernel)
#define DRAW_KERNEL(table, version, ...)                                                           \
	draw_want(table, NR(table),                                                                \
		  &(struct stlb_graph_want){                                                       \
			  .mm = MM1, .arch = STLB_ARCH_X86_64, .kernel = (version), __VA_ARGS__})
#define DRAW_ADDR(table, ...) DRAW_KERNEL(table, 6001, __VA_ARGS__)

static inline void expect(struct drawn drawn, const char *nodes, const char *edges)
{
	cr_expect_str_eq(drawn.nodes, nodes);
	cr_expect_str_eq(drawn.edges, edges);
}

#endif
