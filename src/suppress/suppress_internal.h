/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SUPPRESS_SUPPRESS_INTERNAL_H
#define SUPPRESS_SUPPRESS_INTERNAL_H

#include "staletlb/suppress.h"
#include "util/document.h"
#include "util/arena.h"

struct stlb_suppressions {
	struct stlb_arena arena; /* all strings, clean */
	char *today;		 /* NULL: nothing expires */
	struct stlb_suppression *entries;
	uint32_t nr, room;
};

/**
 * stlb_suppressions_add - add an entry
 * @entry: its strings are copied and cleaned, but for @path and a baseline's @reason: those are
 *	shared by many entries and already are in the set's arena
 *
 * Returns 0 or -ENOMEM.
 */
int stlb_suppressions_add(struct stlb_suppressions *set, const struct stlb_suppression *entry);

/** stlb_suppressions_is_weak - whether a fingerprint names no function: many faults share it */
bool stlb_suppressions_is_weak(const char *fingerprint);

/** stlb_suppressions_truncate - take the entries from @nr on out again, after a failure */
void stlb_suppressions_truncate(struct stlb_suppressions *set, uint32_t nr);

/* ---- readers of members of a struct stlb_suppression: 0 or -EINVAL ---- */

/** stlb_suppressions_rule - STLB_NR_RULES where there is none; an error has the nearest name */
int stlb_suppressions_rule(struct stlb_document *document, const struct stlb_member *member,
			   const json_t *value, void *entry);

/** stlb_suppressions_fingerprint - NULL where there is none; of a version that is made here */
int stlb_suppressions_fingerprint(struct stlb_document *document, const struct stlb_member *member,
				  const json_t *value, void *entry);

#endif
