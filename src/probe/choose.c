/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a kernel can have a probe, and by what: every "no" has its own text. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan.h"

/* A definition is one write into dynamic_events, which takes less than a page. */
enum { MAX_DEFINITION = 1536 };

static int check_place(const struct stlb_kernel *kernel, const struct stlb_probe_row *row,
		       struct stlb_error *why)
{
	if (!row->only_with || stlb_kallsyms_have(&kernel->symbols, row->only_with))
		return 0;
	return stlb_error_set(why, -ENOENT, "%s is of use only in kernels with %s", row->what,
			      row->only_with);
}

/* ---- tracepoints ---- */

static int choose_point(const struct stlb_choice *choice, const struct stlb_probe_row *row,
			struct stlb_probe *probe, struct stlb_error *why)
{
	size_t system = strcspn(row->what, ":");

	if (!choice->kernel->tracing_path)
		return stlb_error_set(why, -ENOENT, "tracefs cannot be read");
	if (!stlb_kernel_has_event(choice->kernel, row->what))
		return stlb_error_set(why, -ENOENT, "no tracepoint %s in this kernel", row->what);
	if (check_place(choice->kernel, row, why) < 0)
		return -ENOENT;
	if (row->flags & STLB_ROW_CALLS && !choice->options->of_tasks &&
	    !stlb_calls_known(choice->kernel->arch))
		return stlb_error_set(why, -ENOENT,
				      "for all tasks, the system calls that matter are not known "
				      "on the architecture %s: select tasks",
				      choice->kernel->arch);
	probe->system = stlb_arena_format(&choice->plan->arena, "%.*s", (int)system, row->what);
	probe->event = row->what + system + 1;
	probe->source = STLB_PROBE_TRACEPOINT;
	probe->reason = stlb_arena_format(&choice->plan->arena, "%s", row->why);
	return probe->system && probe->reason ? 0 : -ENOMEM;
}

/* ---- functions ---- */

static int check_offers(const struct stlb_choice *choice, struct stlb_error *why)
{
	const struct stlb_kernel *kernel = choice->kernel;

	if (choice->options->tracepoints_only)
		return stlb_error_set(why, -ENOENT, "only tracepoints were requested");
	if (!kernel->tracing_path)
		return stlb_error_set(why, -ENOENT, "tracefs cannot be read");
	if (!kernel->offers.kprobes && !kernel->offers.fprobes)
		return stlb_error_set(why, -ENOENT,
				      kernel->offers.disarmed
					      ? "kprobes are disarmed, and it has no fprobes"
					      : "this kernel has neither kprobe nor fprobe events");
	if (kernel->offers.ftrace_off)
		return stlb_error_set(why, -ENOENT,
				      "kernel.ftrace_enabled is 0: no probe is ever hit");
	if (kernel->locked_down)
		return stlb_error_set(why, -ENOENT, "the kernel is locked down");
	return 0;
}

static int check_conditions(const struct stlb_kernel *kernel, const struct stlb_probe_row *row,
			    struct stlb_error *why)
{
	if (check_place(kernel, row, why) < 0)
		return -ENOENT;
	if (row->not_with && stlb_kernel_has_event(kernel, row->not_with))
		return stlb_error_set(why, -ENOENT, "%s reports it, %s adds nothing", row->not_with,
				      row->what);
	if (!(row->flags & STLB_ROW_PAGE_CHECK) || kernel->page_table_check == STLB_YES)
		return 0;
	if (kernel->page_table_check == STLB_NO)
		return stlb_error_set(why, -ENOENT, "page_table_check is off");
	return stlb_error_set(why, -ENOENT, "whether page_table_check is on is unknown");
}

static int check_symbol(const struct stlb_kernel *kernel, const char *name, bool kprobe,
			struct stlb_error *why)
{
	const struct stlb_kernel_symbol *symbol = stlb_kallsyms_find(&kernel->symbols, name);

	if (!kernel->symbols.readable)
		return stlb_error_set(why, -ENOENT, "/proc/kallsyms cannot be read");
	if (!symbol || (!symbol->nr && !symbol->clone))
		return stlb_error_set(why, -ENOENT, "%s is not in this kernel, or inlined", name);
	if (!symbol->nr)
		return stlb_error_set(why, -ENOENT,
				      "the compiler kept only modified copies of %s: the location "
				      "of their arguments is unknown",
				      name);
	if (symbol->nr > 1)
		return stlb_error_set(why, -ENOENT,
				      "%s exists %u times: which one to probe is unknown", name,
				      symbol->nr);
	if (!kernel->symbols.traceable_error && !symbol->traceable)
		return stlb_error_set(why, -ENOENT, "%s is not traceable (notrace)", name);
	if (kprobe && symbol->blacklisted)
		return stlb_error_set(why, -ENOENT, "%s is on the kprobes blacklist", name);
	return 0;
}

static enum stlb_probe_source source_of(const struct stlb_kernel *kernel,
					const struct stlb_probe_row *row)
{
	if (row->at == STLB_AT_RETURN)
		return kernel->offers.fprobes ? STLB_PROBE_FPROBE_RETURN : STLB_PROBE_KRETPROBE;
	return kernel->offers.fprobes ? STLB_PROBE_FPROBE : STLB_PROBE_KPROBE;
}

/* "r512:group/event function arguments" */
static const char *define(const struct stlb_choice *choice, const struct stlb_probe_row *row,
			  enum stlb_probe_source source, const char *arguments)
{
	bool fprobe = choice->kernel->offers.fprobes, at_return = row->at == STLB_AT_RETURN;
	bool limited = at_return && (!fprobe || choice->kernel->offers.fprobe_maxactive);
	char limit[16] = "";

	if (limited)
		snprintf(limit, sizeof(limit), "%u", row->maxactive);
	return stlb_arena_format(&choice->plan->arena, "%c%s:%s/%s %s%s%s",
				 fprobe ? 'f' : (at_return ? 'r' : 'p'), limit, choice->plan->group,
				 row->event, row->what,
				 source == STLB_PROBE_FPROBE_RETURN ? "%return" : "", arguments);
}

static const char *how(const struct stlb_kernel *kernel, const char *arguments)
{
	if (!strstr(arguments, "arg") && !strstr(arguments, "->"))
		return "";
	return kernel->offers.named_arguments ? ", arguments by name"
					      : ", arguments located by BTF";
}

static int choose_function(const struct stlb_choice *choice, const struct stlb_probe_row *row,
			   struct stlb_probe *probe, struct stlb_error *why)
{
	const struct stlb_kernel *kernel = choice->kernel;
	char arguments[MAX_DEFINITION];
	struct stlb_error argument = {""};

	if (check_offers(choice, why) < 0 || check_conditions(kernel, row, why) < 0 ||
	    check_symbol(kernel, row->what, !kernel->offers.fprobes, why) < 0)
		return -ENOENT;
	if (stlb_row_arguments(kernel, row, arguments, sizeof(arguments), &argument) < 0)
		return stlb_error_set(why, -ENOENT, "%s: %s", row->what, argument.text);
	probe->system = choice->plan->group;
	probe->event = row->event;
	probe->source = source_of(kernel, row);
	probe->definition = define(choice, row, probe->source, arguments);
	probe->reason = stlb_arena_format(&choice->plan->arena, "%s; %s of %s%s", row->why,
					  stlb_probe_source_name(probe->source), row->what,
					  how(kernel, arguments));
	return probe->definition && probe->reason ? 0 : -ENOMEM;
}

int stlb_row_choose(const struct stlb_choice *choice, const struct stlb_probe_row *row,
		    struct stlb_probe *probe, struct stlb_error *why)
{
	*probe = (struct stlb_probe){.kind = row->kind,
				     .limitations = row->limitations ? row->limitations : "",
				     .stack = (row->flags & STLB_ROW_STACK) != 0};
	probe->scope = row->flags & STLB_ROW_TASKS ? STLB_SCOPE_TASKS : STLB_SCOPE_ALL;
	if (row->at == STLB_AT_POINT)
		return choose_point(choice, row, probe, why);
	return choose_function(choice, row, probe, why);
}
