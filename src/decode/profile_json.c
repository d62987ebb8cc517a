/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Profiles of the user's: a JSON file, read strictly.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "staletlb/decode.h"
#include "profile_reader.h"
#include "util/document.h"
#include "util/nearest.h"

enum {
	MAX_FILE = 1 << 20,
	MAX_ROWS = 4096,
};

#define NO_ROW SIZE_MAX

/* What stlb_profile_load() hands out: the rows' strings are those of the document. */
struct loaded_profile {
	struct stlb_profile profile;
	json_t *document;
	struct stlb_row *rows;
};

int stlb_profile_bad(const struct stlb_profile_reader *reader, const char *place, const char *fmt,
		     ...)
{
	char what[192];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	if (reader->row == NO_ROW)
		return stlb_error_set(reader->err, -EINVAL, "%s: %s: %s", reader->path,
				      *place ? place : "profile", what);
	return stlb_error_set(reader->err, -EINVAL, "%s: events[%zu]%s: %s", reader->path,
			      reader->row, place, what);
}

int stlb_profile_keys(const struct stlb_profile_reader *reader, const char *place,
		      const json_t *object, const char *const *known)
{
	char unknown[STLB_DOCUMENT_COMPLAINT];

	if (!stlb_document_unknown_key(object, known, unknown))
		return 0;
	return stlb_profile_bad(reader, place, "%s", unknown);
}

static int read_kind(const struct stlb_profile_reader *reader, const json_t *json, uint8_t *kind)
{
	const char *known[STLB_NR_KINDS + 2] = {[STLB_KIND_NONE] = "none"};
	const char *name = json_string_value(json);
	const char *nearest;
	unsigned int i;

	if (!name)
		return stlb_profile_bad(reader, ".kind",
					"expected the name of a kind, or \"none\"");
	for (i = 0; i < STLB_NR_KINDS; i++)
		known[i] = stlb_kind_name((enum stlb_kind)i);
	for (i = 0; known[i] && strcmp(known[i], name) != 0; i++)
		;
	if (i == STLB_LOST || i == STLB_STACK)
		return stlb_profile_bad(reader, ".kind",
					"a profile cannot provide events of kind \"%s\"", name);
	*kind = (uint8_t)i;
	if (known[i])
		return 0;
	nearest = stlb_nearest_in(name, known);
	return stlb_profile_bad(reader, ".kind", "unknown kind \"%.40s\", %s%s%s", name,
				nearest ? "did you mean \"" : "staletlb-profile(5) lists the kinds",
				nearest ? nearest : "", nearest ? "\"?" : "");
}

static int read_level(const struct stlb_profile_reader *reader, const json_t *json, uint8_t *level)
{
	const char *name = json_string_value(json);

	if (!json)
		return 0;
	for (uint8_t i = 0; name && i < STLB_NR_LEVELS; i++) {
		if (strcmp(stlb_level_name(i), name) == 0) {
			*level = i;
			return 0;
		}
	}
	return stlb_profile_bad(reader, ".level",
				"expected \"pte\", \"pmd\", \"pud\", \"p4d\" or \"pgd\"");
}

static int read_names(const struct stlb_profile_reader *reader, const json_t *json,
		      struct stlb_row *row)
{
	const json_t *system = json_object_get(json, "system");
	const json_t *same_content = json_object_get(json, "same_content");

	row->event = json_string_value(json_object_get(json, "event"));
	if (!row->event || !row->event[0])
		return stlb_profile_bad(reader, ".event", "expected the name of a trace event");
	row->system = json_string_value(system);
	if (system && (!row->system || !row->system[0]))
		return stlb_profile_bad(reader, ".system", "expected the name of an event group");
	if (same_content && !json_is_boolean(same_content))
		return stlb_profile_bad(reader, ".same_content", "expected true or false");
	row->same_content = json_is_true(same_content);
	return 0;
}

/* What a kind cannot do without has to come from somewhere. */
static int check_needs(const struct stlb_profile_reader *reader, const struct stlb_row *row)
{
	uint64_t missing = stlb_kind_needs((enum stlb_kind)row->kind);
	bool has_text = false;

	for (size_t i = 0; i < row->nr_fields; i++) {
		missing &= ~(UINT64_C(1) << row->fields[i].id);
		has_text |= row->fields[i].id == STLB_FIELD_TEXT;
	}
	for (size_t i = 0; i < row->nr_constants; i++)
		missing &= ~(UINT64_C(1) << row->constants[i].id);
	if (row->kind == STLB_PHASE && !has_text)
		return stlb_profile_bad(reader, ".fields", "kind \"phase\" needs \"text\"");
	if (!missing)
		return 0;
	return stlb_profile_bad(reader, ".fields", "kind \"%s\" also needs \"%s\"",
				stlb_kind_name((enum stlb_kind)row->kind),
				stlb_field_name((enum stlb_field_id)__builtin_ctzll(missing)));
}

static int check_ignored(const struct stlb_profile_reader *reader, const json_t *json)
{
	static const char *const keys[] = {"system", "event", "kind", "description", NULL};

	return stlb_profile_keys(reader, "", json, keys);
}

static int check_duplicate(const struct stlb_profile_reader *reader,
			   const struct loaded_profile *loaded, const struct stlb_row *row)
{
	for (size_t i = 0; i < reader->row; i++) {
		const struct stlb_row *other = &loaded->rows[i];
		bool same_system = other->system && row->system
					   ? strcmp(other->system, row->system) == 0
					   : other->system == row->system;

		if (same_system && strcmp(other->event, row->event) == 0)
			return stlb_profile_bad(reader, ".event",
						"\"%.60s\" is also in events[%zu]", row->event, i);
	}
	return 0;
}

static int read_row(const struct stlb_profile_reader *reader, const json_t *json,
		    const struct loaded_profile *loaded, struct stlb_row *row)
{
	static const char *const keys[] = {"system",	  "event",     "kind", "level",
					   "fields",	  "constants", "when", "same_content",
					   "description", NULL};
	int rc;

	if (!json_is_object(json))
		return stlb_profile_bad(reader, "", "expected an object");
	rc = stlb_profile_keys(reader, "", json, keys);
	if (!rc)
		rc = read_names(reader, json, row);
	if (!rc)
		rc = read_kind(reader, json_object_get(json, "kind"), &row->kind);
	if (!rc)
		rc = check_duplicate(reader, loaded, row);
	if (!rc && row->kind == STLB_KIND_NONE)
		return check_ignored(reader, json);
	if (!rc)
		rc = read_level(reader, json_object_get(json, "level"), &row->level);
	if (!rc)
		rc = stlb_profile_row_values(reader, json, row);
	return rc ? rc : check_needs(reader, row);
}

static int read_rows(struct stlb_profile_reader *reader, const json_t *events,
		     struct loaded_profile *loaded)
{
	size_t nr = json_array_size(events);
	int rc = 0;

	if (!json_is_array(events) || nr == 0 || nr > MAX_ROWS)
		return stlb_profile_bad(reader, "events", "expected an array of 1 to %d objects",
					MAX_ROWS);
	loaded->rows = calloc(nr, sizeof(*loaded->rows));
	if (!loaded->rows)
		return -ENOMEM;
	loaded->profile.rows = loaded->rows;
	for (size_t i = 0; i < nr && !rc; i++) {
		reader->row = i;
		loaded->profile.nr_rows++;
		rc = read_row(reader, json_array_get(events, i), loaded, &loaded->rows[i]);
	}
	return rc;
}

static int read_document(struct stlb_profile_reader *reader, struct loaded_profile *loaded)
{
	static const char *const keys[] = {"$schema", "name", "description", "events", NULL};
	const json_t *document = loaded->document;
	const json_t *description = json_object_get(document, "description");
	int rc;

	rc = stlb_profile_keys(reader, "", document, keys);
	if (rc)
		return rc;
	if (json_string_length(json_object_get(document, "name")) == 0)
		return stlb_profile_bad(reader, "name", "expected the profile's name");
	if (description && !json_is_string(description))
		return stlb_profile_bad(reader, "description", "expected a string");
	return read_rows(reader, json_object_get(document, "events"), loaded);
}

int stlb_profile_load(const char *path, struct stlb_profile **profile, struct stlb_error *err)
{
	struct stlb_profile_reader reader = {path, NO_ROW, err};
	struct loaded_profile *loaded = calloc(1, sizeof(*loaded));
	struct stlb_document document;
	int rc;

	if (!loaded)
		return -ENOMEM;
	rc = stlb_document_open(&document, path, MAX_FILE, err);
	loaded->document = document.root;
	if (!rc)
		rc = read_document(&reader, loaded);
	if (rc) {
		stlb_profile_free(&loaded->profile);
		return rc;
	}
	*profile = &loaded->profile;
	return 0;
}

void stlb_profile_free(struct stlb_profile *profile)
{
	struct loaded_profile *loaded = (struct loaded_profile *)profile;

	if (!loaded)
		return;
	for (size_t i = 0; loaded->rows && i < profile->nr_rows; i++) {
		free((void *)loaded->rows[i].fields);
		free((void *)loaded->rows[i].constants);
	}
	free(loaded->rows);
	json_decref(loaded->document);
	free(loaded);
}
