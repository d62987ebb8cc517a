/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan.h"
int stlb_plan_script(const struct stlb_plan *plan, FILE *to)
{
	return fprintf(to, "%s\n", plan->group) < 0;
}
