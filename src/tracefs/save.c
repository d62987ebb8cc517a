/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a session records, as a trace.dat: each instance becomes one of the file. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/tracedat/datwrite.h"
#include "staletlb/session.h"
#include "tracefs/tracing.h"

enum { MAX_CPUS = 8192 };

struct stlb_save {
	const struct stlb_session *session;
	struct stlb_dat_writer *writer;
};

/* ---- opening ---- */

/* "local [global] counter": the one in brackets */
static int find_clock(const char *tracing, const char *instance, char *clock, size_t size,
		      struct stlb_error *err)
{
	char file[256], *text, *name;

	snprintf(file, sizeof(file), "instances/%s/trace_clock", instance);
	text = stlb_tracing_read(tracing, file);
	name = text ? strchr(text, '[') : NULL;
	snprintf(clock, size, "%.*s", name ? (int)strcspn(name + 1, "]") : 0, name ? name + 1 : "");
	free(text);
	return clock[0] ? 0 : stlb_error_set(err, -EIO, "%s/%s: names no clock", tracing, file);
}

static int add_instances(struct stlb_save *save, struct stlb_error *err)
{
	const char *tracing = stlb_session_tracing(save->session), *name;
	char clock[64];
	int ret = 0;

	for (unsigned int i = 0; !ret && (name = stlb_session_instance(save->session, i)); i++) {
		ret = find_clock(tracing, name, clock, sizeof(clock), err);
		if (!ret && stlb_dat_writer_instance(save->writer, name, clock, err) < 0)
			ret = -EIO;
	}
	return ret;
}

static int add_events(struct stlb_save *save, struct stlb_error *err)
{
	unsigned int nr;
	const struct stlb_live_event *events = stlb_session_events(save->session, &nr);
	int ret = 0;

	for (unsigned int i = 0; !ret && i < nr; i++)
		ret = stlb_dat_writer_event(save->writer, events[i].system, events[i].name, err);
	return ret;
}

int stlb_save_open(const char *path, const struct stlb_session *session, struct stlb_save **save,
		   struct stlb_error *err)
{
	struct stlb_save *new = calloc(1, sizeof(*new));
	int ret;

	*save = NULL;
	if (!new)
		return stlb_error_set(err, -ENOMEM, "%s: out of memory", path);
	new->session = session;
	ret = stlb_dat_writer_open(path, stlb_session_tracing(session), NULL, &new->writer, err);
	if (!ret)
		ret = add_instances(new, err);
	if (!ret)
		ret = add_events(new, err);
	if (ret) {
		stlb_save_close(new);
		return ret;
	}
	*save = new;
	return 0;
}

/* ---- filling ---- */

int stlb_save_page(void *save, unsigned int instance, uint32_t cpu, const void *page, size_t size,
		   struct stlb_error *err)
{
	struct stlb_save *to = save;

	return stlb_dat_writer_page(to->writer, instance, cpu, page, size, err);
}

/* A trace.dat has no place for returns that were missed: they are dropped events of some CPU. */
static char *add_missed(char *stats, uint64_t missed)
{
	char *line = missed ? strstr(stats, "dropped events:") : NULL, *text = NULL;
	uint64_t dropped;

	if (!line)
		return stats;
	dropped = strtoull(line + strlen("dropped events:"), NULL, 10);
	if (asprintf(&text, "%.*sdropped events: %" PRIu64 "%s", (int)(line - stats), stats,
		     dropped + missed, line + strcspn(line, "\n")) < 0)
		return stats;
	free(stats);
	return text;
}

static int save_stats(struct stlb_save *save, unsigned int instance, uint32_t cpu, uint64_t missed,
		      struct stlb_error *err)
{
	char file[256], *text;
	int ret;

	snprintf(file, sizeof(file), "instances/%s/per_cpu/cpu%u/stats",
		 stlb_session_instance(save->session, instance), cpu);
	text = stlb_tracing_read(stlb_session_tracing(save->session), file);
	if (!text)
		return -errno;
	text = add_missed(text, missed);
	ret = stlb_dat_writer_stats(save->writer, instance, cpu, text, err);
	free(text);
	return ret;
}

/* CPUs may be numbered with gaps: a file that is not there is no CPU. */
int stlb_save_rest(struct stlb_save *save, uint64_t missed, struct stlb_error *err)
{
	for (unsigned int i = 0; stlb_session_instance(save->session, i); i++) {
		for (uint32_t cpu = 0; cpu < MAX_CPUS; cpu++) {
			int ret = save_stats(save, i, cpu, i || cpu ? 0 : missed, err);

			if (ret && ret != -ENOENT)
				return ret;
		}
	}
	return stlb_dat_writer_metadata(save->writer, err);
}

int stlb_save_commit(struct stlb_save *save, struct stlb_error *err)
{
	return stlb_dat_writer_commit(save->writer, err);
}

void stlb_save_close(struct stlb_save *save)
{
	if (!save)
		return;
	stlb_dat_writer_close(save->writer);
	free(save);
}
