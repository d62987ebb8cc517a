/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unaligned-range: page-aligned bounds are what drivers expect. */
#include "check/report.h"
#include "check/rules/needs.h"

static bool is_judged(const struct stlb_event *event)
{
	uint64_t start = stlb_event_get(event, START), end = stlb_event_get(event, END);

	if (!stlb_range_is_unaligned(start, end))
		return false;
	return event->kind == STLB_INV_START ||
	       (!stlb_range_is_empty(start, end) && !stlb_range_is_of_kernel(start));
}

static void range_given(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_violation v = {
		.rule = STLB_RULE_UNALIGNED,
		.ec = ec,
		.role = ec->event->kind == STLB_INV_START ? "start" : "invalidate",
		.missing = "page-aligned bounds",
		.addr = stlb_event_get(ec->event, START),
		.has_addr = true,
	};

	if (is_judged(ec->event) && stlb_mm_is_subscribed(ec->mm))
		stlb_report(a, &v);
}

STLB_RULE_DEFINE(UNALIGNED, unaligned, STLB_NEEDS(NEED_NOTIFIERS), .of_one_event = true,
		 .hooks = {.range_given = range_given},
		 .info = {
			 .id = "unaligned-range",
			 .severity = STLB_NOTICE,
			 .lines = "",
			 .implied = "",
			 .wrong = "a range that does not begin and end at page boundaries",
			 .risk = "read rounded outwards; a driver that rounds inwards misses pages",
			 .remedy = "Round the range outwards to whole pages before the call.",
			 .observed = "What a device observes depends on its driver: no schedule of "
				     "page table and TLB alone shows it.",
		 });
