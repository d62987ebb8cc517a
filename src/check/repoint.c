/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * repoint-before-invalidate (mmu_notifier.txt, lines 14-15 and 20-29), what is exempt from it
 * (lines 93-97: a write-protected page of the same content), and refault-in-window.
 */
#include <stdlib.h>
#include <string.h>

#include "check/check.h"

static const char missing_between[] =
	"an invalidation of the entry between its clear and its set, inside the page table lock";
static const char missing_evidence[] =
	"an invalidation before the set, or evidence of the same content: the new entry is "
	"write-protected, and a ksm tracepoint or probe of this task for this page would clear it";

static const char missing_order_or_evidence[] =
	"an edge that orders the invalidation after the update, or evidence of the same content (a "
	"ksm tracepoint or probe of this task for this page): the new entry is write-protected";

/* ---- evidence of the same content ---- */

static bool is_evidence(const struct stlb_same_content *merged, uint64_t mm, uint64_t pfn,
			uint64_t new_pfn)
{
	if (merged->mm && merged->mm != mm)
		return false;
	/* a merge of some other page with the same KSM page says nothing of this one */
	if (merged->pfn != UINT64_MAX)
		return merged->pfn == pfn || merged->pfn == new_pfn;
	return merged->kpfn == UINT64_MAX || merged->kpfn == new_pfn;
}

static bool has_evidence(const struct stlb_act *act, const struct stlb_obligation *ob,
			 struct stlb_entry new)
{
	const struct stlb_update_state *update = act->task->update;
	uint32_t nr = update ? update->nr_merged : 0;

	if (act->event->same_content)
		return true;
	if (act->task->comm && !strcmp(act->task->comm, "ksmd"))
		return true;
	for (uint32_t i = 0; i < nr && i < STLB_MAX_SAME_CONTENT; i++)
		if (is_evidence(&update->merged[i], ob->mm->id, ob->old.pfn, new.pfn))
			return true;
	return false;
}

/* ---- repoints that evidence can still clear ---- */

static void tell(struct stlb_analysis *a, const struct stlb_held_back *held)
{
	if (held->counted)
		free(held->finding);
	else
		stlb_sites_count(a, held->site, held->finding, 1);
}

static struct stlb_held_back *held_of(struct stlb_analysis *a, const struct stlb_obligation *ob)
{
	for (uint32_t i = 0; ob->held_back && i < a->nr_held_back; i++)
		if (a->held_back[i].ob == ob)
			return &a->held_back[i];
	return NULL;
}

bool stlb_held_back_count(struct stlb_analysis *a, const struct stlb_obligation *ob,
			  enum stlb_rule rule)
{
	struct stlb_held_back *held = held_of(a, ob);

	if (!held || held->finding->rule != rule || held->counted)
		return false;
	held->counted = true;
	return true;
}

void stlb_held_back_over(struct stlb_analysis *a, const struct stlb_obligation *ob)
{
	struct stlb_held_back *held = held_of(a, ob);

	if (held)
		held->ob = NULL;
}

static void hold_back(struct stlb_analysis *a, const struct stlb_case *c, struct stlb_entry new)
{
	struct stlb_held_back *held;

	if (!stlb_case_passes(a, c))
		return;
	if (a->nr_held_back == STLB_MAX_HELD_BACK) {
		tell(a, &a->held_back[0]);
		memmove(a->held_back, a->held_back + 1,
			(STLB_MAX_HELD_BACK - 1) * sizeof(*a->held_back));
		a->nr_held_back--;
	}
	held = &a->held_back[a->nr_held_back];
	held->finding = stlb_case_finding(a, c);
	if (!held->finding) {
		a->failed = true;
		return;
	}
	held->task = c->act->task;
	held->ob = c->ob;
	held->counted = false;
	held->mm = c->ob->mm->id;
	held->pfn = c->ob->old.pfn;
	held->new_pfn = new.pfn;
	held->site = stlb_case_site(a, c);
	a->nr_held_back++;
}

void stlb_held_back_finish(struct stlb_analysis *a)
{
	for (uint32_t i = 0; i < a->nr_held_back; i++)
		tell(a, &a->held_back[i]);
	a->nr_held_back = 0;
}

void stlb_held_back_free(struct stlb_analysis *a)
{
	while (a->nr_held_back)
		free(a->held_back[--a->nr_held_back].finding);
}

static void clear_held_back(struct stlb_analysis *a, const struct stlb_task *task,
			    const struct stlb_same_content *merged)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < a->nr_held_back; i++) {
		struct stlb_held_back *held = &a->held_back[i];

		if (held->task == task && is_evidence(merged, held->mm, held->pfn, held->new_pfn)) {
			free(held->finding);
			a->result.obligations.exempt++;
		} else {
			a->held_back[kept++] = *held;
		}
	}
	a->nr_held_back = kept;
}

void stlb_on_same_content(struct stlb_analysis *a, const struct stlb_act *act)
{
	const struct stlb_event *event = act->event;
	struct stlb_update_state *update = stlb_task_update_state(act->task);
	struct stlb_same_content *merged;
	uint64_t pfn;

	if (!update) {
		a->failed = true;
		return;
	}
	merged = &update->merged[update->nr_merged++ % STLB_MAX_SAME_CONTENT];
	*merged = (struct stlb_same_content){stlb_event_or(event, MM, 0), UINT64_MAX, UINT64_MAX};
	if (stlb_pages_pfn(a, event, &pfn))
		merged->pfn = pfn;
	if (stlb_event_has(event, KPAGE) &&
	    stlb_pages_pfn_of(a, stlb_event_get(event, KPAGE), &pfn))
		merged->kpfn = pfn;
	clear_held_back(a, act->task, merged);
}

/* ---- the rules ---- */

static void report_unless_cleared(struct stlb_analysis *a, const struct stlb_act *act,
				  struct stlb_obligation *ob, struct stlb_entry new)
{
	struct stlb_case c = {
		.rule = STLB_RULE_REPOINT,
		.verdict = stlb_case_verdict(a, ob),
		.ob = ob,
		.act = act,
		.role = "set",
		.missing = missing_evidence,
		.variant = 1,
	};

	if (ob->racy) {
		c.rule = STLB_RULE_RACY;
		c.missing = missing_order_or_evidence;
	}
	if (ob->breached >> c.rule & 1)
		return;
	ob->breached |= 1u << STLB_RULE_REPOINT | 1u << c.rule;
	ob->held_back = true;
	hold_back(a, &c, new);
}

void stlb_repoint_judge(struct stlb_analysis *a, const struct stlb_act *act,
			struct stlb_obligation *ob, struct stlb_entry new)
{
	bool protected = new.rights_known && !new.writable;

	if (ob->exempt || ob->breached >> STLB_RULE_REPOINT & 1)
		return;
	/* resolved by somebody else, or after its operation, it stays that operation's clear */
	if (ob->task == act->task &&
	    (!ob->scope->bracket || stlb_task_in_bracket(ob->task, ob->scope->bracket)))
		stlb_obligation_retype(ob, STLB_REPOINT);
	if ((protected || !new.rights_known) && has_evidence(act, ob, new)) {
		ob->exempt = true;
		a->result.obligations.exempt++;
	} else if (protected) {
		report_unless_cleared(a, act, ob, new);
	} else {
		stlb_breach(a, STLB_RULE_REPOINT, ob, act, "set", missing_between);
	}
}

void stlb_refault_judge(struct stlb_analysis *a, const struct stlb_act *act,
			struct stlb_obligation *ob)
{
	stlb_breach(a, STLB_RULE_REFAULT, ob, act, "set",
		    "nothing yet: the zap still owes its invalidation for the old page");
}
