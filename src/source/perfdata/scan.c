/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The records of a perf.data as they lie in it: what has a time is put in order. */
#include <errno.h>
#include <stdlib.h>

#include "source/perfdata/perf_state.h"

enum { UPDATE_NAME = 2, MAX_TRACING = 64 * 1024 * 1024 };

/* The header at an address; false where it cannot be read. */
static bool look(struct stlb_perfdata *perf, uint64_t at, struct stlb_perf_raw *raw)
{
	const uint8_t *data = stlb_perf_bytes_get(&perf->bytes, at, STLB_PERF_HEADER);

	if (!data)
		return false;
	raw->at = at;
	raw->data = data;
	raw->type = stlb_perf_u32(data, perf->swap);
	raw->misc = stlb_perf_u16(data + 4, perf->swap);
	raw->size = stlb_perf_u16(data + 6, perf->swap);
	return true;
}

static uint64_t left_unpacked(const struct stlb_perfdata *perf)
{
	return perf->unpacked ? STLB_PERF_SPOOL + perf->bytes.spool.size - perf->unpacked : 0;
}

/* A record may begin in one compressed piece and end in the next: 0 where more is needed. */
static int next_unpacked(struct stlb_perfdata *perf, struct stlb_perf_raw *raw)
{
	uint64_t left = left_unpacked(perf);

	if (left < STLB_PERF_HEADER)
		return 0;
	if (!look(perf, perf->unpacked, raw))
		return -EIO;
	if (raw->size < STLB_PERF_HEADER) {
		stlb_perf_damaged(perf, raw->at, "a record shorter than its header");
		return -EBADMSG;
	}
	return raw->size <= left;
}

static uint64_t file_offset(const struct stlb_perfdata *perf, uint64_t at)
{
	uint64_t base = 0;

	for (uint32_t i = 0; i < perf->bytes.nr_files; i++)
		if (perf->bytes.files[i].base <= at)
			base = perf->bytes.files[i].base;
	return at - base;
}

/* 1 with a record of the file, 0 at the end of the stream, -EBADMSG where it cannot go on. */
static int next_packed(struct stlb_perfdata *perf, struct stlb_perf_raw *raw)
{
	struct stlb_perf_stream *stream = &perf->streams[perf->stream];
	uint64_t left = stream->end - stream->at;

	if (!left)
		return 0;
	if (left < STLB_PERF_HEADER || !look(perf, stream->at, raw) || raw->size > left) {
		stlb_perf_cut(perf, "is truncated at byte %llu, in a record",
			      (unsigned long long)file_offset(perf, stream->at));
		return -EBADMSG;
	}
	if (raw->size < STLB_PERF_HEADER) {
		stlb_perf_damaged(perf, stream->at, "a record shorter than its header");
		return -EBADMSG;
	}
	return 1;
}

/* 1 with a record, 0 where all streams are at their ends. */
static int next_raw(struct stlb_perfdata *perf, struct stlb_perf_raw *raw, bool *unpacked)
{
	while (perf->stream < perf->nr_streams) {
		int ret = next_unpacked(perf, raw);

		*unpacked = ret > 0;
		if (!ret)
			ret = next_packed(perf, raw);
		if (ret > 0)
			return ret;
		if (!ret && left_unpacked(perf))
			stlb_perf_cut(perf, "is truncated in its compressed data");
		stlb_perf_unpack_end(perf);
		perf->unpacked = 0;
		perf->stream++;
	}
	return 0;
}

static void move_on(struct stlb_perfdata *perf, const struct stlb_perf_raw *raw, bool unpacked)
{
	if (unpacked) {
		perf->unpacked += raw->size;
	} else {
		perf->streams[perf->stream].at += raw->size;
		perf->info.bytes_done += raw->size;
	}
}

static void count_sample(struct stlb_perfdata *perf, uint64_t ns)
{
	struct stlb_perfdata_info *info = &perf->info;

	if (!info->samples++ || ns < info->first_ns)
		info->first_ns = ns;
	if (ns > info->last_ns)
		info->last_ns = ns;
}

/* When and where it was is not known: reported at the time of what stands before it. */
static int add_damaged(struct stlb_perfdata *perf, const struct stlb_perf_raw *raw)
{
	stlb_perf_damaged(perf, raw->at, "a sample of no event");
	if (perf->damaged)
		return 0;
	perf->damaged = true;
	return stlb_perf_order_add(&perf->order, perf->order.newest,
				   (uint64_t)STLB_PERF_NO_CPU << STLB_PERF_CPU_SHIFT | raw->at);
}

static int add_sample(struct stlb_perfdata *perf, const struct stlb_perf_raw *raw)
{
	const struct stlb_perf_layout *layout;
	const uint8_t *data = stlb_perf_bytes_get(&perf->bytes, raw->at, raw->size);
	uint32_t cpu = STLB_PERF_NO_CPU;
	const uint8_t *body;
	uint64_t ns = 0;

	if (!data)
		return -EIO;
	body = data + STLB_PERF_HEADER;
	layout = stlb_perf_layout_of(perf, body, raw->size - STLB_PERF_HEADER);
	if (!layout)
		return add_damaged(perf, raw);
	perf->damaged = false;
	if (layout->time >= 0)
		ns = stlb_perf_u64(body + layout->time, perf->swap);
	count_sample(perf, ns);
	if (!layout->event.wanted)
		return 0;
	if (layout->cpu >= 0)
		cpu = stlb_perf_u32(body + layout->cpu, perf->swap);
	cpu = cpu < STLB_PERF_NO_CPU ? cpu : STLB_PERF_NO_CPU;
	return stlb_perf_order_add(&perf->order, ns,
				   (uint64_t)cpu << STLB_PERF_CPU_SHIFT | raw->at);
}

/* What perf made itself, of the time before the recording, has no time: it is true at once. */
static int add_other(struct stlb_perfdata *perf, struct stlb_perf_raw *raw)
{
	struct stlb_perfdata_record record = {.cpu = -1};
	const struct stlb_perf_layout *layout;
	uint32_t cpu;

	raw->data = stlb_perf_bytes_get(&perf->bytes, raw->at, raw->size);
	if (!raw->data)
		return -EIO;
	stlb_perf_end(perf, raw, &record, &layout);
	cpu = record.ns && record.cpu >= 0 && record.cpu < STLB_PERF_NO_CPU ? (uint32_t)record.cpu
									    : STLB_PERF_NO_CPU;
	if (record.ns || (raw->type != PERF_TYPE_COMM && raw->type != PERF_TYPE_FORK &&
			  raw->type != PERF_TYPE_KSYMBOL))
		return stlb_perf_order_add(&perf->order, record.ns ? record.ns : perf->order.newest,
					   (uint64_t)cpu << STLB_PERF_CPU_SHIFT | raw->at);
	stlb_perf_sideband(perf, raw, &record);
	return 0;
}

static int add_attr(struct stlb_perfdata *perf, const struct stlb_perf_raw *raw)
{
	const uint8_t *attr = raw->data + STLB_PERF_HEADER;
	uint32_t left = raw->size - STLB_PERF_HEADER;
	uint32_t size = left >= 8 ? stlb_perf_u32(attr + 4, perf->swap) : 0;
	struct stlb_perf_layout *layout;
	int ret;

	if (size > left)
		return -EINVAL;
	if (perf->started) { /* who has looked at the events counts on them */
		stlb_perf_damaged(
			perf, raw->at,
			"an event described after the first sample: its samples cannot be read");
		return 0;
	}
	ret = stlb_perf_add_event(perf, attr, size, &layout);
	for (uint32_t at = size; !ret && at + 8 <= left; at += 8)
		ret = stlb_perf_add_id(perf, stlb_perf_u64(attr + at, perf->swap), layout);
	return ret;
}

static void update_event(struct stlb_perfdata *perf, const struct stlb_perf_raw *raw)
{
	enum { TYPE = 8, ID = 16, NAME = 24 };
	struct stlb_perf_layout *layout;

	if (raw->size <= NAME || stlb_perf_u64(raw->data + TYPE, perf->swap) != UPDATE_NAME)
		return;
	layout = stlb_perf_event_of_id(perf, stlb_perf_u64(raw->data + ID, perf->swap));
	if (layout)
		layout->event.name = stlb_perf_text(perf, raw->data + NAME, raw->size - NAME);
}

static int copy_tracing(struct stlb_perfdata *perf, uint64_t at, uint64_t size)
{
	uint8_t *data;
	int ret;

	if (size > MAX_TRACING) {
		stlb_perf_damaged(perf, at, "more formats of events than any kernel has");
		return 0;
	}
	data = malloc(size + 1);
	if (!data)
		return -ENOMEM;
	ret = stlb_perf_bytes_copy(&perf->bytes, at, data, size) ? 0 : -EIO;
	if (!ret)
		ret = stlb_perf_feature(perf, PERF_FEATURE_TRACING_DATA, data, size);
	free(data);
	return ret;
}

/* False where the record is too short to say it. Before perf 6.18 that of the formats has 12 bytes.
 */
static bool size_after(const struct stlb_perfdata *perf, const struct stlb_perf_raw *raw,
		       uint64_t *size)
{
	const uint8_t *at = raw->data + STLB_PERF_HEADER;
	const uint32_t left = raw->size - STLB_PERF_HEADER;

	if (raw->type == PERF_TYPE_TRACING_DATA && left >= 4)
		*size = stlb_perf_u32(at, perf->swap);
	else if (left >= 8)
		*size = stlb_perf_u64(at, perf->swap);
	else
		return false;
	return true;
}

/* The formats stand after their record, rounded up to 8 bytes; so do hardware traces. */
static int add_after(struct stlb_perfdata *perf, const struct stlb_perf_raw *raw)
{
	struct stlb_perf_stream *stream = &perf->streams[perf->stream];
	uint64_t size = 0;
	int ret = 0;

	if (!size_after(perf, raw, &size) || size > stream->end - stream->at) {
		stlb_perf_damaged(perf, raw->at, "the data that follows it is incomplete");
		stream->at = stream->end;
		return 0;
	}
	if (raw->type == PERF_TYPE_TRACING_DATA) {
		ret = copy_tracing(perf, stream->at, size);
		size = (size + 7) & ~UINT64_C(7);
	}
	stream->at += size < stream->end - stream->at ? size : stream->end - stream->at;
	perf->info.bytes_done += size;
	return ret;
}

/* What follows needs what cannot be decompressed. */
static int end_packed(struct stlb_perfdata *perf, const struct stlb_perf_raw *raw, const char *what)
{
	stlb_perf_damaged(perf, raw->at, what);
	perf->streams[perf->stream].at = perf->streams[perf->stream].end;
	return 0;
}

static int add_compressed(struct stlb_perfdata *perf, const struct stlb_perf_raw *raw)
{
	uint32_t head = STLB_PERF_HEADER, size = raw->size - STLB_PERF_HEADER;
	int ret;

	if (raw->type == PERF_TYPE_COMPRESSED2) { /* says its size, and is padded */
		uint64_t said = size >= 8 ? stlb_perf_u64(raw->data + head, perf->swap) : 0;

		head += 8;
		if (size < 8 || said > size - 8)
			return end_packed(perf, raw,
					  "compressed data is shorter than its header says");
		size = (uint32_t)said;
	}
	ret = stlb_perf_unpack(perf, raw->data + head, size);
	if (ret == -EBADMSG)
		return end_packed(perf, raw, "compressed data");
	if (ret == -E2BIG)
		return end_packed(perf, raw,
				  "compressed data that is not records: it expands far too much");
	return ret;
}

/* Records of perf itself; 1 where a round has ended. */
static int add_own(struct stlb_perfdata *perf, struct stlb_perf_raw *raw)
{
	raw->data = stlb_perf_bytes_get(&perf->bytes, raw->at, raw->size);
	if (!raw->data)
		return -EIO;
	switch (raw->type) {
	case PERF_TYPE_MMAP:
		stlb_perf_mmap(perf, raw);
		return 0;
	case PERF_TYPE_HEADER_ATTR:
		return add_attr(perf, raw);
	case PERF_TYPE_TRACING_DATA:
	case PERF_TYPE_AUXTRACE:
		return add_after(perf, raw);
	case PERF_TYPE_BUILD_ID:
		stlb_perf_build_id(perf, raw->data, raw->size);
		return 0;
	case PERF_TYPE_EVENT_UPDATE:
		update_event(perf, raw);
		return 0;
	case PERF_TYPE_FEATURE:
		if (raw->size < 16)
			return 0;
		return stlb_perf_feature(perf,
					 (unsigned int)stlb_perf_u64(raw->data + 8, perf->swap),
					 raw->data + 16, raw->size - 16);
	case PERF_TYPE_COMPRESSED:
	case PERF_TYPE_COMPRESSED2:
		return add_compressed(perf, raw);
	case PERF_TYPE_FINISHED_ROUND:
		return perf->nr_streams == 1;
	default:
		return 0;
	}
}

static int failed(const struct stlb_perfdata *perf, int code, struct stlb_error *err)
{
	if (code == -EINVAL || code == -E2BIG)
		return stlb_error_set(err, -EINVAL,
				      "%s: the description of an event is damaged at byte %llu: "
				      "record or copy it again",
				      perf->name, (unsigned long long)perf->info.bytes_done);
	return stlb_error_set(err, code, "%s: cannot be read after byte %llu: %s", perf->name,
			      (unsigned long long)perf->info.bytes_done, strerror(-code));
}

int stlb_perf_scan(struct stlb_perfdata *perf, bool to_sample, struct stlb_error *err)
{
	struct stlb_perf_raw raw;
	bool unpacked;
	int ret;

	while ((ret = next_raw(perf, &raw, &unpacked)) > 0) {
		if (raw.type == PERF_TYPE_SAMPLE && to_sample)
			return 0;
		move_on(perf, &raw, unpacked);
		if (raw.type == PERF_TYPE_SAMPLE)
			ret = add_sample(perf, &raw);
		else if (stlb_perf_queued(raw.type))
			ret = add_other(perf, &raw);
		else
			ret = add_own(perf, &raw);
		if (ret < 0)
			return failed(perf, ret, err);
		if (ret > 0 && !to_sample)
			return 1;
	}
	perf->ended = true;
	return 0;
}
