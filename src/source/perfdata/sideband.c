/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records that are no samples: what was lost, names of tasks, code of the kernel. */
#include <errno.h>
#include <stdio.h>

#include "source/names.h"
#include "source/perfdata/perf_state.h"
#include "util/grow.h"

enum { MAX_FUNCTIONS = 1 << 20, FLAG_GONE = 1, MISC_KERNEL = 1, MISC_MODE = 7 };

bool stlb_perf_queued(uint32_t type)
{
	switch (type) {
	case PERF_TYPE_LOST:
	case PERF_TYPE_COMM:
	case PERF_TYPE_THROTTLE:
	case PERF_TYPE_FORK:
	case PERF_TYPE_READ:
	case PERF_TYPE_LOST_SAMPLES:
	case PERF_TYPE_KSYMBOL:
		return true;
	default:
		return false;
	}
}

/* The event: by its id where there are several. */
static const struct stlb_perf_layout *end_layout(const struct stlb_perfdata *perf,
						 const struct stlb_perf_raw *raw)
{
	const struct stlb_perf_layout *layout = perf->nr_layouts ? perf->layouts[0] : NULL;
	const uint8_t *end = raw->data + raw->size;

	for (uint32_t i = 1; layout && !layout->end_size && i < perf->nr_layouts; i++)
		layout = perf->layouts[i];
	if (!layout || raw->size < STLB_PERF_HEADER + layout->end_size)
		return NULL;
	if (perf->nr_layouts > 1 && layout->end_id > 0)
		layout = stlb_perf_event_of_id(perf,
					       stlb_perf_u64(end - layout->end_id, perf->swap));
	return layout && raw->size >= STLB_PERF_HEADER + layout->end_size ? layout : NULL;
}

void stlb_perf_end(const struct stlb_perfdata *perf, const struct stlb_perf_raw *raw,
		   struct stlb_perfdata_record *record, const struct stlb_perf_layout **found)
{
	const struct stlb_perf_layout *layout = end_layout(perf, raw);
	const uint8_t *end = raw->data + raw->size;

	*found = layout;
	record->cpu = record->pid = record->tid = -1;
	record->ns = 0;
	record->event = layout ? &layout->event : NULL;
	if (!layout)
		return;
	if (layout->end_time > 0)
		record->ns = stlb_perf_u64(end - layout->end_time, perf->swap);
	if (layout->end_cpu > 0)
		record->cpu = (int32_t)stlb_perf_u32(end - layout->end_cpu, perf->swap);
	if (layout->end_tid > 0) {
		record->pid = (int32_t)stlb_perf_u32(end - layout->end_tid, perf->swap);
		record->tid = (int32_t)stlb_perf_u32(end - layout->end_tid + 4, perf->swap);
	}
}

static void set_comm(struct stlb_perfdata *perf, const struct stlb_perf_raw *raw)
{
	enum { TID = 12, COMM = 16, MAX_COMM = 64 };
	char comm[MAX_COMM];
	uint32_t size = raw->size > COMM ? raw->size - COMM : 0;

	if (!size)
		return;
	size = size < sizeof(comm) - 1 ? size : sizeof(comm) - 1;
	memcpy(comm, raw->data + COMM, size);
	comm[size] = '\0';
	/* A name too many is only a name less in messages. */
	stlb_names_set_comm(perf->names, (int32_t)stlb_perf_u32(raw->data + TID, perf->swap), comm);
}

static void set_fork(struct stlb_perfdata *perf, const struct stlb_perf_raw *raw)
{
	enum { TID = 16, PARENT_TID = 20 };
	const char *comm;

	if (raw->size < PARENT_TID + 4)
		return;
	comm = stlb_names_comm(perf->names,
			       (int32_t)stlb_perf_u32(raw->data + PARENT_TID, perf->swap));
	if (comm)
		stlb_names_set_comm(perf->names,
				    (int32_t)stlb_perf_u32(raw->data + TID, perf->swap), comm);
}

static void set_function(struct stlb_perfdata *perf, const struct stlb_perf_raw *raw)
{
	enum { ADDRESS = 8, LENGTH = 16, FLAGS = 22, NAME = 24 };
	struct stlb_perf_function *function;
	bool gone;

	if (raw->size <= NAME || perf->nr_functions >= MAX_FUNCTIONS)
		return;
	gone = stlb_perf_u16(raw->data + FLAGS, perf->swap) & FLAG_GONE;
	/* What is gone keeps its name: stacks are looked up at the end. */
	if (gone || stlb_grow((void **)&perf->functions, perf->nr_functions, &perf->max_functions,
			      sizeof(*perf->functions)))
		return;
	function = &perf->functions[perf->nr_functions++];
	function->address = stlb_perf_u64(raw->data + ADDRESS, perf->swap);
	function->size = stlb_perf_u32(raw->data + LENGTH, perf->swap);
	function->name = stlb_perf_text(perf, raw->data + NAME, raw->size - NAME);
}

static void set_event(const struct stlb_perfdata *perf, const struct stlb_perf_raw *raw,
		      struct stlb_perfdata_record *record)
{
	const struct stlb_perf_layout *layout;

	if (raw->size < 24)
		return;
	layout = stlb_perf_event_of_id(perf, stlb_perf_u64(raw->data + 16, perf->swap));
	if (layout)
		record->event = &layout->event;
}

/* What the counters of a task say at its end: how many samples it lost, where they were asked. */
static uint64_t read_lost(const struct stlb_perfdata *perf, const struct stlb_perf_raw *raw,
			  const struct stlb_perf_layout *layout)
{
	enum { COUNTERS = 16 };

	if (!layout || raw->size < COUNTERS + layout->end_size)
		return 0;
	return stlb_perf_counters_lost(layout, raw->data + COUNTERS,
				       raw->size - COUNTERS - layout->end_size, perf->swap);
}

int stlb_perf_sideband(struct stlb_perfdata *perf, const struct stlb_perf_raw *raw,
		       struct stlb_perfdata_record *record)
{
	const struct stlb_perf_layout *layout;

	stlb_perf_end(perf, raw, record, &layout);
	switch (raw->type) {
	case PERF_TYPE_COMM:
		perf->comm_changes++;
		set_comm(perf, raw);
		return 0;
	case PERF_TYPE_FORK:
		perf->comm_changes++;
		set_fork(perf, raw);
		return 0;
	case PERF_TYPE_KSYMBOL:
		set_function(perf, raw);
		return 0;
	case PERF_TYPE_THROTTLE:
		record->kind = STLB_PERFDATA_THROTTLED;
		set_event(perf, raw, record);
		return 1;
	case PERF_TYPE_LOST_SAMPLES:
		record->kind = STLB_PERFDATA_LOST_SAMPLES;
		record->lost = raw->size >= 16 ? stlb_perf_u64(raw->data + 8, perf->swap) : 0;
		return 1;
	case PERF_TYPE_READ:
		record->kind = STLB_PERFDATA_LOST_SAMPLES;
		record->lost = read_lost(perf, raw, layout);
		return record->lost != 0;
	case PERF_TYPE_LOST:
		record->kind = STLB_PERFDATA_LOST;
		record->lost = raw->size >= 24 ? stlb_perf_u64(raw->data + 16, perf->swap) : 0;
		return 1;
	default:
		return 0;
	}
}

/* "[kernel.kallsyms]_text" is mapped where the kernel's first symbol was at this boot. */
void stlb_perf_mmap(struct stlb_perfdata *perf, const struct stlb_perf_raw *raw)
{
	enum { OFFSET = 32, NAME = 40 };
	static const char kernel[] = "[kernel.kallsyms]_";

	if (raw->size < NAME + sizeof(kernel) || (raw->misc & MISC_MODE) != MISC_KERNEL ||
	    memcmp(raw->data + NAME, kernel, sizeof(kernel) - 1))
		return;
	perf->info.kernel_text = stlb_perf_u64(raw->data + OFFSET, perf->swap);
}
