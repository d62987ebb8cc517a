/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bounded reading of the metadata of a trace.dat: every item is asked for by its size and comes
 * whole or not at all, whatever the file says of itself.
 */
#ifndef SOURCE_TRACEDAT_DAT_READER_H
#define SOURCE_TRACEDAT_DAT_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STLB_DAT_MAX_ITEM = 48 * 1024 * 1024 };

/** struct stlb_dat_reader - zeroed is one with nothing to read */
struct stlb_dat_reader {
	int fd;		  /* -1: @buffer holds everything */
	uint64_t at, end; /* offsets in the file, or in @buffer */
	uint8_t *buffer;  /* owned */
	size_t capacity;
	uint64_t buffered_at; /* the part of the file that is in @buffer */
	size_t buffered;
	bool failed; /* something was asked for that is not there; stays set */
};

/** stlb_dat_reader_file, stlb_dat_reader_memory - a part of a file; a buffer, which is taken over
 */
void stlb_dat_reader_file(struct stlb_dat_reader *reader, int fd, uint64_t at, uint64_t end);
void stlb_dat_reader_memory(struct stlb_dat_reader *reader, void *buffer, size_t size);

/** stlb_dat_reader_free - give the buffer back */
void stlb_dat_reader_free(struct stlb_dat_reader *reader);

/** stlb_dat_get - the next @size bytes, NULL with failed set; valid until the next get */
const void *stlb_dat_get(struct stlb_dat_reader *reader, uint64_t size);

/** stlb_dat_skip - pass over bytes without reading them */
void stlb_dat_skip(struct stlb_dat_reader *reader, uint64_t size);

/** stlb_dat_u16 and others - the next number; 0 with failed set */
uint16_t stlb_dat_u16(struct stlb_dat_reader *reader);
uint32_t stlb_dat_u32(struct stlb_dat_reader *reader);
uint64_t stlb_dat_u64(struct stlb_dat_reader *reader);

/** stlb_dat_string - a string with its NUL, of less than @size bytes, copied to @to ("" if failed)
 */
bool stlb_dat_string(struct stlb_dat_reader *reader, char *to, size_t size);

/** stlb_pread_all - pread until @size or the end of the file; bytes read or a negative errno */
int64_t stlb_pread_all(int fd, void *to, size_t size, uint64_t at);

#endif
