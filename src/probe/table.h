/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The probes that are wanted, each with its alternatives. */
#ifndef PROBE_TABLE_H
#define PROBE_TABLE_H

#include "staletlb/probe.h"

enum stlb_place_of_probe { STLB_AT_POINT, STLB_AT_ENTRY, STLB_AT_RETURN };

enum {
	STLB_ROW_STACK = 1 << 0,       /* its stack is worth having */
	STLB_ROW_TASKS = 1 << 1,       /* STLB_SCOPE_TASKS */
	STLB_ROW_LOCK = 1 << 2,	       /* there to see locks */
	STLB_ROW_ALL_LOCKS = 1 << 3,   /* too much where only page table locks are wanted */
	STLB_ROW_IN_PAGES = 1 << 4,    /* filtered to locks in struct pages */
	STLB_ROW_NAMED_LOCKS = 1 << 5, /* filtered to lock classes of page tables */
	STLB_ROW_PAGE_CHECK = 1 << 6,  /* called only while page_table_check is on */
	STLB_ROW_CALLS = 1 << 7,       /* of everybody only system calls that change page tables */
	STLB_ROW_DEEP = 1 << 8,	       /* of use only beside deep probes */
	STLB_ROW_NOT_DEEP = 1 << 9,    /* of no use beside deep probes */
};

/**
 * struct stlb_probe_row - one alternative; those of the same event follow each other, best first
 * @event: the event's name, by which the built-in profile of the decoder knows it
 * @what: the function, or "system:event" of a tracepoint
 * @arguments: of a function: words NAME=VALUE:TYPE.  VALUE is a parameter and members of what it
 *	points at, by the names of the kernel ("range->mm"), "*p" for what p points at, "@symbol",
 *	"$retval", "#device_private" for a constant that the configuration decides. "a|b" is the
 *	name that there is. A word with "?" in front is left out where the kernel has no such thing.
 * @filter: where all of the events that do not pass are of no use; NULL: none
 * @only_with: a symbol without which the events mean nothing; NULL: none
 * @needs: another event without which it is of no use; NULL: none
 * @not_with: a tracepoint that tells the same, and could not be understood beside it; NULL: none
 * @maxactive: of a return: how many calls may be under way at a time
 * @why: what it is for, and why this alternative
 * @limitations: what is not seen with it
 * @affected: of an event's first row: what is not seen without any of its alternatives
 */
struct stlb_probe_row {
	const char *event;
	enum stlb_kind kind;
	enum stlb_place_of_probe at;
	const char *what, *arguments;
	unsigned int flags;
	const char *filter, *only_with, *needs, *not_with;
	unsigned int maxactive;
	const char *why, *limitations, *affected;
};

/** stlb_probe_row - the rows by index; NULL past the last */
const struct stlb_probe_row *stlb_probe_row(unsigned int index);

#endif
