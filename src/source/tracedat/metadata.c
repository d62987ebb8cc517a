/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Event formats and the names of tasks, from the metadata of a trace.dat. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/event_format.h"
#include "source/names.h"
#include "source/tracedat/tracedat.h"

enum {
	MAX_FORMAT = 1024 * 1024, /* bytes of one format file */
	MAX_NAME = 256,
};

static int header_file(struct stlb_dat_reader *reader, const char *name, uint64_t *size)
{
	const char *found = stlb_dat_get(reader, strlen(name) + 1);

	if (!found || strcmp(found, name))
		return -EINVAL;
	*size = stlb_dat_u64(reader);
	return reader->failed || *size > MAX_FORMAT ? -EINVAL : 0;
}

int stlb_dat_header_info(struct stlb_dat *dat, struct stlb_dat_reader *reader)
{
	const char *text;
	uint64_t size;
	int long_size;

	if (header_file(reader, "header_page", &size))
		return -EINVAL;
	text = stlb_dat_get(reader, size);
	if (!text || tep_parse_header_page(dat->tep, (char *)text, size, 8))
		return -EINVAL;
	long_size = tep_get_header_page_size(dat->tep);
	if ((long_size != 4 && long_size != 8) || tep_get_header_timestamp_size(dat->tep) != 8)
		return -EINVAL;
	dat->stream.long_size = (unsigned int)long_size;
	tep_set_long_size(dat->tep, long_size);
	if (header_file(reader, "header_event", &size))
		return -EINVAL;
	stlb_dat_skip(reader, size);
	return reader->failed ? -EINVAL : 0;
}

/* A format that does not parse leaves its records unread; the others are not harmed. */
static int add_format(struct stlb_dat *dat, const char *system, const char *text, size_t size)
{
	const struct stlb_format *format;
	int id, ret = stlb_event_format_add(dat->source, dat->tep, system, text, size, &id,
					    &format);

	if (ret == -EINVAL || (!ret && !format))
		return stlb_unknown_note(&dat->unreadable, dat->source, system, text, size);
	if (!ret && format && !dat->by_id[id])
		dat->by_id[id] = format;
	return ret;
}

static int read_format(struct stlb_dat *dat, struct stlb_dat_reader *reader, const char *system)
{
	uint64_t size = stlb_dat_u64(reader);
	const char *text;

	if (size > MAX_FORMAT)
		return -EINVAL;
	text = stlb_dat_get(reader, size);
	return text ? add_format(dat, system, text, size) : -EINVAL;
}

static int read_formats(struct stlb_dat *dat, struct stlb_dat_reader *reader, const char *system)
{
	uint32_t nr = stlb_dat_u32(reader);
	int ret = reader->failed ? -EINVAL : 0;

	for (uint32_t i = 0; !ret && i < nr; i++)
		ret = read_format(dat, reader, system);
	return ret;
}

int stlb_dat_ftrace_formats(struct stlb_dat *dat, struct stlb_dat_reader *reader)
{
	return read_formats(dat, reader, "ftrace");
}

int stlb_dat_event_formats(struct stlb_dat *dat, struct stlb_dat_reader *reader)
{
	uint32_t nr = stlb_dat_u32(reader);
	int ret = reader->failed ? -EINVAL : 0;
	char system[MAX_NAME];

	for (uint32_t i = 0; !ret && i < nr; i++) {
		if (!stlb_dat_string(reader, system, sizeof(system)))
			return -EINVAL;
		ret = read_formats(dat, reader, system);
	}
	return ret;
}

static void read_cmdline(struct stlb_dat *dat, const char *line, size_t length)
{
	char text[MAX_NAME], *end;
	long tid;

	if (length >= sizeof(text))
		return;
	memcpy(text, line, length);
	text[length] = '\0';
	tid = strtol(text, &end, 10);
	if (end != text && *end == ' ' && end[1] && tid >= 0 && tid <= INT32_MAX)
		stlb_names_set_comm(dat->source->names, (int32_t)tid, end + 1);
}

int stlb_dat_cmdlines(struct stlb_dat *dat, struct stlb_dat_reader *reader)
{
	uint64_t size = stlb_dat_u64(reader);
	const char *text = stlb_dat_get(reader, size), *end;

	stlb_names_set_comm(dat->source->names, 0, "<idle>");
	if (!text)
		return -EINVAL;
	while (size) {
		size_t length = (end = memchr(text, '\n', size)) ? (size_t)(end - text) : size;

		read_cmdline(dat, text, length);
		text += length;
		size -= length;
		if (size) {
			text++;
			size--;
		}
	}
	return 0;
}
