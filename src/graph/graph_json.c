/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The graph as JSON: schema/graph.schema.json says what it holds. */
#include <errno.h>
#include <string.h>
#include <jansson.h>

#include "graph/label.h"
#include "report/json_object.h"

static json_t *fields_json(const struct stlb_event *event)
{
	struct stlb_json_object object = stlb_json_object();

	for (unsigned int field = 0; field < STLB_NR_FIELDS; field++) {
		/* lockdep's flags are written where there are any, as the trace prints them */
		if (!(event->has >> field & 1) ||
		    (field == STLB_FIELD_TRYLOCK && !event->value[field]))
			continue;
		stlb_json_put(&object, stlb_field_name(field),
			      stlb_field_is_hex(field)
				      ? stlb_json_hex(true, event->value[field])
				      : json_integer((json_int_t)event->value[field]));
	}
	return stlb_json_end(&object);
}

static json_t *node_json(const struct stlb_graph *graph, uint32_t i)
{
	static const char *const contexts[] = {"task", "softirq", "hardirq", "nmi"};
	const struct stlb_graph_node *node = &graph->nodes[i];
	const struct stlb_event *event = &node->event;
	struct stlb_json_object object = stlb_json_object();

	stlb_json_put_count(&object, "lane", node->lane);
	stlb_json_put_text(&object, "role", stlb_node_role(graph, i));
	stlb_json_put_bool(&object, "proof", node->proof);
	stlb_json_put_text(&object, "kind", stlb_kind_name(event->kind));
	stlb_json_put_text(&object, "event", event->name);
	stlb_json_put_count(&object, "ns", event->ns);
	stlb_json_put_count(&object, "order_ns", node->order_ns);
	stlb_json_put(&object, "cpu", json_integer(event->cpu));
	stlb_json_put(&object, "tid", json_integer(event->tid));
	stlb_json_put_text(&object, "comm", event->comm);
	stlb_json_put_text(&object, "context",
			   contexts[event->context <= STLB_CONTEXT_NMI ? event->context : 0]);
	stlb_json_put_text(&object, "text", event->text);
	stlb_json_put(&object, "fields", fields_json(event));
	return stlb_json_end(&object);
}

static json_t *nodes_json(const struct stlb_graph *graph)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < graph->nr_nodes; i++)
		if (!stlb_json_append(&array, node_json(graph, i)))
			return NULL;
	return array;
}

static json_t *edge_json(const struct stlb_graph_edge *edge)
{
	struct stlb_json_object object = stlb_json_object();

	stlb_json_put_count(&object, "from", edge->from);
	stlb_json_put_count(&object, "to", edge->to);
	stlb_json_put_text(&object, "kind", stlb_edge_name(edge->kind));
	return stlb_json_end(&object);
}

static json_t *edges_json(const struct stlb_graph *graph)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < graph->nr_edges; i++)
		if (graph->edges[i].kind != STLB_EDGE_MISSING &&
		    !stlb_json_append(&array, edge_json(&graph->edges[i])))
			return NULL;
	return array;
}

static json_t *lanes_json(const struct stlb_graph *graph)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < graph->nr_lanes; i++)
		if (!stlb_json_append(&array, json_string(graph->lanes[i].name)))
			return NULL;
	return array;
}

static json_t *missing_json(const struct stlb_graph *graph)
{
	struct stlb_json_object object = stlb_json_object();
	const struct stlb_graph_edge *edge = NULL;

	for (uint32_t i = 0; i < graph->nr_edges; i++)
		if (graph->edges[i].kind == STLB_EDGE_MISSING)
			edge = &graph->edges[i];
	stlb_json_put(&object, "from", edge ? json_integer(edge->from) : json_null());
	stlb_json_put(&object, "to", edge ? json_integer(edge->to) : json_null());
	stlb_json_put_text(&object, "what", graph->want.finding->missing);
	return stlb_json_end(&object);
}

static json_t *finding_json(const struct stlb_finding *finding)
{
	struct stlb_json_object object = stlb_json_object();

	stlb_json_put_text(&object, "id", finding->id);
	stlb_json_put_text(&object, "fingerprint", finding->fingerprint);
	stlb_json_put_text(&object, "rule", stlb_rule_info(finding->rule)->id);
	stlb_json_put_text(&object, "severity", stlb_severity_name(finding->severity));
	stlb_json_put_text(&object, "verdict", stlb_verdict_name(finding->verdict));
	stlb_json_put_text(&object, "message", finding->message);
	return stlb_json_end(&object);
}

static json_t *graph_json(const struct stlb_graph *graph)
{
	struct stlb_json_object object = stlb_json_object();
	const struct stlb_finding *finding = graph->want.finding;

	stlb_json_put_text(&object, "schema_version", "1.0.0");
	stlb_json_put(&object, "finding", finding ? finding_json(finding) : json_null());
	stlb_json_put(&object, "mm", stlb_json_hex(graph->has_mm, graph->mm));
	stlb_json_put(&object, "addr", stlb_json_hex(graph->nr_slots > 0, graph->slots[0].addr));
	stlb_json_put(&object, "lanes", lanes_json(graph));
	stlb_json_put(&object, "nodes", nodes_json(graph));
	stlb_json_put(&object, "edges", edges_json(graph));
	stlb_json_put(&object, "missing", finding ? missing_json(graph) : json_null());
	stlb_json_put_count(&object, "dropped", graph->dropped);
	return stlb_json_end(&object);
}

int stlb_graph_write_json(FILE *to, const struct stlb_graph *graph, struct stlb_error *err)
{
	json_t *json = graph_json(graph);
	int ret;

	if (!json)
		return stlb_error_set(err, -ENOMEM, "out of memory");
	errno = 0;
	ret = json_dumpf(json, to, JSON_INDENT(2));
	json_decref(json);
	fputc('\n', to);
	if (ret || fflush(to) || ferror(to))
		return stlb_error_set(err, errno ? -errno : -EIO,
				      "the graph could not be written: %s",
				      strerror(errno ? errno : EIO));
	return 0;
}
