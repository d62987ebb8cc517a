/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The second pass over a trace, for reports that draw what was around the findings. */
#ifndef CMD_TIMELINE_PASS_H
#define CMD_TIMELINE_PASS_H

#include "cmd/profiles.h"
#include "staletlb/timeline.h"

/** struct stlb_timeline_pass - all of it but the timeline is the caller's */
struct stlb_timeline_pass {
	const char *command; /* for messages */
	const struct stlb_settings *settings;
	const struct stlb_profiles *profiles;
	struct stlb_report *report;
	struct stlb_timeline *timeline; /* of the trace at work */
};

/** stlb_timeline_pass_prepare - struct stlb_judge's found(): where to look; 0 or -ENOMEM */
int stlb_timeline_pass_prepare(void *drawing_pass, const struct stlb_source_info *info,
			       const struct stlb_result *result);

/**
 * stlb_timeline_pass_trace - read the trace that the report got last once more, and give it the
 * timeline
 * @judged: whether the first pass came to its end; if not, there is no second one
 *
 * What cannot be drawn is said on standard error and in the report's notes; the findings stand.
 * Returns 0 or -ENOMEM.
 */
int stlb_timeline_pass_trace(struct stlb_timeline_pass *drawing_pass, const char *path,
			     bool judged);

#endif
