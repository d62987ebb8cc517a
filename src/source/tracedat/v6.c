/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The layout of trace.dat version 6: everything in one fixed order, the CPU table last. */
#include <errno.h>
#include <string.h>

#include "source/tracedat/tracedat.h"

enum { TYPE_SIZE = 10, MAX_OPTION = 1024 * 1024 };

struct v6 {
	struct stlb_dat *dat;
	struct stlb_dat_reader reader;
	uint32_t cpus;
};

static int read_option(struct v6 *v6, unsigned int id, uint32_t size)
{
	const char *data;
	uint64_t offset;

	if (size > MAX_OPTION) {
		stlb_dat_skip(&v6->reader, size);
		return 0;
	}
	data = stlb_dat_get(&v6->reader, size);
	if (!data)
		return -EINVAL;
	if (id == DAT_OPTION_CPUCOUNT && size >= 4)
		memcpy(&v6->cpus, data, 4);
	if (id != DAT_OPTION_BUFFER || size < 8)
		return stlb_dat_option(v6->dat, id, data, size);
	memcpy(&offset, data, 8);
	data = stlb_dat_text(v6->dat, data + 8, size - 8);
	if (!data || !*data) /* the top instance has its table in the usual place */
		return 0;
	return stlb_dat_add_instance(v6->dat, data, NULL, offset) ? 0 : -ENOMEM;
}

static int read_options(struct v6 *v6)
{
	unsigned int id;
	uint32_t size;
	int ret = 0;

	while (!ret && (id = stlb_dat_u16(&v6->reader))) {
		size = stlb_dat_u32(&v6->reader);
		ret = read_option(v6, id, size);
	}
	return ret ? ret : v6->reader.failed ? -EINVAL : 0;
}

/* Those of all instances lie between the first table and the end, and the other tables too. */
static void place_pages(struct stlb_dat *dat, uint32_t instance, uint64_t end_of_table)
{
	dat->instances[instance].from = instance ? 0 : end_of_table;
	dat->instances[instance].to = instance ? end_of_table : dat->size;
}

static int read_table(struct v6 *v6, uint32_t instance)
{
	struct stlb_dat_area area = {.instance = instance, .page_size = v6->dat->page_size};
	int ret = 0;

	for (uint32_t cpu = 0; !ret && cpu < v6->cpus; cpu++) {
		area.cpu = cpu;
		area.offset = stlb_dat_u64(&v6->reader);
		area.size = stlb_dat_u64(&v6->reader);
		ret = v6->reader.failed ? -EINVAL : stlb_dat_add_area(v6->dat, &area);
	}
	if (!ret)
		place_pages(v6->dat, instance, v6->reader.at);
	return ret;
}

static int read_buffer(struct v6 *v6, uint32_t instance)
{
	const char *type = stlb_dat_get(&v6->reader, TYPE_SIZE);
	int ret;

	if (type && !memcmp(type, STLB_DAT_OPTIONS, TYPE_SIZE)) {
		ret = read_options(v6);
		if (ret)
			return ret;
		type = stlb_dat_get(&v6->reader, TYPE_SIZE);
	}
	if (!type)
		return -EINVAL;
	if (!memcmp(type, STLB_DAT_PER_CPU, TYPE_SIZE))
		return read_table(v6, instance);
	return memcmp(type, STLB_DAT_LATENCY, TYPE_SIZE) ? -EINVAL : -EOPNOTSUPP;
}

static int read_formats(struct v6 *v6)
{
	int ret = stlb_dat_header_info(v6->dat, &v6->reader);

	if (!ret)
		ret = stlb_dat_ftrace_formats(v6->dat, &v6->reader);
	return ret ? ret : stlb_dat_event_formats(v6->dat, &v6->reader);
}

static int read_rest(struct v6 *v6)
{
	v6->dat->sections[DAT_OPTION_KALLSYMS] = v6->reader.at;
	stlb_dat_skip(&v6->reader, stlb_dat_u32(&v6->reader));
	stlb_dat_skip(&v6->reader, stlb_dat_u32(&v6->reader)); /* printk formats */
	if (stlb_dat_cmdlines(v6->dat, &v6->reader))
		return -EINVAL;
	v6->cpus = v6->dat->source->info.cpus = stlb_dat_u32(&v6->reader);
	return read_buffer(v6, 0);
}

/* The table of an instance that the file breaks off before is missing, not a failure. */
static int read_instances(struct v6 *v6)
{
	struct stlb_dat *dat = v6->dat;
	int ret = 0;

	for (uint32_t i = 1; !ret && i < dat->nr_instances; i++) {
		v6->reader.failed = dat->instances[i].offset > dat->size;
		v6->reader.at = v6->reader.failed ? dat->size : dat->instances[i].offset;
		v6->cpus = dat->source->info.cpus;
		ret = read_buffer(v6, i);
		if (ret == -EINVAL) {
			stlb_dat_miss(dat, "the CPU table of buffer instance %s is missing",
				      dat->instances[i].name);
			ret = 0;
		}
	}
	return ret;
}

int stlb_dat_read_v6(struct stlb_dat *dat, uint64_t at, struct stlb_error *err)
{
	const char *path = dat->source->info.path;
	struct v6 v6 = {.dat = dat};
	int ret = stlb_dat_add_instance(dat, "", NULL, 0) ? 0 : -ENOMEM;

	stlb_dat_reader_file(&v6.reader, dat->stream.fd, at, dat->size);
	if (!ret)
		ret = read_formats(&v6);
	if (ret == -EINVAL)
		ret = stlb_error_set(err, ret,
				     "%s: truncated or damaged at byte %llu, before the event "
				     "formats are complete: record or copy it again",
				     path, (unsigned long long)v6.reader.at);
	else if (!ret)
		ret = read_rest(&v6);
	if (ret == -EINVAL && dat->by_id && !(err && err->text[0])) {
		stlb_dat_cut(dat, "is truncated before the CPU table: no events can be read");
		ret = 0;
	}
	if (!ret)
		ret = read_instances(&v6);
	stlb_dat_reader_free(&v6.reader);
	return ret;
}
