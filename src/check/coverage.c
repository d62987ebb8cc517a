/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Coverage: which rules could be judged with the events that the trace holds. Absence of evidence
 * is never clean.
 */
#include <stdio.h>
#include <string.h>

#include "check/check.h"

#define KIND(id) (UINT64_C(1) << STLB_##id)

#define CLEARS                                                                                     \
	(KIND(PTE_CLEAR) | KIND(PTE_CLEAR_FLUSH) | KIND(PMD_CLEAR) | KIND(PMD_CLEAR_FLUSH) |       \
	 KIND(PMD_COLLAPSE_FLUSH) | KIND(PMD_ZAP) | KIND(PMD_INVAL))
#define SETS	      (KIND(PTE_SET) | KIND(PMD_SET) | KIND(CHANGE_PTE) | KIND(MAP))
#define EVERY_CLEAR   (KIND(PTE_CLEAR))
#define EVERY_SET     (KIND(PTE_SET))
#define UPDATES	      (CLEARS | KIND(PTE_SET) | KIND(PMD_SET))
#define FREES	      (KIND(PAGE_FREE) | KIND(PAGE_ALLOC) | KIND(PAGE_FREE_BATCHED))
#define INVALIDATIONS (KIND(INV_RANGE) | KIND(INV_END))
#define NOTIFIERS     (INVALIDATIONS | KIND(INV_START))
#define BRACKETS      (KIND(INV_START) | KIND(INV_END))
#define LOCKS	      (KIND(LOCK_ACQUIRE) | KIND(LOCK_ACQUIRED))
#define DEVICES	      (KIND(DEV_READ) | KIND(DEV_WRITE))

bool stlb_recorded(const struct stlb_analysis *a, enum stlb_kind kind)
{
	return ((a->seen | a->facts.recorded) >> kind & 1) != 0;
}

void stlb_note(struct stlb_analysis *a, const char *text)
{
	struct stlb_result *result = &a->result;

	for (uint32_t i = 0; i < result->nr_notes; i++)
		if (!strcmp(result->notes[i], text))
			return;
	if (result->nr_notes < sizeof(result->notes) / sizeof(*result->notes))
		result->notes[result->nr_notes++] = text;
}

/* Kinds of which one at least has to be there, and what to say where none is. */
struct requirement {
	uint64_t any;
	const char *without;
};

enum { MAX_REQUIREMENTS = 5 };

struct needs {
	struct requirement none[MAX_REQUIREMENTS]; /* missing: judged not at all */
	struct requirement part[MAX_REQUIREMENTS]; /* missing: judged in part */
};

#define NEED_NOTIFIERS                                                                             \
	{                                                                                          \
		NOTIFIERS, "no mmu_notifier event was recorded"                                    \
	}
#define NEED_INVALIDATIONS                                                                         \
	{                                                                                          \
		INVALIDATIONS, "no invalidation was recorded"                                      \
	}
#define NEED_UPDATES                                                                               \
	{                                                                                          \
		UPDATES, "no clear or set of a page-table entry was recorded"                      \
	}
#define NEED_CLEARS                                                                                \
	{                                                                                          \
		CLEARS | KIND(PTE_SET), "no clear of an entry was recorded"                        \
	}
#define NEED_BRACKETS                                                                              \
	{                                                                                          \
		BRACKETS, "no invalidate_range_start or end was recorded"                          \
	}
#define LACKS_ZAPS                                                                                 \
	{                                                                                          \
		EVERY_CLEAR, "clears by zap, mremap and swap-out are not recorded"                 \
	}
#define LACKS_SETS                                                                                 \
	{                                                                                          \
		EVERY_SET, "sets are known only where change_pte or a reverse mapping tells them"  \
	}
#define LACKS_LOCKS                                                                                \
	{                                                                                          \
		LOCKS, "page table locks are not recorded: brackets stand for them"                \
	}

static const struct needs needs[STLB_NR_RULES] = {
	[STLB_RULE_REPOINT] = {{NEED_NOTIFIERS,
				NEED_INVALIDATIONS,
				NEED_UPDATES,
				{SETS, "no set of an entry was recorded"}},
			       {LACKS_SETS, LACKS_ZAPS, LACKS_LOCKS}},
	[STLB_RULE_REFAULT] = {{NEED_NOTIFIERS, NEED_UPDATES, {SETS, "no set was recorded"}},
			       {LACKS_SETS, LACKS_ZAPS}},
	[STLB_RULE_FREE] = {{NEED_NOTIFIERS,
			     NEED_INVALIDATIONS,
			     NEED_CLEARS,
			     {FREES, "no free or allocation of pages was recorded"}},
			    {LACKS_ZAPS,
			     {KIND(PAGE_FREE), "frees are known only by the next allocation"}}},
	[STLB_RULE_NEVER] = {{NEED_INVALIDATIONS, NEED_CLEARS, NEED_BRACKETS}, {LACKS_ZAPS}},
	[STLB_RULE_UNBRACKETED] = {{{KIND(INV_START), "no invalidate_range_start was recorded"},
				    NEED_CLEARS},
				   {LACKS_ZAPS}},
	[STLB_RULE_RACY] = {{NEED_INVALIDATIONS, NEED_CLEARS}, {LACKS_ZAPS, LACKS_LOCKS}},
	[STLB_RULE_STALE_ACCESS] = {{{DEVICES, "no device event was recorded"}, NEED_UPDATES},
				    {{0}}},
	[STLB_RULE_DEVICE_ORDER] = {{{DEVICES, "no device event was recorded"}, NEED_UPDATES},
				    {{0}}},
	[STLB_RULE_UNLOCKED] = {{{LOCKS, "page table locks are not recorded"},
				 {KIND(MMAP_LOCKED), "mmap_lock is not recorded"},
				 NEED_UPDATES},
				{LACKS_ZAPS}},
	[STLB_RULE_UNBALANCED] = {{{KIND(INV_START), "no invalidate_range_start was recorded"},
				   {KIND(INV_END), "no invalidate_range_end was recorded"}},
				  {LACKS_LOCKS}},
	[STLB_RULE_PARTIAL] = {{NEED_INVALIDATIONS, NEED_CLEARS}, {LACKS_ZAPS}},
	[STLB_RULE_EMPTY] = {{NEED_INVALIDATIONS}, {{0}}},
	[STLB_RULE_FLUSH] = {{{KIND(FLUSH_MM), "flushes of the CPU TLB are not recorded"},
			      {KIND(INV_RANGE), "no secondary invalidation was recorded"}},
			     {{0}}},
	[STLB_RULE_UNALIGNED] = {{NEED_NOTIFIERS}, {{0}}},
	[STLB_RULE_REDUNDANT] = {{NEED_INVALIDATIONS, NEED_CLEARS}, {LACKS_ZAPS, LACKS_LOCKS}},
};

static void add_reason(struct stlb_rule_result *rule, const char *reason)
{
	size_t used = strlen(rule->reason);

	snprintf(rule->reason + used, sizeof(rule->reason) - used, "%s%s", used ? "; " : "",
		 reason);
}

static void judge_rule(uint64_t kinds, enum stlb_rule id, struct stlb_rule_result *rule)
{
	const struct needs *need = &needs[id];

	rule->judged = STLB_JUDGED_FULL;
	rule->reason[0] = '\0';
	for (unsigned int i = 0; i < MAX_REQUIREMENTS && need->none[i].any; i++) {
		if (kinds & need->none[i].any)
			continue;
		rule->judged = STLB_JUDGED_NONE;
		add_reason(rule, need->none[i].without);
	}
	if (rule->judged == STLB_JUDGED_NONE)
		return;
	for (unsigned int i = 0; i < MAX_REQUIREMENTS && need->part[i].any; i++) {
		if (kinds & need->part[i].any)
			continue;
		rule->judged = STLB_JUDGED_PARTIAL;
		add_reason(rule, need->part[i].without);
	}
}

static void lower(struct stlb_rule_result *rule, enum stlb_judged to, const char *reason)
{
	if (rule->judged > to)
		rule->judged = to;
	add_reason(rule, reason);
}

void stlb_rules_judgeable(uint64_t kinds, bool before_6_6, struct stlb_rule_result *rules)
{
	for (int id = 0; id < STLB_NR_RULES; id++)
		judge_rule(kinds, id, &rules[id]);
	if (before_6_6 && rules[STLB_RULE_FLUSH].judged != STLB_JUDGED_NONE)
		lower(&rules[STLB_RULE_FLUSH], STLB_JUDGED_NONE,
		      "before 6.6 a flush carries no invalidation");
}

static bool is_about_updates(enum stlb_rule rule)
{
	return needs[rule].part[0].any != 0 && rule != STLB_RULE_UNBALANCED;
}

/* Whoever turns one of the two main rules off has not recorded too little. */
static enum stlb_judged off_is(enum stlb_rule rule)
{
	return rule == STLB_RULE_REPOINT || rule == STLB_RULE_FREE ? STLB_JUDGED_PARTIAL
								   : STLB_JUDGED_NONE;
}

static void lower_all(struct stlb_analysis *a)
{
	for (int id = 0; id < STLB_NR_RULES; id++) {
		struct stlb_rule_result *rule = &a->result.rules[id];

		if (rule->judged == STLB_JUDGED_NONE)
			continue;
		if (a->options.severity[id] == STLB_OFF)
			lower(rule, off_is(id), "the rule is off");
		else if (is_about_updates(id) && a->result.unplaced)
			lower(rule, STLB_JUDGED_PARTIAL, "updates that no slot was found for");
		if (is_about_updates(id) && a->local_skipped)
			lower(rule, STLB_JUDGED_PARTIAL,
			      "the clock is not one for all CPUs: only what the graph orders");
		if (is_about_updates(id) && a->result.dropped)
			lower(rule, STLB_JUDGED_PARTIAL,
			      "some of it was given up for want of room");
	}
}

/*
 * The one kind that decides is not there: range_end alone cannot tell a missing invalidation in
 * the lock from one that was not recorded; and from 6.6 on it invalidates nothing at all.
 */
static void doubt_without_inv_range(struct stlb_analysis *a)
{
	uint64_t rules = 1u << STLB_RULE_REPOINT | 1u << STLB_RULE_FREE | 1u << STLB_RULE_NEVER |
			 1u << STLB_RULE_RACY | 1u << STLB_RULE_PARTIAL;

	if (stlb_recorded(a, STLB_INV_RANGE))
		return;
	stlb_sites_doubt_rules(a, rules,
			       "no secondary invalidation (inv_range) occurs in the trace: whether "
			       "none was made or none recorded cannot be told");
}

static void note_contexts(struct stlb_analysis *a)
{
	if (!a->facts.irq_flags)
		stlb_note(a, "the trace does not say task or interrupt: contexts are tasks");
	if (!a->one_clock)
		stlb_note(a, "the clock is not one for all CPUs: only what the graph orders is "
			     "judged");
	else if (!a->facts.clock)
		stlb_note(a, "the trace does not name its clock: taken as one for all CPUs");
	if (a->regions.forgotten || a->contexts.forgotten)
		stlb_note(a, "page tables or tasks were forgotten for want of room");
}

void stlb_coverage(struct stlb_analysis *a)
{
	stlb_rules_judgeable(a->seen | a->facts.recorded, a->before_6_6, a->result.rules);
	lower_all(a);
	doubt_without_inv_range(a);
	if (!stlb_recorded(a, STLB_INV_START))
		stlb_sites_drop_rules(a, 1u << STLB_RULE_UNBRACKETED);
	if (!stlb_recorded(a, STLB_INV_RANGE))
		stlb_sites_drop_rules(a, 1u << STLB_RULE_FLUSH);
	note_contexts(a);
}
