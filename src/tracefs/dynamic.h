/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dynamic events: kprobes and fprobes of one group. */
#ifndef TRACEFS_DYNAMIC_H
#define TRACEFS_DYNAMIC_H

#include <stdbool.h>
#include <stddef.h>

#include "staletlb/probe.h"

/**
 * stlb_dynamic_add - make an event
 * @definition: a line as dynamic_events takes it
 * @err: also what the kernel's error_log says to it
 *
 * Returns 0 or a negative errno; -EEXIST where the name is taken.
 */
int stlb_dynamic_add(const char *tracing, const char *definition, struct stlb_error *err);

/**
 * stlb_dynamic_add_probe - add all that a probe is defined by: of one with many places each of them
 * @refused: called for each that the kernel refuses, with the place ("" for a probe of one) and why
 *
 * Returns 0 where at least one was added, or the errno of the last that was not.
 */
int stlb_dynamic_add_probe(const char *tracing, const struct stlb_probe *probe,
			   void (*refused)(void *arg, const struct stlb_probe *probe,
					   const char *where, const char *why),
			   void *arg);

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
