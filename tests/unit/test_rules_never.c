/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * never-invalidated: when an operation is over, before and since 6.6.
 * The traps T<n> are those of staletlb-kernel(7).
 */
#include "made_events.h"

#define UNMAP	0
#define PROTECT 2
#define ZAP(n, pfn)                                                                                \
	{LOCK(L1)}, {CLEAR(n, RW(pfn))},                                                           \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define WP(n, pfn)                                                                                 \
	{LOCK(L1)}, {SET(n, RW(pfn), RO(pfn))},                                                    \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define NEVER(n) .counts = {[STLB_RULE_NEVER] = (n)}

/* ---- before 6.6: the end of the outermost bracket ---- */

Test(never, at_the_end_before_6_6)
{
	static const struct made wrong[] = {SETTLE, {START(0, 1)}, ZAP(0, 0xa), {ONLY_END(0, 1)}};
	static const struct made right[] = {SETTLE, {START(0, 1)}, ZAP(0, 0xa), {END(0, 1)}};
	static const struct stlb_obligations expired = {.total = 1, .expired = 1};

	JUDGE(wrong, BEFORE_6_6, NEVER(1), .ended = &expired);
	JUDGE(right, BEFORE_6_6);
}

Test(never, each_obligation)
{
	static const struct made trace[] = {
		SETTLE, {START(0, 3)}, ZAP(0, 0xa), ZAP(1, 0xb), WP(2, 0xc), {ONLY_END(0, 3)},
	};

	JUDGE(trace, BEFORE_6_6, NEVER(3));
}

Test(never, write_protect_before_6_6)
{
	static const struct made wrong[] = {
		SETTLE,
		{START_AS(0, 1, PROTECT)},
		WP(0, 0xa),
		{ONLY_END(0, 1)},
	};
	static const struct made right[] = {
		SETTLE,
		{START_AS(0, 1, PROTECT)},
		WP(0, 0xa),
		{END(0, 1)},
	};

	JUDGE(wrong, BEFORE_6_6, NEVER(1));
	JUDGE(right, BEFORE_6_6);
}

/* T19: munmap's bracket around that of a split. */
Test(never, the_outermost_end_is_meant)
{
	static const struct made right[] = {
		SETTLE, {START(0, 9)}, {START(0, 1)}, ZAP(0, 0xa), {ONLY_END(0, 1)}, {END(0, 9)},
	};
	static const struct made wrong[] = {
		SETTLE,	     {START(0, 9)},    {START(0, 1)},
		ZAP(0, 0xa), {ONLY_END(0, 1)}, {ONLY_END(0, 9)},
	};
	static const struct made inner[] = {
		SETTLE, {START(0, 9)}, {START(0, 1)}, ZAP(0, 0xa), {END(0, 1)}, {ONLY_END(0, 9)},
	};

	JUDGE(right, BEFORE_6_6);
	JUDGE(wrong, BEFORE_6_6, NEVER(1));
	JUDGE(inner, BEFORE_6_6);
}

Test(never, a_bracket_on_another_mm_is_not_around_it)
{
	static const struct made trace[] = {
		SETTLE,
		{STARTS(MM2, 0, 9, 1, 1)},
		{START(0, 1)},
		ZAP(0, 0xa),
		{ONLY_END(0, 1)},
		{INV(0, 1)},
		{ENDS(MM2, 0, 9, 0)},
	};

	JUDGE(trace, BEFORE_6_6, NEVER(1));
}

Test(never, an_end_of_another_task_is_not_meant)
{
	static const struct made trace[] = {
		SETTLE,	     {T2, START(0, 1)},	   {START(0, 1)},
		ZAP(0, 0xa), {T2, ONLY_END(0, 1)}, {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6);
}

/* Whose bracket is not over when the trace ends, is pending. */
Test(never, pending_at_the_end_of_the_trace)
{
	static const struct made trace[] = {SETTLE, {START(0, 1)}, ZAP(0, 0xa)};
	static const struct stlb_obligations ended = {.total = 1, .pending = 1};

	JUDGE(trace, BEFORE_6_6, .ended = &ended);
}

Test(never, migration_is_not_judged_at_the_end)
{
	static const struct made next_bracket[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{SET(0, 0, MIGRATION)},
		{UNLOCK(L1)},
		{ONLY_END(0, 1)},
		{START(0, 1)},
		{END(0, 1)},
		{FREE(0xa)},
	};
	static const struct made freed[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{SET(0, 0, MIGRATION)},
		{UNLOCK(L1)},
		{ONLY_END(0, 1)},
		{FREE(0xa)},
	};
	static const struct made swap[] = {
		SETTLE,	      {START(0, 1)},	{LOCK(L1)}, {CLEAR(0, RW(0xa))}, {SET(0, 0, SWAP)},
		{UNLOCK(L1)}, {ONLY_END(0, 1)},
	};

	JUDGE(next_bracket, BEFORE_6_6);
	JUDGE(freed, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
	JUDGE(swap, BEFORE_6_6, NEVER(1));
}

/* A failed migration puts the page back. */
Test(never, failed_migration)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{SET(0, 0, MIGRATION)},
		{UNLOCK(L1)},
		{ONLY_END(0, 1)},
		{LOCK(L1)},
		{SET(0, MIGRATION, RW(0xa))},
		{UNLOCK(L1)},
		{FREE(0xa)},
	};
	static const struct stlb_obligations ended = {.total = 1, .restored = 1};

	JUDGE(trace, BEFORE_6_6, .ended = &ended);
}

/* Where sets are not traced, a split may have put the same pages back. */
Test(never, huge_clear_without_sets_is_inconclusive)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 512)},	  {LOCK(L1)}, {PMD_CLEAR(0, HUGE(0x200))},
		{UNLOCK(L1)}, {ONLY_END(0, 512)},
	};
	static const struct made with_sets[] = {
		SETTLE,
		{SET(600, 0, RW(0xf))},
		{START(0, 512)},
		{LOCK(L1)},
		{PMD_CLEAR(0, HUGE(0x200))},
		{UNLOCK(L1)},
		{ONLY_END(0, 512)},
	};
	struct stlb_kinds no_sets = MADE_WITHOUT(STLB_PTE_SET, STLB_PMD_SET);

	JUDGE(trace, BEFORE_6_6, .inconclusive = {[STLB_RULE_NEVER] = 1}, .recorded = no_sets);
	JUDGE(with_sets, BEFORE_6_6, NEVER(1));
}

/* ---- since 6.6 ---- */

/* Of an entry that its own function cleared nothing is in doubt where sets go unseen. */
Test(never, small_clear_without_sets)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 1)},	{LOCK(L1)}, {CLEARF(0, RW(0xa))},
		{UNLOCK(L1)}, {ONLY_END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .recorded = MADE_WITHOUT(STLB_PTE_SET),
	      .counts = {[STLB_RULE_NEVER] = 1});
}

/* What a clear hook saw may have been set again, unseen, before the context leaves the kernel. */
Test(never, what_may_have_been_set_again_since_6_6)
{
#define LEFT_WITHOUT(...)                                                                          \
	SETTLE_66, {START(0, 512)}, __VA_ARGS__, {END_66(0, 512)},                                 \
	{                                                                                          \
		USER_MODE                                                                          \
	}
	static const struct made huge[] = {LEFT_WITHOUT({PMD_CLEAR(0, HUGE(0x200))})};
	static const struct made small[] = {LEFT_WITHOUT({CLEAR(0, RW(0xa))})};
	static const struct made by_function[] = {
		LEFT_WITHOUT({PMD_CLEARS(PMD_CLEAR_FLUSH, 0, HUGE(0x200))})};
#define NO_SETS(kind) .recorded = MADE_MORE(MADE_WITHOUT(kind), STLB_USER_MODE)
#define UNSURE	      .inconclusive = {[STLB_RULE_NEVER] = 1}

	JUDGE(huge, SINCE_6_6, NO_SETS(STLB_PMD_SET), UNSURE);
	JUDGE(huge, SINCE_6_6, NO_SETS(STLB_PTE_SET), NEVER(1));
	JUDGE(small, SINCE_6_6, NO_SETS(STLB_PTE_SET), UNSURE);
	JUDGE(small, SINCE_6_6, NO_SETS(STLB_PMD_SET), NEVER(1));
	JUDGE(by_function, SINCE_6_6, NO_SETS(STLB_PMD_SET), NEVER(1));
}

Test(never, repoint_since_6_6)
{
	static const struct made wrong[] = {
		SETTLE_66,	     {START(0, 1)},	   {LOCK(L1)},
		{CLEAR(0, RO(0xa))}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)},
		{END_66(0, 1)},	     {INV(0, 1)},
	};
	static const struct made late[] = {
		SETTLE_66,	     {START(0, 1)},	   {LOCK(L1)},
		{CLEAR(0, RO(0xa))}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)},
		{INV(0, 1)},	     {END_66(0, 1)},
	};

	JUDGE(wrong, SINCE_6_6, .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_NEVER] = 1});
	JUDGE(late, SINCE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

/* "At the end of its own bracket": the inner one of two is not the last word. */
Test(never, repoint_in_a_nested_bracket_since_6_6)
{
	static const struct made trace[] = {
		SETTLE_66,	     {START(0, 9)},	   {START(0, 1)}, {LOCK(L1)},
		{CLEAR(0, RO(0xa))}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)},  {END_66(0, 1)},
		{INV(0, 1)},	     {END_66(0, 9)},
	};

	JUDGE(trace, SINCE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

Test(never, clear_since_6_6)
{
	static const struct made after_end[] = {
		SETTLE_66,   {START(0, 1)}, ZAP(0, 0xa),    {END_66(0, 1)},
		{INV(0, 1)}, {START(5, 6)}, {END_66(5, 6)},
	};
	/* one gather for several ranges: no later bracket ends an operation */
	static const struct made next_bracket[] = {
		SETTLE_66,     {START(0, 1)},  ZAP(0, 0xa), {END_66(0, 1)},
		{START(5, 6)}, {END_66(5, 6)}, {INV(0, 1)},
	};
	static const struct made other_task[] = {
		SETTLE_66,	   {START(0, 1)},      ZAP(0, 0xa), {END_66(0, 1)},
		{T2, START(5, 6)}, {T2, END_66(5, 6)}, {INV(0, 1)},
	};
	static const struct made other_mm[] = {
		SETTLE_66,   {START(0, 1)}, ZAP(0, 0xa), {END_66(0, 1)}, {STARTS(MM2, 5, 6, 1, 1)},
		{INV(0, 1)},
	};
	static const struct made nested[] = {
		SETTLE_66,	{START(0, 9)},	ZAP(0, 0xa), {START(5, 6)},
		{END_66(5, 6)}, {END_66(0, 9)}, {INV(0, 1)},
	};

	JUDGE(after_end, SINCE_6_6);
	JUDGE(next_bracket, SINCE_6_6);
	JUDGE(other_task, SINCE_6_6);
	JUDGE(other_mm, SINCE_6_6);
	JUDGE(nested, SINCE_6_6);
}

Test(never, migration_since_6_6)
{
	static const struct made trace[] = {
		SETTLE_66,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{SET(0, 0, MIGRATION)},
		{UNLOCK(L1)},
		{END_66(0, 1)},
		{INV(0, 1)},
		{START(5, 6)},
		{END_66(5, 6)},
	};

	JUDGE(trace, SINCE_6_6);
}

#define PROTECTED                                                                                  \
	{START_AS(0, 1, PROTECT)}, WP(0, 0xa),                                                     \
	{                                                                                          \
		END_66(0, 1)                                                                       \
	}

Test(never, write_protect_since_6_6)
{
	static const struct made same_event[] = {
		SETTLE_66, PROTECTED, {START_AS(5, 6, PROTECT)}, {END_66(5, 6)}, {INV(0, 6)},
	};
	static const struct made clear[] = {
		SETTLE_66, PROTECTED, {START_AS(5, 6, 1)}, {END_66(5, 6)}, {INV(0, 6)},
	};
	static const struct made other_event[] = {
		SETTLE_66, PROTECTED, {START_AS(5, 6, UNMAP)}, {END_66(5, 6)}, {INV(0, 6)},
	};
	static const struct made other_task[] = {
		SETTLE_66,
		PROTECTED,
		{T2, START_AS(5, 6, UNMAP)},
		{T2, END_66(5, 6)},
	};
	static const struct made in_time[] = {
		SETTLE_66, PROTECTED, {INV(0, 6)}, {START_AS(5, 6, UNMAP)}, {END_66(5, 6)},
	};

	JUDGE(same_event, SINCE_6_6);
	JUDGE(clear, SINCE_6_6);
	JUDGE(other_event, SINCE_6_6);
	JUDGE(other_task, SINCE_6_6);
	JUDGE(in_time, SINCE_6_6);
}

/* mprotect and fork flush once, after the brackets of all their mappings. */
Test(never, write_protects_of_two_events)
{
	static const struct made right[] = {
		SETTLE_66,	PROTECTED,	{START_AS(1, 2, 3)},
		WP(1, 0xb),	{END_66(1, 2)}, {START_AS(5, 6, 3)},
		{END_66(5, 6)}, {INV(0, 6)},	{USER_MODE},
	};
	static const struct made wrong[] = {
		SETTLE_66,	PROTECTED,   {START_AS(1, 2, 3)}, WP(1, 0xb),
		{END_66(1, 2)}, {USER_MODE}, {INV(0, 6)},
	};

	JUDGE(right, SINCE_6_6);
	JUDGE(wrong, SINCE_6_6, NEVER(2));
}

/* ---- how obligations meet ---- */

/* A clear or repoint of P absorbs a pending write-protect of P. */
Test(obligation, a_clear_absorbs_a_write_protect)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 1)}, WP(0, 0xa), {LOCK(L1)}, {CLEAR(0, RO(0xa))},
		{UNLOCK(L1)}, {END(0, 1)},
	};
	static const struct stlb_obligations ended = {.total = 1, .discharged_deferred = 1};

	JUDGE(trace, BEFORE_6_6, .ended = &ended);
}

/* What TLBs may hold is what was there before the write-protect: putting the page back as it was
 * after it restores nothing. */
Test(obligation, a_clear_keeps_what_it_absorbed)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 1)},	   WP(0, 0xa),
		{LOCK(L1)},   {CLEAR(0, RO(0xa))}, {SET(0, 0, RO(0xa))},
		{UNLOCK(L1)}, {ONLY_END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, NEVER(1));
}

Test(obligation, restored_with_fewer_rights_is_a_write_protect)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{SET(0, 0, RO(0xa))},
		{UNLOCK(L1)},
		{FREE(0xa)},
		{ONLY_END(0, 1)},
	};
	static const struct stlb_obligations ended = {.total = 1, .expired = 1};

	JUDGE(trace, BEFORE_6_6, .ended = &ended, .counts = {[STLB_RULE_NEVER] = 1});
}

/* The page is mapped again: to free it would be another fault than the clear's. */
Test(obligation, no_free_violates_what_came_back_with_fewer_rights)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)},       {CLEAR(0, RW(0xa))},
		{UNLOCK(L1)}, {INV(0, 1)},   {LOCK(L1)},       {SET(0, 0, RO(0xa))},
		{UNLOCK(L1)}, {FREE(0xa)},   {ONLY_END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .strict = true);
}

Test(obligation, a_write_protect_taken_back_is_restored)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 1)},	WP(0, 0xa), {LOCK(L1)}, {SET(0, RO(0xa), RW(0xa))},
		{UNLOCK(L1)}, {ONLY_END(0, 1)},
	};
	static const struct stlb_obligations ended = {.total = 1, .restored = 1};

	JUDGE(trace, BEFORE_6_6, .ended = &ended);
}

Test(obligation, more_rights_or_accessed_bits_need_nothing)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{SET(0, RO(0xa), RW(0xa))},
		{SET(0, RW(0xa), CLEAN(0xa))},
		{SET(1, 0, RW(0xb))},
		{UNLOCK(L1)},
		{ONLY_END(0, 1)},
	};
	static const struct stlb_obligations ended = {.total = 0};

	JUDGE(trace, BEFORE_6_6, .ended = &ended);
}

Test(obligation, zero_page_to_zero_page_is_restored)
{
	static const struct made trace[] = {
		{SUBSCRIBE(SUB1), .fields[2] = F(ZERO_PFN, 0x50),
		 .fields[3] = F(HUGE_ZERO_PFN, 0x600)},
		{SUBSCRIBED(0)},
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0x600 + 7))},
		{SET(0, 0, ZERO(0x50))},
		{UNLOCK(L1)},
		{ONLY_END(0, 1)},
	};
	static const struct made other[] = {
		{SUBSCRIBE(SUB1), .fields[2] = F(ZERO_PFN, 0x50),
		 .fields[3] = F(HUGE_ZERO_PFN, 0x600)},
		{SUBSCRIBED(0)},
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0x5ff))},
		{SET(0, 0, ZERO(0x50))},
		{UNLOCK(L1)},
		{END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6);
	JUDGE(other, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}
