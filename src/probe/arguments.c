/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arguments by the kernel's names become arguments of kprobes and fprobes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

enum { MAX_WORD = 256, MAX_FETCH = 256 };

struct word {
	bool optional;
	char name[STLB_MAX_NAME], value[MAX_WORD], type[8];
};

/* The table is our own: what does not fit here does not get past the tests. */
static const char *next_word(const char *at, struct word *word)
{
	size_t length;

	at += strspn(at, " ");
	if (!*at)
		return NULL;
	word->optional = *at == '?';
	at += word->optional;
	length = strcspn(at, "=");
	snprintf(word->name, sizeof(word->name), "%.*s", (int)length, at);
	at += length + 1;
	length = strcspn(at, ":");
	snprintf(word->value, sizeof(word->value), "%.*s", (int)length, at);
	at += length + 1;
	length = strcspn(at, " ");
	snprintf(word->type, sizeof(word->type), "%.*s", (int)length, at);
	return at + length;
}

/* `range->mm` where the kernel resolves names itself. */
static int by_name(const struct stlb_place *place, char *to, size_t size)
{
	size_t length = snprintf(to, size, "%s", place->parameter);

	for (uint32_t i = 0; i < place->nr_steps && length < size; i++)
		length += snprintf(to + length, size - length, "->%s", place->steps[i].member);
	return length < size ? 0 : -ENAMETOOLONG;
}

/* `+8($arg1)`: the innermost pointer is the last one written. */
static int by_offset(const struct stlb_place *place, const char *base, char *to, size_t size)
{
	size_t length = 0;

	to[0] = '\0';
	for (uint32_t i = place->nr_steps; i > 0 && length < size; i--)
		length += snprintf(to + length, size - length, "+%u(", place->steps[i - 1].offset);
	if (length < size)
		length += snprintf(to + length, size - length, "%s", base);
	for (uint32_t i = 0; i < place->nr_steps && length < size; i++)
		length += snprintf(to + length, size - length, ")");
	return length < size ? 0 : -ENAMETOOLONG;
}

static bool is_dereferenced(const struct stlb_place *place)
{
	return place->nr_steps && !place->steps[place->nr_steps - 1].member[0];
}

static int write_place(const struct stlb_kernel *kernel, const struct stlb_place *place, char *to,
		       size_t size)
{
	bool named = kernel->offers.named_arguments && place->by_name;
	char slot[16];

	if (named && !is_dereferenced(place))
		return by_name(place, to, size);
	snprintf(slot, sizeof(slot), "$arg%u", place->slot + 1);
	return by_offset(place, named ? place->parameter : slot, to, size);
}

static int parameter(const struct stlb_kernel *kernel, const struct stlb_probe_row *row,
		     const struct word *word, char *to, size_t size, struct stlb_error *why)
{
	struct stlb_place place;
	int ret;

	if (row->at == STLB_AT_RETURN && !kernel->offers.return_arguments)
		return stlb_error_set(why, -ENOENT,
				      "before 6.9 a return probe has no access to arguments");
	if (!kernel->offers.arguments)
		return stlb_error_set(why, -ENOENT, "this kernel's dynamic events have no $argN");
	if (!kernel->btf)
		return stlb_error_set(why, -ENOENT, "without BTF its arguments are unknown");
	ret = stlb_btf_place(kernel->btf, row->what, word->value, &place, why);
	if (ret < 0)
		return ret;
	if (place.size != strtoul(word->type + 1, NULL, 10) / 8)
		return stlb_error_set(why, -EINVAL, "%s has %u bytes", word->value, place.size);
	return write_place(kernel, &place, to, size);
}

/* Which swap types are migration entries: no event tells, and who judges may be elsewhere. */
static int constant(const struct stlb_kernel *kernel, char *to, size_t size, struct stlb_error *why)
{
	if (kernel->device_private == STLB_UNKNOWN)
		return stlb_error_set(why, -ENOENT,
				      "whether CONFIG_DEVICE_PRIVATE is set is unknown");
	snprintf(to, size, "\\%d", kernel->device_private == STLB_YES);
	return 0;
}

static int fetch(const struct stlb_kernel *kernel, const struct stlb_probe_row *row,
		 const struct word *word, char *to, size_t size, struct stlb_error *why)
{
	if (word->value[0] == '@' && !stlb_kallsyms_have(&kernel->symbols, word->value + 1))
		return stlb_error_set(why, -ENOENT, "no symbol %s", word->value + 1);
	if (word->value[0] == '#')
		return constant(kernel, to, size, why);
	if (word->value[0] != '@' && word->value[0] != '$')
		return parameter(kernel, row, word, to, size, why);
	return snprintf(to, size, "%s", word->value) < (int)size ? 0 : -ENAMETOOLONG;
}

int stlb_row_arguments(const struct stlb_kernel *kernel, const struct stlb_probe_row *row, char *to,
		       size_t size, struct stlb_error *why)
{
	const char *at = row->arguments ? row->arguments : "";
	size_t length = 0;
	struct word word;

	to[0] = '\0';
	while ((at = next_word(at, &word))) {
		char value[MAX_FETCH];
		int ret = fetch(kernel, row, &word, value, sizeof(value), why);

		if (ret == -ENOENT && word.optional)
			continue;
		if (ret < 0)
			return ret;
		length += snprintf(to + length, size - length, " %s=%s:%s", word.name, value,
				   word.type);
		if (length >= size)
			return -ENAMETOOLONG;
	}
	return 0;
}
