/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * flush-without-notify: a CPU flush of a range that tells no secondary TLB. The traps T<n> are
 * those of staletlb-kernel(7).
 */
#include "made_events.h"

#define FLUSH(n) .counts = {[STLB_RULE_FLUSH] = (n)}

Test(flush, without_notify)
{
	static const struct made wrong[] = {
		SETTLE_66, {FLUSHED(0, 1)}, {START(0, 1)}, {END_66(0, 1)}};
	static const struct made right[] = {
		SETTLE_66, {FLUSHED(0, 1)}, {INV(0, 1)}, {START(0, 1)}, {END_66(0, 1)},
	};
	static const struct made other_task[] = {
		SETTLE_66, {FLUSHED(0, 1)}, {T2, INV(0, 1)}, {START(0, 1)}, {END_66(0, 1)},
	};
	static const struct made twice[] = {
		SETTLE_66,   {FLUSHED(0, 1)}, {FLUSHED(0, 1)},
		{INV(0, 1)}, {START(0, 1)},   {END_66(0, 1)},
	};

	/* an invalidation of another mm, be its return recorded or not */
	static const struct made other_mm[] = {
		SETTLE_66,
		{FLUSHED(0, 1)},
		{OF(INV_RANGE, F(MM, MM2), F(START, PAGE(0)), F(END, PAGE(1)))},
		{START(0, 1)},
		{END_66(0, 1)},
	};
	static const struct made other_mm_returns[] = {
		SETTLE_66,
		{INV(9, 10)},
		{.kind = STLB_INV_RANGE_RET},
		{FLUSHED(0, 1)},
		{OF(INV_RANGE, F(MM, MM2), F(START, PAGE(0)), F(END, PAGE(1)))},
		{.kind = STLB_INV_RANGE_RET},
		{START(0, 1)},
		{END_66(0, 1)},
	};

	JUDGE(wrong, SINCE_6_6, FLUSH(1));
	JUDGE(other_mm, SINCE_6_6, FLUSH(1));
	JUDGE(other_mm_returns, SINCE_6_6, FLUSH(1));
	JUDGE(right, SINCE_6_6);
	JUDGE(other_task, SINCE_6_6, FLUSH(1));
	JUDGE(twice, SINCE_6_6, FLUSH(1));
}

/* Subscribed in whatever way, until whatever ends it. */
Test(flush, of_a_subscribed_mm)
{
#define BY_KIND(kind) OF(kind, F(MM, MM1), F(SUB, SUB1))
#define FLUSHES                                                                                    \
	{FLUSHED(0, 1)},                                                                           \
	{                                                                                          \
		USER_MODE                                                                          \
	}
	static const struct made nobody[] = {FLUSHES};
	static const struct made notifier[] = {{BY_KIND(SUBSCRIBE)}, {SUBSCRIBED(0)}, FLUSHES};
	static const struct made interval[] = {
		{BY_KIND(INTERVAL_INSERT)}, {SUBSCRIBED(0)}, FLUSHES};
	static const struct made failed[] = {
		{BY_KIND(INTERVAL_INSERT)}, {SUBSCRIBED(-12)}, FLUSHES};
	static const struct made unregistered[] = {
		{BY_KIND(SUBSCRIBE)}, {SUBSCRIBED(0)}, {BY_KIND(UNREGISTER)}, FLUSHES};
	static const struct made put[] = {
		{BY_KIND(SUBSCRIBE)}, {SUBSCRIBED(0)}, {BY_KIND(NOTIFIER_PUT)}, FLUSHES};
	static const struct made removed[] = {
		{BY_KIND(INTERVAL_INSERT)}, {SUBSCRIBED(0)}, {BY_KIND(INTERVAL_REMOVE)}, FLUSHES};
	static const struct made released[] = {
		{BY_KIND(SUBSCRIBE)}, {SUBSCRIBED(0)}, {RELEASE}, FLUSHES};

	JUDGE(nobody, SINCE_6_6);
	JUDGE(notifier, SINCE_6_6, FLUSH(1));
	JUDGE(interval, SINCE_6_6, FLUSH(1));
	JUDGE(failed, SINCE_6_6);
	JUDGE(unregistered, SINCE_6_6);
	JUDGE(put, SINCE_6_6);
	JUDGE(removed, SINCE_6_6);
	JUDGE(released, SINCE_6_6);
}

/* Whoever frees a page has gone on, unless it is an interrupt that looks like it. */
Test(flush, before_a_free)
{
	static const struct made own[] = {SETTLE_66, {FLUSHED(0, 1)}, {FREE(0x99)}, {INV(0, 1)}};
	static const struct made irq[] = {
		SETTLE_66, {FLUSHED(0, 1)}, {IRQ, FREE(0x99)}, {INV(0, 1)}};

	JUDGE(own, SINCE_6_6, FLUSH(1));
	JUDGE(irq, SINCE_6_6);
	JUDGE(own, SINCE_6_6, .no_irq_flags = true);
}

/*
 * T55, T54: the flush lets itself be preempted before it notifies, and a task that comes back frees
 * what the one before it left: a dead task's stack, an mm.
 */
Test(flush, a_free_after_a_switch_is_not_its_own)
{
	static const struct made trace[] = {
		SETTLE_66, {FLUSHED(0, 1)}, {SWITCH(2)}, {T2, SWITCH(1)}, {FREE(0x99)}, {INV(0, 1)},
	};
	static const struct made unseen[] = {
		SETTLE_66, {FLUSHED(0, 1)}, {.tid = 300, FREE(0x98)}, {FREE(0x99)}, {INV(0, 1)},
	};
	static const struct made never[] = {
		SETTLE_66,    {FLUSHED(0, 1)}, {SWITCH(2)},    {T2, SWITCH(1)},
		{FREE(0x99)}, {START(0, 1)},   {END_66(0, 1)},
	};

	JUDGE(trace, SINCE_6_6);
	JUDGE(unseen, SINCE_6_6);
	JUDGE(never, SINCE_6_6, FLUSH(1));
}

Test(flush, not_judged)
{
	static const struct made old_kernel[] = {
		SETTLE, {FLUSHED(0, 1)}, {START(0, 1)}, {END(0, 1)}};
	static const struct made no_subscriber[] = {
		SETTLE_66,
		{OF(FLUSH_MM, F(MM, MM2), F(START, 0), F(END, PAGE(9)))},
		{START(0, 1)},
		{END_66(0, 1)},
	};
	static const struct made notify_untraced[] = {
		SETTLE_66,
		{FLUSHED(0, 1)},
		{START(0, 1)},
		{END_66(0, 1)},
	};

	JUDGE(old_kernel, BEFORE_6_6);
	JUDGE(no_subscriber, SINCE_6_6);
	JUDGE(notify_untraced, SINCE_6_6, .recorded = MADE_WITHOUT(STLB_INV_RANGE));
}

/* Where the returns of invalidations are traced too, one that was entered answers the flush. */
Test(flush, answered_by_an_invalidation_that_goes_on)
{
#define RET_TRACED                                                                                 \
	{T2, INV(90, 91)},                                                                         \
	{                                                                                          \
		T2, OF(INV_RANGE_RET)                                                              \
	}
	static const struct made right[] = {SETTLE_66,		RET_TRACED,    {FLUSHED(0, 1)},
					    {INV(0, 1)},	{START(4, 5)}, {END_66(4, 5)},
					    {OF(INV_RANGE_RET)}};
	static const struct made wrong[] = {SETTLE_66,	     RET_TRACED,    {FLUSHED(0, 1)},
					    {T3, INV(0, 1)}, {START(4, 5)}, {END_66(4, 5)}};

	JUDGE(right, SINCE_6_6);
	JUDGE(wrong, SINCE_6_6, .counts = {[STLB_RULE_FLUSH] = 1});
}

Test(flush, not_judged_after_losses)
{
	static const struct made trace[] = {SETTLE_66, {LOST(HERE)}, {FLUSHED(0, 1)}, {FREE(0x99)}};

	JUDGE(trace, SINCE_6_6);
}

/* What the kernel's version is shows only after the flush: it need not have carried anything. */
Test(flush, not_judged_before_the_version_is_known)
{
	static const struct made learnt_later[] = {
		{SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)}, {FLUSHED(0, 1)}, {START(0, 1)}, {END_66(0, 1)},
	};
	static const struct made learnt_before[] = {
		SETTLE_66,
		{FLUSHED(0, 1)},
		{START(0, 1)},
		{END_66(0, 1)},
	};

	JUDGE(learnt_later, .kernel = NULL);
	JUDGE(learnt_before, .kernel = NULL, FLUSH(1));
}

/* The end of a bracket that is open shows that the flush before it has returned. */
Test(flush, before_the_end_of_its_bracket)
{
	static const struct made trace[] = {
		SETTLE_66, {START(0, 1)}, {FLUSHED(0, 1)}, {END_66(0, 1)}, {INV(0, 1)}};

	JUDGE(trace, SINCE_6_6, FLUSH(1));
}
