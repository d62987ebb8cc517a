/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An earlier JSON report as the list of what is known. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suppress/suppress_internal.h"

enum { FILE_LIMIT = 64 << 20, FINDING_LIMIT = 1 << 16, NAME_LIMIT = 64 };

#define REASON "baseline "

/**
 * struct finding - what is read of a finding; a report tells both numbers, one of them is 0
 * @entry: first, for readers of a struct stlb_suppression
 * @occurrences: 1 of a finding that only says that it was there
 */
struct finding {
	struct stlb_suppression entry;
	uint64_t occurrences, inconclusive;
};

static int read_verdict(struct stlb_document *document, const struct stlb_member *member,
			const json_t *value, void *into)
{
	const struct stlb_member text = {.key = member->key, .limit = NAME_LIMIT};
	struct finding *finding = into;
	const char *name;
	int ret = stlb_member_text(document, &text, value, &name);

	if (ret)
		return ret;
	for (int i = STLB_OBSERVED; name && i <= STLB_INCONCLUSIVE; i++) {
		if (!strcmp(name, stlb_verdict_name(i))) {
			finding->entry.verdict = i;
			return 0;
		}
	}
	return stlb_document_fail(document, "\"%s\" must be observed, strict or inconclusive",
				  member->key);
}

static const struct stlb_member finding_members[] = {
	{"rule", stlb_suppressions_rule, 0, 0},
	{"verdict", read_verdict, 0, 0},
	{"fingerprint", stlb_suppressions_fingerprint, 0, 0},
	{"occurrences", stlb_member_count, offsetof(struct finding, occurrences), 0},
	{"inconclusive", stlb_member_count, offsetof(struct finding, inconclusive), 0},
	{0},
};

static int read_finding(struct stlb_document *document, const json_t *object,
			struct stlb_suppression *entry)
{
	struct finding finding = {.entry = *entry, .occurrences = 1};
	int ret;

	if (!json_is_object(object))
		return stlb_document_fail(document, "must be an object");
	ret = stlb_document_read(document, object, finding_members, &finding);
	if (ret)
		return ret;
	*entry = finding.entry;
	entry->limit = finding.occurrences + finding.inconclusive;
	if (entry->rule == STLB_NR_RULES || !entry->fingerprint)
		return stlb_document_fail(document, "lacks \"rule\" or \"fingerprint\"");
	return 0;
}

static int compare(const void *left, const void *right)
{
	const struct stlb_suppression *a = left, *b = right;
	int order = strcmp(a->fingerprint, b->fingerprint);

	if (!order)
		order = (int)a->rule - (int)b->rule;
	return order ? order : a->verdict - b->verdict;
}

static int order_known(const void *left, const void *right)
{
	const struct stlb_suppression *a = left, *b = right;
	int order = compare(a, b);

	return order ? order : (a->index > b->index) - (a->index < b->index);
}

/* The largest number is kept for "any number". */
static uint64_t sum(uint64_t a, uint64_t b)
{
	return b < UINT64_MAX - a ? a + b : UINT64_MAX - 1;
}

/* One fault may be in a report many times, once for each phase; it is known once. */
static int add_known(struct stlb_suppressions *set, struct stlb_suppression *known, size_t nr)
{
	qsort(known, nr, sizeof(*known), order_known);
	for (size_t i = 0; i < nr; i++) {
		struct stlb_suppression *first = &known[i];

		while (i + 1 < nr && !compare(first, &known[i + 1]))
			first->limit = sum(first->limit, known[++i].limit);
		if (stlb_suppressions_add(set, first))
			return -ENOMEM;
	}
	return 0;
}

/* "baseline PATH" in the set's arena; the path is what follows the space. */
static const char *make_reason(struct stlb_suppressions *set, const char *path)
{
	const char *reason = NULL;
	char *text;

	if (asprintf(&text, "%s%s", REASON, path) < 0)
		return NULL;
	reason = stlb_arena_text(&set->arena, text);
	free(text);
	return reason;
}

static int read_findings(struct stlb_document *document, const json_t *array, const char *reason,
			 struct stlb_suppression *known)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		int ret;

		snprintf(document->where, sizeof(document->where), "findings[%zu]", i);
		known[i] = (struct stlb_suppression){.path = reason + strlen(REASON),
						     .index = i,
						     .verdict = -1,
						     .reason = reason,
						     .baseline = true};
		ret = read_finding(document, json_array_get(array, i), &known[i]);
		if (ret)
			return ret;
	}
	return 0;
}

static int add_findings(struct stlb_suppressions *set, struct stlb_document *document,
			const json_t *array)
{
	size_t nr = json_array_size(array);
	struct stlb_suppression *known = calloc(nr + 1, sizeof(*known));
	const char *reason = make_reason(set, document->path);
	int ret = known && reason ? 0 : -ENOMEM;

	if (!ret)
		ret = read_findings(document, array, reason, known);
	if (!ret)
		ret = add_known(set, known, nr);
	if (ret == -ENOMEM)
		stlb_error_set(document->err, ret, "%s: no memory", document->path);
	free(known);
	return ret;
}

static int read_array(struct stlb_document *document, const struct stlb_member *member,
		      const json_t *array, void *set)
{
	if (!json_is_array(array))
		return stlb_document_fail(document, "is not a report: it lacks the array \"%s\"",
					  member->key);
	if (json_array_size(array) > FINDING_LIMIT)
		return stlb_document_fail(document, "holds more than %d findings", FINDING_LIMIT);
	return add_findings(set, document, array);
}

/* Of a report: the rest of it is of no concern here. */
static const struct stlb_member members[] = {
	{"schema_version", stlb_member_version, 0, 2},
	{"findings", read_array, 0, 0},
	{0},
};

int stlb_suppressions_load_baseline(struct stlb_suppressions *set, const char *path,
				    struct stlb_error *err)
{
	struct stlb_document document;
	uint32_t before = set->nr;
	int ret = stlb_document_open(&document, path, FILE_LIMIT, err);

	if (ret)
		return ret;
	ret = stlb_document_read(&document, document.root, members, set);
	if (ret)
		stlb_suppressions_truncate(set, before);
	stlb_document_close(&document);
	return ret;
}
