/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts that were made in a hold, for whoever ends it. */
#ifndef CHECK_BRACKET_H
#define CHECK_BRACKET_H

#include "check/check.h"

/** stlb_starts_settle - a hold is over: where it was suspended, were starts made inside of it? */
void stlb_starts_settle(struct stlb_analysis *a, struct stlb_task *task,
			const struct stlb_hold *hold, bool went_on);

#endif
