/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "util/map.h"

enum { KEYS = 512, ROUNDS = 200000 };

static int values[KEYS];

static unsigned int count(const struct stlb_map *map)
{
	unsigned int nr = 0;
	uint32_t at = 0;

	while (stlb_map_next(map, &at))
		nr++;
	return nr;
}

Test(map, empty)
{
	struct stlb_map map = {0};

	cr_expect_null(stlb_map_get(&map, 0));
	cr_expect_null(stlb_map_remove(&map, 0));
	cr_expect_eq(count(&map), 0);
	stlb_map_free(&map);
	cr_expect_null(map.entries);
}

Test(map, put_get_remove)
{
	struct stlb_map map = {0};

	cr_assert_eq(stlb_map_put(&map, 0, &values[0]), 0);
	cr_assert_eq(stlb_map_put(&map, UINT64_MAX, &values[1]), 0);
	cr_expect_eq(stlb_map_get(&map, 0), &values[0]);
	cr_expect_eq(stlb_map_get(&map, UINT64_MAX), &values[1]);
	cr_expect_null(stlb_map_get(&map, 1));
	cr_assert_eq(stlb_map_put(&map, 0, &values[2]), 0);
	cr_expect_eq(stlb_map_get(&map, 0), &values[2]);
	cr_expect_eq(map.count, 2);
	cr_expect_eq(stlb_map_remove(&map, 0), &values[2]);
	cr_expect_null(stlb_map_remove(&map, 0));
	cr_expect_eq(count(&map), 1);
	stlb_map_free(&map);
}

/* Against an array, with keys that crowd together, so that removal has to close gaps. */
Test(map, like_an_array)
{
	struct stlb_map map = {0};
	int *want[KEYS] = {0};
	unsigned int nr = 0, seed = 1;

	for (int i = 0; i < ROUNDS; i++) {
		unsigned int key = rand_r(&seed) % KEYS;

		if (rand_r(&seed) % 2) {
			nr += !want[key];
			want[key] = &values[rand_r(&seed) % KEYS];
			cr_assert_eq(stlb_map_put(&map, key << 12, want[key]), 0);
		} else {
			cr_assert_eq(stlb_map_remove(&map, key << 12), want[key]);
			nr -= !!want[key];
			want[key] = NULL;
		}
		key = rand_r(&seed) % KEYS;
		cr_assert_eq(stlb_map_get(&map, key << 12), want[key]);
	}
	cr_expect_eq(map.count, nr);
	cr_expect_eq(count(&map), nr);
	stlb_map_free(&map);
}

/* No tombstones: what only churns never grows. */
Test(map, churn_does_not_grow)
{
	struct stlb_map map = {0};
	uint32_t capacity;

	for (uint64_t key = 0; key < 8; key++)
		cr_assert_eq(stlb_map_put(&map, key, &values[key]), 0);
	capacity = map.capacity;
	for (uint64_t key = 8; key < ROUNDS; key++) {
		cr_assert_not_null(stlb_map_remove(&map, key - 8));
		cr_assert_eq(stlb_map_put(&map, key, &values[0]), 0);
	}
	cr_expect_eq(map.capacity, capacity);
	stlb_map_free(&map);
}

Test(map, turns_go_round)
{
	struct stlb_map map = {0};
	unsigned int seen[4] = {0};
	uint32_t at = 0;

	cr_expect_null(stlb_map_turn(&map, &at));
	for (uint64_t key = 0; key < 4; key++)
		cr_assert_eq(stlb_map_put(&map, key, &values[key]), 0);
	for (int i = 0; i < 8; i++)
		seen[(int *)stlb_map_turn(&map, &at) - values]++;
	for (int i = 0; i < 4; i++)
		cr_expect_eq(seen[i], 2, "value %d", i);
	stlb_map_free(&map);
	cr_expect_null(stlb_map_turn(&map, &at));
}

/* What is seen of a map must not hang on the numbers that it hashes with. */
Test(map, walks_go_by_the_order_of_puts_and_removals)
{
	struct stlb_map map = {0};
	uint32_t at = 0;

	for (uint64_t key = 0; key < 200; key++)
		cr_assert_eq(stlb_map_put(&map, key << 40, &values[key]), 0);
	/* the last one takes the place of one that is removed */
	cr_expect_eq(stlb_map_remove(&map, UINT64_C(3) << 40), &values[3]);
	cr_expect_eq(stlb_map_remove(&map, UINT64_C(198) << 40), &values[198]);
	for (int i = 0; i < 198; i++)
		cr_expect_eq(stlb_map_next(&map, &at), &values[i == 3 ? 199 : i], "%d", i);
	cr_expect_null(stlb_map_next(&map, &at));
	stlb_map_free(&map);
}

/* Keys that all had one place, were the hash known: they had one where only bits above 49 differ.
 */
Test(map, crowding_keys_are_spread)
{
	enum { CROWD = 1 << 14, FEW = 256 };
	uint64_t random[2];
	uint32_t longest = 0, in[FEW] = {0};

	stlb_map_random(random);
	cr_expect_eq(random[1] & 1, 1);
	for (uint64_t i = 0; i < CROWD; i++) {
		uint64_t top = i << 50, key = top ^ top >> 32;

		in[stlb_map_hash(random, key) % FEW]++;
	}
	for (unsigned int i = 0; i < FEW; i++)
		longest = in[i] > longest ? in[i] : longest;
	cr_expect_lt(longest, CROWD / 16, "%u of %u keys in one place", longest, CROWD);
}
