/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a result says of the trace: what was assumed, and the first places that cannot be read. */
#include <stdio.h>
#include <string.h>

#include "check/note.h"

void stlb_note(struct stlb_analysis *a, const char *text)
{
	struct stlb_result *result = &a->result;

	for (uint32_t i = 0; i < result->nr_notes; i++)
		if (!strcmp(result->notes[i], text))
			return;
	if (result->nr_notes < sizeof(result->notes) / sizeof(*result->notes))
		result->notes[result->nr_notes++] = text;
}

void stlb_analysis_note(struct stlb_analysis *a, const char *text)
{
	stlb_note(a, text);
}

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
