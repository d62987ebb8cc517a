/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A finding of a made trace, and what the second pass keeps of its surroundings. */
#ifndef EXPLAINED_H
#define EXPLAINED_H

#include "explain/explain_internal.h"
#include "made_events.h"

/** struct reported - a finding of a made trace, and the second pass over it */
struct explained {
	struct stlb_analysis *analysis;
	const struct stlb_finding *finding;
	struct stlb_explain *explain;
};

static inline const struct stlb_finding *find_rule(const struct stlb_result *result,
						   enum stlb_rule rule)
{
	for (uint32_t i = 0; i < result->nr_findings; i++)
		if (result->findings[i]->rule == rule)
			return result->findings[i];
	cr_assert_fail("no %s", stlb_rule_info(rule)->id);
	return NULL;
}

static inline void tell(struct explained *explained, enum stlb_rule rule, const struct made *rows,
			size_t nr)
{
	struct made_how how = {BEFORE_6_6};
	struct stlb_explain_want want = {
		.before_6_6 = true, .arch = STLB_ARCH_X86_64, .kernel = 6001};
	struct stlb_event event;

	explained->analysis = made_start(&how);
	cr_assert_not_null(explained->analysis);
	for (size_t i = 0; i < nr; i++) {
		made_fill(&event, &rows[i], 1000 * (i + 1));
		cr_assert_eq(stlb_analysis_event(explained->analysis, &event), 0);
	}
	explained->finding = find_rule(made_finish(explained->analysis), rule);
	want.finding = explained->finding;
	explained->explain = stlb_explain_new(&want);
	cr_assert_not_null(explained->explain);
	for (size_t i = 0; i < nr; i++) {
		made_fill(&event, &rows[i], 1000 * (i + 1));
		cr_assert_eq(stlb_explain_event(explained->explain, &event), 0);
	}
}

#define NR(table)		    (sizeof(table) / sizeof((table)[0]))
#define TELL(explained, rule, rows) tell(explained, STLB_RULE_##rule, rows, NR(rows))

static inline void forget(struct explained *explained)
{
	stlb_explain_free(explained->explain);
	stlb_analysis_free(explained->analysis);
}

static inline bool is_spelled(const struct stlb_operation *steps, const enum stlb_step *expected,
			      uint32_t nr)
{
	return steps->nr == nr && !memcmp(steps->steps, expected, nr * sizeof(*expected));
}

#define STEPS(steps, ...)                                                                          \
	is_spelled(steps, (const enum stlb_step[]){__VA_ARGS__},                                   \
		   sizeof((const enum stlb_step[]){__VA_ARGS__}) / sizeof(enum stlb_step))

#endif
