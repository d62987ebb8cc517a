/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the trace shows each write of an entry, and what is in doubt where it does not. */
#ifndef CHECK_LINKS_H
#define CHECK_LINKS_H

#include "check/state.h"

/** stlb_link_check - an event tells what an entry of a table said before its write */
void stlb_link_check(struct stlb_analysis *a, const struct stlb_event_context *ec,
		     const struct stlb_node *node, unsigned int index);

/**
 * stlb_link_reported - the same of an event that names mm and entry: page_table_check's
 * @slot: the first entry that it is about; others than ptes are not looked at
 * @new: what it says from then on; @nr entries in a row
 *
 * Its hooks miss write-protects, and what happens to entries that hold no page.
 */
void stlb_link_reported(struct stlb_analysis *a, const struct stlb_event_context *ec,
			struct stlb_slot slot, uint64_t new, uint64_t nr);

/** stlb_link_freed - the page of a table is freed: all that was in it must be cleared by now */
void stlb_link_freed(struct stlb_analysis *a, const struct stlb_event_context *ec,
		     const struct stlb_node *node);

/** stlb_links_finish - put what was found into the result */
void stlb_links_finish(struct stlb_analysis *a);

#endif
