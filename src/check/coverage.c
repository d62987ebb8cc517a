/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Coverage: which rules could be judged with the events that the trace holds. Absence of evidence
 * is never clean.
 */
#include <stdio.h>
#include <string.h>

#include "check/check.h"
#include "model/rmap.h"

/* clang-format off */
#define PTE_CLEARS STLB_PTE_CLEAR, STLB_PTE_CLEAR_FLUSH
#define PMD_CLEARS STLB_PMD_CLEAR, STLB_PMD_CLEAR_FLUSH, STLB_PMD_COLLAPSE_FLUSH, STLB_PMD_ZAP, STLB_PMD_INVAL
#define CLEARS	  PTE_CLEARS, PMD_CLEARS
#define PTE_SETS  STLB_PTE_SET, STLB_CHANGE_PTE, STLB_MAP
#define SETS	  PTE_SETS, STLB_PMD_SET
#define UPDATES	  CLEARS, STLB_PTE_SET, STLB_PMD_SET
#define FREES	  STLB_PAGE_FREE, STLB_PAGE_FREE_BATCHED
#define NOTIFIERS STLB_INV_RANGE, STLB_INV_END, STLB_INV_START
#define LOCKS	  STLB_LOCK_ACQUIRE, STLB_LOCK_ACQUIRED
#define DEVICES	  STLB_DEV_READ, STLB_DEV_WRITE
#define DEADLINES STLB_MMAP_UNLOCK, STLB_USER_MODE
/* clang-format on */

bool stlb_recorded(const struct stlb_analysis *a, enum stlb_kind kind)
{
	return stlb_kinds_has(&a->seen, kind) || stlb_kinds_has(&a->facts.recorded, kind);
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

/* On which kernels a requirement holds. */
enum when { ALWAYS, BEFORE_6_6, SINCE_6_6 };

/* Kinds of which one at least has to be there, and what to say where none is. */
struct requirement {
	struct stlb_kind_list any;
	const char *without;
	enum when when;
};

enum { MAX_REQUIREMENTS = 6 };

struct needs {
	struct requirement none[MAX_REQUIREMENTS]; /* missing: judged not at all */
	struct requirement part[MAX_REQUIREMENTS]; /* missing: judged in part */
};

/* clang-format off */
#define ANY(...) STLB_KIND_LIST(__VA_ARGS__)
#define NO_MORE {{{NULL, 0}, NULL, ALWAYS}}
#define NEED_NOTIFIERS {ANY(NOTIFIERS), "no mmu_notifier event was recorded", ALWAYS}
#define NEED_INV_RANGE {ANY(STLB_INV_RANGE), "no secondary invalidation (inv_range) was recorded", ALWAYS}
#define NEED_INV_END                                                                               \
	{ANY(STLB_INV_END), "invalidate_range_end, which invalidates before 6.6, was not recorded", BEFORE_6_6}
#define NEED_PTE_CLEARS {ANY(PTE_CLEARS), "no clear of a pte was recorded", ALWAYS}
#define NEED_CLEARS {ANY(CLEARS), "no clear of an entry was recorded", ALWAYS}
#define NEED_UPDATES {ANY(UPDATES), "no clear or set of a page-table entry was recorded", ALWAYS}
#define NEED_SETS {ANY(SETS), "no set of an entry was recorded", ALWAYS}
#define NEED_PTE_SETS {ANY(PTE_SETS), "no set of a pte was recorded", ALWAYS}
#define NEED_FREES {ANY(FREES), "no free of pages was recorded", ALWAYS}
#define NEED_STARTS {ANY(STLB_INV_START), "no invalidate_range_start was recorded", ALWAYS}
#define NEED_ENDS {ANY(STLB_INV_END), "no invalidate_range_end was recorded", ALWAYS}
#define NEED_DEVICES {ANY(DEVICES), "no device event was recorded", ALWAYS}
#define NEED_LOCKS {ANY(LOCKS), "page table locks are not recorded", ALWAYS}
#define LACKS_ZAPS {ANY(STLB_PTE_CLEAR), "clears by zap, mremap and swap-out are not recorded", ALWAYS}
#define LACKS_PMDS {ANY(PMD_CLEARS), "clears of pmds (huge pages, page tables) are not recorded", ALWAYS}
#define LACKS_SETS                                                                                 \
	{ANY(STLB_PTE_SET), "sets are known only from change_pte and reverse mappings", ALWAYS}
#define LACKS_LOCKS                                                                                \
	{ANY(LOCKS), "page table locks are not recorded: brackets are used instead", ALWAYS}
#define LACKS_FREES {ANY(STLB_PAGE_FREE), "frees are known only from mm_page_free_batched, which misses some", ALWAYS}
#define LACKS_DEADLINES                                                                            \
	{ANY(DEADLINES), "neither mmap_lock's release nor the return to user mode is recorded: since 6.6 " \
		    "nothing else ends a zap or an mprotect", SINCE_6_6}

/* What decides each rule: a rule without a row does not compile. */
#define NEEDS_REPOINT                                                                              \
	{{NEED_NOTIFIERS, NEED_INV_RANGE, NEED_INV_END, NEED_PTE_CLEARS, NEED_PTE_SETS},               \
	 {LACKS_SETS, LACKS_ZAPS, LACKS_PMDS, LACKS_LOCKS}}
#define NEEDS_REFAULT {{NEED_NOTIFIERS, NEED_UPDATES, NEED_SETS}, {LACKS_SETS, LACKS_ZAPS}}
#define NEEDS_FREE                                                                                 \
	{{NEED_NOTIFIERS, NEED_INV_RANGE, NEED_INV_END, NEED_PTE_CLEARS, NEED_FREES},              \
	 {LACKS_ZAPS, LACKS_PMDS, LACKS_FREES}}
#define NEEDS_MAPPED                                                                               \
	{{{ANY(STLB_PTE_SET), "not every set of a pte is recorded", ALWAYS},                           \
	  {ANY(STLB_PTE_CLEAR), "not every clear of a pte is recorded", ALWAYS}, NEED_FREES,           \
	  NEED_INV_RANGE, NEED_INV_END},          \
	 {{ANY(STLB_PMD_SET), "not every set of a pmd is recorded", ALWAYS},                           \
	  {ANY(STLB_PMD_CLEAR), "not every clear of a pmd is recorded", ALWAYS}, LACKS_FREES}}
#define NEEDS_NEVER                                                                                \
	{{NEED_INV_RANGE, NEED_INV_END, NEED_CLEARS, NEED_ENDS}, {LACKS_ZAPS, LACKS_SETS, LACKS_PMDS, LACKS_DEADLINES}}
#define NEEDS_UNBRACKETED {{NEED_STARTS, NEED_ENDS, NEED_CLEARS}, {LACKS_ZAPS, LACKS_SETS}}
#define NEEDS_RACY {{NEED_INV_RANGE, NEED_INV_END, NEED_CLEARS}, {LACKS_ZAPS, LACKS_LOCKS}}
#define NEEDS_STALE_ACCESS                                                                         \
	{{NEED_DEVICES, NEED_UPDATES, NEED_INV_RANGE, NEED_INV_END}, {LACKS_SETS, LACKS_ZAPS}}
#define NEEDS_DEVICE_ORDER                                                                         \
	{{NEED_DEVICES, NEED_UPDATES, NEED_INV_RANGE, NEED_INV_END}, {LACKS_SETS}}
#define NEEDS_UNLOCKED                                                                             \
	{{NEED_LOCKS, {ANY(STLB_MMAP_LOCKED), "mmap_lock is not recorded", ALWAYS}, NEED_UPDATES}, {LACKS_ZAPS}}
#define NEEDS_UNBALANCED                                                                           \
	{{NEED_STARTS, NEED_ENDS},                                                                 \
	 {LACKS_LOCKS, {ANY(STLB_LOCK_RELEASE), "releases of locks are not recorded", ALWAYS}}}
#define NEEDS_PARTIAL {{NEED_INV_RANGE, NEED_INV_END, NEED_CLEARS}, {LACKS_ZAPS, LACKS_PMDS}}
#define NEEDS_EMPTY {{NEED_NOTIFIERS}, NO_MORE}
#define NEEDS_FLUSH                                                                                \
	{{{ANY(STLB_FLUSH_MM), "flushes of the CPU TLB are not recorded", ALWAYS}, NEED_INV_RANGE}, NO_MORE}
#define NEEDS_UNALIGNED {{NEED_NOTIFIERS}, NO_MORE}
#define NEEDS_REDUNDANT {{NEED_INV_RANGE, NEED_CLEARS}, {LACKS_ZAPS, LACKS_LOCKS}}
/* clang-format on */

static const struct needs needs[STLB_NR_RULES] = {
#define X(id, name, severity, lines, implied, wrong, risk) [STLB_RULE_##id] = NEEDS_##id,
	STLB_RULES(X)
#undef X
};

static bool holds(const struct requirement *requirement, bool before_6_6)
{
	return requirement->when == ALWAYS || (requirement->when == BEFORE_6_6) == before_6_6;
}

static void add_reason(struct stlb_rule_result *rule, const char *reason)
{
	size_t used = strlen(rule->reason);

	snprintf(rule->reason + used, sizeof(rule->reason) - used, "%s%s", used ? "; " : "",
		 reason);
}

static void check_needs(const struct requirement *list, const struct stlb_kinds *kinds,
			bool before_6_6, enum stlb_judged without, struct stlb_rule_result *rule)
{
	for (unsigned int i = 0; i < MAX_REQUIREMENTS && list[i].any.nr; i++) {
		if (stlb_kinds_any(kinds, &list[i].any) || !holds(&list[i], before_6_6))
			continue;
		rule->judged = without;
		add_reason(rule, list[i].without);
	}
}

static void judge_rule(const struct stlb_kinds *kinds, bool before_6_6, enum stlb_rule id,
		       struct stlb_rule_result *rule)
{
	const struct needs *need = &needs[id];

	rule->judged = STLB_JUDGED_FULL;
	rule->reason[0] = '\0';
	check_needs(need->none, kinds, before_6_6, STLB_JUDGED_NONE, rule);
	if (rule->judged != STLB_JUDGED_NONE)
		check_needs(need->part, kinds, before_6_6, STLB_JUDGED_PARTIAL, rule);
}

static void lower(struct stlb_rule_result *rule, enum stlb_judged to, const char *reason)
{
	if (rule->judged > to)
		rule->judged = to;
	add_reason(rule, reason);
}

void stlb_rules_judgeable(const struct stlb_kinds *kinds, bool before_6_6,
			  struct stlb_rule_result *rules)
{
	for (int id = 0; id < STLB_NR_RULES; id++)
		judge_rule(kinds, before_6_6, id, &rules[id]);
	if (before_6_6 && rules[STLB_RULE_FLUSH].judged != STLB_JUDGED_NONE)
		lower(&rules[STLB_RULE_FLUSH], STLB_JUDGED_NONE,
		      "before 6.6 a flush carries no invalidation");
}

static bool is_about_updates(enum stlb_rule rule)
{
	return needs[rule].part[0].any.nr && rule != STLB_RULE_UNBALANCED;
}

/* Whoever turns one of the two main rules off has not recorded too little. */
static enum stlb_judged off_is(enum stlb_rule rule)
{
	return rule == STLB_RULE_REPOINT || rule == STLB_RULE_FREE ? STLB_JUDGED_PARTIAL
								   : STLB_JUDGED_NONE;
}

/* A profile can bind some of the sets and clears as if they were all. */
static void lower_mapped(struct stlb_analysis *a)
{
	struct stlb_rule_result *rule = &a->result.rules[STLB_RULE_MAPPED];
	char why[50];

	snprintf(why, sizeof(why), "limit of %d mapped pages reached", STLB_MAX_MAPPINGS);
	if (rule->judged != STLB_JUDGED_NONE && !a->echoes_seen)
		lower(rule, STLB_JUDGED_NONE,
		      "nothing shows that every set and clear is recorded (page_table_check)");
	else if (rule->judged != STLB_JUDGED_NONE && a->regions.rmap && a->regions.rmap->full)
		lower(rule, STLB_JUDGED_PARTIAL, why);
}

static void lower_forgotten(struct stlb_rule_result *rule)
{
	char why[100];

	snprintf(why, sizeof(why), "limit of %d regions of 2 MiB, or of %d page tables, reached",
		 STLB_MAX_REGIONS, STLB_MAX_TABLES);
	lower(rule, STLB_JUDGED_PARTIAL, why);
}

static void lower_all(struct stlb_analysis *a)
{
	lower_mapped(a);
	for (int id = 0; id < STLB_NR_RULES; id++) {
		struct stlb_rule_result *rule = &a->result.rules[id];

		if (rule->judged == STLB_JUDGED_NONE)
			continue;
		if (a->options.severity[id] == STLB_OFF)
			lower(rule, off_is(id), STLB_RULE_IS_OFF);
		else if (is_about_updates(id) && a->result.unplaced)
			lower(rule, STLB_JUDGED_PARTIAL,
			      "updates whose entry could not be located");
		if (is_about_updates(id) && a->local_skipped)
			lower(rule, STLB_JUDGED_PARTIAL,
			      "the clock is not common to all CPUs: only what the graph orders");
		if (is_about_updates(id) && a->regions.forgotten)
			lower_forgotten(rule);
		if (is_about_updates(id) && a->result.dropped)
			lower(rule, STLB_JUDGED_PARTIAL,
			      "a limit was reached and some state was dropped");
	}
}

/* Neither the version nor an invalidate_range_end, with or without only_end, was told. */
static bool may_be_before_6_6(const struct stlb_analysis *a)
{
	return a->before_6_6 || !a->kernel_known;
}

/*
 * What invalidates is not there: a missing invalidation cannot be told from one that was not
 * recorded. From 6.6 on range_end invalidates nothing at all.
 */
static void doubt_without_invalidations(struct stlb_analysis *a)
{
	uint64_t rules = 1u << STLB_RULE_REPOINT | 1u << STLB_RULE_FREE | 1u << STLB_RULE_NEVER |
			 1u << STLB_RULE_RACY | 1u << STLB_RULE_PARTIAL;

	if (!stlb_recorded(a, STLB_INV_RANGE))
		stlb_sites_doubt_rules(a, rules,
				       "no secondary invalidation (inv_range) occurs in the trace: "
				       "either none was made or none was recorded");
	else if (may_be_before_6_6(a) && !stlb_recorded(a, STLB_INV_END))
		stlb_sites_doubt_rules(
			a, rules,
			"no invalidate_range_end occurs in the trace: before 6.6 it also "
			"invalidates");
}

static void drop_without_brackets(struct stlb_analysis *a)
{
	if (!stlb_recorded(a, STLB_INV_START) || !stlb_recorded(a, STLB_INV_END))
		stlb_sites_drop_rules(a, 1u << STLB_RULE_UNBRACKETED | 1u << STLB_RULE_UNBALANCED);
}

static void note_contexts(struct stlb_analysis *a)
{
	if (!a->facts.irq_flags)
		stlb_note(a,
			  "the trace does not distinguish task from interrupt: contexts are tasks");
	if (!a->one_clock)
		stlb_note(a, "the clock is not common to all CPUs: only what the graph orders is "
			     "checked");
	else if (!a->facts.clock)
		stlb_note(a, "the trace does not name its clock: assumed to be common to all CPUs");
	if (a->contexts.forgotten)
		stlb_note(a, "limit of 4096 tasks reached: some with open state were "
			     "forgotten");
}

void stlb_coverage(struct stlb_analysis *a)
{
	struct stlb_kinds kinds = stlb_kinds_union(&a->seen, &a->facts.recorded);

	stlb_rules_judgeable(&kinds, may_be_before_6_6(a), a->result.rules);
	lower_all(a);
	doubt_without_invalidations(a);
	drop_without_brackets(a);
	if (!stlb_recorded(a, STLB_INV_RANGE))
		stlb_sites_drop_rules(a, 1u << STLB_RULE_FLUSH);
	note_contexts(a);
}
