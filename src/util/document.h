/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON files of the user's, read with limits, and the checks that their readers share. */
#ifndef UTIL_DOCUMENT_H
#define UTIL_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>

#include "staletlb/error.h"

/* Bytes of a sentence about a key, with its NUL. */
enum { STLB_DOCUMENT_COMPLAINT = 160 };

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
 * stlb_document_unknown_key - whether an object has a key that nobody reads
 * @known: the keys that are read, ended by NULL
 * @text: gets which it is, and the known one that was probably meant
 */
bool stlb_document_unknown_key(const json_t *object, const char *const *known,
			       char text[STLB_DOCUMENT_COMPLAINT]);

/** stlb_document_only - refuse an object with such a key; 0 or -EINVAL with the error set */
int stlb_document_only(const struct stlb_document *document, const json_t *object,
		       const char *const *keys);

#endif
