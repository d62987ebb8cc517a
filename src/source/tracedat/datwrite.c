/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The writer of trace.dat from outside: what comes before it is written is kept here. */
#include "source/tracedat/datwrite_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/input/spool.h"
#include "source/tracedat/tracedat.h"
#include "util/grow.h"

/* Keep a failure, or tell the one that is kept. */
static int fail(struct stlb_dat_writer *writer, int code, struct stlb_error *err)
{
	writer->failed = code;
	return code ? stlb_error_set(err, code, "%s", writer->cause.text) : 0;
}

static int no_memory(struct stlb_dat_writer *writer)
{
	return stlb_error_set(&writer->cause, -ENOMEM, "%s: not enough memory", writer->out.path);
}

static int open_writer(struct stlb_dat_writer *writer, const char *path, const char *tracing_dir,
		       const char *proc_dir, struct stlb_error *err)
{
	int ret;

	writer->tracing_dir = strdup(tracing_dir);
	writer->proc_dir = strdup(proc_dir ? proc_dir : "/proc");
	if (!writer->tracing_dir || !writer->proc_dir)
		return stlb_error_set(err, -ENOMEM, "%s: not enough memory", path);
	ret = stlb_dat_writer_header(writer, err);
	if (ret)
		return ret;
	writer->padded = malloc(writer->page_size);
	if (!writer->padded)
		return stlb_error_set(err, -ENOMEM, "%s: not enough memory", path);
	return stlb_dat_out_open(&writer->out, path, err);
}

int stlb_dat_writer_open(const char *path, const char *tracing_dir, const char *proc_dir,
			 struct stlb_dat_writer **writer, struct stlb_error *err)
{
	int ret;

	*writer = calloc(1, sizeof(**writer));
	if (!*writer)
		return stlb_error_set(err, -ENOMEM, "%s: not enough memory", path);
	ret = open_writer(*writer, path, tracing_dir, proc_dir, err);
	if (ret) {
		stlb_dat_writer_close(*writer);
		*writer = NULL;
	}
	return ret;
}

uint32_t stlb_dat_writer_page_size(const struct stlb_dat_writer *writer)
{
	return writer->page_size;
}

/* Time stamps of different clocks cannot be put in one order. */
static int set_clock(struct stlb_dat_writer *writer, const char *name, const char *clock)
{
	if (writer->clock && strcmp(writer->clock, clock))
		return stlb_error_set(&writer->cause, -EINVAL,
				      "%s: instance %s uses the clock %s, another one %s: "
				      "set the same for all",
				      writer->out.path, name, clock, writer->clock);
	if (!writer->clock)
		writer->clock = strdup(clock);
	return writer->clock ? 0 : no_memory(writer);
}

static int add_buffer(struct stlb_dat_writer *writer, const char *name)
{
	struct stlb_dat_buffer *buffer;

	if (stlb_grow((void **)&writer->buffers, writer->nr_buffers, &writer->max_buffers,
		      sizeof(*writer->buffers)))
		return no_memory(writer);
	buffer = &writer->buffers[writer->nr_buffers];
	*buffer = (struct stlb_dat_buffer){.name = strdup(name)};
	if (!buffer->name)
		return no_memory(writer);
	writer->nr_buffers++;
	return 0;
}

int stlb_dat_writer_instance(struct stlb_dat_writer *writer, const char *name, const char *clock,
			     struct stlb_error *err)
{
	int ret = writer->failed;

	if (!ret)
		ret = set_clock(writer, name, clock);
	if (!ret)
		ret = add_buffer(writer, name);
	return ret ? fail(writer, ret, err) : (int)writer->nr_buffers - 1;
}

static bool has_event(const struct stlb_dat_writer *writer, const char *system, const char *name)
{
	for (uint32_t i = 0; i < writer->nr_events; i++)
		if (!strcmp(writer->events[i].name, name) &&
		    !strcmp(writer->events[i].system, system))
			return true;
	return false;
}

static int add_event(struct stlb_dat_writer *writer, const char *system, const char *name)
{
	struct stlb_dat_event *event;

	if (has_event(writer, system, name))
		return 0;
	if (stlb_grow((void **)&writer->events, writer->nr_events, &writer->max_events,
		      sizeof(*writer->events)))
		return no_memory(writer);
	event = &writer->events[writer->nr_events++];
	*event = (struct stlb_dat_event){.system = strdup(system), .name = strdup(name)};
	return event->system && event->name ? 0 : no_memory(writer);
}

int stlb_dat_writer_event(struct stlb_dat_writer *writer, const char *system, const char *name,
			  struct stlb_error *err)
{
	return fail(writer, writer->failed ? writer->failed : add_event(writer, system, name), err);
}

static int take_metadata(struct stlb_dat_writer *writer)
{
	if (writer->has_metadata)
		return stlb_error_set(&writer->cause, -EINVAL,
				      "%s: its metadata is already written", writer->out.path);
	writer->has_metadata = true;
	return stlb_dat_writer_head(writer, &writer->cause);
}

int stlb_dat_writer_metadata(struct stlb_dat_writer *writer, struct stlb_error *err)
{
	return fail(writer, writer->failed ? writer->failed : take_metadata(writer), err);
}

static int add_cpus(struct stlb_dat_buffer *buffer, uint32_t nr)
{
	if (stlb_resize((void **)&buffer->cpus, nr, sizeof(*buffer->cpus)))
		return -ENOMEM;
	while (buffer->nr_cpus < nr)
		buffer->cpus[buffer->nr_cpus++] = (struct stlb_dat_spool){.fd = -1};
	return 0;
}

static int find_spool(struct stlb_dat_writer *writer, unsigned int instance, uint32_t cpu,
		      struct stlb_dat_spool **spool)
{
	struct stlb_dat_buffer *buffer;

	if (writer->failed)
		return writer->failed;
	if (instance >= writer->nr_buffers || cpu >= STLB_DAT_MAX_AREAS)
		return stlb_error_set(&writer->cause, -EINVAL,
				      "%s: has no room for CPU %u of instance %u", writer->out.path,
				      cpu, instance);
	buffer = &writer->buffers[instance];
	if (cpu >= buffer->nr_cpus && add_cpus(buffer, cpu + 1))
		return no_memory(writer);
	*spool = &buffer->cpus[cpu];
	return 0;
}

static int spool_page(struct stlb_dat_writer *writer, struct stlb_dat_spool *spool,
		      const void *page, size_t size)
{
	int ret;

	if (size < writer->page_size) {
		memcpy(writer->padded, page, size);
		memset(writer->padded + size, 0, writer->page_size - size);
		page = writer->padded;
	}
	if (spool->fd < 0)
		spool->fd = stlb_dat_out_unnamed(&writer->out);
	ret = spool->fd < 0 ? spool->fd : stlb_write_all(spool->fd, page, writer->page_size);
	spool->size += writer->page_size;
	return ret ? stlb_dat_out_error(&writer->out, ret, &writer->cause) : 0;
}

int stlb_dat_writer_page(struct stlb_dat_writer *writer, unsigned int instance, uint32_t cpu,
			 const void *page, size_t size, struct stlb_error *err)
{
	struct stlb_dat_spool *spool;
	int ret = find_spool(writer, instance, cpu, &spool);

	if (!ret && (size < writer->header_size || size > writer->page_size))
		ret = stlb_error_set(&writer->cause, -EINVAL,
				     "%s: a page of %zu bytes, where the ring buffers have %u: set "
				     "buffer_subbuf_size_kb of the instance to its default",
				     writer->out.path, size, writer->page_size);
	return fail(writer, ret ? ret : spool_page(writer, spool, page, size), err);
}

int stlb_dat_writer_stats(struct stlb_dat_writer *writer, unsigned int instance, uint32_t cpu,
			  const char *text, struct stlb_error *err)
{
	struct stlb_dat_spool *spool;
	int ret = find_spool(writer, instance, cpu, &spool);

	if (!ret) {
		free(spool->stats);
		spool->stats = strdup(text);
		ret = spool->stats ? 0 : no_memory(writer);
	}
	return fail(writer, ret, err);
}

static int commit(struct stlb_dat_writer *writer)
{
	int ret = 0;

	if (writer->committed || !writer->nr_buffers)
		return stlb_error_set(&writer->cause, -EINVAL, "%s: %s", writer->out.path,
				      writer->committed ? "is already written"
							: "has no instance to write");
	if (!writer->has_metadata)
		ret = take_metadata(writer);
	if (!ret)
		ret = stlb_dat_writer_tail(writer, &writer->cause);
	if (!ret)
		ret = stlb_dat_out_commit(&writer->out, &writer->cause);
	writer->committed = !ret;
	return ret;
}

int stlb_dat_writer_commit(struct stlb_dat_writer *writer, struct stlb_error *err)
{
	return fail(writer, writer->failed ? writer->failed : commit(writer), err);
}

static void free_buffer(struct stlb_dat_buffer *buffer)
{
	for (uint32_t i = 0; i < buffer->nr_cpus; i++) {
		if (buffer->cpus[i].fd >= 0)
			close(buffer->cpus[i].fd);
		free(buffer->cpus[i].stats);
	}
	free(buffer->cpus);
	free(buffer->name);
}

void stlb_dat_writer_close(struct stlb_dat_writer *writer)
{
	if (!writer)
		return;
	for (uint32_t i = 0; i < writer->nr_buffers; i++)
		free_buffer(&writer->buffers[i]);
	for (uint32_t i = 0; i < writer->nr_events; i++) {
		free(writer->events[i].system);
		free(writer->events[i].name);
	}
	stlb_dat_out_close(&writer->out);
	free(writer->buffers);
	free(writer->events);
	free(writer->padded);
	free(writer->clock);
	free(writer->tracing_dir);
	free(writer->proc_dir);
	free(writer);
}
