/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the timeline share: where to look, and what is kept. */
#ifndef TIMELINE_TIMELINE_INTERNAL_H
#define TIMELINE_TIMELINE_INTERNAL_H

#include "model/machine.h"
#include "staletlb/timeline.h"
#include "util/arena.h"
#include "util/map.h"

/** struct stlb_window - a time near findings, [start, end] in ns */
struct stlb_window {
	uint64_t start, end;
	uint32_t slices, points; /* how many may still be kept in it */
};

/** struct stlb_mark - an event that proves a finding: what is around it must be kept */
struct stlb_mark {
	uint64_t ns;
	uint64_t context; /* key */
};

/** struct stlb_windows - in time order, apart from each other */
struct stlb_windows {
	struct stlb_window *window;
	struct stlb_mark *marks; /* in time order */
	uint32_t nr, nr_marks;
	uint64_t findings_left_out;
};

/** stlb_windows_init - around the findings of a result; 0 or -ENOMEM */
int stlb_windows_init(struct stlb_windows *windows, const struct stlb_result *result,
		      uint32_t room);

/** stlb_windows_at - the first window that [start, end] touches; NULL: none */
struct stlb_window *stlb_windows_at(const struct stlb_windows *windows, uint64_t start,
				    uint64_t end);

/** stlb_windows_marked - whether a context has an event of a proof in [start, end] */
bool stlb_windows_marked(const struct stlb_windows *windows, uint64_t context, uint64_t start,
			 uint64_t end);

void stlb_windows_free(struct stlb_windows *windows);

/** struct stlb_last_release - the last release of a page-table lock */
struct stlb_last_release {
	uint64_t ns;
	uint32_t slice; /* that it ended, or NONE */
};

/** struct stlb_slice_of - a hold or bracket that is over */
struct stlb_slice_of {
	enum stlb_slice_kind kind;
	uint64_t start, end, object, first, last;
	int32_t cpu;
	bool exact;   /* of a hold: acquired at @start, not only asked for */
	bool unended; /* it is not, but nothing more will be seen */
};

struct stlb_timeline {
	struct stlb_windows windows;
	struct stlb_machine machine;
	struct stlb_map last_releases, mms; /* by lock; mms that findings are about */
	struct stlb_map drawn; /* number of a context among those drawn, plus one, by key */
	struct stlb_arena arena;
	struct stlb_timeline_context *contexts;
	uint64_t *keys; /* of the contexts, until the end */
	struct stlb_timeline_slice *slices;
	struct stlb_timeline_point *points;
	uint32_t max_contexts, max_slices, max_points; /* that there is memory for */
	uint64_t until_ns;
	bool failed; /* no memory */
	struct stlb_timeline_drawing drawing;
};

/** stlb_timeline_slice - something is over: keep it if it is of interest; 0 or -ENOMEM */
int stlb_timeline_slice(struct stlb_timeline *timeline, const struct stlb_context *context,
			const struct stlb_slice_of *what);

/** stlb_timeline_point - keep an event if it is near a finding; 0 or -ENOMEM. @context NULL: a loss
 */
int stlb_timeline_point(struct stlb_timeline *timeline, const struct stlb_context *context,
			const struct stlb_event *event);

#endif
