/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the sections after the data, or the records of the pipe form, say of the recording. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "source/perfdata/perf_state.h"

enum {
	MAX_CPUS = 65536,
	BUILD_ID_AT = 12, /* in its record */
	BUILD_ID_NAME = 36,
	BUILD_ID_SIZE = 20,
	MISC_HAS_SIZE = 1 << 15,
	UNPACK_MAX = 256 * 1024 * 1024,
};

static const char *read_string(struct stlb_perfdata *perf, const uint8_t *data, uint64_t size)
{
	uint64_t length = size >= 4 ? stlb_perf_u32(data, perf->swap) : 0;

	return length && length <= size - 4 ? stlb_perf_text(perf, data + 4, length) : NULL;
}

static int keep_tracing(struct stlb_perfdata *perf, const uint8_t *data, uint64_t size)
{
	uint8_t *copy;

	/* who asked for it may hold on to the first one */
	if (perf->tracing)
		return 0;
	copy = malloc(size + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, data, size);
	perf->tracing = copy;
	perf->tracing_size = size;
	return 0;
}

/** struct cursor - what is left of a section */
struct cursor {
	const uint8_t *at;
	uint64_t left;
};

static const uint8_t *cursor_take(struct cursor *cursor, uint64_t size)
{
	const uint8_t *here = cursor->at;

	if (size > cursor->left) {
		cursor->left = 0;
		return NULL;
	}
	cursor->at += size;
	cursor->left -= size;
	return here;
}

static uint32_t cursor_u32(const struct stlb_perfdata *perf, struct cursor *cursor)
{
	const uint8_t *at = cursor_take(cursor, 4);

	return at ? stlb_perf_u32(at, perf->swap) : 0;
}

/* Old files have the ids here only. */
static int describe_event(struct stlb_perfdata *perf, uint32_t index, const char *name,
			  const uint8_t *ids, uint32_t nr_ids)
{
	struct stlb_perf_layout *layout =
		nr_ids ? stlb_perf_event_of_id(perf, stlb_perf_u64(ids, perf->swap)) : NULL;
	bool known = layout;
	int ret = 0;

	if (!layout && index < perf->nr_layouts)
		layout = perf->layouts[index];
	if (!layout)
		return 0;
	layout->event.name = name;
	for (uint32_t i = 0; !ret && !known && i < nr_ids; i++)
		ret = stlb_perf_add_id(perf, stlb_perf_u64(ids + 8 * (uint64_t)i, perf->swap),
				       layout);
	return ret == -ENOMEM ? ret : 0;
}

static int read_descriptions(struct stlb_perfdata *perf, struct cursor cursor)
{
	uint32_t nr = cursor_u32(perf, &cursor), attr_size = cursor_u32(perf, &cursor);
	int ret = 0;

	for (uint32_t i = 0; !ret && i < nr && cursor.left; i++) {
		uint32_t nr_ids, length;
		const uint8_t *name, *ids;

		cursor_take(&cursor, attr_size);
		nr_ids = cursor_u32(perf, &cursor);
		length = cursor_u32(perf, &cursor);
		name = cursor_take(&cursor, length);
		ids = cursor_take(&cursor, 8 * (uint64_t)nr_ids);
		if (name && ids)
			ret = describe_event(perf, i, stlb_perf_text(perf, name, length), ids,
					     nr_ids);
	}
	return ret;
}

void stlb_perf_build_id(struct stlb_perfdata *perf, const uint8_t *record, uint64_t size)
{
	static const char kernel[] = "[kernel.kallsyms]";
	char text[2 * BUILD_ID_SIZE + 1] = "";
	unsigned int nr = BUILD_ID_SIZE;

	if (size < BUILD_ID_NAME + sizeof(kernel) ||
	    memcmp(record + BUILD_ID_NAME, kernel, sizeof(kernel)))
		return;
	if (stlb_perf_u16(record + 4, perf->swap) & MISC_HAS_SIZE)
		nr = record[BUILD_ID_AT + BUILD_ID_SIZE];
	for (unsigned int i = 0; i < nr && i < BUILD_ID_SIZE; i++)
		snprintf(text + (size_t)2 * i, 3, "%02x", record[BUILD_ID_AT + i]);
	perf->info.build_id = stlb_perf_text(perf, (const uint8_t *)text, sizeof(text));
}

static void read_build_ids(struct stlb_perfdata *perf, struct cursor cursor)
{
	while (cursor.left >= STLB_PERF_HEADER) {
		uint16_t size = stlb_perf_u16(cursor.at + 6, perf->swap);

		if (size < STLB_PERF_HEADER || size > cursor.left)
			return;
		stlb_perf_build_id(perf, cursor.at, size);
		cursor_take(&cursor, size);
	}
}

static void read_compressed(struct stlb_perfdata *perf, const uint8_t *data, uint64_t size)
{
	enum { MAP_LENGTH = 16 };

	perf->info.compressed = true;
	if (size < MAP_LENGTH + 4)
		return;
	perf->unpack_max = stlb_perf_u32(data + MAP_LENGTH, perf->swap);
	if (perf->unpack_max > UNPACK_MAX)
		perf->unpack_max = UNPACK_MAX;
}

int stlb_perf_feature(struct stlb_perfdata *perf, unsigned int feature, const uint8_t *data,
		      uint64_t size)
{
	struct stlb_perfdata_info *info = &perf->info;
	struct cursor cursor = {data, size};

	switch (feature) {
	case PERF_FEATURE_TRACING_DATA:
		return keep_tracing(perf, data, size);
	case PERF_FEATURE_OSRELEASE:
		info->release = read_string(perf, data, size);
		return 0;
	case PERF_FEATURE_ARCH:
		info->arch = read_string(perf, data, size);
		return 0;
	case PERF_FEATURE_NRCPUS:
		cursor_u32(perf, &cursor);
		info->cpus = cursor_u32(perf, &cursor);
		if (info->cpus > MAX_CPUS)
			info->cpus = 0;
		return 0;
	case PERF_FEATURE_EVENT_DESC:
		return read_descriptions(perf, cursor);
	case PERF_FEATURE_BUILD_ID:
		read_build_ids(perf, cursor);
		return 0;
	case PERF_FEATURE_DIR_FORMAT:
		perf->directory = true;
		return 0;
	case PERF_FEATURE_COMPRESSED:
		read_compressed(perf, data, size);
		return 0;
	default:
		return 0;
	}
}
