/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arrays that grow. */
#ifndef UTIL_GROW_H
#define UTIL_GROW_H

#include <stddef.h>
#include <stdint.h>

/**
 * stlb_grow - make room for one more element in an array, twice as much each time
 * @nr: elements in use
 * @max: elements there is room for; raised
 * @size: bytes of an element
 *
 * Returns 0, or -ENOMEM with the array as it was.
 */
int stlb_grow(void **array, uint32_t nr, uint32_t *max, size_t size);

#endif
