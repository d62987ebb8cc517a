/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an event says of entries: of how many, of which level, what they were and are, and where. */
#ifndef MODEL_CHANGE_H
#define MODEL_CHANGE_H

#include "model/machine.h"

/**
 * struct stlb_change - what an event says of entries of an mm
 * @mm: NULL: not known
 * @addr: of the first of @nr, where @placed: its place is known; else 0
 * @old, @new: the first one's; not known: not reported
 * @guessed: it can be of a pud as well as of a pmd
 */
struct stlb_change {
	const struct stlb_event *event;
	struct stlb_mm *mm;
	enum stlb_level level;
	bool placed, guessed;
	uint64_t addr, nr;
	struct stlb_entry old, new;
};

/** stlb_change_read - what an event of a context says; its place comes next. @mm may be NULL */
struct stlb_change stlb_change_read(const struct stlb_machine *m,
				    const struct stlb_context *context, struct stlb_mm *mm,
				    const struct stlb_event *event);

/**
 * stlb_change_place - where its entries are: as recorded, or by where their table lies
 *
 * An event that tells both shows where a table lies. Its level is known by now.
 */
void stlb_change_place(struct stlb_machine *m, struct stlb_change *change);

/** stlb_table_mapped - ptl_map: the context has a pte table locked, and where that lies is seen */
void stlb_table_mapped(struct stlb_machine *m, struct stlb_context *context, struct stlb_mm *mm,
		       const struct stlb_event *event);

#endif
