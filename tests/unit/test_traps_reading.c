/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How events are read after a loss, and where kinds are missing: what is not known makes no fault,
 * and hides none.
 */
#include "made_events.h"

#define FREED(n) .counts = {[STLB_RULE_FREE] = (n)}
#define FILLED(n, entry)                                                                           \
	{LOCK(L1)}, {SET(n, 0, entry)}, {CLEAR(n, 0)},                                             \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define COLLAPSED                                                                                  \
	{START(0, 512)}, {LOCK(L2)}, {COLLAPSE(0, TABLE(0x77))}, {INV(0, 512)}, {UNLOCK(L2)},      \
	{                                                                                          \
		ONLY_END(0, 512)                                                                   \
	}
#define LATE(n, entry)                                                                             \
	{LOCK(L1)}, {CLEAR(n, entry)},                                                             \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}

/* ---- a loss does not make updates of what is no update ---- */

Test(reading, late_clears_after_a_loss)
{
	static const struct made own_cpu[] = {SETTLE,	    FILLED(0, RW(0xa)), COLLAPSED,
					      {LOST(HERE)}, LATE(0, RW(0xa)),	{FREE(0xa)}};
	static const struct made other_cpu[] = {SETTLE,		  FILLED(0, RW(0xa)),
						COLLAPSED,	  {.cpu = 3, LOST(HERE)},
						LATE(0, RW(0xa)), {FREE(0xa)}};

	JUDGE(own_cpu, BEFORE_6_6);
	JUDGE(other_cpu, BEFORE_6_6);
}

Test(reading, an_echo_after_a_loss)
{
	static const struct made trace[] = {SETTLE,
					    FILLED(0, RO(0xa)),
					    {START(0, 1)},
					    {LOCK(L1)},
					    {SET(0, RO(0xa), RW(0xa))},
					    {ON(3), LOST(HERE)},
					    {CLEAR(0, RO(0xa))},
					    {UNLOCK(L1)},
					    {ONLY_END(0, 1)}};

	JUDGE(trace, BEFORE_6_6);
}

Test(reading, evidence_of_a_merge_before_a_loss)
{
	static const struct made trace[] = {
		SETTLE,	    {START(0, 1)},	 {KSM(0xa)},	       {ON(3), LOST(HERE)},
		{LOCK(L1)}, {CLEAR(0, RO(0xa))}, {SET(0, 0, RO(0xb))}, {UNLOCK(L1)},
		{END(0, 1)}};

	JUDGE(trace, BEFORE_6_6);
}

/* A lock whose release may be lost is not known to be held. */
Test(reading, a_start_under_a_lock_after_a_loss)
{
	static const struct made trace[] = {SETTLE,	 {LOCK(L2)},	{UNLOCK(L2)},
					    {LOCK(L1)},	 {LOST(HERE)},	{START(0, 1)},
					    {END(0, 1)}, {START(0, 1)}, {END(0, 1)}};

	JUDGE(trace, BEFORE_6_6);
}

/* ---- brackets that only seem to be open bound nothing ---- */

#define HUGE_ZAP                                                                                   \
	{LOCK_ANY(L2)}, {OF(PMD_CLEAR, F(MM, MM1), F(OLD, HUGE(0x400))), .level = STLB_LEVEL_PMD}, \
	{                                                                                          \
		UNLOCK_ANY(L2)                                                                     \
	}

Test(reading, a_bracket_whose_end_was_lost)
{
	static const struct made lost[] = {
		SETTLE_66, {START(0, 1)},	{LOST(HERE)},	  {START(512, 1024)},
		HUGE_ZAP,  {END_66(512, 1024)}, {INV(512, 1024)}, {FREES(0x400, 9)}};
	static const struct made no_ends[] = {
		{START(0, 1)}, {START(512, 1024)}, HUGE_ZAP, {INV(512, 1024)}, {FREES(0x400, 9)}};
	static const struct made wrong[] = {SETTLE_66,	 {START(512, 1024)}, HUGE_ZAP,
					    {INV(0, 1)}, {FREES(0x400, 9)},  {END_66(512, 1024)}};

	JUDGE(lost, SINCE_6_6, .unplaced = 2);
	JUDGE(no_ends, SINCE_6_6, .recorded = MADE_WITHOUT(STLB_INV_END), .unplaced = 2);
	JUDGE(wrong, SINCE_6_6, FREED(1), .unplaced = 2);
}

/* ---- late clears end with the operation, and are of pages that the table held ---- */

#define OUT_66                                                                                     \
	{START(0, 512)}, {LOCK(L2)}, {COLLAPSE(0, TABLE(0x77))}, {INV(0, 512)}, {UNLOCK(L2)},      \
	{                                                                                          \
		END_66(0, 512)                                                                     \
	}
#define ZAP_AT(old)                                                                                \
	{LOCK_ANY(L2)}, {CLEAR_AT(old)},                                                           \
	{                                                                                          \
		UNLOCK_ANY(L2)                                                                     \
	}

Test(reading, clears_without_address_after_a_collapse)
{
	static const struct made late[] = {SETTLE_66, OUT_66, ZAP_AT(RW(0xa)), {FREE(0xa)}};
	static const struct made next_call[] = {
		SETTLE_66, OUT_66, {USER_MODE}, ZAP_AT(RW(0xa)), {FREE(0xa)}};
	static const struct made unlocked[] = {SETTLE_66,	 {MMAP_LOCK(1)},  OUT_66,
					       {MMAP_UNLOCK(1)}, ZAP_AT(RW(0xa)), {FREE(0xa)}};
	static const struct made put_in[] = {
		SETTLE_66,    OUT_66,	       {LOCK(L2)}, {PMD_SET(0, 0, HUGE(0x400))},
		{UNLOCK(L2)}, ZAP_AT(RW(0xa)), {FREE(0xa)}};

	JUDGE(late, SINCE_6_6);
	JUDGE(next_call, SINCE_6_6, FREED(1), .unplaced = 2);
	JUDGE(unlocked, SINCE_6_6, FREED(1), .unplaced = 2);
	JUDGE(put_in, SINCE_6_6, FREED(1), .unplaced = 2);
}

/* A table without a place is still judged by its page; what follows it may be its entries. */
Test(reading, a_table_without_a_place)
{
#define TABLE_AT OF(PMD_CLEAR, F(MM, MM1), F(OLD, TABLE(0x77))), .level = STLB_LEVEL_PMD
	static const struct made wrong[] = {SETTLE_66,	      {LOCK_ANY(L2)}, {TABLE_AT},
					    {UNLOCK_ANY(L2)}, {FREE(0x77)},   {INV(0, 512)}};
	static const struct made right[] = {SETTLE_66,	      {LOCK_ANY(L2)}, {TABLE_AT},
					    {UNLOCK_ANY(L2)}, {INV(0, 512)},  {FREE(0x77)}};
	static const struct made entries[] = {SETTLE_66,	{LOCK_ANY(L2)}, {TABLE_AT},
					      {UNLOCK_ANY(L2)}, {INV(0, 512)},	ZAP_AT(RW(0xa)),
					      {FREE(0xa)}};

	JUDGE(wrong, SINCE_6_6, FREED(1), .unplaced = 2);
	JUDGE(right, SINCE_6_6, .unplaced = 2);
	JUDGE(entries, SINCE_6_6, .inconclusive = {[STLB_RULE_FREE] = 1}, .unplaced = 3);
}

/* Where no clear of a pmd is recorded, clears outside any bracket may be late ones. */
Test(reading, no_pmds_are_recorded)
{
	static const struct made late[] = {
		SETTLE_66, FILLED(0, RW(0xa)), LATE(0, RW(0xa)), {FREE(0xa)}};
	static const struct made inside[] = {SETTLE_66,	       FILLED(0, RW(0xa)), {START(0, 1)},
					     LATE(0, RW(0xa)), {FREE(0xa)},	   {END_66(0, 1)}};
	static const struct made no_starts[] = {
		{INV(900, 901)}, FILLED(0, RW(0xa)), LATE(0, RW(0xa)), {FREE(0xa)}};

	JUDGE(late, SINCE_6_6, .recorded = MADE_WITHOUT(STLB_PMD_CLEAR, STLB_PMD_SET),
	      .inconclusive = {[STLB_RULE_FREE] = 1});
	JUDGE(inside, SINCE_6_6, .recorded = MADE_WITHOUT(STLB_PMD_CLEAR, STLB_PMD_SET), FREED(1));
	/* either kind tells of collapses, and without starts nobody knows who is outside */
#define WITHOUT_PMDS MADE_WITHOUT(STLB_PMD_CLEAR, STLB_PMD_SET)
	JUDGE(late, SINCE_6_6, .recorded = MADE_MORE(WITHOUT_PMDS, STLB_PMD_COLLAPSE_FLUSH),
	      .counts = {[STLB_RULE_FREE] = 1, [STLB_RULE_UNBRACKETED] = 1});
	JUDGE(late, SINCE_6_6, .recorded = MADE_MORE(WITHOUT_PMDS, STLB_PMD_CLEAR),
	      .counts = {[STLB_RULE_FREE] = 1, [STLB_RULE_UNBRACKETED] = 1});
	JUDGE(late, SINCE_6_6, .recorded = MADE_MORE(WITHOUT_PMDS, STLB_PMD_ZAP),
	      .inconclusive = {[STLB_RULE_FREE] = 1});
	JUDGE(no_starts, SINCE_6_6, .recorded = MADE_LESS(WITHOUT_PMDS, STLB_INV_START), FREED(1));
}

/* ---- sets that are not recorded ---- */

Test(reading, an_entry_that_may_be_set_again_unseen)
{
	static const struct made trace[] = {SETTLE_66,	    {MMAP_LOCK(1)},	 {START(0, 1)},
					    {LOCK(L1)},	    {CLEAR(0, RO(0xa))}, {UNLOCK(L1)},
					    {END_66(0, 1)}, {MMAP_UNLOCK(1)}};

	JUDGE(trace, SINCE_6_6, .recorded = MADE_WITHOUT(STLB_PTE_SET),
	      .inconclusive = {[STLB_RULE_NEVER] = 1});
	JUDGE(trace, SINCE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
}

/* The flush carries its invalidation: what returns to user mode without has carried none. */
Test(reading, a_flush_ends_with_the_call)
{
	static const struct made wrong[] = {SETTLE_66, {FLUSHED(0, 1)}, {USER_MODE}, {INV(0, 1)}};
	static const struct made right[] = {SETTLE_66, {FLUSHED(0, 1)}, {INV(0, 1)}, {USER_MODE}};

	JUDGE(wrong, SINCE_6_6, .counts = {[STLB_RULE_FLUSH] = 1});
	JUDGE(right, SINCE_6_6);
}
