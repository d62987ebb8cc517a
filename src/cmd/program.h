/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line up to the command, and what all commands share around it. */
#ifndef CMD_PROGRAM_H
#define CMD_PROGRAM_H

#include "cmd/options.h"

/** struct stlb_command - a row of the table of commands; run() returns the exit status */
struct stlb_command {
	enum stlb_command_id id;
	int (*run)(int argc, char **argv);
};

/** stlb_program_run - run what the command line asks for; returns the exit status */
int stlb_program_run(const struct stlb_command *commands, unsigned int nr, int argc, char **argv);

/** stlb_program_tell - write the version or the help, whichever was asked for; the exit status */
int stlb_program_tell(enum stlb_command_id id, const struct stlb_settings *settings);

/* ---- the commands, a file each ---- */

int cmd_analyze(int argc, char **argv);
int cmd_graph(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_live(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_probes(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

#endif
