/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name that was probably meant. */
#ifndef UTIL_NEAREST_H
#define UTIL_NEAREST_H

/**
 * stlb_nearest - the name that is most like a misspelt one
 * @text: what was given
 * @name: the names by index, NULL past the last
 *
 * Returns NULL where none is like it.
 */
const char *stlb_nearest(const char *text, const char *(*name)(unsigned int index));

/** stlb_nearest_in - the same, of the names of an array that NULL ends */
const char *stlb_nearest_in(const char *text, const char *const *names);

#endif
