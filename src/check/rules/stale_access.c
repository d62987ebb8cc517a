/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "check/rules/needs.h"

STLB_RULE_DEFINE(STALE_ACCESS, stale_access,
		 STLB_NEEDS(NEED_DEVICES, NEED_UPDATES, NEED_INV_RANGE, NEED_INV_END),
		 .needs.part = {LACKS_SETS, LACKS_ZAPS}, .of_updates = true,
		 .info = {
			 .id = "stale-device-access",
			 .severity = STLB_ERROR,
			 .lines = "17-18, 88-91",
			 .implied = "",
			 .wrong = "a device used a translation after its entry was repointed or "
				  "its page freed",
			 .risk = "the device read or wrote a page that is no longer the process's",
			 .remedy = "Invalidate the device TLB for this address before the entry is "
				   "set to its new page, or the page freed.",
			 .edge = {.between = "an invalidation of the device TLB for",
				  .from = "fill",
				  .to = "set",
				  .or_to = "free"},
			 .of_device = true,
			 .observed = "It was observed: the events above are the witness, no "
				     "schedule has to be searched.",
		 });
