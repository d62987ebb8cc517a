/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* free-before-invalidate (mmu_notifier.rst, lines 13 and 17-18). */
#include "check/report.h"
#include "check/rules/needs.h"

static const char missing_before_free[] =
	"an invalidation that covers the entry, between its change and the free of the page";

static const char missing_in_lock[] =
	"the invalidation came after the page table lock was released; a page freed before "
	"range_end requires it under the lock";

static void judge_strict(struct stlb_analysis *a, const struct stlb_event_context *ec,
			 struct stlb_obligation *ob)
{
	struct stlb_violation v = {
		.rule = STLB_RULE_FREE,
		.verdict = STLB_STRICT,
		.ob = ob,
		.ec = ec,
		.role = "free",
		.missing = missing_in_lock,
	};

	if (!a->options.strict || !ob->late || ob->violated & 1u << STLB_RULE_FREE)
		return;
	if (!ob->scope->hold || !stlb_context_in_bracket(ob->context, ob->scope->bracket))
		return;
	ob->violated |= 1u << STLB_RULE_FREE;
	if (ob->lossy)
		v.verdict = STLB_INCONCLUSIVE;
	stlb_report(a, &v);
}

static void page_freed(struct stlb_analysis *a, const struct stlb_event_context *ec,
		       struct stlb_obligation *ob)
{
	const char *role = ec->event->kind == STLB_PAGE_ALLOC ? "alloc" : "free";

	if (ob->discharged)
		judge_strict(a, ec, ob);
	else
		stlb_violated(a, STLB_RULE_FREE, ob, ec, role, missing_before_free);
}

STLB_RULE_DEFINE(FREE, free,
		 STLB_NEEDS(NEED_NOTIFIERS, NEED_INV_RANGE, NEED_INV_END, NEED_PTE_CLEARS,
			    NEED_FREES),
		 .needs.part = {LACKS_ZAPS, LACKS_PMDS, LACKS_FREES}, .of_updates = true,
		 .wants_invalidation = true, .racy_as = &stlb_rule_racy,
		 .hooks = {.page_freed = page_freed},
		 .info = {
			 .id = "free-before-invalidate",
			 .severity = STLB_ERROR,
			 .lines = "13, 17-18",
			 .implied = "",
			 .wrong = "a page was freed while secondary TLBs could still hold a "
				  "translation to it",
			 .risk = "a device can write into a page that now belongs to somebody else",
			 .in_lock = STLB_IN_LOCK_STRICT,
			 .edge = {.between = "an invalidation of", .may_come_late = true},
			 .decides = true,
			 .shown_by = STLB_SHOWN_BY_OWNER,
		 });
