/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One finding in full: a second pass over its trace gathers what surrounds it, and then it is
 * written as text: what happened, the rule, the edge that is missing, what a device could observe,
 * and what would have made it right.
 */
#ifndef STALETLB_EXPLAIN_H
#define STALETLB_EXPLAIN_H

#include <stdio.h>

#include "staletlb/api.h"
#include "staletlb/finding.h"
#include "staletlb/source.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stlb_explain;

/** struct stlb_explain_want - what to explain, and how it was judged */
struct stlb_explain_want {
	const struct stlb_finding *finding; /* has to outlive the explanation */
	bool before_6_6;		    /* as the result of the analysis says */
	enum stlb_arch arch;
	unsigned int kernel; /* as stlb_kernel_version() gives; 0: not known */
	bool irq_flags;	     /* events say task or interrupt */
};

/** stlb_explain_new - start a second pass; NULL without memory */
STLB_API struct stlb_explain *stlb_explain_new(const struct stlb_explain_want *want);

/**
 * stlb_explain_event - the next event of the trace, in time order
 *
 * The strings in it have to outlive the explanation, as those of an open source do. Keeps a bounded
 * number of events, never fails. Returns 0.
 */
STLB_API int stlb_explain_event(struct stlb_explain *explain, const struct stlb_event *event);

/**
 * stlb_explain_write - write all of it, 80 columns wide
 * @source: of the trace, for its name and the names of kernel functions
 *
 * Returns 0 or a negative errno: -EPIPE for a closed pipe, -ENOSPC, -ENOMEM, ...
 */
STLB_API int stlb_explain_write(const struct stlb_explain *explain, FILE *to,
				struct stlb_source *source, struct stlb_error *err);

/** stlb_explain_free - NULL is fine */
STLB_API void stlb_explain_free(struct stlb_explain *explain);

#ifdef __cplusplus
}
#endif

#endif
