/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What devices hold and have seen, by device and mm. */
#ifndef CHECK_DEVICE_VIEW_H
#define CHECK_DEVICE_VIEW_H

#include "check/history.h"
#include "check/state.h"

enum { STLB_DEVICE_BUCKETS = 32 * 1024, STLB_DEVICE_REPORTED = 16 };

/** struct stlb_device_page - a page of an mm as one device sees it */
struct stlb_device_page {
	struct stlb_list in_bucket, in_view;
	struct stlb_device_view *view;
	uint64_t addr;
	uint64_t pfn;	   /* what the device's TLB holds, ~0: not known */
	uint64_t reported; /* the update that took away what it was reported stale for, 0: none */
	bool reported_cut; /* that not enough is known of its past */
	uint64_t cycle;	   /* event number of the set whose cycle was reported, 0: none */
	struct stlb_saved_event fill;
};

/** struct stlb_device_seen - a set that a device has seen the page of */
struct stlb_device_seen {
	uint64_t addr, seq;
	struct stlb_saved_event set, read; /* no read: nothing was seen */
};

/** struct stlb_device_view - what one device knows of an mm: the two newest sets, of different
 * pages */
struct stlb_device_view {
	uint64_t dev, mm;
	struct stlb_list pages;
	uint64_t nr_pages;
	struct stlb_device_seen seen[2];
	uint64_t reported[STLB_DEVICE_REPORTED]; /* updates that it was reported stale for lately */
	uint64_t nr_reported;
};

struct stlb_devices {
	struct stlb_history *history;
	struct stlb_list buckets[STLB_DEVICE_BUCKETS]; /* of pages */
	uint64_t random[2];			       /* for stlb_map_hash() */
	struct stlb_map views;
	uint64_t not_placed; /* sets whose slot was not known */
	uint32_t nr_pages;
};

/** stlb_devices_expect - note what devices are held against, where the trace may have some */
void stlb_devices_expect(struct stlb_analysis *a);

/** stlb_devices_free - free what is known of devices */
void stlb_devices_free(struct stlb_analysis *a);

/** stlb_device_forget - an mm has no subscriber any more, or goes; only where a->devices is there
 */
void stlb_device_forget(struct stlb_analysis *a, const struct stlb_mm *mm);

/** stlb_device_view - what the device of an event knows of its mm; NULL: nothing yet */
struct stlb_device_view *stlb_device_view(const struct stlb_devices *devices,
					  const struct stlb_event_context *ec);

/** stlb_device_page_find - a page as a device sees it; NULL: it has not used it yet */
struct stlb_device_page *stlb_device_page_find(struct stlb_devices *devices,
					       const struct stlb_device_view *view, uint64_t addr);

/** stlb_device_page - the page that an event is about; NULL without memory or room (counted) */
struct stlb_device_page *stlb_device_page(struct stlb_analysis *a,
					  const struct stlb_event_context *ec);

/** stlb_device_is_seen - whether it is one at all */
bool stlb_device_is_seen(const struct stlb_device_seen *seen);

/** stlb_device_unreport - what a device was reported for was none, and may be reported again */
void stlb_device_unreport(struct stlb_analysis *a, uint64_t mm, uint64_t dev, uint64_t reported);

#endif
