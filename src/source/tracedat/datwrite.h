/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writing a trace.dat of version 6, uncompressed, of what was read from the ring buffers of a
 * running kernel. The file appears at its path whole, or not at all.
 *
 * Every function that takes an error returns 0 (or what it says) or a negative errno. After a
 * failure the writer is good for nothing but being closed: all that is asked of it fails with the
 * same text, so that no file comes out of which a page is missing.
 */
#ifndef SOURCE_TRACEDAT_DATWRITE_H
#define SOURCE_TRACEDAT_DATWRITE_H

#include <stddef.h>
#include <stdint.h>

#include "staletlb/error.h"

struct stlb_dat_writer;

/**
 * stlb_dat_writer_open - begin a file
 * @path: where it will appear; what is there is replaced, a symbolic link stays one. The folder
 *	takes PATH.PID.tmp and unnamed files with the pages until then.
 * @tracing_dir: where tracefs is mounted; the strings are copied
 * @proc_dir: where procfs is mounted; NULL for /proc
 * @writer: to be closed by stlb_dat_writer_close(); NULL after a failure
 */
int stlb_dat_writer_open(const char *path, const char *tracing_dir, const char *proc_dir,
			 struct stlb_dat_writer **writer, struct stlb_error *err);

/** stlb_dat_writer_page_size - bytes of a page of the ring buffers, of all instances */
uint32_t stlb_dat_writer_page_size(const struct stlb_dat_writer *writer);

/**
 * stlb_dat_writer_instance - a buffer instance that pages will come from
 * @name: the first instance is the top one of the file, whatever its name; that of the others is
 *	kept
 * @clock: the one in brackets in its trace_clock; the same for all instances
 *
 * Returns its index, from 0 on.
 */
int stlb_dat_writer_instance(struct stlb_dat_writer *writer, const char *name, const char *clock,
			     struct stlb_error *err);

/** stlb_dat_writer_event - an event whose format is to be in the file; twice is fine */
int stlb_dat_writer_event(struct stlb_dat_writer *writer, const char *system, const char *name,
			  struct stlb_error *err);

/**
 * stlb_dat_writer_metadata - copy formats, symbols and names of tasks from the running kernel
 *
 * At most once: when all is recorded, so that the names of tasks are known, and before the probes
 * are removed, since their formats go away with them. The events must be named by then.
 */
int stlb_dat_writer_metadata(struct stlb_dat_writer *writer, struct stlb_error *err);

/**
 * stlb_dat_writer_page - append a page of a ring buffer
 * @page: as read from trace_pipe_raw, with the flags for lost events in it
 * @size: bytes of it, at most the page size; the rest is filled with zeros
 */
int stlb_dat_writer_page(struct stlb_dat_writer *writer, unsigned int instance, uint32_t cpu,
			 const void *page, size_t size, struct stlb_error *err);

/**
 * stlb_dat_writer_stats - what the kernel says of a CPU's buffer at the end
 * @text: of per_cpu/cpuN/stats; it is copied, the last one counts
 *
 * Overruns and dropped events that no page tells of are known from here only. Every CPU that is
 * named here or that gave a page is in the file.
 */
int stlb_dat_writer_stats(struct stlb_dat_writer *writer, unsigned int instance, uint32_t cpu,
			  const char *text, struct stlb_error *err);

/**
 * stlb_dat_writer_commit - put the file in its place
 *
 * Copies the metadata if that was not done. Needs room for the pages of one CPU more than the file
 * has. Only closing is left to do afterwards.
 */
int stlb_dat_writer_commit(struct stlb_dat_writer *writer, struct stlb_error *err);

/** stlb_dat_writer_close - free it; what was not committed is taken away; NULL is fine */
void stlb_dat_writer_close(struct stlb_dat_writer *writer);

#endif
