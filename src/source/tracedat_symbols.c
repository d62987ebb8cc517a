/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's symbol table as the trace has it: read when the first symbol is asked for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tracedat.h"

enum { MAX_SYMBOLS = 1 << 21 };

static int compare_symbols(const void *left, const void *right)
{
	const struct stlb_dat_symbol *a = left, *b = right;

	return a->address < b->address ? -1 : a->address > b->address;
}

/* "ffffffff81000000 T name\t[module]"; false where the line is no function */
static bool parse_line(char *line, struct stlb_dat_symbol *symbol)
{
	char *end;

	symbol->address = strtoull(line, &end, 16);
	if (!symbol->address || end == line || *end != ' ' || !end[1] || end[2] != ' ')
		return false;
	if (!strchr("tTwW", end[1]))
		return false;
	symbol->name = end + 3;
	end[3 + strcspn(end + 3, " \t")] = '\0';
	return *symbol->name;
}

static bool make_room(struct stlb_dat *dat, uint32_t *capacity)
{
	struct stlb_dat_symbol *grown;

	if (dat->nr_symbols < *capacity)
		return true;
	if (dat->nr_symbols >= MAX_SYMBOLS)
		return false;
	*capacity = *capacity ? *capacity * 2 : 16384;
	grown = realloc(dat->symbols, *capacity * sizeof(*grown));
	if (!grown)
		return false;
	dat->symbols = grown;
	return true;
}

static void parse_symbols(struct stlb_dat *dat)
{
	uint32_t capacity = 0;
	char *line, *next;

	for (line = dat->symbol_text; *line && make_room(dat, &capacity); line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (parse_line(line, &dat->symbols[dat->nr_symbols]))
			dat->nr_symbols++;
	}
	if (dat->nr_symbols)
		qsort(dat->symbols, dat->nr_symbols, sizeof(*dat->symbols), compare_symbols);
}

static void read_symbols(struct stlb_dat *dat)
{
	uint64_t offset = dat->sections[DAT_OPTION_KALLSYMS];
	struct stlb_dat_reader reader;
	const char *text;
	uint32_t size;

	if (!offset)
		return;
	if (dat->version == 6)
		stlb_dat_reader_file(&reader, dat->stream.fd, offset, dat->size);
	else if (stlb_dat_open_section(dat, offset, DAT_OPTION_KALLSYMS, &reader))
		return;
	size = stlb_dat_u32(&reader);
	text = stlb_dat_get(&reader, size);
	if (text)
		dat->symbol_text = strndup(text, size);
	stlb_dat_reader_free(&reader);
	if (dat->symbol_text)
		parse_symbols(dat);
}

const char *stlb_dat_symbol(struct stlb_source *source, uint64_t address, uint64_t *offset)
{
	struct stlb_dat *dat = source->private;
	uint32_t low = 0, high;

	if (!dat->symbols_read)
		read_symbols(dat);
	dat->symbols_read = true;
	high = dat->nr_symbols;
	while (low < high) { /* the first one behind the address */
		uint32_t middle = low + (high - low) / 2;

		if (dat->symbols[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	*offset = address - dat->symbols[low - 1].address;
	return dat->symbols[low - 1].name;
}
