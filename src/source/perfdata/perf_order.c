/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/perfdata/perf_order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/grow.h"

int stlb_perf_order_add(struct stlb_perf_order *order, uint64_t ns, uint64_t key)
{
	if (stlb_grow((void **)&order->entries, order->nr, &order->max, sizeof(*order->entries)))
		return -ENOMEM;
	order->entries[order->nr++] = (struct stlb_perf_entry){ns, key};
	if (ns > order->newest)
		order->newest = ns;
	return 0;
}

static inline bool ascending(const struct stlb_perf_entry *a, const struct stlb_perf_entry *b)
{
	return a->ns != b->ns ? a->ns < b->ns : a->key < b->key;
}

static int add_run(struct stlb_perf_order *order, struct stlb_perf_entry *from,
		   struct stlb_perf_entry *to)
{
	if (stlb_grow((void **)&order->runs, order->nr_runs, &order->max_runs,
		      sizeof(*order->runs)))
		return -ENOMEM;
	order->runs[order->nr_runs++] = (struct stlb_perf_run){from, to};
	return 0;
}

int stlb_perf_order_start(struct stlb_perf_order *order, uint64_t limit)
{
	struct stlb_perf_entry *from = order->entries, *at, *end;
	int ret = 0;

	order->limit = limit;
	order->nr_runs = 0;
	order->merge.nr = 0;
	if (!order->nr)
		return 0;
	end = from + order->nr;
	while (!ret && from < end) {
		for (at = from + 1; at < end && ascending(at - 1, at); at++)
			;
		ret = add_run(order, from, at);
		from = at;
	}
	/* only now do the runs stay where they are */
	for (uint32_t i = 0; !ret && i < order->nr_runs; i++)
		ret = stlb_merge_add(&order->merge, order->runs[i].next->ns,
				     order->runs[i].next->key, &order->runs[i]);
	return ret;
}

/* What is left moves to the front, run by run: so it stays runs. */
static void keep_rest(struct stlb_perf_order *order)
{
	struct stlb_perf_entry *to = order->entries;

	for (uint32_t i = 0; i < order->nr_runs; i++) {
		size_t left = (size_t)(order->runs[i].end - order->runs[i].next);

		memmove(to, order->runs[i].next, left * sizeof(*to));
		to += left;
	}
	order->nr = (uint32_t)(to - order->entries);
	order->nr_runs = 0;
	order->merge.nr = 0;
}

bool stlb_perf_order_next(struct stlb_perf_order *order, struct stlb_perf_entry *entry)
{
	struct stlb_perf_run *run = stlb_merge_top(&order->merge);

	if (!run || run->next->ns > order->limit) {
		if (order->nr_runs)
			keep_rest(order);
		return false;
	}
	*entry = *run->next++;
	order->last = run;
	if (run->next == run->end) {
		order->last = NULL;
		stlb_merge_drop(&order->merge);
	} else {
		order->merge.nodes[0].order = run->next->key;
		stlb_merge_moved(&order->merge, run->next->ns);
	}
	return true;
}

void stlb_perf_order_free(struct stlb_perf_order *order)
{
	free(order->entries);
	free(order->runs);
	stlb_merge_free(&order->merge);
}
