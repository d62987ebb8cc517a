/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events that are drawn only if they order what is drawn: wake-ups, forks, and what other contexts
 * did with the lock of the slot. Bounded: an order by way of what lies too far back is not drawn.
 */
#include "graph/graph_internal.h"

static struct stlb_candidate *candidate(struct stlb_graph *graph, uint64_t number)
{
	return &graph->candidates[(number - 1) % STLB_GRAPH_CANDIDATES];
}

static bool is_kept(const struct stlb_graph *graph, uint64_t number)
{
	return number && graph->nr_candidates - number < STLB_GRAPH_CANDIDATES;
}

enum { ACQUISITION, RELEASE, WAKING };

/*
 * Between two nodes, one of a kind is enough: the first release of a context, its last acquisition,
 * the last time that another one woke it. The place for this one; NULL where it is not needed.
 */
static struct stlb_candidate *find_place(struct stlb_graph *graph, uint64_t from, uint64_t to,
					 bool release)
{
	struct stlb_graph_context *context = stlb_graph_context_of(graph, to ? to : from);
	unsigned int which = to ? WAKING : release ? RELEASE : ACQUISITION;
	struct stlb_recent *recent = context ? &context->recent[which] : NULL;

	if (!recent)
		return NULL;
	if (!is_kept(graph, recent->number) || recent->nr_nodes != graph->nr_nodes ||
	    candidate(graph, recent->number)->from != from) {
		recent->number = ++graph->nr_candidates;
		recent->nr_nodes = graph->nr_nodes;
	} else if (release) {
		return NULL;
	}
	if (to)
		context->woken = recent->number;
	return candidate(graph, recent->number);
}

void stlb_graph_may_order(struct stlb_graph *graph, const struct stlb_event *event, uint64_t to)
{
	uint64_t from = stlb_context_key_of(event);
	struct stlb_candidate *one;

	if (stlb_graph_window(graph, event->ns) != 0 || graph->at_hand != STLB_NO_NODE)
		return;
	one = find_place(graph, from, to, event->kind == STLB_LOCK_RELEASE);
	if (!one)
		return;
	stlb_brief_keep(&one->event, event);
	one->text = to ? NULL : stlb_graph_text(graph, event->text);
	one->seq = graph->seq;
	one->from = from;
	one->to = to;
	one->run_ns = event->kind == STLB_FORK ? event->ns : 0;
}

void stlb_graph_runs(struct stlb_graph *graph, const struct stlb_event *event)
{
	int32_t tid = (int32_t)stlb_event_get(event, NEXT);
	struct stlb_graph_context *next;

	next = tid ? stlb_map_get(&graph->contexts, stlb_context_key(tid, 0, STLB_CONTEXT_TASK))
		   : NULL;
	if (!next || !next->woken)
		return;
	if (is_kept(graph, next->woken) && !candidate(graph, next->woken)->run_ns)
		candidate(graph, next->woken)->run_ns = event->ns;
	next->woken = 0;
}

/* ---- which of them make an edge ---- */

static uint32_t lane_of(const struct stlb_graph *graph, uint64_t key)
{
	const struct stlb_graph_context *context = stlb_map_get(&graph->contexts, key);

	return context ? context->lane : STLB_NO_NODE;
}

/* The latest node of a lane up to a time, and the first one from a time on. */
static uint32_t node_before(const struct stlb_graph *graph, uint32_t lane, uint64_t ns)
{
	for (uint32_t i = graph->nr_nodes; i > 0; i--)
		if (graph->nodes[i - 1].lane == lane && graph->nodes[i - 1].order_ns <= ns)
			return i - 1;
	return STLB_NO_NODE;
}

static uint32_t node_after(const struct stlb_graph *graph, uint32_t lane, uint64_t ns)
{
	for (uint32_t i = 0; i < graph->nr_nodes; i++)
		if (graph->nodes[i].lane == lane && graph->nodes[i].order_ns >= ns)
			return i;
	return STLB_NO_NODE;
}

static bool wakes_between(const struct stlb_graph *graph, const struct stlb_candidate *one,
			  uint32_t *from, uint32_t *to)
{
	uint32_t waker = lane_of(graph, one->from), woken = lane_of(graph, one->to);

	if (waker == STLB_NO_NODE || woken == STLB_NO_NODE || waker == woken || !one->run_ns)
		return false;
	*from = node_before(graph, waker, one->event.ns);
	*to = node_after(graph, woken, one->run_ns);
	return *from != STLB_NO_NODE && *to != STLB_NO_NODE;
}

/*
 * A release counts where its context has something drawn before it, and an acquisition where it has
 * something drawn behind it: only then does the pair order what is drawn.
 */
static bool locks_between(const struct stlb_graph *graph, const struct stlb_candidate *one,
			  uint32_t *from, uint32_t *to)
{
	bool release = one->event.kind == STLB_LOCK_RELEASE;
	uint32_t lane = lane_of(graph, one->from);

	if (lane == STLB_NO_NODE || graph->nr_lanes < 2)
		return false;
	*from = *to = release ? node_before(graph, lane, one->event.ns)
			      : node_after(graph, lane, one->event.ns);
	return *from != STLB_NO_NODE;
}

static bool is_drawn(const struct stlb_graph *graph, const struct stlb_candidate *one)
{
	for (uint32_t i = 0; i < graph->nr_nodes; i++)
		if (graph->more[i].seq == 2 * one->seq && graph->nodes[i].event.ns == one->event.ns)
			return true;
	return false;
}

static void draw(struct stlb_graph *graph, const struct stlb_candidate *one)
{
	uint32_t node = stlb_graph_draw_brief(graph, &one->event, one->text, one->seq);

	if (node != STLB_NO_NODE)
		graph->more[node].run_ns = one->run_ns;
}

struct pick {
	uint64_t number;
	uint32_t from, to;
	uint64_t context, kind;
};

static bool same_pick(const struct pick *one, const struct pick *other)
{
	return one->from == other->from && one->to == other->to && one->kind == other->kind &&
	       one->context == other->context;
}

/* Of several between the same nodes one is enough: the first release, the last acquisition. */
static void choose(struct pick *picks, uint32_t *nr, const struct pick *pick)
{
	for (uint32_t i = 0; i < *nr; i++) {
		if (!same_pick(&picks[i], pick))
			continue;
		if (pick->kind != STLB_LOCK_RELEASE)
			picks[i] = *pick;
		return;
	}
	picks[(*nr)++] = *pick;
}

/* ---- a lock's event needs its counterpart in another context ---- */

static uint64_t lock_of(const struct stlb_candidate *one)
{
	struct stlb_event event;

	stlb_brief_expand(&one->event, &event);
	return stlb_event_or(&event, LOCK, 0);
}

/* Whether a candidate makes an edge with an event (a release or not) at that time. */
static bool is_counterpart(const struct stlb_candidate *one, bool release, uint64_t ns)
{
	bool mine = one->event.kind == STLB_LOCK_RELEASE;

	return mine != release && (mine ? one->event.ns <= ns : one->event.ns >= ns);
}

static bool drawn_counterpart(const struct stlb_graph *graph, const struct stlb_candidate *one)
{
	bool mine = one->event.kind == STLB_LOCK_RELEASE;
	uint64_t lock = lock_of(one);
	uint32_t lane = lane_of(graph, one->from);

	for (uint32_t i = 0; i < graph->nr_nodes; i++) {
		const struct stlb_event *event = &graph->nodes[i].event;
		bool release = event->kind == STLB_LOCK_RELEASE;

		if ((!release && event->kind != STLB_LOCK_ACQUIRE &&
		     event->kind != STLB_LOCK_ACQUIRED) ||
		    graph->more[i].lock != lock || graph->nodes[i].lane == lane)
			continue;
		if (mine != release &&
		    (mine ? graph->nodes[i].order_ns >= one->event.ns : event->ns <= one->event.ns))
			return true;
	}
	return false;
}

static bool is_useful(struct stlb_graph *graph, const struct pick *picks, uint32_t nr,
		      const struct stlb_candidate *one)
{
	bool release = one->event.kind == STLB_LOCK_RELEASE;
	uint64_t lock;

	if (one->to || drawn_counterpart(graph, one))
		return true;
	lock = lock_of(one);
	for (uint32_t i = 0; i < nr; i++) {
		const struct stlb_candidate *other = candidate(graph, picks[i].number);

		if (!other->to && other->from != one->from && lock_of(other) == lock &&
		    is_counterpart(other, release, one->event.ns))
			return true;
	}
	return false;
}

void stlb_graph_draw_candidates(struct stlb_graph *graph)
{
	static const uint64_t room = STLB_GRAPH_CANDIDATES;
	uint64_t first = graph->nr_candidates > room ? graph->nr_candidates - room : 0;
	struct pick picks[STLB_GRAPH_CANDIDATES];
	bool useful[STLB_GRAPH_CANDIDATES];
	uint32_t nr = 0;

	for (uint64_t number = first + 1; number <= graph->nr_candidates; number++) {
		const struct stlb_candidate *one = candidate(graph, number);
		struct pick pick = {number, 0, 0, one->to, one->event.kind};

		if (is_drawn(graph, one))
			continue;
		if (one->to ? wakes_between(graph, one, &pick.from, &pick.to)
			    : locks_between(graph, one, &pick.from, &pick.to))
			choose(picks, &nr, &pick);
	}
	for (uint32_t i = 0; i < nr; i++)
		useful[i] = is_useful(graph, picks, nr, candidate(graph, picks[i].number));
	for (uint32_t i = 0; i < nr; i++)
		if (useful[i])
			draw(graph, candidate(graph, picks[i].number));
}
