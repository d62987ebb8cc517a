/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reports: what was found in one or more traces, written as text, JSON, ... A report keeps its own
 * copy of all that it writes, so a trace's source and analysis can go before the next is opened.
 */
#ifndef STALETLB_REPORT_H
#define STALETLB_REPORT_H

#include <stdio.h>

#include "staletlb/api.h"
#include "staletlb/finding.h"
#include "staletlb/source.h"
#include "staletlb/suppress.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stlb_report;
struct stlb_report_finding;
struct stlb_timeline;

/** enum stlb_status - exit status of the program */
enum stlb_status {
	STLB_STATUS_CLEAN = 0,	    /* judged, and nothing at or above the severity asked for */
	STLB_STATUS_FINDINGS = 1,   /* findings at or above it */
	STLB_STATUS_FAILED = 2,	    /* could not be carried out */
	STLB_STATUS_NOT_JUDGED = 3, /* nothing found, but not judged either */
};

/**
 * stlb_report_new - an empty report
 * @version: of the program, for the report's "tool"; copied
 * @suppressions: asked for each finding of the traces added; NULL: nothing is suppressed. The
 *	caller's, and has to outlive the report.
 *
 * NULL without memory.
 */
STLB_API struct stlb_report *stlb_report_new(const char *version,
					     struct stlb_suppressions *suppressions);

/** stlb_report_free - NULL is fine */
STLB_API void stlb_report_free(struct stlb_report *report);

/** stlb_report_require_full - a trace in which the error rules are judged in part is not judged */
STLB_API void stlb_report_require_full(struct stlb_report *report);

/**
 * stlb_report_add_filter - tell of a filter, all of them in the order of struct stlb_filter
 * @text: the value as it was given; copied
 *
 * Before the first trace. Returns 0 or -ENOMEM.
 */
STLB_API int stlb_report_add_filter(struct stlb_report *report, enum stlb_filter_kind kind,
				    const char *text);

/** stlb_report_unmatched - the values of filters that met nothing in any trace, NULL past the last
 */
STLB_API const char *stlb_report_unmatched(const struct stlb_report *report, uint32_t index,
					   enum stlb_filter_kind *kind);

/**
 * stlb_report_add_trace - add what an analysis found in a trace
 * @info: of the source, at its end
 * @result: of stlb_analysis_finish(); findings already marked as suppressed stay so
 * @symbols: for the names of stacks and subscribers; NULL: they are written as addresses
 *
 * Nothing that is handed in needs to live on. Returns 0 or -ENOMEM, then nothing was added.
 */
STLB_API int stlb_report_add_trace(struct stlb_report *report, const struct stlb_source_info *info,
				   const struct stlb_result *result, struct stlb_source *symbols);

/**
 * stlb_report_take_timeline - what was around the findings of the trace that was added last
 * @timeline: finished; the report's from here on. Without it a writer that draws has only the
 *	events that prove the findings.
 */
STLB_API void stlb_report_take_timeline(struct stlb_report *report, struct stlb_timeline *timeline);

/**
 * stlb_report_add_error - add a file that could not be read
 * @path: the file
 * @message: one line, as in struct stlb_error
 *
 * Returns 0 or -ENOMEM.
 */
STLB_API int stlb_report_add_error(struct stlb_report *report, const char *path,
				   const char *message);

/** stlb_report_add_note - add a line to the notes of the report; 0 or -ENOMEM */
STLB_API int stlb_report_add_note(struct stlb_report *report, const char *note);

/**
 * stlb_report_finish - all traces are in: decide the exit status
 * @fail_on: findings from this severity on give status 1; suppressed and inconclusive ones never
 *
 * Of several traces, the worst in the order 2, 1, 3, 0; a file that could not be read gives 2. The
 * status is kept for the writers. Without this call it is as with STLB_ERROR.
 */
STLB_API enum stlb_status stlb_report_finish(struct stlb_report *report,
					     enum stlb_severity fail_on);

/**
 * struct stlb_report_options - how to write; zero it for the defaults
 *
 * Only text looks at it, and kernelshark at @verbose.
 */
struct stlb_report_options {
	bool color;	    /* severities and roles in colour */
	bool verbose;	    /* suppressed findings, coverage of all rules, counts per kind */
	bool quiet;	    /* only the line of each trace and the errors */
	bool no_errors;	    /* not the files that could not be read: reported elsewhere */
	unsigned int width; /* columns, at least 40; 0: 80 */
};

/**
 * struct stlb_report_writer - one format of the table of formats
 * @name: as --format takes it
 * @description: one line for the help
 * @draws: it can use a struct stlb_timeline of each trace (stlb_report_take_timeline())
 * @tell: writes a finding by itself, for stlb_report_tell(); NULL: it cannot
 * @write: returns 0 or a negative errno: -EPIPE for a closed pipe, -ENOSPC, -ENOMEM, ... @options
 *	NULL: the defaults; @err may be NULL. Flushes @to, and does not close it.
 */
struct stlb_report_writer {
	const char *name;
	const char *description;
	bool draws;
	int (*tell)(const struct stlb_report_finding *finding, FILE *to,
		    const struct stlb_report_options *options);
	int (*write)(const struct stlb_report *report, FILE *to,
		     const struct stlb_report_options *options, struct stlb_error *err);
};

/**
 * stlb_report_tell - write one finding by itself, while its trace is still read
 * @report: its suppressions are asked: what they match is not written
 * @info: of the source
 * @finding: as struct stlb_analysis_options' @found gets it
 * @symbols: as for stlb_report_add_trace()
 * @writer: one that tells; another writes nothing
 *
 * Text is the head of the finding, jsonl one line. Flushes @to. Returns 0 or a negative errno.
 */
STLB_API int stlb_report_tell(struct stlb_report *report, const struct stlb_source_info *info,
			      const struct stlb_finding *finding, struct stlb_source *symbols,
			      const struct stlb_report_writer *writer, FILE *to,
			      const struct stlb_report_options *options, struct stlb_error *err);

/** stlb_report_writer - the formats in order, text first; NULL past the last */
STLB_API const struct stlb_report_writer *stlb_report_writer(unsigned int index);

/** stlb_report_writer_find - the format of a name; NULL for an unknown one */
STLB_API const struct stlb_report_writer *stlb_report_writer_find(const char *name);

#ifdef __cplusplus
}
#endif

#endif
