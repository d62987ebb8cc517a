/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts that fail, ends that come late, and what a context may have had open before the trace. */
#include "made_events.h"

#define UNBALANCED(n)  .counts = {[STLB_RULE_UNBALANCED] = (n)}
#define UNBRACKETED(n) .counts = {[STLB_RULE_UNBRACKETED] = (n)}
#define RELEASES       .recorded = MADE_WITH(STLB_LOCK_RELEASE)
#define RETURNS(r)     OF(INV_START_RET, F(RET, r))
#define ZAP(n, pfn)                                                                                \
	{LOCK(L1)}, {CLEAR(n, RW(pfn))}, {INV(n, (n) + 1)},                                        \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}

/* One that was taken for failed did not fail: its end shows that, once. */
Test(brackets, an_end_shows_that_the_start_did_not_fail)
{
	static const struct made trace[] = {
		SETTLE, {START_NB(0, 9)}, {START_NB(20, 21)}, {END(20, 21)}, {END(0, 9)}};
	static const struct made twice[] = {SETTLE,	   {START_NB(0, 9)}, {START_NB(20, 21)},
					    {END(20, 21)}, {END(0, 9)},	     {END(0, 9)}};
	static const struct made other_range[] = {
		SETTLE, {START_NB(0, 9)}, {START_NB(20, 21)}, {END(20, 21)}, {END(0, 8)}};
	static const struct made other_mm[] = {
		SETTLE,	       {START_NB(0, 9)},     {START_NB(20, 21)},
		{END(20, 21)}, {ENDS(MM2, 0, 9, 0)}, {END(0, 9)}};

	JUDGE(trace, BEFORE_6_6);
	JUDGE(twice, BEFORE_6_6, UNBALANCED(1));
	JUDGE(other_range, BEFORE_6_6, UNBALANCED(1));
	JUDGE(other_mm, BEFORE_6_6, UNBALANCED(2));
}

/* Only one that has nothing in common with the next start is taken for failed. */
Test(brackets, what_the_next_start_overlaps_did_not_fail)
{
	static const struct made apart[] = {
		SETTLE, {START_NB(0, 9)}, {START_NB(9, 10)}, {END(9, 10)}, ZAP(0, 0xa)};
	static const struct made overlaps[] = {SETTLE,	     {START_NB(0, 9)}, {START_NB(8, 10)},
					       {END(8, 10)}, ZAP(0, 0xa),      {END(0, 9)}};
	static const struct made around[] = {SETTLE,	  {START_NB(4, 9)}, {START_NB(0, 5)},
					     {END(0, 5)}, ZAP(8, 0xa),	    {END(4, 9)}};
	static const struct made before[] = {
		SETTLE, {START_NB(4, 9)}, {START_NB(0, 4)}, {END(0, 4)}, ZAP(8, 0xa)};
	static const struct made other_mm[] = {SETTLE,
					       {START_NB(0, 9)},
					       {STARTS(MM2, 0, 9, 0, 1)},
					       {ENDS(MM2, 0, 9, 0)},
					       ZAP(0, 0xa)};
	/* what may block is never taken for failed, and ends nothing that is open */
	static const struct made blocks[] = {SETTLE,	    {START(0, 9)}, {START_NB(20, 21)},
					     {END(20, 21)}, ZAP(0, 0xa),   {END(0, 9)}};
	static const struct made then_blocks[] = {SETTLE,	 {START_NB(0, 9)}, {START(20, 21)},
						  {END(20, 21)}, ZAP(0, 0xa),	   {END(0, 9)}};
	static const struct made no_flags[] = {
		SETTLE,
		{START_NB(0, 9)},
		{OF(INV_START, F(MM, MM1), F(START, PAGE(20)), F(END, PAGE(21)))},
		{END(20, 21)},
		ZAP(0, 0xa),
		{END(0, 9)},
	};

	JUDGE(apart, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(overlaps, BEFORE_6_6);
	JUDGE(around, BEFORE_6_6);
	JUDGE(before, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(other_mm, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(blocks, BEFORE_6_6);
	JUDGE(then_blocks, BEFORE_6_6);
	JUDGE(no_flags, BEFORE_6_6);
}

/* The return of a start is that of the one that was entered last, and of it once. */
Test(brackets, a_return_is_of_its_own_start)
{
	static const struct made none[] = {SETTLE, {RETURNS(-11)}, {START(0, 1)}, {END(0, 1)}};
	static const struct made twice[] = {SETTLE,	    {START(0, 9)},  {START_NB(0, 9)},
					    {RETURNS(-11)}, {RETURNS(-11)}, ZAP(0, 0xa),
					    {END(0, 9)}};
	static const struct made succeeded[] = {
		SETTLE, {START_NB(0, 9)}, {RETURNS(0)}, ZAP(0, 0xa), {END(0, 9)}};
	/* 32 bits of a return value count */
	static const struct made upper_bits[] = {SETTLE,
						 {START_NB(0, 9)},
						 {RETURNS(UINT64_C(0xabcd00000000))},
						 ZAP(0, 0xa),
						 {END(0, 9)}};

	JUDGE(none, BEFORE_6_6);
	JUDGE(twice, BEFORE_6_6);
	JUDGE(succeeded, BEFORE_6_6);
	JUDGE(upper_bits, BEFORE_6_6);
}

/* Known to have succeeded, it is no more after a loss: what was lost may be its return. */
Test(brackets, success_is_not_sure_after_a_loss)
{
	static const struct made sure[] = {
		SETTLE, {START(0, 99)}, {START_NB(0, 9)}, {RETURNS(0)}, {END(0, 99)}};
	static const struct made other_task[] = {
		SETTLE,	      {START(0, 99)},	      {START_NB(0, 9)},
		{RETURNS(0)}, {.cpu = 5, LOST(HERE)}, {END(0, 99)}};

	JUDGE(sure, BEFORE_6_6, UNBALANCED(1));
	JUDGE(other_task, BEFORE_6_6, UNBALANCED(1));
}

/* Where returns are traced, an end is over with the task's next end or start, at the latest. */
Test(brackets, an_end_whose_return_goes_unseen)
{
#define RET_TRACED                                                                                 \
	{                                                                                          \
		T2, OF(INV_END_RET)                                                                \
	}
	static const struct made next_end[] = {SETTLE,		 RET_TRACED,  {START(0, 9)},
					       {START(0, 1)},	 {END(0, 1)}, {END(0, 9)},
					       {OF(INV_END_RET)}};
	static const struct made next_start[] = {SETTLE,	   RET_TRACED,	  {START(0, 1)},
						 {END(0, 1)},	   {START(4, 5)}, {END(4, 5)},
						 {OF(INV_END_RET)}};

	JUDGE(next_end, BEFORE_6_6);
	JUDGE(next_start, BEFORE_6_6);
}

/* ---- a start while a lock is held ---- */

Test(brackets, a_start_under_a_lock_that_is_surely_a_ptl)
{
	static const struct made named[] = {
		SETTLE, {LOCK(L1)}, {START(0, 1)}, {END(0, 1)}, {UNLOCK(L1)}};
	static const struct made used[] = {
		SETTLE,	       {LOCK_ANY(L1)}, {SET(7, RW(0xc), RO(0xc))},
		{START(0, 1)}, {END(0, 1)},    {UNLOCK_ANY(L1)}};
	static const struct made neither[] = {
		SETTLE, {LOCK_ANY(L1)}, {START(0, 1)}, {END(0, 1)}, {UNLOCK_ANY(L1)}};
	static const struct made nonblocking[] = {
		SETTLE, {LOCK(L1)}, {START_NB(0, 1)}, {END(0, 1)}, {UNLOCK(L1)}};
	static const struct made switched_out[] = {SETTLE,	  {LOCK(L1)},
						   {SWITCH(200)}, {.tid = 200, SWITCH(100)},
						   {START(0, 1)}, {END(0, 1)}};

	JUDGE(named, BEFORE_6_6, RELEASES, UNBALANCED(1));
	JUDGE(used, BEFORE_6_6, RELEASES,
	      .counts = {[STLB_RULE_UNBALANCED] = 1, [STLB_RULE_UNBRACKETED] = 1});
	JUDGE(neither, BEFORE_6_6, RELEASES);
	JUDGE(nonblocking, BEFORE_6_6, RELEASES);
	JUDGE(switched_out, BEFORE_6_6, RELEASES);
}

/* What is once known to be a PTL is one whenever it is taken; no other lock becomes one. */
Test(brackets, a_start_under_a_lock_known_from_before)
{
	static const struct made ptl[] = {
		SETTLE,		  {LOCK_ANY(L1)},  {PTL_MAP(0, PTE_OF(TABLE1, 0), L1)},
		{UNLOCK_ANY(L1)}, {LOCK_ANY(L1)},  {START(0, 1)},
		{END(0, 1)},	  {UNLOCK_ANY(L1)}};
	static const struct made other[] = {SETTLE,	    {START(4, 5)},    {CLEAR(4, RW(0xa))},
					    {LOCK_ANY(RQ)}, {UNLOCK_ANY(RQ)}, {LOCK_ANY(RQ)},
					    {START(0, 1)},  {END(0, 1)},      {UNLOCK_ANY(RQ)},
					    {END(4, 5)}};

	JUDGE(ptl, BEFORE_6_6, RELEASES, UNBALANCED(1));
	JUDGE(other, BEFORE_6_6, RELEASES);
}

/* Where releases go unseen, no lock is known to be held still. */
Test(brackets, a_start_where_releases_are_not_recorded)
{
	static const struct made trace[] = {SETTLE, {LOCK(L1)}, {START(0, 1)}, {END(0, 1)}};

	JUDGE(trace, BEFORE_6_6);
	JUDGE(trace, BEFORE_6_6, RELEASES, UNBALANCED(1));
}

/* ---- brackets that were open when the trace began ---- */

Test(brackets, an_end_around_what_was_seen)
{
#define FIRST(a, b)                                                                                \
	{START(a, b)},                                                                             \
	{                                                                                          \
		END(a, b)                                                                          \
	}
	static const struct made around[] = {FIRST(4, 5), {END(0, 9)}};
	static const struct made same_start[] = {FIRST(4, 5), {END(4, 9)}};
	static const struct made same_end[] = {FIRST(4, 5), {END(0, 5)}};
	static const struct made beside[] = {FIRST(4, 5), {END(5, 9)}};
	static const struct made within[] = {FIRST(4, 9), {END(5, 9)}};
	static const struct made once[] = {FIRST(4, 5), {END(0, 9)}, {END(0, 10)}};
	static const struct made same[] = {FIRST(4, 5), {END(4, 5)}};
	static const struct made cut[] = {FIRST(0, 512), {END(3, 9)}};
	static const struct made beside_huge[] = {FIRST(0, 512), {END(512, 515)}};
	static const struct made before_huge[] = {FIRST(512, 1024), {END(500, 512)}};
	static const struct made huge_then_small[] = {FIRST(0, 512), FIRST(4, 5), {END(5, 6)}};

	JUDGE(around, BEFORE_6_6);
	JUDGE(same_start, BEFORE_6_6);
	JUDGE(same_end, BEFORE_6_6);
	JUDGE(beside, BEFORE_6_6, UNBALANCED(1));
	JUDGE(within, BEFORE_6_6, UNBALANCED(1));
	JUDGE(once, BEFORE_6_6, UNBALANCED(1));
	JUDGE(same, BEFORE_6_6, UNBALANCED(1));
	JUDGE(cut, BEFORE_6_6);
	JUDGE(beside_huge, BEFORE_6_6, UNBALANCED(1));
	JUDGE(before_huge, BEFORE_6_6, UNBALANCED(1));
	JUDGE(huge_then_small, BEFORE_6_6, UNBALANCED(1));
}

/* What was done outside any bracket is reported only once the trace shows that there was none. */
Test(brackets, updates_before_it_is_known)
{
#define SMALL                                                                                      \
	{START(7, 8)},                                                                             \
	{                                                                                          \
		END(7, 8)                                                                          \
	}
	static const struct made many[] = {{T2, START(7, 8)}, {T2, END(7, 8)}, ZAP(0, 0xa),
					   ZAP(1, 0xb),	      ZAP(2, 0xc),     SMALL};
	static const struct made inside[] = {{T2, START(7, 8)}, {T2, END(7, 8)}, ZAP(0, 0xa),
					     ZAP(1, 0xb),	SMALL,		 {END(0, 9)}};
	static const struct made never_outside[] = {
		{T2, START(7, 8)}, {T2, END(7, 8)}, ZAP(0, 0xa), ZAP(1, 0xb)};

	JUDGE(many, BEFORE_6_6, UNBRACKETED(3));
	JUDGE(inside, BEFORE_6_6);
	JUDGE(never_outside, BEFORE_6_6);
}

/* A clear may be undone by a set in its hold: where those go unseen it is not sure. */
Test(brackets, an_update_where_sets_are_not_recorded)
{
	static const struct made trace[] = {SETTLE, ZAP(0, 0xa)};

	JUDGE(trace, BEFORE_6_6, UNBRACKETED(1));
	JUDGE(trace, BEFORE_6_6, .recorded = MADE_WITHOUT(STLB_PTE_SET),
	      .inconclusive = {[STLB_RULE_UNBRACKETED] = 1});
}
