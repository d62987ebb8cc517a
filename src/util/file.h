/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files that are read as a whole. The kernel's say that they are 0 bytes long, whatever is in them,
 * and pipes say nothing: both are read to their end like any other.
 */
#ifndef UTIL_FILE_H
#define UTIL_FILE_H

#include <stddef.h>

#include "staletlb/error.h"

/**
 * stlb_file_read - a whole file
 * @limit: bytes at most; a file that has more is refused (-EFBIG)
 * @text: gets its bytes with a NUL after them, to be freed; NULL after a failure
 * @size: gets their number; NULL: not asked for
 *
 * Returns 0 or a negative errno, with an error that names the file.
 */
int stlb_file_read(const char *path, size_t limit, char **text, size_t *size,
		   struct stlb_error *err);

/**
 * stlb_file_head - the first bytes of a file as a string, the newline at their end taken off
 * @size: bytes that @to has room for, with the NUL
 *
 * Never waits. Returns 0 or a negative errno, with an empty string.
 */
int stlb_file_head(const char *path, char *to, size_t size);

#endif
