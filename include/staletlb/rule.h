/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rules: what a violation of each is, what it risks, and what would make it right. A rule's own
 * file (src/check/rules) says all of it; this header has no more than one line for each.
 *
 * mmu_notifier.rst is the kernel's Documentation/mm/mmu_notifier.rst. Its lines are counted from
 * the title "When do you need to notify inside page table lock ?", which is line 1.
 */
#ifndef STALETLB_RULE_H
#define STALETLB_RULE_H

#include <stdbool.h>

#include "staletlb/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/** enum stlb_severity - how bad a finding is */
enum stlb_severity { STLB_OFF, STLB_NOTICE, STLB_WARNING, STLB_ERROR };

/** stlb_severity_name - "off", "notice", "warning", "error" */
STLB_API const char *stlb_severity_name(enum stlb_severity severity);

/** stlb_severity_find - the severity of a name; -1 for an unknown one */
STLB_API int stlb_severity_find(const char *name);

/* The registry: a line for each rule, its identifier and the name of its file and object. */
#define STLB_RULES(X)                                                                              \
	X(REPOINT, repoint)                                                                        \
	X(REFAULT, refault)                                                                        \
	X(FREE, free)                                                                              \
	X(MAPPED, mapped)                                                                          \
	X(NEVER, never)                                                                            \
	X(UNBRACKETED, unbracketed)                                                                \
	X(RACY, racy)                                                                              \
	X(STALE_ACCESS, stale_access)                                                              \
	X(DEVICE_ORDER, device_order)                                                              \
	X(UNLOCKED, unlocked)                                                                      \
	X(UNBALANCED, unbalanced)                                                                  \
	X(PARTIAL, partial)                                                                        \
	X(EMPTY, empty)                                                                            \
	X(FLUSH, flush)                                                                            \
	X(UNALIGNED, unaligned)                                                                    \
	X(REDUNDANT, redundant)

enum stlb_rule {
#define X(id, name) STLB_RULE_##id,
	STLB_RULES(X)
#undef X
		STLB_NR_RULES
};

/**
 * struct stlb_missing_edge - the edge of the happens-before graph that a violation lacks
 * @between: what would make it, "an invalidation of"; NULL: no edge is missing
 * @from, @to: roles of the events of a finding that it would join; NULL: the update, the last event
 * @or_to: instead of @to, where the finding has no such event; NULL: nothing
 * @of_order: the invalidation was made, and nothing orders it after the update
 * @may_come_late: whether a later invalidation of the range is worth telling
 */
struct stlb_missing_edge {
	const char *between, *from, *to, *or_to;
	bool of_order, may_come_late;
};

/** enum stlb_in_lock - whether the invalidation that is missing must be under the PTL */
enum stlb_in_lock { STLB_IN_LOCK_NEVER, STLB_IN_LOCK_STRICT, STLB_IN_LOCK_ALWAYS };

/** enum stlb_shown_by - which schedule shows what a device can observe after a violation */
enum stlb_shown_by {
	STLB_SHOWN_BY_NONE,
	STLB_SHOWN_BY_OWNER,	    /* a device reaches a page that has another owner */
	STLB_SHOWN_BY_ORDER,	    /* new values before old ones */
	STLB_SHOWN_BY_ORDER_IF_SET, /* the same, where the entry was set to another page */
};

/**
 * struct stlb_rule_info - what is to be said of a rule
 * @former: an id that it had, which is accepted for good; NULL: none
 * @severity: default; a rule that is off is a notice once enabled
 * @lines: of mmu_notifier.rst, "14-15, 20-29"; "" for none
 * @implied: how the rule follows from them; "" where they say it
 * @wrong: what is wrong, in one clause
 * @risk: what can come of it
 * @remedy: what would make it right; NULL: the invalidation of @edge, before its second event
 * @in_lock: of that invalidation
 * @end_would_do: before 6.6 that of invalidate_range_end would do as well
 * @edge: what is missing
 * @shown_by: the schedule that shows what a device can observe
 * @observed: what it can, in words, where no schedule shows it
 * @cycle: the events of a finding are a cycle: no total order of them exists
 * @of_device: what comes too late is the set of the entry, as a device sees it
 * @decides: a trace is clean only where this rule was checked in full
 */
struct stlb_rule_info {
	const char *id, *former;
	enum stlb_severity severity;
	const char *lines, *implied, *wrong, *risk, *remedy, *observed;
	enum stlb_shown_by shown_by;
	enum stlb_in_lock in_lock;
	bool end_would_do;
	struct stlb_missing_edge edge;
	bool cycle, of_device, decides;
};

/** stlb_rule_info - what is to be said of a rule */
STLB_API const struct stlb_rule_info *stlb_rule_info(enum stlb_rule rule);

/** stlb_rule_find - the rule of an id, or of a former one; STLB_NR_RULES for an unknown one */
STLB_API enum stlb_rule stlb_rule_find(const char *id);

#ifdef __cplusplus
}
#endif

#endif
