/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The record being made of a line: keys, and their values as the bytes of a synthetic format. A
 * number is an 8-byte slot; a string a STLB_FIELD_DATA_LOC slot and bytes with a NUL after all
 * slots.
 */
#ifndef SOURCE_TEXT_ROW_H
#define SOURCE_TEXT_ROW_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "staletlb/source.h"

#define STLB_TEXT_FIELDS 48
/* A line is shorter than this, so all its strings are within the 16 bits of a data_loc. */
#define STLB_TEXT_LINE 63000

struct stlb_text_key {
	const char *name; /* not NUL-terminated while it points into the line */
	uint32_t size;
	enum stlb_field_type type;
};

/**
 * struct stlb_text_bare - keys of an event that have numbers without 0x
 *
 * What prints them does it in one way: a letter among the digits of one tells of all.
 */
struct stlb_text_bare {
	uint32_t nr;
	struct {
		char name[16];
		bool hex;
		bool decimal; /* one was taken for a decimal number */
	} keys[16];
};

struct stlb_text_row {
	struct stlb_text_bare *bare; /* of the event; NULL: not kept */
	bool misread; /* this event shows that numbers of earlier ones were not decimal */
	uint32_t nr;
	uint32_t used; /* bytes of data, slots and strings */
	bool full;     /* a field found no room */
	bool junk;     /* between the fields stands what nobody prints */
	struct stlb_text_key keys[STLB_TEXT_FIELDS];
	union {
		uint64_t slots[STLB_TEXT_FIELDS];
		char bytes[65536];
	} data;
};

static inline void stlb_text_row_clear(struct stlb_text_row *row)
{
	row->nr = 0;
	row->full = false;
	row->junk = false;
	row->misread = false;
	row->bare = NULL;
	row->used = sizeof(row->data.slots);
}

/* No event of the kernel has as many fields as there are slots. */
static inline bool stlb_text_row_add(struct stlb_text_row *row, const char *name, size_t size,
				     enum stlb_field_type type, uint64_t value)
{
	struct stlb_text_key *key;

	row->full |= row->nr == STLB_TEXT_FIELDS;
	if (row->full)
		return false;
	key = &row->keys[row->nr];
	key->name = name;
	key->size = (uint32_t)size;
	key->type = type;
	row->data.slots[row->nr++] = value;
	return true;
}

static inline void stlb_text_row_number(struct stlb_text_row *row, const char *name, size_t size,
					uint64_t value, bool negative)
{
	stlb_text_row_add(row, name, size, negative ? STLB_FIELD_SIGNED : STLB_FIELD_UNSIGNED,
			  value);
}

static inline void stlb_text_row_string(struct stlb_text_row *row, const char *name, size_t size,
					const char *text, size_t length)
{
	uint32_t loc = (uint32_t)(length + 1) << 16 | row->used;

	if (length >= sizeof(row->data) - row->used)
		return;
	/* The reader takes the first 4 bytes of the slot, whatever the byte order. */
	if (!stlb_text_row_add(row, name, size, STLB_FIELD_DATA_LOC, 0))
		return;
	memcpy(&row->data.slots[row->nr - 1], &loc, sizeof(loc));
	memcpy(row->data.bytes + row->used, text, length);
	row->data.bytes[row->used + length] = 0;
	row->used += (uint32_t)length + 1;
}

#endif
