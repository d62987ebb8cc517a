/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/tracedat/datwrite_out.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/input/spool.h"

/* A symbolic link stays one: what it points to is replaced. Only a regular file is. */
static int find_place(struct stlb_dat_out *out, const char *path, mode_t *mode)
{
	struct stat st;

	out->path = realpath(path, NULL);
	if (!out->path && errno == ENOENT)
		out->path = strdup(path);
	if (!out->path)
		return -errno;
	if (stat(out->path, &st))
		return errno == ENOENT ? 0 : -errno;
	*mode = st.st_mode & 0777;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return access(out->path, W_OK) ? -errno : 0;
}

static int open_temp(struct stlb_dat_out *out, mode_t mode)
{
	char *temp;
	int fd;

	if (asprintf(&temp, "%s.%ld.tmp", out->path, (long)getpid()) < 0)
		return -ENOMEM;
	fd = open(temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0) {
		free(temp);
		return -errno;
	}
	out->temp = temp;
	out->file = mode && fchmod(fd, mode) ? NULL : fdopen(fd, "w+");
	if (out->file)
		return 0;
	close(fd);
	return -EIO;
}

int stlb_dat_out_open(struct stlb_dat_out *out, const char *path, struct stlb_error *err)
{
	mode_t mode = 0;
	int ret;

	*out = (struct stlb_dat_out){0};
	ret = find_place(out, path, &mode);
	if (!ret)
		ret = open_temp(out, mode);
	if (ret == -EINVAL)
		return stlb_error_set(err, ret, "%s: not a regular file: give another name", path);
	return ret ? stlb_error_set(err, ret, "%s: cannot be written: %s", path, strerror(-ret))
		   : 0;
}

int stlb_dat_out_unnamed(const struct stlb_dat_out *out)
{
	char *copy = strdup(out->path);
	int fd;

	if (!copy)
		return -ENOMEM;
	fd = stlb_spool_unnamed(dirname(copy));
	if (fd < 0)
		fd = -errno;
	free(copy);
	return fd;
}

void stlb_dat_out_put(struct stlb_dat_out *out, const void *data, size_t size)
{
	if (!out->failed && size && fwrite(data, size, 1, out->file) != 1)
		out->failed = errno ? -errno : -EIO;
}

void stlb_dat_out_u16(struct stlb_dat_out *out, uint16_t number)
{
	stlb_dat_out_put(out, &number, sizeof(number));
}

void stlb_dat_out_u32(struct stlb_dat_out *out, uint32_t number)
{
	stlb_dat_out_put(out, &number, sizeof(number));
}

void stlb_dat_out_u64(struct stlb_dat_out *out, uint64_t number)
{
	stlb_dat_out_put(out, &number, sizeof(number));
}

void stlb_dat_out_string(struct stlb_dat_out *out, const char *text)
{
	stlb_dat_out_put(out, text, strlen(text) + 1);
}

static void seek(struct stlb_dat_out *out, uint64_t at, int whence)
{
	if (!out->failed && fseeko(out->file, (off_t)at, whence))
		out->failed = -errno;
}

/* Within the kernel: these are most of the bytes. */
void stlb_dat_out_file(struct stlb_dat_out *out, int fd, uint64_t size)
{
	off_t from = 0;

	if (!out->failed && fflush(out->file))
		out->failed = -errno;
	while (!out->failed && size) {
		size_t most = size < INT_MAX ? (size_t)size : INT_MAX;
		ssize_t done = sendfile(fileno(out->file), fd, &from, most);

		if (done > 0)
			size -= (uint64_t)done;
		else if (!done || errno != EINTR)
			out->failed = done ? -errno : -EIO;
	}
	seek(out, 0, SEEK_END);
}

uint64_t stlb_dat_out_at(struct stlb_dat_out *out)
{
	off_t at = out->failed ? 0 : ftello(out->file);

	if (at < 0)
		out->failed = -errno;
	return at < 0 ? 0 : (uint64_t)at;
}

void stlb_dat_out_patch(struct stlb_dat_out *out, uint64_t at, const void *data, size_t size)
{
	seek(out, at, SEEK_SET);
	stlb_dat_out_put(out, data, size);
	seek(out, 0, SEEK_END);
}

int stlb_dat_out_error(const struct stlb_dat_out *out, int code, struct stlb_error *err)
{
	bool full = code == -ENOSPC || code == -EDQUOT;

	return stlb_error_set(err, code, "%s: cannot be written: %s%s", out->path, strerror(-code),
			      full ? "; choose a directory with more space" : "");
}

int stlb_dat_out_check(const struct stlb_dat_out *out, struct stlb_error *err)
{
	return out->failed ? stlb_dat_out_error(out, out->failed, err) : 0;
}

/* The name must not point to the new file before its content is on the disk. */
static int settle(struct stlb_dat_out *out)
{
	FILE *file = out->file;

	if (fflush(file) || fsync(fileno(file)))
		return -errno;
	out->file = NULL;
	if (fclose(file) || rename(out->temp, out->path))
		return -errno;
	free(out->temp);
	out->temp = NULL;
	return 0;
}

int stlb_dat_out_commit(struct stlb_dat_out *out, struct stlb_error *err)
{
	if (!out->failed)
		out->failed = settle(out);
	return stlb_dat_out_check(out, err);
}

void stlb_dat_out_close(struct stlb_dat_out *out)
{
	if (out->file)
		fclose(out->file);
	if (out->temp)
		unlink(out->temp);
	free(out->temp);
	free(out->path);
	*out = (struct stlb_dat_out){0};
}
