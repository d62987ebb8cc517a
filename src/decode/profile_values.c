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

int stlb_profile_number(const struct stlb_profile_reader *reader, const char *place,
			const json_t *json, uint64_t *number)
{
	const char *text = json_string_value(json);
	size_t digits;

	if (json_is_integer(json)) {
		*number = (uint64_t)json_integer_value(json);
		return 0;
	}
	digits = text && strncmp(text, "0x", 2) == 0 ? strlen(text + 2) : 0;
	if (digits < 1 || digits > 16 || strspn(text + 2, "0123456789abcdefABCDEF") != digits)
		return stlb_profile_bad(reader, place,
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

int stlb_profile_from(const struct stlb_profile_reader *reader, const char *place,
		      const json_t *json, const char **from)
{
	const char *text = json_string_value(json);

	if (!text || !is_from(text))
		return stlb_profile_bad(reader, place,
					"expected the name of a trace field, or several like "
					"\"page|folio\"");
	*from = text;
	return 0;
}

/* STLB_FIELD_TEXT is a field here as well: "text". */
static int find_field_id(const struct stlb_profile_reader *reader, const char *place,
			 const char *name, uint8_t *id)
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
		return stlb_profile_bad(reader, place, "unknown field, did you mean \"%s\"?",
					nearest);
	return stlb_profile_bad(reader, place,
				"unknown field, staletlb-profile(5) lists the known ones");
}

static int read_shift(const struct stlb_profile_reader *reader, const char *place,
		      const json_t *json, int8_t *shift)
{
	json_int_t value = json_integer_value(json);

	if (!json)
		return 0;
	if (!json_is_integer(json) || value < -MAX_SHIFT || value > MAX_SHIFT)
		return stlb_profile_bad(reader, place, "\"shift\" must be an integer in -63..63");
	*shift = (int8_t)value;
	return 0;
}

static int read_change(const struct stlb_profile_reader *reader, const char *place,
		       const json_t *json, struct stlb_row_field *field)
{
	static const char *const keys[] = {"field", "shift", "mask", "add", NULL};
	const json_t *mask = json_object_get(json, "mask");
	const json_t *add = json_object_get(json, "add");
	int rc = stlb_profile_keys(reader, place, json, keys);

	if (!rc)
		rc = stlb_profile_from(reader, place, json_object_get(json, "field"), &field->from);
	if (!rc)
		rc = read_shift(reader, place, json_object_get(json, "shift"), &field->shift);
	if (!rc && mask)
		rc = stlb_profile_number(reader, place, mask, &field->mask);
	if (!rc && mask && !field->mask)
		rc = stlb_profile_bad(reader, place, "\"mask\" is 0, which clears the field");
	if (!rc && add)
		rc = stlb_profile_number(reader, place, add, &field->add);
	return rc;
}

static int read_field(const struct stlb_profile_reader *reader, const char *name,
		      const json_t *json, struct stlb_row_field *field)
{
	char place[64];
	int rc;

	snprintf(place, sizeof(place), ".fields.%s", name);
	rc = find_field_id(reader, place, name, &field->id);
	if (rc)
		return rc;
	if (!json_is_object(json))
		return stlb_profile_from(reader, place, json, &field->from);
	if (field->id == STLB_FIELD_TEXT)
		return stlb_profile_bad(reader, place,
					"a text field cannot be computed, expected a name");
	return read_change(reader, place, json, field);
}

/* Zeroed, one for each member of @json; NULL, and 0 or an error in @rc, where there are none. */
static void *new_members(const struct stlb_profile_reader *reader, const char *place,
			 const json_t *json, size_t size, int *rc)
{
	void *members;

	*rc = 0;
	if (!json)
		return NULL;
	if (!json_is_object(json)) {
		*rc = stlb_profile_bad(reader, place, "expected an object");
		return NULL;
	}
	members = calloc(json_object_size(json) + 1, size);
	if (!members)
		*rc = -ENOMEM;
	return members;
}

static int read_fields(const struct stlb_profile_reader *reader, json_t *json, struct stlb_row *row)
{
	int rc;
	struct stlb_row_field *fields = new_members(reader, ".fields", json, sizeof(*fields), &rc);
	const char *name;
	json_t *value;

	row->fields = fields;
	if (!fields)
		return rc;
	json_object_foreach(json, name, value)
	{
		rc = read_field(reader, name, value, &fields[row->nr_fields++]);
		if (rc)
			break;
	}
	return rc;
}

static bool row_has_field(const struct stlb_row *row, uint8_t id)
{
	for (size_t i = 0; i < row->nr_fields; i++) {
		if (row->fields[i].id == id)
			return true;
	}
	return false;
}

static int read_constant(const struct stlb_profile_reader *reader, const char *name,
			 const json_t *json, const struct stlb_row *row,
			 struct stlb_row_constant *constant)
{
	char place[64];
	int rc;

	snprintf(place, sizeof(place), ".constants.%s", name);
	rc = find_field_id(reader, place, name, &constant->id);
	if (rc)
		return rc;
	if (constant->id == STLB_FIELD_TEXT)
		return stlb_profile_bad(reader, place, "a text field cannot be a constant");
	if (row_has_field(row, constant->id))
		return stlb_profile_bad(reader, place, "also in \"fields\", drop one of them");
	return stlb_profile_number(reader, place, json, &constant->value);
}

static int read_constants(const struct stlb_profile_reader *reader, json_t *json,
			  struct stlb_row *row)
{
	int rc;
	struct stlb_row_constant *constants =
		new_members(reader, ".constants", json, sizeof(*constants), &rc);
	const char *name;
	json_t *value;

	row->constants = constants;
	if (!constants)
		return rc;
	json_object_foreach(json, name, value)
	{
		rc = read_constant(reader, name, value, row, &constants[row->nr_constants++]);
		if (rc)
			break;
	}
	return rc;
}

static int read_when(const struct stlb_profile_reader *reader, const json_t *json,
		     struct stlb_row_when *when)
{
	static const char *const keys[] = {"field", "equals", "differs", NULL};
	const json_t *equals = json_object_get(json, "equals");
	const json_t *differs = json_object_get(json, "differs");
	int rc;

	if (!json)
		return 0;
	if (!json_is_object(json))
		return stlb_profile_bad(reader, ".when", "expected an object");
	rc = stlb_profile_keys(reader, ".when", json, keys);
	if (!rc)
		rc = stlb_profile_from(reader, ".when.field", json_object_get(json, "field"),
				       &when->from);
	if (!rc && !equals == !differs)
		rc = stlb_profile_bad(reader, ".when",
				      "expected one of \"equals\" and \"differs\"");
	when->differs = differs;
	if (!rc)
		rc = stlb_profile_number(reader, differs ? ".when.differs" : ".when.equals",
					 differs ? differs : equals, &when->value);
	return rc;
}

int stlb_profile_row_values(const struct stlb_profile_reader *reader, const json_t *json,
			    struct stlb_row *row)
{
	int rc = read_fields(reader, json_object_get(json, "fields"), row);

	if (!rc)
		rc = read_constants(reader, json_object_get(json, "constants"), row);
	return rc ? rc : read_when(reader, json_object_get(json, "when"), &row->when);
}
