/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the entries of subscribed mms said, update by update, and which pages were freed: devices
 * are held against it. Both are rings: the newest push out the oldest.
 */
#ifndef CHECK_HISTORY_H
#define CHECK_HISTORY_H

#include "model/saved_event.h"
#include "model/slot.h"
#include "util/map.h"

enum { STLB_HISTORY_UPDATES = 128 * 1024, STLB_HISTORY_FREES = 64 * 1024 };

struct stlb_obligation;

/**
 * struct stlb_said - an update: an entry said @old and says @new
 * @before: in its bucket, the number of the one before plus one; 0: none
 * @doubt: how often until then something was lost, not placed or given up
 * @ob: what it needs, until that is over
 * @gone_start, @gone_end: what was invalidated since, and in order; @gone: by which event
 * @same_content: nobody can tell the page before from the one after
 * @expired: its operation ended without an invalidation
 */
struct stlb_said {
	uint64_t before;
	uint64_t mm, addr, seq, doubt;
	struct stlb_entry old, new;
	struct stlb_obligation *ob;
	uint64_t gone_start, gone_end;
	uint8_t level; /* enum stlb_level */
	bool same_content, expired;
	struct stlb_saved_event event, gone;
};

/** struct stlb_freed - @nr pages that were freed, or handed out again */
struct stlb_freed {
	uint64_t before;
	uint64_t pfn, nr, seq, doubt;
	struct stlb_saved_event event;
};

struct stlb_history;

/** stlb_history_new - an empty one; NULL without memory */
struct stlb_history *stlb_history_new(void);

/** stlb_history_free - free one; NULL is fine */
void stlb_history_free(struct stlb_history *history);

/**
 * stlb_history_add - an entry of an mm was updated
 *
 * @said: without @before. Returns its number plus one, 0 without memory.
 */
uint64_t stlb_history_add(struct stlb_history *history, const struct stlb_said *said);

/** stlb_history_get - an update by its number plus one; NULL for 0 and once it was pushed out */
struct stlb_said *stlb_history_get(const struct stlb_history *history, uint64_t number);

/** stlb_history_last - the number plus one of the newest update; 0: there was none */
uint64_t stlb_history_last(const struct stlb_history *history);

/** stlb_history_forget - an mm begins anew: what its entries said concerns nobody any more */
void stlb_history_forget(struct stlb_history *history, uint64_t mm);

/** struct stlb_history_walk - goes from the newest update of a page, at any level, to the oldest */
struct stlb_history_walk {
	const struct stlb_history *history;
	uint64_t mm, addr, from;
	uint64_t at[STLB_LEVEL_PUD + 1]; /* the next one of each level, plus one */
	unsigned int steps;
	bool cut; /* older ones were pushed out, or there are too many */
};

/** stlb_history_walk - begin at the newest update of the page at @addr; false: none of the mm */
bool stlb_history_walk(const struct stlb_history *history, uint64_t mm, uint64_t addr,
		       struct stlb_history_walk *walk);

/** stlb_history_older - the next older update; NULL: no more are known */
const struct stlb_said *stlb_history_older(struct stlb_history_walk *walk);

/** stlb_history_add_free - pages were freed; 0 or -ENOMEM */
int stlb_history_add_free(struct stlb_history *history, const struct stlb_freed *freed);

/** stlb_history_freed - the first free of a page after event @since; NULL: none is known */
const struct stlb_freed *stlb_history_freed(const struct stlb_history *history, uint64_t pfn,
					    uint64_t since);

#endif
