/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bytes of a file or of standard input, decompressed where the content says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/input/codec.h"
#include "source/input/spool.h"
#include "source/input/input.h"

#define RAW_SIZE  (64 * 1024)
#define PEEK_SIZE (64UL * 1024)

struct stlb_input {
	char *path;
	int fd;
	bool own_fd;   /* standard input stays open */
	bool seekable; /* a plain regular file, read from its start */
	bool raw_end;
	bool cut;
	bool consumed; /* stlb_input_read() gave something away */
	const char *compression;
	struct stlb_codec *codec;
	uint64_t done, total;
	size_t raw_pos, raw_size;
	size_t peek_pos, peek_size;
	uint8_t raw[RAW_SIZE];
	uint8_t peek[PEEK_SIZE];
};

static int raw_fill(struct stlb_input *input, struct stlb_error *err)
{
	ssize_t got;

	do {
		got = read(input->fd, input->raw, sizeof(input->raw));
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		int ret = -errno;

		return stlb_error_set(err, ret, "%s: cannot read after byte %llu: %s", input->path,
				      (unsigned long long)input->done, strerror(-ret));
	}
	input->raw_end = got == 0;
	input->raw_pos = 0;
	input->raw_size = (size_t)got;
	input->done += (uint64_t)got;
	return 0;
}

static int bad_data(struct stlb_input *input, struct stlb_error *err)
{
	return stlb_error_set(
		err, -EBADMSG,
		"%s: the %s data is damaged before byte %llu of the file; copy the file again",
		input->path, input->compression, (unsigned long long)input->done);
}

static ssize_t read_codec(struct stlb_input *input, void *data, size_t size, struct stlb_error *err)
{
	struct stlb_codec_io io = {.out = data, .out_left = size};

	while (io.out_left == size) {
		int ret = 0;

		if (input->raw_pos == input->raw_size && !input->raw_end)
			ret = raw_fill(input, err);
		if (ret)
			return ret;
		io.in = input->raw + input->raw_pos;
		io.in_left = input->raw_size - input->raw_pos;
		if (stlb_codec_step(input->codec, &io))
			return bad_data(input, err);
		input->raw_pos = input->raw_size - io.in_left;
		if (input->raw_end && input->raw_pos == input->raw_size && io.out_left == size)
			break;
	}
	if (io.out_left == size)
		input->cut = !stlb_codec_whole(input->codec);
	return (ssize_t)(size - io.out_left);
}

static ssize_t read_plain(struct stlb_input *input, void *data, size_t size, struct stlb_error *err)
{
	size_t left;

	if (input->raw_pos == input->raw_size && !input->raw_end) {
		int ret = raw_fill(input, err);

		if (ret)
			return ret;
	}
	left = input->raw_size - input->raw_pos;
	if (size > left)
		size = left;
	memcpy(data, input->raw + input->raw_pos, size);
	input->raw_pos += size;
	return (ssize_t)size;
}

static ssize_t read_any(struct stlb_input *input, void *data, size_t size, struct stlb_error *err)
{
	return input->codec ? read_codec(input, data, size, err)
			    : read_plain(input, data, size, err);
}

ssize_t stlb_input_peek(struct stlb_input *input, const void **data, size_t want,
			struct stlb_error *err)
{
	if (want > PEEK_SIZE)
		want = PEEK_SIZE;
	if (input->peek_pos) {
		input->peek_size -= input->peek_pos;
		memmove(input->peek, input->peek + input->peek_pos, input->peek_size);
		input->peek_pos = 0;
	}
	while (input->peek_size < want) {
		ssize_t got = read_any(input, input->peek + input->peek_size,
				       PEEK_SIZE - input->peek_size, err);

		if (got < 0)
			return got;
		if (!got)
			break;
		input->peek_size += (size_t)got;
	}
	*data = input->peek;
	return (ssize_t)(input->peek_size < want ? input->peek_size : want);
}

ssize_t stlb_input_read(struct stlb_input *input, void *data, size_t size, struct stlb_error *err)
{
	size_t left = input->peek_size - input->peek_pos;

	if (!size)
		return 0;
	input->consumed = true;
	if (!left)
		return read_any(input, data, size, err);
	if (size > left)
		size = left;
	memcpy(data, input->peek + input->peek_pos, size);
	input->peek_pos += size;
	return (ssize_t)size;
}

/* The first raw bytes decide; a pipe may hand them over in several pieces. */
static int find_codec(struct stlb_input *input, struct stlb_error *err)
{
	int ret = raw_fill(input, err);

	while (!ret && !input->raw_end && input->raw_size < 4) {
		ssize_t got = read(input->fd, input->raw + input->raw_size,
				   sizeof(input->raw) - input->raw_size);

		if (got < 0 && errno != EINTR)
			ret = stlb_error_set(err, -errno, "%s: cannot read: %s", input->path,
					     strerror(errno));
		input->raw_end = got == 0;
		input->raw_size += got > 0 ? (size_t)got : 0;
		input->done += got > 0 ? (uint64_t)got : 0;
	}
	if (ret)
		return ret;
	if (!input->raw_size)
		return stlb_error_set(err, -EINVAL, "%s: is empty; expected a recorded trace",
				      input->path);
	if (stlb_codec_new(input->raw, input->raw_size, &input->codec))
		return stlb_error_set(err, -ENOMEM, "%s: no memory to decompress it", input->path);
	input->compression = stlb_codec_name(input->codec);
	return 0;
}

/* Files of tracefs and procfs are regular with a size of 0: they cannot be mapped. */
static int look_at_file(struct stlb_input *input, struct stlb_error *err)
{
	struct stat st;

	if (fstat(input->fd, &st))
		return stlb_error_set(err, -errno, "%s: cannot stat: %s", input->path,
				      strerror(errno));
	if (S_ISDIR(st.st_mode))
		return stlb_error_set(err, -EISDIR, "%s: is a directory; name a trace in it",
				      input->path);
	if (!S_ISREG(st.st_mode) || !st.st_size)
		return 0;
	input->seekable = lseek(input->fd, 0, SEEK_CUR) == 0;
	input->total = (uint64_t)st.st_size;
	return 0;
}

static int open_path(struct stlb_input *input, struct stlb_error *err)
{
	if (!strcmp(input->path, "-")) {
		input->fd = STDIN_FILENO;
		return look_at_file(input, err);
	}
	input->fd = open(input->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (input->fd < 0) {
		int ret = -errno;

		return stlb_error_set(err, ret, "%s: cannot be opened: %s", input->path,
				      strerror(-ret));
	}
	input->own_fd = true;
	return look_at_file(input, err);
}

int stlb_input_open(const char *path, struct stlb_input **result, struct stlb_error *err)
{
	struct stlb_input *input = calloc(1, sizeof(*input));
	int ret;

	*result = NULL;
	if (input)
		input->path = strdup(path);
	if (!input || !input->path) {
		free(input);
		return stlb_error_set(err, -ENOMEM, "%s: no memory to open it", path);
	}
	ret = open_path(input, err);
	if (!ret)
		ret = find_codec(input, err);
	if (ret) {
		stlb_input_close(input);
		return ret;
	}
	*result = input;
	return 0;
}

bool stlb_input_cut(const struct stlb_input *input)
{
	return input->cut;
}

const char *stlb_input_compression(const struct stlb_input *input)
{
	return input->compression;
}

void stlb_input_progress(const struct stlb_input *input, uint64_t *done, uint64_t *total)
{
	*done = input->done;
	*total = input->total;
}

/* From here on the input reads the copy, so that both ways to its content go on working. */
static void switch_to_spool(struct stlb_input *input, int fd, uint64_t size)
{
	if (input->own_fd)
		close(input->fd);
	stlb_codec_free(input->codec);
	input->codec = NULL;
	input->fd = fd;
	input->own_fd = true;
	input->seekable = true;
	input->raw_end = false;
	input->raw_pos = input->raw_size = 0;
	input->done = 0;
	input->total = size;
}

int stlb_input_fd(struct stlb_input *input, struct stlb_error *err)
{
	uint64_t size;
	int fd;

	if (input->seekable && !input->codec)
		return input->fd;
	if (input->consumed)
		return stlb_error_set(err, -ESPIPE, "%s: its first bytes were already consumed",
				      input->path);
	fd = stlb_spool(input, input->path, &size, err);
	if (fd < 0)
		return fd;
	switch_to_spool(input, fd, size);
	return fd;
}

void stlb_input_close(struct stlb_input *input)
{
	if (!input)
		return;
	if (input->own_fd)
		close(input->fd);
	stlb_codec_free(input->codec);
	free(input->path);
	free(input);
}
