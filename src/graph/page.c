/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages that the slots map: where they came from, when they were freed and who got them next. */
#include <string.h>

#include "graph/graph_internal.h"

enum { LOOKED_BACK = 10 };

static bool meet(uint64_t pfn, uint64_t nr, uint64_t other, uint64_t other_nr)
{
	return pfn < other + other_nr && other < pfn + nr;
}

/* ---- allocations before the page is mapped ---- */

static struct stlb_saved_event *place(struct stlb_graph *graph, uint64_t pfn)
{
	/* without random numbers: which one pushes out another is seen in the picture */
	return &graph->allocs[stlb_map_mix(pfn) & (STLB_GRAPH_ALLOCS - 1)];
}

static void remember(struct stlb_graph *graph, const struct stlb_event *event, uint64_t pfn)
{
	for (unsigned int i = 0; i < 2; i++)
		if (graph->own_pfn[i] != UINT64_MAX &&
		    meet(pfn, stlb_event_pages(event), graph->own_pfn[i], graph->own_nr))
			stlb_saved_event_keep(&graph->own_allocs[i], event);
	stlb_saved_event_keep(place(graph, pfn), event);
}

static bool draw_alloc(struct stlb_graph *graph, struct stlb_saved_event *alloc, uint64_t pfn,
		       uint64_t nr)
{
	struct stlb_event event;
	bool same;

	if (!alloc->name)
		return false;
	stlb_saved_event_expand(alloc, &event);
	same = meet(stlb_event_get(&event, PFN), stlb_event_pages(&event), pfn, nr);
	if (!same)
		return false;
	stlb_graph_draw_saved(graph, alloc, NULL, 0);
	alloc->name = NULL;
	return true;
}

static void forget(struct stlb_graph *graph, const struct stlb_saved_event *alloc)
{
	struct stlb_event event;
	struct stlb_saved_event *other;

	stlb_saved_event_expand(alloc, &event);
	other = place(graph, stlb_event_get(&event, PFN));
	if (other->ns == alloc->ns && other->cpu == alloc->cpu)
		other->name = NULL;
}

static void draw_origin(struct stlb_graph *graph, uint64_t pfn, uint64_t nr)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct stlb_saved_event alloc = graph->own_allocs[i];

		if (alloc.name && draw_alloc(graph, &graph->own_allocs[i], pfn, nr)) {
			forget(graph, &alloc);
			return;
		}
	}
	/* a page of a larger allocation is known by the first one of it */
	for (unsigned int order = 0; order < LOOKED_BACK; order++)
		if (draw_alloc(graph, place(graph, pfn & ~((UINT64_C(1) << order) - 1)), pfn, nr))
			return;
}

/* ---- pages of the slots ---- */

static struct stlb_graph_page *watched(struct stlb_graph *graph, uint64_t pfn, uint64_t nr)
{
	for (uint32_t i = 0; i < graph->nr_pages; i++)
		if (meet(graph->pages[i].pfn, graph->pages[i].nr, pfn, nr))
			return &graph->pages[i];
	return NULL;
}

static void unwatch(struct stlb_graph *graph, struct stlb_graph_page *page)
{
	graph->nr_pages--;
	memmove(page, page + 1, (graph->pages + graph->nr_pages - page) * sizeof(*page));
}

void stlb_graph_page_comes(struct stlb_graph *graph, uint64_t pfn, uint64_t nr)
{
	draw_origin(graph, pfn, nr);
}

void stlb_graph_page_goes(struct stlb_graph *graph, uint64_t pfn, uint64_t nr)
{
	draw_origin(graph, pfn, nr);
	if (watched(graph, pfn, nr))
		return;
	if (graph->nr_pages == STLB_GRAPH_WATCHED)
		unwatch(graph, graph->pages);
	graph->pages[graph->nr_pages++] = (struct stlb_graph_page){pfn, nr, false};
}

/* ---- the allocator's events ---- */

static void draw_page(struct stlb_graph *graph, const struct stlb_event *event, uint64_t pfn)
{
	uint32_t node = stlb_graph_draw(graph, event);

	if (node == STLB_NO_NODE)
		return;
	graph->more[node].pfn = pfn;
	graph->more[node].nr = stlb_event_pages(event);
}

void stlb_graph_on_pages(void *user, const struct stlb_event *event, uint64_t pfn, uint64_t nr)
{
	struct stlb_graph *graph = user;
	bool alloc = event->kind == STLB_PAGE_ALLOC;
	struct stlb_graph_page *page = graph->nr_pages ? watched(graph, pfn, nr) : NULL;

	if (!page) {
		if (alloc)
			remember(graph, event, pfn);
		return;
	}
	/* a free that is recorded a second time is one free */
	if (!alloc && page->gone)
		return;
	if (!graph->want.finding && stlb_graph_window(graph, event->ns) != 0)
		return;
	draw_page(graph, event, pfn);
	if (alloc)
		unwatch(graph, page);
	else
		page->gone = true;
}
