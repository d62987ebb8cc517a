/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Subscriptions: when updates need invalidations. */
#ifndef CHECK_SUBSCRIBE_H
#define CHECK_SUBSCRIBE_H

#include "check/state.h"

/** stlb_on_subscribe, _subscribe_ret - a notifier is registered: the entry, and the return */
void stlb_on_subscribe(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_subscribe_ret(struct stlb_analysis *a, const struct stlb_event_context *ec);

/** stlb_on_unregister, _unsubscribe, _mm_free - one goes; all of an mm do; the mm does */
void stlb_on_unregister(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_unsubscribe(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_mm_free(struct stlb_analysis *a, const struct stlb_event_context *ec);

/** stlb_subscribe_by_event - a notifier event of an mm shows that it has a subscriber */
void stlb_subscribe_by_event(struct stlb_analysis *a, struct stlb_mm *mm);

#endif
