/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is kept of the pass: slices and points near findings, as long as there is room. */
#include <errno.h>
#include <stdlib.h>

#include "timeline/timeline_internal.h"
#include "util/grow.h"

enum { MAX_PTLS = 64 * 1024 };

/* The number of a context among those drawn; NONE without memory. */
static uint32_t draw_context(struct stlb_timeline *t, const struct stlb_context *context)
{
	uint32_t max = t->max_contexts, nr = t->drawing.nr_contexts;
	uintptr_t known = (uintptr_t)stlb_map_get(&t->drawn, context->key);

	if (known)
		return known - 1;
	if (stlb_grow((void **)&t->keys, nr, &max, sizeof(*t->keys)) ||
	    stlb_grow((void **)&t->contexts, nr, &t->max_contexts, sizeof(*t->contexts)) ||
	    stlb_map_put(&t->drawn, context->key, (void *)(uintptr_t)(nr + 1)))
		return STLB_TIMELINE_NONE;
	t->keys[nr] = context->key;
	t->contexts[nr] = (struct stlb_timeline_context){
		.kind = context->kind,
		.idle = context->kind == STLB_CONTEXT_TASK && context->tid == 0,
		.id = context->kind == STLB_CONTEXT_TASK && context->tid ? context->tid
									 : context->cpu,
		.comm = context->comm,
	};
	return t->drawing.nr_contexts++;
}

/* ---- locks ---- */

/*
 * Who let it in. An event at the entry of a lock function comes before the lock is held: it is held
 * from the other's release on.
 */
static uint32_t find_predecessor(struct stlb_timeline *t, const struct stlb_context *context,
				 const struct stlb_slice_of *hold, uint64_t end, uint64_t *start)
{
	const struct stlb_last_release *last = stlb_map_get(&t->last_releases, hold->object);

	if (!last)
		return STLB_TIMELINE_NONE;
	if (!hold->exact && last->ns > *start && last->ns <= end)
		*start = last->ns;
	if (last->slice == STLB_TIMELINE_NONE || last->ns > *start ||
	    t->keys[t->slices[last->slice].context] == context->key)
		return STLB_TIMELINE_NONE;
	return last->slice;
}

static int last_releases(struct stlb_timeline *t, uint64_t lock, uint64_t ns, uint32_t slice)
{
	struct stlb_last_release *last = stlb_map_get(&t->last_releases, lock);

	if (!last && t->last_releases.count >= MAX_PTLS)
		return 0;
	if (!last) {
		last = malloc(sizeof(*last));
		if (!last || stlb_map_put(&t->last_releases, lock, last)) {
			free(last);
			return -ENOMEM;
		}
	}
	*last = (struct stlb_last_release){ns, slice};
	return 0;
}

/* ---- slices ---- */

/* What surrounds the events of a finding is kept whatever else there is. */
static bool has_room(struct stlb_timeline *t, const struct stlb_context *context, uint64_t start,
		     uint64_t end)
{
	struct stlb_window *window = stlb_windows_at(&t->windows, start, end);

	if (!window)
		return false;
	if (window->slices) {
		window->slices--;
		return true;
	}
	if (stlb_windows_marked(&t->windows, context->key, start, end))
		return true;
	t->drawing.slices_left_out++;
	return false;
}

static int keep(struct stlb_timeline *t, const struct stlb_context *context,
		struct stlb_timeline_slice *slice)
{
	slice->context = draw_context(t, context);
	if (slice->context == STLB_TIMELINE_NONE ||
	    stlb_grow((void **)&t->slices, t->drawing.nr_slices, &t->max_slices,
		      sizeof(*t->slices)))
		return -ENOMEM;
	t->slices[t->drawing.nr_slices++] = *slice;
	return 0;
}

int stlb_timeline_slice(struct stlb_timeline *t, const struct stlb_context *context,
			const struct stlb_slice_of *what)
{
	struct stlb_timeline_slice slice = {
		.kind = what->kind,
		.start = what->start,
		.end = what->end > what->start ? what->end : what->start,
		.object = what->object,
		.first = what->first,
		.last = what->last,
		.after = STLB_TIMELINE_NONE,
		.cpu = what->cpu,
		.unended = what->unended,
	};
	bool hold = what->kind == STLB_SLICE_HOLD, kept;
	int ret = 0;

	if (hold)
		slice.after = find_predecessor(t, context, what, slice.end, &slice.start);
	kept = has_room(t, context, slice.start, slice.end);
	if (kept)
		ret = keep(t, context, &slice);
	if (hold && ret == 0)
		ret = last_releases(t, what->object, slice.end,
				    kept ? t->drawing.nr_slices - 1 : STLB_TIMELINE_NONE);
	return ret;
}

/* ---- points ---- */

static void copy_fields(struct stlb_timeline_point *point, const struct stlb_event *event)
{
	point->has = event->has;
	point->mm = stlb_event_or(event, MM, 0);
	point->addr = stlb_event_or(event, ADDR, 0);
	point->old = stlb_event_or(event, OLD, 0);
	point->new_entry = stlb_event_or(event, NEW, 0);
	point->start = stlb_event_or(event, START, 0);
	point->end = stlb_event_or(event, END, 0);
}

int stlb_timeline_point(struct stlb_timeline *t, const struct stlb_context *context,
			const struct stlb_event *event)
{
	struct stlb_window *window = stlb_windows_at(&t->windows, event->ns, event->ns);
	struct stlb_timeline_point *point;
	uint32_t place = STLB_TIMELINE_NONE;

	if (!window)
		return 0;
	if (!window->points) {
		t->drawing.points_left_out++;
		return 0;
	}
	if (context)
		place = draw_context(t, context);
	if ((context && place == STLB_TIMELINE_NONE) ||
	    stlb_grow((void **)&t->points, t->drawing.nr_points, &t->max_points,
		      sizeof(*t->points)))
		return -ENOMEM;
	window->points--;
	point = &t->points[t->drawing.nr_points++];
	*point = (struct stlb_timeline_point){
		.ns = event->ns,
		.context = place,
		.cpu = event->cpu,
		.kind = event->kind,
		.level = event->level,
	};
	copy_fields(point, event);
	return 0;
}
