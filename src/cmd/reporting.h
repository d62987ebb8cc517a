/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report of a command that judges: what it asks of the settings, and how it is written. */
#ifndef CMD_REPORTING_H
#define CMD_REPORTING_H

#include "cmd/output.h"
#include "cmd/settings.h"

/** struct stlb_reporting - zeroed is one that is not open */
struct stlb_reporting {
	const struct stlb_settings *settings;
	struct stlb_suppressions *suppressions;
	struct stlb_report *report;
	struct stlb_output *output;
};

/**
 * stlb_reporting_open - load the suppressions and open the output, which must be none of the inputs
 * @traces: whether the arguments are files that are read
 *
 * Before the work: what is wrong here should not show after an hour of it. Returns 0 or a negative
 * errno; to be closed in any case.
 */
int stlb_reporting_open(struct stlb_reporting *reporting, const struct stlb_settings *settings,
			bool traces, struct stlb_error *err);

/** stlb_reporting_say_unmatched - warn of filters that met nothing, when all traces are judged */
void stlb_reporting_say_unmatched(const struct stlb_reporting *reporting, const char *command);

/** stlb_reporting_options - how to write to the output, or to standard output where that differs */
struct stlb_report_options stlb_reporting_options(const struct stlb_settings *settings);

/** stlb_reporting_write - write the report, and put the output in its place; 0 or negative errno */
int stlb_reporting_write(struct stlb_reporting *reporting, struct stlb_error *err);

/** stlb_reporting_close - what was not put in its place is taken away */
void stlb_reporting_close(struct stlb_reporting *reporting);

#endif
