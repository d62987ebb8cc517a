/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a picture writes at an event, and what the JSON writes besides. */
#ifndef GRAPH_LABEL_H
#define GRAPH_LABEL_H

#include "graph/graph_internal.h"

/** enum stlb_node_look - events that look alike */
enum stlb_node_look {
	STLB_LOOK_UPDATE,
	STLB_LOOK_INVALIDATION,
	STLB_LOOK_BRACKET,
	STLB_LOOK_LOCK,
	STLB_LOOK_PAGE,
	STLB_LOOK_DEVICE,
	STLB_LOOK_TASK,
	STLB_NR_LOOKS
};

enum stlb_node_look stlb_node_look(const struct stlb_graph *graph, uint32_t node);

/** stlb_node_role - the role in the finding, else what an event of the kind is; never NULL */
const char *stlb_node_role(const struct stlb_graph *graph, uint32_t node);

/** stlb_graph_zero_ns - the time that a picture counts from: the finding's first event */
uint64_t stlb_graph_zero_ns(const struct stlb_graph *graph);

/** stlb_write_fields - the fields of an event as the trace has them; @all: also mm and pointers */
void stlb_write_fields(FILE *to, const struct stlb_graph *graph, const struct stlb_event *event,
		       bool all);

/** stlb_missing_name - what stands where the rule asks for something, "" for nothing */
const char *stlb_missing_name(const struct stlb_graph *graph);

#endif
