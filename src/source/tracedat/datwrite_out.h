/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file that is written under another name until it is whole. A failed write is remembered:
 * nothing more is written then, and the next check tells.
 */
#ifndef SOURCE_TRACEDAT_DATWRITE_OUT_H
#define SOURCE_TRACEDAT_DATWRITE_OUT_H

#include <stdint.h>
#include <stdio.h>

#include "staletlb/error.h"

/** struct stlb_dat_out - zeroed is a closed one */
struct stlb_dat_out {
	char *path, *temp; /* temp NULL: nothing is there to be taken away */
	FILE *file;
	int failed; /* of the first write that failed, a negative errno */
};

/** stlb_dat_out_open - 0 or a negative errno; close it in any case */
int stlb_dat_out_open(struct stlb_dat_out *out, const char *path, struct stlb_error *err);

/** stlb_dat_out_unnamed - a file without a name in the same folder; a descriptor or -errno */
int stlb_dat_out_unnamed(const struct stlb_dat_out *out);

/** stlb_dat_out_put and others - append; numbers are in the byte order of this machine */
void stlb_dat_out_put(struct stlb_dat_out *out, const void *data, size_t size);
void stlb_dat_out_u16(struct stlb_dat_out *out, uint16_t number);
void stlb_dat_out_u32(struct stlb_dat_out *out, uint32_t number);
void stlb_dat_out_u64(struct stlb_dat_out *out, uint64_t number);

/** stlb_dat_out_string - append a string with its NUL */
void stlb_dat_out_string(struct stlb_dat_out *out, const char *text);

/** stlb_dat_out_file - append @size bytes from the beginning of a file */
void stlb_dat_out_file(struct stlb_dat_out *out, int fd, uint64_t size);

/** stlb_dat_out_at - bytes written so far */
uint64_t stlb_dat_out_at(struct stlb_dat_out *out);

/** stlb_dat_out_patch - write over bytes that are there */
void stlb_dat_out_patch(struct stlb_dat_out *out, uint64_t at, const void *data, size_t size);

/** stlb_dat_out_error - @code as a failure to write this file, with its text */
int stlb_dat_out_error(const struct stlb_dat_out *out, int code, struct stlb_error *err);

/** stlb_dat_out_check - 0, or what failed */
int stlb_dat_out_check(const struct stlb_dat_out *out, struct stlb_error *err);

/** stlb_dat_out_commit - give the file its name once it is on the disk */
int stlb_dat_out_commit(struct stlb_dat_out *out, struct stlb_error *err);

/** stlb_dat_out_close - what was not committed is taken away */
void stlb_dat_out_close(struct stlb_dat_out *out);

#endif
