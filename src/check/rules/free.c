/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "check/rules/needs.h"

STLB_RULE_DEFINE(FREE, free,
		 STLB_NEEDS(NEED_NOTIFIERS, NEED_INV_RANGE, NEED_INV_END, NEED_PTE_CLEARS,
			    NEED_FREES),
		 .needs.part = {LACKS_ZAPS, LACKS_PMDS, LACKS_FREES}, .of_updates = true,
		 .wants_invalidation = true, .racy_as = &stlb_rule_racy,
		 .info = {
			 .id = "free-before-invalidate",
			 .severity = STLB_ERROR,
			 .lines = "13, 17-18",
			 .implied = "",
			 .wrong = "a page was freed while secondary TLBs could still hold a "
				  "translation to it",
			 .risk = "a device can write into a page that now belongs to somebody else",
			 .in_lock = STLB_IN_LOCK_STRICT,
			 .edge = {.between = "an invalidation of", .may_come_late = true},
			 .decides = true,
			 .shown_by = STLB_SHOWN_BY_OWNER,
		 });
