/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/grow.h"

enum { FIRST_SIZE = 4096 };

/* Bytes read, fewer than asked for only at the end, or a negative errno. */
static ssize_t read_up_to(int fd, char *to, size_t size)
{
	size_t length = 0;

	while (length < size) {
		ssize_t got = read(fd, to + length, size - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		length += (size_t)got;
	}
	return (ssize_t)length;
}

static int read_all(int fd, size_t limit, char **text, size_t *size)
{
	size_t room = FIRST_SIZE;
	ssize_t got;

	*size = 0;
	do {
		if (stlb_resize((void **)text, room, 1))
			return -ENOMEM;
		got = read_up_to(fd, *text + *size, room - 1 - *size);
		if (got < 0)
			return (int)got;
		*size += (size_t)got;
		if (*size > limit)
			return -EFBIG;
		room *= 2;
	} while (*size == room / 2 - 1);
	(*text)[*size] = '\0';
	return 0;
}

static int open_and_read(const char *path, size_t limit, char **text, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), code;

	if (fd < 0)
		return -errno;
	code = read_all(fd, limit, text, size);
	close(fd);
	return code;
}

int stlb_file_read(const char *path, size_t limit, char **text, size_t *size,
		   struct stlb_error *err)
{
	size_t length = 0;
	int ret;

	*text = NULL;
	ret = open_and_read(path, limit, text, size ? size : &length);
	if (!ret)
		return 0;
	free(*text);
	*text = NULL;
	if (ret == -EFBIG)
		return stlb_error_set(err, ret, "%s: is larger than %zu MiB", path, limit >> 20);
	return stlb_error_set(err, ret, "%s: cannot be read: %s", path, strerror(-ret));
}

int stlb_file_head(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t length;

	to[0] = '\0';
	if (fd < 0)
		return -errno;
	length = read_up_to(fd, to, size - 1);
	close(fd);
	if (length < 0) {
		to[0] = '\0';
		return (int)length;
	}
	if (length && to[length - 1] == '\n')
		length--;
	to[length] = '\0';
	return 0;
}
