/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages: those that obligations are about, and what is known of where struct pages lie. */
#include "check/pages.h"

enum { BUCKET_BITS = 16, GROUP_SHIFT = 9 };

/* struct page is 64 bytes, and the PTL of a split-ptlock kernel lies in the table's struct page */
enum { PTL_IN_STRUCT_PAGE = 0x28 };

/*
 * Buckets hold the pages of one group of 512 pfns (and of others that fall together). What spans
 * groups is in one bucket more, which every free looks through.
 */
#define SPANNING (1u << BUCKET_BITS)

static uint32_t bucket_of(const struct stlb_analysis *a, uint64_t pfn, uint64_t nr)
{
	if ((pfn >> GROUP_SHIFT) != ((pfn + nr - 1) >> GROUP_SHIFT))
		return SPANNING;
	return stlb_map_hash(a->pages_random, pfn >> GROUP_SHIFT) & (SPANNING - 1);
}

void stlb_pages_watch(struct stlb_analysis *a, struct stlb_page *page)
{
	struct stlb_page **bucket = &a->pages[bucket_of(a, page->pfn, page->nr)];

	page->next = *bucket;
	*bucket = page;
}

void stlb_pages_unwatch(struct stlb_analysis *a, struct stlb_page *page)
{
	struct stlb_page **at = &a->pages[bucket_of(a, page->pfn, page->nr)];

	while (*at && *at != page)
		at = &(*at)->next;
	if (*at)
		*at = page->next;
}

static void find_in(struct stlb_analysis *a, const struct stlb_event_context *ec, uint32_t bucket,
		    uint64_t pfn, uint64_t nr, stlb_page_found found)
{
	struct stlb_page *page = a->pages[bucket], *next;

	for (; page; page = next) {
		next = page->next;
		/* what is called ends no obligation, and only one of its pages can be in a range
		 * that has not been looked at: next stays valid unless it is of the same one */
		if (page->pfn < pfn + nr && pfn < page->pfn + page->nr)
			found(a, ec, page->obligation);
	}
}

void stlb_pages_find(struct stlb_analysis *a, const struct stlb_event_context *ec, uint64_t pfn,
		     uint64_t nr, stlb_page_found found)
{
	for (uint64_t at = pfn, next; at < pfn + nr; at = next) {
		next = ((at >> GROUP_SHIFT) + 1) << GROUP_SHIFT;
		/* two groups of a large block may share a bucket */
		find_in(a, ec, bucket_of(a, at, 1), at, next < pfn + nr ? next - at : pfn + nr - at,
			found);
	}
	find_in(a, ec, SPANNING, pfn, nr, found);
}

/* ---- where struct pages and the direct map lie ---- */

/* struct pages of all memory are mapped from a multiple of this on, randomized or not. */
#define VMEMMAP_ALIGNMENT (UINT64_C(1) << 30)

/* The same free recorded by pfn and by struct page, one next to the other on one CPU. */
static void learn_from_free(struct stlb_analysis *a, const struct stlb_event *event)
{
	uint64_t base;

	if (a->free_cpu != event->cpu)
		a->free_pfn = a->free_page = 0;
	a->free_cpu = event->cpu;
	if (stlb_event_has(event, PFN))
		a->free_pfn = stlb_event_get(event, PFN);
	else
		a->free_page = stlb_event_or(event, PAGE, 0);
	base = a->free_page - (a->free_pfn << STLB_STRUCT_PAGE_SHIFT);
	if (a->free_pfn && a->free_page && base % VMEMMAP_ALIGNMENT == 0)
		a->machine.vmemmap = base;
}

static void learn_from_map(struct stlb_analysis *a, const struct stlb_event *event)
{
	uint64_t pfn, ptl = stlb_event_get(event, PTL);

	if (a->direct_map || !stlb_machine_pfn_of(&a->machine, ptl - PTL_IN_STRUCT_PAGE, &pfn))
		return;
	a->direct_map = (stlb_event_get(event, PTEP) & ~UINT64_C(0xfff)) - (pfn << STLB_PAGE_SHIFT);
}

void stlb_pages_learn(struct stlb_analysis *a, const struct stlb_event *event)
{
	if (stlb_event_has(event, VMEMMAP) && stlb_event_get(event, VMEMMAP))
		a->machine.vmemmap = stlb_event_get(event, VMEMMAP);
	if (stlb_event_has(event, DIRECT_MAP) && stlb_event_get(event, DIRECT_MAP))
		a->direct_map = stlb_event_get(event, DIRECT_MAP);
	if (a->direct_map)
		a->failed |= stlb_tree_at(&a->tree, a->direct_map) < 0;
	if (stlb_event_has(event, ZERO_PFN))
		a->zero_pfn = stlb_event_get(event, ZERO_PFN);
	if (stlb_event_has(event, HUGE_ZERO_PFN))
		a->huge_zero_pfn = stlb_event_get(event, HUGE_ZERO_PFN);
	if (stlb_event_has(event, DEVICE_PRIVATE))
		stlb_pte_format_tell(&a->machine.format, stlb_event_get(event, DEVICE_PRIVATE));
	if (event->kind == STLB_PAGE_FREE && !a->machine.vmemmap)
		learn_from_free(a, event);
	if (event->kind == STLB_PTL_MAP && stlb_event_has(event, PTL))
		learn_from_map(a, event);
}

bool stlb_pages_is_zero(const struct stlb_analysis *a, uint64_t pfn)
{
	if (pfn == a->zero_pfn)
		return true;
	return a->huge_zero_pfn != UINT64_MAX && pfn - a->huge_zero_pfn < STLB_ENTRIES;
}
