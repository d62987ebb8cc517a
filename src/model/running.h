/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who runs where, and the order that the scheduler, forks and interrupts make. */
#ifndef MODEL_RUNNING_H
#define MODEL_RUNNING_H

#include "model/bracketing.h"
#include "model/locking.h"

/** stlb_running_enter - the slow way of what follows: another context than before, or a new name */
struct stlb_context *stlb_running_enter(struct stlb_machine *m, const struct stlb_event *event);

/** stlb_running_still - the task of an event, where nothing else has run on its CPU; else NULL */
static inline struct stlb_context *stlb_running_still(const struct stlb_machine *m,
						      const struct stlb_event *event)
{
	const struct stlb_cpu *cpu;
	struct stlb_context *context;

	if ((uint32_t)event->cpu >= m->contexts.nr_cpus || event->context != STLB_CONTEXT_TASK)
		return NULL;
	cpu = &m->contexts.cpus[event->cpu];
	context = cpu->task;
	if (!context || cpu->has_irqs || context->tid != event->tid || context->cpu != event->cpu ||
	    context->comm != event->comm || !(context->cpus >> (event->cpu & 63) & 1))
		return NULL;
	return context;
}

/**
 * stlb_running_at - the context that an event is of, which runs by then on the event's CPU
 *
 * What this shows of others is taken account of: who was switched out there, which interrupts are
 * over. Returns NULL where there is no room or no memory for it.
 */
static inline struct stlb_context *stlb_running_at(struct stlb_machine *m,
						   const struct stlb_event *event)
{
	struct stlb_context *context = stlb_running_still(m, event);

	m->now_ns = event->ns;
	if (!context)
		return stlb_running_enter(m, event);
	context->nr_events++;
	context->seen_at = m->hb.now;
	m->contexts.cpus[event->cpu].last_ns = event->ns;
	return context;
}

/** stlb_running_acts - the same, and the context goes on: what it waited for is over */
static inline struct stlb_context *stlb_running_acts(struct stlb_machine *m,
						     const struct stlb_event *event)
{
	struct stlb_context *context = stlb_running_at(m, event);

	if (!context)
		return NULL;
	if (context->nr_brackets && context->freed_mms != m->mms.freed)
		stlb_brackets_drop_gone(m, context);
	/* a task that sleeps while it waits does not have the lock; its waiting is not over */
	if (context->asked.lock && event->kind != STLB_LOCK_ACQUIRED &&
	    event->kind != STLB_SCHED_SWITCH)
		stlb_lock_settle(m, context);
	return context;
}

/** stlb_running_switched - a task leaves its CPU, the next one comes */
void stlb_running_switched(struct stlb_machine *m, struct stlb_context *context,
			   const struct stlb_event *event);

/** stlb_running_woken - a task is woken: it runs after that; false: there is no room to know it */
bool stlb_running_woken(struct stlb_machine *m, struct stlb_context *by,
			const struct stlb_event *event);

/**
 * stlb_running_forked - a task is started
 * @forked: set to it; NULL where none was, or there is no room to know it
 *
 * Returns false where there is no room.
 */
bool stlb_running_forked(struct stlb_machine *m, struct stlb_context *by,
			 const struct stlb_event *event, struct stlb_context **forked);

/** stlb_running_lost - events were lost, which any context may have made that used their CPU */
void stlb_running_lost(struct stlb_machine *m, const struct stlb_event *event);

#endif
