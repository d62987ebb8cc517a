/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Violations are reported: each once for its obligation, those of a site together. */
#include "check/violation.h"
#include "check/evidence.h"
#include "check/fingerprint.h"
#include "check/report.h"
#include "check/rule.h"
#include "check/site.h"

void stlb_report(struct stlb_analysis *a, const struct stlb_violation *v)
{
	uint64_t site = stlb_violation_site(a, v);

	if (!stlb_sites_again(a, site, v)) {
		struct stlb_finding *finding = stlb_violation_finding(a, v);

		if (finding)
			stlb_sites_count(a, site, finding, 1);
		else
			a->failed = true;
	}
}

void stlb_violated(struct stlb_analysis *a, enum stlb_rule rule, struct stlb_obligation *ob,
		   const struct stlb_event_context *ec, const char *role, const char *missing)
{
	struct stlb_violation v = {
		.rule = rule, .ob = ob, .ec = ec, .role = role, .missing = missing};

	if (ob->violated >> rule & 1)
		return;
	ob->violated |= 1u << rule;
	if (ob->racy && stlb_rule_objects[rule]->racy_as) {
		v.rule = stlb_rule_objects[rule]->racy_as->rule;
		v.missing = "an edge that orders the invalidation after the update: a lock, a "
			    "wake-up, or the same task";
	}
	if (v.rule != rule && ob->violated >> v.rule & 1 && !stlb_held_back_count(a, ob, v.rule))
		return;
	ob->violated |= 1u << v.rule;
	v.verdict = stlb_violation_verdict(a, ob);
	stlb_report(a, &v);
}
