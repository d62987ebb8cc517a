/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd/interrupt.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/probe_setup.h"
#include "cmd/program.h"
#include "cmd/recorder.h"
#include "cmd/target.h"
#include "util/file.h"

static const char *const name = "record";

enum { STEP = 20 * 1000 * 1000 /* ns */, NOT_EXECUTED = 127 };

/* ---- the recorder as a child ---- */

/* In a process group of its own: Ctrl-C is passed on by us, once, and not by the terminal too. */
static pid_t begin(char **argv, const char *marker)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	setpgid(0, 0);
	stlb_interrupts_reset();
	setenv("STALETLB_MARKER", marker, 1);
	execvp(argv[0], argv);
	stlb_message(name, "%s: cannot be executed: %s: install it", argv[0], strerror(errno));
	_exit(NOT_EXECUTED);
}

static bool reads_one(const char *path)
{
	char text[4];

	return stlb_file_head(path, text, sizeof(text)) == 0 && text[0] == '1';
}

/* Nothing says so but the instance itself: its events are enabled, and then it is switched on. */
static bool has_begun(const struct stlb_setup *setup, const char *instance)
{
	const struct stlb_probe *probe;
	char path[4096 + 256];

	snprintf(path, sizeof(path), "%s/tracing_on", instance);
	if (!reads_one(path))
		return false;
	for (unsigned int i = 0; (probe = stlb_plan_probe(setup->plan, i)); i++) {
		snprintf(path, sizeof(path), "%s/events/%s/%s/enable", instance, probe->system,
			 probe->event);
		if (probe->nr_sites && probe->definition && !reads_one(path))
			return false;
	}
	return true;
}

/* Until it ends by itself, or because somebody interrupts. */
static int wait_for(pid_t pid, const struct stlb_setup *setup, const char *instance)
{
	const struct timespec step = {.tv_nsec = STEP};
	bool asked = false, reported = !instance;
	int status;

	while (waitpid(pid, &status, WNOHANG) != pid) {
		if (!reported && has_begun(setup, instance)) {
			stlb_setup_snapshot(setup, instance, name);
			reported = true;
		}
		if (!asked && stlb_interrupted())
			asked = kill(pid, SIGINT) == 0;
		nanosleep(&step, NULL);
	}
	return status;
}

/* Its status may be that of the command: what counts is whether there is a file. */
static int check_file(const struct stlb_settings *settings, const char *program, int status,
		      struct stlb_error *err)
{
	struct stat st;

	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_EXECUTED)
		return stlb_error_set(err, -ENOENT, "nothing was recorded");
	if (stat(settings->save, &st) == 0 && st.st_size > 0)
		return 0;
	if (stlb_interrupted())
		return stlb_error_set(err, -EINTR, "%s: interrupted before anything was recorded",
				      settings->save);
	if (WIFSIGNALED(status))
		return stlb_error_set(err, -EIO, "%s: not written: %s ended by signal %d",
				      settings->save, program, WTERMSIG(status));
	return stlb_error_set(err, -EIO, "%s: not written: %s ended with status %d", settings->save,
			      program, WEXITSTATUS(status));
}

/* What is removed first had better be a file, not a device. */
static int check_target(const char *path, struct stlb_error *err)
{
	struct stlb_target target;
	int ret = stlb_target_find(path, &target, err);

	if (ret == 0 && target.exists && !target.regular)
		ret = stlb_error_set(err, -EINVAL,
				     "%s: not a regular file, and a recording needs one", path);
	free(target.path);
	return ret;
}

/* A file of an earlier run must not pass for one of this. */
static int record(const struct stlb_recorder *recorder, const struct stlb_settings *settings,
		  const struct stlb_setup *setup, const char *instance, struct stlb_error *err)
{
	char marker[4096 + 16] = "/dev/null"; /* a perf.data has no marks */
	pid_t pid;

	if (!settings->perf)
		snprintf(marker, sizeof(marker), "%s/trace_marker", instance);
	if (check_target(settings->save, err))
		return -EINVAL;
	if (unlink(settings->save) && errno != ENOENT)
		return stlb_error_set(err, -errno, "%s: cannot be replaced: %s", settings->save,
				      strerror(errno));
	pid = begin(recorder->argv, marker);
	if (pid < 0)
		return stlb_error_set(err, -errno, "fork: %s", strerror(errno));
	return check_file(settings, recorder->argv[0],
			  wait_for(pid, setup, settings->perf ? NULL : instance), err);
}

/* ---- the probes around it ---- */

static void tell_refused(void *arg, const struct stlb_probe *probe, const char *why)
{
	(void)arg;
	if (why)
		stlb_message(name, "%s: the kernel rejected it: %s", probe->event, why);
}

/* What tracepoints alone tell is worth recording too: it is judged as far as it goes. */
static int install(struct stlb_setup *setup, struct stlb_error *err)
{
	struct stlb_kinds kinds = stlb_plan_kinds(setup->plan);
	int ret = stlb_probes_install(setup->plan, stlb_kernel_tracing(setup->kernel), tell_refused,
				      NULL, err);

	if (ret != -EIO || stlb_kinds_is_empty(&kinds))
		return ret;
	stlb_message(name, "%s; only tracepoints are recorded", err->text);
	err->text[0] = '\0';
	return 0;
}

/* perf records all tasks: processes are to be distinguished in the trace. */
static bool is_by_task(const struct stlb_settings *settings)
{
	return settings->nr_pids && !settings->perf;
}

static int make_recorder(struct stlb_recorder *recorder, struct stlb_setup *setup,
			 const struct stlb_settings *settings, struct stlb_error *err)
{
	struct stlb_recording what = {
		.settings = settings,
		.plan = setup->plan,
		.tracing = stlb_kernel_tracing(setup->kernel),
	};
	bool by_task = is_by_task(settings);
	int ret = by_task ? stlb_tasks_add_kernel(&setup->tasks, err) : 0;

	for (unsigned int i = 0; by_task && ret == 0 && i < settings->nr_pids; i++)
		ret = stlb_tasks_add_process(&setup->tasks, settings->pids[i], err);
	if (ret)
		return ret;
	what.tasks = by_task ? &setup->tasks : NULL;
	if (settings->perf)
		stlb_recorder_perf(recorder, &what);
	else
		stlb_recorder_trace_cmd(recorder, &what);
	return recorder->failed ? stlb_error_set(err, -ENOMEM, "out of memory") : 0;
}

static int check(struct stlb_settings *settings)
{
	if (settings->save)
		return 0;
	return stlb_usage_error(STLB_COMMAND_RECORD, "no output file given: -o FILE");
}

static int record_with(struct stlb_setup *setup, const struct stlb_settings *settings,
		       const char *instance, struct stlb_error *err)
{
	struct stlb_recorder recorder = {0};
	int ret = install(setup, err);

	if (ret == 0)
		ret = make_recorder(&recorder, setup, settings, err);
	if (ret == 0 && stlb_interrupted())
		ret = stlb_error_set(err, -EINTR, "interrupted before the first event");
	if (ret == 0)
		ret = record(&recorder, settings, setup, instance, err);
	stlb_recorder_free(&recorder);
	return ret;
}

static int run(const struct stlb_settings *settings, enum stlb_status *status,
	       struct stlb_error *err)
{
	struct stlb_setup setup = {0};
	struct stlb_error left = {""};
	char group[32], instance[4096];
	int ret;

	(void)status;
	stlb_interrupts_watch();
	stlb_session_group(group, sizeof(group));
	ret = stlb_setup_plan(&setup, settings, group, is_by_task(settings), err);
	if (ret == 0) {
		const char *tracing = stlb_kernel_tracing(setup.kernel);

		snprintf(instance, sizeof(instance), "%s/instances/%s", tracing, group);
		ret = record_with(&setup, settings, instance, err);
		/* what is left behind is said in place of what went wrong before */
		if (stlb_probes_uninstall(setup.plan, tracing, &left))
			ret = stlb_error_set(err, ret ? ret : -EBUSY,
					     "%s: try 'staletlb probes remove'", left.text);
	}
	stlb_setup_leave(&setup, NULL);
	return ret;
}

const struct stlb_command stlb_cmd_record = {STLB_COMMAND_RECORD, check, run};
