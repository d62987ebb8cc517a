/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/input/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *spool_dir(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && *dir ? dir : "/tmp";
}

/* Not every file system knows O_TMPFILE: there the name goes away before anything is written. */
int stlb_spool_unnamed(const char *dir)
{
	char name[PATH_MAX];
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return fd;
	if ((size_t)snprintf(name, sizeof(name), "%s/staletlb-XXXXXX", dir) >= sizeof(name)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	return fd;
}

int stlb_spool_file(void)
{
	int fd = stlb_spool_unnamed(spool_dir());

	return fd < 0 ? -errno : fd;
}

int stlb_write_all(int fd, const void *data, size_t size)
{
	const char *from = data;

	while (size) {
		ssize_t done = write(fd, from, size);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			from += done;
			size -= (size_t)done;
		}
	}
	return 0;
}

static int copy_all(struct stlb_input *input, const char *path, int fd, uint64_t *size,
		    struct stlb_error *err)
{
	char block[16 * 1024];
	ssize_t got;

	*size = 0;
	while ((got = stlb_input_read(input, block, sizeof(block), err)) > 0) {
		int ret = stlb_write_all(fd, block, (size_t)got);

		if (ret)
			return stlb_error_set(err, ret,
					      "%s: cannot be copied to a temporary file in %s: %s; "
					      "set TMPDIR to a directory with more space",
					      path, spool_dir(), strerror(-ret));
		*size += (uint64_t)got;
	}
	return (int)got;
}

int stlb_spool(struct stlb_input *input, const char *path, uint64_t *size, struct stlb_error *err)
{
	int fd = stlb_spool_file();
	int ret;

	if (fd < 0)
		return stlb_error_set(
			err, fd,
			"%s: no temporary file in %s: %s; set TMPDIR to a writable directory", path,
			spool_dir(), strerror(-fd));
	ret = copy_all(input, path, fd, size, err);
	if (!ret && lseek(fd, 0, SEEK_SET) < 0)
		ret = stlb_error_set(err, -errno, "%s: cannot rewind its copy: %s", path,
				     strerror(errno));
	if (!ret)
		return fd;
	close(fd);
	return ret;
}
