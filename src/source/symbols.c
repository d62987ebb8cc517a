/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/input/input.h"
#include "source/source_ops.h"
#include "util/grow.h"

/* What lies beyond a function is not part of it: a trampoline, or a module not listed. */
enum { LONGEST_FUNCTION = 1 << 20 };

enum { MAX_SYMBOLS = 1 << 21, READ_STEP = 1024 * 1024, MAX_TEXT = 256 * 1024 * 1024 };

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

/* "name\t[module]" as "name [module]"; what else may follow is no part of it. */
static void keep_name(char *name)
{
	char *end = name + strcspn(name, " \t"), *module = end + strspn(end, " \t");
	size_t length = *module == '[' ? strcspn(module, "]") : 0;

	if (length && module[length] && end != name) {
		*end++ = ' ';
		memmove(end, module, length + 1);
		end += length + 1;
	}
	*end = '\0';
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
	keep_name(end + 3);
	return *symbol->name;
}

static bool make_room(struct stlb_symbols *symbols)
{
	return symbols->nr < MAX_SYMBOLS &&
	       !stlb_grow((void **)&symbols->symbols, symbols->nr, &symbols->capacity,
			  sizeof(*symbols->symbols));
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

static int read_all(struct stlb_input *input, char **text, size_t *size, struct stlb_error *err)
{
	uint32_t room = 0;
	ssize_t got;

	do {
		if (*size + READ_STEP > MAX_TEXT ||
		    stlb_grow_to((void **)text, (uint32_t)(*size + READ_STEP), &room, 1))
			return stlb_error_set(err, -ENOMEM, "no memory for the kernel's symbols");
		got = stlb_input_read(input, *text + *size, READ_STEP, err);
		*size += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	return (int)got;
}

int stlb_symbols_load(const char *path, struct stlb_symbols **symbols, struct stlb_error *err)
{
	struct stlb_input *input;
	char *text = NULL;
	size_t size = 0;
	int ret = stlb_input_open(path, &input, err);

	*symbols = NULL;
	if (ret)
		return ret;
	ret = read_all(input, &text, &size, err);
	stlb_input_close(input);
	if (!ret && !(*symbols = stlb_symbols_new(text, size)))
		ret = stlb_error_set(err, -ENOMEM, "%s: not enough memory", path);
	free(text);
	if (!ret && !(*symbols)->nr && !(*symbols)->zeroes) {
		stlb_symbols_free(*symbols);
		*symbols = NULL;
		return stlb_error_set(
			err, -EINVAL,
			"%s: names no function: use a copy of /proc/kallsyms of the traced kernel",
			path);
	}
	return ret;
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

/* Whether it is this function of the kernel or of a module. */
static bool is_called(const char *symbol, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(symbol, name, length) && (!symbol[length] || symbol[length] == ' ');
}

uint64_t stlb_symbols_address(const struct stlb_symbols *symbols, const char *name)
{
	for (uint32_t i = 0; symbols && i < symbols->nr; i++)
		if (is_called(symbols->symbols[i].name, name))
			return symbols->symbols[i].address;
	return 0;
}

const char *stlb_symbols_find(const struct stlb_symbols *symbols, uint64_t address,
			      uint64_t *offset)
{
	uint32_t low = 0, high = symbols ? symbols->nr : 0;

	while (low < high) { /* the first one after the address */
		uint32_t middle = low + (high - low) / 2;

		if (symbols->symbols[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	*offset = address - symbols->symbols[low - 1].address;
	if (*offset >= LONGEST_FUNCTION)
		return NULL;
	return symbols->symbols[low - 1].name;
}
