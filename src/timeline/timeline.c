/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "staletlb/timeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/bracketing.h"
#include "model/locking.h"
#include "model/second_pass.h"
#include "timeline/timeline_internal.h"

/* What has begun near the last finding is given so much time to end. */
enum { GRACE_NS = 100 * 1000 * 1000, ROOM = 64 * 1024 };

static bool is_drawn(enum stlb_kind kind)
{
	return stlb_kind_is_update(kind) || kind == STLB_INV_RANGE ||
	       stlb_kind_class(kind) == STLB_CLASS_DEVICE;
}

/* ---- holds ---- */

/* Until when it is sure to have been held: what was switched out may have lost it there. */
static uint64_t end_of(const struct stlb_timeline *t, const struct stlb_hold *hold,
		       enum stlb_over how)
{
	return how == STLB_OVER_UNSEEN && hold->suspended ? hold->left_ns : t->machine.now_ns;
}

static void draw_hold(struct stlb_timeline *t, const struct stlb_context *context,
		      const struct stlb_hold *hold, uint64_t end, bool unended)
{
	struct stlb_slice_of slice = {
		.kind = STLB_SLICE_HOLD,
		.start = hold->confirmed ? hold->acquired_ns : hold->ns,
		.end = end,
		.object = hold->lock,
		.cpu = hold->cpu,
		.exact = hold->confirmed,
		.unended = unended,
	};

	if (!hold->named)
		return;
	/* where events of its CPU were lost, nobody knows when it let its locks go */
	if (hold->lossy)
		t->drawing.slices_left_out++;
	else
		t->failed |= stlb_timeline_slice(t, context, &slice) != 0;
}

static void over(void *timeline, struct stlb_context *context, const struct stlb_hold *hold,
		 enum stlb_over how, const struct stlb_event *by)
{
	struct stlb_timeline *t = timeline;

	(void)by;
	if (how == STLB_OVER_NEVER)
		t->drawing.slices_left_out++;
	else if (how != STLB_OVER_DROPPED)
		draw_hold(t, context, hold, end_of(t, hold, how), false);
}

/* Only so that the ends of all are reported. */
static void acquired(void *timeline, struct stlb_context *context, struct stlb_hold *hold)
{
	(void)timeline;
	(void)context;
	(void)hold;
}

/* The PTL of an update is the PTL from then on, whoever takes it. */
static void learn_ptl(struct stlb_timeline *t, struct stlb_context *context)
{
	const struct stlb_hold *hold = stlb_context_hold(context);

	if (hold && !hold->named)
		stlb_lock_named(&t->machine, context, hold->lock);
}

/* ---- brackets ---- */

static void draw_bracket(struct stlb_timeline *t, const struct stlb_context *context,
			 const struct stlb_bracket *bracket, bool unended)
{
	struct stlb_slice_of slice = {
		.kind = STLB_SLICE_BRACKET,
		.start = bracket->start_event.ns,
		.end = t->machine.now_ns,
		.object = bracket->mm->id,
		.first = bracket->start,
		.last = bracket->end,
		.cpu = bracket->start_event.cpu,
		.unended = unended,
	};

	t->failed |= stlb_timeline_slice(t, context, &slice) != 0;
}

static void ends(void *timeline, struct stlb_context *context, const struct stlb_bracket *bracket,
		 const struct stlb_event *by)
{
	/* a start that failed has no end */
	if (by)
		draw_bracket(timeline, context, bracket, !stlb_bracket_is_end(bracket, by));
}

/* ---- events ---- */

static int take(struct stlb_timeline *t, struct stlb_context *context,
		const struct stlb_event *event)
{
	int ret = 0;

	if (stlb_kind_is_update(event->kind) || event->kind == STLB_PTL_MAP)
		learn_ptl(t, context);
	if (is_drawn(event->kind) && stlb_map_get(&t->mms, stlb_event_or(event, MM, 0)))
		ret = stlb_timeline_point(t, context, event);
	return ret;
}

int stlb_timeline_event(struct stlb_timeline *t, const struct stlb_event *event)
{
	struct stlb_context *context;
	int ret = 0;

	if (event->ns > t->until_ns)
		return 1;
	context = stlb_second_pass_event(&t->machine, event);
	if (context)
		ret = take(t, context, event);
	else if (event->kind == STLB_LOST)
		ret = stlb_timeline_point(t, NULL, event);
	else
		t->drawing.events_left_out += stlb_kind_decides(event->kind);
	return t->failed || t->machine.failed ? -ENOMEM : ret;
}

/* ---- life ---- */

static int learn_from_findings(struct stlb_timeline *t, const struct stlb_result *result)
{
	int ret = 0;

	for (uint32_t i = 0; i < result->nr_findings && ret == 0; i++) {
		const struct stlb_finding *finding = result->findings[i];

		if (finding->lock)
			stlb_lock_named(&t->machine, NULL, finding->lock);
		if (finding->has_mm)
			ret = stlb_map_put(&t->mms, finding->mm, t);
	}
	return ret;
}

struct stlb_timeline *stlb_timeline_new(const struct stlb_result *result, uint32_t room)
{
	struct stlb_timeline *t = calloc(1, sizeof(*t));
	const struct stlb_windows *windows = t ? &t->windows : NULL;

	if (!t)
		return NULL;
	t->machine.facts =
		(struct stlb_facts){.user = t, .acquired = acquired, .over = over, .ends = ends};
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

static void end_all(struct stlb_timeline *t)
{
	uint32_t at = 0;

	stlb_second_pass_finish(&t->machine);
	for (struct stlb_context *context;
	     (context = stlb_map_next(&t->machine.contexts.map, &at));) {
		for (uint32_t i = 0; i < context->nr_brackets; i++)
			draw_bracket(t, context, &context->brackets[i], true);
		for (uint32_t i = 0; i < context->nr_holds; i++)
			draw_hold(t, context, &context->holds[i],
				  end_of(t, &context->holds[i], STLB_OVER_UNSEEN),
				  !context->holds[i].suspended);
	}
}

static int copy_names(struct stlb_timeline *t)
{
	for (uint32_t i = 0; i < t->drawing.nr_contexts; i++) {
		const struct stlb_context *context =
			stlb_map_get(&t->machine.contexts.map, t->keys[i]);
		const char *comm = context ? context->comm : t->contexts[i].comm;

		t->contexts[i].comm = comm ? stlb_arena_text(&t->arena, comm) : NULL;
		if (comm && !t->contexts[i].comm)
			return -ENOMEM;
	}
	return 0;
}

static void free_last_releases(struct stlb_timeline *t)
{
	uint32_t at = 0;

	for (struct stlb_last_release *last; (last = stlb_map_next(&t->last_releases, &at));)
		free(last);
	stlb_map_free(&t->last_releases);
}

/* Only the drawing is kept. */
static void free_pass(struct stlb_timeline *t)
{
	stlb_windows_free(&t->windows);
	stlb_machine_free(&t->machine);
	free_last_releases(t);
	stlb_map_free(&t->mms);
	stlb_map_free(&t->drawn);
	free(t->keys);
	t->windows = (struct stlb_windows){0};
	t->machine = (struct stlb_machine){.failed = t->machine.failed};
	t->keys = NULL;
}

int stlb_timeline_finish(struct stlb_timeline *t)
{
	int ret;

	end_all(t);
	ret = t->failed || t->machine.failed ? -ENOMEM : copy_names(t);
	t->drawing.contexts = t->contexts;
	t->drawing.slices = t->slices;
	t->drawing.points = t->points;
	free_pass(t);
	return ret;
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
