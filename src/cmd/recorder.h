/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of the program that records: trace-cmd, or perf. */
#ifndef CMD_RECORDER_H
#define CMD_RECORDER_H

#include "cmd/settings.h"
#include "cmd/tasks.h"
#include "staletlb/probe.h"

enum { STLB_RECORD_BUFFER_KB = 16 * 1024 };

/** struct stlb_recorder - a command line, NULL-terminated; zeroed is none */
struct stlb_recorder {
	char **argv;
	unsigned int nr;
	bool failed; /* for want of memory */
};

/**
 * stlb_recorder_trace_cmd - in instances named as the group of the plan
 * @tasks: where not NULL, of probes that reach tasks only these tasks' events
 */
void stlb_recorder_trace_cmd(struct stlb_recorder *recorder, const struct stlb_settings *settings,
			     const struct stlb_plan *plan, const struct stlb_tasks *tasks);

/** stlb_recorder_perf - of all tasks, with call chains where a stack is of use */
void stlb_recorder_perf(struct stlb_recorder *recorder, const struct stlb_settings *settings,
			const struct stlb_plan *plan);

/** stlb_recorder_free - the command line */
void stlb_recorder_free(struct stlb_recorder *recorder);

#endif
