/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Happens-before as what it is: edges between events, and all that they reach. */
#include "oracle_internal.h"

static bool has_bit(const uint64_t *bits, int bit)
{
	return bits[bit / 64] >> (bit % 64) & 1;
}

static void edge(struct oracle *oracle, int first, int second)
{
	if (first != NOWHERE && second != NOWHERE)
		oracle->before[second][first / 64] |= UINT64_C(1) << (first % 64);
}

static bool is_lock_event(const struct stlb_event *event, enum stlb_kind kind, uint64_t lock)
{
	return event->kind == kind && stlb_event_or(event, LOCK, 0) == lock;
}

/* Where a context that asked for a lock at @asked lets it go again. */
static int section_end(const struct oracle *oracle, int asked, uint64_t lock)
{
	for (int i = asked + 1; i < (int)oracle->trace->nr; i++)
		if (oracle->context[i] == oracle->context[asked] &&
		    is_lock_event(&oracle->trace->events[i], STLB_LOCK_RELEASE, lock))
			return i;
	return (int)oracle->trace->nr;
}

/*
 * Releases before the acquisition are before it. Where only the request is traced, others may still
 * release it between it and the end of its critical section: then it went in after them, unless
 * lost events may have said otherwise.
 */
static void lock_edges(struct oracle *oracle, int at)
{
	const struct stlb_event *events = oracle->trace->events;
	uint64_t lock = stlb_event_or(&events[at], LOCK, 0);
	bool exact = events[at].kind == STLB_LOCK_ACQUIRED;
	int end = exact || oracle->acquired_traced ? at : section_end(oracle, at, lock);

	for (int i = 0; i < end; i++) {
		if (oracle->context[i] == oracle->context[at] ||
		    !is_lock_event(&events[i], STLB_LOCK_RELEASE, lock))
			continue;
		if (i < at)
			edge(oracle, i, at);
		else if (!lost_on_its_cpus(oracle, oracle->context[at], at, i))
			edge(oracle, i, next_of_context(oracle, oracle->context[at], i));
	}
}

/* Readers do not wait for each other. */
static void mmap_lock_edges(struct oracle *oracle, int at)
{
	const struct stlb_event *events = oracle->trace->events;

	for (int i = 0; i < at; i++)
		if (events[i].kind == STLB_MMAP_UNLOCK &&
		    stlb_event_get(&events[i], MM) == stlb_event_get(&events[at], MM) &&
		    (stlb_event_or(&events[i], WRITE, 1) || stlb_event_or(&events[at], WRITE, 1)))
			edge(oracle, i, at);
}

static bool pages_overlap(const struct stlb_event *a, const struct stlb_event *b)
{
	uint64_t a_pfn = stlb_event_get(a, PFN), a_nr = UINT64_C(1) << stlb_event_or(a, ORDER, 0);
	uint64_t b_pfn = stlb_event_get(b, PFN), b_nr = UINT64_C(1) << stlb_event_or(b, ORDER, 0);

	return a_pfn < b_pfn + b_nr && b_pfn < a_pfn + a_nr;
}

static void allocation_edges(struct oracle *oracle, int at)
{
	const struct stlb_event *events = oracle->trace->events;

	for (int i = 0; i < at; i++)
		if ((events[i].kind == STLB_PAGE_FREE || events[i].kind == STLB_HUGE_FREE) &&
		    pages_overlap(&events[i], &events[at]))
			edge(oracle, i, at);
}

/* A task runs from its next event on; whatever interrupts it before that shows that it runs. */
static void runs_after(struct oracle *oracle, int at, int task, int after)
{
	const struct stlb_event *events = oracle->trace->events;
	int next = next_of_context(oracle, task, after);

	edge(oracle, at, next);
	for (int i = after + 1; i < (next == NOWHERE ? (int)oracle->trace->nr : next); i++)
		if (events[i].context != STLB_CONTEXT_TASK && events[i].tid == task)
			edge(oracle, at, i);
}

/* The woken task's next run: its first event after the switch to it. */
static void wake_edge(struct oracle *oracle, int at)
{
	const struct stlb_event *events = oracle->trace->events;
	uint64_t woken = stlb_event_get(&events[at], NEXT);

	for (int i = at + 1; i < (int)oracle->trace->nr; i++) {
		if (events[i].kind != STLB_SCHED_SWITCH ||
		    stlb_event_get(&events[i], NEXT) != woken)
			continue;
		runs_after(oracle, at, (int)woken, i);
		return;
	}
}

static void interrupt_edges(struct oracle *oracle, int at)
{
	int task = oracle->trace->events[at].tid;

	for (int i = at - 1; i >= 0; i--) {
		if (oracle->context[i] != task)
			continue;
		edge(oracle, i, at);
		break;
	}
	edge(oracle, at, next_of_context(oracle, task, at));
}

static void edges_of(struct oracle *oracle, int at)
{
	const struct stlb_event *event = &oracle->trace->events[at];

	if (event->kind == STLB_LOST)
		return;
	edge(oracle, previous_of_context(oracle, at), at);
	if (event->context != STLB_CONTEXT_TASK)
		interrupt_edges(oracle, at);
	if (event->kind == STLB_LOCK_ACQUIRE || event->kind == STLB_LOCK_ACQUIRED)
		lock_edges(oracle, at);
	else if (event->kind == STLB_MMAP_LOCKED)
		mmap_lock_edges(oracle, at);
	else if (event->kind == STLB_PAGE_ALLOC)
		allocation_edges(oracle, at);
	else if (event->kind == STLB_SCHED_WAKING)
		wake_edge(oracle, at);
	else if (event->kind == STLB_FORK)
		runs_after(oracle, at, (int)stlb_event_get(event, NEXT), at);
}

void graph_build(struct oracle *oracle)
{
	int nr = (int)oracle->trace->nr;

	for (int i = 0; i < nr; i++)
		edges_of(oracle, i);
	/* Every edge points forward in the trace, so one pass in its order closes the graph. */
	for (int i = 0; i < nr; i++)
		for (int j = 0; j < i; j++)
			if (has_bit(oracle->before[i], j))
				for (int w = 0; w < MAX_EVENTS / 64; w++)
					oracle->before[i][w] |= oracle->before[j][w];
}

bool happens_before(const struct oracle *oracle, int first, int second)
{
	return has_bit(oracle->before[second], first);
}
