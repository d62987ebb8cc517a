/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events kept as evidence: what of an event a finding shows, in a third of its room. */
#ifndef MODEL_BRIEF_H
#define MODEL_BRIEF_H

#include "staletlb/event.h"

enum { STLB_BRIEF_VALUES = 7 };

/** struct stlb_brief - an event without the fields that no finding shows; zeroed: none */
struct stlb_brief {
	uint64_t ns;
	const char *name; /* NULL: no event is kept here */
	const char *comm;
	int32_t cpu, tid;
	uint8_t context, kind, level, nr_values;
	uint8_t field[STLB_BRIEF_VALUES];
	uint64_t value[STLB_BRIEF_VALUES];
};

/** stlb_brief_keep - keep an event: its first fields, in the order of the table of fields */
void stlb_brief_keep(struct stlb_brief *brief, const struct stlb_event *event);

/** stlb_brief_expand - back to an event */
void stlb_brief_expand(const struct stlb_brief *brief, struct stlb_event *event);

#endif
