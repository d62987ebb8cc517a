/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tail of a trace.dat: options, the table of each instance's CPUs, and their pages. */
#include "source/tracedat/datwrite_internal.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "source/tracedat/tracedat.h"
#include "util/file.h"

enum { MAX_WORD = 128 };

static void put_option(struct stlb_dat_out *out, enum stlb_dat_option id, const void *data,
		       size_t size)
{
	stlb_dat_out_u16(out, (uint16_t)id);
	stlb_dat_out_u32(out, (uint32_t)size);
	stlb_dat_out_put(out, data, size);
}

static int put_text(struct stlb_dat_writer *writer, enum stlb_dat_option id, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int put_text(struct stlb_dat_writer *writer, enum stlb_dat_option id, const char *fmt, ...)
{
	va_list args;
	char *text;
	int length;

	va_start(args, fmt);
	length = vasprintf(&text, fmt, args);
	va_end(args);
	if (length < 0)
		return -ENOMEM;
	put_option(&writer->out, id, text, (size_t)length + 1);
	free(text);
	return 0;
}

/* What procfs says of the kernel, in one word; @fallback where it does not. */
static const char *kernel_word(const struct stlb_dat_writer *writer, const char *name,
			       const char *fallback, char word[MAX_WORD])
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/sys/kernel/%s", writer->proc_dir, name) >= PATH_MAX ||
	    stlb_file_head(path, word, MAX_WORD) || !*word)
		return fallback;
	word[strcspn(word, " \n")] = '\0';
	return word;
}

static int put_uname(struct stlb_dat_writer *writer)
{
	char type[MAX_WORD], host[MAX_WORD], release[MAX_WORD], arch[MAX_WORD];
	struct utsname name;

	if (uname(&name))
		return -errno;
	return put_text(writer, DAT_OPTION_UNAME, "%s %s %s %s",
			kernel_word(writer, "ostype", name.sysname, type),
			kernel_word(writer, "hostname", name.nodename, host),
			kernel_word(writer, "osrelease", name.release, release),
			kernel_word(writer, "arch", name.machine, arch));
}

/* The name of an instance comes before its statistics. */
static int put_stats(struct stlb_dat_writer *writer)
{
	int ret = 0;

	for (uint32_t i = 0; !ret && i < writer->nr_buffers; i++) {
		const struct stlb_dat_buffer *buffer = &writer->buffers[i];

		if (i)
			ret = put_text(writer, DAT_OPTION_CPUSTAT, "\nBuffer: %s\n\n",
				       buffer->name);
		for (uint32_t cpu = 0; !ret && cpu < buffer->nr_cpus; cpu++)
			if (buffer->cpus[cpu].stats)
				ret = put_text(writer, DAT_OPTION_CPUSTAT, "CPU: %u\n%s", cpu,
					       buffer->cpus[cpu].stats);
	}
	return ret;
}

static void put_buffers(struct stlb_dat_writer *writer)
{
	struct stlb_dat_out *out = &writer->out;

	for (uint32_t i = 1; i < writer->nr_buffers; i++) {
		struct stlb_dat_buffer *buffer = &writer->buffers[i];

		stlb_dat_out_u16(out, DAT_OPTION_BUFFER);
		stlb_dat_out_u32(out, (uint32_t)(8 + strlen(buffer->name) + 1));
		buffer->option_at = stlb_dat_out_at(out);
		stlb_dat_out_u64(out, 0);
		stlb_dat_out_string(out, buffer->name);
	}
}

static int put_options(struct stlb_dat_writer *writer, uint32_t cpus)
{
	int ret;

	stlb_dat_out_string(&writer->out, STLB_DAT_OPTIONS);
	ret = put_text(writer, DAT_OPTION_TRACECLOCK, "[%s]", writer->clock);
	if (!ret)
		ret = put_uname(writer);
	if (!ret)
		ret = put_stats(writer);
	put_option(&writer->out, DAT_OPTION_CPUCOUNT, &cpus, sizeof(cpus));
	put_buffers(writer);
	stlb_dat_out_u16(&writer->out, DAT_OPTION_DONE);
	return ret;
}

/* The option for the clock says that its name follows the table. */
static uint64_t table_size(const struct stlb_dat_writer *writer, uint32_t cpus)
{
	return strlen(STLB_DAT_PER_CPU) + 1 + (uint64_t)cpus * 16 + 8 + strlen(writer->clock);
}

/* Returns where the pages of the next instance begin. */
static uint64_t put_table(struct stlb_dat_writer *writer, const struct stlb_dat_buffer *buffer,
			  uint32_t cpus, uint64_t pages_at)
{
	struct stlb_dat_out *out = &writer->out;
	uint64_t at = stlb_dat_out_at(out);

	if (buffer->option_at)
		stlb_dat_out_patch(out, buffer->option_at, &at, sizeof(at));
	stlb_dat_out_string(out, STLB_DAT_PER_CPU);
	for (uint32_t cpu = 0; cpu < cpus; cpu++) {
		uint64_t size = cpu < buffer->nr_cpus ? buffer->cpus[cpu].size : 0;

		stlb_dat_out_u64(out, pages_at);
		stlb_dat_out_u64(out, size);
		pages_at += size;
	}
	stlb_dat_out_u64(out, strlen(writer->clock));
	stlb_dat_out_put(out, writer->clock, strlen(writer->clock));
	return pages_at;
}

/* Pages are at multiples of their size: readers map them. */
static void put_tables(struct stlb_dat_writer *writer, uint32_t cpus)
{
	uint64_t at = stlb_dat_out_at(&writer->out), page = writer->page_size, next;

	at += table_size(writer, cpus) * writer->nr_buffers;
	at += (page - at % page) % page;
	next = at;
	for (uint32_t i = 0; i < writer->nr_buffers; i++)
		next = put_table(writer, &writer->buffers[i], cpus, next);
	memset(writer->padded, 0, page);
	stlb_dat_out_put(&writer->out, writer->padded,
			 (size_t)(at - stlb_dat_out_at(&writer->out)));
}

/* A spool is given back as soon as it is copied: the disk need not hold all pages twice. */
static void put_pages(struct stlb_dat_writer *writer, struct stlb_dat_buffer *buffer)
{
	for (uint32_t cpu = 0; cpu < buffer->nr_cpus; cpu++) {
		struct stlb_dat_spool *spool = &buffer->cpus[cpu];

		if (spool->fd < 0)
			continue;
		stlb_dat_out_file(&writer->out, spool->fd, spool->size);
		close(spool->fd);
		spool->fd = -1;
	}
}

static uint32_t count_cpus(const struct stlb_dat_writer *writer)
{
	uint32_t nr = 1;

	for (uint32_t i = 0; i < writer->nr_buffers; i++)
		if (writer->buffers[i].nr_cpus > nr)
			nr = writer->buffers[i].nr_cpus;
	return nr;
}

int stlb_dat_writer_tail(struct stlb_dat_writer *writer, struct stlb_error *err)
{
	uint32_t cpus = count_cpus(writer);
	int ret;

	if ((uint64_t)cpus * writer->nr_buffers > STLB_DAT_MAX_AREAS)
		return stlb_error_set(err, -E2BIG, "%s: %u CPUs of %u instances are too many",
				      writer->out.path, cpus, writer->nr_buffers);
	stlb_dat_out_u32(&writer->out, cpus);
	ret = put_options(writer, cpus);
	if (ret)
		return stlb_error_set(err, ret, "%s: %s", writer->out.path, strerror(-ret));
	put_tables(writer, cpus);
	for (uint32_t i = 0; i < writer->nr_buffers; i++)
		put_pages(writer, &writer->buffers[i]);
	return stlb_dat_out_check(&writer->out, err);
}
