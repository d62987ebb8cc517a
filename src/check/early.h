/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets into page tables whose place is not known yet. */
#ifndef CHECK_EARLY_H
#define CHECK_EARLY_H

#include "check/check.h"

/** stlb_early_keep - a set into a table whose place is not known; false: it is not kept */
bool stlb_early_keep(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_entry new,
		     uint64_t nr);

/** stlb_early_place - the table of an entry is placed now: what was written into it is judged */
void stlb_early_place(struct stlb_analysis *a, const struct stlb_act *act, uint64_t ptep);

/** stlb_early_doubt - a page was cleared somewhere in an mm: entries that hold it are not sure */
void stlb_early_doubt(struct stlb_analysis *a, const struct stlb_mm *mm, uint64_t pfn);

/** stlb_early_forget, _mm, _all - a table page is freed; its mm; or events were lost */
void stlb_early_forget(struct stlb_analysis *a, uint64_t page);
void stlb_early_forget_mm(struct stlb_analysis *a, const struct stlb_mm *mm);
void stlb_early_forget_all(struct stlb_analysis *a);

/** stlb_early_free - free what is kept */
void stlb_early_free(struct stlb_analysis *a);

#endif
