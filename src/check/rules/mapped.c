/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * free-while-mapped (mmu_notifier.rst, line 13, without any clear): a page is freed while a present
 * entry of a subscribed mm still maps it. Judged only where every set and clear of the level is
 * recorded; an entry that a clear without a place may have changed is not known any more.
 */
#include <stdio.h>

#include "check/violation.h"
#include "check/coverage.h"
#include "check/report.h"
#include "check/rules/needs.h"
#include "model/rmap.h"

enum { MAX_PAGES = 1 << 20 };

static const char missing[] =
	"a clear of the entry and an invalidation that covers it, before the page is freed";

static void report(struct stlb_analysis *a, const struct stlb_event_context *ec,
		   const struct stlb_mapping *mapping)
{
	struct stlb_saved_event set;
	struct stlb_event_context freed = {ec->event, ec->context, mapping->region->mm};
	struct stlb_violation v = {
		.rule = STLB_RULE_MAPPED,
		.verdict = stlb_violation_verdict(a, NULL),
		.ec = &freed,
		.role = ec->event->kind == STLB_PAGE_ALLOC ? "alloc" : "free",
		.missing = missing,
		.addr = stlb_mapping_addr(mapping),
		.has_addr = true,
		.extra = {{"set", &set}},
		.nr_extra = 1,
	};

	stlb_mapping_saved_event(mapping, &set);
	stlb_report(a, &v);
}

/*
 * Kinds that are recorded need not be recorded whole: page_table_check sees every set and clear,
 * and is known by its echoes; of writes of entries continuity shows it.
 */
static bool is_whole(const struct stlb_analysis *a)
{
	const struct stlb_continuity *continuity = &a->continuity;

	return a->machine.echoes_seen ||
	       (a->deep && continuity->links && !continuity->broken && !continuity->freed);
}

/* A table is known only by the set of its pmd: then all of them are recorded. */
static bool is_judged(const struct stlb_analysis *a, enum stlb_mapped how)
{
	if (!is_whole(a))
		return false;
	if (how == STLB_MAPPED_PTE)
		return stlb_recorded(a, STLB_PTE_SET) && stlb_recorded(a, STLB_PTE_CLEAR);
	return stlb_recorded(a, STLB_PMD_SET) && stlb_recorded(a, STLB_PMD_CLEAR);
}

/*
 * Reported once for each set of an entry. Tables of hugetlb pages are shared between mms, and taken
 * out unseen: where a page of theirs goes back to its pool, its entry is not known any more.
 */
static void judge(struct stlb_analysis *a, const struct stlb_event_context *ec,
		  enum stlb_mapped how, uint64_t pfn)
{
	struct stlb_mapping *mapping = NULL;

	while ((mapping = stlb_rmap_find(a->machine.regions.rmap, how, pfn, mapping))) {
		if (!mapping->reported && ec->event->kind != STLB_HUGE_FREE)
			report(a, ec, mapping);
		stlb_mapping_reported(mapping);
	}
}

static void judge_all(struct stlb_analysis *a, const struct stlb_event_context *ec,
		      enum stlb_mapped how, uint64_t pfn, uint64_t nr)
{
	uint64_t step = how == STLB_MAPPED_PMD ? STLB_ENTRIES : 1;
	bool looked_at = is_judged(a, how) || ec->event->kind == STLB_HUGE_FREE;

	for (uint64_t i = 0; looked_at && i < nr && i < MAX_PAGES; i += step)
		judge(a, ec, how, pfn + i);
}

static void pages_freed(struct stlb_analysis *a, const struct stlb_event_context *ec, uint64_t pfn,
			uint64_t nr)
{
	if (!a->machine.regions.rmap || !a->machine.regions.rmap->count)
		return;
	judge_all(a, ec, STLB_MAPPED_PTE, pfn, nr);
	judge_all(a, ec, STLB_MAPPED_PMD, pfn, nr);
	judge_all(a, ec, STLB_MAPPED_TABLE, pfn, nr);
}

/* A profile can bind some of the sets and clears as if they were all. */
static void lower(const struct stlb_analysis *a, struct stlb_rule_result *result)
{
	char why[50];

	snprintf(why, sizeof(why), "limit of %d mapped pages reached", STLB_MAX_MAPPINGS);
	if (!is_whole(a))
		stlb_rule_lower(
			result, STLB_JUDGED_NONE,
			"nothing shows that every set and clear is recorded (page_table_check)");
	else if (a->machine.regions.rmap && a->machine.regions.rmap->full)
		stlb_rule_lower(result, STLB_JUDGED_PARTIAL, why);
}

STLB_RULE_DEFINE(
	MAPPED, mapped,
	STLB_NEEDS(ALL_PTE_SETS, ALL_PTE_CLEARS, NEED_FREES, NEED_INV_RANGE, NEED_INV_END),
	.needs.part = {ALL_PMD_SETS, ALL_PMD_CLEARS, LACKS_FREES}, .of_updates = true,
	.lower = lower, .hooks = {.pages_freed = pages_freed},
	.info = {
		.id = "free-while-mapped",
		.severity = STLB_ERROR,
		.lines = "13, 17-18",
		.implied = "An entry that was never cleared is the worst case of it: the CPUs "
			   "still reach the page, too.",
		.wrong = "a page was freed while an entry still maps it",
		.risk = "the process and its devices can write into a page that now belongs to "
			"somebody else",
		.remedy = "Clear every entry that maps the page, and invalidate, before it is "
			  "freed; or keep a reference to it for as long as an entry maps it.",
		.edge = {.between = "a clear and an invalidation of", .from = "set"},
		.observed = "The process, and every device that walks its page table, still reach "
			    "the page after it has a new owner.",
	});
