/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rules about ranges: brackets that cover, pair up and hold something.
 * The traps T<n> are those of staletlb-kernel(7).
 */
#include "made_events.h"

#define UNBRACKETED(n) .counts = {[STLB_RULE_UNBRACKETED] = (n)}
#define UNBALANCED(n)  .counts = {[STLB_RULE_UNBALANCED] = (n)}
#define ZAP(n, pfn)                                                                                \
	{LOCK(L1)}, {CLEAR(n, RW(pfn))},                                                           \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}

/* ---- unbracketed-update ---- */

Test(unbracketed, each_kind_of_update)
{
	static const struct made clear[] = {SETTLE, ZAP(0, 0xa), {INV(0, 1)}};
	static const struct made write_protect[] = {
		SETTLE, {LOCK(L1)}, {SET(0, RW(0xa), RO(0xa))}, {UNLOCK(L1)}, {INV(0, 1)},
	};
	static const struct made repoint[] = {
		SETTLE,	     {LOCK(L1)},	   {CLEAR(0, RO(0xa))},
		{INV(0, 1)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)},
	};
	static const struct made direct[] = {
		SETTLE, {LOCK(L1)}, {SET(0, RO(0xa), RW(0xb))}, {UNLOCK(L1)}, {INV(0, 1)},
	};

	JUDGE(clear, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(write_protect, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(repoint, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(direct, BEFORE_6_6, .counts = {[STLB_RULE_UNBRACKETED] = 1, [STLB_RULE_REPOINT] = 1});
}

/* MADV_COLD of a whole THP has no bracket and writes the pmd back, which not every probe set sees.
 */
Test(unbracketed, not_of_a_pmd_made_invalid_where_sets_go_unseen)
{
	static const struct made unseen[] = {
		SETTLE,
		{LOCK(L2)},
		{PMD_CLEARS(PMD_INVAL, 0, HUGE(0x200))},
		{UNLOCK(L2)},
	};
	static const struct made never_set[] = {
		SETTLE,	      {PMD_SET(1024, 0, HUGE(0x400))},
		{LOCK(L2)},   {PMD_CLEARS(PMD_INVAL, 0, HUGE(0x200))},
		{UNLOCK(L2)},
	};

	JUDGE(unseen, BEFORE_6_6, .recorded = MADE_WITHOUT(STLB_PMD_SET));
	JUDGE(never_set, BEFORE_6_6, UNBRACKETED(1));
}
Test(unbracketed, without_locks)
{
	static const struct made wrong[] = {
		SETTLE, {CLEAR(0, RW(0xa))}, {INV(0, 1)}, {START(5, 6)}, {END(5, 6)},
	};
	static const struct made right[] = {
		SETTLE, {START(0, 1)}, {CLEAR(0, RW(0xa))}, {END(0, 1)}, {START(5, 6)}, {END(5, 6)},
	};

	JUDGE(wrong, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(right, BEFORE_6_6);
}

Test(unbracketed, covering_brackets_only)
{
	static const struct made covered[] = {SETTLE, {START(0, 9)}, ZAP(3, 0xa), {END(0, 9)}};
	static const struct made elsewhere[] = {
		SETTLE, {START(0, 3)}, ZAP(3, 0xa), {INV(3, 4)}, {END(0, 3)},
	};
	static const struct made other_mm[] = {
		SETTLE, {STARTS(MM2, 0, 9, 1, 1)}, ZAP(3, 0xa), {INV(3, 4)}, {ENDS(MM2, 0, 9, 0)},
	};
	static const struct made other_task[] = {
		SETTLE, {T2, START(0, 9)}, ZAP(3, 0xa), {INV(3, 4)}, {T2, END(0, 9)},
	};
	static const struct made over[] = {
		SETTLE, {START(0, 9)}, {END(0, 9)}, ZAP(3, 0xa), {INV(3, 4)},
	};
	static const struct made outer[] = {
		SETTLE, {START(0, 9)}, {START(0, 1)}, ZAP(3, 0xa), {END(0, 1)}, {END(0, 9)},
	};
	static const struct made whole_mm[] = {
		SETTLE,
		{OF(INV_START, F(MM, MM1), F(START, 0), F(END, ~0))},
		ZAP(3, 0xa),
		{OF(INV_END, F(MM, MM1), F(START, 0), F(END, ~0), F(ONLY_END, 0))},
	};

	JUDGE(covered, BEFORE_6_6);
	JUDGE(elsewhere, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(other_mm, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(other_task, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(over, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(outer, BEFORE_6_6);
	JUDGE(whole_mm, BEFORE_6_6);
}

Test(unbracketed, fills_and_upgrades_need_none)
{
	static const struct made trace[] = {
		SETTLE,
		{LOCK(L1)},
		{SET(0, 0, RO(0xa))},
		{SET(0, RO(0xa), RW(0xa))},
		{SET(1, SWAP, RW(0xb))},
		{CLEAR(2, NUMA(0xc))},
		{SET(2, 0, RW(0xc))},
		{UNLOCK(L1)},
	};

	JUDGE(trace, BEFORE_6_6);
}

/* MADV_COLD: judged at the end of the hold. */
Test(unbracketed, restored_in_the_same_hold)
{
	static const struct made same_hold[] = {
		SETTLE, {LOCK(L1)}, {CLEAR(0, RW(0xa))}, {SET(0, 0, RW(0xa))}, {UNLOCK(L1)},
	};
	static const struct made next_hold[] = {
		SETTLE, ZAP(0, 0xa), {LOCK(L1)}, {SET(0, 0, RW(0xa))}, {UNLOCK(L1)},
	};

	JUDGE(same_hold, BEFORE_6_6);
	JUDGE(next_hold, BEFORE_6_6, UNBRACKETED(1));
}

/* free_pgtables after munmap against the khugepaged bug of 2022. */
Test(unbracketed, tables)
{
	static const struct made empty[] = {
		SETTLE,	     {LOCK(L1)},  {SET(0, 0, RW(0xa))},	       {UNLOCK(L1)},  {START(0, 1)},
		ZAP(0, 0xa), {END(0, 1)}, {PMD_CLEAR(0, TABLE(0x77))}, {INV(0, 512)}, {FREE(0x77)},
	};
	static const struct made full[] = {
		SETTLE,	      {LOCK(L1)},    {SET(0, 0, RW(0xa))},
		{UNLOCK(L1)}, {LOCK(L2)},    {COLLAPSE(0, TABLE(0x77))},
		{UNLOCK(L2)}, {INV(0, 512)}, {FREE(0x77)},
	};

	JUDGE(empty, BEFORE_6_6);
	JUDGE(full, BEFORE_6_6, UNBRACKETED(1));
}

Test(unbracketed, not_of_an_mm_without_subscriber)
{
	static const struct made trace[] = {
		SETTLE,
		{LOCK(L1)},
		{CLEARS(MM2, 0, RW(0xa))},
		{UNLOCK(L1)},
	};

	JUDGE(trace, BEFORE_6_6);
}

/* The trace may begin inside a bracket: its end tells that it did. */
Test(unbracketed, not_before_the_first_event_outside_any_bracket)
{
	static const struct made inside[] = {
		SETTLED(T2),
		ZAP(0, 0xa),
		{END(0, 1)},
	};
	static const struct made after_it[] = {
		SETTLED(T2), ZAP(0, 0xa), {END(0, 1)}, ZAP(1, 0xb), {INV(1, 2)},
	};
	/* only brackets of whole huge pages nest: THP splits, hugetlb */
	static const struct made inside_around_a_split[] = {
		SETTLED(T2), {START(0, 512)}, {END(0, 512)}, ZAP(600, 0xa), {END(0, 1024)},
	};
	JUDGE(inside, BEFORE_6_6);
	JUDGE(after_it, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(inside_around_a_split, BEFORE_6_6);
}

Test(unbracketed, a_forked_task_begins_outside)
{
	static const struct made trace[] = {
		SETTLE,		  {FORKS(200)},	   {T2, LOCK(L1)}, {T2, CLEAR(0, RW(0xa))},
		{T2, UNLOCK(L1)}, {T2, INV(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, UNBRACKETED(1));
}

Test(unbracketed, not_after_losses)
{
	static const struct made trace[] = {
		SETTLE,
		{LOST(HERE)},
		ZAP(0, 0xa),
		{INV(0, 1)},
	};
	static const struct made settled_again[] = {
		SETTLE, {LOST(HERE)}, {START(5, 6)}, {END(5, 6)}, ZAP(0, 0xa), {INV(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6);
	JUDGE(settled_again, BEFORE_6_6, UNBRACKETED(1));
}

/* ---- unbalanced-range ---- */

Test(unbalanced, end_without_start)
{
	static const struct made wrong[] = {SETTLE, {END(0, 1)}};
	static const struct made other_range[] = {SETTLE, {START(0, 1)}, {END(0, 2)}, {END(0, 1)}};
	static const struct made other_task[] = {
		SETTLE, SETTLED(T2), {START(0, 1)}, {T2, END(0, 1)}, {END(0, 1)},
	};
	static const struct made twice[] = {SETTLE, {START(0, 1)}, {END(0, 1)}, {END(0, 1)}};

	JUDGE(wrong, BEFORE_6_6, UNBALANCED(1));
	JUDGE(other_range, BEFORE_6_6, UNBALANCED(1));
	JUDGE(other_task, BEFORE_6_6, UNBALANCED(1));
	JUDGE(twice, BEFORE_6_6, UNBALANCED(1));
}

Test(unbalanced, first_bracket_of_the_trace_ended_twice)
{
	static const struct made trace[] = {{START(0, 1)}, {ONLY_END(0, 1)}, {ONLY_END(0, 1)}};

	JUDGE(trace, BEFORE_6_6, UNBALANCED(1));
}

Test(unbalanced, nesting_is_balanced)
{
	static const struct made nested[] = {
		SETTLE,
		{START(0, 9)},
		{START(0, 1)},
		{START(0, 1)},
		{END(0, 1)},
		{END(0, 1)},
		{END(0, 9)},
		{START(0, 1)},
		{STARTS(MM2, 0, 1, 1, 1)},
		{ENDS(MM2, 0, 1, 0)},
		{END(0, 1)},
	};

	JUDGE(nested, BEFORE_6_6);
}

Test(unbalanced, start_never_ended)
{
	static const struct made inner[] = {SETTLE, {START(0, 9)}, {START(0, 1)}, {END(0, 9)}};
	static const struct made exits[] = {SETTLE, {START(0, 9)}, {EXITS}};
	static const struct made user[] = {SETTLE, {START(0, 9)}, {USER_MODE}};
	static const struct made open[] = {SETTLE, {START(0, 9)}, {START(0, 1)}};

	JUDGE(inner, BEFORE_6_6, UNBALANCED(1));
	JUDGE(exits, BEFORE_6_6, UNBALANCED(1));
	JUDGE(user, BEFORE_6_6, UNBALANCED(1));
	JUDGE(open, BEFORE_6_6);
}

Test(unbalanced, blockable_start_in_the_lock)
{
	static const struct made wrong[] = {
		SETTLE,	       {LOCK(L2)},  {UNLOCK(L2)}, {LOCK(L1)},
		{START(0, 1)}, {END(0, 1)}, {UNLOCK(L1)},
	};
	/* that no lock is ever released is not recorded */
	static const struct made no_releases[] = {SETTLE, {LOCK(L1)}, {START(0, 1)}, {END(0, 1)}};
	static const struct made nonblocking[] = {
		SETTLE, {LOCK(L1)}, {START_NB(0, 1)}, {END(0, 1)}, {UNLOCK(L1)},
	};
	static const struct made other_lock[] = {
		SETTLE, {LOCK_ANY(RQ)}, {START(0, 1)}, {END(0, 1)}, {UNLOCK_ANY(RQ)},
	};
	static const struct made last_releases[] = {
		SETTLE, {LOCK(L1)}, {UNLOCK(L1)}, {START(0, 1)}, {END(0, 1)},
	};

	JUDGE(wrong, BEFORE_6_6, UNBALANCED(1));
	JUDGE(no_releases, BEFORE_6_6);
	JUDGE(nonblocking, BEFORE_6_6);
	JUDGE(other_lock, BEFORE_6_6);
	JUDGE(last_releases, BEFORE_6_6);
}

/* The OOM reaper: a start that may not block can fail, and has no end then. */
Test(unbalanced, nonblocking_start_may_fail)
{
	static const struct made failed[] = {
		SETTLE, {START_NB(0, 9)}, {START(20, 21)}, {END(20, 21)}};
	static const struct made reported[] = {
		SETTLE,	       {START_NB(0, 9)}, {OF(INV_START_RET, F(RET, -11))},
		{START(0, 1)}, {END(0, 1)},	 {EXITS},
	};
	static const struct made around[] = {
		SETTLE, {START(0, 99)}, {START_NB(0, 9)}, {END(0, 99)}};
	static const struct made fine[] = {SETTLE, {START_NB(0, 9)}, ZAP(0, 0xa), {END(0, 9)}};

	JUDGE(failed, BEFORE_6_6);
	JUDGE(reported, BEFORE_6_6);
	JUDGE(around, BEFORE_6_6);
	JUDGE(fine, BEFORE_6_6);
}

/* A start that failed covers nothing. */
Test(unbalanced, failed_start_is_no_bracket)
{
	static const struct made trace[] = {
		SETTLE,	     {START_NB(0, 9)}, {OF(INV_START_RET, F(RET, -11))},
		ZAP(0, 0xa), {INV(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, UNBRACKETED(1));
}

Test(unbalanced, start_that_was_seen_to_succeed_has_an_end)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 99)}, {START_NB(0, 9)}, {OF(INV_START_RET, F(RET, 0))},
		{END(0, 99)},
	};

	JUDGE(trace, BEFORE_6_6, UNBALANCED(1));
}

Test(unbalanced, not_after_losses)
{
	static const struct made end[] = {SETTLE, {LOST(HERE)}, {END(0, 1)}};
	static const struct made start[] = {
		SETTLE, {START(0, 9)}, {START(0, 1)}, {LOST(HERE)}, {END(0, 9)},
	};
	static const struct made later[] = {SETTLE, {LOST(HERE)}, {END(0, 1)}, {END(0, 1)}};

	/* the ends of starts that may fail, and were seen not to, may be among what was lost */
#define SUCCEEDED(a, b)                                                                            \
	{START_NB(a, b)},                                                                          \
	{                                                                                          \
		OF(INV_START_RET, F(RET, 0))                                                       \
	}
	static const struct made open[] = {SETTLE,	 SUCCEEDED(0, 9), SUCCEEDED(0, 5),
					   {LOST(HERE)}, {END(20, 21)},	  {USER_MODE}};
	static const struct made open_since[] = {SETTLE,	  {LOST(HERE)},	   {END(20, 21)},
						 SUCCEEDED(0, 9), SUCCEEDED(0, 5), {USER_MODE}};

	JUDGE(end, BEFORE_6_6);
	JUDGE(start, BEFORE_6_6);
	JUDGE(later, BEFORE_6_6, UNBALANCED(1));
	JUDGE(open, BEFORE_6_6);
	JUDGE(open_since, BEFORE_6_6, UNBALANCED(2));
}

Test(unbalanced, not_before_the_first_event_outside)
{
	static const struct made trace[] = {{START(0, 512)}, {END(0, 512)}, {END(0, 1024)}};
	static const struct made second[] = {{END(0, 9)}, {END(0, 9)}};

	JUDGE(trace, BEFORE_6_6);
	JUDGE(second, BEFORE_6_6, UNBALANCED(1));
}

/* ---- empty-range, unaligned-range ---- */

Test(empty, discharges_nothing)
{
	static const struct made empty[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {INV(0, 0)}, {FREE(0xa)}, {END(0, 1)},
	};
	static const struct made backwards[] = {
		SETTLE, {START(0, 1)}, ZAP(0, 0xa), {INV(1, 0)}, {FREE(0xa)}, {END(0, 1)},
	};
	static const struct made at_end[] = {
		SETTLE,
		{START(0, 0)},
		{END(0, 0)},
	};
	static const struct made only_end[] = {
		SETTLE,
		{START(0, 0)},
		{ONLY_END(0, 0)},
	};

	JUDGE(empty, BEFORE_6_6, .counts = {[STLB_RULE_EMPTY] = 1, [STLB_RULE_FREE] = 1});
	JUDGE(backwards, BEFORE_6_6, .counts = {[STLB_RULE_EMPTY] = 1, [STLB_RULE_FREE] = 1});
	JUDGE(at_end, BEFORE_6_6, .counts = {[STLB_RULE_EMPTY] = 1});
	JUDGE(only_end, BEFORE_6_6);
}

Test(unaligned, read_rounded_outwards)
{
	static const struct made inside[] = {
		SETTLE,	     {START(0, 1)},
		ZAP(0, 0xa), {BYTES(PAGE(0) + 0x234, PAGE(0) + 0x235)},
		{FREE(0xa)}, {ONLY_END(0, 1)},
	};
	static const struct made bracket[] = {
		SETTLE,
		{OF(INV_START, F(MM, MM1), F(START, PAGE(0) + 0x234), F(END, PAGE(1) + 0x234))},
		ZAP(1, 0xa),
		{OF(INV_END, F(MM, MM1), F(START, PAGE(0) + 0x234), F(END, PAGE(1) + 0x234),
		    F(ONLY_END, 0))},
	};

	JUDGE(inside, BEFORE_6_6, .counts = {[STLB_RULE_UNALIGNED] = 1});
	JUDGE(bracket, BEFORE_6_6, .counts = {[STLB_RULE_UNALIGNED] = 1});
}

/* A bracket is reported of even where it is of nothing; an invalidation of nothing is empty, no
 * more.
 */
Test(unaligned, where_the_range_is_empty)
{
#define RANGE_AT(kind, addr) OF(kind, F(MM, MM1), F(START, addr), F(END, addr))
	static const struct made bracket[] = {SETTLE,
					      {RANGE_AT(INV_START, PAGE(0) + 8)},
					      {OF(INV_END, F(MM, MM1), F(START, PAGE(0) + 8),
						  F(END, PAGE(0) + 8), F(ONLY_END, 1))}};
	static const struct made invalidation[] = {SETTLE, {RANGE_AT(INV_RANGE, PAGE(0) + 8)}};
	static const struct made of_kernel[] = {SETTLE, {BYTES(TABLE1 + 8, TABLE1 + 16)}};

	JUDGE(bracket, BEFORE_6_6, .counts = {[STLB_RULE_UNALIGNED] = 1});
	JUDGE(invalidation, BEFORE_6_6, .counts = {[STLB_RULE_EMPTY] = 1});
	JUDGE(of_kernel, BEFORE_6_6);
}

/* T15: batched unmap invalidates [0, ~0). */
Test(unaligned, the_whole_mm_is_not)
{
	static const struct made trace[] = {
		SETTLE_66,   {START(0, 1)},  ZAP(0, 0xa),    {BYTES(0, ~0)},
		{FREE(0xa)}, {END_66(0, 1)}, {BYTES(0, ~0)},
	};

	JUDGE(trace, SINCE_6_6);
}

/* A clear takes over what its page's write-protect needs, and what was reported of that. */
Test(unbracketed, reported_once_of_a_page_protected_and_then_cleared)
{
	static const struct made same[] = {SETTLE,	 {LOCK(L1)}, {SET(0, RW(0xa), RO(0xa))},
					   {UNLOCK(L1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))},
					   {UNLOCK(L1)}};
	static const struct made other[] = {SETTLE,	  {LOCK(L1)}, {SET(0, RW(0xa), RO(0xa))},
					    {UNLOCK(L1)}, {LOCK(L1)}, {CLEAR(1, RO(0xb))},
					    {UNLOCK(L1)}};

	JUDGE(same, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(other, BEFORE_6_6, UNBRACKETED(2));
}
