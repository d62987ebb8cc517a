/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The values in a row of a JSON profile: fields, constants, the condition.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile_reader.h"
#include "util/nearest.h"

enum { MAX_NAME = 200, MAX_SHIFT = 63 };

static int read_number(const struct stlb_document *document, const json_t *json, uint64_t *number)
{
	const char *text = json_string_value(json);
	size_t digits;

	if (json_is_integer(json)) {
		*number = (uint64_t)json_integer_value(json);
		return 0;
	}
	digits = text && strncmp(text, "0x", 2) == 0 ? strlen(text + 2) : 0;
	if (digits < 1 || digits > 16 || strspn(text + 2, "0123456789abcdefABCDEF") != digits)
		return stlb_document_fail(document,
					  "expected an integer or a string like \"0x1f\"");
	*number = strtoull(text + 2, NULL, 16);
	return 0;
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.' || c == '-';
}

/* names separated by single bars */
static bool is_from(const char *text)
{
	size_t length = strlen(text);
	bool in_name = false;

	for (size_t i = 0; i < length; i++) {
		bool bar = text[i] == '|';

		if (bar ? !in_name : !is_name_char(text[i]))
			return false;
		in_name = !bar;
	}
	return in_name && length <= MAX_NAME;
}

static int read_from(const struct stlb_document *document, const json_t *json, const char **from)
{
	const char *text = json_string_value(json);

	if (!text || !is_from(text))
		return stlb_document_fail(document,
					  "expected the name of a trace field, or several like "
					  "\"page|folio\"");
	*from = text;
	return 0;
}

/* STLB_FIELD_TEXT is a field here as well: "text". */
static int find_field_id(const struct stlb_document *document, const char *name, uint8_t *id)
{
	const char *known[STLB_NR_FIELDS + 2] = {[STLB_FIELD_TEXT] = "text"};
	const char *nearest;

	for (unsigned int i = 0; i < STLB_NR_FIELDS; i++)
		known[i] = stlb_field_name((enum stlb_field_id)i);
	for (unsigned int i = 0; known[i]; i++) {
		if (strcmp(known[i], name) == 0) {
			*id = (uint8_t)i;
			return 0;
		}
	}
	nearest = stlb_nearest_in(name, known);
	if (nearest)
		return stlb_document_fail(document, "unknown field, did you mean \"%s\"?", nearest);
	return stlb_document_fail(document,
				  "unknown field, staletlb-profile(5) lists the known ones");
}

/* ---- a field that is computed ---- */

static int read_field_name(struct stlb_document *document, const struct stlb_member *member,
			   const json_t *value, void *field)
{
	(void)member;
	return read_from(document, value, &((struct stlb_row_field *)field)->from);
}

static int read_shift(struct stlb_document *document, const struct stlb_member *member,
		      const json_t *value, void *field)
{
	json_int_t shift = json_integer_value(value);

	if (!value)
		return 0;
	if (!json_is_integer(value) || shift < -MAX_SHIFT || shift > MAX_SHIFT)
		return stlb_document_fail(document, "\"%s\" must be an integer in -63..63",
					  member->key);
	((struct stlb_row_field *)field)->shift = (int8_t)shift;
	return 0;
}

static int read_mask(struct stlb_document *document, const struct stlb_member *member,
		     const json_t *value, void *field)
{
	uint64_t *mask = &((struct stlb_row_field *)field)->mask;
	int ret = value ? read_number(document, value, mask) : 0;

	if (ret || !value || *mask)
		return ret;
	return stlb_document_fail(document, "\"%s\" is 0, which clears the field", member->key);
}

static int read_add(struct stlb_document *document, const struct stlb_member *member,
		    const json_t *value, void *field)
{
	(void)member;
	return value ? read_number(document, value, &((struct stlb_row_field *)field)->add) : 0;
}

static const struct stlb_member change_members[] = {
	{"field", read_field_name, 0, 0},
	{"shift", read_shift, 0, 0},
	{"mask", read_mask, 0, 0},
	{"add", read_add, 0, 0},
	{0},
};

/* ---- fields and constants: an object with a member for each ---- */

static int read_field(struct stlb_document *document, const char *name, const json_t *json,
		      struct stlb_row *row)
{
	struct stlb_row_field *field = (struct stlb_row_field *)&row->fields[row->nr_fields++];
	int ret = find_field_id(document, name, &field->id);

	if (ret)
		return ret;
	if (!json_is_object(json))
		return read_from(document, json, &field->from);
	if (field->id == STLB_FIELD_TEXT)
		return stlb_document_fail(document,
					  "a text field cannot be computed, expected a name");
	ret = stlb_document_only(document, json, change_members);
	return ret ? ret : stlb_document_read(document, json, change_members, field);
}

static bool row_has_field(const struct stlb_row *row, uint8_t id)
{
	for (size_t i = 0; i < row->nr_fields; i++)
		if (row->fields[i].id == id)
			return true;
	return false;
}

static int read_constant(struct stlb_document *document, const char *name, const json_t *json,
			 struct stlb_row *row)
{
	struct stlb_row_constant *constant =
		(struct stlb_row_constant *)&row->constants[row->nr_constants++];
	int ret = find_field_id(document, name, &constant->id);

	if (ret)
		return ret;
	if (constant->id == STLB_FIELD_TEXT)
		return stlb_document_fail(document, "a text field cannot be a constant");
	if (row_has_field(row, constant->id))
		return stlb_document_fail(document, "also in \"fields\", drop one of them");
	return read_number(document, json, &constant->value);
}

/* Messages name the member until leave(). */
static size_t enter(struct stlb_document *document, const char *key)
{
	size_t length = strlen(document->where);

	snprintf(document->where + length, sizeof(document->where) - length, ".%.55s", key);
	return length;
}

static void leave(struct stlb_document *document, size_t length)
{
	document->where[length] = '\0';
}

/* Zeroed, one for each member of @json; NULL, and 0 or an error in @code, where there are none. */
static void *new_members(const struct stlb_document *document, const struct stlb_member *member,
			 const json_t *json, size_t size, int *code)
{
	void *members;

	*code = 0;
	if (!json)
		return NULL;
	if (!json_is_object(json)) {
		*code = stlb_document_fail_in(document, member, "expected an object");
		return NULL;
	}
	members = calloc(json_object_size(json) + 1, size);
	if (!members)
		*code = -ENOMEM;
	return members;
}

static int read_each(struct stlb_document *document, const struct stlb_member *member,
		     const json_t *object,
		     int (*read)(struct stlb_document *document, const char *name,
				 const json_t *value, struct stlb_row *row),
		     struct stlb_row *row)
{
	size_t outside = enter(document, member->key);
	const char *name;
	json_t *value;
	int ret = 0;

	json_object_foreach((json_t *)object, name, value)
	{
		size_t length = enter(document, name);

		ret = read(document, name, value, row);
		if (ret)
			break;
		leave(document, length);
	}
	leave(document, outside);
	return ret;
}

int stlb_profile_fields(struct stlb_document *document, const struct stlb_member *member,
			const json_t *value, void *into)
{
	struct stlb_row *row = into;
	int ret;

	row->fields = new_members(document, member, value, sizeof(*row->fields), &ret);
	return row->fields ? read_each(document, member, value, read_field, row) : ret;
}

int stlb_profile_constants(struct stlb_document *document, const struct stlb_member *member,
			   const json_t *value, void *into)
{
	struct stlb_row *row = into;
	int ret;

	row->constants = new_members(document, member, value, sizeof(*row->constants), &ret);
	return row->constants ? read_each(document, member, value, read_constant, row) : ret;
}

/* ---- the condition ---- */

static int read_when_field(struct stlb_document *document, const struct stlb_member *member,
			   const json_t *value, void *when)
{
	size_t outside = enter(document, member->key);
	int ret = read_from(document, value, &((struct stlb_row_when *)when)->from);

	leave(document, outside);
	return ret;
}

static int read_when_value(struct stlb_document *document, const struct stlb_member *member,
			   const json_t *value, void *when)
{
	size_t outside = enter(document, member->key);
	int ret = value ? read_number(document, value, &((struct stlb_row_when *)when)->value) : 0;

	leave(document, outside);
	return ret;
}

static const struct stlb_member when_members[] = {
	{"field", read_when_field, 0, 0},
	{"equals", read_when_value, 0, 0},
	{"differs", read_when_value, 0, 0},
	{0},
};

int stlb_profile_when(struct stlb_document *document, const struct stlb_member *member,
		      const json_t *value, void *row)
{
	struct stlb_row_when *when = &((struct stlb_row *)row)->when;
	const json_t *equals = json_object_get(value, "equals");
	size_t outside;
	int ret;

	if (!value)
		return 0;
	if (!json_is_object(value))
		return stlb_document_fail_in(document, member, "expected an object");
	when->differs = json_object_get(value, "differs");
	outside = enter(document, member->key);
	ret = stlb_document_only(document, value, when_members);
	if (!ret)
		ret = stlb_document_read(document, value, when_members, when);
	if (!ret && !equals == !when->differs)
		ret = stlb_document_fail(document, "expected one of \"equals\" and \"differs\"");
	leave(document, outside);
	return ret;
}
