/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of an event format, looked at before libtraceevent parses it. */
#ifndef SOURCE_FORMAT_CHECK_H
#define SOURCE_FORMAT_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/**
 * stlb_format_fields_size - bytes of a format up to its print format
 *
 * The print format is left out: it is not used, and not all of them parse.
 */
size_t stlb_format_fields_size(const char *text, size_t size);

/**
 * stlb_format_sound - whether a format has the form that kernels give it
 *
 * libtraceevent does not survive each damaged one.
 */
bool stlb_format_sound(const char *text, size_t size);

#endif
