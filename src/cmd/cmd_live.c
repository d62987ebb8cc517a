/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/interrupt.h"
#include "cmd/live_run.h"
#include "cmd/message.h"
#include "cmd/program.h"
#include "cmd/target.h"

static const char *const name = "live";

/** struct live - what the command has made; freed in the reverse order */
struct live {
	const struct stlb_settings *settings;
	struct stlb_profiles profiles;
	struct stlb_reporting reporting;
	struct stlb_setup setup;
	struct stlb_workload workload;
	struct stlb_save *save;
	struct stlb_live_run run;
};

/* ---- the way in ---- */

static bool has_command(const struct live *live)
{
	return live->settings->nr_arguments > 0;
}

static int note_refused(struct live *live)
{
	const char *line;

	for (unsigned int i = 0; (line = stlb_session_refused(live->setup.session, i)); i++)
		if (stlb_report_add_note(live->reporting.report, line))
			return -ENOMEM;
	return 0;
}

static int make_workload(struct live *live, struct stlb_error *err)
{
	char marker[4096];
	int32_t pid;
	int ret;

	if (!has_command(live))
		return 0;
	snprintf(marker, sizeof(marker), "%s/instances/%s/trace_marker",
		 stlb_session_tracing(live->setup.session),
		 stlb_session_instance(live->setup.session, 0));
	ret = stlb_workload_make(&live->workload, live->settings->arguments, marker, err);
	if (ret)
		return ret;
	live->run.workload = &live->workload;
	pid = (int32_t)live->workload.pid;
	return stlb_session_follow(live->setup.session, &pid, 1, err);
}

static int check_save(const struct stlb_settings *settings, struct stlb_error *err)
{
	struct stlb_target target;
	int ret;

	if (!settings->save)
		return 0;
	ret = stlb_target_find(settings->save, &target, err);
	free(target.path);
	if (ret == 0)
		ret = stlb_target_check(settings, settings->save, false, err);
	return ret ? ret : stlb_target_check_two(settings->output, settings->save, err);
}

static int open_all(struct live *live, struct stlb_error *err)
{
	char group[32];
	int ret;

	stlb_session_group(group, sizeof(group));
	ret = stlb_profiles_load(&live->settings->profiles, &live->profiles, err);
	if (ret == 0)
		ret = check_save(live->settings, err);
	if (ret == 0)
		ret = stlb_reporting_open(&live->reporting, live->settings, false, err);
	stlb_interrupts_watch();
	if (ret == 0)
		ret = stlb_setup_plan(&live->setup, live->settings, group,
				      has_command(live) || live->settings->nr_pids, err);
	if (ret == 0)
		ret = stlb_setup_take(&live->setup, live->settings, has_command(live), err);
	if (ret == 0 && live->settings->save)
		ret = stlb_save_open(live->settings->save, live->setup.session, &live->save, err);
	if (ret == 0)
		ret = note_refused(live);
	return ret;
}

static void take_snapshot(struct live *live)
{
	char instance[4096];

	snprintf(instance, sizeof(instance), "%s/instances/%s",
		 stlb_session_tracing(live->setup.session),
		 stlb_session_instance(live->setup.session, 0));
	stlb_setup_snapshot(&live->setup, instance, name);
}

static int start(struct live *live, struct stlb_error *err)
{
	int ret;

	live->run.settings = live->settings;
	live->run.profiles = &live->profiles;
	live->run.reporting = &live->reporting;
	live->run.setup = &live->setup;
	live->run.save = live->save;
	ret = stlb_live_run_open(&live->run, err);
	if (ret == 0)
		ret = make_workload(live, err);
	if (ret == 0 && stlb_interrupted())
		ret = stlb_error_set(err, -EINTR, "interrupted before the first event");
	if (ret == 0)
		ret = stlb_session_start(live->setup.session, err);
	if (ret == 0)
		take_snapshot(live);
	if (ret == 0 && has_command(live))
		ret = stlb_workload_go(&live->workload, live->settings->arguments[0], err);
	return ret;
}

/* ---- the way out: tracing off, the buffers read to the end, and only then the probes go ---- */

static int drain(struct live *live, struct stlb_error *err)
{
	uint64_t missed = stlb_session_missed(live->setup.session);
	int ret;

	if (missed)
		stlb_live_lost(live->run.source, missed);
	ret = stlb_live_run_finish(&live->run, err);
	if (ret == 0 && live->save)
		ret = stlb_save_rest(live->save, missed, err);
	return ret;
}

/* The first error is the one that is reported; what follows from it is not. */
static int stop(struct live *live, int ret, struct stlb_error *err)
{
	struct stlb_error left = {""}, *to = ret ? &left : err;
	int one = 0;

	if (live->setup.session)
		one = stlb_session_stop(live->setup.session, to);
	stlb_workload_stop(&live->workload);
	if (live->run.pass && one == 0)
		one = drain(live, to);
	stlb_live_run_close(&live->run);
	ret = ret ? ret : one;
	left.text[0] = '\0';
	one = stlb_setup_leave(&live->setup, &left);
	if (one)
		stlb_message(name, "%s: try 'staletlb probes remove'", left.text);
	ret = ret ? ret : one;
	if (ret == 0 && live->save)
		ret = stlb_save_commit(live->save, err);
	if (ret == 0)
		ret = stlb_live_run_second_pass(&live->run, err);
	return ret;
}

/* ---- all of it ---- */

static void tell_workload(const struct live *live)
{
	char text[64];

	if (stlb_workload_complaint(&live->workload, text, sizeof(text)) && !stlb_interrupted())
		stlb_message(name, "%s %s", live->settings->arguments[0], text);
}

/* Also after an error on the way: what was judged until then stays judged. */
static int write_report(struct live *live, enum stlb_status *status, struct stlb_error *err)
{
	*status = stlb_report_finish(live->reporting.report, live->settings->fail_on);
	stlb_reporting_say_unmatched(&live->reporting, name);
	if (live->run.reported && live->settings->writer == stlb_report_writer(0))
		fputc('\n', stlb_output_file(live->reporting.output));
	return stlb_reporting_write(&live->reporting, err);
}

static int watch(struct live *live, enum stlb_status *status, struct stlb_error *err)
{
	struct stlb_error cause = {""};
	int ret = open_all(live, err), written;
	bool started;

	if (ret == 0)
		ret = start(live, err);
	started = ret == 0;
	if (started)
		ret = stlb_live_run_loop(&live->run, err);
	ret = stop(live, ret, err);
	if (!started)
		return ret;
	tell_workload(live);
	if (ret)
		stlb_message(name, "%s", err->text[0] ? err->text : strerror(-ret));
	written = write_report(live, status, &cause);
	if (ret)
		*status = STLB_STATUS_FAILED;
	*err = cause;
	return written;
}

static int run(const struct stlb_settings *settings, enum stlb_status *status,
	       struct stlb_error *err)
{
	struct live live = {.settings = settings, .workload = {.gate = -1, .news = -1}};
	int ret = watch(&live, status, err);

	stlb_save_close(live.save);
	stlb_reporting_close(&live.reporting);
	stlb_profiles_free(&live.profiles);
	return ret;
}

const struct stlb_command stlb_cmd_live = {STLB_COMMAND_LIVE, NULL, run};
