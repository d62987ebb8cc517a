/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The second pass: which events it keeps, and what it finds for the witness. */
#include "explained.h"

/* ---- the second address ---- */

Test(explain, a_repoint_by_another_thread_in_the_same_window)
{
	static const struct made trace[] = {
		SETTLE,
		SETTLED(T2),
		{START(0, 1)},
		{T2, START(5, 6)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RW(0xb))},
		{UNLOCK(L1)},
		{T2, LOCK(L1)},
		{T2, CLEAR(5, RO(0xc))},
		{T2, SET(5, 0, RW(0xd))},
		{T2, UNLOCK(L1)},
		{T2, END(5, 6)},
		{END(0, 1)},
	};
	struct explained explained;

	TELL(&explained, REPOINT, trace);
	cr_expect(STEPS(&explained.explain->self.steps, STLB_STEP_RANGE_START, STLB_STEP_CLEAR,
			STLB_STEP_SET, STLB_STEP_RANGE_END_NOTIFY));
	cr_assert_not_null(explained.explain->other_thread);
	cr_expect_eq(explained.explain->other_thread->addr, PAGE(5));
	cr_expect_eq(explained.explain->other_thread->tid, 200);
	cr_expect(STEPS(&explained.explain->other_thread->steps, STLB_STEP_RANGE_START,
			STLB_STEP_CLEAR, STLB_STEP_SET, STLB_STEP_RANGE_END_NOTIFY));
	cr_expect_null(explained.explain->same_thread);
	forget(&explained);
}

/* Before 6.6 a range_end invalidates unless it says only_end, whether it tells that or not. */
Test(explain, the_range_end_that_invalidates)
{
#define REPOINTED_AND(end)                                                                         \
	{                                                                                          \
		SETTLE, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))}, {SET(0, 0, RW(0xb))},      \
			{UNLOCK(L1)},                                                              \
		{                                                                                  \
			end                                                                        \
		}                                                                                  \
	}
	static const struct made explained_of[] = REPOINTED_AND(END(0, 1));
	static const struct made untold[] = REPOINTED_AND(END_66(0, 1));
	static const struct made only_end[] = REPOINTED_AND(ONLY_END(0, 1));
	struct explained explained;

	TELL(&explained, REPOINT, explained_of);
	cr_expect(explained.explain->self.discharged);
	forget(&explained);
	TELL(&explained, REPOINT, untold);
	cr_expect(explained.explain->self.discharged);
	forget(&explained);
	TELL(&explained, REPOINT, only_end);
	cr_expect_not(explained.explain->self.discharged);
	forget(&explained);
}

/* What the analysis takes for no invalidation of the entry is not one here. */
Test(explain, an_empty_range_invalidates_nothing)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RW(0xb))},
		{UNLOCK(L1)},
		{BYTES(PAGE(0) + 8, PAGE(0) + 8)},
		{ONLY_END(0, 1)},
	};
	struct explained explained;

	TELL(&explained, NEVER, trace);
	cr_expect_not(explained.explain->self.discharged);
	forget(&explained);
}

/* An update is one by whatever event it is reported. */
Test(explain, rights_that_are_taken_away_and_invalidated_later)
{
	static const struct made trace[] = {
		SETTLE,	       {START(0, 1)},
		{LOCK(L1)},    {SET(0, 0, RW(0xa))},
		{CLEAR(0, 0)}, {OF(ACCESS_FLAGS, F(MM, MM1), F(ADDR, PAGE(0)), F(NEW, RO(0xa)))},
		{UNLOCK(L1)},  {ONLY_END(0, 1)},
		{INV(0, 1)},
	};
	struct explained explained;

	TELL(&explained, NEVER, trace);
	cr_expect(explained.explain->self.discharged);
	cr_expect_eq(explained.explain->self.discharge_ns, 1000 * (NR(trace)));
	forget(&explained);
}

/* It was set before, and is still to be invalidated when the finding's entry changes. */
Test(explain, a_repoint_that_began_before)
{
	static const struct made trace[] = {
		SETTLE,
		SETTLED(T2),
		{T2, START(5, 6)},
		{T2, LOCK(L1)},
		{T2, CLEAR(5, RO(0xc))},
		{T2, INV(5, 6)},
		{T2, SET(5, 0, RW(0xd))},
		{T2, UNLOCK(L1)},
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{T2, ONLY_END(5, 6)},
		{SET(0, 0, RW(0xb))},
		{UNLOCK(L1)},
		{END(0, 1)},
	};
	struct explained explained;

	TELL(&explained, REPOINT, trace);
	cr_expect_null(explained.explain->other_thread, "that one was invalidated before");
	forget(&explained);
}

Test(explain, what_was_invalidated_is_no_second_address)
{
	static const struct made trace[] = {
		SETTLE,
		SETTLED(T2),
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RW(0xb))},
		{UNLOCK(L1)},
		{END(0, 1)},
		{T2, START(5, 6)},
		{T2, LOCK(L1)},
		{T2, CLEAR(5, RO(0xc))},
		{T2, SET(5, 0, RW(0xd))},
		{T2, UNLOCK(L1)},
		{T2, END(5, 6)},
	};
	struct explained explained;

	TELL(&explained, REPOINT, trace);
	cr_expect_null(explained.explain->other_thread);
	cr_expect(explained.explain->self.discharged);
	forget(&explained);
}

Test(explain, the_same_thread_where_it_never_invalidates)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RW(0xb))},
		{UNLOCK(L1)},
		{ONLY_END(0, 1)},
		{START(5, 6)},
		{LOCK(L1)},
		{CLEAR(5, RO(0xc))},
		{SET(5, 0, RW(0xd))},
		{UNLOCK(L1)},
		{ONLY_END(5, 6)},
	};
	struct explained explained;

	TELL(&explained, NEVER, trace);
	cr_assert_not_null(explained.explain->same_thread);
	cr_expect_eq(explained.explain->same_thread->addr, PAGE(5));
	cr_expect_null(explained.explain->other_thread);
	forget(&explained);
}

/* A page that only comes back is no repoint. */
Test(explain, the_same_page_is_no_second_address)
{
	static const struct made trace[] = {
		SETTLE,
		SETTLED(T2),
		{START(0, 1)},
		{T2, START(5, 6)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RW(0xb))},
		{UNLOCK(L1)},
		{T2, LOCK(L1)},
		{T2, CLEAR(5, RW(0xc))},
		{T2, SET(5, 0, RO(0xc))},
		{T2, UNLOCK(L1)},
		{T2, END(5, 6)},
		{END(0, 1)},
	};
	struct explained explained;

	TELL(&explained, REPOINT, trace);
	cr_expect_null(explained.explain->other_thread);
	forget(&explained);
}

/* ---- the next owner ---- */

Test(explain, the_next_owner)
{
	static const struct made trace[] = {
		SETTLE,	     {ALLOC(0xa)},	  {START(0, 1)},
		{LOCK(L1)},  {CLEAR(0, RW(0xa))}, {UNLOCK(L1)},
		{FREE(0xa)}, {T2, ALLOC(0x9)},	  {T2, OF(PAGE_ALLOC, F(PFN, 0x8), F(ORDER, 2))},
		{END(0, 1)}, {ALLOC(0xa)},
	};
	struct explained explained;

	TELL(&explained, FREE, trace);
	cr_expect(STEPS(&explained.explain->self.steps, STLB_STEP_RANGE_START, STLB_STEP_CLEAR,
			STLB_STEP_FREE, STLB_STEP_RANGE_END_NOTIFY));
	cr_assert(explained.explain->has_owner);
	cr_expect_eq(explained.explain->owner.tid, 200);
	cr_expect_eq(stlb_event_get(&explained.explain->owner, PFN), 0x8);
	forget(&explained);
}

Test(explain, nobody_takes_it)
{
	static const struct made trace[] = {
		SETTLE,	      {ALLOC(0xa)}, {START(0, 1)}, {LOCK(L1)},	{CLEAR(0, RW(0xa))},
		{UNLOCK(L1)}, {FREE(0xa)},  {ALLOC(0xb)},  {END(0, 1)},
	};
	struct explained explained;

	TELL(&explained, FREE, trace);
	cr_expect_not(explained.explain->has_owner);
	forget(&explained);
}

/* ---- the rule ---- */

/* Whether a paragraph begins here, and no line of the document. */
static bool is_paragraph(const char *line, const char *implied)
{
	return !strncmp(line, "  mmu_notifier.rst", 18) ||
	       (*implied && !strncmp(line + 2, implied, strcspn(implied, " ")));
}

/* Each "14-15" in the rule's table is followed by at least one line. */
static void expect_quoted(const struct stlb_rule_info *rule, const char *text)
{
	unsigned int parts = *rule->lines != '\0';

	for (const char *at = rule->lines; (at = strchr(at, ',')); at++)
		parts++;
	for (const char *at = text; (at = strstr(at, "mmu_notifier.rst, line")); parts--) {
		at = strchr(at, '\n');
		cr_assert(at && at[1] == ' ' && parts && !is_paragraph(at + 1, rule->implied),
			  "%s: %s", rule->id, text);
	}
	cr_expect_eq(parts, 0, "%s: %s", rule->id, text);
}

Test(explain, quotes_the_lines_of_every_rule)
{
	for (int id = 0; id < STLB_NR_RULES; id++) {
		const struct stlb_rule_info *rule = stlb_rule_info(id);
		const struct stlb_finding finding = {.rule = id};
		const struct stlb_explain explain = {.want.finding = &finding};
		struct stlb_plain_out out = {.width = 80};
		char *text;
		size_t size;

		out.to = open_memstream(&text, &size);
		cr_assert_not_null(out.to);
		stlb_explain_rule(&out, &explain);
		fclose(out.to);
		expect_quoted(rule, text);
		cr_expect_eq(!*rule->lines, !!strstr(text, "does not cover it"), "%s", text);
		cr_expect(*rule->lines || !*rule->implied, "%s", rule->id);
		free(text);
	}
}

/* What a device observes is shown by the rule, and not shown. */
static bool is_reported_alone(const struct explained *explained)
{
	char text[8192] = "";
	struct stlb_plain_out out = {.width = 80, .to = fmemopen(text, sizeof(text) - 1, "w")};

	cr_assert_not_null(out.to);
	cr_expect_eq(stlb_explain_witness(&out, explained->explain), 0);
	fclose(out.to);
	return !strncmp(text + 2, stlb_rule_info(explained->finding->rule)->observed, 20);
}

/* Of what was never invalidated there is an order to show once the entry says something else. */
Test(explain, shows_an_order_where_the_entry_was_set_again)
{
	static const struct made set[] = {SETTLE,
					  {START(0, 1)},
					  {LOCK(L1)},
					  {CLEAR(0, RO(0xa))},
					  {SET(0, 0, RW(0xb))},
					  {UNLOCK(L1)},
					  {ONLY_END(0, 1)}};
	static const struct made cleared[] = {SETTLE,	    {START(0, 1)},
					      {LOCK(L1)},   {CLEAR(0, RO(0xa))},
					      {UNLOCK(L1)}, {ONLY_END(0, 1)}};
	struct explained explained;

	TELL(&explained, NEVER, set);
	cr_expect_not(is_reported_alone(&explained));
	forget(&explained);
	TELL(&explained, NEVER, cleared);
	cr_expect(is_reported_alone(&explained));
	forget(&explained);
}

/* ---- what is kept ---- */

enum { MANY = 500 };

Test(explain, bounded_and_yet_all_of_the_proof)
{
	static const struct made head[] = {SETTLE, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))}};
	static const struct made tail[] = {{SET(0, 0, RW(0xb))}, {UNLOCK(L1)}, {END(0, 1)}};
	static const struct made noise[] = {{T2, START(0, 1)}, {T2, ONLY_END(0, 1)}};
	enum { HEAD = sizeof(head) / sizeof(*head), TAIL = sizeof(tail) / sizeof(*tail) };
	static struct made trace[HEAD + MANY + TAIL];
	struct explained explained;
	uint32_t proof = 0;

	memcpy(trace, head, sizeof(head));
	for (int i = 0; i < MANY; i++)
		trace[HEAD + i] = noise[i % 2];
	memcpy(trace + HEAD + MANY, tail, sizeof(tail));
	TELL(&explained, REPOINT, trace);
	for (uint32_t i = 0; i < explained.explain->nr_moments; i++)
		proof += explained.explain->moments[i].role[0] != '\0';
	cr_expect_eq(proof, explained.finding->nr_events);
	cr_expect_eq(explained.explain->nr_around, STLB_MAX_AROUND);
	cr_expect_gt(explained.explain->left_out, MANY - STLB_MAX_AROUND);
	forget(&explained);
}

/* What comes after the end of the bracket belongs to somebody else. */
Test(explain, ends_with_the_bracket)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RW(0xb))},
		{UNLOCK(L1)},
		{END(0, 1)},
		{START(0, 1)},
		{END(0, 1)},
	};
	struct explained explained;

	TELL(&explained, REPOINT, trace);
	cr_expect(explained.explain->over);
	cr_expect_eq(explained.explain->moments[explained.explain->nr_moments - 1].event.kind,
		     STLB_INV_END);
	cr_expect_eq(explained.explain->nr_moments, 6, "%u", explained.explain->nr_moments);
	cr_expect(explained.explain->moments[2].held && !explained.explain->moments[5].held);
	forget(&explained);
}

/* One event that is update and violation at once is shown once, and is all that was waited for. */
Test(explain, one_event_for_two)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)},    {SET(0, RO(0xa), RW(0xb))},
		{UNLOCK(L1)}, {END(0, 1)},   {START(0, 1)}, {END(0, 1)},
	};
	struct explained explained;

	TELL(&explained, REPOINT, trace);
	cr_expect(explained.explain->over);
	cr_expect(STEPS(&explained.explain->self.steps, STLB_STEP_RANGE_START, STLB_STEP_SET,
			STLB_STEP_RANGE_END_NOTIFY));
	forget(&explained);
}

/* The proof ends after the bracket: so does what is shown. */
Test(explain, ends_with_a_late_free)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{SET(0, 0, MIGRATION)},
		{UNLOCK(L1)},
		{ONLY_END(0, 1)},
		{T2, FREE(0xa)},
		{START(0, 1)},
		{END(0, 1)},
	};
	struct explained explained;

	TELL(&explained, FREE, trace);
	cr_expect(explained.explain->over);
	cr_expect_eq(explained.explain->moments[explained.explain->nr_moments - 1].event.kind,
		     STLB_PAGE_FREE);
	forget(&explained);
}

/* One thread, one thing after the other: what is nested has no order of its own. */
Test(explain, a_nested_repoint_is_no_second_address)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RW(0xb))},
		{UNLOCK(L1)},
		{START(5, 6)},
		{LOCK(L1)},
		{CLEAR(5, RO(0xc))},
		{SET(5, 0, RW(0xd))},
		{UNLOCK(L1)},
		{ONLY_END(5, 6)},
		{ONLY_END(0, 1)},
	};
	struct explained explained;

	TELL(&explained, REPOINT, trace);
	cr_expect_null(explained.explain->same_thread);
	forget(&explained);
}
