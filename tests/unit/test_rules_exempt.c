/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is exempt from repoint-before-invalidate: write-protected and of the same content.
 * The traps T<n> are those of staletlb-kernel(7).
 */
#include "made_events.h"

#define KSM_REPOINT(new)                                                                           \
	{START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))}, {SET(0, 0, new)}, {UNLOCK(L1)},            \
	{                                                                                          \
		END(0, 1)                                                                          \
	}

static const struct stlb_obligations exempt = {.total = 1, .discharged_deferred = 1, .exempt = 1};

Test(exempt, evidence_before)
{
	static const struct made trace[] = {SETTLE, {KSM(0xa)}, KSM_REPOINT(RO(0xb))};

	JUDGE(trace, BEFORE_6_6, .ended = &exempt);
}

/* T12: 6.12's tracepoints fire after range_end. */
Test(exempt, evidence_after)
{
	static const struct made trace[] = {SETTLE, KSM_REPOINT(RO(0xb)), {KSM(0xa)}};

	JUDGE(trace, BEFORE_6_6, .ended = &exempt);
}

Test(exempt, context_is_ksmd)
{
	static const struct made trace[] = {
		SETTLED(KSMD),
		{KSMD, START(0, 1)},
		{KSMD, LOCK(L1)},
		{KSMD, CLEAR(0, RO(0xa))},
		{KSMD, SET(0, 0, RO(0xb))},
		{KSMD, UNLOCK(L1)},
		{KSMD, END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .ended = &exempt);
}

Test(exempt, the_event_says_so)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RO(0xb)), .same_content = true},
		{UNLOCK(L1)},
		{END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .ended = &exempt);
}

Test(exempt, not_without_evidence)
{
	static const struct made none[] = {SETTLE, KSM_REPOINT(RO(0xb))};
	static const struct made other_page[] = {SETTLE, {KSM(0xf)}, KSM_REPOINT(RO(0xb))};
	static const struct made other_task[] = {SETTLE, {T2, KSM(0xa)}, KSM_REPOINT(RO(0xb))};
	static const struct made later_page[] = {SETTLE, KSM_REPOINT(RO(0xb)), {KSM(0xf)}};
	static const struct made later_task[] = {SETTLE, KSM_REPOINT(RO(0xb)), {T2, KSM(0xa)}};

	JUDGE(none, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(other_page, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(other_task, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(later_page, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(later_task, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

Test(exempt, not_to_a_writable_page)
{
	static const struct made reported[] = {SETTLE, {KSM(0xa)}, KSM_REPOINT(RW(0xb))};
	static const struct made ksmd[] = {
		SETTLED(KSMD),
		{KSMD, START(0, 1)},
		{KSMD, LOCK(L1)},
		{KSMD, CLEAR(0, RO(0xa))},
		{KSMD, SET(0, 0, RW(0xb))},
		{KSMD, UNLOCK(L1)},
		{KSMD, END(0, 1)},
	};

	JUDGE(reported, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(ksmd, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

/* Deferrable to range_end, not for ever. */
Test(exempt, but_not_from_the_invalidation)
{
	static const struct made trace[] = {
		SETTLE,	      {KSM(0xa)},	   {START(0, 1)},
		{LOCK(L1)},   {CLEAR(0, RO(0xa))}, {SET(0, 0, RO(0xb))},
		{UNLOCK(L1)}, {ONLY_END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_NEVER] = 1});
}

/* ---- evidence is of this update ---- */

/* The page that was merged is not this one any more. */
Test(exempt, not_by_evidence_of_a_page_used_again)
{
	static const struct made freed[] = {SETTLE, {KSM(0xa)}, {FREE(0xa)}, KSM_REPOINT(RO(0xb))};
	static const struct made in_a_block[] = {
		SETTLE, {KSM(0xa)}, {FREES(0x8, 2)}, KSM_REPOINT(RO(0xb))};
	static const struct made new_page[] = {
		SETTLE, {KSM(0xa)}, {T2, ALLOC(0xb)}, KSM_REPOINT(RO(0xb))};
	static const struct made after[] = {SETTLE, KSM_REPOINT(RO(0xb)), {FREE(0xa)}, {KSM(0xa)}};
	static const struct made new_after[] = {
		SETTLE, KSM_REPOINT(RO(0xb)), {ALLOC(0xb)}, {KSM(0xa)}};

	JUDGE(freed, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(in_a_block, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(new_page, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(after, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(new_after, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

Test(exempt, by_evidence_while_other_pages_come_and_go)
{
	static const struct made before[] = {SETTLE,	  {ALLOC(0xb)}, {KSM(0xa)},
					     {FREE(0xc)}, {ALLOC(0xd)}, KSM_REPOINT(RO(0xb))};
	static const struct made after[] = {SETTLE,	 {ALLOC(0xb)}, KSM_REPOINT(RO(0xb)),
					    {FREE(0xc)}, {KSM(0xa)},   {FREE(0xa)}};

	JUDGE(before, BEFORE_6_6, .ended = &exempt);
	JUDGE(after, BEFORE_6_6, .ended = &exempt);
}

/* So many pages since that nobody knows any more whether these were among them. */
Test(exempt, not_by_evidence_of_long_ago)
{
	enum { MANY = 5000, REST = 8 };
	static const struct made head[] = {SETTLE, {KSM(0xa)}}, tail[] = {KSM_REPOINT(RO(0xb))};
	static struct made trace[MANY + REST + 8];
	size_t nr = 0;

	for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
		trace[nr++] = head[i];
	for (unsigned int i = 0; i < MANY; i++)
		trace[nr++] = (struct made){T2, FREE(0x1000 + i)};
	for (size_t i = 0; i < sizeof(tail) / sizeof(*tail); i++)
		trace[nr++] = tail[i];
	made_judge(__func__, __LINE__, trace, nr,
		   &(struct made_how){BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1}});
}

Test(exempt, not_by_evidence_of_another_range)
{
	static const struct made before[] = {
		SETTLE, {KSM(0xa)}, {START(4, 5)}, {END(4, 5)}, KSM_REPOINT(RO(0xb))};
	static const struct made covering[] = {
		SETTLE, {KSM(0xa)}, {START(0, 8)}, {END(0, 8)}, KSM_REPOINT(RO(0xb))};
	static const struct made after[] = {
		SETTLE, KSM_REPOINT(RO(0xb)), {START(4, 5)}, {END(4, 5)}, {KSM(0xa)}};
	static const struct made same_before[] = {
		SETTLE, {KSM(0xa)}, {START(0, 1)}, {END(0, 1)}, KSM_REPOINT(RO(0xb))};
	static const struct made same_after[] = {
		SETTLE, KSM_REPOINT(RO(0xb)), {START(0, 1)}, {END(0, 1)}, {KSM(0xa)}};

	JUDGE(before, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(after, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(covering, BEFORE_6_6, .ended = &exempt);
	JUDGE(same_before, BEFORE_6_6, .ended = &exempt);
	JUDGE(same_after, BEFORE_6_6, .ended = &exempt);
}

/* A task that takes over the tid of the one that repointed is not that one. */
Test(exempt, not_by_evidence_of_another_task)
{
	static const struct made taken[] = {
		SETTLE, KSM_REPOINT(RO(0xb)), {T2, FORKS(100)}, {KSM(0xa)}};
	static const struct made other[] = {SETTLE, KSM_REPOINT(RO(0xb)), {T2, KSM(0xa)}};
	static const struct made forks[] = {SETTLE, KSM_REPOINT(RO(0xb)), {FORKS(200)}, {KSM(0xa)}};

	JUDGE(taken, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(other, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(forks, BEFORE_6_6, .ended = &exempt);
}

/* ---- a name is no evidence ---- */

#define BY_KSMD                                                                                    \
	SETTLED(KSMD), {KSMD, START(0, 1)}, {KSMD, LOCK(L1)}, {KSMD, CLEAR(0, RO(0xa))},           \
		{KSMD, SET(0, 0, RO(0xb))}, {KSMD, UNLOCK(L1)},                                    \
	{                                                                                          \
		KSMD, END(0, 1)                                                                    \
	}
#define OTHER_NAME(name) .tid = 33, .cpu = 1, .comm = (name)

Test(exempt, a_process_may_call_itself_ksmd)
{
	static const struct made before[] = {{KSMD, USER_MODE}, BY_KSMD};
	static const struct made after[] = {BY_KSMD, {KSMD, USER_MODE}};
	static const struct made subscribes[] = {{KSMD, SUBSCRIBE(SUB1)}, BY_KSMD};
	static const struct made forked[] = {{T2, FORKS(33)}, BY_KSMD};
	static const struct made taken[] = {BY_KSMD, {T2, FORKS(33)}};
	static const struct made renamed[] = {{OTHER_NAME("cat"), SWITCH(0)}, BY_KSMD};
	static const struct made other_uses[] = {{T2, USER_MODE}, BY_KSMD, {T3, USER_MODE}};
	static const struct made by_kthreadd[] = {{.tid = 2, FORKS(33)}, BY_KSMD};
	static const struct made begun[] = {{OTHER_NAME("kthreadd"), SWITCH(0)}, BY_KSMD};

	JUDGE(before, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(after, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(subscribes, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(forked, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(taken, BEFORE_6_6, .ended = &exempt);
	JUDGE(renamed, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(other_uses, BEFORE_6_6, .ended = &exempt);
	JUDGE(by_kthreadd, BEFORE_6_6, .ended = &exempt);
	JUDGE(begun, BEFORE_6_6, .ended = &exempt);
}

/* All that it did was no merge. */
Test(exempt, each_repoint_of_a_false_ksmd)
{
	static const struct made trace[] = {BY_KSMD, BY_KSMD, {KSMD, USER_MODE}, {KSMD, USER_MODE}};
	static const struct stlb_obligations none = {.total = 2, .discharged_deferred = 2};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 2}, .ended = &none);
}
