/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paragraphs of at most 80 columns. */
#ifndef CMD_WRAP_H
#define CMD_WRAP_H

#include <stdio.h>

/**
 * stlb_wrap - write the words of a text that begins at @column; further lines begin at @indent
 *
 * Returns the column behind the last word.
 */
int stlb_wrap(FILE *to, const char *text, int column, int indent);

#endif
