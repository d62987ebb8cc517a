/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The functions that the files of src/check share. Each file is one step from an event to a
 * finding: updates are placed and made into clears and sets, those leave obligations, and
 * invalidations, frees and the end of operations end them or breach them.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "check/state.h"

/** enum stlb_ending - how an obligation ended, for the summary */
enum stlb_ending {
	STLB_END_RESTORED,
	STLB_END_EXPIRED,
	STLB_END_VOID,
	STLB_END_PENDING,
	STLB_END_ABSORBED, /* by a clear of the same page: the two count as one */
	STLB_END_COUNTED,  /* it was counted when it was discharged */
};

/** struct stlb_act - the event at hand, who acts and in which mm; @mm may be NULL */
struct stlb_act {
	const struct stlb_event *event;
	struct stlb_task *task;
	struct stlb_mm *mm;
};

/** struct stlb_slot - an entry: level and first address */
struct stlb_slot {
	enum stlb_level level;
	uint64_t addr;
};

/* ---- obligation.c ---- */

/** stlb_obligation_new - an update leaves one; NULL where it could not be kept (counted) */
struct stlb_obligation *stlb_obligation_new(struct stlb_analysis *a, const struct stlb_act *act,
					    struct stlb_region *region, struct stlb_slot slot,
					    struct stlb_entry old, enum stlb_obligation_type type);

/** stlb_obligation_end - it is over; frees it */
void stlb_obligation_end(struct stlb_analysis *a, struct stlb_obligation *ob,
			 enum stlb_ending ending);

/** stlb_obligation_keep - keep an event that proves something of it */
void stlb_obligation_keep(struct stlb_analysis *a, struct stlb_obligation *ob,
			  enum stlb_later_event which, const struct stlb_event *event);

/** stlb_obligation_is_kept - whether something is still to be told of a discharged one */
bool stlb_obligation_is_kept(const struct stlb_analysis *a, const struct stlb_obligation *ob);

/** stlb_obligation_is_partly_covered - of a huge entry, a part is neither covered nor back */
bool stlb_obligation_is_partly_covered(const struct stlb_obligation *ob);

/** stlb_obligation_retype - a clear became a tighten, or a repoint */
void stlb_obligation_retype(struct stlb_obligation *ob, enum stlb_obligation_type type);

/** stlb_obligation_size - bytes that the entry maps */
uint64_t stlb_obligation_size(const struct stlb_obligation *ob);

/** stlb_obligation_before - whether what @task does now is known to come after the update */
bool stlb_obligation_before(const struct stlb_obligation *ob, const struct stlb_task *task);

/** stlb_hold_brief - the acquisition of a hold as evidence */
void stlb_hold_brief(const struct stlb_hold *hold, const struct stlb_task *task,
		     struct stlb_brief *event);

/** stlb_scope_put - one user less; NULL is fine */
void stlb_scope_put(struct stlb_scope *scope);

/* ---- pages.c ---- */

/** stlb_pages_watch, stlb_pages_unwatch - whether a free of the page concerns an obligation */
void stlb_pages_watch(struct stlb_analysis *a, struct stlb_page *page);
void stlb_pages_unwatch(struct stlb_analysis *a, struct stlb_page *page);

/** stlb_pages_learn - what an event tells of where struct pages and the direct map lie */
void stlb_pages_learn(struct stlb_analysis *a, const struct stlb_event *event);

/** stlb_pages_is_zero - whether a pfn is known to be (in) a zero page */
bool stlb_pages_is_zero(const struct stlb_analysis *a, uint64_t pfn);

/** stlb_on_page_free, stlb_on_page_alloc - events of the allocator */
void stlb_on_page_free(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_page_alloc(struct stlb_analysis *a, const struct stlb_act *act);

/* ---- update.c, place.c, set.c, clear.c ---- */

void stlb_on_clear(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_clear_flush(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_pmd_split(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_set(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_map(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_ptl_map(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_pmd_install(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_table_free(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_migration_set(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_migration_remove(struct stlb_analysis *a, const struct stlb_act *act);

/** stlb_clear - an entry that said @old says nothing present any more, but @left */
void stlb_clear(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_slot slot,
		struct stlb_entry old, enum stlb_state left);

/** stlb_set - an entry says @new; @old is what it said, not known: what was seen of it last */
void stlb_set(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_slot slot,
	      struct stlb_entry old, struct stlb_entry new);

/** stlb_settle - what the set of an entry does to the obligations on what it maps */
void stlb_settle(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_region *region,
		 struct stlb_slot slot, struct stlb_entry new);

/**
 * stlb_set_table - a pmd points to a table
 *
 * Returns whether it is the one that was taken out of it, as far as that is still known.
 */
bool stlb_set_table(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_region *region,
		    struct stlb_slot slot, struct stlb_entry table);

/** stlb_settle_tentative - a hold is over: did what was set while it was suspended belong to it? */
void stlb_settle_tentative(struct stlb_analysis *a, struct stlb_task *task, uint64_t hold,
			   bool went_on);

/** stlb_tentative_over - nothing has shown that its hold went on: another operation set it */
void stlb_tentative_over(struct stlb_analysis *a, struct stlb_obligation *ob);

/** stlb_settle_zeroes - a hold ends: was a huge zero page split into zero ptes? */
void stlb_settle_zeroes(struct stlb_analysis *a, struct stlb_task *task, uint64_t hold);

/** stlb_set_told - only after a set at @slot an event tells what the entry said before it */
void stlb_set_told(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_slot slot,
		   struct stlb_entry old, struct stlb_entry new);

/** stlb_place_learn - an event has both an entry's kernel address and what it maps */
void stlb_place_learn(struct stlb_analysis *a, const struct stlb_act *act, enum stlb_level level);

/** stlb_obligation_unplaced - a clear of a page in an entry that is not known which */
struct stlb_obligation *stlb_obligation_unplaced(struct stlb_analysis *a,
						 const struct stlb_act *act, struct stlb_entry old);

/** stlb_place_clear - a clear without address: by pfn in the mapped table, else by the next set */
void stlb_place_clear(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_entry old);

/** stlb_place_doubt - any entry of the mm that holds the page may be the one that was cleared */
void stlb_place_doubt(struct stlb_analysis *a, struct stlb_mm *mm, struct stlb_entry old);

/** stlb_place_failed - updates that no slot was found for; of an mm that owes nothing, no matter */
void stlb_place_failed(struct stlb_analysis *a, const struct stlb_mm *mm, uint64_t nr);

/**
 * stlb_place_parked - the set of a slot names where a parked clear was
 * @found, @new: what the slot says before and after
 * @nr: how many slots are still to be set, with this one
 *
 * Returns whether there was one that it names.
 */
bool stlb_place_parked(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_slot slot,
		       struct stlb_entry found, struct stlb_entry new, uint64_t nr);

/** stlb_place_invalidated - a task invalidated a range: parked clears of its have to know */
void stlb_place_invalidated(struct stlb_task *task, const struct stlb_mm *mm, uint64_t start,
			    uint64_t end);

/** stlb_place_note - an entry of the mapped table was cleared by an event that names it */
void stlb_place_note(struct stlb_task *task, const struct stlb_mm *mm, struct stlb_slot slot);

/** stlb_place_freed - pages are freed: parked clears of them are judged by their page */
void stlb_place_freed(struct stlb_analysis *a, const struct stlb_act *act, uint64_t pfn,
		      uint64_t nr);

/** stlb_place_drop - a hold ends: clears that no set has named are unplaced */
void stlb_place_drop(struct stlb_analysis *a, struct stlb_task *task, uint64_t hold);

/** stlb_maps_apply - a hold (or, 0, the bracket) ends: what was mapped in it is set by now */
void stlb_maps_apply(struct stlb_analysis *a, const struct stlb_act *act, uint64_t hold,
		     uint64_t bracket);

/* ---- hold.c ---- */

/** stlb_locks_traced - whether holds can be told apart at all */
bool stlb_locks_traced(const struct stlb_analysis *a);

void stlb_on_lock_acquire(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_lock_acquired(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_lock_release(struct stlb_analysis *a, const struct stlb_act *act);

/** stlb_hold_over - a critical section ends; one of the machine's facts */
void stlb_hold_over(void *analysis, struct stlb_task *task, const struct stlb_hold *over,
		    enum stlb_over how, const struct stlb_event *by);

/* ---- sched.c ---- */

void stlb_on_switch(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_waking(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_fork(struct stlb_analysis *a, const struct stlb_act *act);

/** stlb_on_leave - the task returns to user mode, or exits */
void stlb_on_leave(struct stlb_analysis *a, const struct stlb_act *act);

/* ---- bracket.c, invalidate.c ---- */

void stlb_on_inv_start(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_inv_start_ret(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_inv_end(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_inv_end_ret(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_inv_range(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_inv_range_ret(struct stlb_analysis *a, const struct stlb_act *act);

/** stlb_brackets_leave - the task leaves the kernel: what it has still open never ends */
void stlb_brackets_leave(struct stlb_analysis *a, const struct stlb_act *act);

/** struct stlb_invalidation - what was invalidated; @at_end: by invalidate_range_end */
struct stlb_invalidation {
	uint64_t start, end;
	bool at_end;
	uint64_t entered_ns; /* 0: its duration is not known */
};

/** stlb_invalidate - from now on no secondary TLB holds a translation of the range */
void stlb_invalidate(struct stlb_analysis *a, const struct stlb_act *act,
		     struct stlb_invalidation what);

/** stlb_invalidate_one - the same for one obligation, which may be over then */
void stlb_invalidate_one(struct stlb_analysis *a, const struct stlb_act *act,
			 struct stlb_obligation *ob, struct stlb_invalidation what);

/* ---- deadline.c ---- */

/** stlb_deadline_at_end - which operations a bracket's end concludes */
void stlb_deadline_at_end(struct stlb_analysis *a, const struct stlb_act *act,
			  const struct stlb_bracket *bracket, bool invalidates);

/** stlb_deadline_at_unlock - the task drops the mmap_lock of an mm: what it did under it is over */
void stlb_deadline_at_unlock(struct stlb_analysis *a, const struct stlb_act *act);

/** stlb_deadline_at_leave - the task leaves the kernel: all that it did is over */
void stlb_deadline_at_leave(struct stlb_analysis *a, const struct stlb_act *act);

/* ---- device.c ---- */

void stlb_on_dev_fill(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_dev_access(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_dev_inv(struct stlb_analysis *a, const struct stlb_act *act);

/** stlb_devices_expect - note what devices are held against, where the trace may have some */
void stlb_devices_expect(struct stlb_analysis *a);

/*
 * What follows is called only where a->devices is there.
 */

/** stlb_device_note_update - an entry says something new; before its obligation is made */
void stlb_device_note_update(struct stlb_analysis *a, const struct stlb_act *act,
			     struct stlb_slot slot, struct stlb_entry old, struct stlb_entry new);

/** stlb_device_note_not_placed - a set whose slot is not known (yet) */
void stlb_device_note_not_placed(struct stlb_analysis *a, const struct stlb_mm *mm);

/** stlb_device_note_owed - the update noted last left this obligation */
void stlb_device_note_owed(struct stlb_analysis *a, struct stlb_obligation *ob);

/** stlb_device_note_gone - an invalidation that is ordered after its update covers [start, end) */
void stlb_device_note_gone(struct stlb_analysis *a, const struct stlb_act *act,
			   const struct stlb_obligation *ob, uint64_t start, uint64_t end);

/** stlb_device_note_over - the obligation ends */
void stlb_device_note_over(struct stlb_analysis *a, const struct stlb_obligation *ob,
			   enum stlb_ending ending);

/** stlb_device_forget - the mm has no subscriber any more, or goes away */
void stlb_device_forget(struct stlb_analysis *a, const struct stlb_mm *mm);

/** stlb_device_note_free - pages were freed that a device may still hold */
void stlb_device_note_free(struct stlb_analysis *a, const struct stlb_act *act, uint64_t pfn,
			   uint64_t nr);

/** stlb_devices_free - free what is known of devices */
void stlb_devices_free(struct stlb_analysis *a);

/* ---- subscribe.c ---- */

void stlb_on_subscribe(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_subscribe_ret(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_unregister(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_unsubscribe(struct stlb_analysis *a, const struct stlb_act *act);
void stlb_on_mm_free(struct stlb_analysis *a, const struct stlb_act *act);

/** stlb_subscribe_by_event - a notifier event of an mm shows that it has a subscriber */
void stlb_subscribe_by_event(struct stlb_analysis *a, struct stlb_mm *mm);

/* ---- report.c, site.c ---- */

enum { STLB_MAX_ALSO = 4 };

/** struct stlb_also - one more event that proves a breach */
struct stlb_also {
	const char *role;
	const struct stlb_brief *event;
};

/** struct stlb_case - one breach, to be reported */
struct stlb_case {
	enum stlb_rule rule;
	enum stlb_verdict verdict;
	const struct stlb_obligation *ob; /* NULL: the breach is of an event alone */
	const struct stlb_act *act;	  /* who breached it and when */
	const char *role;		  /* of the act's event, NULL: it is no evidence */
	const char *missing;
	const struct stlb_hold *hold; /* without an obligation: a hold that is evidence, or NULL */
	uint64_t addr;		      /* where there is no obligation */
	bool has_addr;
	uint64_t cost_ns;
	struct stlb_also also[STLB_MAX_ALSO];
	uint32_t nr_also;
	uint8_t variant; /* tells breaches of one rule apart that ask for different things */
};

/** stlb_breach - an obligation is breached: at most once per rule, racy ones as such */
void stlb_breach(struct stlb_analysis *a, enum stlb_rule rule, struct stlb_obligation *ob,
		 const struct stlb_act *act, const char *role, const char *missing);

/** stlb_report - report a breach; filtered, counted by site */
void stlb_report(struct stlb_analysis *a, const struct stlb_case *c);

/** stlb_case_verdict - observed, unless evidence was lost */
enum stlb_verdict stlb_case_verdict(const struct stlb_analysis *a,
				    const struct stlb_obligation *ob);

/** stlb_case_site - a number for the site of a breach */
uint64_t stlb_case_site(const struct stlb_analysis *a, const struct stlb_case *c);

/** stlb_case_fingerprint - of all but the names of functions: 16 hex digits */
void stlb_case_fingerprint(const struct stlb_case *c, char fingerprint[17]);

/** stlb_fingerprint_name - the fingerprint of a finding, with the names of its functions */
void stlb_fingerprint_name(const struct stlb_analysis *a, struct stlb_finding *finding);

/** stlb_case_finding - a finding of one occurrence, not counted yet; NULL without memory */
struct stlb_finding *stlb_case_finding(struct stlb_analysis *a, const struct stlb_case *c);

/**
 * stlb_sites_count - count occurrences of a site
 * @finding: taken over; its counts are not looked at
 */
void stlb_sites_count(struct stlb_analysis *a, uint64_t site, struct stlb_finding *finding,
		      uint64_t count);

/** stlb_sites_again - count one more occurrence of a site that is known; false: it is not */
bool stlb_sites_again(struct stlb_analysis *a, uint64_t site, const struct stlb_case *c);

/** stlb_sites_doubt - breaches after @from_ns are inconclusive: events were lost since */
void stlb_sites_doubt(struct stlb_analysis *a, uint64_t from_ns);

/** stlb_sites_doubt_rules - all findings of some rules (bits) are inconclusive, and why */
void stlb_sites_doubt_rules(struct stlb_analysis *a, uint64_t rules, const char *why);

/** stlb_sites_drop_rules - findings of some rules (bits) cannot be judged at all */
void stlb_sites_drop_rules(struct stlb_analysis *a, uint64_t rules);

/** stlb_sites_finish - put them in order into the result; 0 or -ENOMEM */
int stlb_sites_finish(struct stlb_analysis *a);

/* ---- filter.c ---- */

/** stlb_case_hidden - the kinds of filters that hide a breach, as bits; 0: it is selected */
uint32_t stlb_case_hidden(const struct stlb_analysis *a, const struct stlb_case *c);

/** stlb_filter_waits - whether a value of the filter has met nothing so far */
bool stlb_filter_waits(const struct stlb_analysis *a);

/** stlb_filter_note - an event: which values it matches */
void stlb_filter_note(struct stlb_analysis *a, const struct stlb_event *event);

/* ---- coverage.c ---- */

/** stlb_coverage - what could be judged; and what could not after all is doubted */
void stlb_coverage(struct stlb_analysis *a);

/** stlb_recorded - whether a kind fired or is known to be recorded */
bool stlb_recorded(const struct stlb_analysis *a, enum stlb_kind kind);

/** stlb_note - a line on what was assumed; static text, each once */
void stlb_note(struct stlb_analysis *a, const char *text);

#endif
