/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line up to the command, and what all commands share around it. */
#ifndef CMD_PROGRAM_H
#define CMD_PROGRAM_H

#include "cmd/options.h"

/** struct stlb_command - a command, from its parsed options on */
struct stlb_command {
	enum stlb_command_id id;
	/* What is wrong with the arguments is said by stlb_usage_error(); 0, or that it was. NULL:
	 * nothing can be. */
	int (*check)(struct stlb_settings *settings);
	/*
	 * @status is STLB_STATUS_CLEAN until it is set. Returns 0 or a negative errno: then @err is
	 * said and the command has failed, but for -EPIPE: who closed the pipe has read enough, and
	 * @status holds.
	 */
	int (*run)(const struct stlb_settings *settings, enum stlb_status *status,
		   struct stlb_error *err);
};

/** stlb_program_run - run what the command line asks for; returns the exit status */
int stlb_program_run(const struct stlb_command *const *commands, unsigned int nr, int argc,
		     char **argv);

/* ---- the commands, a file each ---- */

extern const struct stlb_command stlb_cmd_analyze, stlb_cmd_graph, stlb_cmd_explain, stlb_cmd_live,
	stlb_cmd_record, stlb_cmd_probes, stlb_cmd_doctor;

#endif
