/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The formats of the tracepoints: laid out like a trace.dat of version 0.5 without its events. */
#include <errno.h>
#include <stdlib.h>
#include <traceevent/event-parse.h>

#include "source/perfdata/perf.h"
#include "source/perfdata/perf_layout.h"

enum { MAX_NAME = 256 };

static const char magic[10] = "\x17\x08\x44tracing";

struct text {
	struct stlb_source *source;
	struct tep_handle *tep;
	const uint8_t *at;
	size_t left;
	bool swap, failed;
};

static const void *take(struct text *text, uint64_t size)
{
	const uint8_t *here = text->at;

	if (text->failed || size > text->left) {
		text->failed = true;
		return NULL;
	}
	text->at += size;
	text->left -= size;
	return here;
}

static uint32_t take_u32(struct text *text)
{
	const uint8_t *at = take(text, 4);

	return at ? stlb_perf_u32(at, text->swap) : 0;
}

static uint64_t take_u64(struct text *text)
{
	const uint8_t *at = take(text, 8);

	return at ? stlb_perf_u64(at, text->swap) : 0;
}

/* A string with its NUL. */
static const char *take_string(struct text *text)
{
	const uint8_t *end = text->failed ? NULL : memchr(text->at, 0, text->left);

	return take(text, end ? (uint64_t)(end - text->at) + 1 : UINT64_MAX);
}

static void skip_header(struct text *text, const char *name)
{
	const char *found = take_string(text);

	if (!found || strcmp(found, name))
		text->failed = true;
	take(text, take_u64(text));
}

/* A format that does not parse leaves its events unknown; the others are not harmed. */
static int read_format(struct text *text, const char *system)
{
	struct stlb_perf *perf = text->source->private;
	uint64_t size = take_u64(text);
	const char *format_text = take(text, size);
	const struct stlb_format *format;
	int id, ret;

	if (!format_text)
		return -EINVAL;
	ret = stlb_event_format_add(text->source, text->tep, system, format_text, size, &id,
				    &format);
	if (format)
		perf->by_id[id] = format;
	else if (ret != -ENOMEM)
		ret = stlb_unknown_note(&perf->unreadable, text->source, system, format_text, size);
	return ret;
}

static int read_formats(struct text *text, const char *system)
{
	uint32_t nr = take_u32(text);
	int ret = text->failed ? -EINVAL : 0;

	for (uint32_t i = 0; !ret && i < nr; i++)
		ret = read_format(text, system);
	return ret;
}

static int read_systems(struct text *text)
{
	uint32_t nr = take_u32(text);
	int ret = text->failed ? -EINVAL : 0;

	for (uint32_t i = 0; !ret && i < nr; i++) {
		const char *system = take_string(text);

		ret = system && strlen(system) < MAX_NAME ? read_formats(text, system) : -EINVAL;
	}
	return ret;
}

/* Old files have the symbols here; today's have an empty table. */
static void read_kallsyms(struct text *text)
{
	struct stlb_perf *perf = text->source->private;
	uint32_t size = take_u32(text);

	perf->kallsyms = take(text, size);
	perf->kallsyms_size = perf->kallsyms ? size : 0;
}

static int read_all(struct text *text)
{
	const char *found = take(text, sizeof(magic));
	const uint8_t *sizes;
	int ret;

	if (!found || memcmp(found, magic, sizeof(magic)) || !take_string(text))
		return -EINVAL;
	sizes = take(text, 2 + 4); /* byte order, size of a long, size of a page */
	if (!sizes || (sizes[1] != 4 && sizes[1] != 8))
		return -EINVAL;
	tep_set_long_size(text->tep, sizes[1]);
	skip_header(text, "header_page");
	skip_header(text, "header_event");
	ret = read_formats(text, "ftrace");
	if (!ret)
		ret = read_systems(text);
	if (!ret)
		read_kallsyms(text);
	return ret;
}

int stlb_perf_tracing(struct stlb_source *source, const void *data, size_t size)
{
	struct stlb_perf *perf = source->private;
	struct text text = {.source = source, .at = data, .left = size, .swap = perf->swap};
	int ret;

	text.tep = tep_alloc();
	if (!text.tep)
		return -ENOMEM;
	tep_set_loglevel(TEP_LOG_NONE);
	ret = read_all(&text);
	tep_free(text.tep);
	return ret;
}
