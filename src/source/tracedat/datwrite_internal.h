/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The writer of trace.dat: what its files share. */
#ifndef SOURCE_TRACEDAT_DATWRITE_INTERNAL_H
#define SOURCE_TRACEDAT_DATWRITE_INTERNAL_H

#include <stdbool.h>

#include "source/tracedat/datwrite.h"
#include "source/tracedat/datwrite_out.h"

/** struct stlb_dat_spool - the pages of a CPU on their way into the file */
struct stlb_dat_spool {
	int fd; /* -1: no page came */
	uint64_t size;
	char *stats; /* NULL: not known */
};

/** struct stlb_dat_buffer - a buffer instance; the first one is the top one */
struct stlb_dat_buffer {
	char *name;
	struct stlb_dat_spool *cpus;
	uint32_t nr_cpus;
	uint64_t option_at; /* where its option tells the offset of its CPU table */
};

/** struct stlb_dat_event - an event whose format is wanted */
struct stlb_dat_event {
	char *system, *name;
};

struct stlb_dat_writer {
	struct stlb_dat_out out;
	char *tracing_dir, *proc_dir;
	char *clock; /* NULL: no instance yet */
	uint32_t page_size, header_size;
	uint8_t *padded; /* room for a page that is not whole */
	struct stlb_dat_buffer *buffers;
	uint32_t nr_buffers, max_buffers;
	struct stlb_dat_event *events;
	uint32_t nr_events, max_events;
	bool has_metadata, committed;
	int failed; /* for @cause; every call fails alike from then on */
	struct stlb_error cause;
};

/* ---- datwrite_meta.c ---- */

/** stlb_dat_writer_header - the sizes of a page, from header_page */
int stlb_dat_writer_header(struct stlb_dat_writer *writer, struct stlb_error *err);

/** stlb_dat_writer_head - all of the file up to the names of tasks */
int stlb_dat_writer_head(struct stlb_dat_writer *writer, struct stlb_error *err);

/* ---- datwrite_tail.c ---- */

/** stlb_dat_writer_tail - options, CPU tables and pages; the spools are used up */
int stlb_dat_writer_tail(struct stlb_dat_writer *writer, struct stlb_error *err);

#endif
