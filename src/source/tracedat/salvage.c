/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Version 7 without its last options: the CPU tables are rebuilt from the data itself. */
#include <errno.h>
#include <string.h>

#include "source/tracedat/v7.h"

enum { CHUNK_HEADER = 8 };

static uint64_t page_align(const struct stlb_dat *dat, uint64_t at)
{
	return (at + dat->page_size - 1) / dat->page_size * dat->page_size;
}

/* The end of a CPU's chunks; past @end where they are cut. */
static uint64_t chunks_end(struct stlb_dat *dat, uint64_t at, uint64_t end)
{
	struct stlb_dat_reader reader;
	uint32_t chunks;

	stlb_dat_reader_file(&reader, dat->stream.fd, at, end);
	chunks = stlb_dat_u32(&reader);
	while (chunks && !reader.failed) {
		uint32_t packed = stlb_dat_u32(&reader);

		stlb_dat_skip(&reader, (uint64_t)packed + 4);
		chunks--;
	}
	at = reader.failed ? end + 1 : reader.at;
	stlb_dat_reader_free(&reader);
	return at;
}

/* The end of a CPU's pages: where time goes backwards the pages of another one begin. */
static uint64_t pages_end(struct stlb_dat *dat, uint64_t at, uint64_t end)
{
	uint64_t ns, last = 0;

	for (; at < end; at += dat->page_size) {
		if (end - at < sizeof(ns) ||
		    stlb_pread_all(dat->stream.fd, &ns, sizeof(ns), at) != sizeof(ns))
			return end;
		if (ns < last)
			return at;
		last = ns;
	}
	return end;
}

static int rebuild(struct stlb_dat *dat, const struct stlb_dat_section *section)
{
	uint64_t end = section->at + section->size, at = page_align(dat, section->at), to;
	struct stlb_dat_area area = {
		.instance = dat->nr_instances,
		.page_size = dat->page_size,
		.compressed = section->compressed,
	};
	bool cut = section->size > dat->size - section->at;
	int ret = 0;

	if (cut)
		end = dat->size;
	if (!stlb_dat_add_instance(dat, "", NULL, section->at))
		return -ENOMEM;
	for (; !ret && at < end; at = page_align(dat, to)) {
		to = area.compressed ? chunks_end(dat, at, end) : pages_end(dat, at, end);
		area.cut = cut && to >= end;
		area.offset = at;
		area.size = (to > end ? end : to) - at;
		ret = stlb_dat_add_area(dat, &area);
		area.cpu++;
	}
	/* CPUs that nothing is left of, where the file says how many there were */
	for (; !ret && cut && area.cpu < dat->source->info.cpus; area.cpu++) {
		area.offset = dat->size;
		area.size = 0;
		area.cut = true;
		ret = stlb_dat_add_area(dat, &area);
	}
	return ret;
}

static int take_section(struct stlb_dat *dat, const struct stlb_dat_section *section, uint64_t at)
{
	uint64_t next;
	int ret = 0;

	if (section->id >= DAT_OPTION_HEADER_INFO && section->id <= DAT_OPTION_CMDLINES)
		dat->sections[section->id] = at;
	else if (section->id == DAT_OPTION_DONE)
		ret = stlb_dat_options_section(dat, at, &next);
	else if (section->id == DAT_OPTION_BUFFER)
		ret = rebuild(dat, section);
	return ret == -EINVAL ? 0 : ret;
}

int stlb_dat_salvage(struct stlb_dat *dat, uint64_t at)
{
	struct stlb_dat_section section;
	int ret = 0;

	/* all of it anew: some may have been read before the end proved to be missing */
	memset(dat->sections, 0, sizeof(dat->sections));
	dat->nr_instances = dat->nr_areas = dat->nr_stats = 0;
	dat->stats_of = NULL;
	dat->stream.clock = (struct stlb_dat_clock){0};
	stlb_dat_cut(dat, "the end with the CPU table is missing: CPU numbers are assumed");
	dat->source->info.cpus_assumed = true;
	while (!ret && at < dat->size) {
		ret = stlb_dat_section(dat, at, &section);
		if (ret)
			return ret == -EINVAL ? 0 : ret;
		ret = take_section(dat, &section, at);
		if (section.size > dat->size - section.at)
			break;
		at = section.at + section.size;
	}
	return ret;
}
