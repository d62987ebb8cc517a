/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sessions left behind that could not clean up. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "staletlb/session.h"
#include "tracefs/dynamic.h"
#include "tracefs/instance.h"
#include "tracefs/tracing.h"
#include "util/file.h"

enum { MAX_GROUPS = 1024, MAX_NAME = 128, MAX_PATH = 4096 };

static const char *const prefix = "staletlb";

/* ---- whose it is ---- */

/* "staletlb_1234", and that with "_tasks" or "_stacks": 1234; 0: of no process; -1: not ours */
static long owner_of(const char *name)
{
	char *end;
	long pid;

	if (strncmp(name, prefix, strlen(prefix)))
		return -1;
	name += strlen(prefix);
	if (!*name)
		return 0;
	if (name[0] != '_' || name[1] < '1' || name[1] > '9')
		return -1;
	pid = strtol(name + 1, &end, 10);
	if (*end && strcmp(end, "_tasks") && strcmp(end, "_stacks"))
		return -1;
	return pid > INT_MAX ? -1 : pid;
}

/* A number can be another process' by now: only one of the same program counts as alive. */
static bool is_alive(long pid)
{
	char path[64], mine[64], other[64];

	if (pid <= 0 || pid == getpid() || (kill((pid_t)pid, 0) && errno == ESRCH))
		return false;
	snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
	return !stlb_file_head("/proc/self/comm", mine, sizeof(mine)) &&
	       !stlb_file_head(path, other, sizeof(other)) && other[0] && !strcmp(mine, other);
}

/* ---- finding ---- */

/** struct groups - the names found, each once */
struct groups {
	char names[MAX_GROUPS][MAX_NAME];
	unsigned int nr;
};

static void add_name(struct groups *groups, const char *name)
{
	for (unsigned int i = 0; i < groups->nr; i++)
		if (!strcmp(groups->names[i], name))
			return;
	if (groups->nr < MAX_GROUPS && strlen(name) < MAX_NAME)
		strcpy(groups->names[groups->nr++], name);
}

static void add_group(void *arg, const char *group, const char *event)
{
	(void)event;
	if (owner_of(group) >= 0)
		add_name(arg, group);
}

static int find_instances(const char *tracing, struct groups *found)
{
	char path[MAX_PATH];
	struct dirent *entry;
	int ret = stlb_tracing_path(path, sizeof(path), tracing, "instances");
	DIR *dir = ret ? NULL : opendir(path);

	if (!dir)
		return ret ? ret : -errno;
	while ((entry = readdir(dir)))
		if (owner_of(entry->d_name) > 0)
			add_name(found, entry->d_name);
	closedir(dir);
	return 0;
}

/* ---- removing ---- */

/** struct pids - processes that were left alone, each once */
struct pids {
	long pids[MAX_GROUPS];
	unsigned int nr;
};

static void note_running(long pid, struct pids *pids)
{
	for (unsigned int i = 0; i < pids->nr; i++)
		if (pids->pids[i] == pid)
			return;
	if (pids->nr < MAX_GROUPS)
		pids->pids[pids->nr++] = pid;
}

/* Counts what was removed; 0 or a negative errno. */
static int remove_group(const char *tracing, const char *name, struct stlb_removed *removed,
			struct stlb_error *err)
{
	return stlb_dynamic_remove_group(tracing, name, &removed->events, err);
}

static int remove_instance(const char *tracing, const char *name, struct stlb_removed *removed,
			   struct stlb_error *err)
{
	int ret = stlb_instance_remove(tracing, name, err);

	removed->instances += !ret;
	return ret;
}

/** struct removing - of what nobody owns any more */
struct removing {
	const char *tracing;
	struct pids running; /* whose is left alone */
	struct stlb_removed *removed;
	struct stlb_error *err; /* for the first failure */
	int ret;
};

static void remove_dead(struct removing *removing, const struct groups *found,
			int (*take_out)(const char *tracing, const char *name,
					struct stlb_removed *removed, struct stlb_error *err))
{
	for (unsigned int i = 0; i < found->nr; i++) {
		long pid = owner_of(found->names[i]);
		int ret;

		if (is_alive(pid)) {
			note_running(pid, &removing->running);
			continue;
		}
		ret = take_out(removing->tracing, found->names[i], removing->removed,
			       removing->ret ? NULL : removing->err);
		removing->ret = removing->ret ? removing->ret : ret;
	}
}

/** struct search - what is there, and what became of it */
struct search {
	struct groups groups, instances;
	struct removing removing;
};

int stlb_probes_remove(const char *tracing, struct stlb_removed *removed, struct stlb_error *err)
{
	struct search *search = calloc(1, sizeof(*search));
	int ret, one;

	*removed = (struct stlb_removed){0};
	if (!search)
		return stlb_error_set(err, -ENOMEM, "out of memory");
	ret = find_instances(tracing, &search->instances);
	one = stlb_dynamic_each(tracing, prefix, add_group, &search->groups);
	if (ret || (one && one != -ENOENT)) {
		ret = ret ? ret : one;
		free(search);
		return stlb_error_set(err, ret, "%s: cannot be listed: %s", tracing,
				      strerror(-ret));
	}
	search->removing = (struct removing){.tracing = tracing, .removed = removed, .err = err};
	remove_dead(&search->removing, &search->instances, remove_instance);
	remove_dead(&search->removing, &search->groups, remove_group);
	removed->running = search->removing.running.nr;
	ret = search->removing.ret;
	free(search);
	return ret;
}
