/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The layout of trace.dat version 7: sections in any order, found through the options, the CPU
 * tables in the last options of the file.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/tracedat/tracedat.h"
#include "source/tracedat/v7.h"

enum {
	HEADER_SIZE = 16,
	MAX_SECTIONS = 4096,
	MAX_OPTION = 1024 * 1024,
	MAX_RATIO = 1024,
	CHUNK_COUNT = 4
};

int stlb_dat_section(struct stlb_dat *dat, uint64_t offset, struct stlb_dat_section *section)
{
	uint8_t head[HEADER_SIZE];
	uint16_t words[2];

	if (offset > dat->size ||
	    stlb_pread_all(dat->stream.fd, head, sizeof(head), offset) != (int64_t)sizeof(head))
		return -EINVAL;
	memcpy(words, head, sizeof(words));
	memcpy(&section->size, head + 8, sizeof(section->size)); /* after its description */
	section->id = words[0];
	section->compressed = words[1] & 1;
	section->at = offset + HEADER_SIZE;
	if (!section->compressed || dat->stream.codec)
		return 0;
	stlb_dat_cut(dat,
		     "the section at byte %llu is compressed, but the header says that none is",
		     (unsigned long long)offset);
	return -EBADMSG;
}

static int open_compressed(struct stlb_dat *dat, struct stlb_dat_reader *reader)
{
	uint32_t packed = stlb_dat_u32(reader), size = stlb_dat_u32(reader);
	const void *data = stlb_dat_get(reader, packed);
	void *plain;
	int ret;

	if (!data || !dat->stream.codec || size > STLB_DAT_MAX_ITEM ||
	    size > (uint64_t)packed * MAX_RATIO + HEADER_SIZE)
		return -EINVAL;
	plain = malloc(size ? size : 1);
	if (!plain)
		return -ENOMEM;
	ret = stlb_dat_codec_decompress(dat->stream.codec, plain, size, data, packed);
	if (ret) {
		free(plain);
		return ret;
	}
	stlb_dat_reader_free(reader);
	stlb_dat_reader_memory(reader, plain, size);
	return 0;
}

int stlb_dat_open_section(struct stlb_dat *dat, uint64_t offset, unsigned int id,
			  struct stlb_dat_reader *reader)
{
	struct stlb_dat_section section;
	int ret;

	stlb_dat_reader_memory(reader, NULL, 0);
	ret = stlb_dat_section(dat, offset, &section);
	if (ret)
		return ret;
	if (section.id != id || section.size > dat->size - section.at)
		return -EINVAL;
	stlb_dat_reader_file(reader, dat->stream.fd, section.at, section.at + section.size);
	if (section.compressed)
		ret = open_compressed(dat, reader);
	if (ret)
		stlb_dat_reader_free(reader);
	return ret;
}

/* The CPU table of a buffer instance. */
static int read_buffer(struct stlb_dat *dat, struct stlb_dat_reader *option)
{
	struct stlb_dat_area area = {.instance = dat->nr_instances};
	uint64_t offset = stlb_dat_u64(option);
	struct stlb_dat_section section;
	char name[256], clock[64];
	struct stlb_dat_instance *instance;
	uint32_t cpus;
	int ret;

	stlb_dat_string(option, name, sizeof(name));
	stlb_dat_string(option, clock, sizeof(clock));
	area.page_size = stlb_dat_u32(option);
	cpus = stlb_dat_u32(option);
	if (option->failed)
		return -EINVAL;
	ret = stlb_dat_section(dat, offset, &section);
	if (ret == -EBADMSG)
		return ret;
	area.compressed = ret ? dat->stream.codec != NULL : section.compressed;
	instance = stlb_dat_add_instance(dat, name, clock, offset);
	if (!instance)
		return -ENOMEM;
	if (!ret && section.size <= dat->size - section.at) {
		instance->from = section.at;
		instance->to = section.at + section.size;
	}
	ret = 0;
	for (uint32_t i = 0; !ret && i < cpus; i++) {
		area.cpu = stlb_dat_u32(option);
		area.offset = stlb_dat_u64(option);
		area.size = stlb_dat_u64(option);
		if (area.compressed && area.size && area.size <= dat->size)
			area.size += CHUNK_COUNT; /* which the table leaves out */
		ret = option->failed ? -EINVAL : stlb_dat_add_area(dat, &area);
	}
	return ret;
}

static int take_option(struct stlb_dat *dat, unsigned int id, const void *data, uint32_t size)
{
	struct stlb_dat_reader option;
	void *copy;
	int ret;

	if (id >= DAT_OPTION_HEADER_INFO && id < DAT_OPTION_BUFFER_TEXT && size >= 8)
		memcpy(&dat->sections[id], data, 8);
	if (id == DAT_OPTION_BUFFER_TEXT)
		return -EOPNOTSUPP;
	if (id != DAT_OPTION_BUFFER)
		return stlb_dat_option(dat, id, data, size);
	copy = malloc(size + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, data, size);
	stlb_dat_reader_memory(&option, copy, size);
	ret = read_buffer(dat, &option);
	stlb_dat_reader_free(&option);
	return ret;
}

int stlb_dat_options_section(struct stlb_dat *dat, uint64_t offset, uint64_t *next)
{
	struct stlb_dat_reader reader;
	int ret = stlb_dat_open_section(dat, offset, DAT_OPTION_DONE, &reader);

	*next = 0;
	while (!ret) {
		unsigned int id = stlb_dat_u16(&reader);
		uint32_t size = stlb_dat_u32(&reader);
		const void *data = size > MAX_OPTION ? NULL : stlb_dat_get(&reader, size);

		if (!data || reader.failed) {
			ret = -EINVAL;
			break;
		}
		if (id == DAT_OPTION_DONE) {
			if (size >= 8)
				memcpy(next, data, 8);
			break;
		}
		ret = take_option(dat, id, data, size);
	}
	stlb_dat_reader_free(&reader);
	return ret;
}

/*
 * Follow the chain of options, which are appended, and so lead forward; 0 where it is whole,
 * -EINVAL where it breaks, or before it tells of a buffer.
 */
static int read_chain(struct stlb_dat *dat, uint64_t at)
{
	int ret = at ? 0 : -EINVAL;

	while (!ret && at) {
		uint64_t here = at;

		ret = stlb_dat_options_section(dat, here, &at);
		if (!ret && at && at <= here)
			ret = -EINVAL;
	}
	return !ret && !dat->nr_instances ? -EINVAL : ret;
}

static bool is_named(const struct stlb_dat *dat, uint64_t offset)
{
	for (uint32_t i = 0; i < dat->nr_instances; i++)
		if (dat->instances[i].offset == offset)
			return true;
	return false;
}

/* The sections follow each other, so that buffers are found that no option tells of. */
static void find_unnamed(struct stlb_dat *dat, uint64_t at)
{
	struct stlb_dat_section section;

	for (int i = 0; i < MAX_SECTIONS && at < dat->size; i++) {
		if (stlb_dat_section(dat, at, &section) || section.size > dat->size - section.at)
			return;
		if (section.id == DAT_OPTION_BUFFER && !is_named(dat, at))
			stlb_dat_miss(dat, "the CPU table of the buffer at byte %llu is missing",
				      (unsigned long long)at);
		at = section.at + section.size;
	}
}

static int read_section(struct stlb_dat *dat, unsigned int id,
			int (*read)(struct stlb_dat *dat, struct stlb_dat_reader *reader))
{
	struct stlb_dat_reader reader;
	int ret;

	if (!dat->sections[id])
		return -EINVAL;
	ret = stlb_dat_open_section(dat, dat->sections[id], id, &reader);
	if (!ret)
		ret = read(dat, &reader);
	stlb_dat_reader_free(&reader);
	return ret;
}

static int read_formats(struct stlb_dat *dat)
{
	int ret = read_section(dat, DAT_OPTION_HEADER_INFO, stlb_dat_header_info);

	if (!ret && dat->sections[DAT_OPTION_FTRACE_EVENTS])
		ret = read_section(dat, DAT_OPTION_FTRACE_EVENTS, stlb_dat_ftrace_formats);
	if (!ret)
		ret = read_section(dat, DAT_OPTION_EVENT_FORMATS, stlb_dat_event_formats);
	return ret;
}

static int read_head(struct stlb_dat *dat, uint64_t *at, uint64_t *options, struct stlb_error *err)
{
	struct stlb_dat_reader reader;
	char name[32], version[32];
	int ret = 0;

	stlb_dat_reader_file(&reader, dat->stream.fd, *at, dat->size);
	if (stlb_dat_string(&reader, name, sizeof(name)))
		stlb_dat_string(&reader, version, sizeof(version));
	*options = stlb_dat_u64(&reader);
	*at = reader.at;
	if (reader.failed)
		ret = stlb_error_set(err, -EINVAL,
				     "%s: truncated in its header: record or copy it again",
				     dat->source->info.path);
	stlb_dat_reader_free(&reader);
	if (ret)
		return ret;
	dat->compression = stlb_dat_text(dat, name, strlen(name));
	if (!strcmp(name, "none"))
		return 0;
	ret = stlb_dat_codec_new(name, &dat->stream.codec);
	if (ret == -EOPNOTSUPP)
		return stlb_error_set(err, -EINVAL,
				      "%s: compressed with %s, which is not supported: rewrite it "
				      "with trace-cmd convert --compression zstd",
				      dat->source->info.path, name);
	return ret;
}

int stlb_dat_read_v7(struct stlb_dat *dat, uint64_t at, struct stlb_error *err)
{
	uint64_t options;
	int ret = read_head(dat, &at, &options, err);

	if (ret)
		return ret;
	ret = read_chain(dat, options);
	if (!ret)
		find_unnamed(dat, at);
	if (ret == -EINVAL)
		ret = stlb_dat_salvage(dat, at);
	if (!ret)
		ret = read_formats(dat);
	if (ret == -EBADMSG)
		return stlb_error_set(err, -EINVAL, "%s: %s: record or copy it again",
				      dat->source->info.path, dat->source->info.cut);
	if (ret == -EINVAL)
		return stlb_error_set(err, ret,
				      "%s: truncated or damaged before the event formats are "
				      "complete: record or copy it again",
				      dat->source->info.path);
	if (!ret && dat->sections[DAT_OPTION_CMDLINES] &&
	    read_section(dat, DAT_OPTION_CMDLINES, stlb_dat_cmdlines))
		stlb_dat_cut(dat, "the names of the tasks cannot be read");
	return ret;
}
