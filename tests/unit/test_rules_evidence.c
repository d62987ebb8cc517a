/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Evidence of the same content: of what it tells, of whom, and what waits for it. */
#include "made_device.h"

#define STRUCT(pfn) (UINT64_C(0xffffea0000000000) + 64 * (uint64_t)(pfn))
#define BASES                                                                                      \
	{OF(SUBSCRIBE, F(MM, MM1), F(SUB, SUB1), F(VMEMMAP, STRUCT(0)))},                          \
	{                                                                                          \
		SUBSCRIBED(0)                                                                      \
	}
#define MERGED(a, b)                                                                               \
	{START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(a))}, {SET(0, 0, RO(b))}, {UNLOCK(L1)},            \
	{                                                                                          \
		END(0, 1)                                                                          \
	}
#define REPOINT(n) .counts = {[STLB_RULE_REPOINT] = (n)}
#define RACY(n)	   .counts = {[STLB_RULE_RACY] = (n)}
#define ENDED(...)                                                                                 \
	.ended = &(struct stlb_obligations)                                                        \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define EXEMPT ENDED(.total = 1, .discharged_deferred = 1, .exempt = 1)

/* A probe that tells only the KSM page: it is the page that was set. */
Test(evidence, of_the_new_page_alone)
{
#define KSM_PAGE(pfn) OF(SAME_CONTENT, F(KPAGE, STRUCT(pfn)))
	static const struct made right[] = {BASES, SETTLE, {KSM_PAGE(0xb)}, MERGED(0xa, 0xb)};
	static const struct made after[] = {BASES, SETTLE, MERGED(0xa, 0xb), {KSM_PAGE(0xb)}};
	static const struct made other[] = {BASES, SETTLE, {KSM_PAGE(0xc)}, MERGED(0xa, 0xb)};
	static const struct made old[] = {BASES, SETTLE, {KSM_PAGE(0xa)}, MERGED(0xa, 0xb)};

	JUDGE(right, BEFORE_6_6, EXEMPT);
	JUDGE(after, BEFORE_6_6, EXEMPT);
	JUDGE(other, BEFORE_6_6, REPOINT(1));
	JUDGE(old, BEFORE_6_6, REPOINT(1));
}

/* A tracepoint that tells neither page, but the mm. */
Test(evidence, of_an_mm_alone)
{
	static const struct made right[] = {
		SETTLE, {OF(SAME_CONTENT, F(MM, MM1))}, MERGED(0xa, 0xb)};
	static const struct made other_mm[] = {
		SETTLE, {OF(SAME_CONTENT, F(MM, MM2))}, MERGED(0xa, 0xb)};
	static const struct made no_mm[] = {
		SETTLE, {OF(SAME_CONTENT, F(PFN, 0xa))}, MERGED(0xa, 0xb)};

	JUDGE(right, BEFORE_6_6, EXEMPT);
	JUDGE(other_mm, BEFORE_6_6, REPOINT(1));
	JUDGE(no_mm, BEFORE_6_6, EXEMPT);
}

/* A task merges many pages before it sets the entries; of the latest few each is known. */
Test(evidence, of_one_of_the_latest_merges)
{
	enum { KEPT = 8 };
	static struct made trace[3 + KEPT + 6];
	static const struct made head[] = {SETTLE, {KSM(0xa)}}, tail[] = {MERGED(0xa, 0xb)};

	for (unsigned int others = KEPT - 1; others <= KEPT; others++) {
		size_t nr = 0;

		for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
			trace[nr++] = head[i];
		for (unsigned int i = 0; i < others; i++)
			trace[nr++] = (struct made){KSM(0x100 + i)};
		for (size_t i = 0; i < sizeof(tail) / sizeof(*tail); i++)
			trace[nr++] = tail[i];
		made_judge(__func__, __LINE__, trace, nr,
			   &(struct made_how){BEFORE_6_6, REPOINT(others == KEPT)});
	}
}

/* Brackets on the same range leave it, as many as are remembered. */
Test(evidence, not_after_more_brackets_than_are_remembered)
{
	static struct made trace[64];
	static const struct made head[] = {SETTLE, {KSM(0xa)}}, tail[] = {MERGED(0xa, 0xb)};

	for (unsigned int brackets = 14; brackets <= 15; brackets++) {
		size_t nr = 0;

		for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
			trace[nr++] = head[i];
		for (unsigned int i = 0; i < brackets; i++) {
			trace[nr++] = (struct made){START(0, 1)};
			trace[nr++] = (struct made){END(0, 1)};
		}
		for (size_t i = 0; i < sizeof(tail) / sizeof(*tail); i++)
			trace[nr++] = tail[i];
		made_judge(__func__, __LINE__, trace, nr,
			   &(struct made_how){BEFORE_6_6, REPOINT(brackets == 15)});
	}
}

/* A range on another mm, or that only touches, is another one. */
Test(evidence, until_a_bracket_elsewhere)
{
	static const struct made other_mm[] = {SETTLE,
					       {KSM(0xa)},
					       {STARTS(MM2, 0, 1, 1, 1)},
					       {ENDS(MM2, 0, 1, 0)},
					       MERGED(0xa, 0xb)};
	static const struct made after_it[] = {
		SETTLE, {KSM(0xa)}, {START(1, 2)}, {END(1, 2)}, MERGED(0xa, 0xb)};
	static const struct made before_it[] = {
		SETTLE,	       {KSM(0x1a)}, {START(0, 7)},	  {END(0, 7)},
		{START(7, 8)}, {LOCK(L1)},  {CLEAR(7, RO(0x1a))}, {SET(7, 0, RO(0x1b))},
		{UNLOCK(L1)},  {END(7, 8)}};

	JUDGE(other_mm, BEFORE_6_6, REPOINT(1));
	JUDGE(after_it, BEFORE_6_6, REPOINT(1));
	JUDGE(before_it, BEFORE_6_6, REPOINT(1));
}

/* ---- what waits for it ---- */

/* A race is reported once, be it seen at the set or at the free. */
Test(evidence, of_a_race_that_is_seen_twice)
{
#define RACED                                                                                      \
	SETTLE, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))}, {T2, INV(0, 1)},                   \
		{SET(0, 0, RO(0xb))},                                                              \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
	static const struct made set[] = {RACED, {END(0, 1)}};
	static const struct made cleared[] = {RACED, {KSM(0xa)}, {END(0, 1)}};
	static const struct made freed[] = {RACED, {FREE(0xa)}, {END(0, 1)}};
	/* what is exempt must be invalidated by the end of its bracket all the same */
	static const struct made never[] = {RACED, {ONLY_END(0, 1)}, {KSM(0xa)}};
	static const struct made late[] = {RACED, {END(0, 1)}, {KSM(0xa)}};
	static const struct made freed_and_never[] = {RACED, {FREE(0xa)}, {ONLY_END(0, 1)}};

	static const struct made freed_first[] = {
		SETTLE,		 {START(0, 1)}, {LOCK(L1)},	      {CLEAR(0, RO(0xa))},
		{T2, INV(0, 1)}, {FREE(0xa)},	{SET(0, 0, RO(0xb))}, {UNLOCK(L1)},
		{END(0, 1)}};

	JUDGE(freed_and_never, BEFORE_6_6, RACY(1));
	JUDGE(never, BEFORE_6_6, RACY(1));
	JUDGE(late, BEFORE_6_6);
	JUDGE(freed_first, BEFORE_6_6, RACY(1));
	JUDGE(set, BEFORE_6_6, RACY(1));
	JUDGE(cleared, BEFORE_6_6);
	JUDGE(freed, BEFORE_6_6, RACY(1));
}

/* Of two races that wait for evidence, the free of one's page tells that one. */
Test(evidence, of_one_of_two_races)
{
	static const struct made trace[] = {SETTLE,
					    {START(0, 2)},
					    {LOCK(L1)},
					    {CLEAR(0, RO(0xa))},
					    {CLEAR(1, RO(0xc))},
					    {T2, INV(0, 2)},
					    {SET(0, 0, RO(0xb))},
					    {SET(1, 0, RO(0xd))},
					    {UNLOCK(L1)},
					    {OF(SAME_CONTENT, F(MM, MM1), F(PFN, 0xa))},
					    {FREE(0xc)},
					    {END(0, 2)}};
	static const struct made freed_first[] = {SETTLE,
						  {START(0, 2)},
						  {LOCK(L1)},
						  {CLEAR(0, RO(0xa))},
						  {CLEAR(1, RO(0xc))},
						  {T2, INV(0, 2)},
						  {SET(0, 0, RO(0xb))},
						  {SET(1, 0, RO(0xd))},
						  {UNLOCK(L1)},
						  {FREE(0xc)},
						  {OF(SAME_CONTENT, F(MM, MM1), F(PFN, 0xa))},
						  {END(0, 2)}};

	JUDGE(trace, BEFORE_6_6, RACY(1));
	JUDGE(freed_first, BEFORE_6_6, RACY(1));
}

/* A race of one update is counted as such, whatever waits of another that is over. */
Test(evidence, of_a_race_after_another_repoint)
{
	static const struct made trace[] = {
		SETTLE, MERGED(0x1a, 0x1b), RACED, {ONLY_END(0, 1)}, {KSM(0xa)}};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_RACY] = 1});
}

/* Nothing that was known of a tid is known of the next task that has it. */
Test(evidence, not_of_the_next_task_of_a_tid)
{
#define MERGED_BY(...)                                                                             \
	{__VA_ARGS__, START(0x30000, 0x30001)}, {__VA_ARGS__, END(0x30000, 0x30001)},              \
		{__VA_ARGS__, START(0, 1)}, {__VA_ARGS__, LOCK(L1)},                               \
		{__VA_ARGS__, CLEAR(0, RO(0xa))}, {__VA_ARGS__, SET(0, 0, RO(0xb))},               \
		{__VA_ARGS__, UNLOCK(L1)},                                                         \
	{                                                                                          \
		__VA_ARGS__, END(0, 1)                                                             \
	}
#define NO_KSMD .tid = 33, .cpu = 1
	static const struct made ksmd[] = {
		MERGED_BY(KSMD), {T2, FORKS(33)}, {NO_KSMD, USER_MODE}, {NO_KSMD, KSM(0xa)}};
	static const struct made merges_later[] = {
		MERGED_BY(NO_KSMD), {T2, FORKS(33)}, {NO_KSMD, KSM(0xa)}};
	static const struct made merged_later[] = {MERGED_BY(NO_KSMD), {NO_KSMD, KSM(0xa)}};
	static const struct made another[] = {
		MERGED_BY(NO_KSMD), {T2, FORKS(33)}, {NO_KSMD, USER_MODE}};
	static const struct made other_tid[] = {
		MERGED_BY(KSMD), {T2, FORKS(300)}, {KSMD, USER_MODE}};

	JUDGE(ksmd, BEFORE_6_6, EXEMPT);
	JUDGE(another, BEFORE_6_6, REPOINT(1));
	JUDGE(merges_later, BEFORE_6_6, REPOINT(1));
	JUDGE(merged_later, BEFORE_6_6, EXEMPT);
	JUDGE(other_tid, BEFORE_6_6, REPOINT(1));
}

/* A name that is given by another string is the same name; one not yet known is no name. */
Test(evidence, ksmd_by_any_string)
{
	static char again[] = "ksmd";
	struct made same[] = {MERGED_BY(KSMD), {.tid = 33, .cpu = 1, .comm = again, SWITCH(0)}};
	static const struct made unknown[] = {{.tid = 33, .cpu = 1, .comm = "<...>", SWITCH(0)},
					      MERGED_BY(KSMD)};
	static const struct made unknown_since[] = {
		{KSMD, SWITCH(0)},
		{.tid = 33, .cpu = 1, .comm = "<...>", SWITCH(0)},
		MERGED_BY(KSMD)};
	static const struct made other_since[] = {{KSMD, SWITCH(0)},
						  {.tid = 33, .cpu = 1, .comm = "other", SWITCH(0)},
						  MERGED_BY(KSMD)};

	JUDGE(same, BEFORE_6_6, EXEMPT);
	JUDGE(unknown, BEFORE_6_6, EXEMPT);
	JUDGE(unknown_since, BEFORE_6_6, EXEMPT);
	JUDGE(other_since, BEFORE_6_6, REPOINT(1));
}

/* An interrupt on top of ksmd is not ksmd. */
Test(evidence, not_an_interrupt_of_ksmd)
{
	static const struct made trace[] = {MERGED_BY(KSMD, IRQ)};
	static const struct made softirq[] = {{KSMD, SWITCH(0)},
					      MERGED_BY(KSMD, .context = STLB_CONTEXT_SOFTIRQ)};

	JUDGE(trace, BEFORE_6_6, REPOINT(1));
	JUDGE(softirq, BEFORE_6_6, REPOINT(1));
}

/* After a loss what was held back may have been cleared by what is missing. */
Test(evidence, may_be_among_what_was_lost)
{
	static const struct made before[] = {SETTLE, {LOST(HERE)}, SETTLE, MERGED(0xa, 0xb)};
	static const struct made after[] = {SETTLE, MERGED(0xa, 0xb), {.cpu = 2, LOST(BEFORE)}};

	JUDGE(before, BEFORE_6_6, REPOINT(1));
	JUDGE(after, BEFORE_6_6, .inconclusive = {[STLB_RULE_REPOINT] = 1});
}

/* What follows from a repoint is cleared with it: the device's read of the page before. */
Test(evidence, clears_what_follows)
{
#define WINDOW                                                                                     \
	SETTLE, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))}, {SET(0, 0, RO(0xb))},              \
		{READ(0, 0xa)},                                                                    \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
	static const struct made cleared[] = {WINDOW, {KSM(0xa)}, {END(0, 1)}};
	static const struct made reported[] = {WINDOW, {END(0, 1)}};
	static const struct made reported_first[] = {WINDOW, {END(0, 1)}, {KSM(0xa)}};

	JUDGE(cleared, BEFORE_6_6, DEVICES,
	      ENDED(.total = 1, .discharged_deferred = 1, .exempt = 1));
	JUDGE(reported_first, BEFORE_6_6, DEVICES,
	      ENDED(.total = 1, .discharged_deferred = 1, .exempt = 1));
	JUDGE(reported, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_STALE_ACCESS] = 1});
}

/* Exempt by another task's set, it stays what its own operation has to invalidate. */
Test(evidence, of_a_set_by_another_task)
{
#define SWAPPED                                                                                    \
	SETTLE, {START(0, 1)}, {LOCK(L1)}, {SET(0, RO(0xa), SWAP)}, {UNLOCK(L1)}, {T2, LOCK(L1)},  \
		{T2, SET(0, SWAP, RO(0xb)), .same_content = true},                                 \
	{                                                                                          \
		T2, UNLOCK(L1)                                                                     \
	}
	static const struct made late[] = {SWAPPED, {END(0, 1)}};
	static const struct made never[] = {SWAPPED, {ONLY_END(0, 1)}};

	JUDGE(late, BEFORE_6_6, EXEMPT);
	JUDGE(never, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
}
