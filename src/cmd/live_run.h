/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judging while the kernel runs: the loop from the first event to the last. */
#ifndef CMD_LIVE_RUN_H
#define CMD_LIVE_RUN_H

#include "cmd/probe_setup.h"
#include "cmd/profiles.h"
#include "cmd/reporting.h"
#include "cmd/workload.h"

/** struct stlb_live_run - all but what is said below is the caller's */
struct stlb_live_run {
	const struct stlb_settings *settings;
	const struct stlb_profiles *profiles;
	struct stlb_reporting *reporting;
	struct stlb_setup *setup;
	struct stlb_workload *workload; /* NULL: none */
	struct stlb_save *save;		/* NULL: the raw trace is not kept */
	/* from here on the run's own */
	struct stlb_pass *pass; /* NULL: not open */
	struct stlb_source *source;
	const struct stlb_source_info *info;
	uint64_t start_ns, shown_ns, shown_events;
	uint64_t late; /* records that came too late to be judged in their order */
	unsigned int findings;
	bool status;   /* whether the status line is shown */
	bool reported; /* findings stand where the report will follow */
	bool broken_pipe;
};

/** stlb_live_run_open - open the buffers and begin the analysis, before tracing is on */
int stlb_live_run_open(struct stlb_live_run *run, struct stlb_error *err);

/**
 * stlb_live_run_loop - judge until the command, the time, the findings or the user's patience ends
 *
 * Tracing must be on. Returns 0 or a negative errno; what was judged stays either way.
 */
int stlb_live_run_loop(struct stlb_live_run *run, struct stlb_error *err);

/**
 * stlb_live_run_finish - tracing is off: judge the rest, and add it all to the report
 *
 * But for what stlb_live_run_second_pass() has to judge.
 */
int stlb_live_run_finish(struct stlb_live_run *run, struct stlb_error *err);

/**
 * stlb_live_run_second_pass - judge the trace that was kept, where records came too late while it
 * ran
 *
 * It must be in its place. Nothing is done where no record did, or none is kept.
 */
int stlb_live_run_second_pass(struct stlb_live_run *run, struct stlb_error *err);

/** stlb_live_run_close - the buffers must be closed before the session is removed */
void stlb_live_run_close(struct stlb_live_run *run);

#endif
