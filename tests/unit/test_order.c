/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Happens-before: who knows of whose events. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "order/order.h"

#define ACTOR                                                                                      \
	{                                                                                          \
		.source = STLB_NO_SOURCE                                                           \
	}

static void forget(struct stlb_actor *actor)
{
	free(actor->clock);
	actor->clock = NULL;
}

/* @from does something, @to does something later that is ordered after it. */
static void hand_over(struct stlb_order *order, struct stlb_actor *from, struct stlb_actor *to)
{
	struct stlb_clock *clock = NULL;

	order->now++;
	cr_assert_eq(stlb_order_publish(order, from, &clock), 0);
	order->now++;
	cr_assert_eq(stlb_order_learn(order, to, clock), 0);
	free(clock);
}

Test(order, what_is_handed_over_is_known)
{
	struct stlb_order order = {.now = 10};
	struct stlb_actor a = ACTOR, b = ACTOR, c = ACTOR;

	cr_assert(stlb_order_start(&order, &a));
	cr_expect_not(stlb_order_knows(&b, &a, 10));
	hand_over(&order, &a, &b);
	cr_expect(stlb_order_knows(&b, &a, 10));
	cr_expect_not(stlb_order_knows(&c, &a, 10));
	hand_over(&order, &b, &c);
	cr_expect(stlb_order_knows(&c, &a, 10), "order is transitive");
	forget(&a);
	forget(&b);
	forget(&c);
}

Test(order, what_comes_after_the_hand_over_is_not)
{
	struct stlb_order order = {.now = 10};
	struct stlb_actor a = ACTOR, b = ACTOR;
	uint64_t later;

	cr_assert(stlb_order_start(&order, &a));
	hand_over(&order, &a, &b);
	later = ++order.now;
	cr_expect_not(stlb_order_knows(&b, &a, later));
	hand_over(&order, &a, &b);
	cr_expect(stlb_order_knows(&b, &a, later));
	forget(&a);
	forget(&b);
}

/* A clock that was published earlier takes nothing back. */
Test(order, an_older_clock_forgets_nothing)
{
	struct stlb_order order = {.now = 10};
	struct stlb_actor a = ACTOR, b = ACTOR;
	struct stlb_clock *old = NULL;
	uint64_t later;

	cr_assert(stlb_order_start(&order, &a));
	cr_assert_eq(stlb_order_publish(&order, &a, &old), 0);
	later = ++order.now;
	hand_over(&order, &a, &b);
	cr_assert_eq(stlb_order_learn(&order, &b, old), 0);
	cr_expect(stlb_order_knows(&b, &a, later));
	free(old);
	forget(&a);
	forget(&b);
}

Test(order, nothing_to_learn)
{
	struct stlb_order order = {.now = 10};
	struct stlb_actor a = ACTOR, b = ACTOR;

	cr_assert_eq(stlb_order_learn(&order, &b, NULL), 0);
	hand_over(&order, &a, &b);
	cr_expect_null(b.clock, "while nobody is asked about, nothing is kept");
}

/* Of one who knows nothing there is nothing to learn, whoever is asked about. */
Test(order, nothing_is_published_by_who_knows_nothing)
{
	struct stlb_order order = {.now = 10};
	struct stlb_actor a = ACTOR, b = ACTOR, c = ACTOR;
	struct stlb_clock *clock = NULL;

	cr_assert(stlb_order_start(&order, &a));
	cr_assert_eq(stlb_order_publish(&order, &b, &clock), 0);
	cr_expect_null(clock);
	cr_expect_eq(stlb_order_learn(&order, &c, clock), 0);
	cr_expect_null(c.clock);
	hand_over(&order, &a, &b);
	cr_assert_eq(stlb_order_publish(&order, &b, &clock), 0);
	cr_expect_not_null(clock);
	free(clock);
	forget(&b);
}

Test(order, others_stay_sources_when_one_stops)
{
	struct stlb_order order = {.now = 10};
	struct stlb_actor actors[8], b = ACTOR, c = ACTOR;

	for (int i = 0; i < 8; i++) {
		actors[i] = (struct stlb_actor)ACTOR;
		cr_assert(stlb_order_start(&order, &actors[i]));
	}
	stlb_order_stop(&order, &actors[3]);
	for (int i = 0; i < 8; i++)
		hand_over(&order, &actors[i], &b);
	hand_over(&order, &b, &c);
	for (int i = 0; i < 8; i++)
		cr_expect_eq(stlb_order_knows(&c, &actors[i], 10), i != 3, "source %d", i);
	forget(&b);
	forget(&c);
}

/* A component that is handed to another source holds nothing that this one is asked about. */
Test(order, component_taken_again)
{
	struct stlb_order order = {.now = 10};
	struct stlb_actor a = ACTOR, b = ACTOR, c = ACTOR;
	uint64_t later;

	cr_assert(stlb_order_start(&order, &a));
	hand_over(&order, &a, &b);
	stlb_order_stop(&order, &a);
	cr_expect_eq(a.source, STLB_NO_SOURCE);
	later = ++order.now;
	cr_assert(stlb_order_start(&order, &c));
	cr_expect_not(stlb_order_knows(&b, &c, later));
	hand_over(&order, &c, &b);
	cr_expect(stlb_order_knows(&b, &c, later));
	forget(&a);
	forget(&b);
	forget(&c);
}

Test(order, who_is_no_source_has_nothing_to_stop)
{
	struct stlb_order order = {.now = 10};
	struct stlb_actor a = ACTOR, b = ACTOR;

	cr_assert(stlb_order_start(&order, &a));
	stlb_order_stop(&order, &b);
	hand_over(&order, &a, &b);
	cr_expect(stlb_order_knows(&b, &a, 10));
	forget(&a);
	forget(&b);
}

/* An actor is ordered with itself, and nobody with one whose events nobody asks about any more. */
Test(order, only_a_source_is_known_of)
{
	struct stlb_order order = {.now = 10};
	struct stlb_actor a = ACTOR, b = ACTOR;

	cr_expect(stlb_order_knows(&a, &a, 10));
	cr_assert(stlb_order_start(&order, &a));
	hand_over(&order, &a, &b);
	cr_expect(stlb_order_knows(&b, &a, 10));
	stlb_order_stop(&order, &a);
	cr_expect_not(stlb_order_knows(&b, &a, 0));
	forget(&a);
	forget(&b);
}

Test(order, sources_are_limited)
{
	struct stlb_order order = {.now = 10};
	struct stlb_actor actors[STLB_MAX_SOURCES + 1];

	for (int i = 0; i <= STLB_MAX_SOURCES; i++) {
		actors[i] = (struct stlb_actor)ACTOR;
		cr_expect_eq(stlb_order_start(&order, &actors[i]), i < STLB_MAX_SOURCES);
	}
	cr_expect_eq(actors[STLB_MAX_SOURCES].source, STLB_NO_SOURCE);
	cr_expect(stlb_order_start(&order, &actors[0]), "starting twice takes one component");
	stlb_order_stop(&order, &actors[3]);
	cr_expect(stlb_order_start(&order, &actors[STLB_MAX_SOURCES]));
	for (int i = 0; i <= STLB_MAX_SOURCES; i++)
		forget(&actors[i]);
}
