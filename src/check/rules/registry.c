/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The registered rules, and what is asked of them by number or by id. */
#include <string.h>

#include "check/rule.h"

const struct stlb_rule_object *const stlb_rule_objects[STLB_NR_RULES] = {
#define X(id, name) [STLB_RULE_##id] = &stlb_rule_##name,
	STLB_RULES(X)
#undef X
};

const struct stlb_rule_info *stlb_rule_info(enum stlb_rule rule)
{
	return &stlb_rule_objects[rule < STLB_NR_RULES ? rule : 0]->info;
}

static bool is_called(const struct stlb_rule_info *info, const char *id)
{
	return !strcmp(info->id, id) || (info->former && !strcmp(info->former, id));
}

enum stlb_rule stlb_rule_find(const char *id)
{
	int rule = 0;

	while (rule < STLB_NR_RULES && !is_called(stlb_rule_info(rule), id))
		rule++;
	return rule;
}
