/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/recorder.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "staletlb/session.h"
#include "util/grow.h"

static void add(struct stlb_recorder *recorder, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void add(struct stlb_recorder *recorder, const char *fmt, ...)
{
	va_list ap;
	int length = -1;

	if (!stlb_resize((void **)&recorder->argv, recorder->nr + 2, sizeof(char *))) {
		va_start(ap, fmt);
		length = vasprintf(&recorder->argv[recorder->nr], fmt, ap);
		va_end(ap);
		recorder->nr += length >= 0;
		recorder->argv[recorder->nr] = NULL;
	}
	recorder->failed |= length < 0;
}

/* The recorder's own start takes its time, so that the time is measured where it has begun. */
static void add_command(struct stlb_recorder *recorder, const struct stlb_settings *settings)
{
	uint64_t ns = settings->duration_ns;

	if (ns) {
		add(recorder, "%s", settings->nr_arguments ? "timeout" : "sleep");
		add(recorder, "%" PRIu64 ".%09" PRIu64, ns / UINT64_C(1000000000),
		    ns % UINT64_C(1000000000));
	}
	for (int i = 0; i < settings->nr_arguments; i++)
		add(recorder, "%s", settings->arguments[i]);
}

/* What the kernel refused is not there, and the recorder would stumble over it. */
static bool is_there(const struct stlb_recording *what, const struct stlb_probe *probe)
{
	char path[4096];

	if (probe->source == STLB_PROBE_NONE)
		return false;
	snprintf(path, sizeof(path), "%s/events/%s/%s", what->tracing, probe->system, probe->event);
	return access(path, F_OK) == 0;
}

static uint64_t buffer_kb(const struct stlb_recording *what, unsigned int nr_instances)
{
	uint64_t asked = what->settings->buffer_kb;

	return asked ? asked : stlb_session_default_kb(nr_instances);
}

/* ---- trace-cmd ---- */

static void trace_cmd_event(struct stlb_recorder *recorder, const struct stlb_probe *probe)
{
	add(recorder, "-e");
	add(recorder, "%s:%s", probe->system, probe->event);
	if (probe->filter) {
		add(recorder, "-f");
		add(recorder, "%s", probe->filter);
	}
	if (probe->stack) {
		add(recorder, "-R");
		add(recorder, "stacktrace");
	}
}

static void trace_cmd_events(struct stlb_recorder *recorder, const struct stlb_recording *what,
			     bool all, bool tasks)
{
	const struct stlb_probe *probe;

	for (unsigned int i = 0; (probe = stlb_plan_probe(what->plan, i)); i++)
		if (is_there(what, probe) && (probe->scope == STLB_SCOPE_TASKS ? tasks : all))
			trace_cmd_event(recorder, probe);
}

static void trace_cmd_instance(struct stlb_recorder *recorder, const struct stlb_recording *what,
			       const char *suffix)
{
	add(recorder, "-B");
	add(recorder, "%s%s", stlb_plan_group(what->plan), suffix);
	add(recorder, "-C");
	add(recorder, "global");
	add(recorder, "-b");
	add(recorder, "%" PRIu64, buffer_kb(what, what->tasks ? 2 : 1));
}

void stlb_recorder_trace_cmd(struct stlb_recorder *recorder, const struct stlb_recording *what)
{
	add(recorder, "trace-cmd");
	add(recorder, "record");
	add(recorder, "-q");
	add(recorder, "-o");
	add(recorder, "%s", what->settings->save);
	trace_cmd_instance(recorder, what, "");
	trace_cmd_events(recorder, what, true, !what->tasks);
	if (what->tasks) {
		trace_cmd_instance(recorder, what, "_tasks");
		for (unsigned int i = 0; i < what->tasks->nr; i++) {
			add(recorder, "-P");
			add(recorder, "%d", what->tasks->tids[i]);
		}
		add(recorder, "-c");
		trace_cmd_events(recorder, what, false, true);
	}
	add_command(recorder, what->settings);
}

/* ---- perf ---- */

/* perf takes powers of two only. */
static uint64_t perf_buffer(const struct stlb_recording *what)
{
	uint64_t wanted = buffer_kb(what, 1), kb = 4;

	while (kb < wanted)
		kb *= 2;
	return kb == wanted || what->settings->buffer_kb ? kb : kb / 2;
}

static void perf_event(struct stlb_recorder *recorder, const struct stlb_probe *probe)
{
	add(recorder, "-e");
	add(recorder, "%s:%s%s", probe->system, probe->event,
	    probe->stack ? "/call-graph=fp/" : "");
	if (probe->filter) {
		add(recorder, "--filter");
		add(recorder, "%s", probe->filter);
	}
}

void stlb_recorder_perf(struct stlb_recorder *recorder, const struct stlb_recording *what)
{
	static const char *const words[] = {"perf", "record",	       "-q", "-a",
					    "-k",   "CLOCK_MONOTONIC", "-o"};
	const struct stlb_settings *settings = what->settings;
	const struct stlb_probe *probe;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		add(recorder, "%s", words[i]);
	add(recorder, "%s", settings->save);
	add(recorder, "-m");
	add(recorder, "%" PRIu64 "K", perf_buffer(what));
	for (unsigned int i = 0; (probe = stlb_plan_probe(what->plan, i)); i++)
		if (is_there(what, probe))
			perf_event(recorder, probe);
	if (settings->nr_arguments || settings->duration_ns)
		add(recorder, "--");
	add_command(recorder, settings);
}

void stlb_recorder_free(struct stlb_recorder *recorder)
{
	for (unsigned int i = 0; i < recorder->nr; i++)
		free(recorder->argv[i]);
	free(recorder->argv);
	*recorder = (struct stlb_recorder){0};
}
