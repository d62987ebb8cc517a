/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The records of one CPU of one buffer instance, page by page through a window that is read from
 * the file or decompressed, so that memory does not follow the length of the trace.
 */
#ifndef SOURCE_TRACEDAT_DAT_CPU_H
#define SOURCE_TRACEDAT_DAT_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <traceevent/kbuffer.h>

#include "source/tracedat/dat_codec.h"
#include "staletlb/source.h"

/** struct stlb_dat_area - where the pages of a CPU lie in the file */
struct stlb_dat_area {
	uint64_t offset, size;
	uint32_t cpu;
	uint32_t instance; /* index of the buffer instance, in the order of the file */
	uint32_t page_size;
	bool compressed;
	bool cut;    /* the file ends within it, or before */
	bool shared; /* another CPU claims bytes of it */
};

/** struct stlb_dat_gap - what of a CPU cannot be read, and where in the file */
struct stlb_dat_gap {
	const char *what; /* NULL: nothing */
	uint64_t at;
};

/** struct stlb_dat_clock - from the time stamps of the file to nanoseconds */
struct stlb_dat_clock {
	int64_t offset;
	uint32_t mult, shift; /* mult 0: they are nanoseconds */
};

/** struct stlb_dat_stream - what the CPUs of one file share */
struct stlb_dat_stream {
	int fd;
	unsigned int long_size;
	struct stlb_dat_codec *codec;
	struct stlb_dat_clock clock;
	uint8_t *scratch; /* compressed bytes on their way */
	size_t scratch_size;
	size_t window; /* bytes of a window of an uncompressed CPU */
	size_t memory; /* bytes of all windows */
	uint64_t bytes_done;
};

/** struct stlb_dat_cpu - the current record of a CPU, and a loss that comes before it */
struct stlb_dat_cpu {
	struct kbuffer *kbuf;
	const uint8_t *data; /* the record's payload */
	uint64_t ns;	     /* its time, never before that of the record before it */
	const char *comm;    /* cached for @tid */
	int32_t tid;
	uint8_t loss; /* enum stlb_loss: to be delivered before the current record */
	bool lost_unknown;
	bool backwards; /* time went backwards in the current page */
	bool started;	/* a record was met */
	bool done;
	struct stlb_dat_gap gap;  /* why it was lost: the first reason; none: the kernel tells it */
	struct stlb_dat_gap tail; /* of the current page, after what can be read of it */
	uint64_t lost;
	uint64_t dropped; /* after the last record, as the statistics say */
	uint64_t now;	  /* time stamp when they were made; 0: not known */
	struct stlb_dat_stream *stream;
	const struct stlb_dat_area *area;
	uint8_t *window;
	size_t capacity, valid, at; /* of the window */
	uint64_t window_at;	    /* where in the file it is from */
	uint64_t file_at, file_end;
	uint64_t last_stamp; /* at the end of the page before the one at hand */
	uint32_t chunks;     /* compressed chunks that are still to come */
};

/** stlb_dat_cpu_open - before the first record; -ENOMEM. Close it in any case. */
int stlb_dat_cpu_open(struct stlb_dat_cpu *cpu, struct stlb_dat_stream *stream,
		      const struct stlb_dat_area *area);

/** stlb_dat_cpu_close - zeroed is fine */
void stlb_dat_cpu_close(struct stlb_dat_cpu *cpu);

/** stlb_dat_cpu_lose - note a loss before the current record; @lost 0: an unknown number */
void stlb_dat_cpu_lose(struct stlb_dat_cpu *cpu, enum stlb_loss loss, uint64_t lost);

/** stlb_dat_cpu_unread - the same, of what cannot be read at @at of the file */
void stlb_dat_cpu_unread(struct stlb_dat_cpu *cpu, const char *what, uint64_t at);

/** stlb_dat_cpu_backwards - time went back to @ns: a damaged page, reported once for each */
void stlb_dat_cpu_backwards(struct stlb_dat_cpu *cpu, uint64_t ns);

/** stlb_dat_cpu_place - of the current page in the file, or of the chunk that it is in */
uint64_t stlb_dat_cpu_place(const struct stlb_dat_cpu *cpu);

/** stlb_dat_cpu_page - the first record of the next page; 1, 0 at the end, a negative errno */
int stlb_dat_cpu_page(struct stlb_dat_cpu *cpu);

/** stlb_dat_cpu_missed - events that the flags of a CPU's pages tell as lost, in all */
int stlb_dat_cpu_missed(struct stlb_dat_stream *stream, const struct stlb_dat_area *area,
			uint64_t *missed, bool *unknown);

/** stlb_dat_clock_ns - nanoseconds of a time stamp */
static inline uint64_t stlb_dat_clock_ns(const struct stlb_dat_clock *clock, uint64_t stamp)
{
	if (clock->mult)
		stamp = (uint64_t)(((unsigned __int128)stamp * clock->mult) >> clock->shift);
	return stamp + (uint64_t)clock->offset;
}

/** stlb_dat_cpu_take - make a record the one at hand */
static inline void stlb_dat_cpu_take(struct stlb_dat_cpu *cpu, const void *data, uint64_t stamp)
{
	uint64_t ns = stlb_dat_clock_ns(&cpu->stream->clock, stamp);

	cpu->data = data;
	if (ns >= cpu->ns)
		cpu->ns = ns;
	else
		stlb_dat_cpu_backwards(cpu, ns);
}

/** stlb_dat_cpu_next - the next record; 1, 0 at the end, a negative errno */
static inline int stlb_dat_cpu_next(struct stlb_dat_cpu *cpu)
{
	unsigned long long stamp;
	const void *data = kbuffer_next_event(cpu->kbuf, &stamp);

	if (!data)
		return stlb_dat_cpu_page(cpu);
	stlb_dat_cpu_take(cpu, data, stamp);
	return 1;
}

#endif
