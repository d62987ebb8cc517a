/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the fields of an event are written. Most are key=value pairs; the others are rows of a table.
 */
#ifndef SOURCE_TEXT_FORMS_H
#define SOURCE_TEXT_FORMS_H

#include "source/text/row.h"

/** enum stlb_text_kind - what stands after the words of a piece */
enum stlb_text_kind {
	STLB_TEXT_STRING,	/* up to the words of the next piece, or the end */
	STLB_TEXT_SKIP,		/* the same, not kept */
	STLB_TEXT_NUMBER,	/* decimal, or hexadecimal with 0x */
	STLB_TEXT_HEX,		/* hexadecimal, with or without 0x */
	STLB_TEXT_STATE,	/* letters of a task's state, as the number that the binary has */
	STLB_TEXT_STATE_PLUGIN, /* the same, in the letters of trace-cmd's plugin */
};

/** struct stlb_text_piece - words that stand in a line, and the field after them */
struct stlb_text_piece {
	const char *words; /* NULL ends the pattern */
	const char *field;
	enum stlb_text_kind kind;
};

/** struct stlb_text_rename - a key, and the name of the field that it shows */
struct stlb_text_rename {
	const char *key; /* NULL ends the list */
	const char *field;
};

/**
 * struct stlb_text_form - how one event is written
 * @event: its name in the text; NULL for events that no row knows
 * @name: its name as an event, where that differs
 * @parse: reads fields in a way of its own; false where they are not written so
 * @patterns: tried one after the other, before key=value pairs are
 * @renames: of keys
 * @bare_hex: keys whose numbers are hexadecimal without 0x; ended by NULL
 * @truths: keys whose values are "true" and "false", numbers in the binary; ended by NULL
 * @ignore: a key whose value is not true
 */
struct stlb_text_form {
	const char *event;
	const char *name;
	bool (*parse)(struct stlb_text_row *row, const char *at, const char *end);
	const struct stlb_text_piece *patterns[3];
	const struct stlb_text_rename *renames;
	const char *const *bare_hex;
	const char *const *truths;
	const char *ignore;
};

/** stlb_text_form_find - the row of an event; never NULL */
const struct stlb_text_form *stlb_text_form_find(const char *name, size_t size);

/**
 * stlb_text_fields - add the fields that stand from @at to @end to a row
 *
 * Returns whether all of the text was understood: a line that was cut may end with less.
 */
bool stlb_text_fields(struct stlb_text_row *row, const struct stlb_text_form *form, const char *at,
		      const char *end);

/** stlb_text_pattern - read by a pattern; false, and the row as it was, where it does not fit */
bool stlb_text_pattern(struct stlb_text_row *row, const struct stlb_text_piece *piece,
		       const char *at, const char *end);

/**
 * stlb_text_pairs - read key=value pairs, with the addresses of a probe before them or not
 *
 * Returns whether the text ends with a pair.
 */
bool stlb_text_pairs(struct stlb_text_row *row, const struct stlb_text_form *form, const char *at,
		     const char *end);

#endif
