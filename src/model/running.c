/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/running.h"

#include "model/echo.h"

#include "model/locking.h"

/* ---- interrupts lie between the events of the task that they interrupted ---- */

static void order_after(struct stlb_machine *m, struct stlb_context *context,
			const struct stlb_context *other)
{
	m->failed |= stlb_hb_follows(&m->hb, &other->hb, &context->hb) < 0;
}

/* It comes after what the context that woke or forked it had done by then. */
static void runs(struct stlb_machine *m, struct stlb_context *context)
{
	context->newborn = false;
	m->failed |= stlb_hb_runs(&m->hb, &context->hb) < 0;
}

/* Another task runs where this one did, or it runs elsewhere: it was switched out, seen or not. */
static void was_switched_out(struct stlb_machine *m, struct stlb_context *context)
{
	struct stlb_event event = {.kind = STLB_SCHED_SWITCH,
				   .cpu = context->cpu,
				   .tid = context->tid,
				   .ns = m->now_ns};

	context->flush_left = true;
	if (context->nr_holds)
		stlb_holds_suspend(m, context, &event);
}

/* They lie before the next event of the task that they interrupted, whenever and wherever it is. */
static void interrupts_end(struct stlb_machine *m, struct stlb_cpu *cpu)
{
	for (unsigned int kind = STLB_CONTEXT_SOFTIRQ; kind <= STLB_CONTEXT_NMI; kind++) {
		if (cpu->irqs[kind] && cpu->interrupted)
			order_after(m, cpu->interrupted, cpu->irqs[kind]);
		cpu->irqs[kind] = NULL;
	}
	cpu->interrupted = NULL;
	cpu->has_irqs = false;
}

static void context_goes_on(struct stlb_machine *m, struct stlb_context *context,
			    struct stlb_cpu *cpu)
{
	if (cpu->task && cpu->task != context)
		was_switched_out(m, cpu->task);
	interrupts_end(m, cpu);
	if (context->nr_events == 1)
		runs(m, context);
	cpu->task = context;
}

static void moved(struct stlb_machine *m, struct stlb_context *context)
{
	struct stlb_cpu *cpu = stlb_contexts_cpu(&m->contexts, context->cpu);

	if (context->kind != STLB_CONTEXT_TASK)
		return;
	if (cpu && cpu->interrupted == context)
		interrupts_end(m, cpu);
	was_switched_out(m, context);
}

/* An event in an interrupt names the task that was interrupted. */
static void interrupt_runs(struct stlb_machine *m, struct stlb_context *irq, struct stlb_cpu *cpu,
			   int32_t tid)
{
	struct stlb_context *context = stlb_contexts_find(&m->contexts, tid, irq->cpu);

	if (cpu->interrupted && cpu->interrupted != context)
		interrupts_end(m, cpu);
	/* a child that is interrupted runs already */
	if (context && context->newborn)
		runs(m, context);
	if (context && context->cpu != irq->cpu) {
		moved(m, context);
		context->cpu = irq->cpu;
	}
	for (unsigned int kind = STLB_CONTEXT_SOFTIRQ; kind <= STLB_CONTEXT_NMI; kind++)
		if (cpu->irqs[kind] && cpu->irqs[kind] != irq)
			order_after(m, irq, cpu->irqs[kind]);
	if (!cpu->irqs[irq->kind] && context)
		order_after(m, irq, context);
	cpu->irqs[irq->kind] = irq;
	cpu->interrupted = context;
	cpu->has_irqs = true;
}

/* A task's first event on a CPU: was it there while events were lost? */
static void enters(struct stlb_machine *m, struct stlb_context *context, const struct stlb_cpu *cpu)
{
	if (cpu->lost_at <= context->seen_at)
		return;
	if (context->nr_events && m->facts.doubted)
		m->facts.doubted(m->facts.user, context);
	stlb_locks_doubt(context);
}

struct stlb_context *stlb_running_enter(struct stlb_machine *m, const struct stlb_event *event)
{
	struct stlb_cpu *cpu = stlb_contexts_cpu(&m->contexts, event->cpu);
	struct stlb_context *context;

	m->failed |= !cpu && event->cpu >= 0 && event->cpu < STLB_MAX_CPUS;
	if (cpu && cpu->task && event->context == STLB_CONTEXT_TASK && cpu->task->tid == event->tid)
		context = cpu->task;
	else
		context = stlb_contexts_at(&m->contexts, event);
	if (!context)
		return NULL;
	if (context->cpu != event->cpu)
		moved(m, context);
	if (cpu && !(context->cpus >> (event->cpu & 63) & 1))
		enters(m, context, cpu);
	context->cpu = event->cpu;
	context->nr_events++;
	context->seen_at = m->hb.now;
	context->cpus |= UINT64_C(1) << (event->cpu & 63);
	if (event->comm && event->context == STLB_CONTEXT_TASK) {
		if (context->comm && context->comm != event->comm && m->facts.renamed)
			m->facts.renamed(m->facts.user, context, event->comm);
		context->comm = event->comm;
	}
	if (!cpu)
		return context;
	cpu->last_ns = event->ns;
	if (context->kind != STLB_CONTEXT_TASK)
		interrupt_runs(m, context, cpu, event->tid);
	else if (context != cpu->task || cpu->has_irqs)
		context_goes_on(m, context, cpu);
	return context;
}

/* ---- the scheduler ---- */

void stlb_running_switched(struct stlb_machine *m, struct stlb_context *context,
			   const struct stlb_event *event)
{
	int32_t tid = (int32_t)stlb_event_get(event, NEXT);
	struct stlb_cpu *cpu = stlb_contexts_cpu(&m->contexts, event->cpu);
	struct stlb_context *next = stlb_contexts_find(&m->contexts, tid, event->cpu);

	/* a task that is switched out between a set and its echo goes on with the echo */
	stlb_echo_waits(context);
	context->flush_left = true;
	/* a task that sleeps while it waits for a lock does not have it */
	stlb_holds_suspend(m, context, event);
	if (cpu)
		cpu->task = next;
	if (next)
		runs(m, next);
}

bool stlb_running_woken(struct stlb_machine *m, struct stlb_context *by,
			const struct stlb_event *event)
{
	int32_t tid = (int32_t)stlb_event_get(event, NEXT);
	struct stlb_context *woken;

	if (stlb_hb_is_idle(&m->hb) || tid == 0)
		return true;
	woken = stlb_contexts_task(&m->contexts, tid);
	if (!woken)
		return false;
	m->failed |= stlb_hb_started(&m->hb, &by->hb, &woken->hb, false) < 0;
	return true;
}

bool stlb_running_forked(struct stlb_machine *m, struct stlb_context *by,
			 const struct stlb_event *event, struct stlb_context **forked)
{
	int32_t tid = (int32_t)stlb_event_get(event, NEXT);
	struct stlb_context *child;

	*forked = NULL;
	if (tid == 0 || tid == by->tid)
		return true;
	*forked = child = stlb_contexts_restart(&m->contexts, tid);
	if (!child)
		return false;
	child->settled = child->newborn = true;
	child->seen_at = m->hb.now;
	stlb_context_holds_none(child);
	m->failed |= stlb_hb_started(&m->hb, &by->hb, &child->hb, true) < 0;
	return true;
}

/* ---- losses ---- */

/* What was said to come next, and which table is locked. */
static void forget_update(struct stlb_context *context)
{
	if (!context->update)
		return;
	stlb_echo_forget(context);
	context->update->map_mm = NULL;
}

/* Releases and ends may be among what was lost, of any task that used that CPU. */
void stlb_running_lost(struct stlb_machine *m, const struct stlb_event *event)
{
	struct stlb_cpu *cpu = stlb_contexts_cpu(&m->contexts, event->cpu);
	uint32_t at = 0;

	if (cpu)
		cpu->lost_at = m->hb.now;
	for (struct stlb_context *context; (context = stlb_map_next(&m->contexts.map, &at));) {
		if (event->cpu >= 0 && !(context->cpus >> (event->cpu % 64) & 1))
			continue;
		forget_update(context);
		if (m->facts.doubted)
			m->facts.doubted(m->facts.user, context);
		stlb_locks_doubt(context);
	}
}
