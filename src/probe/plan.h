/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the rows of the table to the probes of a kernel. */
#ifndef PROBE_PLAN_H
#define PROBE_PLAN_H

#include "kernel.h"
#include "table.h"

/** struct stlb_planned - a probe and where it comes from */
struct stlb_planned {
	struct stlb_probe probe;
	const struct stlb_probe_row *first, *row; /* of its event, and the one that was taken */
	bool in_pages;				  /* wanted only of locks in struct pages */
	bool in_direct_map;			  /* wanted only of entries in the direct map */
};

struct stlb_plan {
	struct stlb_arena arena;
	const char *group, *release;
	const char *build_id; /* of the kernel, in hex digits; "" where it is not known */
	struct stlb_planned *items;
	uint32_t nr, max;
	bool locks_in_pages;	/* page table locks are there, and where pages are has a name */
	const char *filter;	/* of locks in struct pages; NULL: none */
	const char *unfiltered; /* why there is none */
	bool deep;		/* each instruction that writes a page table is probed */
};

/* How far above the base of struct pages a lock can be: struct pages of 64 TiB. */
#define STLB_PAGES_SHIFT 40

/** struct stlb_choice - what planning a probe goes by */
struct stlb_choice {
	const struct stlb_kernel *kernel;
	const struct stlb_plan_options *options;
	struct stlb_plan *plan;
};

/**
 * stlb_row_arguments - write the arguments of a row as dynamic events have them
 * @why: what is missing
 *
 * Returns 0; -ENOENT where the kernel has no such argument; another negative errno.
 */
int stlb_row_arguments(const struct stlb_kernel *kernel, const struct stlb_probe_row *row, char *to,
		       size_t size, struct stlb_error *why);

/**
 * stlb_row_choose - a probe by one row
 * @probe: filled in, but for the filter
 * @why: why the kernel does not let it
 *
 * Returns 0, -ENOENT with @why, or -ENOMEM.
 */
int stlb_row_choose(const struct stlb_choice *choice, const struct stlb_probe_row *row,
		    struct stlb_probe *probe, struct stlb_error *why);

/** stlb_calls_known - whether the numbers of an architecture's system calls are known */
bool stlb_calls_known(const char *arch);

/** stlb_calls_filter - a filter of sys_exit: only calls that take page tables apart; NULL: no
 * memory
 */
const char *stlb_calls_filter(struct stlb_arena *arena, const char *arch);

/** stlb_plan_locks - find out how locks in struct pages are filtered; 0 or -ENOMEM */
int stlb_plan_locks(struct stlb_plan *plan, const struct stlb_kernel *kernel);

/** stlb_plan_filter - the filter of a probe, and in its reason what is not filtered */
int stlb_plan_filter(const struct stlb_choice *choice, struct stlb_planned *planned);

/**
 * stlb_plan_deep - plan probes of each instruction that writes a page table
 *
 * Where the kernel does not allow it, one probe that cannot be had says why. 0 or -ENOMEM.
 */
int stlb_plan_deep(const struct stlb_choice *choice);

/** stlb_plan_add - 0 or -ENOMEM */
int stlb_plan_add(struct stlb_plan *plan, const struct stlb_planned *planned);

#endif
