/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lines of an input.
 */
#ifndef SOURCE_TEXT_LINES_H
#define SOURCE_TEXT_LINES_H

#include "source/input/input.h"
#include "source/text/dress.h"

struct stlb_lines;

/**
 * struct stlb_line - one line without its end, and without what it wore; the bytes live until the
 * line after it is read
 */
struct stlb_line {
	const char *at;
	const char *end;
	uint64_t number; /* from 1 */
	bool ended;	 /* a newline follows */
	struct stlb_dress dress;
	bool too_long; /* more than STLB_TEXT_LINE bytes: @at has its beginning only */
};

/** stlb_lines_new - the lines of an input, which stays the caller's; NULL without memory */
struct stlb_lines *stlb_lines_new(struct stlb_input *input);

/** stlb_lines_next - 1 with a line, 0 at the end, a negative errno */
int stlb_lines_next(struct stlb_lines *lines, struct stlb_line *line, struct stlb_error *err);

/** stlb_lines_unread - give the line just read once more */
void stlb_lines_unread(struct stlb_lines *lines, const struct stlb_line *line);

/** stlb_lines_free - NULL is fine */
void stlb_lines_free(struct stlb_lines *lines);

#endif
