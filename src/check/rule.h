/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a rule is to the engine: an object that says all about it and hooks into what happens. The
 * engine goes through the objects and knows none of them by name.
 */
#ifndef CHECK_RULE_H
#define CHECK_RULE_H

#include "check/hooks.h"
#include "check/state.h"
#include "staletlb/rule.h"

/** enum stlb_when - on which kernels a requirement holds */
enum stlb_when { STLB_ALWAYS, STLB_BEFORE_6_6, STLB_SINCE_6_6 };

/** struct stlb_requirement - kinds of which one at least is needed, and what to say without any */
struct stlb_requirement {
	struct stlb_kind_list any;
	const char *without;
	enum stlb_when when;
};

enum { STLB_MAX_REQUIREMENTS = 6 };

/**
 * struct stlb_needs - which kinds decide a rule
 * @none: where one is missing, the rule is not checked at all; never empty
 * @part: where one is missing, the check is incomplete
 * @before_6_6: why it cannot be checked before 6.6; NULL: it can
 */
struct stlb_needs {
	struct stlb_requirement none[STLB_MAX_REQUIREMENTS], part[STLB_MAX_REQUIREMENTS];
	const char *before_6_6;
};

/**
 * struct stlb_rule_object - a rule
 * @needs: which kinds decide it
 * @stands_on: kinds without any of which findings do not stand; an empty list: none
 * @of_updates: what was not placed, or given up, makes its check incomplete
 * @wants_invalidation: where it cannot be known whether invalidations were recorded, findings are
 *	inconclusive
 * @of_one_event: one event proves a violation, so that lost ones do not matter
 * @is_set: the event that violates it is the set of the entry
 * @of_place: a violation is of where the update was made: a later clear of the same page has it too
 * @makes_stale: after a violation, what a device still holds of the page is stale
 * @only_if_on: it hooks into nothing while it is off
 * @racy_as: the rule that a violation is of where the only invalidation is not ordered; or its own
 * @lower: lowers what could be checked, with the reason; NULL: nothing does
 */
struct stlb_rule_object {
	enum stlb_rule rule;
	struct stlb_rule_info info;
	struct stlb_needs needs;
	struct stlb_kind_list stands_on;
	bool of_updates, wants_invalidation, of_one_event, is_set, of_place, makes_stale;
	const struct stlb_rule_object *racy_as;
	bool only_if_on;
	struct stlb_rule_hooks hooks;
	void (*lower)(const struct stlb_analysis *a, struct stlb_rule_result *result);
};

/**
 * STLB_RULE_DEFINE - define the object of a rule
 * @none: STLB_NEEDS(...), the needs without which it is not checked at all: at least one
 *
 * What else it says follows, as designated initialisers.
 */
#define STLB_RULE_DEFINE(ID, name, none_, ...)                                                     \
	const struct stlb_rule_object stlb_rule_##name = {                                         \
		.rule = STLB_RULE_##ID, .needs.none = none_, __VA_ARGS__}

/** STLB_NEEDS - requirements; without any it does not compile */
#define STLB_NEEDS(first, ...)                                                                     \
	{                                                                                          \
		[0] = first, __VA_ARGS__                                                           \
	}

/* the objects, each defined in its own file */
#define X(id, name) extern const struct stlb_rule_object stlb_rule_##name;
STLB_RULES(X)
#undef X

/** stlb_rule_objects - the rules, by number */
extern const struct stlb_rule_object *const stlb_rule_objects[STLB_NR_RULES];

#endif
