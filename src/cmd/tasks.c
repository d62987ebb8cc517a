/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/tasks.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/file.h"
#include "util/grow.h"

static int add(struct stlb_tasks *tasks, int32_t tid, struct stlb_error *err)
{
	if (stlb_resize((void **)&tasks->tids, tasks->nr + 1, sizeof(tid)))
		return stlb_error_set(err, -ENOMEM, "out of memory");
	tasks->tids[tasks->nr++] = tid;
	return 0;
}

/* The numbers in a folder of procfs; calls until one is not 0. */
static int each_number(const char *path,
		       int (*call)(struct stlb_tasks *tasks, int32_t number,
				   struct stlb_error *err),
		       struct stlb_tasks *tasks, struct stlb_error *err)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int ret = 0;

	if (!dir)
		return -errno;
	while (ret == 0 && (entry = readdir(dir))) {
		char *end;
		long number = strtol(entry->d_name, &end, 10);

		if (!*end && number > 0 && number <= INT32_MAX)
			ret = call(tasks, (int32_t)number, err);
	}
	closedir(dir);
	return ret;
}

int stlb_tasks_add_process(struct stlb_tasks *tasks, int32_t pid, struct stlb_error *err)
{
	char path[64];
	int ret;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	ret = each_number(path, add, tasks, err);
	if (ret == -ENOENT)
		return stlb_error_set(err, -ESRCH, "no process %d", pid);
	return ret;
}

/* Or starts those that do, later: khugepaged runs only while huge pages are wanted. */
static bool edits_others(const char *comm)
{
	static const char *const names[] = {"ksmd",	 "khugepaged", "kswapd",
					    "kcompactd", "oom_reaper", "kthreadd"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(comm, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static int add_if_kernel(struct stlb_tasks *tasks, int32_t pid, struct stlb_error *err)
{
	char path[64], comm[64];

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	return !stlb_file_head(path, comm, sizeof(comm)) && edits_others(comm)
		       ? add(tasks, pid, err)
		       : 0;
}

int stlb_tasks_add_kernel(struct stlb_tasks *tasks, struct stlb_error *err)
{
	int ret = each_number("/proc", add_if_kernel, tasks, err);

	return ret == -ENOENT ? 0 : ret;
}

void stlb_tasks_free(struct stlb_tasks *tasks)
{
	free(tasks->tids);
	*tasks = (struct stlb_tasks){0};
}
