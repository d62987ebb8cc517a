/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Breaches are reported: each once for its obligation, those of a site together. */
#include "check/case.h"
#include "check/evidence.h"
#include "check/fingerprint.h"
#include "check/report.h"
#include "check/rule.h"
#include "check/site.h"

void stlb_report(struct stlb_analysis *a, const struct stlb_case *c)
{
	uint64_t site;

	if (!stlb_case_passes(a, c))
		return;
	site = stlb_case_site(a, c);
	if (!stlb_sites_again(a, site, c)) {
		struct stlb_finding *finding = stlb_case_finding(a, c);

		if (finding)
			stlb_sites_count(a, site, finding, 1);
		else
			a->failed = true;
	}
}

void stlb_breach(struct stlb_analysis *a, enum stlb_rule rule, struct stlb_obligation *ob,
		 const struct stlb_act *act, const char *role, const char *missing)
{
	struct stlb_case c = {.rule = rule, .ob = ob, .act = act, .role = role, .missing = missing};

	if (ob->breached >> rule & 1)
		return;
	ob->breached |= 1u << rule;
	if (ob->racy && stlb_rule_objects[rule]->racy_as) {
		c.rule = stlb_rule_objects[rule]->racy_as->rule;
		c.missing = "an edge that orders the invalidation after the update: a lock, a "
			    "wake-up, or the same task";
	}
	if (c.rule != rule && ob->breached >> c.rule & 1 && !stlb_held_back_count(a, ob, c.rule))
		return;
	ob->breached |= 1u << c.rule;
	c.verdict = stlb_case_verdict(a, ob);
	stlb_report(a, &c);
}
