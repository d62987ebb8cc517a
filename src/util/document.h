/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON files of the user's, read with limits, and the checks that their readers share. */
#ifndef UTIL_DOCUMENT_H
#define UTIL_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>

#include "staletlb/error.h"

/**
 * struct stlb_document - a JSON file being read
 * @where: the place at hand, "suppressions[3]", for messages; "" for the object as a whole
 */
struct stlb_document {
	const char *path;
	json_t *root; /* an object */
	char where[96];
	struct stlb_error *err;
};

/**
 * struct stlb_member - a key that an object may have; a table of them ends with a row of zeros
 * @read: 0 or a negative errno with the error set; NULL: the key is known, and nobody reads it
 *	@value: NULL where the object has no such key
 *	@into: as given to stlb_document_read()
 * @at: offset of what a reader that many members share writes, from @into on
 * @limit: bytes of a text, or the newest version
 */
struct stlb_member {
	const char *key;
	int (*read)(struct stlb_document *document, const struct stlb_member *member,
		    const json_t *value, void *into);
	size_t at, limit;
};

/**
 * stlb_document_open - read a file of at most @limit bytes that holds one JSON object
 *
 * Fills @document; its @path is the caller's. Returns 0 or a negative errno with the error set.
 * Files whose values would take too much memory are refused before they are parsed (-EFBIG).
 */
int stlb_document_open(struct stlb_document *document, const char *path, size_t limit,
		       struct stlb_error *err);

/** stlb_document_close - give the values back */
void stlb_document_close(struct stlb_document *document);

/** stlb_document_fail - -EINVAL, with "PATH: WHERE: " and the text left as the error */
int stlb_document_fail(const struct stlb_document *document, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** stlb_document_fail_in - the same, with the place of a member: "PATH: WHERE.KEY: " */
int stlb_document_fail_in(const struct stlb_document *document, const struct stlb_member *member,
			  const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/**
 * stlb_document_only - refuse an object with a key that a table lacks
 *
 * Returns 0, or -EINVAL with that key and the known one that was probably meant.
 */
int stlb_document_only(const struct stlb_document *document, const json_t *object,
		       const struct stlb_member *members);

/**
 * stlb_document_read - read the members of an object in the order of a table, up to the first error
 *
 * Other keys are passed over. Returns 0 or what a reader returned.
 */
int stlb_document_read(struct stlb_document *document, const json_t *object,
		       const struct stlb_member *members, void *into);

/* ---- readers for tables: 0 or -EINVAL ---- */

/** stlb_member_text - a string, not empty, to a const char *: NULL where there is none */
int stlb_member_text(struct stlb_document *document, const struct stlb_member *member,
		     const json_t *value, void *into);

/** stlb_member_count - a number from 0 on, to a uint64_t: left as it is where there is none */
int stlb_member_count(struct stlb_document *document, const struct stlb_member *member,
		      const json_t *value, void *into);

/** stlb_member_version - a string "N.x.y", from 1 to @limit; needed, and only checked */
int stlb_member_version(struct stlb_document *document, const struct stlb_member *member,
			const json_t *value, void *into);

#endif
