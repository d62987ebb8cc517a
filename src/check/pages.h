/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages that obligations are about, and where struct pages lie. */
#ifndef CHECK_PAGES_H
#define CHECK_PAGES_H

#include "check/state.h"

/** stlb_pages_watch, stlb_pages_unwatch - whether a free of the page concerns an obligation */
void stlb_pages_watch(struct stlb_analysis *a, struct stlb_page *page);
void stlb_pages_unwatch(struct stlb_analysis *a, struct stlb_page *page);

/** stlb_page_found - a page of an obligation is among those that are looked for; must not end it */
typedef void (*stlb_page_found)(struct stlb_analysis *a, const struct stlb_event_context *ec,
				struct stlb_obligation *ob);

/** stlb_pages_find - the obligations that watch any of @nr pages */
void stlb_pages_find(struct stlb_analysis *a, const struct stlb_event_context *ec, uint64_t pfn,
		     uint64_t nr, stlb_page_found found);

/** stlb_pages_learn - what an event tells of where struct pages and the direct map lie */
void stlb_pages_learn(struct stlb_analysis *a, const struct stlb_event *event);

/** stlb_pages_is_zero - whether a pfn is known to be (in) a zero page */
bool stlb_pages_is_zero(const struct stlb_analysis *a, uint64_t pfn);

#endif
