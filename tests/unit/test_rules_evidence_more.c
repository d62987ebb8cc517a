/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Evidence of the same content: how long it is good for, and the device that used the page. */
#include "made_device.h"
#include "made_reading.h"

#define MERGED(n, a, b)                                                                            \
	{START(n, (n) + 1)}, {LOCK(L1)}, {CLEAR(n, RO(a))}, {SET(n, 0, RO(b))}, {UNLOCK(L1)},      \
	{                                                                                          \
		END(n, (n) + 1)                                                                    \
	}

/* ---- how long it is good for ---- */

/* As many frees and allocations as are remembered: with one more, it is too long ago to tell. */
Test(evidence_more, until_more_pages_have_changed_than_are_remembered)
{
	enum { ROOM = 4096 };

	for (unsigned int pages = ROOM - 1; pages <= ROOM; pages++)
		for (int after = 0; after < 2; after++) {
			struct made_reading reading = READING(BEFORE_6_6);
			const struct stlb_result *result;

			GIVE(&reading, SETTLE);
			if (after)
				GIVE(&reading, MERGED(0, 0xa, 0xb));
			else
				GIVE(&reading, {KSM(0xa)});
			for (unsigned int i = 0; i < pages; i++)
				GIVE(&reading, {FREE(0x100000 + i)});
			if (after)
				GIVE(&reading, {KSM(0xa)});
			else
				GIVE(&reading, MERGED(0, 0xa, 0xb));
			result = made_result(&reading);
			cr_expect_eq(result->rules[STLB_RULE_REPOINT].occurrences, pages == ROOM,
				     "%u pages, %d", pages, after);
			cr_expect_eq(result->obligations.exempt, pages != ROOM);
			stlb_analysis_free(reading.analysis);
		}
}

/* Of the page that is replaced, or of the one that replaces it. */
Test(evidence_more, of_either_page)
{
#define REPOINTS(n) .counts = { [STLB_RULE_REPOINT] = (n) }
	static const struct made old[] = {SETTLE, {KSM(0xa)}, MERGED(0, 0xa, 0xb)};
	static const struct made new[] = {SETTLE, {KSM(0xb)}, MERGED(0, 0xa, 0xb)};
	static const struct made other[] = {SETTLE, {KSM(0xc)}, MERGED(0, 0xa, 0xb)};

	JUDGE(old, BEFORE_6_6, REPOINTS(0));
	JUDGE(new, BEFORE_6_6, REPOINTS(0));
	JUDGE(other, BEFORE_6_6, REPOINTS(1));
}

/* Either page of it, as the first or the last of a block, or beside it. */
Test(evidence_more, until_a_block_with_the_page_is_freed)
{
	static const struct made first[] = {
		SETTLE, {KSM(0x40204)}, {FREES(0x40204, 2)}, MERGED(0, 0x40204, 0xb)};
	static const struct made last[] = {
		SETTLE, {KSM(0x40207)}, {FREES(0x40204, 2)}, MERGED(0, 0x40207, 0xb)};
	static const struct made below[] = {
		SETTLE, {KSM(0x40203)}, {FREES(0x40204, 2)}, MERGED(0, 0x40203, 0xb)};
	static const struct made above[] = {
		SETTLE, {KSM(0x40208)}, {FREES(0x40204, 2)}, MERGED(0, 0x40208, 0xb)};
	static const struct made to[] = {
		SETTLE, {KSM(0xa)}, {FREES(0x40204, 2)}, MERGED(0, 0xa, 0x40207)};
	static const struct made to_above[] = {
		SETTLE, {KSM(0xa)}, {FREES(0x40204, 2)}, MERGED(0, 0xa, 0x40208)};
	static const struct made before[] = {SETTLE,	  {FREES(0x40204, 2)}, {KSM(0x900)},
					     {FREE(0xa)}, {KSM(0xa)},	       MERGED(0, 0xa, 0xb)};

	JUDGE(first, BEFORE_6_6, REPOINTS(1));
	JUDGE(last, BEFORE_6_6, REPOINTS(1));
	JUDGE(below, BEFORE_6_6, REPOINTS(0));
	JUDGE(above, BEFORE_6_6, REPOINTS(0));
	JUDGE(to, BEFORE_6_6, REPOINTS(1));
	JUDGE(to_above, BEFORE_6_6, REPOINTS(0));
	JUDGE(before, BEFORE_6_6, REPOINTS(0));
}

/* ---- the devices that used the page ---- */

#define USES(d, n, pfn) DEV(READ, d, n, pfn)
#define WINDOW(...)                                                                                \
	SETTLE, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))}, {SET(0, 0, RO(0xb))}, __VA_ARGS__, \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define FOUND(repoints, stale)                                                                     \
	.counts = {[STLB_RULE_REPOINT] = (repoints), [STLB_RULE_STALE_ACCESS] = (stale)}

/* What a device read in the window is cleared; what it reads after the invalidation is not. */
Test(evidence_more, clears_what_any_device_did_in_the_window)
{
	static const struct made window[] = {WINDOW({USES(1, 0, 0xa)}), {KSM(0xa)}, {END(0, 1)}};
	static const struct made after[] = {
		WINDOW({USES(1, 0, 0xa)}), {KSM(0xa)}, {END(0, 1)}, {USES(1, 0, 0xa)}};
	static const struct made evidence_last[] = {
		WINDOW({USES(1, 0, 0xa)}), {END(0, 1)}, {USES(1, 0, 0xa)}, {KSM(0xa)}};
	static const struct made no_evidence[] = {
		WINDOW({USES(1, 0, 0xa)}), {END(0, 1)}, {USES(1, 0, 0xa)}};

	static const struct made in_bracket[] = {
		WINDOW({INV(0, 1)}, {USES(1, 0, 0xa)}), {KSM(0xa)}, {END(0, 1)}};

	static const struct made mm_goes[] = {
		WINDOW({USES(1, 0, 0xa)}), {OF(MM_FREE, F(MM, MM1))}, {KSM(0xa)}};

	JUDGE(mm_goes, BEFORE_6_6, DEVICES, FOUND(0, 0));
	JUDGE(in_bracket, BEFORE_6_6, DEVICES, FOUND(0, 1));
	JUDGE(window, BEFORE_6_6, DEVICES, FOUND(0, 0));
	JUDGE(after, BEFORE_6_6, DEVICES, FOUND(0, 1));
	JUDGE(evidence_last, BEFORE_6_6, DEVICES, FOUND(0, 1));
	JUDGE(no_evidence, BEFORE_6_6, DEVICES, FOUND(1, 1));
}

#define THREE_PAGES                                                                                \
	SETTLE, {START(0, 3)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))}, {SET(0, 0, RO(0xb))},              \
		{CLEAR(1, RO(0x1a))}, {SET(1, 0, RO(0x1b))}, {CLEAR(2, RO(0x2a))},                 \
		{SET(2, 0, RO(0x2b))}, {USES(0, 0, 0xa)}, {USES(0, 1, 0x1a)}, {USES(0, 2, 0x2a)},  \
		{UNLOCK(L1)},                                                                      \
	{                                                                                          \
		END(0, 3)                                                                          \
	}

/* Of several uses in the window the first is reported. */
Test(evidence_more, tells_the_first_use_in_the_window)
{
	static const struct stlb_filter_value until_first = {.kind = STLB_FILTER_UNTIL,
							     .start = 7000};
	static const struct stlb_filter_value since_second = {.kind = STLB_FILTER_SINCE,
							      .start = 7001};
	static const struct made trace[] = {WINDOW({USES(0, 0, 0xa)}, {USES(0, 0, 0xa)}),
					    {END(0, 1)}};

	JUDGE(trace, BEFORE_6_6, DEVICES, FOUND(1, 1), .filter = {&until_first, 1});
	JUDGE(trace, BEFORE_6_6, DEVICES, FOUND(0, 0), .filter = {&since_second, 1});
}

/* Each device has its own, and each page. */
Test(evidence_more, waits_for_each_device_and_page)
{
	static const struct stlb_filter_value
		of_first[] = {{.kind = STLB_FILTER_PID, .tid = 400}},
		of_page[] = {{.kind = STLB_FILTER_ADDR, .start = PAGE(0), .end = PAGE(1)},
			     {.kind = STLB_FILTER_ADDR, .start = PAGE(1), .end = PAGE(2)},
			     {.kind = STLB_FILTER_ADDR, .start = PAGE(2), .end = PAGE(3)}};
	static const struct made devices[] = {
		WINDOW({USES(0, 0, 0xa)}, {USES(1, 0, 0xa)}), {END(0, 1)}, {USES(1, 0, 0xa)}};
	static const struct made first[] = {THREE_PAGES, {USES(0, 0, 0xa)}};
	static const struct made middle[] = {THREE_PAGES, {USES(0, 1, 0x1a)}};

	JUDGE(devices, BEFORE_6_6, DEVICES, FOUND(1, 2));
	JUDGE(devices, BEFORE_6_6, DEVICES, FOUND(0, 1), .filter = {of_first, 1});
	JUDGE(first, BEFORE_6_6, DEVICES, FOUND(3, 3));
	JUDGE(middle, BEFORE_6_6, DEVICES, FOUND(3, 3));
	for (unsigned int i = 0; i < 3; i++) {
		JUDGE(first, BEFORE_6_6, DEVICES, FOUND(1, 1), .filter = {&of_page[i], 1});
		JUDGE(middle, BEFORE_6_6, DEVICES, FOUND(1, 1), .filter = {&of_page[i], 1});
	}
}

/* A race that came after the set is reported once more, and once; the repoint still waits. */
Test(evidence_more, of_a_repoint_and_then_a_race)
{
#define THEN_RACED                                                                                 \
	WINDOW({T2, INV(0, 1)}), {FREE(0xa)},                                                      \
	{                                                                                          \
		ONLY_END(0, 1)                                                                     \
	}
	static const struct made reported[] = {THEN_RACED};
	static const struct made cleared[] = {
		WINDOW({KSM(0xa)}), {T2, INV(0, 1)}, {ONLY_END(0, 1)}};

	/* the race was reported at the free: what a device does after the set is reported all the
	 * same */
	static const struct made used[] = {
		SETTLE,		 {START(0, 1)}, {LOCK(L1)},	      {CLEAR(0, RO(0xa))},
		{T2, INV(0, 1)}, {FREE(0xa)},	{SET(0, 0, RO(0xb))}, {USES(0, 0, 0xa)},
		{UNLOCK(L1)},	 {END(0, 1)}};

	JUDGE(used, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_RACY] = 1, [STLB_RULE_STALE_ACCESS] = 1});
	JUDGE(reported, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_RACY] = 1});
	JUDGE(cleared, BEFORE_6_6, .counts = {[STLB_RULE_RACY] = 1});
}

/* ---- whose name is recorded only sometimes ---- */

/* An event that does not tell its task's name leaves it the one it has. */
Test(evidence_more, of_ksmd_whose_name_is_not_always_reported)
{
	static const struct made rows[] = {{KSMD, SWITCH(0)},	      SETTLED(KSMD),
					   {KSMD, START(0, 1)},	      {KSMD, LOCK(L1)},
					   {KSMD, CLEAR(0, RO(0xa))}, {KSMD, SET(0, 0, RO(0xb))},
					   {KSMD, UNLOCK(L1)},	      {KSMD, END(0, 1)}};
	struct made_how how = {BEFORE_6_6};

	for (unsigned int reported = 0; reported < 2; reported++) {
		struct stlb_analysis *analysis = made_start(&how);
		const struct stlb_result *result;
		struct stlb_event event;

		cr_assert_not_null(analysis);
		for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
			made_fill(&event, &rows[i], 1000 * (i + 1));
			event.comm = i < reported ? event.comm : NULL;
			cr_assert_eq(stlb_analysis_event(analysis, &event), 0);
		}
		result = made_finish(analysis);
		cr_assert_not_null(result);
		/* without any name it is not known to be ksmd */
		cr_expect_eq(result->rules[STLB_RULE_REPOINT].occurrences, !reported);
		cr_expect_eq(result->obligations.exempt, reported);
		stlb_analysis_free(analysis);
	}
}
