/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: who holds what, and the order that their releases and acquisitions make. */
#include <stdlib.h>
#include <string.h>

#include "check/bracket.h"
#include "check/check.h"

enum { MAX_LOCKS = 16 * 1024, LOCKDEP_READ = 2 };

bool stlb_locks_traced(const struct stlb_analysis *a)
{
	return stlb_kinds_has(&a->seen, STLB_LOCK_ACQUIRE) ||
	       stlb_kinds_has(&a->seen, STLB_LOCK_ACQUIRED);
}

/* ---- locks ---- */

static void forget_unnamed(struct stlb_analysis *a)
{
	uint64_t victims[1024];
	uint32_t at = 0, nr = 0;

	for (struct stlb_lock *lock; nr < 1024 && (lock = stlb_map_next(&a->locks, &at));)
		if (!lock->named)
			victims[nr++] = lock->address;
	a->only_named_locks = nr == 0;
	while (nr) {
		struct stlb_lock *lock = stlb_map_remove(&a->locks, victims[--nr]);

		stlb_hb_lock_free(&lock->hb);
		free(lock);
	}
}

static struct stlb_lock *lock_get(struct stlb_analysis *a, uint64_t address)
{
	struct stlb_lock *lock = stlb_map_get(&a->locks, address);

	if (lock)
		return lock;
	if (a->locks.count >= MAX_LOCKS && !a->only_named_locks)
		forget_unnamed(a);
	lock = a->locks.count < MAX_LOCKS ? calloc(1, sizeof(*lock)) : NULL;
	if (!lock || stlb_map_put(&a->locks, address, lock) < 0) {
		free(lock);
		a->failed |= a->locks.count < MAX_LOCKS;
		return NULL;
	}
	lock->address = address;
	return lock;
}

static bool is_ptl_class(const char *name)
{
	return name && (strstr(name, "ptlock") || strstr(name, "page_table_lock"));
}

/* ---- holds ---- */

static int find_hold(const struct stlb_task *task, uint64_t address)
{
	for (uint32_t i = task->nr_holds; i > 0; i--)
		if (task->holds[i - 1].lock == address)
			return i - 1;
	return -1;
}

/* What an update left to be judged when its critical section is over; @seen: its release was. */
static void hold_over(struct stlb_analysis *a, const struct stlb_act *act, uint32_t index,
		      bool seen)
{
	struct stlb_hold hold = act->task->holds[index];

	if (!hold.work)
		return;
	stlb_maps_apply(a, act, hold.id, 0);
	stlb_settle_zeroes(a, act->task, hold.id);
	stlb_place_drop(a, act->task, hold.id);
	if (hold.suspended)
		stlb_settle_tentative(a, act->task, hold.id, seen);
	if (act->task->doubted)
		stlb_starts_settle(a, act->task, &hold, seen);
	stlb_unbracketed_judge(a, act, hold.id);
}

/* ---- acquisition ---- */

static bool is_ptl(const struct stlb_hold *hold)
{
	return hold->named || hold->used || hold->work;
}

/* What was done in a hold that is forgotten can no longer be told from what comes after it. */
static void doubt_hold(struct stlb_analysis *a, struct stlb_task *task, uint64_t hold)
{
	struct stlb_list *at, *next;

	stlb_note(a, "a context held more locks than can be tracked: what it changed under one of "
		     "them is inconclusive");
	stlb_list_each (at, next, &task->clears) {
		struct stlb_obligation *ob = stlb_list_entry(at, struct stlb_obligation, in_task);

		ob->lossy |= ob->scope->hold == hold;
	}
}

static void make_room(struct stlb_analysis *a, struct stlb_task *task)
{
	uint32_t index = 0;

	while (index < task->nr_holds && is_ptl(&task->holds[index]))
		index++;
	if (index == task->nr_holds) {
		index = 0;
		doubt_hold(a, task, task->holds[index].id);
		task->locks_known = STLB_LOCKS_LOST;
	}
	stlb_task_drop_hold(task, index);
}

/* The hold is over, its release went unseen. */
static void drop_stale(struct stlb_analysis *a, struct stlb_task *task, uint32_t index)
{
	struct stlb_event event = {.kind = STLB_LOCK_RELEASE, .cpu = task->cpu, .tid = task->tid};
	struct stlb_act act = {&event, task, NULL};

	hold_over(a, &act, index, false);
	stlb_task_drop_hold(task, index);
}

/* Whoever takes a lock shows that a hold of it, by a context that was switched out, was over. */
static void end_suspended(struct stlb_analysis *a, uint64_t address)
{
	struct stlb_lock *lock = stlb_map_get(&a->locks, address);
	struct stlb_task *holder;
	int index;

	if (!lock || !lock->suspended)
		return;
	holder = stlb_map_get(&a->contexts.map, lock->suspended);
	lock->suspended = 0;
	a->nr_suspended--;
	index = holder ? find_hold(holder, address) : -1;
	if (index >= 0 && holder->holds[index].suspended)
		drop_stale(a, holder, index);
}

static void push(struct stlb_analysis *a, struct stlb_task *task, const struct stlb_hold *asked)
{
	struct stlb_hold *hold;
	int index;

	if (a->nr_suspended)
		end_suspended(a, asked->lock);
	/* spinlocks are not taken twice */
	index = asked->shared ? -1 : find_hold(task, asked->lock);
	if (index >= 0)
		drop_stale(a, task, index);
	if (task->nr_holds == STLB_MAX_HOLDS)
		make_room(a, task);
	hold = stlb_task_add_hold(task);
	if (!hold) {
		a->failed = true;
		return;
	}
	*hold = *asked;
	hold->id = ++a->next_id;
}

static void order_after_lock(struct stlb_analysis *a, struct stlb_task *task, uint64_t address,
			     bool shared)
{
	const struct stlb_lock *lock =
		stlb_hb_is_idle(&a->hb) ? NULL : stlb_map_get(&a->locks, address);

	if (lock)
		a->failed |= stlb_hb_lock_acquired(&a->hb, &task->hb, &lock->hb, shared) < 0;
}

static void acquired(struct stlb_analysis *a, struct stlb_task *task)
{
	order_after_lock(a, task, task->asked.lock, task->asked.shared);
	push(a, task, &task->asked);
	task->asked.lock = 0;
}

static void ask(struct stlb_analysis *a, const struct stlb_act *act, uint64_t address)
{
	const struct stlb_event *event = act->event;
	struct stlb_hold *asked = &act->task->asked;
	struct stlb_lock *lock;

	asked->lock = address;
	asked->ns = event->ns;
	asked->name = event->name;
	asked->cpu = event->cpu;
	asked->kind = event->kind;
	asked->used = asked->work = asked->confirmed = asked->suspended = asked->lossy = false;
	asked->shared = (stlb_event_or(event, TRYLOCK, 0) & LOCKDEP_READ) != 0;
	asked->named = is_ptl_class(event->text);
	/* earlier holders' releases are in the past already, even while it still waits */
	order_after_lock(a, act->task, address, asked->shared);
	if (asked->named || !a->locks.count)
		return;
	lock = stlb_map_get(&a->locks, address);
	asked->named = lock && lock->named;
}

void stlb_hold_settle(struct stlb_analysis *a, struct stlb_task *task)
{
	if (task->asked.lock)
		acquired(a, task);
}

void stlb_on_lock_acquire(struct stlb_analysis *a, const struct stlb_act *act)
{
	stlb_hold_settle(a, act->task);
	ask(a, act, stlb_event_get(act->event, LOCK));
}

/*
 * Where interrupts are not told from tasks, one can come between a lock function's entry and its
 * return: its events made the lock look taken already.
 */
static bool confirm(struct stlb_analysis *a, struct stlb_task *task, uint64_t address)
{
	int index = find_hold(task, address);

	if (task->asked.lock == address || index < 0 || task->holds[index].confirmed)
		return false;
	order_after_lock(a, task, address, task->holds[index].shared);
	task->holds[index].confirmed = true;
	return true;
}

/*
 * The return of a lock function. Without its argument (6.1) it is that of the lock asked for last;
 * one that was never asked for was asked for before the trace began.
 */
void stlb_on_lock_acquired(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_task *task = act->task;
	uint64_t address = stlb_event_or(act->event, LOCK, task->asked.lock);

	if (!address || confirm(a, task, address))
		return;
	if (task->asked.lock != address) {
		stlb_hold_settle(a, task);
		ask(a, act, address);
	}
	task->asked.confirmed = true;
	task->asked.lossy = false;
	acquired(a, task);
}

/* ---- release ---- */

static void order_before_lock(struct stlb_analysis *a, struct stlb_task *task, uint64_t address,
			      bool shared)
{
	struct stlb_lock *lock = stlb_hb_is_idle(&a->hb) ? NULL : lock_get(a, address);

	if (lock)
		a->failed |= stlb_hb_lock_released(&a->hb, &task->hb, &lock->hb, shared) < 0;
}

/*
 * Locks taken inside a hold and not known to be PTLs cannot outlive it: their release was by a
 * function that is not probed, and they must not pass for the lock of later updates.
 */
static void pop(struct stlb_task *task, uint32_t index)
{
	uint32_t kept = index;

	task->nr_suspended -= task->holds[index].suspended;
	for (uint32_t i = index + 1; i < task->nr_holds; i++)
		if (task->holds[i].named || task->holds[i].used)
			task->holds[kept++] = task->holds[i];
	task->nr_holds = kept;
}

void stlb_on_lock_release(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_task *task = act->task;
	uint64_t address = stlb_event_get(act->event, LOCK);
	int index;
	bool shared;

	stlb_hold_settle(a, task);
	index = find_hold(task, address);
	shared = index >= 0 && task->holds[index].shared;
	if (index >= 0)
		hold_over(a, act, index, true);
	order_before_lock(a, task, address, shared);
	if (index >= 0)
		pop(task, index);
}

static bool suspend(struct stlb_analysis *a, struct stlb_task *task, struct stlb_hold *hold)
{
	struct stlb_lock *lock = is_ptl(hold) && !hold->shared ? lock_get(a, hold->lock) : NULL;

	if (!lock)
		return false;
	a->nr_suspended += !lock->suspended;
	lock->suspended = task->key;
	task->nr_suspended += !hold->suspended;
	hold->suspended = true;
	return true;
}

void stlb_holds_suspend(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_task *task = act->task;

	for (uint32_t i = task->nr_holds; i > 0; i--) {
		if (suspend(a, task, &task->holds[i - 1]))
			continue;
		hold_over(a, act, i - 1, false);
		stlb_task_drop_hold(task, i - 1);
	}
}

void stlb_holds_end(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_task *task = act->task;

	for (uint32_t i = task->nr_holds; i > 0; i--)
		hold_over(a, act, i - 1, false);
	task->nr_holds = task->nr_suspended = 0;
}

void stlb_hold_name(struct stlb_analysis *a, struct stlb_task *task, uint64_t address)
{
	struct stlb_lock *lock = lock_get(a, address);
	int index = find_hold(task, address);

	if (lock)
		lock->named = true;
	if (index >= 0)
		task->holds[index].named = true;
}

/* ---- mmap_lock ---- */

void stlb_mmap_lock_acquired(struct stlb_analysis *a, struct stlb_task *task, uint64_t mm,
			     bool write)
{
	order_after_lock(a, task, stlb_mmap_lock_of(mm), !write);
}

void stlb_mmap_lock_released(struct stlb_analysis *a, struct stlb_task *task, uint64_t mm,
			     bool write)
{
	order_before_lock(a, task, stlb_mmap_lock_of(mm), !write);
}
