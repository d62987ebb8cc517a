/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening the ring buffers: which CPUs, which formats, which clock. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <traceevent/event-parse.h>

#include "source/names.h"
#include "source/ring/ring.h"
#include "util/file.h"
#include "util/grow.h"

enum {
	MAX_CPUS = 8192,
	MAX_FILE = 1024 * 1024,
	ALL_PAGES = 16 * 1024, /* of all CPUs together, in memory */
	MIN_PAGES = 16,
	MAX_PAGES = 256,
};

/* A file below tracefs. */
static int read_tracing(const struct stlb_ring *ring, const char *name, char **text, size_t *size,
			struct stlb_error *err)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", ring->tracing, name);
	return stlb_file_read(path, MAX_FILE, text, size, err);
}

/* ---- formats ---- */

static int read_layout(struct stlb_ring *ring, struct tep_handle *tep, struct stlb_error *err)
{
	size_t size = 0;
	char *text;
	const char *data;
	unsigned int data_at = 0, data_size = 0;
	bool sound;

	if (read_tracing(ring, "events/header_page", &text, &size, err))
		return -EIO;
	data = strstr(text, "data;");
	sound = !tep_parse_header_page(tep, text, size, sizeof(long)) && data &&
		sscanf(data, "data; offset:%u; size:%u;", &data_at, &data_size) == 2;
	free(text);
	ring->long_size = (unsigned int)tep_get_header_page_size(tep);
	ring->page_size = data_at + data_size;
	if (!sound || (ring->long_size != 4 && ring->long_size != 8) || ring->page_size < 512 ||
	    ring->page_size > MAX_FILE || ring->page_size % 8)
		return stlb_error_set(err, -EINVAL, "%s/events/header_page: unknown format",
				      ring->tracing);
	tep_set_long_size(tep, (int)ring->long_size);
	return 0;
}

/* What the kernel does not have is no error: it will not occur. */
static int add_format(struct stlb_ring *ring, struct tep_handle *tep, const char *system,
		      const char *name)
{
	const struct stlb_format *format;
	char file[512], *text;
	int id, ret;
	size_t size;

	snprintf(file, sizeof(file), "events/%s/%s/format", system, name);
	ret = read_tracing(ring, file, &text, &size, NULL);
	if (ret)
		return ret == -ENOMEM ? ret : 0;
	ret = stlb_event_format_add(ring->source, tep, system, text, size, &id, &format);
	free(text);
	if (ret || !format)
		return ret == -EINVAL ? 0 : ret;
	ring->by_id[id] = format;
	stlb_ring_learn_format(ring, format);
	return 0;
}

static int add_formats(struct stlb_ring *ring, const struct stlb_live_options *options,
		       struct stlb_error *err)
{
	static const char *const own[] = {"print", "bprint", "bputs", "kernel_stack"};
	struct tep_handle *tep = tep_alloc();
	int ret = tep ? read_layout(ring, tep, err) : -ENOMEM;

	tep_set_loglevel(TEP_LOG_NONE);
	for (size_t i = 0; !ret && i < sizeof(own) / sizeof(own[0]); i++)
		ret = add_format(ring, tep, "ftrace", own[i]);
	for (unsigned int i = 0; !ret && i < options->nr_events; i++)
		ret = add_format(ring, tep, options->events[i].system, options->events[i].name);
	if (tep)
		tep_free(tep);
	return ret;
}

/* ---- clock and machine ---- */

/* "local [global] counter": the one in brackets */
static const char *read_clock(struct stlb_ring *ring, const char *instance, struct stlb_error *err)
{
	const char *clock = NULL;
	char file[512], *text;

	snprintf(file, sizeof(file), "instances/%s/trace_clock", instance);
	if (read_tracing(ring, file, &text, NULL, err))
		return NULL;
	if (strchr(text, '[')) {
		const char *name = strchr(text, '[') + 1;

		clock = stlb_names_intern(ring->source->names, name, strcspn(name, "]"));
	}
	free(text);
	return clock;
}

static int fill_info(struct stlb_ring *ring, const struct stlb_live_options *options,
		     struct stlb_error *err)
{
	struct stlb_source_info *info = &ring->source->info;
	struct utsname name;

	info->format = "tracefs";
	info->irq_flags = true;
	if (uname(&name) == 0) {
		info->kernel =
			stlb_names_intern(ring->source->names, name.release, strlen(name.release));
		info->arch =
			stlb_names_intern(ring->source->names, name.machine, strlen(name.machine));
	}
	for (unsigned int i = 0; i < options->nr_instances; i++) {
		const char *clock = read_clock(ring, options->instances[i], err);

		if (!clock)
			return -EIO;
		if (info->clock && strcmp(info->clock, clock))
			return stlb_error_set(err, -EINVAL,
					      "instances with the clocks %s and %s cannot be "
					      "merged in time order",
					      info->clock, clock);
		info->clock = clock;
	}
	return 0;
}

/* ---- CPUs ---- */

static int is_cpu(const struct dirent *entry)
{
	return !strncmp(entry->d_name, "cpu", 3) && entry->d_name[3] >= '0' &&
	       entry->d_name[3] <= '9';
}

static int add_cpu(struct stlb_ring *ring, unsigned int instance, const char *name)
{
	struct stlb_source_info *info = &ring->source->info;
	unsigned long number = strtoul(name + 3, NULL, 10);

	if (stlb_resize((void **)&ring->cpus, ring->nr_cpus + 1, sizeof(*ring->cpus)))
		return -ENOMEM;
	ring->cpus[ring->nr_cpus++] = (struct stlb_ring_cpu){
		.cpu = (uint32_t)number,
		.instance = instance,
		.stats = -1,
		.tid = -1,
	};
	if (number >= info->cpus && number < MAX_CPUS)
		info->cpus = (uint32_t)number + 1;
	return number < MAX_CPUS ? 0 : -E2BIG;
}

static int find_cpus(struct stlb_ring *ring, const char *instance, unsigned int index,
		     struct stlb_error *err)
{
	struct dirent **entries;
	char path[4096];
	int nr, ret = 0;

	snprintf(path, sizeof(path), "%s/instances/%s/per_cpu", ring->tracing, instance);
	nr = scandir(path, &entries, is_cpu, NULL);
	if (nr < 0)
		return stlb_error_set(err, -errno, "%s: %s", path, strerror(errno));
	for (int i = 0; i < nr; i++) {
		if (!ret)
			ret = add_cpu(ring, index, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return ret;
}

static uint32_t pages_per_cpu(const struct stlb_ring *ring)
{
	uint32_t pages = ALL_PAGES / (ring->nr_cpus ? ring->nr_cpus : 1);

	if (pages < MIN_PAGES)
		return MIN_PAGES;
	return pages > MAX_PAGES ? MAX_PAGES : pages;
}

static int open_cpus(struct stlb_ring *ring, const struct stlb_live_options *options,
		     struct stlb_error *err)
{
	char path[4096];
	int ret = 0;

	for (unsigned int i = 0; !ret && i < options->nr_instances; i++)
		ret = find_cpus(ring, options->instances[i], i, err);
	for (uint32_t i = 0; !ret && i < ring->nr_cpus; i++) {
		struct stlb_ring_cpu *cpu = &ring->cpus[i];

		snprintf(path, sizeof(path), "%s/instances/%s", ring->tracing,
			 options->instances[cpu->instance]);
		ret = stlb_ring_cpu_open(cpu, path, ring->page_size, pages_per_cpu(ring),
					 ring->long_size);
		if (ret)
			stlb_error_set(err, ret, "%s: the buffer of CPU %u cannot be opened: %s",
				       path, cpu->cpu, strerror(-ret));
	}
	return ret;
}

/* ---- all of it ---- */

static int open_ring(struct stlb_source *source, const struct stlb_live_options *options,
		     struct stlb_error *err)
{
	struct stlb_ring *ring = calloc(1, sizeof(*ring));
	int ret;

	if (!ring)
		return -ENOMEM;
	source->private = ring;
	source->ops = &stlb_ring_ops;
	ring->source = source;
	ring->page = options->page;
	ring->arg = options->arg;
	ring->delay = STLB_RING_FIRST_DELAY;
	ring->settled = options->settled ? options->settled : stlb_barrier_passed;
	ring->barrier = options->settled ? NULL : stlb_barrier_new(NULL);
	ring->settled_arg = options->settled ? options->arg : ring->barrier;
	ring->tracing = strdup(options->tracing);
	ring->proc = strdup(options->proc ? options->proc : "/proc");
	ring->by_id = calloc(STLB_EVENT_FORMAT_IDS, sizeof(*ring->by_id));
	if (!ring->tracing || !ring->proc || !ring->by_id || (!options->settled && !ring->barrier))
		return -ENOMEM;
	stlb_names_set_comm(source->names, 0, "<idle>");
	ret = add_formats(ring, options, err);
	if (!ret)
		ret = fill_info(ring, options, err);
	return ret ? ret : open_cpus(ring, options, err);
}

int stlb_live_open(const struct stlb_live_options *live, const struct stlb_source_options *options,
		   struct stlb_source **source, struct stlb_error *err)
{
	struct stlb_source *opened = stlb_source_new("live", options);
	struct stlb_error cause = {""};
	int ret = opened ? open_ring(opened, live, &cause) : -ENOMEM;

	*source = NULL;
	if (!ret) {
		*source = opened;
		return 0;
	}
	stlb_source_close(opened);
	return stlb_error_set(err, ret, "%s", cause.text[0] ? cause.text : strerror(-ret));
}

void stlb_ring_free(struct stlb_ring *ring)
{
	if (!ring)
		return;
	for (uint32_t i = 0; i < ring->nr_cpus; i++)
		stlb_ring_cpu_close(&ring->cpus[i]);
	stlb_barrier_free(ring->barrier);
	stlb_merge_free(&ring->merge);
	stlb_symbols_free(ring->symbols);
	free(ring->cpus);
	free(ring->by_id);
	free(ring->tracing);
	free(ring->proc);
	free(ring);
}
