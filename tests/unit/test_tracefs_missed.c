/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Returns that were not seen, out of the lists of kprobes and of their hits. */
#include "tracefs/missed.h"
#include "made_kernel.h"
#include "made_tracefs.h"

static struct stlb_plan *plan_of(const char *version, enum stlb_locks locks)
{
	struct stlb_plan_options options = {.group = "staletlb_77", .locks = locks};
	struct made_kernel made = made_new(version);
	struct stlb_kernel *kernel = made_open(&made);
	struct stlb_plan *plan = NULL;

	cr_assert_eq(stlb_plan_new(kernel, &options, &plan, NULL), 0);
	stlb_kernel_close(kernel);
	made_free(&made);
	return plan;
}

static void expect_missed(const char *version, const char *events, const char *profile,
			  uint64_t expected)
{
	struct made_tracefs made = made_tracefs();
	struct stlb_plan *plan = plan_of(version, STLB_LOCKS_PTL);

	if (events)
		made_tracefs_text(&made, "kprobe_events", events);
	if (profile)
		made_tracefs_text(&made, "kprobe_profile", profile);
	cr_expect_eq(stlb_missed_returns(plan, made.path), expected, "%s",
		     profile ? profile : "no profile");
	stlb_plan_free(plan);
	made_tracefs_free(&made);
}

static const char events[] =
	"p:other/inv_start_ret vfs_read\n"
	"r16:other/inv_end_ret vfs_read ret=$retval\n"
	"p:staletlb_77/inv_start __mmu_notifier_invalidate_range_start mm=+8($arg1):x64\n"
	"r512:staletlb_77/inv_start_ret __mmu_notifier_invalidate_range_start ret=$retval:s32\n"
	"r512:staletlb_77/inv_end_ret __mmu_notifier_invalidate_range_end\n"
	"r512:staletlb_7/inv_end_ret __mmu_notifier_invalidate_range_end\n";

Test(missed, returns_of_the_plan_are_added_up)
{
	expect_missed("6.1", events,
		      "  inv_start_ret                          1             1000\n"
		      "  inv_end_ret                            2             2000\n"
		      "  inv_start                              3             4000\n"
		      "  inv_start_ret                          4                5\n"
		      "  inv_end_ret                            5               70\n"
		      "  inv_end_ret                            6             8000\n",
		      75);
}

Test(missed, none_are_none)
{
	expect_missed("6.1", events,
		      "  inv_start_ret 1 1\n  inv_end_ret 2 2\n  inv_start 3 9\n"
		      "  inv_start_ret 4 0\n  inv_end_ret 5 0\n  inv_end_ret 6 1\n",
		      0);
	expect_missed("6.1", "", "", 0);
	expect_missed("6.1", NULL, NULL, 0);
	expect_missed("6.1", events, NULL, 0);
	expect_missed("6.1", NULL, "  inv_start_ret 1 1\n", 0);
}

/* Of locks it is known that acquisitions may be missing. */
Test(missed, those_of_locks_do_not_count)
{
	struct stlb_plan *plan = plan_of("6.1", STLB_LOCKS_ALL);
	struct made_tracefs made = made_tracefs();

	made_tracefs_text(&made, "kprobe_events",
			  "r512:staletlb_77/ptl_acquired _raw_spin_lock\n"
			  "r512:staletlb_77/inv_end_ret __mmu_notifier_invalidate_range_end\n");
	made_tracefs_text(&made, "kprobe_profile", " ptl_acquired 9 1000\n inv_end_ret 5 70\n");
	cr_expect_eq(stlb_missed_returns(plan, made.path), 70);
	stlb_plan_free(plan);
	made_tracefs_free(&made);
}

/* Somebody made or removed an event between the two readings. */
Test(missed, lists_that_do_not_match_are_believed_as_far_as_they_do)
{
	static const char mine[] =
		"r512:staletlb_77/inv_start_ret f\nr512:staletlb_77/inv_end_ret g\n";

	expect_missed("6.1", mine, "  inv_start_ret 4 5\n", 5);
	expect_missed("6.1", mine, "  inv_start_ret 4 5\n  another 1 9\n  inv_end_ret 5 70\n", 5);
	expect_missed("6.1", mine, "  inv_start_ret 4 5\n  inv_end_ret not a number\n", 5);
	expect_missed("6.1", mine, "  inv_start_ret 4 5\n  inv_end_ret 5 70\n  inv_range 1 100\n",
		      75);
	expect_missed("6.1", "no list of kprobes\n", "  inv_start_ret 4 5\n", 0);
}

/* Of fprobes the kernel has no such list. */
Test(missed, fprobes_are_not_looked_for)
{
	expect_missed("6.12", "r512:staletlb_77/inv_start_ret f\n", "  inv_start_ret 4 5\n", 0);
}
