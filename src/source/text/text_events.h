/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The events that a text has shown so far, and a format for each list of keys that one came with.
 */
#ifndef SOURCE_TEXT_TEXT_EVENTS_H
#define SOURCE_TEXT_TEXT_EVENTS_H

#include "source/source_ops.h"
#include "source/text/forms.h"

struct stlb_text_events;
struct stlb_text_event;

/** stlb_text_events_new - no events; their formats go to @source. NULL without memory */
struct stlb_text_events *stlb_text_events_new(struct stlb_source *source);

/** stlb_text_events_find - the event of a name; NULL without memory or past 4096 names */
struct stlb_text_event *stlb_text_events_find(struct stlb_text_events *events, const char *name,
					      size_t size);

/** stlb_text_event_form - how its fields are written */
const struct stlb_text_form *stlb_text_event_form(const struct stlb_text_event *event);

/** stlb_text_event_bare - what is known of its numbers without 0x */
struct stlb_text_bare *stlb_text_event_bare(struct stlb_text_event *event);

/** stlb_text_event_needed - whether an event of this name is needed */
bool stlb_text_event_needed(const struct stlb_text_event *event);

/**
 * stlb_text_event_format - the format of a row of an event
 *
 * Made for keys that were not seen yet. NULL without memory, or past 256 of an event.
 */
const struct stlb_format *stlb_text_event_format(struct stlb_text_events *events,
						 struct stlb_text_event *event,
						 const struct stlb_text_row *row);

/** stlb_text_events_free - NULL is fine */
void stlb_text_events_free(struct stlb_text_events *events);

#endif
