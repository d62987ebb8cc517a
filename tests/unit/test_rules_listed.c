/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How findings are listed: in which order, and from when to when each was seen. */
#include <stdio.h>

#include "made_reading.h"

static const char *const threads[] = {"ksmd",	    "khugepaged",  "kswapd0",
				      "kcompactd0", "kworker/1:1", "migration/0"};
enum { THREADS = sizeof(threads) / sizeof(*threads) };

/* By whom the findings of a trace are, which must be as many. */
static void are_by(struct made_reading *reading, const char *const *comms, uint32_t nr)
{
	const struct stlb_result *result = made_result(reading);
	char id[16];

	cr_assert_eq(result->nr_findings, nr);
	for (uint32_t i = 0; i < nr; i++) {
		snprintf(id, sizeof(id), "F%u", i + 1);
		cr_expect_str_eq(result->findings[i]->id, id);
		cr_expect_str_eq(result->findings[i]->comm, comms[i], "%s: %s", id,
				 result->findings[i]->comm);
	}
	stlb_analysis_free(reading->analysis);
}

/* Of one time and rule they come as they were found. */
Test(listed, as_they_were_found)
{
	for (unsigned int first = 0; first < THREADS; first++) {
		struct made_reading reading = READING(BEFORE_6_6);
		const char *comms[THREADS];

		GIVE(&reading, SETTLE);
		for (unsigned int i = 0; i < THREADS; i++) {
			comms[i] = threads[(first + i) % THREADS];
			GIVE(&reading, {.tid = 33, .comm = comms[i], BYTES(0, 0), .ns = 9000});
		}
		are_by(&reading, comms, THREADS);
	}
}

#define UNBRACKETED_BY(who, n)                                                                     \
	{who, LOCK(L1)}, {who, CLEAR(n, RW(0xa0 + (n)))}, {who, INV(n, (n) + 1)},                  \
	{                                                                                          \
		who, UNLOCK(L1)                                                                    \
	}

#define MERGER .tid = 200, .cpu = 1, .comm = "ksmd"

/* By time, though what waits to be reported for certain is found last. */
Test(listed, by_their_time)
{
	static const char *const comms[] = {"task", "ksmd"};
	struct made_reading reading = READING(BEFORE_6_6);

	GIVE(&reading, {MERGER, START(0x30000, 0x30001)}, {MERGER, END(0x30000, 0x30001)},
	     UNBRACKETED_BY(ON(0), 0), {MERGER, START(1, 2)}, {MERGER, LOCK(L1)},
	     {MERGER, SET(1, RO(0xa), RW(0xb))}, {MERGER, UNLOCK(L1)}, {MERGER, END(1, 2)}, SETTLE);
	are_by(&reading, comms, 2);
}

/* The last one of a site is the latest, in whatever order they are reported. */
Test(listed, with_the_latest_of_each)
{
	static const struct stlb_filter_value nobody = {.kind = STLB_FILTER_PID, .tid = 7};

	for (int hidden = 0; hidden < 2; hidden++) {
		struct made_reading reading =
			READING(BEFORE_6_6, .filter = {&nobody, hidden ? 1 : 0});
		const struct stlb_result *result;
		const struct stlb_finding *finding;

		GIVE(&reading, {T2, START(0x30000, 0x30001)}, {T2, END(0x30000, 0x30001)},
		     UNBRACKETED_BY(ON(0), 0), SETTLE, UNBRACKETED_BY(ON(0), 1));
		result = made_result(&reading);
		cr_assert_eq(result->nr_findings + result->nr_hidden, 1);
		finding = hidden ? result->hidden[0] : result->findings[0];
		cr_expect_eq(finding->rule, STLB_RULE_UNBRACKETED);
		cr_expect_eq(finding->last_ns, 10000);
		stlb_analysis_free(reading.analysis);
	}
}

/* What cannot be judged at all is not listed, and not hidden either. */
Test(listed, not_where_it_cannot_be_judged)
{
	struct made_reading reading = READING(BEFORE_6_6, .recorded = MADE_WITHOUT(STLB_INV_START));
	const struct stlb_result *result;

	GIVE(&reading, {.tid = 100, USER_MODE}, {INV(9, 10)}, UNBRACKETED_BY(ON(0), 0),
	     {USER_MODE});
	result = made_result(&reading);
	cr_expect_eq(result->nr_findings, 0);
	cr_expect_eq(result->nr_hidden, 0);
	stlb_analysis_free(reading.analysis);
}

/* How bad a violation is by default, as staletlb-rules(7) says of each rule. */
Test(listed, with_their_severity)
{
	static const struct {
		const char *id;
		enum stlb_severity severity;
	} rules[] = {
		{"repoint-before-invalidate", STLB_ERROR}, {"free-before-invalidate", STLB_ERROR},
		{"free-while-mapped", STLB_ERROR},	   {"never-invalidated", STLB_ERROR},
		{"stale-device-access", STLB_ERROR},	   {"device-order", STLB_ERROR},
		{"unbracketed-update", STLB_WARNING},	   {"racy-invalidate", STLB_WARNING},
		{"unlocked-update", STLB_WARNING},	   {"unbalanced-range", STLB_WARNING},
		{"partial-invalidate", STLB_WARNING},	   {"flush-without-notify", STLB_WARNING},
		{"fault-before-invalidate", STLB_NOTICE},  {"empty-range", STLB_NOTICE},
		{"unaligned-range", STLB_NOTICE},	   {"redundant-invalidate", STLB_OFF},
	};

	cr_expect_eq(sizeof(rules) / sizeof(*rules), STLB_NR_RULES);
	for (unsigned int i = 0; i < STLB_NR_RULES; i++)
		for (int rule = 0; rule < STLB_NR_RULES; rule++)
			if (!strcmp(stlb_rule_info(rule)->id, rules[i].id))
				cr_expect_eq(stlb_rule_info(rule)->severity, rules[i].severity,
					     "%s", rules[i].id);
}
