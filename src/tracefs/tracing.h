/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of tracefs: written in one go, read whole, with errors that name them. */
#ifndef TRACEFS_TRACING_H
#define TRACEFS_TRACING_H

#include <stddef.h>

#include "staletlb/error.h"

/** enum stlb_tracing_mode - what is to become of what a file says already */
enum stlb_tracing_mode {
	STLB_TRACING_REPLACE,
	STLB_TRACING_ADD, /* the files of dynamic events lose all others otherwise */
};

/**
 * stlb_tracing_write - write to a file of tracefs
 * @file: below @tracing
 * @err: names the file, the text and the reason; may be NULL
 *
 * Returns 0 or a negative errno.
 */
int stlb_tracing_write(const char *tracing, const char *file, const char *text,
		       enum stlb_tracing_mode mode, struct stlb_error *err);

/** stlb_tracing_read - a whole file, to be freed; NULL with errno set */
char *stlb_tracing_read(const char *tracing, const char *file);

/** stlb_tracing_path - "TRACING/FILE"; -ENAMETOOLONG where it does not fit */
int stlb_tracing_path(char *path, size_t size, const char *tracing, const char *file);

#endif
