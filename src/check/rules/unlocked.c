/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unlocked-update (mmu_notifier.rst, lines 23-25: "take page table lock"): the lockset of a page
 * table is the intersection of the locks held at its updates.
 */
#include <stdlib.h>

#include "check/violation.h"
#include "check/hold.h"
#include "check/report.h"
#include "check/rules/needs.h"
#include "check/walk.h"

static bool is_judged(const struct stlb_analysis *a)
{
	return stlb_locks_traced(a) && stlb_kinds_has(&a->seen, STLB_MMAP_LOCKED);
}

/*
 * A lock may be held whose acquisition the trace does not show: it was lost, or came before the
 * trace began. Of the latter, an update under a lock that was seen is taken to need no other.
 */
static bool may_hold_unseen(const struct stlb_context *context)
{
	return context->locks_known == STLB_LOCKS_LOST ||
	       (context->locks_known == STLB_LOCKS_SINCE_BEFORE && !context->nr_holds);
}

/* Or may do so, as far as the trace can tell. */
static bool holds_mmap_lock(struct stlb_context *context, uint64_t mm)
{
	const struct stlb_mmap_hold *held = stlb_context_mmap(context, mm);

	return (context->mmap_lost && context->mmap_again != mm) || (held && held->write);
}

/* Whoever holds one since before events were lost has shown since then that it is over. */
static bool is_held(const struct stlb_hold *hold)
{
	return !hold->lossy;
}

static bool holds_lock(const struct stlb_context *context, uint64_t lock)
{
	for (uint32_t i = 0; i < context->nr_holds; i++)
		if (context->holds[i].lock == lock && is_held(&context->holds[i]))
			return true;
	return false;
}

/* Where the trace names its PTLs, a lock without a name is some other spinlock. */
static bool may_be_ptl(const struct stlb_hold *hold, const struct stlb_hold *own)
{
	return is_held(hold) && (hold->named || hold->used || !own->named);
}

static void open_lockset(struct stlb_lockset *set, const struct stlb_event_context *ec)
{
	struct stlb_context *context = ec->context;
	const struct stlb_hold *own = stlb_context_hold(context);

	set->open = true;
	set->nr = 0;
	if (holds_mmap_lock(context, ec->mm->id))
		set->locks[set->nr++] = stlb_mmap_lock_of(ec->mm->id);
	for (uint32_t i = context->nr_holds; i > 0 && set->nr < STLB_MAX_LOCKSET; i--)
		if (may_be_ptl(&context->holds[i - 1], own))
			set->locks[set->nr++] = context->holds[i - 1].lock;
}

static void narrow_lockset(struct stlb_lockset *set, const struct stlb_event_context *ec)
{
	uint64_t mmap_lock = stlb_mmap_lock_of(ec->mm->id);
	uint8_t kept = 0;

	for (uint8_t i = 0; i < set->nr; i++)
		if (set->locks[i] == mmap_lock ? holds_mmap_lock(ec->context, ec->mm->id)
					       : holds_lock(ec->context, set->locks[i]))
			set->locks[kept++] = set->locks[i];
	set->nr = kept;
}

static bool has_pending_huge(struct stlb_region *region)
{
	struct stlb_slot pmd = {STLB_LEVEL_PMD, region->base};
	struct stlb_walk walk = stlb_walk_at(region->mm, region, pmd);

	for (struct stlb_obligation *ob; (ob = stlb_walk_next(&walk));)
		if (ob->subpages)
			return true;
	return false;
}

/* Where the table lies, if the event says so: at another place it is another table. */
static void place(struct stlb_lockset *set, const struct stlb_event *event)
{
	uint64_t table = stlb_event_or(event, PTEP, 0) >> STLB_PAGE_SHIFT << STLB_PAGE_SHIFT;

	if (!table || table == set->table)
		return;
	if (set->table)
		*set = (struct stlb_lockset){0};
	set->table = table;
}

static void note(struct stlb_analysis *a, const struct stlb_event_context *ec,
		 struct stlb_lockset *set, uint64_t base)
{
	struct stlb_violation v = {
		.rule = STLB_RULE_UNLOCKED,
		.verdict = stlb_violation_verdict(a, NULL),
		.ec = ec,
		.role = "update",
		.missing = "one lock held at every update of this page table",
		.addr = base,
		.has_addr = true,
	};

	if (set->reported)
		return;
	if (!set->open)
		open_lockset(set, ec);
	else
		narrow_lockset(set, ec);
	if (set->nr)
		return;
	set->reported = true;
	stlb_report(a, &v);
}

/* ---- tables above the ptes' ---- */

enum { MAX_UPPER = 16 * 1024, MAX_AT_ONCE = 256 };

/** struct upper - a table of pmds or puds of a subscribed mm */
struct upper {
	struct stlb_lockset lockset;
	uint64_t mm, base;
	uint8_t level;
};

static unsigned int span_shift(enum stlb_level level)
{
	return stlb_level_shift(level) + 9;
}

static uint64_t upper_key(const struct stlb_mm *mm, enum stlb_level level, uint64_t addr)
{
	return mm->mixed ^ ((addr >> span_shift(level) << 2) + level);
}

static struct upper *upper_new(struct stlb_analysis *a, uint64_t key)
{
	struct upper *upper;

	if (a->upper_tables.count >= MAX_UPPER) {
		a->result.dropped++;
		return NULL;
	}
	upper = calloc(1, sizeof(*upper));
	if (!upper || stlb_map_put(&a->upper_tables, key, upper) < 0) {
		free(upper);
		a->failed = true;
		return NULL;
	}
	return upper;
}

static struct upper *upper_get(struct stlb_analysis *a, const struct stlb_mm *mm,
			       struct stlb_slot slot)
{
	uint64_t key = upper_key(mm, slot.level, slot.addr);
	uint64_t base = slot.addr >> span_shift(slot.level) << span_shift(slot.level);
	struct upper *upper = stlb_map_get(&a->upper_tables, key);

	if (!upper)
		upper = upper_new(a, key);
	if (upper && (upper->mm != mm->id || upper->base != base || upper->level != slot.level))
		*upper = (struct upper){.mm = mm->id, .base = base, .level = slot.level};
	return upper;
}

/* Only a table that is known is judged, so that another one in its place is known too. */
static void note_upper(struct stlb_analysis *a, const struct stlb_event_context *ec,
		       struct stlb_slot slot)
{
	struct upper *upper = upper_get(a, ec->mm, slot);

	if (upper)
		place(&upper->lockset, ec->event);
	if (upper && upper->lockset.table)
		note(a, ec, &upper->lockset, upper->base);
}

static void forget_one(struct stlb_analysis *a, uint64_t key)
{
	free(stlb_map_remove(&a->upper_tables, key));
}

static bool overlaps(const struct upper *upper, uint64_t start, uint64_t end)
{
	uint64_t last = upper->base + (UINT64_C(1) << span_shift(upper->level)) - 1;

	return upper->base < end && start <= last;
}

static void forget_all(struct stlb_analysis *a, const struct stlb_mm *mm, uint64_t start,
		       uint64_t end)
{
	uint64_t keys[MAX_AT_ONCE];
	uint32_t at, nr, left;

	do {
		at = nr = 0;
		for (struct upper *upper;
		     nr < MAX_AT_ONCE && (upper = stlb_map_next(&a->upper_tables, &at));)
			if (upper->mm == mm->id && overlaps(upper, start, end))
				keys[nr++] = upper_key(mm, upper->level, upper->base);
		left = MAX_AT_ONCE - nr;
		while (nr)
			forget_one(a, keys[--nr]);
	} while (!left);
}

static void forget_upper(struct stlb_analysis *a, const struct stlb_mm *mm, uint64_t start,
			 uint64_t end)
{
	if ((end - 1) >> span_shift(STLB_LEVEL_PMD) != start >> span_shift(STLB_LEVEL_PMD)) {
		forget_all(a, mm, start, end);
		return;
	}
	for (unsigned int level = STLB_LEVEL_PMD; level <= STLB_LEVEL_PUD; level++) {
		uint64_t key = upper_key(mm, level, start);
		const struct upper *upper = stlb_map_get(&a->upper_tables, key);

		if (upper && upper->mm == mm->id)
			forget_one(a, key);
	}
}

/* ---- tables that go unseen ---- */

static void forget_region(struct stlb_region *region)
{
	if (region)
		region->lockset = (struct stlb_lockset){0};
}

static void forget_ptes(struct stlb_analysis *a, const struct stlb_mm *mm, uint64_t start,
			uint64_t end)
{
	uint64_t first = start >> STLB_REGION_SHIFT, last = (end - 1) >> STLB_REGION_SHIFT;
	struct stlb_list *at, *next;

	for (uint64_t i = first; last - first < mm->nr_regions && i <= last; i++)
		forget_region(stlb_region_find(&a->machine.regions, mm, i << STLB_REGION_SHIFT));
	if (last - first < mm->nr_regions)
		return;
	stlb_list_each (at, next, &mm->regions) {
		struct stlb_region *region = stlb_list_entry(at, struct stlb_region, in_mm);
		uint64_t index = region->base >> STLB_REGION_SHIFT;

		if (first <= index && index <= last)
			forget_region(region);
	}
}

static void bracket_end(struct stlb_analysis *a, const struct stlb_mm *mm,
			const struct stlb_bracket *bracket)
{
	enum { UNMAP, CLEAR };
	uint64_t start = bracket->start, end = bracket->end;

	if (start >= end || !is_judged(a))
		return;
	/* munmap, mremap and exit give up tables that nothing is mapped by any more */
	if (bracket->event <= UNMAP && a->upper_tables.count)
		forget_upper(a, mm, start, end);
	/* from 6.14 on MADV_DONTNEED does so too, of page tables that it emptied */
	if (bracket->event <= UNMAP || (bracket->event == CLEAR && end - start >= STLB_REGION_SIZE))
		forget_ptes(a, mm, start, end);
}

static void mm_gone(struct stlb_analysis *a, const struct stlb_mm *mm)
{
	if (a->upper_tables.count)
		forget_all(a, mm, 0, UINT64_MAX);
}

static void forget(struct stlb_analysis *a)
{
	uint32_t at = 0;

	for (struct upper *upper; (upper = stlb_map_next(&a->upper_tables, &at));)
		free(upper);
	stlb_map_free(&a->upper_tables);
}

/* ---- updates ---- */

/* Probes at the entry of functions that take the lock only then, or that tell no time. */
static bool is_at_no_certain_time(const struct stlb_event *event)
{
	return event->kind == STLB_PMD_ZAP || event->kind == STLB_PMD_SPLIT ||
	       event->kind == STLB_MAP;
}

static void updated(struct stlb_analysis *a, const struct stlb_event_context *ec,
		    struct stlb_region *region, struct stlb_slot slot, bool of_table)
{
	if (!is_judged(a) || !stlb_mm_is_subscribed(ec->mm) || is_at_no_certain_time(ec->event) ||
	    may_hold_unseen(ec->context))
		return;
	/* free_pgtables takes tables out when nobody can find them any more */
	if (slot.level != STLB_LEVEL_PTE && !of_table) {
		note_upper(a, ec, slot);
	} else if (slot.level == STLB_LEVEL_PTE && !has_pending_huge(region)) {
		place(&region->lockset, ec->event);
		note(a, ec, &region->lockset, region->base);
	}
}

STLB_RULE_DEFINE(
	UNLOCKED, unlocked, STLB_NEEDS(NEED_LOCKS, NEED_MMAP_LOCK, NEED_UPDATES),
	.needs.part = {LACKS_ZAPS}, .of_updates = true,
	.hooks = {.updated = updated,
		  .bracket_end = bracket_end,
		  .mm_gone = mm_gone,
		  .forget = forget},
	.info = {
		.id = "unlocked-update",
		.severity = STLB_WARNING,
		.lines = "23-25",
		.implied = "",
		.wrong = "no lock protects all updates of a page table",
		.risk = "two updates can race, and the invalidation of one can miss the other",
		.remedy = "Take the page table's own lock (PTL) around this update, as around all "
			  "others of the same table.",
		.observed = "What a device observes depends on its driver: no schedule of page "
			    "table and TLB alone shows it.",
	});
