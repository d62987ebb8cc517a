/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of perf.data: opening a file, and its records in time order. */
#include "staletlb/perfdata.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/names.h"
#include "source/perfdata/perf_state.h"

enum { MAX_PATH = 4096, MAX_PARTS = 65536, CACHE_LINE = 64, AHEAD = 3 };

#define ADDRESS_MASK ((UINT64_C(1) << 48) - 1)

void stlb_perf_cut(struct stlb_perfdata *perf, const char *fmt, ...)
{
	va_list args;

	if (perf->info.truncated)
		return;
	perf->info.truncated = true;
	va_start(args, fmt);
	vsnprintf(perf->cut, sizeof(perf->cut), fmt, args);
	va_end(args);
	perf->info.cut = perf->cut;
}

/* What was decompressed has no place in the file any more. */
void stlb_perf_damaged(struct stlb_perfdata *perf, uint64_t at, const char *what)
{
	uint64_t base = 0;

	for (uint32_t i = 0; i < perf->bytes.nr_files; i++)
		if (perf->bytes.files[i].base <= at)
			base = perf->bytes.files[i].base;
	snprintf(perf->note, sizeof(perf->note),
		 at >= STLB_PERF_SPOOL ? "damaged in the compressed data before byte %llu: %s"
				       : "damaged at byte %llu: %s",
		 (unsigned long long)(at >= STLB_PERF_SPOOL ? perf->info.bytes_done : at - base),
		 what);
	stlb_perf_cut(perf, "%s", perf->note);
}

const char *stlb_perf_text(struct stlb_perfdata *perf, const uint8_t *data, uint64_t size)
{
	return stlb_names_intern(perf->names, (const char *)data,
				 strnlen((const char *)data, size));
}

/* The parts of a directory lie beside its file "data". */
static int open_part(const struct stlb_perfdata *perf, unsigned int part)
{
	const char *slash = strrchr(perf->name, '/');
	char path[MAX_PATH];
	struct stat st;

	if (!stat(perf->name, &st) && S_ISDIR(st.st_mode))
		snprintf(path, sizeof(path), "%s/data.%u", perf->name, part);
	else
		snprintf(path, sizeof(path), "%.*sdata.%u",
			 slash ? (int)(slash + 1 - perf->name) : 0, perf->name, part);
	return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

static int add_part(struct stlb_perfdata *perf, int fd)
{
	struct stlb_perf_file file = {.fd = fd, .own_fd = true};
	const struct stlb_perf_file *added;
	struct stat st;
	int ret;

	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		file.size = (uint64_t)st.st_size;
	ret = stlb_perf_bytes_add(&perf->bytes, &file);
	if (ret)
		return ret;
	added = &perf->bytes.files[perf->bytes.nr_files - 1];
	return stlb_perf_add_stream(perf, added->base, added->base + added->size);
}

static int add_parts(struct stlb_perfdata *perf)
{
	int ret = 0, fd;

	perf->info.form = "directory";
	if (perf->bytes.files[0].memory) { /* which has no folder */
		stlb_perf_cut(perf, "one file of a directory: the others are missing");
		return 0;
	}
	for (unsigned int i = 0; !ret && i < MAX_PARTS && (fd = open_part(perf, i)) >= 0; i++)
		ret = add_part(perf, fd);
	if (perf->nr_streams == 1)
		stlb_perf_cut(perf, "one file of a directory: data.0 and the others are missing");
	return ret;
}

static int start(struct stlb_perfdata *perf, struct stlb_error *err)
{
	struct stlb_error cause = {""};
	int ret = stlb_perf_head(perf, &cause);

	if (!ret && perf->directory)
		ret = add_parts(perf);
	if (!ret)
		ret = stlb_perf_scan(perf, true, &cause);
	if (!ret)
		ret = stlb_perf_check_events(perf, &cause);
	if (!ret && !perf->nr_layouts)
		ret = stlb_error_set(&cause, -EINVAL,
				     "%s: truncated before the description of its events: record "
				     "or copy it again",
				     perf->name);
	if (ret && cause.text[0])
		return stlb_error_set(err, ret, "%s", cause.text);
	return ret ? stlb_error_set(err, ret, "%s: %s", perf->name, strerror(-ret)) : 0;
}

static int open_file(const struct stlb_perf_file *file, const char *name,
		     struct stlb_perfdata **result, struct stlb_error *err)
{
	struct stlb_perfdata *perf = calloc(1, sizeof(*perf));
	int ret;

	*result = NULL;
	if (perf) {
		perf->name = strdup(name);
		perf->names = stlb_names_new();
	}
	if (!perf || !perf->name || !perf->names || stlb_perf_bytes_add(&perf->bytes, file)) {
		stlb_perfdata_close(perf);
		return stlb_error_set(err, -ENOMEM, "%s: not enough memory", name);
	}
	stlb_names_set_comm(perf->names, 0, "swapper");
	ret = start(perf, err);
	perf->started = true;
	if (ret)
		stlb_perfdata_close(perf);
	else
		*result = perf;
	return ret;
}

int stlb_perfdata_open_fd(int fd, const char *name, struct stlb_perfdata **perf,
			  struct stlb_error *err)
{
	struct stlb_perf_file file = {.fd = fd};
	struct stat st;

	*perf = NULL;
	if (fstat(fd, &st))
		return stlb_error_set(err, -errno, "%s: %s", name, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return stlb_error_set(err, -ESPIPE, "%s: not a regular file", name);
	file.size = (uint64_t)st.st_size;
	return open_file(&file, name, perf, err);
}

int stlb_perfdata_open_memory(const void *data, size_t size, const char *name,
			      struct stlb_perfdata **perf, struct stlb_error *err)
{
	static const uint8_t nothing[1];
	struct stlb_perf_file file = {.memory = data ? data : nothing, .fd = -1, .size = size};

	return open_file(&file, name, perf, err);
}

const struct stlb_perfdata_info *stlb_perfdata_info(const struct stlb_perfdata *perf)
{
	return &perf->info;
}

const struct stlb_perfdata_event *stlb_perfdata_event(const struct stlb_perfdata *perf,
						      uint32_t index)
{
	return index < perf->nr_layouts ? &perf->layouts[index]->event : NULL;
}

void stlb_perfdata_want(struct stlb_perfdata *perf, uint32_t index, bool wanted)
{
	if (index < perf->nr_layouts)
		perf->layouts[index]->event.wanted = wanted;
}

const void *stlb_perfdata_tracing(const struct stlb_perfdata *perf, size_t *size)
{
	*size = perf->tracing_size;
	return perf->tracing;
}

static void fill_chain(struct stlb_perfdata *perf, const struct stlb_perf_parts *parts,
		       struct stlb_perfdata_record *record)
{
	uint64_t nr = parts->nr_chain < STLB_PERF_MAX_CHAIN ? parts->nr_chain : STLB_PERF_MAX_CHAIN;

	for (uint64_t i = 0; i < nr; i++)
		perf->chain[i] = stlb_perf_u64(parts->chain + 8 * i, perf->swap);
	record->chain = perf->chain;
	record->nr_chain = (uint32_t)nr;
}

/* In most samples the raw data follow the part that always has one size. */
static inline bool find_parts(const struct stlb_perfdata *perf,
			      const struct stlb_perf_layout *layout, const uint8_t *body,
			      uint32_t size, struct stlb_perf_parts *parts)
{
	const uint32_t at = layout->fixed + 4U;

	if (!layout->only_raw)
		return stlb_perf_parse(layout, body, size, perf->swap, parts, NULL);
	if (size < at)
		return false;
	parts->raw_size = stlb_perf_u32(body + layout->fixed, perf->swap);
	parts->raw = body + at;
	return parts->raw_size <= size - at;
}

/* Where it was and of which event is known, or not even that. */
static int give_damaged(struct stlb_perfdata *perf, const struct stlb_perf_raw *raw,
			const struct stlb_perf_layout *layout, const char *what,
			struct stlb_perfdata_record *record)
{
	int32_t cpu = layout ? record->cpu : -1;

	stlb_perf_damaged(perf, raw->at, what);
	*record = (struct stlb_perfdata_record){
		.kind = STLB_PERFDATA_DAMAGED,
		.ns = record->ns,
		.cpu = cpu,
		.pid = -1,
		.tid = -1,
		.event = layout ? &layout->event : NULL,
		.what = perf->note,
	};
	return 1;
}

/*
 * Each field is set, and the record not cleared as a whole before: there is one for each sample.
 */
static int give_sample(struct stlb_perfdata *perf, const struct stlb_perf_raw *raw,
		       struct stlb_perfdata_record *record)
{
	const uint8_t *body = raw->data + STLB_PERF_HEADER;
	const uint32_t size = raw->size - STLB_PERF_HEADER;
	const struct stlb_perf_layout *layout = stlb_perf_layout_of(perf, body, size);
	struct stlb_perf_parts parts = {0};

	if (!layout)
		return give_damaged(perf, raw, NULL, "a sample of no event", record);
	record->kind = STLB_PERFDATA_SAMPLE;
	record->event = &layout->event;
	record->cpu = record->pid = record->tid = -1;
	if (layout->cpu >= 0)
		record->cpu = (int32_t)stlb_perf_u32(body + layout->cpu, perf->swap);
	if (layout->tid >= 0) {
		record->pid = (int32_t)stlb_perf_u32(body + layout->tid, perf->swap);
		record->tid = (int32_t)stlb_perf_u32(body + layout->tid + 4, perf->swap);
	}
	record->body = body;
	record->body_size = size;
	if (!find_parts(perf, layout, body, size, &parts))
		return give_damaged(perf, raw, layout, "a sample is shorter than its header says",
				    record);
	record->raw = parts.raw;
	record->raw_size = parts.raw_size;
	record->lost = 0;
	record->chain = NULL;
	record->nr_chain = 0;
	if (parts.nr_chain)
		fill_chain(perf, &parts, record);
	return 1;
}

/* The next record of the same CPU lies near this one, whenever it will be its turn. */
static inline void prefetch_next(const struct stlb_perfdata *perf, const struct stlb_perf_raw *raw)
{
	const struct stlb_perf_run *run = perf->order.last;
	uint64_t distance;

	if (!run || run->end - run->next <= AHEAD)
		return;
	distance = (run->next[AHEAD].key & ADDRESS_MASK) - raw->at;
	if (distance >= STLB_PERF_BLOCK)
		return;
	__builtin_prefetch(raw->data + distance);
	__builtin_prefetch(raw->data + distance + CACHE_LINE);
}

/* 1 with a record, 0 for one that only changes what is known, a negative errno. */
static int give(struct stlb_perfdata *perf, const struct stlb_perf_entry *entry,
		struct stlb_perfdata_record *record)
{
	struct stlb_perf_raw raw = {.at = entry->key & ADDRESS_MASK};
	const uint8_t *head = stlb_perf_bytes_get(&perf->bytes, raw.at, STLB_PERF_HEADER);

	if (!head)
		return -EIO;
	raw.type = stlb_perf_u32(head, perf->swap);
	raw.size = stlb_perf_u16(head + 6, perf->swap);
	raw.data = stlb_perf_bytes_get(&perf->bytes, raw.at, raw.size);
	if (!raw.data || raw.size < STLB_PERF_HEADER)
		return -EIO;
	prefetch_next(perf, &raw);
	if (raw.type == PERF_TYPE_SAMPLE) {
		record->ns = entry->ns;
		return give_sample(perf, &raw, record);
	}
	*record = (struct stlb_perfdata_record){0};
	return stlb_perf_sideband(perf, &raw, record);
}

static bool is_late(struct stlb_perfdata *perf, const struct stlb_perf_entry *entry,
		    struct stlb_perfdata_record *record)
{
	uint64_t cpu = entry->key >> STLB_PERF_CPU_SHIFT;
	const uint8_t *head;

	if (entry->ns >= perf->last_ns) {
		perf->last_ns = entry->ns;
		return false;
	}
	head = stlb_perf_bytes_get(&perf->bytes, entry->key & ADDRESS_MASK, STLB_PERF_HEADER);
	if (!head || stlb_perf_u32(head, perf->swap) != PERF_TYPE_SAMPLE)
		return false;
	perf->info.unordered++;
	perf->late = *entry;
	*record = (struct stlb_perfdata_record){.kind = STLB_PERFDATA_UNORDERED,
						.ns = perf->last_ns,
						.cpu = cpu == STLB_PERF_NO_CPU ? -1 : (int32_t)cpu};
	return true;
}

/* What lies before all that is still to be given out is not needed any more. */
static void drop_old(struct stlb_perfdata *perf)
{
	uint64_t spooled = perf->unpacked, at = 0;

	if (perf->stream < perf->nr_streams)
		at = perf->streams[perf->stream].at;
	for (uint32_t i = 0; i < perf->order.nr; i++) {
		uint64_t here = perf->order.entries[i].key & ADDRESS_MASK;

		if (here >= STLB_PERF_SPOOL)
			spooled = here < spooled ? here : spooled;
		else
			at = here < at ? here : at;
	}
	stlb_perf_bytes_done(&perf->bytes, at, spooled);
}

/*
 * All that came before the round before this one ended should be there by now. A writer that was
 * held up is later: a few more rounds wait for it.
 */
static int read_round(struct stlb_perfdata *perf, struct stlb_error *err)
{
	uint64_t *newest = &perf->round_newest[perf->rounds], limit = *newest;
	int ret;

	drop_old(perf);
	ret = stlb_perf_scan(perf, false, err);
	if (ret < 0)
		return ret;
	*newest = perf->order.newest;
	perf->rounds = (perf->rounds + 1) % STLB_PERF_ROUNDS;
	if (stlb_perf_order_start(&perf->order, ret ? limit : UINT64_MAX))
		return stlb_error_set(err, -ENOMEM, "%s: not enough memory", perf->name);
	return 0;
}

int stlb_perfdata_next(struct stlb_perfdata *perf, struct stlb_perfdata_record *record,
		       struct stlb_error *err)
{
	struct stlb_perf_entry entry;
	int ret;

	for (;;) {
		if (perf->late.key) {
			entry = perf->late;
			perf->late.key = 0;
		} else if (!stlb_perf_order_next(&perf->order, &entry)) {
			if (perf->ended && !perf->order.nr)
				return 0;
			ret = read_round(perf, err);
			if (ret)
				return ret;
			continue;
		} else if (is_late(perf, &entry, record)) {
			return 1;
		}
		ret = give(perf, &entry, record);
		if (ret < 0)
			return stlb_error_set(err, ret, "%s: cannot be read", perf->name);
		if (ret)
			return ret;
	}
}

bool stlb_perfdata_sample(const struct stlb_perfdata *perf,
			  const struct stlb_perfdata_record *record,
			  struct stlb_perfdata_sample *sample)
{
	struct stlb_perf_parts parts = {0};

	*sample = (struct stlb_perfdata_sample){0};
	if (record->kind != STLB_PERFDATA_SAMPLE || !record->event)
		return false;
	return stlb_perf_parse(perf->layouts[record->event->index], record->body, record->body_size,
			       perf->swap, &parts, sample);
}

uint64_t stlb_perfdata_comm_changes(const struct stlb_perfdata *perf)
{
	return perf->comm_changes;
}

const char *stlb_perfdata_comm(const struct stlb_perfdata *perf, int32_t tid)
{
	return stlb_names_comm(perf->names, tid);
}

/* The latest one counts: kernels use addresses again. */
const char *stlb_perfdata_symbol(const struct stlb_perfdata *perf, uint64_t address,
				 uint64_t *offset)
{
	for (uint32_t i = perf->nr_functions; i--;) {
		const struct stlb_perf_function *function = &perf->functions[i];

		if (address - function->address < function->size && function->name) {
			*offset = address - function->address;
			return function->name;
		}
	}
	return NULL;
}

void stlb_perfdata_close(struct stlb_perfdata *perf)
{
	if (!perf)
		return;
	for (uint32_t i = 0; i < perf->nr_layouts; i++)
		free(perf->layouts[i]);
	stlb_perf_unpack_end(perf);
	stlb_perf_order_free(&perf->order);
	stlb_perf_bytes_free(&perf->bytes);
	stlb_map_free(&perf->by_id);
	if (perf->names)
		stlb_names_free(perf->names);
	free(perf->layouts);
	free(perf->streams);
	free(perf->functions);
	free(perf->tracing);
	free(perf->name);
	free(perf);
}
