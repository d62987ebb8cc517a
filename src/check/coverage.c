/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Coverage: which rules could be judged with the events that the trace holds. Absence of evidence
 * is never clean.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check/coverage.h"
#include "check/note.h"
#include "check/rule.h"
#include "check/site.h"

static bool holds(const struct stlb_requirement *requirement, bool before_6_6)
{
	return requirement->when == STLB_ALWAYS ||
	       (requirement->when == STLB_BEFORE_6_6) == before_6_6;
}

static void add_reason(struct stlb_rule_result *rule, const char *reason)
{
	size_t used = strlen(rule->reason);

	snprintf(rule->reason + used, sizeof(rule->reason) - used, "%s%s", used ? "; " : "",
		 reason);
}

static void check_needs(const struct stlb_requirement *list, const struct stlb_kinds *kinds,
			bool before_6_6, enum stlb_judged without, struct stlb_rule_result *rule)
{
	for (unsigned int i = 0; i < STLB_MAX_REQUIREMENTS && list[i].any.nr; i++) {
		if (stlb_kinds_any(kinds, &list[i].any) || !holds(&list[i], before_6_6))
			continue;
		rule->judged = without;
		add_reason(rule, list[i].without);
	}
}

static void judge_rule(const struct stlb_needs *needs, const struct stlb_kinds *kinds,
		       bool before_6_6, struct stlb_rule_result *rule)
{
	rule->judged = STLB_JUDGED_FULL;
	rule->reason[0] = '\0';
	check_needs(needs->none, kinds, before_6_6, STLB_JUDGED_NONE, rule);
	if (rule->judged != STLB_JUDGED_NONE)
		check_needs(needs->part, kinds, before_6_6, STLB_JUDGED_PARTIAL, rule);
	if (rule->judged != STLB_JUDGED_NONE && before_6_6 && needs->before_6_6)
		stlb_rule_lower(rule, STLB_JUDGED_NONE, needs->before_6_6);
}

void stlb_rule_lower(struct stlb_rule_result *rule, enum stlb_judged to, const char *reason)
{
	if (rule->judged > to)
		rule->judged = to;
	add_reason(rule, reason);
}

void stlb_rules_judgeable(const struct stlb_kinds *kinds, bool before_6_6,
			  struct stlb_rule_result *rules)
{
	struct stlb_kinds all = *kinds;

	stlb_kinds_imply(&all);
	for (int id = 0; id < STLB_NR_RULES; id++)
		judge_rule(&stlb_rule_objects[id]->needs, &all, before_6_6, &rules[id]);
}

enum stlb_judged stlb_rules_decided(const struct stlb_rule_result *rules)
{
	enum stlb_judged least = STLB_JUDGED_FULL;

	for (int id = 0; id < STLB_NR_RULES; id++)
		if (stlb_rule_objects[id]->info.decides && rules[id].judged < least)
			least = rules[id].judged;
	return least;
}

static void lower_forgotten(struct stlb_rule_result *rule)
{
	char why[100];

	snprintf(why, sizeof(why), "limit of %d regions of 2 MiB, or of %d page tables, reached",
		 STLB_MAX_REGIONS, STLB_MAX_TABLES);
	stlb_rule_lower(rule, STLB_JUDGED_PARTIAL, why);
}

/* What an entry said was not what was written to it, or was left in a table that was freed. */
static void lower_missed(uint64_t nr, struct stlb_rule_result *rule)
{
	char why[100];

	snprintf(why, sizeof(why), "entries were written unrecorded in %" PRIu64 " place%s", nr,
		 nr == 1 ? "" : "s");
	stlb_rule_lower(rule, STLB_JUDGED_PARTIAL, why);
}

static void lower_rule(const struct stlb_analysis *a, const struct stlb_rule_object *object,
		       struct stlb_rule_result *rule)
{
	if (object->lower)
		object->lower(a, rule);
	if (rule->judged == STLB_JUDGED_NONE)
		return;
	/* whoever turns off one that decides has not recorded too little */
	if (a->options.severity[object->rule] == STLB_OFF)
		stlb_rule_lower(rule, object->info.decides ? STLB_JUDGED_PARTIAL : STLB_JUDGED_NONE,
				STLB_RULE_IS_OFF);
	else if (object->of_updates && a->result.unplaced)
		stlb_rule_lower(rule, STLB_JUDGED_PARTIAL,
				"updates whose entry could not be located");
	if (!object->of_updates)
		return;
	if (a->local_skipped)
		stlb_rule_lower(rule, STLB_JUDGED_PARTIAL,
				"the clock is not common to all CPUs: only what the graph orders");
	if (a->machine.regions.forgotten || a->tree.forgotten)
		lower_forgotten(rule);
	if (rule->judged != STLB_JUDGED_NONE && (a->continuity.broken || a->continuity.freed))
		lower_missed(a->continuity.broken + a->continuity.freed, rule);
	if (a->result.dropped)
		stlb_rule_lower(rule, STLB_JUDGED_PARTIAL,
				"a limit was reached and some state was dropped");
}

static void lower_all(struct stlb_analysis *a)
{
	for (int id = 0; id < STLB_NR_RULES; id++)
		if (a->result.rules[id].judged != STLB_JUDGED_NONE)
			lower_rule(a, stlb_rule_objects[id], &a->result.rules[id]);
}

/* Neither the version nor an invalidate_range_end, with or without only_end, was recorded. */
static bool may_be_before_6_6(const struct stlb_analysis *a)
{
	return a->end_rule.before_6_6 || !a->end_rule.known;
}

/*
 * What invalidates is not there: a missing invalidation cannot be distinguished from one that was
 * not recorded. From 6.6 on range_end invalidates nothing at all.
 */
static void doubt_without_invalidations(struct stlb_analysis *a)
{
	uint64_t rules = 0;

	for (int id = 0; id < STLB_NR_RULES; id++)
		rules |= (uint64_t)stlb_rule_objects[id]->wants_invalidation << id;
	if (!stlb_recorded(a, STLB_INV_RANGE))
		stlb_sites_doubt_rules(a, rules,
				       "no secondary invalidation (inv_range) occurs in the trace: "
				       "either none was made or none was recorded");
	else if (may_be_before_6_6(a) && !stlb_recorded(a, STLB_INV_END))
		stlb_sites_doubt_rules(a, rules,
				       "no invalidate_range_end occurs in the trace: before 6.6 it "
				       "also invalidates");
}

static void drop_unfounded(struct stlb_analysis *a)
{
	for (int id = 0; id < STLB_NR_RULES; id++) {
		const struct stlb_kind_list *list = &stlb_rule_objects[id]->stands_on;

		for (unsigned int i = 0; i < list->nr; i++)
			if (!stlb_recorded(a, list->kind[i]))
				stlb_sites_drop_rules(a, UINT64_C(1) << id);
	}
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
	if (a->machine.contexts.forgotten)
		stlb_note(a, "limit of 4096 tasks reached: some with open state were forgotten");
}

void stlb_coverage(struct stlb_analysis *a)
{
	struct stlb_kinds kinds = stlb_kinds_union(&a->seen, &a->facts.recorded);

	stlb_rules_judgeable(&kinds, may_be_before_6_6(a), a->result.rules);
	lower_all(a);
	doubt_without_invalidations(a);
	drop_unfounded(a);
	note_contexts(a);
}
