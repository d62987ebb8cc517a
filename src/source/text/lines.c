/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/text/lines.h"

#include <stdlib.h>
#include <string.h>

#include "source/text/row.h"

#define BUFFER (256UL * 1024)
#define ESCAPE 0x1b

struct stlb_lines {
	struct stlb_input *input;
	struct stlb_line again; /* unread */
	bool has_again;
	bool end;
	bool coloured; /* an escape was met */
	bool skipping; /* within a line that is too long */
	uint64_t number;
	size_t pos, size;
	char buffer[BUFFER];
};

struct stlb_lines *stlb_lines_new(struct stlb_input *input)
{
	struct stlb_lines *lines = malloc(sizeof(*lines));

	if (lines)
		memset(lines, 0, offsetof(struct stlb_lines, buffer));
	if (lines)
		lines->input = input;
	return lines;
}

static int fill(struct stlb_lines *lines, struct stlb_error *err)
{
	ssize_t got;

	memmove(lines->buffer, lines->buffer + lines->pos, lines->size - lines->pos);
	lines->size -= lines->pos;
	lines->pos = 0;
	got = stlb_input_read(lines->input, lines->buffer + lines->size, BUFFER - lines->size, err);
	if (got < 0)
		return (int)got;
	lines->end = got == 0;
	lines->coloured |= memchr(lines->buffer + lines->size, ESCAPE, (size_t)got) != NULL;
	lines->size += (size_t)got;
	return 0;
}

static int give(struct stlb_lines *lines, struct stlb_line *line, size_t size, bool ended)
{
	char *at = lines->buffer + lines->pos, *end = at + size;

	line->ended = ended;
	line->too_long = size > STLB_TEXT_LINE;
	line->number = ++lines->number;
	lines->pos += size + ended;
	line->dress = stlb_text_undress(&at, &end, lines->coloured);
	line->at = at;
	line->end = end;
	return 1;
}

/* The rest of a line that was given as too long. */
static void skip_rest(struct stlb_lines *lines)
{
	char *from = lines->buffer + lines->pos;
	char *newline = memchr(from, '\n', lines->size - lines->pos);

	lines->skipping = !newline;
	lines->pos = newline ? (size_t)(newline - lines->buffer) + 1 : lines->size;
}

static int next_line(struct stlb_lines *lines, struct stlb_line *line, struct stlb_error *err)
{
	for (;;) {
		size_t left;
		char *newline;
		int ret;

		if (lines->skipping)
			skip_rest(lines);
		left = lines->size - lines->pos;
		newline = memchr(lines->buffer + lines->pos, '\n', left);
		if (newline)
			return give(lines, line, (size_t)(newline - lines->buffer) - lines->pos,
				    true);
		if (left > STLB_TEXT_LINE) {
			lines->skipping = true;
			return give(lines, line, left, false);
		}
		if (lines->end)
			return left ? give(lines, line, left, false) : 0;
		ret = fill(lines, err);
		if (ret)
			return ret;
	}
}

int stlb_lines_next(struct stlb_lines *lines, struct stlb_line *line, struct stlb_error *err)
{
	if (!lines->has_again)
		return next_line(lines, line, err);
	lines->has_again = false;
	*line = lines->again;
	return 1;
}

void stlb_lines_unread(struct stlb_lines *lines, const struct stlb_line *line)
{
	lines->again = *line;
	lines->has_again = true;
}

void stlb_lines_free(struct stlb_lines *lines)
{
	free(lines);
}
