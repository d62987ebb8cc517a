/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table of commands and options. The parser, --help, the completion and the test of the
 * man pages all read it.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <stddef.h>

#include "cmd/settings.h"

/** enum stlb_command_id - the commands; PROGRAM is the command line without one */
enum stlb_command_id {
	STLB_COMMAND_PROGRAM,
	STLB_COMMAND_ANALYZE,
	STLB_COMMAND_GRAPH,
	STLB_COMMAND_EXPLAIN,
	STLB_COMMAND_LIVE,
	STLB_COMMAND_RECORD,
	STLB_COMMAND_PROBES,
	STLB_COMMAND_DOCTOR,
	STLB_NR_COMMANDS
};

/** enum stlb_arguments - what the arguments of a command are */
enum stlb_arguments {
	STLB_ARGUMENTS_NONE,
	STLB_ARGUMENTS_FILES,
	STLB_ARGUMENTS_COMMAND, /* one to be run, with its arguments: options end there */
	STLB_ARGUMENTS_WORD,	/* one of the row's words */
};

/** struct stlb_command_info - what help says of a command */
struct stlb_command_info {
	const char *name;   /* NULL for the program */
	const char *usage;  /* the arguments */
	const char *title;  /* a line in the list of commands */
	const char *about;  /* what it does, wrapped when written */
	const char *status; /* what its exit status means */
	enum stlb_arguments arguments;
	const char *(*word)(unsigned int index); /* the words, NULL past the last */
};

/** enum stlb_option_group - the paragraph of the help that an option stands in */
enum stlb_option_group {
	STLB_GROUP_REPORT,
	STLB_GROUP_TRACE,
	STLB_GROUP_JUDGE,
	STLB_GROUP_FILTER,
	STLB_GROUP_KNOWN,
	STLB_GROUP_OTHER,
	STLB_NR_GROUPS,
};

/** enum stlb_option_values - what an option's value can be, for the completion and the help */
enum stlb_option_values {
	STLB_VALUES_FREE,
	STLB_VALUES_FILE,
	STLB_VALUES_WORDS, /* the row's words, listed in the help */
	STLB_VALUES_IDS,   /* the same, too many to be listed there */
};

/** struct stlb_option - one row of the table */
struct stlb_option {
	const char *name;
	char letter;	      /* 0: no short form */
	const char *argument; /* NULL: takes none */
	const char *help;
	unsigned int commands; /* bits of enum stlb_command_id */
	enum stlb_option_group group;
	enum stlb_option_values values;
	const char *(*word)(unsigned int index); /* the values, NULL past the last */
	/* Returns 0, -EINVAL with what is wrong with the value, -ENOMEM. */
	int (*set)(struct stlb_settings *settings, const char *value, struct stlb_error *err);
};

/** stlb_command_info - the row of a command */
const struct stlb_command_info *stlb_command_info(enum stlb_command_id id);

/** stlb_option - the options of a command in the order of the table; NULL past the last */
const struct stlb_option *stlb_option(enum stlb_command_id id, unsigned int index);

/** stlb_option_group_title - the heading of a group */
const char *stlb_option_group_title(enum stlb_option_group group);

/**
 * stlb_options_parse - read the command line of a command
 * @argv: argv[0] is not looked at; options may stand after arguments, except for the program
 * @settings: initialised before
 *
 * Returns 0, or -EINVAL or -ENOMEM when it has said on standard error what is wrong.
 */
int stlb_options_parse(enum stlb_command_id id, int argc, char **argv,
		       struct stlb_settings *settings);

/** stlb_usage_error - say what is wrong with the command line, and where help is; -EINVAL */
int stlb_usage_error(enum stlb_command_id id, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** stlb_help_write - the help of a command, 80 columns wide */
void stlb_help_write(enum stlb_command_id id, FILE *to);

#endif
