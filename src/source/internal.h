/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the sources share: one struct of functions per file format behind struct stlb_source, and
 * the bytes of a file whatever it is compressed with.
 */
#ifndef SOURCE_INTERNAL_H
#define SOURCE_INTERNAL_H

#include <stddef.h>
#include <sys/types.h>

#include "staletlb/source.h"

struct stlb_input;

/* From here on up to 2^56 further: no function of a kernel lies there. Addresses of functions that
 * a trace only names. */
#define STLB_STAND_IN (UINT64_C(0x80) << 56)

/** stlb_is_stand_in - whether an address only stands for a name */
static inline bool stlb_is_stand_in(uint64_t address)
{
	return address >> 56 == STLB_STAND_IN >> 56;
}

/**
 * struct stlb_source_ops - what a file format does
 * @name: for messages
 * @probe: whether the first bytes (up to 4096) are of this format
 * @open: takes over @input, also when it fails; fills source->info
 */
struct stlb_source_ops {
	const char *name;
	bool (*probe)(const void *head, size_t size);
	int (*open)(struct stlb_source *source, struct stlb_input *input, struct stlb_error *err);
	int (*next)(struct stlb_source *source, struct stlb_record *record, struct stlb_error *err);
	const char *(*symbol)(struct stlb_source *source, uint64_t address, uint64_t *offset);
	void (*close)(struct stlb_source *source);
};

/** struct stlb_source - the part of a source that all formats have */
struct stlb_source {
	const struct stlb_source_ops *ops;
	void *private; /* the format's own state */
	struct stlb_source_info info;
	struct stlb_source_options options;
	struct stlb_formats *formats;
	struct stlb_names *names; /* interned strings and tid -> comm */
};

extern const struct stlb_source_ops stlb_tracedat_ops;
extern const struct stlb_source_ops stlb_perf_ops;
extern const struct stlb_source_ops stlb_text_ops;

/** stlb_source_new - a source without a format yet; NULL without memory */
struct stlb_source *stlb_source_new(const char *path, const struct stlb_source_options *options);

/* ---- input.c: bytes of a file, decompressed where its content says gzip or zstd ---- */

/** stlb_input_open - open a file or "-"; returns 0 or a negative errno */
int stlb_input_open(const char *path, struct stlb_input **input, struct stlb_error *err);

/**
 * stlb_input_peek - look at the next bytes without consuming them
 * @want: at most 64 KiB
 *
 * Returns how many bytes are at *@data: fewer than @want only at the end; a negative errno.
 */
ssize_t stlb_input_peek(struct stlb_input *input, const void **data, size_t want,
			struct stlb_error *err);

/** stlb_input_read - consume up to @size bytes; 0 at the end, a negative errno on failure */
ssize_t stlb_input_read(struct stlb_input *input, void *data, size_t size, struct stlb_error *err);

/** stlb_input_cut - whether the compressed stream broke off before its end */
bool stlb_input_cut(const struct stlb_input *input);

/**
 * stlb_input_fd - a descriptor of the whole decompressed content that can be mapped and seeked
 *
 * A plain file's own; pipes and compressed files are copied to an unnamed temporary file first.
 * Owned by the input. A negative errno on failure.
 */
int stlb_input_fd(struct stlb_input *input, struct stlb_error *err);

/** stlb_input_compression - "gzip", "zstd", or NULL for a plain file */
const char *stlb_input_compression(const struct stlb_input *input);

/** stlb_input_progress - bytes of the file consumed so far, and in all (0: not known) */
void stlb_input_progress(const struct stlb_input *input, uint64_t *done, uint64_t *total);

/** stlb_input_close - NULL is fine */
void stlb_input_close(struct stlb_input *input);

/* ---- formats.c: the formats of a source ---- */

/** stlb_formats_add - copy a format in, give it an index, ask wanted(); NULL without memory */
struct stlb_format *stlb_formats_add(struct stlb_source *source, const char *system,
				     const char *name, const struct stlb_field *fields,
				     uint32_t nr_fields);

/* ---- names.c: strings that live as long as the source ---- */

/** stlb_names_intern - the one copy of a string; bounded: NULL without memory or past 1 Mi strings
 */
const char *stlb_names_intern(struct stlb_names *names, const char *text, size_t length);

/** stlb_names_set_comm, stlb_names_comm - the name of a task, the latest one known */
int stlb_names_set_comm(struct stlb_names *names, int32_t tid, const char *comm);
const char *stlb_names_comm(const struct stlb_names *names, int32_t tid);

#endif
