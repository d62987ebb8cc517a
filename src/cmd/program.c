/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/program.h"

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

static int run_command(const struct stlb_command *commands, unsigned int nr,
		       const struct stlb_settings *settings)
{
	if (settings->nr_arguments == 0) {
		stlb_usage_error(STLB_COMMAND_PROGRAM, "no command given");
		return STLB_STATUS_FAILED;
	}
	for (unsigned int i = 0; i < nr; i++) {
		if (strcmp(stlb_command_info(commands[i].id)->name, settings->arguments[0]) == 0)
			return commands[i].run(settings->nr_arguments, settings->arguments);
	}
	return unknown_command(settings->arguments[0]);
}

int stlb_program_run(const struct stlb_command *commands, unsigned int nr, int argc, char **argv)
{
	struct stlb_settings settings = {0};

	keep_standard_descriptors();
	if (stlb_options_parse(STLB_COMMAND_PROGRAM, argc, argv, &settings))
		return STLB_STATUS_FAILED;
	if (settings.version) {
		puts("staletlb " STALETLB_VERSION);
		return stlb_output_check_stdout(NULL) ? STLB_STATUS_FAILED : STLB_STATUS_CLEAN;
	}
	if (settings.help) {
		stlb_help_write(STLB_COMMAND_PROGRAM, stdout);
		return stlb_output_check_stdout(NULL) ? STLB_STATUS_FAILED : STLB_STATUS_CLEAN;
	}
	return run_command(commands, nr, &settings);
}
