/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes of entries that say only where the entry lies, and the tree of tables that places them. */
#ifndef CHECK_ENTRY_H
#define CHECK_ENTRY_H

#include "check/state.h"

void stlb_on_entry(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_entry_snapshot(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_root(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_exit_mmap(struct stlb_analysis *a, const struct stlb_event_context *ec);

/** stlb_entries_expect - a kind is recorded: where each write of an entry is, others repeat them */
void stlb_entries_expect(struct stlb_analysis *a);

/**
 * stlb_entry_repeats - an event of a clear, a set or a reverse mapping
 *
 * Returns whether it tells only what the writes of entries do: then it was looked at for where its
 * entry lies.
 */
bool stlb_entry_repeats(struct stlb_analysis *a, const struct stlb_event_context *ec);

/** stlb_entry_pages_freed - pages are freed, among them tables perhaps */
void stlb_entry_pages_freed(struct stlb_analysis *a, const struct stlb_event_context *ec,
			    uint64_t pfn, uint64_t nr);

#endif
