/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The edges of the happens-before order (staletlb-rules(7), Edges), one function for each end of
 * each kind. An edge leaves where somebody releases - what the context has done, and what it knows
 * of, is written down with a lock, a page or a task - and arrives where somebody acquires that.
 * Program order needs no edge: a context's own events are in its own clock.
 */
#ifndef HB_EDGES_H
#define HB_EDGES_H

#include "hb/vclock.h"
#include "util/map.h"

/** enum stlb_order - why one thing comes after another */
enum stlb_order {
	STLB_ORDER_LOCK,
	STLB_ORDER_PAGE,
	STLB_ORDER_FORK,
	STLB_ORDER_WAKE,
	STLB_ORDER_IRQ,
};

struct stlb_hb_context;

/** struct stlb_hb_news - an edge brought a context news of another one */
struct stlb_hb_news {
	enum stlb_order why;
	uint64_t object; /* the lock, or the first pfn */
	const struct stlb_hb_context *to;
	int32_t of;  /* whose, by its component */
	uint64_t at; /* the latest of its events that @to comes after */
};

/** struct stlb_hb - the order of one trace; zero it first */
struct stlb_hb {
	/* the second sink of the edges: who draws them; NULL: nobody. Called before a clock joins
	 */
	void (*tell)(void *user, const struct stlb_hb_news *news);
	void *user;
	struct stlb_components used;
	uint64_t now;	       /* number of the current event */
	struct stlb_map freed; /* clocks of freed pages, by pfn */
};

/** struct stlb_hb_context - a context; zero it but for @component = STLB_NO_COMPONENT */
struct stlb_hb_context {
	struct stlb_vclock *clock;
	struct stlb_vclock *start; /* of who woke or forked it, until it runs next */
	uint64_t id;		   /* names it to who draws edges */
	int32_t component;
	bool forked; /* @start is of a fork */
};

/** struct stlb_hb_lock - what releases of a lock left */
struct stlb_hb_lock {
	uint64_t id; /* names it to who draws edges */
	struct stlb_vclock *written, *read;
};

/** stlb_hb_is_idle - whether no context is asked about, so that no edge matters */
static inline bool stlb_hb_is_idle(const struct stlb_hb *hb)
{
	return hb->used.nr == 0;
}

/** stlb_hb_follow - from now on a context is asked about: 0; 1: no room for its order; -ENOMEM */
int stlb_hb_follow(struct stlb_hb *hb, struct stlb_hb_context *context);

/** stlb_hb_unfollow - it is no longer */
void stlb_hb_unfollow(struct stlb_hb *hb, struct stlb_hb_context *context);

/** stlb_hb_before - whether event @when of @one, which is followed, is before the next of @other */
bool stlb_hb_before(const struct stlb_hb_context *one, uint64_t when,
		    const struct stlb_hb_context *other);

/*
 * The edges. Those that return something return 0 or -ENOMEM.
 *
 * lock: whoever acquires a lock comes after all who released it before; readers do not order each
 * other. A release adds to what the lock has rather than replacing it, as textbooks do: the trace
 * may not show that whoever releases had acquired it, and then less is ordered before it.
 */
int stlb_hb_lock_released(struct stlb_hb *hb, const struct stlb_hb_context *context,
			  struct stlb_hb_lock *lock, bool shared);
int stlb_hb_lock_acquired(struct stlb_hb *hb, struct stlb_hb_context *context,
			  const struct stlb_hb_lock *lock, bool shared);

/* page reuse: who is given a page comes after whoever freed it. */
int stlb_hb_pages_freed(struct stlb_hb *hb, const struct stlb_hb_context *context, uint64_t pfn,
			uint64_t nr);
int stlb_hb_pages_allocated(struct stlb_hb *hb, struct stlb_hb_context *context, uint64_t pfn,
			    uint64_t nr);

/* fork and wake-up: a task runs after what the context that started or woke it had done by then. */
int stlb_hb_started(struct stlb_hb *hb, const struct stlb_hb_context *by,
		    struct stlb_hb_context *started, bool forked);
int stlb_hb_runs(struct stlb_hb *hb, struct stlb_hb_context *context);

/* irq: an interrupt lies between two events of what it interrupted, so an edge goes in and out. */
int stlb_hb_follows(struct stlb_hb *hb, const struct stlb_hb_context *before,
		    struct stlb_hb_context *after);

/** stlb_hb_lock_free, stlb_hb_context_free - what one holds, not itself */
void stlb_hb_lock_free(struct stlb_hb_lock *lock);
void stlb_hb_context_free(struct stlb_hb_context *context);

/** stlb_hb_free - the rest; contexts and locks must be gone */
void stlb_hb_free(struct stlb_hb *hb);

#endif
