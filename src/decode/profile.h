/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a profile says: which trace event is which kind and which of its fields is what. The
 * built-in profile and those of the user's are the same data.
 */
#ifndef DECODE_PROFILE_H
#define DECODE_PROFILE_H

#include <stddef.h>

#include "staletlb/event.h"

enum {
	STLB_KIND_NONE = STLB_NR_KINDS,	  /* the trace event is ignored */
	STLB_FIELD_TEXT = STLB_NR_FIELDS, /* the event's text, among the fields of a row */
};

/**
 * struct stlb_row_field - where the value of a field comes from
 * @id: enum stlb_field_id or STLB_FIELD_TEXT
 * @from: names of trace fields, separated by "|"; the first one that the format has is taken
 * @shift, @mask, @add: the value is the field's bits in @mask (0: all of them), shifted to the left
 *	(negative: to the right), plus @add
 */
struct stlb_row_field {
	uint8_t id;
	int8_t shift;
	const char *from;
	uint64_t mask, add;
};

/** struct stlb_row_constant - a field whose value the row itself gives */
struct stlb_row_constant {
	uint8_t id;
	uint64_t value;
};

/**
 * struct stlb_row_when - which of the records are events
 * @from: as in struct stlb_row_field; NULL, or no such field in the format: all of them are
 * @differs: the value has to differ from @value rather than to equal it
 */
struct stlb_row_when {
	const char *from;
	uint64_t value;
	bool differs;
};

/** enum stlb_row_special - what rows of numbers cannot say */
enum stlb_row_special {
	STLB_ROW_PLAIN,
	STLB_ROW_PHASE, /* an event only where the text starts with "phase ", which is dropped */
	STLB_ROW_STACK, /* the array `caller`, as many entries as `size` says */
};

/**
 * struct stlb_row - one trace event
 * @system: its group; NULL: any
 * @kind: enum stlb_kind or STLB_KIND_NONE
 */
struct stlb_row {
	const char *system;
	const char *event;
	uint8_t kind;
	uint8_t level;
	uint8_t same_content;
	uint8_t special;
	const struct stlb_row_field *fields;
	size_t nr_fields;
	const struct stlb_row_constant *constants;
	size_t nr_constants;
	struct stlb_row_when when;
};

/** struct stlb_profile - rows, looked at in order; the strings of a loaded one are its own */
struct stlb_profile {
	const struct stlb_row *rows;
	size_t nr_rows;
};

/** stlb_profile_builtin - the profile of this project's probes and the kernel's tracepoints */
const struct stlb_profile *stlb_profile_builtin(void);

#endif
