/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps of a program, run: each changes the machine and leaves its events in the trace. */
#include <string.h>

#include "generate_internal.h"

static const struct stlb_event no_event;

uint64_t mm_pointer(unsigned int mm)
{
	return UINT64_C(0xffff888001000000) + mm * 0x1000;
}

uint64_t lock_pointer(const struct step *step)
{
	return UINT64_C(0xffff888002000000) + step->mm * 0x100 + step->region * 0x10;
}

/* A full trace drops what comes after: the events go to a place that nobody reads. */
struct stlb_event *emit(struct world *world, const struct task *task, enum stlb_kind kind)
{
	static struct stlb_event overflow;
	struct trace *trace = world->trace;
	struct stlb_event *event =
		trace->nr < MAX_EVENTS - 2 ? &trace->events[trace->nr++] : &overflow;

	*event = no_event;
	event->kind = kind;
	event->name = stlb_kind_name(kind);
	event->comm = task->comm;
	event->cpu = task->cpu;
	event->tid = task->tid;
	return event;
}

static void range_run(struct world *world, const struct task *task, const struct step *step)
{
	enum stlb_kind kind = step->kind == STEP_START ? STLB_INV_START
			      : step->kind == STEP_END ? STLB_INV_END
						       : STLB_INV_RANGE;
	struct stlb_event *event;

	if (kind == STLB_INV_RANGE && world->blind)
		return;
	event = emit(world, task, kind);
	event_put(event, STLB_FIELD_MM, mm_pointer(step->mm));
	event_put(event, STLB_FIELD_START, step->start);
	event_put(event, STLB_FIELD_END, step->end);
	if (kind != STLB_INV_START && world->has_devices)
		devices_invalidate(world, step);
	if (kind != STLB_INV_RANGE)
		world->mm[step->mm].brackets += kind == STLB_INV_START ? 1 : -1;
	if (kind == STLB_INV_START) {
		event_put(event, STLB_FIELD_FLAGS, step->flag);
		event_put(event, STLB_FIELD_EVENT, step->how);
	} else if (kind == STLB_INV_END && world->before_6_6) {
		event_put(event, STLB_FIELD_ONLY_END, step->flag);
	} else if (kind == STLB_INV_RANGE && world->returns) {
		emit(world, task, STLB_INV_RANGE_RET);
	}
}

static void emit_lock(struct world *world, const struct task *task, enum stlb_kind kind,
		      uint64_t lock, const char *name)
{
	struct stlb_event *event;

	if (!world->locks || (kind == STLB_LOCK_ACQUIRED && !world->acquired))
		return;
	event = emit(world, task, kind);
	event->text = name;
	event_put(event, STLB_FIELD_LOCK, lock);
}

static const char *ptl_name(const struct world *world)
{
	return world->before_6_6 ? "ptlock_ptr(page)" : "ptlock_ptr(ptdesc)";
}

/* False while another task holds the lock: the request is in the trace, the step stays. */
static bool lock_run(struct world *world, struct task *task, const struct step *step)
{
	int *owner = &world->mm[step->mm].lock_owner[step->region];

	if (!task->waits)
		emit_lock(world, task, STLB_LOCK_ACQUIRE, lock_pointer(step), ptl_name(world));
	task->waits = *owner != 0 && *owner != task->tid;
	if (task->waits)
		return false;
	*owner = task->tid;
	emit_lock(world, task, STLB_LOCK_ACQUIRED, lock_pointer(step), ptl_name(world));
	if (step->page != PMD_SLOT)
		ptl_map_run(world, task, step);
	return true;
}

static void unlock_run(struct world *world, struct task *task, const struct step *step)
{
	int *owner = &world->mm[step->mm].lock_owner[step->region];

	if (*owner != task->tid)
		return;
	*owner = 0;
	emit_lock(world, task, STLB_LOCK_RELEASE, lock_pointer(step), ptl_name(world));
}

static void other_lock_run(struct world *world, const struct task *task)
{
	const uint64_t lock = UINT64_C(0xffff888003000000);

	emit_lock(world, task, STLB_LOCK_ACQUIRE, lock, "&zone->lock");
	emit_lock(world, task, STLB_LOCK_ACQUIRED, lock, "&zone->lock");
	emit_lock(world, task, STLB_LOCK_RELEASE, lock, "&zone->lock");
}

static void emit_pages(struct world *world, const struct task *task, enum stlb_kind kind,
		       const struct freed *pages, uint8_t context)
{
	struct stlb_event *event = emit(world, task, kind);

	event->context = context;
	event_put(event, STLB_FIELD_PFN, pages->pfn);
	event_put(event, STLB_FIELD_ORDER, pages->order);
}

static void free_pages(struct world *world, const struct task *task, struct freed pages,
		       uint8_t context)
{
	emit_pages(world, task, pages.hugetlb ? STLB_HUGE_FREE : STLB_PAGE_FREE, &pages, context);
	if (world->batched && !pages.hugetlb && one_in(world, 2))
		emit_pages(world, task, STLB_PAGE_FREE_BATCHED, &pages, context);
	if (world->nr_spare < MAX_FREE)
		world->spare[world->nr_spare++] = pages;
}

static void drain(struct world *world, const struct task *task, uint8_t context)
{
	for (unsigned int i = 0; i < world->nr_deferred; i++)
		free_pages(world, task, world->deferred[i], context);
	world->nr_deferred = 0;
}

/* Somebody else's work, between two events of the task on that CPU. */
void interrupt(struct world *world, const struct task *task)
{
	unsigned int first = world->trace->nr;
	struct step step = {.kind = STEP_INV, .end = UINT64_MAX};

	if (one_in(world, 2))
		range_run(world, task, &step);
	for (unsigned int i = first; i < world->trace->nr; i++)
		world->trace->events[i].context = STLB_CONTEXT_HARDIRQ;
	drain(world, task, STLB_CONTEXT_HARDIRQ);
}

static void free_run(struct world *world, struct task *task, const struct step *step)
{
	int page = step->page == PMD_SLOT ? NR_PAGES : step->page;
	uint64_t old = task->old[step->region][page];
	struct freed pages = {.pfn = entry_pfn(old),
			      .order = step->page == PMD_SLOT && old & X86_PSE ? 9 : 0};

	if (!entry_present(old))
		return;
	task->old[step->region][page] = 0;
	pages.hugetlb = pages.order && world->hugetlb && step->region == HUGETLB_REGION;
	if (!pages.order && one_in(world, 12))
		pages = (struct freed){.pfn = pages.pfn & ~UINT64_C(1), .order = 1};
	if (step->kind == STEP_FREE)
		free_pages(world, task, pages, STLB_CONTEXT_TASK);
	else if (world->nr_deferred < MAX_FREE)
		world->deferred[world->nr_deferred++] = pages;
}

static bool take_spare(struct world *world, unsigned int order, uint64_t *pfn)
{
	for (unsigned int i = 0; i < world->nr_spare; i++) {
		if (world->spare[i].order != order)
			continue;
		*pfn = world->spare[i].pfn;
		world->spare[i] = world->spare[--world->nr_spare];
		return true;
	}
	return false;
}

static void alloc_run(struct world *world, struct task *task, const struct step *step)
{
	unsigned int order = step->page == PMD_SLOT ? 9 : 0;
	uint64_t *pfn = order ? &task->new_huge_pfn : &task->new_pfn;

	if (world->bare || one_in(world, 2) || !take_spare(world, order, pfn)) {
		*pfn = order ? world->next_huge_pfn : world->next_pfn++;
		world->next_huge_pfn += order ? MAX_PAGES : 0;
	}
	if (!one_in(world, 4))
		emit_pages(world, task, STLB_PAGE_ALLOC,
			   &(struct freed){.pfn = *pfn, .order = order}, STLB_CONTEXT_TASK);
}

static void same_content_run(struct world *world, struct task *task, const struct step *step)
{
	struct stlb_event *event;

	if (!entry_present(task->old[step->region][step->page]))
		return;
	event = emit(world, task, STLB_SAME_CONTENT);
	event_put(event, STLB_FIELD_MM, mm_pointer(step->mm));
	event_put(event, STLB_FIELD_PFN, entry_pfn(task->old[step->region][step->page]));
}

static void next_task_run(struct world *world, struct task *task, const struct step *step)
{
	struct task *other = &world->task[step->how];

	if (step->kind == STEP_FORK) {
		event_put(emit(world, task, STLB_FORK), STLB_FIELD_NEXT, (uint64_t)other->tid);
		other->started = true;
	} else if (world->sched && other != task && other->started) {
		event_put(emit(world, task, STLB_SCHED_WAKING), STLB_FIELD_NEXT,
			  (uint64_t)other->tid);
	}
}

static void subscription_run(struct world *world, struct task *task, const struct step *step)
{
	bool subscribe = step->kind == STEP_SUBSCRIBE;
	struct stlb_event *event = emit(world, task, subscribe ? STLB_SUBSCRIBE : STLB_UNSUBSCRIBE);

	event_put(event, STLB_FIELD_MM, mm_pointer(step->mm));
	if (subscribe && world->subscribe_return)
		event_put(emit(world, task, STLB_SUBSCRIBE_RET), STLB_FIELD_RET, 0);
}

/* Whether a task is inside of a bracket on an mm: one was opened, and its end is still to come. */
static bool is_inside(const struct task *task, unsigned int mm)
{
	const struct program *program = &task->program;
	int open = 0, ends = 0;

	for (unsigned int i = 0; i < program->nr; i++) {
		const struct step *step = &program->steps[i];
		int change = (step->kind == STEP_START) - (step->kind == STEP_END);

		if (step->mm != mm || !change)
			continue;
		if (i < task->at)
			open = open + change < 0 ? 0 : open + change;
		else if ((ends += change) < 0)
			return open > 0 && task->started && !task->exited;
	}
	return false;
}

/* Whoever is inside of a bracket keeps the mm; one whose end was forgotten keeps nothing. */
static bool is_kept(const struct world *world, unsigned int mm)
{
	for (unsigned int i = 0; i < NR_TASKS; i++)
		if (is_inside(&world->task[i], mm))
			return true;
	return false;
}

/* Only an mm that nobody is busy with goes; the next one at its address may be another's. */
static void mm_free_run(struct world *world, struct task *task, const struct step *step)
{
	struct mm *mm = &world->mm[step->mm];

	if ((mm->brackets && one_in(world, 2)) || mm->readers || mm->writer || mm->lock_owner[0] ||
	    mm->lock_owner[1] || is_kept(world, step->mm))
		return;
	if (!one_in(world, 4))
		event_put(emit(world, task, STLB_UNSUBSCRIBE), STLB_FIELD_MM, mm_pointer(step->mm));
	event_put(emit(world, task, STLB_MM_FREE), STLB_FIELD_MM, mm_pointer(step->mm));
	memset(mm, 0, sizeof(*mm));
	populate(world, step->mm);
	if (!one_in(world, 3))
		subscription_run(world, task,
				 &(struct step){.kind = STEP_SUBSCRIBE, .mm = step->mm});
}

static void emit_mmap_lock(struct world *world, struct task *task, enum stlb_kind kind)
{
	struct stlb_event *event;

	if (!world->mmap)
		return;
	event = emit(world, task, kind);
	event_put(event, STLB_FIELD_MM, mm_pointer(task->mmap_mm));
	event_put(event, STLB_FIELD_WRITE, task->mmap_locked == 2);
}

/* False while it has to wait. */
static bool mmap_lock_run(struct world *world, struct task *task, const struct step *step)
{
	struct mm *mm = &world->mm[step->mm];

	if (task->mmap_locked)
		return true;
	if (mm->writer || (step->flag && mm->readers))
		return false;
	task->mmap_locked = step->flag ? 2 : 1;
	task->mmap_mm = step->mm;
	mm->readers += !step->flag;
	if (step->flag)
		mm->writer = task->tid;
	emit_mmap_lock(world, task, STLB_MMAP_LOCKED);
	return true;
}

static void mmap_unlock_run(struct world *world, struct task *task)
{
	struct mm *mm = &world->mm[task->mmap_mm];

	if (!task->mmap_locked)
		return;
	emit_mmap_lock(world, task, STLB_MMAP_UNLOCK);
	if (task->mmap_locked == 2)
		mm->writer = 0;
	else
		mm->readers--;
	task->mmap_locked = 0;
}

/* Nobody takes mmap_lock along to user mode. */
static void user_mode_run(struct world *world, struct task *task)
{
	bool kernel_thread = !strcmp(task->comm, "ksmd") && !world->fake_ksmd;

	if (!world->user_mode || kernel_thread)
		return;
	mmap_unlock_run(world, task);
	emit(world, task, STLB_USER_MODE);
}

static void exit_run(struct world *world, struct task *task)
{
	mmap_unlock_run(world, task);
	emit(world, task, STLB_EXIT);
	task->exited = true;
}

static void begin_run(struct task *task)
{
	memset(task->old, 0, sizeof(task->old));
	memset(task->cleared, 0, sizeof(task->cleared));
}

static void page_step_run(struct world *world, struct task *task, const struct step *step)
{
	if (step->kind == STEP_CLEAR)
		clear_run(world, task, step);
	else if (step->kind == STEP_LATE_CLEAR)
		late_clear_run(world, task, step);
	else if (step->kind == STEP_LATE_SET)
		late_set_run(world, task, step);
	else if (step->kind == STEP_SET_BATCH)
		batch_run(world, task, step);
	else if (step->kind == STEP_SET)
		set_run(world, task, step);
	else if (step->kind == STEP_ALLOC)
		alloc_run(world, task, step);
	else if (step->kind == STEP_SAME_CONTENT)
		same_content_run(world, task, step);
	else
		free_run(world, task, step);
}

bool step_run(struct world *world, struct task *task, const struct step *step)
{
	switch (step->kind) {
	case STEP_LOCK:
		return lock_run(world, task, step);
	case STEP_UNLOCK:
		unlock_run(world, task, step);
		break;
	case STEP_BEGIN:
		begin_run(task);
		break;
	case STEP_START:
	case STEP_END:
	case STEP_INV:
		range_run(world, task, step);
		break;
	case STEP_OTHER_LOCK:
		other_lock_run(world, task);
		break;
	case STEP_DRAIN:
		drain(world, task, STLB_CONTEXT_TASK);
		break;
	case STEP_FORK:
	case STEP_WAKE:
		next_task_run(world, task, step);
		break;
	case STEP_USER_MODE:
		user_mode_run(world, task);
		break;
	case STEP_SUBSCRIBE:
	case STEP_RELEASE:
		subscription_run(world, task, step);
		break;
	case STEP_MM_FREE:
		mm_free_run(world, task, step);
		break;
	case STEP_MMAP_LOCK:
		return mmap_lock_run(world, task, step);
	case STEP_MMAP_UNLOCK:
		mmap_unlock_run(world, task);
		break;
	case STEP_EXIT:
		exit_run(world, task);
		break;
	default:
		page_step_run(world, task, step);
		break;
	}
	return true;
}
