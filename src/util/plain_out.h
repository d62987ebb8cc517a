/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Paragraphs for a terminal: wrapped between words, coloured where asked for. */
#ifndef UTIL_PLAIN_OUT_H
#define UTIL_PLAIN_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/** enum stlb_style - what a piece of text is, for its colour */
enum stlb_style {
	STLB_REGULAR,
	STLB_STRONG,
	STLB_BAD,      /* error */
	STLB_DOUBTFUL, /* warning, inconclusive */
	STLB_MINOR,    /* notice */
	STLB_GOOD,     /* clean */
	STLB_NAME,     /* roles, labels */
};

/** struct stlb_plain_out - where a text goes; set @to, @color, @width and @spare */
struct stlb_plain_out {
	FILE *to;
	bool color;
	unsigned int width;
	unsigned int spare;  /* columns that words leave free at the end of a line */
	unsigned int hang;   /* columns before the second and later lines of the paragraph */
	unsigned int column; /* of the cursor */
	unsigned int gap;    /* columns due before the next word; it may be wrapped there */
	bool fresh;	     /* nothing is on this line yet */
};

/** stlb_plain_begin - a paragraph: @indent columns before its first line, @hang before the others
 */
void stlb_plain_begin(struct stlb_plain_out *out, unsigned int indent, unsigned int hang);

/** stlb_plain_add - text to be wrapped between its words; without a space it joins what was before
 */
void stlb_plain_add(struct stlb_plain_out *out, enum stlb_style style, const char *text);

/** stlb_plain_addf - the same, as printf(); at most 1023 bytes */
void stlb_plain_addf(struct stlb_plain_out *out, enum stlb_style style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** stlb_plain_column - the next word is at a column, or after one space where that is passed */
void stlb_plain_column(struct stlb_plain_out *out, unsigned int column);

/**
 * stlb_plain_field - the words that follow begin at a column, and so do their further lines
 *
 * Where it is passed they follow after a space. There must be such words.
 */
void stlb_plain_field(struct stlb_plain_out *out, unsigned int column);

/** stlb_plain_end - the end of a paragraph */
void stlb_plain_end(struct stlb_plain_out *out);

/** stlb_plain_gap - an empty line */
void stlb_plain_gap(struct stlb_plain_out *out);

#endif
