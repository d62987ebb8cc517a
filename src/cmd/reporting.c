/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/reporting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cmd/message.h"
#include "cmd/target.h"

/* Once for each file; its entries are in a row. */
static void say_unversioned(const struct stlb_suppressions *set)
{
	const struct stlb_suppression *entry;
	const char *said = NULL;

	for (uint32_t i = 0; (entry = stlb_suppressions_get(set, i)); i++) {
		if (!entry->unversioned || entry->path == said)
			continue;
		said = entry->path;
		stlb_message(NULL,
			     "warning: %s: has version 1 fingerprints, which name no function and "
			     "may hide another fault: %s",
			     said,
			     entry->baseline ? "create the baseline again"
					     : "use those of a new report");
	}
}

static int load_suppressions(struct stlb_reporting *reporting, struct stlb_error *err)
{
	const struct stlb_settings *settings = reporting->settings;
	time_t now = time(NULL);
	char today[16] = "";
	struct tm tm;
	int ret = 0;

	if (gmtime_r(&now, &tm))
		strftime(today, sizeof(today), "%Y-%m-%d", &tm);
	reporting->suppressions = stlb_suppressions_new(today);
	if (!reporting->suppressions)
		return stlb_error_set(err, -ENOMEM, "out of memory");
	for (unsigned int i = 0; i < settings->suppressions.nr && ret == 0; i++)
		ret = stlb_suppressions_load(reporting->suppressions,
					     settings->suppressions.value[i], err);
	for (unsigned int i = 0; i < settings->baselines.nr && ret == 0; i++)
		ret = stlb_suppressions_load_baseline(reporting->suppressions,
						      settings->baselines.value[i], err);
	if (ret == 0)
		say_unversioned(reporting->suppressions);
	return ret;
}

static int add_filters(struct stlb_reporting *reporting)
{
	const struct stlb_filter *filter = &reporting->settings->analysis.filter;
	int ret = 0;

	for (uint32_t i = 0; i < filter->nr && ret == 0; i++)
		ret = stlb_report_add_filter(reporting->report, filter->values[i].kind,
					     filter->values[i].text);
	return ret;
}

void stlb_reporting_say_unmatched(const struct stlb_reporting *reporting, const char *command)
{
	enum stlb_filter_kind kind;
	const char *text;

	for (uint32_t i = 0; (text = stlb_report_unmatched(reporting->report, i, &kind)); i++)
		stlb_message(command, "warning: nothing in the trace matches --%s=%s",
			     stlb_filter_name(kind), text);
}

int stlb_reporting_open(struct stlb_reporting *reporting, const struct stlb_settings *settings,
			bool traces, struct stlb_error *err)
{
	int ret;

	reporting->settings = settings;
	ret = stlb_target_check(settings, settings->output, traces, err);
	if (ret == 0)
		ret = load_suppressions(reporting, err);
	if (ret)
		return ret;
	reporting->report = stlb_report_new(STALETLB_VERSION, reporting->suppressions);
	if (!reporting->report)
		return stlb_error_set(err, -ENOMEM, "out of memory");
	if (settings->require_full)
		stlb_report_require_full(reporting->report);
	if (add_filters(reporting))
		return stlb_error_set(err, -ENOMEM, "out of memory");
	return stlb_output_open(settings->output, &reporting->output, err);
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

struct stlb_report_options stlb_reporting_options(const struct stlb_settings *settings)
{
	return (struct stlb_report_options){
		.color = use_color(settings),
		.verbose = settings->verbose,
		.quiet = settings->quiet,
		/* standard error has them, and who reads the one reads the other */
		.no_errors = !settings->output,
		.width = terminal_width(settings),
	};
}

int stlb_reporting_write(struct stlb_reporting *reporting, struct stlb_error *err)
{
	const struct stlb_settings *settings = reporting->settings;
	struct stlb_report_options options = stlb_reporting_options(settings);
	struct stlb_error cause = {""};
	int ret;

	ret = settings->writer->write(reporting->report, stlb_output_file(reporting->output),
				      &options, &cause);
	if (ret)
		return stlb_output_failed(settings->output, ret, &cause, err);
	return stlb_output_commit(reporting->output, err);
}

void stlb_reporting_close(struct stlb_reporting *reporting)
{
	stlb_output_close(reporting->output);
	stlb_report_free(reporting->report);
	stlb_suppressions_free(reporting->suppressions);
}
