/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One trace judged, and added to the report. */
#ifndef CMD_JUDGE_H
#define CMD_JUDGE_H

#include "cmd/profiles.h"
#include "cmd/progress.h"
#include "cmd/settings.h"

/** struct stlb_judge - what all traces of a command share; all of it is the caller's */
struct stlb_judge {
	const struct stlb_settings *settings;
	const struct stlb_profiles *profiles;
	struct stlb_report *report; /* NULL: nobody reads one */
	/* What was found in a trace, handed out before it goes; NULL: nobody asks. */
	int (*found)(void *arg, const struct stlb_source_info *info,
		     const struct stlb_result *result);
	void *arg;
	struct stlb_progress *progress;
	uint64_t events; /* of the traces so far */
	bool said_hidden;
};

/**
 * stlb_judge_trace - judge a trace and add it to the report
 * @err: the text is in the report as well, where there is one
 *
 * Returns 0, or a negative errno when the trace could not be read, or not to its end: what was
 * found up to there is in the report.
 */
int stlb_judge_trace(struct stlb_judge *judge, const char *path, struct stlb_error *err);

/**
 * stlb_judge_say_hidden - say where a trace's functions have no names because of kptr_restrict
 *
 * Returns whether there was something to say. To be asked when the names were looked up.
 */
bool stlb_judge_say_hidden(const struct stlb_settings *settings,
			   const struct stlb_source_info *info);

#endif
