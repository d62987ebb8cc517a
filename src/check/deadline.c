/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Deadlines: the operation is over, and what it left pending must have been invalidated. When it is
 * over depends on the kernel (staletlb-rules(7), End of an operation): before 6.6 range_end is the
 * last word. From 6.6 on it invalidates nothing, and one flush follows any number of brackets: a
 * repoint is over with its own bracket, all else when the context drops mmap_lock, returns to user
 * mode, or exits.
 */
#include "check/deadline.h"
#include "check/obligation.h"

enum { EVENT_CLEAR = 1 };

/* Another task has made it a repoint, and that was judged: its invalidation is late, not never. */
static bool is_late(const struct stlb_obligation *ob)
{
	return ob->type == STLB_CLEAR && ob->by_other && !ob->exempt;
}

static void expire(struct stlb_analysis *a, const struct stlb_event_context *ec,
		   struct stlb_obligation *ob, enum stlb_operation_end end)
{
	/* where it lies is not known, or what it says by now: only the free of its page tells */
	if (!ob->discharged && (ob->nowhere || ob->set_again_unseen || is_late(ob)))
		return;
	STLB_CALL(a, overdue, a, ec, ob, end);
	stlb_obligation_end(a, ob, STLB_END_EXPIRED);
}

/* ---- the end of the outermost bracket ---- */

static bool ends_before_6_6(const struct stlb_obligation *ob)
{
	/* split_huge_page notifies in its next bracket: the set that resolves the entry judges it
	 */
	return ob->discharged || ob->new_state != STLB_MIGRATION || ob->type == STLB_WRITE_PROTECT;
}

/* A huge clear that a split may have restored out of sight. */
static bool is_in_doubt(const struct stlb_analysis *a, const struct stlb_obligation *ob,
			bool invalidates)
{
	return !invalidates && ob->subpages && !ob->table && !stlb_recorded(a, STLB_PTE_SET);
}

static void judge_list_at_end(struct stlb_analysis *a, const struct stlb_event_context *ec,
			      struct stlb_list *list, const struct stlb_bracket *bracket,
			      bool invalidates)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, list) {
		struct stlb_obligation *ob =
			stlb_list_entry(at, struct stlb_obligation, in_context);

		if (ob->scope->bracket != bracket->id)
			continue;
		if (a->end_rule.before_6_6 ? !ends_before_6_6(ob)
					   : ob->type != STLB_REPOINT && !ob->discharged)
			continue;
		if (a->end_rule.before_6_6)
			ob->lossy |= is_in_doubt(a, ob, invalidates);
		expire(a, ec, ob, STLB_ENDS_WITH_BRACKET);
	}
}

void stlb_deadline_at_end(struct stlb_analysis *a, const struct stlb_event_context *ec,
			  const struct stlb_bracket *bracket, bool invalidates)
{
	if (!ec->context->nr_obligations)
		return;
	judge_list_at_end(a, ec, &ec->context->clears, bracket, invalidates);
	if (a->end_rule.before_6_6)
		judge_list_at_end(a, ec, &ec->context->write_protects, bracket, invalidates);
}

/* ---- mmap_lock is dropped, or the context leaves the kernel: from 6.6 on ---- */

/* A repoint is judged at the end of its own bracket, which may be still open. */
static bool has_own_end(const struct stlb_obligation *ob)
{
	return ob->type == STLB_REPOINT && !ob->discharged &&
	       stlb_context_in_bracket(ob->context, ob->scope->bracket);
}

/*
 * madvise of several ranges keeps one gather open, and from 6.16 on drops mmap_lock in between to
 * tell userfaultfd of the next range (staletlb-kernel(7), T32). The return to user mode shows what
 * is pending.
 */
static bool may_go_on(const struct stlb_analysis *a, const struct stlb_obligation *ob)
{
	return !ob->mmap_write && ob->scope->bracket_event == EVENT_CLEAR &&
	       (!a->machine.format.kernel || a->machine.format.kernel >= 6016) &&
	       stlb_recorded(a, STLB_USER_MODE);
}

static void judge_list_at_unlock(struct stlb_analysis *a, const struct stlb_event_context *ec,
				 struct stlb_list *list)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, list) {
		struct stlb_obligation *ob =
			stlb_list_entry(at, struct stlb_obligation, in_context);

		if (ob->mm == ec->mm && ob->mmap_held && !has_own_end(ob) && !may_go_on(a, ob))
			expire(a, ec, ob, STLB_ENDS_WITH_UNLOCK);
	}
}

static bool has_deadlines(const struct stlb_analysis *a)
{
	return a->end_rule.known && !a->end_rule.before_6_6;
}

void stlb_deadline_at_unlock(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	if (!ec->context->nr_obligations || !has_deadlines(a))
		return;
	judge_list_at_unlock(a, ec, &ec->context->clears);
	judge_list_at_unlock(a, ec, &ec->context->write_protects);
}

static void judge_list_at_leave(struct stlb_analysis *a, const struct stlb_event_context *ec,
				struct stlb_list *list)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, list)
		expire(a, ec, stlb_list_entry(at, struct stlb_obligation, in_context),
		       STLB_ENDS_WITH_LEAVE);
}

void stlb_deadline_at_leave(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	if (!ec->context->nr_obligations || !has_deadlines(a))
		return;
	judge_list_at_leave(a, ec, &ec->context->clears);
	judge_list_at_leave(a, ec, &ec->context->write_protects);
}
