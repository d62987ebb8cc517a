/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { MAX_WORD = 63 };

static size_t sequence_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead < 0xe0)
		return 2;
	if (lead >= 0xe0 && lead < 0xf0)
		return 3;
	return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/* The length of the well-formed UTF-8 sequence at @from and its character; 0 for none. */
static size_t decode(const unsigned char *from, uint32_t *character)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	static const unsigned char payload[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	size_t length = sequence_length(*from);

	if (!length)
		return 0;
	*character = *from & payload[length];
	for (size_t i = 1; i < length; i++) {
		if ((from[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (from[i] & 0x3f);
	}
	if (*character < smallest[length] || *character > 0x10ffff)
		return 0;
	return *character >= 0xd800 && *character < 0xe000 ? 0 : length;
}

static bool is_unsafe(uint32_t character)
{
	if (character < 0x20 || (character >= 0x7f && character < 0xa0))
		return true;
	if (character >= 0x200b && character <= 0x200f) /* zero width, direction marks */
		return true;
	if (character >= 0x2028 && character <= 0x202e) /* separators, embeddings */
		return true;
	return (character >= 0x2060 && character <= 0x206f) || character == 0xfeff;
}

struct output {
	char *to;
	size_t size, length;
};

/* Pieces go in whole or not at all, so that a cut copy still is UTF-8. */
static void append(struct output *out, const char *bytes, size_t nr)
{
	if (out->length + nr < out->size) {
		memcpy(out->to + out->length, bytes, nr);
		out->to[out->length + nr] = '\0';
	} else if (out->length < out->size) {
		out->to[out->length] = '\0';
		out->size = out->length;
	}
	out->length += nr;
}

static void append_escaped(struct output *out, const unsigned char *bytes, size_t nr)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < nr; i++) {
		char escape[] = {'\\', 'x', digits[bytes[i] >> 4], digits[bytes[i] & 15]};

		append(out, escape, sizeof(escape));
	}
}

size_t stlb_str_clean(char *to, size_t size, const char *from)
{
	struct output out = {to, size, 0};
	const unsigned char *at = (const unsigned char *)from;

	if (size)
		*to = '\0';
	while (*at) {
		uint32_t character;
		size_t length = decode(at, &character);

		if (!length || is_unsafe(character))
			append_escaped(&out, at, length ? length : 1);
		else
			append(&out, (const char *)at, length);
		at += length ? length : 1;
	}
	return out.length;
}

size_t stlb_str_columns(const char *text, size_t bytes)
{
	size_t columns = 0;

	for (size_t i = 0; i < bytes; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

static unsigned int smaller(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

unsigned int stlb_str_distance(const char *a, const char *b)
{
	size_t rows = strnlen(a, MAX_WORD), columns = strnlen(b, MAX_WORD);
	unsigned int row[MAX_WORD + 1];

	for (size_t j = 0; j <= columns; j++)
		row[j] = j;
	for (size_t i = 1; i <= rows; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= columns; j++) {
			unsigned int replaced = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = smaller(replaced, smaller(row[j], row[j - 1]) + 1);
		}
	}
	return row[columns];
}
