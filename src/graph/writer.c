/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "graph/graph_internal.h"

static const struct stlb_graph_writer writers[] = {
	{"dot", "for Graphviz", NULL, stlb_graph_write_dot},
	{"json", "for programs", NULL, stlb_graph_write_json},
#ifdef STALETLB_GRAPHVIZ
	{"svg", "a picture", NULL, stlb_graph_write_svg},
#else
	{"svg", "a picture", "built without Graphviz: use --format=dot and 'dot -Tsvg'",
	 stlb_graph_write_svg},
#endif
};

const struct stlb_graph_writer *stlb_graph_writer_at(uint32_t index)
{
	return index < sizeof(writers) / sizeof(*writers) ? &writers[index] : NULL;
}

const struct stlb_graph_writer *stlb_graph_writer_find(const char *name)
{
	for (uint32_t i = 0; i < sizeof(writers) / sizeof(*writers); i++)
		if (!strcmp(writers[i].name, name))
			return &writers[i];
	return NULL;
}
