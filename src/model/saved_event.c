/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/saved_event.h"

#include <string.h>

/* What a probe recorded for other purposes than to be looked at. */
#define NOT_SHOWN                                                                                  \
	(STLB_BIT(VMEMMAP) | STLB_BIT(DIRECT_MAP) | STLB_BIT(ZERO_PFN) | STLB_BIT(HUGE_ZERO_PFN) | \
	 STLB_BIT(DEVICE_PRIVATE))

void stlb_saved_event_keep(struct stlb_saved_event *saved, const struct stlb_event *event)
{
	uint64_t has = event->has & ~NOT_SHOWN;

	saved->ns = event->ns;
	saved->name = stlb_event_name(event);
	saved->comm = event->comm;
	saved->cpu = event->cpu;
	saved->tid = event->tid;
	saved->context = event->context;
	saved->kind = event->kind;
	saved->level = event->level;
	saved->nr_values = 0;
	for (; has && saved->nr_values < STLB_SAVED_VALUES; has &= has - 1) {
		uint8_t field = __builtin_ctzll(has);

		saved->field[saved->nr_values] = field;
		saved->value[saved->nr_values++] = event->value[field];
	}
}

void stlb_saved_event_expand(const struct stlb_saved_event *saved, struct stlb_event *event)
{
	memset(event, 0, sizeof(*event));
	event->ns = saved->ns;
	event->name = saved->name;
	event->comm = saved->comm;
	event->cpu = saved->cpu;
	event->tid = saved->tid;
	event->context = saved->context;
	event->kind = saved->kind;
	event->level = saved->level;
	for (unsigned int i = 0; i < saved->nr_values; i++) {
		event->has |= UINT64_C(1) << saved->field[i];
		event->value[saved->field[i]] = saved->value[i];
	}
}
