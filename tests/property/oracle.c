/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The oracle: a second reading of the rules, made to be obviously right and not fast. It has the
 * whole trace at hand, asks each question by looking all of it through, and follows every
 * obligation on its own from its update to its end.
 *
 * Where the rules leave room, it decides so:
 *  1. A release of a lock is before every later acquisition of it by others, not the next alone:
 *     the one between may be untraced.
 *  2. Where registration is traced with its return, nothing before the return subscribes.
 *  3. A context is known to be outside of brackets after an inv_end that leaves none open in the
 *     trace, a return to user mode, and from its fork on; not by other events, as the trace may
 *     begin inside of a bracket. A loss on a CPU that it used takes the knowledge away. Brackets go
 *     with their mm.
 *  4. The outermost bracket is the oldest one still open of the context on that mm, whether or not
 *     it covers the slot. An end closes the brackets above its own: blockable ones among these are
 *     starts without an end. So are those open at a return to user mode and at exit. Nothing is
 *     over at such an end that was missed.
 *  5. Range rules are about subscribed mms. empty-range counts what invalidates (inv_range, before
 *     6.6 inv_end with only_end 0), unaligned-range inv_start and inv_range: an inv_end repeats the
 *     range of its start. An end of ~0 is aligned. Losses do not touch them.
 *  6. A write-protect that is absorbed is one obligation with the clear that absorbs it: from the
 * clear's time and place on, without an earlier racy mark or violation, but with the rights of
 * before the write-protect: the page put back write-protected is still a write-protect. Only the
 * same slot absorbs; several write-protects that one clear absorbs are one with it.
 *  7. An ordered invalidation has the update before its own moment (the return where traced).
 *  8. With a racy mark, racy-invalidate takes the place of repoint, free and never-invalidated (at
 *     the deadline it is expired all the same). A refault is a refault, marked or not.
 *  9. Exempt is decided with the whole trace known: evidence is of the same task and, where it
 * names them, of the mm and the old page, with no free or allocation of either page and no start of
 *     the task on another range between it and the set; nor a loss, if it came before the set.
 * 10. A set that counts for repoint-before-invalidate makes a repoint of its obligation, if its
 *     bracket is still open. Made one by another task from 6.6 on, it is late and never over. A
 *     repoint without a bracket is over when a clear is; all are at user mode and exit.
 * 11. The mmap_lock that a context releases was held at an update before that, if it was not taken
 * in between.
 * 12. An update in no hold is judged for unbracketed-update at its context's next event that is no
 *     update; where the trace ends first, not at all. It counts even if it was invalidated in the
 *     lock: those who mirror the table were not notified. An untold table is taken for empty, but
 * for pmd_collapse_flush.
 * 13. Of a table, any overlapping range is enough for the page-table page, and each known page
 *     below needs its own invalidation. It is no huge translation for partial-invalidate. Another
 * table or a huge page in its place is a repoint, but another table in place of one of which
 * something is known and no page that it maps. A table that comes back unchanged needs no bracket;
 * where the trace or its subscription ends before, unbracketed-update is open.
 * 14. partial-invalidate is judged at the first set of another page, free, end of the bracket or
 *     end of the operation from the discharge on (of a write-protect from 6.6 on, not at the end of
 * the bracket); pages put back need no cover.
 * 15. Lost events lie between the CPU's last event before the loss record and that record; a
 * violation is inconclusive when they reach into the time from the update to the violation, even
 * where the loss record comes later. The obligation has expired all the same.
 * 16. An allocation of a pending page is a free of it, once for both. The batched event counts only
 *     where mm_page_free is not recorded.
 * 17. --strict asks for the lock where locks are traced and the update has a hold and a bracket. A
 *     loss between leaves open whether the lock was held all the time.
 * 18. What is recorded is what the trace's facts say, even where none of that kind fired yet.
 * 19. A refault fills what the clear left empty: once something was put there, later ones do not.
 * 20. An echo is straight after its set in the context, accessed and dirty bits aside; of a set of
 * many entries, some may be missing, and what those said is not known. A clear recorded twice is of
 * one slot, with no other update of that slot by the context in between.
 * 21. An update in no hold that was seen, wherever locks are traced besides, is of one operation
 * with what its context sets in the same bracket: the locks of only some tasks may be traced.
 * 22. A table that a context took out takes what that context sets and what page_table_check
 * reports as cleared, until its next bracket, or for sets until a table is in place again. Put
 * back, it is known again, with what others set meanwhile; taken out twice, it was back unseen.
 * What the context sets below it, until it goes on with something else, is of that operation.
 * 23. free-while-mapped counts each set of an entry once, and judges where an echo has shown that
 *     page_table_check is recorded. A hugetlb page that goes back to its pool is not free,
 * and shows no more than that its entry is not known.
 * 24. A device's use of a page is judged where the entry was seen to say it and no longer does; in
 *     the window until the invalidation it is not, unless a violation has closed it. What was never
 *     seen to be said is open.
 * 25. What lies in a hold that a switch-out suspended, and that nothing shows to go on or to be
 * over until the trace ends, is open where the answer hangs on that.
 */
#include <string.h>

#include "oracle.h"
#include "oracle_internal.h"

bool trace_before_6_6(const struct trace *trace)
{
	return stlb_kernel_version(trace->facts.kernel) < 6006;
}

bool trace_recorded(const struct trace *trace, enum stlb_kind kind)
{
	return stlb_kinds_has(&trace->facts.recorded, kind);
}

/* What an invalidation would have made right is open where those are not recorded. */
static bool is_undecided(const struct trace *trace, enum stlb_rule rule)
{
	return !trace_recorded(trace, STLB_INV_RANGE) &&
	       (rule == STLB_RULE_REPOINT || rule == STLB_RULE_FREE || rule == STLB_RULE_NEVER ||
		rule == STLB_RULE_RACY || rule == STLB_RULE_PARTIAL);
}

void count_violation(struct oracle *oracle, enum stlb_rule rule, int from, int to)
{
	if (lost_between(oracle, from, to) || is_undecided(oracle->trace, rule))
		oracle->judgement->rules[rule].inconclusive++;
	else
		oracle->judgement->rules[rule].observed++;
}

void oracle_judge(const struct trace *trace, struct judgement *judgement)
{
	static struct oracle oracle;

	memset(&oracle, 0, sizeof(oracle));
	memset(judgement, 0, sizeof(*judgement));
	oracle.trace = trace;
	oracle.judgement = judgement;
	memset(oracle.violated, NOWHERE, sizeof(oracle.violated));
	facts_build(&oracle);
	updates_build(&oracle);
	graph_build(&oracle);
	tables_follow(&oracle);
	for (unsigned int i = 0; i < trace->nr; i++)
		for (unsigned int j = 0; j < (oracle.update[i].pmd ? 1 : MAX_BATCH); j++)
			obligation_judge(&oracle, (int)i, j);
	ranges_judge(&oracle);
	devices_judge(&oracle);
}
