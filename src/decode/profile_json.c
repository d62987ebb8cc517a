/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Profiles of the user's: a JSON file, read strictly.
 */
#include <errno.h>
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

/* What stlb_profile_load() hands out: the rows' strings are those of the document. */
struct loaded_profile {
	struct stlb_profile profile;
	json_t *document;
	struct stlb_row *rows;
};

static int read_kind(struct stlb_document *document, const struct stlb_member *member,
		     const json_t *value, void *row)
{
	const char *known[STLB_NR_KINDS + 2] = {[STLB_KIND_NONE] = "none"};
	const char *name = json_string_value(value);
	const char *nearest;
	unsigned int i;

	if (!name)
		return stlb_document_fail_in(document, member,
					     "expected the name of a kind, or \"none\"");
	for (i = 0; i < STLB_NR_KINDS; i++)
		known[i] = stlb_kind_name((enum stlb_kind)i);
	for (i = 0; known[i] && strcmp(known[i], name) != 0; i++)
		;
	if (i == STLB_LOST || i == STLB_STACK)
		return stlb_document_fail_in(
			document, member, "a profile cannot provide events of kind \"%s\"", name);
	((struct stlb_row *)row)->kind = (uint8_t)i;
	if (known[i])
		return 0;
	nearest = stlb_nearest_in(name, known);
	return stlb_document_fail_in(document, member, "unknown kind \"%.40s\", %s%s%s", name,
				     nearest ? "did you mean \""
					     : "staletlb-profile(5) lists the kinds",
				     nearest ? nearest : "", nearest ? "\"?" : "");
}

static int read_level(struct stlb_document *document, const struct stlb_member *member,
		      const json_t *value, void *row)
{
	const char *name = json_string_value(value);

	if (!value)
		return 0;
	for (uint8_t i = 0; name && i < STLB_NR_LEVELS; i++) {
		if (strcmp(stlb_level_name(i), name) == 0) {
			((struct stlb_row *)row)->level = i;
			return 0;
		}
	}
	return stlb_document_fail_in(document, member,
				     "expected \"pte\", \"pmd\", \"pud\", \"p4d\" or \"pgd\"");
}

static int read_event(struct stlb_document *document, const struct stlb_member *member,
		      const json_t *value, void *row)
{
	const char *event = json_string_value(value);

	((struct stlb_row *)row)->event = event;
	if (event && *event)
		return 0;
	return stlb_document_fail_in(document, member, "expected the name of a trace event");
}

static int read_system(struct stlb_document *document, const struct stlb_member *member,
		       const json_t *value, void *row)
{
	const char *system = json_string_value(value);

	((struct stlb_row *)row)->system = system;
	if (!value || (system && *system))
		return 0;
	return stlb_document_fail_in(document, member, "expected the name of an event group");
}

static int read_same_content(struct stlb_document *document, const struct stlb_member *member,
			     const json_t *value, void *row)
{
	((struct stlb_row *)row)->same_content = json_is_true(value);
	if (!value || json_is_boolean(value))
		return 0;
	return stlb_document_fail_in(document, member, "expected true or false");
}

static const struct stlb_member row_members[] = {
	{"event", read_event, 0, 0},
	{"system", read_system, 0, 0},
	{"same_content", read_same_content, 0, 0},
	{"kind", read_kind, 0, 0},
	{"level", read_level, 0, 0},
	{"fields", stlb_profile_fields, 0, 0},
	{"constants", stlb_profile_constants, 0, 0},
	{"when", stlb_profile_when, 0, 0},
	{"description", NULL, 0, 0},
	{0},
};

/* Of kind "none". */
static const struct stlb_member ignored_members[] = {
	{"event", NULL, 0, 0},
	{"system", NULL, 0, 0},
	{"kind", NULL, 0, 0},
	{"description", NULL, 0, 0},
	{0},
};

/* What a kind cannot do without has to come from somewhere. */
static int check_needs(struct stlb_document *document, const struct stlb_row *row)
{
	static const struct stlb_member fields = {"fields", NULL, 0, 0};
	uint64_t missing = stlb_kind_needs((enum stlb_kind)row->kind);
	bool has_text = false;

	for (size_t i = 0; i < row->nr_fields; i++) {
		missing &= ~(UINT64_C(1) << row->fields[i].id);
		has_text |= row->fields[i].id == STLB_FIELD_TEXT;
	}
	for (size_t i = 0; i < row->nr_constants; i++)
		missing &= ~(UINT64_C(1) << row->constants[i].id);
	if (row->kind == STLB_PHASE && !has_text)
		return stlb_document_fail_in(document, &fields, "kind \"phase\" needs \"text\"");
	if (!missing)
		return 0;
	return stlb_document_fail_in(document, &fields, "kind \"%s\" also needs \"%s\"",
				     stlb_kind_name((enum stlb_kind)row->kind),
				     stlb_field_name((enum stlb_field_id)__builtin_ctzll(missing)));
}

/* Each row is checked against those before it. */
static int check_duplicate(struct stlb_document *document, const struct stlb_row *rows,
			   const struct stlb_row *row)
{
	static const struct stlb_member event = {"event", NULL, 0, 0};

	for (const struct stlb_row *other = rows; other < row; other++) {
		bool same_system = other->system && row->system
					   ? strcmp(other->system, row->system) == 0
					   : other->system == row->system;

		if (same_system && strcmp(other->event, row->event) == 0)
			return stlb_document_fail_in(document, &event,
						     "\"%.60s\" is also in events[%td]", row->event,
						     other - rows);
	}
	return 0;
}

static int read_row(struct stlb_document *document, const json_t *json, const struct stlb_row *rows,
		    struct stlb_row *row)
{
	int ret;

	if (!json_is_object(json))
		return stlb_document_fail(document, "expected an object");
	ret = stlb_document_only(document, json, row_members);
	if (!ret)
		ret = stlb_document_read(document, json, row_members, row);
	if (!ret)
		ret = check_duplicate(document, rows, row);
	if (!ret && row->kind == STLB_KIND_NONE)
		return stlb_document_only(document, json, ignored_members);
	return ret ? ret : check_needs(document, row);
}

static int read_rows(struct stlb_document *document, const struct stlb_member *member,
		     const json_t *events, void *into)
{
	struct loaded_profile *loaded = into;
	size_t nr = json_array_size(events);
	int ret = 0;

	if (!json_is_array(events) || nr == 0 || nr > MAX_ROWS)
		return stlb_document_fail_in(document, member,
					     "expected an array of 1 to %d objects", MAX_ROWS);
	loaded->rows = calloc(nr, sizeof(*loaded->rows));
	if (!loaded->rows)
		return -ENOMEM;
	loaded->profile.rows = loaded->rows;
	for (size_t i = 0; i < nr && !ret; i++) {
		snprintf(document->where, sizeof(document->where), "events[%zu]", i);
		loaded->profile.nr_rows++;
		ret = read_row(document, json_array_get(events, i), loaded->rows, &loaded->rows[i]);
	}
	return ret;
}

static int read_name(struct stlb_document *document, const struct stlb_member *member,
		     const json_t *value, void *into)
{
	(void)into;
	if (json_string_length(value))
		return 0;
	return stlb_document_fail_in(document, member, "expected the profile's name");
}

static int read_description(struct stlb_document *document, const struct stlb_member *member,
			    const json_t *value, void *into)
{
	(void)into;
	if (!value || json_is_string(value))
		return 0;
	return stlb_document_fail_in(document, member, "expected a string");
}

static const struct stlb_member members[] = {
	{"$schema", NULL, 0, 0},
	{"name", read_name, 0, 0},
	{"description", read_description, 0, 0},
	{"events", read_rows, 0, 0},
	{0},
};

static int read_document(struct stlb_document *document, struct loaded_profile *loaded)
{
	int ret;

	strcpy(document->where, "profile");
	ret = stlb_document_only(document, document->root, members);
	document->where[0] = '\0';
	return ret ? ret : stlb_document_read(document, document->root, members, loaded);
}

int stlb_profile_load(const char *path, struct stlb_profile **profile, struct stlb_error *err)
{
	struct loaded_profile *loaded = calloc(1, sizeof(*loaded));
	struct stlb_document document;
	int ret;

	if (!loaded)
		return -ENOMEM;
	ret = stlb_document_open(&document, path, MAX_FILE, err);
	loaded->document = document.root;
	if (!ret)
		ret = read_document(&document, loaded);
	if (ret) {
		stlb_profile_free(&loaded->profile);
		return ret;
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
