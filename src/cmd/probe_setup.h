/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that look at a running kernel share: from the command line to a session. */
#ifndef CMD_PROBE_SETUP_H
#define CMD_PROBE_SETUP_H

#include "cmd/settings.h"
#include "cmd/tasks.h"
#include "staletlb/session.h"

/** struct stlb_setup - the kernel, the plan for it, and the plan in the kernel; zeroed: none */
struct stlb_setup {
	struct stlb_kernel *kernel;
	struct stlb_plan *plan;
	struct stlb_session *session;
	struct stlb_tasks tasks; /* kernel threads, and what --pid names */
};

/**
 * stlb_setup_plan - look at the kernel and plan
 * @group: of the dynamic events; NULL: those that stay
 * @of_tasks: probes that reach tasks will see those asked for only
 *
 * Returns 0, or -EPERM, -ENOENT and the like with the fact that stands in the way and its remedy.
 */
int stlb_setup_plan(struct stlb_setup *setup, const struct stlb_settings *settings,
		    const char *group, bool of_tasks, struct stlb_error *err);

/**
 * stlb_setup_take - put the plan into the kernel
 * @of_command: a command is to be followed, besides what --pid names
 */
int stlb_setup_take(struct stlb_setup *setup, const struct stlb_settings *settings, bool of_command,
		    struct stlb_error *err);

/**
 * stlb_setup_snapshot - write into the trace what was there before it: who subscribes, and where
 *	their page tables are
 * @instance: the folder of an instance whose events are on
 * @command: whose messages they are, where it fails: the run goes on
 */
void stlb_setup_snapshot(const struct stlb_setup *setup, const char *instance, const char *command);

/** stlb_setup_leave - take all out and free it; 0, or a negative errno with what is left */
int stlb_setup_leave(struct stlb_setup *setup, struct stlb_error *err);

#endif
