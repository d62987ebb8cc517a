/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fingerprints: what is the same of a fault on every machine, with the names of its functions. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "util/frames.h"

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
