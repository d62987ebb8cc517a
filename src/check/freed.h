/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages that are freed, or handed out again. */
#ifndef CHECK_FREED_H
#define CHECK_FREED_H

#include "check/state.h"

/** stlb_on_page_free, stlb_on_page_alloc - events of the allocator */
void stlb_on_page_free(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_page_alloc(struct stlb_analysis *a, const struct stlb_event_context *ec);

#endif
