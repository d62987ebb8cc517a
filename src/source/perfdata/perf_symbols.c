/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's functions by address. perf keeps the table with the recording (a directory with
 * --kcore, or the formats' section of old files) or in its cache of build ids.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/perfdata/perf.h"

/* Modules have no place relative to the kernel: beyond its text there is no shift. */
enum { MAX_PATH = 4096, MAX_TEXT = 64 * 1024 * 1024 };

static struct stlb_symbols *load(const char *path)
{
	struct stlb_symbols *symbols;

	return stlb_symbols_load(path, &symbols, NULL) ? NULL : symbols;
}

static struct stlb_symbols *from_directory(const char *directory)
{
	char path[MAX_PATH];

	snprintf(path, sizeof(path), "%s/kcore_dir/kallsyms", directory);
	return load(path);
}

static struct stlb_symbols *from_cache(const char *build_id)
{
	const char *home = getenv("HOME");
	char path[MAX_PATH];

	if (!home || !build_id)
		return NULL;
	snprintf(path, sizeof(path), "%s/.debug/[kernel.kallsyms]/%s/kallsyms", home, build_id);
	return load(path);
}

static struct stlb_symbols *find(const struct stlb_source *source)
{
	const struct stlb_perf *perf = source->private;
	struct stlb_symbols *symbols = NULL;

	if (perf->kallsyms_size)
		symbols = stlb_symbols_new(perf->kallsyms, perf->kallsyms_size);
	if (!symbols)
		symbols = from_directory(source->info.path);
	if (!symbols)
		symbols = from_cache(stlb_perfdata_info(perf->reader)->build_id);
	return symbols;
}

/* The cache keeps the table of another boot, at which the kernel lay elsewhere. */
static uint64_t find_shift(const struct stlb_perf *perf)
{
	uint64_t there = stlb_perfdata_info(perf->reader)->kernel_text;
	uint64_t here = stlb_symbols_address(perf->symbols, "_text");

	return there && here ? there - here : 0;
}

const char *stlb_perf_symbol(struct stlb_source *source, uint64_t address, uint64_t *offset)
{
	struct stlb_perf *perf = source->private;
	const char *name = stlb_perfdata_symbol(perf->reader, address, offset);

	if (name)
		return name;
	if (!perf->symbols_read) {
		perf->symbols_read = true;
		perf->symbols = find(source);
		perf->shift = find_shift(perf);
		source->info.symbols_hidden = stlb_symbols_hidden(perf->symbols);
	}
	if (perf->shift && address - stlb_perfdata_info(perf->reader)->kernel_text > MAX_TEXT)
		return NULL;
	return stlb_symbols_find(perf->symbols, address - perf->shift, offset);
}
