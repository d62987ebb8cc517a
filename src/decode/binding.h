/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A binding: a row of a profile applied to one format, with all names looked up, so that decoding
 * a record is loads only.
 */
#ifndef DECODE_BINDING_H
#define DECODE_BINDING_H

#include "profile.h"

/** enum stlb_how - how a number lies in the record */
enum stlb_how {
	STLB_U64,
	STLB_U32,
	STLB_U16,
	STLB_U8,
	STLB_S32,
	STLB_S16,
	STLB_S8,
};

/** struct stlb_load - one number to load */
struct stlb_load {
	uint32_t offset;
	uint8_t how; /* enum stlb_how */
	uint8_t id;  /* enum stlb_field_id */
};

/** struct stlb_change - what is done to a loaded number */
struct stlb_change {
	uint8_t id;
	int8_t shift;
	uint64_t mask, add;
};

/** enum stlb_bad - what is wrong with records of a format that a row is meant for */
enum stlb_bad {
	STLB_BAD_NOT,
	STLB_BAD_FIELDS,  /* what cannot be done without is missing or cannot be read: each is lost
			   */
	STLB_BAD_FOREIGN, /* has none of it: another event of the same name, or damaged all through
			   */
};

/** struct stlb_text_place - where the text lies */
struct stlb_text_place {
	bool bound;
	bool data_loc;
	uint32_t offset;
	uint32_t size; /* 0: to the end of the record */
};

/**
 * struct stlb_binding - how records of one format become events
 * @min_size: what a record has to hold for all loads to be inside of it
 * @wrong: fields that are there by name and are no numbers, or no text
 * @more: there is more to do than the loads
 * @traps: recorded by a trap at an instruction, which counts as an NMI; it is the task's all the
 * same
 * @bad: enum stlb_bad
 * @used: records so far
 * @event: what is known of events of this name, of a text; NULL: nothing
 */
struct stlb_binding {
	uint64_t has, wrong;
	const char *name;
	uint32_t min_size;
	uint8_t kind, level, same_content, special;
	bool more;
	bool traps;
	uint8_t bad;
	uint64_t used;
	struct stlb_named *event;
	uint8_t nr_loads, nr_changes, nr_constants;
	struct stlb_load loads[STLB_NR_FIELDS];
	struct stlb_change changes[STLB_NR_FIELDS];
	struct stlb_row_constant constants[STLB_NR_FIELDS];
	struct stlb_text_place text;
	bool has_when;
	bool when_differs;
	struct stlb_load when;
	uint64_t when_value;
	struct stlb_load stack_size;
	uint32_t stack_offset;
};

/**
 * stlb_bind - apply a profile to a format
 * @binding: filled in
 *
 * Returns 1 when bound, 0 when a row says that the event is ignored, -ENOENT when no row fits,
 * -EBADMSG where one does and its fields are not there: then @binding has what there is of them.
 */
int stlb_bind(const struct stlb_profile *profile, const struct stlb_format *format,
	      struct stlb_binding *binding);

/** stlb_bind_knows - whether a row makes events of a kind that decides of an event of a name */
bool stlb_bind_knows(const struct stlb_profile *profile, const char *name, size_t size);

#endif
