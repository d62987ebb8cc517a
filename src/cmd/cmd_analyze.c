/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cmd/timeline_pass.h"
#include "cmd/judge.h"
#include "cmd/message.h"
#include "cmd/profiles.h"
#include "cmd/program.h"
#include "cmd/reporting.h"

static const char *const name = "analyze";

/** struct analyze - what the command has opened */
struct analyze {
	const struct stlb_settings *settings;
	struct stlb_profiles profiles;
	struct stlb_reporting reporting;
};

static int check(struct stlb_settings *settings)
{
	int standard_input = 0;

	if (settings->nr_arguments == 0)
		return stlb_usage_error(STLB_COMMAND_ANALYZE, "no trace given");
	if (stlb_settings_no_time(settings))
		return stlb_usage_error(STLB_COMMAND_ANALYZE, "--until is not after --since");
	for (int i = 0; i < settings->nr_arguments; i++)
		standard_input += strcmp(settings->arguments[i], "-") == 0;
	if (standard_input > 1)
		return stlb_usage_error(STLB_COMMAND_ANALYZE,
					"standard input (-) can be read only once");
	return 0;
}

/* Whether all could be read to their ends. */
static bool judge_traces(struct analyze *analyze)
{
	const struct stlb_settings *settings = analyze->settings;
	struct stlb_progress progress;
	struct stlb_timeline_pass drawing_pass = {
		.command = name,
		.settings = settings,
		.profiles = &analyze->profiles,
		.report = analyze->reporting.report,
	};
	struct stlb_judge judge = {
		.settings = settings,
		.profiles = &analyze->profiles,
		.report = analyze->reporting.report,
		.progress = &progress,
		.found = settings->writer->draws ? stlb_timeline_pass_prepare : NULL,
		.arg = &drawing_pass,
	};
	bool all = true;

	stlb_progress_init(&progress, settings->progress, settings->arguments,
			   settings->nr_arguments);
	for (int i = 0; i < settings->nr_arguments; i++) {
		const char *path = settings->arguments[i];
		struct stlb_error err = {""};
		int ret = stlb_judge_trace(&judge, path, &err);

		if (ret)
			stlb_message(name, "%s", err.text);
		if (stlb_timeline_pass_trace(&drawing_pass, path, ret == 0) || ret)
			all = false;
	}
	stlb_progress_end(&progress);
	return all;
}

static int run(const struct stlb_settings *settings, enum stlb_status *status,
	       struct stlb_error *err)
{
	struct analyze analyze = {.settings = settings};
	int ret = stlb_profiles_load(&settings->profiles, &analyze.profiles, err);

	if (ret == 0)
		ret = stlb_reporting_open(&analyze.reporting, settings, true, err);
	if (ret == 0) {
		bool all = judge_traces(&analyze);

		*status = stlb_report_finish(analyze.reporting.report, settings->fail_on);
		if (!all)
			*status = STLB_STATUS_FAILED;
		stlb_reporting_say_unmatched(&analyze.reporting, name);
		ret = stlb_reporting_write(&analyze.reporting, err);
	}
	stlb_reporting_close(&analyze.reporting);
	stlb_profiles_free(&analyze.profiles);
	return ret;
}

const struct stlb_command stlb_cmd_analyze = {STLB_COMMAND_ANALYZE, check, run};
