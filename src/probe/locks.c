/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Telling page table locks from all the others, in the kernel: by where they lie. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

/* Lockdep's classes of them: pte and pmd locks before 6.6 and since, and those of puds. */
#define LOCK_CLASSES                                                                               \
	"name == \"ptlock_ptr(page)\" || name == \"ptlock_ptr(ptdesc)\" || "                       \
	"name == \"&mm->page_table_lock\""

/* With few CPUs, one lock of the mm serves all of its page tables. */
static bool one_lock_for_all(const struct stlb_kernel *kernel)
{
	char cpus[16], split[16];

	return stlb_kernel_config(kernel, "CONFIG_NR_CPUS", cpus, sizeof(cpus)) == STLB_YES &&
	       stlb_kernel_config(kernel, "CONFIG_SPLIT_PTLOCK_CPUS", split, sizeof(split)) ==
		       STLB_YES &&
	       strtoul(cpus, NULL, 10) < strtoul(split, NULL, 10);
}

/* Large spinlocks do not fit into struct pages, which then have a pointer to them. */
static bool in_pages(const struct stlb_kernel *kernel)
{
	int pointer = kernel->btf ? stlb_btf_member_is_pointer(kernel->btf, "ptdesc", "ptl") : 1;

	if (pointer == -ENOENT)
		pointer = stlb_btf_member_is_pointer(kernel->btf, "page", "ptl");
	return pointer == 0;
}

/* Why a filter by address would not find them, in any boot of this kernel; NULL: it would. */
static const char *elsewhere(const struct stlb_kernel *kernel)
{
	if (one_lock_for_all(kernel))
		return "with so few CPUs the page table lock is mm->page_table_lock";
	if (!in_pages(kernel))
		return "page table locks are not in struct pages here";
	return NULL;
}

int stlb_plan_locks(struct stlb_plan *plan, const struct stlb_kernel *kernel)
{
	uint64_t base = kernel->vmemmap.value;
	const char *why = elsewhere(kernel);

	plan->locks_in_pages = !why && stlb_kallsyms_have(&kernel->symbols, STLB_VMEMMAP_SYMBOL);
	if (!why && kernel->vmemmap.known)
		plan->filter = stlb_arena_format(&plan->arena,
						 "lock >= 0x%" PRIx64 " && lock < 0x%" PRIx64, base,
						 base + (UINT64_C(1) << STLB_PAGES_SHIFT));
	else
		plan->unfiltered =
			stlb_arena_format(&plan->arena, "%s", why ? why : kernel->vmemmap.unknown);
	return plan->filter || plan->unfiltered ? 0 : -ENOMEM;
}

static int narrow(struct stlb_plan *plan, struct stlb_probe *probe, const char *filter)
{
	probe->filter = probe->filter
				? stlb_arena_format(&plan->arena, "%s && %s", probe->filter, filter)
				: filter;
	return probe->filter ? 0 : -ENOMEM;
}

/* Each return of everybody would cost every task and push out what matters. */
static int narrow_calls(const struct stlb_choice *choice, struct stlb_probe *probe)
{
	struct stlb_plan *plan = choice->plan;

	probe->reason = stlb_arena_format(&plan->arena,
					  "%s; for all tasks, only calls that tear down page "
					  "tables: tracing every return would cost too much",
					  probe->reason);
	probe->filter = stlb_calls_filter(&plan->arena, choice->kernel->arch);
	return probe->reason && probe->filter ? 0 : -ENOMEM;
}

int stlb_plan_filter(const struct stlb_choice *choice, struct stlb_planned *planned)
{
	struct stlb_probe *probe = &planned->probe;
	struct stlb_plan *plan = choice->plan;

	probe->filter = planned->row->filter;
	if (planned->row->flags & STLB_ROW_CALLS && !choice->options->of_tasks)
		return narrow_calls(choice, probe);
	if (choice->options->locks != STLB_LOCKS_PTL)
		return 0;
	if (planned->row->flags & STLB_ROW_NAMED_LOCKS)
		return narrow(plan, probe, LOCK_CLASSES);
	if (!(planned->row->flags & STLB_ROW_IN_PAGES))
		return 0;
	planned->in_pages = plan->locks_in_pages;
	if (plan->filter)
		return narrow(plan, probe, plan->filter);
	probe->reason = stlb_arena_format(
		&plan->arena, "%s; every spinlock is recorded, many times the events: %s",
		probe->reason, plan->unfiltered);
	return probe->reason ? 0 : -ENOMEM;
}
