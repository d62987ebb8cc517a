/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of an open perf.data, and the parts that read it. */
#ifndef SOURCE_PERFDATA_PERF_STATE_H
#define SOURCE_PERFDATA_PERF_STATE_H

#include "source/names.h"
#include "source/perfdata/bytes.h"
#include "source/perfdata/perf_layout.h"
#include "source/perfdata/perf_order.h"
#include "util/map.h"

enum { STLB_PERF_MAX_CHAIN = 256, STLB_PERF_MAX_EVENTS = 1 << 16, STLB_PERF_SMALL_IDS = 1024 };

/** enum stlb_perf_feature - the sections after the data that are read, of up to 256 */
enum stlb_perf_feature {
	PERF_FEATURE_TRACING_DATA = 1,
	PERF_FEATURE_BUILD_ID = 2,
	PERF_FEATURE_OSRELEASE = 4,
	PERF_FEATURE_ARCH = 6,
	PERF_FEATURE_NRCPUS = 7,
	PERF_FEATURE_EVENT_DESC = 12,
	PERF_FEATURE_DIR_FORMAT = 24,
	PERF_FEATURE_COMPRESSED = 27,
	PERF_NR_FEATURES = 256,
};

/** enum stlb_perf_type - the records that are read; all others are skipped by their size */
enum stlb_perf_type {
	PERF_TYPE_MMAP = 1,
	PERF_TYPE_LOST = 2,
	PERF_TYPE_COMM = 3,
	PERF_TYPE_THROTTLE = 5,
	PERF_TYPE_FORK = 7,
	PERF_TYPE_READ = 8,
	PERF_TYPE_SAMPLE = 9,
	PERF_TYPE_LOST_SAMPLES = 13,
	PERF_TYPE_KSYMBOL = 17,
	PERF_TYPE_HEADER_ATTR = 64,
	PERF_TYPE_TRACING_DATA = 66,
	PERF_TYPE_BUILD_ID = 67,
	PERF_TYPE_FINISHED_ROUND = 68,
	PERF_TYPE_AUXTRACE = 71,
	PERF_TYPE_EVENT_UPDATE = 78,
	PERF_TYPE_FEATURE = 80,
	PERF_TYPE_COMPRESSED = 81,
	PERF_TYPE_COMPRESSED2 = 83,
};

/** struct stlb_perf_stream - records one after the other: the data of one file */
struct stlb_perf_stream {
	uint64_t at, end; /* addresses */
};

/** struct stlb_perf_raw - one record, its header looked at */
struct stlb_perf_raw {
	uint64_t at;
	const uint8_t *data; /* the header too */
	uint32_t type;
	uint16_t misc, size;
};

/** struct stlb_perf_function - code that the kernel added at run time */
struct stlb_perf_function {
	uint64_t address, size;
	const char *name; /* NULL: gone again */
};

enum { STLB_PERF_ROUNDS = 4 }; /* that a record may be late: perf is held up on a busy machine */

struct stlb_perfdata {
	char *name;
	struct stlb_perfdata_info info;
	struct stlb_names *names;
	struct stlb_perf_bytes bytes;
	bool swap, pipe, directory;
	char cut[200], note[200]; /* what was damaged first, and last */

	struct stlb_perf_layout **layouts; /* they stay where they are */
	uint32_t nr_layouts, max_layouts;
	struct stlb_map by_id;					   /* -> layout */
	struct stlb_perf_layout *by_small_id[STLB_PERF_SMALL_IDS]; /* the same: most are small */
	uint32_t nr_ids;
	uint8_t *tracing;
	size_t tracing_size;

	struct stlb_perf_stream *streams;
	uint32_t nr_streams, max_streams, stream; /* the one that is read */

	struct stlb_perf_unpack *unpack; /* of that stream; NULL: nothing was compressed yet */
	uint64_t unpacked;		 /* address of what is not looked at of the spool */
	uint64_t unpack_max;		 /* bytes that one record may become */
	uint64_t packed;		 /* bytes that were decompressed, of all streams */

	struct stlb_perf_order order;
	uint64_t round_newest[STLB_PERF_ROUNDS]; /* as the last rounds ended, a ring */
	uint32_t rounds;			 /* ever, modulo its size */
	bool started;				 /* it is open: the events that it has are known */
	bool ended;				 /* all streams were read */
	bool damaged;		     /* the last sample could not be read: the next is as good */
	uint64_t last_ns;	     /* of what was given out */
	struct stlb_perf_entry late; /* reported as unordered, to be given out now; key 0: none */

	uint64_t comm_changes;
	struct stlb_perf_function *functions;
	uint32_t nr_functions, max_functions;
	uint64_t chain[STLB_PERF_MAX_CHAIN];
};

/** stlb_perf_cut - note that the file breaks off or is damaged; the first note stays */
void stlb_perf_cut(struct stlb_perfdata *perf, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** stlb_perf_damaged - the same, of the record at an address */
void stlb_perf_damaged(struct stlb_perfdata *perf, uint64_t at, const char *what);

/** stlb_perf_text - a string of a file, up to its NUL or the end, kept; NULL without memory */
const char *stlb_perf_text(struct stlb_perfdata *perf, const uint8_t *data, uint64_t size);

/* ---- header.c ---- */

/** stlb_perf_head - read where things are in the first file, and the events of the file form */
int stlb_perf_head(struct stlb_perfdata *perf, struct stlb_error *err);

/** stlb_perf_add_stream - records from @at up to @end, clipped to what there is; 0 or -ENOMEM */
int stlb_perf_add_stream(struct stlb_perfdata *perf, uint64_t at, uint64_t end);

/* ---- perf_events.c ---- */

/** stlb_perf_add_event - an event by its attributes; -EINVAL for too few bytes, -ENOMEM, -E2BIG */
int stlb_perf_add_event(struct stlb_perfdata *perf, const uint8_t *attr, uint64_t size,
			struct stlb_perf_layout **added);

/** stlb_perf_add_id - one of the numbers that samples of an event have; 0, -ENOMEM, -E2BIG */
int stlb_perf_add_id(struct stlb_perfdata *perf, uint64_t id, struct stlb_perf_layout *layout);

/** stlb_perf_check_events - whether samples can be distinguished and be put in order; 0 or -EINVAL
 */
int stlb_perf_check_events(const struct stlb_perfdata *perf, struct stlb_error *err);

/** stlb_perf_event_of_id - NULL: no event has it */
static inline struct stlb_perf_layout *stlb_perf_event_of_id(const struct stlb_perfdata *perf,
							     uint64_t id)
{
	return id < STLB_PERF_SMALL_IDS ? perf->by_small_id[id] : stlb_map_get(&perf->by_id, id);
}

/**
 * stlb_perf_layout_of - the event of a sample
 * @size: bytes of @body, that is of the sample without its header
 *
 * NULL: of none that is known, or with less than the parts that always have one size.
 */
static inline struct stlb_perf_layout *stlb_perf_layout_of(const struct stlb_perfdata *perf,
							   const uint8_t *body, uint32_t size)
{
	struct stlb_perf_layout *layout = perf->nr_layouts ? perf->layouts[0] : NULL;

	if (perf->nr_layouts > 1)
		layout = size >= (uint32_t)layout->id + 8
				 ? stlb_perf_event_of_id(
					   perf, stlb_perf_u64(body + layout->id, perf->swap))
				 : NULL;
	return layout && size >= layout->fixed ? layout : NULL;
}

/* ---- features.c ---- */

/** stlb_perf_feature - take in a section; those that are too short say nothing. 0 or -ENOMEM */
int stlb_perf_feature(struct stlb_perfdata *perf, unsigned int feature, const uint8_t *data,
		      uint64_t size);

/** stlb_perf_build_id - one record of the section of build ids */
void stlb_perf_build_id(struct stlb_perfdata *perf, const uint8_t *record, uint64_t size);

/* ---- scan.c ---- */

/**
 * stlb_perf_scan - read on and put into perf->order
 * @to_sample: stop before the first sample
 *
 * Returns 1 where a round has ended, 0 at the end of all, a negative errno.
 */
int stlb_perf_scan(struct stlb_perfdata *perf, bool to_sample, struct stlb_error *err);

/* ---- unpack.c: all that is decompressed goes to the spool ---- */

/**
 * stlb_perf_unpack - decompress a record's data
 *
 * Returns 0; -EBADMSG where they are damaged, -E2BIG where they become far more than records ever
 * do, -ENOMEM and the like.
 */
int stlb_perf_unpack(struct stlb_perfdata *perf, const uint8_t *data, size_t size);

/** stlb_perf_unpack_end - the stream is over, the next one begins anew */
void stlb_perf_unpack_end(struct stlb_perfdata *perf);

/* ---- sideband.c: records that are no samples ---- */

/** stlb_perf_queued - whether a record is one that has a place in the order of time */
bool stlb_perf_queued(uint32_t type);

/** stlb_perf_sideband - what such a record tells; 1: @record is to be given out, 0: it is not */
int stlb_perf_sideband(struct stlb_perfdata *perf, const struct stlb_perf_raw *raw,
		       struct stlb_perfdata_record *record);

/** stlb_perf_mmap - learn where the kernel's text was */
void stlb_perf_mmap(struct stlb_perfdata *perf, const struct stlb_perf_raw *raw);

/** stlb_perf_end - the id that a record ends with: time, CPU, tasks and event of @record */
void stlb_perf_end(const struct stlb_perfdata *perf, const struct stlb_perf_raw *raw,
		   struct stlb_perfdata_record *record, const struct stlb_perf_layout **layout);

#endif
