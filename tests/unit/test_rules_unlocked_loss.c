/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unlocked-update where locks may have been taken, or released, unseen. */
#include "made_events.h"

#define UNLOCKED(n) .counts = {[STLB_RULE_UNLOCKED] = (n)}

#define UNDER(l, n)                                                                                \
	{LOCK(l)}, {SET(n, 0, RW(0x100 + (n)))},                                                   \
	{                                                                                          \
		UNLOCK(l)                                                                          \
	}
#define UNDER_BY(who, l, n)                                                                        \
	{who, LOCK(l)}, {who, SET(n, 0, RW(0x100 + (n)))},                                         \
	{                                                                                          \
		who, UNLOCK(l)                                                                     \
	}
#define MARKED                                                                                     \
	{MMAP_LOCK(0)},                                                                            \
	{                                                                                          \
		MMAP_UNLOCK(0)                                                                     \
	}
#define MARKED_BY(who)                                                                             \
	{who, MMAP_LOCK(0)},                                                                       \
	{                                                                                          \
		who, MMAP_UNLOCK(0)                                                                \
	}
/* Page tables and their locks are as in the kernel, as far as the trace shows. */
#define LEARNED SETTLE, MARKED, UNDER(L1, 0)

/* ---- what was known of a table ---- */

Test(table, is_not_known_any_more)
{
	static const struct made kept[] = {LEARNED, MARKED, UNDER(L2, 1)};
	static const struct made lost[] = {LEARNED, {LOST(HERE)}, MARKED, UNDER(L2, 1)};
	static const struct made since[] = {
		LEARNED, {LOST(HERE)}, MARKED, UNDER(L2, 1), UNDER(L1, 2)};

	JUDGE(kept, BEFORE_6_6, UNLOCKED(1));
	JUDGE(lost, BEFORE_6_6);
	JUDGE(since, BEFORE_6_6, UNLOCKED(1));
}

/* Upper ones as well: another one may be in its place. */
Test(table, above_the_ptes_neither)
{
#define HUGE_UNDER(l, h)                                                                           \
	{LOCK(l)},                                                                                 \
		{OF(PMD_SET, F(MM, MM1), F(ADDR, PAGE(512 * (h))), F(PTEP, PMDS + 8 * (h)),        \
		    F(OLD, 0), F(NEW, HUGE(0x40000 + 512 * (h)))),                                 \
		 .level = STLB_LEVEL_PMD},                                                         \
	{                                                                                          \
		UNLOCK(l)                                                                          \
	}
	static const struct made kept[] = {SETTLE, MARKED, HUGE_UNDER(L1, 0), MARKED,
					   HUGE_UNDER(L2, 1)};
	static const struct made lost[] = {SETTLE,	 MARKED, HUGE_UNDER(L1, 0),
					   {LOST(HERE)}, MARKED, HUGE_UNDER(L2, 1)};
	static const struct made since[] = {
		SETTLE,	      MARKED, HUGE_UNDER(L1, 0), HUGE_UNDER(L1, 1),
		{LOST(HERE)}, MARKED, HUGE_UNDER(L2, 1), HUGE_UNDER(L1, 2)};

	JUDGE(kept, BEFORE_6_6, UNLOCKED(1));
	JUDGE(lost, BEFORE_6_6);
	JUDGE(since, BEFORE_6_6, UNLOCKED(1));
}

/* ---- which locks a context holds ---- */

/* Its lock may have been taken in what was lost, until it does what may sleep. */
Test(context, acquisition_may_be_lost)
{
	static const struct made first[] = {
		SETTLE, MARKED, UNDER(L1, 512), {LOST(HERE)}, {SET(0, 0, RW(0xa))}, {UNLOCK(L1)}};
	static const struct made inner[] = {
		SETTLE,	      SETTLED(T2),   MARKED_BY(T2),	   UNDER(L1, 512),
		{LOST(HERE)}, {LOCK(L2)},    {SET(0, 0, RW(0xa))}, {UNLOCK(L2)},
		{UNLOCK(L1)}, MARKED_BY(T2), UNDER_BY(T2, L1, 1)};
	static const struct made learned_by_another[] = {
		LEARNED,      SETTLED(T2),	   MARKED_BY(T2),
		{LOST(HERE)}, UNDER_BY(T2, L1, 0), {SET(1, 0, RW(0xa))},
		{UNLOCK(L1)}};
	static const struct made not_lost[] = {
		LEARNED, SETTLED(T2), MARKED_BY(T2), UNDER_BY(T2, L1, 0), {SET(1, 0, RW(0xa))}};

	JUDGE(first, BEFORE_6_6);
	JUDGE(inner, BEFORE_6_6);
	JUDGE(learned_by_another, BEFORE_6_6);
	JUDGE(not_lost, BEFORE_6_6, UNLOCKED(1));
}

Test(context, that_may_sleep_holds_no_spinlock)
{
#define THEN(...)                                                                                  \
	{                                                                                          \
		LEARNED, {LOST(HERE)}, __VA_ARGS__,                                                \
		{                                                                                  \
			SET(1, 0, RW(0xa))                                                         \
		}                                                                                  \
	}
	static const struct made locks_mmap[] = THEN({MMAP_LOCK(0)});
	static const struct made unlocks_mmap[] = THEN({MMAP_UNLOCK(0)});
	static const struct made leaves[] = THEN({USER_MODE});
	static const struct made may_not_block[] = {LEARNED,	      {LOST(HERE)},
						    {START_NB(8, 9)}, UNDER(L2, 2),
						    {MMAP_UNLOCK(0)}, UNDER(L1, 3)};
	static const struct made blocks[] = {LEARNED,	   {LOST(HERE)},     {START(8, 9)},
					     UNDER(L2, 2), {MMAP_UNLOCK(0)}, UNDER(L1, 3)};
	static const struct made blocks_only[] = THEN({START(8, 9)});

	JUDGE(locks_mmap, BEFORE_6_6, UNLOCKED(1));
	JUDGE(unlocks_mmap, BEFORE_6_6, UNLOCKED(1));
	JUDGE(leaves, BEFORE_6_6, UNLOCKED(1));
	JUDGE(may_not_block, BEFORE_6_6);
	JUDGE(blocks, BEFORE_6_6, UNLOCKED(1));
	/* it may hold mmap_lock for writing */
	JUDGE(blocks_only, BEFORE_6_6);
}

/* The mmap_lock of another mm tells nothing of this one's, and is no lock of its tables. */
Test(context, mmap_lock_of_another_mm)
{
#define OTHER_MMAP(w) OF(MMAP_LOCKED, F(MM, MM2), F(WRITE, w))
	static const struct made lost[] = {
		LEARNED, {LOST(HERE)}, {OTHER_MMAP(0)}, {SET(1, 0, RW(0xa))}, {SET(2, 0, RW(0xb))}};
	static const struct made held[] = {SETTLE,
					   MARKED,
					   {LOCK(L1)},
					   {UNLOCK(L1)},
					   {OTHER_MMAP(1)},
					   {SET(1, 0, RW(0xa))},
					   {SET(2, 0, RW(0xb))}};

	JUDGE(lost, BEFORE_6_6);
	JUDGE(held, BEFORE_6_6, UNLOCKED(1));
}

/* Its release may be among what was lost: it protects nothing any more. */
Test(context, release_may_be_lost)
{
	static const struct made unlocked[] = {SETTLE,	     MARKED, {LOCK(L1)},
					       {LOST(HERE)}, MARKED, {SET(0, 0, RW(0xa))}};
	static const struct made another[] = {SETTLE,	    MARKED,	  {LOCK(L1)},
					      {LOST(HERE)}, MARKED,	  UNDER(L2, 0),
					      {LOCK(L1)},   {UNLOCK(L1)}, UNDER(L2, 1)};
	static const struct made writing[] = {
		SETTLE,	      {MMAP_LOCK(1)}, {LOCK(L1)},	   {UNLOCK(L1)},
		{LOST(HERE)}, {USER_MODE},    {SET(0, 0, RW(0xa))}};

	static const struct made taken_by_another[] = {
		SETTLE, MARKED,	       {LOCK(L1)},	    {LOST(HERE)},
		MARKED, MARKED_BY(T2), UNDER_BY(T2, L1, 0), {SET(1, 0, RW(0xa))}};

	JUDGE(taken_by_another, BEFORE_6_6, UNLOCKED(1));
	JUDGE(unlocked, BEFORE_6_6, UNLOCKED(1));
	JUDGE(another, BEFORE_6_6);
	JUDGE(writing, BEFORE_6_6, UNLOCKED(1));
}

/* It was there, or may have been, when events were lost on that CPU. */
Test(context, goes_where_events_were_lost)
{
#define GOES(where)                                                                                \
	{                                                                                          \
		LEARNED, SETTLED(T3), {.cpu = 3, .tid = 300, LOST(HERE)},                          \
		{                                                                                  \
			where, SET(1, 0, RW(0xa))                                                  \
		}                                                                                  \
	}
	static const struct made there[] = GOES(ON(3));
	static const struct made elsewhere[] = GOES(ON(4));
	static const struct made stays[] = GOES(ON(0));
	static const struct made was_before[] = {SETTLE,       {.cpu = 3, .tid = 300, LOST(HERE)},
						 MARKED,       {LOCK(L1)},
						 {UNLOCK(L1)}, {ON(3), SET(1, 0, RW(0xa))}};

	JUDGE(there, BEFORE_6_6);
	JUDGE(elsewhere, BEFORE_6_6, UNLOCKED(1));
	JUDGE(stays, BEFORE_6_6, UNLOCKED(1));
	/* the loss came before what shows that it holds none */
	JUDGE(was_before, BEFORE_6_6, UNLOCKED(1));
}

/* The same of brackets: one may have been opened there. */
Test(context, opens_a_bracket_where_events_were_lost)
{
#define UPDATES(where)                                                                             \
	{                                                                                          \
		SETTLE, SETTLED(T3), {.cpu = 3, .tid = 300, LOST(HERE)}, {where, LOCK(L1)},        \
			{where, CLEAR(0, RW(0xa))}, {where, INV(0, 1)}, {where, UNLOCK(L1)},       \
			{where, START(8, 9)},                                                      \
		{                                                                                  \
			where, ONLY_END(8, 9)                                                      \
		}                                                                                  \
	}
	static const struct made there[] = UPDATES(ON(3));
	static const struct made elsewhere[] = UPDATES(ON(4));

	JUDGE(there, BEFORE_6_6);
	JUDGE(elsewhere, BEFORE_6_6, .counts = {[STLB_RULE_UNBRACKETED] = 1});
}

/* ---- contexts that begin ---- */

/* The trace begins in its critical section. */
Test(begins, inside_a_hold)
{
	static const struct made inside[] = {LEARNED, {T2, SET(1, 0, RW(0xa))}, {T2, UNLOCK(L1)}};
	static const struct made later[] = {LEARNED,
					    {T2, SET(1, 0, RW(0xa))},
					    {T2, UNLOCK(L1)},
					    MARKED_BY(T2),
					    {T2, SET(2, 0, RW(0xb))}};
	static const struct made under_another[] = {LEARNED, UNDER_BY(T2, L2, 1)};

	JUDGE(inside, BEFORE_6_6);
	JUDGE(later, BEFORE_6_6, UNLOCKED(1));
	JUDGE(under_another, BEFORE_6_6, UNLOCKED(1));
}

Test(begins, where_events_were_lost)
{
#define LOSS_ON_1                                                                                  \
	{                                                                                          \
		.cpu = 1, .tid = 300, LOST(HERE)                                                   \
	}
	static const struct made lost[] = {SETTLE, LOSS_ON_1, MARKED, UNDER(L1, 0),
					   UNDER_BY(T2, L2, 1)};
	static const struct made forked[] = {SETTLE,	   LOSS_ON_1,	 MARKED,
					     UNDER(L1, 0), {FORKS(200)}, {T2, SET(1, 0, RW(0xa))}};
	static const struct made lost_since[] = {SETTLE, {FORKS(200)}, LOSS_ON_1,
						 MARKED, UNDER(L1, 0), {T2, SET(1, 0, RW(0xa))}};

	JUDGE(lost, BEFORE_6_6);
	JUDGE(forked, BEFORE_6_6, UNLOCKED(1));
	JUDGE(lost_since, BEFORE_6_6);
}

/* ---- what makes no other finding sure ---- */

/* A CPU that cannot be read may hold anything. */
Test(unsure, with_a_cpu_that_cannot_be_read)
{
	static const struct made trace[] = {{ON(3), LOST(SOMEWHERE)}, LEARNED, UNDER(L2, 1)};

	JUDGE(trace, BEFORE_6_6, .inconclusive = {[STLB_RULE_UNLOCKED] = 1});
}

/* There is no room for all of its locks: that it holds the first is forgotten. */
Test(unsure, with_more_locks_than_there_is_room_for)
{
	enum { MANY = 150 };
	static const struct made before[] = {SETTLE, MARKED, {LOCK(L1)}, {SET(0, 0, RW(0xa))}};
	struct made rows[sizeof(before) / sizeof(*before) + MANY + 1];
	size_t at = sizeof(before) / sizeof(*before);

	memcpy(rows, before, sizeof(before));
	for (uint64_t i = 0; i < MANY; i++)
		rows[at++] = (struct made){LOCK(RQ + 64 * i)};
	rows[at++] = (struct made){SET(1, 0, RW(0xb))};
	made_judge(__func__, __LINE__, rows, at, &(struct made_how){BEFORE_6_6});
}
