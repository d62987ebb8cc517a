/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/context.h"

#include <stdlib.h>
#include <string.h>

#include "model/invalidation.h"
#include "util/grow.h"

uint64_t stlb_context_key(int32_t tid, int32_t cpu, uint8_t kind)
{
	if (kind == STLB_CONTEXT_TASK && tid != 0)
		return (uint64_t)(uint32_t)tid << 8 | 0x80;
	return (uint64_t)(uint32_t)cpu << 8 | kind;
}

static void task_free(const struct stlb_contexts *contexts, struct stlb_task *task)
{
	if (contexts->release)
		contexts->release(task);
	for (uint32_t i = 0; i < task->nr_unsettled; i++)
		free(task->unsettled[i].finding);
	free(task->unsettled);
	free(task->doubted);
	stlb_hb_context_free(&task->hb);
	free(task->holds);
	free(task->brackets);
	free(task->update);
	free(task->flush_event);
	free(task);
}

/* Whether only its next events tell what became of those that it made. */
static bool is_in_the_middle(const struct stlb_task *task)
{
	const struct stlb_update_state *update = task->update;

	if (task->subscribing || task->range_mm || task->ending_mm || task->flushed)
		return true;
	return update && (update->nr_parked || update->nr_maps || update->detached_mm ||
			  update->unplaced_table_mm || update->split_mm);
}

static bool is_idle(const struct stlb_task *task)
{
	return !task->nr_obligations && task->nr_holds == task->nr_suspended &&
	       !task->nr_brackets && !task->nr_unsettled && !task->asked.lock &&
	       !is_in_the_middle(task);
}

static bool is_on_its_cpu(const struct stlb_contexts *contexts, const struct stlb_task *task)
{
	const struct stlb_cpu *cpu;

	if ((uint32_t)task->cpu >= contexts->nr_cpus)
		return false; /* or none at all */
	cpu = &contexts->cpus[task->cpu];
	return cpu->task == task || cpu->interrupted == task;
}

/* Where it ran last may be any of them. */
static void leave_cpus(struct stlb_contexts *contexts, const struct stlb_task *task)
{
	for (uint32_t i = 0; i < contexts->nr_cpus; i++) {
		struct stlb_cpu *cpu = &contexts->cpus[i];

		if (cpu->task == task)
			cpu->task = NULL;
		if (cpu->interrupted == task)
			cpu->interrupted = NULL;
	}
}

static void make_room(struct stlb_contexts *contexts)
{
	for (unsigned int step = 0; step < STLB_MAP_STEPS; step++) {
		struct stlb_task *task = stlb_map_turn(&contexts->map, &contexts->hand);

		if (task->kind != STLB_CONTEXT_TASK || !is_idle(task) ||
		    task == contexts->at_hand || is_on_its_cpu(contexts, task))
			continue;
		contexts->forgotten++;
		stlb_map_remove(&contexts->map, task->key);
		leave_cpus(contexts, task);
		task_free(contexts, task);
		return;
	}
}

static struct stlb_task *task_new(struct stlb_contexts *contexts, uint64_t key, int32_t tid,
				  uint8_t kind)
{
	struct stlb_task *task;

	if (contexts->map.count >= STLB_MAX_CONTEXTS)
		make_room(contexts);
	if (contexts->map.count >= STLB_MAX_BUSY_CONTEXTS)
		return NULL;
	task = calloc(1, sizeof(*task));
	if (!task)
		return NULL;
	task->key = key;
	task->tid = tid;
	task->kind = kind;
	task->cpu = -1;
	task->hb.component = STLB_NO_COMPONENT;
	task->hb.id = key;
	stlb_list_init(&task->clears);
	stlb_list_init(&task->tightens);
	if (stlb_map_put(&contexts->map, key, task) < 0) {
		free(task);
		return NULL;
	}
	return task;
}

static struct stlb_task *task_get(struct stlb_contexts *contexts, uint64_t key, int32_t tid,
				  uint8_t kind)
{
	struct stlb_task *task = stlb_map_get(&contexts->map, key);

	return task ? task : task_new(contexts, key, tid, kind);
}

struct stlb_task *stlb_contexts_at(struct stlb_contexts *contexts, const struct stlb_event *event)
{
	uint64_t key = stlb_context_key(event->tid, event->cpu, event->context);
	int32_t tid = event->context == STLB_CONTEXT_TASK ? event->tid : event->cpu;
	struct stlb_task *task = task_get(contexts, key, tid, event->context);

	contexts->at_hand = task;
	return task;
}

struct stlb_task *stlb_contexts_find(const struct stlb_contexts *contexts, int32_t tid, int32_t cpu)
{
	return stlb_map_get(&contexts->map, stlb_context_key(tid, cpu, STLB_CONTEXT_TASK));
}

struct stlb_task *stlb_contexts_task(struct stlb_contexts *contexts, int32_t tid)
{
	return task_get(contexts, stlb_context_key(tid, 0, STLB_CONTEXT_TASK), tid,
			STLB_CONTEXT_TASK);
}

struct stlb_cpu *stlb_contexts_cpu(struct stlb_contexts *contexts, int32_t cpu)
{
	if (cpu < 0 || cpu >= STLB_MAX_CPUS)
		return NULL;
	if ((uint32_t)cpu >= contexts->nr_cpus &&
	    stlb_grow_to((void **)&contexts->cpus, (uint32_t)cpu + 1, &contexts->nr_cpus,
			 sizeof(*contexts->cpus)))
		return NULL;
	return &contexts->cpus[cpu];
}

struct stlb_task *stlb_contexts_restart(struct stlb_contexts *contexts, int32_t tid)
{
	uint64_t key = stlb_context_key(tid, 0, STLB_CONTEXT_TASK);
	struct stlb_task *old = stlb_map_get(&contexts->map, key);

	if (!old || tid == 0)
		return stlb_contexts_task(contexts, tid);
	stlb_map_remove(&contexts->map, key);
	leave_cpus(contexts, old);
	if (old->nr_obligations || old->nr_unsettled) {
		old->key = ~(uint64_t)(uintptr_t)old;
		old->nr_holds = old->nr_suspended = old->nr_brackets = old->nr_mmap = 0;
		/* takes no memory: a place was just left */
		stlb_map_put(&contexts->map, old->key, old);
	} else {
		task_free(contexts, old);
	}
	return stlb_contexts_task(contexts, tid);
}

void stlb_contexts_free(struct stlb_contexts *contexts)
{
	uint32_t at = 0;

	for (struct stlb_task *task; (task = stlb_map_next(&contexts->map, &at));)
		task_free(contexts, task);
	stlb_map_free(&contexts->map);
	free(contexts->cpus);
}

struct stlb_update_state *stlb_task_update_state(struct stlb_task *task)
{
	if (!task->update)
		task->update = calloc(1, sizeof(*task->update));
	return task->update;
}

bool stlb_table_is_mapped(const struct stlb_task *task, const struct stlb_mm *mm)
{
	const struct stlb_update_state *update = task->update;

	return update && update->map_mm == mm && stlb_task_holds(task, update->map_hold);
}

struct stlb_hold *stlb_task_add_hold(struct stlb_task *task)
{
	if (stlb_grow((void **)&task->holds, task->nr_holds, &task->max_holds,
		      sizeof(*task->holds)))
		return NULL;
	return &task->holds[task->nr_holds++];
}

void stlb_task_drop_hold(struct stlb_task *task, uint32_t index)
{
	task->nr_suspended -= task->holds[index].suspended;
	task->nr_holds--;
	memmove(task->holds + index, task->holds + index + 1,
		(task->nr_holds - index) * sizeof(*task->holds));
}

static struct stlb_hold *innermost(const struct stlb_task *task, bool named, bool suspended)
{
	for (uint32_t i = task->nr_holds; i > 0; i--) {
		struct stlb_hold *hold = &task->holds[i - 1];

		if (hold->named >= named && hold->suspended == suspended)
			return hold;
	}
	return NULL;
}

/*
 * Where lockdep or ptl_map names the PTLs, the innermost of those; else whatever lock was taken
 * last: in page-table code that is the PTL. One that a switch-out suspended may be over.
 */
struct stlb_hold *stlb_task_hold(const struct stlb_task *task)
{
	struct stlb_hold *hold = innermost(task, true, false);

	if (!hold)
		hold = innermost(task, false, false);
	if (!hold)
		hold = innermost(task, true, true);
	return hold ? hold : innermost(task, false, true);
}

struct stlb_hold *stlb_task_find_hold(const struct stlb_task *task, uint64_t id)
{
	for (uint32_t i = task->nr_holds; i > 0; i--)
		if (task->holds[i - 1].id == id)
			return &task->holds[i - 1];
	return NULL;
}

bool stlb_task_holds(const struct stlb_task *task, uint64_t id)
{
	return stlb_task_find_hold(task, id) != NULL;
}

bool stlb_is_ptl_class(const char *name)
{
	return name && (strstr(name, "ptlock") || strstr(name, "page_table_lock"));
}

struct stlb_mmap_hold *stlb_task_mmap(struct stlb_task *task, uint64_t mm)
{
	for (uint32_t i = 0; i < task->nr_mmap; i++)
		if (task->mmap[i].mm == mm)
			return &task->mmap[i];
	return NULL;
}

struct stlb_bracket *stlb_task_bracket(struct stlb_task *task, const struct stlb_mm *mm)
{
	for (uint32_t i = 0; i < task->nr_brackets; i++)
		if (task->brackets[i].mm == mm)
			return &task->brackets[i];
	return NULL;
}

bool stlb_task_covers(const struct stlb_task *task, const struct stlb_mm *mm, uint64_t start,
		      uint64_t end)
{
	for (uint32_t i = 0; i < task->nr_brackets; i++) {
		const struct stlb_bracket *bracket = &task->brackets[i];

		struct stlb_span pages = stlb_range_pages(bracket->start, bracket->end);

		if (bracket->mm == mm && !stlb_range_is_empty(bracket->start, bracket->end) &&
		    pages.start <= start && end - 1 <= pages.end - 1)
			return true;
	}
	return false;
}

bool stlb_task_in_bracket(const struct stlb_task *task, uint64_t id)
{
	for (uint32_t i = 0; i < task->nr_brackets; i++)
		if (task->brackets[i].id == id)
			return true;
	return false;
}
