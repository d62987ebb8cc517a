/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The perf.data of perf record as a source: its samples as records, its callchains as stacks. */
#include "source/perfdata/perf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/common_fields.h"
#include "source/formats.h"
#include "source/input/input.h"
#include "source/names.h"
#include "source/perfdata/perf_layout.h"

/* Callchains are lists of addresses, and of these marks of whose addresses follow. */
#define FIRST_MARK  ((uint64_t)-4095)
#define MARK_KERNEL ((uint64_t)-128)

static bool probe(const void *head, size_t size)
{
	/* as a machine of either byte order writes it */
	return size >= 8 && (!memcmp(head, "PERFILE2", 8) || !memcmp(head, "2ELIFREP", 8));
}

static const char *clock_name(int32_t clock)
{
	switch (clock) {
	case -1:
		return "perf default";
	case 0:
		return "realtime";
	case 1:
		return "mono";
	case 4:
		return "mono_raw";
	case 7:
		return "boot";
	case 11:
		return "tai";
	default:
		return "other";
	}
}

/* What is known of the file, as a source says it. */
static void follow_info(struct stlb_source *source)
{
	struct stlb_perf *perf = source->private;
	const struct stlb_perfdata_info *from = stlb_perfdata_info(perf->reader);
	struct stlb_source_info *info = &source->info;

	info->events = from->samples;
	info->first_ns = from->first_ns;
	info->last_ns = from->last_ns;
	info->bytes_done = from->bytes_done;
	info->bytes_total = from->bytes_total;
	if (from->truncated && !info->truncated)
		info->cut = from->cut;
	info->truncated |= from->truncated;
}

static int fill_info(struct stlb_source *source)
{
	struct stlb_perf *perf = source->private;
	const struct stlb_perfdata_info *from = stlb_perfdata_info(perf->reader);
	struct stlb_source_info *info = &source->info;
	const char *around = stlb_input_compression(perf->input);
	char text[96];

	snprintf(text, sizeof(text), "perf.data, %s%s%s%s", from->form,
		 from->compressed ? ", zstd" : "", around ? ", " : "", around ? around : "");
	info->format = stlb_names_intern(source->names, text, strlen(text));
	info->kernel = from->release;
	info->arch = from->arch;
	info->cpus = from->cpus;
	info->irq_flags = true;
	if (stlb_input_cut(perf->input)) {
		info->truncated = true;
		info->cut = "the compressed file is truncated";
	}
	follow_info(source);
	return info->format ? 0 : -ENOMEM;
}

static const struct stlb_format *format_of(const struct stlb_perf *perf,
					   const struct stlb_perfdata_event *event)
{
	if (event->type != STLB_PERF_TRACEPOINT || event->config >= STLB_EVENT_FORMAT_IDS)
		return NULL;
	return perf->by_id[event->config];
}

static const char *name_of(const struct stlb_perf *perf, const struct stlb_perfdata_event *event)
{
	return event->name ? event->name : stlb_unknown_name(&perf->unreadable, event->config);
}

static void take_event(struct stlb_source *source, const struct stlb_perfdata_event *event)
{
	struct stlb_perf *perf = source->private;
	const struct stlb_format *format = format_of(perf, event);
	const char *clock = clock_name(event->clock);
	bool wanted = format && format->wanted;

	perf->by_event[event->index] = format;
	perf->unknown[event->index] = !format && event->type == STLB_PERF_TRACEPOINT &&
				      stlb_unknown_needed(source, name_of(perf, event));
	stlb_perfdata_want(perf->reader, event->index, wanted || perf->unknown[event->index]);
	if (!wanted)
		return;
	perf->sampled |= event->frequency || event->period != 1;
	perf->overwritten |= event->overwritten;
	if (source->info.clock && strcmp(source->info.clock, clock))
		clock = "mixed";
	source->info.clock = clock;
}

static int take_events(struct stlb_source *source)
{
	struct stlb_perf *perf = source->private;
	const struct stlb_perfdata_event *event;
	bool stacks = false;

	while (stlb_perfdata_event(perf->reader, perf->nr_events))
		perf->nr_events++;
	perf->by_event = calloc(perf->nr_events + 1, sizeof(*perf->by_event));
	perf->unknown = calloc(perf->nr_events + 1, sizeof(*perf->unknown));
	if (!perf->by_event || !perf->unknown)
		return -ENOMEM;
	for (uint32_t i = 0; (event = stlb_perfdata_event(perf->reader, i)); i++) {
		take_event(source, event);
		stacks |= event->wanted && event->sample_type & STLB_PERF_CALLCHAIN;
	}
	if (stacks) {
		static const struct stlb_field fields[] = {
			{"size", 0, 8, STLB_FIELD_UNSIGNED},
			{"caller", 8, 0, STLB_FIELD_OTHER},
		};
		const struct stlb_format *format =
			stlb_formats_add(source, "ftrace", "kernel_stack", fields, 2);

		if (!format)
			return -ENOMEM;
		perf->stack_format = format->wanted ? format : NULL;
	}
	return 0;
}

static bool has_tracepoints(const struct stlb_perf *perf)
{
	const struct stlb_perfdata_event *event;

	for (uint32_t i = 0; (event = stlb_perfdata_event(perf->reader, i)); i++)
		if (event->type == STLB_PERF_TRACEPOINT)
			return true;
	return false;
}

static int no_formats(const struct stlb_source *source, struct stlb_error *err)
{
	const struct stlb_perf *perf = source->private;

	if (!strcmp(stlb_perfdata_info(perf->reader)->form, "pipe"))
		return stlb_error_set(
			err, -EINVAL,
			"%s: its event formats, which a pipe has before the first event, are "
			"missing, truncated or damaged: record or copy it again",
			source->info.path);
	return stlb_error_set(
		err, -EINVAL,
		"%s: truncated or damaged before its event formats, which perf record writes last: "
		"record or copy it again; perf record -o - writes them first",
		source->info.path);
}

static int open_reader(struct stlb_source *source, struct stlb_error *err)
{
	struct stlb_perf *perf = source->private;
	int fd = stlb_input_fd(perf->input, err);
	const void *tracing;
	size_t size;
	int ret;

	if (fd < 0)
		return fd;
	ret = stlb_perfdata_open_fd(fd, source->info.path, &perf->reader, err);
	if (ret)
		return ret;
	perf->swap = stlb_perfdata_info(perf->reader)->big_endian ==
		     (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
	tracing = stlb_perfdata_tracing(perf->reader, &size);
	if (has_tracepoints(perf) && !tracing)
		return no_formats(source, err);
	ret = tracing ? stlb_perf_tracing(source, tracing, size) : 0;
	if (ret == -EINVAL)
		return no_formats(source, err);
	if (!ret)
		ret = take_events(source);
	return ret ? ret : fill_info(source);
}

static int open_perf(struct stlb_source *source, struct stlb_input *input, struct stlb_error *err)
{
	struct stlb_perf *perf = calloc(1, sizeof(*perf));
	struct stlb_error cause = {""};
	int ret;

	if (!perf) {
		stlb_input_close(input);
		return stlb_error_set(err, -ENOMEM, "%s: not enough memory", source->info.path);
	}
	source->private = perf;
	perf->input = input;
	perf->by_id = calloc(STLB_EVENT_FORMAT_IDS, sizeof(*perf->by_id));
	ret = perf->by_id ? open_reader(source, &cause) : -ENOMEM;
	if (ret && cause.text[0])
		return stlb_error_set(err, ret, "%s", cause.text);
	return ret ? stlb_error_set(err, ret, "%s: %s", source->info.path, strerror(-ret)) : 0;
}

/* Only the kernel's own part: it comes first. */
static void take_chain(struct stlb_perf *perf, const struct stlb_perfdata_record *sample,
		       const struct stlb_record *record)
{
	bool kernel = false;
	uint64_t nr = 0;

	for (uint32_t i = 0; i < sample->nr_chain && nr < STLB_PERF_STACK; i++) {
		if (sample->chain[i] >= FIRST_MARK)
			kernel = sample->chain[i] == MARK_KERNEL;
		else if (kernel)
			perf->stack.caller[nr++] = sample->chain[i];
	}
	if (!nr)
		return;
	perf->stack.size = nr;
	perf->stack_record = *record;
	perf->stack_record.format = perf->stack_format;
	perf->stack_record.data = &perf->stack;
	perf->stack_record.size = (uint32_t)(8 + 8 * nr);
	perf->has_stack = true;
}

/* The source's own table follows the reader's, for those that ask by task. */
static const char *comm_of(struct stlb_source *source, int32_t tid)
{
	struct stlb_perf *perf = source->private;
	struct stlb_perf_comm *slot = &perf->comms[(uint32_t)tid % STLB_PERF_COMMS];
	uint64_t changes = stlb_perfdata_comm_changes(perf->reader) + 1;

	if (slot->changes == changes && slot->tid == tid)
		return slot->comm;
	*slot = (struct stlb_perf_comm){stlb_perfdata_comm(perf->reader, tid), changes, tid};
	if (slot->comm)
		stlb_names_set_comm(source->names, tid, slot->comm);
	return slot->comm;
}

/* @gap: NULL where the kernel counted it */
static bool fill_loss(struct stlb_source *source, enum stlb_loss loss, int32_t cpu, uint64_t lost,
		      const char *gap, struct stlb_record *record)
{
	const struct stlb_perf *perf = source->private;

	*record = (struct stlb_record){
		.ns = perf->last_ns, .cpu = cpu, .loss = (uint8_t)loss, .lost = lost, .gap = gap};
	source->info.lost_events += lost;
	return true;
}

/* Where it was is reported once, until something can be read again. */
static bool fill_unread(struct stlb_source *source, const struct stlb_perfdata_record *sample,
			const char *gap, struct stlb_record *record)
{
	struct stlb_perf *perf = source->private;

	follow_info(source);
	if (!source->info.truncated)
		source->info.cut = stlb_names_intern(source->names, gap, strlen(gap));
	source->info.truncated = true;
	if (perf->unread && perf->unread_cpu == sample->cpu)
		return false;
	perf->unread = perf->reported = true;
	perf->unread_cpu = sample->cpu;
	perf->last_ns = sample->ns > perf->last_ns ? sample->ns : perf->last_ns;
	return fill_loss(source, sample->cpu < 0 ? STLB_LOSS_SOMEWHERE : STLB_LOSS_HERE,
			 sample->cpu, 0, gap, record);
}

/* Whether a sample holds a record of its event. */
static bool is_sound(const struct stlb_perf *perf, const struct stlb_perfdata_record *sample)
{
	return sample->raw_size >= STLB_COMMON_SIZE &&
	       stlb_perf_u16(sample->raw + STLB_COMMON_TYPE, perf->swap) == sample->event->config;
}

static bool fill_record(struct stlb_source *source, const struct stlb_perfdata_record *sample,
			struct stlb_record *record)
{
	struct stlb_perf *perf = source->private;

	record->ns = sample->ns < perf->last_ns ? perf->last_ns : sample->ns;
	perf->last_ns = record->ns;
	record->cpu = sample->cpu;
	/* as the tracepoint says it: perf's number is -1 once the task has exited */
	record->tid = (int32_t)stlb_perf_u32(sample->raw + STLB_COMMON_PID, perf->swap);
	record->context = stlb_common_context(sample->raw[STLB_COMMON_FLAGS]);
	record->loss = STLB_LOSS_NONE;
	record->comm = comm_of(source, record->tid);
	record->format = perf->by_event[sample->event->index];
	record->data = sample->raw;
	record->size = sample->raw_size;
	record->lost = 0;
	record->gap = NULL;
	if (perf->swap)
		record->data =
			stlb_perf_byteswap(perf, record->format, sample->raw, sample->raw_size);
	if (record->cpu >= 0 && (uint32_t)record->cpu >= source->info.cpus)
		source->info.cpus = (uint32_t)record->cpu + 1;
	if (perf->stack_format && sample->nr_chain)
		take_chain(perf, sample, record);
	perf->unread = false;
	return record->data;
}

/* What is wrong with a sample; NULL: nothing is. */
static const char *find_gap(const struct stlb_source *source,
			    const struct stlb_perfdata_record *sample)
{
	struct stlb_perf *perf = source->private;
	const bool unknown = perf->unknown[sample->event->index];
	const char *name;

	if (!unknown && is_sound(perf, sample))
		return NULL;
	name = name_of(perf, sample->event);
	if (unknown)
		snprintf(perf->gap, sizeof(perf->gap),
			 "the format of event %llu%s%s cannot be read: its records are lost",
			 (unsigned long long)sample->event->config, name ? ", " : "",
			 name ? name : "");
	else
		snprintf(perf->gap, sizeof(perf->gap),
			 "damaged before byte %llu: a sample without a record of its event",
			 (unsigned long long)stlb_perfdata_info(perf->reader)->bytes_done);
	return perf->gap;
}

static bool fill_sample(struct stlb_source *source, const struct stlb_perfdata_record *sample,
			struct stlb_record *record)
{
	const char *gap = find_gap(source, sample);

	return gap ? fill_unread(source, sample, gap, record) : fill_record(source, sample, record);
}

/* Whether there is something to hand out. */
static bool fill(struct stlb_source *source, const struct stlb_perfdata_record *from,
		 struct stlb_record *record)
{
	struct stlb_perf *perf = source->private;

	switch (from->kind) {
	case STLB_PERFDATA_SAMPLE:
		return fill_sample(source, from, record);
	case STLB_PERFDATA_DAMAGED:
		return fill_unread(source, from, from->what, record);
	case STLB_PERFDATA_LOST:
		perf->lost += from->lost;
		perf->last_ns = from->ns > perf->last_ns ? from->ns : perf->last_ns;
		return fill_loss(source, STLB_LOSS_HERE, from->cpu, from->lost, NULL, record);
	case STLB_PERFDATA_LOST_SAMPLES:
		perf->lost_samples += from->lost;
		return false;
	case STLB_PERFDATA_THROTTLED:
		return (!from->event || from->event->wanted) &&
		       fill_loss(source, STLB_LOSS_HERE, from->cpu, 0, NULL, record);
	case STLB_PERFDATA_UNORDERED: /* what its CPU did since may have been judged without it */
		return fill_loss(source, from->cpu < 0 ? STLB_LOSS_SOMEWHERE : STLB_LOSS_HERE,
				 from->cpu, 0, "a record that perf wrote too late", record);
	default:
		return fill_loss(source, STLB_LOSS_SOMEWHERE, -1, 0, NULL, record);
	}
}

/* What has no place: the samples that were lost at the end, and those that nobody wanted to have;
 * and the rest of a file that breaks off.
 */
static bool end_losses(struct stlb_source *source, struct stlb_record *record)
{
	struct stlb_perf *perf = source->private;
	uint64_t lost = perf->lost_samples > perf->lost ? perf->lost_samples - perf->lost : 0;

	if (lost || perf->sampled) {
		perf->lost_samples = 0;
		perf->sampled = false;
		return fill_loss(source, STLB_LOSS_SOMEWHERE, -1, lost, NULL, record);
	}
	if (perf->cut || !source->info.truncated)
		return false;
	perf->cut = true;
	return fill_loss(source, STLB_LOSS_AFTER, -1, 0, perf->reported ? NULL : source->info.cut,
			 record);
}

static int next_record(struct stlb_source *source, struct stlb_record *record,
		       struct stlb_error *err)
{
	struct stlb_perf *perf = source->private;
	struct stlb_perfdata_record from;
	int ret;

	if (perf->overwritten) {
		perf->overwritten = false;
		return fill_loss(source, STLB_LOSS_BEFORE, -1, 0, NULL, record);
	}
	if (perf->has_stack) {
		perf->has_stack = false;
		*record = perf->stack_record;
		return 1;
	}
	while ((ret = stlb_perfdata_next(perf->reader, &from, err)) > 0) {
		const struct stlb_perfdata_info *info = stlb_perfdata_info(perf->reader);

		if (!fill(source, &from, record))
			continue;
		source->info.events = info->samples;
		source->info.bytes_done = info->bytes_done;
		return 1;
	}
	follow_info(source);
	return ret ? ret : end_losses(source, record);
}

static void close_perf(struct stlb_source *source)
{
	struct stlb_perf *perf = source->private;

	if (!perf)
		return;
	stlb_perfdata_close(perf->reader);
	stlb_symbols_free(perf->symbols);
	stlb_input_close(perf->input);
	free(perf->by_id);
	free(perf->by_event);
	free(perf->unknown);
	stlb_unknown_free(&perf->unreadable);
	free(perf->swapped);
	free(perf);
}

const struct stlb_source_ops stlb_perf_ops = {
	.name = "perf.data",
	.probe = probe,
	.open = open_perf,
	.next = next_record,
	.symbol = stlb_perf_symbol,
	.close = close_perf,
};
