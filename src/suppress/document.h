/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON files of the user's, read with limits, and the checks that their readers share. */
#ifndef SUPPRESS_DOCUMENT_H
#define SUPPRESS_DOCUMENT_H

#include <jansson.h>

#include "staletlb/error.h"

/**
 * struct stlb_document - a JSON file being read
 * @where: the place at hand, "suppressions[3]", for messages
 */
struct stlb_document {
	const char *path;
	json_t *root; /* an object */
	char where[64];
	struct stlb_error *err;
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

/**
 * stlb_document_version - check "schema_version", a string "N.x.y"
 * @newest: the largest N that is read, a digit; all from 1 on are
 *
 * Returns 0 or -EINVAL.
 */
int stlb_document_version(const struct stlb_document *document, char newest);

/**
 * stlb_document_text - a string member
 * @text: where it goes; NULL where the object has no such key
 * @longest: bytes allowed; an empty string is refused
 *
 * Returns 0 or -EINVAL.
 */
int stlb_document_text(const struct stlb_document *document, const json_t *object, const char *key,
		       size_t longest, const char **text);

/**
 * stlb_document_only - refuse keys that nobody reads
 * @keys: the known ones, ended by NULL
 */
int stlb_document_only(const struct stlb_document *document, json_t *object,
		       const char *const *keys);

#endif
