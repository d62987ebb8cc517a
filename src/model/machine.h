/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine as a trace shows it: who acts and where, which locks and brackets are held, and what
 * is ordered before what. It is the same for the verdicts and for whatever draws or explains them:
 * each of them keeps one and hears its facts.
 */
#ifndef MODEL_MACHINE_H
#define MODEL_MACHINE_H

#include "model/context.h"

/** struct stlb_lock - what is known of a lock, whoever holds it */
struct stlb_lock {
	uint64_t address;
	bool named; /* known to be a PTL */
	uint64_t
		suspended; /* key of the context whose hold of it a switch-out suspended, 0: none */
	struct stlb_hb_lock hb;
};

enum { STLB_MAX_ORDER = 20, STLB_STRUCT_PAGE_SHIFT = 6 };

/** enum stlb_over - how a hold came to its end */
enum stlb_over {
	STLB_OVER_RELEASED,
	STLB_OVER_UNSEEN,  /* by what followed; its release was not seen */
	STLB_OVER_DROPPED, /* of no PTL, as far as seen: when it ends is not known, nor of interest
			    */
	STLB_OVER_NEVER,   /* the same of a PTL: there was no room for it any more */
};

struct stlb_change;

/**
 * struct stlb_facts - what happens in the machine, to whoever wants to know; any may be NULL
 * @asked: a spinlock is asked for: the event stands for its acquisition
 * @acquired: the context has it, now or since the event that asked for it
 * @over: it has it no more; the hold is still among the context's. @by: the event that shows it.
 *	Of holds that something waits for, and where @acquired is there, of all
 * @begins: a bracket is open; @ends: it is no more. @by: its invalidate_range_end, or another event
 *	after which none can come; NULL: its start failed, or it is forgotten
 * @doubted: the context may have made events that were lost
 * @renamed: a task has another name than before
 * @pages: pages are allocated or freed, and known which. In a second pass
 * @changed: entries are cleared, set, or reported of by their reverse mapping; not of an event that
 *	tells again what another has reported, nor of a clear that found nothing. In a second pass
 */
struct stlb_facts {
	void *user;
	void (*asked)(void *user, struct stlb_context *context, const struct stlb_event *event);
	void (*acquired)(void *user, struct stlb_context *context, struct stlb_hold *hold);
	void (*over)(void *user, struct stlb_context *context, const struct stlb_hold *hold,
		     enum stlb_over how, const struct stlb_event *by);
	void (*begins)(void *user, struct stlb_context *context,
		       const struct stlb_bracket *bracket);
	void (*ends)(void *user, struct stlb_context *context, const struct stlb_bracket *bracket,
		     const struct stlb_event *by);
	void (*doubted)(void *user, struct stlb_context *context);
	void (*renamed)(void *user, struct stlb_context *context, const char *comm);
	void (*pages)(void *user, const struct stlb_event *event, uint64_t pfn, uint64_t nr);
	void (*changed)(void *user, struct stlb_context *context, const struct stlb_change *change);
};

/** struct stlb_machine - zero it, set @facts; free it with stlb_machine_free() */
struct stlb_machine {
	struct stlb_facts facts;
	struct stlb_mms mms;
	struct stlb_contexts contexts;
	struct stlb_hb hb;
	struct stlb_map locks;
	struct stlb_pte_format format; /* of the entries */
	struct stlb_regions regions;   /* of the page tables, as far as seen */
	bool only_named_locks;	       /* no room is to be had among them */
	uint64_t nr_suspended; /* holds that are, of all contexts, or were when last looked at */
	uint64_t next_id;      /* of holds and brackets */
	uint64_t now_ns;       /* of the current event */
	uint64_t vmemmap;      /* where struct pages lie, 0: not known */
	bool irq_flags_known;  /* records say task or interrupt: contexts are what they seem */
	bool echoes_seen;      /* the clear hook repeats what a set overwrites */
	bool failed;	       /* no memory */
};

/** stlb_machine_pfn_of - the pfn of a struct page; false: where they lie is not known yet */
bool stlb_machine_pfn_of(const struct stlb_machine *m, uint64_t page, uint64_t *pfn);

/** stlb_machine_pfn - the pfn that an event names by number or by struct page; false: not known */
bool stlb_machine_pfn(const struct stlb_machine *m, const struct stlb_event *event, uint64_t *pfn);

/** stlb_event_pages - how many pages an event of the allocator is about */
static inline uint64_t stlb_event_pages(const struct stlb_event *event)
{
	uint64_t order = stlb_event_or(event, ORDER, 0);

	return UINT64_C(1) << (order < STLB_MAX_ORDER ? order : STLB_MAX_ORDER);
}

/** stlb_machine_free - all of it but itself */
void stlb_machine_free(struct stlb_machine *machine);

#endif
