/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A small trace.dat that the tests of its reader begin with, in each form that there is. */
#ifndef UNIT_SAMPLE_DAT_H
#define UNIT_SAMPLE_DAT_H

#include "seen_records.h"

/* Values tell the records apart; CPU 0 has 1, 2, ... and CPU 1 has 101, 102, ... */
static inline struct made_trace sample(unsigned int version, const char *codec)
{
	struct made_trace trace = {.version = version, .codec = codec, .nr_instances = 1};
	struct made_page *page = made_page(&trace.cpus[0][0], 1000);

	made_event(page, 1000, MADE_ID, 7, 0, 1);
	made_event(page, 1500, MADE_OTHER, 8, 0x08, 2);
	page = made_page(&trace.cpus[0][0], 3000);
	made_event(page, 3000, MADE_ID, 9, 0x18, 3);
	page = made_page(&trace.cpus[0][1], 900);
	made_event(page, 1500, MADE_ID, 0, 0x10, 101);
	made_event(page, 1500, MADE_ID, 8, 0x40, 102);
	made_event(page, 4000, MADE_ID, 8, 0, 103);
	return trace;
}

static inline void add_option(struct made_trace *trace, uint16_t id, const char *text)
{
	trace->options[trace->nr_options++] =
		(struct made_option){.id = id, .data = text, .size = (uint32_t)strlen(text) + 1};
}

static inline void check_values(const struct seen *seen, const uint64_t *values, unsigned int nr)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < seen->nr; i++)
		if (!seen->records[i].loss) {
			cr_assert(lt(uint, found, nr));
			cr_expect(eq(u64, seen->records[i].value, values[found]));
			found++;
		}
	cr_assert(eq(uint, found, nr));
}

static const struct seen_kind {
	unsigned int version;
	const char *codec, *format;
} kinds[] = {
	{6, "none", "trace.dat v6"},
	{7, "none", "trace.dat v7"},
	{7, "zlib", "trace.dat v7, zlib"},
	{7, "zstd", "trace.dat v7, zstd"},
};

enum { NR_KINDS = sizeof(kinds) / sizeof(kinds[0]) };

#endif
