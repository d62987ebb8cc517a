/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/grow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An array begins with so much, since there are many that never hold more than a few elements. */
enum { FIRST_BYTES = 1024, FIRST_ELEMENTS = 4 };

static uint32_t first_room(size_t size)
{
	return size * FIRST_ELEMENTS < FIRST_BYTES ? FIRST_BYTES / size : FIRST_ELEMENTS;
}

int stlb_resize(void **array, size_t nr, size_t size)
{
	size_t bytes;
	void *larger;

	/* not left to reallocarray(), at which AddressSanitizer gives up */
	if (__builtin_mul_overflow(nr, size, &bytes))
		return -ENOMEM;
	larger = realloc(*array, bytes);
	if (!larger)
		return -ENOMEM;
	*array = larger;
	return 0;
}

int stlb_grow(void **array, uint32_t nr, uint32_t *max, size_t size)
{
	uint32_t more = *max ? 2 * *max : first_room(size);

	if (nr < *max)
		return 0;
	if (*max > UINT32_MAX / 2 || stlb_resize(array, more, size))
		return -ENOMEM;
	*max = more;
	return 0;
}

int stlb_grow_to(void **array, uint32_t wanted, uint32_t *max, size_t size)
{
	uint32_t more = *max ? *max : first_room(size);

	while (more < wanted && more <= UINT32_MAX / 2)
		more *= 2;
	if (wanted <= *max)
		return 0;
	if (more < wanted || stlb_resize(array, more, size))
		return -ENOMEM;
	memset((char *)*array + *max * size, 0, (more - *max) * size);
	*max = more;
	return 0;
}
