/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One obligation of the oracle, for the parts that follow it. */
#ifndef PROPERTY_ORACLE_OBLIGATION_H
#define PROPERTY_ORACLE_OBLIGATION_H

#include "oracle_internal.h"

enum what { NEEDS_CLEAR, NEEDS_REPOINT, NEEDS_WRITE_PROTECT };
enum page_state { PAGE_SETTLED, PAGE_GONE, PAGE_WRITE_PROTECTED };
enum ended {
	NOT_ENDED,
	ENDED_DISCHARGED,
	ENDED_RESTORED,
	ENDED_EXPIRED,
	ENDED_VOID,
	ENDED_ABSORBED /* by a clear that goes on with another write-protect already */
};

struct obligation {
	struct oracle *oracle;
	int at;		    /* the update; of a write-protect that a clear absorbed, the clear */
	unsigned int index; /* of the entry among those of the update */
	enum what what;
	uint64_t mm, addr;
	unsigned int pages;
	bool table, writable;
	bool held_pages; /* of a table: some page that it mapped is known */
	uint64_t table_pfn;
	bool table_done;	 /* the page-table page itself needs no more */
	bool table_late;	 /* what covered it came after the unlock */
	uint64_t pfn[MAX_PAGES]; /* 0: nothing known there */
	uint8_t page[MAX_PAGES]; /* enum page_state */
	bool covered[MAX_PAGES];
	bool covered_late[MAX_PAGES]; /* of a table, after the unlock */
	int context, hold, bracket;
	int mmap_unlock;	 /* where the mmap_lock that was held at the update is released */
	bool by_other;		 /* the set that made a repoint of it was another task's */
	bool judged;		 /* another page was set there, as a violation */
	bool repointed;		 /* its own set made a repoint of it */
	bool late;		 /* and judged: an invalidation is late, not never */
	bool free_seen;		 /* its page went: a later allocation tells nothing new */
	uint8_t left[MAX_PAGES]; /* enum entry_state, what the clear left there */
	bool filled, racy, exempt, unbracketed;
	bool violated[STLB_NR_RULES];
	enum ended ended;
	int ended_at;
	bool in_lock;
};

static inline const struct stlb_event *event_at(const struct obligation *o, int at)
{
	return &o->oracle->trace->events[at];
}

/** is_released - whether the mm or its subscription goes at an event */
static inline bool is_released(const struct obligation *o, int at)
{
	const struct stlb_event *event = event_at(o, at);

	return (event->kind == STLB_UNSUBSCRIBE || event->kind == STLB_MM_FREE) &&
	       stlb_event_get(event, MM) == o->mm;
}

/* ---- oracle_life.c: its walk through the trace ---- */
void violation(struct obligation *o, enum stlb_rule rule, int at);
void violation_or_race(struct obligation *o, enum stlb_rule rule, int at);
void end_obligation(struct obligation *o, enum ended ended, int at);
bool any_page(const struct obligation *o, enum page_state state);
uint64_t obligation_end(const struct obligation *o);
void see_invalidation(struct obligation *o, int at);
bool frees_page_of(const struct obligation *o, int at);
bool is_over(const struct obligation *o, int at);

/* ---- oracle_set.c: what is put into its slot ---- */
bool settle_pages(struct obligation *o, const struct update *set);
bool sets_present(const struct obligation *o, const struct update *update);
void see_set(struct obligation *o, int at);

/* ---- oracle_after.c: what is judged when its end is known ---- */
void follow_partial(struct obligation *o);
void follow_strict(struct obligation *o);
bool surely_in_lock(const struct obligation *o, int at);
int operation_end(const struct obligation *o);
void judge_bracket(struct obligation *o);

#endif
