/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of the reader of JSON profiles share: where they are, for messages.
 */
#ifndef DECODE_PROFILE_READER_H
#define DECODE_PROFILE_READER_H

#include <jansson.h>

#include "profile.h"

/** struct stlb_profile_reader - a file being read, and the row it is at */
struct stlb_profile_reader {
	const char *path;
	size_t row;
	struct stlb_error *err;
};

/**
 * stlb_profile_bad - refuse a profile
 * @place: within the row, ".fields.addr"; "" for the row itself
 *
 * Returns -EINVAL.
 */
int stlb_profile_bad(const struct stlb_profile_reader *reader, const char *place, const char *fmt,
		     ...) __attribute__((format(printf, 3, 4)));

/**
 * stlb_profile_keys - refuse keys of an object that nobody reads
 * @known: separated by blanks
 */
int stlb_profile_keys(const struct stlb_profile_reader *reader, const char *place,
		      const json_t *object, const char *const *known);

/** stlb_profile_number - an integer, or a string "0x..."; 0 or a negative errno */
int stlb_profile_number(const struct stlb_profile_reader *reader, const char *place,
			const json_t *json, uint64_t *number);

/** stlb_profile_from - the name of a trace field, or several with "|"; 0 or a negative errno */
int stlb_profile_from(const struct stlb_profile_reader *reader, const char *place,
		      const json_t *json, const char **from);

/**
 * stlb_profile_row_values - read "fields", "constants" and "when" of a row
 * @row: its arrays are the caller's to free, also after a failure
 */
int stlb_profile_row_values(const struct stlb_profile_reader *reader, const json_t *json,
			    struct stlb_row *row);

#endif
