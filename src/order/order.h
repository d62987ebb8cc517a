/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The happens-before order, as far as verdicts need it: whether an update is ordered before what
 * another context does. Only contexts with a pending obligation are asked about, so a clock has a
 * component for each of those (a source) and none for anybody else; while there is no source,
 * nothing is kept and nothing is copied. Components hold event numbers, which only grow: a
 * component that is handed to another source needs no clearing, what it held is older than
 * anything that the new source will be asked about.
 */
#ifndef ORDER_ORDER_H
#define ORDER_ORDER_H

#include <stdbool.h>
#include <stdint.h>

enum { STLB_MAX_SOURCES = 64, STLB_NO_SOURCE = -1 };

/** struct stlb_clock - what is known to have happened before: per source, its latest event */
struct stlb_clock {
	uint64_t known; /* bit per source that was ever set */
	uint64_t at[STLB_MAX_SOURCES];
};

/** struct stlb_order - which components are in use */
struct stlb_order {
	uint64_t active; /* bit per source */
	uint64_t now;	 /* number of the event at hand */
};

/** struct stlb_actor - a context as the order sees it; zeroed but for @source = STLB_NO_SOURCE */
struct stlb_actor {
	struct stlb_clock *clock; /* NULL: knows of nobody */
	int source;		  /* its component, STLB_NO_SOURCE where it has none */
};

/** stlb_order_start - make an actor a source; false when there are too many */
bool stlb_order_start(struct stlb_order *order, struct stlb_actor *actor);

/** stlb_order_stop - the actor is no longer asked about */
void stlb_order_stop(struct stlb_order *order, struct stlb_actor *actor);

/**
 * stlb_order_publish - @to (a lock, a page, a woken task) learns all that the actor knows
 * @to: allocated when there is something to learn; free it with free()
 *
 * Returns 0 or -ENOMEM.
 */
int stlb_order_publish(const struct stlb_order *order, const struct stlb_actor *actor,
		       struct stlb_clock **to);

/** stlb_order_learn - the actor learns what a clock holds (NULL: nothing); 0 or -ENOMEM */
int stlb_order_learn(const struct stlb_order *order, struct stlb_actor *actor,
		     const struct stlb_clock *from);

/** stlb_order_knows - whether event number @when of @source is ordered before the actor's next */
bool stlb_order_knows(const struct stlb_actor *actor, const struct stlb_actor *source,
		      uint64_t when);

#endif
