/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of an open trace.dat, and the parts that build it when it is opened. */
#ifndef SOURCE_TRACEDAT_TRACEDAT_H
#define SOURCE_TRACEDAT_TRACEDAT_H

#include <traceevent/event-parse.h>

#include "source/event_format.h"
#include "source/event_unknown.h"
#include "source/merge.h"
#include "source/source_ops.h"
#include "source/symbols.h"
#include "source/tracedat/dat_cpu.h"
#include "source/tracedat/dat_reader.h"

enum { STLB_DAT_MAX_AREAS = 16384, STLB_DAT_MAX_IDS = STLB_EVENT_FORMAT_IDS };

/* What files begin with, and the three things that a version 6 file has after its metadata. */
#define STLB_DAT_MAGIC	 "\x17\x08\x44tracing"
#define STLB_DAT_OPTIONS "options  "
#define STLB_DAT_LATENCY "latency  "
#define STLB_DAT_PER_CPU "flyrecord"

/** enum stlb_dat_option - options of both versions, and the ids of the sections of version 7 */
enum stlb_dat_option {
	DAT_OPTION_DONE = 0,
	DAT_OPTION_DATE = 1,
	DAT_OPTION_CPUSTAT = 2,
	DAT_OPTION_BUFFER = 3,
	DAT_OPTION_TRACECLOCK = 4,
	DAT_OPTION_UNAME = 5,
	DAT_OPTION_OFFSET = 7,
	DAT_OPTION_CPUCOUNT = 8,
	DAT_OPTION_TSC2NSEC = 14,
	DAT_OPTION_HEADER_INFO = 16,
	DAT_OPTION_FTRACE_EVENTS = 17,
	DAT_OPTION_EVENT_FORMATS = 18,
	DAT_OPTION_KALLSYMS = 19,
	DAT_OPTION_PRINTK = 20,
	DAT_OPTION_CMDLINES = 21,
	DAT_OPTION_BUFFER_TEXT = 22,
	DAT_NR_OPTIONS,
};

/** struct stlb_dat_instance - one buffer instance; the top one has the name "" */
struct stlb_dat_instance {
	const char *name, *clock; /* clock NULL: not said */
	uint64_t offset;	  /* version 6: of its CPU table; 7: of its section */
	uint64_t from, to;	  /* where the pages lie; from 0: not known, or not by instance */
};

/** struct stlb_dat_stats - what a CPU's statistics say was lost */
struct stlb_dat_stats {
	const char *instance; /* interned */
	uint32_t cpu;
	uint64_t overrun, commit_overrun, dropped;
	uint64_t recorded; /* events that were not lost */
	uint64_t now;	   /* time stamp when it was said */
	bool missing;	   /* and none of them is in the file */
};

struct stlb_dat {
	struct stlb_source *source;
	struct stlb_input *input;
	uint64_t size; /* of the file */
	unsigned int version;
	uint32_t page_size;
	struct tep_handle *tep;
	const char *compression; /* "none" or the name of the codec */
	struct stlb_dat_stream stream;

	uint64_t sections[DAT_NR_OPTIONS]; /* offsets of sections (7) or of the data (6); 0: none */
	const char *stats_of;
	struct stlb_dat_instance *instances;
	uint32_t nr_instances;
	struct stlb_dat_area *areas;
	uint32_t nr_areas;
	struct stlb_dat_stats *stats;
	uint32_t nr_stats;

	const struct stlb_format **by_id; /* STLB_DAT_MAX_IDS of them */
	struct stlb_unknown unreadable;
	char gap[200];		   /* of the loss just reported */
	const char *missing;	   /* of the loss to be reported before all records */
	struct stlb_dat_cpu *cpus; /* one for each area */
	struct stlb_merge merge;
	struct stlb_dat_cpu *taken; /* whose record was handed out and must be moved on */
	uint64_t start_ns;	    /* of the first record of all */
	uint32_t next_stats;	    /* losses of the statistics still to be reported at the end */

	struct stlb_symbols *symbols;
	bool symbols_read;
};

/* ---- v6.c, v7.c: where things are; info.cut says what is missing ---- */

int stlb_dat_read_v6(struct stlb_dat *dat, uint64_t at, struct stlb_error *err);
int stlb_dat_read_v7(struct stlb_dat *dat, uint64_t at, struct stlb_error *err);

/** stlb_dat_open_section - a reader for a section of version 7; 0, -EINVAL, -ENOMEM, -EIO */
int stlb_dat_open_section(struct stlb_dat *dat, uint64_t offset, unsigned int id,
			  struct stlb_dat_reader *reader);

/** stlb_dat_add_area - the pages of a CPU; clipped to the file. -ENOMEM, -E2BIG */
int stlb_dat_add_area(struct stlb_dat *dat, const struct stlb_dat_area *area);

/** stlb_dat_add_instance - a buffer instance; NULL without memory or with too many */
struct stlb_dat_instance *stlb_dat_add_instance(struct stlb_dat *dat, const char *name,
						const char *clock, uint64_t offset);

/** stlb_dat_cut - note that the file breaks off; the first note stays */
void stlb_dat_cut(struct stlb_dat *dat, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** stlb_dat_miss - the same, and a loss on CPUs that are not known, reported before all records */
void stlb_dat_miss(struct stlb_dat *dat, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- dat_options.c ---- */

/** stlb_dat_option - take in an option that both versions have; others are ignored */
int stlb_dat_option(struct stlb_dat *dat, unsigned int id, const void *data, size_t size);

/** stlb_dat_text - a string in an option, up to its NUL or the end; NULL without memory */
const char *stlb_dat_text(struct stlb_dat *dat, const char *data, size_t size);

/* ---- metadata.c: each returns 0, -EINVAL where the reader's bytes end too early ---- */

int stlb_dat_header_info(struct stlb_dat *dat, struct stlb_dat_reader *reader);
int stlb_dat_ftrace_formats(struct stlb_dat *dat, struct stlb_dat_reader *reader);
int stlb_dat_event_formats(struct stlb_dat *dat, struct stlb_dat_reader *reader);
int stlb_dat_cmdlines(struct stlb_dat *dat, struct stlb_dat_reader *reader);

/* ---- dat_loss.c ---- */

/** stlb_dat_stats_parse - the text of a CPUSTAT option */
int stlb_dat_stats_parse(struct stlb_dat *dat, const char *text);

/** stlb_dat_stats_place - tell each CPU's statistics as losses, less what its pages tell */
int stlb_dat_stats_place(struct stlb_dat *dat);

/** stlb_dat_stats_next - the next loss at an unknown place, after all records; false: no more */
bool stlb_dat_stats_next(struct stlb_dat *dat, struct stlb_record *record);

/* ---- cover.c ---- */

/** stlb_dat_cover - find CPUs that share bytes, and bytes of no CPU; 0 or -ENOMEM */
int stlb_dat_cover(struct stlb_dat *dat);

/* ---- dat_symbols.c ---- */

const char *stlb_dat_symbol(struct stlb_source *source, uint64_t address, uint64_t *offset);

#endif
