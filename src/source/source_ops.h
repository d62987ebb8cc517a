/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the sources share: one struct of functions per file format behind struct stlb_source. */
#ifndef SOURCE_SOURCE_OPS_H
#define SOURCE_SOURCE_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

#endif
