/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/output.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/message.h"

/** struct stlb_output - where the report goes */
struct stlb_output {
	FILE *file;
	char *path; /* NULL: standard output */
	char *temp; /* written first, then renamed to path; NULL: path is no regular file */
};

/* What the signal handler has to take away; set while the signals are blocked. */
static char *volatile interrupted_temp;

static void interrupted(int signal)
{
	if (interrupted_temp)
		unlink(interrupted_temp);
	stlb_status_line_erase();
	_exit(128 + signal);
}

static void handle_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = interrupted}, old;

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sigaction(signals[i], NULL, &old);
		if (old.sa_handler != SIG_IGN) /* nohup */
			sigaction(signals[i], &action, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
}

static void block_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(how, &set, NULL);
}

/* mkstemp() makes files that only the owner can read; a report is like any other file. */
static mode_t usual_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

static int open_temp(struct stlb_output *output, mode_t mode)
{
	int fd = -1;

	if (asprintf(&output->temp, "%s.XXXXXX", output->path) < 0) {
		output->temp = NULL;
		return -ENOMEM;
	}
	block_signals(SIG_BLOCK);
	fd = mkstemp(output->temp);
	if (fd >= 0)
		interrupted_temp = output->temp;
	block_signals(SIG_UNBLOCK);
	if (fd < 0) {
		int r = -errno;

		free(output->temp);
		output->temp = NULL;
		return r;
	}
	output->file = fchmod(fd, mode) ? NULL : fdopen(fd, "w");
	if (!output->file)
		close(fd);
	return output->file ? 0 : -EIO;
}

/* A symbolic link stays one: what it points to is replaced. */
static int open_path(struct stlb_output *output, const char *path)
{
	struct stat st;

	output->path = realpath(path, NULL);
	if (!output->path)
		output->path = errno == ENOENT ? strdup(path) : NULL;
	if (!output->path)
		return -errno;
	if (stat(output->path, &st))
		return open_temp(output, usual_mode());
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (access(output->path, W_OK))
		return -errno;
	if (S_ISREG(st.st_mode))
		return open_temp(output, st.st_mode & 0777);
	output->file = fopen(output->path, "we");
	return output->file ? 0 : -errno;
}

int stlb_output_open(const char *path, struct stlb_output **output, struct stlb_error *err)
{
	struct stlb_output *new = calloc(1, sizeof(*new));
	int r = 0;

	if (!new)
		return stlb_error_set(err, -ENOMEM, "out of memory");
	handle_signals();
	if (path)
		r = open_path(new, path);
	else
		new->file = stdout;
	if (r) {
		stlb_output_close(new);
		return stlb_error_set(err, r, "%s: cannot be written: %s", path, strerror(-r));
	}
	*output = new;
	return 0;
}

FILE *stlb_output_file(const struct stlb_output *output)
{
	return output->file;
}

/* The name must not point to the new file before its content is on the disk. */
static int settle(struct stlb_output *output)
{
	FILE *file = output->file;
	int r = 0;

	if (fflush(file) || ferror(file))
		return errno ? -errno : -EIO;
	if (output->temp && fsync(fileno(file)))
		return -errno;
	if (output->path) {
		output->file = NULL;
		r = fclose(file) ? -errno : 0;
	}
	if (r || !output->temp)
		return r;
	block_signals(SIG_BLOCK);
	r = rename(output->temp, output->path) ? -errno : 0;
	if (r == 0) {
		interrupted_temp = NULL;
		free(output->temp);
		output->temp = NULL;
	}
	block_signals(SIG_UNBLOCK);
	return r;
}

int stlb_output_commit(struct stlb_output *output, struct stlb_error *err)
{
	int r = settle(output);

	if (r == 0)
		return 0;
	return stlb_error_set(err, r, "%s: cannot be written: %s",
			      output->path ? output->path : "standard output", strerror(-r));
}

void stlb_output_close(struct stlb_output *output)
{
	if (!output)
		return;
	if (output->file && output->file != stdout)
		fclose(output->file);
	block_signals(SIG_BLOCK);
	if (output->temp)
		unlink(output->temp);
	interrupted_temp = NULL;
	block_signals(SIG_UNBLOCK);
	free(output->temp);
	free(output->path);
	free(output);
}

int stlb_output_check_stdout(const char *command)
{
	int r = 0;

	if (fflush(stdout) || ferror(stdout))
		r = errno ? -errno : -EIO;
	if (r && r != -EPIPE)
		stlb_message(command, "standard output: cannot be written: %s", strerror(-r));
	return r;
}
