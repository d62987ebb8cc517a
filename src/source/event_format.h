/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of an event's format, as tracefs gives it, to a format of a source. */
#ifndef SOURCE_EVENT_FORMAT_H
#define SOURCE_EVENT_FORMAT_H

#include <stddef.h>

struct stlb_format;
struct stlb_source;
struct tep_handle;

enum { STLB_EVENT_FORMAT_IDS = 1 << 16 }; /* a record has 16 bits for it */

/**
 * stlb_event_format_add - parse a format and add it to those of a source
 * @tep: knows the sizes of the traced machine
 * @system: "kmem"
 * @text: need not end in a NUL
 * @id: where the number goes by which records name it, below STLB_EVENT_FORMAT_IDS
 * @format: where the format goes; NULL where libtraceevent makes nothing of the text, or the tep
 *	has that event already
 *
 * Returns 0, -EINVAL for a damaged text, -ENOMEM.
 */
int stlb_event_format_add(struct stlb_source *source, struct tep_handle *tep, const char *system,
			  const char *text, size_t size, int *id,
			  const struct stlb_format **format);

#endif
