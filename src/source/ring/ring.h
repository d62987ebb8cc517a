/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of the ring buffers as a source. */
#ifndef SOURCE_RING_RING_H
#define SOURCE_RING_RING_H

#include "source/event_format.h"
#include "source/merge.h"
#include "source/ring/barrier.h"
#include "source/ring/ring_cpu.h"
#include "source/source_ops.h"
#include "source/symbols.h"
#include "staletlb/live.h"

struct stlb_ring {
	struct stlb_source *source;
	char *tracing, *proc;
	int (*page)(void *arg, unsigned int instance, uint32_t cpu, const void *page, size_t size,
		    struct stlb_error *err);
	void *arg;
	const struct stlb_format **by_id; /* STLB_EVENT_FORMAT_IDS of them */
	unsigned int long_size;
	uint32_t page_size;

	struct stlb_ring_cpu *cpus; /* one for each CPU of each instance */
	uint32_t nr_cpus;
	struct stlb_merge merge;
	struct stlb_ring_cpu *taken; /* whose record was handed out and must be moved on */
	uint64_t floor;		     /* records up to this time may be handed out */
	uint64_t polled_ns;	     /* CLOCK_MONOTONIC */
	bool more;		     /* a buffer was left with pages in it, for want of room */
	bool moved;		     /* there may be room since */
	bool stopped;

	int (*settled)(void *arg); /* as in struct stlb_live_options */
	void *settled_arg;
	struct stlb_barrier *barrier; /* NULL: @settled is somebody else's */
	bool asking, last_asked;      /* a question is under way; it was put after the stop */
	bool last_round;	      /* the writers have left since the stop */
	bool by_delay;		      /* the kernel does not tell when they have */
	uint64_t delay, late;	      /* ns; records that came too late */

	uint32_t next_stats; /* of the CPU whose statistics are still to be reported */
	uint64_t lost_elsewhere;

	struct stlb_symbols *symbols;
	bool symbols_read;
	uint64_t cmdlines_ns;		    /* when saved_cmdlines was read last */
	const struct stlb_format *switches; /* sched_switch; NULL: not known */
	const struct stlb_field *next_pid, *next_comm;
	uint64_t names_changed; /* how often */
};

/* ns that have to do where the kernel does not tell when its writers have left, to begin with */
enum { STLB_RING_FIRST_DELAY = 20 * 1000 * 1000 };

extern const struct stlb_source_ops stlb_ring_ops;

/* ---- ring_open.c ---- */

void stlb_ring_free(struct stlb_ring *ring);

/* ---- ring_lookup.c: what is not in the pages ---- */

/** stlb_ring_learn_format - a format that became known: one of them names tasks */
void stlb_ring_learn_format(struct stlb_ring *ring, const struct stlb_format *format);

/** stlb_ring_comm - the name of the task of a record; NULL where it cannot be had */
const char *stlb_ring_comm(struct stlb_ring *ring, struct stlb_ring_cpu *cpu,
			   const struct stlb_record *record);

/** stlb_ring_symbol - as stlb_source_symbol(), of the running kernel */
const char *stlb_ring_symbol(struct stlb_ring *ring, uint64_t address, uint64_t *offset);

/** stlb_ring_tell_stats - the next loss that only the statistics know; 1, 0: no more */
int stlb_ring_tell_stats(struct stlb_ring *ring, struct stlb_record *record);

#endif
