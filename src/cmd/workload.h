/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command that is to be traced: made first, and released when everything else is ready. */
#ifndef CMD_WORKLOAD_H
#define CMD_WORKLOAD_H

#include <stdbool.h>
#include <sys/types.h>

#include "staletlb/error.h"

/** struct stlb_workload - zeroed: none; only workload.c looks inside */
struct stlb_workload {
	pid_t pid; /* 0: none, or waited for */
	int gate;  /* closing it lets the child go */
	int news;  /* where an exec that failed is reported */
	int status;
	bool ended;
};

/**
 * stlb_workload_make - fork; the child waits before it becomes the command
 * @argv: the command and its arguments, NULL-terminated
 * @marker: path of the trace_marker of the run, put into its environment as STALETLB_MARKER
 */
int stlb_workload_make(struct stlb_workload *workload, char **argv, const char *marker,
		       struct stlb_error *err);

/** stlb_workload_go - let it run; an error where the command cannot be executed */
int stlb_workload_go(struct stlb_workload *workload, const char *name, struct stlb_error *err);

/** stlb_workload_ended - whether it has ended by now; false for none */
bool stlb_workload_ended(struct stlb_workload *workload);

/** stlb_workload_complaint - how it ended, where not with status 0; NULL otherwise. @size 64. */
const char *stlb_workload_complaint(const struct stlb_workload *workload, char *text, size_t size);

/** stlb_workload_stop - ask it to end, and wait; kills what does not listen for 5 seconds */
void stlb_workload_stop(struct stlb_workload *workload);

#endif
