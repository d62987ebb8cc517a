/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the writers read: the traces with their findings. All strings in here are clean (see
 * util/str.h), so a writer may print them as they are; the fixed buffers inside @raw are not.
 */
#ifndef REPORT_REPORT_INTERNAL_H
#define REPORT_REPORT_INTERNAL_H

#include "staletlb/report.h"
#include "util/arena.h"

/** struct stlb_report_event - the strings of one event of evidence; the rest is in the event */
struct stlb_report_event {
	const struct stlb_event *event;
	const char *role;
	const char *name; /* NULL where not known, as @comm */
	const char *comm;
	const char *note; /* after who did it; NULL for none */
};

/** struct stlb_report_finding - one finding, copied */
struct stlb_report_finding {
	const struct stlb_finding *raw;
	const char *id, *fingerprint;
	const char *action, *message, *missing, *phase; /* "" for none */
	const char *comm;				/* "" where not known */
	const char *suppressed;				/* the reason, NULL: not suppressed */
	bool weakly;	/* suppressed by a fingerprint that names no function */
	uint64_t known; /* occurrences that a baseline has, where that is too few; else 0 */
	struct stlb_report_event events[STLB_MAX_EVIDENCE];
	const char *stack[STLB_MAX_STACK]; /* "function+0x12" or "0x..." */
	const char *subscribers[STLB_MAX_SUBSCRIBERS];
};

/** struct stlb_report_broken - an entry that was written unrecorded, and the events around that */
struct stlb_report_broken {
	const struct stlb_broken_link *raw;
	struct stlb_report_event before, after; /* @before: its name NULL where there is none */
};

enum { STLB_MAX_REASONS = 16 };

/** struct stlb_report_hidden - what filters hide; what a suppression hides too is apart */
struct stlb_report_hidden {
	uint64_t nr[STLB_ERROR + 1]; /* by severity */
	uint64_t inconclusive;
	uint64_t by[STLB_NR_FILTERS]; /* one may be hidden by several */
	uint64_t rules[STLB_NR_RULES];
	struct {
		uint64_t nr;
		uint64_t by[STLB_NR_FILTERS];
		uint64_t rules[STLB_NR_RULES];
	} suppressed;
};

/** struct stlb_report_trace - one trace, copied; @info and @result have clean strings */
struct stlb_report_trace {
	struct stlb_arena arena;
	struct stlb_source_info info;
	struct stlb_result result; /* without its findings */
	struct stlb_report_finding *findings;
	uint32_t nr_findings;
	struct stlb_report_broken broken[STLB_MAX_BROKEN_LINKS]; /* of @result's first ones */
	struct stlb_report_hidden hidden;
	const char *rule_reasons[STLB_NR_RULES]; /* why a rule was not judged fully, "" for none */
	const char *reasons[STLB_MAX_REASONS];	 /* why it could not be judged completely */
	uint32_t nr_reasons;
	struct stlb_timeline *timeline; /* NULL: none was made */
};

/** struct stlb_report_error - a file that could not be read */
struct stlb_report_error {
	const char *path, *message;
};

/** struct stlb_report_filter - a filter as it was given */
struct stlb_report_filter {
	enum stlb_filter_kind kind;
	const char *text;
	bool matched; /* something in one of the traces */
};

struct stlb_report {
	struct stlb_arena arena;
	const char *version;
	struct stlb_suppressions *suppressions;
	struct stlb_report_trace **traces;
	uint32_t nr_traces;
	struct stlb_report_error *errors;
	uint32_t nr_errors;
	const char **notes;
	uint32_t nr_notes;
	enum stlb_severity fail_on;
	bool require_full, reported;
	struct stlb_report_filter *filters;
	uint32_t nr_filters;
};

/** stlb_report_has_links - whether what entries said was compared with what was written to them */
bool stlb_report_has_links(const struct stlb_report_trace *trace);

/** stlb_report_context_name - "task", "softirq", "hardirq", "nmi" */
const char *stlb_report_context_name(unsigned int context);

/* ---- copy.c ---- */

/**
 * stlb_report_copy - a copy of a trace; NULL without memory. Its reasons are not set.
 * @peek: the suppressions are only looked at, not counted
 */
struct stlb_report_trace *stlb_report_copy(const struct stlb_source_info *info,
					   const struct stlb_result *result,
					   struct stlb_source *symbols,
					   struct stlb_suppressions *suppressions, bool peek);

/** stlb_report_copy_free - NULL is fine */
void stlb_report_copy_free(struct stlb_report_trace *trace);

/* ---- status.c ---- */

/** stlb_report_find_reasons - fill in why a trace could not be judged completely; 0 or -ENOMEM */
int stlb_report_find_reasons(const struct stlb_report *report, struct stlb_report_trace *trace);

/** stlb_report_is_cut_bare - a file that breaks off before its first event */
bool stlb_report_is_cut_bare(const struct stlb_report_trace *trace);

/** stlb_report_hidden_from - violations of a severity and above that filters hide */
uint64_t stlb_report_hidden_from(const struct stlb_report_trace *trace,
				 enum stlb_severity severity);

/**
 * stlb_report_hiding - "--comm and --rule", those that hide something; @size at least 80
 * @by: how many each of them hides
 */
void stlb_report_hiding(const uint64_t by[STLB_NR_FILTERS], char *text, size_t size);

/** stlb_report_trace_status - of one trace */
enum stlb_status stlb_report_trace_status(const struct stlb_report_trace *trace,
					  enum stlb_severity fail_on);

/** stlb_report_status - of all of it */
enum stlb_status stlb_report_status(const struct stlb_report *report);

/** stlb_report_counts - whether a finding counts: neither suppressed nor inconclusive */
bool stlb_report_counts(const struct stlb_report_finding *finding);

/* ---- total.c: sums over the traces ---- */

/** struct stlb_report_rule - one rule over all traces */
struct stlb_report_rule {
	enum stlb_judged judged;		   /* of the trace where it was judged least */
	const char *reason;			   /* its reason there, "" when full */
	const char *path;			   /* that trace's, NULL where there is but one */
	uint64_t occurrences, sites, inconclusive; /* without suppressed ones */
	uint64_t suppressed;			   /* occurrences and inconclusive ones that were */
	uint64_t hidden;			   /* by filters alone */
};

/** struct stlb_report_totals - sums over all traces; sums stop at the largest number */
struct stlb_report_totals {
	struct stlb_report_rule rules[STLB_NR_RULES];
	struct stlb_obligations obligations;
	uint64_t kinds[STLB_NR_KINDS];
	uint64_t unplaced, mms;
};

/** stlb_report_rule_total - one rule of one trace */
struct stlb_report_rule stlb_report_rule_total(const struct stlb_report_trace *trace,
					       enum stlb_rule rule);

/** stlb_report_total - sum up; @totals is overwritten */
void stlb_report_total(const struct stlb_report *report, struct stlb_report_totals *totals);

/* ---- the writers, as in struct stlb_report_writer ---- */

int stlb_report_write_text(const struct stlb_report *report, FILE *to,
			   const struct stlb_report_options *options, struct stlb_error *err);
int stlb_report_write_json(const struct stlb_report *report, FILE *to,
			   const struct stlb_report_options *options, struct stlb_error *err);

int stlb_report_write_jsonl(const struct stlb_report *report, FILE *to,
			    const struct stlb_report_options *options, struct stlb_error *err);

/** stlb_report_tell_text, stlb_report_tell_jsonl - one finding; 0 or -ENOMEM */
int stlb_report_tell_text(const struct stlb_report_finding *finding, FILE *to,
			  const struct stlb_report_options *options);
int stlb_report_tell_jsonl(const struct stlb_report_finding *finding, FILE *to,
			   const struct stlb_report_options *options);

int stlb_report_write_perfetto(const struct stlb_report *report, FILE *to,
			       const struct stlb_report_options *options, struct stlb_error *err);
int stlb_report_write_kernelshark(const struct stlb_report *report, FILE *to,
				  const struct stlb_report_options *options,
				  struct stlb_error *err);

/** stlb_report_flush - the end of a writer: flush, and name what went wrong; 0 or a negative errno
 */
int stlb_report_flush(FILE *to, struct stlb_error *err);

#endif
