/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* redundant-invalidate: what mmu_notifier.rst, lines 4-6, calls not necessary in all cases. */
#include "check/violation.h"
#include "check/discharge.h"
#include "check/report.h"
#include "check/rules/needs.h"

static void report(struct stlb_analysis *a, const struct stlb_event_context *ec,
		   const struct stlb_obligation *ob, const struct stlb_invalidation *what,
		   const char *missing)
{
	struct stlb_violation v = {
		.rule = STLB_RULE_REDUNDANT,
		.verdict = stlb_violation_verdict(a, ob),
		.ob = ob,
		.ec = ec,
		.role = "invalidate",
		.missing = missing,
		.variant = what->at_end,
	};

	if (what->entered_ns && ec->event->ns > what->entered_ns)
		v.cost_ns = ec->event->ns - what->entered_ns;
	stlb_report(a, &v);
}

static void covered(struct stlb_analysis *a, const struct stlb_event_context *ec,
		    struct stlb_obligation *ob, const struct stlb_invalidation *what)
{
	bool deferrable = ob->type == STLB_WRITE_PROTECT || ob->exempt;

	if (ob->violated >> STLB_RULE_REDUNDANT & 1)
		return;
	if (ob->discharged && ob->in_lock && what->at_end)
		report(a, ec, ob, what,
		       "nothing: the invalidation under the lock was enough, only_end would do "
		       "here");
	else if (!ob->discharged && deferrable && stlb_context_holds(ob->context, ob->scope->hold))
		report(a, ec, ob, what,
		       "nothing: this could have been deferred to the end of the bracket");
	else
		return;
	ob->violated |= 1u << STLB_RULE_REDUNDANT;
}

STLB_RULE_DEFINE(
	REDUNDANT, redundant, STLB_NEEDS(NEED_INV_RANGE, NEED_CLEARS),
	.needs.part = {LACKS_ZAPS, LACKS_LOCKS}, .of_updates = true, .only_if_on = true,
	.hooks = {.covered = covered},
	.info = {
		.id = "redundant-invalidate",
		.severity = STLB_OFF,
		.lines = "4-6",
		.implied = "",
		.wrong = "an invalidation that was not necessary",
		.risk = "cost only: a device TLB was invalidated twice, or while the lock was held "
			"for nothing",
		.remedy = "Leave out the invalidation under the PTL, and let that of range_end do.",
		.observed = "Nothing that the rules forbid.",
	});
