/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "check/rules/needs.h"

STLB_RULE_DEFINE(UNALIGNED, unaligned, STLB_NEEDS(NEED_NOTIFIERS), .of_one_event = true,
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
