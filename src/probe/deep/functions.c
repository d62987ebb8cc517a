/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "functions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/files.h"
#include "util/arena.h"
#include "util/grow.h"

/* A kernel has some 200,000 symbols, 20 MiB of text, and modules of a few MiB each. */
enum { MAX_SYMBOLS = 1 << 21, MAX_MODULES = 4096, PAGE = 4096 };
static const uint64_t max_text = UINT64_C(256) << 20, max_modules_text = UINT64_C(256) << 20;

struct symbol {
	uint64_t address;
	const char *name, *module;
	bool text, listed;
};

struct stlb_functions {
	struct stlb_arena arena;
	struct symbol *symbols; /* by name, those of the same name by module */
	uint32_t nr_symbols, max_symbols;
	struct stlb_function *items; /* by address */
	uint32_t nr, max;
	struct stlb_region *regions;
	uint32_t nr_regions, max_regions;
	const char *module; /* of the last symbol: they come module by module */
	bool failed, lists;
};

/* ---- symbols ---- */

static int text_order(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int by_name(const void *a, const void *b)
{
	const struct symbol *one = a, *two = b;
	int order = strcmp(one->name, two->name);

	if (!order)
		order = text_order(one->module, two->module);
	return order ? order : (one->address > two->address) - (one->address < two->address);
}

/* Not of a module that is loaded: what BPF and the tracers made. */
static bool is_made(const char *module)
{
	return !strcmp(module, "bpf") || !strncmp(module, "__builtin__", 11);
}

static const char *module_of(struct stlb_functions *functions, const char *name)
{
	if (!functions->module || strcmp(functions->module, name))
		functions->module = stlb_arena_text(&functions->arena, name);
	return functions->module;
}

/* "ffffffff81000000 T name\t[module]" */
static void symbol_line(void *context, char *text)
{
	struct stlb_functions *functions = context;
	struct symbol symbol = {0};
	char *end, *name, *module;

	symbol.address = strtoull(text, &end, 16);
	if (functions->failed || functions->nr_symbols == MAX_SYMBOLS || strlen(end) < 4 ||
	    end[0] != ' ' || end[2] != ' ' || !symbol.address)
		return;
	symbol.text = strchr("tTwW", end[1]) != NULL;
	name = end + 3;
	module = strchr(name, '[');
	name[strcspn(name, " \t")] = '\0';
	if (module)
		module[strcspn(module, "]")] = '\0';
	if (!strncmp(name, "__pfx_", 6) || (module && is_made(module + 1)))
		return;
	symbol.module = module ? module_of(functions, module + 1) : NULL;
	symbol.name = stlb_arena_text(&functions->arena, name);
	if (!symbol.name || (module && !symbol.module) ||
	    stlb_grow((void **)&functions->symbols, functions->nr_symbols, &functions->max_symbols,
		      sizeof(symbol)) < 0)
		functions->failed = true;
	else
		functions->symbols[functions->nr_symbols++] = symbol;
}

/* The first symbol that is not less than a name. */
static uint32_t first_named(const struct stlb_functions *functions, const char *name)
{
	uint32_t low = 0, high = functions->nr_symbols;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (strcmp(functions->symbols[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct symbol *find(const struct stlb_functions *functions, const char *name,
				 bool text)
{
	for (uint32_t i = first_named(functions, name);
	     i < functions->nr_symbols && !strcmp(functions->symbols[i].name, name); i++)
		if (!functions->symbols[i].module && (functions->symbols[i].text || !text))
			return &functions->symbols[i];
	return NULL;
}

uint64_t stlb_functions_data(const struct stlb_functions *functions, const char *name)
{
	const struct symbol *symbol = find(functions, name, false);

	return symbol ? symbol->address : 0;
}

/* As the kernel counts when it is given a name: of itself and all modules, or of the one named. */
static bool is_unique(const struct stlb_functions *functions, uint32_t index)
{
	const struct symbol *symbol = &functions->symbols[index];
	bool before = index && !strcmp(symbol[-1].name, symbol->name);
	bool after = index + 1 < functions->nr_symbols && !strcmp(symbol[1].name, symbol->name);

	if (symbol->module) {
		before = before && !text_order(symbol[-1].module, symbol->module);
		after = after && !text_order(symbol[1].module, symbol->module);
	}
	return !before && !after;
}

/* "name" or "name [module]" */
static void listed_line(void *context, char *text)
{
	struct stlb_functions *functions = context;

	text[strcspn(text, " \t")] = '\0';
	for (uint32_t i = first_named(functions, text);
	     i < functions->nr_symbols && !strcmp(functions->symbols[i].name, text); i++)
		functions->symbols[i].listed = functions->lists = true;
}

static void read_list(struct stlb_functions *functions, const char *root, const char *tracing)
{
	char path[512];

	if (tracing &&
	    stlb_root_path(path, sizeof(path), tracing, "/available_filter_functions") == 0)
		stlb_root_lines(root, path, listed_line, functions);
}

bool stlb_functions_lists(const struct stlb_functions *functions)
{
	return functions->lists;
}

/* ---- functions ---- */

static int by_address(const void *a, const void *b)
{
	const struct stlb_function *one = a, *two = b;

	if (one->start != two->start)
		return one->start < two->start ? -1 : 1;
	/* the name that is reported comes first */
	if (one->unique != two->unique)
		return one->unique ? -1 : 1;
	return strcmp(one->name, two->name);
}

/* Each ends where the next one starts, or with its piece of text. */
static void settle(struct stlb_functions *functions)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < functions->nr; i++)
		if (!kept || functions->items[kept - 1].start != functions->items[i].start)
			functions->items[kept++] = functions->items[i];
		else
			functions->items[kept - 1].listed |= functions->items[i].listed;
	functions->nr = kept;
	for (uint32_t i = 0; i < kept; i++) {
		struct stlb_function *function = &functions->items[i];
		size_t size;

		if (!stlb_functions_bytes(functions, function->start, &size))
			size = 0;
		function->end = function->start + size;
		if (i + 1 < kept && function[1].start < function->end)
			function->end = function[1].start;
	}
}

static int add_functions(struct stlb_functions *functions)
{
	for (uint32_t i = 0; i < functions->nr_symbols; i++) {
		const struct symbol *symbol = &functions->symbols[i];
		size_t size;

		if (!symbol->text || !stlb_functions_bytes(functions, symbol->address, &size))
			continue;
		if (stlb_grow((void **)&functions->items, functions->nr, &functions->max,
			      sizeof(*functions->items)) < 0)
			return -ENOMEM;
		functions->items[functions->nr++] =
			(struct stlb_function){.start = symbol->address,
					       .name = symbol->name,
					       .module = symbol->module,
					       .unique = is_unique(functions, i),
					       .listed = symbol->listed};
	}
	if (functions->nr)
		qsort(functions->items, functions->nr, sizeof(*functions->items), by_address);
	settle(functions);
	return 0;
}

const struct stlb_function *stlb_functions_at(const struct stlb_functions *functions,
					      uint32_t index)
{
	return index < functions->nr ? &functions->items[index] : NULL;
}

const struct stlb_function *stlb_functions_holding(const struct stlb_functions *functions,
						   uint64_t address)
{
	uint32_t low = 0, high = functions->nr;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (functions->items[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || address >= functions->items[low - 1].end)
		return NULL;
	return &functions->items[low - 1];
}

const struct stlb_function *stlb_functions_named(const struct stlb_functions *functions,
						 const char *name)
{
	const struct symbol *symbol = find(functions, name, true);

	return symbol ? stlb_functions_holding(functions, symbol->address) : NULL;
}

/* ---- text ---- */

static int add_region(struct stlb_functions *functions, const struct stlb_kcore *core,
		      struct stlb_region region)
{
	int ret;

	if (stlb_grow((void **)&functions->regions, functions->nr_regions, &functions->max_regions,
		      sizeof(region)) < 0)
		return -ENOMEM;
	region.bytes = malloc(region.size);
	if (!region.bytes)
		return -ENOMEM;
	ret = stlb_kcore_copy(core, region.start, region.bytes, region.size);
	if (ret < 0)
		free(region.bytes);
	else
		functions->regions[functions->nr_regions++] = region;
	return ret;
}

/** struct extent - of the functions of one module */
struct extent {
	const char *module;
	uint64_t first, last;
};

static void extend(struct extent *extents, uint32_t *nr, const struct symbol *symbol)
{
	uint32_t i = 0;

	while (i < *nr && strcmp(extents[i].module, symbol->module))
		i++;
	if (i == MAX_MODULES)
		return;
	if (i == *nr)
		extents[(*nr)++] =
			(struct extent){symbol->module, symbol->address, symbol->address};
	if (symbol->address < extents[i].first)
		extents[i].first = symbol->address;
	if (symbol->address > extents[i].last)
		extents[i].last = symbol->address;
}

/*
 * Where the last function of a module ends no symbol says: a page further, or with the page where
 * that is not there.
 */
static int add_module(struct stlb_functions *functions, const struct stlb_kcore *core,
		      const struct extent *extent, uint64_t *total)
{
	uint64_t size = extent->last - extent->first;
	struct stlb_region region = {.start = extent->first, .module = extent->module};
	int ret;

	if (size > max_modules_text - *total)
		return 0;
	size += PAGE - extent->last % PAGE;
	*total += size < max_modules_text - *total ? size : max_modules_text - *total;
	region.size = size + PAGE;
	ret = add_region(functions, core, region);
	if (ret != -ENOENT && ret != -EIO)
		return ret == -ENOMEM ? ret : 0;
	region.size = size;
	ret = add_region(functions, core, region);
	return ret == -ENOMEM ? ret : 0;
}

static int add_modules(struct stlb_functions *functions, const struct stlb_kcore *core)
{
	struct extent *extents = calloc(MAX_MODULES, sizeof(*extents));
	uint64_t total = 0;
	uint32_t nr = 0;
	int ret = extents ? 0 : -ENOMEM;

	for (uint32_t i = 0; !ret && i < functions->nr_symbols; i++)
		if (functions->symbols[i].module && functions->symbols[i].text)
			extend(extents, &nr, &functions->symbols[i]);
	for (uint32_t i = 0; !ret && i < nr; i++)
		ret = add_module(functions, core, &extents[i], &total);
	free(extents);
	return ret;
}

static int add_kernel(struct stlb_functions *functions, const struct stlb_kcore *core,
		      struct stlb_error *why)
{
	uint64_t start = stlb_functions_data(functions, "_stext");
	uint64_t end = stlb_functions_data(functions, "_etext");
	int ret;

	if (!start || end <= start || end - start > max_text)
		return stlb_error_set(why, -ENOENT,
				      "/proc/kallsyms does not show where the kernel's text is "
				      "(kptr_restrict, permissions)");
	ret = add_region(functions, core,
			 (struct stlb_region){.start = start, .size = end - start});
	if (ret == -ENOMEM)
		return ret;
	return ret ? stlb_error_set(why, -ENOENT, "/proc/kcore does not show the kernel's text: %s",
				    strerror(-ret))
		   : 0;
}

const struct stlb_region *stlb_functions_region(const struct stlb_functions *functions,
						uint32_t index)
{
	return index < functions->nr_regions ? &functions->regions[index] : NULL;
}

const uint8_t *stlb_functions_bytes(const struct stlb_functions *functions, uint64_t address,
				    size_t *size)
{
	for (uint32_t i = 0; i < functions->nr_regions; i++) {
		const struct stlb_region *region = &functions->regions[i];
		uint64_t into = address - region->start;

		if (address < region->start || into >= region->size)
			continue;
		*size = region->size - into;
		return region->bytes + into;
	}
	return NULL;
}

/* ---- life ---- */

static int read_all(const char *root, const char *tracing, const struct stlb_kcore *core,
		    struct stlb_functions *functions, struct stlb_error *why)
{
	int ret = stlb_root_lines(root, "/proc/kallsyms", symbol_line, functions);

	if (functions->failed)
		return -ENOMEM;
	if (ret < 0)
		return stlb_error_set(why, -ENOENT, "/proc/kallsyms cannot be read");
	if (functions->nr_symbols)
		qsort(functions->symbols, functions->nr_symbols, sizeof(*functions->symbols),
		      by_name);
	read_list(functions, root, tracing);
	ret = add_kernel(functions, core, why);
	if (!ret)
		ret = add_modules(functions, core);
	return ret ? ret : add_functions(functions);
}

int stlb_functions_read(const char *root, const char *tracing, const struct stlb_kcore *core,
			struct stlb_functions **functions, struct stlb_error *why)
{
	int ret;

	*functions = calloc(1, sizeof(**functions));
	ret = *functions ? read_all(root, tracing, core, *functions, why) : -ENOMEM;
	if (!ret)
		return 0;
	stlb_functions_free(*functions);
	*functions = NULL;
	return ret;
}

void stlb_functions_free(struct stlb_functions *functions)
{
	if (!functions)
		return;
	for (uint32_t i = 0; i < functions->nr_regions; i++)
		free(functions->regions[i].bytes);
	free(functions->regions);
	free(functions->items);
	free(functions->symbols);
	stlb_arena_free(&functions->arena);
	free(functions);
}
