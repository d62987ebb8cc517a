/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/perfdata/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/input/spool.h"
#include "util/grow.h"

enum { MAX_JOINED = 64 * 1024, DROP_STEP = 4 * 1024 * 1024 };

int stlb_perf_bytes_add(struct stlb_perf_bytes *bytes, const struct stlb_perf_file *file)
{
	const struct stlb_perf_file *last;
	struct stlb_perf_file *added;

	if (stlb_grow((void **)&bytes->files, bytes->nr_files, &bytes->max_files,
		      sizeof(*bytes->files))) {
		if (file->own_fd)
			close(file->fd);
		return -ENOMEM;
	}
	added = &bytes->files[bytes->nr_files++];
	last = bytes->nr_files > 1 ? added - 1 : NULL;
	*added = *file;
	added->base = last ? (last->base + last->size) / STLB_PERF_BLOCK * STLB_PERF_BLOCK +
				      STLB_PERF_BLOCK
			   : 0;
	return added->size < STLB_PERF_SPOOL / 2 && added->base < STLB_PERF_SPOOL / 2 ? 0 : -EFBIG;
}

static const struct stlb_perf_file *find_file(const struct stlb_perf_bytes *bytes, uint64_t at)
{
	if (at >= STLB_PERF_SPOOL)
		return &bytes->spool;
	for (uint32_t i = bytes->nr_files; i--;)
		if (at >= bytes->files[i].base)
			return &bytes->files[i];
	return NULL;
}

/* Fill a block as far as its file goes by now. */
static void fill(const struct stlb_perf_bytes *bytes, struct stlb_perf_block *block)
{
	const struct stlb_perf_file *file = find_file(bytes, block->base);
	uint64_t offset = file ? block->base - file->base : 0;
	uint64_t want = STLB_PERF_BLOCK;

	block->filled = 0;
	if (!file || offset >= file->size)
		return;
	if (want > file->size - offset)
		want = file->size - offset;
	while (block->filled < want) {
		ssize_t got = pread(file->fd, block->data + block->filled, want - block->filled,
				    (off_t)(offset + block->filled));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return;
		block->filled += (uint32_t)got;
	}
}

/* What is not needed any more is used again at once: so few blocks go round, and stay near. */
static bool better(const struct stlb_perf_bytes *bytes, const struct stlb_perf_block *block,
		   const struct stlb_perf_block *than)
{
	bool done = block->base < bytes->done, than_done = than->base < bytes->done;

	if (!than->data || !block->data)
		return than->data && !than_done;
	return done != than_done ? done : block->used < than->used;
}

static struct stlb_perf_block *find_block(struct stlb_perf_bytes *bytes, uint64_t base,
					  uint32_t need)
{
	uint64_t number = base / STLB_PERF_BLOCK;
	struct stlb_perf_block *set =
		bytes->blocks[(number ^ number >> 6 ^ number >> 12) % STLB_PERF_SETS];
	struct stlb_perf_block *found = NULL, *oldest = set;

	for (int i = 0; i < STLB_PERF_WAYS && !found; i++) {
		if (set[i].data && set[i].base == base)
			found = &set[i];
		else if (i && better(bytes, &set[i], oldest))
			oldest = &set[i];
	}
	if (!found || found->filled < need) {
		found = found ? found : oldest;
		if (!found->data && !(found->data = malloc(STLB_PERF_BLOCK)))
			return NULL;
		found->base = base;
		fill(bytes, found);
	}
	found->used = ++bytes->clock;
	return found->filled >= need ? found : NULL;
}

static const uint8_t *join(struct stlb_perf_bytes *bytes, uint64_t at, uint32_t size)
{
	if (size > MAX_JOINED || (!bytes->joined && !(bytes->joined = malloc(MAX_JOINED))))
		return NULL;
	return stlb_perf_bytes_copy(bytes, at, bytes->joined, size) ? bytes->joined : NULL;
}

const uint8_t *stlb_perf_bytes_read(struct stlb_perf_bytes *bytes, uint64_t at, uint32_t size)
{
	const struct stlb_perf_file *file = bytes->files;
	uint32_t offset = (uint32_t)(at % STLB_PERF_BLOCK);
	struct stlb_perf_block *block;

	if (file && file->memory && at < STLB_PERF_SPOOL)
		return at <= file->size && size <= file->size - at ? file->memory + at : NULL;
	if (size > STLB_PERF_BLOCK - offset)
		return join(bytes, at, size);
	block = find_block(bytes, at - offset, offset + size);
	if (!block)
		return NULL;
	bytes->last = block;
	return block->data + offset;
}

bool stlb_perf_bytes_copy(struct stlb_perf_bytes *bytes, uint64_t at, void *to, uint64_t size)
{
	uint8_t *out = to;

	while (size) {
		uint32_t room = STLB_PERF_BLOCK - (uint32_t)(at % STLB_PERF_BLOCK);
		uint32_t part = size < room ? (uint32_t)size : room;
		const uint8_t *from = stlb_perf_bytes_get(bytes, at, part);

		if (!from)
			return false;
		memcpy(out, from, part);
		out += part;
		at += part;
		size -= part;
	}
	return true;
}

int stlb_perf_bytes_spool(struct stlb_perf_bytes *bytes, const void *data, size_t size)
{
	struct stlb_perf_file *spool = &bytes->spool;
	const uint8_t *from = data;

	if (!spool->own_fd) {
		spool->fd = stlb_spool_file();
		if (spool->fd < 0)
			return spool->fd;
		spool->own_fd = true;
		spool->base = STLB_PERF_SPOOL;
	}
	if (size > STLB_PERF_SPOOL - spool->size)
		return -EFBIG;
	while (size) {
		ssize_t done = pwrite(spool->fd, from, size, (off_t)spool->size);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			from += done;
			size -= (size_t)done;
			spool->size += (uint64_t)done;
		}
	}
	return 0;
}

/* Where the file system cannot free the middle of a file it only stays longer. */
void stlb_perf_bytes_done(struct stlb_perf_bytes *bytes, uint64_t at, uint64_t spool_at)
{
	uint64_t end = (spool_at - STLB_PERF_SPOOL) / STLB_PERF_BLOCK * STLB_PERF_BLOCK;

	bytes->done = at / STLB_PERF_BLOCK * STLB_PERF_BLOCK;
	if (!bytes->spool.own_fd || spool_at < STLB_PERF_SPOOL ||
	    end < bytes->spool_freed + DROP_STEP)
		return;
	fallocate(bytes->spool.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		  (off_t)bytes->spool_freed, (off_t)(end - bytes->spool_freed));
	bytes->spool_freed = end;
}

void stlb_perf_bytes_free(struct stlb_perf_bytes *bytes)
{
	for (uint32_t i = 0; i < bytes->nr_files; i++)
		if (bytes->files[i].own_fd)
			close(bytes->files[i].fd);
	if (bytes->spool.own_fd)
		close(bytes->spool.fd);
	for (int i = 0; i < STLB_PERF_SETS * STLB_PERF_WAYS; i++)
		free(bytes->blocks[i / STLB_PERF_WAYS][i % STLB_PERF_WAYS].data);
	free(bytes->files);
	free(bytes->joined);
}
