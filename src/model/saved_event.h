/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events kept as evidence: what of an event a finding shows, in a third of its room. */
#ifndef MODEL_SAVED_EVENT_H
#define MODEL_SAVED_EVENT_H

#include "staletlb/event.h"

enum { STLB_SAVED_VALUES = 7 };

/** struct stlb_saved_event - an event without the fields that no finding shows; zeroed: none */
struct stlb_saved_event {
	uint64_t ns;
	const char *name; /* NULL: no event is kept here */
	const char *comm;
	int32_t cpu, tid;
	uint8_t context, kind, level, nr_values;
	uint8_t field[STLB_SAVED_VALUES];
	uint64_t value[STLB_SAVED_VALUES];
};

/** stlb_saved_event_keep - keep an event: its first fields, in the order of the table of fields */
void stlb_saved_event_keep(struct stlb_saved_event *saved, const struct stlb_event *event);

/** stlb_saved_event_expand - back to an event */
void stlb_saved_event_expand(const struct stlb_saved_event *saved, struct stlb_event *event);

#endif
