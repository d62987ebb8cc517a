/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unlocked-update (mmu_notifier.txt, lines 23-25: "take page table lock"): the lockset of a page
 * table is the intersection of the locks held at its updates.
 */
#include "check/check.h"

/* mm_structs are aligned: bit 0 tells an mmap_lock from a spinlock's address */
#define MMAP_LOCK_OF(mm) ((mm) | 1)

static bool is_judged(const struct stlb_analysis *a)
{
	return a->options.severity[STLB_RULE_UNLOCKED] != STLB_OFF && stlb_locks_traced(a) &&
	       a->seen >> STLB_MMAP_LOCKED & 1;
}

static bool holds_lock(const struct stlb_task *task, uint64_t lock)
{
	uint64_t written = stlb_task_mmap_written(task);

	if (written && lock == MMAP_LOCK_OF(written))
		return true;
	for (uint32_t i = 0; i < task->nr_holds; i++)
		if (task->holds[i].lock == lock)
			return true;
	return false;
}

/* Where the trace names its PTLs, a lock without a name is some other spinlock. */
static bool may_be_ptl(const struct stlb_hold *hold, const struct stlb_hold *own)
{
	return hold->named || hold->used || !own->named;
}

static void open_lockset(struct stlb_region *region, struct stlb_task *task)
{
	const struct stlb_hold *own = stlb_task_hold(task);

	region->lockset_open = true;
	region->nr_lockset = 0;
	if (stlb_task_mmap_written(task))
		region->lockset[region->nr_lockset++] = MMAP_LOCK_OF(stlb_task_mmap_written(task));
	for (uint32_t i = task->nr_holds; i > 0 && region->nr_lockset < STLB_MAX_LOCKSET; i--)
		if (may_be_ptl(&task->holds[i - 1], own))
			region->lockset[region->nr_lockset++] = task->holds[i - 1].lock;
}

static void narrow_lockset(struct stlb_region *region, const struct stlb_task *task)
{
	uint8_t kept = 0;

	for (uint8_t i = 0; i < region->nr_lockset; i++)
		if (holds_lock(task, region->lockset[i]))
			region->lockset[kept++] = region->lockset[i];
	region->nr_lockset = kept;
}

static bool has_pending_huge(const struct stlb_region *region)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, &region->obligations)
		if (stlb_list_entry(at, struct stlb_obligation, in_region)->pieces)
			return true;
	return false;
}

void stlb_unlocked_note(struct stlb_analysis *a, const struct stlb_act *act,
			struct stlb_region *region)
{
	struct stlb_case c = {
		.rule = STLB_RULE_UNLOCKED,
		.act = act,
		.role = "update",
		.missing = "one lock that is held at all updates of this page table",
		.addr = region->base,
		.has_addr = true,
	};

	/* a page is mapped somewhere in the hold, and by a split before its table is linked */
	if (!is_judged(a) || act->event->kind == STLB_MAP || act->event->level != STLB_LEVEL_PTE ||
	    region->lockset_told || !stlb_mm_is_subscribed(act->mm) || has_pending_huge(region))
		return;
	if (!region->lockset_open)
		open_lockset(region, act->task);
	else
		narrow_lockset(region, act->task);
	if (region->nr_lockset)
		return;
	region->lockset_told = true;
	stlb_report(a, &c);
}
