/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/rmap.h"

#include <stdlib.h>
#include <string.h>

#include "model/mm.h"
#include "util/map.h"

enum { CHUNK = 1024, BUCKET_BITS = 16 };

struct stlb_rmap_chunk {
	struct stlb_rmap_chunk *next;
	struct stlb_mapping mappings[CHUNK];
};

/* Huge pmds are found by any of the 512 pages that they map. */
static uint64_t mapped_key(enum stlb_mapped how, uint64_t pfn)
{
	unsigned int shift = how == STLB_MAPPED_PMD ? STLB_REGION_SHIFT - STLB_PAGE_SHIFT : 0;

	return pfn >> shift << 2 | how;
}

static struct stlb_mapping **bucket_of(const struct stlb_rmap *rmap, enum stlb_mapped how,
				       uint64_t pfn)
{
	uint64_t hash = stlb_map_hash(rmap->random, mapped_key(how, pfn));

	return &rmap->buckets[hash % (1u << BUCKET_BITS)];
}

/* ---- room ---- */

static bool add_chunk(struct stlb_rmap *rmap)
{
	struct stlb_rmap_chunk *chunk = malloc(sizeof(*chunk));

	if (!chunk)
		return false;
	chunk->next = rmap->chunks;
	rmap->chunks = chunk;
	for (unsigned int i = 0; i < CHUNK; i++) {
		chunk->mappings[i].next = rmap->unused;
		rmap->unused = &chunk->mappings[i];
	}
	return true;
}

static struct stlb_mapping *take(struct stlb_rmap *rmap)
{
	struct stlb_mapping *mapping;

	if (!rmap->buckets) {
		rmap->buckets = calloc(1u << BUCKET_BITS, sizeof(*rmap->buckets));
		stlb_map_random(rmap->random);
	}
	if (!rmap->buckets || (!rmap->unused && !add_chunk(rmap)))
		return NULL;
	mapping = rmap->unused;
	rmap->unused = mapping->next;
	rmap->count++;
	return mapping;
}

static void release(struct stlb_rmap *rmap, struct stlb_mapping **at)
{
	struct stlb_mapping *mapping = *at;

	if (!mapping)
		return;
	*mapping->link = mapping->next;
	if (mapping->next)
		mapping->next->link = mapping->link;
	mapping->next = rmap->unused;
	rmap->unused = mapping;
	rmap->count--;
	*at = NULL;
}

/* ---- what an entry maps ---- */

static bool is_mapped(struct stlb_entry entry)
{
	bool zero_page = entry.special && entry.rights_known && !entry.writable;

	return entry.known && !zero_page &&
	       (entry.state == STLB_PRESENT || entry.state == STLB_TABLE);
}

/* NULL: there is no room for it yet, and nothing in it. */
static struct stlb_mapping **place_of(struct stlb_region *region, enum stlb_level level,
				      uint64_t addr)
{
	if (level != STLB_LEVEL_PTE)
		return &region->mapped_pmd;
	return region->mapped ? &region->mapped[stlb_pte_index(addr)] : NULL;
}

static void tell(struct stlb_mapping *mapping, const struct stlb_event *event)
{
	mapping->name = NULL;
	if (!event)
		return;
	mapping->ns = event->ns;
	mapping->name = stlb_event_name(event);
	mapping->comm = event->comm;
	mapping->cpu = event->cpu;
	mapping->tid = event->tid;
	mapping->kind = event->kind;
	mapping->context = event->context;
}

void stlb_rmap_drop(struct stlb_rmap *rmap, struct stlb_region *region, enum stlb_level level,
		    uint64_t addr)
{
	struct stlb_mapping **at = place_of(region, level, addr);

	if (at)
		release(rmap, at);
}

bool stlb_rmap_set(struct stlb_rmap *rmap, struct stlb_region *region, enum stlb_level level,
		   uint64_t addr, struct stlb_entry entry, const struct stlb_event *event)
{
	struct stlb_mapping **at, **bucket, *mapping;

	stlb_rmap_drop(rmap, region, level, addr);
	if (!is_mapped(entry))
		return true;
	if (rmap->count >= STLB_MAX_MAPPINGS) {
		rmap->full = true;
		return true;
	}
	if (level == STLB_LEVEL_PTE && !region->mapped)
		region->mapped = calloc(STLB_ENTRIES, sizeof(*region->mapped));
	at = place_of(region, level, addr);
	mapping = at ? take(rmap) : NULL;
	if (!mapping)
		return false;
	*at = mapping;
	mapping->region = region;
	mapping->pfn = entry.pfn;
	mapping->index = stlb_pte_index(addr);
	mapping->level = level;
	mapping->how = entry.state == STLB_TABLE ? STLB_MAPPED_TABLE
		       : level == STLB_LEVEL_PTE ? STLB_MAPPED_PTE
						 : STLB_MAPPED_PMD;
	mapping->reported = entry.reported;
	tell(mapping, event);
	bucket = bucket_of(rmap, mapping->how, entry.pfn);
	mapping->next = *bucket;
	mapping->link = bucket;
	if (mapping->next)
		mapping->next->link = &mapping->next;
	*bucket = mapping;
	return true;
}

void stlb_rmap_drop_ptes(struct stlb_rmap *rmap, struct stlb_region *region)
{
	for (unsigned int i = 0; region->mapped && i < STLB_ENTRIES; i++)
		release(rmap, &region->mapped[i]);
	free(region->mapped);
	region->mapped = NULL;
}

void stlb_rmap_drop_all(struct stlb_rmap *rmap, struct stlb_region *region)
{
	stlb_rmap_drop_ptes(rmap, region);
	release(rmap, &region->mapped_pmd);
}

/* ---- who maps a page ---- */

struct stlb_mapping *stlb_rmap_find(const struct stlb_rmap *rmap, enum stlb_mapped how,
				    uint64_t pfn, const struct stlb_mapping *after)
{
	struct stlb_mapping *mapping;

	if (!rmap->count)
		return NULL;
	mapping = after ? after->next : *bucket_of(rmap, how, pfn);
	while (mapping && mapped_key(mapping->how, mapping->pfn) != mapped_key(how, pfn))
		mapping = mapping->next;
	return mapping;
}

uint64_t stlb_mapping_addr(const struct stlb_mapping *mapping)
{
	if (mapping->level != STLB_LEVEL_PTE)
		return mapping->region->base;
	return mapping->region->base + ((uint64_t)mapping->index << STLB_PAGE_SHIFT);
}

void stlb_mapping_saved_event(const struct stlb_mapping *mapping, struct stlb_saved_event *event)
{
	*event = (struct stlb_saved_event){
		.ns = mapping->ns,
		.name = mapping->name,
		.comm = mapping->comm,
		.cpu = mapping->cpu,
		.tid = mapping->tid,
		.context = mapping->context,
		.kind = mapping->kind,
		.level = mapping->level,
		.nr_values = 3,
		.field = {STLB_FIELD_MM, STLB_FIELD_ADDR, STLB_FIELD_PFN},
		.value = {mapping->region->mm->id, stlb_mapping_addr(mapping), mapping->pfn},
	};
}

void stlb_mapping_reported(struct stlb_mapping *mapping)
{
	struct stlb_region *region = mapping->region;

	mapping->reported = true;
	if (mapping->level != STLB_LEVEL_PTE)
		region->pmd.reported = 1;
	else
		region->ptes[mapping->index].reported = 1;
}

/* ---- the end ---- */

void stlb_rmap_forget(struct stlb_rmap *rmap)
{
	bool full = rmap->full;

	stlb_rmap_free(rmap);
	rmap->full = full;
}

void stlb_rmap_free(struct stlb_rmap *rmap)
{
	while (rmap->chunks) {
		struct stlb_rmap_chunk *chunk = rmap->chunks;

		rmap->chunks = chunk->next;
		free(chunk);
	}
	free(rmap->buckets);
	memset(rmap, 0, sizeof(*rmap));
}
