/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Places where the trace cannot be read: the first few are kept for whoever wants to look. */
#include <stdio.h>

#include "check/loss.h"

void stlb_gap_keep(struct stlb_analysis *a, const struct stlb_event *event)
{
	struct stlb_result *result = &a->result;
	struct stlb_gap *gap;

	if (!event->text || result->gaps++ >= STLB_MAX_GAPS)
		return;
	gap = &result->first_gaps[result->gaps - 1];
	gap->line = event->line;
	snprintf(gap->what, sizeof(gap->what), "%s", event->text);
}

void stlb_analysis_note(struct stlb_analysis *a, const char *text)
{
	stlb_note(a, text);
}
