/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an analysis tells while it runs, and whose a stack is. */
#include "made_events.h"

/** struct heard - what the callback was given */
struct heard {
	unsigned int nr, named;
	enum stlb_rule rules[4];
	uint64_t occurrences;
};

static void hear(void *arg, const struct stlb_finding *finding)
{
	struct heard *heard = arg;

	if (heard->nr < 4)
		heard->rules[heard->nr] = finding->rule;
	heard->nr++;
	heard->named += strncmp(finding->fingerprint, "2w:", 3) == 0;
	heard->occurrences += finding->occurrences;
}

static struct stlb_analysis *listen(struct heard *heard)
{
	struct stlb_trace_facts facts = {.kernel = "6.1.0",
					 .clock = "global",
					 .arch = STLB_ARCH_X86_64,
					 .recorded = MADE_RECORDED,
					 .irq_flags = true};
	struct stlb_analysis_options options = {0};

	stlb_analysis_defaults(&options);
	options.found = hear;
	options.arg = heard;
	return stlb_analysis_new(&options, &facts);
}

static void feed(struct stlb_analysis *analysis, const struct made *rows, size_t nr)
{
	static const uint64_t stack[] = {0xffffffff81000010, 0xffffffff81000020};
	struct stlb_event event;

	for (size_t i = 0; i < nr; i++) {
		made_fill(&event, &rows[i], 1000 * (i + 1));
		if (event.kind == STLB_STACK) {
			event.stack = stack;
			event.nr_stack = 2;
		}
		cr_assert_eq(stlb_analysis_event(analysis, &event), 0);
	}
}

Test(running, a_site_is_reported_once_and_at_once)
{
	static const struct made before[] = {
		SETTLE,
		{START(0, 9)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
	};
	static const struct made violation[] = {{SET(0, 0, RW(0xb))}};
	static const struct made again[] = {{CLEAR(1, RW(0xc))}, {SET(1, 0, RW(0xd))}};
	struct heard heard = {0};
	struct stlb_analysis *analysis = listen(&heard);

	feed(analysis, before, sizeof(before) / sizeof(before[0]));
	cr_expect_eq(heard.nr, 0);
	cr_expect_eq(stlb_analysis_stats(analysis).pending, 1);
	feed(analysis, violation, 1);
	cr_expect_eq(heard.nr, 1);
	cr_expect_eq(heard.rules[0], STLB_RULE_REPOINT);
	cr_expect_eq(heard.named, 1, "it has no fingerprint yet");
	cr_expect_eq(heard.occurrences, 1);
	feed(analysis, again, 2);
	cr_expect_eq(heard.nr, 1, "the same site was told twice");
	cr_expect_eq(stlb_analysis_stats(analysis).obligations, 2);
	cr_expect_eq(stlb_analysis_stats(analysis).sites, 1);
	stlb_analysis_free(analysis);
}

static uint32_t stack_of_first(const struct made *rows, size_t nr)
{
	struct heard heard = {0};
	struct stlb_analysis *analysis = listen(&heard);
	const struct stlb_result *result;
	uint32_t nr_stack;

	feed(analysis, rows, nr);
	result = made_finish(analysis);
	cr_assert_eq(result->nr_findings, 1);
	nr_stack = result->findings[0]->nr_stack;
	stlb_analysis_free(analysis);
	return nr_stack;
}

Test(running, a_stack_is_of_its_contexts_event)
{
	static const struct made straight[] = {
		SETTLE,	     {START(0, 9)},	   {LOCK(L1)},	{CLEAR(0, RW(0xa))},
		{OF(STACK)}, {SET(0, 0, RW(0xb))}, {INV(0, 9)}, {UNLOCK(L1)},
		{END(0, 9)},
	};
	static const struct made other_cpu_between[] = {
		SETTLE,
		{START(0, 9)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{T2, SWITCH(300)},
		{OF(STACK)},
		{SET(0, 0, RW(0xb))},
		{INV(0, 9)},
		{UNLOCK(L1)},
		{END(0, 9)},
	};
	static const struct made of_another_event[] = {
		SETTLE,	     {START(0, 9)}, {LOCK(L1)},	  {CLEAR(0, RW(0xa))}, {SET(0, 0, RW(0xb))},
		{OF(STACK)}, {INV(0, 9)},   {UNLOCK(L1)}, {END(0, 9)},
	};
	static const struct made too_late[] = {
		SETTLE,	     {START(0, 9)}, {LOCK(L1)},	  {CLEAR(0, RW(0xa))}, {INV(7, 8)},
		{OF(STACK)}, {FREE(0xa)},   {UNLOCK(L1)}, {END(0, 9)},
	};
	static const struct made of_another_task[] = {
		SETTLE,		 {START(0, 9)},	       {LOCK(L1)},  {CLEAR(0, RW(0xa))},
		{T2, OF(STACK)}, {SET(0, 0, RW(0xb))}, {INV(0, 9)}, {UNLOCK(L1)},
		{END(0, 9)},
	};

#define STACK_OF(rows) stack_of_first(rows, sizeof(rows) / sizeof((rows)[0]))
	cr_expect_eq(STACK_OF(straight), 2);
	cr_expect_eq(STACK_OF(other_cpu_between), 2);
	cr_expect_eq(STACK_OF(of_another_event), 0);
	cr_expect_eq(STACK_OF(too_late), 0);
	cr_expect_eq(STACK_OF(of_another_task), 0);
}
