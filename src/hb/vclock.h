/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Vector clocks (Fidge 1988, Mattern 1989). A clock holds for each context the number of the latest
 * of its events that happened before: event n of a context is ordered before whatever has a clock
 * whose component of that context is n or more. Joining two clocks takes the larger of each
 * component. What differs from the textbook:
 *
 * - Only contexts that are asked about have a component: those with a pending obligation. So clocks
 *   are sparse, and while no component is in use nothing is kept and nothing copied.
 * - Events are numbered through the whole trace and not for each context. The numbers only grow, so
 *   a component that is taken again by another context needs no clearing: what clocks hold of it is
 *   older than anything that the new one is asked about.
 * - There is a limit to what all clocks hold together; past it the order is not known, which
 *   is said, until no component is in use any more.
 */
#ifndef HB_VCLOCK_H
#define HB_VCLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* 64 MiB of them: that many contexts times clocks are in use on no machine. */
enum { STLB_MAX_COMPONENTS = 4 * 1024 * 1024, STLB_NO_COMPONENT = -1 };

/** struct stlb_components - which components are in use; zero it first */
struct stlb_components {
	uint64_t *words;
	uint32_t nr_words;
	uint32_t nr;	/* in use */
	uint64_t held;	/* by all clocks, places for components that they have */
	uint64_t limit; /* of @held; 0: STLB_MAX_COMPONENTS */
	bool full;	/* @held reached it: what was not joined may be missing anywhere */
};

/** struct stlb_component - the latest event of one context */
struct stlb_component {
	int32_t id;
	uint64_t at;
};

/** struct stlb_vclock - components in the order of their ids; NULL stands for one without any */
struct stlb_vclock {
	struct stlb_components *among;
	uint32_t nr, room;
	struct stlb_component components[];
};

/** stlb_component_take - one that is not in use; STLB_NO_COMPONENT past the limit; -ENOMEM */
int32_t stlb_component_take(struct stlb_components *among);

/** stlb_component_give_back - the context is no longer asked about */
void stlb_component_give_back(struct stlb_components *among, int32_t id);

/** stlb_components_free - the clocks must be gone */
void stlb_components_free(struct stlb_components *among);

/** stlb_vclock_at - a component of a clock, 0 where it has none */
uint64_t stlb_vclock_at(const struct stlb_vclock *clock, int32_t id);

/**
 * stlb_vclock_raise - a component is at least @at
 * @clock: made where it is NULL, may move; free it with stlb_vclock_free()
 *
 * Returns 0 or -ENOMEM.
 */
int stlb_vclock_raise(struct stlb_components *among, struct stlb_vclock **clock, int32_t id,
		      uint64_t at);

/**
 * stlb_vclock_join - @to is at least what @from is, of the components in use
 * @to: as @clock above
 * @from: NULL for nothing
 *
 * Returns 0 or -ENOMEM.
 */
int stlb_vclock_join(struct stlb_components *among, struct stlb_vclock **to,
		     const struct stlb_vclock *from);

/** stlb_vclock_free - NULL is fine */
void stlb_vclock_free(struct stlb_vclock *clock);

#endif
