/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/perfdata/perf_layout.h"

/* perf_event_attr: offsets that have not changed since each field came in. */
enum {
	ATTR_TYPE = 0,
	ATTR_CONFIG = 8,
	ATTR_PERIOD = 16,
	ATTR_SAMPLE_TYPE = 24,
	ATTR_READ_FORMAT = 32,
	ATTR_FLAGS = 40,
	ATTR_FIRST_SIZE = 64, /* of the first version */
	ATTR_BRANCH_TYPE = 72,
	ATTR_REGS_USER = 80,
	ATTR_CLOCK = 92,
	ATTR_REGS_INTR = 96,

	FLAG_FREQUENCY = 10, /* bits of the flags */
	FLAG_SAMPLE_ID_ALL = 18,
	FLAG_USE_CLOCK = 25,
	FLAG_WRITE_BACKWARD = 27,
};

/* Bits are numbered from the lowest of a byte up on one order, from the highest down on the other.
 */
static bool flag(const uint8_t *flags, unsigned int bit, bool big_endian)
{
	unsigned int within = big_endian ? 7 - bit % 8 : bit % 8;

	return flags[bit / 8] >> within & 1;
}

static uint64_t optional(const uint8_t *data, uint64_t size, uint32_t at, bool swap)
{
	return size >= at + 8 ? stlb_perf_u64(data + at, swap) : 0;
}

bool stlb_perf_attr_read(struct stlb_perfdata_event *event, const uint8_t *data, uint64_t size,
			 bool swap, bool big_endian)
{
	const uint8_t *flags = data + ATTR_FLAGS;

	if (size < ATTR_FIRST_SIZE)
		return false;
	event->type = stlb_perf_u32(data + ATTR_TYPE, swap);
	event->config = stlb_perf_u64(data + ATTR_CONFIG, swap);
	event->period = stlb_perf_u64(data + ATTR_PERIOD, swap);
	event->sample_type = stlb_perf_u64(data + ATTR_SAMPLE_TYPE, swap);
	event->read_format = stlb_perf_u64(data + ATTR_READ_FORMAT, swap);
	event->frequency = flag(flags, FLAG_FREQUENCY, big_endian);
	event->sample_id_all = flag(flags, FLAG_SAMPLE_ID_ALL, big_endian);
	event->overwritten = flag(flags, FLAG_WRITE_BACKWARD, big_endian);
	event->branch_type = optional(data, size, ATTR_BRANCH_TYPE, swap);
	event->regs_user = optional(data, size, ATTR_REGS_USER, swap);
	event->regs_interrupted = optional(data, size, ATTR_REGS_INTR, swap);
	event->clock = -1;
	if (flag(flags, FLAG_USE_CLOCK, big_endian) && size >= ATTR_CLOCK + 4)
		event->clock = (int32_t)stlb_perf_u32(data + ATTR_CLOCK, swap);
	return true;
}

static int16_t place(uint64_t type, uint64_t bit, uint16_t *at)
{
	int16_t here = (int16_t)*at;

	if (!(type & bit))
		return STLB_PERF_NOWHERE;
	*at += 8;
	return here;
}

static void set_sample(struct stlb_perf_layout *layout, uint64_t type)
{
	int16_t identifier, id;
	uint16_t at = 0;

	identifier = place(type, STLB_PERF_IDENTIFIER, &at);
	place(type, STLB_PERF_IP, &at);
	layout->tid = place(type, STLB_PERF_TID, &at);
	layout->time = place(type, STLB_PERF_TIME, &at);
	place(type, STLB_PERF_ADDR, &at);
	id = place(type, STLB_PERF_ID, &at);
	place(type, STLB_PERF_STREAM_ID, &at);
	layout->cpu = place(type, STLB_PERF_CPU, &at);
	place(type, STLB_PERF_PERIOD, &at);
	layout->id = identifier != STLB_PERF_NOWHERE ? identifier : id;
	layout->fixed = at;
}

/* Backwards from the end. */
static int16_t place_end(uint64_t type, uint64_t bit, uint16_t *size)
{
	if (!(type & bit))
		return STLB_PERF_NOWHERE;
	*size += 8;
	return (int16_t)*size;
}

static void set_end(struct stlb_perf_layout *layout, uint64_t type)
{
	int16_t identifier, id;
	uint16_t size = 0;

	identifier = place_end(type, STLB_PERF_IDENTIFIER, &size);
	layout->end_cpu = place_end(type, STLB_PERF_CPU, &size);
	place_end(type, STLB_PERF_STREAM_ID, &size);
	id = place_end(type, STLB_PERF_ID, &size);
	layout->end_time = place_end(type, STLB_PERF_TIME, &size);
	layout->end_tid = place_end(type, STLB_PERF_TID, &size);
	layout->end_id = identifier != STLB_PERF_NOWHERE ? identifier : id;
	layout->end_size = size;
}

void stlb_perf_layout_set(struct stlb_perf_layout *layout)
{
	const struct stlb_perfdata_event *event = &layout->event;

	set_sample(layout, event->sample_type);
	set_end(layout, event->sample_id_all ? event->sample_type : 0);
	layout->only_raw =
		(event->sample_type & (STLB_PERF_READ | STLB_PERF_CALLCHAIN | STLB_PERF_RAW)) ==
		STLB_PERF_RAW;
}
