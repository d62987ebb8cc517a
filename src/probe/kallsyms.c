/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kallsyms.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "util/grow.h"

int stlb_kallsyms_want(struct stlb_kallsyms *symbols, const char *name)
{
	for (uint32_t i = 0; i < symbols->nr; i++)
		if (!strcmp(symbols->items[i].name, name))
			return 0;
	if (stlb_grow((void **)&symbols->items, symbols->nr, &symbols->max,
		      sizeof(*symbols->items)) < 0)
		return -ENOMEM;
	symbols->items[symbols->nr++] = (struct stlb_kernel_symbol){.name = name};
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct stlb_kernel_symbol *)a)->name,
		      ((const struct stlb_kernel_symbol *)b)->name);
}

static struct stlb_kernel_symbol *find(const struct stlb_kallsyms *symbols, const char *name)
{
	struct stlb_kernel_symbol key = {.name = name};

	if (!symbols->nr)
		return NULL;
	return bsearch(&key, symbols->items, symbols->nr, sizeof(key), by_name);
}

const struct stlb_kernel_symbol *stlb_kallsyms_find(const struct stlb_kallsyms *symbols,
						    const char *name)
{
	return find(symbols, name);
}

bool stlb_kallsyms_have(const struct stlb_kallsyms *symbols, const char *name)
{
	const struct stlb_kernel_symbol *symbol = find(symbols, name);

	return symbol && symbol->nr > 0;
}

/* Copies that the compiler made for some of the callers: their arguments are not the function's. */
static bool is_clone(const char *suffix)
{
	return strncmp(suffix, ".cold", 5) != 0;
}

/* "ffffffff81000000 T name [module]" */
static void kallsyms_line(void *context, char *text)
{
	struct stlb_kallsyms *symbols = context;
	char *end, *name, *suffix;
	uint64_t address = strtoull(text, &end, 16);
	struct stlb_kernel_symbol *symbol;
	char first;

	if (strlen(end) < 4 || end[0] != ' ' || end[2] != ' ')
		return;
	name = end + 3;
	name[strcspn(name, " \t")] = '\0';
	suffix = name + strcspn(name, ".");
	first = *suffix;
	*suffix = '\0';
	symbol = find(symbols, name);
	if (!symbol)
		return;
	*suffix = first;
	if (first) {
		symbol->clone |= is_clone(suffix);
		return;
	}
	if (!symbol->nr++)
		symbol->address = address;
}

static void traceable_line(void *context, char *text)
{
	struct stlb_kernel_symbol *symbol;

	text[strcspn(text, " \t")] = '\0';
	symbol = find(context, text);
	if (symbol)
		symbol->traceable = true;
}

/* "0xffffffff81000000-0xffffffff81000010\tname" */
static void blacklist_line(void *context, char *text)
{
	char *name = strchr(text, '\t');
	struct stlb_kernel_symbol *symbol = name ? find(context, name + 1) : NULL;

	if (symbol)
		symbol->blacklisted = true;
}

static int lines_below(const char *root, const char *mount, const char *name,
		       void (*line)(void *context, char *text), void *context)
{
	char path[PATH_MAX];

	if (!mount || stlb_root_path(path, sizeof(path), mount, name) < 0)
		return -ENOENT;
	return stlb_root_lines(root, path, line, context);
}

void stlb_kallsyms_read(struct stlb_kallsyms *symbols, const char *root, const char *tracing,
			const char *debugfs)
{
	if (symbols->nr)
		qsort(symbols->items, symbols->nr, sizeof(*symbols->items), by_name);
	symbols->readable = stlb_root_lines(root, "/proc/kallsyms", kallsyms_line, symbols) == 0;
	symbols->traceable_error =
		lines_below(root, tracing, "/available_filter_functions", traceable_line, symbols);
	lines_below(root, debugfs, "/kprobes/blacklist", blacklist_line, symbols);
}

void stlb_kallsyms_free(struct stlb_kallsyms *symbols)
{
	free(symbols->items);
	*symbols = (struct stlb_kallsyms){0};
}
