/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where in a record things lie, as the attributes of its event say. */
#ifndef SOURCE_PERFDATA_PERF_LAYOUT_H
#define SOURCE_PERFDATA_PERF_LAYOUT_H

#include <string.h>

#include "staletlb/perfdata.h"

/* Bits of sample_type and read_format that are not those of linux/perf_event.h of this machine. */
enum stlb_perf_bits {
	STLB_PERF_IP = 1 << 0,
	STLB_PERF_TID = 1 << 1,
	STLB_PERF_TIME = 1 << 2,
	STLB_PERF_ADDR = 1 << 3,
	STLB_PERF_READ = 1 << 4,
	STLB_PERF_CALLCHAIN = 1 << 5,
	STLB_PERF_ID = 1 << 6,
	STLB_PERF_CPU = 1 << 7,
	STLB_PERF_PERIOD = 1 << 8,
	STLB_PERF_STREAM_ID = 1 << 9,
	STLB_PERF_RAW = 1 << 10,
	STLB_PERF_BRANCH_STACK = 1 << 11,
	STLB_PERF_REGS_USER = 1 << 12,
	STLB_PERF_STACK_USER = 1 << 13,
	STLB_PERF_WEIGHT = 1 << 14,
	STLB_PERF_DATA_SRC = 1 << 15,
	STLB_PERF_IDENTIFIER = 1 << 16,
	STLB_PERF_TRANSACTION = 1 << 17,
	STLB_PERF_REGS_INTR = 1 << 18,
	STLB_PERF_PHYS_ADDR = 1 << 19,
	STLB_PERF_AUX = 1 << 20,
	STLB_PERF_CGROUP = 1 << 21,
	STLB_PERF_DATA_PAGE_SIZE = 1 << 22,
	STLB_PERF_CODE_PAGE_SIZE = 1 << 23,
	STLB_PERF_WEIGHT_STRUCT = 1 << 24,
	STLB_PERF_KNOWN = (1 << 25) - 1,
};

enum { STLB_PERF_TRACEPOINT = 2, STLB_PERF_HEADER = 8, STLB_PERF_NOWHERE = -1 };

/**
 * struct stlb_perf_layout - offsets; NOWHERE: not there
 *
 * Those of a sample count from its body on. Those of the id that other records end with count from
 * the record's end back.
 */
struct stlb_perf_layout {
	struct stlb_perfdata_event event;
	int16_t id, tid, time, cpu;
	int16_t end_id, end_tid, end_time, end_cpu;
	uint16_t fixed; /* bytes of the part of a sample that always has one size */
	uint16_t end_size;
	bool only_raw; /* nothing lies between the fixed part and the raw data */
};

/** stlb_perf_layout_set - find the offsets for the attributes of layout->event */
void stlb_perf_layout_set(struct stlb_perf_layout *layout);

/**
 * stlb_perf_attr_read - the attributes out of a file
 * @size: bytes there; those past the ones that are known are not looked at
 * @swap: not in the byte order of this machine
 * @big_endian: the file's order
 *
 * Returns false where there are too few.
 */
bool stlb_perf_attr_read(struct stlb_perfdata_event *event, const uint8_t *data, uint64_t size,
			 bool swap, bool big_endian);

static inline uint16_t stlb_perf_u16(const uint8_t *at, bool swap)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return swap ? __builtin_bswap16(value) : value;
}

static inline uint32_t stlb_perf_u32(const uint8_t *at, bool swap)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return swap ? __builtin_bswap32(value) : value;
}

static inline uint64_t stlb_perf_u64(const uint8_t *at, bool swap)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return swap ? __builtin_bswap64(value) : value;
}

/** struct stlb_perf_parts - what of a sample is needed for each; NULL and 0: it does not have it */
struct stlb_perf_parts {
	const uint8_t *chain, *raw;
	uint64_t nr_chain;
	uint32_t raw_size;
};

/**
 * stlb_perf_parse - read a sample after the part that always has one size
 * @sample: NULL: only @parts are wanted, and nothing after the raw data is read
 *
 * Returns false where the body is shorter than it says.
 */
bool stlb_perf_parse(const struct stlb_perf_layout *layout, const uint8_t *body, uint32_t size,
		     bool swap, struct stlb_perf_parts *parts, struct stlb_perfdata_sample *sample);

/** stlb_perf_counters_lost - samples lost, as the counters of an event say that are read; or 0 */
uint64_t stlb_perf_counters_lost(const struct stlb_perf_layout *layout, const uint8_t *data,
				 uint32_t size, bool swap);

#endif
