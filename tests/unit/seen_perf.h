/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that the reader of perf.data gives of a file that is made here, kept to be looked at. */
#ifndef UNIT_SEEN_PERF_H
#define UNIT_SEEN_PERF_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/mman.h>

#include "made_perf.h"
#include "staletlb/perfdata.h"

enum { MAX_SEEN = 64 };

struct seen {
	struct {
		enum stlb_perfdata_kind kind;
		uint64_t ns, value, lost;
		int32_t cpu, tid;
		char comm[16];
		struct stlb_perfdata_sample sample;
	} records[MAX_SEEN];
	unsigned int nr;
	struct stlb_perfdata_info info;
	struct stlb_error err;
	int ret;
};

static struct made_perf made;

static inline uint64_t number(const uint8_t *at, unsigned int size)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < size; i++)
		value |= (uint64_t)at[made.swap ? size - 1 - i : i] << 8 * i;
	return value;
}

static inline void take(struct stlb_perfdata *perf, const struct stlb_perfdata_record *record,
			struct seen *seen)
{
	const char *comm = stlb_perfdata_comm(perf, record->tid);
	unsigned int at = seen->nr < MAX_SEEN ? seen->nr++ : MAX_SEEN - 1;

	seen->records[at].kind = record->kind;
	seen->records[at].ns = record->ns;
	seen->records[at].lost = record->lost;
	seen->records[at].cpu = record->cpu;
	seen->records[at].tid = record->tid;
	snprintf(seen->records[at].comm, sizeof(seen->records[at].comm), "%s", comm ? comm : "-");
	if (record->kind != STLB_PERFDATA_SAMPLE)
		return;
	if (record->raw_size >= 16)
		seen->records[at].value = number(record->raw + 8, 8);
	stlb_perfdata_sample(perf, record, &seen->records[at].sample);
}

static inline void read_all(struct stlb_perfdata *perf, struct seen *seen)
{
	struct stlb_perfdata_record record;

	while ((seen->ret = stlb_perfdata_next(perf, &record, &seen->err)) > 0)
		take(perf, &record, seen);
	seen->info = *stlb_perfdata_info(perf);
	seen->info.cut = seen->info.cut ? "cut" : NULL;
	stlb_perfdata_close(perf);
}

/* By way of memory or of a file, which must make no difference. */
static inline void see(size_t size, bool by_file, struct seen *seen)
{
	struct stlb_perfdata *perf;
	int fd = -1;

	memset(seen, 0, sizeof(*seen));
	if (by_file) {
		fd = memfd_create("perf.data", MFD_CLOEXEC);
		cr_assert(eq(i64, write(fd, made.bytes, size), (ssize_t)size));
		seen->ret = stlb_perfdata_open_fd(fd, "made", &perf, &seen->err);
	} else {
		seen->ret = stlb_perfdata_open_memory(made.bytes, size, "made", &perf, &seen->err);
	}
	if (!seen->ret)
		read_all(perf, seen);
	else
		cr_expect(seen->err.text[0] && !perf);
	if (by_file)
		close(fd);
}

static inline struct seen *see_made(void)
{
	static struct seen seen, other;

	see(made.size, false, &seen);
	see(made.size, true, &other);
	cr_expect(eq(uint, seen.nr, other.nr));
	for (unsigned int i = 0; i < seen.nr && i < other.nr; i++)
		cr_expect(memcmp(&seen.records[i], &other.records[i], sizeof(seen.records[i])) ==
			  0);
	return &seen;
}

static inline void reset(void)
{
	memset(&made, 0, offsetof(struct made_perf, bytes));
}

#endif
