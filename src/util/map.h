/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A hash map from 64-bit keys to pointers, for the hot path: the values stand one after the other,
 * and are found by open addressing with linear probing. Removal leaves no tombstones, so that a map
 * that only churns never grows.
 *
 * Keys come from traces, which may be made to crowd a table: each map hashes with random numbers of
 * its own. Nothing that is seen hangs on those: walks go by the order in which keys were put and
 * removed.
 */
#ifndef UTIL_MAP_H
#define UTIL_MAP_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** struct stlb_map - zeroed is an empty map that holds no memory */
struct stlb_map {
	struct stlb_map_entry *entries; /* @count of them */
	uint32_t *places;		/* 1 + the index of an entry; 0: the place is free */
	uint64_t random[2];
	uint32_t capacity; /* places: 0 or a power of two; entries have room for half of it */
	uint32_t count;
};

struct stlb_map_entry {
	uint64_t key;
	void *value; /* not NULL */
};

/* How many turns a full map takes for one value to give up: no search through all of it each time.
 */
enum { STLB_MAP_STEPS = 64 };

/** stlb_map_mix - spread a key over 64 bits, the same in each run */
static inline uint64_t stlb_map_mix(uint64_t key)
{
	key ^= key >> 32;
	key *= UINT64_C(0x9e3779b97f4a7c15);
	return key ^ (key >> 29);
}

/** stlb_map_hash - spread a key over 64 bits, in a way that nobody knows beforehand */
static inline uint64_t stlb_map_hash(const uint64_t random[2], uint64_t key)
{
	unsigned __int128 product = (unsigned __int128)(key ^ random[0]) * random[1];

	return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/** stlb_map_hash_text - the same for a text, from a @hash on; eight characters a step */
static inline uint64_t stlb_map_hash_text(const uint64_t random[2], uint64_t hash, const char *text,
					  size_t size)
{
	uint64_t word;

	hash += size;
	for (; size >= 8; text += 8, size -= 8) {
		memcpy(&word, text, 8);
		hash = stlb_map_hash(random, hash ^ word);
	}
	word = 0;
	for (size_t i = 0; i < size; i++)
		word = word << 8 | (unsigned char)text[i];
	return stlb_map_hash(random, hash ^ word);
}

/** stlb_map_get - the value of a key, NULL for none */
static inline void *stlb_map_get(const struct stlb_map *map, uint64_t key)
{
	uint32_t mask = map->capacity - 1, nr;

	if (!map->count)
		return NULL;
	for (uint32_t at = stlb_map_hash(map->random, key) & mask; (nr = map->places[at]);
	     at = (at + 1) & mask)
		if (map->entries[nr - 1].key == key)
			return map->entries[nr - 1].value;
	return NULL;
}

/** stlb_map_random - numbers that stay the same to the end of the process, for stlb_map_hash() */
void stlb_map_random(uint64_t random[2]);

/** stlb_map_put - set the value (not NULL) of a key; 0 or -ENOMEM */
int stlb_map_put(struct stlb_map *map, uint64_t key, void *value);

/** stlb_map_remove - forget a key; returns its value, NULL if there was none */
void *stlb_map_remove(struct stlb_map *map, uint64_t key);

/** stlb_map_next - walk the values: start with *at = 0; NULL at the end. No changes meanwhile. */
void *stlb_map_next(const struct stlb_map *map, uint32_t *at);

/**
 * stlb_map_turn - the next value, round and round: after the last one comes the first one again
 *
 * NULL where the map is empty. Values may be put and removed meanwhile. Values that follow one
 * another were put far apart: the few that a full map is asked for are like all of them.
 */
void *stlb_map_turn(const struct stlb_map *map, uint32_t *at);

/** stlb_map_free - give the map's own memory back; it is empty afterwards */
void stlb_map_free(struct stlb_map *map);

#endif
