/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/recorder.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void add(struct stlb_recorder *recorder, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void add(struct stlb_recorder *recorder, const char *fmt, ...)
{
	char **grown = reallocarray(recorder->argv, recorder->nr + 2, sizeof(*grown));
	va_list ap;
	int length = -1;

	if (grown) {
		recorder->argv = grown;
		va_start(ap, fmt);
		length = vasprintf(&grown[recorder->nr], fmt, ap);
		va_end(ap);
		recorder->nr += length >= 0;
		grown[recorder->nr] = NULL;
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

/* ---- trace-cmd ---- */

static void trace_cmd_events(struct stlb_recorder *recorder, const struct stlb_plan *plan, bool all,
			     bool tasks)
{
	const struct stlb_probe *probe;

	for (unsigned int i = 0; (probe = stlb_plan_probe(plan, i)); i++) {
		bool is_tasks = probe->reach == STLB_REACH_TASKS;

		if (probe->source == STLB_PROBE_NONE || !(is_tasks ? tasks : all))
			continue;
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
}

static void trace_cmd_instance(struct stlb_recorder *recorder, const struct stlb_settings *settings,
			       const char *group, const char *suffix)
{
	add(recorder, "-B");
	add(recorder, "%s%s", group, suffix);
	add(recorder, "-C");
	add(recorder, "global");
	add(recorder, "-b");
	add(recorder, "%" PRIu64,
	    settings->buffer_kb ? settings->buffer_kb : STLB_RECORD_BUFFER_KB);
}

void stlb_recorder_trace_cmd(struct stlb_recorder *recorder, const struct stlb_settings *settings,
			     const struct stlb_plan *plan, const struct stlb_tasks *tasks)
{
	add(recorder, "trace-cmd");
	add(recorder, "record");
	add(recorder, "-q");
	add(recorder, "-o");
	add(recorder, "%s", settings->save);
	trace_cmd_instance(recorder, settings, stlb_plan_group(plan), "");
	trace_cmd_events(recorder, plan, true, !tasks);
	if (tasks) {
		trace_cmd_instance(recorder, settings, stlb_plan_group(plan), "_tasks");
		for (unsigned int i = 0; i < tasks->nr; i++) {
			add(recorder, "-P");
			add(recorder, "%d", tasks->tids[i]);
		}
		add(recorder, "-c");
		trace_cmd_events(recorder, plan, false, true);
	}
	add_command(recorder, settings);
}

/* ---- perf ---- */

/* perf takes powers of two only. */
static uint64_t perf_buffer(const struct stlb_settings *settings)
{
	uint64_t kb = 4;

	if (!settings->buffer_kb)
		return STLB_RECORD_BUFFER_KB;
	while (kb < settings->buffer_kb)
		kb *= 2;
	return kb;
}

void stlb_recorder_perf(struct stlb_recorder *recorder, const struct stlb_settings *settings,
			const struct stlb_plan *plan)
{
	const struct stlb_probe *probe;

	add(recorder, "perf");
	add(recorder, "record");
	add(recorder, "-q");
	add(recorder, "-a");
	add(recorder, "-k");
	add(recorder, "CLOCK_MONOTONIC");
	add(recorder, "-o");
	add(recorder, "%s", settings->save);
	add(recorder, "-m");
	add(recorder, "%" PRIu64 "K", perf_buffer(settings));
	for (unsigned int i = 0; (probe = stlb_plan_probe(plan, i)); i++) {
		if (probe->source == STLB_PROBE_NONE)
			continue;
		add(recorder, "-e");
		add(recorder, "%s:%s%s", probe->system, probe->event,
		    probe->stack ? "/call-graph=fp/" : "");
		if (probe->filter) {
			add(recorder, "--filter");
			add(recorder, "%s", probe->filter);
		}
	}
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
