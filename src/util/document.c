/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/document.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/file.h"
#include "util/nearest.h"
#include "util/str.h"

/*
 * An upper bound of what the parsed values take, in units of about 100 bytes: Jansson's smallest
 * object takes some 300 bytes for the two characters "{}", its smallest array some 150.
 */
enum { MOST_UNITS = 1 << 20, OBJECT_UNITS = 3, ARRAY_UNITS = 2 };

/* Bytes of a key in a message; members of the largest table. */
enum { MAX_SHOWN = 40, MAX_MEMBERS = 16 };

static bool affordable(const char *text, size_t size)
{
	size_t units = 0;
	bool in_string = false;

	for (size_t i = 0; i < size; i++) {
		if (in_string && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			in_string = !in_string;
		else if (!in_string && text[i] == ',')
			units++;
		else if (!in_string && text[i] == '{')
			units += OBJECT_UNITS;
		else if (!in_string && text[i] == '[')
			units += ARRAY_UNITS;
	}
	return units <= MOST_UNITS;
}

static int parse(struct stlb_document *document, const char *text, size_t size)
{
	json_error_t error;
	char shown[2 * JSON_ERROR_TEXT_LENGTH];

	if (!affordable(text, size))
		return stlb_error_set(document->err, -EFBIG, "%s: holds too many values",
				      document->path);
	document->root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(document->root))
		return 0;
	if (document->root)
		return stlb_document_fail(document, "must be a JSON object");
	if (json_error_code(&error) == json_error_out_of_memory)
		return stlb_error_set(document->err, -ENOMEM, "%s: no memory", document->path);
	stlb_str_clean(shown, sizeof(shown), error.text);
	return stlb_error_set(document->err, -EINVAL, "%s:%d:%d: not valid JSON: %s",
			      document->path, error.line, error.column, shown);
}

int stlb_document_open(struct stlb_document *document, const char *path, size_t limit,
		       struct stlb_error *err)
{
	size_t size = 0;
	char *text;
	int ret;

	*document = (struct stlb_document){.path = path, .err = err};
	ret = stlb_file_read(path, limit, &text, &size, err);
	if (ret)
		return ret;
	ret = parse(document, text, size);
	free(text);
	if (ret)
		stlb_document_close(document);
	return ret;
}

void stlb_document_close(struct stlb_document *document)
{
	json_decref(document->root);
	document->root = NULL;
}

static int fail(const struct stlb_document *document, const char *place, const char *fmt,
		va_list args)
{
	char text[320];

	vsnprintf(text, sizeof(text), fmt, args);
	return stlb_error_set(document->err, -EINVAL, "%s: %s%s%s", document->path, place,
			      *place ? ": " : "", text);
}

int stlb_document_fail(const struct stlb_document *document, const char *fmt, ...)
{
	va_list args;
	int ret;

	va_start(args, fmt);
	ret = fail(document, document->where, fmt, args);
	va_end(args);
	return ret;
}

int stlb_document_fail_in(const struct stlb_document *document, const struct stlb_member *member,
			  const char *fmt, ...)
{
	char place[sizeof(document->where) + 32];
	va_list args;
	int ret;

	snprintf(place, sizeof(place), "%s%s%s", document->where, *document->where ? "." : "",
		 member->key);
	va_start(args, fmt);
	ret = fail(document, place, fmt, args);
	va_end(args);
	return ret;
}

static bool is_known(const struct stlb_member *members, const char *key)
{
	while (members->key && strcmp(members->key, key) != 0)
		members++;
	return members->key;
}

static int refuse(const struct stlb_document *document, const struct stlb_member *members,
		  const char *key)
{
	const char *known[MAX_MEMBERS + 1] = {NULL}, *best;
	char shown[MAX_SHOWN];

	for (size_t i = 0; members[i].key && i < MAX_MEMBERS; i++)
		known[i] = members[i].key;
	best = stlb_nearest_in(key, known);
	stlb_str_clean(shown, sizeof(shown), key);
	return stlb_document_fail(document, "unknown key \"%s\"%s%s%s", shown,
				  best ? "; did you mean \"" : "", best ? best : "",
				  best ? "\"?" : "");
}

int stlb_document_only(const struct stlb_document *document, const json_t *object,
		       const struct stlb_member *members)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key,
			    value) if (!is_known(members, key)) return refuse(document, members,
									      key);
	return 0;
}

int stlb_document_read(struct stlb_document *document, const json_t *object,
		       const struct stlb_member *members, void *into)
{
	int ret = 0;

	for (; members->key && !ret; members++)
		if (members->read)
			ret = members->read(document, members,
					    json_object_get(object, members->key), into);
	return ret;
}

int stlb_member_text(struct stlb_document *document, const struct stlb_member *member,
		     const json_t *value, void *into)
{
	const char **text = (const char **)((char *)into + member->at);

	*text = json_string_value(value);
	if (!value)
		return 0;
	if (!*text)
		return stlb_document_fail(document, "\"%s\" must be a string", member->key);
	if (!**text)
		return stlb_document_fail(document, "\"%s\" must not be empty", member->key);
	if (json_string_length(value) > member->limit)
		return stlb_document_fail(document, "\"%s\" is longer than %zu bytes", member->key,
					  member->limit);
	return 0;
}

int stlb_member_count(struct stlb_document *document, const struct stlb_member *member,
		      const json_t *value, void *into)
{
	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return stlb_document_fail(document, "\"%s\" must be a non-negative number",
					  member->key);
	*(uint64_t *)((char *)into + member->at) = (uint64_t)json_integer_value(value);
	return 0;
}

int stlb_member_version(struct stlb_document *document, const struct stlb_member *member,
			const json_t *value, void *into)
{
	const struct stlb_member text = {.key = member->key, .limit = 32};
	const char *version;
	int ret = stlb_member_text(document, &text, value, &version);

	(void)into;
	if (ret)
		return ret;
	if (!version)
		return stlb_document_fail(document, "lacks \"%s\": \"1.0.0\"", member->key);
	if (version[0] >= '1' && (size_t)(version[0] - '0') <= member->limit && version[1] == '.')
		return 0;
	return stlb_document_fail(document, "\"%s\" must be %s for this program", member->key,
				  member->limit == 1 ? "1.x.y" : "1.x.y or 2.x.y");
}
