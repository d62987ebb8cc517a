/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "symbols.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_SYMBOLS = 1 << 21 };

struct symbol {
	uint64_t address;
	const char *name;
};

struct stlb_symbols {
	char *text;
	struct symbol *symbols;
	uint32_t nr, capacity;
	bool zeroes; /* a function without an address was met */
};

static int compare_symbols(const void *left, const void *right)
{
	const struct symbol *a = left, *b = right;

	return a->address < b->address ? -1 : a->address > b->address;
}

/* "ffffffff81000000 T name\t[module]"; false where the line is no function */
static bool parse_line(char *line, struct symbol *symbol)
{
	char *end;

	symbol->address = strtoull(line, &end, 16);
	if (end == line || *end != ' ' || !end[1] || end[2] != ' ')
		return false;
	if (!strchr("tTwW", end[1]))
		return false;
	symbol->name = end + 3;
	end[3 + strcspn(end + 3, " \t")] = '\0';
	return *symbol->name;
}

static bool make_room(struct stlb_symbols *symbols)
{
	struct symbol *grown;
	uint32_t capacity = symbols->capacity ? symbols->capacity * 2 : 16384;

	if (symbols->nr < symbols->capacity)
		return true;
	if (symbols->nr >= MAX_SYMBOLS)
		return false;
	grown = realloc(symbols->symbols, capacity * sizeof(*grown));
	if (!grown)
		return false;
	symbols->symbols = grown;
	symbols->capacity = capacity;
	return true;
}

static void parse(struct stlb_symbols *symbols)
{
	char *line, *next;

	for (line = symbols->text; *line && make_room(symbols); line = next) {
		struct symbol *symbol = &symbols->symbols[symbols->nr];

		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (!parse_line(line, symbol))
			continue;
		symbols->zeroes |= !symbol->address;
		symbols->nr += symbol->address != 0;
	}
	if (symbols->nr)
		qsort(symbols->symbols, symbols->nr, sizeof(*symbols->symbols), compare_symbols);
}

struct stlb_symbols *stlb_symbols_new(const char *text, size_t size)
{
	struct stlb_symbols *symbols = calloc(1, sizeof(*symbols));

	if (!symbols)
		return NULL;
	symbols->text = strndup(text, size);
	if (!symbols->text) {
		free(symbols);
		return NULL;
	}
	parse(symbols);
	return symbols;
}

void stlb_symbols_free(struct stlb_symbols *symbols)
{
	if (!symbols)
		return;
	free(symbols->symbols);
	free(symbols->text);
	free(symbols);
}

bool stlb_symbols_hidden(const struct stlb_symbols *symbols)
{
	return symbols && symbols->zeroes && !symbols->nr;
}

const char *stlb_symbols_find(const struct stlb_symbols *symbols, uint64_t address,
			      uint64_t *offset)
{
	uint32_t low = 0, high = symbols ? symbols->nr : 0;

	while (low < high) { /* the first one behind the address */
		uint32_t middle = low + (high - low) / 2;

		if (symbols->symbols[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	*offset = address - symbols->symbols[low - 1].address;
	return symbols->symbols[low - 1].name;
}
