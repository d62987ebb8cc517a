/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bytes of a file, decompressed where its content says gzip or zstd. */
#ifndef SOURCE_INPUT_INPUT_H
#define SOURCE_INPUT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "staletlb/error.h"

struct stlb_input;

/** stlb_input_open - open a file or "-"; returns 0 or a negative errno */
int stlb_input_open(const char *path, struct stlb_input **input, struct stlb_error *err);

/**
 * stlb_input_peek - look at the next bytes without consuming them
 * @want: at most 64 KiB
 *
 * Returns how many bytes are at *@data: fewer than @want only at the end; a negative errno.
 */
ssize_t stlb_input_peek(struct stlb_input *input, const void **data, size_t want,
			struct stlb_error *err);

/** stlb_input_read - consume up to @size bytes; 0 at the end, a negative errno on failure */
ssize_t stlb_input_read(struct stlb_input *input, void *data, size_t size, struct stlb_error *err);

/** stlb_input_cut - whether the compressed stream broke off before its end */
bool stlb_input_cut(const struct stlb_input *input);

/**
 * stlb_input_fd - a descriptor of the whole decompressed content that can be mapped and seeked
 *
 * A plain file's own; pipes and compressed files are copied to an unnamed temporary file first.
 * Owned by the input. A negative errno on failure.
 */
int stlb_input_fd(struct stlb_input *input, struct stlb_error *err);

/** stlb_input_compression - "gzip", "zstd", or NULL for a plain file */
const char *stlb_input_compression(const struct stlb_input *input);

/** stlb_input_progress - bytes of the file consumed so far, and in all (0: not known) */
void stlb_input_progress(const struct stlb_input *input, uint64_t *done, uint64_t *total);

/** stlb_input_close - NULL is fine */
void stlb_input_close(struct stlb_input *input);

#endif
