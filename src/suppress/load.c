/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Suppression files: what may be in them is checked to the letter, a typing error would hide. */
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
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

int stlb_suppressions_rule(struct stlb_document *document, const struct stlb_member *member,
			   const json_t *value, void *entry)
{
	const struct stlb_member text = {.key = member->key, .limit = NAME_LIMIT};
	enum stlb_rule *rule = &((struct stlb_suppression *)entry)->rule;
	char shown[64];
	const char *name, *nearest;
	int ret = stlb_member_text(document, &text, value, &name);

	*rule = STLB_NR_RULES;
	if (ret || !name)
		return ret;
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

int stlb_suppressions_fingerprint(struct stlb_document *document, const struct stlb_member *member,
				  const json_t *value, void *entry)
{
	const struct stlb_member text = {.key = member->key, .limit = NAME_LIMIT};
	const char **fingerprint = &((struct stlb_suppression *)entry)->fingerprint;
	char version[16], shown[4 * sizeof(version)];
	const char *colon;
	int ret = stlb_member_text(document, &text, value, fingerprint);

	colon = !ret && *fingerprint ? strchr(*fingerprint, ':') : NULL;
	if (!colon || !strncmp(*fingerprint, "2:", 2) || !strncmp(*fingerprint, "2w:", 3))
		return ret;
	snprintf(version, sizeof(version), "%.*s", (int)strcspn(*fingerprint, "w:"), *fingerprint);
	stlb_str_clean(shown, sizeof(shown), version);
	return stlb_document_fail(
		document,
		"the fingerprint has version \"%s\", and this program supports only version 2: "
		"create the baseline again, or use the fingerprint of a new report",
		shown);
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

#define MEMBER(field) offsetof(struct stlb_suppression, field)

static const struct stlb_member entry_members[] = {
	{"rule", stlb_suppressions_rule, 0, 0},
	{"fingerprint", stlb_suppressions_fingerprint, 0, 0},
	{"comm", stlb_member_text, MEMBER(comm), NAME_LIMIT},
	{"phase", stlb_member_text, MEMBER(phase), NAME_LIMIT},
	{"reason", stlb_member_text, MEMBER(reason), REASON_LIMIT},
	{"expires", stlb_member_text, MEMBER(expires), NAME_LIMIT},
	{"occurrences", stlb_member_count, MEMBER(limit), 0},
	{0},
};

static int read_entry(struct stlb_document *document, const json_t *object,
		      struct stlb_suppression *entry)
{
	int ret;

	if (!json_is_object(object))
		return stlb_document_fail(document, "must be an object");
	ret = stlb_document_only(document, object, entry_members);
	if (!ret)
		ret = stlb_document_read(document, object, entry_members, entry);
	return ret ? ret : check_entry(document, entry);
}

static int add_entries(struct stlb_suppressions *set, struct stlb_document *document,
		       const json_t *array)
{
	const char *path = stlb_arena_text(&set->arena, document->path);

	if (!path)
		return stlb_error_set(document->err, -ENOMEM, "%s: no memory", document->path);
	for (size_t i = 0; i < json_array_size(array); i++) {
		struct stlb_suppression entry = {
			.path = path, .index = i, .verdict = -1, .limit = UINT64_MAX};
		int ret;

		snprintf(document->where, sizeof(document->where), "suppressions[%zu]", i);
		ret = read_entry(document, json_array_get(array, i), &entry);
		if (ret)
			return ret;
		if (stlb_suppressions_add(set, &entry))
			return stlb_error_set(document->err, -ENOMEM, "%s: no memory",
					      document->path);
	}
	return 0;
}

static int read_entries(struct stlb_document *document, const struct stlb_member *member,
			const json_t *array, void *set)
{
	if (!json_is_array(array))
		return stlb_document_fail(document, "lacks the array \"%s\"", member->key);
	if (json_array_size(array) > ENTRY_LIMIT)
		return stlb_document_fail(document, "holds more than %d suppressions", ENTRY_LIMIT);
	return add_entries(set, document, array);
}

static const struct stlb_member members[] = {
	{"schema_version", stlb_member_version, 0, 1},
	{"suppressions", read_entries, 0, 0},
	{0},
};

int stlb_suppressions_load(struct stlb_suppressions *set, const char *path, struct stlb_error *err)
{
	struct stlb_document document;
	uint32_t before = set->nr;
	int ret = stlb_document_open(&document, path, FILE_LIMIT, err);

	if (ret)
		return ret;
	ret = stlb_document_only(&document, document.root, members);
	if (!ret)
		ret = stlb_document_read(&document, document.root, members, set);
	if (ret)
		stlb_suppressions_truncate(set, before);
	stlb_document_close(&document);
	return ret;
}
