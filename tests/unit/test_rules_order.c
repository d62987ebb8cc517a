/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order of contexts: locks, interrupts, switches, and what a clock of each CPU leaves open. */
#include "made_device.h"

#define REPOINT(n) .counts = {[STLB_RULE_REPOINT] = (n)}
#define REFAULT(n) .counts = {[STLB_RULE_REFAULT] = (n)}
#define RACY(n)	   .counts = {[STLB_RULE_RACY] = (n)}
#define FREED(n)   .counts = {[STLB_RULE_FREE] = (n)}
#define ZAPPED                                                                                     \
	{START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))},                                            \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}

/* ---- where each CPU has a clock of its own ---- */

/* A set that the graph does not order after the clear may have come before it. */
Test(own_clocks, a_set_by_another_cpu)
{
#define MIGRATED                                                                                   \
	{START(0, 1)}, {LOCK(L1)}, {SET(0, RO(0xa), MIGRATION)},                                   \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
	static const struct made unordered[] = {
		SETTLE, MIGRATED, {T2, SET(0, MIGRATION, RW(0xb))}, {END(0, 1)}};
	static const struct made ordered[] = {SETTLE,		MIGRATED,
					      {T2, LOCK(L1)},	{T2, SET(0, MIGRATION, RW(0xb))},
					      {T2, UNLOCK(L1)}, {END(0, 1)}};

	JUDGE(unordered, BEFORE_6_6, .clock = "local");
	JUDGE(unordered, BEFORE_6_6, .clock = "global", REPOINT(1));
	JUDGE(ordered, BEFORE_6_6, .clock = "local", REPOINT(1));
}

/* Nor is a cycle of a device known without the order of the two sets. */
Test(own_clocks, a_cycle_of_a_device)
{
	static const struct made trace[] = {
		SETTLE,
		{SET(0, 0, RO(0xa))},
		{SET(1, 0, RO(0xc))},
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RW(0xb))},
		{UNLOCK(L1)},
		COW(1, 0xc, 0xd),
		{OF(DEV_READ, F(DEV, 0), F(MM, MM1), F(ADDR, PAGE(1)), F(PFN, 0xd)), .tid = 400},
		{OF(DEV_READ, F(DEV, 0), F(MM, MM1), F(ADDR, PAGE(0)), F(PFN, 0xa)), .tid = 400},
		{END(0, 1)}};

	JUDGE(trace, BEFORE_6_6, DEVICES, .clock = "global",
	      .counts = {[STLB_RULE_REPOINT] = 1,
			 [STLB_RULE_STALE_ACCESS] = 1,
			 [STLB_RULE_DEVICE_ORDER] = 1});
	JUDGE(trace, BEFORE_6_6, DEVICES, .clock = "local",
	      .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_STALE_ACCESS] = 1});
}

/* ---- locks ---- */

/* A lock taken again without its release: the hold before was over. */
Test(holds, a_lock_taken_twice)
{
	static const struct made trace[] = {
		SETTLE,	    {START(0, 1)},	  {LOCK(L1)},	{CLEAR(0, RW(0xa))},
		{LOCK(L1)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)}, {END(0, 1)}};
	static const struct made other_lock[] = {
		SETTLE,	    {START(0, 1)},	  {LOCK(L1)},	{CLEAR(0, RW(0xa))},
		{LOCK(L2)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)}, {END(0, 1)}};

	static const struct made asked[] = {
		SETTLE,	    {START(0, 1)},	  {ASK(L1)},	{CLEAR(0, RW(0xa))}, {ASK(L1)},
		{LOCK(L1)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)}, {END(0, 1)}};

	JUDGE(trace, BEFORE_6_6, REFAULT(1));
	JUDGE(asked, BEFORE_6_6, REFAULT(1));
	JUDGE(other_lock, BEFORE_6_6, REPOINT(1));
}

/* Readers hold a lock together, and one of them may do so twice. */
Test(holds, a_lock_read_twice)
{
#define READS(l) OF(LOCK_ACQUIRED, F(LOCK, l), F(TRYLOCK, 2))
	static const struct made trace[] = {
		SETTLE,	     {START(0, 1)},	   {READS(L1)},	     {CLEAR(0, RW(0xa))},
		{READS(L1)}, {SET(0, 0, RW(0xb))}, {UNLOCK_ANY(L1)}, {END(0, 1)}};

	JUDGE(trace, BEFORE_6_6, REPOINT(1));
}

/* An acquisition without a lock, and none that was asked for, does not count. */
Test(holds, acquired_without_anything)
{
	static const struct made trace[] = {SETTLE,
					    {START(0, 1)},
					    {.kind = STLB_LOCK_ACQUIRED},
					    {CLEAR(0, RW(0xa))},
					    {UNLOCK(L1)},
					    {SET(0, 0, RW(0xb))},
					    {END(0, 1)}};
	static const struct made another[] = {SETTLE,	  {START(0, 1)},	{ASK(L2)},
					      {LOCK(L1)}, {CLEAR(0, RW(0xa))},	{UNLOCK(L1)},
					      {LOCK(L1)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)},
					      {END(0, 1)}};

	/* without any lock the bracket stands for the hold */
	JUDGE(trace, BEFORE_6_6, REPOINT(1));
	JUDGE(another, BEFORE_6_6, REFAULT(1));
}

/* A task that goes on has the lock that it asked for; one that sleeps waits on. */
Test(holds, asked_for_and_waited_for)
{
	static const struct made goes_on[] = {
		SETTLE,	      {START(0, 1)}, {ASK(L1)}, {CLEAR(0, RW(0xa))}, {SET(0, 0, RW(0xb))},
		{UNLOCK(L1)}, {END(0, 1)}};
	static const struct made sleeps[] = {SETTLE,
					     {START(0, 1)},
					     {CLEAR(0, RW(0xa))},
					     {ASK(L1)},
					     {SWITCH(200)},
					     {.tid = 200, LOCK(L1)},
					     {.tid = 200, INV(0, 1)},
					     {.tid = 200, UNLOCK(L1)},
					     {.tid = 200, SWITCH(100)},
					     {LOCK(L1)},
					     {FREE(0xa)},
					     {UNLOCK(L1)},
					     {ONLY_END(0, 1)}};

	JUDGE(goes_on, BEFORE_6_6, REPOINT(1));
	/* T2's invalidation was not ordered after a clear after which nothing was released */
	JUDGE(sleeps, BEFORE_6_6, RACY(1));
}

/*
 * Where interrupts are not distinguished from tasks, one may come between a lock function's entry
 * and its return: the return tells when the lock was taken.
 */
Test(holds, confirmed_by_the_return)
{
	static const struct made trace[] = {
		SETTLE,		 {START(0, 1)},	   {LOCK(L1)},	 {CLEAR(0, RW(0xa))},
		{T2, ASK(L1)},	 {T2, WAKE(14)},   {UNLOCK(L1)}, {T2, LOCK(L1)},
		{T2, INV(0, 1)}, {T2, UNLOCK(L1)}, {FREE(0xa)},	 {ONLY_END(0, 1)},
	};
	static const struct made not_yet[] = {
		SETTLE,		{START(0, 1)},	  {LOCK(L1)},	   {CLEAR(0, RW(0xa))},
		{T2, ASK(L1)},	{T2, WAKE(14)},	  {T2, INV(0, 1)}, {UNLOCK(L1)},
		{T2, LOCK(L1)}, {T2, UNLOCK(L1)}, {FREE(0xa)},	   {ONLY_END(0, 1)},
	};
	/* once: a second return is of a second acquisition */
	static const struct made twice[] = {SETTLE,	{START(0, 1)},	      {ASK(L1)},
					    {WAKE(14)}, {LOCK(L1)},	      {CLEAR(0, RW(0xa))},
					    {LOCK(L1)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)},
					    {END(0, 1)}};

	JUDGE(trace, BEFORE_6_6, .no_irq_flags = true);
	JUDGE(not_yet, BEFORE_6_6, .no_irq_flags = true, RACY(1));
	JUDGE(twice, BEFORE_6_6, .no_irq_flags = true, REFAULT(1));
}

/* A task that another one runs in place of was switched out, seen or not. */
Test(holds, switched_out_unseen)
{
#define OTHER .tid = 200
	static const struct made taken[] = {SETTLE,
					    {START(0, 1)},
					    {LOCK(L1)},
					    {CLEAR(0, RW(0xa))},
					    {OTHER, LOCK(L1)},
					    {OTHER, UNLOCK(L1)},
					    {SET(0, 0, RW(0xb))},
					    {END(0, 1)}};
	static const struct made went_on[] = {SETTLE,
					      {START(0, 1)},
					      {LOCK(L1)},
					      {CLEAR(0, RW(0xa))},
					      {OTHER, USER_MODE},
					      {SET(0, 0, RW(0xb))},
					      {UNLOCK(L1)},
					      {END(0, 1)}};
	static const struct made other_cpu[] = {SETTLE,
						{START(0, 1)},
						{LOCK(L1)},
						{CLEAR(0, RW(0xa))},
						{.cpu = 5, WAKE(77)},
						{T2, LOCK(L1)},
						{T2, UNLOCK(L1)},
						{.cpu = 5, SET(0, 0, RW(0xb))},
						{.cpu = 5, END(0, 1)}};

	JUDGE(taken, BEFORE_6_6, REFAULT(1));
	JUDGE(went_on, BEFORE_6_6, REPOINT(1));
	JUDGE(other_cpu, BEFORE_6_6, REFAULT(1));
}

/* ---- mmap_lock ---- */

/* It orders as a spinlock does; one that is read orders after writers alone. */
Test(holds, mmap_lock_orders)
{
#define BY_MMAP(first, second)                                                                     \
	SETTLE, {MMAP_LOCK(first)}, ZAPPED, {MMAP_UNLOCK(first)}, {T2, MMAP_LOCK(second)},         \
		{T2, INV(0, 1)}, {T2, MMAP_UNLOCK(second)}, {FREE(0xa)},                           \
	{                                                                                          \
		ONLY_END(0, 1)                                                                     \
	}
	static const struct made writers[] = {BY_MMAP(1, 1)};
	static const struct made then_read[] = {BY_MMAP(1, 0)};
	static const struct made read_then[] = {BY_MMAP(0, 1)};
	static const struct made readers[] = {BY_MMAP(0, 0)};
	static const struct made other_mm[] = {SETTLE,
					       {MMAP_LOCK(1)},
					       ZAPPED,
					       {MMAP_UNLOCK(1)},
					       {T2, OF(MMAP_LOCKED, F(MM, MM2), F(WRITE, 1))},
					       {T2, INV(0, 1)},
					       {FREE(0xa)},
					       {ONLY_END(0, 1)}};
	/* a downgrade lets readers in, who come after what was written */
	static const struct made downgraded[] = {
		SETTLE,		{MMAP_LOCK(1)},	    ZAPPED,
		{MMAP_LOCK(0)}, {T2, MMAP_LOCK(0)}, {T2, INV(0, 1)},
		{FREE(0xa)},	{ONLY_END(0, 1)}};
	static const struct made read_again[] = {
		SETTLE,		{MMAP_LOCK(0)},	    ZAPPED,
		{MMAP_LOCK(0)}, {T2, MMAP_LOCK(0)}, {T2, INV(0, 1)},
		{FREE(0xa)},	{ONLY_END(0, 1)}};
	/* its entry was before the trace: the release says how it was held */
	static const struct made older[] = {
		SETTLE,		 ZAPPED,      {MMAP_UNLOCK(1)}, {T2, MMAP_LOCK(0)},
		{T2, INV(0, 1)}, {FREE(0xa)}, {ONLY_END(0, 1)}};
	static const struct made older_read[] = {SETTLE,
						 ZAPPED,
						 {OF(MMAP_UNLOCK, F(MM, MM1))},
						 {T2, MMAP_LOCK(0)},
						 {T2, INV(0, 1)},
						 {FREE(0xa)},
						 {ONLY_END(0, 1)}};

	JUDGE(writers, BEFORE_6_6);
	JUDGE(then_read, BEFORE_6_6);
	JUDGE(read_then, BEFORE_6_6);
	JUDGE(readers, BEFORE_6_6, RACY(1));
	JUDGE(other_mm, BEFORE_6_6, RACY(1));
	JUDGE(downgraded, BEFORE_6_6);
	JUDGE(read_again, BEFORE_6_6, RACY(1));
	JUDGE(older, BEFORE_6_6);
	JUDGE(older_read, BEFORE_6_6, RACY(1));
}

/* ---- interrupts ---- */

#define SOFTIRQ .context = STLB_CONTEXT_SOFTIRQ
#define NMI	.context = STLB_CONTEXT_NMI

/* One that comes on top of another knows what that one knew, and tells it on. */
Test(interrupts, on_top_of_each_other)
{
	static const struct made on_top[] = {
		SETTLE,		  {START(0, 1)}, {SOFTIRQ, CLEAR(0, RW(0xa))},
		{IRQ, INV(0, 1)}, {FREE(0xa)},	 {ONLY_END(0, 1)}};
	static const struct made reported_on[] = {
		SETTLE,		  ZAPPED,      {SOFTIRQ, WAKE(77)},
		{NMI, INV(0, 1)}, {FREE(0xa)}, {ONLY_END(0, 1)}};
	static const struct made next_one[] = {SETTLE,		 ZAPPED,      {IRQ, WAKE(77)},
					       {IRQ, INV(0, 1)}, {FREE(0xa)}, {ONLY_END(0, 1)}};
	static const struct made other_cpu[] = {
		SETTLE,	     {START(0, 1)},   {SOFTIRQ, CLEAR(0, RW(0xa))}, {T2, IRQ, INV(0, 1)},
		{FREE(0xa)}, {ONLY_END(0, 1)}};

	JUDGE(on_top, BEFORE_6_6);
	JUDGE(reported_on, BEFORE_6_6);
	JUDGE(next_one, BEFORE_6_6);
	JUDGE(other_cpu, BEFORE_6_6, RACY(1));
}

/* On top of another task it is past: that one's interrupts are over. */
Test(interrupts, on_top_of_another_task)
{
	static const struct made another[] = {SETTLE,
					      {.tid = 200, USER_MODE},
					      {START(0, 1)},
					      {SOFTIRQ, CLEAR(0, RW(0xa))},
					      {IRQ, .tid = 200, INV(0, 1)},
					      {FREE(0xa)},
					      {ONLY_END(0, 1)}};
	static const struct made same[] = {SETTLE,	     {.tid = 200, USER_MODE},
					   {START(0, 1)},    {SOFTIRQ, CLEAR(0, RW(0xa))},
					   {IRQ, INV(0, 1)}, {FREE(0xa)},
					   {ONLY_END(0, 1)}};

	JUDGE(another, BEFORE_6_6, RACY(1));
	JUDGE(same, BEFORE_6_6);
}

/* What an interrupt did lies before the task's next event, wherever that is. */
Test(interrupts, of_a_task_that_moves)
{
#define RUNS(kind) .tid = 100, .cpu = 0, .context = STLB_CONTEXT_##kind
	static const struct made moved[] = {SETTLE,
					    {START(0, 1)},
					    {RUNS(HARDIRQ), CLEAR(0, RW(0xa))},
					    {.cpu = 4, INV(0, 1)},
					    {FREE(0xa), .cpu = 4},
					    {ONLY_END(0, 1), .cpu = 4}};
	static const struct made another[] = {SETTLE,
					      {START(0, 1)},
					      {RUNS(HARDIRQ), CLEAR(0, RW(0xa))},
					      {.tid = 300, .cpu = 4, INV(0, 1)},
					      {FREE(0xa), .cpu = 4},
					      {ONLY_END(0, 1), .cpu = 4}};

	JUDGE(moved, BEFORE_6_6);
	JUDGE(another, BEFORE_6_6, RACY(1));
}

/* A fork of the idle task, or of a task itself, begins nothing. */
Test(forks, of_nobody)
{
	static const struct made self[] = {
		SETTLE,	      {START(0, 1)},	    {LOCK(L1)},	  {CLEAR(0, RO(0xa))},
		{FORKS(100)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)}, {END(0, 1)}};
	static const struct made idle[] = {
		SETTLE,	   {START(0, 1)},	 {LOCK(L1)},   {CLEAR(0, RO(0xa))}, {FORKS(0)},
		{WAKE(0)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)}, {END(0, 1)}};

	JUDGE(self, BEFORE_6_6, REPOINT(1));
	JUDGE(idle, BEFORE_6_6, REPOINT(1));
}

/* However many contexts have something pending, they are distinguished. */
Test(order, of_many_contexts)
{
	enum { MANY = 300 };
	static struct made trace[2 + 4 * MANY];
	size_t nr = 0;

	trace[nr++] = (struct made){START(0x30000, 0x30001)};
	trace[nr++] = (struct made){END(0x30000, 0x30001)};
#define BY_NR(i) .tid = 1000 + (int)(i), .cpu = (int)(i) % 8
	for (unsigned int i = 0; i < MANY; i++) {
		trace[nr++] = (struct made){BY_NR(i), START(i, i + 1)};
		trace[nr++] = (struct made){BY_NR(i), CLEAR(i, RW(0x100 + i))};
	}
	for (unsigned int i = 0; i < MANY; i++) {
		trace[nr++] = (struct made){T2, INV(i, i + 1)};
		trace[nr++] = (struct made){BY_NR(i), ONLY_END(i, i + 1)};
	}
	made_judge(__func__, __LINE__, trace, nr, &(struct made_how){BEFORE_6_6, RACY(MANY)});
}

/* Who takes a lock for reading comes after those that had it for writing, not after readers. */
Test(holds, readers_are_not_ordered)
{
#define TAKES(how) OF(LOCK_ACQUIRE, F(LOCK, RQ), F(TRYLOCK, how))
#define ONE_AFTER_THE_OTHER(one, other)                                                            \
	SETTLE, {START(0, 1)}, {CLEAR(0, RW(0xa))}, {TAKES(one)}, {UNLOCK_ANY(RQ)},                \
		{T2, TAKES(other)}, {T2, INV(0, 1)}, {T2, UNLOCK_ANY(RQ)}, {FREE(0xa)},            \
	{                                                                                          \
		END(0, 1)                                                                          \
	}
	static const struct made readers[] = {ONE_AFTER_THE_OTHER(2, 2)};
	static const struct made writer_last[] = {ONE_AFTER_THE_OTHER(2, 0)};
	static const struct made writer_first[] = {ONE_AFTER_THE_OTHER(0, 2)};
	static const struct made tried[] = {ONE_AFTER_THE_OTHER(1, 1)};

	JUDGE(readers, BEFORE_6_6, .counts = {[STLB_RULE_RACY] = 1});
	JUDGE(writer_last, BEFORE_6_6);
	JUDGE(writer_first, BEFORE_6_6);
	JUDGE(tried, BEFORE_6_6);
}

/* A lock without a name that an update was made under is its PTL, and goes on when switched out. */
Test(holds, of_an_unnamed_lock_that_was_used)
{
#define SWITCHED(between, released)                                                                \
	SETTLE, {START(0, 1)}, {LOCK_ANY(L1)}, {CLEAR(between, RW(0xa))}, {SWITCH(200)},           \
		{SET(0, 0, RW(0xb))}, {released},                                                  \
	{                                                                                          \
		END(0, 1)                                                                          \
	}
	static const struct made went_on[] = {SWITCHED(0, UNLOCK_ANY(L1))};
	static const struct made unseen[] = {SWITCHED(0, WAKE(14))};

	JUDGE(went_on, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(unseen, BEFORE_6_6, .counts = {[STLB_RULE_REFAULT] = 1});
}

/* The one that was asked for is taken, whatever the next one that is seen to be taken is. */
Test(holds, asked_for_before_another_one)
{
#define TAKEN(first)                                                                               \
	SETTLE, {first}, {LOCK_ANY(RQ)}, {UNLOCK_ANY(RQ)}, {START(0, 1)}, {END(0, 1)},             \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
	static const struct made ptl[] = {TAKEN(ASK(L1))};
	static const struct made other[] = {TAKEN(ASK_ANY(L2))};

	JUDGE(ptl, BEFORE_6_6, .counts = {[STLB_RULE_UNBALANCED] = 1});
	JUDGE(other, BEFORE_6_6);
}
