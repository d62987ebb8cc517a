/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What devices did (staletlb-rules(7), DEVICES), held against what the entries said:
 * stale-device-access, a use of a page that was repointed or freed; and device-order, the cycle of
 * mmu_notifier.rst, lines 33-91. No event tells of a CPU's store: the set of the new page stands
 * for it, since a copy-on-write is a store that waits for just that.
 */
#include "check/violation.h"
#include "check/device.h"
#include "check/device_note.h"
#include "check/device_view.h"
#include "check/evidence.h"
#include "check/history.h"
#include "check/past.h"
#include "check/report.h"

/* From now on the device holds this page there, or (~0) whatever. */
static void hold_pfn(struct stlb_device_page *page, uint64_t pfn)
{
	if (page->pfn == pfn)
		return;
	page->pfn = pfn;
	page->reported_cut = false;
	page->fill.name = NULL;
}

/* ---- stale uses ---- */

/* Without a common clock, what another CPU did may as well have come later. */
static bool is_ordered(struct stlb_analysis *a, const struct stlb_event_context *ec,
		       const struct stlb_past *past)
{
	const struct stlb_saved_event *by = past->freed ? &past->freed->event : &past->proof->event;

	if (past->stale == STLB_STALE_DROPPED)
		by = &past->proof->gone;
	if (a->one_clock || ec->event->cpu == by->cpu || ec->event->tid == by->tid)
		return true;
	a->local_skipped++;
	return false;
}

/* Where sets are not recorded, the page may have come back unseen. */
enum stlb_verdict stlb_device_verdict(const struct stlb_analysis *a, const struct stlb_past *past)
{
	bool huge = past->proof && past->proof->level != STLB_LEVEL_PTE;

	if (!stlb_recorded(a, huge ? STLB_PMD_SET : STLB_PTE_SET) || past->unseen ||
	    past->doubt != stlb_device_doubt(a))
		return STLB_INCONCLUSIVE;
	return stlb_violation_verdict(a, NULL);
}

/* A violation that evidence can still clear takes along what follows from it. */
void stlb_device_report(struct stlb_analysis *a, const struct stlb_violation *v,
			const struct stlb_past *past, uint64_t reported)
{
	const struct stlb_obligation *ob = past->proof ? past->proof->ob : NULL;

	if (past->stale != STLB_STALE_REPOINTED || !ob || !stlb_held_back_join(a, v, ob, reported))
		stlb_report(a, v);
}

/* Two are enough: of any page, the newest set of another one. */
static void note_read(struct stlb_analysis *a, const struct stlb_event_context *ec,
		      const struct stlb_device_page *page, const struct stlb_past *past)
{
	const struct stlb_said *set = stlb_past_start(a->devices->history, past);
	struct stlb_device_seen *seen = page->view->seen, now = {.addr = page->addr};

	if (!set || set->event.kind == STLB_MAP ||
	    (stlb_device_is_seen(&seen[0]) && seen[0].addr == page->addr &&
	     seen[0].seq >= set->seq))
		return;
	now.seq = set->seq;
	now.set = set->event;
	stlb_saved_event_keep(&now.read, ec->event);
	if (stlb_device_is_seen(&seen[0]) && seen[0].addr != now.addr && seen[0].seq > now.seq)
		seen++; /* the newest stays */
	if (stlb_device_is_seen(seen) && seen->seq > now.seq)
		return;
	if (seen == page->view->seen && stlb_device_is_seen(seen) && seen->addr != now.addr)
		seen[1] = seen[0];
	*seen = now;
}

/* ---- device events ---- */

static void judge(struct stlb_analysis *a, const struct stlb_event_context *ec,
		  struct stlb_device_page *page)
{
	struct stlb_past past;

	if (page->pfn == UINT64_MAX || !stlb_mm_is_subscribed(ec->mm))
		return;
	stlb_past_look(a, a->devices->history, ec->mm, page->addr, page->pfn, &past);
	if (past.stale == STLB_NOT_STALE) {
		if (past.cut && !past.own && !page->reported_cut)
			a->result.dropped += page->reported_cut = true;
	} else if (is_ordered(a, ec, &past)) {
		STLB_CALL(a, device_stale, a, ec, page, &past);
	}
	if (ec->event->kind == STLB_DEV_READ)
		note_read(a, ec, page, &past);
}

void stlb_on_dev_fill(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_device_page *page = stlb_device_page(a, ec);

	if (!page)
		return;
	hold_pfn(page, stlb_event_or(ec->event, PFN, UINT64_MAX));
	judge(a, ec, page);
	stlb_saved_event_keep(&page->fill, ec->event);
}

void stlb_on_dev_access(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_device_page *page = stlb_device_page(a, ec);

	if (!page)
		return;
	hold_pfn(page, stlb_event_or(ec->event, PFN, page->pfn));
	judge(a, ec, page);
}

static void drop(struct stlb_device_page *page)
{
	struct stlb_device_view *view = page->view;

	hold_pfn(page, UINT64_MAX);
	for (unsigned int i = 0; i < STLB_DEVICE_REPORTED; i++)
		if (view->reported[i] == page->reported)
			view->reported[i] = 0;
	page->reported = 0;
}

static void drop_all(struct stlb_device_view *view, uint64_t start, uint64_t end)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, &view->pages) {
		struct stlb_device_page *page =
			stlb_list_entry(at, struct stlb_device_page, in_view);

		if (start <= page->addr && page->addr < end)
			drop(page);
	}
}

/* The device's TLB holds nothing of the range any more. Without a range: of the whole mm. */
void stlb_on_dev_inv(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_device_view *view = a->devices ? stlb_device_view(a->devices, ec) : NULL;
	uint64_t start = stlb_event_or(ec->event, START, 0) >> STLB_PAGE_SHIFT << STLB_PAGE_SHIFT;
	uint64_t end = stlb_event_or(ec->event, END, UINT64_MAX);

	if (!view || start >= end)
		return;
	if ((end - start) >> STLB_PAGE_SHIFT >= view->nr_pages) {
		drop_all(view, start, end);
		return;
	}
	for (uint64_t addr = start; addr < end; addr += UINT64_C(1) << STLB_PAGE_SHIFT) {
		struct stlb_device_page *page = stlb_device_page_find(a->devices, view, addr);

		if (page)
			drop(page);
	}
}
