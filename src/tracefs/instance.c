/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tracefs/instance.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/stat.h>

#include "tracefs/tracing.h"

enum { MAX_PATH = 4096, BUSY_TRIES = 50, BUSY_WAIT = 10 * 1000 * 1000 /* ns */ };

static int instance_path(char *path, size_t size, const char *tracing, const char *name)
{
	int length = snprintf(path, size, "%s/instances/%s", tracing, name);

	return length >= 0 && (size_t)length < size ? 0 : -ENAMETOOLONG;
}

int stlb_instance_write(const char *tracing, const char *name, const char *file, const char *text,
			struct stlb_error *err)
{
	char path[MAX_PATH];
	int ret = instance_path(path, sizeof(path), tracing, name);

	return ret ? ret : stlb_tracing_write(path, file, text, STLB_TRACING_REPLACE, err);
}

/* ---- making ---- */

static int set_buffer(const char *tracing, const char *name, uint64_t kb, struct stlb_error *err)
{
	char text[32];
	int ret;

	snprintf(text, sizeof(text), "%" PRIu64, kb);
	ret = stlb_instance_write(tracing, name, "buffer_size_kb", text, NULL);
	if (ret)
		return stlb_error_set(
			err, ret,
			"%s/instances/%s: a buffer of %" PRIu64
			" KiB for each CPU cannot be allocated: %s: use a smaller --buffer-size",
			tracing, name, kb, strerror(-ret));
	return 0;
}

static int set_clock(const char *tracing, const char *name, const char *clock,
		     struct stlb_error *err)
{
	char path[MAX_PATH], wanted[64], *text;
	int ret = stlb_instance_write(tracing, name, "trace_clock", clock, err);
	bool is_set;

	if (!ret)
		ret = instance_path(path, sizeof(path), tracing, name);
	if (ret)
		return ret;
	snprintf(wanted, sizeof(wanted), "[%s]", clock);
	text = stlb_tracing_read(path, "trace_clock");
	is_set = text && strstr(text, wanted);
	free(text);
	if (is_set)
		return 0;
	return stlb_error_set(err, -EIO, "%s/trace_clock: cannot be set to '%s'", path, clock);
}

/* An instance takes over the options of the top one: what others asked for there. */
static void set_options(const char *tracing, const char *name)
{
	stlb_instance_write(tracing, name, "options/overwrite", "1", NULL);
	stlb_instance_write(tracing, name, "options/stacktrace", "0", NULL);
	stlb_instance_write(tracing, name, "options/userstacktrace", "0", NULL);
	stlb_instance_write(tracing, name, "options/pause-on-trace", "0", NULL);
	stlb_instance_write(tracing, name, "options/record-cmd", "1", NULL);
}

int stlb_instance_make(const char *tracing, const char *name,
		       const struct stlb_instance_setup *setup, struct stlb_error *err)
{
	char path[MAX_PATH];
	int ret = instance_path(path, sizeof(path), tracing, name);

	if (!ret && mkdir(path, 0700))
		ret = -errno;
	if (ret)
		return stlb_error_set(err, ret, "%s: cannot be created: %s", path, strerror(-ret));
	ret = stlb_instance_write(tracing, name, "tracing_on", "0", err);
	if (!ret)
		ret = set_buffer(tracing, name, setup->buffer_kb, err);
	if (!ret)
		ret = set_clock(tracing, name, setup->clock, err);
	if (ret)
		stlb_instance_remove(tracing, name, NULL);
	else
		set_options(tracing, name);
	return ret;
}

/* ---- events ---- */

int stlb_instance_event(const char *tracing, const char *name, const char *system,
			const char *event, const char *filter, const char *trigger,
			struct stlb_error *err)
{
	char file[512];
	int ret = 0;

	snprintf(file, sizeof(file), "events/%s/%s/filter", system, event);
	if (filter)
		ret = stlb_instance_write(tracing, name, file, filter, err);
	snprintf(file, sizeof(file), "events/%s/%s/trigger", system, event);
	if (!ret && trigger)
		ret = stlb_instance_write(tracing, name, file, trigger, err);
	snprintf(file, sizeof(file), "events/%s/%s/enable", system, event);
	return ret ? ret : stlb_instance_write(tracing, name, file, "1", err);
}

int stlb_instance_tasks(const char *tracing, const char *name, const int32_t *tids, unsigned int nr,
			struct stlb_error *err)
{
	char text[16], path[MAX_PATH];
	int ret = stlb_instance_write(tracing, name, "options/event-fork", "1", err);

	if (!ret)
		ret = instance_path(path, sizeof(path), tracing, name);
	for (unsigned int i = 0; !ret && i < nr; i++) {
		snprintf(text, sizeof(text), "%d", tids[i]);
		ret = stlb_tracing_write(path, "set_event_pid", text, STLB_TRACING_ADD, err);
	}
	return ret;
}

/* ---- removing ---- */

int stlb_instance_remove(const char *tracing, const char *name, struct stlb_error *err)
{
	const struct timespec wait = {.tv_nsec = BUSY_WAIT};
	char path[MAX_PATH];
	int ret = instance_path(path, sizeof(path), tracing, name);

	if (ret)
		return ret;
	stlb_instance_write(tracing, name, "tracing_on", "0", NULL);
	stlb_instance_write(tracing, name, "events/enable", "0", NULL);
	ret = -EBUSY;
	for (int i = 0; ret == -EBUSY && i < BUSY_TRIES; i++) {
		if (i)
			nanosleep(&wait, NULL);
		ret = rmdir(path) ? -errno : 0;
	}
	if (!ret || ret == -ENOENT)
		return 0;
	return stlb_error_set(err, ret, "%s: cannot be removed: %s", path, strerror(-ret));
}
