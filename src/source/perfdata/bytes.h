/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bytes of a perf.data at addresses of one space, whatever they lie in: files that are read
 * through a cache of bounded size, memory, or the spool of what was decompressed.
 */
#ifndef SOURCE_PERFDATA_BYTES_H
#define SOURCE_PERFDATA_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STLB_PERF_BLOCK = 32 * 1024, STLB_PERF_SETS = 64, STLB_PERF_WAYS = 8 };

/* Addresses have 48 bits; those from here on are in the spool. */
#define STLB_PERF_SPOOL (UINT64_C(1) << 46)

/** struct stlb_perf_file - bytes from @base on */
struct stlb_perf_file {
	const uint8_t *memory; /* NULL: read from fd */
	int fd;
	bool own_fd;
	uint64_t base, size;
};

struct stlb_perf_block {
	uint64_t base;
	uint32_t filled, used; /* bytes in it; when it was used last */
	uint8_t *data;
};

struct stlb_perf_bytes {
	struct stlb_perf_file *files;
	uint32_t nr_files, max_files;
	struct stlb_perf_file spool;
	uint64_t spool_freed; /* bytes at its start that were given back */
	uint64_t done;	      /* nothing of the files before this address is needed any more */
	uint32_t clock;
	struct stlb_perf_block *last;
	struct stlb_perf_block blocks[STLB_PERF_SETS][STLB_PERF_WAYS];
	uint8_t *joined; /* of bytes that lie in two blocks */
};

/**
 * stlb_perf_bytes_add - a file after those that are there
 * @memory: its bytes, which stay the caller's; NULL: @fd has them
 * @own_fd: close @fd with the rest, also when this fails
 *
 * Returns 0, -EFBIG or -ENOMEM.
 */
int stlb_perf_bytes_add(struct stlb_perf_bytes *bytes, const struct stlb_perf_file *file);

/** stlb_perf_bytes_read - the way of stlb_perf_bytes_get() that is not inline */
const uint8_t *stlb_perf_bytes_read(struct stlb_perf_bytes *bytes, uint64_t at, uint32_t size);

/** stlb_perf_bytes_copy - any number of bytes; false where they cannot be read */
bool stlb_perf_bytes_copy(struct stlb_perf_bytes *bytes, uint64_t at, void *to, uint64_t size);

/** stlb_perf_bytes_spool - append to the spool, which is made when needed; a negative errno */
int stlb_perf_bytes_spool(struct stlb_perf_bytes *bytes, const void *data, size_t size);

/** stlb_perf_bytes_done - nothing of the files, of the spool, before these addresses is needed */
void stlb_perf_bytes_done(struct stlb_perf_bytes *bytes, uint64_t at, uint64_t spool_at);

/** stlb_perf_bytes_free - close and free all of it */
void stlb_perf_bytes_free(struct stlb_perf_bytes *bytes);

/**
 * stlb_perf_bytes_get - bytes to look at
 * @size: at most 64 KiB
 *
 * Returns where they are until the next call; NULL where they cannot be read.
 */
static inline const uint8_t *stlb_perf_bytes_get(struct stlb_perf_bytes *bytes, uint64_t at,
						 uint32_t size)
{
	struct stlb_perf_block *block = bytes->last;

	if (block && at - block->base < block->filled &&
	    size <= block->filled - (uint32_t)(at - block->base))
		return block->data + (at - block->base);
	return stlb_perf_bytes_read(bytes, at, size);
}

#endif
