/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands that look at one finding: a trace is judged as usual, the finding is kept, and the trace
 * is read a second time for what surrounds it.
 */
#ifndef CMD_FINDING_PASS_H
#define CMD_FINDING_PASS_H

#include "cmd/profiles.h"
#include "util/arena.h"

/** struct stlb_finding_pass - a trace that was judged once, and is open for the second reading */
struct stlb_finding_pass {
	const struct stlb_settings *settings;
	const char *path;
	struct stlb_profiles profiles;
	struct stlb_arena arena;     /* of the finding's strings */
	struct stlb_finding finding; /* of the id asked for */
	bool found, hidden;	     /* by filters */
	bool before_6_6; /* which kernel's rules it was judged by, and the architecture */
	enum stlb_arch arch;
	unsigned int kernel;	/* as stlb_kernel_version() gives; 0: not known */
	bool irq_flags;		/* events say task or interrupt */
	struct stlb_pass *pass; /* the second reading */
};

/**
 * stlb_finding_pass_judge - read the trace once, and keep one finding
 * @second: zeroed; to be released in any case
 * @id: of the finding, or its fingerprint; NULL: the only one that there is
 *
 * Returns 0; -EINVAL for an input that cannot be read twice; -ENOENT where no finding has this id,
 * with those that there are in @err; another negative errno where the trace could not be read.
 */
int stlb_finding_pass_judge(struct stlb_finding_pass *second, const struct stlb_settings *settings,
			    const char *path, const char *id, struct stlb_error *err);

/**
 * stlb_finding_pass_read - read it a second time, event by event
 * @event: returns 0 or a negative errno, which ends the reading
 *
 * The source stays open for the names of kernel functions. Returns 0 or a negative errno.
 */
int stlb_finding_pass_read(struct stlb_finding_pass *second,
			   int (*event)(void *arg, const struct stlb_event *event), void *arg,
			   struct stlb_error *err);

/** stlb_finding_pass_release - free what it has opened */
void stlb_finding_pass_release(struct stlb_finding_pass *second);

#endif
