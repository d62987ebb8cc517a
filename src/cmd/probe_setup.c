/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/probe_setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/interrupt.h"
#include "cmd/message.h"

/* "tracefs: not mounted: nothing can be traced: mount -t tracefs ..." */
static int stands_in_the_way(const struct stlb_fact *fact, int code, struct stlb_error *err)
{
	return stlb_error_set(err, code, "%s: %s%s%s%s%s", fact->title,
			      *fact->value ? fact->value : "no", *fact->effect ? ": " : "",
			      fact->effect, *fact->remedy ? "; to do: " : "", fact->remedy);
}

/* In the order in which things must be cleared away. */
static int check_facts(const struct stlb_kernel *kernel, struct stlb_error *err)
{
	static const char *const needed[] = {"lockdown", "tracefs"};
	const struct stlb_fact *fact;
	char path[4096];

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		fact = stlb_kernel_find_fact(kernel, needed[i]);
		if (fact && fact->answer == STLB_NO)
			return stands_in_the_way(fact, -EPERM, err);
	}
	if (!stlb_kernel_tracing(kernel))
		return stlb_error_set(err, -ENOENT, "tracefs cannot be found");
	snprintf(path, sizeof(path), "%s/instances", stlb_kernel_tracing(kernel));
	fact = stlb_kernel_find_fact(kernel, "root");
	if (access(path, W_OK) && fact && fact->answer == STLB_NO)
		return stands_in_the_way(fact, -EPERM, err);
	return 0;
}

int stlb_setup_plan(struct stlb_setup *setup, const struct stlb_settings *settings,
		    const char *group, bool of_tasks, struct stlb_error *err)
{
	struct stlb_plan_options options = {
		.group = group,
		.locks = settings->locks,
		.no_deep = settings->no_deep,
		.of_tasks = of_tasks,
	};
	int ret = stlb_kernel_open(NULL, &setup->kernel, err);

	if (ret == 0)
		ret = check_facts(setup->kernel, err);
	return ret ? ret : stlb_plan_new(setup->kernel, &options, &setup->plan, err);
}

int stlb_setup_take(struct stlb_setup *setup, const struct stlb_settings *settings, bool of_command,
		    struct stlb_error *err)
{
	struct stlb_session_options options = {
		.tracing = stlb_kernel_tracing(setup->kernel),
		.buffer_kb = settings->buffer_kb,
		.cancelled = stlb_interrupted,
	};
	int ret = 0;

	if (of_command || settings->nr_pids) {
		ret = stlb_tasks_add_kernel(&setup->tasks, err);
		for (unsigned int i = 0; ret == 0 && i < settings->nr_pids; i++)
			ret = stlb_tasks_add_process(&setup->tasks, settings->pids[i], err);
		/* not NULL even where there are none: only the tasks that are followed later */
		options.tids = setup->tasks.tids ? setup->tasks.tids : (const int32_t[]){0};
		options.nr_tids = setup->tasks.nr;
	}
	return ret ? ret : stlb_session_new(setup->plan, &options, &setup->session, err);
}

/** struct marker - where a line goes */
struct marker {
	int fd;
	int ret; /* 0 or -errno */
};

static void write_mark(void *arg, const char *text)
{
	struct marker *marker = arg;
	char line[256];
	int length = snprintf(line, sizeof(line), "%s\n", text);

	if (!marker->ret && write(marker->fd, line, (size_t)length) < 0)
		marker->ret = -errno;
}

void stlb_setup_snapshot(const struct stlb_setup *setup, const char *instance, const char *command)
{
	struct stlb_error err = {""};
	struct marker marker = {0};
	char path[4096 + 16];
	int ret;

	snprintf(path, sizeof(path), "%s/trace_marker", instance);
	marker.fd = open(path, O_WRONLY | O_CLOEXEC);
	if (marker.fd < 0) {
		stlb_message(command, "%s: %s", path, strerror(errno));
		return;
	}
	ret = stlb_snapshot_take(setup->kernel, setup->plan, write_mark, &marker, &err);
	if (ret == 0 && marker.ret)
		ret = stlb_error_set(&err, marker.ret, "%s: %s", path, strerror(-marker.ret));
	if (ret)
		stlb_message(command, "%s", err.text[0] ? err.text : strerror(-ret));
	close(marker.fd);
}

int stlb_setup_leave(struct stlb_setup *setup, struct stlb_error *err)
{
	int ret = setup->session ? stlb_session_remove(setup->session, err) : 0;

	stlb_session_free(setup->session);
	stlb_plan_free(setup->plan);
	stlb_kernel_close(setup->kernel);
	stlb_tasks_free(&setup->tasks);
	*setup = (struct stlb_setup){0};
	return ret;
}
