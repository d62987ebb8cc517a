/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What devices did (semantics.md, section 5): stale-device-access, an access through a translation
 * that was repointed or whose page was freed; and device-order, the cycle of mmu_notifier.txt,
 * lines 33-91. No event tells of a CPU's store: the set of the new page stands for it, since a
 * copy-on-write is a store that waits for just that.
 */
#include <stdlib.h>

#include "check/check.h"

enum { MAX_PAGES = 16 * 1024, BUCKETS = 32 * 1024, MAX_VIEWS = 64 };

/** struct device_page - one page of an mm as one device sees it */
struct device_page {
	struct stlb_list by_addr, by_pfn; /* in their buckets */
	struct stlb_mm *mm;
	uint64_t dev, addr;
	uint64_t pfn;	  /* what the device's TLB holds */
	uint64_t set_pfn; /* what the entry was set to last, ~0: not seen */
	uint64_t set_seq;
	bool read;	       /* the device has read @set_pfn since */
	bool freed;	       /* @pfn was freed since it was filled */
	bool told, order_told; /* this set's or free's breaches are reported */
	struct stlb_brief fill, set, read_new, free;
};

/** struct device_view - of what a device has read of an mm, the page that was set last */
struct device_view {
	uint64_t dev;
	struct stlb_mm *mm;
	struct device_page *newest;
};

struct stlb_devices {
	struct stlb_list by_addr[BUCKETS], by_pfn[BUCKETS];
	struct device_view views[MAX_VIEWS];
	uint32_t nr_pages, nr_views;
};

static struct stlb_list *addr_bucket(struct stlb_devices *devices, const struct stlb_mm *mm,
				     uint64_t addr)
{
	return &devices->by_addr[stlb_map_mix(mm->id ^ (addr >> STLB_PAGE_SHIFT)) % BUCKETS];
}

static struct stlb_list *pfn_bucket(struct stlb_devices *devices, uint64_t pfn)
{
	return &devices->by_pfn[stlb_map_mix(pfn) % BUCKETS];
}

static struct stlb_devices *devices_get(struct stlb_analysis *a)
{
	if (a->devices)
		return a->devices;
	a->devices = calloc(1, sizeof(*a->devices));
	for (unsigned int i = 0; a->devices && i < BUCKETS; i++) {
		stlb_list_init(&a->devices->by_addr[i]);
		stlb_list_init(&a->devices->by_pfn[i]);
	}
	a->failed |= !a->devices;
	return a->devices;
}

static struct device_page *page_new(struct stlb_analysis *a, uint64_t dev, struct stlb_mm *mm,
				    uint64_t addr)
{
	struct device_page *page;

	if (a->devices->nr_pages == MAX_PAGES) {
		a->result.dropped++;
		return NULL;
	}
	page = calloc(1, sizeof(*page));
	if (!page) {
		a->failed = true;
		return NULL;
	}
	a->devices->nr_pages++;
	page->mm = mm;
	page->dev = dev;
	page->addr = addr;
	page->pfn = page->set_pfn = UINT64_MAX;
	stlb_list_add(addr_bucket(a->devices, mm, addr), &page->by_addr);
	stlb_list_init(&page->by_pfn);
	return page;
}

static struct device_page *page_of(struct stlb_analysis *a, const struct stlb_act *act)
{
	uint64_t dev = stlb_event_or(act->event, DEV, 0);
	uint64_t addr = stlb_event_get(act->event, ADDR) >> STLB_PAGE_SHIFT << STLB_PAGE_SHIFT;
	struct stlb_list *at, *next, *bucket;

	if (!devices_get(a))
		return NULL;
	bucket = addr_bucket(a->devices, act->mm, addr);
	stlb_list_each (at, next, bucket) {
		struct device_page *page = stlb_list_entry(at, struct device_page, by_addr);

		if (page->mm == act->mm && page->addr == addr && page->dev == dev)
			return page;
	}
	return page_new(a, dev, act->mm, addr);
}

static void hold_pfn(struct stlb_analysis *a, struct device_page *page, uint64_t pfn)
{
	page->pfn = pfn;
	page->freed = false;
	stlb_list_remove(&page->by_pfn);
	stlb_list_add(pfn_bucket(a->devices, pfn), &page->by_pfn);
}

/* ---- what the kernel does to pages that devices use ---- */

static void note_set(struct stlb_analysis *a, const struct stlb_act *act, uint64_t addr,
		     uint64_t pfn)
{
	struct stlb_list *at, *next, *bucket = addr_bucket(a->devices, act->mm, addr);

	stlb_list_each (at, next, bucket) {
		struct device_page *page = stlb_list_entry(at, struct device_page, by_addr);

		if (page->mm != act->mm || page->addr != addr)
			continue;
		page->set_pfn = pfn;
		page->set_seq = a->order.now;
		page->read = page->told = page->order_told = false;
		page->freed &= pfn != page->pfn;
		stlb_brief_keep(&page->set, act->event);
	}
}

void stlb_device_note_set(struct stlb_analysis *a, const struct stlb_act *act,
			  struct stlb_slot slot, struct stlb_entry new)
{
	uint64_t nr = slot.level == STLB_LEVEL_PTE ? 1 : STLB_ENTRIES;

	for (uint64_t i = 0; i < nr; i++)
		note_set(a, act, slot.addr + (i << STLB_PAGE_SHIFT), new.pfn + i);
}

static void note_free(struct stlb_analysis *a, const struct stlb_act *act, uint64_t pfn)
{
	struct stlb_list *at, *next, *bucket = pfn_bucket(a->devices, pfn);

	stlb_list_each (at, next, bucket) {
		struct device_page *page = stlb_list_entry(at, struct device_page, by_pfn);

		if (page->pfn != pfn || page->freed)
			continue;
		page->freed = true;
		page->told = false;
		stlb_brief_keep(&page->free, act->event);
	}
}

void stlb_device_note_free(struct stlb_analysis *a, const struct stlb_act *act, uint64_t pfn,
			   uint64_t nr)
{
	/* an allocation after a free that was seen changes nothing more */
	for (uint64_t i = 0; i < nr && i < STLB_ENTRIES; i++)
		note_free(a, act, pfn + i);
}

/* ---- the rules ---- */

/* A page of the same content may be used until its deferred invalidation has come. */
static bool is_deferred(struct stlb_analysis *a, const struct device_page *page, uint64_t pfn)
{
	struct stlb_region *region = stlb_region_find(&a->regions, page->mm, page->addr);
	struct stlb_list *at, *next;

	if (!region)
		return false;
	stlb_list_each (at, next, &region->obligations) {
		struct stlb_obligation *ob = stlb_list_entry(at, struct stlb_obligation, in_region);

		if (ob->exempt && !ob->discharged && ob->addr == page->addr && ob->old.pfn == pfn)
			return true;
	}
	return false;
}

static void report_stale(struct stlb_analysis *a, const struct stlb_act *act,
			 struct device_page *page, bool repointed)
{
	struct stlb_case c = {
		.rule = STLB_RULE_STALE_ACCESS,
		.verdict = stlb_case_verdict(a, NULL),
		.act = act,
		.role = "access",
		.missing = repointed
				   ? "an invalidation of the device's TLB before the entry was set "
				     "to its new page"
				   : "an invalidation of the device's TLB before the page was "
				     "freed",
		.addr = page->addr,
		.has_addr = true,
		.also = {{"fill", &page->fill},
			 {repointed ? "set" : "free", repointed ? &page->set : &page->free}},
		.nr_also = 2,
	};

	if (page->told)
		return;
	page->told = true;
	stlb_report(a, &c);
}

static struct device_view *view_of(struct stlb_analysis *a, const struct device_page *page)
{
	struct stlb_devices *devices = a->devices;
	struct device_view *view;

	for (uint32_t i = 0; i < devices->nr_views; i++)
		if (devices->views[i].dev == page->dev && devices->views[i].mm == page->mm)
			return &devices->views[i];
	if (devices->nr_views == MAX_VIEWS) {
		a->result.dropped++;
		return NULL;
	}
	view = &devices->views[devices->nr_views++];
	*view = (struct device_view){page->dev, page->mm, NULL};
	return view;
}

static void note_read(struct stlb_analysis *a, const struct stlb_act *act, struct device_page *page)
{
	struct device_view *view = view_of(a, page);

	page->read = true;
	stlb_brief_keep(&page->read_new, act->event);
	if (view &&
	    (!view->newest || !view->newest->read || view->newest->set_seq <= page->set_seq))
		view->newest = page;
}

/* A page that was set after this one, and whose new value the device has read before. */
static struct device_page *seen_newer(struct stlb_analysis *a, const struct device_page *page)
{
	const struct device_view *view = view_of(a, page);
	struct device_page *newest = view ? view->newest : NULL;

	return newest && newest->read && newest->set_seq > page->set_seq ? newest : NULL;
}

static void judge_order(struct stlb_analysis *a, const struct stlb_act *act,
			struct device_page *page)
{
	struct device_page *other = page->order_told ? NULL : seen_newer(a, page);
	struct stlb_case c = {
		.rule = STLB_RULE_DEVICE_ORDER,
		.verdict = stlb_case_verdict(a, NULL),
		.act = act,
		.role = "read A, old",
		.missing = "an invalidation before the set of this address: then no cycle of "
			   "from-read, the two sets, reads-from and the device's order could be",
		.addr = page->addr,
		.has_addr = true,
	};

	if (!other)
		return;
	if (!a->one_clock) {
		a->local_skipped++;
		return;
	}
	page->order_told = true;
	c.also[0] = (struct stlb_also){"set A", &page->set};
	c.also[1] = (struct stlb_also){"set B", &other->set};
	c.also[2] = (struct stlb_also){"read B, new", &other->read_new};
	c.nr_also = 3;
	stlb_report(a, &c);
}

/* ---- device events ---- */

void stlb_on_dev_fill(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct device_page *page = page_of(a, act);

	if (!page || !stlb_event_has(act->event, PFN))
		return;
	hold_pfn(a, page, stlb_event_get(act->event, PFN));
	stlb_brief_keep(&page->fill, act->event);
}

void stlb_on_dev_access(struct stlb_analysis *a, const struct stlb_act *act)
{
	struct device_page *page = page_of(a, act);
	uint64_t pfn;

	if (!page)
		return;
	pfn = stlb_event_or(act->event, PFN, page->pfn);
	if (page->pfn != pfn) {
		/* its fill was not traced */
		hold_pfn(a, page, pfn);
		page->fill.name = NULL;
	}
	if (page->set_pfn != UINT64_MAX && page->set_pfn != pfn && !is_deferred(a, page, pfn)) {
		report_stale(a, act, page, true);
		if (act->event->kind == STLB_DEV_READ)
			judge_order(a, act, page);
	} else if (page->freed) {
		report_stale(a, act, page, false);
	} else if (act->event->kind == STLB_DEV_READ && page->set_pfn == pfn) {
		note_read(a, act, page);
	}
}

void stlb_devices_free(struct stlb_analysis *a)
{
	struct stlb_list *at, *next;

	for (unsigned int i = 0; a->devices && i < BUCKETS; i++)
		stlb_list_each (at, next, &a->devices->by_addr[i])
			free(stlb_list_entry(at, struct device_page, by_addr));
	free(a->devices);
}
