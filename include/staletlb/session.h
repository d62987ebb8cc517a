/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sessions: a plan of probes put into the running kernel, in trace instances of their own, and
 * taken out again without a trace. What belongs to others (the top buffer, its clock and filters,
 * their dynamic events) is not touched: removing a dynamic event empties every buffer in which that
 * event was ever enabled, so each session has events of its own, and removes them last.
 *
 * Names: the dynamic events of a run of process PID are in the group staletlb_PID, its instances
 * are staletlb_PID, staletlb_PID_tasks and staletlb_PID_stacks. Events that are to stay are in the
 * group staletlb.
 */
#ifndef STALETLB_SESSION_H
#define STALETLB_SESSION_H

#include "staletlb/api.h"
#include "staletlb/live.h"
#include "staletlb/probe.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stlb_session;

/**
 * struct stlb_session_options - how to record; zero it for the defaults, but for @tracing
 * @tracing: where tracefs is mounted
 * @buffer_kb: KiB of buffer for each CPU and instance; 0: STLB_SESSION_BUFFER_KB, less on machines
 *	with little memory for their number of CPUs
 * @tids: where not NULL, of probes that reach tasks (STLB_SCOPE_TASKS) only the events of these
 *	@nr_tids tasks and of all tasks that they start
 */
struct stlb_session_options {
	const char *tracing;
	uint64_t buffer_kb;
	const int32_t *tids;
	unsigned int nr_tids;
	int (*cancelled)(void); /* asked between steps: not 0 ends it with -EINTR; may be NULL */
};

enum { STLB_SESSION_BUFFER_KB = 16 * 1024 };

/** stlb_session_default_kb - KiB for each CPU of each of that many instances; see above */
STLB_API uint64_t stlb_session_default_kb(unsigned int nr_instances);

/** stlb_session_group - the group of this process' dynamic events; @size at least 32 */
STLB_API void stlb_session_group(char *group, size_t size);

/**
 * stlb_session_new - install a plan, with tracing off
 * @plan: its group must be that of stlb_session_group(); needed until stlb_session_free()
 * @session: where it goes, also after a failure, when there is something to be removed still
 *
 * A definition that the kernel refuses is left out and reported by stlb_session_refused(). What an
 * earlier process of the same number left behind is removed first. Returns 0, or a negative errno;
 * then nothing is left in the kernel, or what is left is named in the text.
 */
STLB_API int stlb_session_new(const struct stlb_plan *plan,
			      const struct stlb_session_options *options,
			      struct stlb_session **session, struct stlb_error *err);

/**
 * stlb_session_refused - the probes that the kernel refused, and the places that cannot be probed,
 *one line each; NULL past the last
 */
STLB_API const char *stlb_session_refused(const struct stlb_session *session, unsigned int index);

/** stlb_session_instance - the names of its instances; NULL past the last */
STLB_API const char *stlb_session_instance(const struct stlb_session *session, unsigned int index);

/**
 * stlb_session_events - the events that are enabled
 * @nr: how many
 *
 * The session's.
 */
STLB_API const struct stlb_live_event *stlb_session_events(const struct stlb_session *session,
							   unsigned int *nr);

/** stlb_session_tracing - where tracefs is mounted */
STLB_API const char *stlb_session_tracing(const struct stlb_session *session);

/** stlb_session_buffer_kb - KiB of buffer for each CPU and instance */
STLB_API uint64_t stlb_session_buffer_kb(const struct stlb_session *session);

/** stlb_session_follow - add tasks to those whose events are wanted; 0 or a negative errno */
STLB_API int stlb_session_follow(struct stlb_session *session, const int32_t *tids, unsigned int nr,
				 struct stlb_error *err);

/** stlb_session_start, stlb_session_stop - tracing on, off; 0 or a negative errno */
STLB_API int stlb_session_start(struct stlb_session *session, struct stlb_error *err);
STLB_API int stlb_session_stop(struct stlb_session *session, struct stlb_error *err);

/**
 * stlb_session_missed - returns that the kernel could not see, for want of room to remember calls
 *
 * To be asked after stlb_session_stop() and before stlb_session_remove().
 */
STLB_API uint64_t stlb_session_missed(const struct stlb_session *session);

/**
 * stlb_session_remove - take everything out of the kernel
 *
 * Whoever reads the buffers must be done, and their files closed. Goes on where a part fails.
 * Returns 0, or a negative errno with what is left; calling it again tries again.
 */
STLB_API int stlb_session_remove(struct stlb_session *session, struct stlb_error *err);

/** stlb_session_free - after stlb_session_remove(); NULL is fine */
STLB_API void stlb_session_free(struct stlb_session *session);

/* ---- keeping the raw trace ---- */

struct stlb_save;

/**
 * stlb_save_open - keep what a session records as a trace.dat
 * @path: appears whole, at stlb_save_commit(), or not at all; the string is copied
 * @save: free it with stlb_save_close()
 */
STLB_API int stlb_save_open(const char *path, const struct stlb_session *session,
			    struct stlb_save **save, struct stlb_error *err);

/** stlb_save_page - keep a page; made to be struct stlb_live_options' @page, with @arg the save */
STLB_API int stlb_save_page(void *save, unsigned int instance, uint32_t cpu, const void *page,
			    size_t size, struct stlb_error *err);

/**
 * stlb_save_rest - all pages are kept: take the statistics of the buffers, formats and names along
 * @missed: as stlb_session_missed() says
 *
 * To be called before stlb_session_remove().
 */
STLB_API int stlb_save_rest(struct stlb_save *save, uint64_t missed, struct stlb_error *err);

/** stlb_save_commit - put the file in its place */
STLB_API int stlb_save_commit(struct stlb_save *save, struct stlb_error *err);

/** stlb_save_close - what was not committed is taken away; NULL is fine */
STLB_API void stlb_save_close(struct stlb_save *save);

/* ---- dynamic events that stay, and what was left behind ---- */

/**
 * stlb_probes_install - put the dynamic events of a plan into the kernel, to stay
 * @installed: called with each probe and why the kernel refused it, NULL where it took it; may be
 * NULL
 *
 * Those that are there already, by their names, stay as they are. Returns 0, also where some were
 * refused, or a negative errno, -EIO where all were; then none is left.
 */
STLB_API int stlb_probes_install(const struct stlb_plan *plan, const char *tracing,
				 void (*installed)(void *arg, const struct stlb_probe *probe,
						   const char *why),
				 void *arg, struct stlb_error *err);

/** stlb_probes_uninstall - remove what is of a plan's group, events and instances; 0, or negative
 */
STLB_API int stlb_probes_uninstall(const struct stlb_plan *plan, const char *tracing,
				   struct stlb_error *err);

/** struct stlb_removed - what stlb_probes_remove() did */
struct stlb_removed {
	unsigned int events, instances; /* removed */
	unsigned int running;		/* sessions of living processes, which were left alone */
};

/**
 * stlb_probes_remove - remove the events of the group staletlb, and what dead sessions left behind
 *
 * Sessions of processes that still run are not touched. Returns 0, or a negative errno with what
 * could not be removed.
 */
STLB_API int stlb_probes_remove(const char *tracing, struct stlb_removed *removed,
				struct stlb_error *err);

#ifdef __cplusplus
}
#endif

#endif
