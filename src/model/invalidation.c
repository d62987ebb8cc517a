/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/invalidation.h"

#define PAGE_MASK UINT64_C(0xfff)

/* ---- invalidate_range_end ---- */

struct stlb_end_rule stlb_end_rule_of(unsigned int kernel)
{
	return (struct stlb_end_rule){kernel != 0, kernel && kernel < 6006};
}

void stlb_end_rule_learn(struct stlb_end_rule *rule, const struct stlb_event *end)
{
	if (!rule->known)
		*rule = (struct stlb_end_rule){true, stlb_event_has(end, ONLY_END)};
}

bool stlb_end_invalidates(const struct stlb_end_rule *rule, const struct stlb_event *end)
{
	return rule->before_6_6 && stlb_event_or(end, ONLY_END, 0) == 0;
}

/* ---- ranges ---- */

bool stlb_range_is_empty(uint64_t start, uint64_t end)
{
	return start >= end;
}

bool stlb_range_is_unaligned(uint64_t start, uint64_t end)
{
	return start & PAGE_MASK || (end & PAGE_MASK && end != UINT64_MAX);
}

bool stlb_range_is_of_kernel(uint64_t start)
{
	return start >> 63;
}

struct stlb_span stlb_range_pages(uint64_t start, uint64_t end)
{
	if (end <= UINT64_MAX - PAGE_MASK)
		end = (end + PAGE_MASK) & ~PAGE_MASK;
	return (struct stlb_span){start & ~PAGE_MASK, end};
}

bool stlb_event_meets(const struct stlb_event *event, uint64_t addr, uint64_t size)
{
	uint64_t start = stlb_event_or(event, START, 0), end = stlb_event_or(event, END, 0);

	return !stlb_range_is_empty(start, end) && !stlb_range_is_of_kernel(start) &&
	       stlb_span_meets(stlb_range_pages(start, end), addr, size);
}
