/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of the program that records: trace-cmd, or perf. */
#ifndef CMD_RECORDER_H
#define CMD_RECORDER_H

#include "cmd/settings.h"
#include "cmd/tasks.h"
#include "staletlb/probe.h"

/** struct stlb_recording - what is to be recorded; all of it is the caller's */
struct stlb_recording {
	const struct stlb_settings *settings;
	const struct stlb_plan *plan; /* its dynamic events have been made, as far as they can be */
	const char *tracing;	      /* where tracefs is mounted */
	const struct stlb_tasks *tasks; /* of probes that reach tasks only theirs; NULL: all */
};

/** struct stlb_recorder - a command line, NULL-terminated; zeroed: none */
struct stlb_recorder {
	char **argv;
	unsigned int nr;
	bool failed; /* for want of memory */
};

/** stlb_recorder_trace_cmd - in instances named as the group of the plan */
void stlb_recorder_trace_cmd(struct stlb_recorder *recorder, const struct stlb_recording *what);

/** stlb_recorder_perf - of all tasks, with call chains where a stack is of use */
void stlb_recorder_perf(struct stlb_recorder *recorder, const struct stlb_recording *what);

/** stlb_recorder_free - the command line */
void stlb_recorder_free(struct stlb_recorder *recorder);

#endif
