/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of which it is not known yet whether they are of the operation of the clear. */
#ifndef CHECK_TENTATIVE_H
#define CHECK_TENTATIVE_H

#include "check/state.h"

/** stlb_tentative_set - what was cleared is set, perhaps in the same hold: judged later */
void stlb_tentative_set(struct stlb_obligation *ob, struct stlb_entry new);

/** stlb_tentative_judge - now it is known whether the hold went on till that set */
void stlb_tentative_judge(struct stlb_analysis *a, struct stlb_obligation *ob, bool went_on);

/** stlb_tentative_over - nothing has shown that its hold went on: another operation set it */
void stlb_tentative_over(struct stlb_analysis *a, struct stlb_obligation *ob);

#endif
