/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "suppress/suppress_internal.h"
#include "util/grow.h"
#include "util/str.h"

struct stlb_suppressions *stlb_suppressions_new(const char *today)
{
	struct stlb_suppressions *set = calloc(1, sizeof(*set));

	if (!set || !today)
		return set;
	set->today = strdup(today);
	if (set->today)
		return set;
	free(set);
	return NULL;
}

void stlb_suppressions_free(struct stlb_suppressions *set)
{
	if (!set)
		return;
	stlb_arena_free(&set->arena);
	free(set->entries);
	free(set->today);
	free(set);
}

/* Copies a string in place; false without memory. */
static bool keep(struct stlb_suppressions *set, const char **text)
{
	if (!*text)
		return true;
	*text = stlb_arena_text(&set->arena, *text);
	return *text;
}

int stlb_suppressions_add(struct stlb_suppressions *set, const struct stlb_suppression *entry)
{
	struct stlb_suppression copy = *entry;

	if (stlb_grow((void **)&set->entries, set->nr, &set->room, sizeof(*set->entries)))
		return -ENOMEM;
	if (!keep(set, &copy.fingerprint) || !keep(set, &copy.comm) || !keep(set, &copy.phase) ||
	    !keep(set, &copy.expires))
		return -ENOMEM;
	if (!copy.baseline && !keep(set, &copy.reason))
		return -ENOMEM;
	/* ISO dates sort as text */
	copy.expired = copy.expires && set->today && strcmp(copy.expires, set->today) < 0;
	copy.unversioned = copy.fingerprint && !strchr(copy.fingerprint, ':');
	copy.weak = copy.fingerprint && stlb_suppressions_is_weak(copy.fingerprint);
	set->entries[set->nr++] = copy;
	return 0;
}

void stlb_suppressions_truncate(struct stlb_suppressions *set, uint32_t nr)
{
	set->nr = nr;
}

/* Reports write names cleaned, and users copy them from reports: so that is what is compared. */
static bool same_text(const char *wanted, const char *buffer, size_t size)
{
	char raw[64], text[4 * sizeof(raw)];
	size_t length = strnlen(buffer, size < sizeof(raw) ? size : sizeof(raw) - 1);

	if (!wanted)
		return true;
	memcpy(raw, buffer, length);
	raw[length] = '\0';
	stlb_str_clean(text, sizeof(text), raw);
	return !strcmp(wanted, text);
}

static bool same_fingerprint(const char *wanted, const struct stlb_finding *finding)
{
	return same_text(wanted, finding->fingerprint, sizeof(finding->fingerprint)) ||
	       same_text(wanted, finding->first_fingerprint, sizeof(finding->first_fingerprint));
}

static bool matches(const struct stlb_suppression *entry, const struct stlb_finding *finding)
{
	if (entry->expired)
		return false;
	if (entry->rule != STLB_NR_RULES && entry->rule != finding->rule)
		return false;
	if (entry->verdict >= 0 && entry->verdict != (int)finding->verdict)
		return false;
	return same_fingerprint(entry->fingerprint, finding) &&
	       same_text(entry->comm, finding->comm, sizeof(finding->comm)) &&
	       same_text(entry->phase, finding->phase, sizeof(finding->phase));
}

/* Some of a site's occurrences cannot be distinguished from the others: it is hidden as a whole or
 * not. */
static bool hides(const struct stlb_suppression *entry, uint64_t number)
{
	return entry->limit == UINT64_MAX || number <= entry->limit - entry->hides;
}

static uint64_t number_of(const struct stlb_finding *finding)
{
	return finding->occurrences + finding->inconclusive + finding->hidden.nr;
}

/** struct answer - the first of each kind of entry */
struct answer {
	const struct stlb_suppression *reason, *known;
};

static void ask(struct answer *answer, const struct stlb_suppression *entry)
{
	if (entry->baseline)
		answer->known = answer->known ? answer->known : entry;
	else
		answer->reason = answer->reason ? answer->reason : entry;
}

static const char *reason_of(const struct answer *answer, bool *weak)
{
	const struct stlb_suppression *entry = answer->reason ? answer->reason : answer->known;

	if (weak)
		*weak = entry && entry->weak;
	return entry ? entry->reason : NULL;
}

const char *stlb_suppressions_match(struct stlb_suppressions *set,
				    const struct stlb_finding *finding, bool *weak)
{
	uint64_t number = number_of(finding);
	struct answer answer = {0};

	for (uint32_t i = 0; i < set->nr; i++) {
		struct stlb_suppression *entry = &set->entries[i];

		if (!matches(entry, finding))
			continue;
		entry->used++;
		if (!hides(entry, number))
			continue;
		entry->hides += number;
		ask(&answer, entry);
	}
	return reason_of(&answer, weak);
}

const char *stlb_suppressions_peek(const struct stlb_suppressions *set,
				   const struct stlb_finding *finding, bool *weak)
{
	struct answer answer = {0};

	for (uint32_t i = 0; i < set->nr; i++)
		if (matches(&set->entries[i], finding) &&
		    hides(&set->entries[i], number_of(finding)))
			ask(&answer, &set->entries[i]);
	return reason_of(&answer, weak);
}

uint64_t stlb_suppressions_known(const struct stlb_suppressions *set,
				 const struct stlb_finding *finding)
{
	uint64_t known = 0;

	for (uint32_t i = 0; i < set->nr; i++)
		if (matches(&set->entries[i], finding) && set->entries[i].limit != UINT64_MAX)
			known += set->entries[i].limit;
	return known;
}

const struct stlb_suppression *stlb_suppressions_get(const struct stlb_suppressions *set,
						     uint32_t index)
{
	return set && index < set->nr ? &set->entries[index] : NULL;
}
