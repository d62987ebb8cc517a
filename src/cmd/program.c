/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/message.h"
#include "cmd/output.h"
#include "util/nearest.h"

/*
 * A descriptor from 0 to 2 that came closed would be given to the next file that is opened, and a
 * message would end up in the report. Opened the wrong way round, using it fails as it should.
 */
static void keep_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
	}
}

static const char *command_name(unsigned int index)
{
	index += STLB_COMMAND_PROGRAM + 1;
	return index < STLB_NR_COMMANDS ? stlb_command_info(index)->name : NULL;
}

static int unknown_command(const char *name)
{
	const char *nearest = stlb_nearest(name, command_name);

	if (nearest)
		stlb_usage_error(STLB_COMMAND_PROGRAM, "unknown command '%s'; did you mean '%s'?",
				 name, nearest);
	else
		stlb_usage_error(STLB_COMMAND_PROGRAM, "unknown command '%s'", name);
	return STLB_STATUS_FAILED;
}

/* The version or the help, whichever was asked for. */
static int tell(enum stlb_command_id id, const struct stlb_settings *settings)
{
	if (settings->version)
		puts("staletlb " STALETLB_VERSION "\nfeatures:" STALETLB_FEATURES);
	else
		stlb_help_write(id, stdout);
	return stlb_output_check_stdout(stlb_command_info(id)->name) ? STLB_STATUS_FAILED
								     : STLB_STATUS_CLEAN;
}

static int run(const struct stlb_command *command, const struct stlb_settings *settings)
{
	enum stlb_status status = STLB_STATUS_CLEAN;
	struct stlb_error err = {""};
	int ret = command->run(settings, &status, &err);

	if (ret == 0 || ret == -EPIPE)
		return status;
	stlb_message(stlb_command_info(command->id)->name, "%s",
		     err.text[0] ? err.text : strerror(-ret));
	return STLB_STATUS_FAILED;
}

static int run_command(const struct stlb_command *command, int argc, char **argv)
{
	struct stlb_settings settings;
	int status = STLB_STATUS_FAILED;

	stlb_settings_init(&settings);
	if (stlb_options_parse(command->id, argc, argv, &settings) == 0) {
		if (settings.help || settings.version)
			status = tell(command->id, &settings);
		else if (!command->check || command->check(&settings) == 0)
			status = run(command, &settings);
	}
	stlb_settings_release(&settings);
	return status;
}

static int find_command(const struct stlb_command *const *commands, unsigned int nr,
			const struct stlb_settings *settings)
{
	if (settings->nr_arguments == 0) {
		stlb_usage_error(STLB_COMMAND_PROGRAM, "no command given");
		return STLB_STATUS_FAILED;
	}
	for (unsigned int i = 0; i < nr; i++)
		if (!strcmp(stlb_command_info(commands[i]->id)->name, settings->arguments[0]))
			return run_command(commands[i], settings->nr_arguments,
					   settings->arguments);
	return unknown_command(settings->arguments[0]);
}

/* "staletlb help", "staletlb help COMMAND" */
static int help(const struct stlb_settings *settings)
{
	enum stlb_command_id id = STLB_COMMAND_PROGRAM;
	const char *name = settings->nr_arguments > 1 ? settings->arguments[1] : NULL;

	if (name && strcmp(name, "help") == 0 && settings->nr_arguments == 2)
		name = NULL;
	/* a command that has commands of its own tells them all */
	if (settings->nr_arguments > 2 &&
	    strcmp(name, stlb_command_info(STLB_COMMAND_PROBES)->name) != 0) {
		stlb_usage_error(STLB_COMMAND_PROGRAM, "help: name one command");
		return STLB_STATUS_FAILED;
	}
	while (name && ++id < STLB_NR_COMMANDS)
		if (strcmp(stlb_command_info(id)->name, name) == 0)
			break;
	if (id == STLB_NR_COMMANDS)
		return unknown_command(name);
	return tell(id, settings);
}

int stlb_program_run(const struct stlb_command *const *commands, unsigned int nr, int argc,
		     char **argv)
{
	struct stlb_settings settings = {0};

	keep_standard_descriptors();
	if (stlb_options_parse(STLB_COMMAND_PROGRAM, argc, argv, &settings))
		return STLB_STATUS_FAILED;
	if (settings.version || settings.help)
		return tell(STLB_COMMAND_PROGRAM, &settings);
	if (settings.nr_arguments && strcmp(settings.arguments[0], "help") == 0)
		return help(&settings);
	return find_command(commands, nr, &settings);
}
