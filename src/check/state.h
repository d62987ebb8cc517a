/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an analysis keeps, for the files of src/check only. */
#ifndef CHECK_STATE_H
#define CHECK_STATE_H

#include "check/hooks.h"
#include "model/continuity.h"
#include "model/invalidation.h"
#include "model/machine.h"
#include "model/region.h"
#include "staletlb/analysis.h"

/** struct stlb_event_context - the current event, who acts and in which mm; @mm may be NULL */
struct stlb_event_context {
	const struct stlb_event *event;
	struct stlb_context *context;
	struct stlb_mm *mm;
};

/** struct stlb_slot - an entry: level and first address */
struct stlb_slot {
	enum stlb_level level;
	uint64_t addr;
};

enum stlb_obligation_type { STLB_CLEAR, STLB_REPOINT, STLB_WRITE_PROTECT };

enum { STLB_SUBPAGE_WORDS = STLB_ENTRIES / 64 };

/**
 * struct stlb_scope - the critical section and bracket that updates were made in
 *
 * One for all obligations of a hold, so that evidence is kept once.
 */
struct stlb_scope {
	uint32_t users;
	uint32_t phase;		      /* index of the phase mark in force */
	uint64_t hold, lock, bracket; /* ids, and the lock's address; 0: none */
	int bracket_event;	      /* enum mmu_notifier_event, -1: not known or no bracket */
	struct stlb_range range;      /* of the bracket */
	struct stlb_saved_event lock_event, bracket_start;
	uint32_t nr_stack;
	uint64_t *stack; /* of the first update, STLB_MAX_STACK; NULL: none was recorded */
};

/** struct stlb_page - pages that must not be freed while an obligation is pending */
struct stlb_page {
	struct stlb_page *next; /* in its bucket */
	struct stlb_obligation *obligation;
	uint64_t pfn;
	uint32_t nr;	/* pfns from there on */
	uint32_t index; /* of the first in the obligation's 512 subpages */
};

/** struct stlb_subpages - a huge entry or a table, by its 512 subpages */
struct stlb_subpages {
	uint64_t covered[STLB_SUBPAGE_WORDS];		 /* by an ordered invalidation */
	uint64_t restored[STLB_SUBPAGE_WORDS];		 /* the same page is back */
	uint64_t restored_read_only[STLB_SUBPAGE_WORDS]; /* the same page is back with fewer rights
							  */
	uint32_t nr_restored, nr_zeroed;		 /* set to one special read-only pfn */
	uint64_t zero_pfn;
	bool write_protected; /* restored with fewer rights, somewhere */
	bool reported;	      /* that only a part was covered, or no longer concerns anybody */
};

/** enum stlb_later_event - which event after the update */
enum stlb_later_event { STLB_LATER_SET, STLB_LATER_RACY, STLB_LATER_COVER, STLB_NR_LATER };

/** struct stlb_later - events after the update that prove something of it; zeroed: none */
struct stlb_later {
	struct stlb_saved_event event[STLB_NR_LATER];
};

/** struct stlb_obligation - what an update needs (staletlb-rules(7), What creates one) */
struct stlb_obligation {
	struct stlb_list in_region, in_mm, in_context;
	struct stlb_mm *mm;
	struct stlb_context *context;
	struct stlb_scope *scope;
	uint64_t id; /* from 1 on, never the same twice */
	uint64_t seq, addr, raw_old;
	struct stlb_entry old;
	uint8_t level, type, new_state; /* enum stlb_level, stlb_obligation_type, stlb_state */
	bool table;			/* the entry pointed to a lower table */
	bool nowhere;			/* a clear without a place: known by its page only */
	bool bounded;			/* the same, but it lies in its bracket's range */
	bool only_table;		/* of which no entry was present */
	bool known_empty;		/* the same, and some of them were known */
	bool unbracketed; /* made outside any bracket that covers it: reported when the hold ends */
	bool by_itself;	  /* made outside any hold, and its context has gone on since */
	bool exempt;
	bool lossy;	    /* events were lost while it was pending */
	bool unordered;	    /* its order is no longer kept */
	bool racy;	    /* covered by an invalidation that is not ordered after it */
	bool discharged;    /* kept only for what discharged_late and subpages still have to tell */
	bool late;	    /* discharged after its hold */
	bool in_lock;	    /* discharged in its hold */
	bool set_seen;	    /* after the clear, something was set */
	bool by_other;	    /* another task's set made a repoint of it */
	bool table_covered; /* the table itself, not yet all that was below it */
	bool held_back;	    /* a violation of it waits for evidence */
	bool mmap_held;	    /* the context held the mm's mmap_lock at the update, */
	bool mmap_write;    /* for writing */
	bool tentative; /* set again in a hold that may have ended: @tentative_new judges it then */
	bool set_again_unseen; /* made invalid in place: a set that is not recorded follows */
	bool tentative_racy;   /* what @racy was at that set */
	struct stlb_entry tentative_new;
	bool restored_read_only; /* discharged, and its page is back with fewer rights: no free
				    concerns it */
	uint32_t violated;	 /* bit per rule */
	struct stlb_subpages *subpages; /* huge or table, else NULL */
	struct stlb_page page;		/* what the entry pointed to */
	struct stlb_page *below;	/* the present pages below a table */
	uint32_t nr_below, nr_covered; /* of them, what is pending, and after it what was covered */
	uint64_t said;		       /* number of its update in the devices' history, 0: none */
	struct stlb_saved_event update;
	struct stlb_later *later; /* NULL while nothing more has happened to it */
};

/** enum stlb_ending - how an obligation ended, for the summary */
enum stlb_ending {
	STLB_END_RESTORED,
	STLB_END_EXPIRED,
	STLB_END_VOID,
	STLB_END_PENDING,
	STLB_END_ABSORBED, /* by a clear of the same page: the two count as one */
	STLB_END_COUNTED,  /* it was counted when it was discharged */
};

/** stlb_obligation_size - bytes that the entry maps */
static inline uint64_t stlb_obligation_size(const struct stlb_obligation *ob)
{
	return UINT64_C(1) << stlb_level_shift(ob->level);
}

enum { STLB_MAX_EXTRA_EVIDENCE = 4 };

/** struct stlb_extra_evidence - one more event that proves a violation */
struct stlb_extra_evidence {
	const char *role;
	const struct stlb_saved_event *event;
};

/** struct stlb_violation - one violation, to be reported */
struct stlb_violation {
	enum stlb_rule rule;
	enum stlb_verdict verdict;
	const struct stlb_obligation *ob;    /* NULL: the violation is of an event alone */
	const struct stlb_event_context *ec; /* who violated it and when */
	const char *role; /* of the event context's event, NULL: it is no evidence */
	const char *missing;
	const struct stlb_hold *hold; /* without an obligation: a hold that is evidence, or NULL */
	uint64_t addr;		      /* where there is no obligation */
	bool has_addr;
	uint64_t cost_ns;
	struct stlb_extra_evidence extra[STLB_MAX_EXTRA_EVIDENCE];
	uint32_t nr_extra;
	uint8_t variant; /* tells violations of one rule apart that ask for different things */
};

/** struct stlb_occurrence - one occurrence, kept so that a loss reported later can take it back */
struct stlb_occurrence {
	struct stlb_finding *finding;
	uint64_t ns;
	uint32_t hidden; /* by which kinds of filters, as bits */
};

enum { STLB_MAX_OCCURRENCES = 8192, STLB_MAX_SITES = 4096, STLB_MAX_HELD_BACK = 512 };

#define STLB_NO_KEY UINT64_MAX

/** struct stlb_held_back - a repoint that evidence of equal content can still clear */
struct stlb_held_back {
	struct stlb_finding *finding;
	uint64_t key; /* of its task, which may be gone; STLB_NO_KEY: it is, and another has it */
	uint64_t ob;  /* id of the obligation, 0: of none */
	bool counted; /* the same violation was reported at another moment */
	bool joins;   /* it follows from another one */
	uint64_t reported, dev;	 /* of one that joins: what it reports of which device */
	bool by_ksmd;		 /* exempt, unless the task is no kernel thread after all */
	uint64_t seq, addr, end; /* of the set, and what its entry maps */
	uint64_t mm, pfn, new_pfn, site;
};

enum { STLB_MAX_PHASES = 1024 };

struct stlb_analysis {
	struct stlb_analysis_options options;
	struct stlb_trace_facts facts;
	struct stlb_result result;
	struct stlb_end_rule end_rule;
	bool arch_known;
	bool one_clock;		/* timestamps place events of different CPUs */
	struct stlb_kinds seen; /* kinds that fired */

	struct stlb_machine machine;
	struct stlb_tree tree;
	struct stlb_continuity continuity;
	bool deep; /* writes of entries are recorded where they lie: each of them */
	struct {
		uint64_t subscribed, version; /* for which of these it was found out */
		bool partial;		      /* of a subscribed mm not all tables are known */
	} known_tables;
	bool clears_unnamed;  /* some tell no address (page_table_check from 6.6 on) */
	uint64_t taken_along; /* entries of tables that were linked, or taken out, with them */

	struct stlb_page **pages; /* buckets of the pages of obligations */
	uint64_t pages_random[2]; /* for stlb_map_hash() */
	uint32_t nr_obligations;
	uint64_t last_obligation; /* the id given last */
	struct stlb_hooked hooked;
	uint32_t rules_of_place, rules_make_stale; /* what rules say of themselves, as bits */

	char (*phases)[STLB_MAX_PHASE];
	uint32_t nr_phases, phase;

	struct stlb_map upper_tables; /* of pmds and puds: which locks their updates share */
	struct stlb_devices *devices; /* NULL while no device event is expected */

	struct stlb_map sites;
	struct stlb_occurrence *occurrences; /* a ring */
	uint64_t nr_kept;
	struct stlb_held_back held_back[STLB_MAX_HELD_BACK];
	uint32_t nr_held_back;
	struct {
		uint64_t key;
		struct stlb_unsettled of;
	} by_ksmd[STLB_MAX_UNSETTLED]; /* exempt, unless that task is no kernel thread after all */
	uint32_t nr_by_ksmd;
	struct stlb_page_events *page_events; /* NULL while evidence needs none */

	uint64_t direct_map;		  /* 0: not known */
	uint64_t zero_pfn, huge_zero_pfn; /* ~0: not known */
	uint64_t free_pfn, free_page; /* of the last frees recorded by each on @free_cpu, 0: none */
	int32_t free_cpu;

	bool lost_somewhere;
	uint64_t losses;	  /* places, whether anybody was subscribed or not */
	bool table_sets_seen;	  /* sets of tables are seen: none comes back unseen */
	struct stlb_early *early; /* sets into tables that are not placed yet, NULL: none yet */
	uint64_t local_skipped;	  /* violations that only a common clock could order */
	bool failed;		  /* no memory */
	struct stlb_obligation *last_created;
};

/** stlb_recorded - whether a kind fired or is known to be recorded */
static inline bool stlb_recorded(const struct stlb_analysis *a, enum stlb_kind kind)
{
	return stlb_kinds_has(&a->seen, kind) || stlb_kinds_has(&a->facts.recorded, kind);
}

#endif
