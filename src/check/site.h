/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sites: violations of one rule on one code path. */
#ifndef CHECK_SITE_H
#define CHECK_SITE_H

#include "check/state.h"

/**
 * stlb_sites_count - count occurrences of a site
 * @finding: taken over; its counts are not looked at
 */
void stlb_sites_count(struct stlb_analysis *a, uint64_t site, struct stlb_finding *finding,
		      uint64_t count);

/** stlb_sites_again - count one more occurrence of a site that is known; false: it is not */
bool stlb_sites_again(struct stlb_analysis *a, uint64_t site, const struct stlb_violation *v);

/** stlb_sites_doubt - violations after @from_ns are inconclusive: events were lost since */
void stlb_sites_doubt(struct stlb_analysis *a, uint64_t from_ns);

/** stlb_sites_doubt_rules - all findings of some rules (bits) are inconclusive, and why */
void stlb_sites_doubt_rules(struct stlb_analysis *a, uint64_t rules, const char *why);

/** stlb_sites_drop_rules - findings of some rules (bits) cannot be judged at all */
void stlb_sites_drop_rules(struct stlb_analysis *a, uint64_t rules);

/** stlb_sites_finish - put them in order into the result; 0 or -ENOMEM */
int stlb_sites_finish(struct stlb_analysis *a);

#endif
