/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is exempt from repoint-before-invalidate: write-protected and of the same content. */
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

Test(exempt, actor_is_ksmd)
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
	static const struct made told[] = {SETTLE, {KSM(0xa)}, KSM_REPOINT(RW(0xb))};
	static const struct made ksmd[] = {
		SETTLED(KSMD),
		{KSMD, START(0, 1)},
		{KSMD, LOCK(L1)},
		{KSMD, CLEAR(0, RO(0xa))},
		{KSMD, SET(0, 0, RW(0xb))},
		{KSMD, UNLOCK(L1)},
		{KSMD, END(0, 1)},
	};

	JUDGE(told, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
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
