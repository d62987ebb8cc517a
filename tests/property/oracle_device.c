/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What devices may still use, held against what the entries said. */
#include "oracle_internal.h"

static bool is_device_event(uint8_t kind)
{
	return kind == STLB_DEV_FILL || kind == STLB_DEV_READ || kind == STLB_DEV_WRITE;
}

/* What an entry says of one address below it; 0: no page. */
static uint64_t page_of(const struct entry *entry, const struct update *update, uint64_t addr)
{
	return entry->state == ENTRY_LEAF ? entry->pfn + (addr - update->addr) / PAGE_BYTES : 0;
}

static struct update entry_at(const struct oracle *oracle, int at, uint64_t addr)
{
	return update_of_entry(oracle, at,
			       (unsigned int)((addr - oracle->update[at].addr) / PAGE_BYTES));
}

/* The last update that says something of the page that a device used; NOWHERE: none. */
static int last_word(const struct oracle *oracle, uint64_t mm, uint64_t addr, uint64_t pfn, int at)
{
	for (int i = at - 1; i >= 0; i--) {
		const struct update *update = &oracle->update[i];
		struct update entry;

		if (oracle->trace->events[i].kind == STLB_LOST ||
		    (oracle->trace->events[i].kind == STLB_MM_FREE &&
		     stlb_event_get(&oracle->trace->events[i], MM) == mm))
			return NOWHERE;
		if (!update->valid || update->mm != mm || addr < update->addr ||
		    (addr - update->addr) / PAGE_BYTES >= update->pages)
			continue;
		entry = entry_at(oracle, i, addr);
		if (page_of(&entry.new, &entry, addr) == pfn ||
		    page_of(&entry.old, &entry, addr) == pfn)
			return i;
	}
	return NOWHERE;
}

static bool is_invalidated(const struct oracle *oracle, int update, uint64_t addr, int at)
{
	for (int i = update; i < at; i++) {
		const struct invalidation *inv = &oracle->invalidation[i];

		if (inv->valid && inv->mm == oracle->update[update].mm && inv->start <= addr &&
		    inv->end > addr && happens_before(oracle, update, i))
			return true;
	}
	return false;
}

static bool is_freed(const struct oracle *oracle, int update, uint64_t pfn, int at)
{
	for (int i = update; i < at; i++) {
		const struct stlb_event *event = &oracle->trace->events[i];

		if (frees_pages(oracle, i) && pfn - stlb_event_get(event, PFN) <
						      UINT64_C(1) << stlb_event_or(event, ORDER, 0))
			return true;
	}
	return false;
}

static void judge_access(struct oracle *oracle, int at)
{
	const struct stlb_event *event = &oracle->trace->events[at];
	uint64_t mm = stlb_event_get(event, MM), pfn = stlb_event_get(event, PFN);
	uint64_t addr = stlb_event_get(event, ADDR) & ~(PAGE_BYTES - 1);
	int update = last_word(oracle, mm, addr, pfn, at);

	struct update entry;
	bool *told;

	if (update == NOWHERE)
		return;
	entry = entry_at(oracle, update, addr);
	if (page_of(&entry.new, &entry, addr) == pfn || !subscribed(oracle, mm, update))
		return;
	told = &oracle->stale_told[update][stlb_event_get(event, DEV)];
	if (*told ||
	    (!is_invalidated(oracle, update, addr, at) && !is_freed(oracle, update, pfn, at)))
		return;
	*told = true;
	count_breach(oracle, STLB_RULE_STALE_ACCESS, update, at);
}

void devices_judge(struct oracle *oracle)
{
	for (int i = 0; i < (int)oracle->trace->nr; i++)
		if (is_device_event(oracle->trace->events[i].kind))
			judge_access(oracle, i);
}
