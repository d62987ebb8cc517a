/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/live_run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/interrupt.h"
#include "cmd/judge.h"
#include "cmd/message.h"

#define SECOND_NS   UINT64_C(1000000000)
#define INTERVAL_NS (SECOND_NS / 6)

enum { LOOK_EVERY = 1024 }; /* records: --max-findings is not to be passed by many */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

static int out_of_memory(struct stlb_error *err)
{
	return stlb_error_set(err, -ENOMEM, "out of memory");
}

/* ---- findings as they come ---- */

/* Where the report's own format cannot tell, and does not go there itself: text. */
static void found(void *arg, const struct stlb_finding *finding)
{
	struct stlb_live_run *run = arg;
	const struct stlb_settings *settings = run->settings;
	struct stlb_report_options options = stlb_reporting_options(settings);
	const struct stlb_report_writer *writer = settings->writer;
	FILE *to = stlb_output_file(run->reporting->output);
	struct stlb_error err = {""};

	run->findings += finding->verdict != STLB_INCONCLUSIVE;
	if (settings->quiet || run->broken_pipe)
		return;
	if (!writer->tell && settings->output) {
		writer = stlb_report_writer(0);
		to = stdout;
	}
	stlb_status_line_erase();
	if (stlb_report_tell(run->reporting->report, run->info, finding, run->source, writer, to,
			     &options, &err))
		run->broken_pipe = true;
	run->reported |= writer == settings->writer;
}

/* ---- opening ---- */

static int open_pass(struct stlb_live_run *run, struct stlb_error *err)
{
	const struct stlb_session *session = run->setup->session;
	struct stlb_pass_options options = {
		.profiles = run->profiles->profile,
		.nr_profiles = run->profiles->nr,
	};
	const char *instances[8];
	struct stlb_live_options live = {
		.tracing = stlb_session_tracing(session),
		.instances = instances,
		.page = run->save ? stlb_save_page : NULL,
		.arg = run->save,
	};

	live.events = stlb_session_events(session, &live.nr_events);
	while (live.nr_instances < sizeof(instances) / sizeof(instances[0]) &&
	       (instances[live.nr_instances] = stlb_session_instance(session, live.nr_instances)))
		live.nr_instances++;
	return stlb_pass_open_live(&live, &options, &run->pass, err);
}

int stlb_live_run_open(struct stlb_live_run *run, struct stlb_error *err)
{
	struct stlb_analysis_options options = run->settings->analysis;
	int ret = open_pass(run, err);

	if (ret)
		return ret;
	run->source = stlb_pass_source(run->pass);
	run->info = stlb_source_info(run->source);
	options.found = found;
	options.arg = run;
	ret = stlb_pass_analyze(run->pass, &options, err);
	if (ret)
		stlb_live_run_close(run);
	return ret;
}

/* ---- the status line ---- */

static bool shows_status(const struct stlb_settings *settings)
{
	if (settings->progress != STLB_AUTO)
		return settings->progress == STLB_ALWAYS;
	return isatty(STDERR_FILENO) && !settings->quiet;
}

static void show_status(struct stlb_live_run *run, uint64_t now)
{
	struct stlb_analysis_stats stats = stlb_analysis_stats(stlb_pass_analysis(run->pass));
	uint64_t passed = now - run->shown_ns, events = run->info->events;
	char line[160];

	if (passed < INTERVAL_NS)
		return;
	snprintf(line, sizeof(line),
		 "%" PRIu64 "s  %" PRIu64 " events/s  lost %" PRIu64 "  pending %" PRIu64
		 "  checked %" PRIu64 "  findings %u",
		 (now - run->start_ns) / SECOND_NS,
		 (events - run->shown_events) * 1000 / (passed / 1000000), run->info->lost_events,
		 stats.pending, stats.obligations - stats.pending, run->findings);
	stlb_status_line(line);
	run->shown_ns = now;
	run->shown_events = events;
}

/* ---- the loop ---- */

static int look(void *arg)
{
	struct stlb_live_run *run = arg;
	const struct stlb_settings *settings = run->settings;
	uint64_t now = now_ns();

	if (run->broken_pipe || stlb_interrupted() ||
	    (run->workload && stlb_workload_ended(run->workload)))
		return 1;
	if (settings->max_findings && run->findings >= settings->max_findings)
		return 1;
	if (settings->duration_ns && now - run->start_ns >= settings->duration_ns)
		return 1;
	if (run->status)
		show_status(run, now);
	return 0;
}

int stlb_live_run_loop(struct stlb_live_run *run, struct stlb_error *err)
{
	const struct stlb_pass_hooks hooks = {.look = look, .look_every = LOOK_EVERY, .arg = run};
	int ret;

	run->status = shows_status(run->settings);
	run->start_ns = run->shown_ns = now_ns();
	ret = stlb_pass_run(run->pass, &hooks, err);
	return ret < 0 ? ret : 0;
}

/* A verdict on another order than that of the events is not one. */
static int note_late(struct stlb_live_run *run)
{
	char note[256];

	if (!run->late)
		return 0;
	snprintf(note, sizeof(note),
		 "%" PRIu64 " %s after later ones had been checked, because this kernel does not "
		 "report when its writers are done: %s",
		 run->late, run->late == 1 ? "record arrived" : "records arrived",
		 run->save ? "the saved trace was checked again, in time order"
			   : "with --save the trace is checked again at the end");
	return stlb_report_add_note(run->reporting->report, note);
}

int stlb_live_run_finish(struct stlb_live_run *run, struct stlb_error *err)
{
	const struct stlb_result *result;
	int ret;

	stlb_live_stop(run->source);
	ret = stlb_pass_run(run->pass, NULL, err);
	stlb_status_line_erase();
	run->late = stlb_live_late(run->source);
	if (note_late(run))
		return out_of_memory(err);
	if (run->late && run->save)
		return ret;
	result = stlb_pass_finish(run->pass, NULL);
	if (!result ||
	    stlb_report_add_trace(run->reporting->report, run->info, result, run->source))
		return out_of_memory(err);
	return ret;
}

int stlb_live_run_second_pass(struct stlb_live_run *run, struct stlb_error *err)
{
	struct stlb_progress progress;
	struct stlb_judge again = {
		.settings = run->settings,
		.profiles = run->profiles,
		.report = run->reporting->report,
		.progress = &progress,
	};

	if (!run->late || !run->save)
		return 0;
	stlb_progress_init(&progress, STLB_NEVER, NULL, 0);
	return stlb_judge_trace(&again, run->settings->save, err);
}

void stlb_live_run_close(struct stlb_live_run *run)
{
	stlb_pass_close(run->pass);
	run->pass = NULL;
}
