/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Of a page that a device uses: whether its entry says so, and what proves that it may not. */
#ifndef CHECK_PAST_H
#define CHECK_PAST_H

#include "check/history.h"
#include "check/state.h"

/** enum stlb_staleness - what makes a use stale, NOT_STALE where nothing does */
enum stlb_staleness {
	STLB_NOT_STALE,
	STLB_STALE_REPOINTED, /* another page was set, or the operation ended, as a violation */
	STLB_STALE_DROPPED,   /* an invalidation after the update had the device drop it */
	STLB_STALE_FREED,
};

/**
 * struct stlb_past - what became of page @pfn at an address
 * @own: the newest update that set it there, NULL: none was seen
 * @proof: the update that it is stale since, NULL for a free alone
 * @next: the first update after it that put a page of other content there, NULL: none
 * @taken: a number of the update that took it away, 0: it is there still, or never was
 * @freed: where it is stale because of its free
 * @doubt: of what it is stale by
 * @unseen: unless a table that was taken out came back unseen
 * @cut: older updates are not known any more, and might have said more
 */
struct stlb_past {
	uint64_t mm, addr, pfn;
	enum stlb_staleness stale;
	const struct stlb_said *own, *proof, *next;
	const struct stlb_freed *freed;
	uint64_t taken, doubt;
	bool unseen, cut;
};

/** stlb_past_look - look back at what the entry of an address said of a page */
void stlb_past_look(struct stlb_analysis *a, const struct stlb_history *history,
		    const struct stlb_mm *mm, uint64_t addr, uint64_t pfn, struct stlb_past *past);

/** stlb_past_start - the update since which the page has been there with what it holds now */
const struct stlb_said *stlb_past_start(const struct stlb_history *history,
					const struct stlb_past *past);

#endif
