/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An entry says nothing present any more. */
#ifndef CHECK_CLEAR_H
#define CHECK_CLEAR_H

#include "check/state.h"

/** stlb_clear - an entry that said @old says nothing present any more, but @new_state */
void stlb_clear(struct stlb_analysis *a, const struct stlb_event_context *ec, struct stlb_slot slot,
		struct stlb_entry old, enum stlb_state new_state);

#endif
