/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Happens-before: vector clocks, and the edges that join them. */
#include <criterion/criterion.h>

#include "hb/edges.h"

#define CONTEXT                                                                                    \
	{                                                                                          \
		.component = STLB_NO_COMPONENT                                                     \
	}

/* ---- clocks ---- */

static void expect_clock(const struct stlb_vclock *clock, const uint64_t *at, int nr)
{
	for (int i = 0; i < nr; i++)
		cr_expect_eq(stlb_vclock_at(clock, i), at[i], "component %d: %lu", i,
			     stlb_vclock_at(clock, i));
	for (uint32_t i = 1; clock && i < clock->nr; i++)
		cr_expect_lt(clock->components[i - 1].id, clock->components[i].id);
}

static void take(struct stlb_components *among, int nr)
{
	for (int i = 0; i < nr; i++)
		cr_assert_eq(stlb_component_take(among), i);
}

Test(vclock, raises_and_never_lowers)
{
	struct stlb_components among = {0};
	struct stlb_vclock *clock = NULL;

	take(&among, 3);
	cr_expect_eq(stlb_vclock_at(NULL, 1), 0);
	cr_assert_eq(stlb_vclock_raise(&among, &clock, 2, 7), 0);
	cr_assert_eq(stlb_vclock_raise(&among, &clock, 0, 5), 0);
	cr_assert_eq(stlb_vclock_raise(&among, &clock, 2, 6), 0);
	expect_clock(clock, (uint64_t[]){5, 0, 7}, 3);
	cr_assert_eq(stlb_vclock_raise(&among, &clock, 2, 8), 0);
	expect_clock(clock, (uint64_t[]){5, 0, 8}, 3);
	stlb_vclock_free(clock);
	stlb_components_free(&among);
}

/* All ways that two clocks of six components can have them, each with other numbers. */
Test(vclock, a_join_takes_the_larger_of_each)
{
	struct stlb_components among = {0};

	take(&among, 6);
	for (unsigned int has = 0; has < 1 << 12; has++) {
		struct stlb_vclock *one = NULL, *other = NULL;
		uint64_t larger[6] = {0};

		for (int i = 0; i < 6; i++) {
			uint64_t at = has >> i & 1 ? 10 + has % 3 + i : 0;
			uint64_t to = has >> (6 + i) & 1 ? 11 + has % 2 + i : 0;

			if (at)
				cr_assert_eq(stlb_vclock_raise(&among, &one, i, at), 0);
			if (to)
				cr_assert_eq(stlb_vclock_raise(&among, &other, i, to), 0);
			larger[i] = at > to ? at : to;
		}
		cr_assert_eq(stlb_vclock_join(&among, &one, other), 0);
		expect_clock(one, larger, 6);
		stlb_vclock_free(one);
		stlb_vclock_free(other);
	}
	cr_expect_eq(among.held, 0);
	stlb_components_free(&among);
}

Test(vclock, a_component_that_is_given_back_takes_no_room)
{
	struct stlb_components among = {0};
	struct stlb_vclock *one = NULL, *other = NULL;

	take(&among, 100);
	for (int i = 0; i < 100; i++)
		cr_assert_eq(stlb_vclock_raise(&among, &one, i, 5), 0);
	for (int i = 0; i < 99; i++)
		stlb_component_give_back(&among, i);
	cr_assert_eq(stlb_vclock_join(&among, &other, one), 0);
	cr_expect_eq(other->nr, 1, "what nobody asks for is not copied");
	cr_expect_eq(stlb_vclock_at(other, 99), 5);
	for (int i = 0; i < 99; i++)
		cr_assert_eq(stlb_component_take(&among), i, "the smallest one is taken again");
	stlb_vclock_free(one);
	stlb_vclock_free(other);
	stlb_components_free(&among);
}

/* Past the limit nothing is joined, and that is reported until nobody is asked about any more. */
Test(vclock, there_is_a_limit_and_it_is_reported)
{
	struct stlb_components among = {.limit = 6};
	struct stlb_vclock *one = NULL, *other = NULL;

	take(&among, 4);
	for (int i = 0; i < 4; i++)
		cr_assert_eq(stlb_vclock_raise(&among, &one, i, 5), 0);
	cr_expect_not(among.full);
	cr_assert_eq(stlb_vclock_join(&among, &other, one), 0);
	cr_expect(among.full);
	cr_expect_null(other);
	cr_expect_eq(stlb_component_take(&among), STLB_NO_COMPONENT);
	for (int i = 0; i < 4; i++)
		stlb_component_give_back(&among, i);
	cr_expect_not(among.full);
	stlb_vclock_free(one);
	cr_expect_eq(stlb_component_take(&among), 0);
	stlb_component_give_back(&among, 0);
	stlb_components_free(&among);
}

/* ---- contexts ---- */

/* @from does something, @to does something later that is ordered after it. */
static void hand_over(struct stlb_hb *hb, struct stlb_hb_context *from, struct stlb_hb_context *to)
{
	hb->now++;
	cr_assert_eq(stlb_hb_follows(hb, from, to), 0);
	hb->now++;
}

Test(hb, what_is_handed_over_is_before)
{
	struct stlb_hb hb = {.now = 10};
	struct stlb_hb_context a = CONTEXT, b = CONTEXT, c = CONTEXT;

	cr_assert_not(stlb_hb_follow(&hb, &a));
	cr_expect(stlb_hb_before(&a, 10, &a), "program order");
	cr_expect_not(stlb_hb_before(&a, 10, &b));
	hand_over(&hb, &a, &b);
	cr_expect(stlb_hb_before(&a, 10, &b));
	cr_expect_not(stlb_hb_before(&a, 10, &c));
	hand_over(&hb, &b, &c);
	cr_expect(stlb_hb_before(&a, 10, &c), "order is transitive");
	stlb_hb_context_free(&a);
	stlb_hb_context_free(&b);
	stlb_hb_context_free(&c);
	stlb_hb_free(&hb);
}

Test(hb, what_comes_after_the_edge_is_not)
{
	struct stlb_hb hb = {.now = 10};
	struct stlb_hb_context a = CONTEXT, b = CONTEXT;
	uint64_t later;

	cr_assert_not(stlb_hb_follow(&hb, &a));
	hand_over(&hb, &a, &b);
	later = ++hb.now;
	cr_expect_not(stlb_hb_before(&a, later, &b));
	hand_over(&hb, &a, &b);
	cr_expect(stlb_hb_before(&a, later, &b));
	stlb_hb_context_free(&a);
	stlb_hb_context_free(&b);
	stlb_hb_free(&hb);
}

/** struct heard - what the second sink heard last */
struct heard {
	struct stlb_hb_news news;
	unsigned int nr;
};

static void hear(void *user, const struct stlb_hb_news *news)
{
	struct heard *heard = user;

	heard->news = *news;
	heard->nr++;
}

/* Who draws the edges hears of each that brings a clock news, and of no other. */
Test(hb, edges_are_reported_before_the_clock_joins)
{
	struct heard heard = {.nr = 0};
	struct stlb_hb hb = {.now = 10, .tell = hear, .user = &heard};
	struct stlb_hb_context a = CONTEXT, b = CONTEXT;
	struct stlb_hb_lock lock = {.id = 77};

	cr_assert_not(stlb_hb_follow(&hb, &a));
	cr_assert_not(stlb_hb_lock_released(&hb, &a, &lock, false));
	hb.now++;
	cr_assert_not(stlb_hb_lock_acquired(&hb, &a, &lock, false));
	cr_expect_eq(heard.nr, 0, "it knows what it did");
	cr_assert_not(stlb_hb_lock_acquired(&hb, &b, &lock, false));
	cr_assert_eq(heard.nr, 1);
	cr_expect_eq(heard.news.why, STLB_ORDER_LOCK);
	cr_expect_eq(heard.news.object, 77);
	cr_expect_eq(heard.news.to, &b);
	cr_expect_eq(heard.news.of, a.component);
	cr_expect_eq(heard.news.at, 10);
	cr_assert_not(stlb_hb_lock_acquired(&hb, &b, &lock, false));
	cr_expect_eq(heard.nr, 1, "no news");
	hb.now++;
	cr_assert_not(stlb_hb_started(&hb, &a, &b, true));
	cr_assert_not(stlb_hb_runs(&hb, &b));
	cr_expect_eq(heard.news.why, STLB_ORDER_FORK);
	cr_expect_eq(heard.news.at, 12);
	hb.now++;
	cr_assert_not(stlb_hb_follows(&hb, &a, &b));
	cr_expect_eq(heard.news.why, STLB_ORDER_IRQ);
	cr_expect_eq(heard.nr, 3);
	stlb_hb_lock_free(&lock);
	stlb_hb_context_free(&a);
	stlb_hb_context_free(&b);
	stlb_hb_free(&hb);
}

Test(hb, nobody_is_followed)
{
	struct stlb_hb hb = {.now = 10};
	struct stlb_hb_context a = CONTEXT, b = CONTEXT;
	struct stlb_hb_lock lock = {0};

	hand_over(&hb, &a, &b);
	cr_expect_null(b.clock, "nothing is kept");
	cr_assert_eq(stlb_hb_started(&hb, &a, &b, false), 0);
	cr_expect_null(b.start);
	cr_assert_eq(stlb_hb_lock_released(&hb, &a, &lock, false), 0);
	cr_expect_null(lock.written);
	cr_assert_eq(stlb_hb_pages_freed(&hb, &a, 7, 1), 0);
	cr_expect_eq(hb.freed.count, 0);
	stlb_hb_free(&hb);
}

/* A component that is taken again holds nothing that its new context is asked about. */
Test(hb, component_taken_again)
{
	struct stlb_hb hb = {.now = 10};
	struct stlb_hb_context a = CONTEXT, b = CONTEXT, c = CONTEXT;
	uint64_t later;

	cr_assert_not(stlb_hb_follow(&hb, &a));
	hand_over(&hb, &a, &b);
	stlb_hb_unfollow(&hb, &a);
	cr_expect_eq(a.component, STLB_NO_COMPONENT);
	later = ++hb.now;
	cr_assert_not(stlb_hb_follow(&hb, &c));
	cr_expect_eq(c.component, 0);
	cr_expect_not(stlb_hb_before(&c, later, &b));
	hand_over(&hb, &c, &b);
	cr_expect(stlb_hb_before(&c, later, &b));
	stlb_hb_context_free(&a);
	stlb_hb_context_free(&b);
	stlb_hb_context_free(&c);
	stlb_hb_free(&hb);
}

Test(hb, others_stay_followed_when_one_is_not)
{
	struct stlb_hb hb = {.now = 10};
	struct stlb_hb_context contexts[8], b = CONTEXT, c = CONTEXT;

	for (int i = 0; i < 8; i++) {
		contexts[i] = (struct stlb_hb_context)CONTEXT;
		cr_assert_not(stlb_hb_follow(&hb, &contexts[i]));
	}
	stlb_hb_unfollow(&hb, &contexts[3]);
	stlb_hb_unfollow(&hb, &b);
	for (int i = 0; i < 8; i++)
		hand_over(&hb, &contexts[i], &b);
	hand_over(&hb, &b, &c);
	for (int i = 0; i < 8; i++)
		cr_expect_eq(stlb_hb_before(&contexts[i], 10, &c), i != 3, "context %d", i);
	cr_expect(stlb_hb_before(&contexts[3], 10, &contexts[3]), "program order");
	stlb_hb_context_free(&b);
	stlb_hb_context_free(&c);
	for (int i = 0; i < 8; i++)
		stlb_hb_context_free(&contexts[i]);
	stlb_hb_free(&hb);
}

Test(hb, thousands_of_contexts_are_followed)
{
	enum { MANY = 5000 };
	static struct stlb_hb_context contexts[MANY];
	struct stlb_hb hb = {.now = 10};
	struct stlb_hb_context last = CONTEXT;

	for (int i = 0; i < MANY; i++) {
		contexts[i].component = STLB_NO_COMPONENT;
		cr_assert_not(stlb_hb_follow(&hb, &contexts[i]));
		cr_assert_not(stlb_hb_follow(&hb, &contexts[i]), "a second time changes nothing");
	}
	cr_expect_eq(hb.used.nr, MANY);
	for (int i = 0; i < MANY; i++)
		hand_over(&hb, &contexts[i], &last);
	for (int i = 0; i < MANY; i++)
		cr_expect(stlb_hb_before(&contexts[i], 10 + 2 * (uint64_t)i, &last));
	cr_expect_not(stlb_hb_before(&contexts[0], hb.now, &last));
	for (int i = 0; i < MANY; i++)
		stlb_hb_context_free(&contexts[i]);
	stlb_hb_context_free(&last);
	stlb_hb_free(&hb);
}

/* ---- edges ---- */

#define TWO_CONTEXTS                                                                               \
	struct stlb_hb hb = {.now = 10};                                                           \
	struct stlb_hb_context a = CONTEXT, b = CONTEXT;                                           \
                                                                                                   \
	cr_assert_not(stlb_hb_follow(&hb, &a))

static void end(struct stlb_hb *hb, struct stlb_hb_context *a, struct stlb_hb_context *b)
{
	stlb_hb_context_free(a);
	stlb_hb_context_free(b);
	stlb_hb_free(hb);
}

static bool orders(bool released_shared, bool acquired_shared)
{
	struct stlb_hb_lock lock = {0};
	bool before;

	TWO_CONTEXTS;
	cr_assert_eq(stlb_hb_lock_released(&hb, &a, &lock, released_shared), 0);
	cr_assert_eq(stlb_hb_lock_acquired(&hb, &b, &lock, acquired_shared), 0);
	before = stlb_hb_before(&a, 10, &b);
	stlb_hb_lock_free(&lock);
	end(&hb, &a, &b);
	return before;
}

Test(edge, a_lock_orders_all_but_its_readers)
{
	cr_expect(orders(false, false));
	cr_expect(orders(false, true));
	cr_expect(orders(true, false));
	cr_expect_not(orders(true, true));
}

/* Who releases without an acquisition that was seen takes nothing from the lock. */
Test(edge, a_release_adds_to_a_lock)
{
	struct stlb_hb_context c = CONTEXT;
	struct stlb_hb_lock lock = {0};

	TWO_CONTEXTS;
	cr_assert_eq(stlb_hb_lock_released(&hb, &a, &lock, false), 0);
	cr_assert_eq(stlb_hb_lock_released(&hb, &c, &lock, false), 0);
	cr_assert_eq(stlb_hb_lock_acquired(&hb, &b, &lock, false), 0);
	cr_expect(stlb_hb_before(&a, 10, &b));
	stlb_hb_lock_free(&lock);
	end(&hb, &a, &b);
}

Test(edge, a_page_is_used_again)
{
	TWO_CONTEXTS;
	cr_assert_eq(stlb_hb_pages_freed(&hb, &a, 100, 4), 0);
	cr_assert_eq(stlb_hb_pages_allocated(&hb, &b, 104, 1), 0);
	cr_expect_not(stlb_hb_before(&a, 10, &b), "another page");
	cr_assert_eq(stlb_hb_pages_allocated(&hb, &b, 96, 8), 0);
	cr_expect(stlb_hb_before(&a, 10, &b));
	end(&hb, &a, &b);
}

Test(edge, a_task_runs_after_it_was_woken)
{
	TWO_CONTEXTS;
	cr_assert_eq(stlb_hb_started(&hb, &a, &b, false), 0);
	cr_expect_not(stlb_hb_before(&a, 10, &b), "not before it runs");
	cr_assert_eq(stlb_hb_runs(&hb, &b), 0);
	cr_expect(stlb_hb_before(&a, 10, &b));
	cr_expect_null(b.start);
	end(&hb, &a, &b);
}
