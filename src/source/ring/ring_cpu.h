/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The records of one CPU of one instance, from pages that are read as the kernel fills them. */
#ifndef SOURCE_RING_RING_CPU_H
#define SOURCE_RING_RING_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "staletlb/error.h"

struct kbuffer;
struct tracefs_cpu;

/** struct stlb_ring_cpu - the current record, and a loss that comes before it */
struct stlb_ring_cpu {
	const uint8_t *data; /* NULL: none at hand */
	uint64_t ns;	     /* its time, never before that of the record before it */
	uint32_t size;
	uint64_t asked;	   /* what the clock said when the writers were asked to leave */
	uint64_t promised; /* who was writing at this time has left */
	uint64_t drained;  /* all records before this time have been read */
	uint64_t lost;	   /* to be reported before the current record */
	bool losing;	   /* there is a loss to be reported; @lost 0: an unknown number */
	bool started;	   /* a record was met */
	bool queued;	   /* is in the heap of the source */
	uint32_t cpu;
	unsigned int instance;
	uint64_t missed;       /* shown by the flags of its pages so far */
	bool missed_uncounted; /* the flags of a page reported a loss without its number */
	int32_t tid;	       /* whose name @comm is, as far as it was known at @names_known */
	const char *comm;
	uint64_t names_known;
	/* from here on ring_cpu.c's own */
	struct tracefs_cpu *reader;
	int stats;	      /* descriptor of per_cpu/cpuN/stats */
	struct kbuffer *kbuf; /* on the current page */
	uint8_t *pages;	      /* a ring of @capacity pages */
	uint32_t page_size, capacity, first, nr;
	unsigned int long_size;
	bool loaded; /* the first page is the one at hand */
};

/** struct stlb_ring_stats - what the kernel says of a CPU's buffer */
struct stlb_ring_stats {
	uint64_t now; /* the trace clock, in ns, rounded down; 0: not said */
	uint64_t overrun, commit_overrun, dropped;
};

/**
 * stlb_ring_cpu_open - open the buffer of a CPU
 * @cpu: with @cpu and @instance set, all else zero
 * @folder: the instance's in tracefs
 * @pages: how many can be taken in before they are walked
 *
 * Returns 0 or a negative errno; close it in any case.
 */
int stlb_ring_cpu_open(struct stlb_ring_cpu *cpu, const char *folder, uint32_t page_size,
		       uint32_t pages, unsigned int long_size);

/** stlb_ring_cpu_close - zeroed is fine */
void stlb_ring_cpu_close(struct stlb_ring_cpu *cpu);

/** stlb_ring_cpu_room - whether another page can be taken in */
bool stlb_ring_cpu_room(const struct stlb_ring_cpu *cpu);

/**
 * stlb_ring_cpu_read - take in the next page from the kernel
 * @page: where the page is, as it was read, until its first record is asked for
 *
 * There must be room. Returns its bytes, 0 where the buffer is empty, a negative errno.
 */
long stlb_ring_cpu_read(struct stlb_ring_cpu *cpu, const void **page);

/** stlb_ring_cpu_next - make the next record the one at hand; false: none is here yet */
bool stlb_ring_cpu_next(struct stlb_ring_cpu *cpu);

/** stlb_ring_cpu_stats - ask the kernel; 0 or a negative errno */
int stlb_ring_cpu_stats(const struct stlb_ring_cpu *cpu, struct stlb_ring_stats *stats);

#endif
