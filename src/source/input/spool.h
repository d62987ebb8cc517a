/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SOURCE_INPUT_SPOOL_H
#define SOURCE_INPUT_SPOOL_H

#include "source/input/input.h"

/** stlb_spool_file - an unnamed temporary file in $TMPDIR, to be closed; or a negative errno */
int stlb_spool_file(void);

/**
 * stlb_spool - copy what is left of an input to an unnamed temporary file in $TMPDIR
 * @path: of the input, for messages
 * @size: where the number of bytes goes
 *
 * Returns a descriptor at offset 0 that the caller closes, or a negative errno.
 */
int stlb_spool(struct stlb_input *input, const char *path, uint64_t *size, struct stlb_error *err);

/** stlb_spool_unnamed - an empty file without a name in a folder; a descriptor, or -1 with errno */
int stlb_spool_unnamed(const char *dir);

/** stlb_write_all - all of it, or a negative errno */
int stlb_write_all(int fd, const void *data, size_t size);

#endif
