/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The formats of a source: they stay where they are, since records point at them. */
#include "source/formats.h"

#include <stdlib.h>
#include <string.h>

#include "source/names.h"
#include "source/source_ops.h"
#include "util/grow.h"

enum { MAX_FORMATS = 1 << 16, MAX_FIELDS = 1024 };

struct stlb_formats {
	struct stlb_format **formats;
	uint32_t nr, capacity;
};

struct stlb_formats *stlb_formats_new(void)
{
	return calloc(1, sizeof(struct stlb_formats));
}

static bool make_room(struct stlb_formats *formats)
{
	return formats->nr < MAX_FORMATS &&
	       !stlb_grow((void **)&formats->formats, formats->nr, &formats->capacity,
			  sizeof(struct stlb_format *));
}

static const char *intern(struct stlb_source *source, const char *text)
{
	return stlb_names_intern(source->names, text, strlen(text));
}

static struct stlb_field *copy_fields(struct stlb_source *source, const struct stlb_field *fields,
				      uint32_t nr_fields)
{
	struct stlb_field *copy = calloc(nr_fields + 1, sizeof(*copy));

	if (!copy)
		return NULL;
	for (uint32_t i = 0; i < nr_fields; i++) {
		copy[i] = fields[i];
		copy[i].name = intern(source, fields[i].name);
		if (!copy[i].name) {
			free(copy);
			return NULL;
		}
	}
	return copy;
}

struct stlb_format *stlb_formats_add(struct stlb_source *source, const char *system,
				     const char *name, const struct stlb_field *fields,
				     uint32_t nr_fields)
{
	struct stlb_formats *formats = source->formats;
	struct stlb_format *format;

	if (nr_fields > MAX_FIELDS || !make_room(formats))
		return NULL;
	format = calloc(1, sizeof(*format));
	if (!format)
		return NULL;
	format->system = intern(source, system);
	format->name = intern(source, name);
	format->fields = copy_fields(source, fields, nr_fields);
	if (!format->system || !format->name || !format->fields) {
		free((void *)format->fields);
		free(format);
		return NULL;
	}
	format->nr_fields = nr_fields;
	format->index = formats->nr;
	formats->formats[formats->nr++] = format;
	format->wanted =
		!source->options.wanted || source->options.wanted(source->options.arg, format);
	return format;
}

uint32_t stlb_formats_nr(const struct stlb_formats *formats)
{
	return formats->nr;
}

const struct stlb_format *stlb_formats_get(const struct stlb_formats *formats, uint32_t index)
{
	return index < formats->nr ? formats->formats[index] : NULL;
}

void stlb_formats_free(struct stlb_formats *formats)
{
	if (!formats)
		return;
	for (uint32_t i = 0; i < formats->nr; i++) {
		free((void *)formats->formats[i]->fields);
		free(formats->formats[i]);
	}
	free(formats->formats);
	free(formats);
}
