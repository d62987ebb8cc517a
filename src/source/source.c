/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public face of the sources: which format a file is of, and the way to that format's code. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "source/formats.h"
#include "source/input/input.h"
#include "source/names.h"
#include "source/source_ops.h"
#include "source/symbols.h"

enum { HEAD_SIZE = 4096, MAX_PATH = 4096 };

static const struct stlb_source_ops *const all_ops[] = {&stlb_tracedat_ops, &stlb_perf_ops,
							&stlb_text_ops};

struct stlb_source *stlb_source_new(const char *path, const struct stlb_source_options *options)
{
	struct stlb_source *source = calloc(1, sizeof(*source));

	if (!source)
		return NULL;
	if (options)
		source->options = *options;
	source->formats = stlb_formats_new();
	source->names = stlb_names_new();
	if (source->formats && source->names)
		source->info.path = stlb_names_intern(source->names, path, strlen(path));
	if (!source->info.path) {
		stlb_source_close(source);
		return NULL;
	}
	return source;
}

static int refuse(const struct stlb_source *source, const struct stlb_input *input, size_t size,
		  struct stlb_error *err)
{
	const char *what = size ? "not a trace of a known format" : "the file is empty";

	if (!size && stlb_input_cut(input))
		return stlb_error_set(err, -EINVAL,
				      "%s: the file is truncated before any event: copy it again",
				      source->info.path);
	return stlb_error_set(err, -EINVAL,
			      "%s: %s: expected a trace.dat of trace-cmd, a perf.data of perf "
			      "record, or the text of ftrace or perf script",
			      source->info.path, what);
}

static int open_format(struct stlb_source *source, struct stlb_input *input, struct stlb_error *err)
{
	const void *head;
	ssize_t size = stlb_input_peek(input, &head, HEAD_SIZE, err);
	int ret;

	for (size_t i = 0; size >= 0 && i < sizeof(all_ops) / sizeof(all_ops[0]); i++) {
		if (!all_ops[i]->probe(head, (size_t)size))
			continue;
		source->ops = all_ops[i];
		return source->ops->open(source, input, err);
	}
	ret = size < 0 ? (int)size : refuse(source, input, (size_t)size, err);
	stlb_input_close(input);
	return ret;
}

/* perf record --threads makes a directory, in which "data" says what the rest is. */
static int open_input(const char *path, struct stlb_input **input, struct stlb_error *err)
{
	char inside[MAX_PATH];
	struct stat st;

	if (strcmp(path, "-") && !stat(path, &st) && S_ISDIR(st.st_mode) &&
	    snprintf(inside, sizeof(inside), "%s/data", path) < MAX_PATH && !stat(inside, &st) &&
	    S_ISREG(st.st_mode))
		path = inside;
	return stlb_input_open(path, input, err);
}

int stlb_source_open(const char *path, const struct stlb_source_options *options,
		     struct stlb_source **source, struct stlb_error *err)
{
	struct stlb_source *opened = stlb_source_new(path, options);
	struct stlb_input *input;
	int ret;

	*source = NULL;
	if (!opened)
		return stlb_error_set(err, -ENOMEM, "%s: not enough memory to open it", path);
	ret = open_input(path, &input, err);
	if (!ret)
		ret = open_format(opened, input, err);
	if (ret) {
		stlb_source_close(opened);
		return ret;
	}
	*source = opened;
	return 0;
}

int stlb_source_next(struct stlb_source *source, struct stlb_record *record, struct stlb_error *err)
{
	return source->ops->next(source, record, err);
}

const struct stlb_source_info *stlb_source_info(const struct stlb_source *source)
{
	return &source->info;
}

uint32_t stlb_source_nr_formats(const struct stlb_source *source)
{
	return stlb_formats_nr(source->formats);
}

const struct stlb_format *stlb_source_format(const struct stlb_source *source, uint32_t index)
{
	return stlb_formats_get(source->formats, index);
}

const char *stlb_source_comm(const struct stlb_source *source, int32_t tid)
{
	return stlb_names_comm(source->names, tid);
}

const char *stlb_source_symbol(struct stlb_source *source, uint64_t address, uint64_t *offset)
{
	uint64_t unused;
	const char *name;

	offset = offset ? offset : &unused;
	name = stlb_is_stand_in(address)
		       ? NULL
		       : stlb_symbols_find(source->options.symbols, address, offset);
	if (name)
		return name;
	return source->ops->symbol ? source->ops->symbol(source, address, offset) : NULL;
}

void stlb_source_close(struct stlb_source *source)
{
	if (!source)
		return;
	if (source->ops)
		source->ops->close(source);
	stlb_formats_free(source->formats);
	stlb_names_free(source->names);
	free(source);
}
