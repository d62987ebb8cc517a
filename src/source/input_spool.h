/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SOURCE_INPUT_SPOOL_H
#define SOURCE_INPUT_SPOOL_H

#include "internal.h"

/**
 * stlb_spool - copy what is left of an input to an unnamed temporary file in $TMPDIR
 * @path: of the input, for messages
 * @size: where the number of bytes goes
 *
 * Returns a descriptor at offset 0 that the caller closes, or a negative errno.
 */
int stlb_spool(struct stlb_input *input, const char *path, uint64_t *size, struct stlb_error *err);

#endif
