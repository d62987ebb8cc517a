/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/map.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "util/grow.h"

/* ---- numbers that nobody knows beforehand ---- */

static uint64_t of_process[2];

static void draw(void)
{
	struct timespec now = {0};

	if (getrandom(of_process, sizeof(of_process), GRND_NONBLOCK) != sizeof(of_process)) {
		/* early in a boot: better than a constant */
		clock_gettime(CLOCK_MONOTONIC, &now);
		of_process[0] = stlb_map_mix((uint64_t)now.tv_nsec ^ (uintptr_t)&now);
		of_process[1] = stlb_map_mix((uint64_t)now.tv_sec ^ of_process[0]);
	}
	of_process[1] |= 1;
}

void stlb_map_random(uint64_t random[2])
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, draw);
	memcpy(random, of_process, sizeof(of_process));
}

/* ---- the table ---- */

static uint32_t home_of(const struct stlb_map *map, uint64_t key)
{
	return stlb_map_hash(map->random, key) & (map->capacity - 1);
}

/* Where a key is, or the free place where it would be. */
static uint32_t *place_of(const struct stlb_map *map, uint64_t key)
{
	uint32_t mask = map->capacity - 1, at = home_of(map, key);

	while (map->places[at] && map->entries[map->places[at] - 1].key != key)
		at = (at + 1) & mask;
	return &map->places[at];
}

static int grow(struct stlb_map *map)
{
	uint32_t capacity = map->capacity ? map->capacity * 2 : 64;
	uint32_t *places = calloc(capacity, sizeof(*places));

	if (!places || stlb_resize((void **)&map->entries, capacity / 2, sizeof(*map->entries))) {
		free(places);
		return -ENOMEM;
	}
	if (!map->capacity)
		stlb_map_random(map->random);
	free(map->places);
	map->places = places;
	map->capacity = capacity;
	for (uint32_t i = 0; i < map->count; i++)
		*place_of(map, map->entries[i].key) = i + 1;
	return 0;
}

int stlb_map_put(struct stlb_map *map, uint64_t key, void *value)
{
	uint32_t *place;

	/* half full at most: linear probing stays short */
	if (map->count * 2 >= map->capacity && grow(map) < 0)
		return -ENOMEM;
	place = place_of(map, key);
	if (!*place)
		*place = ++map->count;
	map->entries[*place - 1] = (struct stlb_map_entry){key, value};
	return 0;
}

/* Close the gap at @hole: places after it that probing would no longer reach move up. */
static void close_gap(struct stlb_map *map, uint32_t hole)
{
	uint32_t mask = map->capacity - 1;

	for (uint32_t at = (hole + 1) & mask; map->places[at]; at = (at + 1) & mask) {
		uint32_t home = home_of(map, map->entries[map->places[at] - 1].key);

		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		map->places[hole] = map->places[at];
		hole = at;
	}
	map->places[hole] = 0;
}

void *stlb_map_remove(struct stlb_map *map, uint64_t key)
{
	uint32_t *place, index;
	void *value;

	if (!map->count)
		return NULL;
	place = place_of(map, key);
	if (!*place)
		return NULL;
	index = *place - 1;
	value = map->entries[index].value;
	/* the last entry takes the place of this one */
	*place_of(map, map->entries[map->count - 1].key) = index + 1;
	map->entries[index] = map->entries[--map->count];
	close_gap(map, place - map->places);
	return value;
}

void *stlb_map_next(const struct stlb_map *map, uint32_t *at)
{
	return *at < map->count ? map->entries[(*at)++].value : NULL;
}

/* A prime that no map reaches the size of: steps of it come to each entry. */
static const uint64_t stride = 2654435761;

void *stlb_map_turn(const struct stlb_map *map, uint32_t *at)
{
	if (!map->count)
		return NULL;
	*at = (uint32_t)((*at + stride) % map->count);
	return map->entries[*at].value;
}

void stlb_map_free(struct stlb_map *map)
{
	free(map->entries);
	free(map->places);
	*map = (struct stlb_map){0};
}
