/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "check/rules/needs.h"

STLB_RULE_DEFINE(
	DEVICE_ORDER, device_order,
	STLB_NEEDS(NEED_DEVICES, NEED_UPDATES, NEED_INV_RANGE, NEED_INV_END),
	.needs.part = {LACKS_SETS}, .of_updates = true,
	.info = {
		.id = "device-order",
		.severity = STLB_ERROR,
		.lines = "27-29, 88-91",
		.implied = "",
		.wrong = "a device saw the new value of one address and the old value of another",
		.risk = "the C11 memory order is broken for the device",
		.remedy = "Invalidate the device TLB for this address before the entry is set to "
			  "its new page, or the page freed.",
		.cycle = true,
		.of_device = true,
		.observed = "It was observed: the events above are the witness, no schedule has to "
			    "be searched.",
	});
