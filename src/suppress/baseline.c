/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An earlier JSON report as the list of what is known. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suppress/suppress_internal.h"

enum { FILE_LIMIT = 64 << 20, FINDING_LIMIT = 1 << 16, NAME_LIMIT = 64 };

#define REASON "baseline "

static int read_verdict(const struct stlb_document *document, const json_t *object, int *verdict)
{
	const char *name;
	int code = stlb_document_text(document, object, "verdict", NAME_LIMIT, &name);

	if (code)
		return code;
	for (int i = STLB_OBSERVED; name && i <= STLB_INCONCLUSIVE; i++) {
		if (!strcmp(name, stlb_verdict_name(i))) {
			*verdict = i;
			return 0;
		}
	}
	return stlb_document_fail(document, "\"verdict\" must be observed, strict or inconclusive");
}

/* A report tells both, one of them is 0. What only says that there was one, had one. */
static int read_counts(const struct stlb_document *document, const json_t *object,
		       struct stlb_suppression *entry)
{
	uint64_t occurrences = 1, inconclusive = 0;
	int code = stlb_suppressions_count(document, object, "occurrences", &occurrences);

	if (!code)
		code = stlb_suppressions_count(document, object, "inconclusive", &inconclusive);
	entry->limit = occurrences + inconclusive;
	return code;
}

static int read_finding(const struct stlb_document *document, const json_t *object,
			struct stlb_suppression *entry)
{
	int code;

	if (!json_is_object(object))
		return stlb_document_fail(document, "must be an object");
	code = stlb_suppressions_rule(document, object, &entry->rule);
	if (!code)
		code = read_verdict(document, object, &entry->verdict);
	if (!code)
		code = stlb_suppressions_fingerprint(document, object, &entry->fingerprint);
	if (code)
		return code;
	if (entry->rule == STLB_NR_RULES || !entry->fingerprint)
		return stlb_document_fail(document, "lacks \"rule\" or \"fingerprint\"");
	return read_counts(document, object, entry);
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
		int code;

		snprintf(document->where, sizeof(document->where), "findings[%zu]", i);
		known[i] = (struct stlb_suppression){.path = reason + strlen(REASON),
						     .index = i,
						     .verdict = -1,
						     .reason = reason,
						     .baseline = true};
		code = read_finding(document, json_array_get(array, i), &known[i]);
		if (code)
			return code;
	}
	return 0;
}

static int add_findings(struct stlb_suppressions *set, struct stlb_document *document,
			const json_t *array)
{
	size_t nr = json_array_size(array);
	struct stlb_suppression *known = calloc(nr + 1, sizeof(*known));
	const char *reason = make_reason(set, document->path);
	int code = known && reason ? 0 : -ENOMEM;

	if (!code)
		code = read_findings(document, array, reason, known);
	if (!code)
		code = add_known(set, known, nr);
	if (code == -ENOMEM)
		stlb_error_set(document->err, code, "%s: no memory", document->path);
	free(known);
	return code;
}

static int read_report(struct stlb_suppressions *set, struct stlb_document *document)
{
	const json_t *array = json_object_get(document->root, "findings");
	int code = stlb_document_version(document, '2');

	if (code)
		return code;
	if (!json_is_array(array))
		return stlb_document_fail(document,
					  "is not a report: it lacks the array \"findings\"");
	if (json_array_size(array) > FINDING_LIMIT)
		return stlb_document_fail(document, "holds more than %d findings", FINDING_LIMIT);
	return add_findings(set, document, array);
}

int stlb_suppressions_load_baseline(struct stlb_suppressions *set, const char *path,
				    struct stlb_error *err)
{
	struct stlb_document document;
	uint32_t before = set->nr;
	int code = stlb_document_open(&document, path, FILE_LIMIT, err);

	if (code)
		return code;
	code = read_report(set, &document);
	if (code)
		stlb_suppressions_truncate(set, before);
	stlb_document_close(&document);
	return code;
}
