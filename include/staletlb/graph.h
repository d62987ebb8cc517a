/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The happens-before graph behind a finding, or of one address: a second, filtered pass over the
 * trace that keeps only the events that are drawn.
 */
#ifndef STALETLB_GRAPH_H
#define STALETLB_GRAPH_H

#include <stdio.h>

#include "staletlb/api.h"
#include "staletlb/finding.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stlb_graph;

/** enum stlb_edge_kind - why one event is ordered before another (staletlb-rules(7), Edges) */
enum stlb_edge_kind {
	STLB_EDGE_PROGRAM,   /* one context, one after the other */
	STLB_EDGE_LOCK,	     /* release of a lock -> its next acquisition by another context */
	STLB_EDGE_PAGE,	     /* free of a page -> its next allocation */
	STLB_EDGE_FORK,	     /* fork -> first event of the child */
	STLB_EDGE_WAKE,	     /* wake-up -> the woken task's next run */
	STLB_EDGE_IRQ,	     /* into an interrupt and back */
	STLB_EDGE_DEVICE,    /* walk -> fill, invalidation -> later fills */
	STLB_EDGE_READS,     /* reads-from: write to a page -> device's read of it */
	STLB_EDGE_FROM_READ, /* device's read of the old page -> the CPU's write to the new one */
	STLB_EDGE_MISSING,   /* the edge that the rule asks for and that is not there */
	STLB_NR_EDGE_KINDS
};

/** stlb_edge_name - "program", "lock", ... as the JSON writes it */
STLB_API const char *stlb_edge_name(enum stlb_edge_kind kind);

/**
 * struct stlb_graph_node - an event that is drawn
 *
 * The acquisition of a lock takes effect at the later of its event and the release by the holder
 * before, or when an event says so; everything else when its event says it happened.
 */
struct stlb_graph_node {
	struct stlb_event event; /* strings are clean and owned by the graph */
	uint64_t order_ns;	 /* when it took effect; nodes are in this order */
	uint32_t lane;		 /* index of its context */
	const char *role;	 /* of a finding's evidence, or what it is here; NULL: none */
	bool proof;		 /* among the finding's own events */
};

/** struct stlb_graph_edge - from one node to another, by index */
struct stlb_graph_edge {
	uint32_t from, to;
	enum stlb_edge_kind kind;
};

enum { STLB_GRAPH_MAX_EVENTS = 10000, STLB_GRAPH_MAX_PAGES = 64 };

/** struct stlb_graph_want - what to draw; zero it first */
struct stlb_graph_want {
	const struct stlb_finding *finding; /* NULL: an address of an mm */
	uint64_t mm, addr;		    /* where there is no finding: an address, and */
	const uint64_t *more;		    /* of further pages, STLB_GRAPH_MAX_PAGES in all */
	uint32_t nr_more;
	uint64_t since_ns, until_ns; /* 0: no bound; a finding brings its own */
	uint32_t max_events;	     /* 0: 200; at most STLB_GRAPH_MAX_EVENTS */
	enum stlb_arch arch;
	unsigned int kernel; /* as stlb_kernel_version() gives */
	bool before_6_6;     /* of a finding, without it: as the result of the analysis says */
	bool irq_flags;	     /* events say task or interrupt */
};

/** stlb_graph_new - start a pass; the finding has to outlive it. NULL without memory. */
STLB_API struct stlb_graph *stlb_graph_new(const struct stlb_graph_want *want);

/** stlb_graph_event - the next event, in time order; 0 or -ENOMEM */
STLB_API int stlb_graph_event(struct stlb_graph *graph, const struct stlb_event *event);

/** stlb_graph_finish - edges, transitively reduced; 0 or -ENOMEM. Once, after the last event. */
STLB_API int stlb_graph_finish(struct stlb_graph *graph);

/** stlb_graph_nodes, stlb_graph_edges, stlb_graph_lane - what was found, owned by the graph */
STLB_API const struct stlb_graph_node *stlb_graph_nodes(const struct stlb_graph *graph,
							uint32_t *nr);
STLB_API const struct stlb_graph_edge *stlb_graph_edges(const struct stlb_graph *graph,
							uint32_t *nr);
STLB_API const char *stlb_graph_lane(const struct stlb_graph *graph, uint32_t lane);

/** stlb_graph_wanted - what was asked for, its defaults filled in */
STLB_API const struct stlb_graph_want *stlb_graph_wanted(const struct stlb_graph *graph);

/** stlb_graph_dropped - events that were left out because of max_events */
STLB_API uint64_t stlb_graph_dropped(const struct stlb_graph *graph);

/**
 * struct stlb_graph_writer - one output format of a graph
 * @name: as --format takes it
 * @description: one line for the help
 * @unavailable: what to do instead where the library was built without it; NULL: it can write
 * @write: after stlb_graph_finish(); returns 0 or a negative errno: -EPIPE for a closed pipe,
 *	-ENOTSUP where it is unavailable, -ENOMEM, ... Flushes @to, and does not close it.
 */
struct stlb_graph_writer {
	const char *name, *description, *unavailable;
	int (*write)(FILE *to, const struct stlb_graph *graph, struct stlb_error *err);
};

/** stlb_graph_writer_find, stlb_graph_writer_at - by name; by index, NULL past the last */
STLB_API const struct stlb_graph_writer *stlb_graph_writer_find(const char *name);
STLB_API const struct stlb_graph_writer *stlb_graph_writer_at(uint32_t index);

/** stlb_graph_free - NULL is fine */
STLB_API void stlb_graph_free(struct stlb_graph *graph);

#ifdef __cplusplus
}
#endif

#endif
