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

/**
 * stlb_suppressions_fingerprint - a fingerprint that this program can compare
 * @fingerprint: where it goes; NULL where the object has none
 *
 * Returns 0, or -EINVAL also for one of a version that it does not make.
 */
int stlb_suppressions_fingerprint(const struct stlb_document *document, const json_t *object,
				  const char **fingerprint);

/**
 * stlb_suppressions_count - a member that is a number from 0 on
 * @count: left as it is where the object has no such key
 *
 * Returns 0 or -EINVAL.
 */
int stlb_suppressions_count(const struct stlb_document *document, const json_t *object,
			    const char *key, uint64_t *count);

/** stlb_suppressions_truncate - take the entries from @nr on out again, after a failure */
void stlb_suppressions_truncate(struct stlb_suppressions *set, uint32_t nr);

/** stlb_suppressions_rule - the rule that an object names; 0 or -EINVAL with the nearest name */
int stlb_suppressions_rule(const struct stlb_document *document, const json_t *object,
			   enum stlb_rule *rule);

#endif
