/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tracefs/tracing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/file.h"

enum { MAX_PATH = 4096, MAX_FILE = 64 * 1024 * 1024 };

int stlb_tracing_path(char *path, size_t size, const char *tracing, const char *file)
{
	int length = snprintf(path, size, "%s/%s", tracing, file);

	return length >= 0 && (size_t)length < size ? 0 : -ENAMETOOLONG;
}

static int write_all(int fd, const char *text)
{
	size_t length = strlen(text);
	ssize_t written;

	do {
		written = write(fd, text, length);
	} while (written < 0 && errno == EINTR);
	if (written < 0)
		return -errno;
	return (size_t)written == length ? 0 : -EIO;
}

int stlb_tracing_write(const char *tracing, const char *file, const char *text,
		       enum stlb_tracing_mode mode, struct stlb_error *err)
{
	int flags = mode == STLB_TRACING_ADD ? O_APPEND : O_TRUNC;
	char path[MAX_PATH];
	int fd, ret = stlb_tracing_path(path, sizeof(path), tracing, file);

	if (ret)
		return stlb_error_set(err, ret, "%s/%s: %s", tracing, file, strerror(-ret));
	fd = open(path, O_WRONLY | O_CLOEXEC | flags);
	if (fd < 0)
		return stlb_error_set(err, -errno, "%s: cannot be opened for writing: %s", path,
				      strerror(errno));
	ret = write_all(fd, text);
	/* some files act when they are closed */
	if (close(fd) && !ret)
		ret = -errno;
	if (ret)
		return stlb_error_set(err, ret, "%s: the kernel rejected '%s': %s", path, text,
				      strerror(-ret));
	return 0;
}

char *stlb_tracing_read(const char *tracing, const char *file)
{
	char path[MAX_PATH], *text = NULL;
	int ret = stlb_tracing_path(path, sizeof(path), tracing, file);

	if (!ret)
		ret = stlb_file_read(path, MAX_FILE, &text, NULL, NULL);
	errno = -ret;
	return text;
}
