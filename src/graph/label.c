/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/label.h"

#include <inttypes.h>

enum stlb_node_look stlb_node_look(const struct stlb_graph *graph, uint32_t node)
{
	enum stlb_kind kind = graph->nodes[node].event.kind;

	if (graph->more[node].invalidates && kind != STLB_DEV_INV)
		return STLB_LOOK_INVALIDATION;
	switch (stlb_kind_class(kind)) {
	case STLB_CLASS_BRACKET:
		return STLB_LOOK_BRACKET;
	case STLB_CLASS_INVALIDATION:
		return STLB_LOOK_INVALIDATION;
	case STLB_CLASS_LOCK:
	case STLB_CLASS_MMAP_LOCK:
		return STLB_LOOK_LOCK;
	case STLB_CLASS_PAGE:
		return STLB_LOOK_PAGE;
	case STLB_CLASS_DEVICE:
		return STLB_LOOK_DEVICE;
	case STLB_CLASS_TASK:
		return STLB_LOOK_TASK;
	default:
		return kind == STLB_PTL_MAP	 ? STLB_LOOK_LOCK
		       : kind == STLB_TABLE_FREE ? STLB_LOOK_PAGE
						 : STLB_LOOK_UPDATE;
	}
}

const char *stlb_node_role(const struct stlb_graph *graph, uint32_t node)
{
	static const char *const roles[] = {
		[STLB_LOOK_UPDATE] = "update",	 [STLB_LOOK_INVALIDATION] = "invalidation",
		[STLB_LOOK_BRACKET] = "bracket", [STLB_LOOK_LOCK] = "lock",
		[STLB_LOOK_PAGE] = "page",	 [STLB_LOOK_DEVICE] = "device",
		[STLB_LOOK_TASK] = "task",
	};

	if (graph->nodes[node].role)
		return graph->nodes[node].role;
	return roles[stlb_node_look(graph, node)];
}

uint64_t stlb_graph_zero_ns(const struct stlb_graph *graph)
{
	for (uint32_t i = 0; i < graph->nr_nodes; i++)
		if (graph->nodes[i].proof)
			return graph->nodes[i].event.ns;
	return graph->nr_nodes ? graph->nodes[0].event.ns : 0;
}

static bool is_said_elsewhere(const struct stlb_graph *graph, const struct stlb_event *event,
			      unsigned int field)
{
	switch (field) {
	case STLB_FIELD_MM:
		return graph->has_mm && event->value[field] == graph->mm;
	case STLB_FIELD_ADDR:
		return graph->nr_slots == 1 && event->value[field] == graph->slots[0].addr;
	case STLB_FIELD_PTEP:
		return stlb_event_has(event, ADDR);
	case STLB_FIELD_PAGE:
		return stlb_event_has(event, PFN);
	case STLB_FIELD_FLAGS:
	case STLB_FIELD_VMEMMAP:
	case STLB_FIELD_DIRECT_MAP:
	case STLB_FIELD_ZERO_PFN:
	case STLB_FIELD_HUGE_ZERO_PFN:
	case STLB_FIELD_DEVICE_PRIVATE:
	case STLB_FIELD_TRYLOCK:
	case STLB_FIELD_CALLER:
		return true;
	default:
		return false;
	}
}

void stlb_write_fields(FILE *to, const struct stlb_graph *graph, const struct stlb_event *event,
		       bool all)
{
	for (unsigned int field = 0; field < STLB_NR_FIELDS; field++) {
		if (!(event->has >> field & 1) || (!all && is_said_elsewhere(graph, event, field)))
			continue;
		if (stlb_field_is_hex(field))
			fprintf(to, " %s=0x%" PRIx64, stlb_field_name(field), event->value[field]);
		else
			fprintf(to, " %s=%" PRId64, stlb_field_name(field),
				(int64_t)event->value[field]);
	}
}

const char *stlb_missing_name(const struct stlb_graph *graph)
{
	if (!graph->want.finding)
		return "";
	return stlb_rule_info(graph->want.finding->rule)->edge.of_order ? "no order"
									: "no invalidation";
}
