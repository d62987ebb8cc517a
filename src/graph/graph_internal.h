/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The graph while it is collected. What is drawn is kept; what may yet be drawn is bounded. */
#ifndef GRAPH_GRAPH_INTERNAL_H
#define GRAPH_GRAPH_INTERNAL_H

#include "model/saved_event.h"
#include "model/change.h"
#include "model/invalidation.h"
#include "staletlb/graph.h"
#include "util/arena.h"
#include "util/map.h"

#define STLB_NO_NODE UINT32_MAX

enum {
	STLB_GRAPH_SLOTS = STLB_GRAPH_MAX_PAGES,
	STLB_GRAPH_WATCHED = 64,
	STLB_GRAPH_ALLOCS = 4096, /* a power of two */
	STLB_GRAPH_SOURCES = 2048,
	STLB_GRAPH_EARLIER = 4, /* device events before the window, for each slot */
	STLB_GRAPH_TEXTS = 64,	/* names of lock classes */
	STLB_GRAPH_CONTEXTS = 8 * 1024,
	STLB_GRAPH_AFTER = 8, /* device events after the violation */
};

/** struct stlb_graph_open - a hold or bracket that has begun: drawn once something is done in it */
struct stlb_graph_open {
	uint64_t seq;
	struct stlb_saved_event event;
	const char *text; /* class name of a PTL, NULL where not known */
	uint32_t node;
};

/**
 * struct stlb_graph_context - what is drawn of a context
 */
struct stlb_graph_context {
	uint64_t key;
	uint32_t lane;		      /* STLB_NO_NODE: nothing of it is drawn yet */
	struct stlb_graph_open asked; /* the lock that it asked for last */
	bool invalidating;	      /* it has entered an invalidation that is drawn */
};

/** struct stlb_graph_slot - an entry that the graph is about */
struct stlb_graph_slot {
	uint64_t addr, size;
	uint64_t pfn; /* what it maps, as far as seen */
	bool present;
	struct stlb_saved_event set;			    /* the latest one before the window */
	struct stlb_saved_event device[STLB_GRAPH_EARLIER]; /* the same of its device events */
	uint32_t nr_device;
};

/** struct stlb_graph_page - pages that a slot mapped and whose end is waited for */
struct stlb_graph_page {
	uint64_t pfn, nr;
	bool gone; /* freed: the next allocation is waited for */
};

/** struct stlb_graph_news - an edge that brings a context news of what is drawn of another */
struct stlb_graph_news {
	uint32_t from; /* lane */
	enum stlb_edge_kind kind;
	uint64_t at;	    /* number of the latest event that is reported */
	uint64_t to, since; /* key of the context that comes after it, from which event on */
	uint64_t object;    /* the lock */
	struct stlb_graph_open source,
		acquisition; /* the events that make it; name NULL: not kept */
};

/** struct stlb_lane - a context that has events in the graph */
struct stlb_lane {
	uint64_t key, seq; /* number of its latest event that is drawn */
	int32_t component;
	const char *name;
};

/** struct stlb_node_more - of a node, what only the edges ask for */
struct stlb_node_more {
	uint64_t seq;
	uint64_t lock;
	uint64_t pfn, nr; /* of the allocator's and the devices' events, and what a set put in */
	int slot;	  /* -1: none */
	bool sets, invalidates;
};

struct stlb_graph {
	struct stlb_graph_want want;
	struct stlb_end_rule end_rule;
	struct stlb_arena arena;
	struct stlb_machine machine;
	struct stlb_map contexts;
	struct stlb_map open; /* struct stlb_graph_open of holds and brackets, by their ids */
	struct stlb_graph_slot slots[STLB_GRAPH_SLOTS];
	uint32_t nr_slots;
	uint64_t mm;
	bool has_mm;
	uint64_t from_ns, to_ns; /* the window; a finding's violation is its end */
	bool resolved;		 /* an invalidation came after the violation */
	uint32_t after;		 /* device events since then */
	uint64_t ptl;		 /* lock of the slot's updates, 0: not known */
	uint64_t seq;		 /* number of the current event */
	uint32_t current;	 /* its node, STLB_NO_NODE: none */
	uint64_t next_proof_ns;
	uint32_t proofs_left;
	bool proven[STLB_MAX_EVIDENCE];
	struct stlb_graph_page pages[STLB_GRAPH_WATCHED];
	uint32_t nr_pages;
	struct stlb_saved_event *allocs; /* the latest of the pages, STLB_GRAPH_ALLOCS */
	struct stlb_saved_event own_allocs[2];
	uint64_t own_pfn[2], own_nr;	 /* old and new page of a finding; ~0: none */
	struct stlb_graph_open *sources; /* the latest events of what is drawn that may order */
	struct stlb_graph_news *news;
	uint32_t nr_news, room_news;
	const char *texts[STLB_GRAPH_TEXTS];
	uint32_t nr_texts;
	struct stlb_graph_node *nodes;
	struct stlb_node_more *more;
	uint32_t nr_nodes, room_nodes;
	struct stlb_graph_edge *edges;
	uint32_t nr_edges, room_edges;
	struct stlb_lane *lanes;
	uint32_t nr_lanes, room_lanes;
	uint64_t dropped;
	bool failed; /* out of memory */
};

/** struct stlb_touch - how an event touches a slot */
struct stlb_touch {
	uint32_t slot;
	bool sets, clears; /* a present translation is put there, taken away */
	uint64_t new_pfn, old_pfn;
	uint64_t nr; /* pages of the translation */
};

/* ---- drawn_contexts.c ---- */

/** stlb_graph_context - the context of an event, of a key; NULL without memory or room */
struct stlb_graph_context *stlb_graph_context(struct stlb_graph *graph,
					      const struct stlb_event *event);
struct stlb_graph_context *stlb_graph_context_of(struct stlb_graph *graph, uint64_t key);

/** stlb_graph_on_invalidation - an invalidation of a range is entered, or returns */
void stlb_graph_on_invalidation(struct stlb_graph *graph, const struct stlb_event *event);

/** stlb_graph_promote - draw the PTL and the brackets that a context is in */
void stlb_graph_promote(struct stlb_graph *graph, const struct stlb_context *context);

/* ---- graph.c ---- */

/** stlb_graph_changed - an update, as the machine tells it */
void stlb_graph_changed(void *graph, struct stlb_context *context,
			const struct stlb_change *change);

/* ---- drawn_holds.c ---- */

/** stlb_graph_facts - what to tell of the machine */
struct stlb_facts stlb_graph_facts(struct stlb_graph *graph);

/** stlb_graph_ptl - the hold under which the context changes entries, NULL: none */
const struct stlb_hold *stlb_graph_ptl(const struct stlb_graph *graph,
				       const struct stlb_context *context);

/** stlb_graph_in_bracket - whether it has begun a range that is drawn */
bool stlb_graph_in_bracket(const struct stlb_graph *graph, const struct stlb_context *context);

/** stlb_graph_opened - what is kept of a hold or bracket by its id; NULL: nothing */
struct stlb_graph_open *stlb_graph_opened(const struct stlb_graph *graph, uint64_t id);

/* ---- drawn_slots.c ---- */

/** stlb_graph_touches - whether an update touches a slot; follows what the slot maps */
bool stlb_graph_touches(struct stlb_graph *graph, const struct stlb_context *context,
			const struct stlb_change *change, struct stlb_touch *touch);

/** stlb_graph_covers - whether the range of an event holds some of a slot */
bool stlb_graph_covers(const struct stlb_graph *graph, const struct stlb_event *event);

/** stlb_graph_at - the slot that an event's address is in, -1: none */
int stlb_graph_at(const struct stlb_graph *graph, const struct stlb_event *event);

/** stlb_graph_pages - how many pages an entry of a level maps */
uint64_t stlb_graph_pages(enum stlb_level level);

/* ---- page.c ---- */

/** stlb_graph_on_pages - pages come and go, as the machine tells it */
void stlb_graph_on_pages(void *graph, const struct stlb_event *event, uint64_t pfn, uint64_t nr);

/** stlb_graph_page_comes, stlb_graph_page_goes - a slot maps pages, no longer maps them */
void stlb_graph_page_comes(struct stlb_graph *graph, uint64_t pfn, uint64_t nr);
void stlb_graph_page_goes(struct stlb_graph *graph, uint64_t pfn, uint64_t nr);

/* ---- drawn_order.c ---- */

/** stlb_graph_is_source - an event of a context that is drawn, after which others may come */
void stlb_graph_is_source(struct stlb_graph *graph, const struct stlb_event *event);

/** stlb_graph_hears - an edge, of whatever contexts; the second sink of src/hb */
void stlb_graph_hears(void *graph, const struct stlb_hb_news *edge);

/** stlb_graph_draw_order - what makes an edge between nodes; nodes are sorted before and after */
void stlb_graph_draw_order(struct stlb_graph *graph);

/** stlb_graph_order_edges - the edges themselves */
void stlb_graph_order_edges(struct stlb_graph *graph);

/* ---- node.c ---- */

/** stlb_graph_draw - keep the current event; its node, STLB_NO_NODE where there is no room */
uint32_t stlb_graph_draw(struct stlb_graph *graph, const struct stlb_event *event);

/** stlb_graph_draw_saved - the same for an earlier event */
uint32_t stlb_graph_draw_saved(struct stlb_graph *graph, const struct stlb_saved_event *saved,
			       const char *text, uint64_t seq);

/** stlb_graph_prove - draw the event if it is one of the finding's own */
void stlb_graph_prove(struct stlb_graph *graph, const struct stlb_event *event);

/** stlb_graph_prove_rest - those that the pass has not shown, as the finding has them */
void stlb_graph_prove_rest(struct stlb_graph *graph);

/** stlb_graph_text - a clean copy that lives as long as the graph; NULL when there are too many */
const char *stlb_graph_text(struct stlb_graph *graph, const char *text);

/** stlb_graph_window - whether an event lies before (-1), in (0) or after (1) the window */
int stlb_graph_window(const struct stlb_graph *graph, uint64_t ns);

/** stlb_graph_sort - nodes in the order in which they took effect */
void stlb_graph_sort(struct stlb_graph *graph);

/* ---- drawn_edges.c, device_edges.c, reduce.c: nodes are sorted ---- */

/** stlb_graph_settle_locks - an acquisition recorded at its entry waits for the holder before */
void stlb_graph_settle_locks(struct stlb_graph *graph);

/** stlb_graph_edge - add one, unless it is there already as program order */
void stlb_graph_edge(struct stlb_graph *graph, uint32_t from, uint32_t to,
		     enum stlb_edge_kind kind);
void stlb_graph_make_edges(struct stlb_graph *graph);
void stlb_graph_device_edges(struct stlb_graph *graph);
int stlb_graph_reduce(struct stlb_graph *graph);

/** stlb_graph_same_pages - whether two nodes are about the same pages */
bool stlb_graph_same_pages(const struct stlb_node_more *one, const struct stlb_node_more *other);

/* ---- writers ---- */

int stlb_graph_write_dot(FILE *to, const struct stlb_graph *graph, struct stlb_error *err);
int stlb_graph_write_json(FILE *to, const struct stlb_graph *graph, struct stlb_error *err);
int stlb_graph_write_svg(FILE *to, const struct stlb_graph *graph, struct stlb_error *err);

#endif
