/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The analysis: events in time order go in, findings come out. It keeps what is alive (subscribed
 * mms, their page tables as far as seen, held locks, open brackets, pending obligations), not the
 * trace.
 */
#ifndef STALETLB_ANALYSIS_H
#define STALETLB_ANALYSIS_H

#include "staletlb/api.h"
#include "staletlb/finding.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stlb_analysis;

/** struct stlb_filter_value - one thing that is asked for */
struct stlb_filter_value {
	enum stlb_filter_kind kind;
	/* MM: @start is its address; ADDR: [start, end); SINCE, UNTIL: @start in ns */
	uint64_t start, end;
	int32_t tid;
	enum stlb_rule rule;
	const char *text; /* as it was given, of COMM the name; outlives the analysis */
};

enum { STLB_MAX_FILTERS = 64 };

/**
 * struct stlb_filter - which violations are selected; all events are judged, all violations counted
 *
 * A violation is selected when of each kind that has values one matches: of the obligation's mm and
 * address, the task that made the update, and the time of the violation. A value of the kind RULE
 * hides that rule, whose severity is STLB_OFF. Zero: everything is selected.
 */
struct stlb_filter {
	const struct stlb_filter_value *values; /* outlive the analysis */
	uint32_t nr;				/* at most STLB_MAX_FILTERS */
};

/** stlb_filter_find - the first value of a kind from index @from on; NULL: there is none */
STLB_API const struct stlb_filter_value *
stlb_filter_find(const struct stlb_filter *filter, enum stlb_filter_kind kind, uint32_t from);

/** struct stlb_analysis_options - how to judge; zero it, then stlb_analysis_defaults() */
struct stlb_analysis_options {
	enum stlb_severity severity[STLB_NR_RULES];
	bool strict; /* read mmu_notifier.rst to the letter */
	struct stlb_filter filter;
	/*
	 * Called with each finding when its first selected violation is judged, while the trace is
	 * read; NULL: nobody asks. It has no id yet, and what is lost later may make it
	 * inconclusive. It is the analysis' own.
	 */
	void (*found)(void *arg, const struct stlb_finding *finding);
	void *arg;
	/*
	 * The name of the kernel function at an address, for fingerprints; it lives as long as the
	 * analysis. NULL where it is not known, or without the callback.
	 */
	const char *(*symbol)(void *arg, uint64_t address);
	void *symbol_arg;
};

/** stlb_analysis_defaults - the severities of the table of rules */
STLB_API void stlb_analysis_defaults(struct stlb_analysis_options *options);

/** struct stlb_trace_facts - what is known of the trace before its first event; zero: nothing */
struct stlb_trace_facts {
	const char
		*kernel; /* release, or as --kernel gives it; outlives the analysis; NULL: infer */
	enum stlb_arch arch; /* STLB_ARCH_UNKNOWN: infer from the entries */
	const char *clock;   /* trace clock; NULL: not known, taken for one clock of all CPUs */
	/* kinds known to be recorded even if none fires; empty: by events */
	struct stlb_kinds recorded;
	bool irq_flags; /* events say task or interrupt */
};

/**
 * stlb_analysis_new - start an analysis of one trace
 * @options: copied
 * @facts: copied
 *
 * NULL without memory.
 */
STLB_API struct stlb_analysis *stlb_analysis_new(const struct stlb_analysis_options *options,
						 const struct stlb_trace_facts *facts);

/**
 * stlb_analysis_event - the next event, in time order
 *
 * Returns 0 or -ENOMEM. Memory is bounded: at its limits the analysis gives up the oldest of what
 * it keeps, counts that in the result's @dropped, and judges what depends on it as inconclusive.
 */
STLB_API int stlb_analysis_event(struct stlb_analysis *analysis, const struct stlb_event *event);

/**
 * stlb_analysis_note - have something said among the notes of the result
 * @text: one line, outlives the analysis
 */
STLB_API void stlb_analysis_note(struct stlb_analysis *analysis, const char *text);

/** struct stlb_analysis_stats - where an analysis stands */
struct stlb_analysis_stats {
	uint64_t obligations, pending; /* made so far, not ended yet */
	uint64_t sites;		       /* findings so far */
	uint64_t mms;		       /* subscribed at some time */
};

/** stlb_analysis_stats - at any time before stlb_analysis_finish() */
STLB_API struct stlb_analysis_stats stlb_analysis_stats(const struct stlb_analysis *analysis);

/**
 * stlb_analysis_finish - the trace is over
 * @recorded: as in struct stlb_trace_facts, once more: a text trace has shown its events by now;
 *	NULL: nothing more
 *
 * Returns the result, which lives as long as the analysis; NULL without memory. Call it once.
 */
STLB_API const struct stlb_result *stlb_analysis_finish(struct stlb_analysis *analysis,
							const struct stlb_kinds *recorded);

/**
 * stlb_rules_judgeable - how far each rule can be judged by events of some kinds
 * @kinds: those that are recorded
 * @before_6_6: which of the two kernel models
 * @rules: STLB_NR_RULES of them; @judged and @reason are filled in, the rest is left alone
 */
STLB_API void stlb_rules_judgeable(const struct stlb_kinds *kinds, bool before_6_6,
				   struct stlb_rule_result *rules);

/** stlb_analysis_free - NULL is fine */
STLB_API void stlb_analysis_free(struct stlb_analysis *analysis);

#ifdef __cplusplus
}
#endif

#endif
