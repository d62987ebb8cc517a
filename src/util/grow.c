/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/grow.h"

#include <errno.h>
#include <stdlib.h>

int stlb_grow(void **array, uint32_t nr, uint32_t *max, size_t size)
{
	uint32_t more = *max ? 2 * *max : 64;
	void *larger;

	if (nr < *max)
		return 0;
	larger = reallocarray(*array, more, size);
	if (!larger)
		return -ENOMEM;
	*array = larger;
	*max = more;
	return 0;
}
