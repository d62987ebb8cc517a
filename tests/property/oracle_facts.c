/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of each event's surroundings: who acts, in which brackets, under which lock. */
#include <limits.h>
#include <string.h>

#include "oracle_internal.h"

static const struct stlb_event *event_at(const struct oracle *oracle, int at)
{
	return &oracle->trace->events[at];
}

/* A loss is nobody's: it must not come between two events of a context. */
static int context_of(const struct stlb_event *event)
{
	if (event->kind == STLB_LOST)
		return INT_MIN;
	if (event->context == STLB_CONTEXT_TASK)
		return event->tid;
	return -(event->cpu * 4 + event->context);
}

int previous_of_context(const struct oracle *oracle, int at)
{
	for (int i = at - 1; i >= 0; i--)
		if (oracle->context[i] == oracle->context[at])
			return i;
	return NOWHERE;
}

int next_of_context(const struct oracle *oracle, int context, int after)
{
	for (int i = after + 1; i < (int)oracle->trace->nr; i++)
		if (oracle->context[i] == context)
			return i;
	return NOWHERE;
}

static bool is_notifier_event(const struct stlb_event *event)
{
	return event->kind == STLB_INV_START || event->kind == STLB_INV_RANGE ||
	       event->kind == STLB_INV_END;
}

static bool registration_of(const struct oracle *oracle, int returned, uint64_t mm)
{
	for (int i = returned - 1; i >= 0; i--) {
		const struct stlb_event *event = event_at(oracle, i);

		if (oracle->context[i] == oracle->context[returned] &&
		    event->kind == STLB_SUBSCRIBE)
			return stlb_event_get(event, MM) == mm;
	}
	return false;
}

/* NEVER_SEEN: registration may lie before the trace, so the first notifier event tells it. */
enum subscription { NEVER_SEEN, ASKED, SUBSCRIBED, RELEASED };

static enum subscription subscription_step(const struct oracle *oracle, enum subscription state,
					   uint64_t mm, int at)
{
	const struct stlb_event *event = event_at(oracle, at);
	bool return_traced = trace_recorded(oracle->trace, STLB_SUBSCRIBE_RET);

	if (event->kind == STLB_SUBSCRIBE_RET)
		return registration_of(oracle, at, mm) && stlb_event_get(event, RET) == 0
			       ? SUBSCRIBED
			       : state;
	if (stlb_event_or(event, MM, 0) != mm)
		return state;
	if (event->kind == STLB_UNSUBSCRIBE)
		return RELEASED;
	if (event->kind == STLB_MM_FREE)
		return NEVER_SEEN;
	if (event->kind == STLB_SUBSCRIBE && state != SUBSCRIBED)
		return ASKED;
	if (is_notifier_event(event) && (state == NEVER_SEEN || (state == ASKED && !return_traced)))
		return SUBSCRIBED;
	return state;
}

bool subscribed(const struct oracle *oracle, uint64_t mm, int at)
{
	enum subscription state = NEVER_SEEN;

	for (int i = 0; i <= at; i++)
		state = subscription_step(oracle, state, mm, i);
	return state == SUBSCRIBED;
}

static bool same_range(const struct stlb_event *a, const struct stlb_event *b)
{
	return stlb_event_get(a, MM) == stlb_event_get(b, MM) &&
	       stlb_event_get(a, START) == stlb_event_get(b, START) &&
	       stlb_event_get(a, END) == stlb_event_get(b, END);
}

static bool is_open(const struct oracle *oracle, int start, int at)
{
	return event_at(oracle, start)->kind == STLB_INV_START && start < at &&
	       oracle->bracket_end[start] > at;
}

/* Brackets nest: what is still open above one that ends has lost its end. */
static void close_above(struct oracle *oracle, int bottom, int at)
{
	for (int i = bottom + 1; i < at; i++) {
		const struct stlb_event *event = event_at(oracle, i);

		if (oracle->context[i] != oracle->context[at] || !is_open(oracle, i, at))
			continue;
		oracle->bracket_end[i] = at;
		if (stlb_event_or(event, FLAGS, 1) & 1 &&
		    subscribed(oracle, stlb_event_get(event, MM), at))
			oracle->never_ended[at]++;
	}
}

static void match_end(struct oracle *oracle, int at)
{
	for (int i = at - 1; i >= 0; i--) {
		if (oracle->context[i] != oracle->context[at] || !is_open(oracle, i, at) ||
		    !same_range(event_at(oracle, i), event_at(oracle, at)))
			continue;
		oracle->bracket_end[i] = at;
		close_above(oracle, i, at);
		return;
	}
	oracle->unmatched_end[at] = true;
}

/* An mm that goes takes its brackets along, whoever opened them. */
static void drop_brackets(struct oracle *oracle, int at)
{
	for (int i = 0; i < at; i++)
		if (is_open(oracle, i, at) && stlb_event_get(event_at(oracle, i), MM) ==
						      stlb_event_get(event_at(oracle, at), MM))
			oracle->bracket_end[i] = at;
}

void facts_build(struct oracle *oracle)
{
	const struct trace *trace = oracle->trace;

	oracle->before_6_6 = trace_before_6_6(trace);
	oracle->acquired_traced = trace_recorded(trace, STLB_LOCK_ACQUIRED);
	oracle->returns_traced = trace_recorded(trace, STLB_INV_RANGE_RET);
	for (unsigned int i = 0; i < trace->nr; i++) {
		oracle->context[i] = context_of(&trace->events[i]);
		oracle->bracket_end[i] = (int)trace->nr;
	}
	for (unsigned int i = 0; i < trace->nr; i++) {
		uint8_t kind = trace->events[i].kind;

		if (kind == STLB_INV_END)
			match_end(oracle, (int)i);
		else if (kind == STLB_USER_MODE || kind == STLB_EXIT)
			close_above(oracle, NOWHERE, (int)i);
		else if (kind == STLB_MM_FREE)
			drop_brackets(oracle, (int)i);
	}
}

int outermost_bracket(const struct oracle *oracle, int context, uint64_t mm, int at)
{
	for (int i = 0; i < at; i++)
		if (is_open(oracle, i, at) && oracle->context[i] == context &&
		    stlb_event_get(event_at(oracle, i), MM) == mm)
			return i;
	return NOWHERE;
}

void round_outwards(uint64_t *start, uint64_t *end)
{
	*start &= ~(PAGE_BYTES - 1);
	if (*end > UINT64_MAX - PAGE_BYTES)
		*end = UINT64_MAX;
	else
		*end = (*end + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

bool inside_covering_bracket(const struct oracle *oracle, int at, uint64_t start, uint64_t end)
{
	uint64_t mm = stlb_event_get(event_at(oracle, at), MM);

	for (int i = 0; i < at; i++) {
		const struct stlb_event *event = event_at(oracle, i);
		uint64_t from = stlb_event_or(event, START, 0), to = stlb_event_or(event, END, 0);

		if (!is_open(oracle, i, at) || oracle->context[i] != oracle->context[at] ||
		    stlb_event_get(event, MM) != mm || from >= to)
			continue;
		round_outwards(&from, &to);
		if (from <= start && to >= end)
			return true;
	}
	return false;
}

static bool any_bracket_open(const struct oracle *oracle, int at)
{
	for (int i = 0; i < at; i++)
		if (oracle->context[i] == oracle->context[at] && is_open(oracle, i, at))
			return true;
	return false;
}

static bool used_cpu(const struct oracle *oracle, int context, int cpu, int before)
{
	for (int i = 0; i < before; i++)
		if (oracle->context[i] == context && event_at(oracle, i)->cpu == cpu &&
		    event_at(oracle, i)->kind != STLB_LOST)
			return true;
	return false;
}

/* Whether an event proves that its context, or the task it starts, is in no bracket after it. */
static bool proves_outside(const struct oracle *oracle, int context, int at)
{
	const struct stlb_event *event = event_at(oracle, at);

	if (event->kind == STLB_FORK)
		return (int)stlb_event_get(event, NEXT) == context;
	if (oracle->context[at] != context)
		return false;
	return event->kind == STLB_USER_MODE ||
	       (event->kind == STLB_INV_END && !any_bracket_open(oracle, at));
}

/* Whether a bracket's own end is at an event, and not a sign that its end was missed. */
bool ends_bracket(const struct oracle *oracle, int start, int at)
{
	return start != NOWHERE && oracle->bracket_end[start] == at &&
	       event_at(oracle, at)->kind == STLB_INV_END &&
	       same_range(event_at(oracle, start), event_at(oracle, at));
}

/* A trace may begin inside of a bracket, and a loss may hide where one begins or ends. */
bool known_outside(const struct oracle *oracle, int context, int at)
{
	for (int i = at - 1; i >= 0; i--) {
		if (event_at(oracle, i)->kind == STLB_LOST &&
		    used_cpu(oracle, context, event_at(oracle, i)->cpu, i))
			return false;
		if (proves_outside(oracle, context, i))
			return true;
	}
	return false;
}

bool lost_on_its_cpus(const struct oracle *oracle, int context, int from, int to)
{
	for (int i = from + 1; i <= to; i++)
		if (event_at(oracle, i)->kind == STLB_LOST &&
		    used_cpu(oracle, context, event_at(oracle, i)->cpu, i))
			return true;
	return false;
}

static bool is_ptl(const struct stlb_event *event)
{
	return event->text && (!strncmp(event->text, "ptlock_ptr(", 11) ||
			       !strcmp(event->text, "&mm->page_table_lock"));
}

static bool is_taken(const struct oracle *oracle, int acquired, int at)
{
	const struct stlb_event *event = event_at(oracle, at);
	bool same = oracle->context[at] == oracle->context[acquired];

	/* Whoever else only asks for it may still wait. */
	return (event->kind == STLB_LOCK_ACQUIRED || (event->kind == STLB_LOCK_ACQUIRE && same)) &&
	       stlb_event_get(event, LOCK) == stlb_event_get(event_at(oracle, acquired), LOCK);
}

static bool is_released(const struct oracle *oracle, int acquired, int at)
{
	const struct stlb_event *event = event_at(oracle, at);

	return event->kind == STLB_LOCK_RELEASE &&
	       stlb_event_get(event, LOCK) == stlb_event_get(event_at(oracle, acquired), LOCK);
}

/* Seen, or shown by another task that runs on its CPU. */
static bool switches_out(const struct oracle *oracle, int acquired, int at)
{
	const struct stlb_event *event = event_at(oracle, at);

	if (oracle->context[at] == oracle->context[acquired])
		return event->kind == STLB_SCHED_SWITCH;
	return event->kind != STLB_LOST && event->context == STLB_CONTEXT_TASK &&
	       event->cpu == event_at(oracle, acquired)->cpu;
}

/*
 * Where a hold ends. A switch-out suspends it: only a release by the same task, with nobody else
 * seen to have the lock in between, shows that it went on.
 */
struct hold_end hold_end(const struct oracle *oracle, int acquired)
{
	int nr = (int)oracle->trace->nr, suspended = nr;

	for (int i = acquired + 1; i < nr; i++) {
		bool same = oracle->context[i] == oracle->context[acquired];

		/* whoever is back in user mode has released it unseen */
		if (same && (is_released(oracle, acquired, i) ||
			     event_at(oracle, i)->kind == STLB_USER_MODE ||
			     event_at(oracle, i)->kind == STLB_EXIT))
			return (struct hold_end){i, i};
		if (suspended < nr &&
		    (is_taken(oracle, acquired, i) || is_released(oracle, acquired, i)))
			return (struct hold_end){suspended, i};
		if (same && is_taken(oracle, acquired, i))
			return (struct hold_end){i, i};
		if (suspended == nr && switches_out(oracle, acquired, i))
			suspended = i;
	}
	return (struct hold_end){suspended, nr};
}

int hold_of(const struct oracle *oracle, int context, int at)
{
	uint8_t begins = oracle->acquired_traced ? STLB_LOCK_ACQUIRED : STLB_LOCK_ACQUIRE;

	for (int i = at - 1; i >= 0; i--)
		if (oracle->context[i] == context && event_at(oracle, i)->kind == begins &&
		    is_ptl(event_at(oracle, i)) && hold_end(oracle, i).at > at)
			return i;
	return NOWHERE;
}

/* Whether only what comes after an event shows that a hold went on until then. */
bool suspended_before(const struct oracle *oracle, int acquired, int at)
{
	for (int i = acquired + 1; i < at; i++)
		if (switches_out(oracle, acquired, i))
			return true;
	return false;
}

/* Whether a switch-out suspended a hold of a context that nothing shows to be over or to go on. */
bool perhaps_held(const struct oracle *oracle, int context, int at)
{
	uint8_t begins = oracle->acquired_traced ? STLB_LOCK_ACQUIRED : STLB_LOCK_ACQUIRE;
	int nr = (int)oracle->trace->nr;

	for (int i = at - 1; i >= 0; i--)
		if (oracle->context[i] == context && event_at(oracle, i)->kind == begins &&
		    is_ptl(event_at(oracle, i)) && hold_end(oracle, i).shown == nr &&
		    hold_end(oracle, i).at < at)
			return true;
	return false;
}

/* Lost events lie anywhere between the CPU's last event before the loss and the loss record. */
static int loss_begins(const struct oracle *oracle, int lost)
{
	for (int i = lost - 1; i >= 0; i--)
		if (event_at(oracle, i)->cpu == event_at(oracle, lost)->cpu)
			return i;
	return NOWHERE;
}

bool lost_between(const struct oracle *oracle, int from, int to)
{
	for (int i = from + 1; i < (int)oracle->trace->nr; i++)
		if (event_at(oracle, i)->kind == STLB_LOST && loss_begins(oracle, i) < to)
			return true;
	return false;
}

/* Where a context releases the mmap_lock that it holds at an event; NOWHERE: it holds none. */
int mmap_unlock_after(const struct oracle *oracle, int context, uint64_t mm, int at)
{
	for (int i = at + 1; i < (int)oracle->trace->nr; i++) {
		const struct stlb_event *event = event_at(oracle, i);

		if (oracle->context[i] != context || stlb_event_or(event, MM, 0) != mm)
			continue;
		if (event->kind == STLB_MMAP_LOCKED)
			return NOWHERE;
		if (event->kind == STLB_MMAP_UNLOCK)
			return i;
	}
	return NOWHERE;
}
