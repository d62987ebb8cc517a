/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arrays that grow: the only place that calls realloc(). */
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

/**
 * stlb_grow_to - make room for at least @wanted elements, twice as much each time
 * @max: elements there is room for; raised, and those that come to it are zeroed
 *
 * Returns 0, or -ENOMEM with the array as it was.
 */
int stlb_grow_to(void **array, uint32_t wanted, uint32_t *max, size_t size);

/**
 * stlb_resize - make room for exactly @nr elements: for what is as large as it will be, and for
 * what grows a few times in all
 *
 * Returns 0, or -ENOMEM with the array as it was.
 */
int stlb_resize(void **array, size_t nr, size_t size);

#endif
