/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>

#include "timeline/timeline_internal.h"

enum { MAX_FINDINGS = 1024, PAD_NS = 1000 * 1000, SPAN_NS = 20 * 1000 * 1000 };

static int by_start(const void *a, const void *b)
{
	const struct stlb_window *one = a, *other = b;

	return (one->start > other->start) - (one->start < other->start);
}

static int by_ns(const void *a, const void *b)
{
	const struct stlb_mark *one = a, *other = b;

	return (one->ns > other->ns) - (one->ns < other->ns);
}

static void add_window(struct stlb_windows *windows, uint64_t first, uint64_t last)
{
	struct stlb_window *window = &windows->window[windows->nr++];

	window->start = first > PAD_NS ? first - PAD_NS : 0;
	window->end = last < UINT64_MAX - PAD_NS ? last + PAD_NS : UINT64_MAX;
}

static void add_mark(struct stlb_windows *windows, const struct stlb_event *event)
{
	struct stlb_mark *mark = &windows->marks[windows->nr_marks++];

	mark->ns = event->ns;
	mark->context = stlb_context_key_of(event);
}

/* What takes long is seen where something happened, not in all the time between. */
static void add_finding(struct stlb_windows *windows, const struct stlb_finding *finding)
{
	uint32_t nr =
		finding->nr_events < STLB_MAX_EVIDENCE ? finding->nr_events : STLB_MAX_EVIDENCE;
	uint64_t first = finding->first_ns, last = first;

	for (uint32_t i = 0; i < nr; i++) {
		uint64_t ns = finding->events[i].event.ns;

		add_mark(windows, &finding->events[i].event);
		first = i == 0 || ns < first ? ns : first;
		last = i == 0 || ns > last ? ns : last;
	}
	if (last - first <= SPAN_NS) {
		add_window(windows, first, last);
		return;
	}
	for (uint32_t i = 0; i < nr; i++)
		add_window(windows, finding->events[i].event.ns, finding->events[i].event.ns);
}

static void merge(struct stlb_windows *windows)
{
	uint32_t kept = 0;

	qsort(windows->window, windows->nr, sizeof(*windows->window), by_start);
	for (uint32_t i = 0; i < windows->nr; i++) {
		const struct stlb_window *next = &windows->window[i];
		struct stlb_window *last = kept ? &windows->window[kept - 1] : NULL;

		if (!last || next->start > last->end)
			windows->window[kept++] = *next;
		else if (next->end > last->end)
			last->end = next->end;
	}
	windows->nr = kept;
}

static void share_out(struct stlb_windows *windows, uint32_t room)
{
	for (uint32_t i = 0; i < windows->nr; i++)
		windows->window[i].slices = windows->window[i].points = room / windows->nr;
}

int stlb_windows_init(struct stlb_windows *windows, const struct stlb_result *result, uint32_t room)
{
	uint32_t nr = result->nr_findings < MAX_FINDINGS ? result->nr_findings : MAX_FINDINGS;

	windows->findings_left_out = result->nr_findings - nr;
	windows->window = calloc((size_t)nr * STLB_MAX_EVIDENCE + 1, sizeof(*windows->window));
	windows->marks = calloc((size_t)nr * STLB_MAX_EVIDENCE + 1, sizeof(*windows->marks));
	if (!windows->window || !windows->marks)
		return -ENOMEM;
	for (uint32_t i = 0; i < nr; i++)
		add_finding(windows, result->findings[i]);
	qsort(windows->marks, windows->nr_marks, sizeof(*windows->marks), by_ns);
	merge(windows);
	share_out(windows, room);
	return 0;
}

struct stlb_window *stlb_windows_at(const struct stlb_windows *windows, uint64_t start,
				    uint64_t end)
{
	uint32_t low = 0, high = windows->nr;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (windows->window[middle].end < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low < windows->nr && windows->window[low].start <= end ? &windows->window[low]
								      : NULL;
}

bool stlb_windows_marked(const struct stlb_windows *windows, uint64_t context, uint64_t start,
			 uint64_t end)
{
	uint32_t low = 0, high = windows->nr_marks;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (windows->marks[middle].ns < start)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < windows->nr_marks && windows->marks[low].ns <= end; low++)
		if (windows->marks[low].context == context)
			return true;
	return false;
}

void stlb_windows_free(struct stlb_windows *windows)
{
	free(windows->window);
	free(windows->marks);
}
