/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/map.h"

#include <errno.h>
#include <stdlib.h>

static struct stlb_map_entry *place_of(const struct stlb_map *map, uint64_t key)
{
	uint32_t mask = map->capacity - 1;
	uint32_t at = stlb_map_mix(key) & mask;

	while (map->entries[at].value && map->entries[at].key != key)
		at = (at + 1) & mask;
	return &map->entries[at];
}

static int grow(struct stlb_map *map)
{
	struct stlb_map bigger = {.capacity = map->capacity ? map->capacity * 2 : 64};

	bigger.entries = calloc(bigger.capacity, sizeof(*bigger.entries));
	if (!bigger.entries)
		return -ENOMEM;
	for (uint32_t i = 0; i < map->capacity; i++)
		if (map->entries[i].value)
			*place_of(&bigger, map->entries[i].key) = map->entries[i];
	bigger.count = map->count;
	free(map->entries);
	*map = bigger;
	return 0;
}

int stlb_map_put(struct stlb_map *map, uint64_t key, void *value)
{
	struct stlb_map_entry *entry;

	/* half full at most: linear probing stays short */
	if (map->count * 2 >= map->capacity && grow(map) < 0)
		return -ENOMEM;
	entry = place_of(map, key);
	if (!entry->value)
		map->count++;
	*entry = (struct stlb_map_entry){key, value};
	return 0;
}

/* Close the gap at @hole: entries behind it that probing would no longer reach move up. */
static void close_gap(struct stlb_map *map, uint32_t hole)
{
	uint32_t mask = map->capacity - 1;

	for (uint32_t at = (hole + 1) & mask; map->entries[at].value; at = (at + 1) & mask) {
		uint32_t home = stlb_map_mix(map->entries[at].key) & mask;

		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		map->entries[hole] = map->entries[at];
		hole = at;
	}
	map->entries[hole].value = NULL;
}

void *stlb_map_remove(struct stlb_map *map, uint64_t key)
{
	struct stlb_map_entry *entry;
	void *value;

	if (!map->count)
		return NULL;
	entry = place_of(map, key);
	value = entry->value;
	if (value) {
		map->count--;
		close_gap(map, entry - map->entries);
	}
	return value;
}

void *stlb_map_next(const struct stlb_map *map, uint32_t *at)
{
	while (*at < map->capacity)
		if (map->entries[(*at)++].value)
			return map->entries[*at - 1].value;
	return NULL;
}

void *stlb_map_turn(const struct stlb_map *map, uint32_t *at)
{
	void *value = stlb_map_next(map, at);

	if (value)
		return value;
	*at = 0;
	return stlb_map_next(map, at);
}

void stlb_map_free(struct stlb_map *map)
{
	free(map->entries);
	*map = (struct stlb_map){0};
}
