/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What Linux 7.3 does otherwise than 6.12, and must not be mistaken for a violation:
 * staletlb-kernel(7), T27 to T40.
 */
#include "made_events.h"

#define SINCE_7_0    .kernel = "7.3.4"
#define REPOINTED(n) .counts = {[STLB_RULE_REPOINT] = (n)}
#define FREED(n)     .counts = {[STLB_RULE_FREE] = (n)}
#define NEVER(n)     .counts = {[STLB_RULE_NEVER] = (n)}
#define ENDED(...)                                                                                 \
	.ended = &(struct stlb_obligations)                                                        \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define FILLED(n, entry)                                                                           \
	{LOCK(L1)}, {SET(n, 0, entry)}, {CLEAR(n, 0)},                                             \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define ZAPPED(n, entry)                                                                           \
	{START(n, (n) + 1)}, {LOCK(L1)}, {CLEAR(n, entry)}, {UNLOCK(L1)},                          \
	{                                                                                          \
		END_66(n, (n) + 1)                                                                 \
	}
#define TAKEN_OUT                                                                                  \
	{START(0, 512)}, {LOCK(L2)}, {PMD_CLEAR(0, TABLE(0x77))},                                  \
	{                                                                                          \
		UNLOCK(L2)                                                                         \
	}
#define KERNEL_RANGE BYTES(UINT64_C(0xffff888000000000), UINT64_MAX)
#define EXCLUSIVE    UINT64_C(0xf7ffffffff9fb000) /* type 30 */

/* T27: a kworker frees kernel tables, and tells every mm that a device walks. */
Test(t27, an_invalidation_of_kernel_addresses_says_nothing)
{
	static const struct made wrong[] = {SETTLE_66,	    ZAPPED(0, RW(0xa)), {T2, KERNEL_RANGE},
					    {KERNEL_RANGE}, {FREE(0xa)},	{INV(0, 1)}};
	static const struct made right[] = {
		SETTLE_66, ZAPPED(0, RW(0xa)), {KERNEL_RANGE}, {INV(0, 1)}, {FREE(0xa)}};
	static const struct made arm64[] = {
		SETTLE_66,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, UINT64_C(0x00e800000000afc3))},
		{UNLOCK(L1)},
		{END_66(0, 1)},
		{BYTES(UINT64_C(0xffff000000000000), UINT64_MAX)},
		{FREE(0xa)},
	};
	/* the user's part of a range that reaches beyond counts */
	static const struct made whole[] = {
		SETTLE_66, ZAPPED(0, RW(0xa)), {BYTES(0, UINT64_MAX)}, {FREE(0xa)}};

	/* nor of an entry whose address is not known */
	static const struct made unplaced[] = {
		SETTLE_66, {CLEAR_AT(RW(0xa))}, {KERNEL_RANGE}, {FREE(0xa)}, {INV(0, 1)}};

	JUDGE(wrong, SINCE_7_0, FREED(1));
	JUDGE(right, SINCE_7_0);
	JUDGE(unplaced, SINCE_7_0, FREED(1));
	JUDGE(arm64, SINCE_7_0, FREED(1), .arch = STLB_ARCH_ARM64);
	JUDGE(whole, SINCE_7_0);
}

Test(t27, nor_does_it_answer_a_flush)
{
	static const struct made wrong[] = {
		SETTLE_66, {FLUSHED(0, 1)}, {KERNEL_RANGE}, {START(4, 5)}, {END_66(4, 5)}};
	static const struct made right[] = {
		SETTLE_66, {FLUSHED(0, 1)}, {INV(0, 1)}, {START(4, 5)}, {END_66(4, 5)}};

	JUDGE(wrong, SINCE_7_0, .counts = {[STLB_RULE_FLUSH] = 1});
	JUDGE(right, SINCE_7_0);
}

/* T28: registering a uprobe clears, writes the page and sets the same entry, outside a bracket. */
Test(t28, the_same_entry_again_in_one_hold)
{
	static const struct made right[] = {
		SETTLE_66,   FILLED(0, RO(0xa)),   {LOCK(L1)},	  {CLEARF(0, RO(0xa))},
		{INV(0, 1)}, {SET(0, 0, RO(0xa))}, {CLEAR(0, 0)}, {UNLOCK(L1)},
	};
	static const struct made other_page[] = {
		SETTLE_66,   FILLED(0, RO(0xa)),   {LOCK(L1)},	  {CLEARF(0, RO(0xa))},
		{INV(0, 1)}, {SET(0, 0, RO(0xb))}, {CLEAR(0, 0)}, {UNLOCK(L1)},
	};
	static const struct made next_hold[] = {
		SETTLE_66,     FILLED(0, RO(0xa)), {LOCK(L1)}, {CLEARF(0, RO(0xa))},
		{INV(0, 1)},   {UNLOCK(L1)},	   {LOCK(L1)}, {SET(0, 0, RO(0xa))},
		{CLEAR(0, 0)}, {UNLOCK(L1)},
	};

	JUDGE(right, SINCE_7_0);
	JUDGE(other_page, SINCE_7_0, .counts = {[STLB_RULE_UNBRACKETED] = 1});
	JUDGE(next_hold, SINCE_7_0, .counts = {[STLB_RULE_UNBRACKETED] = 1});
}

/* Where sets go unseen it cannot be known; on a kernel of no known version neither. */
Test(t28, its_set_is_not_recorded)
{
	struct stlb_kinds core = MADE_WITHOUT(STLB_PTE_SET, STLB_PTE_CLEAR);
	static const struct made trace[] = {
		SETTLE_66, {LOCK(L1)}, {CLEARF(0, RO(0xa))}, {INV(0, 1)}, {UNLOCK(L1)}};
	static const struct made before[] = {
		SETTLE, {LOCK(L1)}, {CLEARF(0, RO(0xa))}, {INV(0, 1)}, {UNLOCK(L1)}};

	JUDGE(trace, SINCE_7_0, .recorded = core);
	JUDGE(trace, .recorded = core);
	JUDGE(trace, SINCE_6_6, .recorded = core, .counts = {[STLB_RULE_UNBRACKETED] = 1});
	JUDGE(before, .recorded = core, .counts = {[STLB_RULE_UNBRACKETED] = 1});
}

/* T29: the whole table is taken out and put back for a collapse of a part of it. */
#define COLLAPSED_PART(invalidated, last)                                                          \
	SETTLE_66, FILLED(0, RW(0xa)), FILLED(40, RW(0xb)), {START(0, 16)}, {LOCK(L2)},            \
		{COLLAPSE(0, TABLE(0x77))}, {invalidated}, {UNLOCK(L2)}, {END_66(0, 16)},          \
		{LOCK(L1)}, {CLEAR(0, RW(0xa))}, {UNLOCK(L1)}, {LOCK(L2)},                         \
		{PMD_SET(0, 0, TABLE(0x77))}, {LOCK(L1)}, {SET(0, 0, RW(0x20))}, {CLEAR(0, 0)},    \
		{UNLOCK(L1)}, {UNLOCK(L2)}, {FREE(0xa)},                                           \
	{                                                                                          \
		last                                                                               \
	}

Test(t29, a_table_that_comes_back_needs_nothing_for_what_stayed)
{
	static const struct made right[] = {COLLAPSED_PART(INV(0, 512), FREE(0x99))};
	static const struct made wrong[] = {COLLAPSED_PART(INV(512, 1024), INV(0, 512))};
	/* 40 was never cleared: its page goes while the table maps it */
	static const struct made freed[] = {COLLAPSED_PART(INV(0, 512), FREE(0xb))};

	JUDGE(right, SINCE_7_0);
	JUDGE(wrong, SINCE_7_0, .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_FREE] = 1});
	JUDGE(freed, SINCE_7_0, .counts = {[STLB_RULE_MAPPED] = 1});
}

/* T30: an empty table is taken out; another thread's fault installs a new one before the flush. */
#define EMPTIED                                                                                    \
	FILLED(0, RW(0xa)), ZAPPED(0, RW(0xa)),                                                    \
	{                                                                                          \
		INV(0, 1)                                                                          \
	}

Test(t30, an_empty_table_is_replaced_before_the_flush)
{
	static const struct made right[] = {
		SETTLE_66,
		EMPTIED,
		TAKEN_OUT,
		{T2, LOCK(L2)},
		{T2, PMD_SET(0, 0, TABLE(0x78))},
		{T2, UNLOCK(L2)},
		{END_66(0, 512)},
		{INV(0, 512)},
		{IRQ, FREE(0x77)},
	};
	static const struct made early[] = {
		SETTLE_66,
		EMPTIED,
		TAKEN_OUT,
		{T2, LOCK(L2)},
		{T2, PMD_SET(0, 0, TABLE(0x78))},
		{T2, UNLOCK(L2)},
		{END_66(0, 512)},
		{IRQ, FREE(0x77)},
		{INV(0, 512)},
	};

	JUDGE(right, SINCE_7_0);
	JUDGE(early, SINCE_7_0, FREED(1));
}

/* T31: an empty table that is freed needs one invalidation that meets what it spans. */
Test(t31, one_page_is_enough_for_an_empty_table)
{
	static const struct made right[] = {
		SETTLE_66, TAKEN_OUT, {END_66(0, 512)}, {INV(0, 1)}, {FREE(0x77)}};
	static const struct made beside[] = {
		SETTLE_66, TAKEN_OUT, {END_66(0, 512)}, {INV(512, 513)}, {FREE(0x77)}};

	JUDGE(right, SINCE_7_0);
	JUDGE(beside, SINCE_7_0, FREED(1));
}

/* The pages of a table that was not empty each need their own invalidation. */
Test(t31, each_page_below_has_to_be_covered)
{
	static const struct made in_part[] = {
		SETTLE_66,	  FILLED(0, RW(0xa)), FILLED(5, RW(0xb)), TAKEN_OUT,
		{END_66(0, 512)}, {INV(0, 1)},	      {FREE(0xa)},	  {FREE(0xb)},
	};
	static const struct made in_two[] = {
		SETTLE_66,   FILLED(0, RW(0xa)), FILLED(5, RW(0xb)), TAKEN_OUT,	  {END_66(0, 512)},
		{INV(0, 1)}, {INV(5, 6)},	 {FREE(0xa)},	     {FREE(0xb)}, {FREE(0x77)},
	};

	/* the table itself needs no more than that its span was met */
	static const struct made table[] = {
		SETTLE_66,	  FILLED(0, RW(0xa)), FILLED(5, RW(0xb)), TAKEN_OUT,
		{END_66(0, 512)}, {INV(0, 1)},	      {FREE(0x77)},	  {INV(5, 6)},
	};

	JUDGE(in_part, SINCE_7_0, FREED(1));
	JUDGE(table, SINCE_7_0, ENDED(.total = 1, .discharged_deferred = 1));
	JUDGE(in_two, SINCE_7_0, ENDED(.total = 1, .discharged_deferred = 1));
}

/* T32: one invalidation for many brackets, across a drop of mmap_lock. */
#define GATHER(last)                                                                               \
	SETTLE_66, {MMAP_LOCK(0)}, ZAPPED(0, RW(0xa)), {MMAP_UNLOCK(0)}, {MMAP_LOCK(0)},           \
		ZAPPED(9, RW(0xb)), {last}, {MMAP_UNLOCK(0)},                                      \
	{                                                                                          \
		USER_MODE                                                                          \
	}

Test(t32, one_invalidation_after_many_brackets)
{
	struct stlb_kinds recorded = MADE_WITH(STLB_USER_MODE);
	static const struct made right[] = {GATHER(INV(0, 10)), {FREE(0xa)}, {FREE(0xb)}};
	static const struct made first_only[] = {GATHER(INV(0, 1))};
	static const struct made freed[] = {GATHER(FREE(0xb)), {INV(0, 10)}};

	JUDGE(right, SINCE_7_0, .recorded = recorded);
	JUDGE(right, .recorded = recorded); /* of no known version */
	JUDGE(first_only, SINCE_7_0, .recorded = recorded, NEVER(1));
	JUDGE(freed, SINCE_7_0, .recorded = recorded,
	      .counts = {[STLB_RULE_FREE] = 1, [STLB_RULE_NEVER] = 2});
}

/* T33: the range is the caller's, also where the CPU flushes everything. */
Test(t33, no_more_than_the_range_is_covered)
{
	static const struct made trace[] = {
		SETTLE_66,
		{START(0, 100)},
		{LOCK(L1)},
		{CLEAR(39, RW(0xa))},
		{CLEAR(40, RW(0xb))},
		{UNLOCK(L1)},
		{INV(0, 40)},
		{FREE(0xa)},
		{FREE(0xb)},
		{END_66(0, 100)},
	};

	JUDGE(trace, SINCE_7_0, FREED(1));
}

/* T34: one event of several entries. */
Test(t34, one_event_is_of_several_entries)
{
#define CLEARED3                                                                                   \
	{CLEAR(0, RW(0x20))}, {CLEAR(1, RW(0x21))},                                                \
	{                                                                                          \
		CLEAR(2, RW(0x22))                                                                 \
	}
	static const struct made right[] = {
		SETTLE_66,     {START(0, 3)},  {LOCK(L1)},
		CLEARED3,      {INV(0, 3)},    {SET_NR(0, RW(0x30), 3)},
		{CLEAR(0, 0)}, {CLEAR(1, 0)},  {CLEAR(2, 0)},
		{UNLOCK(L1)},  {END_66(0, 3)}, {FREES(0x20, 1)},
		{FREE(0x22)},
	};
	static const struct made short_by_one[] = {
		SETTLE_66,     {START(0, 3)}, {LOCK(L1)},
		CLEARED3,      {INV(0, 2)},   {SET_NR(0, RW(0x30), 3)},
		{CLEAR(0, 0)}, {CLEAR(1, 0)}, {CLEAR(2, 0)},
		{UNLOCK(L1)},  {INV(2, 3)},   {END_66(0, 3)},
	};
	static const struct made back[] = {
		SETTLE_66,     {START(0, 3)}, {LOCK(L1)},    CLEARED3,	   {SET_NR(0, RW(0x20), 3)},
		{CLEAR(0, 0)}, {CLEAR(1, 0)}, {CLEAR(2, 0)}, {UNLOCK(L1)}, {END_66(0, 3)},
	};

	JUDGE(right, SINCE_7_0);
	JUDGE(short_by_one, SINCE_7_0, REPOINTED(1));
	JUDGE(back, SINCE_7_0, ENDED(.total = 3, .restored = 3));
}

/* T35: a huge entry is made invalid in place, without a flush, and says the same page again. */
Test(t35, invalid_in_place_needs_its_set)
{
	static const struct made right[] = {
		SETTLE_66,
		{START(512, 1024)},
		{LOCK(L2)},
		{PMD_CLEARS(PMD_INVAL, 512, HUGE(0x400))},
		{PMD_CLEAR(512, HUGE(0x400))},
		{PMD_SET(512, 0, HUGE(0x400))},
		{UNLOCK(L2)},
		{END_66(512, 1024)},
		{USER_MODE},
	};
	static const struct made other[] = {
		SETTLE_66,
		{START(512, 1024)},
		{LOCK(L2)},
		{PMD_CLEARS(PMD_INVAL, 512, HUGE(0x400))},
		{PMD_CLEAR(512, HUGE(0x400))},
		{PMD_SET(512, 0, HUGE(0x600))},
		{UNLOCK(L2)},
		{INV(512, 1024)},
		{END_66(512, 1024)},
	};
	static const struct made unseen[] = {
		SETTLE_66,    {START(512, 1024)},
		{LOCK(L2)},   {PMD_CLEARS(PMD_INVAL, 512, HUGE(0x400))},
		{UNLOCK(L2)}, {END_66(512, 1024)},
		{USER_MODE},
	};

	JUDGE(right, SINCE_7_0);
	JUDGE(other, SINCE_7_0, REPOINTED(1));
	JUDGE(unseen, SINCE_7_0, .recorded = MADE_WITHOUT(STLB_PMD_SET, STLB_PTE_SET));
}

/* T36: a table is freed by RCU long after, by whoever runs then. */
Test(t36, a_table_is_freed_by_another_context_later)
{
	static const struct made right[] = {
		SETTLE_66,	  TAKEN_OUT,	  {INV(0, 512)},
		{END_66(0, 512)}, SETTLED_66(T2), {T3, .context = STLB_CONTEXT_SOFTIRQ, FREE(0x77)},
	};
	static const struct made wrong[] = {
		SETTLE_66,
		TAKEN_OUT,
		{END_66(0, 512)},
		SETTLED_66(T2),
		{T3, .context = STLB_CONTEXT_SOFTIRQ, FREE(0x77)},
		{INV(0, 512)},
	};

	JUDGE(right, SINCE_7_0);
	JUDGE(wrong, SINCE_7_0, FREED(1));
}

/* T37: what a device holds alone is not present: its zap needs no invalidation. */
Test(t37, an_exclusive_entry_is_not_present)
{
	static const struct made right[] = {
		SETTLE_66,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEARF(0, RW(0xa))},
		{CLEAR(0, RW(0xa))},
		{INV(0, 1)},
		{SET(0, 0, EXCLUSIVE)},
		{CLEAR(0, 0)},
		{UNLOCK(L1)},
		{END_66(0, 1)},
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, EXCLUSIVE)},
		{UNLOCK(L1)},
		{END_66(0, 1)},
		{FREE(0xa)},
	};
	static const struct made wrong[] = {
		SETTLE_66,	     {START(0, 1)},	     {LOCK(L1)},    {CLEARF(0, RW(0xa))},
		{CLEAR(0, RW(0xa))}, {SET(0, 0, EXCLUSIVE)}, {CLEAR(0, 0)}, {UNLOCK(L1)},
		{END_66(0, 1)},	     {START(0, 1)},	     {LOCK(L1)},    {CLEAR(0, EXCLUSIVE)},
		{UNLOCK(L1)},	     {END_66(0, 1)},	     {FREE(0xa)},   {INV(0, 1)},
	};

	JUDGE(right, SINCE_7_0, ENDED(.total = 1, .discharged_in_lock = 1));
	JUDGE(wrong, SINCE_7_0, FREED(1));
}

/* T38: arm64 with BBML3 clears 16 entries and sets the same pages again, without a flush. */
Test(t38, the_same_pages_again_without_a_flush)
{
#define ARM(n) (UINT64_C(0x00e8000000020fc3) + ((uint64_t)(n) << 12))
	struct made rows[40] = {SETTLE_66, {START(0, 16)}, {LOCK(L1)}};
	size_t nr = 4;

	for (int i = 0; i < 16; i++)
		rows[nr++] = (struct made){CLEAR(i, ARM(i))};
	for (int i = 0; i < 16; i++)
		rows[nr++] = (struct made){SET(i, 0, ARM(i) | UINT64_C(1) << 52)};
	rows[nr++] = (struct made){UNLOCK(L1)};
	rows[nr++] = (struct made){END_66(0, 16)};
	made_judge(__func__, __LINE__, rows, nr,
		   &(struct made_how){SINCE_7_0, .arch = STLB_ARCH_ARM64,
				      ENDED(.total = 16, .restored = 16)});
	rows[4 + 16 + 7] = (struct made){SET(7, 0, ARM(100))};
	made_judge(__func__, __LINE__, rows, nr,
		   &(struct made_how){SINCE_7_0, .arch = STLB_ARCH_ARM64,
				      .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_NEVER] = 1}});
}

/* T39: which swap types mean migration is learned from an entry that is known as such. */
Test(t39, migration_types_are_learned)
{
#define TYPE(n)	      ((uint64_t)(n) << 59 | UINT64_C(0x07ffffffff9fb000))
#define LEARNED(type) OF(MIGRATION_SET, F(ADDR, PAGE(0x40000)), F(PTE, TYPE(type)))
#define REPLACED(type)                                                                             \
	{START(0, 1)}, {LOCK(L1)}, {CLEARF(0, RW(0xa))}, {CLEAR(0, RW(0xa))},                      \
		{SET(0, 0, TYPE(type))}, {CLEAR(0, 0)}, {UNLOCK(L1)},                              \
	{                                                                                          \
		ONLY_END(0, 1)                                                                     \
	}
	static const struct made by_default[] = {SETTLE, REPLACED(27)};
	static const struct made device[] = {SETTLE, {LEARNED(24)}, REPLACED(27)};
	static const struct made lower[] = {SETTLE, {LEARNED(24)}, REPLACED(24)};

	/* an entry that migration left is not judged at its bracket's end, before 6.6 */
	JUDGE(by_default, BEFORE_6_6);
	JUDGE(device, BEFORE_6_6, NEVER(1));
	JUDGE(lower, BEFORE_6_6);
}

/* T40: x86 frees a table of the kernel's before its pmd is cleared: nobody walks init_mm. */
Test(t40, tables_of_the_kernel_do_not_matter)
{
#define KERNEL_PMD(kind, ...)                                                                      \
	OF(kind, F(MM, MM2), F(ADDR, UINT64_C(0xffff888000000000)), __VA_ARGS__),                  \
		.level = STLB_LEVEL_PMD
	static const struct made kernel[] = {
		SETTLE_66,
		FILLED(9, RW(0x9)),
		{KERNEL_PMD(PMD_SET, F(OLD, 0), F(NEW, TABLE(0x77)))},
		{FREE(0x77)},
		{KERNEL_PMD(PMD_CLEAR, F(OLD, TABLE(0x77)))},
	};
	static const struct made user[] = {
		SETTLE_66,	  FILLED(9, RW(0x9)), {LOCK(L2)}, {PMD_SET(0, 0, TABLE(0x77))},
		{UNLOCK(L2)},	  {FREE(0x77)},	      TAKEN_OUT,  {INV(0, 512)},
		{END_66(0, 512)},
	};

	JUDGE(kernel, SINCE_7_0);
	JUDGE(user, SINCE_7_0, .counts = {[STLB_RULE_MAPPED] = 1});
}
