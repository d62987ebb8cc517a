/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/tracedat/dat_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/grow.h"

enum { BLOCK = 64 * 1024 };

void stlb_dat_reader_file(struct stlb_dat_reader *reader, int fd, uint64_t at, uint64_t end)
{
	*reader = (struct stlb_dat_reader){.fd = fd, .at = at, .end = end < at ? at : end};
}

void stlb_dat_reader_memory(struct stlb_dat_reader *reader, void *buffer, size_t size)
{
	*reader = (struct stlb_dat_reader){.fd = -1, .end = size, .buffer = buffer};
}

void stlb_dat_reader_free(struct stlb_dat_reader *reader)
{
	free(reader->buffer);
	*reader = (struct stlb_dat_reader){.fd = -1};
}

int64_t stlb_pread_all(int fd, void *to, size_t size, uint64_t at)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = pread(fd, (char *)to + done, size - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		done += (size_t)got;
	}
	return (int64_t)done;
}

static bool buffer_has(const struct stlb_dat_reader *reader, uint64_t size)
{
	return reader->at >= reader->buffered_at &&
	       reader->at + size <= reader->buffered_at + reader->buffered;
}

static bool fill(struct stlb_dat_reader *reader, size_t size)
{
	size_t want = size > BLOCK ? size : BLOCK;
	int64_t got;

	if (want > reader->capacity) {
		if (stlb_resize((void **)&reader->buffer, want, 1))
			return false;
		reader->capacity = want;
	}
	if (want > reader->end - reader->at)
		want = reader->end - reader->at;
	reader->buffered = 0;
	got = stlb_pread_all(reader->fd, reader->buffer, want, reader->at);
	if (got < (int64_t)size)
		return false;
	reader->buffered_at = reader->at;
	reader->buffered = (size_t)got;
	return true;
}

const void *stlb_dat_get(struct stlb_dat_reader *reader, uint64_t size)
{
	const uint8_t *found;

	if (reader->failed || size > reader->end - reader->at || size > STLB_DAT_MAX_ITEM ||
	    (reader->fd >= 0 && !buffer_has(reader, size) && !fill(reader, size))) {
		reader->failed = true;
		return NULL;
	}
	found = reader->buffer + (reader->at - reader->buffered_at);
	reader->at += size;
	return found;
}

void stlb_dat_skip(struct stlb_dat_reader *reader, uint64_t size)
{
	if (reader->failed || size > reader->end - reader->at)
		reader->failed = true;
	else
		reader->at += size;
}

/* Stays as it is when the data ends before. */
static void get_number(struct stlb_dat_reader *reader, void *number, size_t size)
{
	const void *data = stlb_dat_get(reader, size);

	if (data)
		memcpy(number, data, size);
}

uint16_t stlb_dat_u16(struct stlb_dat_reader *reader)
{
	uint16_t value = 0;

	get_number(reader, &value, sizeof(value));
	return value;
}

uint32_t stlb_dat_u32(struct stlb_dat_reader *reader)
{
	uint32_t value = 0;

	get_number(reader, &value, sizeof(value));
	return value;
}

uint64_t stlb_dat_u64(struct stlb_dat_reader *reader)
{
	uint64_t value = 0;

	get_number(reader, &value, sizeof(value));
	return value;
}

bool stlb_dat_string(struct stlb_dat_reader *reader, char *to, size_t size)
{
	size_t length = 0;
	const char *next;

	to[0] = '\0';
	while (length < size && (next = stlb_dat_get(reader, 1))) {
		to[length++] = *next;
		if (!*next)
			return true;
	}
	to[0] = '\0';
	reader->failed = true;
	return false;
}
