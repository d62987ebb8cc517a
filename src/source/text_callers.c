/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "text_callers.h"

#include <stdlib.h>

enum { MAX_CALLERS = 1 << 20 };

struct named {
	const char *name; /* interned */
	uint64_t offset;
};

void stlb_text_callers_add(struct stlb_text_callers *callers, struct stlb_names *names,
			   const struct stlb_perf_caller *caller)
{
	struct named *named;

	if (!caller->name || stlb_map_get(&callers->by_address, caller->address) ||
	    callers->by_address.count >= MAX_CALLERS)
		return;
	named = malloc(sizeof(*named));
	if (!named)
		return;
	named->name = stlb_names_intern(names, caller->name, caller->name_size);
	named->offset = caller->offset;
	if (!named->name || stlb_map_put(&callers->by_address, caller->address, named))
		free(named);
}

const char *stlb_text_callers_find(const struct stlb_text_callers *callers, uint64_t address,
				   uint64_t *offset)
{
	const struct named *named = stlb_map_get(&callers->by_address, address);

	if (!named)
		return NULL;
	*offset = named->offset;
	return named->name;
}

void stlb_text_callers_free(struct stlb_text_callers *callers)
{
	struct named *named;
	uint32_t at = 0;

	while ((named = stlb_map_next(&callers->by_address, &at)))
		free(named);
	stlb_map_free(&callers->by_address);
}
