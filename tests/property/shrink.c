/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "shrink.h"

static bool same_context(const struct stlb_event *a, const struct stlb_event *b)
{
	if (a->context != b->context)
		return false;
	return a->context == STLB_CONTEXT_TASK ? a->tid == b->tid : a->cpu == b->cpu;
}

static bool same_entry(const struct stlb_event *a, const struct stlb_event *b)
{
	return stlb_event_or(a, MM, 0) == stlb_event_or(b, MM, 1) &&
	       stlb_event_or(b, ADDR, 1) - stlb_event_or(a, ADDR, 0) <
		       stlb_event_or(a, NR, 1) * PAGE_BYTES;
}

static bool same_lock(const struct stlb_event *a, const struct stlb_event *b)
{
	return stlb_event_or(a, LOCK, 0) == stlb_event_or(b, LOCK, 1);
}

/* Whether @event is only there because of @first, an earlier one of its context. */
static bool belongs_to(const struct stlb_event *event, const struct stlb_event *first)
{
	switch (event->kind) {
	case STLB_LOCK_ACQUIRED:
	case STLB_LOCK_RELEASE:
		return first->kind == STLB_LOCK_ACQUIRE && same_lock(first, event);
	case STLB_INV_RANGE_RET:
		return first->kind == STLB_INV_RANGE;
	case STLB_SUBSCRIBE_RET:
		return first->kind == STLB_SUBSCRIBE;
	case STLB_PTE_CLEAR:
		return (first->kind == STLB_PTE_SET || first->kind == STLB_PTE_CLEAR_FLUSH) &&
		       same_entry(first, event);
	case STLB_PMD_CLEAR:
		return (first->kind == STLB_PMD_SET || first->kind == STLB_PMD_COLLAPSE_FLUSH) &&
		       same_entry(first, event);
	default:
		return false;
	}
}

/* Locks may have anything between, the others stand next to each other in their context. */
static int leader(const struct trace *trace, unsigned int at)
{
	const struct stlb_event *event = &trace->events[at];
	bool lock = event->kind == STLB_LOCK_RELEASE || event->kind == STLB_LOCK_ACQUIRED;

	for (int i = (int)at - 1; i >= 0; i--) {
		if (!same_context(&trace->events[i], event))
			continue;
		if (belongs_to(event, &trace->events[i]))
			return i;
		if (!lock && trace->events[i].kind != event->kind)
			break;
	}
	return -1;
}

/* What the places of others are known from. */
static bool tells_places(const struct stlb_event *event)
{
	return event->kind == STLB_PTL_MAP || event->kind == STLB_PTE_SET ||
	       event->kind == STLB_LOCK_ACQUIRE;
}

static bool without(const struct trace *trace, unsigned int at, struct trace *smaller)
{
	if (leader(trace, at) >= 0 || (trace->bare && tells_places(&trace->events[at])))
		return false;
	smaller->nr = 0;
	for (unsigned int i = 0; i < trace->nr; i++)
		if (i != at && leader(trace, i) != (int)at)
			smaller->events[smaller->nr++] = trace->events[i];
	return true;
}

void shrink(struct trace *trace, bool (*keeps)(const struct trace *trace, void *arg), void *arg)
{
	static struct trace smaller;
	bool again = true;

	while (again) {
		again = false;
		for (unsigned int at = trace->nr; at-- > trace->fixed;) {
			smaller = *trace;
			if (at >= trace->nr || !without(trace, at, &smaller) ||
			    !keeps(&smaller, arg))
				continue;
			*trace = smaller;
			again = true;
		}
	}
}
