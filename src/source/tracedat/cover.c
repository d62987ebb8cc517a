/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The CPU tables against the bytes of the file. The pages of the CPUs of a buffer lie one after the
 * other: bytes that two CPUs claim, and pages that none does, tell of a table that is damaged.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/tracedat/tracedat.h"

enum {
	TOLERANCE = 4, /* bytes of a count that tables leave out, or do not */
	BLOCK = 4096,
	MAX_ZEROS = 1024 * 1024, /* the pages of CPUs begin at whole pages */
};

/** struct interval - bytes of the file that something is known of */
struct interval {
	uint32_t region; /* index of the instance whose CPUs it lies among */
	uint64_t from, to;
};

static int by_offset(const void *left, const void *right)
{
	const struct stlb_dat_area *a = *(struct stlb_dat_area *const *)left;
	const struct stlb_dat_area *b = *(struct stlb_dat_area *const *)right;

	return a->offset != b->offset ? (a->offset < b->offset ? -1 : 1) : (a < b ? -1 : a > b);
}

static int by_region(const void *left, const void *right)
{
	const struct interval *a = left, *b = right;

	if (a->region != b->region)
		return a->region < b->region ? -1 : 1;
	return a->from != b->from ? (a->from < b->from ? -1 : 1) : 0;
}

/* Which of the two has them is not known: one is read, and the events of both are doubtful. */
static void find_shared(struct stlb_dat_area **areas, uint32_t nr)
{
	struct stlb_dat_area *before = NULL;

	for (uint32_t i = 0; i < nr; i++) {
		if (before && before->offset + before->size > areas[i]->offset + TOLERANCE) {
			before->shared = areas[i]->shared = true;
			areas[i]->size = 0;
		} else {
			before = areas[i];
		}
	}
}

/* CPUs without events may have a page of zeros. */
static bool is_blank(const struct stlb_dat *dat, uint64_t from, uint64_t to)
{
	static const uint8_t zeros[BLOCK];
	uint8_t bytes[BLOCK];

	if (to - from > MAX_ZEROS)
		return false;
	for (; from < to; from += BLOCK) {
		size_t size = to - from < BLOCK ? (size_t)(to - from) : BLOCK;

		if (stlb_pread_all(dat->stream.fd, bytes, size, from) == (int64_t)size &&
		    memcmp(bytes, zeros, size) != 0)
			return false;
	}
	return true;
}

static void check_gap(struct stlb_dat *dat, uint64_t from, uint64_t to, uint64_t page)
{
	if (to > from && to - from >= page && !is_blank(dat, from, to))
		stlb_dat_miss(dat, "bytes %llu to %llu are pages of no CPU",
			      (unsigned long long)from, (unsigned long long)to);
}

/* Those of one region, in the order of the file; returns how many they are. */
static uint32_t find_gaps(struct stlb_dat *dat, const struct stlb_dat_instance *instance,
			  const struct interval *intervals, uint32_t nr, uint32_t page)
{
	const uint32_t region = (uint32_t)(instance - dat->instances);
	uint64_t at = instance->from;
	uint32_t i;

	for (i = 0; i < nr && intervals[i].region == region; i++) {
		if (!instance->from)
			continue;
		check_gap(dat, at, intervals[i].from, page);
		if (intervals[i].to > at)
			at = intervals[i].to;
	}
	if (instance->from)
		check_gap(dat, at, instance->to, page);
	return i;
}

/* In version 6 all pages lie in one region, and the tables of the other instances among them. */
static int find_all_gaps(struct stlb_dat *dat)
{
	const size_t most = (size_t)dat->nr_areas + dat->nr_instances;
	struct interval *intervals = calloc(most + 1, sizeof(*intervals));
	uint32_t nr = 0, page = dat->page_size;

	if (!intervals)
		return -ENOMEM;
	for (uint32_t i = 0; i < dat->nr_areas; i++) {
		const struct stlb_dat_area *area = &dat->areas[i];

		page = area->page_size > page ? area->page_size : page;
		intervals[nr++] = (struct interval){dat->version == 6 ? 0 : area->instance,
						    area->offset, area->offset + area->size};
	}
	for (uint32_t i = 0; i < dat->nr_instances; i++)
		if (!dat->instances[i].from && dat->instances[i].to)
			intervals[nr++] = (struct interval){0, dat->instances[i].offset,
							    dat->instances[i].to};
	qsort(intervals, nr, sizeof(*intervals), by_region);
	for (uint32_t i = 0, at = 0; i < dat->nr_instances; i++)
		at += find_gaps(dat, &dat->instances[i], intervals + at, nr - at, page);
	free(intervals);
	return 0;
}

int stlb_dat_cover(struct stlb_dat *dat)
{
	struct stlb_dat_area **areas = calloc(dat->nr_areas + 1, sizeof(*areas));
	uint32_t nr = 0;

	if (!areas)
		return -ENOMEM;
	for (uint32_t i = 0; i < dat->nr_areas; i++)
		if (dat->areas[i].size)
			areas[nr++] = &dat->areas[i];
	qsort((void *)areas, nr, sizeof(*areas), by_offset);
	find_shared(areas, nr);
	free((void *)areas);
	return find_all_gaps(dat);
}
