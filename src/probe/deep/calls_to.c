/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes first: only the functions that hold what looks like such a call are ever decoded. */
#include <string.h>

#include "discovery.h"

enum { NEAR_SIZE = 5, FAR_SIZE = 6 };

static bool holds(const uint64_t *wanted, uint32_t nr, uint64_t address)
{
	uint32_t low = 0, high = nr;

	if (!nr || address < wanted[0] || address > wanted[nr - 1])
		return false;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (wanted[middle] < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < nr && wanted[low] == address;
}

static uint64_t relative(const uint8_t *at, uint64_t next)
{
	int32_t distance;

	memcpy(&distance, at, sizeof(distance));
	return next + (uint64_t)(int64_t)distance;
}

int stlb_search_calls(const struct stlb_functions *functions, const uint64_t *wanted, uint32_t nr,
		      const uint64_t *words, uint32_t nr_words,
		      int (*found)(void *arg, uint64_t place, uint64_t target), void *arg)
{
	const struct stlb_region *region;
	int ret = 0;

	for (uint32_t r = 0; (region = stlb_functions_region(functions, r)); r++) {
		const uint8_t *bytes = region->bytes;

		for (size_t i = 0; !ret && i + NEAR_SIZE <= region->size; i++) {
			uint64_t place = region->start + i, target;

			if ((bytes[i] & 0xfe) == 0xe8) {
				target = relative(bytes + i + 1, place + NEAR_SIZE);
				if (holds(wanted, nr, target))
					ret = found(arg, place, target);
			} else if (bytes[i] == 0xff && i + FAR_SIZE <= region->size &&
				   (bytes[i + 1] == 0x15 || bytes[i + 1] == 0x25)) {
				target = relative(bytes + i + 2, place + FAR_SIZE);
				if (holds(words, nr_words, target))
					ret = found(arg, place, target);
			}
		}
		if (ret)
			return ret;
	}
	return 0;
}
