/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Address spaces and who subscribes to them. */
#ifndef MODEL_MM_H
#define MODEL_MM_H

#include <stdbool.h>
#include <stdint.h>

#include "util/list.h"
#include "util/map.h"

enum { STLB_MAX_CALLBACKS = 8 };

/* mm_structs come from a slab: even a long trace of short processes has few addresses of them. */
enum { STLB_MAX_MMS = 32 * 1024 };

/** enum stlb_subscription - whether an mm has a subscriber that must be notified */
enum stlb_subscription {
	STLB_SUBSCRIPTION_UNSEEN,   /* no notifier event yet */
	STLB_SUBSCRIPTION_STARTING, /* the entry of a registration, not its return */
	STLB_SUBSCRIBED,
	STLB_SUBSCRIPTION_OVER, /* final for this pointer until another registration */
};

struct stlb_mm {
	uint64_t id;	/* the mm_struct pointer */
	uint64_t mixed; /* it, mixed so that nobody can make keys of two mms fall together */
	uint8_t subscription;
	bool since_before;    /* registered before the trace began: by how many is not known */
	bool counted;	      /* among the mms that were ever subscribed */
	uint32_t subscribers; /* known ones */
	uint64_t callbacks[STLB_MAX_CALLBACKS];
	uint32_t nr_callbacks;
	struct stlb_list regions;
	struct stlb_list obligations; /* all of this mm's */
	struct stlb_list pud_level;   /* those of puds, by their node in a region's list */
	struct stlb_list nowhere;     /* the same, those of which it is not known where they are */
	uint32_t nr_regions;
	uint64_t unplaced;    /* clears that no slot was found for */
	bool stale;	      /* there was such a clear while nobody was subscribed */
	bool zeroes_in_doubt; /* one of them was of a page as many entries hold, the zero page */
	uint64_t losses;      /* of the trace, when its registration was entered, */
	uint64_t nobodys;     /* and how many of those while no mm was subscribed */
	uint64_t life;	      /* how many mms at this pointer were freed before it */
	uint64_t root;	      /* pfn plus one of its topmost page table, 0: not known */
	bool exits;	      /* its page tables are being torn down */
	bool table_sets_seen; /* those that are older than the trace are known */
};

struct stlb_mms {
	struct stlb_map map;
	uint64_t subscribed; /* how many are subscribed now */
	uint64_t ever;	     /* how many were at some time */
	uint64_t freed;	     /* how many went */
};

/** stlb_mm_find - NULL for an mm that no event named */
struct stlb_mm *stlb_mm_find(const struct stlb_mms *mms, uint64_t id);

/** stlb_mm_get - made where there was none; NULL without memory or past STLB_MAX_MMS */
struct stlb_mm *stlb_mm_get(struct stlb_mms *mms, uint64_t id);

/** stlb_mm_is_subscribed - whether updates of the mm need an invalidation */
static inline bool stlb_mm_is_subscribed(const struct stlb_mm *mm)
{
	return mm->subscription == STLB_SUBSCRIBED;
}

/** stlb_mm_subscribe - from now on updates of the mm need invalidations */
void stlb_mm_subscribe(struct stlb_mms *mms, struct stlb_mm *mm);

/** stlb_mm_unsubscribe - nothing is pending any more; the obligations are the caller's to end */
void stlb_mm_unsubscribe(struct stlb_mms *mms, struct stlb_mm *mm);

/** stlb_mm_goes - it is freed: the pointer may come back as another mm's */
static inline void stlb_mm_goes(struct stlb_mms *mms, struct stlb_mm *mm)
{
	mm->life++;
	mm->exits = false;
	mm->table_sets_seen = false;
	mms->freed++;
}

/** stlb_mms_free - all of it; the regions must be gone */
void stlb_mms_free(struct stlb_mms *mms);

#endif
