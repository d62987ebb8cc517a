/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Time steps: turns that depend on each other keep the order that the search found, the others are
 * put where the kernel's document has them: what is alike at the same time, CPU writes before late
 * invalidations, and what the device sees at the end.
 */
#include <string.h>

#include "witness/model.h"

enum rank {
	RANK_BEFORE, /* why it begins, and what the device does meanwhile */
	RANK_START,
	RANK_UPDATE,
	RANK_WRITE,
	RANK_LATE, /* what follows the update */
	RANK_TAKE,
	RANK_OUTCOME,
	NR_RANKS,
};

/** struct layout - a schedule, and the times that its turns have got so far */
struct layout {
	const struct stlb_witness_ask *ask;
	const struct stlb_witness *from;
	bool done[STLB_WITNESS_MAX_TURNS]; /* has its time */
	uint32_t time[STLB_WITNESS_MAX_TURNS];
};

static bool in_hold(const struct stlb_turn *turn)
{
	return turn->context == STLB_WITNESS_UPDATER &&
	       (turn->step == STLB_STEP_CLEAR || turn->step == STLB_STEP_NOTIFY ||
		turn->step == STLB_STEP_SET);
}

static bool same_thread(const struct stlb_witness_ask *ask, const struct stlb_turn *a,
			const struct stlb_turn *b)
{
	if (a->context != b->context)
		return false;
	return a->addr == b->addr || (a->context == STLB_WITNESS_UPDATER && ask->one_thread);
}

static bool changes_entry(const struct stlb_turn *turn)
{
	return turn->step == STLB_STEP_CLEAR || turn->step == STLB_STEP_SET;
}

/* Whether a turn changes what the device finds at its address. */
static bool device_minds(const struct stlb_turn *turn)
{
	return turn->context != STLB_WITNESS_DEVICE && turn->step != STLB_STEP_TRY &&
	       turn->step != STLB_STEP_RANGE_START && turn->step != STLB_STEP_RANGE_END;
}

static bool touches(const struct stlb_turn *a, const struct stlb_turn *b)
{
	return (a->context == STLB_WITNESS_DEVICE && device_minds(b)) ||
	       (a->step == STLB_STEP_WRITE && changes_entry(b)) ||
	       (a->step == STLB_STEP_FREE && b->step == STLB_STEP_TAKE);
}

/* Whether @b has to come at a later time than @a, which is before it in the schedule. */
static bool depends(const struct stlb_witness_ask *ask, const struct stlb_turn *a,
		    const struct stlb_turn *b)
{
	if (same_thread(ask, a, b) || (a->step == STLB_STEP_WRITE && b->step == STLB_STEP_WRITE))
		return true;
	return a->addr == b->addr && (touches(a, b) || touches(b, a));
}

static bool follows_update(const struct layout *layout, uint32_t at)
{
	const struct stlb_turn *turns = layout->from->turns;

	for (uint32_t i = 0; i < at; i++)
		if (same_thread(layout->ask, &turns[i], &turns[at]) &&
		    turns[i].addr == turns[at].addr && turns[i].step == STLB_STEP_SET)
			return true;
	return false;
}

static enum rank rank_of(const struct layout *layout, uint32_t at)
{
	const struct stlb_turn *turn = &layout->from->turns[at];

	switch (turn->step) {
	case STLB_STEP_TRY:
		return RANK_BEFORE;
	case STLB_STEP_RANGE_START:
		return RANK_START;
	case STLB_STEP_CLEAR:
	case STLB_STEP_SET:
		return RANK_UPDATE;
	case STLB_STEP_NOTIFY:
		return follows_update(layout, at) ? RANK_LATE : RANK_UPDATE;
	case STLB_STEP_WRITE:
		return RANK_WRITE;
	case STLB_STEP_TAKE:
		return RANK_TAKE;
	case STLB_STEP_USE:
		return turn->last ? RANK_OUTCOME : RANK_BEFORE;
	default:
		return RANK_LATE;
	}
}

/* Steps of one hold of the lock are one time step where nobody has to come between. */
static bool may_join(const struct layout *layout, uint32_t before, uint32_t at, uint32_t now)
{
	const struct stlb_turn *turns = layout->from->turns;

	return layout->done[before] && layout->time[before] == now && in_hold(&turns[before]) &&
	       in_hold(&turns[at]) && same_thread(layout->ask, &turns[before], &turns[at]) &&
	       turns[before].addr == turns[at].addr;
}

static bool is_ready(const struct layout *layout, uint32_t at, uint32_t now)
{
	const struct stlb_turn *turns = layout->from->turns;

	for (uint32_t i = 0; i < at; i++) {
		if (!depends(layout->ask, &turns[i], &turns[at]))
			continue;
		if (!layout->done[i])
			return false;
		if (layout->time[i] == now && !may_join(layout, i, at, now))
			return false;
	}
	return true;
}

static enum rank first_rank(const struct layout *layout, uint32_t now)
{
	enum rank first = NR_RANKS;

	for (uint32_t i = 0; i < layout->from->nr; i++)
		if (!layout->done[i] && is_ready(layout, i, now) && rank_of(layout, i) < first)
			first = rank_of(layout, i);
	return first;
}

/* In the order of the schedule, so that a turn finds the one that it may join already there. */
static void fill_time(struct layout *layout, uint32_t now)
{
	enum rank rank = first_rank(layout, now);

	for (uint32_t i = 0; i < layout->from->nr; i++) {
		if (layout->done[i] || rank_of(layout, i) != rank || !is_ready(layout, i, now))
			continue;
		layout->done[i] = true;
		layout->time[i] = now;
	}
}

void stlb_layout(const struct stlb_witness_ask *ask, struct stlb_witness *witness)
{
	struct stlb_witness from = *witness;
	struct layout layout = {.ask = ask, .from = &from};

	witness->nr = 0;
	for (uint32_t now = 0; witness->nr < from.nr; now++) {
		fill_time(&layout, now);
		for (uint32_t i = 0; i < from.nr; i++) {
			if (!layout.done[i] || layout.time[i] != now)
				continue;
			witness->turns[witness->nr] = from.turns[i];
			witness->turns[witness->nr++].time = now;
		}
	}
}
