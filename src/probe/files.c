/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

int stlb_path(char *to, size_t size, const char *root, const char *path)
{
	int length = snprintf(to, size, "%s%s", root, path);

	return length < 0 || (size_t)length >= size ? -ENAMETOOLONG : 0;
}

bool stlb_file_exists(const char *root, const char *path)
{
	char full[PATH_MAX];

	return stlb_path(full, sizeof(full), root, path) == 0 && access(full, F_OK) == 0;
}

static int open_file(const char *root, const char *path)
{
	char full[PATH_MAX];
	int fd;

	if (stlb_path(full, sizeof(full), root, path) < 0)
		return -ENAMETOOLONG;
	fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static size_t read_all(int fd, char *to, size_t size)
{
	size_t length = 0;

	while (length < size) {
		ssize_t got = read(fd, to + length, size - length);

		if (got <= 0)
			break;
		length += got;
	}
	return length;
}

int stlb_file_read(const char *root, const char *path, char *to, size_t size)
{
	int fd = open_file(root, path);
	size_t length;

	to[0] = '\0';
	if (fd < 0)
		return fd;
	length = read_all(fd, to, size - 1);
	close(fd);
	if (length && to[length - 1] == '\n')
		length--;
	to[length] = '\0';
	return 0;
}

static void each_line(gzFile file, void (*line)(void *context, char *text), void *context)
{
	char text[1024];
	bool inside = false; /* of a line whose beginning was handed over */

	while (gzgets(file, text, sizeof(text))) {
		char *end = strchr(text, '\n');
		bool skip = inside;

		inside = !end;
		if (end)
			*end = '\0';
		if (!skip)
			line(context, text);
	}
}

int stlb_file_lines(const char *root, const char *path, void (*line)(void *context, char *text),
		    void *context)
{
	int fd = open_file(root, path);
	gzFile file;

	if (fd < 0)
		return fd;
	file = gzdopen(fd, "rb");
	if (!file) {
		close(fd);
		return -ENOMEM;
	}
	gzbuffer(file, 1 << 16);
	each_line(file, line, context);
	gzclose_r(file);
	return 0;
}
