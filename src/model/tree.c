/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * x86 leaves 10 TiB between the memory and what follows the direct map, randomized or not, so that
 * the stacks and struct pages that some pointers lie in are above this, or above twice the memory.
 */
#define DIRECT_MAP_PAGES (UINT64_C(1) << (43 - STLB_PAGE_SHIFT))

/* The direct map begins at a multiple of this, randomized or not, in the kernel's half. */
#define BASE_ALIGNMENT (UINT64_C(1) << 30)

bool stlb_tree_pfn(const struct stlb_tree *tree, uint64_t ptep, uint64_t *pfn)
{
	uint64_t limit = 2 * tree->highest;

	*pfn = (ptep - tree->base) >> STLB_PAGE_SHIFT;
	return tree->base && ptep >= tree->base &&
	       *pfn < (limit > DIRECT_MAP_PAGES ? limit : DIRECT_MAP_PAGES);
}

/* ---- tables ---- */

struct stlb_node *stlb_tree_find(const struct stlb_tree *tree, uint64_t pfn)
{
	return stlb_map_get(&tree->nodes, pfn);
}

static uint64_t *fresh_slot(struct stlb_tree *tree, uint64_t pfn)
{
	return &tree->fresh[pfn % STLB_FRESH_PAGES];
}

void stlb_tree_drop(struct stlb_tree *tree, struct stlb_node *node)
{
	stlb_map_remove(&tree->nodes, node->pfn);
	if (*fresh_slot(tree, node->pfn) == node->pfn + 1)
		*fresh_slot(tree, node->pfn) = 0;
	tree->version += node->root != NULL;
	for (unsigned int i = 0; i < STLB_NODE_PARTS; i++) {
		tree->nr_parts -= node->parts[i] != NULL;
		free(node->parts[i]);
	}
	free(node);
}

/* How little is lost with a table; what is linked nowhere may never be. */
static int worth(const struct stlb_node *node)
{
	if (node->root)
		return 2;
	return node->parent != STLB_NO_PFN;
}

static bool has_parts(const struct stlb_node *node)
{
	for (unsigned int i = 0; i < STLB_NODE_PARTS; i++)
		if (node->parts[i])
			return true;
	return false;
}

/* Room for a table, or for a part of one: that of some goes with which least is lost, not @keep. */
static void make_room(struct stlb_tree *tree, const struct stlb_node *keep, bool of_part)
{
	struct stlb_node *victim = NULL;

	for (unsigned int step = 0; step < STLB_MAP_STEPS; step++) {
		struct stlb_node *node = stlb_map_turn(&tree->nodes, &tree->hand);

		if (!node || node == keep || (of_part && !has_parts(node)))
			continue;
		if (!victim || worth(node) < worth(victim))
			victim = node;
	}
	if (!victim)
		return;
	tree->forgotten++;
	stlb_tree_drop(tree, victim);
}

static struct stlb_node *node_new(struct stlb_tree *tree, uint64_t pfn, enum stlb_level level)
{
	struct stlb_node *node = calloc(1, sizeof(*node));

	if (!node)
		return NULL;
	node->pfn = pfn;
	node->parent = STLB_NO_PFN;
	node->level = level;
	node->sure = level != STLB_LEVEL_PTE;
	node->fresh = *fresh_slot(tree, pfn) == pfn + 1;
	if (stlb_map_put(&tree->nodes, pfn, node) < 0) {
		free(node);
		return NULL;
	}
	return node;
}

/* Whether a table may be one of entries of a level. The topmost one has those of its own level. */
static bool fits(struct stlb_node *node, enum stlb_level level)
{
	if (level == STLB_LEVEL_PTE || node->level == level)
		return true;
	if (node->sure)
		return false;
	node->level = level;
	node->sure = true;
	return true;
}

static struct stlb_node *get(struct stlb_tree *tree, uint64_t pfn, enum stlb_level level,
			     const struct stlb_node *keep)
{
	struct stlb_node *node = stlb_tree_find(tree, pfn);

	if (node && fits(node, level))
		return node;
	if (node)
		stlb_tree_drop(tree, node);
	if (tree->nodes.count >= STLB_MAX_TABLES)
		make_room(tree, keep, false);
	return node_new(tree, pfn, level);
}

struct stlb_node *stlb_tree_get(struct stlb_tree *tree, uint64_t pfn, enum stlb_level level)
{
	return get(tree, pfn, level, NULL);
}

int stlb_tree_root(struct stlb_tree *tree, uint64_t pfn, struct stlb_mm *mm)
{
	struct stlb_node *node = stlb_tree_find(tree, pfn);

	if (node && node->sure && node->level < STLB_LEVEL_P4D) {
		stlb_tree_drop(tree, node);
		node = NULL;
	}
	if (!node)
		node = stlb_tree_get(tree, pfn, STLB_LEVEL_PTE);
	if (!node)
		return -ENOMEM;
	/* where five levels are used, the first set of an entry of it tells */
	if (!node->sure)
		node->level = STLB_LEVEL_P4D;
	if (node->root == mm && node->life == mm->life)
		return 0;
	node->root = mm;
	node->life = mm->life;
	mm->root = pfn + 1;
	tree->version++;
	return 0;
}

void stlb_tree_reported(struct stlb_tree *tree, struct stlb_mm *mm)
{
	mm->table_sets_seen = true;
	tree->version++;
}

bool stlb_tree_knows_all(const struct stlb_tree *tree, const struct stlb_mm *mm)
{
	const struct stlb_node *node = mm->root ? stlb_tree_find(tree, mm->root - 1) : NULL;

	return node && node->root == mm && node->life == mm->life &&
	       (node->fresh || mm->table_sets_seen);
}

/* ---- entries ---- */

const struct stlb_written *stlb_node_entry(const struct stlb_node *node, unsigned int index)
{
	unsigned int part = index / STLB_PART_ENTRIES, at = index % STLB_PART_ENTRIES;

	return node->known[part] >> at & 1 ? &node->parts[part][at] : NULL;
}

bool stlb_node_raw(const struct stlb_node *node, unsigned int index, uint64_t *raw)
{
	const struct stlb_written *entry = stlb_node_entry(node, index);

	*raw = entry ? entry->raw : 0;
	return entry || (node->fresh && !(node->root && index >= STLB_ENTRIES / 2));
}

static uint64_t child_of(const struct stlb_tree *tree, enum stlb_level level, uint64_t raw)
{
	struct stlb_translation said = {0};

	if (level != STLB_LEVEL_PTE)
		said = stlb_pte_decode(tree->format, level, raw);
	return said.state == STLB_TABLE ? said.pfn : STLB_NO_PFN;
}

uint64_t stlb_node_child(const struct stlb_tree *tree, const struct stlb_node *node, uint64_t raw)
{
	return child_of(tree, node->level, raw);
}

static int link_below(struct stlb_tree *tree, const struct stlb_node *node, unsigned int index,
		      uint64_t raw)
{
	uint64_t pfn = stlb_node_child(tree, node, raw);
	struct stlb_node *below;

	if (pfn == STLB_NO_PFN || pfn == node->pfn)
		return 0;
	below = get(tree, pfn, node->level - 1, node);
	if (!below)
		return -ENOMEM;
	below->parent = node->pfn;
	below->index = (uint16_t)index;
	below->sure = true;
	return 0;
}

static int write_entry(struct stlb_tree *tree, struct stlb_node *node, unsigned int index,
		       const struct stlb_written *write)
{
	unsigned int part = index / STLB_PART_ENTRIES, at = index % STLB_PART_ENTRIES;

	if (!node->parts[part]) {
		if (tree->nr_parts >= STLB_MAX_PARTS)
			make_room(tree, node, true);
		node->parts[part] = calloc(STLB_PART_ENTRIES, sizeof(*node->parts[part]));
		if (!node->parts[part])
			return -ENOMEM;
		tree->nr_parts++;
	}
	node->known[part] |= UINT64_C(1) << at;
	node->parts[part][at] = *write;
	return link_below(tree, node, index, write->raw);
}

static struct stlb_written written_by(const struct stlb_event *event, uint64_t raw)
{
	return (struct stlb_written){
		.raw = raw,
		.ns = event->ns,
		.name = stlb_event_name(event),
		.comm = event->comm,
		.tid = event->tid,
		.cpu = (int16_t)event->cpu,
		.kind = event->kind,
	};
}

int stlb_node_write(struct stlb_tree *tree, struct stlb_node *node, unsigned int index,
		    uint64_t raw, const struct stlb_event *event)
{
	struct stlb_written write = written_by(event, raw);

	return write_entry(tree, node, index, &write);
}

void stlb_node_doubt(struct stlb_node *node, unsigned int index)
{
	node->known[index / STLB_PART_ENTRIES] &= ~(UINT64_C(1) << index % STLB_PART_ENTRIES);
	node->fresh = false;
}

unsigned int stlb_node_known(const struct stlb_node *node)
{
	unsigned int known = 0;

	for (unsigned int i = 0; i < STLB_NODE_PARTS; i++)
		known += (unsigned int)__builtin_popcountll(node->known[i]);
	return known;
}

unsigned int stlb_node_used(const struct stlb_tree *tree, const struct stlb_node *node)
{
	unsigned int used = 0;

	for (unsigned int i = 0; i < STLB_ENTRIES; i++) {
		const struct stlb_written *entry = stlb_node_entry(node, i);

		used += entry && entry->raw &&
			stlb_pte_decode(tree->format, node->level, entry->raw).state != STLB_NONE;
	}
	return used;
}

/* ---- where they are ---- */

/* Whether an entry of a table above still points to it. */
static const struct stlb_node *parent_of(const struct stlb_tree *tree, const struct stlb_node *node)
{
	const struct stlb_node *above = NULL;
	const struct stlb_written *entry;

	if (node->parent != STLB_NO_PFN)
		above = stlb_tree_find(tree, node->parent);
	if (!above || above->level != node->level + 1)
		return NULL;
	entry = stlb_node_entry(above, node->index);
	return entry && stlb_node_child(tree, above, entry->raw) == node->pfn ? above : NULL;
}

bool stlb_tree_place(const struct stlb_tree *tree, const struct stlb_node *node, unsigned int index,
		     struct stlb_place *place)
{
	uint64_t addr = (uint64_t)index << stlb_level_shift(node->level);

	place->level = node->level;
	while (!node->root) {
		unsigned int at = node->index;

		node = parent_of(tree, node);
		if (!node)
			return false;
		addr += (uint64_t)at << stlb_level_shift(node->level);
		index = at;
	}
	place->mm = node->root;
	place->addr = addr;
	return node->life == node->root->life && index < STLB_ENTRIES / 2;
}

bool stlb_tree_may_be_linked(const struct stlb_tree *tree, const struct stlb_node *node)
{
	for (const struct stlb_node *above; (above = parent_of(tree, node)); node = above)
		;
	return !node->root && !node->fresh && !node->was;
}

/* ---- the direct map ---- */

void stlb_tree_wait(struct stlb_tree *tree, uint64_t ptep, enum stlb_level level, uint64_t raw,
		    const struct stlb_event *event)
{
	struct stlb_waiting *waiting = &tree->waiting[tree->nr_waiting++ % STLB_MAX_WAITING];

	*waiting = (struct stlb_waiting){ptep, level, written_by(event, raw)};
}

/* What waited is written; where some was given up, no table is known from its first write on. */
static int write_waiting(struct stlb_tree *tree)
{
	uint64_t first = 0, pfn;
	int ret = 0;

	if (tree->nr_waiting > STLB_MAX_WAITING) {
		first = tree->nr_waiting - STLB_MAX_WAITING;
		memset(tree->fresh, 0, sizeof(tree->fresh));
	}
	for (uint64_t i = first; i < tree->nr_waiting && !ret; i++) {
		const struct stlb_waiting *waiting = &tree->waiting[i % STLB_MAX_WAITING];
		struct stlb_node *node;

		if (!stlb_tree_pfn(tree, waiting->ptep, &pfn))
			continue;
		node = stlb_tree_get(tree, pfn, waiting->level);
		ret = node ? write_entry(tree, node, stlb_ptep_index(waiting->ptep),
					 &waiting->write)
			   : -ENOMEM;
	}
	tree->nr_waiting = 0;
	return ret;
}

int stlb_tree_at(struct stlb_tree *tree, uint64_t base)
{
	if (tree->base == base)
		return 0;
	if (tree->base)
		stlb_tree_forget(tree);
	tree->base = base;
	return write_waiting(tree);
}

int stlb_tree_search(struct stlb_tree *tree, uint64_t ptep)
{
	uint64_t page = ptep >> STLB_PAGE_SHIFT << STLB_PAGE_SHIFT;

	for (unsigned int i = 0; i < STLB_MAX_WAITING && i < tree->nr_waiting; i++) {
		const struct stlb_waiting *waiting = &tree->waiting[i];
		uint64_t pfn = child_of(tree, waiting->level, waiting->write.raw);
		uint64_t base = page - (pfn << STLB_PAGE_SHIFT);

		if (pfn != STLB_NO_PFN && base % BASE_ALIGNMENT == 0 && base >> 63)
			return stlb_tree_at(tree, base);
	}
	return 0;
}

/* ---- pages ---- */

void stlb_tree_allocated(struct stlb_tree *tree, uint64_t pfn, uint64_t nr)
{
	struct stlb_node *node;

	if (pfn + nr > tree->highest)
		tree->highest = pfn + nr;
	while ((node = stlb_tree_next_freed(tree, pfn, nr)))
		stlb_tree_drop(tree, node);
	/* no table is larger than a page, but for the topmost one, which can be of two */
	for (uint64_t i = 0; nr <= 2 && i < nr; i++)
		*fresh_slot(tree, pfn + i) = pfn + i + 1;
}

struct stlb_node *stlb_tree_next_freed(struct stlb_tree *tree, uint64_t pfn, uint64_t nr)
{
	struct stlb_node *node = NULL;
	uint32_t at = 0;

	if (nr <= 2)
		for (uint64_t i = 0; i < nr; i++)
			if (*fresh_slot(tree, pfn + i) == pfn + i + 1)
				*fresh_slot(tree, pfn + i) = 0;
	if (nr <= tree->nodes.count) {
		for (uint64_t i = 0; !node && i < nr; i++)
			node = stlb_tree_find(tree, pfn + i);
		return node;
	}
	while ((node = stlb_map_next(&tree->nodes, &at)))
		if (node->pfn - pfn < nr)
			return node;
	return NULL;
}

void stlb_tree_forget(struct stlb_tree *tree)
{
	uint32_t at = 0;

	for (struct stlb_node *node; (node = stlb_map_next(&tree->nodes, &at));) {
		for (unsigned int i = 0; i < STLB_NODE_PARTS; i++)
			free(node->parts[i]);
		free(node);
	}
	stlb_map_free(&tree->nodes);
	tree->nr_parts = 0;
	tree->version++;
	memset(tree->fresh, 0, sizeof(tree->fresh));
	tree->nr_waiting = 0;
}
