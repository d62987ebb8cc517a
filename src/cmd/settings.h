/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the command line asks for, of whatever command. */
#ifndef CMD_SETTINGS_H
#define CMD_SETTINGS_H

#include "staletlb/analysis.h"
#include "staletlb/graph.h"
#include "staletlb/probe.h"
#include "staletlb/report.h"

/** enum stlb_when - of colour and progress */
enum stlb_when { STLB_AUTO, STLB_ALWAYS, STLB_NEVER };

/** struct stlb_strings - values of an option that can be given more than once; they are argv's */
struct stlb_strings {
	const char **value;
	unsigned int nr;
};

/** struct stlb_settings - the options and arguments; strings are argv's */
struct stlb_settings {
	const struct stlb_report_writer *writer;
	const struct stlb_graph_writer *graph_writer; /* NULL: by the name of the output */
	const char *finding; /* id of the one that is asked about; NULL: none */
	uint32_t max_events; /* of a graph; 0: the default */
	const char *output;  /* NULL: standard output */
	struct stlb_strings profiles, suppressions, baselines, kallsyms;
	struct stlb_analysis_options analysis;
	struct stlb_filter_value *filters; /* of analysis.filter; owned */
	const char *kernel;
	enum stlb_arch arch;
	struct stlb_symbols *symbols; /* of --kallsyms; owned. NULL: none */
	enum stlb_severity fail_on;
	bool require_full; /* coverage of the error rules */
	enum stlb_when color, progress;
	/* of a running kernel */
	enum stlb_locks locks;
	bool no_deep;  /* probes of functions only, not of each instruction that writes */
	int32_t *pids; /* whose locks are to be seen */
	unsigned int nr_pids;
	uint64_t buffer_kb;    /* 0: the default */
	uint64_t duration_ns;  /* 0: no end */
	uint32_t max_findings; /* 0: any number */
	const char *save;
	bool perf; /* record with perf */
	bool json; /* of what is no report */
	bool quiet, verbose;
	bool help, version;
	char **arguments; /* what is no option */
	int nr_arguments;
};

/** stlb_settings_init - the defaults */
void stlb_settings_init(struct stlb_settings *settings);

/** stlb_settings_since, stlb_settings_until - the window of time in ns; until 0: no end */
uint64_t stlb_settings_since(const struct stlb_settings *settings);
uint64_t stlb_settings_until(const struct stlb_settings *settings);

/** stlb_settings_no_time - whether that window is empty */
bool stlb_settings_no_time(const struct stlb_settings *settings);

/** stlb_settings_release - free what the options have put there */
void stlb_settings_release(struct stlb_settings *settings);

#endif
