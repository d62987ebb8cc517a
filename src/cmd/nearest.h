/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name that was probably meant. */
#ifndef CMD_NEAREST_H
#define CMD_NEAREST_H

/**
 * stlb_nearest - the name that is most like a misspelt one
 * @text: what was given
 * @name: the names by index, NULL past the last
 *
 * Returns NULL where none is like it.
 */
const char *stlb_nearest(const char *text, const char *(*name)(unsigned int index));

#endif
