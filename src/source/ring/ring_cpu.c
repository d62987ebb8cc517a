/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/ring/ring_cpu.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs.h>
#include <traceevent/kbuffer.h>
#include <unistd.h>

#include "source/ring_page.h"

enum { SPARE = 64 /* kbuffer reads a word or two after a page's end */ };

static int open_file(const struct stlb_ring_cpu *cpu, const char *folder, const char *name,
		     int flags)
{
	char *path;
	int fd;

	if (asprintf(&path, "%s/per_cpu/cpu%u/%s", folder, cpu->cpu, name) < 0)
		return -ENOMEM;
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	free(path);
	return fd;
}

int stlb_ring_cpu_open(struct stlb_ring_cpu *cpu, const char *folder, uint32_t page_size,
		       uint32_t pages, unsigned int long_size)
{
	int raw = open_file(cpu, folder, "trace_pipe_raw", O_RDONLY | O_NONBLOCK);

	cpu->stats = -1;
	if (raw < 0)
		return raw;
	cpu->reader = tracefs_cpu_alloc_fd(raw, (int)page_size, true);
	if (!cpu->reader) {
		close(raw);
		return -ENOMEM;
	}
	cpu->stats = open_file(cpu, folder, "stats", O_RDONLY);
	if (cpu->stats < 0)
		return cpu->stats;
	cpu->page_size = page_size;
	cpu->capacity = pages;
	cpu->long_size = long_size;
	cpu->pages = calloc(1, (size_t)pages * page_size + SPARE);
	cpu->kbuf = kbuffer_alloc(long_size == 4 ? KBUFFER_LSIZE_4 : KBUFFER_LSIZE_8,
				  KBUFFER_ENDIAN_SAME_AS_HOST);
	return cpu->pages && cpu->kbuf ? 0 : -ENOMEM;
}

void stlb_ring_cpu_close(struct stlb_ring_cpu *cpu)
{
	if (cpu->reader)
		tracefs_cpu_close(cpu->reader);
	if (cpu->reader && cpu->stats >= 0)
		close(cpu->stats);
	if (cpu->kbuf)
		kbuffer_free(cpu->kbuf);
	free(cpu->pages);
	*cpu = (struct stlb_ring_cpu){0};
}

bool stlb_ring_cpu_room(const struct stlb_ring_cpu *cpu)
{
	return cpu->nr < cpu->capacity;
}

static uint8_t *page_at(const struct stlb_ring_cpu *cpu, uint32_t index)
{
	return cpu->pages + (size_t)((cpu->first + index) % cpu->capacity) * cpu->page_size;
}

long stlb_ring_cpu_read(struct stlb_ring_cpu *cpu, const void **page)
{
	uint8_t *to = page_at(cpu, cpu->nr);
	int got;

	do {
		errno = 0;
		got = tracefs_cpu_read(cpu->reader, to, true);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN ? 0 : -(errno ? errno : EIO);
	if (got == 0)
		return 0;
	if ((uint32_t)got < cpu->page_size)
		memset(to + got, 0, cpu->page_size - (uint32_t)got);
	cpu->nr++;
	*page = to;
	return got;
}

/* ---- walking the pages ---- */

static void note_missed(struct stlb_ring_cpu *cpu, const struct stlb_ring_page *page)
{
	if (!page->has_missed && !page->damaged)
		return;
	cpu->losing = true;
	cpu->lost += page->missed;
	cpu->missed += page->missed;
	cpu->missed_uncounted |= !page->missed;
}

static void take(struct stlb_ring_cpu *cpu, void *data, unsigned long long stamp)
{
	cpu->data = data;
	cpu->size = (uint32_t)kbuffer_event_size(cpu->kbuf);
	if (stamp > cpu->ns)
		cpu->ns = stamp;
	cpu->started = true;
}

static bool load_page(struct stlb_ring_cpu *cpu)
{
	uint8_t *at = page_at(cpu, 0);
	struct stlb_ring_page page;
	unsigned long long stamp;
	void *data;

	stlb_page_check(at, cpu->page_size, cpu->long_size, &page);
	note_missed(cpu, &page);
	kbuffer_load_subbuffer(cpu->kbuf, at);
	cpu->loaded = true;
	data = kbuffer_read_event(cpu->kbuf, &stamp);
	if (data)
		take(cpu, data, stamp);
	return data != NULL;
}

static bool next_in_page(struct stlb_ring_cpu *cpu)
{
	unsigned long long stamp;
	void *data = kbuffer_next_event(cpu->kbuf, &stamp);

	if (data)
		take(cpu, data, stamp);
	return data != NULL;
}

bool stlb_ring_cpu_next(struct stlb_ring_cpu *cpu)
{
	cpu->data = NULL;
	while (cpu->nr) {
		if (cpu->loaded ? next_in_page(cpu) : load_page(cpu))
			return true;
		cpu->first = (cpu->first + 1) % cpu->capacity;
		cpu->nr--;
		cpu->loaded = false;
	}
	return false;
}

/* ---- statistics ---- */

static bool number_after(const char *text, const char *key, uint64_t *value)
{
	const char *line = strstr(text, key);

	if (!line)
		return false;
	*value = strtoull(line + strlen(key), NULL, 10);
	return true;
}

/* "now ts:  1469.014123" in seconds, or one number in whatever the clock counts. */
static uint64_t parse_now(const char *text)
{
	const char *line = strstr(text, "now ts:"), *point;
	uint64_t value;
	char *end;

	if (!line)
		return 0;
	value = strtoull(line + strlen("now ts:"), &end, 10);
	if (*end != '.')
		return value;
	point = end + 1;
	return value * UINT64_C(1000000000) + strtoull(point, NULL, 10) * 1000;
}

int stlb_ring_cpu_stats(const struct stlb_ring_cpu *cpu, struct stlb_ring_stats *stats)
{
	char text[1024];
	ssize_t got = pread(cpu->stats, text, sizeof(text) - 1, 0);

	*stats = (struct stlb_ring_stats){0};
	if (got < 0)
		return -errno;
	text[got] = '\0';
	number_after(text, "\noverrun:", &stats->overrun);
	number_after(text, "\ncommit overrun:", &stats->commit_overrun);
	number_after(text, "\ndropped events:", &stats->dropped);
	stats->now = parse_now(text);
	return 0;
}
