/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of rules, severities and verdicts. */
#include <string.h>

#include "staletlb/finding.h"

static const struct stlb_rule_info rules[] = {
#define X(id, name, former, severity, lines, implied, wrong, risk)                                 \
	{name, former, STLB_##severity, lines, implied, wrong, risk},
	STLB_RULES(X)
#undef X
};

static const char *const severities[] = {"off", "notice", "warning", "error"};
static const char *const verdicts[] = {"observed", "strict", "inconclusive"};
static const char *const degrees[] = {"none", "partial", "full"};

const struct stlb_rule_info *stlb_rule_info(enum stlb_rule rule)
{
	return &rules[rule < STLB_NR_RULES ? rule : 0];
}

enum stlb_rule stlb_rule_find(const char *id)
{
	int rule = 0;

	while (rule < STLB_NR_RULES && strcmp(rules[rule].id, id) != 0 &&
	       (!rules[rule].former || strcmp(rules[rule].former, id) != 0))
		rule++;
	return rule;
}

const char *stlb_severity_name(enum stlb_severity severity)
{
	return severities[severity];
}

int stlb_severity_find(const char *name)
{
	for (size_t i = 0; i < sizeof(severities) / sizeof(*severities); i++)
		if (!strcmp(severities[i], name))
			return (int)i;
	return -1;
}

const char *stlb_verdict_name(enum stlb_verdict verdict)
{
	return verdicts[verdict];
}

const char *stlb_judged_name(enum stlb_judged judged)
{
	return degrees[judged];
}
