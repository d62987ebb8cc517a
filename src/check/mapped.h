/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages that are freed while an entry still maps them. */
#ifndef CHECK_MAPPED_H
#define CHECK_MAPPED_H

#include "check/check.h"

/** stlb_mapped_note_free - pages are freed, or handed out again: does an entry still map one? */
void stlb_mapped_note_free(struct stlb_analysis *a, const struct stlb_act *act, uint64_t pfn,
			   uint64_t nr);

#endif
