/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is kept of the pass: slices and points near findings, as long as there is room. */
#include <errno.h>
#include <stdlib.h>

#include "timeline/timeline_internal.h"
#include "util/grow.h"

enum { MAX_PTLS = 64 * 1024 };

static int draw_context(struct stlb_timeline *t, struct stlb_doer *doer)
{
	uint32_t max = t->max_contexts, nr = t->drawing.nr_contexts;

	if (doer->index != STLB_TIMELINE_NONE)
		return 0;
	if (stlb_grow((void **)&t->drawn, nr, &max, sizeof(struct stlb_doer *)) ||
	    stlb_grow((void **)&t->contexts, nr, &t->max_contexts, sizeof(*t->contexts)))
		return -ENOMEM;
	t->drawn[nr] = doer;
	t->contexts[nr] = (struct stlb_timeline_context){
		.kind = doer->kind, .id = doer->id, .idle = doer->idle};
	doer->index = t->drawing.nr_contexts++;
	return 0;
}

/* ---- locks ---- */

bool stlb_timeline_is_ptl(const struct stlb_timeline *t, uint64_t lock)
{
	return stlb_map_get(&t->ptls, lock) != NULL;
}

int stlb_timeline_learn_ptl(struct stlb_timeline *t, uint64_t lock)
{
	struct stlb_ptl *ptl;

	if (!lock || t->ptls.count >= MAX_PTLS || stlb_timeline_is_ptl(t, lock))
		return 0;
	ptl = calloc(1, sizeof(*ptl));
	if (!ptl || stlb_map_put(&t->ptls, lock, ptl)) {
		free(ptl);
		return -ENOMEM;
	}
	ptl->slice = STLB_TIMELINE_NONE;
	return 0;
}

/*
 * Who let it in. An event at the entry of a lock function comes before the lock is held: it is held
 * from the other's release on.
 */
static uint32_t find_predecessor(struct stlb_timeline *t, const struct stlb_doer *doer,
				 const struct stlb_open *open, uint64_t ns, uint64_t *start)
{
	const struct stlb_ptl *ptl = stlb_map_get(&t->ptls, open->object);
	const struct stlb_timeline_slice *last;

	if (!ptl)
		return STLB_TIMELINE_NONE;
	if (!open->exact && ptl->released_ns > *start && ptl->released_ns <= ns)
		*start = ptl->released_ns;
	if (ptl->slice == STLB_TIMELINE_NONE || ptl->released_ns > *start)
		return STLB_TIMELINE_NONE;
	last = &t->slices[ptl->slice];
	return last->context == doer->index ? STLB_TIMELINE_NONE : ptl->slice;
}

static void released(struct stlb_timeline *t, uint64_t lock, uint64_t ns, uint32_t slice)
{
	struct stlb_ptl *ptl = stlb_map_get(&t->ptls, lock);

	if (!ptl)
		return;
	ptl->released_ns = ns;
	ptl->slice = slice;
}

/* ---- slices ---- */

/* What surrounds the events of a finding is kept whatever else there is. */
static bool has_room(struct stlb_timeline *t, const struct stlb_doer *doer, uint64_t start,
		     uint64_t end)
{
	struct stlb_window *window = stlb_windows_at(&t->windows, start, end);

	if (!window)
		return false;
	if (window->slices) {
		window->slices--;
		return true;
	}
	if (stlb_windows_marked(&t->windows, doer->key, start, end))
		return true;
	t->drawing.slices_left_out++;
	return false;
}

static int keep(struct stlb_timeline *t, struct stlb_doer *doer, struct stlb_timeline_slice *slice)
{
	if (stlb_grow((void **)&t->slices, t->drawing.nr_slices, &t->max_slices,
		      sizeof(*t->slices)) ||
	    draw_context(t, doer))
		return -ENOMEM;
	slice->context = doer->index;
	t->slices[t->drawing.nr_slices++] = *slice;
	return 0;
}

int stlb_timeline_slice(struct stlb_timeline *t, struct stlb_doer *doer,
			const struct stlb_open *open, uint64_t ns, bool unended)
{
	struct stlb_timeline_slice slice = {
		.kind = open->kind,
		.start = open->start,
		.end = ns > open->start ? ns : open->start,
		.object = open->object,
		.first = open->first,
		.last = open->last,
		.after = STLB_TIMELINE_NONE,
		.cpu = open->cpu,
		.unended = unended,
	};
	bool hold = open->kind == STLB_SLICE_HOLD, kept;
	int r = 0;

	if (hold && !open->ptl)
		return 0;
	if (hold)
		slice.after = find_predecessor(t, doer, open, slice.end, &slice.start);
	kept = has_room(t, doer, slice.start, slice.end);
	if (kept)
		r = keep(t, doer, &slice);
	if (hold && r == 0)
		released(t, open->object, slice.end,
			 kept ? t->drawing.nr_slices - 1 : STLB_TIMELINE_NONE);
	return r;
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

int stlb_timeline_point(struct stlb_timeline *t, struct stlb_doer *doer,
			const struct stlb_event *event)
{
	struct stlb_window *window = stlb_windows_at(&t->windows, event->ns, event->ns);
	struct stlb_timeline_point *point;

	if (!window)
		return 0;
	if (!window->points) {
		t->drawing.points_left_out++;
		return 0;
	}
	if (stlb_grow((void **)&t->points, t->drawing.nr_points, &t->max_points,
		      sizeof(*t->points)) ||
	    (doer && draw_context(t, doer)))
		return -ENOMEM;
	window->points--;
	point = &t->points[t->drawing.nr_points++];
	*point = (struct stlb_timeline_point){
		.ns = event->ns,
		.context = doer ? doer->index : STLB_TIMELINE_NONE,
		.cpu = event->cpu,
		.kind = event->kind,
		.level = event->level,
	};
	copy_fields(point, event);
	return 0;
}
