/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Open brackets, for those who end what they depend on: an mm, or a hold. */
#ifndef CHECK_BRACKET_H
#define CHECK_BRACKET_H

#include "check/check.h"

/** stlb_brackets_drop_gone - those of mms that are gone are forgotten: nothing ends them */
void stlb_brackets_drop_gone(struct stlb_analysis *a, struct stlb_task *task);

/** stlb_starts_settle - a hold is over: where it was suspended, were starts made inside of it? */
void stlb_starts_settle(struct stlb_analysis *a, struct stlb_task *task,
			const struct stlb_hold *hold, bool went_on);

#endif
