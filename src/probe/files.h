/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files below a directory that stands for /. */
#ifndef PROBE_FILES_H
#define PROBE_FILES_H

#include <stdbool.h>
#include <stddef.h>

/**
 * stlb_root_path - the path of a file below a root
 * @root: "" for /
 *
 * Returns 0 or -ENAMETOOLONG.
 */
int stlb_root_path(char *to, size_t size, const char *root, const char *path);

/** stlb_root_exists - whether there is a file or directory of that name */
bool stlb_root_exists(const char *root, const char *path);

/**
 * stlb_root_read - the first bytes of a file as a string, its last newline taken off
 *
 * Returns 0 or a negative errno, with an empty string.
 */
int stlb_root_read(const char *root, const char *path, char *to, size_t size);

/**
 * stlb_root_lines - hand the lines of a file, which may be gzipped, to a function, one by one
 * @line: gets them without their newline, may change them; what is beyond 1023 bytes is left out
 *
 * Returns 0 or a negative errno.
 */
int stlb_root_lines(const char *root, const char *path, void (*line)(void *context, char *text),
		    void *context);

#endif
