/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which locks are seen, and how those of page tables are distinguished from the others. */
#include <criterion/criterion.h>
#include <string.h>

#include "planned.h"

#define IN_PAGES "lock >= 0xffd0b9fc00000000 && lock < 0xffd0bafc00000000"
#define CLASSES                                                                                    \
	"name == \"ptlock_ptr(page)\" || name == \"ptlock_ptr(ptdesc)\" || "                       \
	"name == \"&mm->page_table_lock\""

static struct stlb_plan *plan_for(const char *version, enum stlb_locks locks)
{
	struct made_kernel made = made_new(version);

	return made_plan(&made, locks);
}

static void check_absent(const struct stlb_plan *plan, const char *event)
{
	const struct stlb_probe *probe;

	for (unsigned int i = 0; (probe = stlb_plan_probe(plan, i)); i++)
		cr_expect_str_neq(probe->event, event);
}

Test(locks, those_in_struct_pages_are_filtered_by_the_kernel)
{
	struct stlb_plan *plan = plan_for("6.1", STLB_LOCKS_PTL);

	filtered(plan, "ptl_acquire", IN_PAGES);
	filtered(plan, "ptl_release", IN_PAGES);
	planned(plan, "ptl_acquired", STLB_PROBE_NONE, "a return probe has no access to arguments");
	planned(plan, "ptl_trylock", STLB_PROBE_NONE, "a return probe has no access to arguments");
	cr_expect_eq(made_probe(plan, "ptl_acquire")->scope, STLB_SCOPE_TASKS);
	cr_expect_not(made_probe(plan, "ptl_acquire")->stack);
	stlb_plan_free(plan);
	plan = plan_for("6.12", STLB_LOCKS_PTL);
	filtered(plan, "ptl_acquired", IN_PAGES);
	filtered(plan, "ptl_trylock", "ret != 0 && " IN_PAGES);
	stlb_plan_free(plan);
}

Test(locks, all_of_them_are_not_filtered)
{
	struct stlb_plan *plan = plan_for("6.1", STLB_LOCKS_ALL);

	filtered(plan, "ptl_acquire", NULL);
	filtered(plan, "ptl_release", NULL);
	defined(plan, "ptl_acquired", "r512:staletlb/ptl_acquired _raw_spin_lock");
	cr_expect(strstr(made_probe(plan, "ptl_acquired")->limitations, "which lock"));
	stlb_plan_free(plan);
	plan = plan_for("6.12", STLB_LOCKS_ALL);
	defined(plan, "ptl_acquired",
		"f512:staletlb/ptl_acquired _raw_spin_lock%return "
		"lock=lock:x64");
	filtered(plan, "ptl_acquired", NULL);
	filtered(plan, "ptl_trylock", "ret != 0");
	stlb_plan_free(plan);
}

Test(locks, none_of_them_are_no_probes)
{
	struct stlb_plan *plan = plan_for("6.12", STLB_LOCKS_NONE);
	struct stlb_kinds kinds = stlb_plan_kinds(plan);

	check_absent(plan, "ptl_acquire");
	check_absent(plan, "ptl_acquired");
	check_absent(plan, "ptl_trylock");
	check_absent(plan, "ptl_release");
	cr_expect_not(stlb_kinds_has_class(&kinds, STLB_CLASS_LOCK));
	planned(plan, "inv_start", STLB_PROBE_FPROBE, "");
	stlb_plan_free(plan);
}

/* A lock whose release is not seen would be held for ever. */
Test(locks, acquisitions_are_of_no_use_without_releases)
{
	struct made_kernel made = made_new("6.12");
	struct stlb_plan *plan;

	made_replace(&made, "/proc/kallsyms", "_raw_spin_unlock\n", "_raw_spin_unlock_bh\n");
	plan = made_plan(&made, STLB_LOCKS_PTL);
	planned(plan, "ptl_release", STLB_PROBE_NONE,
		"_raw_spin_unlock is not in this kernel, or "
		"inlined");
	planned(plan, "ptl_acquire", STLB_PROBE_NONE, "of no use without ptl_release");
	planned(plan, "ptl_acquired", STLB_PROBE_NONE, "of no use without ptl_acquire");
	planned(plan, "ptl_trylock", STLB_PROBE_NONE, "of no use without ptl_acquire");
	stlb_plan_free(plan);
}

Test(locks, releases_are_of_no_use_without_acquisitions)
{
	struct made_kernel made = made_new("6.12");
	struct stlb_plan *plan;

	made_replace(&made, "/proc/kallsyms", "_raw_spin_lock\n", "_raw_spin_lock_bh\n");
	plan = made_plan(&made, STLB_LOCKS_PTL);
	planned(plan, "ptl_acquire", STLB_PROBE_NONE,
		"_raw_spin_lock is not in this kernel, or "
		"inlined");
	planned(plan, "ptl_release", STLB_PROBE_NONE, "of no use without ptl_acquire");
	planned(plan, "ptl_trylock", STLB_PROBE_NONE, "of no use without ptl_acquire");
	stlb_plan_free(plan);
}

/* ---- where the filter would be wrong, or cannot be made ---- */

static void check_unfiltered(struct made_kernel *made, const char *reason)
{
	struct stlb_plan *plan = made_plan(made, STLB_LOCKS_PTL);

	filtered(plan, "ptl_acquire", NULL);
	filtered(plan, "ptl_release", NULL);
	planned(plan, "ptl_acquire", STLB_PROBE_KPROBE, reason);
	planned(plan, "ptl_acquire", STLB_PROBE_KPROBE, "every spinlock is recorded");
	stlb_plan_free(plan);
}

Test(locks, no_filter_without_kcore)
{
	struct made_kernel made = made_new("6.1");

	made_write(&made, "/proc/kcore", NULL);
	check_unfiltered(&made, "/proc/kcore cannot be read");
	made = made_new("6.1");
	made_write(&made, "/proc/kcore", "this is no ELF file, but longer than the header of one");
	check_unfiltered(&made, "/proc/kcore cannot be read");
	made = made_new("6.1");
	made_kcore(&made, UINT64_C(0xffffffff80000000), 1);
	check_unfiltered(&made, "/proc/kcore cannot be read");
}

Test(locks, no_filter_where_locks_are_not_in_struct_pages)
{
	static const char apart[] = "struct ptdesc 64\n\tptl 320 ptr:spinlock\n";
	struct made_kernel made = made_new("6.1");

	made_types_add(&made, apart);
	check_unfiltered(&made, "page table locks are not in struct pages");
	made = made_new("6.1");
	made_types_write(&made, "func _raw_spin_lock\n\tlock ptr:spinlock\n"
				"func _raw_spin_unlock\n\tlock ptr:spinlock\n");
	check_unfiltered(&made, "page table locks are not in struct pages");
}

Test(locks, no_filter_where_one_lock_serves_all)
{
	struct made_kernel made = made_new("6.1");

	made_write(&made, "/boot/config-6.1", "CONFIG_NR_CPUS=2\nCONFIG_SPLIT_PTLOCK_CPUS=4\n");
	check_unfiltered(&made, "the page table lock is mm->page_table_lock");
}

/* ---- lockdep ---- */

static struct stlb_plan *with_lockdep(enum stlb_locks locks, bool statistics)
{
	struct made_kernel made = made_new("6.12");

	made_event(&made, "lock:lock_acquire");
	made_event(&made, "lock:lock_release");
	if (statistics)
		made_event(&made, "lock:lock_acquired");
	return made_plan(&made, locks);
}

Test(locks, lockdep_tells_them_by_their_class)
{
	struct stlb_plan *plan = with_lockdep(STLB_LOCKS_PTL, true);

	planned(plan, "lock_acquire", STLB_PROBE_TRACEPOINT, "lockdep");
	filtered(plan, "lock_acquire", CLASSES);
	filtered(plan, "lock_acquired", CLASSES);
	filtered(plan, "lock_release", CLASSES);
	cr_expect_str_eq(made_probe(plan, "lock_release")->system, "lock");
	cr_expect_eq(made_probe(plan, "lock_release")->scope, STLB_SCOPE_TASKS);
	check_absent(plan, "ptl_acquire");
	check_absent(plan, "ptl_release");
	planned(plan, "ptl_trylock", STLB_PROBE_NONE, "lock:lock_acquire reports it");
	stlb_plan_free(plan);
	plan = with_lockdep(STLB_LOCKS_ALL, true);
	filtered(plan, "lock_acquire", NULL);
	stlb_plan_free(plan);
}

/* Its locks have other addresses than the arguments of _raw_spin_lock: they do not mix. */
Test(locks, lockdep_without_statistics_is_not_mended_by_probes)
{
	struct stlb_plan *plan = with_lockdep(STLB_LOCKS_PTL, false);

	planned(plan, "lock_acquire", STLB_PROBE_TRACEPOINT, "");
	planned(plan, "ptl_acquired", STLB_PROBE_NONE, "lock:lock_acquire reports it");
	stlb_plan_free(plan);
}
