/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the report goes: standard output, or a file that appears whole or not at all. */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include <stdio.h>

#include "staletlb/error.h"

struct stlb_output;

/**
 * stlb_output_open - open what the report goes to, before the work begins
 * @path: NULL for standard output; the string is copied
 *
 * From here on a signal that ends the program takes away the half-written file first; SIGINT,
 * SIGTERM and SIGHUP end it with 128 and the signal's number. A closed pipe and a limit of size are
 * errors of writing instead of signals. What is no regular file, and what names an open descriptor
 * (/dev/stdout), is written in place. There is one output at a time. Returns 0 or a negative errno.
 */
int stlb_output_open(const char *path, struct stlb_output **output, struct stlb_error *err);

/** stlb_output_file - the stream to write to; it stays the output's */
FILE *stlb_output_file(const struct stlb_output *output);

/**
 * stlb_output_commit - all is written: put the file in its place
 *
 * Returns 0 or a negative errno; -EPIPE where the reader of a pipe is gone.
 */
int stlb_output_commit(struct stlb_output *output, struct stlb_error *err);

/** stlb_output_close - free it; a file that was not committed is taken away; NULL is fine */
void stlb_output_close(struct stlb_output *output);

/**
 * stlb_output_write - open what the report goes to, have it written, and put it in its place
 * @write: 0 or a negative errno with @err set
 *
 * Returns 0 or a negative errno; then a file is as it was before.
 */
int stlb_output_write(const char *path, int (*write)(void *arg, FILE *to, struct stlb_error *err),
		      void *arg, struct stlb_error *err);

/** stlb_output_failed - @code, with what a writer said after the name of what it wrote to */
int stlb_output_failed(const char *path, int code, const struct stlb_error *cause,
		       struct stlb_error *err);

/** stlb_output_check_stdout - flush; 0, or a negative errno after a message about what is lost */
int stlb_output_check_stdout(const char *command);

#endif
