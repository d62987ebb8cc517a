/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sites: breaches of the same rule on the same code path are one finding. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/check.h"

/* ---- what makes a site ---- */

static uint64_t mix_number(uint64_t hash, uint64_t number)
{
	return stlb_map_mix(hash ^ (number + UINT64_C(0x9e3779b97f4a7c15)));
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
	for (; text && *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return mix_number(hash, 0);
}

/* Kernel threads are code paths of their own; every other task is just a task. */
static const char *actor_class(const struct stlb_task *task)
{
	static const char *const threads[] = {"ksmd",	    "khugepaged", "kswapd",	"kcompactd",
					      "oom_reaper", "kworker",	  "migration/", "kdamond"};

	for (size_t i = 0; task->comm && i < sizeof(threads) / sizeof(*threads); i++)
		if (!strncmp(task->comm, threads[i], strlen(threads[i])))
			return threads[i];
	return task->kind == STLB_CONTEXT_TASK ? "task" : "interrupt";
}

static uint64_t mix_obligation(uint64_t hash, const struct stlb_obligation *ob)
{
	hash = mix_text(hash, stlb_kind_name(ob->update.kind));
	hash = mix_text(hash, ob->later && ob->later->event[STLB_LATER_SET].name
				      ? stlb_kind_name(ob->later->event[STLB_LATER_SET].kind)
				      : "");
	hash = mix_number(hash, ob->level | ob->type << 4 | ob->left << 8 | ob->table << 12);
	hash = mix_number(hash, ob->old.special | ob->racy << 1);
	return mix_number(hash, (uint64_t)ob->scope->bracket_event);
}

/* What is the same on every machine: no address, no tid, no time. */
static uint64_t code_path(const struct stlb_case *c)
{
	uint64_t hash = mix_text(UINT64_C(0xcbf29ce484222325), stlb_rule_info(c->rule)->id);

	hash = mix_number(hash, c->variant);
	hash = mix_text(hash, c->act->event ? stlb_kind_name(c->act->event->kind) : "");
	hash = mix_text(hash, actor_class(c->ob ? c->ob->task : c->act->task));
	return c->ob ? mix_obligation(hash, c->ob) : hash;
}

void stlb_case_fingerprint(const struct stlb_case *c, char fingerprint[17])
{
	snprintf(fingerprint, 17, "%016" PRIx64, code_path(c));
}

uint64_t stlb_case_site(const struct stlb_analysis *a, const struct stlb_case *c)
{
	uint64_t hash = mix_number(code_path(c), c->ob ? c->ob->scope->phase : a->phase);

	for (uint32_t i = 0; c->ob && i < c->ob->scope->nr_stack; i++)
		hash = mix_number(hash, c->ob->scope->stack[i]);
	return hash;
}

static uint64_t site_key(uint64_t site, enum stlb_verdict verdict)
{
	return mix_number(site, verdict);
}

/* ---- counting ---- */

static void keep_breach(struct stlb_analysis *a, struct stlb_finding *finding, uint64_t ns)
{
	a->breaches[a->nr_breaches++ % STLB_MAX_BREACHES] = (struct stlb_breach){finding, ns};
}

static void count(struct stlb_finding *finding, uint64_t number, uint64_t ns)
{
	if (finding->verdict == STLB_INCONCLUSIVE)
		finding->inconclusive += number;
	else
		finding->occurrences += number;
	if (finding->last_ns < ns)
		finding->last_ns = ns;
}

bool stlb_sites_again(struct stlb_analysis *a, uint64_t site, const struct stlb_case *c)
{
	struct stlb_finding *known = stlb_map_get(&a->sites, site_key(site, c->verdict));

	if (!known)
		return false;
	known->cost_ns += c->cost_ns;
	count(known, 1, c->act->event->ns);
	keep_breach(a, known, c->act->event->ns);
	return true;
}

void stlb_sites_count(struct stlb_analysis *a, uint64_t site, struct stlb_finding *finding,
		      uint64_t number)
{
	uint64_t key = site_key(site, finding->verdict), ns = finding->last_ns;
	struct stlb_finding *known = stlb_map_get(&a->sites, key);
	bool is_new = !known;

	if (known) {
		free(finding);
	} else if (a->sites.count == STLB_MAX_SITES) {
		a->result.dropped++;
		free(finding);
		return;
	} else if (stlb_map_put(&a->sites, key, finding) < 0) {
		a->failed = true;
		free(finding);
		return;
	} else {
		known = finding;
		known->occurrences = known->inconclusive = 0;
	}
	count(known, number, ns);
	keep_breach(a, known, ns);
	if (is_new && a->options.found)
		a->options.found(a->options.arg, known);
}

/* ---- doubt ---- */

static struct stlb_finding *doubted_twin(struct stlb_analysis *a, const struct stlb_finding *sure)
{
	/* the twin is found by the finding itself: its site's parts are not kept */
	uint64_t key = mix_number((uint64_t)(uintptr_t)sure, STLB_INCONCLUSIVE);
	struct stlb_finding *twin = stlb_map_get(&a->sites, key);

	if (twin)
		return twin;
	twin = malloc(sizeof(*twin));
	if (!twin)
		return NULL;
	*twin = *sure;
	twin->verdict = STLB_INCONCLUSIVE;
	twin->occurrences = twin->inconclusive = 0;
	if (stlb_map_put(&a->sites, key, twin) < 0) {
		free(twin);
		return NULL;
	}
	return twin;
}

/* A range that is wrong by itself needs no other event to prove it. */
static bool spans_time(enum stlb_rule rule)
{
	return rule != STLB_RULE_EMPTY && rule != STLB_RULE_UNALIGNED;
}

static void doubt(struct stlb_analysis *a, struct stlb_breach *breach)
{
	struct stlb_finding *twin;

	if (breach->finding->verdict == STLB_INCONCLUSIVE || !breach->finding->occurrences ||
	    !spans_time(breach->finding->rule))
		return;
	twin = doubted_twin(a, breach->finding);
	if (!twin) {
		a->failed = true;
		return;
	}
	breach->finding->occurrences--;
	twin->inconclusive++;
	breach->finding = twin;
}

void stlb_sites_doubt(struct stlb_analysis *a, uint64_t from_ns)
{
	uint64_t nr = a->nr_breaches < STLB_MAX_BREACHES ? a->nr_breaches : STLB_MAX_BREACHES;

	for (uint64_t i = 0; i < nr; i++)
		if (a->breaches[i].ns > from_ns)
			doubt(a, &a->breaches[i]);
	for (uint32_t i = 0; i < a->nr_held_back; i++)
		if (a->held_back[i].finding->first_ns > from_ns)
			a->held_back[i].finding->verdict = STLB_INCONCLUSIVE;
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
			finding->occurrences = finding->inconclusive = 0;
}

/* ---- the result ---- */

static int by_time(const void *one, const void *other)
{
	const struct stlb_finding *a = *(struct stlb_finding *const *)one;
	const struct stlb_finding *b = *(struct stlb_finding *const *)other;

	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	if (a->verdict != b->verdict)
		return a->verdict < b->verdict ? -1 : 1;
	return strcmp(a->fingerprint, b->fingerprint);
}

static void sum_up(struct stlb_analysis *a)
{
	for (uint32_t i = 0; i < a->result.nr_findings; i++) {
		struct stlb_finding *finding = a->result.findings[i];
		struct stlb_rule_result *rule = &a->result.rules[finding->rule];

		snprintf(finding->id, sizeof(finding->id), "F%u", i + 1);
		rule->occurrences += finding->occurrences;
		rule->sites += finding->occurrences > 0;
		rule->inconclusive += finding->inconclusive;
	}
}

int stlb_sites_finish(struct stlb_analysis *a)
{
	uint32_t at = 0;

	a->result.findings = calloc(a->sites.count + 1, sizeof(*a->result.findings));
	if (!a->result.findings)
		return -ENOMEM;
	for (struct stlb_finding *finding; (finding = stlb_map_next(&a->sites, &at));)
		if (finding->occurrences || finding->inconclusive)
			a->result.findings[a->result.nr_findings++] = finding;
	qsort(a->result.findings, a->result.nr_findings, sizeof(*a->result.findings), by_time);
	sum_up(a);
	return 0;
}
