/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of severities, verdicts and degrees of coverage. */
#include <string.h>

#include "staletlb/finding.h"

static const char *const severities[] = {"off", "notice", "warning", "error"};
static const char *const verdicts[] = {"observed", "strict", "inconclusive"};
static const char *const degrees[] = {"none", "partial", "full"};

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
