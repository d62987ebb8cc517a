/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An entry says something new: what that ends, and what it violates. */
#include <string.h>

#include "check/clear.h"
#include "check/detached.h"
#include "check/device_note.h"
#include "check/discharge.h"
#include "check/obligation.h"
#include "check/pages.h"
#include "check/set.h"
#include "check/tentative.h"
#include "check/walk.h"

/* ---- of the same operation as a clear? (staletlb-rules(7), One operation) ---- */

enum belongs { ANOTHER, SAME, PERHAPS };

static enum belongs same_operation(const struct stlb_event_context *ec,
				   const struct stlb_obligation *ob, enum stlb_level level)
{
	const struct stlb_hold *hold;

	/* a collapse of a part puts the table back, with the new page (staletlb-kernel(7), T29) */
	if (ob->table && (level != STLB_LEVEL_PTE || stlb_has_taken_out(ec, ob->addr)))
		return SAME;
	if (ob->new_state == STLB_MIGRATION || ob->new_state == STLB_SWAP ||
	    ob->new_state == STLB_PROTNONE)
		return SAME;
	if (ob->context != ec->context)
		return ANOTHER;
	/* the locks of only some tasks, or functions, may be traced: the bracket stands for them */
	if (!ob->scope->hold)
		return stlb_context_in_bracket(ob->context, ob->scope->bracket) ? SAME : ANOTHER;
	hold = stlb_context_find_hold(ob->context, ob->scope->hold);
	if (!hold)
		return ANOTHER;
	return hold->suspended ? PERHAPS : SAME;
}

void stlb_settle_tentative(struct stlb_analysis *a, struct stlb_context *context, uint64_t hold,
			   bool went_on)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, &context->clears) {
		struct stlb_obligation *ob =
			stlb_list_entry(at, struct stlb_obligation, in_context);

		if (!ob->tentative || ob->scope->hold != hold)
			continue;
		stlb_tentative_judge(a, ob, went_on);
		if (ob->discharged && !stlb_obligation_is_kept(a, ob))
			stlb_obligation_end(a, ob, STLB_END_COUNTED);
		else if (!stlb_mm_is_subscribed(ob->mm))
			stlb_obligation_end(a, ob, STLB_END_VOID);
	}
}

static void other_page(struct stlb_analysis *a, const struct stlb_event_context *ec,
		       struct stlb_obligation *ob, struct stlb_entry new, enum stlb_level level)
{
	enum belongs belongs;

	/* what was made invalid in place was set again since, to what is not recorded */
	if (ob->type == STLB_WRITE_PROTECT || ob->set_again_unseen)
		return;
	belongs = same_operation(ec, ob, level);
	if (belongs == SAME)
		STLB_CALL(a, repointed, a, ec, ob, new);
	else if (belongs == PERHAPS && !ob->set_seen)
		stlb_tentative_set(ob, new);
	else if (ob->type == STLB_CLEAR && !ob->set_seen)
		STLB_CALL(a, refilled, a, ec, ob);
	if (!ob->set_seen)
		stlb_obligation_keep(a, ob, STLB_LATER_SET, ec->event);
	ob->set_seen = true;
}

/* ---- the same page is back ---- */

static bool is_zeroes(const struct stlb_analysis *a, struct stlb_entry old, struct stlb_entry new)
{
	return stlb_pages_is_zero(a, old.pfn) && stlb_pages_is_zero(a, new.pfn);
}

static bool loses_rights(struct stlb_entry old, struct stlb_entry new)
{
	return old.rights_known && new.rights_known &&old.writable && !new.writable;
}

static void same_page(struct stlb_analysis *a, struct stlb_obligation *ob, struct stlb_entry new)
{
	if (!loses_rights(ob->old, new))
		stlb_obligation_end(a, ob, STLB_END_RESTORED);
	else if (ob->type != STLB_WRITE_PROTECT)
		stlb_obligation_retype(ob, STLB_WRITE_PROTECT);
}

static void subpage_restored(struct stlb_analysis *a, struct stlb_obligation *ob,
			     unsigned int index, struct stlb_entry new)
{
	struct stlb_subpages *subpages = ob->subpages;
	uint64_t bit = UINT64_C(1) << (index % 64);
	bool restored_read_only = loses_rights(ob->old, new);

	if ((subpages->restored[index / 64] | subpages->restored_read_only[index / 64]) & bit)
		return;
	(restored_read_only ? subpages->restored_read_only : subpages->restored)[index / 64] |= bit;
	subpages->write_protected |= restored_read_only;
	if (++subpages->nr_restored < STLB_ENTRIES)
		return;
	if (subpages->write_protected)
		stlb_obligation_retype(ob, STLB_WRITE_PROTECT);
	else
		stlb_obligation_end(a, ob, STLB_END_RESTORED);
}

/* ---- huge entries and tables, by their 512 subpages ---- */

static bool is_zeroing(const struct stlb_obligation *ob, struct stlb_entry new)
{
	return !ob->table && !ob->old.writable && stlb_entry_is_zero_like(new) &&
	       (!ob->subpages->nr_zeroed || ob->subpages->zero_pfn == new.pfn);
}

/* One page in place of a whole huge page: a huge zero page being split, if all 512 follow. */
static void subpage_zeroed(struct stlb_analysis *a, const struct stlb_event_context *ec,
			   struct stlb_obligation *ob, struct stlb_entry new)
{
	struct stlb_hold *hold = stlb_context_hold(ec->context);

	if (!ob->set_seen)
		stlb_obligation_keep(a, ob, STLB_LATER_SET, ec->event);
	ob->set_seen = true;
	ob->subpages->zero_pfn = new.pfn;
	if (++ob->subpages->nr_zeroed == STLB_ENTRIES)
		stlb_obligation_end(a, ob, STLB_END_RESTORED);
	else if (hold)
		hold->work = true;
}

void stlb_settle_zeroes(struct stlb_analysis *a, struct stlb_context *context, uint64_t hold)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, &context->clears) {
		struct stlb_obligation *ob =
			stlb_list_entry(at, struct stlb_obligation, in_context);
		struct stlb_event event;
		struct stlb_event_context ec = {&event, context, ob->mm};

		if (!ob->subpages || !ob->subpages->nr_zeroed || !ob->later ||
		    ob->scope->hold != hold)
			continue;
		stlb_saved_event_expand(&ob->later->event[STLB_LATER_SET], &event);
		ob->subpages->nr_zeroed = 0;
		if (!ob->discharged)
			STLB_CALL(a, repointed, a, &ec, ob,
				  (struct stlb_entry){.pfn = ob->subpages->zero_pfn,
						      .state = STLB_PRESENT,
						      .known = 1});
	}
}

static const struct stlb_page *page_below(const struct stlb_obligation *ob, unsigned int index)
{
	for (uint32_t i = 0; i < ob->nr_below; i++)
		if (ob->below[i].index == index)
			return &ob->below[i];
	return NULL;
}

/* A pte set below a cleared pmd: of a split, or in the table that was put back. */
static void set_subpage(struct stlb_analysis *a, const struct stlb_event_context *ec,
			struct stlb_obligation *ob, struct stlb_slot slot, struct stlb_entry new)
{
	uint64_t unit = stlb_obligation_size(ob) / STLB_ENTRIES;
	unsigned int index = slot.addr / unit % STLB_ENTRIES;
	const struct stlb_page *page;

	if (ob->table) {
		page = page_below(ob, index);
		if (page && page->pfn != new.pfn)
			other_page(a, ec, ob, new, slot.level);
	} else if (new.pfn == ob->old.pfn + ((slot.addr - ob->addr) >> STLB_PAGE_SHIFT) ||
		   is_zeroes(a, ob->old, new)) {
		subpage_restored(a, ob, index, new);
	} else if (is_zeroing(ob, new)) {
		subpage_zeroed(a, ec, ob, new);
	} else {
		other_page(a, ec, ob, new, slot.level);
	}
}

/* A huge entry in place of a table that held just the same pages leaves only the table pending. */
static bool holds_the_same(const struct stlb_obligation *ob, struct stlb_entry new)
{
	for (uint32_t i = 0; i < ob->nr_below; i++)
		if (ob->below[i].pfn != new.pfn + ob->below[i].index)
			return false;
	return ob->nr_below > 0;
}

static void set_whole(struct stlb_analysis *a, const struct stlb_event_context *ec,
		      struct stlb_obligation *ob, struct stlb_slot slot, struct stlb_entry new)
{
	uint64_t offset = (ob->addr - slot.addr) >> STLB_PAGE_SHIFT;

	if (ob->table && new.state == STLB_PRESENT) {
		if (!holds_the_same(ob, new))
			other_page(a, ec, ob, new, slot.level);
	} else if (ob->old.pfn == new.pfn + offset || is_zeroes(a, ob->old, new)) {
		same_page(a, ob, new);
	} else {
		other_page(a, ec, ob, new, slot.level);
	}
}

/* ---- which obligations a set concerns ---- */

/* The page is back while a part of its huge entry is still cached: nothing stale is left of it. */
static void settle_discharged(struct stlb_analysis *a, const struct stlb_event_context *ec,
			      struct stlb_obligation *ob, struct stlb_slot slot,
			      struct stlb_entry new)
{
	bool same = new.pfn == ob->old.pfn + ((slot.addr - ob->addr) >> STLB_PAGE_SHIFT);

	if (ob->type == STLB_WRITE_PROTECT || ob->table || (ob->restored_read_only && !same))
		return;
	if (!same) {
		ob->set_seen = true;
		STLB_CALL(a, settled, a, ec, ob);
	} else if (ob->level > slot.level) {
		set_subpage(a, ec, ob, slot, new);
	} else if (loses_rights(ob->old, new)) {
		ob->restored_read_only = true;
	} else {
		stlb_obligation_end(a, ob, STLB_END_COUNTED);
	}
}

/* Where it was cleared is not known: the same page set in the same hold is taken for its place. */
static void settle_unplaced(struct stlb_analysis *a, const struct stlb_event_context *ec,
			    struct stlb_obligation *ob, struct stlb_entry new)
{
	if (new.pfn == ob->old.pfn && ob->context == ec->context &&
	    !ob->discharged &&stlb_context_holds(ob->context, ob->scope->hold))
		stlb_obligation_end(a, ob, STLB_END_RESTORED);
}

static void settle_one(struct stlb_analysis *a, const struct stlb_event_context *ec,
		       struct stlb_obligation *ob, struct stlb_slot slot, struct stlb_entry new)
{
	if (!a->one_clock && !stlb_obligation_before(ob, ec->context)) {
		a->local_skipped++;
		return;
	}
	if (ob->discharged) {
		settle_discharged(a, ec, ob, slot, new);
	} else if (ob->level > slot.level) {
		set_subpage(a, ec, ob, slot, new);
	} else {
		set_whole(a, ec, ob, slot, new);
	}
}

static void settle(struct stlb_analysis *a, const struct stlb_event_context *ec,
		   struct stlb_region *region, struct stlb_slot slot, struct stlb_entry new)
{
	struct stlb_walk walk = stlb_walk_at(ec->mm, region, slot);
	struct stlb_list *at, *next;

	for (struct stlb_obligation *ob; (ob = stlb_walk_next(&walk));)
		settle_one(a, ec, ob, slot, new);
	stlb_list_each (at, next, &ec->mm->nowhere)
		settle_unplaced(a, ec, stlb_list_entry(at, struct stlb_obligation, in_region), new);
}

/* ---- a table is put into a pmd ---- */

/* What it says by now of a page that it held; the same, where no more is known of the entry. */
static struct stlb_entry entry_again(const struct stlb_region *region, const struct stlb_page *page,
				     bool known)
{
	struct stlb_entry same = {.pfn = page->pfn, .state = STLB_PRESENT, .known = 1};

	return known && region->away[page->index].known ? region->away[page->index] : same;
}

/* It restores the entries that say the same as before, and repoints the others. */
static void put_back(struct stlb_analysis *a, const struct stlb_event_context *ec,
		     struct stlb_obligation *ob, struct stlb_region *region, bool known)
{
	struct stlb_entry repointed = {0};
	uint32_t kept = 0;

	stlb_pages_unwatch(a, &ob->page);
	ob->page.nr = 0;
	for (uint32_t i = 0; i < ob->nr_below; i++)
		stlb_pages_unwatch(a, &ob->below[i]);
	for (uint32_t i = 0; i < ob->nr_below; i++) {
		struct stlb_entry now = entry_again(region, &ob->below[i], known);

		if (stlb_entry_is_present(now) && now.pfn == ob->below[i].pfn)
			continue;
		if (stlb_entry_is_present(now))
			repointed = now;
		ob->below[kept] = ob->below[i];
		stlb_pages_watch(a, &ob->below[kept++]);
	}
	if (kept && ob->nr_covered)
		memmove(&ob->below[kept], &ob->below[ob->nr_below],
			ob->nr_covered * sizeof(*ob->below));
	ob->nr_below = kept;
	if (!kept)
		stlb_obligation_end(a, ob, STLB_END_RESTORED);
	else if (repointed.known)
		other_page(a, ec, ob, repointed, STLB_LEVEL_PMD);
}

bool stlb_set_table(struct stlb_analysis *a, const struct stlb_event_context *ec,
		    struct stlb_region *region, struct stlb_slot slot, struct stlb_entry table)
{
	struct stlb_walk walk = stlb_walk_at(ec->mm, region, slot);
	bool known = region->away && region->away_pfn == table.pfn;
	int again;

	for (struct stlb_obligation *ob; (ob = stlb_walk_next(&walk));) {
		/* a table below a huge page that was split changes no page */
		if (!ob->table || ob->level != slot.level || ob->discharged)
			continue;
		if (ob->old.pfn == table.pfn)
			put_back(a, ec, ob, region, known);
		else if (!ob->known_empty)
			other_page(a, ec, ob, table, slot.level);
	}
	again = stlb_region_put_back(&a->machine.regions, region, table.pfn);
	a->failed |= again < 0;
	return again > 0;
}

/* ---- the set itself ---- */

/* The clear came first and recorded nothing of what it left: the entry set now does. */
static void note_new_state(const struct stlb_event_context *ec, struct stlb_region *region,
			   struct stlb_slot slot, enum stlb_state new_state)
{
	struct stlb_walk walk = stlb_walk_at(ec->mm, region, slot);

	for (struct stlb_obligation *ob; (ob = stlb_walk_next(&walk));) {
		if (ob->context != ec->context || ob->set_seen || ob->table)
			continue;
		/* split_huge_page with freeze, hugetlb: migration entries in a huge one's place */
		if (ob->level == slot.level ? ob->new_state == STLB_NONE
					    : new_state == STLB_MIGRATION && ob->level > slot.level)
			ob->new_state = new_state;
	}
}

static void set_not_present(struct stlb_analysis *a, const struct stlb_event_context *ec,
			    struct stlb_region *region, struct stlb_slot slot,
			    struct stlb_entry old, struct stlb_entry new)
{
	if (stlb_entry_is_present(old))
		stlb_clear(a, ec, slot, old, new.state);
	else
		note_new_state(ec, region, slot, new.state);
	a->failed |= stlb_region_set(&a->machine.regions, region, slot.level, slot.addr, new,
				     ec->event) < 0;
}

static void set_over_present(struct stlb_analysis *a, const struct stlb_event_context *ec,
			     struct stlb_region *region, struct stlb_slot slot,
			     struct stlb_entry old, struct stlb_entry new)
{
	struct stlb_obligation *ob;

	if (old.state == STLB_PRESENT && old.pfn == new.pfn) {
		if (loses_rights(old, new))
			stlb_obligation_new(a, ec, region, slot, old, STLB_WRITE_PROTECT);
		return;
	}
	ob = stlb_obligation_new(a, ec, region, slot, old, STLB_REPOINT);
	if (!ob)
		return;
	if (ob->table ? holds_the_same(ob, new) : is_zeroes(a, old, new)) {
		if (!ob->table)
			stlb_obligation_end(a, ob, STLB_END_RESTORED);
		return;
	}
	STLB_CALL(a, repointed, a, ec, ob, new);
}

/* Whether a cached copy of the entry can exist, so that its replacement needs an invalidation. */
static bool was_walkable(struct stlb_entry old)
{
	return old.known && (old.state == STLB_PRESENT || old.state == STLB_TABLE);
}

void stlb_set_old_value(struct stlb_analysis *a, const struct stlb_event_context *ec,
			struct stlb_slot slot, struct stlb_entry old, struct stlb_entry new)
{
	struct stlb_region *region = stlb_region_find(&a->machine.regions, ec->mm, slot.addr);

	if (!region || !stlb_mm_is_subscribed(ec->mm) || !was_walkable(old))
		return;
	if (new.state != STLB_PRESENT) {
		stlb_clear(a, ec, slot, old, new.state);
		return;
	}
	if (a->devices)
		stlb_device_note_update(a, ec, slot, old, new);
	set_over_present(a, ec, region, slot, old, new);
}

void stlb_set(struct stlb_analysis *a, const struct stlb_event_context *ec, struct stlb_slot slot,
	      struct stlb_entry old, struct stlb_entry new)
{
	struct stlb_region *region = stlb_region_get(&a->machine.regions, ec->mm, slot.addr);

	if (!region) {
		a->result.dropped++;
		return;
	}
	if (region->out && slot.level == STLB_LEVEL_PTE && stlb_is_out_of_sight(ec, slot.addr)) {
		a->failed |= stlb_region_set_away(&a->machine.regions, region, slot.addr, new) < 0;
		return;
	}
	STLB_CALL(a, updated, a, ec, region, slot,
		  new.state == STLB_TABLE || (old.known && old.state == STLB_TABLE));
	if (new.state == STLB_TABLE) {
		if (stlb_entry_is_present(old))
			stlb_clear(a, ec, slot, old, STLB_NONE);
		if (a->devices)
			stlb_device_note_update(a, ec, slot, stlb_entry_none(), new);
		a->table_sets_seen |= slot.level == STLB_LEVEL_PMD;
		stlb_set_table(a, ec, region, slot, new);
		if (stlb_is_out_of_sight(ec, slot.addr))
			stlb_detached_replaced(ec->context, ec->mm);
		a->failed |= stlb_region_set(&a->machine.regions, region, slot.level, slot.addr,
					     new, ec->event) < 0;
		return;
	}
	if (new.state != STLB_PRESENT) {
		set_not_present(a, ec, region, slot, old, new);
		return;
	}
	/* what was pending before this set comes first: the set's own obligation is not its
	 * violation */
	if (a->nr_obligations)
		settle(a, ec, region, slot, new);
	if (a->devices)
		stlb_device_note_update(a, ec, slot, old, new);
	if (stlb_mm_is_subscribed(ec->mm) && was_walkable(old))
		set_over_present(a, ec, region, slot, old, new);
	if (slot.level == STLB_LEVEL_PMD && stlb_is_out_of_sight(ec, slot.addr))
		stlb_detached_replaced(ec->context, ec->mm);
	if (slot.level == STLB_LEVEL_PMD)
		stlb_region_forget_ptes(&a->machine.regions, region);
	else if (region->pmd.known && region->pmd.state != STLB_TABLE)
		stlb_region_doubt(&a->machine.regions, region, STLB_LEVEL_PMD, slot.addr);
	a->failed |= stlb_region_set(&a->machine.regions, region, slot.level, slot.addr, new,
				     ec->event) < 0;
}
