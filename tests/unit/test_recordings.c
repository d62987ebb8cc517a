/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The built-in profile on real recordings: each of the probes is bound, no record is refused, and
 * the counts are those of an independent reader.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "staletlb/decode.h"

struct counts {
	uint64_t kinds[STLB_NR_KINDS];
	uint64_t refused, other_locks;
	char last_phase[64];
};

static const char *traces(void)
{
	const char *folder = getenv("STALETLB_TRACES");

	folder = folder ? folder : "../shared/traces";
	return access(folder, R_OK) == 0 ? folder : NULL;
}

static void check_formats(const struct stlb_source *source)
{
	for (uint32_t i = 0; i < stlb_source_nr_formats(source); i++) {
		const struct stlb_format *format = stlb_source_format(source, i);

		cr_expect(format->wanted || strcmp(format->system, "staletlb") != 0, "%s",
			  format->name);
	}
}

static void count(const struct stlb_event *event, struct counts *counts)
{
	counts->kinds[event->kind]++;
	if (event->kind == STLB_PHASE)
		snprintf(counts->last_phase, sizeof(counts->last_phase), "%s", event->text);
	if (event->text && event->kind == STLB_LOCK_RELEASE && !strstr(event->text, "ptlock") &&
	    !strstr(event->text, "page_table_lock"))
		counts->other_locks++;
}

static void read_trace(const char *name, struct counts *counts)
{
	struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
	struct stlb_source_options options = {.wanted = stlb_decoder_wants, .arg = decoder};
	struct stlb_source *source;
	struct stlb_record record;
	struct stlb_event event;
	struct stlb_error err = {""};
	char path[4096];
	int rc;

	memset(counts, 0, sizeof(*counts));
	snprintf(path, sizeof(path), "%s/%s", traces(), name);
	cr_assert_eq(stlb_source_open(path, &options, &source, &err), 0, "%s", err.text);
	while ((rc = stlb_source_next(source, &record, &err)) == 1) {
		if (stlb_decode(decoder, &record, &event))
			count(&event, counts);
		else if (strcmp(record.format->system, "ksm") != 0) /* merges that failed */
			counts->refused++;
	}
	cr_expect_eq(rc, 0, "%s", err.text);
	check_formats(source);
	stlb_source_close(source);
	stlb_decoder_free(decoder);
}

Test(recordings, each_probe_is_bound)
{
	const char *folder = traces();
	DIR *dir = folder ? opendir(folder) : NULL;
	struct dirent *entry;
	struct counts counts;

	if (!dir)
		cr_skip("no recordings");
	while ((entry = readdir(dir))) {
		if (!strstr(entry->d_name, ".dat") && !strstr(entry->d_name, ".gz"))
			continue;
		read_trace(entry->d_name, &counts);
		cr_expect_eq(counts.refused, 0, "%s: %lu", entry->d_name, counts.refused);
		cr_expect_eq(counts.other_locks, 0, "%s", entry->d_name);
		cr_expect_geq(counts.kinds[STLB_SUBSCRIBE], 1, "%s", entry->d_name);
	}
	closedir(dir);
}

Test(recordings, counts_of_a_stock_kernel)
{
	struct counts counts;

	if (!traces())
		cr_skip("no recordings");
	read_trace("stock-6.12.dat", &counts);
	cr_expect_eq(counts.kinds[STLB_INV_RANGE], 1139);
	cr_expect_eq(counts.kinds[STLB_PTE_CLEAR_FLUSH_RET], 1585);
	cr_expect_eq(counts.kinds[STLB_MAP], 1257 + 121 + 4);
	cr_expect_eq(counts.kinds[STLB_FILE_MAP], 1140 + 1047);
	cr_expect_eq(counts.kinds[STLB_PAGE_FREE], 2 * 2049);
	cr_expect_eq(counts.kinds[STLB_SAME_CONTENT], 2 * 64);
	cr_expect_eq(counts.kinds[STLB_LOCK_ACQUIRED], 25048);
	cr_expect_eq(counts.kinds[STLB_PMD_ZAP], 5);
	cr_expect_str_eq(counts.last_phase, "exit");
}

Test(recordings, counts_of_a_debug_kernel)
{
	struct counts counts;

	if (!traces())
		cr_skip("no recordings");
	read_trace("debug-6.1.dat", &counts);
	cr_expect_eq(counts.kinds[STLB_PTE_SET], 5336);
	cr_expect_eq(counts.kinds[STLB_PTE_CLEAR], 10834);
	cr_expect_eq(counts.kinds[STLB_LOCK_ACQUIRE], 13247);
	cr_expect_eq(counts.kinds[STLB_SCHED_WAKING], 300);
	cr_expect_eq(counts.kinds[STLB_MIGRATION_SET], 259);
	cr_expect_str_eq(counts.last_phase, "fork");
}
