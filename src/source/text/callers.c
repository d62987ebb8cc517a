/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/text/callers.h"

#include <stdio.h>
#include <stdlib.h>

#include "source/source_ops.h"

enum { MAX_CALLERS = 1 << 20, MAX_FUNCTION = 440, MAX_MODULE = 64 };

struct named {
	const char *name; /* interned, "func" or "func [module]" */
	uint64_t address, offset;
};

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Modules have no hyphen in their names, but their files may. */
static const char *intern(struct stlb_names *names, const struct stlb_perf_caller *caller)
{
	char text[MAX_FUNCTION + MAX_MODULE + sizeof(" []")];
	size_t length;

	if (!caller->module)
		return stlb_names_intern(names, caller->name, caller->name_size);
	length = (size_t)snprintf(text, sizeof(text), "%.*s [%.*s]",
				  (int)least(caller->name_size, MAX_FUNCTION), caller->name,
				  (int)least(caller->module_size, MAX_MODULE), caller->module);
	for (size_t i = least(caller->name_size, MAX_FUNCTION); i < length; i++)
		if (text[i] == '-')
			text[i] = '_';
	return stlb_names_intern(names, text, length);
}

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
	named->name = intern(names, caller);
	named->address = caller->address;
	named->offset = caller->offset;
	if (!named->name || stlb_map_put(&callers->by_address, caller->address, named))
		free(named);
}

uint64_t stlb_text_callers_stand_in(struct stlb_text_callers *callers, struct stlb_names *names,
				    const struct stlb_perf_caller *caller)
{
	const char *whole = intern(names, caller);
	struct stlb_perf_caller made = *caller;
	uint64_t key = stlb_map_mix((uintptr_t)whole) ^ caller->offset;
	const struct named *known = whole ? stlb_map_get(&callers->stand_ins, key) : NULL;

	if (!whole)
		return 0;
	if (known && known->name == whole && known->offset == caller->offset)
		return known->address;
	made.address = STLB_STAND_IN + callers->by_address.count + 1;
	stlb_text_callers_add(callers, names, &made);
	known = stlb_map_get(&callers->by_address, made.address);
	if (!known || stlb_map_put(&callers->stand_ins, key, (void *)known))
		return 0;
	return made.address;
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
	stlb_map_free(&callers->stand_ins);
}
