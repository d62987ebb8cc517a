/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * More of something than there is room for. What is given up is said; what is kept is judged as
 * ever; nothing else becomes a finding.
 */
#include <stdio.h>

#include "made_device.h"
#include "made_reading.h"

static uint64_t counted(const struct stlb_result *result, enum stlb_rule rule)
{
	return result->rules[rule].occurrences;
}

static void only(const struct stlb_result *result, enum stlb_rule rule, uint64_t number)
{
	for (int i = 0; i < STLB_NR_RULES; i++)
		cr_expect_eq(counted(result, i), i == (int)rule ? number : 0, "%lu x %s",
			     counted(result, i), stlb_rule_info(i)->id);
}

/* ---- obligations ---- */

Test(limits_reached, obligations)
{
	enum { LEFT = 1024, MANY = STLB_MAX_OBLIGATIONS + LEFT };
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {START(0, MANY)}, {LOCK(L1)});
	for (unsigned int i = 0; i < MANY; i++)
		GIVE(&reading, {CLEAR(i, RW(0x100000 + i))});
	GIVE(&reading, {CLEAR_AT(HUGE(0x200))}, {FREE(0x100000)}, {FREE(0x100000 + MANY - 1)},
	     {UNLOCK(L1)}, {END(0, MANY)});
	result = made_result(&reading);
	only(result, STLB_RULE_FREE, 1);
	cr_expect_eq(result->dropped, LEFT + 1);
	cr_expect_eq(result->unplaced, 1);
	cr_expect_eq(result->rules[STLB_RULE_FREE].judged, STLB_JUDGED_PARTIAL);
	stlb_analysis_free(reading.analysis);
}

/* What was invalidated is pending no more, and takes no room from what comes next. */
Test(limits_reached, obligations_that_are_over)
{
	enum { ROUNDS = 3, MANY = STLB_MAX_OBLIGATIONS / 2 + 1 };
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {START(0, MANY)});
	for (unsigned int round = 0; round < ROUNDS; round++) {
		for (unsigned int i = 0; i < MANY; i++)
			GIVE(&reading, {CLEAR(i, RW(0x100000 + i))});
		GIVE(&reading, {INV(0, MANY)});
	}
	GIVE(&reading, {END(0, MANY)});
	result = made_result(&reading);
	cr_expect_eq(result->dropped, 0);
	cr_expect_eq(result->obligations.total, ROUNDS * MANY);
	cr_expect_eq(result->obligations.discharged_deferred, ROUNDS * MANY);
	stlb_analysis_free(reading.analysis);
}

/* ---- repoints that evidence can still clear ---- */

#define MERGED(who, n)                                                                             \
	{who, START(n, (n) + 1)}, {who, LOCK(L1)}, {who, CLEAR(n, RO(0x1000 + (n)))},              \
		{who, SET(n, 0, RO(0x2000 + (n)))}, {who, UNLOCK(L1)},                             \
	{                                                                                          \
		who, END(n, (n) + 1)                                                               \
	}

/* The oldest is reported; evidence clears the others still. */
Test(limits_reached, repoints_held_back)
{
	enum { MANY = 513 };
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, MERGED(ON(0), 0), MERGED(ON(0), 1), MERGED(ON(0), 2));
	GIVE(&reading, {KSM(0x1002)});
	for (unsigned int i = 3; i <= MANY; i++)
		GIVE(&reading, MERGED(ON(0), i));
	GIVE(&reading, {KSM(0x1000 + MANY)});
	result = made_result(&reading);
	only(result, STLB_RULE_REPOINT, MANY - 1);
	cr_expect_eq(result->obligations.exempt, 2);
	cr_expect_eq(result->dropped, 0);
	stlb_analysis_free(reading.analysis);
}

/* What is exempt as ksmd's makes room first; it is reported after all if that was another's name.
 */
Test(limits_reached, repoints_of_one_that_calls_itself_ksmd)
{
	enum { MANY = 520 };
	const struct stlb_result *result;

	for (int user = 0; user < 3; user++) {
		struct made_reading reading = READING(BEFORE_6_6);

		GIVE(&reading, SETTLE, SETTLED(KSMD), MERGED(ON(0), 0));
		for (unsigned int i = 1; i <= MANY; i++)
			GIVE(&reading, MERGED(KSMD, i));
		if (user == 2) /* another task of that tid */
			GIVE(&reading, {T2, FORKS(33)});
		GIVE(&reading, {T2, USER_MODE}, {T2, FORKS(300)});
		if (user)
			GIVE(&reading, {KSMD, USER_MODE});
		GIVE(&reading, {KSM(0x1000)});
		result = made_result(&reading);
		only(result, STLB_RULE_REPOINT, user == 1 ? MANY : 0);
		cr_expect_eq(result->obligations.exempt, user == 1 ? 1 : MANY + 1);
		stlb_analysis_free(reading.analysis);
	}
}

/* All in one bracket, so that evidence of each could come: the oldest was reported already. */
Test(limits_reached, the_oldest_repoint_held_back)
{
	enum { MANY = 513 };
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {START(0, MANY)}, {LOCK(L1)});
	for (unsigned int i = 0; i < MANY; i++)
		GIVE(&reading, {CLEAR(i, RO(0x1000 + i))}, {SET(i, 0, RO(0x2000 + i))});
	GIVE(&reading, {KSM(0x1000)}, {KSM(0x1001)}, {UNLOCK(L1)}, {END(0, MANY)});
	result = made_result(&reading);
	only(result, STLB_RULE_REPOINT, MANY - 1);
	cr_expect_eq(result->obligations.exempt, 1);
	stlb_analysis_free(reading.analysis);
}

/* Of two that call themselves so, what one did is reported, phase by phase. */
Test(limits_reached, repoints_of_two_that_call_themselves_ksmd)
{
	enum { EACH = 300 };
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

#define KSMD_2 .tid = 34, .cpu = 2, .comm = "ksmd"
	GIVE(&reading, SETTLED(KSMD), SETTLED(KSMD_2));
	for (unsigned int i = 0; i < EACH; i++)
		GIVE(&reading, MERGED(KSMD, i), MERGED(KSMD_2, EACH + i));
	GIVE(&reading, {.kind = STLB_PHASE, .text = "second"});
	for (unsigned int i = 0; i < EACH; i++)
		GIVE(&reading, MERGED(KSMD, 2 * EACH + i));
	for (unsigned int i = 0; i < 2 * EACH; i++)
		GIVE(&reading, MERGED(KSMD_2, 3 * EACH + i));
	GIVE(&reading, {KSMD, USER_MODE});
	result = made_result(&reading);
	only(result, STLB_RULE_REPOINT, 2 * EACH);
	cr_assert_eq(result->nr_findings, 2);
	cr_expect_eq(result->findings[0]->occurrences, EACH);
	cr_expect_eq(result->findings[1]->occurrences, EACH);
	cr_expect_eq(result->obligations.exempt, 3 * EACH);
	stlb_analysis_free(reading.analysis);
}

/* ---- sites ---- */

#define WRONG_RANGES(who)                                                                          \
	{who, BYTES(0, 0)}, {who, BYTES(8, 0x1000)}, {who, START(0, 1)},                           \
	{                                                                                          \
		who, OF(INV_START, F(MM, MM1), F(START, 8), F(END, 0x1000))                        \
	}
#define WORKER .tid = 77, .cpu = 3, .comm = "kworker/0:1"

/* The first ones go on to be counted; of the others it is said that there are more. */
Test(limits_reached, sites)
{
	enum { MANY = 820, KINDS = 5, ROOM = 4096 };
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;
	char text[MANY][8];

	GIVE(&reading, SETTLE);
	for (unsigned int i = 0; i < MANY; i++) {
		snprintf(text[i], sizeof(text[i]), "m%u", i);
		GIVE(&reading, {.kind = STLB_PHASE, .text = text[i]}, {BYTES(0, 0)},
		     {BYTES(8, 0x1000)}, {WORKER, BYTES(0, 0)}, {WORKER, BYTES(8, 0x1000)},
		     {T2, IRQ, BYTES(0, 0)});
	}
	GIVE(&reading, {.kind = STLB_PHASE, .text = text[0]}, {BYTES(0, 0)});
	result = made_result(&reading);
	cr_expect_eq(result->nr_findings, ROOM);
	cr_expect_eq(result->dropped, MANY * KINDS - ROOM);
	cr_expect_eq(result->findings[0]->occurrences, 2);
	cr_expect_str_eq(result->findings[0]->id, "F1");
	cr_expect_str_eq(result->findings[ROOM - 1]->id, "F4096");
	stlb_analysis_free(reading.analysis);
}

/* ---- what a context has open ---- */

/* A context has two brackets open at the most; one with more has forgotten the first. */
Test(limits_reached, brackets)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE);
	for (unsigned int i = 0; i < 9; i++)
		GIVE(&reading, {START(0, 100 - i)});
	GIVE(&reading, {LOCK(L1)}, {CLEAR(99, RW(0xa))}, {CLEAR(0, RW(0xb))}, {UNLOCK(L1)},
	     {INV(0, 100)});
	for (unsigned int i = 9; i > 1; i--)
		GIVE(&reading, {END(0, 100 - i + 1)});
	result = made_result(&reading);
	only(result, STLB_RULE_UNBRACKETED, 1);
	cr_expect_eq(result->dropped, 1);
	stlb_analysis_free(reading.analysis);
}

/* Where ends are not recorded they only seem to be open: nothing is given up. */
Test(limits_reached, brackets_whose_ends_go_unseen)
{
	struct stlb_kinds recorded = MADE_WITHOUT(STLB_INV_END);
	struct made_reading reading = READING(BEFORE_6_6, .recorded = recorded);
	const struct stlb_result *result;

	for (unsigned int i = 0; i < 20; i++)
		GIVE(&reading, {START(0, 1)});
	result = made_result(&reading);
	cr_expect_eq(result->dropped, 0);
	stlb_analysis_free(reading.analysis);
}

/* Of five mmap_locks the first one taken is forgotten: its release says nothing any more. */
Test(limits_reached, mmap_locks)
{
	static const struct made zap[] = {
		{START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))}, {UNLOCK(L1)}, {END_66(0, 1)}};
	const struct stlb_result *result;

	for (unsigned int others = 3; others <= 4; others++) {
		struct made_reading reading = READING(SINCE_6_6);

		GIVE(&reading, SETTLE_66, {MMAP_LOCK(0)});
		made_give(&reading, zap, sizeof(zap) / sizeof(*zap));
		for (unsigned int i = 0; i < others; i++)
			GIVE(&reading, {OF(MMAP_LOCKED, F(MM, MM2 + 0x1000 * i), F(WRITE, 0))});
		GIVE(&reading, {MMAP_UNLOCK(0)});
		result = made_result(&reading);
		only(result, STLB_RULE_NEVER, others == 3);
		stlb_analysis_free(reading.analysis);
	}
}

/* The others go on to be known. */
Test(limits_reached, mmap_locks_that_are_kept)
{
	struct made_reading reading = READING(SINCE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE_66, {OF(MMAP_LOCKED, F(MM, MM2), F(WRITE, 0))}, {MMAP_LOCK(0)},
	     {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))}, {UNLOCK(L1)}, {END_66(0, 1)});
	for (unsigned int i = 1; i <= 3; i++)
		GIVE(&reading, {OF(MMAP_LOCKED, F(MM, MM2 + 0x1000 * i), F(WRITE, 0))});
	GIVE(&reading, {MMAP_UNLOCK(0)});
	result = made_result(&reading);
	only(result, STLB_RULE_NEVER, 1);
	stlb_analysis_free(reading.analysis);
}

/* ---- locks ---- */

/* Any number of other spinlocks may come and go: the order that a PTL makes stays. */
Test(limits_reached, locks)
{
	enum { MANY = 20 * 1024 };
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {START(0, 1)}, {LOCK(L1)}, {PTL_MAP(0, PTE_OF(TABLE1, 0), L1)},
	     {CLEAR(0, RW(0xa))}, {UNLOCK(L1)});
	for (unsigned int i = 0; i < MANY; i++)
		GIVE(&reading, {T3, LOCK_ANY(RQ + 64 * i)}, {T3, UNLOCK_ANY(RQ + 64 * i)});
	GIVE(&reading, {T2, LOCK(L1)}, {T2, INV(0, 1)}, {T2, UNLOCK(L1)}, {ONLY_END(0, 1)});
	result = made_result(&reading);
	only(result, STLB_NR_RULES, 0);
	stlb_analysis_free(reading.analysis);
}

/* ---- tables whose place is not known yet ---- */

/* The one that was begun first is given up, and its sets are counted as unplaced. */
Test(limits_reached, tables_without_a_place)
{
	enum { ROOM = 64 };
	struct made_reading reading = READING(SINCE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE_66);
	for (uint64_t i = 0; i <= ROOM; i++)
		GIVE(&reading, {SET_AT(TABLE1 + 0x1000 * i, 0, RW(0x100 + i))},
		     {SET_AT(TABLE1 + 0x1000 * i + 8, 0, RW(0x200 + i))});
	for (uint64_t i = 0; i <= ROOM; i++)
		GIVE(&reading, {START(512 * i, 512 * i + 2)}, {LOCK(L1)},
		     {PTL_MAP(512 * i, TABLE1 + 0x1000 * i, L1)},
		     {SET_AT(TABLE1 + 0x1000 * i, RW(0x100 + i), RW(0x300 + i))}, {UNLOCK(L1)},
		     {INV(512 * i, 512 * i + 2)}, {END_66(512 * i, 512 * i + 2)});
	result = made_result(&reading);
	cr_expect_eq(result->unplaced, 2);
	stlb_analysis_free(reading.analysis);
}

/* The oldest goes, wherever it is kept: one that was begun before has been placed. */
Test(limits_reached, tables_without_a_place_of_which_one_was_placed)
{
	enum { ROOM = 64 };
	struct made_reading reading = READING(SINCE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE_66);
	for (uint64_t i = 0; i < ROOM; i++)
		GIVE(&reading, {SET_AT(TABLE1 + 0x1000 * i, 0, i == 1 ? SWAP : RW(0x100 + i))});
	GIVE(&reading, {LOCK(L1)}, {PTL_MAP(0, TABLE1, L1)}, {UNLOCK(L1)});
	for (uint64_t i = ROOM; i < ROOM + 2; i++)
		GIVE(&reading, {SET_AT(TABLE1 + 0x1000 * i, 0, RW(0x100 + i))});
	for (uint64_t i = 2; i < ROOM + 2; i++)
		GIVE(&reading, {LOCK(L1)}, {PTL_MAP(512 * i, TABLE1 + 0x1000 * i, L1)},
		     {UNLOCK(L1)});
	result = made_result(&reading);
	cr_expect_eq(result->unplaced, 1);
	stlb_analysis_free(reading.analysis);
}

/* ---- devices ---- */

Test(limits_reached, devices_and_their_pages)
{
	enum { DEVICES_ROOM = 4096, PAGES_ROOM = 64 * 1024 };
	struct made_reading reading = READING(BEFORE_6_6, DEVICES);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, COW(0, 0xa, 0xb));
	for (unsigned int i = 0; i < DEVICES_ROOM; i++)
		GIVE(&reading, {DEV(READ, i, 0, 0xb)});
	GIVE(&reading, {DEV(READ, 1, 0, 0xa)}, {DEV(READ, DEVICES_ROOM, 0, 0xa)});
	for (unsigned int i = 0; i < PAGES_ROOM - DEVICES_ROOM + 1; i++)
		GIVE(&reading, {DEV(READ, 0, 1 + i, 0xc)});
	result = made_result(&reading);
	only(result, STLB_RULE_STALE_ACCESS, 1);
	cr_expect_eq(result->dropped, 2);
	stlb_analysis_free(reading.analysis);
}

/* ---- upper tables ---- */

#define HUGE_SET(n)                                                                                \
	OF(PMD_SET, F(MM, MM1), F(ADDR, (uint64_t)(n) << 30), F(PTEP, PMDS), F(OLD, 0),            \
	   F(NEW, HUGE(0x200))),                                                                   \
		.level = STLB_LEVEL_PMD

/* The first ones are judged. */
Test(limits_reached, upper_tables)
{
	enum { ROOM = 16 * 1024 };
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {MMAP_LOCK(0)}, {LOCK(L1)});
	for (uint64_t i = 0; i <= ROOM; i++)
		GIVE(&reading, {HUGE_SET(i)});
	GIVE(&reading, {UNLOCK(L1)}, {HUGE_SET(0)}, {HUGE_SET(ROOM)});
	result = made_result(&reading);
	only(result, STLB_RULE_UNLOCKED, 1);
	cr_expect_eq(result->dropped, 2);
	stlb_analysis_free(reading.analysis);
}

/* ---- contexts ---- */

/* A task that was switched out in a hold, and forgotten since, holds nothing any more. */
Test(limits_reached, contexts)
{
	enum { MANY = 5000 };
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {LOCK(L1)}, {SET(7, 0, RW(0xc))}, {SWITCH(5000)});
	for (unsigned int i = 0; i < MANY; i++)
		GIVE(&reading, {.tid = 5000 + (int)i, USER_MODE});
	GIVE(&reading, {T2, START(0, 1)}, {T2, LOCK(L1)}, {T2, CLEAR(0, RW(0xa))}, {T2, UNLOCK(L1)},
	     {FREE(0xa)}, {T2, END(0, 1)});
	result = made_result(&reading);
	only(result, STLB_RULE_FREE, 1);
	cr_expect_eq(result->nr_notes, 1);
	stlb_analysis_free(reading.analysis);
}

/* ---- pages that entries map ---- */

/* What they still know of is judged; of the others it is said that there was no room. */
Test(limits_reached, mapped_pages)
{
	enum { ROOM = 1 << 20 };
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {SET(0, 0, RW(0x99))}, {CLEAR(0, 0)});
	for (uint64_t i = 1; i <= ROOM / 512; i++)
		GIVE(&reading, {SET_NR(512 * i, RW(0x1000000 + 512 * i), 512)});
	GIVE(&reading, {FREE(0x99)});
	result = made_result(&reading);
	only(result, STLB_RULE_MAPPED, 1);
	cr_expect_eq(result->rules[STLB_RULE_MAPPED].judged, STLB_JUDGED_PARTIAL);
	cr_expect(strstr(result->rules[STLB_RULE_MAPPED].reason, "mapped pages reached"));
	stlb_analysis_free(reading.analysis);
}

/* ---- updates of a task that may be inside a bracket older than the trace ---- */

/* Code paths past the limit are given up, and say so; of those that are kept all are counted. */
Test(limits_reached, updates_that_wait_for_the_task_to_be_seen_outside)
{
	enum { KEPT = 64, MANY = KEPT + 3 };
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;
	char text[MANY][12];

	GIVE(&reading, {SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)});
	for (int i = 0; i < MANY; i++) {
		snprintf(text[i], sizeof(text[i]), "%d", i);
		GIVE(&reading, {.kind = STLB_PHASE, .text = text[i]}, {CLEAR(i, RW(0x100 + i))},
		     {INV(i, i + 1)});
	}
	GIVE(&reading, {.kind = STLB_PHASE, .text = text[0]}, {CLEAR(0, RW(0x500))}, {INV(0, 1)},
	     {START(0, 1)}, {END(0, 1)});
	result = made_result(&reading);
	only(result, STLB_RULE_UNBRACKETED, KEPT + 1);
	cr_expect_eq(result->rules[STLB_RULE_UNBRACKETED].sites, KEPT);
	cr_expect_eq(result->dropped, MANY - KEPT);
	stlb_analysis_free(reading.analysis);
}
