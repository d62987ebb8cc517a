/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notes and gaps. */
#ifndef CHECK_NOTE_H
#define CHECK_NOTE_H

#include "check/state.h"

/** stlb_note - a line on what was assumed; static text, each once */
void stlb_note(struct stlb_analysis *a, const char *text);

/** stlb_gap_keep - keep what a loss says of a place that cannot be read */
void stlb_gap_keep(struct stlb_analysis *a, const struct stlb_event *event);

#endif
