/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The graph for Graphviz: a column for each context, a row for each event, time running down.
 * Colours are backed by shapes, line styles and lightness, so that it can be printed grey.
 */
#include <errno.h>
#include <string.h>
#include <inttypes.h>
#include <stdlib.h>

#include "graph/label.h"
#include "util/str.h"

static const char *const class_style[STLB_NR_LOOKS] = {
	[STLB_LOOK_UPDATE] = "shape=box style=filled fillcolor=\"#f3b8a6\"",
	[STLB_LOOK_INVALIDATION] = "shape=box peripheries=2 style=filled fillcolor=\"#8fcf9a\"",
	[STLB_LOOK_BRACKET] = "shape=box style=\"filled,rounded\" fillcolor=\"#e3edf7\"",
	[STLB_LOOK_LOCK] = "shape=box style=\"filled,rounded\" fillcolor=\"#ffffff\"",
	[STLB_LOOK_PAGE] = "shape=note style=filled fillcolor=\"#f7f0c8\"",
	[STLB_LOOK_DEVICE] = "shape=cds style=filled fillcolor=\"#cdb9e6\"",
	[STLB_LOOK_TASK] = "shape=box style=\"filled,dotted\" fillcolor=\"#f4f4f4\"",
};

static const char *const edge_style[STLB_NR_EDGE_KINDS] = {
	[STLB_EDGE_PROGRAM] = "color=\"#777777\" weight=20",
	[STLB_EDGE_LOCK] = "color=\"#1f4e9a\" fontcolor=\"#1f4e9a\" penwidth=2 xlabel=\"lock\"",
	[STLB_EDGE_PAGE] = "color=\"#7a6200\" fontcolor=\"#7a6200\" style=dotted penwidth=2 "
			   "xlabel=\"page\"",
	[STLB_EDGE_FORK] = "color=\"#2e6b34\" fontcolor=\"#2e6b34\" style=dashed xlabel=\"fork\"",
	[STLB_EDGE_WAKE] =
		"color=\"#2e6b34\" fontcolor=\"#2e6b34\" style=dashed xlabel=\"wake-up\"",
	[STLB_EDGE_IRQ] = "color=\"#777777\" style=dotted xlabel=\"irq\"",
	[STLB_EDGE_DEVICE] = "color=\"#5b3a8c\" fontcolor=\"#5b3a8c\" arrowhead=odiamond "
			     "xlabel=\"device\"",
	[STLB_EDGE_READS] = "color=\"#5b3a8c\" fontcolor=\"#5b3a8c\" arrowhead=vee "
			    "xlabel=\"reads from\"",
	[STLB_EDGE_FROM_READ] = "color=\"#5b3a8c\" fontcolor=\"#5b3a8c\" arrowhead=vee "
				"constraint=false xlabel=\"from-read\"",
	[STLB_EDGE_MISSING] = "color=\"#b01515\" style=dashed penwidth=2.2",
};

/* Against time: a device saw what was no longer there. */
#define BACKWARDS " color=\"#b01515\" fontcolor=\"#b01515\" penwidth=2"

/* ---- text ---- */

/* Inside quotes of DOT: a quote ends the text, and a backslash would begin an escape. */
static void put_escaped(FILE *to, const char *text)
{
	char clean[512];

	stlb_str_clean(clean, sizeof(clean), text ? text : "");
	for (const char *at = clean; *at; at++) {
		if (*at == '"' || *at == '\\')
			fputc('\\', to);
		fputc(*at, to);
	}
}

/* Microseconds where that is enough; what lies far off needs no such number of digits. */
static void put_time(FILE *to, uint64_t ns, uint64_t zero)
{
	uint64_t far = ns < zero ? zero - ns : ns - zero;
	char sign = ns < zero ? '-' : '+';

	if (far < UINT64_C(100000000))
		fprintf(to, "%c%" PRIu64 ".%03" PRIu64 " us", sign, far / 1000, far % 1000);
	else
		fprintf(to, "%c%" PRIu64 ".%06" PRIu64 " s", sign, far / UINT64_C(1000000000),
			far % UINT64_C(1000000000) / 1000);
}

/* ---- nodes ---- */

static void write_node(FILE *to, const struct stlb_graph *graph, uint32_t i, uint64_t zero)
{
	const struct stlb_graph_node *node = &graph->nodes[i];

	fprintf(to, "\t\tn%" PRIu32 " [%s%s label=\"", i, class_style[stlb_node_look(graph, i)],
		node->proof ? " penwidth=2.4" : "");
	put_time(to, node->event.ns, zero);
	fputs("  ", to);
	put_escaped(to, node->event.name);
	fputc(' ', to);
	stlb_write_fields(to, graph, &node->event, false);
	if (node->order_ns != node->event.ns) {
		fputs("  acquired ", to);
		put_time(to, node->order_ns, zero);
	}
	fputs(" \"];\n", to);
}

static void write_lane(FILE *to, const struct stlb_graph *graph, uint32_t lane, uint64_t zero)
{
	fprintf(to, "\tsubgraph cluster_%" PRIu32 " {\n\t\tlabel=\"", lane);
	put_escaped(to, graph->lanes[lane].name);
	fputs("\";\n", to);
	for (uint32_t i = 0; i < graph->nr_nodes; i++)
		if (graph->nodes[i].lane == lane)
			write_node(to, graph, i, zero);
	fputs("\t}\n", to);
}

/* ---- edges ---- */

/* What is missing stands as a ghost between the two events that it should have been between. */
static void write_missing(FILE *to, const struct stlb_graph *graph,
			  const struct stlb_graph_edge *edge)
{
	const char *style = edge_style[STLB_EDGE_MISSING];

	if (edge->to < edge->from) {
		fprintf(to, "\tn%" PRIu32 " -> n%" PRIu32 " [%s constraint=false label=\"%s\"];\n",
			edge->from, edge->to, style, stlb_missing_name(graph));
		return;
	}
	fprintf(to,
		"\tmissing [shape=box style=dashed penwidth=2.2 "
		"color=\"#b01515\" fontcolor=\"#b01515\" fontname=\"Helvetica-Bold\" "
		"label=\"missing: %s\"];\n",
		stlb_missing_name(graph) + sizeof("no ") - 1);
	fprintf(to, "\tn%" PRIu32 " -> missing [%s arrowhead=none];\n", edge->from, style);
	fprintf(to, "\tmissing -> n%" PRIu32 " [%s];\n", edge->to, style);
	fprintf(to, "\tn%" PRIu32 " -> missing -> n%" PRIu32 " [style=invis weight=0];\n",
		edge->from, edge->from + 1 < edge->to ? edge->from + 1 : edge->to);
}

static void write_edges(FILE *to, const struct stlb_graph *graph)
{
	for (uint32_t i = 0; i < graph->nr_edges; i++) {
		const struct stlb_graph_edge *edge = &graph->edges[i];

		if (edge->kind == STLB_EDGE_MISSING)
			write_missing(to, graph, edge);
		else
			fprintf(to, "\tn%" PRIu32 " -> n%" PRIu32 " [%s%s];\n", edge->from,
				edge->to, edge_style[edge->kind],
				edge->to < edge->from ? BACKWARDS : "");
	}
	/* one row for each event: what is unordered still happened one after the other */
	for (uint32_t i = 1; i < graph->nr_nodes; i++)
		if (graph->nodes[i].lane != graph->nodes[i - 1].lane)
			fprintf(to, "\tn%" PRIu32 " -> n%" PRIu32 " [style=invis weight=0];\n",
				i - 1, i);
}

/* ---- the whole ---- */

static void write_title(FILE *to, const struct stlb_graph *graph)
{
	const struct stlb_finding *finding = graph->want.finding;

	fputs("\tlabel=\"", to);
	if (finding) {
		put_escaped(to, finding->id);
		fprintf(to, "  %s (%s)\\n", stlb_rule_info(finding->rule)->id,
			stlb_verdict_name(finding->verdict));
		put_escaped(to, finding->message);
	} else {
		fprintf(to, "0x%" PRIx64, graph->want.addr);
		if (graph->nr_slots > 1)
			fprintf(to, " and %u more pages", graph->nr_slots - 1);
		fprintf(to, " in mm 0x%" PRIx64, graph->want.mm);
	}
	if (graph->nr_nodes)
		fprintf(to, "\\n+0 is %" PRIu64 ".%09" PRIu64 " s",
			stlb_graph_zero_ns(graph) / UINT64_C(1000000000),
			stlb_graph_zero_ns(graph) % UINT64_C(1000000000));
	if (graph->dropped)
		fprintf(to, "; %" PRIu64 " more events are not drawn", graph->dropped);
	fputs("\";\n", to);
}

static void write_legend(FILE *to)
{
	fputs("\tlegend [shape=plaintext margin=0 label=\"columns: contexts; down: time; "
	      "thick frame: proves the finding\\n"
	      "grey: program order; thick: lock; dotted: page, irq; dashed: fork, wake-up; "
	      "dashed, thick: missing\"];\n",
	      to);
}

static void write_all(FILE *to, const struct stlb_graph *graph)
{
	uint64_t zero = stlb_graph_zero_ns(graph);

	fputs("digraph staletlb {\n"
	      "\tgraph [newrank=true ranksep=0.14 nodesep=0.25 labelloc=t labeljust=l "
	      "fontname=\"Helvetica\" fontsize=12 splines=true forcelabels=true];\n"
	      "\tnode [fontname=\"Helvetica\" fontsize=9 height=0.22 margin=\"0.06,0.02\"];\n"
	      "\tedge [fontname=\"Helvetica\" fontsize=8 arrowsize=0.6];\n",
	      to);
	write_title(to, graph);
	for (uint32_t lane = 0; lane < graph->nr_lanes; lane++)
		write_lane(to, graph, lane, zero);
	write_edges(to, graph);
	write_legend(to);
	if (graph->nr_nodes)
		fprintf(to, "\tn%" PRIu32 " -> legend [style=invis weight=0];\n",
			graph->nr_nodes - 1);
	fputs("}\n", to);
}

int stlb_graph_write_dot(FILE *to, const struct stlb_graph *graph, struct stlb_error *err)
{
	errno = 0;
	write_all(to, graph);
	if (fflush(to) || ferror(to))
		return stlb_error_set(err, errno ? -errno : -EIO,
				      "the graph could not be written: %s",
				      strerror(errno ? errno : EIO));
	return 0;
}
