/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "order/order.h"

#include <errno.h>
#include <stdlib.h>

bool stlb_order_start(struct stlb_order *order, struct stlb_actor *actor)
{
	if (actor->source != STLB_NO_SOURCE)
		return true;
	if (order->active == UINT64_MAX)
		return false;
	actor->source = __builtin_ctzll(~order->active);
	order->active |= UINT64_C(1) << actor->source;
	return true;
}

void stlb_order_stop(struct stlb_order *order, struct stlb_actor *actor)
{
	if (actor->source == STLB_NO_SOURCE)
		return;
	order->active &= ~(UINT64_C(1) << actor->source);
	actor->source = STLB_NO_SOURCE;
}

static void raise(struct stlb_clock *clock, int source, uint64_t when)
{
	if (clock->at[source] < when)
		clock->at[source] = when;
	clock->known |= UINT64_C(1) << source;
}

static bool make(struct stlb_clock **clock)
{
	if (!*clock)
		*clock = calloc(1, sizeof(**clock));
	return *clock != NULL;
}

static int join(const struct stlb_order *order, struct stlb_clock **to,
		const struct stlb_clock *from)
{
	uint64_t news = from ? from->known & order->active : 0;

	if (!news)
		return 0;
	if (!make(to))
		return -ENOMEM;
	for (; news; news &= news - 1) {
		int source = __builtin_ctzll(news);

		raise(*to, source, from->at[source]);
	}
	return 0;
}

int stlb_order_publish(const struct stlb_order *order, const struct stlb_actor *actor,
		       struct stlb_clock **to)
{
	if (!order->active)
		return 0;
	if (join(order, to, actor->clock) < 0)
		return -ENOMEM;
	if (actor->source == STLB_NO_SOURCE)
		return 0;
	if (!make(to))
		return -ENOMEM;
	raise(*to, actor->source, order->now);
	return 0;
}

int stlb_order_learn(const struct stlb_order *order, struct stlb_actor *actor,
		     const struct stlb_clock *from)
{
	return order->active ? join(order, &actor->clock, from) : 0;
}

bool stlb_order_knows(const struct stlb_actor *actor, const struct stlb_actor *source,
		      uint64_t when)
{
	if (actor == source)
		return true;
	return source->source != STLB_NO_SOURCE && actor->clock &&
	       actor->clock->at[source->source] >= when;
}
