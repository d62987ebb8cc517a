/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who acts, and what each has open. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timeline/timeline_internal.h"

enum { MAX_DOERS = 16 * 1024, WORTH_A_SWEEP = 1024 };

/* Idle tasks all have tid 0, one on each CPU; interrupts are their CPU's. */
uint64_t stlb_doer_key(const struct stlb_event *event)
{
	if (event->context == STLB_CONTEXT_TASK && event->tid != 0)
		return (uint64_t)(uint32_t)event->tid << 8 | 0x80;
	return (uint64_t)(uint32_t)event->cpu << 8 | event->context;
}

/* In batches, since a map must not change while it is walked. */
static void make_room(struct stlb_doers *doers)
{
	struct stlb_doer *idle[2 * WORTH_A_SWEEP];
	uint32_t at = 0, nr = 0;

	for (struct stlb_doer *doer; (doer = stlb_map_next(&doers->map, &at));)
		if (nr < 2 * WORTH_A_SWEEP && !doer->nr_open && doer->index == STLB_TIMELINE_NONE)
			idle[nr++] = doer;
	doers->full = nr < WORTH_A_SWEEP;
	while (nr)
		free(stlb_map_remove(&doers->map, idle[--nr]->key));
}

static struct stlb_doer *add(struct stlb_doers *doers, const struct stlb_event *event, int *code)
{
	struct stlb_doer *doer;

	if (doers->map.count >= MAX_DOERS && !doers->full)
		make_room(doers);
	if (doers->map.count >= MAX_DOERS)
		return NULL;
	doer = calloc(1, sizeof(*doer));
	if (!doer || stlb_map_put(&doers->map, stlb_doer_key(event), doer)) {
		free(doer);
		*code = -ENOMEM;
		return NULL;
	}
	doer->key = stlb_doer_key(event);
	doer->index = STLB_TIMELINE_NONE;
	doer->kind = event->context;
	doer->idle = event->context == STLB_CONTEXT_TASK && event->tid == 0;
	doer->id = event->context == STLB_CONTEXT_TASK && event->tid ? event->tid : event->cpu;
	return doer;
}

struct stlb_doer *stlb_doer_get(struct stlb_doers *doers, const struct stlb_event *event, int *code)
{
	struct stlb_doer *doer = stlb_map_get(&doers->map, stlb_doer_key(event));

	*code = 0;
	if (!doer)
		doer = add(doers, event, code);
	if (doer && event->comm && event->context == STLB_CONTEXT_TASK)
		doer->comm = event->comm;
	return doer;
}

/* Not every unlock is traced: locks of no interest are let go first. */
static bool forget_one(struct stlb_doer *doer)
{
	for (uint32_t i = 0; i < doer->nr_open; i++) {
		struct stlb_open *open = &doer->open[i];

		if (open->kind != STLB_SLICE_HOLD || open->ptl)
			continue;
		stlb_doer_close(doer, open);
		return false;
	}
	stlb_doer_close(doer, doer->open);
	return true;
}

bool stlb_doer_open(struct stlb_doer *doer, const struct stlb_open *open)
{
	bool lost = doer->nr_open == STLB_MAX_OPEN && forget_one(doer);

	doer->open[doer->nr_open++] = *open;
	return lost;
}

struct stlb_open *stlb_doer_find(struct stlb_doer *doer, enum stlb_slice_kind kind, uint64_t object)
{
	for (uint32_t i = doer->nr_open; i-- > 0;) {
		struct stlb_open *open = &doer->open[i];

		if (open->kind == kind && (!object || open->object == object))
			return open;
	}
	return NULL;
}

void stlb_doer_close(struct stlb_doer *doer, struct stlb_open *open)
{
	uint32_t behind = (uint32_t)(doer->open + doer->nr_open - (open + 1));

	memmove(open, open + 1, behind * sizeof(*open));
	doer->nr_open--;
}

void stlb_doers_free(struct stlb_doers *doers)
{
	uint32_t at = 0;

	for (struct stlb_doer *doer; (doer = stlb_map_next(&doers->map, &at));)
		free(doer);
	stlb_map_free(&doers->map);
}
