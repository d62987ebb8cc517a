/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/merge.h"

#include <errno.h>
#include <stdlib.h>

#include "util/grow.h"

static void swap_nodes(struct stlb_merge_node *a, struct stlb_merge_node *b)
{
	struct stlb_merge_node held = *a;

	*a = *b;
	*b = held;
}

int stlb_merge_add(struct stlb_merge *merge, uint64_t ns, uint64_t order, void *stream)
{
	struct stlb_merge_node *nodes;
	uint32_t at = merge->nr;

	if (stlb_grow((void **)&merge->nodes, merge->nr, &merge->capacity, sizeof(*nodes)))
		return -ENOMEM;
	nodes = merge->nodes;
	nodes[at] = (struct stlb_merge_node){.ns = ns, .order = order, .stream = stream};
	merge->nr++;
	for (; at && stlb_merge_before(&nodes[at], &nodes[(at - 1) / 2]); at = (at - 1) / 2)
		swap_nodes(&nodes[at], &nodes[(at - 1) / 2]);
	return 0;
}

void stlb_merge_sink(struct stlb_merge *merge)
{
	struct stlb_merge_node *nodes = merge->nodes;
	uint32_t at = 0;

	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child + 1 < merge->nr && stlb_merge_before(&nodes[child + 1], &nodes[child]))
			child++;
		if (child >= merge->nr || stlb_merge_before(&nodes[at], &nodes[child]))
			return;
		swap_nodes(&nodes[at], &nodes[child]);
		at = child;
	}
}

void stlb_merge_drop(struct stlb_merge *merge)
{
	merge->nodes[0] = merge->nodes[--merge->nr];
	stlb_merge_sink(merge);
}

void stlb_merge_free(struct stlb_merge *merge)
{
	free(merge->nodes);
	*merge = (struct stlb_merge){0};
}
