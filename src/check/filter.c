/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which violations are selected, and whether the trace has anything that the filters ask for. */
#include <string.h>

#include "check/filter.h"

enum { ANYWHERE = 47 }; /* bits of a user's address */

static const char *const names[STLB_NR_FILTERS] = {
	[STLB_FILTER_MM] = "mm",     [STLB_FILTER_PID] = "pid",	    [STLB_FILTER_COMM] = "comm",
	[STLB_FILTER_ADDR] = "addr", [STLB_FILTER_SINCE] = "since", [STLB_FILTER_UNTIL] = "until",
	[STLB_FILTER_RULE] = "rule",
};

const char *stlb_filter_name(enum stlb_filter_kind kind)
{
	return names[kind];
}

const struct stlb_filter_value *stlb_filter_find(const struct stlb_filter *filter,
						 enum stlb_filter_kind kind, uint32_t from)
{
	for (uint32_t i = from; i < filter->nr; i++)
		if (filter->values[i].kind == kind)
			return &filter->values[i];
	return NULL;
}

/* ---- violations ---- */

static bool passes_addr(const struct stlb_filter_value *value, const struct stlb_violation *v)
{
	uint64_t size = v->ob ? stlb_obligation_size(v->ob) : 1;
	uint64_t addr = v->ob ? v->ob->addr : v->addr;

	return (v->ob ? !v->ob->nowhere : v->has_addr) && addr < value->end &&
	       addr + size - 1 >= value->start;
}

static bool passes(const struct stlb_filter_value *value, const struct stlb_violation *v)
{
	const struct stlb_mm *mm = v->ob ? v->ob->mm : v->ec->mm;
	const struct stlb_context *context = v->ob ? v->ob->context : v->ec->context;

	switch (value->kind) {
	case STLB_FILTER_MM:
		return mm && mm->id == value->start;
	case STLB_FILTER_PID:
		return context->kind == STLB_CONTEXT_TASK && context->tid == value->tid;
	case STLB_FILTER_COMM:
		return context->comm && !strcmp(context->comm, value->text);
	case STLB_FILTER_ADDR:
		return passes_addr(value, v);
	case STLB_FILTER_SINCE:
		return v->ec->event->ns >= value->start;
	case STLB_FILTER_UNTIL:
		return v->ec->event->ns <= value->start;
	default:
		return true;
	}
}

uint32_t stlb_violation_hidden(const struct stlb_analysis *a, const struct stlb_violation *v)
{
	const struct stlb_filter *filter = &a->options.filter;
	uint32_t asked = 0, passed = 0, off = 0;

	for (uint32_t i = 0; i < filter->nr; i++) {
		uint32_t bit = 1U << filter->values[i].kind;

		asked |= bit;
		if (!(passed & bit) && passes(&filter->values[i], v))
			passed |= bit;
	}
	if (a->options.severity[v->rule] == STLB_OFF)
		off = 1U << STLB_FILTER_RULE;
	return (asked & ~passed) | off;
}

/* ---- what the trace has ---- */

/* An invalidation of everything names no address in particular. */
static bool names_addr(const struct stlb_filter_value *value, const struct stlb_event *event)
{
	uint64_t start, end;

	if (stlb_event_has(event, ADDR) && stlb_event_get(event, ADDR) < value->end &&
	    (stlb_event_get(event, ADDR) | 0xfff) >= value->start)
		return true;
	if (!stlb_event_has(event, START) || !stlb_event_has(event, END))
		return false;
	start = stlb_event_get(event, START);
	end = stlb_event_get(event, END);
	return end >> ANYWHERE == 0 && start < value->end && end > value->start;
}

static bool in_time(const struct stlb_filter *filter, uint64_t ns)
{
	const struct stlb_filter_value *since = stlb_filter_find(filter, STLB_FILTER_SINCE, 0);
	const struct stlb_filter_value *until = stlb_filter_find(filter, STLB_FILTER_UNTIL, 0);

	return (!since || ns >= since->start) && (!until || ns <= until->start);
}

static bool matches(const struct stlb_filter *filter, const struct stlb_filter_value *value,
		    const struct stlb_event *event)
{
	switch (value->kind) {
	case STLB_FILTER_MM:
		return stlb_event_has(event, MM) && stlb_event_get(event, MM) == value->start;
	case STLB_FILTER_PID:
		return event->tid == value->tid ||
		       (stlb_event_has(event, NEXT) &&
			stlb_event_get(event, NEXT) == (uint64_t)value->tid);
	case STLB_FILTER_COMM:
		return event->comm && !strcmp(event->comm, value->text);
	case STLB_FILTER_ADDR:
		return names_addr(value, event);
	case STLB_FILTER_SINCE:
	case STLB_FILTER_UNTIL:
		return in_time(filter, event->ns);
	default:
		return true;
	}
}

void stlb_filter_note(struct stlb_analysis *a, const struct stlb_event *event)
{
	const struct stlb_filter *filter = &a->options.filter;

	for (uint32_t i = 0; i < filter->nr; i++)
		if (!(a->result.filters_matched >> i & 1) &&
		    matches(filter, &filter->values[i], event))
			a->result.filters_matched |= UINT64_C(1) << i;
}

bool stlb_filter_waits(const struct stlb_analysis *a)
{
	uint32_t nr = a->options.filter.nr;

	return nr && a->result.filters_matched != UINT64_MAX >> (64 - nr);
}
