/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dynamic events: kprobes and fprobes of one group. */
#ifndef TRACEFS_DYNAMIC_H
#define TRACEFS_DYNAMIC_H

#include <stdbool.h>
#include <stddef.h>

#include "staletlb/error.h"

/**
 * stlb_dynamic_add - make an event
 * @definition: a line as dynamic_events takes it
 * @err: also what the kernel's error_log says to it
 *
 * Returns 0 or a negative errno; -EEXIST where the name is taken.
 */
int stlb_dynamic_add(const char *tracing, const char *definition, struct stlb_error *err);

/** stlb_dynamic_remove - remove an event; 0, also where there is none, or a negative errno */
int stlb_dynamic_remove(const char *tracing, const char *group, const char *event,
			struct stlb_error *err);

/**
 * stlb_dynamic_each - call for each event of all groups that begin with @prefix
 *
 * The list is read before the first call. Returns 0 or a negative errno.
 */
int stlb_dynamic_each(const char *tracing, const char *prefix,
		      void (*call)(void *arg, const char *group, const char *event), void *arg);

/** stlb_dynamic_remove_group - all events of a group; @nr (may be NULL) counts those removed */
int stlb_dynamic_remove_group(const char *tracing, const char *group, unsigned int *nr,
			      struct stlb_error *err);

#endif
