/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* empty-range: what was invalidated is nothing. */
#include "check/report.h"
#include "check/rules/needs.h"

static void range_empty(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_violation v = {
		.rule = STLB_RULE_EMPTY,
		.ec = ec,
		.role = "invalidate",
		.missing = "a range of at least one page",
		.addr = stlb_event_or(ec->event, START, 0),
		.has_addr = true,
	};

	stlb_report(a, &v);
}

STLB_RULE_DEFINE(EMPTY, empty, STLB_NEEDS(NEED_NOTIFIERS), .of_one_event = true,
		 .hooks = {.range_empty = range_empty},
		 .info = {
			 .id = "empty-range",
			 .severity = STLB_NOTICE,
			 .lines = "",
			 .implied = "",
			 .wrong = "an invalidation of an empty range",
			 .risk = "some drivers read it as nothing, some as everything; it "
				 "discharges nothing",
			 .remedy = "Leave the call out where the range is empty.",
			 .observed = "What a device observes depends on its driver: no schedule of "
				     "page table and TLB alone shows it.",
		 });
