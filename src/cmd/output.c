/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/message.h"
#include "cmd/target.h"

/** struct stlb_output - where the report goes */
struct stlb_output {
	FILE *file;
	char *path; /* NULL: a descriptor that was open */
	char *temp; /* written first, then renamed to path; NULL: written where it is */
};

/* What the signal handler has to take away; set while the signals are blocked. */
static char *volatile interrupted_temp;

static const int asked_to_end[] = {SIGINT, SIGTERM, SIGHUP};

static bool is_asked_to_end(int signal)
{
	for (size_t i = 0; i < sizeof(asked_to_end) / sizeof(asked_to_end[0]); i++)
		if (asked_to_end[i] == signal)
			return true;
	return false;
}

/* What no one asked for ends the program as it would have without this. */
static void interrupted(int signal_number)
{
	if (interrupted_temp)
		unlink(interrupted_temp);
	stlb_status_line_erase();
	if (is_asked_to_end(signal_number))
		_exit(128 + signal_number);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* Those that do not end a program, or cannot be caught. */
static bool ends_nothing(int signal)
{
	static const int others[] = {SIGKILL, SIGSTOP, SIGCHLD,	 SIGCONT, SIGTSTP,
				     SIGTTIN, SIGTTOU, SIGWINCH, SIGURG};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i] == signal)
			return true;
	return false;
}

static void handle_signals(void)
{
	struct sigaction action = {.sa_handler = interrupted, .sa_flags = SA_NODEFER}, old;

	sigemptyset(&action.sa_mask);
	/* a closed pipe and a limit of size are errors of writing */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	for (int number = 1; number <= SIGRTMAX; number++) {
		if (ends_nothing(number) || sigaction(number, NULL, &old))
			continue;
		/* nohup ignores, and a sanitizer has its own */
		if (old.sa_handler == SIG_DFL ||
		    (is_asked_to_end(number) && old.sa_handler != SIG_IGN))
			sigaction(number, &action, NULL);
	}
}

static void block_signals(int how)
{
	static sigset_t before;
	sigset_t all;

	sigfillset(&all);
	if (how == SIG_BLOCK)
		sigprocmask(SIG_BLOCK, &all, &before);
	else
		sigprocmask(SIG_SETMASK, &before, NULL);
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
		int ret = -errno;

		free(output->temp);
		output->temp = NULL;
		return ret;
	}
	output->file = fchmod(fd, mode) ? NULL : fdopen(fd, "w");
	if (!output->file)
		close(fd);
	return output->file ? 0 : -EIO;
}

static int open_descriptor(struct stlb_output *output, int descriptor)
{
	int flags = fcntl(descriptor, F_GETFL), fd;

	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		return -EBADF;
	if (descriptor == STDOUT_FILENO) {
		output->file = stdout;
		return 0;
	}
	fd = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
	output->file = fd < 0 ? NULL : fdopen(fd, "w");
	return output->file ? 0 : -errno;
}

/* Devices, pipes, the open files of others: no name can be put in their place. */
static int open_in_place(struct stlb_output *output)
{
	int fd = open(output->path, O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC);

	output->file = fd < 0 ? NULL : fdopen(fd, "w");
	return output->file ? 0 : -errno;
}

/* A symbolic link stays one: what it points to is replaced. */
static int open_target(struct stlb_output *output, const struct stlb_target *target)
{
	if (target->descriptor >= 0)
		return open_descriptor(output, target->descriptor);
	output->path = strdup(target->path);
	if (!output->path)
		return -ENOMEM;
	if (!target->exists)
		return open_temp(output, usual_mode());
	if (access(output->path, W_OK))
		return -errno;
	return target->regular ? open_temp(output, target->mode) : open_in_place(output);
}

static int open_path(struct stlb_output *output, const char *path, struct stlb_error *err)
{
	struct stlb_target target;
	int ret = stlb_target_find(path, &target, err);

	if (ret == 0) {
		ret = open_target(output, &target);
		if (ret)
			stlb_error_set(err, ret, "%s: cannot be written: %s", path, strerror(-ret));
	}
	free(target.path);
	return ret;
}

int stlb_output_open(const char *path, struct stlb_output **output, struct stlb_error *err)
{
	struct stlb_output *new = calloc(1, sizeof(*new));
	int ret = 0;

	if (!new)
		return stlb_error_set(err, -ENOMEM, "out of memory");
	handle_signals();
	if (path)
		ret = open_path(new, path, err);
	else
		new->file = stdout;
	if (ret) {
		stlb_output_close(new);
		return ret;
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
	int ret = 0;

	if (fflush(file) || ferror(file))
		return errno ? -errno : -EIO;
	if (output->temp && fsync(fileno(file)))
		return -errno;
	if (file != stdout) {
		output->file = NULL;
		ret = fclose(file) ? -errno : 0;
	}
	if (ret || !output->temp)
		return ret;
	block_signals(SIG_BLOCK);
	ret = rename(output->temp, output->path) ? -errno : 0;
	if (ret == 0) {
		interrupted_temp = NULL;
		free(output->temp);
		output->temp = NULL;
	}
	block_signals(SIG_UNBLOCK);
	return ret;
}

int stlb_output_commit(struct stlb_output *output, struct stlb_error *err)
{
	int ret = settle(output);

	if (ret == 0)
		return 0;
	return stlb_error_set(err, ret, "%s: cannot be written: %s",
			      output->path ? output->path : "standard output", strerror(-ret));
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

int stlb_output_write(const char *path, int (*write)(void *arg, FILE *to, struct stlb_error *err),
		      void *arg, struct stlb_error *err)
{
	struct stlb_output *output = NULL;
	int ret = stlb_output_open(path, &output, err);

	if (ret == 0)
		ret = write(arg, output->file, err);
	if (ret == 0)
		ret = stlb_output_commit(output, err);
	stlb_output_close(output);
	return ret;
}

int stlb_output_failed(const char *path, int code, const struct stlb_error *cause,
		       struct stlb_error *err)
{
	return stlb_error_set(err, code, "%s: %s", path ? path : "standard output", cause->text);
}

int stlb_output_check_stdout(const char *command)
{
	int ret = 0;

	if (fflush(stdout) || ferror(stdout))
		ret = errno ? -errno : -EIO;
	if (ret && ret != -EPIPE)
		stlb_message(command, "standard output: cannot be written: %s", strerror(-ret));
	return ret;
}
