/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trace instances: buffers of one's own, with a clock, filters and triggers of their own. */
#ifndef TRACEFS_INSTANCE_H
#define TRACEFS_INSTANCE_H

#include <stdint.h>

#include "staletlb/error.h"

/** struct stlb_instance_setup - what a new instance is to be like */
struct stlb_instance_setup {
	uint64_t buffer_kb; /* for each CPU */
	const char *clock;  /* set, and read back */
};

/** stlb_instance_make - make one, tracing off; on failure it is gone again */
int stlb_instance_make(const char *tracing, const char *name,
		       const struct stlb_instance_setup *setup, struct stlb_error *err);

/** stlb_instance_write - write to a file of an instance */
int stlb_instance_write(const char *tracing, const char *name, const char *file, const char *text,
			struct stlb_error *err);

/** stlb_instance_event - enable an event; @filter and @trigger may be NULL */
int stlb_instance_event(const char *tracing, const char *name, const char *system,
			const char *event, const char *filter, const char *trigger,
			struct stlb_error *err);

/** stlb_instance_tasks - see only these tasks' events from here on, and those of their children */
int stlb_instance_tasks(const char *tracing, const char *name, const int32_t *tids, unsigned int nr,
			struct stlb_error *err);

/** stlb_instance_remove - events off, and away with it; 0, also where there is none */
int stlb_instance_remove(const char *tracing, const char *name, struct stlb_error *err);

#endif
