/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The graph: what is drawn of a trace, and which edges there are. */
#include "drawn_graph.h"

#include <stdlib.h>

/* ---- findings ---- */

Test(graph, repoint)
{
	static const struct made trace[] = {
		SETTLE,
		{ALLOC(0xa)},
		{LOCK(L1)},
		{SET(0, 0, RO(0xa))},
		{CLEAR(0, 0)},
		{UNLOCK(L1)},
		{ALLOC(0xc)},
		{ALLOC(0xb)},
		{START(0, 1)},
		{LOCK(L2)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{CLEAR(1, RO(0xe))},
		{SET(0, 0, RW(0xb))},
		{CLEAR(0, 0)},
		{UNLOCK(L1)},
		{UNLOCK(L2)},
		{END(0, 1)},
		{FREE(0xa)},
		{FREE_AGAIN(0xa)},
		{ALLOC(0xc)},
		{T2, ALLOC(0xa)},
		{T2, ALLOC(0xa)},
	};

	expect(DRAW_RULE(trace, REPOINT, "6.1.0"),
	       "page_alloc pte_set page_alloc inv_start lock_acquired pte_clear pte_set "
	       "lock_release inv_end page_free page_alloc",
	       "5>6:missing 9>10:page");
}

Test(graph, free_and_what_came_of_it)
{
	static const struct made trace[] = {
		SETTLE,	     {START(0, 2)}, {LOCK(L1)},	   {CLEAR(0, RW(0xa))}, {UNLOCK(L1)},
		{FREE(0xa)}, {END(0, 2)},   {START(0, 2)}, {END(0, 2)},
	};

	expect(DRAW_RULE(trace, FREE, "6.1.0"),
	       "inv_start lock_acquired pte_clear lock_release page_free inv_end", "2>4:missing");
}

Test(graph, never)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 1)},	{LOCK(L1)},    {CLEAR(0, RW(0xa))},
		{UNLOCK(L1)}, {ONLY_END(0, 1)}, {START(0, 4)}, {END(0, 4)},
	};

	expect(DRAW_RULE(trace, NEVER, "6.1.0"),
	       "inv_start lock_acquired pte_clear lock_release inv_end inv_start inv_end",
	       "2>4:missing");
}

Test(graph, racy)
{
	static const struct made trace[] = {
		SETTLE,	     SETTLED(T2),	  {T2, START(0, 4)}, {START(0, 1)},
		{LOCK(L1)},  {CLEAR(0, RW(0xa))}, {UNLOCK(L1)},	     {T2, END(0, 4)},
		{FREE(0xa)}, {END(0, 1)},
	};

	expect(DRAW_RULE(trace, RACY, "6.1.0"),
	       "inv_start inv_start lock_acquired pte_clear lock_release inv_end page_free inv_end",
	       "3>5:missing");
}

/* 6.12 tells the entry's pointer only; the clear not even that. */
Test(graph, by_entry_pointer)
{
	static const struct made trace[] = {
		SETTLE_66,
		{LOCK(L1)},
		{PTL_MAP(5, PTE_OF(TABLE1, 5), L1)},
		{SET_AT(PTE_OF(TABLE1, 5), 0, RO(0xa))},
		{SET_AT(PTE_OF(TABLE1, 6), 0, RO(0xd))},
		{SET_AT(PTE_OF(TABLE2, 5), 0, RO(0xd))},
		{UNLOCK(L1)},
		{START(5, 6)},
		{LOCK(L1)},
		{PTL_MAP(5, PTE_OF(TABLE1, 5), L1)},
		{CLEAR_AT(RO(0xa))},
		{SET_AT(PTE_OF(TABLE1, 5), 0, RW(0xb))},
		{UNLOCK(L1)},
		{END_66(5, 6)},
	};
	static const char both[] = "lock_acquired pte_set lock_release inv_start lock_acquired "
				   "pte_clear pte_set lock_release inv_end";

	expect(DRAW_RULE(trace, REPOINT, "6.12.0"),
	       "pte_set inv_start lock_acquired pte_clear pte_set lock_release inv_end",
	       "3>4:missing");
	expect(DRAW_ADDR(trace, .addr = PAGE(5)), both, "");
}

/* The same page in another table is not part of it. */
Test(graph, a_clear_in_another_table)
{
	static const struct made trace[] = {
		{LOCK(L1)},
		{PTL_MAP(600, PTE_OF(TABLE2, 600), L1)},
		{SET_AT(PTE_OF(TABLE2, 600), 0, RO(0xa))},
		{UNLOCK(L1)},
		{LOCK(L2)},
		{PTL_MAP(5, PTE_OF(TABLE1, 5), L2)},
		{CLEAR_AT(RO(0xa))},
		{UNLOCK(L2)},
		{CLEAR_AT(RO(0xa))},
	};

	expect(DRAW_ADDR(trace, .addr = PAGE(600)), "lock_acquired pte_set lock_release", "");
}

Test(graph, a_huge_entry_without_its_ptes)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 512)},
		{LOCK(L1)},
		{PMD_CLEAR(0, HUGE(0x200))},
		{CLEAR(7, RO(0x900))},
		{UNLOCK(L1)},
		{FREES(0x200, 9)},
		{END(0, 512)},
	};

	expect(DRAW_RULE(trace, FREE, "6.1.0"),
	       "inv_start lock_acquired pmd_clear lock_release page_free inv_end", "2>4:missing");
}

/* ---- addresses ---- */

Test(graph, only_what_concerns_the_address)
{
	static const struct made trace[] = {
		{START(0, 4)},
		{START(8, 9)},
		{LOCK(L1)},
		{SET(1, 0, RO(0xa))},
		{CLEAR(1, 0)},
		{SET(2, 0, RO(0xb))},
		{SETS(MM2, 1, 0, RO(0xc))},
		{UNLOCK(L1)},
		{INV(2, 3)},
		{INV(0, 2)},
		{END(8, 9)},
		{END(0, 4)},
		{LOCK(L1)},
		{UNLOCK(L1)},
	};

	expect(DRAW_ADDR(trace, .addr = PAGE(1) + 0x123),
	       "inv_start lock_acquired pte_set lock_release inv_range inv_end", "");
}

/* From 6.6 on no range_end invalidates, whatever it tells; the first one shows an unknown kernel.
 */
Test(graph, ends_invalidate_by_kernel)
{
	static const struct made trace[] = {{SET(1, 0, RO(0xa))}, {END(0, 4)}};
	static const struct made untold[] = {{SET(1, 0, RO(0xa))}, {END_66(0, 4)}};

	expect(DRAW_ADDR(trace, .addr = PAGE(1)), "pte_set inv_end", "");
	expect(DRAW_ADDR(untold, .addr = PAGE(1)), "pte_set inv_end", "");
	expect(DRAW_KERNEL(trace, 0, .addr = PAGE(1)), "pte_set inv_end", "");
	expect(DRAW_KERNEL(untold, 0, .addr = PAGE(1)), "pte_set", "");
	expect(DRAW_KERNEL(trace, 6012, .addr = PAGE(1)), "pte_set", "");
}

Test(graph, huge_entries_cover_it)
{
	static const struct made trace[] = {
		{PMD_SET(0, 0, HUGE(0x200))},
		{PMD_CLEAR(512, HUGE(0x400))},
		{PMD_CLEAR(0, HUGE(0x200))},
		{FREES(0x200, 9)},
	};

	expect(DRAW_ADDR(trace, .addr = PAGE(3)), "pmd_set pmd_clear page_free", "");
}

Test(graph, what_a_set_overwrote_is_reported_once)
{
	static const struct made trace[] = {
		{SET(1, RO(0xa), RW(0xa))},
		{CLEAR(1, RO(0xa))},
		{CLEAR(1, RW(0xa))},
	};

	expect(DRAW_ADDR(trace, .addr = PAGE(1)), "pte_set pte_clear", "");
}

/* Two probes see one clear. */
Test(graph, a_clear_that_two_probes_see_is_reported_once)
{
	static const struct made trace[] = {
		{SET(1, 0, RO(0xa))},
		{CLEAR(1, 0)},
		{CLEARF(1, RO(0xa))},
		{CLEAR(1, RO(0xa))},
	};

	expect(DRAW_ADDR(trace, .addr = PAGE(1)), "pte_set pte_clear_flush", "");
}

/* Where the hook of sets is inlined, nothing is reported again: the clear after a set is one. */
Test(graph, a_clear_of_what_was_set_is_no_echo)
{
	static const struct made trace[] = {
		{LOCK(L1)},
		{SET_NR(1, RO(0xa), 1)},
		{CLEAR(1, RO(0xa))},
		{UNLOCK(L1)},
	};
	static const struct made of_another_entry[] = {
		{LOCK(L1)},
		{SET_NR(2, RO(0xa), 1)},
		{CLEAR(1, RO(0xb))},
		{UNLOCK(L1)},
	};

	expect(DRAW_ADDR(trace, .addr = PAGE(1)), "lock_acquired pte_set pte_clear lock_release",
	       "");
	expect(DRAW_ADDR(of_another_entry, .addr = PAGE(1)), "lock_acquired pte_clear lock_release",
	       "");
}

Test(graph, window_and_limit)
{
	static const struct made trace[] = {
		{SET(1, 0, RO(1))}, {CLEAR(1, RO(1))}, {SET(1, 0, RO(2))}, {CLEAR(1, RO(2))},
		{SET(1, 0, RO(3))}, {CLEAR(1, RO(3))}, {SET(1, 0, RO(4))}, {CLEAR(1, RO(4))},
	};
	struct drawn drawn = DRAW_ADDR(trace, .addr = PAGE(1), .since_ns = 3000, .until_ns = 5000);

	expect(drawn, "pte_set pte_clear pte_set", "");
	drawn = DRAW_ADDR(trace, .addr = PAGE(1), .max_events = 3);
	expect(drawn, "pte_set pte_clear pte_set", "");
	cr_expect_eq(drawn.dropped, 5);
}

/* The proofs are drawn whatever the limit. */
Test(graph, a_limit_keeps_the_proofs)
{
	static const struct made trace[] = {
		SETTLE,	      {ALLOC(0xb)},	   {START(0, 1)},
		{LOCK(L1)},   {CLEAR(0, RO(0xa))}, {SET(0, 0, RW(0xb))},
		{UNLOCK(L1)}, {END(0, 1)},
	};
	struct stlb_finding finding = find(trace, NR(trace), STLB_RULE_REPOINT, "6.1.0");
	struct drawn drawn = DRAW_ADDR(trace, .finding = &finding, .max_events = 1);

	cr_expect_eq(drawn.nr_nodes, finding.nr_events);
	cr_expect_eq(drawn.nr_proofs, finding.nr_events);
	cr_expect_gt(drawn.dropped, 0);
}

/* ---- order ---- */

Test(graph, locks_order_and_longer_paths_need_no_edge)
{
	static const struct made trace[] = {
		{LOCK(L1)},	{SET(1, 0, RO(0xa))},	 {UNLOCK(L1)},
		{T2, LOCK(L1)}, {T2, CLEAR(1, RO(0xa))}, {T2, UNLOCK(L1)},
		{LOCK(L1)},	{SET(1, 0, RO(0xb))},	 {UNLOCK(L1)},
	};

	expect(DRAW_ADDR(trace, .addr = PAGE(1)),
	       "lock_acquired pte_set lock_release lock_acquired pte_clear lock_release "
	       "lock_acquired pte_set lock_release",
	       "2>3:lock 5>6:lock");
}

/* A probe at the entry of the lock function fires before the lock is had. */
Test(graph, asked_for_while_another_holds_it)
{
	static const struct made trace[] = {
		{ASK(L1)},    {SET(1, 0, RO(0xa))},    {T2, ASK(L1)},
		{UNLOCK(L1)}, {T2, CLEAR(1, RO(0xa))}, {T2, UNLOCK(L1)},
	};
	static const struct made exact[] = {
		{ASK(L1)},     {SET(1, 0, RO(0xa))}, {T2, ASK(L1)},	      {UNLOCK(L1)},
		{SWITCH(500)}, {T2, LOCK(L1)},	     {T2, CLEAR(1, RO(0xa))}, {T2, UNLOCK(L1)},
	};
	static const char nodes[] = "lock_acquire pte_set lock_release lock_acquire pte_clear "
				    "lock_release";

	expect(DRAW_ADDR(trace, .addr = PAGE(1)), nodes, "2>3:lock");
	expect(DRAW_ADDR(exact, .addr = PAGE(1)), nodes, "2>3:lock");
}

Test(graph, a_lock_counts_from_when_it_was_acquired)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 1)},	   {ASK(L1)},
		{LOCK(L1)},   {CLEAR(0, RO(0xa))}, {SET(0, 0, RW(0xb))},
		{UNLOCK(L1)}, {END(0, 1)},
	};
	struct stlb_finding finding = find(trace, NR(trace), STLB_RULE_REPOINT, "6.1.0");
	struct stlb_graph_want want = {.finding = &finding};
	struct stlb_graph *graph = pass(trace, NR(trace), &want);
	uint32_t nr;
	const struct stlb_graph_node *nodes = stlb_graph_nodes(graph, &nr);

	cr_assert_gt(nr, 1);
	cr_expect_eq(nodes[1].event.kind, STLB_LOCK_ACQUIRE);
	cr_expect_eq(nodes[1].order_ns, nodes[1].event.ns + 1000);
	stlb_graph_free(graph);
}

/* The other one's critical section touches nothing here, and still orders what follows it. */
Test(graph, a_hold_that_only_orders)
{
	static const struct made trace[] = {
		{LOCK(L1)},	  {SET(1, 0, RO(0xa))}, {UNLOCK(L1)},	{T2, LOCK(L1)},
		{T2, UNLOCK(L1)}, {T2, INV(1, 2)},	{T3, LOCK(L1)}, {T3, UNLOCK(L1)},
	};

	expect(DRAW_ADDR(trace, .addr = PAGE(1)),
	       "lock_acquired pte_set lock_release lock_acquired inv_range", "2>3:lock");
}

Test(graph, a_hold_that_orders_nothing)
{
	static const struct made trace[] = {
		{LOCK(L1)},   {SET(1, 0, RO(0xa))}, {UNLOCK(L1)}, {LOCK(L1)},
		{UNLOCK(L1)}, {T2, INV(1, 2)},	    {INV(1, 2)},
	};

	expect(DRAW_ADDR(trace, .addr = PAGE(1)),
	       "lock_acquired pte_set lock_release inv_range inv_range", "");
}

Test(graph, forks_and_wake_ups)
{
	static const struct made trace[] = {
		{SET(1, 0, RO(0xa))},	  {FORKS(200)},	   {WAKE(900)},
		{T2, CLEAR(1, RO(0xa))},  {T2, WAKE(300)}, {ON(2), SWITCH(300)},
		{T3, SET(1, 0, RO(0xb))},
	};

	expect(DRAW_ADDR(trace, .addr = PAGE(1)), "pte_set fork pte_clear sched_waking pte_set",
	       "1>2:fork 3>4:wake-up");
}

/* As the clocks of the verdicts have it: by way of whomever. */
Test(graph, order_by_way_of_who_is_not_drawn)
{
	static const struct made forks[] = {
		{SET(1, 0, RO(0xa))},
		{FORKS(300)},
		{T3, FORKS(200)},
		{T2, CLEAR(1, RO(0xa))},
	};
	static const struct made locks[] = {
		{SET(1, 0, RO(0xa))}, {LOCK(L1)},	{UNLOCK(L1)},
		{T3, LOCK(L1)},	      {T3, LOCK(L2)},	{T3, UNLOCK(L2)},
		{T2, LOCK(L2)},	      {T2, UNLOCK(L2)}, {T2, CLEAR(1, RO(0xa))},
	};
	static const struct made unordered[] = {
		{SET(1, 0, RO(0xa))}, {LOCK(L1)},	{UNLOCK(L1)},
		{T3, LOCK(L2)},	      {T3, UNLOCK(L2)}, {T3, LOCK(L1)},
		{T2, LOCK(L2)},	      {T2, UNLOCK(L2)}, {T2, CLEAR(1, RO(0xa))},
	};

	expect(DRAW_ADDR(forks, .addr = PAGE(1)), "pte_set fork pte_clear", "1>2:fork");
	expect(DRAW_ADDR(locks, .addr = PAGE(1)), "pte_set pte_clear", "0>1:lock");
	expect(DRAW_ADDR(unordered, .addr = PAGE(1)), "pte_set pte_clear", "");
}

Test(graph, interrupts_lie_within_their_task)
{
	static const struct made trace[] = {
		{SET(1, 0, RO(0xa))},
		{IRQ, INV(1, 2)},
		{CLEAR(1, RO(0xa))},
	};

	expect(DRAW_ADDR(trace, .addr = PAGE(1)), "pte_set inv_range pte_clear", "0>1:irq 1>2:irq");
}

#define DEVICE(kind, n, pfn)                                                                       \
	OF(DEV_##kind, F(DEV, 0), F(MM, MM1), F(ADDR, PAGE(n)), F(PFN, pfn)), .tid = 400, .cpu = 3

Test(graph, a_device_that_sees_what_was_replaced)
{
	static const struct made trace[] = {
		{SET(1, 0, RO(0xa))},	{DEVICE(FILL, 1, 0xa)}, {CLEAR(1, RO(0xa))},
		{SET(1, 0, RW(0xb))},	{DEVICE(READ, 1, 0xa)}, {INV(1, 2)},
		{DEVICE(FILL, 1, 0xb)},
	};

	expect(DRAW_ADDR(trace, .addr = PAGE(1)),
	       "pte_set dev_fill pte_clear pte_set dev_read inv_range dev_fill",
	       "0>1:device 4>3:from-read 5>6:device");
}

/* Where the table lies is learned only after the set, which check places then. */
Test(graph, a_set_that_was_placed_late)
{
	static const struct made trace[] = {
		SETTLE_66,
		{LOCK(L1)},
		{SET_AT(PTE_OF(TABLE1, 5), 0, RO(0xa))},
		{CLEAR_AT(0)},
		{UNLOCK(L1)},
		{DEVICE(FILL, 5, 0xa)},
		{LOCK(L1)},
		{PTL_MAP(7, PTE_OF(TABLE1, 7), L1)},
		{UNLOCK(L1)},
		{FREE(0xa)},
	};

	expect(DRAW_RULE(trace, MAPPED, "6.12.0"),
	       "lock_acquired pte_set lock_release dev_fill page_free", "1>3:device");
}

/* The finding tells where the set was, the event does not: it is one set all the same. */
Test(graph, a_set_that_tells_no_address)
{
	static const struct made trace[] = {
		SETTLE_66,
		{LOCK(L1)},
		{PTL_MAP(7, PTE_OF(TABLE1, 7), L1)},
		{SET_AT(PTE_OF(TABLE1, 5), 0, RO(0xa))},
		{CLEAR_AT(0)},
		{UNLOCK(L1)},
		{DEVICE(FILL, 5, 0xa)},
		{FREE(0xa)},
	};

	expect(DRAW_RULE(trace, MAPPED, "6.12.0"),
	       "lock_acquired pte_set lock_release dev_fill page_free", "1>3:device");
}

/* ---- writers ---- */

static char *written(const char *format)
{
	static const struct made trace[] = {
		{.kind = STLB_PTE_SET,
		 .comm = "a\"\\\n\xff",
		 .fields = {F(MM, MM1), F(ADDR, PAGE(1)), F(NEW, RO(0xa))}},
		{CLEAR(1, RO(0xa))},
	};
	struct stlb_graph_want want = {.mm = MM1, .addr = PAGE(1)};
	struct stlb_graph *graph = pass(trace, NR(trace), &want);
	struct stlb_error err = {""};
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	cr_expect_eq(stlb_graph_writer_find(format)->write(to, graph, &err), 0, "%s", err.text);
	fclose(to);
	stlb_graph_free(graph);
	return text;
}

Test(graph, names_are_escaped)
{
	char *dot = written("dot"), *json = written("json");

	cr_expect(strstr(dot, "label=\"a\\\"\\\\\\\\x0a\\\\xff-100\""), "%s", dot);
	cr_expect(strstr(json, "\"a\\\"\\\\\\\\x0a\\\\xff-100\"") ||
			  strstr(json, "\"a\\\"\\\\\\\\x0a"),
		  "%s", json);
	free(dot);
	free(json);
}

Test(graph, writers)
{
	cr_expect_str_eq(stlb_graph_writer_at(0)->name, "dot");
	cr_expect_null(stlb_graph_writer_at(3));
	cr_expect_null(stlb_graph_writer_find("png"));
	cr_expect_str_eq(stlb_edge_name(STLB_EDGE_WAKE), "wake-up");
	cr_expect_str_eq(stlb_edge_name(STLB_NR_EDGE_KINDS), "");
}

Test(graph, an_empty_trace)
{
	struct stlb_graph_want want = {.mm = MM1, .addr = PAGE(1)};
	struct drawn drawn = draw_want(NULL, 0, &want);

	expect(drawn, "", "");
	stlb_graph_free(NULL);
}
