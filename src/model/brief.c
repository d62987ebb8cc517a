/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/brief.h"

#include <string.h>

/* What a probe recorded for other purposes than to be looked at. */
#define NOT_SHOWN                                                                                  \
	(STLB_BIT(VMEMMAP) | STLB_BIT(DIRECT_MAP) | STLB_BIT(ZERO_PFN) | STLB_BIT(HUGE_ZERO_PFN) | \
	 STLB_BIT(DEVICE_PRIVATE))

void stlb_brief_keep(struct stlb_brief *brief, const struct stlb_event *event)
{
	uint64_t has = event->has & ~NOT_SHOWN;

	brief->ns = event->ns;
	brief->name = stlb_event_name(event);
	brief->comm = event->comm;
	brief->cpu = event->cpu;
	brief->tid = event->tid;
	brief->context = event->context;
	brief->kind = event->kind;
	brief->level = event->level;
	brief->nr_values = 0;
	for (; has && brief->nr_values < STLB_BRIEF_VALUES; has &= has - 1) {
		uint8_t field = __builtin_ctzll(has);

		brief->field[brief->nr_values] = field;
		brief->value[brief->nr_values++] = event->value[field];
	}
}

void stlb_brief_expand(const struct stlb_brief *brief, struct stlb_event *event)
{
	memset(event, 0, sizeof(*event));
	event->ns = brief->ns;
	event->name = brief->name;
	event->comm = brief->comm;
	event->cpu = brief->cpu;
	event->tid = brief->tid;
	event->context = brief->context;
	event->kind = brief->kind;
	event->level = brief->level;
	for (unsigned int i = 0; i < brief->nr_values; i++) {
		event->has |= UINT64_C(1) << brief->field[i];
		event->value[brief->field[i]] = brief->value[i];
	}
}
