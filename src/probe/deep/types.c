/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/grow.h"

enum { MAX_MODIFIERS = 32 };

static bool is_entry_name(const char *name)
{
	static const char *const names[] = {"pte_t", "pmd_t", "pud_t", "p4d_t", "pgd_t"};

	for (size_t i = 0; name && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* const and the like, on the way to what counts */
static const struct btf_type *unmodified(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	for (int i = 0; type && btf_is_mod(type) && i < MAX_MODIFIERS; i++)
		type = btf__type_by_id(btf, type->type);
	return type;
}

static bool is_entry_pointer(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = unmodified(btf, id);

	if (!type || !btf_is_ptr(type))
		return false;
	type = unmodified(btf, type->type);
	return type && btf_is_typedef(type) &&
	       is_entry_name(btf__name_by_offset(btf, type->name_off));
}

static int look_at(const struct btf *btf, const struct btf_type *function,
		   struct stlb_walkers *walkers)
{
	struct stlb_walker walker = {.name = btf__name_by_offset(btf, function->name_off)};
	const struct btf_type *type = btf__type_by_id(btf, function->type);

	if (!walker.name || !type || !btf_is_func_proto(type))
		return 0;
	for (uint32_t i = 0; i < btf_vlen(type); i++)
		walker.takes |= is_entry_pointer(btf, btf_params(type)[i].type);
	walker.returns = is_entry_pointer(btf, type->type);
	if (!walker.takes && !walker.returns)
		return 0;
	if (stlb_grow((void **)&walkers->items, walkers->nr, &walkers->max, sizeof(walker)) < 0)
		return -ENOMEM;
	walkers->items[walkers->nr++] = walker;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct stlb_walker *)a)->name, ((const struct stlb_walker *)b)->name);
}

int stlb_walkers_find(const struct btf *btf, struct stlb_walkers *walkers)
{
	uint32_t nr = btf__type_cnt(btf);

	*walkers = (struct stlb_walkers){0};
	for (uint32_t id = 1; id < nr; id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);

		if (type && btf_is_func(type) && look_at(btf, type, walkers) < 0)
			return -ENOMEM;
	}
	if (walkers->nr)
		qsort(walkers->items, walkers->nr, sizeof(*walkers->items), by_name);
	return 0;
}

const struct stlb_walker *stlb_walkers_named(const struct stlb_walkers *walkers, const char *symbol)
{
	size_t length = strcspn(symbol, ".");
	uint32_t low = 0, high = walkers->nr;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const char *name = walkers->items[middle].name;
		int order = strncmp(name, symbol, length);

		if (!order)
			order = name[length] != '\0';
		if (!order)
			return &walkers->items[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void stlb_walkers_free(struct stlb_walkers *walkers)
{
	free(walkers->items);
	*walkers = (struct stlb_walkers){0};
}
