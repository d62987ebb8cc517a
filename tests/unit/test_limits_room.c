/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Page tables and tasks beyond what there is room for: what is forgotten is said, or does not
 * matter. */
#include "check/state.h"
#include "made_reading.h"
#include "model/region.h"

static struct made_reading begun(void)
{
	struct made_reading reading = READING(BEFORE_6_6);

	GIVE(&reading, SETTLE);
	return reading;
}

/* Rules about updates say that there was no room; others do not. */
static void expect_said(struct made_reading *reading, bool said, uint64_t dropped)
{
	static const char words[] = "limit of 8192 regions of 2 MiB, or of 32768 page";
	const struct stlb_result *result = made_result(reading);
	const struct stlb_rule_result *rules = result->rules;

	cr_expect_eq(strstr(rules[STLB_RULE_REPOINT].reason, words) != NULL, said);
	cr_expect_eq(strstr(rules[STLB_RULE_FREE].reason, words) != NULL, said);
	cr_expect_eq(rules[STLB_RULE_UNBRACKETED].judged,
		     said ? STLB_JUDGED_PARTIAL : STLB_JUDGED_FULL);
	cr_expect_eq(rules[STLB_RULE_EMPTY].judged, STLB_JUDGED_FULL);
	cr_expect_eq(result->dropped, dropped);
	stlb_analysis_free(reading->analysis);
}

/* ---- regions ---- */

static void fill_regions(struct made_reading *reading, uint64_t mm, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++)
		GIVE(reading, {SETS(mm, 512 * i, 0, RW(0x100000 + i))});
}

Test(room, regions_that_are_forgotten)
{
	struct made_reading all = begun(), one_more = begun(), of_others = begun();

	fill_regions(&all, MM1, STLB_MAX_REGIONS);
	expect_said(&all, false, 0);
	fill_regions(&one_more, MM1, STLB_MAX_REGIONS + 1);
	expect_said(&one_more, true, 0);
	/* nothing is pending in an mm without subscribers */
	fill_regions(&of_others, MM2, STLB_MAX_REGIONS + 1);
	expect_said(&of_others, false, 0);
}

/* What is pending is not forgotten: there is no room for more, and the trace was not judged. */
Test(room, regions_that_something_is_pending_for)
{
	struct made_reading reading = begun();

	GIVE(&reading, {START(0, 512 * UINT64_C(10000))});
	for (uint64_t i = 0; i <= STLB_MAX_REGIONS; i++)
		GIVE(&reading, {CLEAR(512 * i, RW(0x100000 + i))});
	expect_said(&reading, true, 1);
}

/* ---- tables ---- */

static void fill_tables(struct made_reading *reading, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++)
		GIVE(reading, {OF(PMD_SET, F(MM, MM2), F(ADDR, i << 30), F(PTEP, PMDS + (i << 12)),
				  F(OLD, 0), F(NEW, HUGE(0x200))),
			       .level = STLB_LEVEL_PMD});
}

Test(room, tables_that_are_not_known)
{
	struct made_reading of_others = begun(), one_more = begun();

	fill_tables(&of_others, STLB_MAX_TABLES + 1);
	expect_said(&of_others, false, 0);
	fill_tables(&one_more, STLB_MAX_TABLES);
	GIVE(&one_more, {PTL_MAP(0, TABLE1, L1)});
	expect_said(&one_more, true, 0);
}

/* ---- tasks ---- */

/* So many tasks come by that each which is in the middle of nothing is forgotten. */
static void crowd(struct made_reading *reading)
{
	for (int tid = 1000; tid < 10000; tid++)
		GIVE(reading, {.tid = tid, .cpu = 1, USER_MODE});
}

static void expect_count(struct made_reading *reading, enum stlb_rule rule, uint64_t number)
{
	const struct stlb_result *result = made_result(reading);

	for (int i = 0; i < STLB_NR_RULES; i++)
		cr_expect_eq(result->rules[i].occurrences, i == (int)rule ? number : 0, "%lu x %s",
			     result->rules[i].occurrences, stlb_rule_info(i)->id);
	cr_expect_eq(result->dropped, 0);
	cr_expect_eq(result->nr_notes, 1);
	cr_expect(strstr(result->notes[0], "limit of 4096 tasks reached"));
	stlb_analysis_free(reading->analysis);
}

Test(room, a_task_that_registers_stays)
{
	struct made_reading reading = READING(BEFORE_6_6);

	GIVE(&reading, {T2, SUBSCRIBE(SUB1)});
	crowd(&reading);
	GIVE(&reading, {T2, SUBSCRIBED(0)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))}, {UNLOCK(L1)},
	     {FREE(0xa)});
	expect_count(&reading, STLB_RULE_FREE, 1);
}

Test(room, a_task_that_has_a_table_out_stays)
{
	struct made_reading reading = begun();

	GIVE(&reading, SETTLED(T2), {T2, START(0, 512)}, {T2, LOCK(L1)},
	     {T2, COLLAPSE(0, TABLE(0x77))}, {T2, INV(0, 512)}, {T2, UNLOCK(L1)},
	     {T2, ONLY_END(0, 512)});
	crowd(&reading);
	GIVE(&reading, {T2, CLEAR(0, RW(0xa))}, {T2, FREE(0xa)});
	expect_count(&reading, STLB_RULE_FREE, 0);
}

Test(room, a_task_with_a_clear_that_has_no_place_stays)
{
	struct made_reading reading = begun();

	GIVE(&reading, SETTLED(T2), {T2, LOCK(L1)}, {T2, CLEAR_AT(RW(0xa))}, {T2, SWITCH(1000)});
	crowd(&reading);
	GIVE(&reading, {T2, UNLOCK(L1)}, {FREE(0xa)});
	expect_count(&reading, STLB_RULE_FREE, 1);
}

/* A task that calls itself ksmd, and shows to be none when it comes by again. */
Test(room, what_waits_for_evidence_outlives_its_task)
{
	struct made_reading reading = begun(), again = begun();

#define MERGES                                                                                     \
	SETTLED(KSMD), {KSMD, START(0, 1)}, {KSMD, LOCK(L1)}, {KSMD, CLEAR(0, RO(0xa))},           \
		{KSMD, SET(0, 0, RO(0xb))}, {KSMD, UNLOCK(L1)}, {KSMD, END(0, 1)}
	GIVE(&reading, MERGES);
	crowd(&reading);
	expect_count(&reading, STLB_RULE_REPOINT, 0);
	GIVE(&again, MERGES);
	crowd(&again);
	GIVE(&again, {KSMD, USER_MODE});
	expect_count(&again, STLB_RULE_REPOINT, 1);
}

/* ---- the order ---- */

/*
 * There is no room for the order of all contexts. Of an update whose order was given up nobody can
 * say whether an invalidation came after it: even when there is room again.
 */
Test(room, updates_whose_order_was_given_up)
{
	struct made_reading reading = begun();
	const struct stlb_result *result;

	reading.analysis->machine.hb.used.limit = 1;
	GIVE(&reading, {START(0, 1)}, {CLEAR(0, RW(0xa))});
	reading.analysis->machine.hb.used.full = true;
	GIVE(&reading, {T2, START(1, 2)}, {T2, CLEAR(1, RW(0xb))});
	GIVE(&reading, {INV(0, 1)}, {END(0, 1)});
	cr_expect_not(reading.analysis->machine.hb.used.full);
	GIVE(&reading, {T3, INV(1, 2)}, {T3, FREE(0xb)});
	result = made_result(&reading);
	cr_expect_eq(result->rules[STLB_RULE_FREE].inconclusive, 1);
	cr_expect_eq(result->rules[STLB_RULE_FREE].occurrences, 0);
	cr_expect_eq(result->rules[STLB_RULE_RACY].inconclusive, 0);
	cr_expect_eq(result->rules[STLB_RULE_RACY].occurrences, 0);
	stlb_analysis_free(reading.analysis);
}

/* The order of one context's own events needs no room. */
Test(room, what_the_same_task_invalidated)
{
	struct made_reading reading = begun();
	const struct stlb_result *result;

	reading.analysis->machine.hb.used.limit = 1;
	GIVE(&reading, {START(0, 1)}, {CLEAR(0, RW(0xa))});
	reading.analysis->machine.hb.used.full = true;
	GIVE(&reading, {T2, START(1, 2)}, {T2, CLEAR(1, RW(0xb))}, {T2, INV(1, 2)},
	     {T3, FREE(0xb)});
	result = made_result(&reading);
	cr_expect_eq(result->rules[STLB_RULE_FREE].inconclusive, 0);
	cr_expect_eq(result->rules[STLB_RULE_FREE].occurrences, 0);
	cr_expect_eq(result->obligations.discharged_deferred, 1);
	stlb_analysis_free(reading.analysis);
}

/* While there is none, what seems to have come in no order may have been ordered. */
Test(room, an_invalidation_in_no_order_that_is_known)
{
	for (unsigned int full = 0; full < 2; full++) {
		struct made_reading reading = begun();
		const struct stlb_result *result;

		GIVE(&reading, {START(0, 1)}, {CLEAR(0, RW(0xa))});
		reading.analysis->machine.hb.used.full = full;
		GIVE(&reading, {T3, INV(0, 1)}, {FREE(0xa)});
		result = made_result(&reading);
		cr_expect_eq(result->rules[STLB_RULE_FREE].inconclusive, full);
		cr_expect_eq(result->rules[STLB_RULE_RACY].occurrences, !full);
		stlb_analysis_free(reading.analysis);
	}
}
