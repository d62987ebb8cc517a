/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "check/device_view.h"
#include "check/history.h"

#include <stdlib.h>

enum { MAX_PAGES = 64 * 1024, MAX_VIEWS = 4096 };

/* ---- life ---- */

static struct stlb_devices *devices_new(void)
{
	struct stlb_devices *devices = calloc(1, sizeof(*devices));

	if (!devices)
		return NULL;
	devices->history = stlb_history_new();
	stlb_map_random(devices->random);
	for (unsigned int i = 0; i < STLB_DEVICE_BUCKETS; i++)
		stlb_list_init(&devices->buckets[i]);
	if (devices->history)
		return devices;
	free(devices);
	return NULL;
}

/* Made on first use. */
static struct stlb_devices *devices_get(struct stlb_analysis *a)
{
	if (!a->devices)
		a->devices = devices_new();
	a->failed |= !a->devices;
	return a->devices;
}

/* Text does not say what was recorded: a device event may come. */
void stlb_devices_expect(struct stlb_analysis *a)
{
	if (stlb_kinds_is_empty(&a->facts.recorded) ||
	    stlb_kinds_has_class(&a->facts.recorded, STLB_CLASS_DEVICE))
		devices_get(a);
}

static void view_free(struct stlb_devices *devices, struct stlb_device_view *view)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, &view->pages) {
		struct stlb_device_page *page =
			stlb_list_entry(at, struct stlb_device_page, in_view);

		stlb_list_remove(&page->in_bucket);
		devices->nr_pages--;
		free(page);
	}
	free(view);
}

void stlb_devices_free(struct stlb_analysis *a)
{
	uint32_t at = 0;

	if (!a->devices)
		return;
	for (struct stlb_device_view *view; (view = stlb_map_next(&a->devices->views, &at));)
		view_free(a->devices, view);
	stlb_map_free(&a->devices->views);
	stlb_history_free(a->devices->history);
	free(a->devices);
}

/* ---- views and pages ---- */

static uint64_t view_key(uint64_t dev, uint64_t mm)
{
	return mm ^ stlb_map_mix(dev + 1);
}

struct stlb_device_view *stlb_device_view(const struct stlb_devices *devices,
					  const struct stlb_event_context *ec)
{
	uint64_t dev = stlb_event_or(ec->event, DEV, 0);
	struct stlb_device_view *view = stlb_map_get(&devices->views, view_key(dev, ec->mm->id));

	return view && view->dev == dev && view->mm == ec->mm->id ? view : NULL;
}

static struct stlb_device_view *view_new(struct stlb_analysis *a,
					 const struct stlb_event_context *ec)
{
	uint64_t dev = stlb_event_or(ec->event, DEV, 0);
	uint64_t key = view_key(dev, ec->mm->id);
	struct stlb_device_view *view;

	if (a->devices->views.count == MAX_VIEWS || stlb_map_get(&a->devices->views, key)) {
		a->result.dropped++;
		return NULL;
	}
	view = calloc(1, sizeof(*view));
	if (!view || stlb_map_put(&a->devices->views, key, view) < 0) {
		free(view);
		a->failed = true;
		return NULL;
	}
	view->dev = dev;
	view->mm = ec->mm->id;
	stlb_list_init(&view->pages);
	return view;
}

static struct stlb_list *bucket_of(struct stlb_devices *devices,
				   const struct stlb_device_view *view, uint64_t addr)
{
	uint64_t of_view = stlb_map_hash(devices->random, view_key(view->dev, view->mm));
	uint64_t hash = stlb_map_hash(devices->random, of_view ^ addr >> STLB_PAGE_SHIFT);

	return &devices->buckets[hash % STLB_DEVICE_BUCKETS];
}

bool stlb_device_is_seen(const struct stlb_device_seen *seen)
{
	return seen->read.name != NULL;
}

struct stlb_device_page *stlb_device_page_find(struct stlb_devices *devices,
					       const struct stlb_device_view *view, uint64_t addr)
{
	struct stlb_list *at, *next, *bucket = bucket_of(devices, view, addr);

	stlb_list_each (at, next, bucket) {
		struct stlb_device_page *page =
			stlb_list_entry(at, struct stlb_device_page, in_bucket);

		if (page->view == view && page->addr == addr)
			return page;
	}
	return NULL;
}

static struct stlb_device_page *page_new(struct stlb_analysis *a, struct stlb_device_view *view,
					 uint64_t addr)
{
	struct stlb_device_page *page;

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
	view->nr_pages++;
	page->view = view;
	page->addr = addr;
	page->pfn = UINT64_MAX;
	stlb_list_add(bucket_of(a->devices, view, addr), &page->in_bucket);
	stlb_list_add(&view->pages, &page->in_view);
	return page;
}

struct stlb_device_page *stlb_device_page(struct stlb_analysis *a,
					  const struct stlb_event_context *ec)
{
	uint64_t addr = stlb_event_get(ec->event, ADDR) >> STLB_PAGE_SHIFT << STLB_PAGE_SHIFT;
	struct stlb_devices *devices = devices_get(a);
	struct stlb_device_view *view;
	struct stlb_device_page *page;

	if (!devices)
		return NULL;
	view = stlb_device_view(devices, ec);
	if (!view)
		view = view_new(a, ec);
	if (!view)
		return NULL;
	page = stlb_device_page_find(devices, view, addr);
	return page ? page : page_new(a, view, addr);
}

void stlb_device_unreport(struct stlb_analysis *a, uint64_t mm, uint64_t dev, uint64_t reported)
{
	struct stlb_device_view *view =
		a->devices ? stlb_map_get(&a->devices->views, view_key(dev, mm)) : NULL;
	struct stlb_list *at, *next;

	if (!view || !reported || view->dev != dev || view->mm != mm)
		return;
	for (unsigned int i = 0; i < STLB_DEVICE_REPORTED; i++)
		if (view->reported[i] == reported)
			view->reported[i] = 0;
	stlb_list_each (at, next, &view->pages) {
		struct stlb_device_page *page =
			stlb_list_entry(at, struct stlb_device_page, in_view);

		if (page->reported == reported)
			page->reported = 0;
	}
}

void stlb_device_forget(struct stlb_analysis *a, const struct stlb_mm *mm)
{
	struct stlb_devices *devices = a->devices;
	uint32_t at = 0;

	stlb_history_forget(devices->history, mm->id);
	for (struct stlb_device_view *view; (view = stlb_map_next(&devices->views, &at));) {
		if (view->mm != mm->id)
			continue;
		stlb_map_remove(&devices->views, view_key(view->dev, view->mm));
		view_free(devices, view);
		at = 0; /* the map has moved */
	}
}
