/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events of clears and sets: which of them are updates at all. */
#ifndef CHECK_UPDATE_H
#define CHECK_UPDATE_H

#include "check/state.h"

/** stlb_on_clear, _clear_flush, _pmd_split, _set - an entry is cleared, or set, or about to be */
void stlb_on_clear(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_clear_flush(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_pmd_split(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_set(struct stlb_analysis *a, const struct stlb_event_context *ec);

#endif
