/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/event_format.h"

#include <errno.h>
#include <traceevent/event-parse.h>

#include "source/format_check.h"
#include "source/formats.h"
#include "source/source_ops.h"

enum { MAX_FIELDS = 256 };

static enum stlb_field_type field_type(const struct tep_format_field *field)
{
	unsigned long flags = field->flags;

	if (flags & TEP_FIELD_IS_RELATIVE)
		return STLB_FIELD_OTHER;
	if ((flags & TEP_FIELD_IS_DYNAMIC) && (flags & TEP_FIELD_IS_STRING))
		return STLB_FIELD_DATA_LOC;
	if ((flags & TEP_FIELD_IS_ARRAY) && (flags & TEP_FIELD_IS_STRING))
		return STLB_FIELD_STRING;
	if (flags & (TEP_FIELD_IS_DYNAMIC | TEP_FIELD_IS_ARRAY))
		return STLB_FIELD_OTHER;
	if (field->size != 1 && field->size != 2 && field->size != 4 && field->size != 8)
		return STLB_FIELD_OTHER;
	return flags & TEP_FIELD_IS_SIGNED ? STLB_FIELD_SIGNED : STLB_FIELD_UNSIGNED;
}

static uint32_t copy_fields(const struct tep_event *event, struct stlb_field *fields)
{
	uint32_t nr = 0;

	for (struct tep_format_field *f = event->format.fields; f && nr < MAX_FIELDS; f = f->next) {
		if (!f->name || f->offset < 0 || f->size < 0)
			continue;
		fields[nr++] = (struct stlb_field){
			.name = f->name,
			.offset = (uint32_t)f->offset,
			.size = (uint32_t)f->size,
			.type = field_type(f),
		};
	}
	return nr;
}

int stlb_event_format_add(struct stlb_source *source, struct tep_handle *tep, const char *system,
			  const char *text, size_t size, int *id, const struct stlb_format **format)
{
	struct stlb_field fields[MAX_FIELDS];
	struct tep_event *event = NULL;
	enum tep_errno error;

	*id = -1;
	*format = NULL;
	if (!stlb_format_sound(text, size))
		return -EINVAL;
	error = tep_parse_format(tep, &event, text, stlb_format_fields_size(text, size), system);
	if (error == TEP_ERRNO__MEM_ALLOC_FAILED)
		return -ENOMEM;
	if (!event || !event->name || event->id < 0 || event->id >= STLB_EVENT_FORMAT_IDS)
		return 0;
	*id = event->id;
	*format = stlb_formats_add(source, system, event->name, fields, copy_fields(event, fields));
	return *format ? 0 : -ENOMEM;
}
