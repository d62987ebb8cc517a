/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From which version of the kernel on something is so: the last one before, and the first. The
 * traps T<n> are those of staletlb-kernel(7).
 */
#include "made_reading.h"

#define UNBRACKETED(n) .counts = {[STLB_RULE_UNBRACKETED] = (n)}

/* T28: uprobes clear an entry and set the same one again, which is not seen where sets are not. */
Test(kernel, a_clear_that_may_be_undone)
{
	static const struct made trace[] = {
		SETTLE_66, {LOCK(L1)}, {CLEARF(0, RO(0xa))}, {INV(0, 1)}, {UNLOCK(L1)}};

	/* an echo shows that sets are reported; another page that it was not the same one */
	static const struct made sets_reported[] = {
		SETTLE_66,   {SET(9, 0, RW(0x9))}, {CLEAR(9, 0)}, {LOCK(L1)}, {CLEARF(0, RO(0xa))},
		{INV(0, 1)}, {UNLOCK(L1)}};
	static const struct made other_page[] = {
		SETTLE_66,   {LOCK(L1)},	   {CLEARF(0, RO(0xa))},
		{INV(0, 1)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)}};
	static const struct made other_hook[] = {
		SETTLE_66, {LOCK(L1)}, {CLEAR(0, RO(0xa))}, {INV(0, 1)}, {UNLOCK(L1)}};
	static const struct made before_6_6[] = {
		SETTLE, {LOCK(L1)}, {CLEARF(0, RO(0xa))}, {INV(0, 1)}, {UNLOCK(L1)}};

	JUDGE(trace, .kernel = "6.17.0", UNBRACKETED(1));
	JUDGE(trace, .kernel = "6.18.0");
	JUDGE(trace, .kernel = "7.0.0");
	JUDGE(trace, .kernel = NULL);
	JUDGE(before_6_6, .kernel = NULL, UNBRACKETED(1));
	JUDGE(sets_reported, .kernel = "7.0.0", UNBRACKETED(1));
	JUDGE(other_page, .kernel = "7.0.0", UNBRACKETED(1));
	JUDGE(other_hook, .kernel = "7.0.0", UNBRACKETED(1));
}

/* T29: khugepaged collapses a part of a table, in a bracket of that part. */
Test(kernel, a_collapse_of_a_part)
{
#define IN_BRACKET_OF(a, b)                                                                        \
	SETTLE_66, {LOCK(L1)}, {SET(512, 0, RW(0xa))}, {UNLOCK(L1)}, {START(a, b)}, {LOCK(L2)},    \
		{COLLAPSE(512, TABLE(0x77))}, {INV(512, 1024)}, {UNLOCK(L2)},                      \
	{                                                                                          \
		END_66(a, b)                                                                       \
	}
	static const struct made part[] = {IN_BRACKET_OF(512, 528)};
	static const struct made last[] = {IN_BRACKET_OF(1023, 1040)};
	static const struct made before[] = {IN_BRACKET_OF(496, 512)};
	static const struct made behind[] = {IN_BRACKET_OF(1024, 1040)};

	static const struct made no_bracket[] = {
		SETTLE_66,	  {LOCK(L1)},  {SET(512, 0, RW(0xa))},
		{UNLOCK(L1)},	  {LOCK(L2)},  {COLLAPSE(512, TABLE(0x77))},
		{INV(512, 1024)}, {UNLOCK(L2)}};
	static const struct made huge[] = {SETTLE_66,	      {START(512, 528)},
					   {LOCK(L2)},	      {PMD_CLEAR(512, HUGE(0x200))},
					   {INV(512, 1024)},  {UNLOCK(L2)},
					   {END_66(512, 528)}};

	JUDGE(no_bracket, .kernel = "7.0.0", UNBRACKETED(1));
	JUDGE(huge, .kernel = "7.0.0", UNBRACKETED(1));
	JUDGE(part, .kernel = "6.19.0", UNBRACKETED(1));
	JUDGE(part, .kernel = "7.0.0");
	JUDGE(part, .kernel = NULL);
	JUDGE(last, .kernel = "7.0.0");
	JUDGE(before, .kernel = "7.0.0", UNBRACKETED(1));
	JUDGE(behind, .kernel = "7.0.0", UNBRACKETED(1));
}

/* ---- phases ---- */

#define PHASE(name) .kind = STLB_PHASE, .text = (name)

/* The phase of a finding is the one in force at its update, be its hold as old as it may. */
Test(phases, of_two_updates_in_one_hold)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {PHASE("one")}, {START(0, 2)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))},
	     {PHASE("two")}, {CLEAR(1, RW(0xb))}, {UNLOCK(L1)}, {PHASE("three")}, {FREE(0xa)},
	     {FREE(0xb)}, {END(0, 2)});
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 2);
	cr_expect_str_eq(result->findings[0]->phase, "one");
	cr_expect_str_eq(result->findings[1]->phase, "two");
	stlb_analysis_free(reading.analysis);
}

/* And its bracket the one that is open then. */
Test(phases, of_two_brackets_in_one_hold)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {LOCK_ANY(L1)}, {START_AS(0, 1, 7)}, {CLEAR(0, RW(0xa))},
	     {ONLY_END(0, 1)}, {START_AS(1, 3, 7)}, {CLEAR(1, RW(0xb))}, {ONLY_END(1, 3)},
	     {UNLOCK_ANY(L1)});
	result = made_result(&reading);
	cr_expect_eq(result->rules[STLB_RULE_NEVER].occurrences, 2);
	cr_assert_eq(result->nr_findings, 1);
	cr_expect_eq(result->findings[0]->bracket.start, PAGE(0));
	cr_expect_eq(result->findings[0]->bracket.end, PAGE(1));
	cr_expect_eq(result->findings[0]->lock, L1);
	stlb_analysis_free(reading.analysis);
}
