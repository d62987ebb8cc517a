/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an update needs, from the update to whatever ends it. */
#include <stdlib.h>
#include <string.h>

#include "check/detached.h"
#include "check/device_note.h"
#include "check/obligation.h"
#include "check/pages.h"
#include "check/tentative.h"
#include "check/walk.h"

bool stlb_obligation_before(const struct stlb_obligation *ob, const struct stlb_context *context)
{
	if (ob->context == context)
		return true;
	return !ob->unordered && stlb_hb_before(&ob->context->hb, ob->seq, &context->hb);
}

/* ---- scopes ---- */

void stlb_scope_put(struct stlb_scope *scope)
{
	if (!scope || --scope->users)
		return;
	free(scope->stack);
	free(scope);
}

void stlb_hold_saved_event(const struct stlb_hold *hold, const struct stlb_context *context,
			   struct stlb_saved_event *event)
{
	event->ns = hold->ns;
	event->name = hold->name;
	event->kind = hold->kind;
	event->cpu = hold->cpu;
	event->tid = context->tid;
	event->comm = context->comm;
	event->context = context->kind;
	event->field[0] = STLB_FIELD_LOCK;
	event->value[0] = hold->lock;
	event->nr_values = 1;
}

static struct stlb_scope *scope_new(const struct stlb_analysis *a, struct stlb_context *context,
				    const struct stlb_hold *hold,
				    const struct stlb_bracket *bracket)
{
	struct stlb_scope *scope = calloc(1, sizeof(*scope));

	if (!scope)
		return NULL;
	scope->phase = a->phase;
	scope->bracket_event = -1;
	if (hold) {
		scope->hold = hold->id;
		scope->lock = hold->lock;
		stlb_hold_saved_event(hold, context, &scope->lock_event);
	}
	if (bracket) {
		scope->bracket = bracket->id;
		scope->bracket_event = bracket->event;
		scope->range = (struct stlb_range){bracket->start, bracket->end, true};
		scope->bracket_start = bracket->start_event;
	}
	return scope;
}

/* The scope of an update made now: shared with the one before where nothing has changed. */
static struct stlb_scope *scope_get(struct stlb_analysis *a, struct stlb_context *context,
				    const struct stlb_mm *mm)
{
	struct stlb_update_state *update = stlb_context_update_state(context);
	struct stlb_hold *hold = stlb_context_hold(context);
	struct stlb_bracket *bracket = stlb_context_bracket(context, mm);
	struct stlb_scope *last = update ? update->scope : NULL;

	if (!update)
		return NULL;
	if (hold)
		hold->used = true;
	if (last && hold && last->hold == hold->id && last->phase == a->phase &&
	    last->bracket == (bracket ? bracket->id : 0)) {
		last->users++;
		return last;
	}
	stlb_scope_put(last);
	update->scope = scope_new(a, context, hold, bracket);
	if (update->scope)
		update->scope->users = 2;
	return update->scope;
}

/* ---- the pages that it is about ---- */

static void watch_pages(struct stlb_analysis *a, struct stlb_obligation *ob)
{
	unsigned int level = ob->nowhere && ob->old.huge ? STLB_LEVEL_PMD : ob->level;

	ob->page.obligation = ob;
	ob->page.pfn = ob->old.pfn;
	ob->page.nr = ob->table ? 1 : 1u << (stlb_level_shift(level) - STLB_PAGE_SHIFT);
	stlb_pages_watch(a, &ob->page);
}

static void watch_below(struct stlb_analysis *a, struct stlb_obligation *ob,
			const struct stlb_region *region)
{
	unsigned int unknown, present = stlb_region_present(region, &unknown);

	ob->only_table = present == 0;
	/* what takes an empty table out has cleared its entries before (staletlb-kernel(7), T30) */
	ob->known_empty = present == 0 && unknown < STLB_ENTRIES;
	if (!present)
		return;
	ob->below = calloc(present, sizeof(*ob->below));
	if (!ob->below) {
		a->failed = true;
		return;
	}
	for (unsigned int i = 0; i < STLB_ENTRIES; i++) {
		struct stlb_page *page = &ob->below[ob->nr_below];

		if (!stlb_entry_is_present(region->ptes[i]))
			continue;
		*page = (struct stlb_page){NULL, ob, region->ptes[i].pfn, 1, i};
		stlb_pages_watch(a, page);
		ob->nr_below++;
	}
}

/* ---- beginning ---- */

static bool has_room(struct stlb_analysis *a)
{
	if (a->nr_obligations < STLB_MAX_OBLIGATIONS)
		return true;
	a->result.dropped++;
	return false;
}

/* Whether its hold goes on since before events were lost: it may have been another one. */
static bool in_lossy_hold(const struct stlb_obligation *ob)
{
	const struct stlb_hold *hold = stlb_context_find_hold(ob->context, ob->scope->hold);

	return hold && hold->lossy;
}

/* @list: those of its place */
static void enlist(struct stlb_analysis *a, struct stlb_obligation *ob, struct stlb_list *list)
{
	struct stlb_context *context = ob->context;
	int followed;

	stlb_list_add(list, &ob->in_region);
	stlb_list_add(&ob->mm->obligations, &ob->in_mm);
	stlb_list_init(&ob->in_context);
	stlb_obligation_retype(ob, ob->type);
	context->nr_obligations++;
	a->nr_obligations++;
	ob->id = ++a->last_obligation;
	a->result.obligations.total++;
	followed = stlb_hb_follow(&a->machine.hb, &context->hb);
	a->failed |= followed < 0;
	ob->unordered = followed != 0;
	ob->seq = a->machine.hb.now;
	ob->lossy = a->lost_somewhere || in_lossy_hold(ob);
}

static struct stlb_obligation *obligation_alloc(struct stlb_analysis *a,
						const struct stlb_event_context *ec,
						struct stlb_entry old, struct stlb_slot slot)
{
	struct stlb_obligation *ob = calloc(1, sizeof(*ob));

	if (!ob)
		return NULL;
	ob->table = old.state == STLB_TABLE;
	ob->scope = scope_get(a, ec->context, ec->mm);
	if (slot.level != STLB_LEVEL_PTE)
		ob->subpages = calloc(1, sizeof(*ob->subpages));
	if (ob->scope && (slot.level == STLB_LEVEL_PTE || ob->subpages))
		return ob;
	stlb_scope_put(ob->scope);
	free(ob->subpages);
	free(ob);
	return NULL;
}

/*
 * A clear or repoint of a page absorbs what its write-protect left pending: TLBs may still hold it
 * writable. Returns the rules that it had violated, with the bit of no rule when there was one.
 */
static uint32_t absorb_write_protects(struct stlb_analysis *a, struct stlb_region *region,
				      struct stlb_slot slot, struct stlb_entry old)
{
	struct stlb_walk walk = stlb_walk_at(region->mm, region, slot);
	uint32_t absorbed = 0;

	for (struct stlb_obligation *ob; (ob = stlb_walk_next(&walk));) {
		if (ob->type != STLB_WRITE_PROTECT || ob->discharged || ob->level != slot.level ||
		    ob->old.pfn != old.pfn)
			continue;
		absorbed |= ob->violated | 1u << STLB_NR_RULES;
		stlb_obligation_end(a, ob, STLB_END_ABSORBED);
	}
	return absorbed;
}

struct stlb_obligation *stlb_obligation_new(struct stlb_analysis *a,
					    const struct stlb_event_context *ec,
					    struct stlb_region *region, struct stlb_slot slot,
					    struct stlb_entry old, enum stlb_obligation_type type)
{
	struct stlb_mmap_hold *mmap = stlb_context_mmap(ec->context, ec->mm->id);
	struct stlb_obligation *ob;
	uint32_t absorbed = 0;

	if (type != STLB_WRITE_PROTECT)
		absorbed = absorb_write_protects(a, region, slot, old);
	if (absorbed)
		old.writable = 1;
	ob = has_room(a) ? obligation_alloc(a, ec, old, slot) : NULL;
	if (!ob) {
		a->failed |= a->nr_obligations < STLB_MAX_OBLIGATIONS;
		return NULL;
	}
	ob->mm = ec->mm;
	ob->context = ec->context;
	ob->level = slot.level;
	ob->addr = slot.addr;
	ob->old = old;
	ob->type = type;
	ob->raw_old = stlb_event_or(ec->event, OLD, 0);
	ob->mmap_held = mmap != NULL;
	ob->mmap_write = mmap && mmap->write;
	ob->violated = absorbed & a->rules_of_place;
	stlb_saved_event_keep(&ob->update, ec->event);
	enlist(a, ob, slot.level == STLB_LEVEL_PUD ? &ec->mm->pud_level : &region->obligations);
	ob->lossy |= stlb_detached_may_be(a, ec);
	watch_pages(a, ob);
	if (ob->table)
		watch_below(a, ob, region);
	STLB_CALL(a, created, a, ec, ob);
	if (a->devices)
		stlb_device_note_obligation(a, ob);
	a->last_created = ob;
	if (ec->context->update)
		ec->context->update->created_at = ec->context->nr_events;
	return ob;
}

struct stlb_obligation *stlb_obligation_unplaced(struct stlb_analysis *a,
						 const struct stlb_event_context *ec,
						 struct stlb_entry old)
{
	struct stlb_slot nowhere = {STLB_LEVEL_PTE, 0};
	struct stlb_obligation *ob = has_room(a) ? obligation_alloc(a, ec, old, nowhere) : NULL;

	if (!ob) {
		a->failed |= a->nr_obligations < STLB_MAX_OBLIGATIONS;
		return NULL;
	}
	ob->nowhere = true;
	/* a bracket that may be long over bounds nothing */
	ob->bounded = ob->scope->bracket && stlb_recorded(a, STLB_INV_END) && !ec->context->lossy;
	ob->mm = ec->mm;
	ob->context = ec->context;
	ob->old = old;
	ob->type = STLB_CLEAR;
	ob->raw_old = stlb_event_or(ec->event, OLD, 0);
	stlb_saved_event_keep(&ob->update, ec->event);
	enlist(a, ob, &ec->mm->nowhere);
	ob->lossy |= stlb_detached_may_be(a, ec);
	watch_pages(a, ob);
	a->last_created = ob;
	ec->context->update->created_at = ec->context->nr_events;
	return ob;
}

void stlb_obligation_keep(struct stlb_analysis *a, struct stlb_obligation *ob,
			  enum stlb_later_event which, const struct stlb_event *event)
{
	if (!ob->later)
		ob->later = calloc(1, sizeof(*ob->later));
	if (ob->later)
		stlb_saved_event_keep(&ob->later->event[which], event);
	else
		a->failed = true;
}

/* ---- change and end ---- */

void stlb_obligation_retype(struct stlb_obligation *ob, enum stlb_obligation_type type)
{
	struct stlb_context *context = ob->context;

	ob->type = type;
	stlb_list_remove(&ob->in_context);
	stlb_list_add(type == STLB_WRITE_PROTECT ? &context->write_protects : &context->clears,
		      &ob->in_context);
}

static void count_ending(struct stlb_obligations *count, enum stlb_ending ending)
{
	switch (ending) {
	case STLB_END_RESTORED:
		count->restored++;
		break;
	case STLB_END_EXPIRED:
		count->expired++;
		break;
	case STLB_END_VOID:
		count->is_void++;
		break;
	case STLB_END_PENDING:
		count->pending++;
		break;
	case STLB_END_ABSORBED:
		count->total--;
		break;
	case STLB_END_COUNTED:
		break;
	}
}

void stlb_obligation_end(struct stlb_analysis *a, struct stlb_obligation *ob,
			 enum stlb_ending ending)
{
	struct stlb_context *context = ob->context;

	stlb_tentative_over(a, ob);
	if (ending == STLB_END_EXPIRED ||
	    (ob->table && ending != STLB_END_RESTORED && ending != STLB_END_PENDING))
		STLB_CALL(a, stays, a, ob);
	if (ob->said)
		stlb_device_note_over(a, ob, ending);
	count_ending(&a->result.obligations, ob->discharged ? STLB_END_COUNTED : ending);
	stlb_list_remove(&ob->in_region);
	stlb_list_remove(&ob->in_mm);
	stlb_list_remove(&ob->in_context);
	stlb_pages_unwatch(a, &ob->page);
	for (uint32_t i = 0; i < ob->nr_below; i++)
		stlb_pages_unwatch(a, &ob->below[i]);
	if (--context->nr_obligations == 0)
		stlb_hb_unfollow(&a->machine.hb, &context->hb);
	a->nr_obligations--;
	if (a->last_created == ob)
		a->last_created = NULL;
	stlb_scope_put(ob->scope);
	free(ob->below);
	free(ob->later);
	free(ob->subpages);
	free(ob);
}
