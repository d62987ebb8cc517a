/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events whose formats cannot be read. Their records are lost ones, but for those of events that
 * nobody needs: where the name can be made out, that is asked.
 */
#ifndef SOURCE_EVENT_UNKNOWN_H
#define SOURCE_EVENT_UNKNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stlb_source;

/** struct stlb_unknown - zeroed is one that knows no names */
struct stlb_unknown {
	const char **names; /* "kmem:mm_page_free", by the number in the records; NULL: none */
};

/** stlb_unknown_note - look for name and number in a text that does not parse; 0 or -ENOMEM */
int stlb_unknown_note(struct stlb_unknown *unknown, struct stlb_source *source, const char *system,
		      const char *text, size_t size);

/** stlb_unknown_name - NULL where it is not known */
const char *stlb_unknown_name(const struct stlb_unknown *unknown, uint64_t id);

/** stlb_unknown_needed - whether an event of that name ("kmem:mm_page_free", or NULL) is missed */
bool stlb_unknown_needed(const struct stlb_source *source, const char *name);

/** stlb_unknown_free - zeroed is fine */
void stlb_unknown_free(struct stlb_unknown *unknown);

#endif
