/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the timeline share: where to look, who acts, and what is kept. */
#ifndef TIMELINE_TIMELINE_INTERNAL_H
#define TIMELINE_TIMELINE_INTERNAL_H

#include "staletlb/timeline.h"
#include "util/arena.h"
#include "util/map.h"

/** struct stlb_window - a time near findings, [start, end] in ns */
struct stlb_window {
	uint64_t start, end;
	uint32_t slices, points; /* how many may still be kept in it */
};

/** struct stlb_mark - an event that proves a finding: what is around it has to be kept */
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

enum { STLB_MAX_OPEN = 24 };

/** struct stlb_open - a hold or bracket that has not ended yet */
struct stlb_open {
	enum stlb_slice_kind kind;
	uint64_t start, object, first, last;
	int32_t cpu;
	bool ptl;   /* of a hold: the lock is known to protect page tables */
	bool exact; /* of a hold: acquired at @start, not only asked for */
};

/** struct stlb_doer - a context at work */
struct stlb_doer {
	uint64_t key;
	uint32_t index; /* among those drawn, or STLB_TIMELINE_NONE */
	uint32_t nr_open;
	int32_t id, cpu;
	uint8_t kind;
	bool idle;
	uint32_t losses;  /* of its CPU, when it was last seen there */
	const char *comm; /* lives as long as the source */
	struct stlb_open open[STLB_MAX_OPEN];
};

/** struct stlb_doers - all contexts, at most MAX_DOERS; those with nothing open may be forgotten */
struct stlb_doers {
	struct stlb_map map;
	bool full; /* there is no room to be made any more */
};

/** stlb_doer_key - names the context of an event */
uint64_t stlb_doer_key(const struct stlb_event *event);

/** stlb_doer_get - the context of an event; NULL with 0 (no room) or -ENOMEM in *code */
struct stlb_doer *stlb_doer_get(struct stlb_doers *doers, const struct stlb_event *event,
				int *code);

/** stlb_doer_open - something begins; true: something of interest was forgotten for want of room */
bool stlb_doer_open(struct stlb_doer *doer, const struct stlb_open *open);

/** stlb_doer_find - the innermost open one of an object (0: whichever); NULL: none */
struct stlb_open *stlb_doer_find(struct stlb_doer *doer, enum stlb_slice_kind kind,
				 uint64_t object);

/** stlb_doer_close - take out one that stlb_doer_find() gave */
void stlb_doer_close(struct stlb_doer *doer, struct stlb_open *open);

void stlb_doers_free(struct stlb_doers *doers);

enum { STLB_LOSS_SLOTS = 256 };

/** struct stlb_ptl - a lock known to be one of page tables */
struct stlb_ptl {
	uint64_t released_ns;
	uint32_t slice; /* that its last release ended, or NONE */
};

struct stlb_timeline {
	struct stlb_windows windows;
	struct stlb_doers doers;
	struct stlb_map ptls, mms; /* by lock; mms that findings are about */
	struct stlb_arena arena;
	struct stlb_timeline_context *contexts;
	struct stlb_doer **drawn; /* of the contexts, until the end */
	struct stlb_timeline_slice *slices;
	struct stlb_timeline_point *points;
	uint32_t max_contexts, max_slices, max_points; /* that there is memory for */
	uint32_t losses[STLB_LOSS_SLOTS];	       /* by CPU, modulo */
	uint64_t last_ns, until_ns;
	struct stlb_timeline_drawing drawing;
};

/** stlb_timeline_is_ptl - whether a lock is known; stlb_timeline_learn_ptl - from now on it is */
bool stlb_timeline_is_ptl(const struct stlb_timeline *timeline, uint64_t lock);
int stlb_timeline_learn_ptl(struct stlb_timeline *timeline, uint64_t lock);

/**
 * stlb_timeline_slice - something has ended at @ns: keep it if it is of interest; 0 or -ENOMEM
 * @unended: it has not, but nothing more will be seen
 */
int stlb_timeline_slice(struct stlb_timeline *timeline, struct stlb_doer *doer,
			const struct stlb_open *open, uint64_t ns, bool unended);

/** stlb_timeline_point - keep an event if it is near a finding; 0 or -ENOMEM. @doer NULL: a loss */
int stlb_timeline_point(struct stlb_timeline *timeline, struct stlb_doer *doer,
			const struct stlb_event *event);

#endif
