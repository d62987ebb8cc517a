/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is drawn of a trace: its contexts and the things that happened in them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/perfetto.h"
#include "util/grow.h"

/* Linux has no thread ids from here on. */
enum { MAX_TID = 4 * 1024 * 1024 };

static uint32_t lane_tid(struct stlb_layout *layout, const struct stlb_track *track)
{
	bool task = track->kind == STLB_CONTEXT_TASK && !track->idle;

	if (layout->real_tids && task && !track->nr_lanes && track->id > 0 && track->id < MAX_TID)
		return (uint32_t)track->id;
	return layout->next_tid++;
}

static int get_track(struct stlb_layout *layout, const struct stlb_timeline_context *context,
		     uint32_t *index)
{
	uint64_t key = (uint64_t)context->kind << 40 | (uint64_t)context->idle << 32 |
		       (uint32_t)context->id;
	uintptr_t known = (uintptr_t)stlb_map_get(&layout->by_key, key);
	struct stlb_track *track;

	*index = known ? (uint32_t)(known - 1) : layout->nr_tracks;
	if (known)
		return 0;
	if (stlb_grow((void **)&layout->tracks, layout->nr_tracks, &layout->max_tracks,
		      sizeof(*layout->tracks)) ||
	    stlb_map_put(&layout->by_key, key, (void *)((uintptr_t)layout->nr_tracks + 1)))
		return -ENOMEM;
	track = &layout->tracks[layout->nr_tracks++];
	*track = (struct stlb_track){
		.key = key,
		.comm = context->comm,
		.id = context->id,
		.kind = context->kind,
		.idle = context->idle,
	};
	track->tids[track->nr_lanes] = lane_tid(layout, track);
	track->nr_lanes++;
	return 0;
}

static int get_event_track(struct stlb_layout *layout, const struct stlb_report_event *event,
			   uint32_t *index)
{
	const struct stlb_event *raw = event->event;
	bool task = raw->context == STLB_CONTEXT_TASK, idle = task && raw->tid == 0;
	struct stlb_timeline_context context = {
		.kind = raw->context,
		.idle = idle,
		.id = task && !idle ? raw->tid : raw->cpu,
		.comm = task ? event->comm : NULL,
	};

	return get_track(layout, &context, index);
}

/* ---- items ---- */

static int add_item(struct stlb_layout *layout, const struct stlb_item *item)
{
	if (stlb_grow((void **)&layout->items, layout->nr_items, &layout->max_items,
		      sizeof(*layout->items)))
		return -ENOMEM;
	layout->items[layout->nr_items++] = *item;
	return 0;
}

static int add_slice(struct stlb_layout *layout, uint32_t index)
{
	const struct stlb_timeline_slice *slice = &layout->drawing.slices[index];
	struct stlb_item item = {
		.type = STLB_ITEM_SLICE, .start = slice->start, .end = slice->end, .index = index};

	layout->next[index] = STLB_TIMELINE_NONE;
	if (slice->after != STLB_TIMELINE_NONE)
		layout->next[slice->after] = index;
	if (get_track(layout, &layout->drawing.contexts[slice->context], &item.track))
		return -ENOMEM;
	return add_item(layout, &item);
}

static int add_point(struct stlb_layout *layout, uint32_t index)
{
	const struct stlb_timeline_point *point = &layout->drawing.points[index];
	struct stlb_item item = {
		.type = STLB_ITEM_POINT,
		.start = point->ns,
		.end = point->ns,
		.index = index,
		.track = STLB_TIMELINE_NONE,
	};

	if (point->context != STLB_TIMELINE_NONE &&
	    get_track(layout, &layout->drawing.contexts[point->context], &item.track))
		return -ENOMEM;
	return add_item(layout, &item);
}

static int add_evidence(struct stlb_layout *layout, uint32_t index, uint32_t event, uint32_t *track)
{
	const struct stlb_report_event *evidence = &layout->trace->findings[index].events[event];
	struct stlb_item item = {
		.type = STLB_ITEM_EVIDENCE,
		.start = evidence->event->ns,
		.end = evidence->event->ns,
		.index = index,
		.event = event,
	};

	if (get_event_track(layout, evidence, &item.track))
		return -ENOMEM;
	*track = item.track;
	return add_item(layout, &item);
}

/* The finding itself stands where the last of its events is. */
static int add_finding(struct stlb_layout *layout, uint32_t index)
{
	const struct stlb_report_finding *finding = &layout->trace->findings[index];
	struct stlb_item item = {
		.type = STLB_ITEM_FINDING,
		.start = finding->raw->first_ns,
		.index = index,
		.track = STLB_TIMELINE_NONE,
	};

	for (uint32_t i = 0; i < finding->raw->nr_events; i++) {
		if (add_evidence(layout, index, i, &item.track))
			return -ENOMEM;
		item.start = finding->events[i].event->ns;
	}
	item.end = item.start;
	return add_item(layout, &item);
}

static int add_items(struct stlb_layout *layout)
{
	int ret = 0;

	for (uint32_t i = 0; i < layout->drawing.nr_slices && ret == 0; i++)
		ret = add_slice(layout, i);
	for (uint32_t i = 0; i < layout->drawing.nr_points && ret == 0; i++)
		ret = add_point(layout, i);
	for (uint32_t i = 0; i < layout->trace->nr_findings && ret == 0; i++)
		ret = add_finding(layout, i);
	return ret;
}

int stlb_layout_init(struct stlb_layout *layout, const struct stlb_report_trace *trace,
		     bool real_tids, uint32_t next_tid)
{
	*layout =
		(struct stlb_layout){.trace = trace, .real_tids = real_tids, .next_tid = next_tid};
	if (trace->timeline)
		layout->drawing = *stlb_timeline_drawing(trace->timeline);
	layout->next = calloc((size_t)layout->drawing.nr_slices + 1, sizeof(*layout->next));
	if (!layout->next || add_items(layout))
		return -ENOMEM;
	return stlb_layout_place(layout);
}

void stlb_layout_release(struct stlb_layout *layout)
{
	stlb_map_free(&layout->by_key);
	free(layout->tracks);
	free(layout->items);
	free(layout->marks);
	free(layout->next);
}

/* ---- arrows ---- */

/* What a device sees too late is the set itself. */
static bool is_update(const char *role, const struct stlb_rule_info *info)
{
	if (info->of_device)
		return !strncmp(role, "set", strlen("set"));
	return !strcmp(role, "clear") || !strcmp(role, "update") || !strcmp(role, "write-protect");
}

struct stlb_arrow stlb_finding_arrow(const struct stlb_report_finding *finding)
{
	struct stlb_arrow arrow = {0};
	const struct stlb_rule_info *info = stlb_rule_info(finding->raw->rule);
	uint32_t nr = finding->raw->nr_events;

	if (!nr || (!info->edge.between && !info->cycle))
		return arrow;
	arrow.to = nr - 1;
	while (arrow.from < arrow.to && !is_update(finding->events[arrow.from].role, info))
		arrow.from++;
	arrow.drawn = finding->events[arrow.from].event->ns < finding->events[arrow.to].event->ns;
	return arrow;
}
