/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Several streams in time order as one: a binary heap whose top is the stream with the earliest
 * record. A stream that stays the earliest costs two comparisons.
 */
#ifndef SOURCE_MERGE_H
#define SOURCE_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stlb_merge_node {
	uint64_t ns;
	uint64_t order; /* decides between equal times; each stream has one of its own */
	void *stream;
};

/** struct stlb_merge - zeroed is one without streams */
struct stlb_merge {
	struct stlb_merge_node *nodes;
	uint32_t nr, capacity;
};

/** stlb_merge_add - another stream; 0 or -ENOMEM */
int stlb_merge_add(struct stlb_merge *merge, uint64_t ns, uint64_t order, void *stream);

/** stlb_merge_sink - put the top where it belongs; use stlb_merge_moved() */
void stlb_merge_sink(struct stlb_merge *merge);

/** stlb_merge_drop - take the top out */
void stlb_merge_drop(struct stlb_merge *merge);

/** stlb_merge_free - gives back the nodes, not the streams */
void stlb_merge_free(struct stlb_merge *merge);

/** stlb_merge_top - the stream with the earliest record, NULL for none */
static inline void *stlb_merge_top(const struct stlb_merge *merge)
{
	return merge->nr ? merge->nodes[0].stream : NULL;
}

static inline bool stlb_merge_before(const struct stlb_merge_node *a,
				     const struct stlb_merge_node *b)
{
	return a->ns != b->ns ? a->ns < b->ns : a->order < b->order;
}

/** stlb_merge_moved - the top's next record is at @ns */
static inline void stlb_merge_moved(struct stlb_merge *merge, uint64_t ns)
{
	struct stlb_merge_node *nodes = merge->nodes;

	nodes[0].ns = ns;
	if ((merge->nr > 1 && stlb_merge_before(&nodes[1], &nodes[0])) ||
	    (merge->nr > 2 && stlb_merge_before(&nodes[2], &nodes[0])))
		stlb_merge_sink(merge);
}

#endif
