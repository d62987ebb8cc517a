/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Marks that a recording holds about the kernel's state before it: text, as trace_marker keeps it.
 */
#ifndef DECODE_MARK_H
#define DECODE_MARK_H

#include "staletlb/event.h"

/**
 * stlb_mark_read - read a mark such as "staletlb: root mm=0xffff888041aa0000
 * pgd=0xffff888007004000"
 * @text: one line, NUL-terminated: a kind of STLB_CLASS_TABLE, and its fields
 * @event: its kind, level and fields are set; the rest is the caller's
 *
 * Returns false, with @event untouched, for text that is not one, or lacks what its kind needs.
 */
bool stlb_mark_read(const char *text, struct stlb_event *event);

#endif
