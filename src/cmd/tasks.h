/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which tasks' locks are to be seen where processes are asked for. */
#ifndef CMD_TASKS_H
#define CMD_TASKS_H

#include <stdint.h>

#include "staletlb/error.h"

/** struct stlb_tasks - zeroed: none */
struct stlb_tasks {
	int32_t *tids;
	unsigned int nr;
};

/** stlb_tasks_add_process - all threads of a process; -ESRCH where there is none */
int stlb_tasks_add_process(struct stlb_tasks *tasks, int32_t pid, struct stlb_error *err);

/** stlb_tasks_add_kernel - kernel threads that change other processes' page tables: ksmd, ... */
int stlb_tasks_add_kernel(struct stlb_tasks *tasks, struct stlb_error *err);

/** stlb_tasks_free - what was added */
void stlb_tasks_free(struct stlb_tasks *tasks);

#endif
