/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/running.h"

#include "model/echo.h"

#include "model/locking.h"

/* ---- interrupts lie between the events of the task that they interrupted ---- */

static void order_after(struct stlb_machine *m, struct stlb_task *task,
			const struct stlb_task *other)
{
	m->failed |= stlb_hb_follows(&m->hb, &other->hb, &task->hb) < 0;
}

/* It comes after what the one who woke or forked it had done by then. */
static void runs(struct stlb_machine *m, struct stlb_task *task)
{
	task->newborn = false;
	m->failed |= stlb_hb_runs(&m->hb, &task->hb) < 0;
}

/* Another task runs where this one did, or it runs elsewhere: it was switched out, seen or not. */
static void was_switched_out(struct stlb_machine *m, struct stlb_task *task)
{
	struct stlb_event event = {
		.kind = STLB_SCHED_SWITCH, .cpu = task->cpu, .tid = task->tid, .ns = m->now_ns};

	task->flush_left = true;
	if (task->nr_holds)
		stlb_holds_suspend(m, task, &event);
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

static void task_goes_on(struct stlb_machine *m, struct stlb_task *task, struct stlb_cpu *cpu)
{
	if (cpu->task && cpu->task != task)
		was_switched_out(m, cpu->task);
	interrupts_end(m, cpu);
	if (task->nr_events == 1)
		runs(m, task);
	cpu->task = task;
}

static void moved(struct stlb_machine *m, struct stlb_task *task)
{
	struct stlb_cpu *cpu = stlb_contexts_cpu(&m->contexts, task->cpu);

	if (task->kind != STLB_CONTEXT_TASK)
		return;
	if (cpu && cpu->interrupted == task)
		interrupts_end(m, cpu);
	was_switched_out(m, task);
}

/* An event in an interrupt names the task that was interrupted. */
static void interrupt_runs(struct stlb_machine *m, struct stlb_task *irq, struct stlb_cpu *cpu,
			   int32_t tid)
{
	struct stlb_task *task = stlb_contexts_find(&m->contexts, tid, irq->cpu);

	if (cpu->interrupted && cpu->interrupted != task)
		interrupts_end(m, cpu);
	/* a child that is interrupted runs already */
	if (task && task->newborn)
		runs(m, task);
	if (task && task->cpu != irq->cpu) {
		moved(m, task);
		task->cpu = irq->cpu;
	}
	for (unsigned int kind = STLB_CONTEXT_SOFTIRQ; kind <= STLB_CONTEXT_NMI; kind++)
		if (cpu->irqs[kind] && cpu->irqs[kind] != irq)
			order_after(m, irq, cpu->irqs[kind]);
	if (!cpu->irqs[irq->kind] && task)
		order_after(m, irq, task);
	cpu->irqs[irq->kind] = irq;
	cpu->interrupted = task;
	cpu->has_irqs = true;
}

/* A task's first event on a CPU: was it there while events were lost? */
static void enters(struct stlb_machine *m, struct stlb_task *task, const struct stlb_cpu *cpu)
{
	if (cpu->lost_at <= task->seen_at)
		return;
	if (task->nr_events && m->facts.doubted)
		m->facts.doubted(m->facts.user, task);
	stlb_locks_doubt(task);
}

struct stlb_task *stlb_running_enter(struct stlb_machine *m, const struct stlb_event *event)
{
	struct stlb_cpu *cpu = stlb_contexts_cpu(&m->contexts, event->cpu);
	struct stlb_task *task;

	m->failed |= !cpu && event->cpu >= 0 && event->cpu < STLB_MAX_CPUS;
	if (cpu && cpu->task && event->context == STLB_CONTEXT_TASK && cpu->task->tid == event->tid)
		task = cpu->task;
	else
		task = stlb_contexts_at(&m->contexts, event);
	if (!task)
		return NULL;
	if (task->cpu != event->cpu)
		moved(m, task);
	if (cpu && !(task->cpus >> (event->cpu & 63) & 1))
		enters(m, task, cpu);
	task->cpu = event->cpu;
	task->nr_events++;
	task->seen_at = m->hb.now;
	task->cpus |= UINT64_C(1) << (event->cpu & 63);
	if (event->comm && event->context == STLB_CONTEXT_TASK) {
		if (task->comm && task->comm != event->comm && m->facts.renamed)
			m->facts.renamed(m->facts.user, task, event->comm);
		task->comm = event->comm;
	}
	if (!cpu)
		return task;
	cpu->last_ns = event->ns;
	if (task->kind != STLB_CONTEXT_TASK)
		interrupt_runs(m, task, cpu, event->tid);
	else if (task != cpu->task || cpu->has_irqs)
		task_goes_on(m, task, cpu);
	return task;
}

/* ---- the scheduler ---- */

void stlb_running_switched(struct stlb_machine *m, struct stlb_task *task,
			   const struct stlb_event *event)
{
	int32_t tid = (int32_t)stlb_event_get(event, NEXT);
	struct stlb_cpu *cpu = stlb_contexts_cpu(&m->contexts, event->cpu);
	struct stlb_task *next = stlb_contexts_find(&m->contexts, tid, event->cpu);

	/* a task that is switched out between a set and its echo goes on with the echo */
	stlb_echo_waits(task);
	task->flush_left = true;
	/* a task that sleeps while it waits for a lock has not got it */
	stlb_holds_suspend(m, task, event);
	if (cpu)
		cpu->task = next;
	if (next)
		runs(m, next);
}

bool stlb_running_woken(struct stlb_machine *m, struct stlb_task *by,
			const struct stlb_event *event)
{
	int32_t tid = (int32_t)stlb_event_get(event, NEXT);
	struct stlb_task *woken;

	if (stlb_hb_is_idle(&m->hb) || tid == 0)
		return true;
	woken = stlb_contexts_task(&m->contexts, tid);
	if (!woken)
		return false;
	m->failed |= stlb_hb_started(&m->hb, &by->hb, &woken->hb, false) < 0;
	return true;
}

bool stlb_running_forked(struct stlb_machine *m, struct stlb_task *by,
			 const struct stlb_event *event, struct stlb_task **forked)
{
	int32_t tid = (int32_t)stlb_event_get(event, NEXT);
	struct stlb_task *child;

	*forked = NULL;
	if (tid == 0 || tid == by->tid)
		return true;
	*forked = child = stlb_contexts_restart(&m->contexts, tid);
	if (!child)
		return false;
	child->settled = child->newborn = true;
	child->seen_at = m->hb.now;
	stlb_task_holds_none(child);
	m->failed |= stlb_hb_started(&m->hb, &by->hb, &child->hb, true) < 0;
	return true;
}

/* ---- losses ---- */

/* What was said to come next, and which table is locked. */
static void forget_update(struct stlb_task *task)
{
	if (!task->update)
		return;
	stlb_echo_forget(task);
	task->update->map_mm = NULL;
}

/* Releases and ends may be among what was lost, of any task that used that CPU. */
void stlb_running_lost(struct stlb_machine *m, const struct stlb_event *event)
{
	struct stlb_cpu *cpu = stlb_contexts_cpu(&m->contexts, event->cpu);
	uint32_t at = 0;

	if (cpu)
		cpu->lost_at = m->hb.now;
	for (struct stlb_task *task; (task = stlb_map_next(&m->contexts.map, &at));) {
		if (event->cpu >= 0 && !(task->cpus >> (event->cpu % 64) & 1))
			continue;
		forget_update(task);
		if (m->facts.doubted)
			m->facts.doubted(m->facts.user, task);
		stlb_locks_doubt(task);
	}
}
