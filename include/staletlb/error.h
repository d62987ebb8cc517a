/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Errors: every function that can fail returns 0 or a negative errno and, where it is handed a
 * struct stlb_error, leaves there one line that names the file, the place and the remedy.
 */
#ifndef STALETLB_ERROR_H
#define STALETLB_ERROR_H

#include "staletlb/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct stlb_error - the text of a failure
 * @text: one line without a newline; empty when nothing failed
 *
 * Owned by the caller, who zeroes it before the first use. Never needs to be freed.
 */
struct stlb_error {
	char text[512];
};

/**
 * stlb_error_set - leave the text of a failure
 * @err: where to; NULL drops the text
 * @code: a negative errno
 * @fmt: printf format of the text
 *
 * Returns @code, so that a caller can write `return stlb_error_set(err, -EINVAL, ...)`.
 */
STLB_API int stlb_error_set(struct stlb_error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#ifdef __cplusplus
}
#endif

#endif
