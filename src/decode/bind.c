/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Applying a row of a profile to a format: done once for each format, so nothing here is hot.
 */
#include <errno.h>
#include <string.h>

#include "binding.h"

static const struct stlb_field *field_named(const struct stlb_format *format, const char *name,
					    size_t length)
{
	for (uint32_t i = 0; i < format->nr_fields; i++) {
		const char *candidate = format->fields[i].name;

		if (strncmp(candidate, name, length) == 0 && candidate[length] == '\0')
			return &format->fields[i];
	}
	return NULL;
}

static const struct stlb_field *find_field(const struct stlb_format *format, const char *from)
{
	const struct stlb_field *field;

	for (;;) {
		size_t length = strcspn(from, "|");

		field = field_named(format, from, length);
		if (field || from[length] == '\0')
			return field;
		from += length + 1;
	}
}

static bool number_load(const struct stlb_field *field, struct stlb_load *load)
{
	bool is_signed = field->type == STLB_FIELD_SIGNED;

	if (field->type != STLB_FIELD_UNSIGNED && !is_signed)
		return false;
	load->offset = field->offset;
	switch (field->size) {
	case 8:
		load->how = STLB_U64;
		return true;
	case 4:
		load->how = is_signed ? STLB_S32 : STLB_U32;
		return true;
	case 2:
		load->how = is_signed ? STLB_S16 : STLB_U16;
		return true;
	case 1:
		load->how = is_signed ? STLB_S8 : STLB_U8;
		return true;
	default:
		return false;
	}
}

static bool cover(struct stlb_binding *binding, uint32_t offset, uint32_t size)
{
	uint32_t end;

	if (__builtin_add_overflow(offset, size, &end))
		return false;
	if (end > binding->min_size)
		binding->min_size = end;
	return true;
}

static void bind_number(struct stlb_binding *binding, const struct stlb_row_field *from,
			const struct stlb_field *field)
{
	struct stlb_load load = {.id = from->id};

	if (!number_load(field, &load) || !cover(binding, field->offset, field->size)) {
		binding->wrong |= UINT64_C(1) << from->id;
		return;
	}
	binding->loads[binding->nr_loads++] = load;
	binding->has |= UINT64_C(1) << from->id;
	if (from->shift || from->mask || from->add) {
		binding->changes[binding->nr_changes++] = (struct stlb_change){
			from->id, from->shift, from->mask ? from->mask : UINT64_MAX, from->add};
		binding->more = true;
	}
}

static void bind_text(struct stlb_binding *binding, const struct stlb_field *field)
{
	bool data_loc = field->type == STLB_FIELD_DATA_LOC;
	/* `char buf[]` of a print has no size and is the rest of the record */
	bool open_ended = field->size == 0 && field->type == STLB_FIELD_OTHER;

	if (!data_loc && !open_ended && field->type != STLB_FIELD_STRING)
		return;
	if (!cover(binding, field->offset, data_loc ? 4 : field->size))
		return;
	binding->text =
		(struct stlb_text_place){true, data_loc, field->offset, data_loc ? 0 : field->size};
	binding->more = true;
}

static void bind_fields(struct stlb_binding *binding, const struct stlb_row *row,
			const struct stlb_format *format)
{
	for (size_t i = 0; i < row->nr_fields; i++) {
		const struct stlb_row_field *from = &row->fields[i];
		const struct stlb_field *field = find_field(format, from->from);

		if (!field)
			continue;
		if (from->id == STLB_FIELD_TEXT)
			bind_text(binding, field);
		else if (!(binding->has & UINT64_C(1) << from->id))
			bind_number(binding, from, field);
	}
}

static void bind_when(struct stlb_binding *binding, const struct stlb_row *row,
		      const struct stlb_format *format)
{
	const struct stlb_field *field = row->when.from ? find_field(format, row->when.from) : NULL;

	if (!field || !number_load(field, &binding->when) ||
	    !cover(binding, field->offset, field->size))
		return;
	binding->has_when = true;
	binding->when_differs = row->when.differs;
	binding->when_value = row->when.value;
	binding->more = true;
}

static bool bind_stack(struct stlb_binding *binding, const struct stlb_format *format)
{
	const struct stlb_field *size = find_field(format, "size");
	const struct stlb_field *caller = find_field(format, "caller");

	if (!size || !caller || !number_load(size, &binding->stack_size))
		return false;
	binding->stack_offset = caller->offset;
	return cover(binding, size->offset, size->size) && cover(binding, caller->offset, 0);
}

static bool bind_special(struct stlb_binding *binding, const struct stlb_format *format)
{
	if (binding->kind == STLB_PHASE)
		return binding->text.bound;
	if (binding->special != STLB_ROW_STACK)
		return true;
	binding->more = true;
	return bind_stack(binding, format);
}

static bool bind_row(const struct stlb_row *row, const struct stlb_format *format,
		     struct stlb_binding *binding)
{
	memset(binding, 0, sizeof(*binding));
	binding->name = format->name;
	binding->kind = row->kind;
	binding->level = row->level;
	binding->same_content = row->same_content;
	binding->special = row->special;
	bind_fields(binding, row, format);
	for (size_t i = 0; i < row->nr_constants && i < STLB_NR_FIELDS; i++) {
		binding->constants[binding->nr_constants++] = row->constants[i];
		binding->has |= UINT64_C(1) << row->constants[i].id;
		binding->more = true;
	}
	bind_when(binding, row, format);
	/* page tables are written by tasks alone; the stack after a write is recorded in its trap
	 */
	binding->traps = stlb_kind_class(row->kind) == STLB_CLASS_ENTRY || row->kind == STLB_STACK;
	return bind_special(binding, format) && !stlb_kind_lacks(row->kind, binding->has);
}

/* A run that shares its probes with nobody has its process' number in their group. */
static bool is_group_of_run(const char *group)
{
	static const char prefix[] = "staletlb_";
	size_t length = strlen(prefix);

	return strncmp(group, prefix, length) == 0 && group[length] &&
	       group[length + strspn(group + length, "0123456789")] == '\0';
}

static bool is_of_system(const char *group, const char *system)
{
	bool own = strcmp(system, "staletlb") == 0, entries = strcmp(system, "deep") == 0;

	/* the probes of entries have a group of their own, or are in that of all probes */
	return strcmp(group, system) == 0 || (own && is_group_of_run(group)) ||
	       (entries && (strcmp(group, "staletlb") == 0 || is_group_of_run(group)));
}

static bool row_matches(const struct stlb_row *row, const struct stlb_format *format)
{
	if (strcmp(row->event, format->name) != 0)
		return false;
	return !row->system || !format->system[0] || is_of_system(format->system, row->system);
}

bool stlb_bind_knows(const struct stlb_profile *profile, const char *name, size_t size)
{
	for (size_t i = 0; i < profile->nr_rows; i++) {
		const struct stlb_row *row = &profile->rows[i];

		if (strncmp(row->event, name, size) == 0 && !row->event[size] &&
		    row->kind != STLB_KIND_NONE && stlb_kind_decides(row->kind))
			return true;
	}
	return false;
}

int stlb_bind(const struct stlb_profile *profile, const struct stlb_format *format,
	      struct stlb_binding *binding)
{
	struct stlb_binding attempt;
	int ret = -ENOENT;

	for (size_t i = 0; i < profile->nr_rows; i++) {
		const struct stlb_row *row = &profile->rows[i];

		if (!row_matches(row, format))
			continue;
		if (row->kind == STLB_KIND_NONE)
			return 0;
		if (bind_row(row, format, &attempt)) {
			*binding = attempt;
			return 1;
		}
		if (ret == -ENOENT)
			*binding = attempt;
		ret = -EBADMSG;
	}
	return ret;
}
