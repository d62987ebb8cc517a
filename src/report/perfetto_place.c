/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lanes and order: on each lane what begins later ends earlier, or after what began before. */
#include <errno.h>
#include <stdlib.h>

#include "report/perfetto.h"

/** struct lane - what has begun on it and not ended, outermost first */
struct lane {
	uint32_t nr;
	uint32_t open[STLB_MAX_LANES + 1];
};

/** struct placing - one track at work */
struct placing {
	struct stlb_layout *layout;
	struct lane lanes[STLB_MAX_LANES];
	uint32_t track;
};

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Of one track together; what lasts longer first. */
static int by_track(const void *a, const void *b)
{
	const struct stlb_item *one = a, *other = b;
	int ret = compare(one->track, other->track);

	ret = ret ? ret : compare(one->start, other->start);
	ret = ret ? ret : compare(other->end, one->end);
	ret = ret ? ret : compare(one->type, other->type);
	ret = ret ? ret : compare(one->index, other->index);
	return ret ? ret : compare(one->event, other->event);
}

static int by_time(const void *a, const void *b)
{
	const struct stlb_mark_at *one = a, *other = b;
	int ret = compare(one->ns, other->ns);

	return ret ? ret : compare(one->order, other->order);
}

static void put_mark(struct stlb_layout *layout, uint32_t item, uint64_t ns, bool end)
{
	struct stlb_mark_at *mark = &layout->marks[layout->nr_marks];

	*mark = (struct stlb_mark_at){
		.ns = ns, .order = layout->nr_marks, .item = item, .end = end};
	layout->nr_marks++;
}

static bool is_over(const struct stlb_item *open, const struct stlb_item *item)
{
	if (open->end != item->start)
		return open->end < item->start;
	return item->end > item->start || open->start == open->end;
}

static void close_over(struct placing *placing, struct lane *lane, const struct stlb_item *item)
{
	struct stlb_layout *layout = placing->layout;

	while (lane->nr) {
		uint32_t open = lane->open[lane->nr - 1];

		if (item && !is_over(&layout->items[open], item))
			return;
		put_mark(layout, open, layout->items[open].end, true);
		lane->nr--;
	}
}

static bool fits(const struct placing *placing, const struct lane *lane,
		 const struct stlb_item *item)
{
	if (lane->nr == sizeof(lane->open) / sizeof(*lane->open))
		return false;
	return !lane->nr || placing->layout->items[lane->open[lane->nr - 1]].end >= item->end;
}

static void put_item(struct placing *placing, uint32_t index)
{
	struct stlb_layout *layout = placing->layout;
	struct stlb_item *item = &layout->items[index];
	struct stlb_track *track = &layout->tracks[item->track];
	uint32_t at = 0;

	while (at < STLB_MAX_LANES) {
		close_over(placing, &placing->lanes[at], item);
		if (fits(placing, &placing->lanes[at], item))
			break;
		at++;
	}
	if (at == STLB_MAX_LANES)
		return; /* cannot be: no context has so much open at once */
	while (track->nr_lanes <= at)
		track->tids[track->nr_lanes++] = layout->next_tid++;
	item->lane = at;
	put_mark(layout, index, item->start, false);
	if (item->type == STLB_ITEM_SLICE || item->type == STLB_ITEM_EVIDENCE)
		placing->lanes[at].open[placing->lanes[at].nr++] = index;
}

static void end_track(struct placing *placing)
{
	for (uint32_t i = 0; i < STLB_MAX_LANES; i++)
		close_over(placing, &placing->lanes[i], NULL);
}

int stlb_layout_place(struct stlb_layout *layout)
{
	struct placing placing = {.layout = layout, .track = STLB_TIMELINE_NONE};

	if (layout->nr_items)
		qsort(layout->items, layout->nr_items, sizeof(*layout->items), by_track);
	layout->marks = calloc(2 * (size_t)layout->nr_items + 1, sizeof(*layout->marks));
	if (!layout->marks)
		return -ENOMEM;
	for (uint32_t i = 0; i < layout->nr_items; i++) {
		if (layout->items[i].track != placing.track)
			end_track(&placing);
		placing.track = layout->items[i].track;
		if (placing.track == STLB_TIMELINE_NONE)
			put_mark(layout, i, layout->items[i].start, false);
		else
			put_item(&placing, i);
	}
	end_track(&placing);
	qsort(layout->marks, layout->nr_marks, sizeof(*layout->marks), by_time);
	return 0;
}
