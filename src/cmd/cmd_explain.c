/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "cmd/finding_pass.h"
#include "cmd/judge.h"
#include "cmd/output.h"
#include "cmd/program.h"
#include "cmd/target.h"
#include "staletlb/explain.h"

/** struct explain_command - what the command has opened */
struct explain_command {
	const struct stlb_settings *settings;
	struct stlb_finding_pass second;
	struct stlb_explain *explain;
};

static int check(struct stlb_settings *settings)
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
	const struct stlb_settings *settings = command->settings;
	const char *path = settings->arguments[0];
	struct stlb_finding_pass *second = &command->second;
	struct stlb_explain_want want = {.finding = &second->finding};
	int ret = stlb_finding_pass_judge(second, settings, path, settings->finding, err);

	if (ret)
		return ret;
	want.before_6_6 = second->before_6_6;
	want.arch = second->arch;
	want.kernel = second->kernel;
	want.irq_flags = second->irq_flags;
	command->explain = stlb_explain_new(&want);
	if (!command->explain)
		return stlb_error_set(err, -ENOMEM, "%s: out of memory", path);
	return stlb_finding_pass_read(second, take_event, command->explain, err);
}

static int explain(void *arg, FILE *to, struct stlb_error *err)
{
	struct explain_command *command = arg;
	struct stlb_error cause = {""};
	struct stlb_source *source;
	int ret = read_trace(command, err);

	if (ret)
		return ret;
	source = stlb_pass_source(command->second.pass);
	ret = stlb_explain_write(command->explain, to, source, &cause);
	if (ret)
		return stlb_output_failed(command->settings->output, ret, &cause, err);
	stlb_judge_say_hidden(command->settings, stlb_source_info(source));
	return 0;
}

static int run(const struct stlb_settings *settings, enum stlb_status *status,
	       struct stlb_error *err)
{
	struct explain_command command = {.settings = settings};
	int ret = stlb_target_check(settings, settings->output, true, err);

	(void)status;
	if (ret == 0)
		ret = stlb_output_write(settings->output, explain, &command, err);
	stlb_explain_free(command.explain);
	stlb_finding_pass_release(&command.second);
	return ret;
}

const struct stlb_command stlb_cmd_explain = {STLB_COMMAND_EXPLAIN, check, run};
