/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "cmd/draw.h"
#include "cmd/judge.h"
#include "cmd/message.h"
#include "cmd/profiles.h"
#include "cmd/program.h"
#include "cmd/reporting.h"

static const char *const name = "analyze";

/** struct analyze - what the command has opened */
struct analyze {
	struct stlb_settings settings;
	struct stlb_profiles profiles;
	struct stlb_reporting reporting;
};

static int check_arguments(const struct stlb_settings *settings)
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
	const struct stlb_settings *settings = &analyze->settings;
	struct stlb_progress progress;
	struct stlb_draw draw = {
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
		.found = settings->writer->draws ? stlb_draw_prepare : NULL,
		.arg = &draw,
	};
	bool all = true;

	stlb_progress_init(&progress, settings->progress, settings->arguments,
			   settings->nr_arguments);
	for (int i = 0; i < settings->nr_arguments; i++) {
		const char *path = settings->arguments[i];
		struct stlb_error err = {""};
		int r = stlb_judge_trace(&judge, path, &err);

		if (r)
			stlb_message(name, "%s", err.text);
		if (stlb_draw_trace(&draw, path, r == 0) || r)
			all = false;
	}
	stlb_progress_end(&progress);
	return all;
}

static int analyze_run(struct analyze *analyze)
{
	struct stlb_error err = {""};
	enum stlb_status status = STLB_STATUS_FAILED;
	int r = stlb_profiles_load(&analyze->settings.profiles, &analyze->profiles, &err);

	if (r == 0)
		r = stlb_reporting_open(&analyze->reporting, &analyze->settings, true, &err);

	if (r == 0) {
		bool all = judge_traces(analyze);

		status = stlb_report_finish(analyze->reporting.report, analyze->settings.fail_on);
		if (!all)
			status = STLB_STATUS_FAILED;
		stlb_reporting_say_unmatched(&analyze->reporting, name);
		r = stlb_reporting_write(&analyze->reporting, &err);
	}
	/* Who closed the pipe has read enough, and what was judged stays judged. */
	if (r == 0 || r == -EPIPE)
		return status;
	stlb_message(name, "%s", err.text);
	return STLB_STATUS_FAILED;
}

static void analyze_release(struct analyze *analyze)
{
	stlb_reporting_close(&analyze->reporting);
	stlb_profiles_free(&analyze->profiles);
	stlb_settings_release(&analyze->settings);
}

int cmd_analyze(int argc, char **argv)
{
	struct analyze analyze = {0};
	int status = STLB_STATUS_FAILED;

	stlb_settings_init(&analyze.settings);
	if (stlb_options_parse(STLB_COMMAND_ANALYZE, argc, argv, &analyze.settings)) {
		analyze_release(&analyze);
		return status;
	}
	if (analyze.settings.help || analyze.settings.version) {
		status = stlb_program_tell(STLB_COMMAND_ANALYZE, &analyze.settings);
	} else if (check_arguments(&analyze.settings) == 0) {
		status = analyze_run(&analyze);
	}
	analyze_release(&analyze);
	return status;
}
