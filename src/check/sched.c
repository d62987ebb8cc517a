/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scheduler and interrupts: order between contexts, and where holds and tasks end. */
#include <stdlib.h>

#include "check/detached.h"
#include "check/evidence.h"

/* ---- interrupts lie between the events of the task that they interrupted ---- */

static void order_after(struct stlb_analysis *a, struct stlb_task *task,
			const struct stlb_task *other)
{
	a->failed |= stlb_hb_follows(&a->hb, &other->hb, &task->hb) < 0;
}

/* It comes after what the one who woke or forked it had done by then. */
static void runs(struct stlb_analysis *a, struct stlb_task *task)
{
	task->newborn = false;
	a->failed |= stlb_hb_runs(&a->hb, &task->hb) < 0;
}

/* Another task runs where this one did, or it runs elsewhere: it was switched out, seen or not. */
static void was_switched_out(struct stlb_analysis *a, struct stlb_task *task)
{
	struct stlb_event event = {.kind = STLB_SCHED_SWITCH, .cpu = task->cpu, .tid = task->tid};
	struct stlb_act act = {&event, task, NULL};

	task->flush_left = true;
	if (task->nr_holds)
		stlb_holds_suspend(a, &act);
}

/* They lie before the next event of the task that they interrupted, whenever and wherever it is. */
static void interrupts_end(struct stlb_analysis *a, struct stlb_cpu *cpu)
{
	for (unsigned int kind = STLB_CONTEXT_SOFTIRQ; kind <= STLB_CONTEXT_NMI; kind++) {
		if (cpu->irqs[kind] && cpu->interrupted)
			order_after(a, cpu->interrupted, cpu->irqs[kind]);
		cpu->irqs[kind] = NULL;
	}
	cpu->interrupted = NULL;
	cpu->has_irqs = false;
}

static void task_goes_on(struct stlb_analysis *a, struct stlb_task *task, struct stlb_cpu *cpu)
{
	if (cpu->task && cpu->task != task)
		was_switched_out(a, cpu->task);
	interrupts_end(a, cpu);
	if (task->nr_events == 1)
		runs(a, task);
	cpu->task = task;
}

void stlb_sched_moved(struct stlb_analysis *a, struct stlb_task *task)
{
	struct stlb_cpu *cpu = stlb_contexts_cpu(&a->contexts, task->cpu);

	if (task->kind != STLB_CONTEXT_TASK)
		return;
	if (cpu && cpu->interrupted == task)
		interrupts_end(a, cpu);
	was_switched_out(a, task);
}

/* An event in an interrupt names the task that was interrupted. */
static void interrupt_runs(struct stlb_analysis *a, struct stlb_task *irq, struct stlb_cpu *cpu,
			   int32_t tid)
{
	struct stlb_task *task = stlb_contexts_find(&a->contexts, tid, irq->cpu);

	if (cpu->interrupted && cpu->interrupted != task)
		interrupts_end(a, cpu);
	/* a child that is interrupted runs already */
	if (task && task->newborn)
		runs(a, task);
	if (task && task->cpu != irq->cpu) {
		stlb_sched_moved(a, task);
		task->cpu = irq->cpu;
	}
	for (unsigned int kind = STLB_CONTEXT_SOFTIRQ; kind <= STLB_CONTEXT_NMI; kind++)
		if (cpu->irqs[kind] && cpu->irqs[kind] != irq)
			order_after(a, irq, cpu->irqs[kind]);
	if (!cpu->irqs[irq->kind] && task)
		order_after(a, irq, task);
	cpu->irqs[irq->kind] = irq;
	cpu->interrupted = task;
	cpu->has_irqs = true;
}

void stlb_sched_enter(struct stlb_analysis *a, struct stlb_task *task, struct stlb_cpu *cpu,
		      int32_t tid)
{
	if (task->kind == STLB_CONTEXT_TASK)
		task_goes_on(a, task, cpu);
	else
		interrupt_runs(a, task, cpu, tid);
}

/* ---- tasks ---- */

/* A task that is switched out between a set and its echo goes on with the echo. */
static void keep_echo(const struct stlb_task *task)
{
	struct stlb_update_state *update = task->update;

	if (update && update->echo_left && update->echo_after + 1 == task->nr_events)
		update->echo_after++;
}

void stlb_on_switch(struct stlb_analysis *a, const struct stlb_act *act)
{
	int32_t tid = (int32_t)stlb_event_get(act->event, NEXT);
	struct stlb_cpu *cpu = stlb_contexts_cpu(&a->contexts, act->event->cpu);
	struct stlb_task *next = stlb_contexts_find(&a->contexts, tid, act->event->cpu);

	keep_echo(act->task);
	act->task->flush_left = true;
	/* a task that sleeps while it waits for a lock has not got it */
	stlb_holds_suspend(a, act);
	if (cpu)
		cpu->task = next;
	if (next)
		runs(a, next);
}

void stlb_on_waking(struct stlb_analysis *a, const struct stlb_act *act)
{
	int32_t tid = (int32_t)stlb_event_get(act->event, NEXT);
	struct stlb_task *woken;

	if (stlb_hb_is_idle(&a->hb) || tid == 0)
		return;
	woken = stlb_contexts_task(&a->contexts, tid);
	if (woken)
		a->failed |= stlb_hb_started(&a->hb, &act->task->hb, &woken->hb) < 0;
	else
		a->result.dropped++;
}

void stlb_on_fork(struct stlb_analysis *a, const struct stlb_act *act)
{
	int32_t tid = (int32_t)stlb_event_get(act->event, NEXT);
	struct stlb_task *child;

	if (tid == 0 || tid == act->task->tid)
		return;
	child = stlb_contexts_restart(&a->contexts, tid);
	if (!child) {
		a->result.dropped++;
		return;
	}
	child->settled = child->newborn = true;
	child->seen_at = a->hb.now;
	stlb_task_holds_none(child);
	stlb_task_begins(a, child, act->task);
	a->failed |= stlb_hb_started(&a->hb, &act->task->hb, &child->hb) < 0;
}

void stlb_on_leave(struct stlb_analysis *a, const struct stlb_act *act)
{
	if (act->event->kind == STLB_USER_MODE && act->task->kind == STLB_CONTEXT_TASK)
		stlb_task_is_user(a, act->task);
	stlb_detached_over(act->task, NULL);
	stlb_flush_judge(a, act);
	stlb_holds_end(a, act);
	if (act->task->nr_obligations)
		stlb_unbracketed_judge_tables(a, act->task);
	stlb_never_at_leave(a, act);
	stlb_brackets_leave(a, act);
	stlb_task_holds_none(act->task);
}
