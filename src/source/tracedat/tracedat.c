/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trace.dat of trace-cmd as a source: opening it, and its records in time order. */
#include "source/tracedat/tracedat.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "source/common_fields.h"
#include "source/input/input.h"
#include "source/names.h"
#include "util/grow.h"

enum {
	MIN_PAGE = 512,
	MAX_PAGE = 1024 * 1024,
	WINDOW = 64 * 1024,
	WINDOWS = 16 * 1024 * 1024, /* of all CPUs together */
};

static const char magic[10] = STLB_DAT_MAGIC;

static bool probe(const void *head, size_t size)
{
	return size >= sizeof(magic) && !memcmp(head, magic, sizeof(magic));
}

static void note(struct stlb_dat *dat, const char **to, const char *fmt, va_list args)
{
	char text[200];

	if (*to)
		return;
	vsnprintf(text, sizeof(text), fmt, args);
	*to = stlb_names_intern(dat->source->names, text, strlen(text));
}

void stlb_dat_cut(struct stlb_dat *dat, const char *fmt, ...)
{
	va_list args;

	dat->source->info.truncated = true;
	va_start(args, fmt);
	note(dat, &dat->source->info.cut, fmt, args);
	va_end(args);
}

void stlb_dat_miss(struct stlb_dat *dat, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	note(dat, &dat->missing, fmt, args);
	va_end(args);
	stlb_dat_cut(dat, "%s", dat->missing ? dat->missing : "parts of it belong to no CPU");
}

struct stlb_dat_instance *stlb_dat_add_instance(struct stlb_dat *dat, const char *name,
						const char *clock, uint64_t offset)
{
	struct stlb_dat_instance *instance;

	if (dat->nr_instances >= STLB_DAT_MAX_AREAS ||
	    stlb_resize((void **)&dat->instances, dat->nr_instances + 1, sizeof(*instance)))
		return NULL;
	instance = &dat->instances[dat->nr_instances++];
	instance->name = stlb_dat_text(dat, name, strlen(name));
	instance->clock = clock && *clock ? stlb_dat_text(dat, clock, strlen(clock)) : NULL;
	instance->offset = offset;
	return instance->name ? instance : NULL;
}

int stlb_dat_add_area(struct stlb_dat *dat, const struct stlb_dat_area *area)
{
	struct stlb_dat_area *added;

	if (dat->nr_areas >= STLB_DAT_MAX_AREAS || area->cpu > INT32_MAX ||
	    area->page_size < MIN_PAGE || area->page_size > MAX_PAGE || area->page_size % 8)
		return -EINVAL;
	if (stlb_resize((void **)&dat->areas, dat->nr_areas + 1, sizeof(*area)))
		return -ENOMEM;
	added = &dat->areas[dat->nr_areas++];
	*added = *area;
	if (added->offset > dat->size || added->size > dat->size - added->offset) {
		added->offset = added->offset > dat->size ? dat->size : added->offset;
		added->size = dat->size - added->offset;
		added->cut = true;
	}
	if (added->cut)
		stlb_dat_cut(dat, "is truncated at byte %llu, in the events of CPU %u",
			     (unsigned long long)dat->size, added->cpu);
	return 0;
}

static int read_layout(struct stlb_dat *dat, struct stlb_error *err)
{
	const char *path = dat->source->info.path;
	struct stlb_dat_reader reader;
	char version[8];
	const uint8_t *flags;
	bool big_endian;

	stlb_dat_reader_file(&reader, dat->stream.fd, sizeof(magic), dat->size);
	stlb_dat_string(&reader, version, sizeof(version));
	flags = stlb_dat_get(&reader, 2);
	big_endian = flags && flags[0];
	dat->page_size = stlb_dat_u32(&reader);
	stlb_dat_reader_free(&reader);
	if (big_endian)
		return stlb_error_set(err, -EINVAL,
				      "%s: recorded on a big-endian machine, which is not "
				      "supported: use the text of trace-cmd report",
				      path);
	if (reader.failed || dat->page_size < MIN_PAGE || dat->page_size > MAX_PAGE ||
	    dat->page_size % 8)
		return stlb_error_set(
			err, -EINVAL,
			"%s: its header is truncated or damaged: record or copy it again", path);
	dat->version = (unsigned int)atoi(version);
	if (dat->version == 6)
		return stlb_dat_read_v6(dat, sizeof(magic) + 2 + 6, err);
	if (dat->version == 7)
		return stlb_dat_read_v7(dat, sizeof(magic) + 2 + 6, err);
	return stlb_error_set(err, -EINVAL,
			      "%s: trace.dat of version %s: rewrite it with trace-cmd convert "
			      "--file-version 7",
			      path, version);
}

/*
 * Time stamps of different clocks cannot be put in one order. Where the top instance was not
 * recorded, trace-cmd says "local" of each other one, whatever was asked for: the option that holds
 * the kernel's own words is right then.
 */
static void find_clock(struct stlb_dat *dat)
{
	struct stlb_source_info *info = &dat->source->info;
	bool known = info->clock != NULL;

	for (uint32_t i = 0; i < dat->nr_instances; i++) {
		const char *clock = dat->instances[i].clock;

		if (!clock || (known && !strcmp(clock, "local")))
			continue;
		if (!info->clock)
			info->clock = clock;
		else if (strcmp(clock, info->clock))
			info->clock = "mixed";
	}
}

static int fill_info(struct stlb_dat *dat)
{
	struct stlb_source_info *info = &dat->source->info;
	const char *packed =
		dat->compression && strcmp(dat->compression, "none") ? dat->compression : NULL;
	const char *around = stlb_input_compression(dat->input);
	char text[96];

	snprintf(text, sizeof(text), "trace.dat v%u%s%s%s%s", dat->version, packed ? ", " : "",
		 packed ? packed : "", around ? ", " : "", around ? around : "");
	info->format = stlb_names_intern(dat->source->names, text, strlen(text));
	info->irq_flags = true;
	info->bytes_total = dat->size;
	for (uint32_t i = 0; i < dat->nr_areas; i++)
		if (dat->areas[i].cpu >= info->cpus)
			info->cpus = dat->areas[i].cpu + 1;
	find_clock(dat);
	if (stlb_input_cut(dat->input))
		stlb_dat_cut(dat, "the compressed file is truncated");
	return info->format ? 0 : -ENOMEM;
}

static size_t window_size(const struct stlb_dat *dat)
{
	size_t page = dat->page_size, size = dat->nr_areas ? WINDOWS / dat->nr_areas : WINDOW;

	for (uint32_t i = 0; i < dat->nr_areas; i++)
		if (dat->areas[i].page_size > page)
			page = dat->areas[i].page_size;
	if (size > WINDOW)
		size = WINDOW;
	return size < page ? page : size / page * page;
}

/* A CPU without records but with a loss comes first: all of its records are missing. */
static int start_cpu(struct stlb_dat *dat, struct stlb_dat_cpu *cpu, uint32_t index)
{
	int ret = stlb_dat_cpu_page(cpu);

	if (ret > 0 && (!dat->start_ns || cpu->ns < dat->start_ns))
		dat->start_ns = cpu->ns;
	if (ret < 0 || (!ret && !cpu->loss))
		return ret;
	return stlb_merge_add(&dat->merge, cpu->ns, (uint64_t)cpu->area->cpu << 32 | index, cpu);
}

static int start_cpus(struct stlb_dat *dat)
{
	int ret = 0;

	dat->cpus = calloc(dat->nr_areas + 1, sizeof(*dat->cpus));
	if (!dat->cpus)
		return -ENOMEM;
	dat->stream.window = window_size(dat);
	for (uint32_t i = 0; !ret && i < dat->nr_areas; i++)
		ret = stlb_dat_cpu_open(&dat->cpus[i], &dat->stream, &dat->areas[i]);
	if (!ret)
		ret = stlb_dat_stats_place(dat);
	for (uint32_t i = 0; ret >= 0 && i < dat->nr_areas; i++)
		ret = start_cpu(dat, &dat->cpus[i], i);
	return ret < 0 ? ret : 0;
}

static int open_dat(struct stlb_dat *dat, struct stlb_error *err)
{
	struct stat st;
	int ret;

	dat->by_id = calloc(STLB_DAT_MAX_IDS, sizeof(*dat->by_id));
	dat->tep = tep_alloc();
	if (!dat->by_id || !dat->tep)
		return -ENOMEM;
	tep_set_loglevel(TEP_LOG_NONE);
	dat->stream.fd = stlb_input_fd(dat->input, err);
	if (dat->stream.fd < 0)
		return dat->stream.fd;
	if (fstat(dat->stream.fd, &st))
		return stlb_error_set(err, -errno, "%s: %s", dat->source->info.path,
				      strerror(errno));
	dat->size = (uint64_t)st.st_size;
	ret = read_layout(dat, err);
	tep_free(dat->tep);
	dat->tep = NULL;
	if (!ret)
		ret = fill_info(dat);
	if (!ret)
		ret = stlb_dat_cover(dat);
	return ret ? ret : start_cpus(dat);
}

static const char *error_text(int code)
{
	switch (code) {
	case -EOPNOTSUPP:
		return "holds text of a latency tracer and no events: record with trace-cmd record";
	case -EINVAL:
		return "its CPU table is damaged: record or copy it again";
	default:
		return strerror(-code);
	}
}

static int open_tracedat(struct stlb_source *source, struct stlb_input *input,
			 struct stlb_error *err)
{
	struct stlb_dat *dat = calloc(1, sizeof(*dat));
	struct stlb_error cause = {0};
	int ret;

	if (!dat) {
		stlb_input_close(input);
		return stlb_error_set(err, -ENOMEM, "%s: not enough memory", source->info.path);
	}
	source->private = dat;
	dat->source = source;
	dat->input = input;
	ret = open_dat(dat, &cause);
	if (!ret)
		return 0;
	if (cause.text[0])
		return stlb_error_set(err, ret, "%s", cause.text);
	return stlb_error_set(err, ret == -EOPNOTSUPP ? -EINVAL : ret, "%s: %s", source->info.path,
			      error_text(ret));
}

static const char *say_gap(struct stlb_dat *dat, const struct stlb_dat_cpu *cpu)
{
	const struct stlb_dat_area *area = cpu->area;
	const char *instance =
		area->instance < dat->nr_instances ? dat->instances[area->instance].name : "";

	if (!cpu->gap.what)
		return NULL;
	snprintf(dat->gap, sizeof(dat->gap), "CPU %u%s%s: %s, at byte %llu", area->cpu,
		 *instance ? " of buffer " : "", instance, cpu->gap.what,
		 (unsigned long long)cpu->gap.at);
	stlb_dat_cut(dat, "%s", dat->gap);
	return dat->gap;
}

static void fill_loss(struct stlb_dat *dat, struct stlb_dat_cpu *cpu, struct stlb_record *record)
{
	*record = (struct stlb_record){
		.ns = cpu->done && !cpu->started ? dat->start_ns : cpu->ns,
		.cpu = (int32_t)cpu->area->cpu,
		.loss = cpu->loss,
		.lost = cpu->lost_unknown ? 0 : cpu->lost,
		.gap = say_gap(dat, cpu),
	};
	dat->source->info.lost_events += cpu->lost;
	cpu->loss = STLB_LOSS_NONE;
	cpu->lost_unknown = false;
	cpu->lost = 0;
	cpu->gap.what = NULL;
}

static void fill_record(struct stlb_dat *dat, struct stlb_dat_cpu *cpu,
			const struct stlb_format *format, struct stlb_record *record)
{
	int32_t tid;

	memcpy(&tid, cpu->data + STLB_COMMON_PID, sizeof(tid));
	if (tid != cpu->tid) {
		cpu->tid = tid;
		cpu->comm = stlb_names_comm(dat->source->names, tid);
	}
	record->ns = cpu->ns;
	record->cpu = (int32_t)cpu->area->cpu;
	record->tid = tid;
	record->context = stlb_common_context(cpu->data[STLB_COMMON_FLAGS]);
	record->loss = STLB_LOSS_NONE;
	record->comm = cpu->comm;
	record->format = format;
	record->data = cpu->data;
	record->size = (uint32_t)kbuffer_event_size(cpu->kbuf);
	record->lost = 0;
	record->gap = NULL;
}

/* An event whose format is not there or cannot be read: lost before the next one of its CPU. */
static void pass_unknown(struct stlb_dat *dat, struct stlb_dat_cpu *cpu)
{
	const char *name;
	uint16_t id;

	memcpy(&id, cpu->data + STLB_COMMON_TYPE, sizeof(id));
	name = stlb_unknown_name(&dat->unreadable, id);
	if (!stlb_unknown_needed(dat->source, name))
		return;
	stlb_dat_cut(dat, "CPU %u: the format of event %u%s%s cannot be read: its records are lost",
		     cpu->area->cpu, id, name ? ", " : "", name ? name : "");
	stlb_dat_cpu_unread(cpu, "an event of an unknown format", stlb_dat_cpu_place(cpu));
}

static inline const struct stlb_format *pass_event(struct stlb_dat *dat,
						   const struct stlb_dat_cpu *cpu)
{
	struct stlb_source_info *info = &dat->source->info;
	uint16_t id;

	memcpy(&id, cpu->data + STLB_COMMON_TYPE, sizeof(id));
	if (!info->events++)
		info->first_ns = cpu->ns;
	info->last_ns = cpu->ns;
	return dat->by_id[id];
}

static inline int move_on(struct stlb_dat *dat, struct stlb_dat_cpu *cpu)
{
	int ret = stlb_dat_cpu_next(cpu);

	if (ret > 0 || (!ret && cpu->loss))
		stlb_merge_moved(&dat->merge, cpu->ns);
	else
		stlb_merge_drop(&dat->merge);
	return ret;
}

static int fill_missing(struct stlb_dat *dat, struct stlb_record *record)
{
	*record = (struct stlb_record){
		.ns = dat->start_ns,
		.cpu = -1,
		.loss = STLB_LOSS_SOMEWHERE,
		.gap = dat->missing,
	};
	dat->missing = NULL;
	return 1;
}

/* A record stays valid until the next one is asked for: only then is its CPU moved on. */
static int next_record(struct stlb_source *source, struct stlb_record *record,
		       struct stlb_error *err)
{
	struct stlb_dat *dat = source->private;
	const struct stlb_format *format;
	struct stlb_dat_cpu *cpu = dat->taken;

	if (dat->missing)
		return fill_missing(dat, record);
	dat->taken = NULL;
	for (;;) {
		if (cpu && move_on(dat, cpu) < 0)
			return stlb_error_set(err, -EIO, "%s: cannot be read", source->info.path);
		cpu = stlb_merge_top(&dat->merge);
		if (!cpu)
			return stlb_dat_stats_next(dat, record);
		if (cpu->loss) {
			fill_loss(dat, cpu, record);
			if (cpu->done)
				stlb_merge_drop(&dat->merge);
			source->info.bytes_done = dat->stream.bytes_done;
			return 1;
		}
		format = pass_event(dat, cpu);
		if (!format)
			pass_unknown(dat, cpu);
		if (!format || !format->wanted)
			continue;
		fill_record(dat, cpu, format, record);
		source->info.bytes_done = dat->stream.bytes_done;
		dat->taken = cpu;
		return 1;
	}
}

static void close_tracedat(struct stlb_source *source)
{
	struct stlb_dat *dat = source->private;

	if (!dat)
		return;
	for (uint32_t i = 0; dat->cpus && i < dat->nr_areas; i++)
		stlb_dat_cpu_close(&dat->cpus[i]);
	stlb_merge_free(&dat->merge);
	if (dat->tep)
		tep_free(dat->tep);
	stlb_dat_codec_free(dat->stream.codec);
	stlb_input_close(dat->input);
	free(dat->stream.scratch);
	free(dat->instances);
	free(dat->areas);
	free(dat->stats);
	free(dat->by_id);
	stlb_unknown_free(&dat->unreadable);
	free(dat->cpus);
	stlb_symbols_free(dat->symbols);
	free(dat);
}

const struct stlb_source_ops stlb_tracedat_ops = {
	.name = "trace.dat",
	.probe = probe,
	.open = open_tracedat,
	.next = next_record,
	.symbol = stlb_dat_symbol,
	.close = close_tracedat,
};
