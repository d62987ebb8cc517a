/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables that are taken out and come back: what of their entries is known, pending and reported. */
#include "made_events.h"

#define T4 .tid = 400, .cpu = 1
#define OUT                                                                                        \
	{START(512, 1024)}, {LOCK(L1)},                                                            \
	{                                                                                          \
		PMD_CLEAR(512, TABLE(7))                                                           \
	}
#define BACK                                                                                       \
	{                                                                                          \
		PMD_SET(512, 0, TABLE(7))                                                          \
	}
#define OVER                                                                                       \
	{UNLOCK(L1)},                                                                              \
	{                                                                                          \
		END(512, 1024)                                                                     \
	}
#define OVER_66                                                                                    \
	{UNLOCK(L1)},                                                                              \
	{                                                                                          \
		END_66(512, 1024)                                                                  \
	}

/* What was freed is handed out again as a matter of course. */
Test(traps_away, a_page_is_reported_once_wherever_its_table_goes)
{
	static const struct made again[] = {
		SETTLE,	     {SET(512, 0, RW(0xa))}, {CLEAR(512, 0)}, {FREE(0xa)}, OUT, BACK, OVER,
		{ALLOC(0xa)}};
	static const struct made another[] = {
		SETTLE, {SET(512, 0, RW(0xa))}, {CLEAR(512, 0)}, {FREE(0xa)}, OUT, BACK,
		OVER,	{SET(513, 0, RW(0xb))}, {CLEAR(513, 0)}, {ALLOC(0xb)}};

	JUDGE(again, BEFORE_6_6, .counts = {[STLB_RULE_MAPPED] = 1});
	JUDGE(another, BEFORE_6_6, .counts = {[STLB_RULE_MAPPED] = 2});
}

/* Nobody can walk to what is written there before it is back, whether its entries were known. */
Test(traps_away, written_out_of_sight)
{
	static const struct made own[] = {
		SETTLE, OUT, {T2, CLEAR(514, RW(0xc))}, {SET(514, 0, RW(0xd))}, OVER};
	static const struct made others[] = {
		SETTLE, OUT, {T2, CLEAR(514, RW(0xc))}, {T3, SET(514, 0, RW(0xd))}, OVER};
	static const struct made another_table[] = {SETTLE,
						    OUT,
						    {PMD_SET(512, 0, TABLE(8))},
						    {T2, CLEAR(514, RW(0xc))},
						    {SET(514, 0, RW(0xd))},
						    OVER};

	JUDGE(own, BEFORE_6_6, .counts = {0});
	JUDGE(others, BEFORE_6_6, .counts = {[STLB_RULE_REFAULT] = 1});
	JUDGE(another_table, BEFORE_6_6,
	      .counts = {[STLB_RULE_REFAULT] = 1, [STLB_RULE_REPOINT] = 1});
}

/* Where a huge page was cleared no table is out of sight: what is set there next is found. */
Test(traps_away, in_sight_after_a_huge_page)
{
#define THEN_FILLED(was)                                                                           \
	SETTLE, {START(512, 1024)}, {LOCK(L1)}, {PMD_CLEAR(512, was)}, {INV(512, 1024)},           \
		{UNLOCK(L1)}, {ONLY_END(512, 1024)}, {SET(514, 0, RW(0xc))}, {CLEAR(514, 0)},      \
	{                                                                                          \
		FREE(0xc)                                                                          \
	}
	static const struct made huge[] = {THEN_FILLED(HUGE(0x200))};
	static const struct made collapsed[] = {SETTLE,
						OUT,
						{INV(512, 1024)},
						{PMD_SET(512, 0, HUGE(0x200))},
						{UNLOCK(L1)},
						{ONLY_END(512, 1024)},
						THEN_FILLED(HUGE(0x200))};
	static const struct made table[] = {THEN_FILLED(TABLE(7))};

	JUDGE(huge, BEFORE_6_6, .counts = {[STLB_RULE_MAPPED] = 1});
	JUDGE(collapsed, BEFORE_6_6, .counts = {[STLB_RULE_MAPPED] = 1});
	JUDGE(table, BEFORE_6_6);
}

/* What it took out is its own until it drops the mmap_lock of that mm. */
Test(traps_away, written_out_of_sight_after_an_unlock)
{
#define UNLOCKS_MMAP(mm)                                                                           \
	SETTLE, OUT, {UNLOCK(L1)}, {OF(MMAP_UNLOCK, F(MM, mm), F(WRITE, 1))}, {LOCK(L1)},          \
		{T2, CLEAR(514, RW(0xc))}, {SET(514, 0, RW(0xd))}, OVER
	static const struct made own[] = {UNLOCKS_MMAP(MM1)};
	static const struct made of_another_mm[] = {UNLOCKS_MMAP(MM2)};

	JUDGE(own, BEFORE_6_6, .counts = {[STLB_RULE_REFAULT] = 1});
	JUDGE(of_another_mm, BEFORE_6_6);
}

/* The last word on an entry is what is known of it once the table is back. */
Test(traps_away, the_newest_is_known)
{
#define ECHOED                                                                                     \
	SETTLE, {SET(0, 0, RW(0xf))},                                                              \
	{                                                                                          \
		CLEAR(0, 0)                                                                        \
	}
	static const struct made cleared[] = {
		ECHOED, OUT,	    {T2, SET(514, 0, RW(0xc))}, {CLEAR(514, RW(0xc))}, BACK,
		OVER,	{FREE(0xc)}};
	static const struct made kept[] = {ECHOED, OUT,	 {T2, SET(514, 0, RW(0xc))},
					   BACK,   OVER, {FREE(0xc)}};
	static const struct made after[] = {ECHOED,	{SET(514, 0, RW(0xc))}, OUT,
					    BACK,	{CLEAR(514, RW(0xc))},	OVER,
					    {FREE(0xc)}};

	JUDGE(cleared, BEFORE_6_6, .counts = {0});
	JUDGE(kept, BEFORE_6_6, .counts = {[STLB_RULE_MAPPED] = 1});
	JUDGE(after, BEFORE_6_6, .counts = {0});
}

/* Each page below needs its own invalidation, to the letter too. */
Test(traps_away, strict_by_each_page)
{
#define TWO_BELOW SETTLE_66, {SET(512, 0, RW(0xa))}, {SET(513, 0, RW(0xb))}, OUT
	static const struct made late[] = {TWO_BELOW,	     {UNLOCK(L1)}, {INV(512, 513)},
					   {INV(513, 1024)}, {FREE(7)},	   {END_66(512, 1024)}};
	static const struct made in_lock[] = {TWO_BELOW,    {INV(512, 513)}, {INV(513, 1024)},
					      {UNLOCK(L1)}, {FREE(7)},	     {END_66(512, 1024)}};
	static const struct made covered_in_lock[] = {TWO_BELOW,    {INV(512, 513)},
						      {UNLOCK(L1)}, {INV(513, 1024)},
						      {FREE(7)},    {END_66(512, 1024)}};
	static const struct made covered_late[] = {TWO_BELOW,	 {INV(512, 513)},
						   {UNLOCK(L1)}, {INV(513, 1024)},
						   {FREE(0xb)},	 {END_66(512, 1024)}};

	JUDGE(late, SINCE_6_6, .strict = true, .counts = {[STLB_RULE_FREE] = 1});
	JUDGE(late, SINCE_6_6, .counts = {0});
	JUDGE(in_lock, SINCE_6_6, .strict = true, .counts = {0});
	JUDGE(covered_in_lock, SINCE_6_6, .strict = true, .counts = {0});
	JUDGE(covered_late, SINCE_6_6, .strict = true, .counts = {[STLB_RULE_FREE] = 1});
}

/* The page of a table is not one of the pages that it maps. */
Test(traps_away, a_table_that_was_invalidated_needs_nothing)
{
	static const struct made trace[] = {SETTLE,	      {SET(515, 0, RW(0x12))},	 OUT,
					    {INV(512, 1024)}, {T2, SET(515, 0, RW(10))}, OVER};
	static const struct made pending[] = {
		SETTLE, {SET(515, 0, RW(0x12))}, OUT, {T2, SET(515, 0, RW(10))}, OVER};

	JUDGE(trace, BEFORE_6_6, .counts = {0});
	JUDGE(pending, BEFORE_6_6, .counts = {[STLB_RULE_REFAULT] = 1});
}

/* A refault by another does not make its own repoint late only. */
Test(traps_away, by_whose_set_it_was_repointed)
{
	static const struct made own[] = {
		SETTLE_66, {SET(512, 0, RW(0xa))},     OUT,
		OVER_66,   {T2, SET(512, 0, RW(0xd))}, {PMD_SET(512, 0, TABLE(9))},
		{EXITS}};
	static const struct made others[] = {SETTLE_66, {SET(512, 0, RW(0xa))},		 OUT,
					     OVER_66,	{T2, PMD_SET(512, 0, TABLE(9))}, {EXITS}};

	JUDGE(own, SINCE_6_6,
	      .counts = {[STLB_RULE_REFAULT] = 1, [STLB_RULE_REPOINT] = 1, [STLB_RULE_NEVER] = 1});
	JUDGE(others, SINCE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

/* A set of many shows the hook that repeats what it overwrites: all sets and clears are recorded.
 */
Test(traps_away, echoes_of_many_entries_show_the_hook)
{
	static const struct made shown[] = {SETTLE_66,
					    {SET_NR(0, RW(0x10), 2)},
					    {CLEAR(0, NUMA(1))},
					    {CLEAR(1, NUMA(2))},
					    {FREE(0x11)}};
	static const struct made not_shown[] = {SETTLE_66, {SET_NR(0, RW(0x10), 2)}, {FREE(0x11)}};

	JUDGE(shown, SINCE_6_6, .counts = {[STLB_RULE_MAPPED] = 1});
	JUDGE(not_shown, SINCE_6_6, .counts = {0});
}

/* An interrupt lies before the next event of what it interrupted, whoever runs there first. */
Test(traps_away, an_interrupted_task_goes_on_after_another)
{
#define CLEARED                                                                                    \
	SETTLE_66, SETTLED_66(T2), {T2, START(0, 1)}, {T2, CLEAR(0, RW(0xa))},                     \
	{                                                                                          \
		T2, IRQ, INV(600, 601)                                                             \
	}
	static const struct made ordered[] = {CLEARED,
					      {.tid = 300, .cpu = 1, FREE(0xff)},
					      {.tid = 300, .cpu = 1, IRQ, INV(600, 601)},
					      {T4, FREE(0xfe)},
					      {.tid = 300, .cpu = 1, INV(0, 1)}};
	static const struct made not_ordered[] = {CLEARED,
						  {.tid = 300, .cpu = 1, FREE(0xff)},
						  {T4, FREE(0xfe)},
						  {.tid = 300, .cpu = 1, INV(0, 1)}};

	JUDGE(ordered, SINCE_6_6,
	      .ended = &(struct stlb_obligations){.total = 1, .discharged_deferred = 1});
	JUDGE(not_ordered, SINCE_6_6,
	      .ended = &(struct stlb_obligations){.total = 1, .pending = 1});
}

/* Evidence of a merge counts whoever made it. */
Test(traps_away, evidence_of_one_that_calls_itself_ksmd)
{
#define BY_KSMD                                                                                    \
	SETTLE_66, SETTLED_66(KSMD), {KSMD, START(0, 1)}, {KSMD, LOCK(L1)},                        \
		{KSMD, CLEARF(0, RO(0xa))}, {KSMD, SET(0, 0, RO(0xb))},                            \
	{                                                                                          \
		KSMD, UNLOCK(L1)                                                                   \
	}
	static const struct made before[] = {BY_KSMD, {KSMD, KSM(0xa)}, {KSMD, SUBSCRIBE(SUB1)}};
	static const struct made after[] = {BY_KSMD, {KSMD, SUBSCRIBE(SUB1)}, {KSMD, KSM(0xa)}};
	static const struct made none[] = {BY_KSMD, {KSMD, SUBSCRIBE(SUB1)}};

	JUDGE(before, SINCE_6_6, .counts = {0});
	JUDGE(after, SINCE_6_6, .counts = {0});
	JUDGE(none, SINCE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

/* Freed, and handed out again: it is one page that went too early. */
Test(traps_away, strict_is_reported_once)
{
	static const struct made trace[] = {
		SETTLE,	     {START(0, 1)}, {LOCK(L1)},	  {CLEAR(0, RW(0xa))}, {UNLOCK(L1)},
		{INV(0, 1)}, {FREE(0xa)},   {ALLOC(0xa)}, {ONLY_END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .strict = true, .counts = {[STLB_RULE_FREE] = 1});
}
