/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * never-invalidated since 6.6: an operation ends with mmap_lock or the return to user mode.
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

#define PROTECTED                                                                                  \
	{START_AS(0, 1, PROTECT)}, WP(0, 0xa),                                                     \
	{                                                                                          \
		END_66(0, 1)                                                                       \
	}

/* ---- the release of the mmap_lock that the context held at the update ---- */

#define ZAPPED                                                                                     \
	{START(0, 1)}, ZAP(0, 0xa),                                                                \
	{                                                                                          \
		END_66(0, 1)                                                                       \
	}
#define MMAP_LOCK2   OF(MMAP_LOCKED, F(MM, MM2), F(WRITE, 0))
#define MMAP_UNLOCK2 OF(MMAP_UNLOCK, F(MM, MM2), F(WRITE, 0))

Test(never, when_mmap_lock_is_dropped)
{
	static const struct made wrong[] = {
		SETTLE_66, {MMAP_LOCK(0)}, ZAPPED, {MMAP_UNLOCK(0)}, {INV(0, 1)},
	};
	static const struct made right[] = {
		SETTLE_66, {MMAP_LOCK(0)}, ZAPPED, {INV(0, 1)}, {MMAP_UNLOCK(0)},
	};
	static const struct made downgraded[] = {
		SETTLE_66, {MMAP_LOCK(1)}, {MMAP_LOCK(0)}, ZAPPED, {INV(0, 1)}, {MMAP_UNLOCK(0)},
	};
	static const struct made write_protected[] = {
		SETTLE_66, {MMAP_LOCK(1)}, PROTECTED, {MMAP_UNLOCK(1)}, {INV(0, 1)},
	};
	static const struct stlb_obligations expired = {.total = 1, .expired = 1};

	JUDGE(wrong, SINCE_6_6, NEVER(1), .ended = &expired);
	JUDGE(right, SINCE_6_6);
	JUDGE(downgraded, SINCE_6_6);
	JUDGE(write_protected, SINCE_6_6, NEVER(1));
}

Test(never, another_mmap_lock_ends_nothing)
{
	static const struct made other_mm[] = {
		SETTLE_66, {MMAP_LOCK2}, {MMAP_LOCK(0)}, ZAPPED, {MMAP_UNLOCK2}, {INV(0, 1)},
	};
	static const struct made other_task[] = {
		SETTLE_66, {MMAP_LOCK(0)},	 {T2, MMAP_LOCK(0)},
		ZAPPED,	   {T2, MMAP_UNLOCK(0)}, {INV(0, 1)},
	};
	static const struct made not_held[] = {
		SETTLE_66, ZAPPED, {MMAP_LOCK(0)}, {MMAP_UNLOCK(0)}, {INV(0, 1)},
	};

	JUDGE(other_mm, SINCE_6_6);
	JUDGE(other_task, SINCE_6_6);
	JUDGE(not_held, SINCE_6_6);
}

/* A repoint has its own bracket's end, whatever lock is dropped inside. */
Test(never, a_repoint_waits_for_its_bracket)
{
	static const struct made trace[] = {
		SETTLE_66,
		{MMAP_LOCK(0)},
		{START(0, 1)},
		{LOCK(L1)},
		{SET(0, RW(0xa), RW(0xb))},
		{UNLOCK(L1)},
		{MMAP_UNLOCK(0)},
		{INV(0, 1)},
		{END_66(0, 1)},
	};

	JUDGE(trace, SINCE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

/* T32: one gather for a vector of ranges; userfaultfd has mmap_lock dropped in between. */
Test(never, a_gather_stays_open_across_mmap_lock)
{
	static const struct made right[] = {
		SETTLE_66,	{MMAP_LOCK(0)}, ZAPPED,		  {MMAP_UNLOCK(0)},
		{MMAP_LOCK(0)}, {INV(0, 1)},	{MMAP_UNLOCK(0)}, {USER_MODE},
	};
	static const struct made wrong[] = {
		SETTLE_66, {MMAP_LOCK(0)}, ZAPPED, {MMAP_UNLOCK(0)}, {USER_MODE}, {INV(0, 1)},
	};

	/* what holds it for writing does not drop it amid its work */
	static const struct made writing[] = {
		SETTLE_66,	{MMAP_LOCK(1)}, ZAPPED,		  {MMAP_UNLOCK(1)},
		{MMAP_LOCK(0)}, {INV(0, 1)},	{MMAP_UNLOCK(0)}, {USER_MODE},
	};

	JUDGE(writing, .kernel = "6.16.0", NEVER(1), .recorded = MADE_WITH(STLB_USER_MODE));
	JUDGE(right, .kernel = "6.16.0", .recorded = MADE_WITH(STLB_USER_MODE));
	JUDGE(right, .kernel = "6.15.0", NEVER(1), .recorded = MADE_WITH(STLB_USER_MODE));
	JUDGE(wrong, .kernel = "6.18.0", NEVER(1), .recorded = MADE_WITH(STLB_USER_MODE));
	JUDGE(right, SINCE_6_6, NEVER(1), .recorded = MADE_WITH(STLB_USER_MODE));
}

Test(never, a_clear_back_in_user_mode)
{
	static const struct made user[] = {SETTLE_66, ZAPPED, {USER_MODE}, {INV(0, 1)}};
	static const struct made exits[] = {SETTLE_66, ZAPPED, {EXITS}, {INV(0, 1)}};
	static const struct made in_time[] = {SETTLE_66, ZAPPED, {INV(0, 1)}, {USER_MODE}};

	JUDGE(user, SINCE_6_6, NEVER(1));
	JUDGE(exits, SINCE_6_6, NEVER(1));
	JUDGE(in_time, SINCE_6_6);
}

Test(never, write_protect_back_in_user_mode)
{
	static const struct made user[] = {SETTLE_66, PROTECTED, {USER_MODE}, {INV(0, 1)}};
	static const struct made exits[] = {SETTLE_66, PROTECTED, {EXITS}, {INV(0, 1)}};
	static const struct made other[] = {SETTLE_66, PROTECTED, {T2, USER_MODE}, {INV(0, 1)}};
	static const struct made pending[] = {SETTLE_66, PROTECTED};
	static const struct stlb_obligations ended = {.total = 1, .pending = 1};

	JUDGE(user, SINCE_6_6, NEVER(1));
	JUDGE(exits, SINCE_6_6, NEVER(1));
	JUDGE(other, SINCE_6_6);
	JUDGE(pending, SINCE_6_6, .ended = &ended);
}

/* Downgraded, it is one lock that is held still, and released once. */
Test(deadline, after_a_downgrade)
{
	static const struct made held[] = {
		SETTLE_66, {MMAP_LOCK(1)}, {MMAP_LOCK(0)}, ZAPPED, {MMAP_UNLOCK(0)}};
	static const struct made released[] = {SETTLE_66,	 {MMAP_LOCK(1)}, {MMAP_LOCK(0)},
					       {MMAP_UNLOCK(0)}, ZAPPED,	 {MMAP_LOCK(0)},
					       {MMAP_UNLOCK(0)}};

	JUDGE(held, SINCE_6_6, NEVER(1));
	JUDGE(released, SINCE_6_6, NEVER(0));
}

/* What a part of was invalidated is over with the mmap_lock, be its bracket open still. */
Test(deadline, of_a_part_comes_with_the_unlock)
{
#define PART_OF_A_REPOINT(...)                                                                     \
	SETTLE_66, {MMAP_LOCK(0)}, {START(0, 512)}, {LOCK(L1)},                                    \
		{PMD_SET(0, HUGE(0x200), HUGE(0x400))}, {INV(0, 1)}, {UNLOCK(L1)}, __VA_ARGS__,    \
	{                                                                                          \
		END_66(0, 512)                                                                     \
	}
	static const struct made late[] = {PART_OF_A_REPOINT({MMAP_UNLOCK(0)}, {INV(0, 512)})};
	static const struct made in_time[] = {PART_OF_A_REPOINT({INV(0, 512)}, {MMAP_UNLOCK(0)})};

	JUDGE(late, SINCE_6_6, .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_PARTIAL] = 1});
	JUDGE(in_time, SINCE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

/* A bracket that is open still holds up repoints made in it, and nothing else. */
Test(deadline, of_what_no_bracket_holds_up)
{
	static const struct made zap[] = {SETTLE_66,	 {MMAP_LOCK(0)},   {START(0, 1)},
					  ZAP(0, 0xa),	 {MMAP_UNLOCK(0)}, {INV(0, 1)},
					  {END_66(0, 1)}};
	static const struct made merge[] = {
		SETTLE_66,    {MMAP_LOCK(0)},	{KSM(0xa)}, {LOCK(L1)}, {SET(0, RO(0xa), RO(0xb))},
		{UNLOCK(L1)}, {MMAP_UNLOCK(0)}, {INV(0, 1)}};

	JUDGE(zap, SINCE_6_6, NEVER(1));
	JUDGE(merge, SINCE_6_6, .counts = {[STLB_RULE_UNBRACKETED] = 1, [STLB_RULE_NEVER] = 1});
}
