/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "cmd/again.h"
#include "cmd/judge.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/program.h"
#include "cmd/target.h"
#include "staletlb/explain.h"

static const char *const name = "explain";

/** struct explain_command - what the command has opened */
struct explain_command {
	struct stlb_settings settings;
	struct stlb_again again;
	struct stlb_explain *explain;
	struct stlb_output *output;
};

static int check_arguments(const struct stlb_settings *settings)
{
	if (settings->nr_arguments != 1)
		return stlb_usage_error(STLB_COMMAND_EXPLAIN, settings->nr_arguments
								      ? "one trace at a time"
								      : "no trace given");
	if (stlb_settings_no_time(settings))
		return stlb_usage_error(STLB_COMMAND_EXPLAIN, "--until is not after --since");
	return 0;
}

static int take_event(void *arg, const struct stlb_event *event)
{
	return stlb_explain_event(arg, event);
}

static int read_trace(struct explain_command *command, struct stlb_error *err)
{
	const struct stlb_settings *settings = &command->settings;
	const char *path = settings->arguments[0];
	struct stlb_again *again = &command->again;
	struct stlb_explain_want want = {.finding = &again->finding};
	int r = stlb_again_judge(again, settings, path, settings->finding, err);

	if (r)
		return r;
	want.before_6_6 = again->before_6_6;
	want.arch = again->arch;
	want.kernel = again->kernel;
	want.irq_flags = again->irq_flags;
	command->explain = stlb_explain_new(&want);
	if (!command->explain)
		return stlb_error_set(err, -ENOMEM, "%s: out of memory", path);
	return stlb_again_read(again, take_event, command->explain, err);
}

static int write_text(struct explain_command *command, struct stlb_error *err)
{
	const char *to = command->settings.output;
	struct stlb_source *source = stlb_pass_source(command->again.pass);
	struct stlb_error cause = {""};
	int r = stlb_explain_write(command->explain, stlb_output_file(command->output), source,
				   &cause);

	if (r)
		return stlb_error_set(err, r, "%s: %s", to ? to : "standard output", cause.text);
	stlb_judge_say_hidden(&command->settings, stlb_source_info(source));
	return stlb_output_commit(command->output, err);
}

static int explain_run(struct explain_command *command)
{
	struct stlb_error err = {""};
	int r = stlb_target_check(&command->settings, command->settings.output, true, &err);

	if (r == 0)
		r = stlb_output_open(command->settings.output, &command->output, &err);
	if (r == 0)
		r = read_trace(command, &err);
	if (r == 0)
		r = write_text(command, &err);
	/* Who closed the pipe has read enough. */
	if (r == 0 || r == -EPIPE)
		return STLB_STATUS_CLEAN;
	stlb_message(name, "%s", err.text);
	return STLB_STATUS_FAILED;
}

static void explain_release(struct explain_command *command)
{
	stlb_output_close(command->output);
	stlb_explain_free(command->explain);
	stlb_again_release(&command->again);
	stlb_settings_release(&command->settings);
}

int cmd_explain(int argc, char **argv)
{
	struct explain_command command = {0};
	int status = STLB_STATUS_FAILED;

	stlb_settings_init(&command.settings);
	if (stlb_options_parse(STLB_COMMAND_EXPLAIN, argc, argv, &command.settings) == 0) {
		if (command.settings.help || command.settings.version) {
			status = stlb_program_tell(STLB_COMMAND_EXPLAIN, &command.settings);
		} else if (check_arguments(&command.settings) == 0) {
			status = explain_run(&command);
		}
	}
	explain_release(&command);
	return status;
}
