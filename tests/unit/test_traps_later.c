/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What only comes out later: whether a lock was held on, whose mm it was, what evidence clears. */
#include "made_device.h"

#define REPOINTED(n)  .counts = {[STLB_RULE_REPOINT] = (n)}
#define REFAULTED(n)  .counts = {[STLB_RULE_REFAULT] = (n)}
#define UNBALANCED(n) .counts = {[STLB_RULE_UNBALANCED] = (n)}
#define MM_GONE	      OF(MM_FREE, F(MM, MM1))
#define ANOTHER_MM                                                                                 \
	{MM_GONE}, {SUBSCRIBE(SUB1)},                                                              \
	{                                                                                          \
		SUBSCRIBED(0)                                                                      \
	}

/* ---- a holder that is switched out ---- */

#define STARTED_AFTER_A_SWITCH                                                                     \
	SETTLE, {LOCK(L2)}, {UNLOCK(L2)}, {LOCK(L1)}, {SWITCH(200)},                               \
	{                                                                                          \
		START(0, 1)                                                                        \
	}

Test(later, a_start_in_a_lock_that_was_held_on)
{
	static const struct made held[] = {STARTED_AFTER_A_SWITCH, {UNLOCK(L1)}, {END(0, 1)}};
	static const struct made twice[] = {
		STARTED_AFTER_A_SWITCH, {END(0, 1)}, {START(4, 5)}, {END(4, 5)}, {UNLOCK(L1)}};
	static const struct made unseen[] = {
		SETTLE,	       {LOCK(L2)},	{UNLOCK(L2)},
		{LOCK(L1)},    {T2, USER_MODE}, {.tid = 300, USER_MODE},
		{START(0, 1)}, {UNLOCK(L1)},	{END(0, 1)}};
	static const struct made over[] = {STARTED_AFTER_A_SWITCH,
					   {END(0, 1)},
					   {T2, LOCK(L1)},
					   {T2, UNLOCK(L1)},
					   {UNLOCK(L1)}};
	static const struct made again[] = {
		STARTED_AFTER_A_SWITCH, {LOCK(L1)}, {UNLOCK(L1)}, {END(0, 1)}};
	static const struct made never_released[] = {STARTED_AFTER_A_SWITCH, {END(0, 1)}};
	static const struct made lost[] = {
		STARTED_AFTER_A_SWITCH, {END(0, 1)}, {LOST(HERE)}, {UNLOCK(L1)}};
	static const struct made may_fail[] = {SETTLE,	     {LOCK(L2)},    {UNLOCK(L2)},
					       {LOCK(L1)},   {SWITCH(200)}, {START_NB(0, 1)},
					       {UNLOCK(L1)}, {END(0, 1)}};
	static const struct made before[] = {SETTLE,	    {START(0, 1)}, {LOCK(L1)},
					     {SWITCH(200)}, {UNLOCK(L1)},  {END(0, 1)}};

	JUDGE(held, BEFORE_6_6, UNBALANCED(1));
	JUDGE(twice, BEFORE_6_6, UNBALANCED(2));
	JUDGE(unseen, BEFORE_6_6, UNBALANCED(1));
	JUDGE(over, BEFORE_6_6);
	JUDGE(again, BEFORE_6_6);
	JUDGE(never_released, BEFORE_6_6);
	JUDGE(lost, BEFORE_6_6);
	JUDGE(may_fail, BEFORE_6_6);
	JUDGE(before, BEFORE_6_6);
}

/* What comes after the set is too late for it, and no reason to call it a race. */
Test(later, an_unordered_invalidation_after_the_set)
{
#define CLEARED_AND_SWITCHED                                                                       \
	SETTLE, SETTLED(T2), {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))},                       \
	{                                                                                          \
		SWITCH(300)                                                                        \
	}
	static const struct made after[] = {CLEARED_AND_SWITCHED, {SET(0, 0, RW(0xb))},
					    {T2, INV(0, 1)},	  {UNLOCK(L1)},
					    {INV(0, 1)},	  {ONLY_END(0, 1)}};
	static const struct made before[] = {CLEARED_AND_SWITCHED, {T2, INV(0, 1)},
					     {SET(0, 0, RW(0xb))}, {UNLOCK(L1)},
					     {INV(0, 1)},	   {ONLY_END(0, 1)}};

	JUDGE(after, BEFORE_6_6, REPOINTED(1));
	JUDGE(before, BEFORE_6_6, .counts = {[STLB_RULE_RACY] = 1});
}

/* ---- an mm that goes ---- */

/* A start that lost its end says nothing of the next mm at its address. */
Test(later, brackets_go_with_their_mm)
{
	static const struct made covers[] = {SETTLE,	 {START(0, 512)},     ANOTHER_MM,
					     {LOCK(L1)}, {CLEAR(5, RW(0xa))}, {UNLOCK(L1)}};
	static const struct made ends[] = {SETTLE,	  {START(0, 512)}, {T2, MM_GONE},
					   {START(4, 6)}, {LOCK(L1)},	   {CLEAR(5, RW(0xa))},
					   {UNLOCK(L1)},  {ONLY_END(4, 6)}};
	static const struct made leaves[] = {SETTLE, {START(0, 512)}, ANOTHER_MM, {USER_MODE}};
	static const struct made stays[] = {
		SETTLE, {START(0, 512)}, {OF(MM_FREE, F(MM, MM2))}, {USER_MODE}};

	JUDGE(covers, BEFORE_6_6, .counts = {[STLB_RULE_UNBRACKETED] = 1});
	JUDGE(ends, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
	JUDGE(leaves, BEFORE_6_6);
	JUDGE(stays, BEFORE_6_6, UNBALANCED(1));
}

/* What is not covered of a huge page concerns nobody once the last subscriber is gone. */
Test(later, a_part_that_nobody_waits_for)
{
#define COVERED_IN_PART                                                                            \
	SETTLE, {START(512, 1024)}, {LOCK(L1)}, {PMD_CLEAR(512, HUGE(0x400))},                     \
	{                                                                                          \
		INV(512, 513)                                                                      \
	}
	static const struct made released[] = {
		COVERED_IN_PART, {T2, RELEASE}, {UNLOCK(L1)}, {ONLY_END(512, 1024)}};
	static const struct made loose[] = {
		SETTLE,		 {LOCK(L1)},	{PMD_CLEAR(512, HUGE(0x400))},
		{INV(512, 513)}, {T2, RELEASE}, {PMD_SET(512, 0, HUGE(0x600))},
		{UNLOCK(L1)}};
	static const struct made kept[] = {COVERED_IN_PART, {UNLOCK(L1)}, {ONLY_END(512, 1024)}};

	JUDGE(released, BEFORE_6_6);
	JUDGE(loose, BEFORE_6_6, .counts = {[STLB_RULE_UNBRACKETED] = 1});
	JUDGE(kept, BEFORE_6_6, .counts = {[STLB_RULE_PARTIAL] = 1});
}

/* ---- tables ---- */

/* A fault of the context that took a table out is another operation, once it has gone on. */
Test(later, a_page_set_below_a_table_that_was_taken_out)
{
#define TABLE_TAKEN                                                                                \
	SETTLE, {LOCK(L1)}, {SET(0, 0, RW(0xa))}, {CLEAR(0, 0)}, {UNLOCK(L1)}, {START(0, 512)},    \
		{LOCK(L2)}, {PMD_CLEAR(0, TABLE(0x77))},                                           \
	{                                                                                          \
		UNLOCK(L2)                                                                         \
	}
#define FAULTS                                                                                     \
	{LOCK(L1)}, {SET(0, 0, RW(0xb))}, {CLEAR(0, 0)},                                           \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
	static const struct made gone_on[] = {
		TABLE_TAKEN, {START(600, 601)}, {ONLY_END(600, 601)}, FAULTS, {END(0, 512)}};
	static const struct made own[] = {TABLE_TAKEN,
					  {CLEAR(0, RW(0xa))},
					  {PMD_SET(0, 0, TABLE(0x77))},
					  FAULTS,
					  {END(0, 512)}};

	/* that it took out another table makes it no part of what took out this one */
	static const struct made other_table[] = {TABLE_TAKEN,
						  SETTLED(T2),
						  {T2, START(512, 1024)},
						  {T2, LOCK(L2)},
						  {T2, PMD_CLEAR(512, TABLE(0x78))},
						  {T2, UNLOCK(L2)},
						  {T2, LOCK(L1)},
						  {T2, SET(0, 0, RW(0xb))},
						  {T2, CLEAR(0, 0)},
						  {T2, UNLOCK(L1)},
						  {T2, END(512, 1024)},
						  {END(0, 512)}};

	JUDGE(other_table, BEFORE_6_6, REFAULTED(1));
	JUDGE(gone_on, BEFORE_6_6, REFAULTED(1));
	JUDGE(own, BEFORE_6_6, REPOINTED(1));
}

/* One that is taken out twice was back in between: what it lost before is lost still. */
Test(later, a_table_taken_out_twice)
{
	static const struct made emptied[] = {TABLE_TAKEN,
					      {CLEAR(0, RW(0xa))},
					      {T2, START(0, 512)},
					      {T2, PMD_CLEAR(0, TABLE(0x77))},
					      {T2, PMD_SET(0, 0, TABLE(0x77))},
					      {T2, ONLY_END(0, 512)},
					      {FREE(0xa)},
					      {END(0, 512)}};
	static const struct made kept[] = {TABLE_TAKEN,
					   {T2, START(0, 512)},
					   {T2, PMD_CLEAR(0, TABLE(0x77))},
					   {T2, PMD_SET(0, 0, TABLE(0x77))},
					   {T2, ONLY_END(0, 512)},
					   {END(0, 512)}};
	static const struct stlb_obligations both = {.total = 2, .restored = 2};
	static const struct stlb_obligations one = {
		.total = 2, .restored = 1, .discharged_deferred = 1};

	JUDGE(emptied, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1}, .ended = &one);
	JUDGE(kept, BEFORE_6_6, .ended = &both);
}

/* A table outside any bracket is reported at the end, whatever its context did last. */
Test(later, a_table_taken_out_before_another_update)
{
	static const struct made trace[] = {
		SETTLE,
		{COLLAPSE(0, TABLE(0x77))},
		{INV(0, 512)},
		{PMD_SET(512, 0, HUGE(0x400))},
		{PMD_CLEAR(512, HUGE(0x400))},
	};
	static const struct made back[] = {
		SETTLE,
		{COLLAPSE(0, TABLE(0x77))},
		{FREE(0x99)},
		{PMD_SET(0, 0, TABLE(0x77))},
		{PMD_SET(512, 0, HUGE(0x400))},
		{PMD_CLEAR(512, HUGE(0x400))},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_UNBRACKETED] = 1});
	JUDGE(back, BEFORE_6_6);
}

/* ---- echoes, interrupts, evidence ---- */

Test(later, echoes_of_which_some_were_missed)
{
	static const struct made second[] = {SETTLE,
					     {START(0, 2)},
					     {LOCK(L1)},
					     {SET_NR(0, RW(0x20), 2)},
					     {CLEAR(1, RW(0xb))},
					     {UNLOCK(L1)},
					     {END(0, 2)}};
	static const struct made none[] = {
		SETTLE,	       {START(0, 2)}, {LOCK(L1)},  {SET_NR(0, RW(0x20), 2)},
		{CLEAR(1, 0)}, {UNLOCK(L1)},  {END(0, 2)}, {READ(1, 0x21)}};
	static const struct made real[] = {SETTLE,
					   {START(0, 2)},
					   {LOCK(L1)},
					   {SET_NR(0, RW(0x20), 2)},
					   {CLEAR(1, RW(0x21))},
					   {UNLOCK(L1)},
					   {FREE(0x21)},
					   {END(0, 2)}};

	JUDGE(second, BEFORE_6_6, REPOINTED(1));
	JUDGE(none, BEFORE_6_6, DEVICES);
	JUDGE(real, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
}

/* A child that is interrupted runs: it was forked before. */
Test(later, an_interrupt_of_a_new_child)
{
	static const struct made child[] = {SETTLE_66,
					    {START(0, 1)},
					    {CLEAR(0, RW(0xa))},
					    {FORKS(200)},
					    {.tid = 200, .cpu = 1, IRQ, INV(0, 1)},
					    {FREE(0xa)},
					    {END_66(0, 1)}};
	static const struct made other[] = {SETTLE_66,
					    {START(0, 1)},
					    {CLEAR(0, RW(0xa))},
					    {FORKS(200)},
					    {.tid = 300, .cpu = 1, IRQ, INV(0, 1)},
					    {FREE(0xa)},
					    {END_66(0, 1)}};

	JUDGE(child, SINCE_6_6);
	JUDGE(other, SINCE_6_6, .counts = {[STLB_RULE_RACY] = 1});
}

/* Evidence of equal content clears the access before the invalidation, and not one after it. */
Test(later, an_access_after_the_invalidation_of_merged_pages)
{
#define MERGED_LATE                                                                                \
	SETTLE, {SET(0, 0, RO(0xa))}, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))},              \
		{SET(0, 0, RO(0xb))}, {UNLOCK(L1)}, {READ(0, 0xa)},                                \
	{                                                                                          \
		END(0, 1)                                                                          \
	}
	static const struct made before_it[] = {MERGED_LATE, {READ(0, 0xa)}, {KSM(0xa)}};
	static const struct made after_it[] = {MERGED_LATE, {KSM(0xa)}, {READ(0, 0xa)}};
	static const struct made none[] = {MERGED_LATE, {READ(0, 0xa)}};
	static const struct made no_access[] = {MERGED_LATE, {KSM(0xa)}};

	JUDGE(before_it, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(after_it, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(none, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_STALE_ACCESS] = 1, [STLB_RULE_REPOINT] = 1});
	JUDGE(no_access, BEFORE_6_6, DEVICES);
}
