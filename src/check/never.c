/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * never-invalidated: the operation is over and the obligation is still pending. When it is over
 * depends on the kernel (semantics.md, section 3): before 6.6 range_end is the last word; from 6.6
 * on range_end invalidates nothing, and zap, mprotect and fork flush after it.
 */
#include "check/check.h"

enum { EVENT_CLEAR = 1 };

static const char missing_at_end[] =
	"an invalidation of the entry before or at the end of the operation's bracket";
static const char missing_at_start[] =
	"an invalidation of the entry before the task began its next operation on this mm";
static const char missing_at_leave[] =
	"an invalidation of the entry before the task left the kernel";

static void expire(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_obligation *ob,
		   const char *role, const char *missing)
{
	if (ob->discharged) {
		stlb_partial_judge(a, act, ob);
	} else {
		stlb_breach(a, STLB_RULE_NEVER, ob, act, role, missing);
	}
	stlb_obligation_end(a, ob, STLB_END_EXPIRED);
}

/* ---- the end of the outermost bracket ---- */

static bool ends_before_6_6(const struct stlb_obligation *ob)
{
	/* split_huge_page notifies in its next bracket: the set that resolves the entry judges it
	 */
	return ob->discharged || ob->left != STLB_MIGRATION || ob->type == STLB_TIGHTEN;
}

/* A huge clear that a split may have restored out of sight. */
static bool is_in_doubt(const struct stlb_analysis *a, const struct stlb_obligation *ob,
			bool invalidates)
{
	return !invalidates && ob->pieces && !ob->table && !stlb_recorded(a, STLB_PTE_SET) &&
	       !stlb_recorded(a, STLB_PMD_SET);
}

static void judge_list_at_end(struct stlb_analysis *a, const struct stlb_act *act,
			      struct stlb_list *list, const struct stlb_bracket *bracket,
			      bool invalidates)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, list) {
		struct stlb_obligation *ob = stlb_list_entry(at, struct stlb_obligation, in_task);

		if (ob->scope->bracket != bracket->id)
			continue;
		if (a->before_6_6 ? !ends_before_6_6(ob)
				  : ob->type != STLB_REPOINT && !ob->discharged)
			continue;
		if (a->before_6_6)
			ob->lossy |= is_in_doubt(a, ob, invalidates);
		expire(a, act, ob, "end", missing_at_end);
	}
}

void stlb_never_at_end(struct stlb_analysis *a, const struct stlb_act *act,
		       const struct stlb_bracket *bracket, bool invalidates)
{
	if (!act->task->nr_obligations)
		return;
	judge_list_at_end(a, act, &act->task->clears, bracket, invalidates);
	if (a->before_6_6)
		judge_list_at_end(a, act, &act->task->tightens, bracket, invalidates);
}

/* ---- the start of the next one, from 6.6 on ---- */

/* mprotect to PROT_NONE clears, but it flushes once for all VMAs as it does for other rights. */
static bool goes_on(const struct stlb_obligation *ob, const struct stlb_event *event)
{
	return ob->left == STLB_PROTNONE && ob->scope->bracket_event >= 0 &&
	       (uint64_t)ob->scope->bracket_event == stlb_event_or(event, EVENT, UINT64_MAX);
}

/* A repoint is judged at the end of its own bracket, and a hold may have a last word to say. */
static bool waits(const struct stlb_obligation *ob)
{
	if (ob->discharged)
		return ob->unbracketed;
	return ob->type == STLB_REPOINT && ob->scope->bracket;
}

static void judge_clears_at_start(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, &act->task->clears) {
		struct stlb_obligation *ob = stlb_list_entry(at, struct stlb_obligation, in_task);

		if (ob->mm != act->mm || goes_on(ob, act->event))
			continue;
		if (ob->discharged)
			stlb_partial_judge(a, act, ob);
		if (!waits(ob))
			expire(a, act, ob, "next operation", missing_at_start);
	}
}

/* mprotect and fork open a bracket for each VMA and flush once: the same event goes on. */
static void judge_tightens_at_start(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_list *at, *next;
	uint64_t event = stlb_event_or(act->event, EVENT, EVENT_CLEAR);

	if (event == EVENT_CLEAR || event > INT32_MAX)
		return;
	if (event < 31 && act->task->tighten_events == 1u << event)
		return;
	stlb_list_each (at, next, &act->task->tightens) {
		struct stlb_obligation *ob = stlb_list_entry(at, struct stlb_obligation, in_task);

		if (ob->mm == act->mm && ob->scope->bracket_event >= 0 &&
		    ob->scope->bracket_event != (int)event)
			expire(a, act, ob, "next operation", missing_at_start);
	}
}

void stlb_never_at_start(struct stlb_analysis *a, const struct stlb_act *act)
{
	if (!act->task->nr_obligations || !a->kernel_known || a->before_6_6)
		return;
	judge_clears_at_start(a, act);
	judge_tightens_at_start(a, act);
}

/* ---- the way out of the kernel, from 6.6 on ---- */

void stlb_never_at_leave(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct stlb_list *at, *next;

	if (!a->kernel_known || a->before_6_6)
		return;
	stlb_list_each (at, next, &act->task->tightens)
		expire(a, act, stlb_list_entry(at, struct stlb_obligation, in_task), "leave",
		       missing_at_leave);
}
