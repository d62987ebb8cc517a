/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/workload.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd/interrupt.h"

enum { PATIENCE = 500, STEP = 10 * 1000 * 1000 /* ns */, NOT_EXECUTED = 127 };

/* ---- the child ---- */

static void become(char **argv, int gate, int news, const char *marker)
{
	char byte;
	int code;

	/* Ends without a byte where the parent is gone: then nothing is to be run. */
	if (read(gate, &byte, 1) != 1)
		_exit(NOT_EXECUTED);
	stlb_interrupts_reset();
	setenv("STALETLB_MARKER", marker, 1);
	execvp(argv[0], argv);
	code = errno;
	if (write(news, &code, sizeof(code)) < 0)
		_exit(NOT_EXECUTED);
	_exit(NOT_EXECUTED);
}

int stlb_workload_make(struct stlb_workload *workload, char **argv, const char *marker,
		       struct stlb_error *err)
{
	int gate[2], news[2];

	*workload = (struct stlb_workload){.gate = -1, .news = -1};
	if (pipe2(gate, O_CLOEXEC))
		return stlb_error_set(err, -errno, "pipe: %s", strerror(errno));
	if (pipe2(news, O_CLOEXEC)) {
		close(gate[0]);
		close(gate[1]);
		return stlb_error_set(err, -errno, "pipe: %s", strerror(errno));
	}
	workload->pid = fork();
	if (workload->pid == 0) {
		close(gate[1]);
		close(news[0]);
		become(argv, gate[0], news[1], marker);
	}
	close(gate[0]);
	close(news[1]);
	workload->gate = gate[1];
	workload->news = news[0];
	if (workload->pid > 0)
		return 0;
	workload->pid = 0;
	return stlb_error_set(err, -errno, "fork: %s", strerror(errno));
}

/* ---- the parent ---- */

int stlb_workload_go(struct stlb_workload *workload, const char *name, struct stlb_error *err)
{
	int code = 0;
	ssize_t got;

	if (write(workload->gate, "g", 1) != 1)
		return stlb_error_set(err, -EIO, "%s: its process has vanished", name);
	do {
		got = read(workload->news, &code, sizeof(code));
	} while (got < 0 && errno == EINTR);
	close(workload->gate);
	close(workload->news);
	workload->gate = workload->news = -1;
	if (got != sizeof(code))
		return 0;
	return stlb_error_set(err, -code, "%s: cannot be executed: %s", name, strerror(code));
}

bool stlb_workload_ended(struct stlb_workload *workload)
{
	if (workload->pid > 0 &&
	    waitpid(workload->pid, &workload->status, WNOHANG) == workload->pid) {
		workload->pid = 0;
		workload->ended = true;
	}
	return workload->ended;
}

const char *stlb_workload_complaint(const struct stlb_workload *workload, char *text, size_t size)
{
	if (!workload->ended || workload->status == 0)
		return NULL;
	if (WIFSIGNALED(workload->status))
		snprintf(text, size, "ended by signal %d (%s)", WTERMSIG(workload->status),
			 sigabbrev_np(WTERMSIG(workload->status)));
	else
		snprintf(text, size, "ended with status %d", WEXITSTATUS(workload->status));
	return text;
}

void stlb_workload_stop(struct stlb_workload *workload)
{
	const struct timespec step = {.tv_nsec = STEP};

	if (workload->gate >= 0)
		close(workload->gate);
	if (workload->news >= 0)
		close(workload->news);
	workload->gate = workload->news = -1;
	if (workload->pid <= 0)
		return;
	kill(workload->pid, SIGTERM);
	for (int i = 0; i < PATIENCE && !stlb_workload_ended(workload); i++)
		nanosleep(&step, NULL);
	if (stlb_workload_ended(workload))
		return;
	kill(workload->pid, SIGKILL);
	waitpid(workload->pid, &workload->status, 0);
	workload->pid = 0;
	workload->ended = true;
}
