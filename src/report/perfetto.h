/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A trace's findings and what was around them, laid out as the JSON trace event format wants it:
 * what begins and ends on one track nests, so what does not goes to another lane of its context.
 */
#ifndef REPORT_PERFETTO_H
#define REPORT_PERFETTO_H

#include "report/report_internal.h"
#include "staletlb/timeline.h"
#include "util/map.h"

/* As many lanes as one context can have things open at once, and one. */
enum { STLB_MAX_LANES = 25 };

/** struct stlb_track - one context */
struct stlb_track {
	uint64_t key;
	const char *comm;
	int32_t id; /* tid; the CPU of an interrupt or of an idle task */
	uint8_t kind;
	bool idle;
	uint32_t nr_lanes;
	uint32_t tids[STLB_MAX_LANES]; /* as the file numbers them: no two are the same */
};

/** enum stlb_item_type - at one time, what comes first encloses what comes later */
enum stlb_item_type { STLB_ITEM_SLICE, STLB_ITEM_EVIDENCE, STLB_ITEM_POINT, STLB_ITEM_FINDING };

/** struct stlb_item - something to be drawn */
struct stlb_item {
	uint64_t start, end;
	enum stlb_item_type type;
	uint32_t track; /* STLB_TIMELINE_NONE: of no context */
	uint32_t index; /* of the slice, point or finding */
	uint32_t event; /* of the finding's evidence */
	uint32_t lane;
};

/** struct stlb_mark_at - where the file has a line for the item */
struct stlb_mark_at {
	uint64_t ns;
	uint32_t order, item;
	bool end; /* else its beginning */
};

/** struct stlb_layout - one trace laid out; strings are the report's */
struct stlb_layout {
	const struct stlb_report_trace *trace;
	struct stlb_timeline_drawing drawing; /* zero where there was no second pass */
	struct stlb_track *tracks;
	struct stlb_map by_key; /* of the tracks; values are their index + 1 */
	uint32_t nr_tracks, max_tracks;
	uint32_t next_tid; /* for what has no thread id of its own */
	bool real_tids;
	struct stlb_item *items;
	uint32_t nr_items, max_items;
	struct stlb_mark_at *marks; /* in the order of the file */
	uint32_t nr_marks;
	uint32_t *next; /* of a slice: the one that its release lets in, or NONE */
};

/** stlb_layout_init - 0 or -ENOMEM; @next_tid counts on over the traces; release it in any case */
int stlb_layout_init(struct stlb_layout *layout, const struct stlb_report_trace *trace,
		     bool real_tids, uint32_t next_tid);

void stlb_layout_release(struct stlb_layout *layout);

/** stlb_layout_place - nest the items of each track, and put all in time order; 0 or -ENOMEM */
int stlb_layout_place(struct stlb_layout *layout);

/** struct stlb_arrow - from one event of a finding's evidence to another, by index */
struct stlb_arrow {
	bool drawn;
	uint32_t from, to;
};

/**
 * stlb_finding_arrow - from the update to what came too early: where an invalidation is missing
 *
 * Not drawn where the finding is not about a missing invalidation, or the two have the same time.
 */
struct stlb_arrow stlb_finding_arrow(const struct stlb_report_finding *finding);

/** struct stlb_perfetto - what the lines are written with */
struct stlb_perfetto {
	FILE *to;
	const struct stlb_layout *layout;
	uint32_t pid;
	uint64_t first_flow; /* of the trace; slices have the first ids, then findings */
	bool comma;	     /* there is a line before */
};

/** stlb_perfetto_text - a JSON string */
void stlb_perfetto_text(FILE *to, const char *text);

/** stlb_perfetto_open - begin a line: {"ph":...,"pid":... ; @tid 0: none */
void stlb_perfetto_open(struct stlb_perfetto *out, char phase, uint32_t tid);

/** stlb_perfetto_mark - what one mark is in the file */
void stlb_perfetto_mark(struct stlb_perfetto *out, const struct stlb_mark_at *mark);

#endif
