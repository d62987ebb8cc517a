/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All records of a made trace.dat, kept to be looked at. */
#ifndef UNIT_SEEN_RECORDS_H
#define UNIT_SEEN_RECORDS_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "made_dat.h"
#include "staletlb/source.h"

enum { MAX_SEEN = 64 };

/** struct seen - all that a source gave */
struct seen {
	struct {
		uint64_t ns, value, lost;
		int32_t cpu, tid;
		uint8_t context, loss;
		const char *comm;
		char gap[160];
	} records[MAX_SEEN];
	unsigned int nr;
	struct stlb_source_info info;
	struct stlb_source *source; /* to be closed */
	struct stlb_error err;
	int ret;
};

static inline void see_record(struct seen *seen, const struct stlb_record *record)
{
	if (seen->nr >= MAX_SEEN)
		return;
	seen->records[seen->nr].ns = record->ns;
	seen->records[seen->nr].lost = record->lost;
	seen->records[seen->nr].cpu = record->cpu;
	seen->records[seen->nr].tid = record->tid;
	seen->records[seen->nr].context = record->context;
	seen->records[seen->nr].loss = record->loss;
	seen->records[seen->nr].comm = record->comm;
	if (record->gap)
		snprintf(seen->records[seen->nr].gap, sizeof(seen->records[0].gap), "%s",
			 record->gap);
	if (!record->loss)
		memcpy(&seen->records[seen->nr].value, (const char *)record->data + 8, 8);
	seen->nr++;
}

static inline struct seen see_path(const char *path, const struct stlb_source_options *options)
{
	struct stlb_record record;
	struct seen seen = {0};
	uint64_t last = 0;

	seen.ret = stlb_source_open(path, options, &seen.source, &seen.err);
	if (seen.ret)
		return seen;
	while ((seen.ret = stlb_source_next(seen.source, &record, &seen.err)) > 0) {
		cr_assert(ge(u64, record.ns, last));
		last = record.ns;
		see_record(&seen, &record);
	}
	seen.info = *stlb_source_info(seen.source);
	return seen;
}

static inline struct seen see_file(const struct made_file *file, size_t size,
				   const struct stlb_source_options *options)
{
	struct seen seen;
	char path[32];

	made_write(file, size, path);
	seen = see_path(path, options);
	unlink(path);
	return seen;
}

static inline struct seen see(const struct made_trace *trace)
{
	struct made_file file = made_dat(trace);
	struct seen seen = see_file(&file, file.size, NULL);

	free(file.bytes);
	return seen;
}

#endif
