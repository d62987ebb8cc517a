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
	"Exit status: 0 judged and nothing found, 1 findings, 2 could not be carried out, "        \
	"3 nothing found but not judged either."

static const struct stlb_command_info commands[STLB_NR_COMMANDS] = {
	[STLB_COMMAND_PROGRAM] =
		{NULL, "[OPTION] COMMAND [ARGUMENT]...", NULL,
		 "Find missing invalidations of secondary TLBs (IOMMU, KVM, GPU) in "
		 "traces of the Linux kernel.",
		 JUDGED, STLB_ARGUMENTS_COMMAND, NULL},
	[STLB_COMMAND_ANALYZE] =
		{"analyze", "[OPTION]... FILE...", "judge recorded traces",
		 "Judge recorded traces: trace.dat, perf.data, or the text of ftrace or perf "
		 "script, plain or compressed with gzip or zstd. The format is found from the "
		 "content. FILE - is standard input.",
		 JUDGED, STLB_ARGUMENTS_FILES, NULL},
	[STLB_COMMAND_GRAPH] =
		{"graph", "[OPTION]... FILE", "draw the order of events behind a finding",
		 "Draw the happens-before graph behind a finding (--finding), or of one address of "
		 "an mm (--mm and --addr): what was done to the entry, in which critical section, "
		 "and what should have been ordered and is not.",
		 "Exit status: 0 drawn, 2 could not be carried out.", STLB_ARGUMENTS_FILES, NULL},
	[STLB_COMMAND_EXPLAIN] =
		{"explain", "[OPTION]... FILE", "tell one finding in full",
		 "Tell one finding in full: its events in order and what surrounds them, the rule "
		 "in the kernel's words, the edge that is missing, what a device could observe, "
		 "and what would have made it right.",
		 "Exit status: 0 told, 2 could not be carried out.", STLB_ARGUMENTS_FILES, NULL},
	[STLB_COMMAND_LIVE] =
		{"live", "[OPTION]... [--] [COMMAND [ARGUMENT]...]", "judge a running kernel",
		 "Install the probes, read tracefs and judge while the kernel runs; ends with "
		 "COMMAND, after --duration, or with Ctrl-C, and leaves the kernel as it was. "
		 "COMMAND is traced from its first instruction.",
		 JUDGED, STLB_ARGUMENTS_COMMAND, NULL},
	[STLB_COMMAND_RECORD] =
		{"record", "-o FILE [OPTION]... [--] [COMMAND [ARGUMENT]...]",
		 "record a running kernel, to judge it elsewhere",
		 "Install the probes and record with trace-cmd (or with perf: --perf) until "
		 "COMMAND ends, after --duration, or until Ctrl-C; leaves the kernel as it was.",
		 "Exit status: 0 recorded, 2 could not be carried out.", STLB_ARGUMENTS_COMMAND,
		 NULL},
	[STLB_COMMAND_PROBES] =
		{"probes", "[OPTION]... list|install|remove|script",
		 "show, install or remove the probes for this kernel",
		 "The probes for this kernel. list: each with the reason for its choice, and what "
		 "it does not see. install: put them into the kernel, to stay, as the events of "
		 "the group staletlb. remove: take them away, and what a killed run left behind. "
		 "script: a shell script that does it where this program is not.",
		 "Exit status: 0 done, 2 could not be carried out.", STLB_ARGUMENTS_WORD,
		 stlb_word_action},
	[STLB_COMMAND_DOCTOR] =
		{"doctor", "[OPTION]...", "tell what this kernel lets be seen",
		 "Tell what this kernel lets be seen, which rules can be judged with it, and what "
		 "to change to see more.",
		 "Exit status: 0 both error rules of the kernel's document can be judged, 2 could "
		 "not be carried out, 3 they cannot.",
		 STLB_ARGUMENTS_NONE, NULL},
};

static const char *const group_titles[STLB_NR_GROUPS] = {
	[STLB_GROUP_REPORT] = "Report",
	[STLB_GROUP_TRACE] = "Tracing",
	[STLB_GROUP_JUDGE] = "Judging",
	[STLB_GROUP_FILTER] =
		"Findings wanted (all are judged all the same, and the others counted)",
	[STLB_GROUP_KNOWN] = "Findings known",
	[STLB_GROUP_OTHER] = "Other",
};

static const struct stlb_option options[] = {
	{"format", 'f', "FORMAT", "how to write the report", ANALYZE | LIVE, STLB_GROUP_REPORT,
	 STLB_VALUES_WORDS, stlb_word_format, stlb_option_format},
	{"format", 'f', "FORMAT", "how to write the graph", GRAPH, STLB_GROUP_REPORT,
	 STLB_VALUES_WORDS, stlb_word_graph_format, stlb_option_graph_format},
	{"format", 'f', "FORMAT", "how to write it", PROBES | DOCTOR, STLB_GROUP_REPORT,
	 STLB_VALUES_WORDS, stlb_word_text_or_json, stlb_option_text_or_json},
	{"finding", 0, "ID",
	 "the finding, as the report of analyze calls it: F1, F2, ..., or its fingerprint",
	 GRAPH | EXPLAIN, STLB_GROUP_REPORT, STLB_VALUES_FREE, NULL, stlb_option_finding},
	{"max-events", 0, "NUMBER", "draw at most NUMBER events (default 200)", GRAPH,
	 STLB_GROUP_REPORT, STLB_VALUES_FREE, NULL, stlb_option_max_events},
	{"output", 'o', "FILE", "write the report to FILE, whole or not at all",
	 ANALYZE | GRAPH | EXPLAIN | LIVE, STLB_GROUP_REPORT, STLB_VALUES_FILE, NULL,
	 stlb_option_output},
	{"output", 'o', "FILE", "write it to FILE, whole or not at all", PROBES | DOCTOR,
	 STLB_GROUP_REPORT, STLB_VALUES_FILE, NULL, stlb_option_output},
	{"quiet", 'q', NULL, "only a line for each trace and the errors", ANALYZE | LIVE,
	 STLB_GROUP_REPORT, STLB_VALUES_FREE, NULL, stlb_option_quiet},
	{"verbose", 'v', NULL, "also suppressed findings, all of the coverage, counts",
	 ANALYZE | LIVE, STLB_GROUP_REPORT, STLB_VALUES_FREE, NULL, stlb_option_verbose},
	{"color", 0, "WHEN", "colours in the text report", ANALYZE | LIVE, STLB_GROUP_REPORT,
	 STLB_VALUES_WORDS, stlb_word_when, stlb_option_color},
	{"progress", 0, "WHEN", "a line of progress on standard error",
	 ANALYZE | GRAPH | EXPLAIN | LIVE, STLB_GROUP_REPORT, STLB_VALUES_WORDS, stlb_word_when,
	 stlb_option_progress},

	{"output", 'o', "FILE", "record to FILE", RECORD, STLB_GROUP_TRACE, STLB_VALUES_FILE, NULL,
	 stlb_option_save},
	{"perf", 0, NULL, "record with perf, to a perf.data", RECORD, STLB_GROUP_TRACE,
	 STLB_VALUES_FREE, NULL, stlb_option_perf},
	{"pid", 'p', "PID",
	 "see the locks of this process and what it starts only; may be repeated", LIVE | RECORD,
	 STLB_GROUP_TRACE, STLB_VALUES_FREE, NULL, stlb_option_trace_pid},
	{"duration", 'd', "SECONDS", "end after SECONDS", LIVE | RECORD, STLB_GROUP_TRACE,
	 STLB_VALUES_FREE, NULL, stlb_option_duration},
	{"max-findings", 0, "NUMBER", "end with the NUMBERth finding", LIVE, STLB_GROUP_TRACE,
	 STLB_VALUES_FREE, NULL, stlb_option_max_findings},
	{"save", 0, "FILE", "keep the raw trace as a trace.dat", LIVE, STLB_GROUP_TRACE,
	 STLB_VALUES_FILE, NULL, stlb_option_save},
	{"buffer-size", 'b', "SIZE",
	 "buffer for each CPU: KiB, or with K, M, G behind (default 16M, less where memory is "
	 "short)",
	 LIVE, STLB_GROUP_TRACE, STLB_VALUES_FREE, NULL, stlb_option_buffer_size},
	{"buffer-size", 'b', "SIZE",
	 "buffer for each CPU: KiB, or with K, M, G behind (default 16M)", RECORD, STLB_GROUP_TRACE,
	 STLB_VALUES_FREE, NULL, stlb_option_buffer_size},
	{"locks", 0, "WHICH",
	 "page table locks, as far as the kernel can tell them, all spinlocks with their exact "
	 "acquisition, or none (default ptl)",
	 LIVE | RECORD | PROBES | DOCTOR, STLB_GROUP_TRACE, STLB_VALUES_WORDS, stlb_word_locks,
	 stlb_option_locks},

	{"rule", 0, "ID[=SEVERITY]",
	 "judge rule ID as error, warning or notice, or not at all (off); may be repeated",
	 ANALYZE | GRAPH | EXPLAIN | LIVE, STLB_GROUP_JUDGE, STLB_VALUES_IDS, stlb_word_rule,
	 stlb_option_rule},
	{"fail-on", 0, "SEVERITY", "findings from SEVERITY on give exit status 1 (default error)",
	 ANALYZE | LIVE, STLB_GROUP_JUDGE, STLB_VALUES_WORDS, stlb_word_severity,
	 stlb_option_fail_on},
	{"require", 0, "COVERAGE",
	 "coverage of the two error rules without which nothing is judged, status 3 (default "
	 "partial)",
	 ANALYZE | LIVE, STLB_GROUP_JUDGE, STLB_VALUES_WORDS, stlb_word_require,
	 stlb_option_require},
	{"strict", 0, NULL, "read mmu_notifier.rst to the letter", ANALYZE | GRAPH | EXPLAIN | LIVE,
	 STLB_GROUP_JUDGE, STLB_VALUES_FREE, NULL, stlb_option_strict},
	{"profile", 0, "FILE", "meanings of further trace events; may be repeated",
	 ANALYZE | GRAPH | EXPLAIN | LIVE, STLB_GROUP_JUDGE, STLB_VALUES_FILE, NULL,
	 stlb_option_profile},
	{"kernel", 0, "VERSION", "kernel of the traces, where they do not say it",
	 ANALYZE | GRAPH | EXPLAIN, STLB_GROUP_JUDGE, STLB_VALUES_FREE, NULL, stlb_option_kernel},
	{"arch", 0, "ARCH", "architecture of the traces, where they do not say it",
	 ANALYZE | GRAPH | EXPLAIN, STLB_GROUP_JUDGE, STLB_VALUES_WORDS, stlb_word_arch,
	 stlb_option_arch},
	{"kallsyms", 0, "FILE", "names of functions in stacks, from the traced kernel's kallsyms",
	 ANALYZE | GRAPH | EXPLAIN, STLB_GROUP_JUDGE, STLB_VALUES_FILE, NULL, stlb_option_kallsyms},

	{"mm", 0, "ADDRESS", "of this mm_struct; may be repeated", ANALYZE | GRAPH | EXPLAIN | LIVE,
	 STLB_GROUP_FILTER, STLB_VALUES_FREE, NULL, stlb_option_mm},
	{"pid", 0, "PID", "of updates by this task; may be repeated", ANALYZE | GRAPH | EXPLAIN,
	 STLB_GROUP_FILTER, STLB_VALUES_FREE, NULL, stlb_option_pid},
	{"comm", 0, "NAME", "of updates by tasks of this name; may be repeated",
	 ANALYZE | GRAPH | EXPLAIN | LIVE, STLB_GROUP_FILTER, STLB_VALUES_FREE, NULL,
	 stlb_option_comm},
	{"addr", 0, "RANGE",
	 "of these pages: START-END, START+LENGTH or one address; may be repeated",
	 ANALYZE | GRAPH | EXPLAIN | LIVE, STLB_GROUP_FILTER, STLB_VALUES_FREE, NULL,
	 stlb_option_addr},
	{"since", 0, "TIME", "from TIME on, in seconds as the trace prints them",
	 ANALYZE | GRAPH | EXPLAIN, STLB_GROUP_FILTER, STLB_VALUES_FREE, NULL, stlb_option_since},
	{"until", 0, "TIME", "up to TIME", ANALYZE | GRAPH | EXPLAIN, STLB_GROUP_FILTER,
	 STLB_VALUES_FREE, NULL, stlb_option_until},

	{"suppress", 0, "FILE", "do not count the findings that FILE gives a reason for",
	 ANALYZE | LIVE, STLB_GROUP_KNOWN, STLB_VALUES_FILE, NULL, stlb_option_suppress},
	{"baseline", 0, "REPORT", "do not count the findings of an earlier JSON report",
	 ANALYZE | LIVE, STLB_GROUP_KNOWN, STLB_VALUES_FILE, NULL, stlb_option_baseline},

	{"help", 'h', NULL, "write this help",
	 PROGRAM | ANALYZE | GRAPH | EXPLAIN | LIVE | RECORD | PROBES | DOCTOR, STLB_GROUP_OTHER,
	 STLB_VALUES_FREE, NULL, stlb_option_help},
	{"version", 'V', NULL, "write the version",
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
