/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/judge.h"

#include <errno.h>
#include <inttypes.h>

#include "cmd/message.h"

bool stlb_judge_say_hidden(const struct stlb_settings *settings,
			   const struct stlb_source_info *info)
{
	if (!info->symbols_hidden || settings->symbols)
		return false;
	stlb_message(NULL,
		     "%s: its kernel symbol table holds only zeros (kernel.kptr_restrict): give a "
		     "readable one with --kallsyms",
		     info->path);
	return true;
}

static void say_gaps(const struct stlb_judge *judge, const char *path,
		     const struct stlb_result *result)
{
	const struct stlb_gap *gap = result->first_gaps;
	uint64_t shown = result->gaps < STLB_MAX_GAPS ? result->gaps : STLB_MAX_GAPS;

	if (!judge->report)
		return;
	for (uint64_t i = 0; i < shown; i++, gap++)
		if (gap->line)
			stlb_message(NULL, "%s:%" PRIu64 ": %s", path, gap->line, gap->what);
		else
			stlb_message(NULL, "%s: %s", path, gap->what);
	if (result->gaps > shown)
		stlb_message(NULL, "%s: %" PRIu64 " more gaps", path, result->gaps - shown);
}

static int out_of_memory(const char *path, struct stlb_error *err)
{
	return stlb_error_set(err, -ENOMEM, "%s: out of memory", path);
}

/* Also after an error: what was found up to there must not be lost. */
static int add_to_report(struct stlb_pass *pass, struct stlb_judge *judge, struct stlb_error *err)
{
	struct stlb_source *source = stlb_pass_source(pass);
	const struct stlb_source_info *info = stlb_source_info(source);
	const struct stlb_result *result = stlb_pass_finish(pass, err);

	judge->events += info->events;
	if (!result)
		return -ENOMEM;
	if (judge->found && judge->found(judge->arg, info, result))
		return out_of_memory(info->path, err);
	if (judge->report && stlb_report_add_trace(judge->report, info, result, source))
		return out_of_memory(info->path, err);
	say_gaps(judge, info->path, result);
	/* once for all traces: they come from one machine more often than not */
	if (!judge->said_hidden)
		judge->said_hidden = stlb_judge_say_hidden(judge->settings, info);
	return 0;
}

/** struct watched - a pass whose progress is shown */
struct watched {
	struct stlb_progress *progress;
	const struct stlb_source_info *info;
};

static int show_progress(void *arg)
{
	const struct watched *watched = arg;

	stlb_progress_update(watched->progress, watched->info);
	return 0;
}

static int judge_pass(struct stlb_pass *pass, struct stlb_judge *judge, struct stlb_error *err)
{
	struct watched watched = {judge->progress, stlb_source_info(stlb_pass_source(pass))};
	struct stlb_pass_hooks hooks = {.look = show_progress, .arg = &watched};
	int ret = stlb_pass_analyze(pass, &judge->settings->analysis, err), added;

	if (ret)
		return ret;
	ret = stlb_pass_run(pass, &hooks, err);
	show_progress(&watched);
	added = add_to_report(pass, judge, ret ? NULL : err);
	return ret ? ret : added;
}

int stlb_judge_trace(struct stlb_judge *judge, const char *path, struct stlb_error *err)
{
	struct stlb_pass_options options = stlb_profiles_reading(judge->profiles, judge->settings);
	struct stlb_pass *pass = NULL;
	int ret;

	stlb_progress_file(judge->progress, path, judge->events);
	ret = stlb_pass_open(path, &options, &pass, err);
	if (ret == 0)
		ret = judge_pass(pass, judge, err);
	if (ret && judge->report && stlb_report_add_error(judge->report, path, err->text))
		ret = -ENOMEM;
	stlb_pass_close(pass);
	return ret;
}
