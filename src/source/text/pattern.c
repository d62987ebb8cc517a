/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fields in fixed places between fixed words, by a pattern from the table of forms.
 */
#include "source/text/forms.h"
#include "source/text/text_number.h"

static const char *skip_words(const char *at, const char *end, const char *words)
{
	size_t size = strlen(words);

	return (size_t)(end - at) >= size && !memcmp(at, words, size) ? at + size : NULL;
}

/* One letter for each bit; "R" is not one, "+" is TASK_REPORT_MAX. */
static const char *read_state(const char *letters, const char *at, const char *end, uint64_t *value)
{
	const char *start = at;

	*value = 0;
	for (; at < end && *at != ' '; at++) {
		const char *letter = strchr(letters, *at);

		if (*at && letter)
			*value |= (uint64_t)1 << (letter - letters);
		else if (*at == '+')
			*value |= 0x100;
		else if (*at != 'R' && *at != '|')
			return NULL;
	}
	return at == start ? NULL : at;
}

static const char *read_value(const struct stlb_text_piece *piece, const char *at, const char *end,
			      uint64_t *value, bool *negative)
{
	*negative = false;
	switch (piece->kind) {
	case STLB_TEXT_NUMBER:
		return stlb_text_number(at, end, value, negative);
	case STLB_TEXT_HEX:
		return stlb_text_pointer(at, end, value);
	case STLB_TEXT_STATE:
		return read_state("SDTtXZPI", at, end, value);
	case STLB_TEXT_STATE_PLUGIN:
		return read_state("SDTtZXxW", at, end, value);
	default:
		return at;
	}
}

/* Whether a piece stands here: its words, a value of its kind, and the words of the one after. */
static bool stands_here(const struct stlb_text_piece *piece, const char *at, const char *end)
{
	uint64_t value;
	bool negative;

	at = skip_words(at, end, piece->words);
	if (at)
		at = read_value(piece, at, end, &value, &negative);
	if (!at || piece->kind == STLB_TEXT_STRING || piece->kind == STLB_TEXT_SKIP)
		return at;
	return !piece[1].words || skip_words(at, end, piece[1].words);
}

/* Where a string ends: a task's name may hold the very words that should follow it. */
static const char *find_piece(const struct stlb_text_piece *piece, const char *at, const char *end)
{
	size_t size;

	if (!piece->words)
		return end;
	size = strlen(piece->words);
	while ((at = memmem(at, (size_t)(end - at), piece->words, size))) {
		if (stands_here(piece, at, end))
			return at;
		at++;
	}
	return NULL;
}

static const char *read_piece(struct stlb_text_row *row, const struct stlb_text_piece *piece,
			      const char *at, const char *end)
{
	const char *start = skip_words(at, end, piece->words);
	bool string = piece->kind == STLB_TEXT_STRING;
	bool negative = false;
	uint64_t value = 0;

	if (!start)
		return NULL;
	if (string || piece->kind == STLB_TEXT_SKIP) {
		at = find_piece(piece + 1, start, end);
		if (at && string)
			stlb_text_row_string(row, piece->field, strlen(piece->field), start,
					     (size_t)(at - start));
		return at;
	}
	at = read_value(piece, start, end, &value, &negative);
	if (at)
		stlb_text_row_number(row, piece->field, strlen(piece->field), value, negative);
	return at;
}

bool stlb_text_pattern(struct stlb_text_row *row, const struct stlb_text_piece *piece,
		       const char *at, const char *end)
{
	uint32_t nr = row->nr, used = row->used;

	for (; at && piece->words; piece++)
		at = read_piece(row, piece, at, end);
	if (at)
		return true;
	row->nr = nr;
	row->used = used;
	return false;
}
