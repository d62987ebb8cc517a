/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fingerprints, the same on every machine, and sites: which violations are of one code path. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/fingerprint.h"
#include "util/frames.h"

/* ---- of the code path, without names ---- */

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
static const char *context_class(const struct stlb_context *context)
{
	static const char *const threads[] = {"ksmd",	    "khugepaged", "kswapd",	"kcompactd",
					      "oom_reaper", "kworker",	  "migration/", "kdamond"};

	for (size_t i = 0; context->comm && i < sizeof(threads) / sizeof(*threads); i++)
		if (!strncmp(context->comm, threads[i], strlen(threads[i])))
			return threads[i];
	return context->kind == STLB_CONTEXT_TASK ? "task" : "interrupt";
}

static uint64_t mix_obligation(uint64_t hash, const struct stlb_obligation *ob)
{
	hash = mix_text(hash, stlb_kind_name(ob->update.kind));
	hash = mix_text(hash, ob->later && ob->later->event[STLB_LATER_SET].name
				      ? stlb_kind_name(ob->later->event[STLB_LATER_SET].kind)
				      : "");
	hash = mix_number(hash, ob->level | ob->type << 4 | ob->new_state << 8 | ob->table << 12);
	hash = mix_number(hash, ob->old.special | ob->racy << 1);
	return mix_number(hash, (uint64_t)ob->scope->bracket_event);
}

/* What is the same on every machine: no address, no tid, no time; nor a new id of a rule. */
static uint64_t code_path(const struct stlb_violation *v)
{
	const struct stlb_rule_info *rule = stlb_rule_info(v->rule);
	uint64_t hash =
		mix_text(UINT64_C(0xcbf29ce484222325), rule->former ? rule->former : rule->id);

	hash = mix_number(hash, v->variant);
	hash = mix_text(hash, v->ec->event ? stlb_kind_name(v->ec->event->kind) : "");
	hash = mix_text(hash, context_class(v->ob ? v->ob->context : v->ec->context));
	return v->ob ? mix_obligation(hash, v->ob) : hash;
}

void stlb_violation_fingerprint(const struct stlb_violation *v, char fingerprint[17])
{
	snprintf(fingerprint, 17, "%016" PRIx64, code_path(v));
}

uint64_t stlb_violation_site(const struct stlb_analysis *a, const struct stlb_violation *v)
{
	uint64_t hash = mix_number(code_path(v), v->ob ? v->ob->scope->phase : a->phase);

	for (uint32_t i = 0; v->ob && i < v->ob->scope->nr_stack; i++)
		hash = mix_number(hash, v->ob->scope->stack[i]);
	return hash;
}

/* ---- with the names of its functions ---- */

/* Addresses below are the process's: a kernel stack may end with them. */
#define KERNEL (UINT64_C(1) << 63)

static uint64_t mix(uint64_t hash, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return stlb_map_mix(hash ^ length);
}

/* "func.constprop.0 [module]": what the compiler made of a function differs between builds. */
static uint64_t mix_name(uint64_t hash, const char *name)
{
	const char *module = strchr(name, '[');

	hash = mix(hash, name, strcspn(name, ". ["));
	return module ? mix(hash, module, strlen(module)) : hash;
}

static uint32_t find_names(const struct stlb_analysis *a, const struct stlb_finding *finding,
			   const char **names)
{
	uint32_t nr = 0;

	while (a->options.symbol && nr < finding->nr_stack && finding->stack[nr] >= KERNEL) {
		names[nr] = a->options.symbol(a->options.symbol_arg, finding->stack[nr]);
		nr++;
	}
	return nr;
}

void stlb_fingerprint_name(const struct stlb_analysis *a, struct stlb_finding *finding)
{
	const char *names[STLB_MAX_STACK] = {NULL};
	uint32_t nr = find_names(a, finding, names);
	uint32_t at = stlb_frames_of_tracer(names, nr);
	uint64_t hash = strtoull(finding->first_fingerprint, NULL, 16);
	bool known = at < nr;

	for (; at < nr && known; at++) {
		known = names[at] != NULL;
		hash = known ? mix_name(hash, names[at]) : hash;
	}
	if (!known)
		hash = strtoull(finding->first_fingerprint, NULL, 16);
	snprintf(finding->fingerprint, sizeof(finding->fingerprint), "2%s:%016" PRIx64,
		 known ? "" : "w", hash);
}
