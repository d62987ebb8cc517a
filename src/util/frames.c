/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/frames.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Beginnings of names. The exceptions are those by which a breakpoint comes in. */
static const char *const prefixes[] = {
	"kprobe_",
	"kretprobe_",
	"__kretprobe_",
	"aggr_pre_handler",
	"rethook_",
	"arch_rethook_",
	"optimized_callback",
	"opt_pre_",
	"setup_detour_execution",
	"fprobe_",
	"__fprobe_",
	"fentry_",
	"fexit_",
	"ftrace_",
	"__ftrace_",
	"arch_ftrace_",
	"function_graph_enter",
	"return_to_handler",
	"trace_",
	"__trace_",
	"__traceiter_",
	"do_trace_event_raw_event_",
	"perf_trace_",
	"do_perf_trace_",
	"__bpf_trace_",
	"bpf_trampoline_",
	"stack_trace_save",
	/* x86 */
	"do_int3",
	"exc_int3",
	"asm_exc_int3",
	"int3_exception_notify",
	"notify_die",
	"atomic_notifier_call_chain",
	/* arm64 */
	"do_el1_brk64",
	"el1_brk64",
	"el1_dbg",
	"el1h_64_sync",
	"call_break_hook",
	"call_el1_break_hook",
	"brk_handler",
	"do_debug_exception",
	/* riscv */
	"handle_break",
	"do_trap_break",
	"probe_breakpoint_handler",
};

static bool is_of_tracer(const char *name)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

uint32_t stlb_frames_of_tracer(const char *const *names, uint32_t nr)
{
	uint32_t skip = 0, i;

	for (i = 0; i < nr && (!names[i] || is_of_tracer(names[i])); i++)
		if (names[i])
			skip = i + 1;
	if (skip && i == skip + 1 && i < nr &&
	    (strstr(names[skip - 1], "ftrace") || strstr(names[skip - 1], "fprobe")))
		skip = i;
	return skip;
}
