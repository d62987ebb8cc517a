/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "files.h"
#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

int stlb_root_path(char *to, size_t size, const char *root, const char *path)
{
	int length = snprintf(to, size, "%s%s", root, path);

	return length < 0 || (size_t)length >= size ? -ENAMETOOLONG : 0;
}

bool stlb_root_exists(const char *root, const char *path)
{
	char full[PATH_MAX];

	return stlb_root_path(full, sizeof(full), root, path) == 0 && access(full, F_OK) == 0;
}

int stlb_root_read(const char *root, const char *path, char *to, size_t size)
{
	char full[PATH_MAX];

	to[0] = '\0';
	if (stlb_root_path(full, sizeof(full), root, path) < 0)
		return -ENAMETOOLONG;
	return stlb_file_head(full, to, size);
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

int stlb_root_lines(const char *root, const char *path, void (*line)(void *context, char *text),
		    void *context)
{
	char full[PATH_MAX];
	gzFile file;
	int fd;

	if (stlb_root_path(full, sizeof(full), root, path) < 0)
		return -ENAMETOOLONG;
	fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
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
