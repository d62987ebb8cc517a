/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/document.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
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

enum { MAX_SHOWN = 40 };

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
	int code;

	*document = (struct stlb_document){.path = path, .err = err};
	code = stlb_file_read(path, limit, &text, &size, err);
	if (code)
		return code;
	code = parse(document, text, size);
	free(text);
	if (code)
		stlb_document_close(document);
	return code;
}

void stlb_document_close(struct stlb_document *document)
{
	json_decref(document->root);
	document->root = NULL;
}

int stlb_document_fail(const struct stlb_document *document, const char *fmt, ...)
{
	char text[320];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return stlb_error_set(document->err, -EINVAL, "%s: %s%s%s", document->path, document->where,
			      *document->where ? ": " : "", text);
}

int stlb_document_text(const struct stlb_document *document, const json_t *object, const char *key,
		       size_t longest, const char **text)
{
	const json_t *value = json_object_get(object, key);

	*text = json_string_value(value);
	if (!value)
		return 0;
	if (!*text)
		return stlb_document_fail(document, "\"%s\" must be a string", key);
	if (!**text)
		return stlb_document_fail(document, "\"%s\" must not be empty", key);
	if (json_string_length(value) > longest)
		return stlb_document_fail(document, "\"%s\" is longer than %zu bytes", key,
					  longest);
	return 0;
}

int stlb_document_version(const struct stlb_document *document, char newest)
{
	const char *version;
	int code = stlb_document_text(document, document->root, "schema_version", 32, &version);

	if (code)
		return code;
	if (!version)
		return stlb_document_fail(document, "lacks \"schema_version\": \"1.0.0\"");
	for (char major = '1'; major <= newest; major++)
		if (version[0] == major && version[1] == '.')
			return 0;
	return stlb_document_fail(document, "\"schema_version\" must be %s for this program",
				  newest == '1' ? "1.x.y" : "1.x.y or 2.x.y");
}

bool stlb_document_unknown_key(const json_t *object, const char *const *known,
			       char text[STLB_DOCUMENT_COMPLAINT])
{
	const char *key, *best;
	char shown[MAX_SHOWN];
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
	{
		unsigned int i = 0;

		while (known[i] && strcmp(known[i], key))
			i++;
		if (known[i])
			continue;
		stlb_str_clean(shown, sizeof(shown), key);
		best = stlb_nearest_in(key, known);
		snprintf(text, STLB_DOCUMENT_COMPLAINT, "unknown key \"%s\"%s%s%s", shown,
			 best ? "; did you mean \"" : "", best ? best : "", best ? "\"?" : "");
		return true;
	}
	return false;
}

int stlb_document_only(const struct stlb_document *document, const json_t *object,
		       const char *const *keys)
{
	char unknown[STLB_DOCUMENT_COMPLAINT];

	if (!stlb_document_unknown_key(object, keys, unknown))
		return 0;
	return stlb_document_fail(document, "%s", unknown);
}
