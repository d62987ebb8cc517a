/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unbracketed-update: judged when the hold ends, since a clear that is restored in the same hold
 * changed nothing; and only once the task was seen outside any bracket, since the trace may have
 * begun inside one.
 */
#include <stdlib.h>
#include <string.h>

#include "check/violation.h"
#include "check/discharge.h"
#include "check/fingerprint.h"
#include "check/obligation.h"
#include "check/report.h"
#include "check/rules/needs.h"
#include "check/site.h"

static const char missing[] =
	"an invalidate_range_start of this task that covers the entry, still open at the update";

/*
 * From 7.0 on khugepaged collapses to sizes below 2 MiB too: its bracket covers what changes, but
 * the whole table is taken out, and put back (staletlb-kernel(7), T29).
 */
static bool is_part_of_collapse(const struct stlb_analysis *a, const struct stlb_event_context *ec,
				const struct stlb_obligation *ob)
{
	const struct stlb_bracket *bracket = stlb_context_bracket(ec->context, ob->mm);

	return ob->table && bracket &&
	       (!a->machine.format.kernel || a->machine.format.kernel >= 7000) &&
	       bracket->start < ob->addr + stlb_obligation_size(ob) && ob->addr < bracket->end;
}

/*
 * Registering a uprobe on 7.x clears an entry, writes the page and sets the same entry again in one
 * hold, outside any bracket (staletlb-kernel(7), T28). Where sets are not recorded only another
 * page shows an update.
 */
static bool may_be_undone(const struct stlb_analysis *a, const struct stlb_obligation *ob)
{
	bool may_be_new = !a->machine.format.kernel ? !a->end_rule.before_6_6
						    : a->machine.format.kernel >= 6018;

	return ob->update.kind == STLB_PTE_CLEAR_FLUSH && may_be_new && !a->machine.echoes_seen &&
	       !ob->set_seen;
}

static void created(struct stlb_analysis *a, const struct stlb_event_context *ec,
		    struct stlb_obligation *ob)
{
	struct stlb_hold *hold;

	if (stlb_context_covers(ec->context, ob->mm, ob->addr, ob->addr + stlb_obligation_size(ob)))
		return;
	/* free_pgtables takes tables away that hold nothing any more, after the bracket */
	if (ob->table && ob->only_table && ec->event->kind != STLB_PMD_COLLAPSE_FLUSH)
		return;
	/* whoever makes a pmd invalid writes one back in the same hold: MADV_COLD the same one */
	if (ec->event->kind == STLB_PMD_INVAL && !stlb_recorded(a, STLB_PMD_SET))
		return;
	if (is_part_of_collapse(a, ec, ob))
		return;
	ob->unbracketed = true;
	hold = stlb_context_hold(ec->context);
	if (hold)
		hold->work = true;
	else
		ec->context->update->loose = true;
}

/* ---- tasks that may be inside a bracket older than the trace ---- */

/*
 * Whether the task may be inside one. A bracket that was balanced shows that it is not, unless it
 * was of whole huge pages: those of a split or of hugetlb lie within others.
 */
static bool is_unsettled(const struct stlb_context *context)
{
	return !context->settled || stlb_is_of_huge_pages(context->outer_start, context->outer_end);
}

static struct stlb_unsettled *unsettled_find(struct stlb_context *context, uint64_t site)
{
	for (uint32_t i = 0; i < context->nr_unsettled; i++)
		if (context->unsettled[i].site == site)
			return &context->unsettled[i];
	return NULL;
}

static void keep_unsettled(struct stlb_analysis *a, const struct stlb_violation *v)
{
	struct stlb_context *context = v->ob->context;
	uint64_t site = stlb_violation_site(a, v);
	struct stlb_unsettled *entry = unsettled_find(context, site);

	if (entry) {
		entry->count++;
		return;
	}
	if (!context->unsettled)
		context->unsettled = calloc(STLB_MAX_UNSETTLED, sizeof(*context->unsettled));
	if (!context->unsettled || context->nr_unsettled == STLB_MAX_UNSETTLED) {
		a->failed |= !context->unsettled;
		a->result.dropped += context->unsettled != NULL;
		return;
	}
	entry = &context->unsettled[context->nr_unsettled];
	*entry = (struct stlb_unsettled){site, 1, stlb_violation_finding(a, v)};
	if (entry->finding)
		context->nr_unsettled++;
	else
		a->failed = true;
}

static void older_bracket(struct stlb_context *context)
{
	while (context->nr_unsettled)
		free(context->unsettled[--context->nr_unsettled].finding);
}

static void finish(struct stlb_analysis *a)
{
	uint32_t at = 0;

	for (struct stlb_context *context;
	     (context = stlb_map_next(&a->machine.contexts.map, &at));) {
		if (is_unsettled(context))
			older_bracket(context);
		for (uint32_t i = 0; i < context->nr_unsettled; i++) {
			struct stlb_unsettled *entry = &context->unsettled[i];

			stlb_sites_count(a, entry->site, entry->finding, entry->count);
		}
		context->nr_unsettled = 0;
	}
}

/* ---- the rule ---- */

static void tell(struct stlb_analysis *a, struct stlb_obligation *ob)
{
	struct stlb_event event;
	struct stlb_event_context ec = {&event, ob->context, ob->mm};
	struct stlb_violation v = {
		.rule = STLB_RULE_UNBRACKETED,
		.verdict = stlb_violation_verdict(a, ob),
		.ob = ob,
		.ec = &ec,
		.missing = missing,
	};

	ob->unbracketed = false;
	if (ob->context->lossy || ob->lossy || ob->violated >> STLB_RULE_UNBRACKETED & 1 ||
	    may_be_undone(a, ob))
		return;
	if (ob->update.kind == STLB_PTE_CLEAR && !stlb_recorded(a, STLB_PTE_SET))
		v.verdict = STLB_INCONCLUSIVE;
	ob->violated |= 1u << STLB_RULE_UNBRACKETED;
	stlb_saved_event_expand(&ob->update, &event);
	if (!is_unsettled(ob->context))
		stlb_report(a, &v);
	else
		keep_unsettled(a, &v);
}

/* A table that comes back, in whatever hold, changed nothing (T29): its end tells. */
static bool may_be_put_back(const struct stlb_analysis *a, const struct stlb_obligation *ob)
{
	return ob->table && (stlb_recorded(a, STLB_PMD_SET) || stlb_recorded(a, STLB_PMD_INSTALL));
}

/* Whether the context may still be in the hold of the update, or, outside any, just after it. */
static bool goes_on(const struct stlb_context *context, const struct stlb_obligation *ob)
{
	if (ob->scope->hold)
		return stlb_context_holds(context, ob->scope->hold);
	return !ob->by_itself && context->update && context->update->loose;
}

static void tables_stay_out(struct stlb_analysis *a, struct stlb_context *context)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, &context->clears) {
		struct stlb_obligation *ob =
			stlb_list_entry(at, struct stlb_obligation, in_context);

		if (!ob->unbracketed || !ob->table || goes_on(context, ob))
			continue;
		tell(a, ob);
		if (ob->discharged && !stlb_obligation_is_kept(a, ob))
			stlb_obligation_end(a, ob, STLB_END_COUNTED);
	}
}

static void judge_list(struct stlb_analysis *a, struct stlb_list *list, uint64_t hold)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, list) {
		struct stlb_obligation *ob =
			stlb_list_entry(at, struct stlb_obligation, in_context);

		if (!ob->unbracketed || ob->scope->hold != hold)
			continue;
		ob->by_itself = !hold;
		if (may_be_put_back(a, ob))
			continue;
		tell(a, ob);
		if (ob->discharged && !stlb_obligation_is_kept(a, ob))
			stlb_obligation_end(a, ob, STLB_END_COUNTED);
	}
}

static void left_alone(struct stlb_analysis *a, const struct stlb_event_context *ec, uint64_t hold)
{
	struct stlb_context *context = ec->context;

	if (!hold && (!context->update || !context->update->loose))
		return;
	if (!hold)
		context->update->loose = false;
	if (!context->nr_obligations)
		return;
	judge_list(a, &context->clears, hold);
	judge_list(a, &context->write_protects, hold);
}

static void stays(struct stlb_analysis *a, struct stlb_obligation *ob)
{
	if (ob->unbracketed)
		tell(a, ob);
}

STLB_RULE_DEFINE(
	UNBRACKETED, unbracketed, STLB_NEEDS(NEED_STARTS, NEED_ENDS, NEED_CLEARS),
	.needs.part = {LACKS_ZAPS, LACKS_SETS},
	.stands_on = STLB_KIND_LIST(STLB_INV_START, STLB_INV_END), .of_updates = true,
	.of_place = true,
	.hooks = {.created = created,
		  .stays = stays,
		  .left_alone = left_alone,
		  .tables_stay_out = tables_stay_out,
		  .older_bracket = older_bracket,
		  .finish = finish},
	.info = {
		.id = "unbracketed-update",
		.severity = STLB_WARNING,
		.lines = "93-97",
		.implied = "The document takes range_start and range_end around an update for "
			   "granted.",
		.wrong = "an entry was changed outside any invalidate_range_start/end of the task "
			 "that changed it",
		.risk = "subscribers that mirror the page table do not see the change",
		.remedy = "Call mmu_notifier_invalidate_range_start() for a range with this entry "
			  "before the update, and invalidate_range_end after it, both in the task "
			  "that updates.",
		.observed = "What a device observes depends on its driver: no schedule of page "
			    "table and TLB alone shows it.",
	});
