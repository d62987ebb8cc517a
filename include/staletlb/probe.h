/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Probes: what a running kernel lets be seen, and which of its tracepoints, kprobes and fprobes
 * give which kind of event. Planning reads files only; nothing here changes the kernel.
 */
#ifndef STALETLB_PROBE_H
#define STALETLB_PROBE_H

#include <stdio.h>

#include "staletlb/api.h"
#include "staletlb/event.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stlb_kernel;
struct stlb_plan;

/* ---- what the kernel offers ---- */

/** enum stlb_answer - whether the kernel has something */
enum stlb_answer { STLB_NO, STLB_YES, STLB_UNKNOWN };

/** stlb_answer_name - "no", "yes", "unknown" */
STLB_API const char *stlb_answer_name(enum stlb_answer answer);

/**
 * struct stlb_fact - one thing that decides what can be seen
 * @id: snake_case, stable: "tracefs", "kprobe_events", "btf", "lockdep", ...
 * @title: what it is, for people
 * @value: what was found: a path, a version, a setting; "" where the answer says all
 * @effect: what still works without it and what does not; "" when it is there
 * @remedy: what to change to have it; "" when it is there or cannot be had
 */
struct stlb_fact {
	const char *id, *title, *value, *effect, *remedy;
	enum stlb_answer answer;
};

/**
 * stlb_kernel_open - look at the running kernel
 * @root: a directory that stands for /, NULL for / itself. What is not under it is not looked at:
 *	a copy of another machine's /proc, /sys and /boot files does.
 * @kernel: where it goes; free it with stlb_kernel_close()
 * @err: may be NULL
 *
 * What is missing (tracefs not mounted, no rights, no BTF, ...) is a fact, not an error. Returns 0
 * or -ENOMEM.
 */
STLB_API int stlb_kernel_open(const char *root, struct stlb_kernel **kernel,
			      struct stlb_error *err);

/** stlb_kernel_close - NULL is fine */
STLB_API void stlb_kernel_close(struct stlb_kernel *kernel);

/** stlb_kernel_fact - the facts by index; NULL past the last; the kernel's */
STLB_API const struct stlb_fact *stlb_kernel_fact(const struct stlb_kernel *kernel,
						  unsigned int index);

/** stlb_kernel_find_fact - the fact of an id; NULL for an unknown one */
STLB_API const struct stlb_fact *stlb_kernel_find_fact(const struct stlb_kernel *kernel,
						       const char *id);

/** stlb_kernel_release, stlb_kernel_arch - as uname says; "" where not known */
STLB_API const char *stlb_kernel_release(const struct stlb_kernel *kernel);
STLB_API const char *stlb_kernel_arch(const struct stlb_kernel *kernel);

/** stlb_kernel_tracing - where tracefs is mounted; NULL where it is not, or may not be read */
STLB_API const char *stlb_kernel_tracing(const struct stlb_kernel *kernel);

/* ---- the probes for it ---- */

/** enum stlb_probe_source - where the events of a probe come from */
enum stlb_probe_source {
	STLB_PROBE_NONE, /* nothing on this kernel gives them */
	STLB_PROBE_TRACEPOINT,
	STLB_PROBE_FPROBE,	  /* function entry, arguments by BTF */
	STLB_PROBE_FPROBE_RETURN, /* function return */
	STLB_PROBE_KPROBE,
	STLB_PROBE_KRETPROBE,
};

/** stlb_probe_source_name - "tracepoint", "fprobe", "fprobe return", "kprobe", "kretprobe" */
STLB_API const char *stlb_probe_source_name(enum stlb_probe_source source);

/** enum stlb_probe_scope - whose events are wanted where tasks are asked for */
enum stlb_probe_scope {
	STLB_SCOPE_ALL,	  /* everybody's: an update or a free by another task counts as much */
	STLB_SCOPE_TASKS, /* only those of the tasks asked for: locks, scheduling */
};

/** enum stlb_site_use - what becomes of a place where the kernel writes page tables */
enum stlb_site_use {
	STLB_SITE_PROBED,
	STLB_SITE_UNUSABLE, /* its updates are not seen */
	STLB_SITE_UNNEEDED, /* it writes no entries that a secondary TLB could have */
};

/** stlb_site_use_name - "probed", "unusable", "unneeded" */
STLB_API const char *stlb_site_use_name(enum stlb_site_use use);

/**
 * struct stlb_probe_site - a place in the kernel's text that gives the event of a probe
 * @where: "function+0x1f"; of a module "module:function+0x1f"
 * @function: that holds it
 * @definition: the line for tracefs' dynamic_events; NULL where it is not probed
 * @reason: why not; of one that is probed, the function called there that writes; "" for none
 */
struct stlb_probe_site {
	const char *where, *function, *definition, *reason;
	enum stlb_site_use use;
};

/**
 * struct stlb_probe - one event of a plan, or one that could not be had
 * @event: the event's name in the group of the plan ("inv_start"), or the tracepoint's
 * @system: the group of the plan, or the tracepoint's system ("kmem")
 * @kind: what it tells
 * @definition: the line for tracefs' dynamic_events; NULL for tracepoints and STLB_PROBE_NONE
 * @filter: the filter in the kernel; NULL: none
 * @stack: its kernel stack is worth recording with it
 * @reason: why this source and not another, or why none
 * @limitations: what is not seen with it; "" for nothing
 * @sites: of an event that comes from many places: all of them, in the order of their addresses.
 *	The definitions of those that are probed add up to it; the first of them is @definition.
 */
struct stlb_probe {
	const char *event, *system, *definition, *filter, *reason, *limitations;
	const struct stlb_probe_site *sites;
	unsigned int nr_sites;
	enum stlb_kind kind;
	enum stlb_probe_source source;
	enum stlb_probe_scope scope;
	bool stack;
};

/** enum stlb_locks - which locks are to be seen: they are most of the cost */
enum stlb_locks {
	STLB_LOCKS_PTL,	 /* page table locks only, as far as the kernel can tell them: default */
	STLB_LOCKS_ALL,	 /* every spinlock, with the return of its acquisition */
	STLB_LOCKS_NONE, /* none: brackets stand for holds */
};

/** struct stlb_plan_options - what to plan for; zero it for the defaults */
struct stlb_plan_options {
	const char *group; /* of the dynamic events, [a-zA-Z0-9_]; NULL: "staletlb"; copied */
	enum stlb_locks locks;
	bool tracepoints_only; /* no dynamic events */
	bool no_deep;	       /* no probes of each instruction that writes a page table */
	/* Probes that reach tasks will see those of some tasks only. Not set: everybody's, so that
	 * of returns from system calls only those are seen that matter for page tables. */
	bool of_tasks;
};

/**
 * stlb_plan_new - choose the best source for each kind of event
 * @options: NULL for the defaults
 *
 * Returns 0, -EINVAL for a bad group, -ENOMEM. A plan without a usable probe is a plan. Free it
 * with stlb_plan_free(); it does not need the kernel any more.
 */
STLB_API int stlb_plan_new(const struct stlb_kernel *kernel,
			   const struct stlb_plan_options *options, struct stlb_plan **plan,
			   struct stlb_error *err);

/** stlb_plan_free - NULL is fine */
STLB_API void stlb_plan_free(struct stlb_plan *plan);

/** stlb_plan_probe - the probes by index, usable or not; NULL past the last; the plan's */
STLB_API const struct stlb_probe *stlb_plan_probe(const struct stlb_plan *plan, unsigned int index);

/**
 * stlb_plan_kinds - the kinds that the usable probes tell
 *
 * stlb_rules_judgeable() of staletlb/analysis.h says which rules they are enough for.
 */
STLB_API struct stlb_kinds stlb_plan_kinds(const struct stlb_plan *plan);

/** stlb_plan_group - the group of the dynamic events */
STLB_API const char *stlb_plan_group(const struct stlb_plan *plan);

/**
 * stlb_plan_script - the plan as a shell script for a machine without this program
 * @to: the script installs (or with the argument "remove" removes) the dynamic events
 *
 * Returns 0 or a negative errno of writing.
 */
STLB_API int stlb_plan_script(const struct stlb_plan *plan, FILE *to);

/**
 * stlb_snapshot_take - read what was there before the first event: the mms that have subscribers,
 *	and how their page tables are linked
 * @plan: whose events are on already, so that nothing falls between; without probes of each
 *	instruction that writes a page table there is nothing to read
 * @line: is called for each line that the trace has to have as a mark of a user, without a newline
 *
 * Returns 0; -E2BIG where it was cut; another negative errno.
 */
STLB_API int stlb_snapshot_take(const struct stlb_kernel *kernel, const struct stlb_plan *plan,
				void (*line)(void *arg, const char *text), void *arg,
				struct stlb_error *err);

#ifdef __cplusplus
}
#endif

#endif
