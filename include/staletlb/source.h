/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sources: a recorded trace as records in time order. Whatever the file is, a source gives the
 * same thing: records with a format that names their fields, and where events were lost.
 */
#ifndef STALETLB_SOURCE_H
#define STALETLB_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "staletlb/api.h"
#include "staletlb/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stlb_source;
struct stlb_symbols;

/** enum stlb_field_type - how the bytes of a field are to be read */
enum stlb_field_type {
	STLB_FIELD_UNSIGNED, /* 1, 2, 4 or 8 bytes, in the byte order of this machine */
	STLB_FIELD_SIGNED,   /* the same, sign-extended */
	STLB_FIELD_STRING,   /* characters in place, up to size or the first NUL */
	STLB_FIELD_DATA_LOC, /* 4 bytes: offset in the record (low 16 bits), length (high 16) */
	STLB_FIELD_OTHER,    /* arrays and structures: not read */
};

/** struct stlb_field - one field of a format */
struct stlb_field {
	const char *name;
	uint32_t offset; /* in the record's data */
	uint32_t size;	 /* bytes */
	enum stlb_field_type type;
};

/**
 * struct stlb_format - what the records of one trace event hold
 *
 * Lives as long as its source. A text source makes one for each event name and list of keys that
 * it meets, with the values as 8-byte numbers or strings.
 */
struct stlb_format {
	const char *system; /* "" where the source does not say it (text) */
	const char *name;   /* the trace event's name, "inv_start" */
	uint32_t index;	    /* dense, from 0, in the order in which the formats became known */
	uint32_t nr_fields;
	const struct stlb_field *fields;
	bool wanted; /* what the caller's wanted() said */
};

/** enum stlb_context_kind - who ran: the task, or an interrupt of its CPU */
enum stlb_context_kind {
	STLB_CONTEXT_TASK,
	STLB_CONTEXT_SOFTIRQ,
	STLB_CONTEXT_HARDIRQ,
	STLB_CONTEXT_NMI,
};

/** enum stlb_loss - where lost events lie, relative to the other records of their CPU */
enum stlb_loss {
	STLB_LOSS_NONE,	     /* this record is an event */
	STLB_LOSS_HERE,	     /* lost between the previous and the next record of this CPU */
	STLB_LOSS_BEFORE,    /* lost before the first record of this CPU (overwritten buffer) */
	STLB_LOSS_AFTER,     /* lost after the last record of this CPU (buffer was full) */
	STLB_LOSS_SOMEWHERE, /* lost at an unknown place of the trace */
};

/**
 * struct stlb_record - one event as recorded, or a place where events were lost
 *
 * Valid until the next call of stlb_source_next(); @comm and @format live as long as the source.
 */
struct stlb_record {
	uint64_t ns;	  /* time in ns; of a loss: of the next record of that CPU */
	int32_t cpu;	  /* -1: not known */
	int32_t tid;	  /* the task that ran, 0 for an idle task */
	uint8_t context;  /* enum stlb_context_kind */
	uint8_t loss;	  /* enum stlb_loss */
	const char *comm; /* the task's name, NULL where not known */
	const struct stlb_format *format; /* NULL for a loss */
	const void *data;		  /* what the format's offsets count from */
	uint32_t size;			  /* bytes at data */
	uint64_t lost;			  /* events lost here, 0: an unknown number */
	uint64_t line;			  /* of a text, from 1; not set by other sources */
	const char *gap; /* of a loss: what cannot be read here; NULL: the trace tells of it */
};

/** struct stlb_source_options - what to read, and how; zero it for the defaults */
struct stlb_source_options {
	/* Asked once for each format; records of formats it refuses are counted and skipped.
	 * NULL: all are wanted. */
	bool (*wanted)(void *arg, const struct stlb_format *format);
	/* Asked for names in lines of a text that cannot be read: whether an event of that name is
	 * needed, and so missed. NULL: none is. */
	bool (*known)(void *arg, const char *name, size_t size);
	void *arg;
	/* Asked for functions before the trace's own symbols are; lives longer than the source.
	 * NULL: there are no others. */
	const struct stlb_symbols *symbols;
};

/**
 * struct stlb_source_info - what is known of the trace; grows while it is read
 *
 * Strings live as long as the source; NULL where the trace does not say.
 */
struct stlb_source_info {
	const char *path;   /* as given; "-" for standard input */
	const char *format; /* "trace.dat v7", "ftrace text", with ", zstd" where compressed */
	const char *kernel; /* release, "6.1.0-56-amd64" */
	const char *arch;   /* as uname -m says: "x86_64", "aarch64" */
	const char *clock;  /* "global", "local", ... */
	const char *cut;    /* one line on what is missing, where truncated */
	uint32_t cpus;
	uint64_t events;		  /* event records passed so far, wanted or not */
	uint64_t lost_events;		  /* sum of what is known, so far */
	uint64_t first_ns, last_ns;	  /* of the events so far; 0 with no event */
	uint64_t bytes_done, bytes_total; /* for progress; total 0: not known */
	bool truncated;	   /* the file breaks off: judged as far as it could be read */
	bool cpus_assumed; /* CPU numbers were rebuilt (version 7 cut before its CPU table) */
	bool text;	   /* formats are known only once an event of theirs was met */
	bool irq_flags;	   /* records say task or interrupt; false: contexts are tasks */
	/* Functions were asked for, and all of the trace's are at address 0 (kptr_restrict). */
	bool symbols_hidden;
};

/**
 * stlb_source_open - open a trace; its format is found from its content
 * @path: file to read, "-" for standard input; the string is copied
 * @options: NULL for the defaults
 * @source: where the source goes; free it with stlb_source_close()
 * @err: may be NULL
 *
 * Returns 0, -ENOENT and the like for a file that cannot be opened, -EINVAL for a file of no known
 * format or cut before its event formats, -ENOMEM.
 */
STLB_API int stlb_source_open(const char *path, const struct stlb_source_options *options,
			      struct stlb_source **source, struct stlb_error *err);

/**
 * stlb_source_next - the next record in time order
 * @source: from stlb_source_open()
 * @record: filled in
 * @err: may be NULL
 *
 * Records of equal time: each CPU's order is kept, then the CPU number decides; text keeps the
 * order of its lines. A file cut short ends like a whole one, with info.truncated set. A damaged
 * page is a loss record and reading goes on.
 *
 * Returns 1 with a record, 0 at the end, a negative errno when reading failed.
 */
STLB_API int stlb_source_next(struct stlb_source *source, struct stlb_record *record,
			      struct stlb_error *err);

/** stlb_source_info - what is known of the trace so far; never NULL, owned by the source */
STLB_API const struct stlb_source_info *stlb_source_info(const struct stlb_source *source);

/**
 * stlb_source_nr_formats, stlb_source_format - the formats known so far
 *
 * A trace.dat knows all of its formats when it is opened. NULL for an index out of range.
 */
STLB_API uint32_t stlb_source_nr_formats(const struct stlb_source *source);
STLB_API const struct stlb_format *stlb_source_format(const struct stlb_source *source,
						      uint32_t index);

/**
 * stlb_source_comm - the name of a task
 *
 * Returns a string that lives as long as the source, NULL where the trace does not name the task.
 */
STLB_API const char *stlb_source_comm(const struct stlb_source *source, int32_t tid);

/** STLB_NO_OFFSET - the offset in a function of which a text tells only the name */
#define STLB_NO_OFFSET UINT64_MAX

/**
 * stlb_source_symbol - the kernel function at an address
 * @address: a kernel address of the traced machine
 * @offset: where the bytes into the function go, or STLB_NO_OFFSET; may be NULL
 *
 * The trace's symbol table is read on the first call. Returns "func" or "func [module]", a string
 * that lives as long as the source, NULL where the trace has no symbol for it.
 */
STLB_API const char *stlb_source_symbol(struct stlb_source *source, uint64_t address,
					uint64_t *offset);

/**
 * stlb_symbols_load - the functions of a kernel by address, from a copy of /proc/kallsyms
 * @path: plain or compressed; "-" for standard input
 * @symbols: where they go; free them with stlb_symbols_free()
 * @err: may be NULL
 *
 * Returns 0, also where all addresses are hidden; -EINVAL for a file that names no function;
 * -ENOENT and the like; -ENOMEM.
 */
STLB_API int stlb_symbols_load(const char *path, struct stlb_symbols **symbols,
			       struct stlb_error *err);

/** stlb_symbols_hidden - functions were listed, and all at address 0 (kptr_restrict) */
STLB_API bool stlb_symbols_hidden(const struct stlb_symbols *symbols);

/** stlb_symbols_free - NULL is fine */
STLB_API void stlb_symbols_free(struct stlb_symbols *symbols);

/** stlb_source_close - free a source and all that it handed out; NULL is fine */
STLB_API void stlb_source_close(struct stlb_source *source);

#ifdef __cplusplus
}
#endif

#endif
