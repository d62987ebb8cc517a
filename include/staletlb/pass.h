/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A pass: one trace from its first event to its last. It holds the source and the decoder, and the
 * analysis where there is one. The calls in order:
 *
 *	stlb_pass_open()	a trace, or stlb_pass_open_live() the buffers of a running kernel
 *	stlb_pass_analyze()	where it is to be judged
 *	stlb_pass_run()		through all of it, or up to where a hook ends it, and on from there
 *	stlb_pass_finish()	the result of the analysis
 *	stlb_pass_close()
 *
 * Passes share nothing: each is used by one thread at a time, and several may run side by side.
 */
#ifndef STALETLB_PASS_H
#define STALETLB_PASS_H

#include "staletlb/analysis.h"
#include "staletlb/api.h"
#include "staletlb/live.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stlb_pass;

/** struct stlb_pass_options - how to read a trace; zero it for the defaults */
struct stlb_pass_options {
	/* As for stlb_decoder_new(), and they outlive the pass. */
	struct stlb_profile *const *profiles;
	unsigned int nr_profiles;
	const struct stlb_symbols *symbols; /* as for stlb_source_open() */
	/* In place of what the trace says of its machine; NULL, STLB_ARCH_UNKNOWN: as it says. */
	const char *kernel; /* outlives the pass */
	enum stlb_arch arch;
};

/**
 * stlb_pass_open - open a trace and read up to its first event
 * @path: file to read, "-" for standard input; copied
 * @options: copied; NULL for the defaults
 * @pass: where the pass goes; free it with stlb_pass_close()
 * @err: may be NULL
 *
 * Returns as stlb_source_open() does. A trace that opens and whose first event cannot be read is
 * open: stlb_pass_run() tells that error.
 */
STLB_API int stlb_pass_open(const char *path, const struct stlb_pass_options *options,
			    struct stlb_pass **pass, struct stlb_error *err);

/**
 * stlb_pass_open_live - open the buffers of a running kernel
 * @live: which; copied but for its arg
 *
 * Nothing is read yet. All else is as in stlb_pass_open().
 */
STLB_API int stlb_pass_open_live(const struct stlb_live_options *live,
				 const struct stlb_pass_options *options, struct stlb_pass **pass,
				 struct stlb_error *err);

/** stlb_pass_source - the source, owned by the pass: what the trace is, and names of functions */
STLB_API struct stlb_source *stlb_pass_source(const struct stlb_pass *pass);

/** stlb_pass_facts - what is known of the trace's machine; the strings live as long as the pass */
STLB_API struct stlb_trace_facts stlb_pass_facts(const struct stlb_pass *pass);

/**
 * stlb_pass_analyze - have each event judged from here on
 * @options: copied; where @symbol is NULL, the trace's own functions are used
 * @err: may be NULL
 *
 * Once, before the first stlb_pass_run(). Returns 0 or -ENOMEM.
 */
STLB_API int stlb_pass_analyze(struct stlb_pass *pass, const struct stlb_analysis_options *options,
			       struct stlb_error *err);

/** stlb_pass_analysis - the analysis, owned by the pass; NULL where none was asked for */
STLB_API struct stlb_analysis *stlb_pass_analysis(const struct stlb_pass *pass);

/** STLB_PASS_RECORDS - how many records go by between two calls of look(), unless set otherwise */
enum { STLB_PASS_RECORDS = 4096 };

/**
 * struct stlb_pass_hooks - who follows a pass; a NULL is not called
 *
 * Each returns 0 to go on, a positive number to end the run there, a negative errno to make it
 * fail.
 */
struct stlb_pass_hooks {
	/* Each event in time order, after it was judged; losses are events, STLB_LOST. The strings
	 * that stlb_decode() says so of live until the next event, the others as the source. */
	int (*event)(void *arg, const struct stlb_event *event);
	/* Every @look_every records, and whenever a running kernel has none yet: for interrupts,
	 * timeouts and progress. */
	int (*look)(void *arg);
	unsigned int look_every; /* 0: STLB_PASS_RECORDS */
	void *arg;
};

/**
 * stlb_pass_run - read on, to the end of the trace or to where a hook ends it
 * @hooks: NULL: only the analysis follows
 * @err: names the trace; may be NULL
 *
 * To be called again to go on with the next event. Of a running kernel it waits for records, some
 * milliseconds at a time, and comes to an end only after stlb_live_stop(). What was judged before
 * an error stays judged.
 *
 * Returns 0 at the end, what a hook returned where one ended it, or a negative errno when reading
 * failed, a hook failed, or memory ran out.
 */
STLB_API int stlb_pass_run(struct stlb_pass *pass, const struct stlb_pass_hooks *hooks,
			   struct stlb_error *err);

/**
 * stlb_pass_finish - the trace is over, or is to be read no further: what the analysis found
 * @err: may be NULL
 *
 * Once, after stlb_pass_analyze(). Returns the result, which lives as long as the pass; NULL
 * without memory.
 */
STLB_API const struct stlb_result *stlb_pass_finish(struct stlb_pass *pass, struct stlb_error *err);

/** stlb_pass_close - free a pass and all that it handed out; NULL is fine */
STLB_API void stlb_pass_close(struct stlb_pass *pass);

#ifdef __cplusplus
}
#endif

#endif
