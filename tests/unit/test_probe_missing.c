/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of the plan where a kernel lacks something: each lack has its own reason. */
#include <criterion/criterion.h>
#include <string.h>

#include "made_kinds.h"
#include "planned.h"

/* ---- functions that cannot be probed ---- */

Test(plan, each_function_that_cannot_be_probed_has_its_own_reason)
{
	struct made_kernel made = made_new("6.1");
	struct stlb_plan *plan;

	made_replace(&made, "/proc/kallsyms", " T ptep_clear_flush\n", " T ptep_gone\n");
	made_replace(&made, "/proc/kallsyms", " pmdp_invalidate\n", " pmdp_invalidate.isra.0\n");
	made_replace(&made, "/proc/kallsyms", " T __mmdrop\n",
		     " T __mmdrop\nffffffff81000000 t __mmdrop\n");
	made_replace(&made, MADE_TRACING TRACED, "free_huge_page\n", "free_huge_page_not\n");
	made_write(&made, "/sys/kernel/debug/kprobes/blacklist",
		   "0xffffffff81000000-0xffffffff81000010\tpmd_install\n");
	plan = made_plan(&made, STLB_LOCKS_PTL);
	planned(plan, "pte_clear_flush", STLB_PROBE_NONE,
		"ptep_clear_flush is not in this kernel, or inlined");
	planned(plan, "pmd_inval", STLB_PROBE_NONE, "only modified copies of pmdp_invalidate");
	planned(plan, "mmfree", STLB_PROBE_NONE, "__mmdrop exists 2 times");
	planned(plan, "huge_free", STLB_PROBE_NONE, "free_huge_page is not traceable");
	planned(plan, "pmd_install", STLB_PROBE_NONE, "pmd_install is on the kprobes blacklist");
	planned(plan, "inv_start", STLB_PROBE_KPROBE, "kprobe of __mmu_notifier_invalidate_range");
	stlb_plan_free(plan);
}

Test(plan, the_blacklist_is_that_of_kprobes)
{
	struct made_kernel made = made_new("6.12");
	struct stlb_plan *plan;

	made_write(&made, "/sys/kernel/debug/kprobes/blacklist",
		   "0xffffffff81000000-0xffffffff81000010\tpmd_install\n");
	plan = made_plan(&made, STLB_LOCKS_PTL);
	planned(plan, "pmd_install", STLB_PROBE_FPROBE, "");
	stlb_plan_free(plan);
}

Test(plan, a_copy_for_cold_paths_is_no_function_of_its_own)
{
	struct made_kernel made = made_new("6.1");
	struct stlb_plan *plan;

	made_replace(&made, "/proc/kallsyms", " T ptep_clear_flush\n",
		     " T ptep_clear_flush\nffffffff81000000 t ptep_clear_flush.cold\n");
	made_replace(&made, "/proc/kallsyms", " T pmd_install\n", " t pmd_install.cold\n");
	plan = made_plan(&made, STLB_LOCKS_PTL);
	planned(plan, "pte_clear_flush", STLB_PROBE_KPROBE, "");
	planned(plan, "pmd_install", STLB_PROBE_NONE, "not in this kernel");
	stlb_plan_free(plan);
}

/* Names are enough where addresses are kept secret; but for the filter of locks. */
Test(plan, kallsyms_without_addresses_has_names)
{
	struct made_kernel made = made_new("6.12");
	char *symbols = made_text(&made, "kallsyms");
	struct stlb_plan *plan;

	for (char *at = symbols; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		if (strlen(at) > 16)
			memset(at, '0', 16);
	made_write(&made, "/proc/kallsyms", symbols);
	plan = made_plan(&made, STLB_LOCKS_PTL);
	planned(plan, "pte_clear_flush", STLB_PROBE_FPROBE, "");
	planned(plan, "ptl_acquire", STLB_PROBE_FPROBE, "hides addresses");
	filtered(plan, "ptl_acquire", NULL);
	stlb_plan_free(plan);
	free(symbols);
}

/* ---- kernels that have less ---- */

Test(plan, without_btf_only_mere_calls_and_results_can_be_had)
{
	struct made_kernel made = made_new("6.1");
	struct stlb_plan *plan;

	made_types_write(&made, NULL);
	plan = made_plan(&made, STLB_LOCKS_ALL);
	planned(plan, "inv_start", STLB_PROBE_NONE, "without BTF");
	planned(plan, "ptl_release", STLB_PROBE_NONE, "without BTF");
	defined(plan, "inv_start_ret",
		"r512:staletlb/inv_start_ret __mmu_notifier_invalidate_range_start "
		"ret=$retval:s32");
	defined(plan, "inv_end_ret",
		"r512:staletlb/inv_end_ret __mmu_notifier_invalidate_range_end");
	planned(plan, "mm_page_free", STLB_PROBE_TRACEPOINT, "");
	stlb_plan_free(plan);
}

Test(plan, without_dynamic_events_tracepoints_remain)
{
	struct made_kernel made = made_new("6.12");
	struct stlb_kinds kinds = MADE_KINDS(
		STLB_PAGE_FREE, STLB_PAGE_ALLOC, STLB_MIGRATION_SET, STLB_MIGRATION_REMOVE,
		STLB_SAME_CONTENT, STLB_SCHED_SWITCH, STLB_SCHED_WAKING, STLB_FORK, STLB_EXIT,
		STLB_SUBSCRIBER, STLB_USER_MODE, STLB_MMAP_LOCKED, STLB_MMAP_UNLOCK);
	struct stlb_plan *plan;

	made_replace(&made, MADE_TRACING "/README", "  kprobe_events", "  nothing_events");
	made_replace(&made, MADE_TRACING "/README", "f[:[", "x[:[");
	plan = made_plan(&made, STLB_LOCKS_PTL);
	planned(plan, "inv_start", STLB_PROBE_NONE, "neither kprobe nor fprobe events");
	planned(plan, "ptl_acquire", STLB_PROBE_NONE, "neither kprobe nor fprobe events");
	cr_expect(made_same_kinds(stlb_plan_kinds(plan), kinds));
	stlb_plan_free(plan);
}

Test(plan, only_tracepoints_where_nothing_else_was_asked_for)
{
	struct made_kernel made = made_new("6.12");
	struct stlb_kernel *kernel = made_open(&made);
	struct stlb_plan_options options = {.tracepoints_only = true};
	struct stlb_plan *plan;

	cr_assert_eq(stlb_plan_new(kernel, &options, &plan, NULL), 0);
	planned(plan, "inv_start", STLB_PROBE_NONE, "only tracepoints were requested");
	planned(plan, "mm_page_free", STLB_PROBE_TRACEPOINT, "");
	stlb_plan_free(plan);
	stlb_kernel_close(kernel);
	made_free(&made);
}

Test(plan, without_tracefs_there_is_nothing)
{
	struct made_kernel made = made_new("6.12");
	struct stlb_plan *plan;

	made_write(&made, "/proc/mounts", "sys /sys sysfs rw 0 0\n");
	plan = made_plan(&made, STLB_LOCKS_PTL);
	cr_expect(made_same_kinds(stlb_plan_kinds(plan), (struct stlb_kinds){0}));
	planned(plan, "mm_page_free", STLB_PROBE_NONE, "tracefs cannot be read");
	planned(plan, "inv_start", STLB_PROBE_NONE, "tracefs cannot be read");
	cr_expect_str_eq(made_probe(plan, "mm_page_free")->system, "kmem");
	stlb_plan_free(plan);
}

static void check_refusal(const char *file, const char *text, const char *reason)
{
	struct made_kernel made = made_new("6.1");
	struct stlb_plan *plan;

	made_write(&made, file, text);
	plan = made_plan(&made, STLB_LOCKS_PTL);
	planned(plan, "inv_start", STLB_PROBE_NONE, reason);
	stlb_plan_free(plan);
}

Test(plan, switches_that_keep_probes_from_being_hit)
{
	check_refusal("/sys/kernel/security/lockdown", "none integrity [confidentiality]\n",
		      "locked down");
	check_refusal("/proc/sys/kernel/ftrace_enabled", "0\n", "ftrace_enabled is 0");
	check_refusal("/sys/kernel/debug/kprobes/enabled", "0\n", "kprobes are disarmed");
	check_refusal("/proc/kallsyms", NULL, "/proc/kallsyms cannot be read");
}

/* 6.5 to 6.8: fprobes and arguments by name, but none at a return. */
Test(plan, fprobes_before_arguments_at_returns)
{
	struct made_kernel made = made_new("6.12");
	struct stlb_plan *plan;

	made_replace(&made, MADE_TRACING "/README",
		     "kernel return probes support: $retval, $arg<N>, $comm", "");
	plan = made_plan(&made, STLB_LOCKS_ALL);
	defined(plan, "inv_range_ret",
		"f128:staletlb/inv_range_ret "
		"__mmu_notifier_arch_invalidate_secondary_tlbs%return");
	planned(plan, "ptl_map", STLB_PROBE_NONE, "a return probe has no access to arguments");
	defined(plan, "ptl_acquired", "f512:staletlb/ptl_acquired _raw_spin_lock%return");
	planned(plan, "ptl_trylock", STLB_PROBE_NONE, "a return probe has no access to arguments");
	stlb_plan_free(plan);
}

/* Later fprobes know no limit of returns under way, and take none. */
Test(plan, fprobes_without_a_limit)
{
	struct made_kernel made = made_new("6.12");
	struct stlb_plan *plan;

	made_replace(&made, "/proc/kallsyms", "fprobe_exit_handler", "fprobe_return");
	plan = made_plan(&made, STLB_LOCKS_PTL);
	defined(plan, "subscribe_ret",
		"f:staletlb/subscribe_ret __mmu_notifier_register%return ret=$retval:s32");
	stlb_plan_free(plan);
}

Test(plan, arguments_that_are_not_there_are_left_out_or_refused)
{
	struct made_kernel made = made_new("6.1");
	struct stlb_plan *plan;

	made_replace(&made, "/proc/kallsyms", " D vmemmap_base", " D vmemmap_no_base");
	made_replace(&made, "/proc/kallsyms", " D page_offset_base", " D page_offset_no_base");
	made_types_add(&made, "");
	plan = made_plan(&made, STLB_LOCKS_PTL);
	defined(plan, "inv_start",
		"p:staletlb/inv_start __mmu_notifier_invalidate_range_start mm=+8($arg1):x64 "
		"start=+16($arg1):x64 end=+24($arg1):x64 flags=+32($arg1):u32 "
		"event=+36($arg1):u32");
	planned(plan, "ptl_acquire", STLB_PROBE_KPROBE, "no symbol vmemmap_base");
	stlb_plan_free(plan);
	made = made_new("6.1");
	made_types_write(&made, "func ptep_clear_flush\n\tvma ptr:vm_area_struct\n\taddress int4\n"
				"\tptep ptr:pte_t\nfunc __mmdrop\n\tmem ptr:mm_struct\n");
	plan = made_plan(&made, STLB_LOCKS_PTL);
	planned(plan, "pte_clear_flush", STLB_PROBE_NONE,
		"ptep_clear_flush: there is no member vm_mm");
	planned(plan, "mmfree", STLB_PROBE_NONE, "__mmdrop: it has no parameter mm");
	planned(plan, "inv_start", STLB_PROBE_NONE, "BTF has no prototype of it");
	stlb_plan_free(plan);
}

Test(plan, an_argument_of_another_size_is_refused)
{
	struct made_kernel made = made_new("6.1");
	struct stlb_plan *plan;

	made_types_write(&made, "struct vm_area_struct 32\n\tvm_mm 128 ptr:mm_struct\n"
				"struct pte_t 8\n\tpte 0 int8\n"
				"func ptep_clear_flush\n\tvma ptr:vm_area_struct\n\taddress int4\n"
				"\tptep ptr:pte_t\n");
	plan = made_plan(&made, STLB_LOCKS_PTL);
	planned(plan, "pte_clear_flush", STLB_PROBE_NONE, "address|addr has 4 bytes");
	stlb_plan_free(plan);
}
