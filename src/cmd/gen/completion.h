/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bash completion, from the table of options. */
#ifndef CMD_GEN_COMPLETION_H
#define CMD_GEN_COMPLETION_H

#include <stdio.h>

/** stlb_completion_write - write the script; the caller checks the stream */
void stlb_completion_write(FILE *to);

#endif
