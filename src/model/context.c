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

static void context_free(const struct stlb_contexts *contexts, struct stlb_context *context)
{
	if (contexts->release)
		contexts->release(context);
	for (uint32_t i = 0; i < context->nr_unsettled; i++)
		free(context->unsettled[i].finding);
	free(context->unsettled);
	free(context->doubted);
	stlb_hb_context_free(&context->hb);
	free(context->holds);
	free(context->brackets);
	free(context->update);
	free(context->flush_event);
	free(context);
}

/* Whether only its next events tell what became of those that it made. */
static bool is_in_the_middle(const struct stlb_context *context)
{
	const struct stlb_update_state *update = context->update;

	if (context->subscribing || context->range_mm || context->ending_mm || context->flushed)
		return true;
	return update && (update->nr_parked || update->nr_maps || update->detached_mm ||
			  update->unplaced_table_mm || update->split_mm);
}

static bool is_idle(const struct stlb_context *context)
{
	return !context->nr_obligations && context->nr_holds == context->nr_suspended &&
	       !context->nr_brackets && !context->nr_unsettled && !context->asked.lock &&
	       !is_in_the_middle(context);
}

static bool is_on_its_cpu(const struct stlb_contexts *contexts, const struct stlb_context *context)
{
	const struct stlb_cpu *cpu;

	if ((uint32_t)context->cpu >= contexts->nr_cpus)
		return false; /* or none at all */
	cpu = &contexts->cpus[context->cpu];
	return cpu->task == context || cpu->interrupted == context;
}

/* Where it ran last may be any of them. */
static void leave_cpus(struct stlb_contexts *contexts, const struct stlb_context *context)
{
	for (uint32_t i = 0; i < contexts->nr_cpus; i++) {
		struct stlb_cpu *cpu = &contexts->cpus[i];

		if (cpu->task == context)
			cpu->task = NULL;
		if (cpu->interrupted == context)
			cpu->interrupted = NULL;
	}
}

static void make_room(struct stlb_contexts *contexts)
{
	for (unsigned int step = 0; step < STLB_MAP_STEPS; step++) {
		struct stlb_context *context = stlb_map_turn(&contexts->map, &contexts->search_at);

		if (context->kind != STLB_CONTEXT_TASK || !is_idle(context) ||
		    context == contexts->current || is_on_its_cpu(contexts, context))
			continue;
		contexts->forgotten++;
		stlb_map_remove(&contexts->map, context->key);
		leave_cpus(contexts, context);
		context_free(contexts, context);
		return;
	}
}

static struct stlb_context *context_new(struct stlb_contexts *contexts, uint64_t key, int32_t tid,
					uint8_t kind)
{
	struct stlb_context *context;

	if (contexts->map.count >= STLB_MAX_CONTEXTS)
		make_room(contexts);
	if (contexts->map.count >= STLB_MAX_BUSY_CONTEXTS)
		return NULL;
	context = calloc(1, sizeof(*context));
	if (!context)
		return NULL;
	context->key = key;
	context->tid = tid;
	context->kind = kind;
	context->cpu = -1;
	context->hb.component = STLB_NO_COMPONENT;
	context->hb.id = key;
	stlb_list_init(&context->clears);
	stlb_list_init(&context->write_protects);
	if (stlb_map_put(&contexts->map, key, context) < 0) {
		free(context);
		return NULL;
	}
	return context;
}

static struct stlb_context *context_get(struct stlb_contexts *contexts, uint64_t key, int32_t tid,
					uint8_t kind)
{
	struct stlb_context *context = stlb_map_get(&contexts->map, key);

	return context ? context : context_new(contexts, key, tid, kind);
}

struct stlb_context *stlb_contexts_at(struct stlb_contexts *contexts,
				      const struct stlb_event *event)
{
	uint64_t key = stlb_context_key(event->tid, event->cpu, event->context);
	int32_t tid = event->context == STLB_CONTEXT_TASK ? event->tid : event->cpu;
	struct stlb_context *context = context_get(contexts, key, tid, event->context);

	contexts->current = context;
	return context;
}

struct stlb_context *stlb_contexts_find(const struct stlb_contexts *contexts, int32_t tid,
					int32_t cpu)
{
	return stlb_map_get(&contexts->map, stlb_context_key(tid, cpu, STLB_CONTEXT_TASK));
}

struct stlb_context *stlb_contexts_task(struct stlb_contexts *contexts, int32_t tid)
{
	return context_get(contexts, stlb_context_key(tid, 0, STLB_CONTEXT_TASK), tid,
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

struct stlb_context *stlb_contexts_restart(struct stlb_contexts *contexts, int32_t tid)
{
	uint64_t key = stlb_context_key(tid, 0, STLB_CONTEXT_TASK);
	struct stlb_context *old = stlb_map_get(&contexts->map, key);

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
		context_free(contexts, old);
	}
	return stlb_contexts_task(contexts, tid);
}

void stlb_contexts_free(struct stlb_contexts *contexts)
{
	uint32_t at = 0;

	for (struct stlb_context *context; (context = stlb_map_next(&contexts->map, &at));)
		context_free(contexts, context);
	stlb_map_free(&contexts->map);
	free(contexts->cpus);
}

struct stlb_update_state *stlb_context_update_state(struct stlb_context *context)
{
	if (!context->update)
		context->update = calloc(1, sizeof(*context->update));
	return context->update;
}

bool stlb_table_is_mapped(const struct stlb_context *context, const struct stlb_mm *mm)
{
	const struct stlb_update_state *update = context->update;

	return update && update->map_mm == mm && stlb_context_holds(context, update->map_hold);
}

struct stlb_hold *stlb_context_add_hold(struct stlb_context *context)
{
	if (stlb_grow((void **)&context->holds, context->nr_holds, &context->max_holds,
		      sizeof(*context->holds)))
		return NULL;
	return &context->holds[context->nr_holds++];
}

void stlb_context_drop_hold(struct stlb_context *context, uint32_t index)
{
	context->nr_suspended -= context->holds[index].suspended;
	context->nr_holds--;
	memmove(context->holds + index, context->holds + index + 1,
		(context->nr_holds - index) * sizeof(*context->holds));
}

static struct stlb_hold *innermost(const struct stlb_context *context, bool named, bool suspended)
{
	for (uint32_t i = context->nr_holds; i > 0; i--) {
		struct stlb_hold *hold = &context->holds[i - 1];

		if (hold->named >= named && hold->suspended == suspended)
			return hold;
	}
	return NULL;
}

/*
 * Where lockdep or ptl_map names the PTLs, the innermost of those; else whatever lock was taken
 * last: in page-table code that is the PTL. One that a switch-out suspended may be over.
 */
struct stlb_hold *stlb_context_hold(const struct stlb_context *context)
{
	struct stlb_hold *hold = innermost(context, true, false);

	if (!hold)
		hold = innermost(context, false, false);
	if (!hold)
		hold = innermost(context, true, true);
	return hold ? hold : innermost(context, false, true);
}

struct stlb_hold *stlb_context_find_hold(const struct stlb_context *context, uint64_t id)
{
	for (uint32_t i = context->nr_holds; i > 0; i--)
		if (context->holds[i - 1].id == id)
			return &context->holds[i - 1];
	return NULL;
}

bool stlb_context_holds(const struct stlb_context *context, uint64_t id)
{
	return stlb_context_find_hold(context, id) != NULL;
}

bool stlb_is_ptl_class(const char *name)
{
	return name && (strstr(name, "ptlock") || strstr(name, "page_table_lock"));
}

struct stlb_mmap_hold *stlb_context_mmap(struct stlb_context *context, uint64_t mm)
{
	for (uint32_t i = 0; i < context->nr_mmap; i++)
		if (context->mmap[i].mm == mm)
			return &context->mmap[i];
	return NULL;
}

struct stlb_bracket *stlb_context_bracket(struct stlb_context *context, const struct stlb_mm *mm)
{
	for (uint32_t i = 0; i < context->nr_brackets; i++)
		if (context->brackets[i].mm == mm)
			return &context->brackets[i];
	return NULL;
}

bool stlb_context_covers(const struct stlb_context *context, const struct stlb_mm *mm,
			 uint64_t start, uint64_t end)
{
	for (uint32_t i = 0; i < context->nr_brackets; i++) {
		const struct stlb_bracket *bracket = &context->brackets[i];

		struct stlb_span pages = stlb_range_pages(bracket->start, bracket->end);

		if (bracket->mm == mm && !stlb_range_is_empty(bracket->start, bracket->end) &&
		    pages.start <= start && end - 1 <= pages.end - 1)
			return true;
	}
	return false;
}

bool stlb_context_in_bracket(const struct stlb_context *context, uint64_t id)
{
	for (uint32_t i = 0; i < context->nr_brackets; i++)
		if (context->brackets[i].id == id)
			return true;
	return false;
}
