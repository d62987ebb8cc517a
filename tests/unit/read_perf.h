/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All records of a perf.data that is made here, as the source gives them. */
#ifndef UNIT_READ_PERF_H
#define UNIT_READ_PERF_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "made_perf.h"
#include "staletlb/source.h"

enum { MAX_SEEN = 64 };

struct seen {
	struct {
		uint64_t ns, value, lost, nr_callers;
		int32_t cpu, tid;
		uint8_t context, loss;
		char name[16], comm[16], gap[120];
	} records[MAX_SEEN];
	unsigned int nr;
	struct stlb_source_info info;
	char format[64], clock[32];
	struct stlb_source *source; /* to be closed */
	struct stlb_error err;
	int ret;
};

static struct made_perf made;
static struct seen seen;

static inline uint64_t value_of(const struct stlb_record *record, const char *name)
{
	for (uint32_t i = 0; i < record->format->nr_fields; i++) {
		const struct stlb_field *field = &record->format->fields[i];
		uint64_t value = 0;

		if (strcmp(field->name, name) != 0)
			continue;
		cr_assert(le(u32, field->offset + field->size, record->size));
		memcpy(&value, (const char *)record->data + field->offset, field->size);
		return value;
	}
	return 0;
}

static inline void take(const struct stlb_record *record)
{
	unsigned int at = seen.nr < MAX_SEEN ? seen.nr++ : MAX_SEEN - 1;

	seen.records[at].ns = record->ns;
	seen.records[at].lost = record->lost;
	seen.records[at].cpu = record->cpu;
	seen.records[at].tid = record->tid;
	seen.records[at].context = record->context;
	seen.records[at].loss = record->loss;
	snprintf(seen.records[at].comm, sizeof(seen.records[at].comm), "%s",
		 record->comm ? record->comm : "-");
	snprintf(seen.records[at].gap, sizeof(seen.records[at].gap), "%s",
		 record->gap ? record->gap : "");
	if (record->loss)
		return;
	snprintf(seen.records[at].name, sizeof(seen.records[at].name), "%s", record->format->name);
	seen.records[at].value = value_of(record, "value");
	seen.records[at].nr_callers = value_of(record, "size");
}

static inline int open_made(const struct stlb_source_options *options)
{
	char path[] = "/tmp/made-perf-XXXXXX";
	int fd = mkstemp(path);

	memset(&seen, 0, sizeof(seen));
	cr_assert(ge(int, fd, 0));
	cr_assert(eq(i64, write(fd, made.bytes, made.size), (ssize_t)made.size));
	close(fd);
	seen.ret = stlb_source_open(path, options, &seen.source, &seen.err);
	unlink(path);
	return seen.ret;
}

static inline void read_made(const struct stlb_source_options *options)
{
	struct stlb_record record;
	uint64_t last = 0;

	cr_assert(eq(int, open_made(options), 0), "%s", seen.err.text);
	while ((seen.ret = stlb_source_next(seen.source, &record, &seen.err)) > 0) {
		cr_expect(ge(u64, record.ns, last));
		last = record.ns;
		take(&record);
	}
	seen.info = *stlb_source_info(seen.source);
	snprintf(seen.format, sizeof(seen.format), "%s", seen.info.format);
	snprintf(seen.clock, sizeof(seen.clock), "%s", seen.info.clock ? seen.info.clock : "-");
}

static inline void reset(void)
{
	memset(&made, 0, offsetof(struct made_perf, bytes));
}

static inline unsigned int count_loss(enum stlb_loss loss)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < seen.nr; i++)
		nr += seen.records[i].loss == loss;
	return nr;
}

static inline void drop(void)
{
	stlb_source_close(seen.source);
	seen.source = NULL;
}

#endif
