/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "check/history.h"
#include "check/past.h"

/* Whether an entry of @level at @base, as it was, maps page @pfn at the address that is asked for.
 */
static bool says(const struct stlb_said *said, struct stlb_entry entry,
		 const struct stlb_past *past)
{
	return stlb_entry_is_present(entry) &&
	       entry.pfn + ((past->addr - said->addr) >> STLB_PAGE_SHIFT) == past->pfn;
}

static bool is_table_out(const struct stlb_said *said)
{
	return said->old.known && said->old.state == STLB_TABLE &&
	       !stlb_entry_is_present(said->new);
}

static bool is_table_in(const struct stlb_said *said)
{
	return said->new.known && said->new.state == STLB_TABLE;
}

/*
 * A table that was taken out may be put back unseen, its entries with it. Only a huge page in its
 * place, or an entry that is known to come from an empty one, shows that it was not.
 */
static bool shows_another_table(const struct stlb_said *newer)
{
	if (!newer || !stlb_entry_is_present(newer->new))
		return false;
	return newer->level != STLB_LEVEL_PTE ||
	       (newer->old.known && !stlb_entry_is_present(newer->old));
}

/* What the last table that was taken out said, even before anybody subscribed. */
static bool said_below(const struct stlb_region *region, const struct stlb_said *said,
		       const struct stlb_past *past)
{
	struct stlb_entry entry;

	if (!is_table_out(said) || !region || !region->away || region->away_pfn != said->old.pfn)
		return false;
	entry = region->away[past->addr >> STLB_PAGE_SHIFT & (STLB_ENTRIES - 1)];
	/* an entry that its collapse has cleared since still tells its page */
	return entry.known && (entry.state == STLB_PRESENT || entry.state == STLB_NONE) &&
	       entry.pfn && entry.pfn == past->pfn;
}

/* ---- what an update says of the pages before it ---- */

static bool is_subpage_covered(const struct stlb_obligation *ob, uint64_t addr)
{
	uint64_t unit = stlb_obligation_size(ob) / STLB_ENTRIES;
	uint64_t index = addr / unit % STLB_ENTRIES;

	return ob->subpages->covered[index / 64] >> (index % 64) & 1;
}

/* After it, and in order, an invalidation covered the address. */
static bool is_gone(const struct stlb_said *said, uint64_t addr)
{
	const struct stlb_obligation *ob = said->ob;

	if (ob && ob->subpages)
		return is_subpage_covered(ob, addr);
	return said->gone_start <= addr && addr < said->gone_end;
}

static bool has_same_content(const struct stlb_said *said)
{
	return said->same_content || (said->ob && said->ob->exempt);
}

/** struct look - the walk from the newest update to the page's own */
struct look {
	const struct stlb_analysis *a;
	struct stlb_history_walk walk;
	struct stlb_past *past;
	const struct stlb_region *region; /* NULL: nothing is known of it */
	const struct stlb_said *newer;	  /* the last one that counted */
	const struct stlb_said *gone, *violation;
	const struct stlb_said *next, *next_before;
	bool was_old;
	bool tables; /* a table that was taken out is taken to stay out */
};

static bool is_violated(const struct look *look, const struct stlb_said *said)
{
	return said->expired || (said->ob && said->ob->violated & look->a->rules_make_stale);
}

static void note(struct look *look, const struct stlb_said *said)
{
	if (!look->gone && is_gone(said, look->past->addr))
		look->gone = said;
	if (is_violated(look, said))
		look->violation = said;
	else if (!has_same_content(said))
		look->violation = NULL;
	/* what replaced a page by one of the same content is no write to it */
	if (has_same_content(said))
		look->next = stlb_entry_is_present(said->new) ? look->next : look->next_before;
	else if (stlb_entry_is_present(said->new)) {
		look->next_before = look->next;
		look->next = said;
	}
	look->newer = said;
}

/* An update of which the old value was recorded later is kept twice. */
static bool sets_the_same(const struct stlb_said *said, const struct stlb_said *newer)
{
	return said->level == newer->level && stlb_entry_is_present(said->new) &&
	       said->new.pfn == newer->new.pfn;
}

/* From the newest update to the one that set the page, or to the one that took it away. */
static void go_back(struct look *look)
{
	struct stlb_past *past = look->past;
	const struct stlb_said *said;

	while ((said = stlb_history_older(&look->walk))) {
		if (is_table_out(said) && !look->tables && !shows_another_table(look->newer))
			continue;
		/* what was below it before is not what is below it now, or is it */
		if (is_table_in(said))
			break;
		past->own = says(said, said->new, past) ? said : NULL;
		/* the update before the one that took the page away did not set it: not seen */
		if (past->own || (look->was_old && !sets_the_same(said, look->newer)))
			break;
		if (look->was_old)
			continue;
		note(look, said);
		look->was_old = says(said, said->old, past) || said_below(look->region, said, past);
	}
	past->next = look->next;
	past->cut = look->walk.cut;
}

/* The model may know more: a table that was moved took its entries along. */
static bool model_says(struct stlb_analysis *a, const struct stlb_mm *mm,
		       const struct stlb_past *past)
{
	const struct stlb_region *region = stlb_region_find(&a->machine.regions, mm, past->addr);
	struct stlb_entry pte = stlb_region_entry(region, STLB_LEVEL_PTE, past->addr);
	struct stlb_entry pmd = stlb_region_entry(region, STLB_LEVEL_PMD, past->addr);

	if (stlb_entry_is_present(pte) && pte.pfn == past->pfn)
		return true;
	return stlb_entry_is_present(pmd) &&
	       pmd.pfn + ((past->addr & (STLB_REGION_SIZE - 1)) >> STLB_PAGE_SHIFT) == past->pfn;
}

static void is_stale(struct stlb_past *past, enum stlb_staleness why, const struct stlb_said *proof)
{
	past->stale = why;
	past->proof = proof;
	past->doubt = proof->doubt;
}

static void judge_updates(struct look *look)
{
	if (look->gone)
		is_stale(look->past, STLB_STALE_DROPPED, look->gone);
	else if (look->violation)
		is_stale(look->past, STLB_STALE_REPOINTED, look->violation);
}

static void judge_free(const struct stlb_history *history, struct look *look)
{
	struct stlb_past *past = look->past;
	uint64_t since = past->own ? past->own->seq : look->newer->seq;

	past->freed = stlb_history_freed(history, past->pfn, since);
	if (!past->freed)
		return;
	past->stale = STLB_STALE_FREED;
	past->doubt = past->freed->doubt;
}

static void look_back(struct stlb_analysis *a, const struct stlb_history *history,
		      const struct stlb_mm *mm, struct stlb_past *past, bool tables)
{
	struct look look = {.a = a, .past = past, .tables = tables};

	look.region = stlb_region_find(&a->machine.regions, mm, past->addr);
	if (!stlb_history_walk(history, mm->id, past->addr, &look.walk))
		return;
	go_back(&look);
	/* never seen there, or there still: then its free is another rule's */
	if ((!past->own && !look.was_old) || !look.newer || model_says(a, mm, past))
		return;
	past->taken = stlb_map_mix(look.newer->seq) ^ look.newer->addr;
	judge_updates(&look);
	if (past->stale == STLB_NOT_STALE)
		judge_free(history, &look);
}

void stlb_past_look(struct stlb_analysis *a, const struct stlb_history *history,
		    const struct stlb_mm *mm, uint64_t addr, uint64_t pfn, struct stlb_past *past)
{
	const struct stlb_past empty = {.mm = mm->id, .addr = addr, .pfn = pfn};
	struct stlb_past out = empty;

	*past = empty;
	look_back(a, history, mm, past, a->table_sets_seen);
	if (past->stale != STLB_NOT_STALE || a->table_sets_seen)
		return;
	look_back(a, history, mm, &out, true);
	if (out.stale == STLB_NOT_STALE)
		return;
	*past = out;
	past->unseen = true;
}

/* The page's content is as old as the first of the updates that set it, one after the other. */
const struct stlb_said *stlb_past_start(const struct stlb_history *history,
					const struct stlb_past *past)
{
	const struct stlb_said *start = past->own, *said;
	struct stlb_history_walk walk;

	if (!start || !stlb_history_walk(history, past->mm, past->addr, &walk))
		return start;
	while ((said = stlb_history_older(&walk))) {
		const struct stlb_freed *freed;

		if (said->seq >= start->seq || !stlb_entry_is_present(said->new))
			continue;
		freed = stlb_history_freed(history, past->pfn, said->seq);
		if (!says(said, said->new, past) || (freed && freed->seq < start->seq))
			break;
		start = said;
	}
	return start;
}
