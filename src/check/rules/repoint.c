/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * repoint-before-invalidate (mmu_notifier.rst, lines 14-15 and 20-29), what is exempt from it
 * (lines 93-97: a write-protected page of the same content).
 */
#include "check/violation.h"
#include "check/evidence.h"
#include "check/obligation.h"
#include "check/report.h"
#include "check/rules/needs.h"

static const char missing_between[] =
	"an invalidation of the entry between its clear and its set, under the page table lock";
static const char missing_evidence[] =
	"an invalidation before the set, or evidence of the same content: the new entry is "
	"write-protected, and a ksm tracepoint or probe of this task for this page would clear it";

static const char missing_order_or_evidence[] =
	"an edge that orders the invalidation after the update, or evidence of the same content (a "
	"ksm tracepoint or probe of this task for this page): the new entry is write-protected";

/* ---- the rules ---- */

static struct stlb_violation unless_same_content(struct stlb_analysis *a,
						 const struct stlb_event_context *ec,
						 struct stlb_obligation *ob)
{
	return (struct stlb_violation){
		.rule = ob->racy ? STLB_RULE_RACY : STLB_RULE_REPOINT,
		.verdict = stlb_violation_verdict(a, ob),
		.ob = ob,
		.ec = ec,
		.role = "set",
		.missing = ob->racy ? missing_order_or_evidence : missing_evidence,
		.variant = 1,
	};
}

static struct stlb_held_back held_back_of(const struct stlb_analysis *a,
					  const struct stlb_event_context *ec,
					  const struct stlb_obligation *ob, struct stlb_entry new)
{
	return (struct stlb_held_back){
		.key = ec->context->key,
		.seq = a->machine.hb.now,
		.addr = ob->addr,
		.end = ob->addr + stlb_obligation_size(ob),
		.mm = ob->mm->id,
		.pfn = ob->old.pfn,
		.new_pfn = new.pfn,
	};
}

static void report_unless_cleared(struct stlb_analysis *a, const struct stlb_event_context *ec,
				  struct stlb_obligation *ob, struct stlb_entry new)
{
	struct stlb_violation v = unless_same_content(a, ec, ob);

	struct stlb_held_back held = held_back_of(a, ec, ob, new);

	held.counted = ob->violated >> v.rule & 1;
	held.ob = ob->id;
	ob->violated |= 1u << STLB_RULE_REPOINT | 1u << v.rule;
	ob->held_back = true;
	stlb_hold_back(a, &v, &held);
}

static void is_exempt(struct stlb_analysis *a, struct stlb_obligation *ob)
{
	ob->exempt = true;
	a->result.obligations.exempt++;
}

static void exempt_as_ksmd(struct stlb_analysis *a, const struct stlb_event_context *ec,
			   struct stlb_obligation *ob, struct stlb_entry new)
{
	struct stlb_violation v = unless_same_content(a, ec, ob);
	struct stlb_held_back held = held_back_of(a, ec, ob, new);

	is_exempt(a, ob);
	held.by_ksmd = true;
	stlb_hold_back(a, &v, &held);
}

static void repointed(struct stlb_analysis *a, const struct stlb_event_context *ec,
		      struct stlb_obligation *ob, struct stlb_entry new)
{
	bool writable = new.rights_known &&new.writable;

	if (ob->exempt || ob->violated >> STLB_RULE_REPOINT & 1)
		return;
	ob->by_other = ob->context != ec->context;
	/* resolved by somebody else, or after its operation, it stays that operation's clear */
	if (ob->context == ec->context &&
	    (!ob->scope->bracket || stlb_context_in_bracket(ob->context, ob->scope->bracket)))
		stlb_obligation_retype(ob, STLB_REPOINT);
	if (!writable && stlb_evidence_has(a, ec, ob, new))
		is_exempt(a, ob);
	else if (!writable && stlb_is_ksmd(ec->context))
		exempt_as_ksmd(a, ec, ob, new);
	else if (!writable && new.rights_known)
		report_unless_cleared(a, ec, ob, new);
	else
		stlb_violated(a, STLB_RULE_REPOINT, ob, ec, "set", missing_between);
}

STLB_RULE_DEFINE(REPOINT, repoint,
		 STLB_NEEDS(NEED_NOTIFIERS, NEED_INV_RANGE, NEED_INV_END, NEED_PTE_CLEARS,
			    NEED_PTE_SETS),
		 .needs.part = {LACKS_SETS, LACKS_ZAPS, LACKS_PMDS, LACKS_LOCKS},
		 .of_updates = true, .wants_invalidation = true, .is_set = true,
		 .makes_stale = true, .racy_as = &stlb_rule_racy, .hooks = {.repointed = repointed},
		 .info = {
			 .id = "repoint-before-invalidate",
			 .severity = STLB_ERROR,
			 .lines = "14-15, 20-29",
			 .implied = "",
			 .wrong = "an entry was set to a new page while secondary TLBs could still "
				  "hold the old one",
			 .risk = "a device can see the new value of one address and the old value "
				 "of another: the C11 memory order breaks",
			 .in_lock = STLB_IN_LOCK_ALWAYS,
			 .edge = {.between = "an invalidation of", .may_come_late = true},
			 .decides = true,
			 .shown_by = STLB_SHOWN_BY_ORDER,
		 });
