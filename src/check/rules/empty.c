/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "check/rules/needs.h"

STLB_RULE_DEFINE(EMPTY, empty, STLB_NEEDS(NEED_NOTIFIERS), .of_one_event = true,
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
