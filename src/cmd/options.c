/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/options.h"

#include "cmd/setters.h"

#define PROGRAM (1U << STLB_COMMAND_PROGRAM)
#define ANALYZE (1U << STLB_COMMAND_ANALYZE)
#define GRAPH	(1U << STLB_COMMAND_GRAPH)
#define EXPLAIN (1U << STLB_COMMAND_EXPLAIN)
#define LIVE	(1U << STLB_COMMAND_LIVE)
#define RECORD	(1U << STLB_COMMAND_RECORD)
#define PROBES	(1U << STLB_COMMAND_PROBES)
#define DOCTOR	(1U << STLB_COMMAND_DOCTOR)

#define JUDGED                                                                                     \
	"Exit status: 0 checked and nothing found, 1 findings, 2 failed, 3 nothing found, but "    \
	"the check is incomplete."

static const struct stlb_command_info commands[STLB_NR_COMMANDS] = {
	[STLB_COMMAND_PROGRAM] =
		{NULL, "[OPTION] COMMAND [ARGUMENT]...", NULL,
		 "Find missing invalidations of secondary TLBs (IOMMU, KVM, GPU) in "
		 "traces of the Linux kernel.",
		 JUDGED, STLB_ARGUMENTS_COMMAND, NULL},
	[STLB_COMMAND_ANALYZE] =
		{"analyze", "[OPTION]... FILE...", "check recorded traces",
		 "Check recorded traces: trace.dat, perf.data, or the text of ftrace or perf "
		 "script, plain or compressed with gzip or zstd. The format is detected from the "
		 "content. FILE - is standard input.",
		 JUDGED, STLB_ARGUMENTS_FILES, NULL},
	[STLB_COMMAND_GRAPH] = {"graph", "[OPTION]... FILE",
				"draw the happens-before graph of a finding",
				"Draw the happens-before graph of a finding (--finding), or of one "
				"address of an mm (--mm and --addr): what was done to the entry, "
				"in which critical section, and which order is missing.",
				"Exit status: 0 drawn, 2 failed.", STLB_ARGUMENTS_FILES, NULL},
	[STLB_COMMAND_EXPLAIN] = {"explain", "[OPTION]... FILE", "explain one finding in full",
				  "Explain one finding in full: its events in order with their "
				  "surroundings, the rule in the kernel's words, the missing edge, "
				  "what a device could observe, and what would have been correct.",
				  "Exit status: 0 explained, 2 failed.", STLB_ARGUMENTS_FILES,
				  NULL},
	[STLB_COMMAND_LIVE] = {"live", "[OPTION]... [--] [COMMAND [ARGUMENT]...]",
			       "check a running kernel",
			       "Install the probes, read tracefs and check while the kernel runs. "
			       "Ends with COMMAND, after --duration, or on Ctrl-C, and leaves the "
			       "kernel as it was. COMMAND is traced from its first instruction.",
			       JUDGED, STLB_ARGUMENTS_COMMAND, NULL},
	[STLB_COMMAND_RECORD] =
		{"record", "-o FILE [OPTION]... [--] [COMMAND [ARGUMENT]...]",
		 "record a running kernel, to check it elsewhere",
		 "Install the probes and record with trace-cmd (or with perf: --perf) until "
		 "COMMAND ends, after --duration, or until Ctrl-C. Leaves the kernel as it was.",
		 "Exit status: 0 recorded, 2 failed.", STLB_ARGUMENTS_COMMAND, NULL},
	[STLB_COMMAND_PROBES] =
		{"probes", "[OPTION]... list|install|remove|script",
		 "show, install or remove the probes for this kernel",
		 "Manage the probes for this kernel. list: show each with the reason for its "
		 "choice and its limits. install: put them into the kernel, to stay, as events of "
		 "the group staletlb. remove: remove them, and the leftovers of a killed run. "
		 "script: print a shell script that installs them on a machine without staletlb.",
		 "Exit status: 0 done, 2 failed.", STLB_ARGUMENTS_WORD, stlb_word_action},
	[STLB_COMMAND_DOCTOR] = {"doctor", "[OPTION]...", "show what this kernel can record",
				 "Show what this kernel can record, which rules can be checked "
				 "with it, and what to change to see more.",
				 "Exit status: 0 both error rules of the kernel's document can be "
				 "checked, 2 failed, 3 they cannot.",
				 STLB_ARGUMENTS_NONE, NULL},
};

static const char *const group_titles[STLB_NR_GROUPS] = {
	[STLB_GROUP_REPORT] = "Report",
	[STLB_GROUP_TRACE] = "Tracing",
	[STLB_GROUP_JUDGE] = "Checking",
	[STLB_GROUP_FILTER] = "Selecting findings (all are checked, hidden ones are counted)",
	[STLB_GROUP_KNOWN] = "Known findings",
	[STLB_GROUP_OTHER] = "Other",
};

static const struct stlb_option options[] = {
	{"format", 'f', "FORMAT", "format of the report", ANALYZE | LIVE, STLB_GROUP_REPORT,
	 STLB_VALUES_WORDS, stlb_word_format, stlb_option_format},
	{"format", 'f', "FORMAT", "format of the graph", GRAPH, STLB_GROUP_REPORT,
	 STLB_VALUES_WORDS, stlb_word_graph_format, stlb_option_graph_format},
	{"format", 'f', "FORMAT", "format of the output", PROBES | DOCTOR, STLB_GROUP_REPORT,
	 STLB_VALUES_WORDS, stlb_word_text_or_json, stlb_option_text_or_json},
	{"finding", 0, "ID",
	 "the finding's id in the report of analyze (F1, F2, ...) or its fingerprint",
	 GRAPH | EXPLAIN, STLB_GROUP_REPORT, STLB_VALUES_FREE, NULL, stlb_option_finding},
	{"max-events", 0, "NUMBER", "draw at most NUMBER events (default 200)", GRAPH,
	 STLB_GROUP_REPORT, STLB_VALUES_FREE, NULL, stlb_option_max_events},
	{"output", 'o', "FILE", "write the report to FILE, atomically",
	 ANALYZE | GRAPH | EXPLAIN | LIVE, STLB_GROUP_REPORT, STLB_VALUES_FILE, NULL,
	 stlb_option_output},
	{"output", 'o', "FILE", "write the output to FILE, atomically", PROBES | DOCTOR,
	 STLB_GROUP_REPORT, STLB_VALUES_FILE, NULL, stlb_option_output},
	{"quiet", 'q', NULL, "only a line for each trace and the errors", ANALYZE | LIVE,
	 STLB_GROUP_REPORT, STLB_VALUES_FREE, NULL, stlb_option_quiet},
	{"verbose", 'v', NULL, "also suppressed findings, full coverage, event counts",
	 ANALYZE | LIVE, STLB_GROUP_REPORT, STLB_VALUES_FREE, NULL, stlb_option_verbose},
	{"verbose", 'v', NULL, "also each instruction that is probed", PROBES, STLB_GROUP_REPORT,
	 STLB_VALUES_FREE, NULL, stlb_option_verbose},
	{"color", 0, "WHEN", "color the text report", ANALYZE | LIVE, STLB_GROUP_REPORT,
	 STLB_VALUES_WORDS, stlb_word_when, stlb_option_color},
	{"progress", 0, "WHEN", "show progress on standard error", ANALYZE | GRAPH | EXPLAIN | LIVE,
	 STLB_GROUP_REPORT, STLB_VALUES_WORDS, stlb_word_when, stlb_option_progress},

	{"output", 'o', "FILE", "record to FILE", RECORD, STLB_GROUP_TRACE, STLB_VALUES_FILE, NULL,
	 stlb_option_save},
	{"perf", 0, NULL, "record with perf, to a perf.data", RECORD, STLB_GROUP_TRACE,
	 STLB_VALUES_FREE, NULL, stlb_option_perf},
	{"pid", 'p', "PID",
	 "record the locks of this process and its children only; may be repeated", LIVE | RECORD,
	 STLB_GROUP_TRACE, STLB_VALUES_FREE, NULL, stlb_option_trace_pid},
	{"duration", 'd', "SECONDS", "stop after SECONDS", LIVE | RECORD, STLB_GROUP_TRACE,
	 STLB_VALUES_FREE, NULL, stlb_option_duration},
	{"max-findings", 0, "NUMBER", "stop after NUMBER findings", LIVE, STLB_GROUP_TRACE,
	 STLB_VALUES_FREE, NULL, stlb_option_max_findings},
	{"save", 0, "FILE", "save the raw trace as a trace.dat", LIVE, STLB_GROUP_TRACE,
	 STLB_VALUES_FILE, NULL, stlb_option_save},
	{"buffer-size", 'b', "SIZE",
	 "buffer for each CPU: KiB, or with suffix K, M, G (default 16M, less if memory is short)",
	 LIVE, STLB_GROUP_TRACE, STLB_VALUES_FREE, NULL, stlb_option_buffer_size},
	{"buffer-size", 'b', "SIZE",
	 "buffer for each CPU: KiB, or with suffix K, M, G (default 16M)", RECORD, STLB_GROUP_TRACE,
	 STLB_VALUES_FREE, NULL, stlb_option_buffer_size},
	{"locks", 0, "WHICH",
	 "page table locks (ptl), as far as the kernel can identify them; all spinlocks, with "
	 "their exact acquisition; or none (default ptl)",
	 LIVE | RECORD | PROBES | DOCTOR, STLB_GROUP_TRACE, STLB_VALUES_WORDS, stlb_word_locks,
	 stlb_option_locks},
	{"deep", 0, "WHICH",
	 "probe each instruction that writes a page table, where the kernel allows it (auto), or "
	 "only functions (off; default off)",
	 LIVE | RECORD | PROBES | DOCTOR, STLB_GROUP_TRACE, STLB_VALUES_WORDS, stlb_word_deep,
	 stlb_option_deep},

	{"rule", 0, "ID[=SEVERITY]",
	 "report rule ID as error, warning or notice, or turn it off; may be repeated",
	 ANALYZE | GRAPH | EXPLAIN | LIVE, STLB_GROUP_JUDGE, STLB_VALUES_IDS, stlb_word_rule,
	 stlb_option_rule},
	{"fail-on", 0, "SEVERITY",
	 "exit status 1 for findings of at least SEVERITY (default error)", ANALYZE | LIVE,
	 STLB_GROUP_JUDGE, STLB_VALUES_WORDS, stlb_word_severity, stlb_option_fail_on},
	{"require", 0, "COVERAGE",
	 "coverage that the two error rules must have; with less, exit status 3 (default partial)",
	 ANALYZE | LIVE, STLB_GROUP_JUDGE, STLB_VALUES_WORDS, stlb_word_require,
	 stlb_option_require},
	{"strict", 0, NULL, "apply mmu_notifier.rst to the letter",
	 ANALYZE | GRAPH | EXPLAIN | LIVE, STLB_GROUP_JUDGE, STLB_VALUES_FREE, NULL,
	 stlb_option_strict},
	{"profile", 0, "FILE", "what additional trace events mean; may be repeated",
	 ANALYZE | GRAPH | EXPLAIN | LIVE, STLB_GROUP_JUDGE, STLB_VALUES_FILE, NULL,
	 stlb_option_profile},
	{"kernel", 0, "VERSION", "kernel version, for traces that do not name it",
	 ANALYZE | GRAPH | EXPLAIN, STLB_GROUP_JUDGE, STLB_VALUES_FREE, NULL, stlb_option_kernel},
	{"arch", 0, "ARCH", "architecture, for traces that do not name it",
	 ANALYZE | GRAPH | EXPLAIN, STLB_GROUP_JUDGE, STLB_VALUES_WORDS, stlb_word_arch,
	 stlb_option_arch},
	{"kallsyms", 0, "FILE", "function names for stacks, from the traced kernel's kallsyms",
	 ANALYZE | GRAPH | EXPLAIN, STLB_GROUP_JUDGE, STLB_VALUES_FILE, NULL, stlb_option_kallsyms},

	{"mm", 0, "ADDRESS", "only this mm_struct; may be repeated",
	 ANALYZE | GRAPH | EXPLAIN | LIVE, STLB_GROUP_FILTER, STLB_VALUES_FREE, NULL,
	 stlb_option_mm},
	{"pid", 0, "PID", "only updates by this task; may be repeated", ANALYZE | GRAPH | EXPLAIN,
	 STLB_GROUP_FILTER, STLB_VALUES_FREE, NULL, stlb_option_pid},
	{"comm", 0, "NAME", "only updates by tasks of this name; may be repeated",
	 ANALYZE | GRAPH | EXPLAIN | LIVE, STLB_GROUP_FILTER, STLB_VALUES_FREE, NULL,
	 stlb_option_comm},
	{"addr", 0, "RANGE",
	 "only these pages: START-END, START+LENGTH or one address; may be repeated",
	 ANALYZE | GRAPH | EXPLAIN | LIVE, STLB_GROUP_FILTER, STLB_VALUES_FREE, NULL,
	 stlb_option_addr},
	{"since", 0, "TIME", "only from TIME on, in seconds as in the trace",
	 ANALYZE | GRAPH | EXPLAIN, STLB_GROUP_FILTER, STLB_VALUES_FREE, NULL, stlb_option_since},
	{"until", 0, "TIME", "only up to TIME", ANALYZE | GRAPH | EXPLAIN, STLB_GROUP_FILTER,
	 STLB_VALUES_FREE, NULL, stlb_option_until},

	{"suppress", 0, "FILE", "do not count the findings listed in FILE, each with a reason",
	 ANALYZE | LIVE, STLB_GROUP_KNOWN, STLB_VALUES_FILE, NULL, stlb_option_suppress},
	{"baseline", 0, "REPORT", "do not count the findings of an earlier JSON report",
	 ANALYZE | LIVE, STLB_GROUP_KNOWN, STLB_VALUES_FILE, NULL, stlb_option_baseline},

	{"help", 'h', NULL, "print this help",
	 PROGRAM | ANALYZE | GRAPH | EXPLAIN | LIVE | RECORD | PROBES | DOCTOR, STLB_GROUP_OTHER,
	 STLB_VALUES_FREE, NULL, stlb_option_help},
	{"version", 'V', NULL, "print the version",
	 PROGRAM | ANALYZE | GRAPH | EXPLAIN | LIVE | RECORD | PROBES | DOCTOR, STLB_GROUP_OTHER,
	 STLB_VALUES_FREE, NULL, stlb_option_version},
};

const struct stlb_command_info *stlb_command_info(enum stlb_command_id id)
{
	return &commands[id];
}

const char *stlb_option_group_title(enum stlb_option_group group)
{
	return group_titles[group];
}

const struct stlb_option *stlb_option(enum stlb_command_id id, unsigned int index)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (!(options[i].commands & 1U << id))
			continue;
		if (!index--)
			return &options[i];
	}
	return NULL;
}
