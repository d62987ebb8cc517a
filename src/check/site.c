/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sites: violations of the same rule on the same code path are one finding. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/violation.h"
#include "check/filter.h"
#include "check/fingerprint.h"
#include "check/rule.h"
#include "check/site.h"

static uint64_t key_of(uint64_t site, enum stlb_verdict verdict)
{
	return stlb_map_mix(site + verdict);
}

/* ---- counting ---- */

static void keep_occurrence(struct stlb_analysis *a, struct stlb_finding *finding, uint64_t ns,
			    uint32_t hidden)
{
	a->occurrences[a->nr_kept++ % STLB_MAX_OCCURRENCES] =
		(struct stlb_occurrence){finding, ns, hidden};
}

static void count_hidden(struct stlb_hidden *to, uint32_t hidden, uint64_t number)
{
	to->nr += number;
	for (int kind = 0; kind < STLB_NR_FILTERS; kind++)
		to->by[kind] += hidden >> kind & 1 ? number : 0;
}

static void count(struct stlb_analysis *a, struct stlb_finding *finding, uint64_t number,
		  uint64_t ns, uint32_t hidden)
{
	keep_occurrence(a, finding, ns, hidden);
	if (hidden) {
		count_hidden(&finding->hidden, hidden, number);
		if (!finding->selected && finding->last_ns < ns)
			finding->last_ns = ns;
		return;
	}
	if (finding->verdict == STLB_INCONCLUSIVE)
		finding->inconclusive += number;
	else
		finding->occurrences += number;
	if (finding->last_ns < ns)
		finding->last_ns = ns;
	if (finding->selected)
		return;
	finding->selected = true;
	if (!a->options.found)
		return;
	stlb_fingerprint_name(a, finding);
	a->options.found(a->options.arg, finding);
}

/* The first one that is selected is the one that is shown. */
static void show_instead(struct stlb_finding *known, const struct stlb_finding *selected)
{
	struct stlb_finding old = *known;

	*known = *selected;
	known->hidden = old.hidden;
	known->site_ns = old.site_ns;
	known->serial = old.serial;
}

bool stlb_sites_again(struct stlb_analysis *a, uint64_t site, const struct stlb_violation *v)
{
	struct stlb_finding *known = stlb_map_get(&a->sites, key_of(site, v->verdict)), *shown;
	uint32_t hidden;

	if (!known)
		return false;
	hidden = stlb_violation_hidden(a, v);
	if (!hidden && known->selected) {
		known->cost_ns += v->cost_ns;
	} else if (!hidden) {
		shown = stlb_violation_finding(a, v);
		if (!shown) {
			a->failed = true;
			return true;
		}
		show_instead(known, shown);
		free(shown);
	}
	count(a, known, 1, v->ec->event->ns, hidden);
	return true;
}

static uint32_t hidden_of(const struct stlb_finding *finding)
{
	uint32_t hidden = 0;

	for (int kind = 0; kind < STLB_NR_FILTERS; kind++)
		hidden |= finding->hidden.by[kind] ? 1U << kind : 0;
	return hidden;
}

static struct stlb_finding *add_site(struct stlb_analysis *a, uint64_t key,
				     struct stlb_finding *finding)
{
	int ret =
		a->sites.count == STLB_MAX_SITES ? -ENOSPC : stlb_map_put(&a->sites, key, finding);

	if (ret < 0) {
		a->result.dropped += ret == -ENOSPC;
		a->failed |= ret != -ENOSPC;
		free(finding);
		return NULL;
	}
	finding->serial = a->sites.count;
	finding->occurrences = finding->inconclusive = 0;
	finding->hidden = (struct stlb_hidden){0};
	return finding;
}

void stlb_sites_count(struct stlb_analysis *a, uint64_t site, struct stlb_finding *finding,
		      uint64_t number)
{
	uint64_t key = key_of(site, finding->verdict), ns = finding->last_ns;
	struct stlb_finding *known = stlb_map_get(&a->sites, key);
	uint32_t hidden = hidden_of(finding);

	if (!known) {
		known = add_site(a, key, finding);
	} else {
		if (!hidden && !known->selected)
			show_instead(known, finding);
		free(finding);
	}
	if (known)
		count(a, known, number, ns, hidden);
}

/* ---- doubt ---- */

static struct stlb_finding *doubted_twin(struct stlb_analysis *a, const struct stlb_finding *sure)
{
	/* the twin is found by the finding itself: its site's parts are not kept */
	uint64_t key = key_of((uint64_t)(uintptr_t)sure, STLB_INCONCLUSIVE);
	struct stlb_finding *twin = stlb_map_get(&a->sites, key);

	if (twin)
		return twin;
	twin = malloc(sizeof(*twin));
	if (!twin)
		return NULL;
	*twin = *sure;
	twin->verdict = STLB_INCONCLUSIVE;
	twin->serial = a->sites.count + 1;
	twin->occurrences = twin->inconclusive = 0;
	twin->hidden = (struct stlb_hidden){0};
	if (stlb_map_put(&a->sites, key, twin) < 0) {
		free(twin);
		return NULL;
	}
	return twin;
}

/* A range that is wrong by itself needs no other event to prove it. */
static bool spans_time(enum stlb_rule rule)
{
	return !stlb_rule_objects[rule]->of_one_event;
}

static void doubt(struct stlb_analysis *a, struct stlb_occurrence *violation)
{
	struct stlb_finding *twin;

	if (violation->finding->verdict == STLB_INCONCLUSIVE ||
	    !spans_time(violation->finding->rule) ||
	    !(violation->hidden ? violation->finding->hidden.nr : violation->finding->occurrences))
		return;
	twin = doubted_twin(a, violation->finding);
	if (!twin) {
		a->failed = true;
		return;
	}
	if (violation->hidden) {
		count_hidden(&violation->finding->hidden, violation->hidden, UINT64_MAX);
		count_hidden(&twin->hidden, violation->hidden, 1);
	} else {
		violation->finding->occurrences--;
		twin->inconclusive++;
	}
	violation->finding = twin;
}

void stlb_sites_doubt(struct stlb_analysis *a, uint64_t from_ns)
{
	uint64_t nr = a->nr_kept < STLB_MAX_OCCURRENCES ? a->nr_kept : STLB_MAX_OCCURRENCES;

	for (uint64_t i = 0; i < nr; i++)
		if (a->occurrences[i].ns > from_ns)
			doubt(a, &a->occurrences[i]);
}

static void doubt_finding(struct stlb_finding *finding, const char *why)
{
	finding->verdict = STLB_INCONCLUSIVE;
	finding->inconclusive += finding->occurrences;
	finding->occurrences = 0;
	snprintf(finding->missing, sizeof(finding->missing), "%s", why);
}

void stlb_sites_doubt_rules(struct stlb_analysis *a, uint64_t rules, const char *why)
{
	uint32_t at = 0;

	for (struct stlb_finding *finding; (finding = stlb_map_next(&a->sites, &at));)
		if (rules >> finding->rule & 1)
			doubt_finding(finding, why);
}

void stlb_sites_drop_rules(struct stlb_analysis *a, uint64_t rules)
{
	uint32_t at = 0;

	for (struct stlb_finding *finding; (finding = stlb_map_next(&a->sites, &at));)
		if (rules >> finding->rule & 1)
			finding->occurrences = finding->inconclusive = finding->hidden.nr = 0;
}

/* ---- the result ---- */

static bool is_off_by_default(const struct stlb_finding *finding)
{
	return stlb_rule_info(finding->rule)->severity == STLB_OFF;
}

/* No filter and no rule that is turned on changes the order, and so the ids of the others. */
static int by_id(const void *one, const void *other)
{
	const struct stlb_finding *a = *(struct stlb_finding *const *)one;
	const struct stlb_finding *b = *(struct stlb_finding *const *)other;

	if (is_off_by_default(a) != is_off_by_default(b))
		return is_off_by_default(a) - is_off_by_default(b);
	if (a->site_ns != b->site_ns)
		return a->site_ns < b->site_ns ? -1 : 1;
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	if (a->verdict != b->verdict)
		return a->verdict < b->verdict ? -1 : 1;
	return a->serial < b->serial ? -1 : a->serial > b->serial;
}

static void sum_up(struct stlb_analysis *a, struct stlb_finding *finding)
{
	struct stlb_rule_result *rule = &a->result.rules[finding->rule];

	rule->occurrences += finding->occurrences;
	rule->sites += finding->occurrences > 0;
	rule->inconclusive += finding->inconclusive;
}

/* From one list in the order of the ids to two. */
static void split(struct stlb_analysis *a, struct stlb_finding **all, uint32_t nr)
{
	struct stlb_result *result = &a->result;

	for (uint32_t i = 0; i < nr; i++) {
		struct stlb_finding *finding = all[i];

		snprintf(finding->id, sizeof(finding->id), "F%u", i + 1);
		stlb_fingerprint_name(a, finding);
		if (!finding->occurrences && !finding->inconclusive) {
			result->hidden[result->nr_hidden++] = finding;
			continue;
		}
		sum_up(a, finding);
		result->findings[result->nr_findings++] = finding;
	}
}

int stlb_sites_finish(struct stlb_analysis *a)
{
	size_t room = (size_t)a->sites.count + 1;
	struct stlb_finding **all = calloc(room, sizeof(*all));
	uint32_t at = 0, nr = 0;

	a->result.findings = calloc(room, sizeof(*a->result.findings));
	a->result.hidden = calloc(room, sizeof(*a->result.hidden));
	if (!all || !a->result.findings || !a->result.hidden) {
		free(all);
		return -ENOMEM;
	}
	for (struct stlb_finding *finding; (finding = stlb_map_next(&a->sites, &at));)
		if (finding->occurrences || finding->inconclusive || finding->hidden.nr)
			all[nr++] = finding;
	qsort(all, nr, sizeof(*all), by_id);
	split(a, all, nr);
	free(all);
	return 0;
}
