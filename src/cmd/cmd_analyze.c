/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cmd/draw.h"
#include "cmd/judge.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/profiles.h"
#include "cmd/program.h"

static const char *const name = "analyze";

/** struct analyze - what the command has opened */
struct analyze {
	struct stlb_settings settings;
	struct stlb_profiles profiles;
	struct stlb_suppressions *suppressions;
	struct stlb_report *report;
	struct stlb_output *output;
};

static int check_arguments(const struct stlb_settings *settings)
{
	const struct stlb_filter *filter = &settings->analysis.filter;
	int standard_input = 0;

	if (settings->nr_arguments == 0)
		return stlb_usage_error(STLB_COMMAND_ANALYZE, "no trace given");
	if (filter->until_ns && filter->until_ns <= filter->since_ns)
		return stlb_usage_error(STLB_COMMAND_ANALYZE, "--until is not after --since");
	for (int i = 0; i < settings->nr_arguments; i++)
		standard_input += strcmp(settings->arguments[i], "-") == 0;
	if (standard_input > 1)
		return stlb_usage_error(STLB_COMMAND_ANALYZE,
					"standard input (-) can be read only once");
	return 0;
}

static int load_suppressions(struct analyze *analyze, struct stlb_error *err)
{
	const struct stlb_settings *settings = &analyze->settings;
	time_t now = time(NULL);
	char today[16] = "";
	struct tm tm;
	int r = 0;

	if (gmtime_r(&now, &tm))
		strftime(today, sizeof(today), "%Y-%m-%d", &tm);
	analyze->suppressions = stlb_suppressions_new(today);
	if (!analyze->suppressions)
		return stlb_error_set(err, -ENOMEM, "out of memory");
	for (unsigned int i = 0; i < settings->suppressions.nr && r == 0; i++)
		r = stlb_suppressions_load(analyze->suppressions, settings->suppressions.value[i],
					   err);
	for (unsigned int i = 0; i < settings->baselines.nr && r == 0; i++)
		r = stlb_suppressions_load_baseline(analyze->suppressions,
						    settings->baselines.value[i], err);
	return r;
}

/* Before the traces are read: what is wrong here should not show after an hour's work. */
static int prepare(struct analyze *analyze, struct stlb_error *err)
{
	int r = stlb_profiles_load(&analyze->settings.profiles, &analyze->profiles, err);

	if (r == 0)
		r = load_suppressions(analyze, err);
	if (r)
		return r;
	analyze->report = stlb_report_new(STALETLB_VERSION, analyze->suppressions);
	if (!analyze->report)
		return stlb_error_set(err, -ENOMEM, "out of memory");
	return stlb_output_open(analyze->settings.output, &analyze->output, err);
}

/* Whether all could be read to their ends. */
static bool judge_traces(struct analyze *analyze)
{
	const struct stlb_settings *settings = &analyze->settings;
	struct stlb_progress progress;
	struct stlb_draw draw = {
		.command = name,
		.settings = settings,
		.profiles = analyze->profiles.profile,
		.nr_profiles = analyze->profiles.nr,
		.report = analyze->report,
	};
	struct stlb_judge judge = {
		.settings = settings,
		.profiles = analyze->profiles.profile,
		.nr_profiles = analyze->profiles.nr,
		.report = analyze->report,
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

static bool use_color(const struct stlb_settings *settings)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (settings->color != STLB_AUTO)
		return settings->color == STLB_ALWAYS;
	return !settings->output && isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
	       !(term && strcmp(term, "dumb") == 0);
}

static unsigned int terminal_width(const struct stlb_settings *settings)
{
	struct winsize size;

	if (settings->output || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_col == 0)
		return 0;
	return size.ws_col < 40 ? 40 : size.ws_col;
}

static int write_report(const struct analyze *analyze, struct stlb_error *err)
{
	const struct stlb_settings *settings = &analyze->settings;
	struct stlb_report_options options = {
		.color = use_color(settings),
		.verbose = settings->verbose,
		.quiet = settings->quiet,
		.width = terminal_width(settings),
	};
	struct stlb_error cause = {""};
	int r;

	r = settings->writer->write(analyze->report, stlb_output_file(analyze->output), &options,
				    &cause);
	if (r)
		return stlb_error_set(err, r, "%s: %s",
				      settings->output ? settings->output : "standard output",
				      cause.text);
	return stlb_output_commit(analyze->output, err);
}

static int analyze_run(struct analyze *analyze)
{
	struct stlb_error err = {""};
	enum stlb_status status = STLB_STATUS_FAILED;
	int r = prepare(analyze, &err);

	if (r == 0) {
		bool all = judge_traces(analyze);

		status = stlb_report_finish(analyze->report, analyze->settings.fail_on);
		if (!all)
			status = STLB_STATUS_FAILED;
		r = write_report(analyze, &err);
	}
	/* Who closed the pipe has read enough, and what was judged stays judged. */
	if (r == 0 || r == -EPIPE)
		return status;
	stlb_message(name, "%s", err.text);
	return STLB_STATUS_FAILED;
}

static void analyze_release(struct analyze *analyze)
{
	stlb_output_close(analyze->output);
	stlb_report_free(analyze->report);
	stlb_suppressions_free(analyze->suppressions);
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
	if (analyze.settings.help) {
		stlb_help_write(STLB_COMMAND_ANALYZE, stdout);
		status = stlb_output_check_stdout(name) ? STLB_STATUS_FAILED : STLB_STATUS_CLEAN;
	} else if (check_arguments(&analyze.settings) == 0) {
		status = analyze_run(&analyze);
	}
	analyze_release(&analyze);
	return status;
}
