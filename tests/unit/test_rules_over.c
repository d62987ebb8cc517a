/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is still to be judged of an update when its subscription, or the trace, is over. */
#include "made_device.h"
#include "made_reading.h"

#define UNBRACKETED(n) [STLB_RULE_UNBRACKETED] = (n)
#define ENDED(...)                                                                                 \
	.ended = &(struct stlb_obligations)                                                        \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

/* A table that was taken out in no bracket, and not put back while anybody was subscribed. */
Test(over, a_table_taken_out_in_no_bracket)
{
#define TAKEN_OUT(...)                                                                             \
	SETTLE, {LOCK(L1)}, {SET(0, 0, RW(0xa))}, {UNLOCK(L1)}, {LOCK(L2)},                        \
		{PMD_CLEAR(0, TABLE(0x77))}, {UNLOCK(L2)} __VA_ARGS__
	static const struct made released[] = {TAKEN_OUT(, {RELEASE})};
	static const struct made back[] = {
		TAKEN_OUT(, {LOCK(L2)}, {PMD_SET(0, 0, TABLE(0x77))}, {UNLOCK(L2)}, {RELEASE})};

	JUDGE(released, BEFORE_6_6, .counts = {UNBRACKETED(1)}, ENDED(.total = 1, .is_void = 1));
	JUDGE(back, BEFORE_6_6, ENDED(.total = 1, .restored = 1));
}

/* Where nothing tells that it is put back, it is judged at the end of its hold. */
Test(over, a_table_judged_before_a_loss)
{
#define THEN_LOST TAKEN_OUT(, {LOST(HERE)})
	static const struct made lost[] = {THEN_LOST};
	struct stlb_kinds reported = MADE_WITHOUT(STLB_PMD_SET, STLB_PMD_INSTALL);
	struct stlb_kinds installs = MADE_MORE(reported, STLB_PMD_INSTALL);

	JUDGE(lost, BEFORE_6_6, .recorded = reported, .counts = {UNBRACKETED(1)});
	JUDGE(lost, BEFORE_6_6, .recorded = installs);
	JUDGE(lost, BEFORE_6_6);
}

/* The release of one mm is an event like any other for what was done in another one. */
Test(over, an_update_of_another_mm_outside_any_hold)
{
#define CLEARED_AND(...)                                                                           \
	SETTLE, {STARTS(MM2, 9, 10, 1, 1)}, {ENDS(MM2, 9, 10, 0)}, {CLEARS(MM2, 0, RW(0xa))},      \
		__VA_ARGS__,                                                                       \
	{                                                                                          \
		SETS(MM2, 0, 0, RW(0xa))                                                           \
	}
	static const struct made released[] = {CLEARED_AND({RELEASE})};
	static const struct made at_once[] = {CLEARED_AND({SET(5, 0, RW(0xb))})};

	JUDGE(released, BEFORE_6_6, .counts = {UNBRACKETED(1)}, ENDED(.total = 1, .restored = 1));
	JUDGE(at_once, BEFORE_6_6, ENDED(.total = 1, .restored = 1));
}

/* An mm that goes while a hold in it is suspended: that it went on was never seen. */
Test(over, a_set_in_a_suspended_hold)
{
#define SUSPENDED                                                                                  \
	SETTLE, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))}, {SWITCH(200)},                     \
	{                                                                                          \
		SET(0, 0, RW(0xb))                                                                 \
	}
	static const struct made freed[] = {SUSPENDED, {T2, OF(MM_FREE, F(MM, MM1))}};
	static const struct made goes_on[] = {SUSPENDED, {UNLOCK(L1)}};
	/* only the first set after the clear counts */
	static const struct made twice[] = {
		SUSPENDED, {T2, SET(0, RW(0xb), RW(0xb))}, {T2, SET(0, 0, RW(0xd))}, {UNLOCK(L1)}};

	JUDGE(freed, BEFORE_6_6, .counts = {[STLB_RULE_REFAULT] = 1},
	      ENDED(.total = 1, .is_void = 1));
	JUDGE(goes_on, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1},
	      ENDED(.total = 1, .pending = 1));
	JUDGE(twice, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

/* However often a site of a context waits, it is one site. */
Test(over, one_site_that_waits_often)
{
	enum { OFTEN = 100 };
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, {T2, START(0x30000, 0x30001)}, {T2, END(0x30000, 0x30001)});
	for (unsigned int i = 0; i < OFTEN; i++)
		GIVE(&reading, {LOCK(L1)}, {CLEAR(i, RW(0xa0 + i))}, {INV(i, i + 1)}, {UNLOCK(L1)});
	GIVE(&reading, SETTLE);
	result = made_result(&reading);
	cr_expect_eq(result->rules[STLB_RULE_UNBRACKETED].occurrences, OFTEN);
	cr_expect_eq(result->rules[STLB_RULE_UNBRACKETED].sites, 1);
	cr_expect_eq(result->dropped, 0);
	stlb_analysis_free(reading.analysis);
}

/* A site of a single occurrence is one too. */
Test(over, one_site_of_one_occurrence)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))},
	     {SET(0, 0, RW(0xb))});
	result = made_result(&reading);
	cr_expect_eq(result->rules[STLB_RULE_REPOINT].occurrences, 1);
	cr_expect_eq(result->rules[STLB_RULE_REPOINT].sites, 1);
	cr_expect_eq(result->rules[STLB_RULE_NEVER].sites, 0);
	stlb_analysis_free(reading.analysis);
}

/* Of several sites that wait, each is reported. */
Test(over, several_sites_that_wait)
{
	static const struct made waiting[] = {
		{T2, START(0x30000, 0x30001)},
		{T2, END(0x30000, 0x30001)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{INV(0, 1)},
		{SET(1, RW(0xb), RO(0xb))},
		{INV(1, 2)},
		{SET(2, RW(0xc), RW(0xd)), .ns = 7500},
		{UNLOCK(L1)},
		SETTLE,
	};

	JUDGE(waiting, BEFORE_6_6, .counts = {UNBRACKETED(3), [STLB_RULE_REPOINT] = 1});
}

/* ---- losses ---- */

static uint64_t lost_while_subscribed(const struct made *rows, size_t nr)
{
	struct made_reading reading = READING(BEFORE_6_6);
	uint64_t lost;

	made_give(&reading, rows, nr);
	lost = made_result(&reading)->lost_while_subscribed;
	stlb_analysis_free(reading.analysis);
	return lost;
}

/* One loss is one, be one mm subscribed by then and the return of another's registration lost. */
Test(over, a_loss_is_counted_once)
{
#define OTHERS(mm) OF(SUBSCRIBE, F(MM, mm), F(SUB, SUB2))
#define LOST_WHILE(...)                                                                            \
	lost_while_subscribed((const struct made[]){__VA_ARGS__},                                  \
			      sizeof((const struct made[]){__VA_ARGS__}) / sizeof(struct made))
	/* of another mm that is subscribed; of two that begin to be, one after the other; of one */
	cr_expect_eq(LOST_WHILE({T2, STARTS(MM2, 0, 1, 1, 1)}, {SUBSCRIBE(SUB1)}, {LOST(HERE)},
				{START(0, 1)}),
		     1);
	cr_expect_eq(LOST_WHILE({SUBSCRIBE(SUB1)}, {LOST(HERE)}, {T2, OTHERS(MM2)}, {LOST(HERE)},
				{START(0, 1)}, {T2, STARTS(MM2, 0, 1, 1, 1)}),
		     2);
	cr_expect_eq(LOST_WHILE({LOST(HERE)}, {SUBSCRIBE(SUB1)}, {LOST(HERE)}, {START(0, 1)}), 1);
	cr_expect_eq(LOST_WHILE({SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)}, {START(0, 1)}), 0);
}

/* ---- tables that are taken out ---- */

/* Functions that clear huge pages are no updates where they find a table. */
Test(tables, found_by_what_clears_huge_pages)
{
#define FOUND_BY(kind)                                                                             \
	SETTLE, {START(0, 512)}, {LOCK(L2)}, {PMD_CLEARS(kind, 0, TABLE(0x77))}, {UNLOCK(L2)},     \
		{FREE(0x77)},                                                                      \
	{                                                                                          \
		END(0, 512)                                                                        \
	}
	static const struct made flushed[] = {FOUND_BY(PMD_CLEAR_FLUSH)};
	static const struct made zapped[] = {FOUND_BY(PMD_ZAP)};
	static const struct made made_invalid[] = {FOUND_BY(PMD_INVAL)};
	static const struct made collapsed[] = {FOUND_BY(PMD_COLLAPSE_FLUSH)};
	static const struct made cleared[] = {FOUND_BY(PMD_CLEAR)};

	JUDGE(flushed, BEFORE_6_6, ENDED(.total = 0));
	JUDGE(zapped, BEFORE_6_6, ENDED(.total = 0));
	JUDGE(made_invalid, BEFORE_6_6, ENDED(.total = 0));
	JUDGE(collapsed, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
	JUDGE(cleared, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
}

/* A table that goes without an address is placed by a bracket of just its 2 MiB. */
Test(tables, without_an_address)
{
#define WITHOUT_ADDRESS(a, b)                                                                      \
	SETTLE, {START(a, b)}, {LOCK(L2)},                                                         \
		{OF(PMD_CLEAR, F(MM, MM1), F(OLD, TABLE(0x77))), .level = STLB_LEVEL_PMD},         \
		{UNLOCK(L2)}, {INV(a, (a) + 512)},                                                 \
	{                                                                                          \
		ONLY_END(a, b)                                                                     \
	}
	static const struct made one[] = {WITHOUT_ADDRESS(512, 1024)};
	static const struct made two[] = {WITHOUT_ADDRESS(512, 1536)};
	static const struct made part[] = {WITHOUT_ADDRESS(600, 1112)};

	JUDGE(one, BEFORE_6_6, .unplaced = 0 + 1);
	JUDGE(two, BEFORE_6_6, .unplaced = 1 + 1);
	JUDGE(part, BEFORE_6_6, .unplaced = 1 + 1);
}

/* A huge page in place of a table that was taken out shows that it is not put back unseen. */
Test(tables, replaced_by_a_huge_page)
{
#define READ_AFTER(...)                                                                            \
	SETTLE, {SET(0, 0, RW(0xa))}, {START(0, 512)}, {LOCK(L2)}, {COLLAPSE(0, TABLE(0x77))},     \
		{INV(0, 512)}, __VA_ARGS__, {UNLOCK(L2)}, {READ(0, 0xa)},                          \
	{                                                                                          \
		ONLY_END(0, 512)                                                                   \
	}
	static const struct made huge[] = {
		READ_AFTER({OF(PMD_SET, F(MM, MM1), F(ADDR, PAGE(0)), F(NEW, HUGE(0x200))),
			    .level = STLB_LEVEL_PMD})};
	static const struct made perhaps[] = {READ_AFTER({WAKE(14)})};

	JUDGE(huge, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(perhaps, BEFORE_6_6, DEVICES, .inconclusive = {[STLB_RULE_STALE_ACCESS] = 1});
}

/* Of a huge page that is replaced subpage by subpage, the first subpage is shown. */
Test(tables, the_set_that_is_shown)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_finding *finding;
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {START(0, 512)}, {LOCK(L2)}, {PMD_CLEAR(0, HUGERO(0x600))},
	     {SET(0, 0, ZERO(0x50))}, {SET(1, 0, ZERO(0x50))}, {UNLOCK(L2)}, {END(0, 512)});
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 1);
	finding = result->findings[0];
	cr_expect_eq(finding->rule, STLB_RULE_REPOINT);
	cr_assert_eq(finding->nr_events, 4);
	cr_expect_str_eq(finding->events[3].role, "set");
	cr_expect_eq(finding->events[3].event.ns, 6000);
	stlb_analysis_free(reading.analysis);
}

/* A page whose clear could not be placed is in its window still, whatever came of the entry since.
 */
Test(tables, a_violation_after_a_clear_without_a_place)
{
#define REPLACED_UNSEEN(page)                                                                      \
	SETTLE, {SET(0, 0, RW(0xa))}, {START(0, 1)}, {LOCK(L1)}, {CLEAR_AT(RW(0xa))},              \
		{UNLOCK(L1)}, {T2, LOCK(L1)}, {T2, SET(0, 0, RO(0xb))}, {T2, UNLOCK(L1)},          \
		{T2, START(0, 1)}, {T2, LOCK(L1)}, {T2, SET(0, RO(0xb), RW(0xc))},                 \
		{T2, UNLOCK(L1)}, {READ(0, page)}, {T2, END(0, 1)},                                \
	{                                                                                          \
		END(0, 1)                                                                          \
	}
	static const struct made unplaced[] = {REPLACED_UNSEEN(0xa)};
	static const struct made placed[] = {REPLACED_UNSEEN(0xb)};

	JUDGE(unplaced, BEFORE_6_6, DEVICES, .counts = {[STLB_RULE_REPOINT] = 1},
	      .unplaced = 1 + 1);
	JUDGE(placed, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_STALE_ACCESS] = 1}, .unplaced = 1 + 1);
}

/* What maps recorded in earlier holds is set by then: it waits no more. */
Test(maps, in_one_hold_after_the_other)
{
	enum { HOLDS = 200 };
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE);
	for (unsigned int i = 1; i <= HOLDS; i++)
		GIVE(&reading, {LOCK(L1)}, {MAP(i, 0x100 + i)}, {UNLOCK(L1)});
	GIVE(&reading, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))}, {MAP(0, 0xb)}, {INV(0, 1)},
	     {UNLOCK(L1)}, {ONLY_END(0, 1)});
	result = made_result(&reading);
	cr_expect_eq(result->nr_findings, 0);
	cr_expect_eq(result->obligations.discharged_in_lock, 1);
	stlb_analysis_free(reading.analysis);
}

/* Outside any hold a map is set by the end of its bracket; in a hold by the end of that. */
Test(maps, in_a_hold_that_outlasts_its_bracket)
{
#define MAPPED_IN(...)                                                                             \
	SETTLE_66, {LOCK(L1)}, {START_NB(0, 1)}, {CLEAR(0, RO(0xa))}, {MAP(0, 0xb)}, __VA_ARGS__,  \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
	static const struct made in_time[] = {MAPPED_IN({END_66(0, 1)}, {INV(0, 1)})};
	static const struct made never[] = {MAPPED_IN({END_66(0, 1)})};

	JUDGE(in_time, SINCE_6_6, ENDED(.total = 1, .discharged_in_lock = 1));
	JUDGE(never, SINCE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

/* A clear without a place is restored by a set of its page in the same hold, not in the next. */
Test(unplaced, comes_back_in_its_hold)
{
#define MANY_CLEARS                                                                                \
	{CLEAR_AT(RW(0x10))}, {CLEAR_AT(RW(0x11))}, {CLEAR_AT(RW(0x12))}, {CLEAR_AT(RW(0x13))},    \
		{CLEAR_AT(RW(0x14))}, {CLEAR_AT(RW(0x15))}, {CLEAR_AT(RW(0x16))},                  \
		{CLEAR_AT(RW(0x17))},                                                              \
	{                                                                                          \
		CLEAR_AT(RW(0x18))                                                                 \
	}
	static const struct made same[] = {SETTLE_66,	   {START(0, 16)},	  {LOCK(L1)},
					   MANY_CLEARS,	   {SET(0, 0, RW(0x18))}, {UNLOCK(L1)},
					   {END_66(0, 16)}};
	static const struct made next[] = {
		SETTLE_66,  {START(0, 16)},	   {LOCK(L1)},	 MANY_CLEARS,	 {UNLOCK(L1)},
		{LOCK(L1)}, {SET(0, 0, RW(0x18))}, {UNLOCK(L1)}, {END_66(0, 16)}};

	JUDGE(same, SINCE_6_6, ENDED(.total = 9, .restored = 1, .pending = 8), .unplaced = 9 + 1);
	JUDGE(next, SINCE_6_6, ENDED(.total = 9, .pending = 9), .unplaced = 9 + 1);
}
