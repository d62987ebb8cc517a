/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Strings of unknown origin made fit for a terminal and for JSON. */
#ifndef UTIL_STR_H
#define UTIL_STR_H

#include <stddef.h>

/**
 * stlb_str_clean - copy a string with all that is unsafe to print written as \xNN
 * @to: gets at most @size bytes, with a NUL; may be NULL when @size is 0
 *
 * Unsafe are bytes that are no UTF-8, control characters, and characters that reorder or break
 * lines. Returns the length of the whole copy without its NUL, as snprintf() does.
 */
size_t stlb_str_clean(char *to, size_t size, const char *from);

/** stlb_str_columns - how many columns a clean string takes: its characters, all taken as narrow
 */
size_t stlb_str_columns(const char *text, size_t bytes);

/** stlb_str_distance - edit distance of two words, those longer than 63 bytes cut there */
unsigned int stlb_str_distance(const char *a, const char *b);

#endif
