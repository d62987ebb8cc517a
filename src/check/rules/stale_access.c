/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stale-device-access (mmu_notifier.rst, lines 17-18 and 88-91): a use of a page that was repointed
 * or freed. */
#include "check/device.h"
#include "check/device_view.h"
#include "check/evidence.h"
#include "check/past.h"
#include "check/rules/needs.h"

static const char *const missing_of[] = {
	[STLB_STALE_REPOINTED] =
		"an invalidation of the device TLB before the entry was set to its new page",
	[STLB_STALE_DROPPED] = "the device dropping this translation, and any walk already in "
			       "progress, at the invalidation",
	[STLB_STALE_FREED] = "an invalidation of the device TLB before the page was freed",
};

/* The subpages of a huge page are one translation, which is reported once. */
static bool is_reported(struct stlb_device_page *page, uint64_t taken)
{
	struct stlb_device_view *view = page->view;
	bool reported = page->reported == taken;

	for (unsigned int i = 0; i < STLB_DEVICE_REPORTED; i++)
		reported |= view->reported[i] == taken;
	page->reported = taken;
	if (!reported)
		view->reported[view->nr_reported++ % STLB_DEVICE_REPORTED] = taken;
	return reported;
}

static void device_stale(struct stlb_analysis *a, const struct stlb_event_context *ec,
			 struct stlb_device_page *page, const struct stlb_past *past)
{
	struct stlb_violation v = {
		.rule = STLB_RULE_STALE_ACCESS,
		.verdict = stlb_device_verdict(a, past),
		.ec = ec,
		.role = ec->event->kind == STLB_DEV_FILL ? "fill" : "access",
		.missing = missing_of[past->stale],
		.variant = past->stale == STLB_STALE_DROPPED,
		.addr = page->addr,
		.has_addr = true,
		.extra = {{"fill", &page->fill}},
		.nr_extra = 1,
	};

	/* what evidence could still clear was reported of it, but not of an access as late as this
	 * one
	 */
	if (is_reported(page, past->taken) &&
	    (past->stale == STLB_STALE_REPOINTED ||
	     !stlb_held_back_leave(a, ec->mm->id, page->view->dev, past->taken)))
		return;
	if (past->next)
		v.extra[v.nr_extra++] = (struct stlb_extra_evidence){"set", &past->next->event};
	else if (past->proof)
		v.extra[v.nr_extra++] = (struct stlb_extra_evidence){"clear", &past->proof->event};
	if (past->stale == STLB_STALE_DROPPED)
		v.extra[v.nr_extra++] =
			(struct stlb_extra_evidence){"invalidate", &past->proof->gone};
	if (past->freed)
		v.extra[v.nr_extra++] = (struct stlb_extra_evidence){"free", &past->freed->event};
	stlb_device_report(a, &v, past, past->taken);
}

STLB_RULE_DEFINE(STALE_ACCESS, stale_access,
		 STLB_NEEDS(NEED_DEVICES, NEED_UPDATES, NEED_INV_RANGE, NEED_INV_END),
		 .needs.part = {LACKS_SETS, LACKS_ZAPS}, .of_updates = true,
		 .hooks = {.device_stale = device_stale},
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
			 .observed = "It was observed: the events above are the witness.",
		 });
