/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts what the ring buffers of instances hold into a trace.dat: the writer, and nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/tracedat/datwrite.h"

enum { MAX_CPUS = 8192, MAX_TEXT = 4096 };

struct recorder {
	struct stlb_dat_writer *writer;
	const char *tracing;
	struct stlb_error err;
	unsigned long pages;
};

static int open_of(const struct recorder *recorder, const char *instance, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/instances/%s/%s", recorder->tracing, instance, name);
	return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

static int read_text(const struct recorder *recorder, const char *instance, const char *name,
		     char text[MAX_TEXT])
{
	int fd = open_of(recorder, instance, name);
	ssize_t got = fd < 0 ? -1 : read(fd, text, MAX_TEXT - 1);
	int ret = got < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	text[got < 0 ? 0 : got] = '\0';
	return ret;
}

static int copy_pages(struct recorder *recorder, int index, unsigned int cpu, int fd)
{
	size_t size = stlb_dat_writer_page_size(recorder->writer);
	char *page = malloc(size);
	ssize_t got;
	int ret = page ? 0 : -ENOMEM;

	while (!ret && (got = read(fd, page, size)) > 0) {
		ret = stlb_dat_writer_page(recorder->writer, (unsigned int)index, cpu, page,
					   (size_t)got, &recorder->err);
		recorder->pages++;
	}
	free(page);
	return ret;
}

/* 1 where there is no such CPU. */
static int copy_cpu(struct recorder *recorder, const char *instance, int index, unsigned int cpu)
{
	char name[64], text[MAX_TEXT];
	int fd, ret;

	snprintf(name, sizeof(name), "per_cpu/cpu%u/trace_pipe_raw", cpu);
	fd = open_of(recorder, instance, name);
	if (fd < 0)
		return errno == ENOENT ? 1 : -errno;
	ret = copy_pages(recorder, index, cpu, fd);
	close(fd);
	snprintf(name, sizeof(name), "per_cpu/cpu%u/stats", cpu);
	if (!ret)
		ret = read_text(recorder, instance, name, text);
	return ret ? ret
		   : stlb_dat_writer_stats(recorder->writer, (unsigned int)index, cpu, text,
					   &recorder->err);
}

static int copy_instance(struct recorder *recorder, const char *instance)
{
	char text[MAX_TEXT], *clock, *end;
	int ret = read_text(recorder, instance, "trace_clock", text), index;

	clock = strchr(text, '[');
	end = clock ? strchr(clock, ']') : NULL;
	if (ret || !end)
		return ret ? ret : -EINVAL;
	*end = '\0';
	index = stlb_dat_writer_instance(recorder->writer, instance, clock + 1, &recorder->err);
	ret = index < 0 ? index : 0;
	for (unsigned int cpu = 0; !ret && cpu < MAX_CPUS; cpu++)
		ret = copy_cpu(recorder, instance, index, cpu);
	return ret < 0 ? ret : 0;
}

static int add_event(struct recorder *recorder, char *event)
{
	char *name = strchr(event, ':');

	if (!name)
		return -EINVAL;
	*name = '\0';
	return stlb_dat_writer_event(recorder->writer, event, name + 1, &recorder->err);
}

/* An event has a colon in it, an instance has none. */
static int record(struct recorder *recorder, const char *path, const char *proc, char **what)
{
	int ret = stlb_dat_writer_open(path, recorder->tracing, proc, &recorder->writer,
				       &recorder->err);

	for (; !ret && *what; what++)
		ret = strchr(*what, ':') ? add_event(recorder, *what)
					 : copy_instance(recorder, *what);
	return ret ? ret : stlb_dat_writer_commit(recorder->writer, &recorder->err);
}

int main(int argc, char **argv)
{
	struct recorder recorder = {0};
	int ret;

	if (argc < 5) {
		fprintf(stderr, "usage: %s FILE TRACING PROC INSTANCE|SYSTEM:EVENT...\n", argv[0]);
		return 2;
	}
	recorder.tracing = argv[2];
	ret = record(&recorder, argv[1], argv[3], argv + 4);
	stlb_dat_writer_close(recorder.writer);
	if (ret)
		fprintf(stderr, "%s\n", recorder.err.text[0] ? recorder.err.text : strerror(-ret));
	else
		printf("%lu\n", recorder.pages);
	return ret ? 1 : 0;
}
