/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What happened around the findings of a trace, for reports that draw it: a second pass over the
 * trace that keeps, near the events that prove the findings, who held page-table locks, who had
 * brackets open, and what was done to the page tables. Bounded, whatever the trace holds.
 */
#ifndef STALETLB_TIMELINE_H
#define STALETLB_TIMELINE_H

#include "staletlb/api.h"
#include "staletlb/finding.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stlb_timeline;

/** What stands in an index for none. */
#define STLB_TIMELINE_NONE UINT32_MAX

/** struct stlb_timeline_context - who acts: a task, or an interrupt of a CPU */
struct stlb_timeline_context {
	uint8_t kind;	  /* enum stlb_context_kind */
	int32_t id;	  /* tid; the CPU of an interrupt or of an idle task */
	bool idle;	  /* the idle task of a CPU */
	const char *comm; /* clean (no control characters, valid UTF-8); NULL: not known */
};

/** enum stlb_slice_kind - what lasts from one time to another */
enum stlb_slice_kind {
	STLB_SLICE_HOLD,    /* a page-table lock is held */
	STLB_SLICE_BRACKET, /* between invalidate_range_start and its end */
};

/** struct stlb_timeline_slice - what lasts from one time to another, in one context */
struct stlb_timeline_slice {
	enum stlb_slice_kind kind;
	uint32_t context;     /* index */
	uint64_t start, end;  /* ns, start <= end */
	uint64_t object;      /* the lock, or the mm */
	uint64_t first, last; /* of a bracket: its range [first, last) */
	uint32_t after;	      /* slice of another context whose release let it in, or NONE */
	int32_t cpu;	      /* where it began */
	bool unended;	      /* its end was not seen; @end is the last time looked at */
};

/** struct stlb_timeline_point - an update, an invalidation, a loss */
struct stlb_timeline_point {
	uint64_t ns;
	uint64_t has; /* which of the fields below are reported, as in struct stlb_event */
	uint64_t mm, addr, old, new_entry, start, end;
	uint32_t context; /* index; NONE for a loss */
	int32_t cpu;
	uint8_t kind;  /* enum stlb_kind */
	uint8_t level; /* enum stlb_level */
};

/** struct stlb_timeline_drawing - what is to be drawn; owned by the timeline */
struct stlb_timeline_drawing {
	const struct stlb_timeline_context *contexts;
	const struct stlb_timeline_slice *slices; /* in order of their ends */
	const struct stlb_timeline_point *points; /* in time order */
	uint32_t nr_contexts, nr_slices, nr_points;
	uint64_t findings_left_out; /* nothing is drawn around them: too many */
	uint64_t slices_left_out;   /* near findings, but too many of them */
	uint64_t points_left_out;
	uint64_t events_left_out; /* of contexts that there was no room for */
};

/**
 * stlb_timeline_new - prepare the second pass
 * @result: of the first one; looked at during the call only
 * @room: at most about so many slices, and so many points; 0: 65536. Slices around the events that
 *	prove a finding are kept beyond it.
 *
 * NULL without memory.
 */
STLB_API struct stlb_timeline *stlb_timeline_new(const struct stlb_result *result, uint32_t room);

/**
 * stlb_timeline_event - the next event, in time order
 *
 * Returns 0, 1 when all that is to be drawn has been seen (the rest of the trace need not be read),
 * or -ENOMEM.
 */
STLB_API int stlb_timeline_event(struct stlb_timeline *timeline, const struct stlb_event *event);

/**
 * stlb_timeline_finish - the pass is over; the source of the events must be open still
 *
 * Nothing points into the source afterwards. Once; returns 0 or -ENOMEM.
 */
STLB_API int stlb_timeline_finish(struct stlb_timeline *timeline);

/** stlb_timeline_drawing - what was found; valid after stlb_timeline_finish() */
STLB_API const struct stlb_timeline_drawing *
stlb_timeline_drawing(const struct stlb_timeline *timeline);

/** stlb_timeline_free - NULL is fine */
STLB_API void stlb_timeline_free(struct stlb_timeline *timeline);

#ifdef __cplusplus
}
#endif

#endif
