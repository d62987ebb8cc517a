/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where rules hook into the analysis. The engine calls each hook of all rules that have it, in the
 * order in which they are registered.
 */
#ifndef CHECK_HOOKS_H
#define CHECK_HOOKS_H

#include <stdint.h>

#include "staletlb/rule.h"

struct stlb_event_context;
struct stlb_analysis;
struct stlb_bracket;
struct stlb_device_page;
struct stlb_entry;
struct stlb_hold;
struct stlb_invalidation;
struct stlb_mm;
struct stlb_obligation;
struct stlb_past;
struct stlb_region;
struct stlb_slot;
struct stlb_context;

/** enum stlb_operation_end - what showed that an operation is over */
enum stlb_operation_end { STLB_ENDS_WITH_BRACKET, STLB_ENDS_WITH_UNLOCK, STLB_ENDS_WITH_LEAVE };

/*
 * The hooks, with their arguments:
 *
 * updated: an entry of a table changes; of_table: a lower table was put in or taken out
 * created: an obligation begins
 * repointed: its entry is set to @new by the operation that it is of
 * refilled: its entry is set by another operation
 * covered: an ordered invalidation covers it; before it is discharged
 * page_freed: the page that its entry pointed to is freed, or handed out again
 * overdue: its operation is over
 * settled: what was discharged in part is set to another page
 * stays: it ends, and nothing took back what the update did
 * range_given: a range_start or an invalidation is called, with the range in its event
 * range_empty: an invalidation of nothing
 * bracket_start: a range_start of a subscribed mm is called
 * bracket_unpaired: a range_start (of the event) never ends, or a range_end has no start
 * bracket_end: a bracket is closed
 * hold_over: a hold is over; @went_on: and its release shows that it went on till then
 * left_alone: the task goes on after updates outside any hold (@hold 0), or its hold is over
 * tables_stay_out: tables that the task took out can come back no more
 * goes_on: the task goes on to something else in the kernel, or leaves it
 * free_seen: an event tells of a free, of whatever page
 * pages_freed: pages are freed, or handed out again
 * flushed: the CPU TLB of the mm is flushed
 * device_stale: a device uses a page that it should hold no more
 * older_bracket: what the task did may lie in a bracket from before the trace, or before a loss
 * mm_gone: the mm has no subscriber any more, or goes away
 * forget: what is known of tables proves nothing any more
 * finish: the trace is over
 */
#define STLB_RULE_HOOKS(X)                                                                         \
	X(updated, struct stlb_analysis *a, const struct stlb_event_context *ec,                   \
	  struct stlb_region *region, struct stlb_slot slot, bool of_table)                        \
	X(created, struct stlb_analysis *a, const struct stlb_event_context *ec,                   \
	  struct stlb_obligation *ob)                                                              \
	X(repointed, struct stlb_analysis *a, const struct stlb_event_context *ec,                 \
	  struct stlb_obligation *ob, struct stlb_entry new)                                       \
	X(refilled, struct stlb_analysis *a, const struct stlb_event_context *ec,                  \
	  struct stlb_obligation *ob)                                                              \
	X(covered, struct stlb_analysis *a, const struct stlb_event_context *ec,                   \
	  struct stlb_obligation *ob, const struct stlb_invalidation *what)                        \
	X(page_freed, struct stlb_analysis *a, const struct stlb_event_context *ec,                \
	  struct stlb_obligation *ob)                                                              \
	X(overdue, struct stlb_analysis *a, const struct stlb_event_context *ec,                   \
	  struct stlb_obligation *ob, enum stlb_operation_end end)                                 \
	X(settled, struct stlb_analysis *a, const struct stlb_event_context *ec,                   \
	  struct stlb_obligation *ob)                                                              \
	X(stays, struct stlb_analysis *a, struct stlb_obligation *ob)                              \
	X(range_given, struct stlb_analysis *a, const struct stlb_event_context *ec)               \
	X(range_empty, struct stlb_analysis *a, const struct stlb_event_context *ec)               \
	X(bracket_start, struct stlb_analysis *a, const struct stlb_event_context *ec)             \
	X(bracket_unpaired, struct stlb_analysis *a, const struct stlb_event_context *ec)          \
	X(bracket_end, struct stlb_analysis *a, const struct stlb_mm *mm,                          \
	  const struct stlb_bracket *bracket)                                                      \
	X(hold_over, struct stlb_analysis *a, struct stlb_context *context,                        \
	  const struct stlb_hold *hold, bool went_on)                                              \
	X(left_alone, struct stlb_analysis *a, const struct stlb_event_context *ec, uint64_t hold) \
	X(tables_stay_out, struct stlb_analysis *a, struct stlb_context *context)                  \
	X(goes_on, struct stlb_analysis *a, const struct stlb_event_context *ec)                   \
	X(free_seen, struct stlb_analysis *a, const struct stlb_event_context *ec)                 \
	X(pages_freed, struct stlb_analysis *a, const struct stlb_event_context *ec, uint64_t pfn, \
	  uint64_t nr)                                                                             \
	X(flushed, struct stlb_analysis *a, const struct stlb_event_context *ec)                   \
	X(device_stale, struct stlb_analysis *a, const struct stlb_event_context *ec,              \
	  struct stlb_device_page *page, const struct stlb_past *past)                             \
	X(older_bracket, struct stlb_context *context)                                             \
	X(mm_gone, struct stlb_analysis *a, const struct stlb_mm *mm)                              \
	X(forget, struct stlb_analysis *a)                                                         \
	X(finish, struct stlb_analysis *a)

/** struct stlb_rule_hooks - what a rule wants to be called for; NULL: it is not */
struct stlb_rule_hooks {
#define X(name, ...) void (*name)(__VA_ARGS__);
	STLB_RULE_HOOKS(X)
#undef X
};

enum stlb_hook {
#define X(name, ...) STLB_HOOK_##name,
	STLB_RULE_HOOKS(X)
#undef X
		STLB_NR_HOOKS
};

/** struct stlb_hooked - by hook, those of the rules that have it; NULL ends each */
struct stlb_hooked {
	const struct stlb_rule_hooks *by[STLB_NR_HOOKS][STLB_NR_RULES + 1];
};

/** STLB_CALL - call a hook of all rules that have it */
#define STLB_CALL(a, hook, ...)                                                                    \
	do {                                                                                       \
		for (const struct stlb_rule_hooks *const *hooks_ =                                 \
			     (a)->hooked.by[STLB_HOOK_##hook];                                     \
		     *hooks_; hooks_++)                                                            \
			(*hooks_)->hook(__VA_ARGS__);                                              \
	} while (0)

#endif
