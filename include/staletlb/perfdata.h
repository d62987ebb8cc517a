/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading perf.data, the files of Linux's perf record: file form, pipe form and directories, of
 * either byte order, compressed with zstd or not. What was recorded on all CPUs is given out in
 * time order, with memory that depends on how perf recorded and not on the length of the file: a
 * cache of 16 MiB, and 16 bytes for each sample of two of perf's rounds. Files without rounds
 * (directories, and those of perf before 2.6.35) take 16 bytes for each sample of the file.
 *
 *	struct stlb_perfdata *perf;
 *	struct stlb_perfdata_record record;
 *	struct stlb_error err;
 *	int ret = stlb_perfdata_open_fd(fd, "perf.data", &perf, &err);
 *
 *	while (!ret && stlb_perfdata_next(perf, &record, &err) > 0)
 *		if (record.kind == STLB_PERFDATA_SAMPLE)
 *			use(record.ns, record.cpu, record.tid, record.raw, record.raw_size);
 *	stlb_perfdata_close(perf);
 *
 * Nothing in a file is trusted: damaged ones give an error, or what can be read up to the damage.
 */
#ifndef STALETLB_PERFDATA_H
#define STALETLB_PERFDATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "staletlb/api.h"
#include "staletlb/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stlb_perfdata;

/** struct stlb_perfdata_event - what was asked of the kernel: a perf_event_attr, as numbers */
struct stlb_perfdata_event {
	uint32_t index;	      /* dense, from 0 */
	uint32_t type;	      /* PERF_TYPE_*; 2 is a tracepoint */
	uint64_t config;      /* of a tracepoint: its id */
	uint64_t period;      /* samples are one of so many; a frequency where @frequency */
	uint64_t sample_type; /* PERF_SAMPLE_* bits */
	uint64_t read_format; /* PERF_FORMAT_* bits */
	uint64_t branch_type; /* PERF_SAMPLE_BRANCH_* bits */
	uint64_t regs_user;   /* mask of the registers that a sample holds */
	uint64_t regs_interrupted;
	int32_t clock; /* CLOCK_*; -1: perf's own */
	bool frequency;
	bool sample_id_all; /* records that are no samples say when and where, too */
	bool overwritten;   /* of a buffer that keeps the newest */
	bool wanted;	    /* its samples are given out */
	const char *name;   /* NULL where the file does not say it */
};

/** enum stlb_perfdata_kind - what a record tells; other records of perf are skipped */
enum stlb_perfdata_kind {
	STLB_PERFDATA_SAMPLE,
	STLB_PERFDATA_LOST,	    /* @lost records, before this place in the buffer of @cpu */
	STLB_PERFDATA_LOST_SAMPLES, /* @lost more samples of @event in all, counted when it ended */
	STLB_PERFDATA_THROTTLED,    /* the kernel stops the event for a while: it was too often */
	STLB_PERFDATA_UNORDERED,    /* the next record is older than one that was given out */
	STLB_PERFDATA_DAMAGED, /* a sample that cannot be read; its @cpu -1: nor where it was */
};

/** struct stlb_perfdata_record - valid until the next call of stlb_perfdata_next() */
struct stlb_perfdata_record {
	enum stlb_perfdata_kind kind;
	uint64_t ns;				 /* in @event's clock; 0: not known */
	int32_t cpu;				 /* -1: not known */
	int32_t pid, tid;			 /* -1: not known, or the task was gone */
	const struct stlb_perfdata_event *event; /* NULL: not known */
	uint64_t lost;
	const uint8_t *raw; /* a tracepoint's record, in the byte order of the file; NULL: none */
	uint32_t raw_size;
	const uint64_t *chain; /* callers, the newest first, among them PERF_CONTEXT_* */
	uint32_t nr_chain;
	const char *what;    /* of a damaged one: what cannot be read, and where in the file */
	const uint8_t *body; /* of the sample, for stlb_perfdata_sample() */
	uint32_t body_size;
};

/** struct stlb_perfdata_sample - all that a sample can hold; 0 and NULL where it does not */
struct stlb_perfdata_sample {
	uint64_t id, ip, addr, stream, period;
	uint64_t read_value, read_nr; /* the counter, or how many a group has */
	uint64_t nr_chain, nr_branches;
	uint64_t user_abi, user_regs; /* how many registers */
	uint64_t stack_size, stack_used;
	uint64_t weight, data_src, transaction;
	uint64_t interrupted_abi, interrupted_regs;
	uint64_t phys_addr, cgroup, data_page_size, code_page_size, aux_size;
	uint32_t raw_size;
	uint32_t left; /* bytes after all of that: the kernel rounds up to 8 */
};

/** struct stlb_perfdata_info - what is known of the file; grows while it is read */
struct stlb_perfdata_info {
	const char *form;	    /* "file", "pipe", "directory" */
	const char *release, *arch; /* as uname says; NULL where the file does not */
	const char *build_id;	    /* of the kernel, hexadecimal */
	uint64_t kernel_text;	    /* address of its first symbol at that boot; 0: not known */
	uint32_t cpus;		    /* 0: not known */
	bool compressed;
	bool big_endian;  /* the file; raw bytes are so */
	uint64_t samples; /* passed so far, wanted or not */
	uint64_t first_ns, last_ns;
	uint64_t unordered; /* records that came later than their place */
	uint64_t bytes_done, bytes_total;
	bool truncated;	 /* breaks off, or is damaged from some byte on: the rest is not read */
	const char *cut; /* one line on that */
};

/**
 * stlb_perfdata_open_fd - open a file
 * @fd: a regular file; stays the caller's, and open, until stlb_perfdata_close()
 * @name: for messages; copied. Of a directory: its path, and @fd is of the file "data" in it
 * @perf: where the reader goes
 * @err: may be NULL
 *
 * Returns 0; -EINVAL for what is no perf.data, or one that is cut before the event descriptions;
 * -ENOMEM, -EIO and the like.
 */
STLB_API int stlb_perfdata_open_fd(int fd, const char *name, struct stlb_perfdata **perf,
				   struct stlb_error *err);

/** stlb_perfdata_open_memory - the same, of bytes that stay the caller's until it is closed */
STLB_API int stlb_perfdata_open_memory(const void *data, size_t size, const char *name,
				       struct stlb_perfdata **perf, struct stlb_error *err);

/** stlb_perfdata_info - what is known so far; never NULL, owned by the reader as its strings are */
STLB_API const struct stlb_perfdata_info *stlb_perfdata_info(const struct stlb_perfdata *perf);

/** stlb_perfdata_event - the events that were recorded; NULL for an index out of range */
STLB_API const struct stlb_perfdata_event *stlb_perfdata_event(const struct stlb_perfdata *perf,
							       uint32_t index);

/**
 * stlb_perfdata_want - whether samples of an event are to be given out; before the first record
 *
 * By default all are. Samples that are not wanted are counted, and never put in order.
 */
STLB_API void stlb_perfdata_want(struct stlb_perfdata *perf, uint32_t index, bool wanted);

/**
 * stlb_perfdata_tracing - the formats of the tracepoints, as trace.dat version 0.5 has them
 * @size: where the number of bytes goes
 *
 * Returns bytes that the reader owns, NULL where there are none.
 */
STLB_API const void *stlb_perfdata_tracing(const struct stlb_perfdata *perf, size_t *size);

/**
 * stlb_perfdata_next - the next record in time order
 *
 * Records of equal time: each CPU's order is kept, then the CPU number decides. LOST_SAMPLES comes
 * where perf wrote it. Returns 1 with a record, 0 at the end, a negative errno.
 */
STLB_API int stlb_perfdata_next(struct stlb_perfdata *perf, struct stlb_perfdata_record *record,
				struct stlb_error *err);

/** stlb_perfdata_sample - read all of a sample; false where it is shorter than it says */
STLB_API bool stlb_perfdata_sample(const struct stlb_perfdata *perf,
				   const struct stlb_perfdata_record *record,
				   struct stlb_perfdata_sample *sample);

/** stlb_perfdata_comm_changes - a number that changes when a task got another name */
STLB_API uint64_t stlb_perfdata_comm_changes(const struct stlb_perfdata *perf);

/** stlb_perfdata_comm - the name of a task at the time of the last record; NULL: not known */
STLB_API const char *stlb_perfdata_comm(const struct stlb_perfdata *perf, int32_t tid);

/**
 * stlb_perfdata_symbol - the function that the kernel added at run time at an address (BPF, ftrace)
 * @offset: where the bytes into it go
 *
 * Returns a string that the reader owns, NULL for none.
 */
STLB_API const char *stlb_perfdata_symbol(const struct stlb_perfdata *perf, uint64_t address,
					  uint64_t *offset);

/** stlb_perfdata_close - free the reader and all that it handed out; NULL is fine */
STLB_API void stlb_perfdata_close(struct stlb_perfdata *perf);

#ifdef __cplusplus
}
#endif

#endif
