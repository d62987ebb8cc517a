/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* device-order (mmu_notifier.rst, lines 27-29 and 33-91): the cycle. No event tells of a CPU's
 * store: the set of the new page stands for it, since a copy-on-write is a store that waits for
 * just that. */
#include "check/device.h"
#include "check/device_view.h"
#include "check/history.h"
#include "check/past.h"
#include "check/rules/needs.h"

/* A set of another page that came after this one, and whose page the device has read. */
static const struct stlb_device_seen *seen_newer(const struct stlb_device_page *page,
						 const struct stlb_said *set)
{
	const struct stlb_device_seen *seen = page->view->seen;

	if (stlb_device_is_seen(seen) && seen->addr == page->addr)
		seen++;
	if (!stlb_device_is_seen(seen) || seen->seq <= set->seq || seen->set.ns < set->event.ns)
		return NULL;
	return seen;
}

static void device_stale(struct stlb_analysis *a, const struct stlb_event_context *ec,
			 struct stlb_device_page *page, const struct stlb_past *past)
{
	const struct stlb_device_seen *other = past->next ? seen_newer(page, past->next) : NULL;
	struct stlb_violation v = {
		.rule = STLB_RULE_DEVICE_ORDER,
		.verdict = stlb_device_verdict(a, past),
		.ec = ec,
		.role = "read A, old",
		.missing = "an invalidation before the set of this address: then from-read, the "
			   "two sets, reads-from and the device's order could not form a cycle",
		.addr = page->addr,
		.has_addr = true,
	};

	/* a set that a reverse mapping tells of lies anywhere in its hold */
	if (ec->event->kind != STLB_DEV_READ || !other || past->next->event.kind == STLB_MAP ||
	    page->cycle == past->next->seq)
		return;
	if (!a->one_clock) {
		a->local_skipped++;
		return;
	}
	page->cycle = past->next->seq;
	v.extra[0] = (struct stlb_extra_evidence){"set A", &past->next->event};
	v.extra[1] = (struct stlb_extra_evidence){"set B", &other->set};
	v.extra[2] = (struct stlb_extra_evidence){"read B, new", &other->read};
	v.nr_extra = 3;
	stlb_device_report(a, &v, past, 0);
}

STLB_RULE_DEFINE(
	DEVICE_ORDER, device_order,
	STLB_NEEDS(NEED_DEVICES, NEED_UPDATES, NEED_INV_RANGE, NEED_INV_END),
	.needs.part = {LACKS_SETS}, .of_updates = true, .hooks = {.device_stale = device_stale},
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
		.observed = "It was observed: the events above are the witness.",
	});
