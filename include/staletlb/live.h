/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A running kernel's ring buffers as a source: the pages of all CPUs of some trace instances, read
 * as they fill, in one order of time. The events must be set up by somebody else
 * (staletlb/session.h does it).
 */
#ifndef STALETLB_LIVE_H
#define STALETLB_LIVE_H

#include <stddef.h>

#include "staletlb/api.h"
#include "staletlb/source.h"

#ifdef __cplusplus
extern "C" {
#endif

/** struct stlb_live_event - an event that can occur in the buffers */
struct stlb_live_event {
	const char *system, *name;
};

/**
 * struct stlb_live_options - which buffers, and who else wants their pages
 * @tracing: where tracefs is mounted
 * @instances: names of trace instances, @nr_instances of them, all with the same clock
 * @events: those whose records are of use, @nr_events of them; ftrace's own are added
 * @proc: where procfs is mounted; NULL: /proc
 * @page: given each page as it was read, before anything else; a negative errno ends the reading.
 *	NULL: nobody else wants them.
 * @settled: whether all that was being written into the buffers when it was first asked has been
 *	written: -EAGAIN until then, 0 once, and the next question is a first one again. Another
 *	negative errno: there is no telling, and a delay has to do. NULL: membarrier(2) says so.
 *
 * All of it is copied, but for @arg.
 */
struct stlb_live_options {
	const char *tracing;
	const char *const *instances;
	unsigned int nr_instances;
	const struct stlb_live_event *events;
	unsigned int nr_events;
	const char *proc;
	int (*page)(void *arg, unsigned int instance, uint32_t cpu, const void *page, size_t size,
		    struct stlb_error *err);
	int (*settled)(void *arg);
	void *arg;
};

/**
 * stlb_live_open - open the buffers
 * @options: as for stlb_source_open()
 * @source: where the source goes; free it with stlb_source_close(), before the instances go
 *
 * An event without a format in tracefs is passed over. stlb_source_next() of such a source returns
 * -EAGAIN when nothing can be handed out yet: ask again some milliseconds later. A record is handed
 * out once no earlier one can come any more. Only where the kernel does not tell when that is
 * (@settled), one may come later still: it is counted by stlb_live_late(), and reported as a loss
 * with it, since what was judged before it may be wrong.
 *
 * Returns 0, -ENOENT and the like where a buffer cannot be opened, -EINVAL where the instances'
 * clocks differ, -ENOMEM.
 */
STLB_API int stlb_live_open(const struct stlb_live_options *live,
			    const struct stlb_source_options *options, struct stlb_source **source,
			    struct stlb_error *err);

/** stlb_live_late - records that came too late to be put in their place so far */
STLB_API uint64_t stlb_live_late(const struct stlb_source *source);

/**
 * stlb_live_lost - events that the buffers do not tell of were lost, at an unknown place
 * @nr: how many
 *
 * Reported at the end as one loss.
 */
STLB_API void stlb_live_lost(struct stlb_source *source, uint64_t nr);

/**
 * stlb_live_stop - tracing is off: what is in the buffers now is all there will be
 *
 * From here on stlb_source_next() goes on to the last record, tells the losses that only the
 * statistics of the buffers know, and returns 0 then.
 */
STLB_API void stlb_live_stop(struct stlb_source *source);

#ifdef __cplusplus
}
#endif

#endif
