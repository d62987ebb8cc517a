/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/locking.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_LOCKS = 16 * 1024, LOCKDEP_READ = 2 };

/* ---- locks ---- */

static void forget_unnamed(struct stlb_machine *m)
{
	uint64_t victims[1024];
	uint32_t at = 0, nr = 0;

	for (struct stlb_lock *lock; nr < 1024 && (lock = stlb_map_next(&m->locks, &at));)
		if (!lock->named)
			victims[nr++] = lock->address;
	m->only_named_locks = nr == 0;
	while (nr) {
		struct stlb_lock *lock = stlb_map_remove(&m->locks, victims[--nr]);

		stlb_hb_lock_free(&lock->hb);
		free(lock);
	}
}

static struct stlb_lock *lock_get(struct stlb_machine *m, uint64_t address)
{
	struct stlb_lock *lock = stlb_map_get(&m->locks, address);

	if (lock)
		return lock;
	if (m->locks.count >= MAX_LOCKS && !m->only_named_locks)
		forget_unnamed(m);
	lock = m->locks.count < MAX_LOCKS ? calloc(1, sizeof(*lock)) : NULL;
	if (!lock || stlb_map_put(&m->locks, address, lock) < 0) {
		free(lock);
		m->failed |= m->locks.count < MAX_LOCKS;
		return NULL;
	}
	lock->address = lock->hb.id = address;
	return lock;
}

/* ---- holds ---- */

static int find_hold(const struct stlb_context *context, uint64_t address)
{
	for (uint32_t i = context->nr_holds; i > 0; i--)
		if (context->holds[i - 1].lock == address)
			return i - 1;
	return -1;
}

static void over(struct stlb_machine *m, struct stlb_context *context, uint32_t index,
		 enum stlb_over how, const struct stlb_event *by)
{
	const struct stlb_hold *hold = &context->holds[index];

	if ((hold->work || hold->reported || how == STLB_OVER_NEVER) && m->facts.over)
		m->facts.over(m->facts.user, context, hold, how, by);
}

/* ---- acquisition ---- */

static bool is_ptl(const struct stlb_hold *hold)
{
	return hold->named || hold->used || hold->work;
}

static void make_room(struct stlb_machine *m, struct stlb_context *context)
{
	uint32_t index = 0;

	while (index < context->nr_holds && is_ptl(&context->holds[index]))
		index++;
	if (index == context->nr_holds) {
		index = 0;
		over(m, context, index, STLB_OVER_NEVER, NULL);
		context->locks_known = STLB_LOCKS_LOST;
	} else {
		over(m, context, index, STLB_OVER_DROPPED, NULL);
	}
	stlb_context_drop_hold(context, index);
}

/* The hold is over, its release went unseen. */
static void drop_stale(struct stlb_machine *m, struct stlb_context *context, uint32_t index)
{
	struct stlb_event event = {
		.kind = STLB_LOCK_RELEASE, .cpu = context->cpu, .tid = context->tid};

	over(m, context, index, STLB_OVER_UNSEEN, &event);
	stlb_context_drop_hold(context, index);
}

/* Whoever takes a lock shows that a hold of it, by a context that was switched out, was over. */
static void end_suspended(struct stlb_machine *m, uint64_t address)
{
	struct stlb_lock *lock = stlb_map_get(&m->locks, address);
	struct stlb_context *holder;
	int index;

	if (!lock || !lock->suspended)
		return;
	holder = stlb_map_get(&m->contexts.map, lock->suspended);
	lock->suspended = 0;
	m->nr_suspended--;
	index = holder ? find_hold(holder, address) : -1;
	if (index >= 0 && holder->holds[index].suspended)
		drop_stale(m, holder, index);
}

static void push(struct stlb_machine *m, struct stlb_context *context,
		 const struct stlb_hold *asked)
{
	struct stlb_hold *hold;
	int index;

	if (m->nr_suspended)
		end_suspended(m, asked->lock);
	/* spinlocks are not taken twice */
	index = asked->shared ? -1 : find_hold(context, asked->lock);
	if (index >= 0)
		drop_stale(m, context, index);
	if (context->nr_holds == STLB_MAX_HOLDS)
		make_room(m, context);
	hold = stlb_context_add_hold(context);
	if (!hold) {
		m->failed = true;
		return;
	}
	*hold = *asked;
	hold->id = ++m->next_id;
	if (m->facts.acquired) {
		hold->reported = true;
		m->facts.acquired(m->facts.user, context, hold);
	}
}

static void order_after_lock(struct stlb_machine *m, struct stlb_context *context, uint64_t address,
			     bool shared)
{
	const struct stlb_lock *lock =
		stlb_hb_is_idle(&m->hb) ? NULL : stlb_map_get(&m->locks, address);

	if (lock)
		m->failed |= stlb_hb_lock_acquired(&m->hb, &context->hb, &lock->hb, shared) < 0;
}

static void acquired(struct stlb_machine *m, struct stlb_context *context)
{
	order_after_lock(m, context, context->asked.lock, context->asked.shared);
	push(m, context, &context->asked);
	context->asked.lock = 0;
}

static void ask(struct stlb_machine *m, struct stlb_context *context,
		const struct stlb_event *event, uint64_t address)
{
	struct stlb_hold *asked = &context->asked;
	struct stlb_lock *lock;

	if (m->facts.asked)
		m->facts.asked(m->facts.user, context, event);
	asked->lock = address;
	asked->ns = event->ns;
	asked->acquired_ns = 0;
	asked->name = event->name;
	asked->cpu = event->cpu;
	asked->kind = event->kind;
	asked->used = asked->work = asked->confirmed = asked->suspended = asked->lossy = false;
	asked->shared = (stlb_event_or(event, TRYLOCK, 0) & LOCKDEP_READ) != 0;
	asked->named = stlb_is_ptl_class(event->text);
	/* earlier holders' releases are in the past already, even while it still waits */
	order_after_lock(m, context, address, asked->shared);
	if (asked->named || !m->locks.count)
		return;
	lock = stlb_map_get(&m->locks, address);
	asked->named = lock && lock->named;
}

void stlb_lock_settle(struct stlb_machine *m, struct stlb_context *context)
{
	if (context->asked.lock)
		acquired(m, context);
}

void stlb_lock_asked(struct stlb_machine *m, struct stlb_context *context,
		     const struct stlb_event *event)
{
	stlb_lock_settle(m, context);
	ask(m, context, event, stlb_event_get(event, LOCK));
}

/*
 * Where interrupts are not distinguished from tasks, one can come between a lock function's entry
 * and its return: its events made the lock look taken already.
 */
static bool confirm(struct stlb_machine *m, struct stlb_context *context, uint64_t address,
		    uint64_t ns)
{
	int index = find_hold(context, address);

	if (context->asked.lock == address || index < 0 || context->holds[index].confirmed)
		return false;
	order_after_lock(m, context, address, context->holds[index].shared);
	context->holds[index].confirmed = true;
	context->holds[index].acquired_ns = ns;
	return true;
}

/*
 * The return of a lock function. Without its argument (6.1) it is that of the lock asked for last;
 * one that was never asked for was asked for before the trace began.
 */
void stlb_lock_acquired(struct stlb_machine *m, struct stlb_context *context,
			const struct stlb_event *event)
{
	uint64_t address = stlb_event_or(event, LOCK, context->asked.lock);

	if (!address || confirm(m, context, address, event->ns))
		return;
	if (context->asked.lock != address) {
		stlb_lock_settle(m, context);
		ask(m, context, event, address);
	}
	context->asked.confirmed = true;
	context->asked.acquired_ns = event->ns;
	context->asked.lossy = false;
	acquired(m, context);
}

/* ---- release ---- */

static void order_before_lock(struct stlb_machine *m, struct stlb_context *context,
			      uint64_t address, bool shared)
{
	struct stlb_lock *lock = stlb_hb_is_idle(&m->hb) ? NULL : lock_get(m, address);

	if (lock)
		m->failed |= stlb_hb_lock_released(&m->hb, &context->hb, &lock->hb, shared) < 0;
}

/*
 * Locks taken inside a hold and not known to be PTLs cannot outlive it: their release was by a
 * function that is not probed, and they must not pass for the lock of later updates.
 */
static void pop(struct stlb_machine *m, struct stlb_context *context, uint32_t index)
{
	uint32_t kept = index;

	context->nr_suspended -= context->holds[index].suspended;
	for (uint32_t i = index + 1; i < context->nr_holds; i++)
		if (context->holds[i].named || context->holds[i].used)
			context->holds[kept++] = context->holds[i];
		else
			over(m, context, i, STLB_OVER_DROPPED, NULL);
	context->nr_holds = kept;
}

void stlb_lock_released(struct stlb_machine *m, struct stlb_context *context,
			const struct stlb_event *event)
{
	uint64_t address = stlb_event_get(event, LOCK);
	int index;
	bool shared;

	stlb_lock_settle(m, context);
	index = find_hold(context, address);
	shared = index >= 0 && context->holds[index].shared;
	if (index >= 0)
		over(m, context, index, STLB_OVER_RELEASED, event);
	order_before_lock(m, context, address, shared);
	if (index >= 0)
		pop(m, context, index);
}

/* ---- hold or not: the task is switched out, or leaves the kernel ---- */

static bool suspend(struct stlb_machine *m, struct stlb_context *context, struct stlb_hold *hold,
		    uint64_t ns)
{
	struct stlb_lock *lock = is_ptl(hold) && !hold->shared ? lock_get(m, hold->lock) : NULL;

	if (!lock)
		return false;
	m->nr_suspended += !lock->suspended;
	lock->suspended = context->key;
	context->nr_suspended += !hold->suspended;
	if (!hold->suspended)
		hold->left_ns = ns;
	hold->suspended = true;
	return true;
}

void stlb_holds_suspend(struct stlb_machine *m, struct stlb_context *context,
			const struct stlb_event *by)
{
	for (uint32_t i = context->nr_holds; i > 0; i--) {
		if (suspend(m, context, &context->holds[i - 1], by->ns))
			continue;
		over(m, context, i - 1, STLB_OVER_UNSEEN, by);
		stlb_context_drop_hold(context, i - 1);
	}
}

void stlb_holds_end(struct stlb_machine *m, struct stlb_context *context,
		    const struct stlb_event *by)
{
	for (uint32_t i = context->nr_holds; i > 0; i--)
		over(m, context, i - 1, STLB_OVER_UNSEEN, by);
	context->nr_holds = context->nr_suspended = 0;
}

void stlb_lock_named(struct stlb_machine *m, struct stlb_context *context, uint64_t address)
{
	struct stlb_lock *lock = lock_get(m, address);
	int index = context ? find_hold(context, address) : -1;

	if (lock)
		lock->named = true;
	if (index >= 0)
		context->holds[index].named = true;
}

void stlb_locks_doubt(struct stlb_context *context)
{
	context->locks_known = STLB_LOCKS_LOST;
	context->mmap_lost = true;
	context->mmap_again = 0;
	context->asked.lossy = true;
	for (uint32_t i = 0; i < context->nr_holds; i++)
		context->holds[i].lossy = true;
}

/* ---- mmap_lock orders contexts as any other lock does ---- */

void stlb_mmap_locked(struct stlb_machine *m, struct stlb_context *context, uint64_t mm, bool write)
{
	struct stlb_mmap_hold *held = stlb_context_mmap(context, mm);
	uint64_t lock = stlb_mmap_lock_of(mm);

	/* a downgrade lets readers in */
	if (held && held->write && !write)
		order_before_lock(m, context, lock, false);
	order_after_lock(m, context, lock, !write);
	stlb_context_mmap_seen(context, mm);
	if (!held && context->nr_mmap == STLB_MAX_MMAP_LOCKS)
		memmove(context->mmap, context->mmap + 1,
			--context->nr_mmap * sizeof(*context->mmap));
	if (!held)
		held = &context->mmap[context->nr_mmap++];
	held->mm = mm;
	held->write = write;
}

void stlb_mmap_unlocked(struct stlb_machine *m, struct stlb_context *context, uint64_t mm,
			bool write)
{
	struct stlb_mmap_hold *held = stlb_context_mmap(context, mm);

	order_before_lock(m, context, stlb_mmap_lock_of(mm), !(held ? held->write : write));
	stlb_context_mmap_seen(context, mm);
	if (held)
		*held = context->mmap[--context->nr_mmap];
}
