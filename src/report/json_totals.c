/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the JSON report says over all traces: the coverage and the summary. */
#include "report/json.h"
#include "report/json_object.h"

static json_t *kinds_json(const struct stlb_report_totals *totals)
{
	struct stlb_json_object object = stlb_json_object();

	for (unsigned int kind = 0; kind < STLB_NR_KINDS; kind++)
		if (totals->kinds[kind])
			stlb_json_put_count(&object, stlb_kind_name(kind), totals->kinds[kind]);
	return stlb_json_end(&object);
}

static json_t *judged_json(const struct stlb_report_rule *rule)
{
	struct stlb_json_object object = stlb_json_object();

	stlb_json_put_text(&object, "judged", stlb_judged_name(rule->judged));
	stlb_json_put(&object, "reason",
		      rule->path && *rule->reason ? json_sprintf("%s: %s", rule->path, rule->reason)
						  : json_string(rule->reason));
	return stlb_json_end(&object);
}

json_t *stlb_json_coverage(const struct stlb_report_totals *totals)
{
	struct stlb_json_object object = stlb_json_object();
	struct stlb_json_object rules = stlb_json_object();

	for (unsigned int rule = 0; rule < STLB_NR_RULES; rule++)
		stlb_json_put(&rules, stlb_rule_info(rule)->id, judged_json(&totals->rules[rule]));
	stlb_json_put(&object, "rules", stlb_json_end(&rules));
	stlb_json_put(&object, "kinds", kinds_json(totals));
	stlb_json_put_count(&object, "unplaced", totals->unplaced);
	return stlb_json_end(&object);
}

static json_t *obligations_json(const struct stlb_obligations *obligations)
{
	struct stlb_json_object object = stlb_json_object();

	stlb_json_put_count(&object, "total", obligations->total);
	stlb_json_put_count(&object, "discharged_in_lock", obligations->discharged_in_lock);
	stlb_json_put_count(&object, "discharged_deferred", obligations->discharged_deferred);
	stlb_json_put_count(&object, "restored", obligations->restored);
	stlb_json_put_count(&object, "expired", obligations->expired);
	stlb_json_put_count(&object, "void", obligations->is_void);
	stlb_json_put_count(&object, "pending", obligations->pending);
	stlb_json_put_count(&object, "exempt", obligations->exempt);
	return stlb_json_end(&object);
}

static json_t *count_json(const struct stlb_report_rule *rule)
{
	struct stlb_json_object object = stlb_json_object();

	stlb_json_put_count(&object, "occurrences", rule->occurrences);
	stlb_json_put_count(&object, "sites", rule->sites);
	stlb_json_put_count(&object, "inconclusive", rule->inconclusive);
	stlb_json_put_count(&object, "suppressed", rule->suppressed);
	stlb_json_put_count(&object, "hidden", rule->hidden);
	return stlb_json_end(&object);
}

json_t *stlb_json_summary(const struct stlb_report *report, const struct stlb_report_totals *totals)
{
	struct stlb_json_object object = stlb_json_object();
	struct stlb_json_object rules = stlb_json_object();

	for (unsigned int rule = 0; rule < STLB_NR_RULES; rule++)
		stlb_json_put(&rules, stlb_rule_info(rule)->id, count_json(&totals->rules[rule]));
	stlb_json_put(&object, "rules", stlb_json_end(&rules));
	stlb_json_put_count(&object, "exit_status", stlb_report_status(report));
	stlb_json_put_count(&object, "mms", totals->mms);
	stlb_json_put(&object, "obligations", obligations_json(&totals->obligations));
	return stlb_json_end(&object);
}
