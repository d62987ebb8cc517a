/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The events that were recorded, and the numbers that tell their samples apart. */
#include <errno.h>
#include <stdlib.h>

#include "source/perfdata/perf_state.h"
#include "util/grow.h"

enum { MAX_IDS = 1 << 22 };

int stlb_perf_add_event(struct stlb_perfdata *perf, const uint8_t *attr, uint64_t size,
			struct stlb_perf_layout **added)
{
	struct stlb_perf_layout *layout;

	if (perf->nr_layouts >= STLB_PERF_MAX_EVENTS)
		return -E2BIG;
	if (stlb_grow((void **)&perf->layouts, perf->nr_layouts, &perf->max_layouts,
		      sizeof(struct stlb_perf_layout *)))
		return -ENOMEM;
	layout = calloc(1, sizeof(*layout));
	if (!layout)
		return -ENOMEM;
	if (!stlb_perf_attr_read(&layout->event, attr, size, perf->swap, perf->info.big_endian)) {
		free(layout);
		return -EINVAL;
	}
	stlb_perf_layout_set(layout);
	layout->event.index = perf->nr_layouts;
	layout->event.wanted = true;
	perf->layouts[perf->nr_layouts++] = layout;
	*added = layout;
	return 0;
}

int stlb_perf_add_id(struct stlb_perfdata *perf, uint64_t id, struct stlb_perf_layout *layout)
{
	if (perf->nr_ids >= MAX_IDS)
		return -E2BIG;
	perf->nr_ids++;
	if (id < STLB_PERF_SMALL_IDS)
		perf->by_small_id[id] = layout;
	return stlb_map_put(&perf->by_id, id, layout);
}

int stlb_perf_check_events(const struct stlb_perfdata *perf, struct stlb_error *err)
{
	for (uint32_t i = 0; i < perf->nr_layouts; i++) {
		const struct stlb_perf_layout *layout = perf->layouts[i], *first = perf->layouts[0];
		uint64_t type = layout->event.sample_type;

		if (layout->id != first->id || (perf->nr_layouts > 1 && layout->id < 0))
			return stlb_error_set(err, -EINVAL,
					      "%s: the samples do not name their event: record "
					      "again with one current perf record",
					      perf->name);
		if (layout->event.type == STLB_PERF_TRACEPOINT && !(type & STLB_PERF_TIME))
			return stlb_error_set(err, -EINVAL,
					      "%s: recorded without timestamps: use perf record -T",
					      perf->name);
	}
	return 0;
}
