/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * never-invalidated: the operation is over and the obligation is still pending. When it is over
 * depends on the kernel (staletlb-rules(7), End of an operation): before 6.6 range_end is the last
 * word. From 6.6 on it invalidates nothing, and one flush follows any number of brackets: a repoint
 * is over with its own bracket, all else when the context drops mmap_lock, returns to user mode, or
 * exits.
 */
#include "check/check.h"

enum { EVENT_CLEAR = 1 };

static const char missing_at_end[] =
	"an invalidation of the entry before or at the end of the operation's bracket";
static const char missing_at_unlock[] =
	"an invalidation of the entry before the context released mmap_lock";
static const char missing_at_leave[] =
	"an invalidation of the entry before the context left the kernel";

/* Another task has made it a repoint, and that was judged: its invalidation is late, not never. */
static bool is_late(const struct stlb_obligation *ob)
{
	return ob->type == STLB_CLEAR && ob->breached >> STLB_RULE_REPOINT & 1 && ob->by_other;
}

/* What only gives rights sets the entry again and flushes nothing: unseen where sets are. */
static bool may_be_set_again(const struct stlb_analysis *a, const struct stlb_obligation *ob)
{
	return (ob->update.kind == STLB_PTE_CLEAR && !stlb_recorded(a, STLB_PTE_SET)) ||
	       (ob->update.kind == STLB_PMD_CLEAR && !stlb_recorded(a, STLB_PMD_SET));
}

static void never(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_obligation *ob,
		  const char *role, const char *missing)
{
	ob->lossy |= may_be_set_again(a, ob);
	stlb_breach(a, STLB_RULE_NEVER, ob, act, role, missing);
}

static void expire(struct stlb_analysis *a, const struct stlb_act *act, struct stlb_obligation *ob,
		   const char *role, const char *missing)
{
	/* where it lies is not known, or what it says by now: only the free of its page tells */
	if (!ob->discharged && (ob->nowhere || ob->set_again_unseen || is_late(ob)))
		return;
	if (ob->discharged)
		stlb_partial_judge(a, act, ob);
	else
		never(a, act, ob, role, missing);
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
	return !invalidates && ob->pieces && !ob->table && !stlb_recorded(a, STLB_PTE_SET);
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

/* ---- mmap_lock is dropped, or the context leaves the kernel: from 6.6 on ---- */

/* A repoint is judged at the end of its own bracket, which may be still open. */
static bool has_own_end(const struct stlb_obligation *ob)
{
	return ob->type == STLB_REPOINT && !ob->discharged &&
	       stlb_task_in_bracket(ob->task, ob->scope->bracket);
}

/*
 * madvise of several ranges keeps one gather open, and from 6.16 on drops mmap_lock in between to
 * tell userfaultfd of the next range (staletlb-kernel(7), T32). The return to user mode tells what
 * is owed.
 */
static bool may_go_on(const struct stlb_analysis *a, const struct stlb_obligation *ob)
{
	return !ob->mmap_write && ob->scope->bracket_event == EVENT_CLEAR &&
	       (!a->format.kernel || a->format.kernel >= 6016) && stlb_recorded(a, STLB_USER_MODE);
}

static void judge_list_at_unlock(struct stlb_analysis *a, const struct stlb_act *act,
				 struct stlb_list *list)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, list) {
		struct stlb_obligation *ob = stlb_list_entry(at, struct stlb_obligation, in_task);

		if (ob->mm == act->mm && ob->mmap_held && !has_own_end(ob) && !may_go_on(a, ob))
			expire(a, act, ob, "mmap_lock", missing_at_unlock);
	}
}

static bool has_deadlines(const struct stlb_analysis *a)
{
	return a->kernel_known && !a->before_6_6;
}

void stlb_never_at_unlock(struct stlb_analysis *a, const struct stlb_act *act)
{
	if (!act->task->nr_obligations || !has_deadlines(a))
		return;
	judge_list_at_unlock(a, act, &act->task->clears);
	judge_list_at_unlock(a, act, &act->task->tightens);
}

static void judge_list_at_leave(struct stlb_analysis *a, const struct stlb_act *act,
				struct stlb_list *list)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, list)
		expire(a, act, stlb_list_entry(at, struct stlb_obligation, in_task), "leave",
		       missing_at_leave);
}

void stlb_never_at_leave(struct stlb_analysis *a, const struct stlb_act *act)
{
	if (!act->task->nr_obligations || !has_deadlines(a))
		return;
	judge_list_at_leave(a, act, &act->task->clears);
	judge_list_at_leave(a, act, &act->task->tightens);
}
