/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where things are in a perf.data: the header, the table of events, the table of features. */
#include <errno.h>
#include <stdlib.h>

#include "source/perfdata/perf_state.h"
#include "util/grow.h"

enum {
	HEAD_SIZE = 8, /* offsets in the header */
	HEAD_ATTR_SIZE = 16,
	HEAD_ATTRS = 24,
	HEAD_DATA = 40,
	HEAD_FLAGS = 72,
	HEAD_END = 104,
	PIPE_HEAD_END = 16,
	SECTION = 16, /* bytes of an offset and a size */
	MAX_ATTR = 4096,
	MAX_FEATURE = 64 * 1024 * 1024,
};

struct section {
	uint64_t offset, size;
};

static struct section read_section(const struct stlb_perfdata *perf, const uint8_t *at)
{
	return (struct section){stlb_perf_u64(at, perf->swap), stlb_perf_u64(at + 8, perf->swap)};
}

static uint64_t file_size(const struct stlb_perfdata *perf)
{
	return perf->bytes.files[0].size;
}

static bool inside(const struct stlb_perfdata *perf, struct section section)
{
	return section.offset <= file_size(perf) &&
	       section.size <= file_size(perf) - section.offset;
}

static int damaged(const struct stlb_perfdata *perf, const char *what, struct stlb_error *err)
{
	return stlb_error_set(err, -EINVAL, "%s: %s: record or copy it again", perf->name, what);
}

int stlb_perf_add_stream(struct stlb_perfdata *perf, uint64_t at, uint64_t end)
{
	if (stlb_grow((void **)&perf->streams, perf->nr_streams, &perf->max_streams,
		      sizeof(*perf->streams)))
		return -ENOMEM;
	perf->streams[perf->nr_streams++] = (struct stlb_perf_stream){at, end};
	perf->info.bytes_total += end - at;
	return 0;
}

static int read_ids(struct stlb_perfdata *perf, struct section ids, struct stlb_perf_layout *layout)
{
	int ret = 0;

	if (!inside(perf, ids))
		return -EINVAL;
	for (uint64_t i = 0; !ret && i + 8 <= ids.size; i += 8) {
		const uint8_t *id = stlb_perf_bytes_get(&perf->bytes, ids.offset + i, 8);

		ret = id ? stlb_perf_add_id(perf, stlb_perf_u64(id, perf->swap), layout) : -EIO;
	}
	return ret;
}

static int read_attrs(struct stlb_perfdata *perf, struct section attrs, uint64_t each)
{
	int ret = 0;

	if (each <= SECTION || each > MAX_ATTR || !inside(perf, attrs))
		return -EINVAL;
	for (uint64_t i = 0; !ret && i + each <= attrs.size; i += each) {
		const uint8_t *attr =
			stlb_perf_bytes_get(&perf->bytes, attrs.offset + i, (uint32_t)each);
		struct stlb_perf_layout *layout;
		struct section ids;

		if (!attr)
			return -EIO;
		ids = read_section(perf, attr + each - SECTION);
		ret = stlb_perf_add_event(perf, attr, each - SECTION, &layout);
		if (!ret)
			ret = read_ids(perf, ids, layout);
	}
	return ret;
}

static bool known_feature(unsigned int feature)
{
	switch (feature) {
	case PERF_FEATURE_TRACING_DATA:
	case PERF_FEATURE_BUILD_ID:
	case PERF_FEATURE_OSRELEASE:
	case PERF_FEATURE_ARCH:
	case PERF_FEATURE_NRCPUS:
	case PERF_FEATURE_EVENT_DESC:
	case PERF_FEATURE_DIR_FORMAT:
	case PERF_FEATURE_COMPRESSED:
		return true;
	default:
		return false;
	}
}

static int read_feature(struct stlb_perfdata *perf, unsigned int feature, struct section section)
{
	uint8_t *data;
	int ret;

	if (!known_feature(feature))
		return 0;
	if (!inside(perf, section) || section.size > MAX_FEATURE) {
		stlb_perf_cut(perf, "is truncated or damaged after its data");
		return 0;
	}
	data = malloc(section.size + 1);
	if (!data)
		return -ENOMEM;
	ret = stlb_perf_bytes_copy(&perf->bytes, section.offset, data, section.size) ? 0 : -EIO;
	if (!ret)
		ret = stlb_perf_feature(perf, feature, data, section.size);
	free(data);
	return ret;
}

/* One table entry for each bit that is set, after the data. */
static int read_features(struct stlb_perfdata *perf, const uint8_t *flags, uint64_t at)
{
	int ret = 0;

	for (unsigned int i = 0; !ret && i < PERF_NR_FEATURES; i++) {
		uint64_t word = stlb_perf_u64(flags + i / 64 * 8, perf->swap);
		const uint8_t *entry;

		if (!(word >> i % 64 & 1))
			continue;
		entry = stlb_perf_bytes_get(&perf->bytes, at, SECTION);
		if (!entry) {
			stlb_perf_cut(perf, "is truncated before the table after its data");
			return 0;
		}
		ret = read_feature(perf, i, read_section(perf, entry));
		at += SECTION;
	}
	return ret;
}

static int read_data(struct stlb_perfdata *perf, const uint8_t *head, struct section data)
{
	int ret;

	if (data.offset < HEAD_END || data.offset > file_size(perf))
		return -EINVAL;
	if (!data.size || !inside(perf, data)) {
		stlb_perf_cut(perf,
			      data.size ? "is truncated at byte %llu, in the data"
					: "perf record did not finish: %llu bytes",
			      (unsigned long long)file_size(perf));
		data.size = file_size(perf) - data.offset;
		return stlb_perf_add_stream(perf, data.offset, data.offset + data.size);
	}
	ret = stlb_perf_add_stream(perf, data.offset, data.offset + data.size);
	return ret ? ret : read_features(perf, head + HEAD_FLAGS, data.offset + data.size);
}

static int read_file_form(struct stlb_perfdata *perf, struct stlb_error *err)
{
	uint8_t head[HEAD_END];
	int ret;

	perf->info.form = "file";
	if (!stlb_perf_bytes_copy(&perf->bytes, 0, head, sizeof(head)))
		return damaged(perf, "is truncated in its header", err);
	ret = read_attrs(perf, read_section(perf, head + HEAD_ATTRS),
			 stlb_perf_u64(head + HEAD_ATTR_SIZE, perf->swap));
	if (ret == -EINVAL || ret == -EIO || ret == -E2BIG)
		return damaged(perf, "its table of events is truncated or damaged", err);
	if (!ret)
		ret = read_data(perf, head, read_section(perf, head + HEAD_DATA));
	if (ret == -EINVAL || ret == -EIO || ret == -E2BIG)
		return damaged(perf, "its header is damaged", err);
	return ret;
}

int stlb_perf_head(struct stlb_perfdata *perf, struct stlb_error *err)
{
	uint32_t one = 1;
	uint8_t head[PIPE_HEAD_END], first;
	uint64_t size;

	if (!stlb_perf_bytes_copy(&perf->bytes, 0, head, sizeof(head)) ||
	    (memcmp(head, "PERFILE2", 8) && memcmp(head, "2ELIFREP", 8)))
		return stlb_error_set(err, -EINVAL,
				      "%s: not a perf.data, or truncated in its header",
				      perf->name);
	memcpy(&first, &one, 1);
	perf->info.big_endian = *head == '2';
	perf->swap = perf->info.big_endian == first;
	size = stlb_perf_u64(head + HEAD_SIZE, perf->swap);
	if (size >= HEAD_END && size <= MAX_ATTR)
		return read_file_form(perf, err);
	if (size != PIPE_HEAD_END)
		return damaged(perf, "its header is damaged", err);
	perf->info.form = "pipe";
	perf->pipe = true;
	return stlb_perf_add_stream(perf, PIPE_HEAD_END, file_size(perf));
}
