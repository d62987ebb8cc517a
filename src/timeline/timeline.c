/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "staletlb/timeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timeline/timeline_internal.h"

/* What has begun near the last finding is given so much time to end. */
enum { GRACE_NS = 100 * 1000 * 1000, ROOM = 64 * 1024 };

static bool is_drawn(enum stlb_kind kind)
{
	return stlb_kind_is_update(kind) || kind == STLB_INV_RANGE ||
	       stlb_kind_class(kind) == STLB_CLASS_DEVICE;
}

static bool is_wanted(enum stlb_kind kind)
{
	return is_drawn(kind) || stlb_kind_class(kind) == STLB_CLASS_LOCK || kind == STLB_PTL_MAP ||
	       kind == STLB_SCHED_SWITCH || kind == STLB_INV_START || kind == STLB_INV_START_RET ||
	       kind == STLB_INV_END;
}

/* ---- locks ---- */

static bool is_ptl_class(const char *name)
{
	return name && (strstr(name, "ptlock") || strstr(name, "page_table_lock"));
}

static void begin(struct stlb_timeline *t, struct stlb_doer *doer, const struct stlb_open *open)
{
	if (stlb_doer_open(doer, open))
		t->drawing.slices_left_out++;
}

static int take(struct stlb_timeline *t, struct stlb_doer *doer, const struct stlb_event *event,
		bool exact)
{
	struct stlb_open open = {
		.kind = STLB_SLICE_HOLD,
		.start = event->ns,
		.object = stlb_event_or(event, LOCK, 0),
		.cpu = event->cpu,
		.exact = exact,
	};

	if (!open.object)
		return 0;
	if (is_ptl_class(event->text) && stlb_timeline_learn_ptl(t, open.object))
		return -ENOMEM;
	open.ptl = stlb_timeline_is_ptl(t, open.object);
	begin(t, doer, &open);
	return 0;
}

/* The return of a lock function may come without its argument. */
static int acquired(struct stlb_timeline *t, struct stlb_doer *doer, const struct stlb_event *event)
{
	struct stlb_open *open =
		stlb_doer_find(doer, STLB_SLICE_HOLD, stlb_event_or(event, LOCK, 0));

	if (!open || open->exact)
		return take(t, doer, event, true);
	open->start = event->ns;
	open->exact = true;
	return 0;
}

static int end(struct stlb_timeline *t, struct stlb_doer *doer, struct stlb_open *open, uint64_t ns)
{
	struct stlb_open copy = *open;

	stlb_doer_close(doer, open);
	return stlb_timeline_slice(t, doer, &copy, ns, false);
}

static int release(struct stlb_timeline *t, struct stlb_doer *doer, const struct stlb_event *event)
{
	struct stlb_open *open = stlb_doer_find(doer, STLB_SLICE_HOLD, stlb_event_get(event, LOCK));

	return open ? end(t, doer, open, event->ns) : 0;
}

static int end_holds(struct stlb_timeline *t, struct stlb_doer *doer, uint64_t ns)
{
	struct stlb_open *open;
	int r = 0;

	while (r == 0 && (open = stlb_doer_find(doer, STLB_SLICE_HOLD, 0)))
		r = end(t, doer, open, ns);
	return r;
}

/* The PTL of an update is the lock acquired last, unless another one is known to be it. */
static int learn_from_update(struct stlb_timeline *t, struct stlb_doer *doer)
{
	for (uint32_t i = doer->nr_open; i-- > 0;)
		if (doer->open[i].ptl)
			return 0;
	for (uint32_t i = doer->nr_open; i-- > 0;) {
		struct stlb_open *open = &doer->open[i];

		if (open->kind != STLB_SLICE_HOLD)
			continue;
		open->ptl = true;
		return stlb_timeline_learn_ptl(t, open->object);
	}
	return 0;
}

static int mapped(struct stlb_timeline *t, struct stlb_doer *doer, const struct stlb_event *event)
{
	uint64_t lock = stlb_event_or(event, PTL, 0);
	struct stlb_open *open = lock ? stlb_doer_find(doer, STLB_SLICE_HOLD, lock) : NULL;

	if (!lock)
		return learn_from_update(t, doer);
	if (open)
		open->ptl = true;
	return stlb_timeline_learn_ptl(t, lock);
}

/* ---- brackets ---- */

static int range_start(struct stlb_timeline *t, struct stlb_doer *doer,
		       const struct stlb_event *event)
{
	struct stlb_open open = {
		.kind = STLB_SLICE_BRACKET,
		.start = event->ns,
		.object = stlb_event_get(event, MM),
		.first = stlb_event_get(event, START),
		.last = stlb_event_get(event, END),
		.cpu = event->cpu,
	};

	begin(t, doer, &open);
	return 0;
}

/* A start that failed has no end. */
static int range_start_ret(struct stlb_doer *doer, const struct stlb_event *event)
{
	struct stlb_open *open = stlb_doer_find(doer, STLB_SLICE_BRACKET, 0);

	if (open && stlb_event_or(event, RET, 0))
		stlb_doer_close(doer, open);
	return 0;
}

static int range_end(struct stlb_timeline *t, struct stlb_doer *doer,
		     const struct stlb_event *event)
{
	for (uint32_t i = doer->nr_open; i-- > 0;) {
		struct stlb_open *open = &doer->open[i];

		if (open->kind == STLB_SLICE_BRACKET && open->object == stlb_event_get(event, MM) &&
		    open->first == stlb_event_get(event, START) &&
		    open->last == stlb_event_get(event, END))
			return end(t, doer, open, event->ns);
	}
	return 0;
}

/* ---- events ---- */

static int update(struct stlb_timeline *t, struct stlb_doer *doer, const struct stlb_event *event)
{
	int r = stlb_kind_is_update(event->kind) ? learn_from_update(t, doer) : 0;

	if (r == 0 && stlb_map_get(&t->mms, stlb_event_or(event, MM, 0)))
		r = stlb_timeline_point(t, doer, event);
	return r;
}

static int dispatch(struct stlb_timeline *t, struct stlb_doer *doer, const struct stlb_event *event)
{
	switch (event->kind) {
	case STLB_LOCK_ACQUIRE:
		return take(t, doer, event, false);
	case STLB_LOCK_ACQUIRED:
		return acquired(t, doer, event);
	case STLB_LOCK_RELEASE:
		return release(t, doer, event);
	case STLB_SCHED_SWITCH:
		return end_holds(t, doer, event->ns);
	case STLB_PTL_MAP:
		return mapped(t, doer, event);
	case STLB_INV_START:
		return range_start(t, doer, event);
	case STLB_INV_START_RET:
		return range_start_ret(doer, event);
	case STLB_INV_END:
		return range_end(t, doer, event);
	default:
		return update(t, doer, event);
	}
}

static int lose(struct stlb_timeline *t, const struct stlb_event *event)
{
	if (event->cpu >= 0)
		t->losses[event->cpu % STLB_LOSS_SLOTS]++;
	return stlb_timeline_point(t, NULL, event);
}

/* Where events of its CPU were lost, nobody knows when it let its locks go. */
static void settle_losses(struct stlb_timeline *t, struct stlb_doer *doer, int32_t cpu)
{
	uint32_t now = doer->cpu >= 0 ? t->losses[doer->cpu % STLB_LOSS_SLOTS] : 0;
	struct stlb_open *open;

	if (now != doer->losses) {
		while ((open = stlb_doer_find(doer, STLB_SLICE_HOLD, 0))) {
			t->drawing.slices_left_out += open->ptl;
			stlb_doer_close(doer, open);
		}
	}
	doer->cpu = cpu;
	doer->losses = cpu >= 0 ? t->losses[cpu % STLB_LOSS_SLOTS] : 0;
}

int stlb_timeline_event(struct stlb_timeline *t, const struct stlb_event *event)
{
	struct stlb_doer *doer;
	int r;

	if (event->ns > t->until_ns)
		return 1;
	t->last_ns = event->ns > t->last_ns ? event->ns : t->last_ns;
	if (event->kind == STLB_LOST)
		return lose(t, event);
	if (!is_wanted(event->kind))
		return 0;
	doer = stlb_doer_get(&t->doers, event, &r);
	if (!doer) {
		t->drawing.events_left_out += r == 0;
		return r;
	}
	settle_losses(t, doer, event->cpu);
	return dispatch(t, doer, event);
}

/* ---- life ---- */

static int learn_from_findings(struct stlb_timeline *t, const struct stlb_result *result)
{
	int r = 0;

	for (uint32_t i = 0; i < result->nr_findings && r == 0; i++) {
		const struct stlb_finding *finding = result->findings[i];

		r = stlb_timeline_learn_ptl(t, finding->lock);
		if (r == 0 && finding->has_mm)
			r = stlb_map_put(&t->mms, finding->mm, t);
	}
	return r;
}

struct stlb_timeline *stlb_timeline_new(const struct stlb_result *result, uint32_t room)
{
	struct stlb_timeline *t = calloc(1, sizeof(*t));
	const struct stlb_windows *windows = t ? &t->windows : NULL;

	if (!t)
		return NULL;
	if (stlb_windows_init(&t->windows, result, room ? room : ROOM) ||
	    learn_from_findings(t, result)) {
		stlb_timeline_free(t);
		return NULL;
	}
	if (windows->nr)
		t->until_ns = windows->window[windows->nr - 1].end;
	t->until_ns = t->until_ns < UINT64_MAX - GRACE_NS ? t->until_ns + GRACE_NS : UINT64_MAX;
	if (!windows->nr)
		t->until_ns = 0;
	t->drawing.findings_left_out = windows->findings_left_out;
	return t;
}

static int end_all(struct stlb_timeline *t)
{
	uint32_t at = 0;
	int r = 0;

	for (struct stlb_doer *doer; r == 0 && (doer = stlb_map_next(&t->doers.map, &at));)
		for (uint32_t i = 0; i < doer->nr_open && r == 0; i++)
			r = stlb_timeline_slice(t, doer, &doer->open[i], t->last_ns, true);
	return r;
}

static int copy_names(struct stlb_timeline *t)
{
	for (uint32_t i = 0; i < t->drawing.nr_contexts; i++) {
		const char *comm = t->drawn[i]->comm;

		t->contexts[i].comm = comm ? stlb_arena_text(&t->arena, comm) : NULL;
		if (comm && !t->contexts[i].comm)
			return -ENOMEM;
	}
	return 0;
}

static void free_ptls(struct stlb_timeline *t)
{
	uint32_t at = 0;

	for (struct stlb_ptl *ptl; (ptl = stlb_map_next(&t->ptls, &at));)
		free(ptl);
	stlb_map_free(&t->ptls);
}

/* Only the drawing is kept. */
static void free_pass(struct stlb_timeline *t)
{
	stlb_windows_free(&t->windows);
	stlb_doers_free(&t->doers);
	free_ptls(t);
	stlb_map_free(&t->mms);
	free(t->drawn);
	t->windows = (struct stlb_windows){0};
	t->drawn = NULL;
}

int stlb_timeline_finish(struct stlb_timeline *t)
{
	int r = end_all(t);

	if (r == 0)
		r = copy_names(t);
	t->drawing.contexts = t->contexts;
	t->drawing.slices = t->slices;
	t->drawing.points = t->points;
	free_pass(t);
	return r;
}

const struct stlb_timeline_drawing *stlb_timeline_drawing(const struct stlb_timeline *t)
{
	return &t->drawing;
}

void stlb_timeline_free(struct stlb_timeline *t)
{
	if (!t)
		return;
	free_pass(t);
	stlb_arena_free(&t->arena);
	free(t->contexts);
	free(t->slices);
	free(t->points);
	free(t);
}
