/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Suppression files: what may be in them is checked to the letter, a typing error would hide. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suppress/suppress_internal.h"
#include "util/nearest.h"
#include "util/str.h"

enum { FILE_LIMIT = 4 << 20, ENTRY_LIMIT = 4096, NAME_LIMIT = 255, REASON_LIMIT = 1000 };

static const char *rule_name(unsigned int index)
{
	return index < STLB_NR_RULES ? stlb_rule_info((enum stlb_rule)index)->id : NULL;
}

int stlb_suppressions_rule(const struct stlb_document *document, const json_t *object,
			   enum stlb_rule *rule)
{
	char shown[64];
	const char *name, *nearest;
	int code = stlb_document_text(document, object, "rule", NAME_LIMIT, &name);

	*rule = STLB_NR_RULES;
	if (code || !name)
		return code;
	*rule = stlb_rule_find(name);
	if (*rule != STLB_NR_RULES)
		return 0;
	stlb_str_clean(shown, sizeof(shown), name);
	nearest = stlb_nearest(name, rule_name);
	if (nearest)
		return stlb_document_fail(document, "unknown rule \"%s\"; did you mean \"%s\"?",
					  shown, nearest);
	return stlb_document_fail(
		document, "unknown rule \"%s\"; staletlb-analyze(1) lists the rules", shown);
}

/* Version 1 had no number. */
bool stlb_suppressions_is_weak(const char *fingerprint)
{
	return !strchr(fingerprint, ':') || !strncmp(fingerprint, "2w:", 3);
}

int stlb_suppressions_fingerprint(const struct stlb_document *document, const json_t *object,
				  const char **fingerprint)
{
	char version[16], shown[4 * sizeof(version)];
	const char *colon;
	int code = stlb_document_text(document, object, "fingerprint", NAME_LIMIT, fingerprint);

	colon = !code && *fingerprint ? strchr(*fingerprint, ':') : NULL;
	if (!colon || !strncmp(*fingerprint, "2:", 2) || !strncmp(*fingerprint, "2w:", 3))
		return code;
	snprintf(version, sizeof(version), "%.*s", (int)strcspn(*fingerprint, "w:"), *fingerprint);
	stlb_str_clean(shown, sizeof(shown), version);
	return stlb_document_fail(
		document,
		"the fingerprint has version \"%s\", and this program supports only version 2: "
		"create the baseline again, or use the fingerprint of a new report",
		shown);
}

int stlb_suppressions_count(const struct stlb_document *document, const json_t *object,
			    const char *key, uint64_t *count)
{
	const json_t *value = json_object_get(object, key);

	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return stlb_document_fail(document, "\"%s\" must be a non-negative number", key);
	*count = (uint64_t)json_integer_value(value);
	return 0;
}

static int days_of(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool is_date(const char *text)
{
	int year, month, day;

	for (int i = 0; i < 10; i++)
		if (i == 4 || i == 7 ? text[i] != '-' : !isdigit((unsigned char)text[i]))
			return false;
	if (text[10])
		return false;
	year = atoi(text);
	month = atoi(text + 5);
	day = atoi(text + 8);
	return month >= 1 && month <= 12 && day >= 1 && day <= days_of(year, month);
}

static int check_entry(const struct stlb_document *document, const struct stlb_suppression *entry)
{
	if (!entry->reason)
		return stlb_document_fail(document, "lacks \"reason\": why is this not a fault?");
	if (entry->rule == STLB_NR_RULES && !entry->fingerprint && !entry->comm && !entry->phase)
		return stlb_document_fail(document, "would suppress everything: give \"rule\", "
						    "\"fingerprint\", \"comm\" or \"phase\"");
	if (entry->fingerprint && stlb_suppressions_is_weak(entry->fingerprint) &&
	    entry->limit == UINT64_MAX)
		return stlb_document_fail(
			document,
			"the fingerprint is weak, it names no function: give \"occurrences\", the "
			"known number, or use the fingerprint of a report with names");
	if (entry->expires && !is_date(entry->expires))
		return stlb_document_fail(document, "\"expires\" must be a date, YYYY-MM-DD");
	return 0;
}

static int read_entry(const struct stlb_document *document, json_t *object,
		      struct stlb_suppression *entry)
{
	static const char *const keys[] = {"rule",   "fingerprint", "comm",	   "phase",
					   "reason", "expires",	    "occurrences", NULL};
	const struct {
		const char *key;
		size_t longest;
		const char **text;
	} texts[] = {
		{"comm", NAME_LIMIT, &entry->comm},
		{"phase", NAME_LIMIT, &entry->phase},
		{"reason", REASON_LIMIT, &entry->reason},
		{"expires", NAME_LIMIT, &entry->expires},
	};
	int code;

	if (!json_is_object(object))
		return stlb_document_fail(document, "must be an object");
	code = stlb_document_only(document, object, keys);
	if (!code)
		code = stlb_suppressions_rule(document, object, &entry->rule);
	if (!code)
		code = stlb_suppressions_fingerprint(document, object, &entry->fingerprint);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts) && !code; i++)
		code = stlb_document_text(document, object, texts[i].key, texts[i].longest,
					  texts[i].text);
	if (!code)
		code = stlb_suppressions_count(document, object, "occurrences", &entry->limit);
	return code ? code : check_entry(document, entry);
}

static int read_entries(struct stlb_suppressions *set, struct stlb_document *document,
			const json_t *array)
{
	const char *path = stlb_arena_text(&set->arena, document->path);

	if (!path)
		return stlb_error_set(document->err, -ENOMEM, "%s: no memory", document->path);
	for (size_t i = 0; i < json_array_size(array); i++) {
		struct stlb_suppression entry = {
			.path = path, .index = i, .verdict = -1, .limit = UINT64_MAX};
		int code;

		snprintf(document->where, sizeof(document->where), "suppressions[%zu]", i);
		code = read_entry(document, json_array_get(array, i), &entry);
		if (code)
			return code;
		if (stlb_suppressions_add(set, &entry))
			return stlb_error_set(document->err, -ENOMEM, "%s: no memory",
					      document->path);
	}
	return 0;
}

static int read_document(struct stlb_suppressions *set, struct stlb_document *document)
{
	static const char *const keys[] = {"schema_version", "suppressions", NULL};
	const json_t *array = json_object_get(document->root, "suppressions");
	int code = stlb_document_only(document, document->root, keys);

	if (!code)
		code = stlb_document_version(document, '1');
	if (code)
		return code;
	if (!json_is_array(array))
		return stlb_document_fail(document, "lacks the array \"suppressions\"");
	if (json_array_size(array) > ENTRY_LIMIT)
		return stlb_document_fail(document, "holds more than %d suppressions", ENTRY_LIMIT);
	return read_entries(set, document, array);
}

int stlb_suppressions_load(struct stlb_suppressions *set, const char *path, struct stlb_error *err)
{
	struct stlb_document document;
	uint32_t before = set->nr;
	int code = stlb_document_open(&document, path, FILE_LIMIT, err);

	if (code)
		return code;
	code = read_document(set, &document);
	if (code)
		stlb_suppressions_truncate(set, before);
	stlb_document_close(&document);
	return code;
}
